#include <config.h>

#include <stdlib.h>
#include <time.h>

#include "compiler/blob/blob_write.h"
#include "compiler/decide/decide.h"
#include "tests/tap.h"
#include "tests/unit/blob_random.h"

/*
 * The decider against the definition written out in the most stupid way, on
 * a universe small enough to look at every object; and by hand where the
 * definition itself could be wrong.  tests/decisions asks the kernel.
 */
static struct arena arena;
static struct sources sources;
static struct diags diags = {.arena = &arena, .sources = &sources};

static struct decide_path
path(enum blob_root root, const char *suffix)
{
	return (struct decide_path){text_of(suffix), root};
}

static void
add(struct blob_model *m, enum blob_root root, const char *suffix,
    enum blob_kind kind, unsigned flags, uint64_t rights)
{
	*VEC_PUSH(&arena, &m->paths) = (struct model_path){
	    .suffix = text_of(suffix),
	    .root = root,
	    .kind = kind,
	    .flags = flags,
	    .rights = rights,
	};
}

static void
deny(struct blob_model *m, enum blob_root root, const char *suffix)
{
	*VEC_PUSH(&arena, &m->denies) = (struct model_deny){
	    .suffix = text_of(suffix),
	    .root = root,
	    .access = BLOB_DENY_READ | BLOB_DENY_WRITE,
	};
}

static struct blob_model
model(void)
{
	return (struct blob_model){.target = {.platform = 1,
				       .abi_min = 1,
				       .fs_handled = BLOB_FS_ALL,
				       .scoped = BLOB_SCOPE_ALL}};
}

static const struct blob *
blob_of(const struct blob_model *m)
{
	struct blob *b = ARENA_NEW(&arena, struct blob);
	const char *why = NULL;
	const uint8_t *bytes;
	uint32_t size;

	if (!blob_write(m, &arena, &diags, &bytes, &size) ||
	    !blob_open(b, bytes, size, &why)) {
		printf("Bail out! %s\n", why == NULL ? "not written" : why);
		diags_flush(&diags);
		exit(1);
	}
	return b;
}

static struct decider *
decider(const struct blob_model *m, unsigned abi)
{
	struct decide_env env;

	decide_env_init(&env);
	env.abi = abi;
	return decide_open(&arena, blob_of(m), &env);
}

static struct decide_answer
ask(const struct decider *d, enum decide_op op, struct decide_path p)
{
	const struct decide_request r = {.op = op, .path = p};
	struct decide_answer a;

	decide(d, &r, &arena, &a);
	return a;
}

static enum decide_verdict
verdict(const struct decider *d, enum decide_op op, struct decide_path p)
{
	return ask(d, op, p).verdict;
}

static const uint64_t rx =
    BLOB_FS_READ_FILE | BLOB_FS_READ_DIR | BLOB_FS_EXECUTE;
static const uint64_t rw = BLOB_FS_READ_FILE | BLOB_FS_READ_DIR |
			   BLOB_FS_WRITE_FILE | BLOB_FS_TRUNCATE |
			   BLOB_FS_MAKE_REG | BLOB_FS_MAKE_DIR |
			   BLOB_FS_REMOVE_FILE | BLOB_FS_REFER;

static void
files(void)
{
	struct blob_model m = model();
	struct decider *d;

	add(&m, BLOB_ROOT_SLASH, "usr", BLOB_KIND_ANY, 0, rx);
	add(&m, BLOB_ROOT_SLASH, "a", BLOB_KIND_DIR, 0, BLOB_FS_READ_FILE);
	add(&m, BLOB_ROOT_SLASH, "a/b", BLOB_KIND_DIR, 0, BLOB_FS_WRITE_FILE);
	add(&m, BLOB_ROOT_SLASH, "f", BLOB_KIND_FILE, 0, BLOB_FS_READ_FILE);
	d = decider(&m, 7);
	IS_INT(verdict(d, DECIDE_READ, path(BLOB_ROOT_SLASH, "usr/bin/x")),
	    DECIDE_ALLOWED);
	/* A prefix is one of components. */
	IS_INT(verdict(d, DECIDE_READ, path(BLOB_ROOT_SLASH, "usrlocal")),
	    DECIDE_DENIED);
	/* Rights of all that is above count together. */
	IS_INT(verdict(d, DECIDE_UPDATE, path(BLOB_ROOT_SLASH, "a/b/x")),
	    DECIDE_ALLOWED);
	IS_INT(verdict(d, DECIDE_UPDATE, path(BLOB_ROOT_SLASH, "a/x")),
	    DECIDE_DENIED);
	IS_INT(verdict(d, DECIDE_READ, path(BLOB_ROOT_SLASH, "f")),
	    DECIDE_ALLOWED);
	/* A file's rule holds for nothing below it. */
	IS_INT(verdict(d, DECIDE_READ, path(BLOB_ROOT_SLASH, "f/x")),
	    DECIDE_DENIED);
	IS_INT(ask(d, DECIDE_READ, path(BLOB_ROOT_SLASH, "f/x")).error, 13);
	IS_INT(verdict(d, DECIDE_TRUNCATE, path(BLOB_ROOT_SLASH, "f")),
	    DECIDE_DENIED);
	/* ABI 2 has no right to truncate: then everybody may. */
	d = decider(&m, 2);
	IS_INT(verdict(d, DECIDE_TRUNCATE, path(BLOB_ROOT_SLASH, "f")),
	    DECIDE_UNENFORCED);
	IS_INT(verdict(d, DECIDE_OVERWRITE, path(BLOB_ROOT_SLASH, "a/b/x")),
	    DECIDE_UNENFORCED);
	IS_INT(verdict(d, DECIDE_OVERWRITE, path(BLOB_ROOT_SLASH, "a/x")),
	    DECIDE_DENIED);
	IS_INT(verdict(d, DECIDE_METADATA, path(BLOB_ROOT_SLASH, "x")),
	    DECIDE_UNENFORCED);
}

static struct decide_answer
move(const struct decider *d, enum decide_op op, const char *from,
    const char *to)
{
	const struct decide_request r = {.op = op,
	    .path = path(BLOB_ROOT_SLASH, from),
	    .to = path(BLOB_ROOT_SLASH, to)};
	struct decide_answer a;

	decide_here(d, &r, &a);
	return a;
}

static void
moves(void)
{
	struct blob_model m = model();
	struct decider *d;

	add(&m, BLOB_ROOT_SLASH, "rw", BLOB_KIND_DIR, 0, rw);
	add(&m, BLOB_ROOT_SLASH, "rw2", BLOB_KIND_DIR, 0, rw);
	add(&m, BLOB_ROOT_SLASH, "rwx", BLOB_KIND_DIR, 0, rw | BLOB_FS_EXECUTE);
	add(&m, BLOB_ROOT_SLASH, "ro", BLOB_KIND_DIR, 0, rx | BLOB_FS_REFER);
	d = decider(&m, 7);
	IS_INT(move(d, DECIDE_RENAME, "rw/a", "rw2/a").verdict, DECIDE_ALLOWED);
	IS_INT(move(d, DECIDE_RENAME, "rwx/a", "rw/a").verdict, DECIDE_ALLOWED);
	IS_INT(move(d, DECIDE_RENAME, "rw/a", "rwx/a").reason, DECIDE_BY_GAIN);
	IS_INT(move(d, DECIDE_RENAME, "rw/a", "rwx/a").error, 18);
	IS_INT(move(d, DECIDE_RENAME, "rw/a", "rwx/a").gained, BLOB_FS_EXECUTE);
	IS_INT(move(d, DECIDE_RENAME, "rw/a", "rw/b").verdict, DECIDE_ALLOWED);
	IS_INT(move(d, DECIDE_LINK, "ro/a", "rw/a").error, 18);
	IS_INT(move(d, DECIDE_RENAME, "ro/a", "rw/a").error, 13);
	IS_INT(
	    move(d, DECIDE_EXCHANGE, "rw/a", "rw2/a").verdict, DECIDE_ALLOWED);
	IS_INT(move(d, DECIDE_EXCHANGE, "rwx/a", "rw/a").error, 18);
	/* ABI 1 knows no more than that it is another directory. */
	d = decider(&m, 1);
	IS_INT(move(d, DECIDE_RENAME, "rw/a", "rw2/a").error, 18);
	IS_INT(move(d, DECIDE_RENAME, "ro/a", "rw/a").error, 18);
	IS_INT(move(d, DECIDE_RENAME, "rw/a", "rw/b").verdict, DECIDE_ALLOWED);
}

static void
roots(void)
{
	struct blob_model m = model();
	struct decide_answer a;
	struct decide_env env;
	struct decider *d;

	add(&m, BLOB_ROOT_SLASH, "usr", BLOB_KIND_ANY, BLOB_PATH_GROUP, rx);
	add(&m, BLOB_ROOT_CWD, "", BLOB_KIND_DIR, BLOB_PATH_CONSENT, rw);
	add(&m, BLOB_ROOT_XDG_CONFIG, "x", BLOB_KIND_DIR, 0, rx);
	deny(&m, BLOB_ROOT_HOME, ".ssh");
	d = decider(&m, 7);
	IS_INT(
	    verdict(d, DECIDE_WRITE, path(BLOB_ROOT_CWD, "a")), DECIDE_ALLOWED);
	IS_INT(verdict(d, DECIDE_READ, path(BLOB_ROOT_HOME, ".config/x/y")),
	    DECIDE_ALLOWED);
	/* Denied, unless the working directory is there. */
	a = ask(d, DECIDE_WRITE, path(BLOB_ROOT_HOME, "doc/x"));
	IS_INT(a.verdict, DECIDE_DEPENDS);
	OK(a.elsewhere != NULL &&
	    a.elsewhere->places[BLOB_ROOT_CWD].root == BLOB_ROOT_HOME);
	/* There the loader withholds the grant, or refuses to launch. */
	IS_INT(verdict(d, DECIDE_WRITE, path(BLOB_ROOT_HOME, ".ssh/id")),
	    DECIDE_DENIED);
	IS_INT(verdict(d, DECIDE_WRITE, path(BLOB_ROOT_SLASH, "usr/x")),
	    DECIDE_DEPENDS);
	decide_env_init(&env);
	OK(decide_env_place(&env, BLOB_ROOT_CWD, TEXT("/home/u")));
	OK(decide_env_place(&env, BLOB_ROOT_HOME, TEXT("/home/u/")));
	OK(!decide_env_place(&env, BLOB_ROOT_HOME, TEXT("home")));
	OK(!decide_env_place(&env, BLOB_ROOT_HOME, TEXT("/home/../x")));
	OK(!decide_env_place(&env, BLOB_ROOT_HOME, TEXT("")));
	d = decide_open(&arena, blob_of(&m), &env);
	IS_INT(decide_refused(d).why, DECIDE_REFUSED_DENY);
	env.consent = false;
	d = decide_open(&arena, blob_of(&m), &env);
	IS_INT(decide_refused(d).why, DECIDE_LAUNCHES);
	IS_INT(
	    verdict(d, DECIDE_READ, path(BLOB_ROOT_CWD, "a")), DECIDE_DENIED);
}

static void
denies(void)
{
	struct blob_model m = model();
	struct decider *d;
	uint32_t which;

	add(&m, BLOB_ROOT_SLASH, "a", BLOB_KIND_ANY, BLOB_PATH_GROUP, rx);
	add(&m, BLOB_ROOT_SLASH, "b", BLOB_KIND_ANY, 0, rx);
	add(&m, BLOB_ROOT_SLASH, "a/s/x", BLOB_KIND_ANY, BLOB_PATH_BYPASS, rx);
	deny(&m, BLOB_ROOT_SLASH, "a/s");
	d = decider(&m, 7);
	IS_INT(decide_refused(d).why, DECIDE_LAUNCHES);
	OK(decide_withheld(d, 0, &which) && which == 0);
	OK(!decide_withheld(d, 1, &which));
	IS_INT(verdict(d, DECIDE_READ, path(BLOB_ROOT_SLASH, "a/t")),
	    DECIDE_DENIED);
	IS_INT(verdict(d, DECIDE_READ, path(BLOB_ROOT_SLASH, "a/s/x/y")),
	    DECIDE_ALLOWED);
	IS_INT(verdict(d, DECIDE_READ, path(BLOB_ROOT_SLASH, "b/y")),
	    DECIDE_ALLOWED);
	deny(&m, BLOB_ROOT_SLASH, "b/c");
	IS_INT(decide_refused(decider(&m, 7)).why, DECIDE_REFUSED_DENY);
}

static void
widening(void)
{
	struct blob_model m = model();
	struct decider *d;
	struct decide_request r = {.op = DECIDE_CREATE,
	    .path = path(BLOB_ROOT_SLASH, "run/s"),
	    .type = DECIDE_SOCK};
	struct decide_answer a;

	add(&m, BLOB_ROOT_SLASH, "usr", BLOB_KIND_ANY, 0, rx);
	add(&m, BLOB_ROOT_SLASH, "run/s", BLOB_KIND_ANY, 0,
	    BLOB_FS_MAKE_SOCK | BLOB_FS_READ_FILE);
	m.paths.v[1].missing = BLOB_MISSING_PARENT;
	d = decider(&m, 7);
	decide(d, &r, &arena, &a);
	IS_INT(a.verdict, DECIDE_ALLOWED);
	/* Something else there, only if the socket was missing at launch. */
	r.path = path(BLOB_ROOT_SLASH, "run/t");
	decide(d, &r, &arena, &a);
	IS_INT(a.verdict, DECIDE_DEPENDS);
	OK(a.elsewhere != NULL && a.elsewhere->absent);
}

static void
kernels(void)
{
	struct blob_model m = model();
	struct decide_request r = {.op = DECIDE_CONNECT_TCP, .port = 443};
	struct decide_answer a;

	add(&m, BLOB_ROOT_SLASH, "usr", BLOB_KIND_ANY, 0, rx);
	IS_INT(
	    verdict(decider(&m, 7), DECIDE_SIGNAL, path(0, "")), DECIDE_DENIED);
	IS_INT(ask(decider(&m, 7), DECIDE_SIGNAL, path(0, "")).error, 1);
	IS_INT(verdict(decider(&m, 5), DECIDE_SIGNAL, path(0, "")),
	    DECIDE_UNENFORCED);
	IS_INT(verdict(decider(&m, 8), DECIDE_CONNECT_UNIX, path(0, "run/x")),
	    DECIDE_UNENFORCED);
	IS_INT(verdict(decider(&m, 9), DECIDE_CONNECT_UNIX, path(0, "run/x")),
	    DECIDE_DENIED);
	decide_here(decider(&m, 7), &r, &a);
	IS_INT(a.verdict, DECIDE_ALLOWED);
	m.target.network = BLOB_NET_PORTS;
	m.target.net_handled = BLOB_NET_BIND_TCP | BLOB_NET_CONNECT_TCP;
	decide_here(decider(&m, 7), &r, &a);
	IS_INT(a.verdict, DECIDE_DENIED);
	decide_here(decider(&m, 3), &r, &a);
	IS_INT(a.verdict, DECIDE_UNENFORCED);
	*VEC_PUSH(&arena, &m.ports) =
	    (struct blob_port){443, BLOB_NET_CONNECT_TCP};
	decide_here(decider(&m, 3), &r, &a);
	IS_INT(a.verdict, DECIDE_ALLOWED);
	m.target.net_required = BLOB_NET_CONNECT_TCP;
	m.target.abi_min = 4;
	decide_here(decider(&m, 3), &r, &a);
	IS_INT(a.reason, DECIDE_BY_LAUNCH);
	IS_INT(decide_refused(decider(&m, 3)).net, BLOB_NET_CONNECT_TCP);
}

/* A universe: every path of up to three components out of three. */
enum { OBJECTS = 1 + 3 + 9 + 27 };
static const char *const names[] = {"a", "ab", "b"};

static struct text
object(uint32_t i)
{
	struct text t = {"", 0};

	for (uint32_t n = 3; i > 0; i -= n, n *= 3)
		if (i <= n) {
			for (i--; n > 1; n /= 3, i %= n)
				t = arena_printf(&arena, "%.*s%s%s", (int)t.len,
				    t.s, t.len == 0 ? "" : "/",
				    names[i / (n / 3)]);
			return t;
		}
	return t;
}

static const uint64_t some[] = {BLOB_FS_READ_FILE, BLOB_FS_WRITE_FILE,
    BLOB_FS_EXECUTE, BLOB_FS_MAKE_REG, BLOB_FS_REMOVE_FILE, BLOB_FS_REFER,
    BLOB_FS_TRUNCATE};

static struct blob_model
random_policy(uint32_t *seed, const struct text *objects)
{
	struct blob_model m = model();

	for (uint32_t n = 1 + random_below(seed, 9); n > 0; n--) {
		struct model_path p = {
		    .suffix = objects[random_below(seed, OBJECTS)],
		    .kind = (enum blob_kind)random_below(seed, 3),
		    .flags = BLOB_PATH_GROUP,
		};

		for (uint32_t k = random_below(seed, 6); k <= 5; k++)
			p.rights |= some[random_below(seed, 7)];
		if (random_below(seed, 8) == 0)
			p.rights = BLOB_FS_ALL;
		if (p.kind == BLOB_KIND_FILE)
			p.rights &= BLOB_FS_FILE;
		if (p.rights == 0)
			p.rights = BLOB_FS_READ_FILE;
		p.root = random_below(seed, 3) == 0 ? BLOB_ROOT_HOME
						    : BLOB_ROOT_SLASH;
		*VEC_PUSH(&arena, &m.paths) = p;
	}
	if (random_below(seed, 4) == 0)
		*VEC_PUSH(&arena, &m.denies) = (struct model_deny){
		    .suffix = objects[random_below(seed, OBJECTS)],
		    .root = BLOB_ROOT_SLASH,
		    .access = 1 + random_below(seed, 3),
		};
	return m;
}

/* The definition: every rule, every object, one after the other. */
static uint64_t
stupid(const struct decider *d, const struct blob *b,
    const struct decide_path *p, bool directory)
{
	uint64_t rights = 0;

	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct blob_path r = blob_path(b, i);
		const struct text s = text_of(r.suffix);
		const bool at = text_equal(s, p->suffix) && r.root == p->root;
		bool above =
		    r.root == p->root && !at &&
		    (s.len == 0 || (s.len < p->suffix.len &&
				       memcmp(s.s, p->suffix.s, s.len) == 0 &&
				       p->suffix.s[s.len] == '/'));
		uint32_t which;

		if (r.root != p->root)
			above = r.root == BLOB_ROOT_SLASH && s.len == 0;
		if (decide_withheld(d, i, &which))
			continue;
		if ((above || (at && directory)) && r.kind != BLOB_KIND_FILE)
			rights |= r.rights;
		if (at && !directory && r.kind != BLOB_KIND_DIR)
			rights |= r.rights & BLOB_FS_FILE;
	}
	return rights & decide_handled_fs(d);
}

struct count {
	unsigned rights, regions, steps, laws;
};

static void
check_policy(const struct blob_model *m, const struct text *objects,
    struct decide_regions *regions, struct count *wrong)
{
	const struct blob *b = blob_of(m);
	struct decide_env env;
	struct decider *d;

	decide_env_init(&env);
	d = decide_open(&arena, b, &env);
	decide_regions(d, &arena, regions);
	for (uint32_t i = 1; i < regions->n; i++)
		wrong->laws += decide_path_compare(&regions->v[i - 1].at,
				   &regions->v[i].at) >= 0;
	for (uint32_t i = 0; i < 4 * OBJECTS; i++) {
		const struct decide_object o = {
		    {objects[i / 4],
			i % 4 < 2 ? BLOB_ROOT_SLASH : BLOB_ROOT_HOME},
		    i % 2 == 0 ? DECIDE_DIRECTORY : DECIDE_FILE, 0};
		const bool dir = i % 2 == 0;
		const uint64_t keep = dir ? BLOB_FS_ALL : BLOB_FS_FILE;
		const uint64_t want = stupid(d, b, &o.path, dir);

		if (decide_refused(d).why != DECIDE_LAUNCHES)
			continue;
		wrong->rights += decide_rights(d, &o, NULL, NULL) != want;
		wrong->regions += decide_region_rights(regions, &o.path, dir) !=
				  (want & keep);
	}
}

/* The mask that a merge says of an object, by looking at every step. */
static uint64_t
by_steps(const struct decide_steps *s, const struct decide_path *p, bool dir,
    unsigned side)
{
	uint64_t mask = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		const struct decide_step *t = &s->v[i];

		if (!decide_path_covers(&t->at, p))
			continue;
		mask = dir ? t->tree[side] : t->tree[side] & BLOB_FS_FILE;
		if (!dir && decide_path_compare(&t->at, p) == 0)
			mask = t->file[side];
	}
	return mask;
}

static void
properties(void)
{
	struct text objects[OBJECTS];
	struct count wrong = {0};
	uint32_t seed = 20261125;

	for (uint32_t i = 0; i < OBJECTS; i++)
		objects[i] = object(i);
	for (unsigned round = 0; round < 3000; round++) {
		struct decide_regions r[2];
		struct decide_steps steps;

		for (unsigned i = 0; i < 2; i++) {
			const struct blob_model m =
			    random_policy(&seed, objects);

			check_policy(&m, objects, &r[i], &wrong);
		}
		decide_merge(&r[0], &r[1], &arena, &steps);
		for (uint32_t i = 0; i < 8 * OBJECTS; i++) {
			const struct decide_path p = {objects[i / 8],
			    i % 8 < 4 ? BLOB_ROOT_SLASH : BLOB_ROOT_HOME};
			const bool dir = i % 2 == 0;
			const unsigned side = i / 2 % 2;

			wrong.steps += by_steps(&steps, &p, dir, side) !=
				       decide_region_rights(&r[side], &p, dir);
		}
	}
	IS_INT(wrong.rights, 0);
	IS_INT(wrong.regions, 0);
	IS_INT(wrong.steps, 0);
	IS_INT(wrong.laws, 0);
}

/* Whatever the format allows has an answer, on every kernel. */
static void
total(void)
{
	uint32_t seed = 4711;
	unsigned verdicts[DECIDE_DEPENDS + 1] = {0}, refused = 0;

	for (unsigned round = 0; round < 300; round++) {
		struct decide_regions regions;
		struct decide_rules rules;
		struct decide_env env;
		struct blob_model m;
		struct decider *d;

		random_model(&seed, &arena, &m);
		decide_env_init(&env);
		env.abi = 1 + random_below(&seed, BLOB_ABI_NEWEST);
		env.uid = (int64_t)random_below(&seed, 2) * 1000 - 1;
		env.consent = random_below(&seed, 2) == 0;
		env.absent = random_below(&seed, 2) == 0;
		d = decide_open(&arena, blob_of(&m), &env);
		refused += decide_refused(d).why != DECIDE_LAUNCHES;
		decide_regions(d, &arena, &regions);
		for (unsigned op = 0; op < DECIDE_OPS; op++) {
			const struct decide_request r = {
			    .op = (enum decide_op)op,
			    .path = {random_suffix(&seed, &arena),
				(enum blob_root)random_below(
				    &seed, BLOB_ROOTS)},
			    .to = {random_suffix(&seed, &arena),
				(enum blob_root)random_below(
				    &seed, BLOB_ROOTS)},
			    .type = (enum decide_type)random_below(
				&seed, DECIDE_TYPES),
			    .port = random_below(&seed, 65536),
			    .family = random_below(&seed, 44),
			    .socktype = random_below(&seed, 6),
			};
			struct decide_answer a;

			decide(d, &r, &arena, &a);
			verdicts[a.verdict]++;
			decide_support(d, &r, &arena, &rules);
		}
	}
	OK(refused > 10 && refused < 290);
	for (unsigned v = 0; v < ARRAY_LEN(verdicts); v++)
		OK(verdicts[v] > 10);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 60,000 rules: a comparison must not be what one waits for. */
static void
large(void)
{
	struct blob_model m = model();
	struct decide_regions r;
	struct decide_steps s;
	struct decider *d;
	double began, took;

	for (unsigned i = 0; i < 60000; i++)
		add(&m, BLOB_ROOT_HOME,
		    arena_printf(&arena, "src/%u/%u/file", i % 97, i).s,
		    BLOB_KIND_ANY, 0, i % 3 == 0 ? rx : rw);
	d = decider(&m, 11);
	began = seconds();
	decide_regions(d, &arena, &r);
	decide_merge(&r, &r, &arena, &s);
	took = seconds() - began;
	IS_INT(r.n, 60000);
	IS_INT(s.n, 60000);
	printf("# regions and merge of 60000 rules: %.1f ms\n", took * 1e3);
	OK(took < 2);
}

int
main(void)
{
	files();
	moves();
	roots();
	denies();
	widening();
	kernels();
	properties();
	total();
	large();
	arena_release(&arena);
	return tap_end();
}
