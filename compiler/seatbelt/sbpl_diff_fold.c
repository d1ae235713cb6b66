#include <config.h>

#include "compiler/seatbelt/sbpl_diff.h"

/*
 * A path is denied in all its spellings by a regular expression beside the
 * subpath, as seatbelt_filter() writes it:
 *
 *	^(/System/Volumes/Data)?\$HOME/[sS][rR][cC](/|$)
 *
 * What such a pair closes is seen by asking, at the path and at other
 * spellings of it.
 */
static bool
skip(struct text *t, const char *what)
{
	const uint32_t n = (uint32_t)strlen(what);

	if (t->len < n || memcmp(t->s, what, n) != 0)
		return false;
	*t = (struct text){t->s + n, t->len - n};
	return true;
}

static char
other_case(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : text_lower(c);
}

/* The path in lower case, of a filter of that form. */
static bool
folded(struct arena *a, const struct sbpl_filter *f, struct text *ret_path)
{
	struct text t;
	char *path;
	uint32_t n = 0;

	if (f == NULL || f->kind != SBPL_FILTER_REGEX ||
	    f->fact != SBPL_FACT_PATH)
		return false;
	t = f->text;
	if (!skip(&t, "^(/System/Volumes/Data)?"))
		return false;
	path = ARENA_ARRAY(a, (size_t)t.len + 1, char);
	while (t.len > 0 && !text_is(t, "(/|$)")) {
		const char c = t.s[0];
		uint32_t step = 1;

		if (c == '[') {
			if (t.len < 4 || t.s[3] != ']' || t.s[1] == t.s[2] ||
			    text_lower(t.s[1]) != text_lower(t.s[2]))
				return false;
			step = 4;
		} else if (c == '\\') {
			step = 2;
		} else if (strchr(".](){}*+?|$^", c) != NULL) {
			return false;
		}
		if (step > t.len)
			return false;
		path[n++] = text_lower(step == 1 ? c : t.s[1]);
		t = (struct text){t.s + step, t.len - step};
	}
	if (t.len == 0)
		return false;
	*ret_path = (struct text){path, n};
	return true;
}

static bool
is_spelling(struct text path, struct text in_lower)
{
	if (path.len != in_lower.len)
		return false;
	for (uint32_t i = 0; i < path.len; i++)
		if (text_lower(path.s[i]) != in_lower.s[i])
			return false;
	return true;
}

/* The subpath of that spelling that a rule denies, if any. */
static const struct sbpl_filter *
subpath_in(const struct sbpl_rule *r, struct text in_lower)
{
	const struct sbpl_filter *f = r->filter;

	if (f == NULL || r->allow || r->opaque || r->maybe)
		return NULL;
	if (f->kind != SBPL_FILTER_ANY)
		return f->kind == SBPL_FILTER_SUBPATH &&
			       f->fact == SBPL_FACT_PATH &&
			       is_spelling(f->text, in_lower)
			   ? f
			   : NULL;
	for (uint32_t i = 0; i < f->n; i++)
		if (f->parts[i]->kind == SBPL_FILTER_SUBPATH &&
		    f->parts[i]->fact == SBPL_FACT_PATH &&
		    is_spelling(f->parts[i]->text, in_lower))
			return f->parts[i];
	return NULL;
}

bool
sbpl_respells(struct arena *a, const struct sbpl_policy *p,
    const struct sbpl_rule *rule, const enum sbpl_op *op,
    const struct sbpl_filter *f, struct text *ret_path)
{
	struct text in_lower;

	if (rule->allow || rule->opaque || rule->maybe || op == NULL ||
	    !folded(a, f, &in_lower))
		return false;
	for (uint32_t i = 0; i < p->rules.n; i++) {
		const struct sbpl_rule *r = &p->rules.v[i];
		const struct sbpl_filter *named = subpath_in(r, in_lower);

		if (named == NULL || !sbpl_rule_has(r, *op))
			continue;
		*ret_path = named->text;
		return true;
	}
	return false;
}

struct text
sbpl_respelled(struct arena *a, struct text path, uint32_t n)
{
	char *to = ARENA_ARRAY(a, (size_t)path.len + 1, char);
	uint32_t from = path.len;

	memcpy(to, path.s, path.len);
	while (n > 0 && from > 0) {
		from--;
		n -= path.s[from] == '/';
	}
	if (n > 0)
		return (struct text){"", 0};
	for (uint32_t i = from; i < path.len; i++)
		to[i] = other_case(to[i]);
	return (struct text){to, path.len};
}
