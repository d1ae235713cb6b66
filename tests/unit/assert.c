#include <config.h>

#include <stdlib.h>

#include "compiler/assert/assert_judge.h"
#include "tests/tap.h"
#include "tests/unit/blob_random.h"

/*
 * Assertions against brute force: random policies and random assertions over
 * names so few that every path can be asked for by itself.  NONO_PAIRS is how
 * many; the seed is printed with what fails.
 */
enum { NAMES = 4, DEPTH = 4, PATHS_MAX = 3 * (1 + 4 + 16 + 64 + 256) };

/* "d" is in no policy and no assertion: it stands for all other names. */
static const char *const names[NAMES] = {"a", "b", "c", "d"};
static const enum blob_root roots[] = {
    BLOB_ROOT_SLASH, BLOB_ROOT_HOME, BLOB_ROOT_CWD};

static struct path universe[PATHS_MAX];
static uint32_t paths;

static void
fill(struct arena *a, enum blob_root root, struct text at, unsigned depth)
{
	universe[paths++] = (struct path){root, at};
	if (depth == DEPTH)
		return;
	for (unsigned i = 0; i < NAMES; i++)
		fill(a, root,
		    arena_printf(a, "%.*s%s%s", (int)at.len, at.s,
			at.len > 0 ? "/" : "", names[i]),
		    depth + 1);
}

static struct text
suffix(uint32_t *seed, struct arena *a)
{
	struct text t = {"", 0};

	for (uint32_t n = random_below(seed, 4); n > 0; n--)
		t = arena_printf(a, "%.*s%s%s", (int)t.len, t.s,
		    t.len > 0 ? "/" : "", names[random_below(seed, NAMES - 1)]);
	return t;
}

static uint64_t
some_rights(uint32_t *seed)
{
	uint64_t rights = 0;

	for (uint32_t n = 1 + random_below(seed, 4); n > 0; n--)
		rights |= UINT64_C(1) << random_below(seed, 17);
	return rights;
}

static bool
policy(uint32_t *seed, struct arena *a, struct diags *d, struct blob *ret)
{
	struct blob_model m = {.target = {.platform = 1, .abi_min = 1}};
	const uint8_t *bytes;
	bool missing = false;
	const char *why;
	uint32_t size;

	m.target.abi_min = 1 + random_below(seed, BLOB_ABI_NEWEST);
	m.target.fs_handled = BLOB_FS_ALL;
	m.target.fs_required = blob_fs_rights(m.target.abi_min);
	for (uint32_t n = 1 + random_below(seed, 5); n > 0; n--) {
		struct model_path p = {.suffix = suffix(seed, a)};

		p.root = roots[random_below(seed, 3)];
		p.kind = (enum blob_kind)random_below(seed, 3);
		p.rights = some_rights(seed);
		/* A root is a directory. */
		if (p.suffix.len == 0)
			p.kind = BLOB_KIND_DIR;
		if (p.kind == BLOB_KIND_FILE)
			p.rights &= BLOB_FS_FILE;
		if (p.suffix.len > 0 && random_below(seed, 4) == 0)
			p.missing = BLOB_MISSING_PARENT;
		missing = missing || p.missing == BLOB_MISSING_PARENT;
		if (p.rights != 0)
			*VEC_PUSH(a, &m.paths) = p;
	}
	/*
	 * A deny beside a path that may be missing refuses the launch where it
	 * is missing, which a single request cannot know.
	 */
	for (uint32_t n = random_below(seed, 3); n > 1 && !missing; n--)
		*VEC_PUSH(a, &m.denies) = (struct model_deny){
		    .suffix = suffix(seed, a),
		    .root = roots[random_below(seed, 3)],
		    .access = 1 + random_below(seed, 3),
		};
	return blob_write(&m, a, d, &bytes, &size) &&
	       blob_open(ret, bytes, size, &why);
}

static struct region_set
set(uint32_t *seed, struct arena *a, uint32_t n)
{
	struct region_set s = {0};

	for (; n > 0; n--)
		*VEC_PUSH(a, &s.paths) = (struct region){
		    .path = {roots[random_below(seed, 3)], suffix(seed, a)},
		    .tree = random_below(seed, 3) > 0,
		};
	return s;
}

/* refer has no request of its own: what is moved matters, too. */
static unsigned
some_ops(uint32_t *seed)
{
	static const enum assert_op ops[] = {OP_READ, OP_LIST, OP_EXEC,
	    OP_WRITE, OP_TRUNCATE, OP_CREATE, OP_REMOVE, OP_UNIX};
	unsigned mask = 0;

	for (uint32_t n = 1 + random_below(seed, 2); n > 0; n--)
		mask |= 1U << ops[random_below(seed, ARRAY_LEN(ops))];
	return mask;
}

static bool
asked(const struct view *v, enum decide_op op, enum decide_type type,
    struct path p)
{
	const struct decide_request r = {
	    .op = op, .path = {p.suffix, p.root}, .type = type};
	struct decide_answer answer;

	decide_here(v->decider, &r, &answer);
	return answer.verdict == DECIDE_ALLOWED ||
	       answer.verdict == DECIDE_UNENFORCED;
}

/* May it be done in some way?  `all`: in every everyday way. */
static bool
permitted(const struct view *v, enum assert_op op, struct path p, bool all)
{
	bool any = false;

	switch (op) {
	case OP_READ:
		return asked(v, DECIDE_READ, DECIDE_REGULAR, p);
	case OP_LIST:
		return asked(v, DECIDE_LIST, DECIDE_DIR, p);
	case OP_EXEC:
		return asked(v, DECIDE_EXECUTE, DECIDE_REGULAR, p);
	case OP_WRITE:
		return asked(v, DECIDE_WRITE, DECIDE_REGULAR, p);
	case OP_TRUNCATE:
		return asked(v, DECIDE_TRUNCATE, DECIDE_REGULAR, p);
	case OP_UNIX:
		return asked(v, DECIDE_CONNECT_UNIX, DECIDE_SOCK, p);
	case OP_REMOVE:
		any = asked(v, DECIDE_REMOVE, DECIDE_REGULAR, p);
		return all ? any && asked(v, DECIDE_REMOVE_DIR, DECIDE_DIR, p)
			   : any || asked(v, DECIDE_REMOVE_DIR, DECIDE_DIR, p);
	case OP_CREATE:
		if (all)
			return asked(v, DECIDE_CREATE, DECIDE_REGULAR, p) &&
			       asked(v, DECIDE_CREATE, DECIDE_DIR, p);
		for (unsigned t = 0; t < DECIDE_TYPES; t++)
			any = any ||
			      asked(v, DECIDE_CREATE, (enum decide_type)t, p);
		return any;
	case OP_REFER:
	case OP_IOCTL:
	case OP_CONNECT:
	case OP_BIND:
	case OPS:
		break;
	}
	return false;
}

/* In a set as the manual says it, without any of the judge's means. */
static bool
in_set(const struct region_set *s, struct path p, bool below)
{
	for (uint32_t i = 0; i < s->paths.n; i++) {
		const struct region *r = &s->paths.v[i];
		enum path_relation rel = path_relate(p, r->path);

		if ((rel == PATH_EQUAL && (!below || !r->tree)) ||
		    (rel == PATH_BELOW && r->tree))
			return true;
	}
	return false;
}

static bool
never_fails(const struct view *v, const struct assertion *a)
{
	/* Where $CWD is some other path, that is its name. */
	bool other = v->env.places[BLOB_ROOT_CWD].root != BLOB_ROOT_CWD;

	for (uint32_t i = 0; i < paths; i++) {
		bool any = false, all = true;

		if (other && universe[i].root == BLOB_ROOT_CWD)
			continue;
		if (!in_set(&a->set, universe[i], false) ||
		    in_set(&a->except, universe[i], false))
			continue;
		for (unsigned op = 0; op < OP_CONNECT; op++) {
			bool may;

			if ((a->ops & 1U << op) == 0)
				continue;
			may = permitted(
			    v, (enum assert_op)op, universe[i], false);
			any = any || may;
			all = all && may;
		}
		if (a->kind == ASSERT_TOGETHER ? all : any)
			return true;
	}
	return false;
}

static bool
always_fails(const struct view *v, const struct assertion *a)
{
	uint64_t handled = decide_handled_fs(v->decider);

	for (uint32_t i = 0; i < paths; i++) {
		if (!in_set(&a->set, universe[i], true) ||
		    in_set(&a->except, universe[i], false))
			continue;
		for (unsigned op = 0; op < OP_CONNECT; op++)
			if ((a->ops & 1U << op) != 0 &&
			    (!permitted(
				 v, (enum assert_op)op, universe[i], true) ||
				(judge_rights((enum assert_op)op) & ~handled) !=
				    0))
				return true;
	}
	return false;
}

/* Each witness is one: asked for by itself, it is what is said of it. */
static bool
witnesses_hold(const struct judgement *j, const struct assertion *a)
{
	for (uint32_t i = 0; i < j->hits.n; i++) {
		const struct hit *h = &j->hits.v[i];
		struct path p = {h->path.root, h->path.suffix};

		if (!h->view->launches)
			return false;
		for (unsigned op = 0; op < OP_CONNECT; op++)
			if ((h->ops & 1U << op) != 0 &&
			    a->kind != ASSERT_ALWAYS &&
			    !permitted(h->view, (enum assert_op)op, p, false))
				return false;
	}
	return true;
}

static void
explain(const struct blob *b, const struct assertion *a,
    const struct judgement *j, bool fails)
{
	struct arena arena = {0};

	for (uint32_t i = 0; i < b->npaths; i++) {
		struct blob_path p = blob_path(b, i);

		printf("# rule: root %d, %s, kind %d, missing %d, %llx\n",
		    (int)p.root, p.suffix, (int)p.kind, (int)p.missing,
		    (unsigned long long)p.rights);
	}
	for (uint32_t i = 0; i < a->set.paths.n + a->except.paths.n; i++) {
		bool in = i < a->set.paths.n;
		const struct region *r =
		    in ? &a->set.paths.v[i]
		       : &a->except.paths.v[i - a->set.paths.n];

		printf("# %s %s%s\n", in ? "on" : "except",
		    path_print(&arena, r->path).s, r->tree ? "/**" : "");
	}
	printf("# kind %d, %s, abi %u: judged %d, brute force %d\n",
	    (int)a->kind, assert_ops_print(&arena, a->ops).s, a->abi,
	    (int)j->verdict, (int)fails);
	for (uint32_t i = 0; i < j->hits.n; i++)
		printf("# hit %s\n", assert_hit_print(&arena, &j->hits.v[i]).s);
	arena_release(&arena);
}

/* Where a path lies when $CWD is at a place. */
static struct region_set
moved(struct arena *a, const struct region_set *s, struct path cwd)
{
	struct region_set to = {0};

	for (uint32_t i = 0; i < s->paths.n; i++) {
		struct region r = s->paths.v[i];
		struct text t = r.path.suffix;

		if (r.path.root == BLOB_ROOT_CWD) {
			r.path = cwd;
			if (t.len > 0)
				r.path.suffix = arena_printf(a, "%.*s%s%.*s",
				    (int)cwd.suffix.len, cwd.suffix.s,
				    cwd.suffix.len > 0 ? "/" : "", (int)t.len,
				    t.s);
		}
		*VEC_PUSH(a, &to.paths) = r;
	}
	return to;
}

/* What is said to hold holds wherever the working directory lies. */
static bool
holds_everywhere(struct judge *judge, const struct assertion *a, unsigned abi)
{
	for (uint32_t i = 0; i < paths; i++) {
		struct assertion there = *a;
		struct path cwd = universe[i];
		struct decide_env env;
		const struct view *v;
		uint32_t depth = cwd.suffix.len > 0;

		for (uint32_t k = 0; k < cwd.suffix.len; k++)
			depth += cwd.suffix.s[k] == '/';
		if (cwd.root == BLOB_ROOT_CWD || depth > 2)
			continue;
		decide_env_init(&env);
		env.abi = abi;
		env.places[BLOB_ROOT_CWD] =
		    (struct decide_path){cwd.suffix, cwd.root};
		v = judge_view_of(judge, &env);
		there.set = moved(judge->arena, &a->set, cwd);
		there.except = moved(judge->arena, &a->except, cwd);
		if (v->launches && never_fails(v, &there)) {
			printf("# it fails where $CWD is %s\n",
			    path_print(judge->arena, cwd).s);
			return false;
		}
	}
	return true;
}

static bool
agree(uint32_t seed, struct arena *a, unsigned ret_verdicts[3])
{
	static const enum assert_rule_kind kinds[] = {
	    ASSERT_NEVER, ASSERT_TOGETHER, ASSERT_ALWAYS};
	const struct assert_words everybody = {0};
	struct sources sources = {0};
	struct diags d = {.arena = a, .sources = &sources};
	struct assertions all = {0};
	struct assertion *one;
	struct judgement j;
	struct judge judge;
	const struct view *here, *absent;
	struct blob b;
	unsigned abi;
	bool fails;

	if (!policy(&seed, a, &d, &b))
		return false;
	one = VEC_PUSH(a, &all.list);
	one->kind = kinds[random_below(&seed, 3)];
	one->ops = some_ops(&seed);
	one->set = set(&seed, a, 1 + random_below(&seed, 3));
	one->except = set(&seed, a, random_below(&seed, 3));
	one->profiles = one->only = &everybody;
	one->abi = random_below(&seed, 2) == 0 ? 0 : 9;
	judge_init(&judge, a, &b, &all);
	judge_assertion(&judge, TEXT("p"), one, &j);
	abi = blob_target(&b).abi_min;
	abi = one->abi > abi ? one->abi : abi;
	here = judge_view(&judge, abi, false);
	absent = judge_view(&judge, abi, true);
	if (one->kind == ASSERT_ALWAYS)
		fails = here->launches && always_fails(here, one);
	else
		fails = (here->launches && never_fails(here, one)) ||
			(absent->launches && never_fails(absent, one));
	ret_verdicts[j.verdict]++;
	if (ret_verdicts[j.verdict] % 16 == 0 && j.verdict == ASSERT_HOLDS &&
	    one->kind != ASSERT_ALWAYS && !holds_everywhere(&judge, one, abi)) {
		explain(&b, one, &j, fails);
		return false;
	}
	if ((j.verdict == ASSERT_VIOLATED) != fails || !witnesses_hold(&j, one))
		explain(&b, one, &j, fails);
	return (j.verdict == ASSERT_VIOLATED) == fails &&
	       witnesses_hold(&j, one);
}

static void
property(void)
{
	const char *pairs = getenv("NONO_PAIRS");
	unsigned long n = pairs == NULL ? 2000 : strtoul(pairs, NULL, 10);
	unsigned verdicts[3] = {0};
	struct arena fixed = {0};
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(roots); i++)
		fill(&fixed, roots[i], TEXT(""), 0);
	for (uint32_t seed = 1; seed <= n && good; seed++) {
		struct arena a = {0};

		good = agree(seed * 2654435761U, &a, verdicts);
		if (!good)
			printf("# seed %u\n", (unsigned)seed);
		arena_release(&a);
	}
	OK(good);
	printf("# %lu pairs: %u hold, %u violated, %u depend\n", n, verdicts[0],
	    verdicts[1], verdicts[2]);
	/* A generator that reaches one verdict only shows nothing. */
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++)
		OK(verdicts[i] > n / 200);
	arena_release(&fixed);
}

int
main(void)
{
	property();
	return tap_end();
}
