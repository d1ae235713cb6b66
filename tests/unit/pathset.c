#include <config.h>

#include <stdlib.h>

#include "compiler/review/pathset.h"
#include "tests/tap.h"
#include "tests/unit/blob_random.h"

/*
 * Sets of paths against asking of every path of a small universe, the laws
 * that union, subset, disjoint and equal obey, and what is said to hold
 * against every place of the roots.  NONO_TRIPLES is how many of each.
 */
enum { PATHS_MAX = 512 };
static struct decide_path universe[PATHS_MAX];
static uint32_t paths;
static const enum blob_root roots[] = {
    BLOB_ROOT_SLASH, BLOB_ROOT_HOME, BLOB_ROOT_CWD};

/* "d" is in no set: it stands for all other names. */
static void
fill(struct arena *a, enum blob_root root, struct text at, unsigned depth)
{
	static const char *const names[] = {"home", "b", "d"};

	universe[paths++] = (struct decide_path){at, root};
	for (unsigned i = 0; i < ARRAY_LEN(names) && depth < 4; i++)
		fill(a, root,
		    arena_printf(a, "%.*s%s%s", (int)at.len, at.s,
			at.len > 0 ? "/" : "", names[i]),
		    depth + 1);
}

static struct region_set
any_set(uint32_t *seed, struct arena *a)
{
	static const char *const few[] = {
	    "", "home", "b", "home/b", "home/home", "b/b", "home/b/b"};
	struct region_set s = {0};

	for (uint32_t n = 1 + random_below(seed, 3); n > 0; n--)
		*VEC_PUSH(a, &s.paths) = (struct region){
		    .path = {roots[random_below(seed, 3)],
			text_of(few[random_below(seed, ARRAY_LEN(few))])},
		    .tree = random_below(seed, 2) == 0,
		};
	return s;
}

static struct region_set
both(
    struct arena *a, const struct region_set *one, const struct region_set *two)
{
	struct region_set s = {0};

	for (uint32_t i = 0; i < one->paths.n; i++)
		*VEC_PUSH(a, &s.paths) = one->paths.v[i];
	for (uint32_t i = 0; i < two->paths.n; i++)
		*VEC_PUSH(a, &s.paths) = two->paths.v[i];
	return s;
}

/* "/home/b", "$HOME/b", "$CWD" where the roots lie, without pathset.c. */
static struct text
absolute(struct arena *a, const struct decide_env *env, enum blob_root root,
    struct text suffix)
{
	static const char *const apart[BLOB_ROOTS] = {
	    [BLOB_ROOT_HOME] = "//H", [BLOB_ROOT_CWD] = "//C"};
	const struct decide_path *at = &env->places[root];
	struct text dir = {"", 0};

	if (root != BLOB_ROOT_SLASH)
		dir = at->root == root ? text_of(apart[root])
				       : absolute(a, env, at->root, at->suffix);
	return suffix.len == 0 ? dir
			       : arena_printf(a, "%.*s/%.*s", (int)dir.len,
				     dir.s, (int)suffix.len, suffix.s);
}

static bool
in_set(struct arena *a, const struct region_set *s,
    const struct decide_env *env, struct text p)
{
	for (uint32_t i = 0; i < s->paths.n; i++) {
		const struct region *r = &s->paths.v[i];
		const struct text t =
		    absolute(a, env, r->path.root, r->path.suffix);

		if (text_equal(t, p) ||
		    (r->tree && p.len > t.len && p.s[t.len] == '/' &&
			memcmp(p.s, t.s, t.len) == 0))
			return true;
	}
	return false;
}

static bool
expected(struct arena *a, const struct region_set *one,
    enum pathset_relation relation, const struct region_set *two,
    const struct decide_env *env)
{
	for (uint32_t i = 0; i < paths; i++) {
		const struct text p =
		    absolute(a, env, universe[i].root, universe[i].suffix);
		const bool left = in_set(a, one, env, p);
		const bool right = in_set(a, two, env, p);

		if (relation == PATHSET_DISJOINT ? left && right
		    : relation == PATHSET_SUBSET ? left && !right
						 : left != right)
			return false;
	}
	return true;
}

static struct decide_env
any_env(uint32_t *seed)
{
	static const struct text homes[] = {
	    {"home/home", 9}, {"home/b", 6}, {"home/d", 6}, {"root", 4}};
	static const struct text cwds[] = {{"", 0}, {"b", 1}, {"home", 4},
	    {"d", 1}, {"home/d", 6}, {"b/b", 3}, {"home/b/d", 8}};
	struct decide_env env;

	decide_env_init(&env);
	if (random_below(seed, 3) > 0)
		env.places[BLOB_ROOT_HOME] = (struct decide_path){
		    homes[random_below(seed, ARRAY_LEN(homes))],
		    BLOB_ROOT_SLASH};
	if (random_below(seed, 3) > 0)
		env.places[BLOB_ROOT_CWD] = (struct decide_path){
		    cwds[random_below(seed, ARRAY_LEN(cwds))],
		    roots[random_below(seed, 2)]};
	return env;
}

static void
show(struct arena *a, const char *name, const struct region_set *s)
{
	for (uint32_t i = 0; i < s->paths.n; i++)
		printf("# %s: %s%s\n", name,
		    path_print(a, s->paths.v[i].path).s,
		    s->paths.v[i].tree ? " with all below" : "");
}

static void
explain(struct arena *a, const struct region_set *one,
    enum pathset_relation relation, const struct region_set *two,
    const struct decide_env *env, const struct pathset_answer *answer)
{
	show(a, "first", one);
	show(a, "second", two);
	printf("# %s, said %d; $HOME is %s, $CWD is %s\n",
	    pathset_words[relation], (int)answer->verdict,
	    absolute(a, env, BLOB_ROOT_HOME, TEXT("")).s,
	    absolute(a, env, BLOB_ROOT_CWD, TEXT("")).s);
}

/* In one place: what asking of every path says. */
static bool
agree(uint32_t *seed, struct arena *a, unsigned long *ret_yes)
{
	const struct region_set one = any_set(seed, a), two = any_set(seed, a);
	const enum pathset_relation relation =
	    (enum pathset_relation)random_below(seed, PATHSET_RELATIONS);
	const struct decide_env env = any_env(seed);
	struct pathset_answer answer;
	struct decide_path witness;
	const bool want = expected(a, &one, relation, &two, &env);
	bool good;

	*ret_yes += want;
	good = pathset_here(a, &one, relation, &two, &env, &witness) == want;
	pathset_relate(a, &one, relation, &two, &answer);
	switch (answer.verdict) {
	case PATHSET_YES:
		good = good && want;
		break;
	case PATHSET_NO:
		good = good && !want;
		break;
	case PATHSET_DEPENDS:
		good = good && expected(a, &one, relation, &two, &answer.yes) &&
		       !pathset_here(
			   a, &one, relation, &two, &answer.no, &witness);
		break;
	case PATHSET_UNKNOWN:
		good = false;
	}
	if (!good)
		explain(a, &one, relation, &two, &env, &answer);
	return good;
}

static bool
is(struct arena *a, const struct region_set *one,
    enum pathset_relation relation, const struct region_set *two,
    const struct decide_env *env)
{
	struct decide_path witness;

	return pathset_here(a, one, relation, two, env, &witness);
}

static bool
laws(uint32_t *seed, struct arena *a)
{
	const struct region_set x = any_set(seed, a), y = any_set(seed, a),
				z = any_set(seed, a), xy = both(a, &x, &y),
				yx = both(a, &y, &x), yz = both(a, &y, &z),
				xy_z = both(a, &xy, &z),
				x_yz = both(a, &x, &yz), xx = both(a, &x, &x);
	const struct decide_env env = any_env(seed);
	const enum pathset_relation sub = PATHSET_SUBSET,
				    apart = PATHSET_DISJOINT,
				    equal = PATHSET_EQUAL;
#define IS(one, relation, two) is(a, &(one), relation, &(two), &env)
	return IS(x, sub, x) && IS(x, equal, xx) && IS(xy, equal, yx) &&
	       IS(xy_z, equal, x_yz) && IS(x, sub, xy) && IS(y, sub, xy) &&
	       !IS(x, apart, x) &&
	       IS(x, equal, y) == (IS(x, sub, y) && IS(y, sub, x)) &&
	       (!(IS(x, sub, y) && IS(y, sub, z)) || IS(x, sub, z)) &&
	       IS(x, apart, y) == IS(y, apart, x) &&
	       IS(xy, sub, z) == (IS(x, sub, z) && IS(y, sub, z)) &&
	       IS(xy, apart, z) == (IS(x, apart, z) && IS(y, apart, z)) &&
	       IS(x, sub, y) == IS(xy, equal, y) &&
	       (!(IS(x, sub, y) && IS(y, apart, z)) || IS(x, apart, z));
#undef IS
}

int
main(void)
{
	const char *triples = getenv("NONO_TRIPLES");
	const char *start = getenv("NONO_SEED");
	const unsigned long n =
	    triples == NULL ? 2000 : strtoul(triples, NULL, 10);
	uint32_t seed = start == NULL ? 1 : (uint32_t)strtoul(start, NULL, 10);
	unsigned long yes = 0, pairs = 0;
	struct arena fixed = {0};
	bool good = true, lawful = true;

	for (size_t i = 0; i < ARRAY_LEN(roots); i++)
		fill(&fixed, roots[i], TEXT(""), 0);
	for (unsigned long i = 0; i < n && good && lawful; i++) {
		struct arena a = {0};
		const uint32_t was = seed;

		lawful = laws(&seed, &a);
		/* That asks of every path, so of fewer. */
		if (i % 16 == 0) {
			good = agree(&seed, &a, &yes);
			pairs++;
		}
		if (!good || !lawful)
			printf("# NONO_SEED=%u\n", (unsigned)was);
		arena_release(&a);
	}
	OK(lawful);
	OK(good);
	printf("# %lu triples, %lu pairs, %lu hold\n", n, pairs, yes);
	OK(yes > pairs / 10 && yes < pairs);
	arena_release(&fixed);
	return tap_end();
}
