#include <config.h>

#include "compiler/expand/expand.h"

#include <stdlib.h>

/*
 * Symbolic links of macOS.  Seatbelt compares the place that a path leads to,
 * so every path is kept in that spelling: a deny of /private/tmp/x and a grant
 * of /tmp/x are then the same path to every pass.
 */

/* Those of every macOS; groups add theirs in symlink_pairs. */
/* clang-format off */
static const struct {
	struct text link, target;
} built_in[] = {
	{ { "etc", 3 }, { "private/etc", 11 } },
	{ { "home", 4 }, { "System/Volumes/Data/home", 24 } },
	{ { "tmp", 3 }, { "private/tmp", 11 } },
	{ { "var", 3 }, { "private/var", 11 } },
};

/*
 * Where the kernel shows the writable volume, seen past the firmlinks: what is
 * in /Users is there once more.  Its home directory is no firmlink's.
 */
static const struct path data_volume = {
	BLOB_ROOT_SLASH, { "System/Volumes/Data", 19 } };
static const struct path data_home = {
	BLOB_ROOT_SLASH, { "System/Volumes/Data/home", 24 } };
/* clang-format on */

static bool
expand_text(struct arena *a, struct diags *d, const struct target *t,
    struct text text, struct span at, struct path *ret_path)
{
	const struct node string = {
	    .at = at, .kind = NODE_STRING, .string = text};
	struct template tpl;

	return template_scan(a, d, &string, &tpl) &&
	       expand_template(a, d, &tpl, t, ret_path);
}

static bool
is_built_in(struct path link)
{
	for (size_t i = 0; i < ARRAY_LEN(built_in); i++)
		if (link.root == BLOB_ROOT_SLASH &&
		    text_equal(link.suffix, built_in[i].link))
			return true;
	return false;
}

static int
compare_links(const void *a, const void *b)
{
	const struct cap_link *x = a, *y = b;
	int d = path_compare(x->link, y->link);

	return d != 0 ? d : path_compare(x->target, y->target);
}

bool
expand_links(struct arena *a, struct diags *d, const struct policy *p,
    const struct target *t, struct capset *caps)
{
	struct cap_seatbelt *s = &caps->seatbelt;
	uint32_t n = 0;
	bool ok = true;

	for (size_t i = 0; i < ARRAY_LEN(built_in); i++)
		*VEC_PUSH(a, &s->links) = (struct cap_link){
		    {BLOB_ROOT_SLASH, built_in[i].link},
		    {BLOB_ROOT_SLASH, built_in[i].target},
		};
	for (uint32_t i = 0; i < p->links.n; i++) {
		const struct string_pair *pair = &p->links.v[i].pair;
		struct cap_link link;

		if (!expand_text(
			a, d, t, pair->key, pair->key_at, &link.link) ||
		    !expand_text(
			a, d, t, pair->value, pair->value_at, &link.target))
			ok = false;
		else if (!is_built_in(link.link) &&
			 path_relate(link.link, link.target) == PATH_UNRELATED)
			*VEC_PUSH(a, &s->links) = link;
	}
	qsort(s->links.v, s->links.n, sizeof(*s->links.v), compare_links);
	for (uint32_t i = 0; i < s->links.n; i++)
		if (n == 0 || path_compare(s->links.v[n - 1].link,
				  s->links.v[i].link) != 0)
			s->links.v[n++] = s->links.v[i];
	s->links.n = n;
	return ok;
}

bool
path_move(struct arena *a, struct path p, struct path from, struct path to,
    struct path *ret_path)
{
	enum path_relation r = path_relate(p, from);
	struct text rest = p.suffix;

	if (p.root != from.root || (r != PATH_EQUAL && r != PATH_BELOW))
		return false;
	rest.s += from.suffix.len;
	rest.len -= from.suffix.len;
	if (from.suffix.len > 0 && rest.len > 0) {
		rest.s++;
		rest.len--;
	}
	if (to.suffix.len == 0)
		to.suffix = rest;
	else if (rest.len > 0)
		to.suffix = arena_printf(a, "%.*s/%.*s", (int)to.suffix.len,
		    to.suffix.s, (int)rest.len, rest.s);
	*ret_path = to;
	return true;
}

struct path
expand_canonical(struct arena *a, const struct capset *caps, struct path p)
{
	const struct cap_seatbelt *s = &caps->seatbelt;
	const struct path slash = {BLOB_ROOT_SLASH, {"", 0}};

	if (s->links.n == 0) /* Linux */
		return p;
	if (path_relate(p, data_volume) == PATH_BELOW &&
	    path_relate(p, data_home) == PATH_UNRELATED)
		(void)path_move(a, p, data_volume, slash, &p);
	/* A link may lead below another; no more often than there are. */
	for (uint32_t round = 0; round < s->links.n; round++) {
		bool moved = false;

		for (uint32_t i = 0; i < s->links.n && !moved; i++)
			moved = path_move(
			    a, p, s->links.v[i].link, s->links.v[i].target, &p);
		if (!moved)
			break;
	}
	return p;
}
