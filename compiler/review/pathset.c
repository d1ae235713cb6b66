#include <config.h>

#include "compiler/review/pathset.h"

#include "compiler/decide/placement.h"

enum { PATHSET_TRIES = 20000 };

const char *const pathset_words[PATHSET_RELATIONS] = {
    "subset", "disjoint", "equal"};

/* A root's place may hang on another's, and that one's on a third. */
static struct decide_path
place(struct arena *a, const struct decide_env *env, struct path path)
{
	struct decide_path p = {path.suffix, path.root};

	while (p.root != BLOB_ROOT_SLASH && env->places[p.root].root != p.root)
		p = decide_path_join(a, env->places[p.root], p.suffix);
	p.suffix = decide_uid_text(a, p.suffix, env->uid);
	return p;
}

/* A region where it lies. */
struct spot {
	struct decide_path at;
	bool tree;
};
struct spots VEC(struct spot);

static struct spots
lay(struct arena *a, const struct region_set *s, const struct decide_env *env)
{
	struct spots to = {0};

	VEC_RESERVE(a, &to, s->paths.n);
	for (uint32_t i = 0; i < s->paths.n; i++)
		*VEC_PUSH(a, &to) = (struct spot){
		    place(a, env, s->paths.v[i].path), s->paths.v[i].tree};
	return to;
}

static bool
has(const struct spots *s, const struct decide_path *path)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->v[i].tree ? decide_path_covers(&s->v[i].at, path)
				 : decide_path_equal(&s->v[i].at, path))
			return true;
	return false;
}

bool
pathset_holds(struct arena *a, const struct region_set *s,
    const struct decide_env *env, const struct decide_path *path)
{
	const struct spots spots = lay(a, s, env);

	return has(&spots, path);
}

/* Whether the name is taken: by a path of the sets, at or below it. */
static bool
is_named(const struct spots *s, const struct decide_path *path)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (decide_path_covers(path, &s->v[i].at))
			return true;
	return false;
}

static struct decide_path
unnamed(struct arena *a, const struct decide_path *dir, const char *name,
    const struct spots *one, const struct spots *two)
{
	for (unsigned n = 0;; n++) {
		const struct decide_path p = decide_path_join(a, *dir,
		    n == 0 ? text_of(name) : arena_printf(a, "%s%u", name, n));

		if (!is_named(one, &p) && !is_named(two, &p))
			return p;
	}
}

/*
 * A subtree has more names than any list: only a subtree holds it.  One that
 * is not held lacks a name that nothing mentions, if not its top.
 */
static bool
is_subset(struct arena *a, const struct spots *one, const struct spots *two,
    struct decide_path *ret_witness)
{
	for (uint32_t i = 0; i < one->n; i++) {
		struct decide_path p = one->v[i].at;

		if (one->v[i].tree && has(two, &p))
			p = unnamed(a, &p, "new", one, two);
		if (has(two, &p))
			continue;
		*ret_witness = p;
		return false;
	}
	return true;
}

/* Two regions that meet do so at the top of one. */
static bool
is_disjoint(const struct spots *one, const struct spots *two,
    struct decide_path *ret_witness)
{
	const struct spots *const sets[] = {one, two};

	for (unsigned k = 0; k < 2; k++)
		for (uint32_t i = 0; i < sets[k]->n; i++)
			if (has(sets[1 - k], &sets[k]->v[i].at)) {
				*ret_witness = sets[k]->v[i].at;
				return false;
			}
	return true;
}

bool
pathset_here(struct arena *a, const struct region_set *one,
    enum pathset_relation relation, const struct region_set *two,
    const struct decide_env *env, struct decide_path *ret_witness)
{
	const struct spots left = lay(a, one, env), right = lay(a, two, env);

	if (relation == PATHSET_DISJOINT)
		return is_disjoint(&left, &right, ret_witness);
	return is_subset(a, &left, &right, ret_witness) &&
	       (relation == PATHSET_SUBSET ||
		   is_subset(a, &right, &left, ret_witness));
}

struct search {
	struct arena *arena, scratch;
	const struct region_set *one, *two;
	enum pathset_relation relation;
	struct pathset_answer *answer;
	bool yes, no;
	uint32_t tries;
};

static void
try(struct search *s, const struct decide_env *env)
{
	struct decide_path witness;

	if ((s->yes && s->no) || s->tries >= PATHSET_TRIES)
		return;
	s->tries++;
	if (pathset_here(
		&s->scratch, s->one, s->relation, s->two, env, &witness)) {
		if (!s->yes)
			s->answer->yes = *env;
		s->yes = true;
	} else {
		if (!s->no) {
			s->answer->no = *env;
			s->answer->witness = witness;
		}
		s->no = true;
	}
}

struct places VEC(struct decide_path);

static void
add_place(struct search *s, struct places *to, struct decide_path p)
{
	for (uint32_t i = 0; i < to->n; i++)
		if (decide_path_equal(&to->v[i], &p))
			return;
	*VEC_PUSH(&s->scratch, to) = p;
}

static struct text
parent(struct text t)
{
	while (t.len > 0 && t.s[--t.len] != '/')
		;
	return t;
}

static bool
hangs_on(const struct spots *s, enum blob_root root)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->v[i].at.root == root)
			return true;
	return false;
}

/*
 * The working directory at each path of the sets, above it and in it: what
 * lies at some path below comes to be there, above or below just so.
 */
static void
move_cwd(struct search *s, const struct decide_env *env)
{
	const struct spots sets[] = {
	    lay(&s->scratch, s->one, env), lay(&s->scratch, s->two, env)};
	struct places places = {0};

	try(s, env);
	if (!hangs_on(&sets[0], BLOB_ROOT_CWD) &&
	    !hangs_on(&sets[1], BLOB_ROOT_CWD))
		return;
	for (unsigned k = 0; k < 2; k++)
		for (uint32_t i = 0; i < sets[k].n; i++) {
			struct decide_path p = sets[k].v[i].at;

			if (p.root == BLOB_ROOT_CWD)
				continue;
			add_place(s, &places,
			    unnamed(&s->scratch, &p, "project", &sets[0],
				&sets[1]));
			for (;; p.suffix = parent(p.suffix)) {
				add_place(s, &places, p);
				if (p.suffix.len == 0)
					break;
			}
		}
	for (uint32_t i = 0; i < places.n; i++) {
		struct decide_env there = *env;

		there.places[BLOB_ROOT_CWD] = places.v[i];
		try(s, &there);
	}
}

static void
add_homes(struct search *s, struct places *to, struct text name)
{
	for (unsigned i = 0; i < PLACEMENT_HOME_DIRS; i++) {
		const struct decide_path dir = {
		    placement_home_dirs[i], BLOB_ROOT_SLASH};

		add_place(s, to, decide_path_join(&s->scratch, dir, name));
	}
}

/*
 * By each name that a path has: below the working directory it may be that of
 * the home directory.  *name stays one that no path has.
 */
static void
add_named_homes(struct search *s, struct places *to, const struct spots *spots,
    struct text *name)
{
	for (uint32_t i = 0; i < spots->n; i++) {
		const struct text t = spots->v[i].at.suffix;
		uint32_t begin = 0;

		for (uint32_t end = 0; end <= t.len; end++) {
			struct text one;

			if (end < t.len && t.s[end] != '/')
				continue;
			one = (struct text){t.s + begin, end - begin};
			begin = end + 1;
			if (one.len >= name->len &&
			    memcmp(one.s, name->s, name->len) == 0)
				*name = arena_printf(
				    &s->scratch, "%.*s-x", (int)one.len, one.s);
			if (one.len > 0 && spots->v[i].at.root == BLOB_ROOT_CWD)
				add_homes(s, to, one);
		}
	}
}

/* The home directory wherever there may be one that the sets tell apart. */
static void
move_home(struct search *s, const struct decide_env *env)
{
	static const struct decide_path root = {{"root", 4}, BLOB_ROOT_SLASH};
	const struct spots sets[] = {
	    lay(&s->scratch, s->one, env), lay(&s->scratch, s->two, env)};
	struct places places = {0};
	struct text name = TEXT("user");
	struct decide_path home;

	move_cwd(s, env);
	if (!hangs_on(&sets[0], BLOB_ROOT_HOME) &&
	    !hangs_on(&sets[1], BLOB_ROOT_HOME))
		return;
	add_place(s, &places, root);
	add_named_homes(s, &places, &sets[0], &name);
	add_named_homes(s, &places, &sets[1], &name);
	add_homes(s, &places, name);
	for (unsigned k = 0; k < 2; k++)
		for (uint32_t i = 0; i < sets[k].n; i++)
			if (placement_home_of(&sets[k].v[i].at, &home))
				add_place(s, &places, home);
	for (uint32_t i = 0; i < places.n; i++) {
		struct decide_env there = *env;

		there.places[BLOB_ROOT_HOME] = places.v[i];
		move_cwd(s, &there);
	}
}

/* Users whose id one set spells out where the other has $UID. */
static struct decide_uids
users(const struct region_set *one, const struct region_set *two)
{
	struct decide_uids uids = {0};

	for (uint32_t i = 0; i < one->paths.n; i++)
		for (uint32_t k = 0; k < two->paths.n; k++) {
			const struct text t = one->paths.v[i].path.suffix;
			const struct text u = two->paths.v[k].path.suffix;

			decide_uids_add(&uids, t, u);
			decide_uids_add(&uids, u, t);
		}
	return uids;
}

static void
keep(struct arena *a, struct decide_env *env)
{
	for (unsigned r = 0; r < BLOB_ROOTS; r++)
		env->places[r].suffix = arena_text(a, env->places[r].suffix);
}

void
pathset_relate(struct arena *a, const struct region_set *one,
    enum pathset_relation relation, const struct region_set *two,
    struct pathset_answer *ret)
{
	struct search s = {.arena = a,
	    .one = one,
	    .two = two,
	    .relation = relation,
	    .answer = ret};
	const struct decide_uids uids = users(one, two);
	struct decide_env env;

	*ret = (struct pathset_answer){0};
	decide_env_init(&env);
	move_home(&s, &env);
	for (uint32_t i = 0; i < uids.n; i++) {
		env.uid = uids.v[i];
		move_home(&s, &env);
	}
	if (s.yes)
		keep(a, &ret->yes);
	if (s.no) {
		keep(a, &ret->no);
		ret->witness.suffix = arena_text(a, ret->witness.suffix);
	}
	if (s.yes && s.no)
		ret->verdict = PATHSET_DEPENDS;
	else if (s.tries >= PATHSET_TRIES)
		ret->verdict = PATHSET_UNKNOWN;
	else
		ret->verdict = s.yes ? PATHSET_YES : PATHSET_NO;
	arena_release(&s.scratch);
}
