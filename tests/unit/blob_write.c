#include <config.h>

#include <stdlib.h>

#include "compiler/base/diag_record.h"
#include "compiler/blob/dump.h"
#include "tests/tap.h"
#include "tests/unit/blob_random.h"

/*
 * The one encoding: what a model was does not show in the bytes, only what it
 * says; and the text form holds all of it.
 */
enum { ROUNDS = 3000 };

struct context {
	struct arena arena;
	struct sources sources;
	struct diags diags;
};

static void
begin(struct context *c)
{
	*c = (struct context){0};
	c->diags.arena = &c->arena;
	c->diags.sources = &c->sources;
}

static bool
same(const uint8_t *a, uint32_t na, const uint8_t *b, uint32_t nb)
{
	return na == nb && memcmp(a, b, na) == 0;
}

/* Writes both and compares; diagnostics are shown. */
static bool
writes(struct context *c, const struct blob_model *m, const uint8_t *want,
    uint32_t want_size)
{
	const uint8_t *bytes;
	uint32_t size;

	if (blob_write(m, &c->arena, &c->diags, &bytes, &size))
		return same(bytes, size, want, want_size);
	diags_flush(&c->diags);
	return false;
}

#define SHUFFLE(seed, vec)                                                     \
	do {                                                                   \
		for (uint32_t i_ = (vec)->n; i_ > 1; i_--) {                   \
			uint32_t j_ = random_below((seed), i_);                \
			if (j_ != i_ - 1) {                                    \
				memcpy(                                        \
				    swap, &(vec)->v[j_], sizeof(*(vec)->v));   \
				(vec)->v[j_] = (vec)->v[i_ - 1];               \
				memcpy(&(vec)->v[i_ - 1], swap,                \
				    sizeof(*(vec)->v));                        \
			}                                                      \
		}                                                              \
	} while (0)

/* Links name records by index: only models without links are shuffled. */
static void
shuffle(uint32_t *seed, struct blob_model *m)
{
	unsigned char swap[256];

	SHUFFLE(seed, &m->paths);
	SHUFFLE(seed, &m->denies);
	SHUFFLE(seed, &m->ports);
	SHUFFLE(seed, &m->seccomp);
	SHUFFLE(seed, &m->envs);
	SHUFFLE(seed, &m->commands);
	SHUFFLE(seed, &m->extras);
	SHUFFLE(seed, &m->links);
}

static struct text
dump(struct context *c, const struct blob *b, bool provenance)
{
	struct text t;
	char *s = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&s, &n);

	blob_dump(b, provenance, f);
	fclose(f);
	t = arena_text(&c->arena, (struct text){s, (uint32_t)n});
	free(s);
	return t;
}

static bool
assembles(
    struct context *c, struct text t, const uint8_t *want, uint32_t want_size)
{
	struct blob_model m;
	uint32_t source;

	if (source_from_text(
		&c->sources, &c->arena, &c->diags, "dump", t, &source) &&
	    blob_assemble(&c->arena, &c->diags, &c->sources, source, &m) &&
	    writes(c, &m, want, want_size))
		return true;
	diags_flush(&c->diags);
	printf("# %.200s\n", t.s);
	return false;
}

/* One random model through everything; counts what holds. */
static void
one_round(uint32_t seed, unsigned held[6])
{
	struct context c;
	struct blob_model m, again, bare;
	const uint8_t *bytes, *other;
	uint32_t size, other_size;
	const char *why = "";
	struct blob b, stripped;

	begin(&c);
	random_model(&seed, &c.arena, &m);
	if (blob_write(&m, &c.arena, &c.diags, &bytes, &size) &&
	    blob_open(&b, bytes, size, &why)) {
		held[0]++;
		blob_read_model(&b, &c.arena, &again);
		held[1] += writes(&c, &again, bytes, size);
		held[2] += assembles(&c, dump(&c, &b, true), bytes, size);
		bare = again;
		bare.name = bare.version = (struct text){0};
		bare.sources.n = bare.origins.n = bare.links.n = 0;
		bare.extras.n = 0;
		held[3] +=
		    blob_write(
			&bare, &c.arena, &c.diags, &other, &other_size) &&
		    blob_open(&stripped, other, other_size, &why) &&
		    memcmp(b.bytes + BLOB_H_ID, other + BLOB_H_ID, 32) == 0;
		held[4] +=
		    assembles(&c, dump(&c, &b, false), other, other_size);
		shuffle(&seed, &bare);
		held[5] += writes(&c, &bare, other, other_size);
	}
	diags_flush(&c.diags);
	arena_release(&c.arena);
}

static void
test_random(void)
{
	unsigned held[6] = {0};

	for (uint32_t i = 0; i < ROUNDS; i++)
		one_round(i * 7919 + 1, held);
	IS_INT(held[0], ROUNDS); /* written, and opened */
	IS_INT(held[1], ROUNDS); /* read and written again: the same bytes */
	IS_INT(held[2], ROUNDS); /* dumped and assembled: the same bytes */
	IS_INT(held[3], ROUNDS); /* stripped: the same id */
	IS_INT(held[4], ROUNDS); /* what is enforced, through text */
	IS_INT(held[5], ROUNDS); /* the order of the model is not seen */
}

static struct blob_model
small_model(void)
{
	return (struct blob_model){
	    .target = {.platform = 1, .abi_min = 1, .fs_handled = BLOB_FS_ALL},
	};
}

static void
test_merge(void)
{
	struct context c;
	struct blob_model m = small_model();
	const uint8_t *bytes;
	uint32_t size;
	const char *why;
	struct blob b;

	begin(&c);
	for (uint64_t right = 1; right <= 4; right *= 2)
		*VEC_PUSH(&c.arena, &m.paths) =
		    (struct model_path){.suffix = TEXT("usr"), .rights = right};
	OK(blob_write(&m, &c.arena, &c.diags, &bytes, &size));
	OK(blob_open(&b, bytes, size, &why));
	IS_INT(b.npaths, 1);
	IS_INT(blob_path(&b, 0).rights, 7);
	IS_INT(blob_target(&b).roots, 1);
	arena_release(&c.arena);
}

static void
test_limits(void)
{
	struct context c;
	struct blob_model m = small_model();
	const uint8_t *bytes;
	uint32_t size;
	char *big;

	begin(&c);
	for (unsigned i = 0; i < BLOB_RULES_MAX; i++)
		*VEC_PUSH(&c.arena, &m.paths) = (struct model_path){
		    .suffix = arena_printf(&c.arena, "p%u", i),
		    .rights = 1,
		};
	OK(blob_write(&m, &c.arena, &c.diags, &bytes, &size));
	*VEC_PUSH(&c.arena, &m.paths) =
	    (struct model_path){.suffix = TEXT("more"), .rights = 1};
	OK(!blob_write(&m, &c.arena, &c.diags, &bytes, &size));
	IS_INT(c.diags.errors, 1);

	m.paths.n = 1;
	big = ARENA_ARRAY(&c.arena, BLOB_PATH_MAX + 2, char);
	for (uint32_t i = 0; i <= BLOB_PATH_MAX; i++)
		big[i] = i % 200 == 100 ? '/' : 'x';
	m.paths.v[0].suffix = (struct text){big, BLOB_PATH_MAX};
	OK(blob_write(&m, &c.arena, &c.diags, &bytes, &size));
	m.paths.v[0].suffix.len++;
	OK(!blob_write(&m, &c.arena, &c.diags, &bytes, &size));
	IS_INT(c.diags.errors, 2);
	/* A user id may take ten bytes. */
	m.paths.v[0].suffix.len = BLOB_PATH_MAX;
	big[0] = BLOB_UID_BYTE;
	OK(!blob_write(&m, &c.arena, &c.diags, &bytes, &size));
	arena_release(&c.arena);
}

/* What the diagnostics say, for looking into. */
static struct text
printed(struct context *c)
{
	struct text t;
	char *s = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&s, &n);

	diags_print(&c->diags, f, false);
	fclose(f);
	t = arena_text(&c->arena, (struct text){s, (uint32_t)n});
	free(s);
	return t;
}

/* The model is refused with one diagnostic, in which there are these words. */
static bool
refused(const struct blob_model *m, const char *words)
{
	struct context c;
	const uint8_t *bytes;
	uint32_t size;
	bool good;

	begin(&c);
	good = !blob_write(m, &c.arena, &c.diags, &bytes, &size) &&
	       c.diags.errors == 1;
	good = good && strstr(printed(&c).s, words) != NULL;
	if (!good)
		printf("# wanted: %s\n# got: %s\n", words, printed(&c).s);
	arena_release(&c.arena);
	return good;
}

static void
test_bad_models(void)
{
	static const char *const suffixes[] = {
	    "/a", "a/", "a//b", ".", "..", "a/.", "../b", "a/../b"};
	struct context c;
	struct blob_model m = small_model();

	begin(&c);
	*VEC_PUSH(&c.arena, &m.paths) = (struct model_path){.rights = 1};
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		m.paths.v[0].suffix = text_of(suffixes[i]);
		OK(refused(&m, "component"));
	}
	m.paths.v[0].suffix = arena_printf(&c.arena, "%0256d", 0);
	OK(refused(&m, "component longer than 255"));
	m.paths.v[0].suffix = TEXT("a\nb");
	OK(refused(&m, "control byte"));
	m.paths.v[0].suffix = TEXT("a\0b");
	OK(refused(&m, "not used"));
	m.paths.v[0].suffix = TEXT("a");
	m.paths.v[0].flags = 256;
	OK(refused(&m, "unknown root or flag"));
	m.paths.n = 0;

	*VEC_PUSH(&c.arena, &m.envs) = (struct model_env){
	    .kind = BLOB_ENV_SET, .name = TEXT("A=B"), .value = TEXT("1")};
	OK(refused(&m, "has a ="));
	m.envs.v[0].name = TEXT("A");
	(void)VEC_PUSH(&c.arena, &m.envs);
	m.envs.v[1] = m.envs.v[0];
	m.envs.v[1].value = TEXT("2");
	OK(refused(&m, "two values"));
	m.envs.n = 0;

	for (unsigned i = 0; i <= BLOB_RULES_MAX; i++)
		*VEC_PUSH(&c.arena, &m.denies) = (struct model_deny){
		    .suffix = arena_printf(&c.arena, "%u", i), .access = 1};
	OK(refused(&m, "more than 65535 denied paths"));
	arena_release(&c.arena);
}

/* The column of a diagnostic in line 9, or 0. */
static unsigned
reported_column(struct context *c)
{
	unsigned column = 0;

	if (sscanf(printed(c).s, "dump:9:%u:", &column) != 1)
		printf("# %s\n", printed(c).s);
	return column;
}

/* Lines that must be diagnosed, and where. */
static void
test_bad_text(void)
{
	static const struct {
		const char *line;
		unsigned begin; /* column, from 0, of what is marked */
	} cases[] = {
	    {"grant everything", 0},
	    {"path", 4},
	    {"path usr any read", 5},
	    {"path $HOME/ any read", 5},
	    {"path /usr/../etc any read", 5},
	    {"path /usr// any read", 5},
	    {"path $HOM/x any read", 5},
	    {"path /a$HOME any read", 5},
	    {"path \"/a any read", 5},
	    {"path \"/a\\n\" any read", 8},
	    {"path \"/a\\x1f\" any read", 8},
	    {"path /\xc3\xa4 any read", 6},
	    {"path /usr tree read", 10},
	    {"path /usr any fly", 14},
	    {"path /usr any read,", 14},
	    {"path /usr any ioctl_dev", 14},
	    {"path /usr file read_dir", 15},
	    {"path /usr any read group extra", 25},
	    {"path $HOME any read parent-if-missing", 20},
	    {"path /x any read", 0},
	    {"handle fs fly required", 10},
	    {"handle fs refer perhaps", 16},
	    {"handle fs execute required", 10},
	    {"network half", 0},
	    {"network open", 0},
	    {"abi-min 12", 0},
	    {"platform macos", 0},
	    {"port 65536 bind_tcp", 5},
	    {"port 1 bind_carrier_pigeon", 7},
	    {"option odd", 7},
	    {"deny /x all", 8},
	    {"seccomp pdp11 ret 0x0", 8},
	    {"seccomp x86_64 ret 0x100000000", 19},
	    {"seccomp x86_64 ret 0x0 1", 24},
	    {"env-set A", 9},
	    {"env-set A=B c", 8},
	    {"env-allow ${HOME}", 10},
	    {"refuse-command a/b", 15},
	    {"section ABC 00", 8},
	    {"section ABCD 0", 13},
	    {"section ABCD 0g", 13},
	    {"source profile p sha256:00", 17},
	    {"source thing p sha256:00", 7},
	    {"link path /x any from profile p 1:1", 22},
	    {"link target", 11},
	    {"link target frob from profile p 1:1", 12},
	    {"link target signal", 18},
	    {"link target signal from profile p 0:1", 34},
	    {"link target signal from profile p 1:1", 24},
	    {"link path /y any from profile p 1:1", 0},
	    {"name \"", 5},
	    {"name a b", 7},
	};
	static const char head[] =
	    "nono-policy 1\nplatform linux\nabi-min 1\n"
	    "handle fs execute required\nhandle fs read_file required\n"
	    "handle fs read_dir best-effort\nnetwork open\n"
	    "path /x any read\n";

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *line = cases[i].line;
		struct context c;
		struct blob_model m;
		struct text t;
		uint32_t source;

		begin(&c);
		t = arena_printf(&c.arena, "%s%s\n", head, line);
		printf("# %s\n", line);
		OK(source_from_text(
		    &c.sources, &c.arena, &c.diags, "dump", t, &source));
		OK(!blob_assemble(&c.arena, &c.diags, &c.sources, source, &m));
		IS_INT(c.diags.errors, 1);
		IS_INT(reported_column(&c), cases[i].begin + 1);
		arena_release(&c.arena);
	}
}

int
main(void)
{
	test_random();
	test_merge();
	test_limits();
	test_bad_models();
	test_bad_text();
	return tap_end();
}
