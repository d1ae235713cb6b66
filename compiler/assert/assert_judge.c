#include <config.h>

#include "compiler/assert/assert_judge.h"

/*
 * Views of a policy, and the verdict over all of them.
 */

enum {
	ELSEWHERE_MAX = 8, /* homes that are spelled out and tried */
	ABOVE_MAX = 8,	   /* directories above a path, for $CWD */
	TRIES_MAX = 32,	   /* pairs of paths for which $CWD is moved */
};

void
judge_init(struct judge *j, struct arena *a, const struct blob *b,
    struct assertions *assertions)
{
	*j = (struct judge){.arena = a, .blob = b, .assertions = assertions};
}

static struct decide_path
env_place(struct arena *a, const struct decide_env *env, struct path p)
{
	struct decide_path at =
	    decide_path_join(a, env->places[p.root], p.suffix);

	at.suffix = decide_uid_text(a, at.suffix, env->uid);
	return at;
}

struct decide_path
view_place(struct arena *a, const struct view *v, struct path p)
{
	return env_place(a, &v->env, p);
}

/* Moves a root, and those that lie below it. */
static void
move(struct arena *a, struct decide_env *env, enum blob_root root,
    struct decide_path to)
{
	for (int i = 0; i < BLOB_ROOTS; i++)
		if (i != BLOB_ROOT_SLASH && i != (int)root &&
		    env->places[i].root == root)
			env->places[i] =
			    decide_path_join(a, to, env->places[i].suffix);
	env->places[root] = to;
}

static bool
unplaced(const struct decide_env *env, enum blob_root root)
{
	return root != BLOB_ROOT_SLASH && env->places[root].root == root;
}

static struct decide_env
base_env(struct judge *j, unsigned abi, bool absent)
{
	const struct assertions *all = j->assertions;
	struct decide_env env;

	decide_env_init(&env);
	env.abi = abi;
	env.absent = absent;
	for (uint32_t i = 0; i < all->assumptions.n; i++) {
		const struct assumption *a = &all->assumptions.v[i];
		struct decide_path to = env_place(j->arena, &env, a->place);

		if (to.root != a->root)
			move(j->arena, &env, a->root, to);
	}
	return env;
}

static bool
same_env(const struct decide_env *a, const struct decide_env *b)
{
	if (a->abi != b->abi || a->absent != b->absent || a->uid != b->uid)
		return false;
	for (int i = 0; i < BLOB_ROOTS; i++)
		if (a->places[i].root != b->places[i].root ||
		    !text_equal(a->places[i].suffix, b->places[i].suffix))
			return false;
	return true;
}

const struct view *
judge_view_of(struct judge *j, const struct decide_env *env)
{
	struct view *v;

	for (uint32_t i = 0; i < j->views.n; i++)
		if (same_env(&j->views.v[i]->env, env))
			return j->views.v[i];
	v = ARENA_NEW(j->arena, struct view);
	v->env = *env;
	v->decider = decide_open(j->arena, j->blob, env);
	v->launches = decide_refused(v->decider).why == DECIDE_LAUNCHES;
	if (v->launches)
		decide_regions(v->decider, j->arena, &v->regions);
	*VEC_PUSH(j->arena, &j->views) = v;
	return v;
}

const struct view *
judge_view(struct judge *j, unsigned abi, bool absent)
{
	struct decide_env env = base_env(j, abi, absent);

	return judge_view_of(j, &env);
}

/* A kernel that knows less restricts less: the oldest is the worst case. */
unsigned
judge_abi(const struct judge *j, const struct assertion *a)
{
	unsigned abi = blob_target(j->blob).abi_min;

	return a->abi > abi ? a->abi : abi;
}

bool
judge_may_be_missing(const struct blob *b)
{
	for (uint32_t i = 0; i < b->npaths; i++)
		if (blob_path(b, i).missing == BLOB_MISSING_PARENT)
			return true;
	return false;
}

struct search {
	struct judge *judge;
	struct text name;
	const struct assertion *assertion;
	const struct view *base;
	struct judgement *to;
	uint32_t tries;
};

static bool
fails_in_env(struct search *s, const struct decide_env *env)
{
	const struct view *v = judge_view_of(s->judge, env);
	struct judgement there = {0};

	if (!v->launches)
		return false;
	walk_never(s->judge, v, s->name, s->assertion, &there);
	if (there.hits.n == 0)
		return false;
	*s->to = there;
	s->to->verdict = ASSERT_UNDECIDED;
	s->to->holds_in = s->base;
	return true;
}

/* Does the assertion fail with one root moved?  Then `to` says how. */
static bool
fails_in(struct search *s, enum blob_root root, struct decide_path place)
{
	struct decide_env env = s->base->env;

	if (!unplaced(&env, root) || place.root == root)
		return false;
	move(s->judge->arena, &env, root, place);
	if (fails_in_env(s, &env))
		return true;
	env.absent = true;
	return judge_may_be_missing(s->judge->blob) && fails_in_env(s, &env);
}

/* Has the view a region of this root that any of the operations needs? */
static bool
root_matters(const struct search *s, enum blob_root root, uint64_t rights)
{
	const struct decide_regions *r = &s->base->regions;

	for (uint32_t i = 0; i < r->n; i++)
		if (r->v[i].at.root == root &&
		    ((r->v[i].tree | r->v[i].file) & rights) != 0)
			return true;
	return false;
}

static bool
set_has_root(const struct search *s, enum blob_root root)
{
	const struct region_set *set = &s->assertion->set;

	for (uint32_t i = 0; i < set->paths.n; i++)
		if (view_place(s->judge->arena, s->base, set->paths.v[i].path)
			.root == root)
			return true;
	return false;
}

static struct text
parent_of(struct text suffix)
{
	while (suffix.len > 0 && suffix.s[suffix.len - 1] != '/')
		suffix.len--;
	return (struct text){suffix.s, suffix.len > 0 ? suffix.len - 1 : 0};
}

/*
 * $CWD where what lies at `below` in it and a path elsewhere meet: one would
 * hold the other, or be it.
 */
static bool
fails_where_met(struct search *s, struct text below, struct decide_path path)
{
	struct decide_path up = {parent_of(path.suffix), path.root};

	if (path.root == BLOB_ROOT_CWD || s->tries >= TRIES_MAX)
		return false;
	s->tries++;
	if (fails_in(s, BLOB_ROOT_CWD,
		decide_path_join(s->judge->arena, path, TEXT("project"))) ||
	    fails_in(s, BLOB_ROOT_CWD, path))
		return true;
	for (uint32_t i = 0; i < ABOVE_MAX; i++) {
		if (fails_in(s, BLOB_ROOT_CWD, up))
			return true;
		if (up.suffix.len == 0)
			break;
		up.suffix = parent_of(up.suffix);
	}
	up.suffix = path.suffix;
	/* "app" of "app/src/main.c", if it is "src" that is meant. */
	for (uint32_t i = 0; i + below.len <= path.suffix.len; i++) {
		const char *at = path.suffix.s + i;
		uint32_t end = i + below.len;

		if (below.len == 0 || (i > 0 && at[-1] != '/') ||
		    memcmp(at, below.s, below.len) != 0 ||
		    (end < path.suffix.len && path.suffix.s[end] != '/'))
			continue;
		up.suffix.len = i > 0 ? i - 1 : 0;
		if (fails_in(s, BLOB_ROOT_CWD, up))
			return true;
	}
	return false;
}

/* What is granted in $CWD against the set, and the other way round. */
static bool
fails_by_cwd(struct search *s, uint64_t rights)
{
	const struct region_set *set = &s->assertion->set;
	const struct decide_regions *r = &s->base->regions;

	for (uint32_t i = 0; i < set->paths.n; i++) {
		struct decide_path at =
		    view_place(s->judge->arena, s->base, set->paths.v[i].path);
		bool in = at.root == BLOB_ROOT_CWD;

		for (uint32_t k = 0; k < r->n; k++) {
			const struct decide_region *one = &r->v[k];

			if (((one->tree | one->file) & rights) == 0 ||
			    in == (one->at.root == BLOB_ROOT_CWD))
				continue;
			if (fails_where_met(s, in ? at.suffix : one->at.suffix,
				in ? one->at : at))
				return true;
		}
	}
	return false;
}

/* Two grants that give more together than each by itself. */
static bool
fails_by_both(struct search *s, uint64_t rights)
{
	const struct decide_regions *r = &s->base->regions;

	s->tries = 0;
	for (uint32_t i = 0; i < r->n; i++) {
		if (r->v[i].at.root != BLOB_ROOT_CWD ||
		    ((r->v[i].tree | r->v[i].file) & rights) == 0)
			continue;
		for (uint32_t k = 0; k < r->n; k++)
			if (((r->v[k].tree | r->v[k].file) & rights) != 0 &&
			    fails_where_met(s, r->v[i].at.suffix, r->v[k].at))
				return true;
	}
	return false;
}

/* "home/jo" of "home/jo/src": where a home directory may well be. */
static bool
home_of(const struct decide_path *p, struct decide_path *ret)
{
	static const char *const dirs[] = {
	    "home/", "var/home/", "export/home/"};
	uint32_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		if (p->suffix.len > strlen(dirs[i]) &&
		    memcmp(p->suffix.s, dirs[i], strlen(dirs[i])) == 0)
			n = (uint32_t)strlen(dirs[i]);
	if (p->root != BLOB_ROOT_SLASH || n == 0)
		return false;
	while (n < p->suffix.len && p->suffix.s[n] != '/')
		n++;
	*ret = (struct decide_path){{p->suffix.s, n}, BLOB_ROOT_SLASH};
	/* Homebrew's place on Linux: nobody's home. */
	return !text_is(ret->suffix, "home/linuxbrew");
}

/* $HOME in /home and /root, and at each home that a path spells out. */
static bool
fails_by_home(struct search *s, uint64_t rights)
{
	const struct decide_path user = {TEXT("home/user"), BLOB_ROOT_SLASH};
	const struct decide_path root = {TEXT("root"), BLOB_ROOT_SLASH};
	const struct region_set *set = &s->assertion->set;
	const struct decide_regions *r = &s->base->regions;
	struct decide_path home, last = user;
	uint32_t tried = 0;

	if (fails_in(s, BLOB_ROOT_HOME, user) ||
	    fails_in(s, BLOB_ROOT_HOME, root))
		return true;
	for (uint32_t i = 0; i < r->n && tried < ELSEWHERE_MAX; i++) {
		if (((r->v[i].tree | r->v[i].file) & rights) == 0 ||
		    !home_of(&r->v[i].at, &home) ||
		    decide_path_compare(&home, &last) == 0)
			continue;
		tried++;
		last = home;
		if (fails_in(s, BLOB_ROOT_HOME, home))
			return true;
	}
	for (uint32_t i = 0; i < set->paths.n && tried < ELSEWHERE_MAX; i++) {
		struct decide_path p =
		    view_place(s->judge->arena, s->base, set->paths.v[i].path);

		if (!home_of(&p, &home) ||
		    decide_path_compare(&home, &last) == 0)
			continue;
		tried++;
		last = home;
		if (fails_in(s, BLOB_ROOT_HOME, home))
			return true;
	}
	return false;
}

/* Each directory in /run/user that a path spells out, and the user's own. */
static bool
fails_by_run_time(struct search *s)
{
	static const char own[] = {
	    'r', 'u', 'n', '/', 'u', 's', 'e', 'r', '/', BLOB_UID_BYTE};
	static const struct text dir = {"run/user/", 9};
	const struct region_set *set = &s->assertion->set;
	struct decide_path at = {{own, sizeof(own)}, BLOB_ROOT_SLASH};
	uint32_t tried = 0;

	if (fails_in(s, BLOB_ROOT_XDG_RUNTIME, at))
		return true;
	at.suffix = TEXT("run/user/1000");
	if (fails_in(s, BLOB_ROOT_XDG_RUNTIME, at))
		return true;
	for (uint32_t i = 0; i < s->judge->blob->npaths + set->paths.n; i++) {
		const bool of_set = i < set->paths.n;
		const struct blob_path p =
		    of_set ? (struct blob_path){0}
			   : blob_path(s->judge->blob, i - set->paths.n);
		uint32_t end = dir.len;

		at.suffix =
		    of_set ? set->paths.v[i].path.suffix : text_of(p.suffix);
		if ((of_set ? set->paths.v[i].path.root : p.root) !=
			BLOB_ROOT_SLASH ||
		    at.suffix.len <= dir.len ||
		    memcmp(at.suffix.s, dir.s, dir.len) != 0)
			continue;
		while (end < at.suffix.len && at.suffix.s[end] != '/')
			end++;
		at.suffix.len = end;
		if (tried++ < ELSEWHERE_MAX &&
		    fails_in(s, BLOB_ROOT_XDG_RUNTIME, at))
			return true;
	}
	return false;
}

/* The user whose id a path spells out, where another has $UID. */
static bool
fails_by_user(struct search *s)
{
	const struct region_set *set = &s->assertion->set;
	const struct blob *b = s->judge->blob;
	struct decide_env env = s->base->env;
	struct decide_uids uids = {0};

	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct text t = text_of(blob_path(b, i).suffix);

		for (uint32_t k = 0; k < set->paths.n; k++) {
			const struct text u = set->paths.v[k].path.suffix;

			decide_uids_add(&uids, t, u);
			decide_uids_add(&uids, u, t);
		}
	}
	for (uint32_t i = 0; i < uids.n; i++) {
		env.uid = uids.v[i];
		env.absent = false;
		if (fails_in_env(s, &env))
			return true;
		env.absent = true;
		if (judge_may_be_missing(b) && fails_in_env(s, &env))
			return true;
	}
	return false;
}

/*
 * Could it fail where the roots lie otherwise?  The home directory is taken
 * to lie in /home or /root, the run-time directory in /run/user, the working
 * directory anywhere.
 */
static bool
fails_elsewhere(struct search *s)
{
	const struct decide_path slash = {{"", 0}, BLOB_ROOT_SLASH};
	const struct decide_path home = {{"", 0}, BLOB_ROOT_HOME};
	uint64_t rights = 0;

	for (unsigned op = 0; op < OP_CONNECT; op++)
		if ((s->assertion->ops & 1U << op) != 0)
			rights |= judge_rights((enum assert_op)op);
	if ((root_matters(s, BLOB_ROOT_CWD, rights) ||
		set_has_root(s, BLOB_ROOT_CWD)) &&
	    (fails_in(s, BLOB_ROOT_CWD, home) ||
		fails_in(s, BLOB_ROOT_CWD, slash)))
		return true;
	if ((root_matters(s, BLOB_ROOT_HOME, rights) ||
		set_has_root(s, BLOB_ROOT_HOME)) &&
	    fails_by_home(s, rights))
		return true;
	if ((root_matters(s, BLOB_ROOT_XDG_RUNTIME, rights) ||
		set_has_root(s, BLOB_ROOT_XDG_RUNTIME)) &&
	    fails_by_run_time(s))
		return true;
	if (fails_by_user(s))
		return true;
	return fails_by_cwd(s, rights) || fails_by_both(s, rights);
}

static void
judge_never(struct judge *j, struct text name, const struct assertion *a,
    struct judgement *to)
{
	unsigned abi = judge_abi(j, a);
	const struct view *base = judge_view(j, abi, false);
	struct search s = {j, name, a, base, to, 0};
	bool missing = judge_may_be_missing(j->blob);

	if (base->launches)
		walk_never(j, base, name, a, to);
	if (missing && to->hits.n == 0) {
		const struct view *absent = judge_view(j, abi, true);

		if (absent->launches)
			walk_never(j, absent, name, a, to);
	}
	if (to->hits.n > 0)
		to->verdict = ASSERT_VIOLATED;
	else if (!base->launches)
		to->no_launch = true;
	else if (a->set.paths.n > 0)
		(void)fails_elsewhere(&s);
}

static void
judge_always(struct judge *j, struct text name, const struct assertion *a,
    struct judgement *to)
{
	const struct view *base = judge_view(j, judge_abi(j, a), false);

	to->no_launch = !base->launches;
	if (base->launches)
		walk_always(j, base, name, a, to);
	if (to->hits.n > 0)
		to->verdict = ASSERT_VIOLATED;
	/* All of nothing is no promise. */
	if (a->set.paths.n == 0 && a->set.ports.n == 0)
		to->verdict = ASSERT_VIOLATED;
}

void
judge_assertion(struct judge *j, struct text name, const struct assertion *a,
    struct judgement *ret)
{
	struct judgement to = {0};

	switch (a->kind) {
	case ASSERT_ONLY:
		if (!assert_applies(a->only, name))
			judge_never(j, name, a, &to);
		break;
	case ASSERT_NEVER:
	case ASSERT_TOGETHER:
		judge_never(j, name, a, &to);
		break;
	case ASSERT_ALWAYS:
		judge_always(j, name, a, &to);
		break;
	case ASSERT_WITHIN:
	case ASSERT_DISJOINT:
		break;
	}
	if (to.no_launch)
		to.verdict = ASSERT_UNDECIDED;
	*ret = to;
}
