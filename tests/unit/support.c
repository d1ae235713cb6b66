#include <config.h>

#include <stdlib.h>

#include "compiler/blob/blob_write.h"
#include "compiler/decide/decide.h"
#include "tests/tap.h"
#include "tests/unit/blob_random.h"

/*
 * The rules that nonoc why names: with them alone the answer is the same, and
 * without any one of them it is not.  NONO_SUPPORTS says how many answers.
 */
enum { NAMES = 3, REQUESTS = 64 };
static const char *const names[NAMES] = {"a", "ab", "b"};

struct count {
	unsigned long answers, single, more; /* by the size of the set */
	unsigned long insufficient, redundant;
};

static struct text
any_suffix(uint32_t *seed, struct arena *a, unsigned depth)
{
	struct text t = {"", 0};

	for (uint32_t n = random_below(seed, depth + 1); n > 0; n--)
		t = arena_printf(a, "%.*s%s%s", (int)t.len, t.s,
		    t.len == 0 ? "" : "/", names[random_below(seed, NAMES)]);
	return t;
}

static enum blob_root
any_root(uint32_t *seed)
{
	return random_below(seed, 3) == 0 ? BLOB_ROOT_HOME : BLOB_ROOT_SLASH;
}

/* Few rights a rule, so that it takes several. */
static struct blob_model
any_policy(uint32_t *seed, struct arena *a)
{
	static const uint64_t some[] = {BLOB_FS_READ_FILE, BLOB_FS_WRITE_FILE,
	    BLOB_FS_EXECUTE, BLOB_FS_MAKE_REG, BLOB_FS_REMOVE_FILE,
	    BLOB_FS_REFER, BLOB_FS_TRUNCATE,
	    BLOB_FS_MAKE_REG | BLOB_FS_REMOVE_FILE | BLOB_FS_REFER};
	struct blob_model m = {
	    .target = {.platform = 1, .abi_min = 1, .fs_handled = BLOB_FS_ALL}};

	for (uint32_t n = 3 + random_below(seed, 9); n > 0; n--) {
		struct model_path p = {
		    .suffix = any_suffix(seed, a, 2),
		    .root = any_root(seed),
		    .kind = (enum blob_kind)random_below(seed, 3),
		    .flags = BLOB_PATH_GROUP,
		};

		for (uint32_t k = 1 + random_below(seed, 4) / 3; k > 0; k--)
			p.rights |= some[random_below(seed, ARRAY_LEN(some))];
		if (random_below(seed, 30) == 0)
			p.rights = BLOB_FS_ALL;
		if (p.kind == BLOB_KIND_FILE)
			p.rights &= BLOB_FS_FILE;
		if (p.rights == 0)
			p.rights = BLOB_FS_READ_FILE;
		*VEC_PUSH(a, &m.paths) = p;
	}
	if (random_below(seed, 4) == 0)
		*VEC_PUSH(a, &m.denies) = (struct model_deny){
		    .suffix = any_suffix(seed, a, 3),
		    .root = any_root(seed),
		    .access = 1 + random_below(seed, 3),
		};
	return m;
}

/* `copy`: the same policy, whose rules are switched off and on. */
static void
check(const struct decider *d, struct decider *copy, uint32_t npaths,
    const struct decide_request *r, struct arena *a, struct count *count)
{
	struct decide_answer all, now;
	struct decide_rules rules;
	bool *off = ARENA_ARRAY(a, (size_t)npaths + 1, bool);

	decide_here(d, r, &all);
	if (all.verdict == DECIDE_DENIED)
		return;
	decide_support(d, r, a, &rules);
	memset(off, true, npaths);
	for (uint32_t i = 0; i < rules.n; i++)
		off[rules.v[i]] = false;
	decide_switch(copy, off);
	decide_here(copy, r, &now);
	count->insufficient += now.verdict != all.verdict;
	for (uint32_t i = 0; i < rules.n; i++) {
		off[rules.v[i]] = true;
		decide_here(copy, r, &now);
		count->redundant += now.verdict == all.verdict;
		off[rules.v[i]] = false;
	}
	decide_switch(copy, NULL);
	count->answers++;
	count->single += rules.n == 1;
	count->more += rules.n > 1;
}

/* At a rule, or a little below: elsewhere all is denied. */
static struct decide_path
near(const struct blob_model *m, uint32_t *seed, struct arena *a)
{
	const struct model_path *p =
	    &m->paths.v[random_below(seed, m->paths.n)];
	struct decide_path path = {p->suffix, p->root};

	if (random_below(seed, 3) > 0)
		path.suffix = arena_printf(a, "%.*s%s%s", (int)p->suffix.len,
		    p->suffix.s, p->suffix.len == 0 ? "" : "/",
		    names[random_below(seed, NAMES)]);
	return path;
}

static void
check_policy(uint32_t *seed, struct count *count)
{
	static const enum decide_op ops[] = {DECIDE_READ, DECIDE_UPDATE,
	    DECIDE_OVERWRITE, DECIDE_EXECUTE, DECIDE_CREATE, DECIDE_REMOVE,
	    DECIDE_RENAME, DECIDE_LINK, DECIDE_EXCHANGE, DECIDE_WRITE_NEW};
	struct arena a = {0};
	const struct blob_model m = any_policy(seed, &a);
	struct decider *copy;
	const struct decider *d;
	struct decide_env env;
	const struct blob b = written(&m, &a);

	decide_env_init(&env);
	env.absent = random_below(seed, 2) == 0;
	d = decide_open(&a, &b, &env);
	copy = decide_open(&a, &b, &env);
	for (uint32_t i = 0; i < REQUESTS; i++) {
		const struct decide_request r = {
		    .op = ops[random_below(seed, ARRAY_LEN(ops))],
		    .path = near(&m, seed, &a),
		    .to = near(&m, seed, &a),
		    .to_exists = random_below(seed, 2) == 0,
		};

		check(d, copy, b.npaths, &r, &a, count);
	}
	arena_release(&a);
}

int
main(void)
{
	const char *n = getenv("NONO_SUPPORTS"), *s = getenv("NONO_SEED");
	const unsigned long answers = n == NULL ? 20000 : strtoul(n, NULL, 10);
	uint32_t seed = s == NULL ? 1 : (uint32_t)strtoul(s, NULL, 10);
	struct count count = {0};

	while (count.answers < answers)
		check_policy(&seed, &count);
	IS_INT(count.insufficient, 0);
	IS_INT(count.redundant, 0);
	/* A generator for which one rule always does shows nothing. */
	OK(count.single > answers / 20);
	OK(count.more > answers / 20);
	printf("# %lu answers: %lu by one rule, %lu by several\n",
	    count.answers, count.single, count.more);
	return tap_end();
}
