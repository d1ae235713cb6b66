#include <config.h>

#include "compiler/decide/placement.h"

#include "compiler/decide/decide_model.h"

/* What one call is about. */
struct about {
	struct placements *p;
	struct decide_path rule;
	bool tree; /* a directory: something may come to lie in it */
	struct placement_list *list;
};

const struct text placement_home_dirs[PLACEMENT_HOME_DIRS] = {
    {"home", 4},
    {"Users", 5},
    {"var/home", 8},
    {"export/home", 11},
    {"var/lib", 7},
    {"tmp", 3},
};
static const struct text root_home = {"root", 4};

static struct decide_path
below(struct arena *a, const struct decide_path *at, struct text name)
{
	struct decide_path p = {name, at->root};

	if (at->suffix.len > 0 && name.len > 0)
		p.suffix = arena_printf(a, "%.*s/%.*s", (int)at->suffix.len,
		    at->suffix.s, (int)name.len, name.s);
	else if (name.len == 0)
		p.suffix = at->suffix;
	return p;
}

/* Does a rule or a denied path lie at or below it?  Both are sorted. */
static bool
is_named(const struct blob *b, const struct decide_path *at)
{
	uint32_t low = 0, high = b->npaths;

	while (low < high) {
		const uint32_t mid = low + (high - low) / 2;
		const struct blob_path r = blob_path(b, mid);
		const struct decide_path p = {text_of(r.suffix), r.root};

		if (decide_path_compare(&p, at) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < b->npaths) {
		const struct blob_path r = blob_path(b, low);

		if (r.root == at->root &&
		    suffix_covers(at->suffix, text_of(r.suffix)))
			return true;
	}
	for (uint32_t i = 0; i < b->ndenies; i++) {
		const struct blob_deny d = blob_deny(b, i);

		if (d.root == at->root &&
		    suffix_covers(at->suffix, text_of(d.suffix)))
			return true;
	}
	return false;
}

/* An entry of a directory that no policy says anything about. */
static struct decide_path
unnamed(const struct about *o, const struct decide_path *dir)
{
	struct arena *a = o->p->arena;

	for (unsigned n = 0;; n++) {
		struct decide_path at = below(a, dir,
		    n == 0 ? TEXT("user") : arena_printf(a, "user%u", n));

		if (!is_named(o->p->blob, &at) && !is_named(o->p->other, &at))
			return at;
	}
}

static void
add(const struct about *o, enum blob_root root, struct decide_path at)
{
	struct placements *p = o->p;
	uint32_t i = 0;

	if (at.root == root)
		return;
	for (; i < p->v.n; i++)
		if (p->v.v[i].root == root &&
		    decide_path_compare(&p->v.v[i].at, &at) == 0)
			break;
	if (i == PLACEMENTS_MAX) {
		p->more = true;
		return;
	}
	if (i == p->v.n)
		*VEC_PUSH(p->arena, &p->v) =
		    (struct placement){.root = root, .at = at};
	for (uint32_t k = 0; k < o->list->n; k++)
		if (o->list->v[k] == i)
			return;
	*VEC_PUSH(p->arena, o->list) = i;
}

/* The first n components; all, if there are no more. */
static struct text
components(struct text t, unsigned n)
{
	for (uint32_t i = 0; i < t.len; i++)
		if (t.s[i] == '/' && --n == 0)
			return (struct text){t.s, i};
	return t;
}

bool
placement_home_of(const struct decide_path *path, struct decide_path *ret_home)
{
	const struct text s = path->suffix;

	if (path->root != BLOB_ROOT_SLASH)
		return false;
	ret_home->root = BLOB_ROOT_SLASH;
	for (size_t i = 0; i < PLACEMENT_HOME_DIRS; i++) {
		unsigned n = 2;

		if (!suffix_covers(placement_home_dirs[i], s) ||
		    s.len == placement_home_dirs[i].len)
			continue;
		for (uint32_t k = 0; k < placement_home_dirs[i].len; k++)
			n += placement_home_dirs[i].s[k] == '/';
		ret_home->suffix = components(s, n);
		return true;
	}
	ret_home->suffix = root_home;
	return suffix_covers(root_home, s);
}

/* Home directories that lie in, at or above an absolute path. */
static void
add_homes(const struct about *o, const struct decide_path *path)
{
	struct decide_path home;

	if (placement_home_of(path, &home))
		add(o, BLOB_ROOT_HOME, home);
	for (size_t i = 0; i < PLACEMENT_HOME_DIRS; i++) {
		const struct decide_path dir = {
		    placement_home_dirs[i], BLOB_ROOT_SLASH};

		if (suffix_covers(path->suffix, placement_home_dirs[i]))
			add(o, BLOB_ROOT_HOME, unnamed(o, &dir));
	}
	if (suffix_covers(path->suffix, root_home))
		add(o, BLOB_ROOT_HOME,
		    (struct decide_path){root_home, BLOB_ROOT_SLASH});
}

/* Where login managers put the runtime directory of each user. */
static void
add_runtime(const struct about *o, const struct decide_path *path)
{
	const struct decide_path users = {TEXT("run/user"), BLOB_ROOT_SLASH};
	const struct text s = path->suffix;

	if (suffix_covers(s, users.suffix))
		add(o, BLOB_ROOT_XDG_RUNTIME, unnamed(o, &users));
	else if (suffix_covers(users.suffix, s))
		add(o, BLOB_ROOT_XDG_RUNTIME,
		    (struct decide_path){components(s, 3), BLOB_ROOT_SLASH});
}

/* A denied path's root in the rule's directory. */
static void
add_inside(const struct about *o, enum blob_root root)
{
	const struct decide_path *rule = &o->rule;
	const struct decide_path dir = *rule;

	if (root == BLOB_ROOT_HOME && rule->root == BLOB_ROOT_SLASH) {
		add_homes(o, rule);
		return;
	}
	if (root == BLOB_ROOT_XDG_RUNTIME && rule->root == BLOB_ROOT_SLASH)
		add_runtime(o, rule);
	if (!o->tree)
		return;
	switch (root) {
	case BLOB_ROOT_HOME:
		if (rule->root == BLOB_ROOT_CWD ||
		    rule->root == BLOB_ROOT_TMPDIR)
			add(o, root, unnamed(o, &dir));
		break;
	case BLOB_ROOT_CWD:
	case BLOB_ROOT_TMPDIR:
		add(o, root, unnamed(o, &dir));
		break;
	case BLOB_ROOT_XDG_CONFIG:
	case BLOB_ROOT_XDG_DATA:
	case BLOB_ROOT_XDG_STATE:
	case BLOB_ROOT_XDG_CACHE:
	case BLOB_ROOT_XDG_RUNTIME:
	case BLOB_ROOT_SLASH:
	case BLOB_ROOTS:
		break;
	}
}

/* The rule at or below what is denied below a root that can be anywhere. */
static void
add_over(const struct about *o, const struct blob_deny *deny)
{
	const struct text s = o->rule.suffix, t = text_of(deny->suffix);

	if (deny->root != BLOB_ROOT_CWD && deny->root != BLOB_ROOT_TMPDIR)
		return;
	for (uint32_t i = 0; i < s.len; i++) {
		const struct text rest = {s.s + i, s.len - i};
		const struct text above = {s.s, i > 0 ? i - 1 : 0};

		if ((i == 0 || s.s[i - 1] == '/') && suffix_covers(t, rest))
			add(o, deny->root,
			    (struct decide_path){above, o->rule.root});
	}
}

/* The rule's root moves to each directory above a denied path. */
static void
add_moved(const struct about *o, const struct blob_deny *deny)
{
	const enum blob_root root = o->rule.root;
	struct decide_path at = {text_of(deny->suffix), deny->root};

	if (root == BLOB_ROOT_HOME && deny->root == BLOB_ROOT_SLASH)
		add_homes(o, &at);
	if (root == BLOB_ROOT_XDG_RUNTIME && deny->root == BLOB_ROOT_SLASH)
		add_runtime(o, &at);
	if (root != BLOB_ROOT_CWD && root != BLOB_ROOT_TMPDIR)
		return;
	if (deny->root >= BLOB_ROOT_XDG_CONFIG ||
	    (root == BLOB_ROOT_TMPDIR && deny->root == BLOB_ROOT_HOME))
		return;
	while (at.suffix.len > 0) {
		at.suffix = suffix_parent(at.suffix);
		add(o, root, at);
	}
}

/* Is it below a denied path that forbids something else? */
static bool
is_nested(const struct blob *b, uint32_t index)
{
	const struct blob_deny d = blob_deny(b, index);

	for (uint32_t i = 0; i < b->ndenies; i++) {
		const struct blob_deny o = blob_deny(b, i);

		if (o.root == d.root &&
		    (o.access != d.access || o.flags != d.flags) &&
		    suffix_covers(text_of(o.suffix), text_of(d.suffix)))
			return true;
	}
	return false;
}

/*
 * Of the denied paths below HOME that forbid the same, one is enough: where it
 * moves, all move.  There are many, and few below other roots.
 */
static bool
is_typical(const struct blob *b, uint32_t index)
{
	const struct blob_deny d = blob_deny(b, index);
	uint32_t first = DECIDE_NONE, plain = DECIDE_NONE;

	if (d.root != BLOB_ROOT_HOME)
		return true;
	for (uint32_t i = 0; i < b->ndenies && plain == DECIDE_NONE; i++) {
		const struct blob_deny o = blob_deny(b, i);

		if (o.root != d.root || o.access != d.access ||
		    o.flags != d.flags)
			continue;
		if (first == DECIDE_NONE)
			first = i;
		if (!is_nested(b, i))
			plain = i;
	}
	return index == (plain != DECIDE_NONE ? plain : first);
}

void
placements_begin(struct placements *ret_placements, struct arena *a,
    const struct blob *b, const struct blob *other)
{
	struct placements p = {.arena = a, .blob = b, .other = other};

	for (uint32_t i = 0; i < b->ndenies; i++)
		if (is_typical(b, i))
			*VEC_PUSH(a, &p.denies) = i;
	*ret_placements = p;
}

void
placements_of_rule(
    struct placements *p, uint32_t rule, struct placement_list *ret_list)
{
	const struct blob *b = p->blob;
	const struct blob_path r = blob_path(b, rule);
	const struct about o = {
	    .p = p,
	    .rule = {text_of(r.suffix), r.root},
	    .tree = r.kind != BLOB_KIND_FILE,
	    .list = ret_list,
	};

	*ret_list = (struct placement_list){0};
	for (uint32_t i = 0; i < p->denies.n; i++) {
		const struct blob_deny d = blob_deny(b, p->denies.v[i]);

		if (d.root == o.rule.root || !deny_concerns(d.access, r.rights))
			continue;
		add_moved(&o, &d);
		add_inside(&o, d.root);
		add_over(&o, &d);
	}
	/* A temporary directory that holds the home directory is none. */
	if (r.root == BLOB_ROOT_TMPDIR) {
		const struct decide_path tmp = {TEXT(""), BLOB_ROOT_TMPDIR};

		add(&o, BLOB_ROOT_HOME, unnamed(&o, &tmp));
	}
}
