#include <config.h>

#include <stdlib.h>

#include "compiler/blob/blob_write.h"
#include "compiler/diff/diff.h"
#include "tests/tap.h"
#include "tests/unit/blob_random.h"

/*
 * Diff against the definition: on a universe small enough to look at every
 * object, the union of the regions is just where the decider gives the two
 * policies different rights; and "nothing is gained", lines about where roots
 * lie included, obeys the laws of a partial order on triples.  NONO_DIFF_PAIRS
 * says how many.
 */
enum { DEPTH = 3, PATHS = 31, ROOTS = 3, OBJECTS = PATHS * ROOTS * 2 };

static struct arena universe;
static struct text suffixes[PATHS];
static const enum blob_root roots[ROOTS] = {
    BLOB_ROOT_SLASH, BLOB_ROOT_HOME, BLOB_ROOT_CWD};

/* One level deeper than any rule, and with "ab" that is not below "a". */
static void
fill(void)
{
	uint32_t n = 1, from = 0;

	suffixes[0] = TEXT("");
	for (int depth = 0; depth <= DEPTH; depth++) {
		const uint32_t to = n;

		for (; from < to; from++) {
			for (unsigned c = 0; c < 2 && n < PATHS; c++)
				suffixes[n++] = arena_printf(&universe,
				    "%.*s%s%s", (int)suffixes[from].len,
				    suffixes[from].s,
				    suffixes[from].len > 0 ? "/" : "",
				    c == 0 ? "a" : "ab");
		}
	}
}

static struct decide_object
object(uint32_t i)
{
	return (struct decide_object){
	    .path = {suffixes[i / 2 % PATHS], roots[i / 2 / PATHS]},
	    .kind = i % 2 == 0 ? DECIDE_DIRECTORY : DECIDE_FILE,
	};
}

static uint64_t
bits(uint32_t *seed)
{
	static const uint64_t few[] = {BLOB_FS_READ_FILE,
	    BLOB_FS_READ_FILE | BLOB_FS_READ_DIR,
	    BLOB_FS_WRITE_FILE | BLOB_FS_MAKE_REG, BLOB_FS_EXECUTE,
	    BLOB_FS_ALL};

	return few[random_below(seed, 5)];
}

static void
small_rule(uint32_t *seed, struct arena *a, struct blob_model *m)
{
	struct model_path p = {
	    .suffix = suffixes[random_below(seed, PATHS / 2)],
	    .root = roots[random_below(seed, ROOTS)],
	    .kind = (enum blob_kind)random_below(seed, 3),
	    .rights = bits(seed) & m->target.fs_handled,
	};

	if (random_below(seed, 3) == 0)
		p.flags = random_below(seed, BLOB_PATH_FLAGS + 1);
	if (p.suffix.len > 0 && random_below(seed, 4) == 0)
		p.missing = BLOB_MISSING_PARENT;
	if (p.kind == BLOB_KIND_FILE)
		p.rights &= BLOB_FS_FILE;
	if (p.rights == 0)
		p.rights = BLOB_FS_READ_FILE;
	*VEC_PUSH(a, &m->paths) = p;
}

static struct blob_model
small_model(uint32_t *seed, struct arena *a)
{
	struct blob_model m = {.target = {.platform = 1, .abi_min = 1}};

	m.target.fs_handled = BLOB_FS_ALL;
	if (random_below(seed, 8) == 0)
		m.target.fs_handled = bits(seed) | BLOB_FS_READ_FILE;
	for (uint32_t n = 1 + random_below(seed, 6); n > 0; n--)
		small_rule(seed, a, &m);
	if (random_below(seed, 4) == 0)
		*VEC_PUSH(a, &m.denies) = (struct model_deny){
		    .suffix = suffixes[random_below(seed, PATHS)],
		    .root = roots[random_below(seed, ROOTS)],
		    .access = 1 + random_below(seed, 3),
		};
	return m;
}

/* A neighbour: most of the same rules, in another order. */
static struct blob_model
mutated(const struct blob_model *m, uint32_t *seed, struct arena *a)
{
	struct blob_model n = {.target = m->target};

	for (uint32_t i = m->paths.n; i-- > 0;)
		if (random_below(seed, 6) != 0)
			*VEC_PUSH(a, &n.paths) = m->paths.v[i];
	if (random_below(seed, 2) == 0 || n.paths.n == 0)
		small_rule(seed, a, &n);
	for (uint32_t i = 0; i < m->denies.n; i++)
		if (random_below(seed, 3) != 0)
			*VEC_PUSH(a, &n.denies) = m->denies.v[i];
	return n;
}

static void
permitted(const struct blob *b, enum diff_when when, struct arena *a,
    uint64_t ret[OBJECTS])
{
	struct decide_env env;
	const struct decider *d;

	diff_environment(&env, when);
	d = decide_open(a, b, &env);
	for (uint32_t i = 0; i < OBJECTS; i++) {
		struct decide_object o = object(i);
		uint64_t mask = decide_rights(d, &o, a, NULL) |
				(BLOB_FS_ALL & ~decide_handled_fs(d));

		if (decide_refused(d).why != DECIDE_LAUNCHES)
			mask = 0;
		ret[i] = o.kind == DECIDE_FILE ? mask & BLOB_FS_FILE : mask;
	}
}

/* What a region says of an object. */
static uint64_t
said(const struct decide_path *at, uint64_t tree, uint64_t file,
    bool everywhere, const struct decide_object *o)
{
	bool same = decide_path_compare(at, &o->path) == 0;

	if (!everywhere && !decide_path_covers(at, &o->path))
		return 0;
	if (o->kind == DECIDE_DIRECTORY)
		return tree;
	return (same && !everywhere ? file : tree) & BLOB_FS_FILE;
}

static uint64_t
change_says(const struct diff_change *c, const struct decide_object *o)
{
	uint64_t mask = said(&c->at, c->tree, c->file, c->everywhere, o);

	for (uint32_t i = 0; i < c->excepts.n; i++) {
		const struct diff_except *e = &c->excepts.v[i];

		mask &= ~said(&e->at, e->tree, e->file, false, o);
	}
	return mask;
}

struct verdict {
	uint32_t wrong, twice, unsaid, oversaid;
};

/* One environment; `exact` for the one where nothing was left out. */
static void
judge(const struct diff *d, enum diff_when when, struct arena *a,
    struct verdict *v)
{
	uint64_t rights[2][OBJECTS];

	for (unsigned i = 0; i < 2; i++)
		permitted(d->blob[i], when, a, rights[i]);
	for (uint32_t i = 0; i < OBJECTS; i++) {
		const struct decide_object o = object(i);
		const uint64_t want[2] = {
		    rights[0][i] & ~rights[1][i], rights[1][i] & ~rights[0][i]};
		uint64_t own[2] = {0, 0}, any[2] = {0, 0};

		for (uint32_t k = 0; k < d->changes.n; k++) {
			const struct diff_change *c = &d->changes.v[k];
			uint64_t mask;

			if (c->kind != DIFF_PATH || c->when > when)
				continue;
			mask = change_says(c, &o);
			if (c->when == when) {
				v->twice += (own[c->gained] & mask) != 0;
				own[c->gained] |= mask;
			}
			any[c->gained] |= mask;
		}
		for (unsigned g = 0; g < 2; g++) {
			if (when == DIFF_ALWAYS)
				v->wrong += own[g] != want[g];
			v->unsaid += (want[g] & ~any[g]) != 0;
			v->oversaid += (own[g] & ~want[g]) != 0;
		}
	}
}

static bool
mirrored(const struct diff *ab, const struct diff *ba)
{
	return ab->gained == ba->lost && ab->lost == ba->gained;
}

/* What the gate says: nothing is gained, wherever the roots lie. */
static bool
within(const struct diff *d)
{
	return d->gained == 0;
}

/* Do the two permit the same, in each of the environments? */
static bool
equivalent(const struct diff *d, struct arena *a)
{
	uint64_t rights[2][OBJECTS];

	for (int when = 0; when < DIFF_WHENS; when++) {
		for (unsigned i = 0; i < 2; i++)
			permitted(
			    d->blob[i], (enum diff_when)when, a, rights[i]);
		if (memcmp(rights[0], rights[1], sizeof(rights[0])) != 0)
			return false;
	}
	return d->lost == 0;
}

static uint32_t
number(const char *variable, uint32_t otherwise)
{
	const char *s = getenv(variable);

	return s == NULL ? otherwise : (uint32_t)strtoul(s, NULL, 10);
}

static void
test_pairs(uint32_t pairs, uint32_t seed)
{
	struct verdict v = {0};
	uint32_t mirror = 0, reflexive = 0, transitive = 0, antisymmetric = 0;
	uint32_t chains = 0, equals = 0;

	for (uint32_t i = 0; i < pairs; i++) {
		struct arena a = {0};
		struct blob_model m[3] = {small_model(&seed, &a)};
		struct blob b[3];
		struct diff ab, ba, bc, ac, aa;

		m[1] = random_below(&seed, 4) == 0 ? small_model(&seed, &a)
						   : mutated(m, &seed, &a);
		m[2] = mutated(&m[1], &seed, &a);
		for (unsigned k = 0; k < 3; k++)
			b[k] = written(&m[k], &a);
		diff_policies(&ab, &a, &b[0], &b[1]);
		diff_policies(&ba, &a, &b[1], &b[0]);
		diff_policies(&bc, &a, &b[1], &b[2]);
		diff_policies(&ac, &a, &b[0], &b[2]);
		diff_policies(&aa, &a, &b[0], &b[0]);
		for (int when = 0; when < DIFF_WHENS; when++)
			judge(&ab, (enum diff_when)when, &a, &v);
		mirror += !mirrored(&ab, &ba);
		reflexive += aa.gained + aa.lost > 0;
		chains += within(&ab) && within(&bc);
		transitive += within(&ab) && within(&bc) && !within(&ac);
		equals += within(&ab) && within(&ba);
		antisymmetric +=
		    within(&ab) && within(&ba) && !equivalent(&ab, &a);
		arena_release(&a);
		if (v.wrong + v.twice + v.unsaid + v.oversaid + mirror +
			reflexive + transitive + antisymmetric >
		    0) {
			printf("# first failure: pair %u\n", i);
			break;
		}
	}
	IS_INT(v.wrong, 0);
	IS_INT(v.twice, 0);
	IS_INT(v.unsaid, 0);
	IS_INT(v.oversaid, 0);
	IS_INT(mirror, 0);
	IS_INT(reflexive, 0);
	IS_INT(transitive, 0);
	IS_INT(antisymmetric, 0);
	/* Or there would have been nothing to hold to the laws. */
	OK(chains > pairs / 100);
	OK(equals > pairs / 100);
	printf("# %u of %u triples are chains, %u pairs equal\n", chains, pairs,
	    equals);
}

/* Variables, against the loader's rule on names of the universe. */
static bool
passes(const struct blob *b, const char *name)
{
	bool allowed = (blob_target(b).flags & BLOB_F_ENV_ALLOW) == 0;

	for (uint32_t i = 0; i < b->nenvs; i++) {
		struct blob_env e = blob_env(b, i);
		size_t n = strlen(e.name);
		bool star = e.name[n - 1] == '*';

		if (star ? strncmp(e.name, name, n - 1) != 0
			 : strcmp(e.name, name) != 0)
			continue;
		if (e.kind != BLOB_ENV_ALLOW)
			return false;
		allowed = true;
	}
	return allowed;
}

static bool
region_has(struct text region, const char *name)
{
	uint32_t n = region.len;

	if (n > 0 && region.s[n - 1] == '*')
		return strncmp(region.s, name, n - 1) == 0;
	return text_is(region, name);
}

/* "except A*, B": is the name one of them? */
static bool
excepted(const struct diff_change *c, const char *name)
{
	char *copy = strdup(c->aside.len == 0 ? "" : c->aside.s + 7);
	bool found = false;

	for (char *at = strtok(copy, ", "); at != NULL; at = strtok(NULL, ", "))
		found = found || region_has(text_of(at), name);
	free(copy);
	return found;
}

static void
test_variables(uint32_t pairs, uint32_t seed)
{
	static const char *const patterns[] = {
	    "A", "A*", "AB", "AB*", "ABC", "B*", "*", "C"};
	static const char *const names[] = {
	    "A", "AA", "AB", "ABC", "ABCD", "ABD", "B", "BA", "C", "CD", "D"};
	uint32_t wrong = 0;

	for (uint32_t i = 0; i < pairs; i++) {
		struct arena a = {0};
		struct blob_model m[2] = {{.target = {.platform = 1}}};
		struct blob b[2];
		struct diff d;

		for (unsigned k = 0; k < 2; k++) {
			m[k] =
			    (struct blob_model){.target = {.platform = 1,
						    .abi_min = 1,
						    .fs_handled = BLOB_FS_ALL}};
			if (random_below(&seed, 2) == 0)
				m[k].target.flags = BLOB_F_ENV_ALLOW;
			for (uint32_t n = random_below(&seed, 5); n > 0; n--) {
				struct model_env e = {
				    .kind = m[k].target.flags != 0 &&
						    random_below(&seed, 2) == 0
						? BLOB_ENV_ALLOW
						: BLOB_ENV_DENY,
				    .name = text_of(
					patterns[random_below(&seed, 8)])};

				*VEC_PUSH(&a, &m[k].envs) = e;
			}
			b[k] = written(&m[k], &a);
		}
		diff_policies(&d, &a, &b[0], &b[1]);
		for (size_t n = 0; n < ARRAY_LEN(names); n++) {
			const bool was = passes(&b[0], names[n]);
			const bool is = passes(&b[1], names[n]);
			bool says[2] = {false, false};

			for (uint32_t k = 0; k < d.changes.n; k++) {
				const struct diff_change *c = &d.changes.v[k];

				if (c->kind == DIFF_ENVIRONMENT &&
				    region_has(c->region, names[n]) &&
				    !excepted(c, names[n]))
					says[c->gained] = true;
			}
			wrong +=
			    says[1] != (is && !was) || says[0] != (was && !is);
		}
		arena_release(&a);
	}
	IS_INT(wrong, 0);
}

int
main(void)
{
	const uint32_t pairs = number("NONO_DIFF_PAIRS", 2000);

	fill();
	test_pairs(pairs, number("NONO_SEED", 1));
	test_variables(pairs, number("NONO_SEED", 1));
	arena_release(&universe);
	return tap_end();
}
