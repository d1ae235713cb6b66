#include <config.h>

#include <stdlib.h>

#include "compiler/blob/blob_write.h"
#include "compiler/diff/diff.h"
#include "tests/tap.h"
#include "tests/unit/blob_random.h"

/*
 * "Nothing is gained" has to hold wherever the roots lie: on a universe small
 * enough, HOME and CWD are put at every place there is.  NONO_DIFF_PLACES says
 * how many pairs.
 */
static const enum blob_root roots[] = {
    BLOB_ROOT_SLASH, BLOB_ROOT_HOME, BLOB_ROOT_CWD};
enum { ROOTS = 3, PLACES = 48 };

static const struct text suffixes[] = {{"", 0}, {"a", 1}, {"a/b", 3},
    {"home", 4}, {"home/a", 6}, {"home/a/b", 8}, {"home/b", 6}};
enum { SUFFIXES = 7 };

/* Also below them, where no policy names anything. */
static struct decide_path homes[] = {
    {{"", 0}, BLOB_ROOT_HOME}, /* apart */
    {{"home/a", 6}, BLOB_ROOT_SLASH},
    {{"home/b", 6}, BLOB_ROOT_SLASH},
    {{"home/c", 6}, BLOB_ROOT_SLASH},
    {{"c", 1}, BLOB_ROOT_CWD},
    {{"a/c", 3}, BLOB_ROOT_CWD},
    {{"a/b/c", 5}, BLOB_ROOT_CWD},
    {{"home/c", 6}, BLOB_ROOT_CWD},
    {{"home/a/c", 8}, BLOB_ROOT_CWD},
    {{"home/b/c", 8}, BLOB_ROOT_CWD},
    {{"home/a/b/c", 10}, BLOB_ROOT_CWD},
};
enum { HOMES = ARRAY_LEN(homes) };
static struct decide_path cwds[PLACES];
static uint32_t ncwds;

static void
fill(struct arena *a)
{
	cwds[ncwds++] = (struct decide_path){{"", 0}, BLOB_ROOT_CWD};
	for (unsigned r = 0; r < 2; r++)
		for (unsigned i = 0; i < SUFFIXES; i++) {
			const struct text s = suffixes[i];

			cwds[ncwds++] = (struct decide_path){s, roots[r]};
			cwds[ncwds++] = (struct decide_path){
			    arena_printf(a, "%.*s%sc", (int)s.len, s.s,
				s.len > 0 ? "/" : ""),
			    roots[r]};
		}
}

static void
any_rule(uint32_t *seed, struct arena *a, struct blob_model *m)
{
	static const uint64_t few[] = {BLOB_FS_READ_FILE,
	    BLOB_FS_READ_FILE | BLOB_FS_READ_DIR, BLOB_FS_WRITE_FILE,
	    BLOB_FS_READ_FILE | BLOB_FS_WRITE_FILE | BLOB_FS_MAKE_REG};
	struct model_path p = {
	    .suffix = suffixes[random_below(seed, SUFFIXES)],
	    .root = roots[random_below(seed, ROOTS)],
	    .kind = random_below(seed, 3) == 0 ? BLOB_KIND_DIR : BLOB_KIND_ANY,
	    .rights = few[random_below(seed, 4)],
	    .flags = random_below(seed, 2) == 0 ? BLOB_PATH_GROUP : 0,
	};

	if (p.root == BLOB_ROOT_CWD && random_below(seed, 2) == 0)
		p.flags |= BLOB_PATH_CONSENT;
	*VEC_PUSH(a, &m->paths) = p;
}

static struct blob_model
any_model(uint32_t *seed, struct arena *a)
{
	struct blob_model m = {.target = {
				   .platform = 1,
				   .abi_min = 1,
				   .fs_handled = BLOB_FS_ALL,
			       }};

	for (uint32_t n = 1 + random_below(seed, 3); n > 0; n--)
		any_rule(seed, a, &m);
	for (uint32_t n = 1 + random_below(seed, 2); n > 0; n--)
		*VEC_PUSH(a, &m.denies) = (struct model_deny){
		    .suffix = suffixes[1 + random_below(seed, 2)],
		    .root = roots[random_below(seed, ROOTS)],
		    .access = 1 + random_below(seed, 3),
		    .flags =
			random_below(seed, 3) == 0 ? BLOB_DENY_PROTECTED : 0,
		};
	return m;
}

/* A neighbour with the same denied paths, narrower more often than not. */
static struct blob_model
neighbour(const struct blob_model *m, uint32_t *seed, struct arena *a)
{
	struct blob_model n = {.target = m->target};

	for (uint32_t i = 0; i < m->denies.n; i++)
		*VEC_PUSH(a, &n.denies) = m->denies.v[i];
	for (uint32_t i = 0; i < m->paths.n; i++) {
		struct model_path p = m->paths.v[i];

		switch (random_below(seed, 5)) {
		case 0:
			continue;
		case 1:
			p.suffix = suffixes[random_below(seed, SUFFIXES)];
			break;
		case 2:
			p.rights = BLOB_FS_READ_FILE;
			break;
		case 3:
			p.flags ^= BLOB_PATH_GROUP;
			break;
		default:
			break;
		}
		*VEC_PUSH(a, &n.paths) = p;
	}
	if (n.paths.n == 0 || random_below(seed, 4) == 0)
		any_rule(seed, a, &n);
	return n;
}

/* Launched with consent, else without; NULL: neither. */
static const struct decider *
launched(struct arena *a, const struct blob *b, struct decide_env env)
{
	for (unsigned consent = 2; consent-- > 0;) {
		const struct decider *d;

		env.consent = consent == 1;
		d = decide_open(a, b, &env);
		if (decide_refused(d).why == DECIDE_LAUNCHES)
			return d;
	}
	return NULL;
}

static struct decide_path
whole(struct arena *a, const struct decide_env *env, struct decide_path p)
{
	while (env->places[p.root].root != p.root) {
		const struct decide_path at = env->places[p.root];
		const bool both = at.suffix.len > 0 && p.suffix.len > 0;

		p.suffix = arena_printf(a, "%.*s%s%.*s", (int)at.suffix.len,
		    at.suffix.s, both ? "/" : "", (int)p.suffix.len,
		    p.suffix.s);
		p.root = at.root;
	}
	return p;
}

/* A root is a directory, by whatever name. */
static bool
is_root(struct arena *a, const struct decide_env *env, struct decide_path p)
{
	const struct decide_path at = whole(a, env, p);

	for (unsigned r = 0; r < ROOTS; r++) {
		const struct decide_path root =
		    whole(a, env, (struct decide_path){{"", 0}, roots[r]});

		if (decide_path_compare(&root, &at) == 0)
			return true;
	}
	return false;
}

/* Is there something that only `to` permits, where the roots lie like that? */
static bool
permits_more(const struct blob *from, const struct blob *to,
    const struct decide_env *env)
{
	struct arena a = {0};
	const struct decider *d[2] = {
	    launched(&a, from, *env), launched(&a, to, *env)};
	bool more = false;

	for (unsigned r = 0; r < ROOTS && d[1] != NULL; r++)
		for (unsigned i = 0; i < SUFFIXES; i++)
			for (int k = 0; k <= DECIDE_FILE; k++) {
				const struct decide_object o = {
				    .path = {suffixes[i], roots[r]},
				    .kind = (enum decide_kind)k};
				uint64_t was =
				    d[0] == NULL
					? 0
					: decide_rights(d[0], &o, NULL, NULL);
				uint64_t is =
				    decide_rights(d[1], &o, NULL, NULL);

				if (k != DECIDE_DIRECTORY &&
				    is_root(&a, env, o.path))
					continue;
				more = more || (is & ~was) != 0;
			}
	arena_release(&a);
	return more;
}

/* Does the root lie in what is denied? */
static bool
is_denied(
    const struct blob *b, const struct decide_env *env, enum blob_root root)
{
	struct arena a = {0};
	const struct decide_path in =
	    whole(&a, env, (struct decide_path){{"", 0}, root});
	bool denied = false;

	for (uint32_t i = 0; i < b->ndenies; i++) {
		const struct blob_deny deny = blob_deny(b, i);
		const struct decide_path at = whole(&a, env,
		    (struct decide_path){text_of(deny.suffix), deny.root});

		denied = denied || decide_path_covers(&at, &in);
	}
	arena_release(&a);
	return denied;
}

/* `plausible`: where somebody may work. */
static bool
anywhere_more(const struct blob *from, const struct blob *to, bool plausible,
    struct decide_env *ret_env)
{
	for (unsigned h = 0; h < HOMES; h++)
		for (uint32_t c = 0; c < ncwds; c++) {
			struct decide_env env;

			/* Not wherever the working directory may be. */
			if (homes[h].root == BLOB_ROOT_CWD && c > 0)
				continue;
			diff_environment(&env, DIFF_ALWAYS);
			env.places[BLOB_ROOT_HOME] = homes[h];
			env.places[BLOB_ROOT_CWD] = cwds[c];
			if (plausible &&
			    (is_denied(from, &env, BLOB_ROOT_CWD) ||
				is_denied(from, &env, BLOB_ROOT_HOME)))
				continue;
			if (permits_more(from, to, &env)) {
				*ret_env = env;
				return true;
			}
		}
	return false;
}

static void
show(const char *what, const struct blob *b)
{
	static const char *const names[] = {"", "$HOME", "$CWD"};

	printf("# %s:", what);
	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct blob_path p = blob_path(b, i);

		printf(" %s/%s=%llx,%u", names[p.root], p.suffix,
		    (unsigned long long)p.rights, p.flags);
	}
	for (uint32_t i = 0; i < b->ndenies; i++) {
		const struct blob_deny d = blob_deny(b, i);

		printf(" !%s/%s=%u,%u", names[d.root], d.suffix, d.access,
		    d.flags);
	}
	printf("\n");
}

static void
test_pairs(uint32_t pairs, uint32_t seed)
{
	uint32_t unsaid = 0, unfounded = 0, placed = 0, none = 0;

	for (uint32_t i = 0; i < pairs && unsaid + unfounded == 0; i++) {
		struct arena a = {0};
		struct blob_model m[2] = {any_model(&seed, &a)};
		struct blob b[2];
		struct diff d;
		bool more, place = false;
		struct decide_env env = {0};

		m[1] = neighbour(&m[0], &seed, &a);
		for (unsigned k = 0; k < 2; k++)
			b[k] = written(&m[k], &a);
		diff_environment(&env, DIFF_ALWAYS);
		/* The compiler makes none that is refused wherever it is. */
		if (decide_refused(decide_open(&a, &b[0], &env)).why !=
			DECIDE_LAUNCHES ||
		    decide_refused(decide_open(&a, &b[1], &env)).why !=
			DECIDE_LAUNCHES) {
			arena_release(&a);
			continue;
		}
		diff_policies(&d, &a, &b[0], &b[1]);
		more = anywhere_more(&b[0], &b[1], true, &env);
		for (uint32_t k = 0; k < d.changes.n; k++)
			place = place || (d.changes.v[k].kind == DIFF_PLACE &&
					     d.changes.v[k].gained);
		unsaid += more && d.gained == 0;
		unfounded +=
		    place && !more && !anywhere_more(&b[0], &b[1], false, &env);
		placed += place;
		none += !more;
		if (unsaid + unfounded > 0) {
			printf("# pair %u: %s\n", i,
			    unsaid > 0 ? "unsaid" : "unfounded");
			show("from", &b[0]);
			show("to", &b[1]);
			for (uint32_t k = 0; k < d.changes.n; k++)
				if (d.changes.v[k].kind == DIFF_PLACE)
					printf("# %c %s %s (%s)\n",
					    d.changes.v[k].gained ? '+' : '-',
					    d.changes.v[k].what.s,
					    d.changes.v[k].region.s,
					    d.changes.v[k].aside.s);
			for (unsigned r = 1; more && r < ROOTS; r++)
				printf("# root %u: root %d /%s\n", r,
				    (int)env.places[roots[r]].root,
				    arena_text(&a, env.places[roots[r]].suffix)
					.s);
		}
		arena_release(&a);
	}
	IS_INT(unsaid, 0);
	IS_INT(unfounded, 0);
	OK(placed > pairs / 100);
	OK(none > pairs / 100);
	printf("# %u of %u pairs hang on the places, %u gain nothing\n", placed,
	    pairs, none);
}

/*
 * Nothing lies in a file, but it may lie in what is denied: with all rights it
 * is withheld there, and to be read it is not.
 */
static void
test_file(void)
{
	const uint64_t rights[2] = {
	    BLOB_FS_READ_FILE | BLOB_FS_WRITE_FILE, BLOB_FS_READ_FILE};
	struct arena a = {0};
	struct blob b[2];
	struct diff d;
	bool said = false;

	for (unsigned k = 0; k < 2; k++) {
		struct blob_model m = {.target = {.platform = 1,
					   .abi_min = 1,
					   .fs_handled = BLOB_FS_ALL}};

		*VEC_PUSH(&a, &m.paths) =
		    (struct model_path){.suffix = TEXT("home/a/b"),
			.root = BLOB_ROOT_SLASH,
			.kind = BLOB_KIND_FILE,
			.flags = BLOB_PATH_GROUP,
			.rights = rights[k]};
		*VEC_PUSH(&a, &m.denies) =
		    (struct model_deny){.suffix = TEXT("a"),
			.root = BLOB_ROOT_CWD,
			.access = BLOB_DENY_WRITE};
		/* So that it is launched at all. */
		*VEC_PUSH(&a, &m.paths) =
		    (struct model_path){.suffix = TEXT("usr"),
			.root = BLOB_ROOT_SLASH,
			.kind = BLOB_KIND_DIR,
			.flags = BLOB_PATH_GROUP,
			.rights = BLOB_FS_READ_FILE};
		b[k] = written(&m, &a);
	}
	diff_policies(&d, &a, &b[0], &b[1]);
	for (uint32_t i = 0; i < d.changes.n; i++)
		said = said || (d.changes.v[i].kind == DIFF_PLACE &&
				   d.changes.v[i].gained &&
				   text_is(d.changes.v[i].aside,
				       "where $CWD is /home"));
	OK(said);
	arena_release(&a);
}

int
main(void)
{
	const char *n = getenv("NONO_DIFF_PLACES"), *seed = getenv("NONO_SEED");
	struct arena a = {0};

	fill(&a);
	test_pairs(n == NULL ? 300 : (uint32_t)strtoul(n, NULL, 10),
	    seed == NULL ? 1 : (uint32_t)strtoul(seed, NULL, 10));
	test_file();
	arena_release(&a);
	return tap_end();
}
