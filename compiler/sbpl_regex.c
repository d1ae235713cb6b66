#include <config.h>

#include "compiler/sbpl_judge.h"

/*
 * Seatbelt's regular expressions are said to be "POSIX-like".  Where POSIX's
 * extended ones and every use that was ever seen agree, libc's matcher runs
 * them; anything beyond is not run, and its filter is unknown.
 */
enum {
	PATTERN_MAX = 2048,
	GROUPS_MAX = 32, /* one in the other */
	SUBJECT_MAX = 4096,
};

static bool
is_special(char c)
{
	return strchr("^.[]$()|*+?{}\\/-\"' ,:;@#%&=~!<>_", c) != NULL;
}

/*
 * Skips [...]; no backslash, class or empty set, of which readings differ.
 * Returns where it ends, or 0.
 */
static uint32_t
bracket(struct text p, uint32_t i)
{
	uint32_t begin;

	i++;
	if (i < p.len && p.s[i] == '^')
		i++;
	begin = i;
	for (; i < p.len && (p.s[i] != ']' || i == begin); i++)
		if (p.s[i] == '\\' || p.s[i] == '[' ||
		    (unsigned char)p.s[i] >= 0x80 || p.s[i] == ']')
			return 0;
	return i < p.len ? i + 1 : 0;
}

/* Is the pattern in the part of the language that is agreed on? */
static bool
is_common(struct text p)
{
	uint32_t depth = 0;
	bool begins = true;   /* of a branch: ^ may stand here, * may not */
	bool repeats = false; /* behind * + ? */

	if (p.len == 0 || p.len > PATTERN_MAX)
		return false;
	for (uint32_t i = 0; i < p.len;) {
		char c = p.s[i];
		bool repeat = c == '*' || c == '+' || c == '?';

		if ((begins || repeats) && repeat)
			return false;
		if (c == '\\') {
			if (i + 1 == p.len || !is_special(p.s[i + 1]))
				return false;
			i += 2;
		} else if (c == '[') {
			i = bracket(p, i);
			if (i == 0)
				return false;
		} else if (c == '(') {
			if (++depth > GROUPS_MAX || i + 1 == p.len ||
			    p.s[i + 1] == '?')
				return false;
			i++;
		} else if (c == ')') {
			if (depth-- == 0 || begins)
				return false;
			i++;
		} else if (c == '{' || (c == '^' && !begins) ||
			   (c == '|' && begins)) {
			return false;
		} else if (c == '$' && i + 1 < p.len && p.s[i + 1] != ')' &&
			   p.s[i + 1] != '|') {
			return false;
		} else {
			i++;
		}
		begins = c == '(' || c == '|' || c == '^';
		repeats = repeat;
	}
	/* After a lone ^ nothing need follow; after | or ( something must. */
	return depth == 0 && (!begins || p.s[p.len - 1] == '^');
}

/* The bytes behind ^ that every match begins with. */
static struct text
lead_of(struct arena *a, struct text p)
{
	char *lead = arena_alloc(a, p.len + 1, 1);
	uint32_t n = 0, i = 1;

	if (p.s[0] != '^' || memchr(p.s, '|', p.len) != NULL)
		return (struct text){lead, 0};
	while (i < p.len && strchr("^.[$()*+?", p.s[i]) == NULL) {
		i += p.s[i] == '\\';
		lead[n++] = p.s[i++];
	}
	/* The byte before * or ? need not be there. */
	if (n > 0 && i < p.len && (p.s[i] == '*' || p.s[i] == '?'))
		n--;
	return (struct text){lead, n};
}

static struct sbpl_regex *
get(struct sbpl_judge *j, const struct sbpl_filter *f)
{
	struct sbpl_regex *x = &j->regexes[f->id];
	char pattern[PATTERN_MAX + 1];

	if (x->tried)
		return x;
	x->tried = true;
	if (!is_common(f->text))
		return x;
	memcpy(pattern, f->text.s, f->text.len);
	pattern[f->text.len] = '\0';
	x->lead = lead_of(j->arena, f->text);
	x->usable =
	    regcomp(&x->compiled, pattern, REG_EXTENDED | REG_NOSUB) == 0;
	return x;
}

enum sbpl_tri
sbpl_regex_match(
    struct sbpl_judge *j, const struct sbpl_filter *f, struct text subject)
{
	struct sbpl_regex *x = get(j, f);
	char copy[SUBJECT_MAX + 1];

	if (!x->usable || subject.len > SUBJECT_MAX)
		return SBPL_MAYBE;
	if (subject.len < x->lead.len ||
	    memcmp(subject.s, x->lead.s, x->lead.len) != 0)
		return SBPL_NO;
	memcpy(copy, subject.s, subject.len);
	copy[subject.len] = '\0';
	return regexec(&x->compiled, copy, 0, NULL, 0) == 0 ? SBPL_YES
							    : SBPL_NO;
}

void
sbpl_judge_close(struct sbpl_judge *j)
{
	for (uint32_t i = 0; i < j->policy->regexes; i++)
		if (j->regexes[i].usable)
			regfree(&j->regexes[i].compiled);
}
