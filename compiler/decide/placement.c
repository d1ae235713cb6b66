#include <config.h>

#include "compiler/decide/placement.h"

#include "compiler/decide/decide_model.h"

const struct text placement_home_dirs[PLACEMENT_HOME_DIRS] = {
    {"home", 4},
    {"Users", 5},
    {"var/home", 8},
    {"export/home", 11},
    {"var/lib", 7},
    {"tmp", 3},
};
static const struct text root_home = {"root", 4};
static const struct text runtime_dirs = {"run/user", 8};

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

void
placement_apart(struct placement *ret_placement)
{
	for (unsigned r = 0; r < BLOB_ROOTS; r++)
		ret_placement->at[r] =
		    (struct decide_path){{"", 0}, (enum blob_root)r};
}

bool
placement_canonical(const struct placement *p, struct arena *a,
    const struct decide_path *path, struct decide_path *ret)
{
	*ret = *path;
	for (unsigned i = 0; i < BLOB_ROOTS; i++) {
		const struct decide_path *at = &p->at[ret->root];

		if (at->root == ret->root)
			return true;
		ret->suffix = suffix_join(a, at->suffix, ret->suffix);
		ret->root = at->root;
	}
	return false;
}

/* What is below a root, seen from it; false: the path does not lie in it. */
static bool
seen_from(const struct placement *p, struct arena *a, enum blob_root root,
    const struct decide_path *path, struct text *ret)
{
	struct decide_path at = *path;

	for (unsigned i = 0; i < BLOB_ROOTS; i++) {
		const struct decide_path *up = &p->at[at.root];

		if (at.root == root) {
			*ret = at.suffix;
			return true;
		}
		if (up->root == at.root)
			return false;
		at.suffix = suffix_join(a, up->suffix, at.suffix);
		at.root = up->root;
	}
	return false;
}

/* Is it one of the names in a path? */
static bool
has_name(struct text path, struct text name)
{
	for (uint32_t from = 0; from < path.len;) {
		uint32_t to = from;

		while (to < path.len && path.s[to] != '/')
			to++;
		if (text_equal((struct text){path.s + from, to - from}, name))
			return true;
		from = to + 1;
	}
	return false;
}

/* No name of the path; that of runtime_dirs is known to all. */
static bool
is_unnamed(enum blob_root root, const char *path, struct text name)
{
	struct text t = text_of(path);

	if (strstr(path, name.s) == NULL)
		return true;
	if (root == BLOB_ROOT_SLASH && suffix_covers(runtime_dirs, t)) {
		t.s += runtime_dirs.len;
		t.len -= runtime_dirs.len;
	}
	return !has_name(t, name);
}

static bool
is_fresh(const struct blob *b, struct text name)
{
	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct blob_path p = blob_path(b, i);

		if (!is_unnamed(p.root, p.suffix, name))
			return false;
	}
	for (uint32_t i = 0; i < b->ndenies; i++) {
		const struct blob_deny d = blob_deny(b, i);

		if (!is_unnamed(d.root, d.suffix, name))
			return false;
	}
	return true;
}

void
placements_begin(struct placements *ret_placements, struct arena *a,
    const struct blob *one, const struct blob *two)
{
	static const char *const names[BLOB_ROOTS] = {
	    [BLOB_ROOT_HOME] = "user",
	    [BLOB_ROOT_CWD] = "dir",
	    [BLOB_ROOT_TMPDIR] = "temp",
	    [BLOB_ROOT_XDG_RUNTIME] = "user",
	};
	const unsigned homes =
	    1u << BLOB_ROOT_TMPDIR | 1u << BLOB_ROOT_XDG_CONFIG |
	    1u << BLOB_ROOT_XDG_DATA | 1u << BLOB_ROOT_XDG_STATE |
	    1u << BLOB_ROOT_XDG_CACHE;
	struct placements p = {.arena = a};

	p.moved = blob_target(one).roots | blob_target(two).roots;
	if ((p.moved & homes) != 0)
		p.moved |= 1u << BLOB_ROOT_HOME;
	for (unsigned r = 0; r < BLOB_ROOTS; r++) {
		struct text t = text_of(names[r] == NULL ? "" : names[r]);

		if (names[r] == NULL || (p.moved & 1u << r) == 0)
			continue;
		for (unsigned n = 1; !is_fresh(one, t) || !is_fresh(two, t);
		     n++)
			t = arena_printf(a, "%s%u", names[r], n);
		p.fresh[r] = t;
	}
	*ret_placements = p;
}

/* Where the root lies while its variable is unset, if that is below HOME. */
static bool
usual_place(enum blob_root root, struct decide_path *ret)
{
	struct decide_env env;

	if (root < BLOB_ROOT_XDG_CONFIG || root > BLOB_ROOT_XDG_CACHE)
		return false;
	decide_env_init(&env);
	*ret = env.places[root];
	return true;
}

static bool
may_be_home(const struct decide_path *at)
{
	struct decide_path home;

	switch (at->root) {
	case BLOB_ROOT_HOME:
		return true;
	case BLOB_ROOT_SLASH:
		return placement_home_of(at, &home) &&
		       decide_path_equal(at, &home);
	case BLOB_ROOT_CWD:
	case BLOB_ROOT_TMPDIR:
		return at->suffix.len > 0;
	case BLOB_ROOT_XDG_CONFIG:
	case BLOB_ROOT_XDG_DATA:
	case BLOB_ROOT_XDG_STATE:
	case BLOB_ROOT_XDG_CACHE:
	case BLOB_ROOT_XDG_RUNTIME:
	case BLOB_ROOTS:
		break;
	}
	return false;
}

static bool
may_be_runtime(const struct decide_path *at)
{
	const struct text s = at->suffix;

	if (at->root == BLOB_ROOT_XDG_RUNTIME)
		return true;
	return at->root == BLOB_ROOT_SLASH && suffix_covers(runtime_dirs, s) &&
	       s.len > runtime_dirs.len && components(s, 3).len == s.len;
}

/* Where programs keep what they are told and what they remember, ours as well.
 */
static bool
is_kept(
    const struct placement *p, struct arena *a, const struct decide_path *at)
{
	static const struct decide_path kept[] = {
	    {{"", 0}, BLOB_ROOT_XDG_CONFIG},
	    {{"", 0}, BLOB_ROOT_XDG_STATE},
	    {{".nono", 5}, BLOB_ROOT_HOME},
	};

	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		struct decide_path dir;

		if (placement_canonical(p, a, &kept[i], &dir) &&
		    decide_path_covers(&dir, at))
			return true;
	}
	return false;
}

/* As placement.h has it; where the XDG directories are nobody else changes. */
static bool
is_possible(const struct placement *p, struct arena *a)
{
	for (unsigned r = 1; r < BLOB_ROOTS; r++) {
		const struct decide_path root = {TEXT(""), (enum blob_root)r};
		struct decide_path at;

		if (!placement_canonical(p, a, &root, &at) ||
		    (r == BLOB_ROOT_HOME && !may_be_home(&at)) ||
		    ((r == BLOB_ROOT_CWD || r == BLOB_ROOT_TMPDIR) &&
			is_kept(p, a, &at)) ||
		    (r == BLOB_ROOT_XDG_RUNTIME && !may_be_runtime(&at)))
			return false;
	}
	return true;
}

/* One root on the move. */
struct way {
	const struct placements *p;
	const struct placement *from;
	struct arena *arena;
	struct placement_list *list;
	enum blob_root root;
};

/*
 * Not below a name that stood for its place before it moved: the same is said
 * without that name, and paths would grow without end.
 */
static void
offer(const struct way *w, enum blob_root tree, struct text at)
{
	struct placement to = *w->from;

	if (w->root != BLOB_ROOT_XDG_RUNTIME &&
	    has_name(suffix_parent(at), w->p->fresh[w->root]))
		return;
	to.at[w->root] = (struct decide_path){at, tree};
	if (is_possible(&to, w->arena))
		*VEC_PUSH(w->arena, w->list) = to;
}

static void
offer_fresh(const struct way *w, enum blob_root tree, struct text dir)
{
	offer(w, tree, suffix_join(w->arena, dir, w->p->fresh[w->root]));
}

/*
 * Somewhere in a directory; what lies in it by name makes more meet than a name
 * that nobody speaks of.
 */
static void
offer_within(const struct way *w, const struct decide_path *dir)
{
	const struct text s = dir->suffix;

	offer_fresh(w, dir->root, s);
	if (dir->root != BLOB_ROOT_SLASH)
		return;
	for (size_t i = 0; w->root == BLOB_ROOT_HOME && i < PLACEMENT_HOME_DIRS;
	     i++)
		if (s.len < placement_home_dirs[i].len &&
		    suffix_covers(s, placement_home_dirs[i]))
			offer_fresh(w, dir->root, placement_home_dirs[i]);
	if (w->root == BLOB_ROOT_HOME && s.len == 0)
		offer(w, dir->root, root_home);
	if (w->root == BLOB_ROOT_XDG_RUNTIME && s.len < runtime_dirs.len &&
	    suffix_covers(s, runtime_dirs))
		offer_fresh(w, dir->root, runtime_dirs);
}

/* What is left of a path below one of the directories above it, or itself. */
static struct text
rest_below(struct text path, struct text up)
{
	const uint32_t skip = up.len == 0	   ? 0
			      : up.len == path.len ? up.len
						   : up.len + 1;

	return (struct text){path.s + skip, path.len - skip};
}

/*
 * What moves with the root is `moving` below it, what stays is `fixed`: they
 * meet where one is at or above the other.  So the root comes to lie in what
 * is fixed, or at or above it, where the names are the same.
 */
static void
move_root(const struct way *w, const struct meeting *m)
{
	struct text rule, deny, moving, up;
	struct decide_path fixed;
	const bool rule_in =
	    seen_from(w->from, w->arena, w->root, &m->rule, &rule);
	const bool deny_in =
	    seen_from(w->from, w->arena, w->root, &m->deny, &deny);
	/* May the root lie in what is fixed? */
	const bool in = rule_in ? m->denied : m->tree;

	if (rule_in == deny_in)
		return;
	moving = rule_in ? rule : deny;
	(void)placement_canonical(
	    w->from, w->arena, rule_in ? &m->deny : &m->rule, &fixed);
	if (in)
		offer_within(w, &fixed);
	up = fixed.suffix;
	if (in || (!rule_in && moving.len == 0))
		offer(w, fixed.root, up);
	while (up.len > 0) {
		struct text rest;

		up = suffix_parent(up);
		rest = rest_below(fixed.suffix, up);
		if (suffix_covers(rest, moving) || suffix_covers(moving, rest))
			offer(w, fixed.root, up);
	}
}

/* Do they, there? */
static bool
do_meet(const struct placement *p, struct arena *a, const struct meeting *m)
{
	struct decide_path rule, deny;

	return placement_canonical(p, a, &m->rule, &rule) &&
	       placement_canonical(p, a, &m->deny, &deny) &&
	       (decide_path_covers(&rule, &deny) ||
		   decide_path_covers(&deny, &rule));
}

static void
move_each(const struct placements *p, const struct placement *from,
    const struct meeting *m, struct arena *a, struct placement_list *list)
{
	static const enum blob_root movable[] = {BLOB_ROOT_CWD,
	    BLOB_ROOT_TMPDIR, BLOB_ROOT_HOME, BLOB_ROOT_XDG_RUNTIME};

	for (size_t i = 0; i < ARRAY_LEN(movable); i++) {
		const struct way w = {.p = p,
		    .from = from,
		    .arena = a,
		    .list = list,
		    .root = movable[i]};

		if ((p->moved & 1u << movable[i]) != 0)
			move_root(&w, m);
	}
}

/* The root of a path put where it can only be; false: it can be elsewhere. */
static bool
settled(const struct placements *p, struct placement *at, enum blob_root root)
{
	struct decide_path usual;

	if (at->at[root].root != root)
		return false;
	if (root == BLOB_ROOT_XDG_RUNTIME)
		usual = (struct decide_path){
		    suffix_join(p->arena, runtime_dirs, p->fresh[root]),
		    BLOB_ROOT_SLASH};
	else if (!usual_place(root, &usual))
		return false;
	at->at[root] = usual;
	return true;
}

void
placements_meet(const struct placements *p, const struct placement *from,
    const struct meeting *m, struct arena *a, struct placement_list *list)
{
	const enum blob_root roots[2] = {m->rule.root, m->deny.root};

	move_each(p, from, m, a, list);
	for (unsigned which = 1; which < 4; which++) {
		struct placement at = *from;
		bool any = true;

		for (unsigned i = 0; i < 2; i++)
			if ((which & 1u << i) != 0)
				any = any && settled(p, &at, roots[i]);
		if (!any || !is_possible(&at, a))
			continue;
		if (do_meet(&at, a, m))
			*VEC_PUSH(a, list) = at;
		else
			move_each(p, &at, m, a, list);
	}
}
