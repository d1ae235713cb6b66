#ifndef NONO_TESTS_BLOB_CLAY_H
#define NONO_TESTS_BLOB_CLAY_H

#include <stdlib.h>

#include "runtime/sha256.h"
#include "tests/tap.h"
#include "tests/unit/blob_random.h"

/* A blob that can be changed a little, for tests that want it refused. */
static struct arena arena;
static struct sources sources;
static struct diags diags = {.arena = &arena, .sources = &sources};

/* A blob that may be changed; with room for more bytes behind. */
struct clay {
	uint8_t *p;
	uint32_t n;
};

static struct clay
write_model(const struct blob_model *m)
{
	const uint8_t *bytes;
	struct clay c = {0};

	if (blob_write(m, &arena, &diags, &bytes, &c.n)) {
		c.p = ARENA_ARRAY(&arena, c.n + 64, uint8_t);
		memcpy(c.p, bytes, c.n);
	}
	diags_flush(&diags);
	return c;
}

/* One of everything, so that every check has something to look at. */
static struct blob_model
full_model(void)
{
	static const uint8_t insns[16] = {0x20, 0, 0, 0, 4, 0, 0, 0, 6};
	struct blob_model m = {.target = {.platform = 1,
				   .abi_min = 10,
				   .fs_handled = BLOB_FS_ALL,
				   .fs_required = BLOB_FS_RESOLVE_UNIX,
				   .net_handled = BLOB_NET_ALL,
				   .net_required = BLOB_NET_BIND_TCP,
				   .scoped = BLOB_SCOPE_ALL,
				   .scoped_required = BLOB_SCOPE_SIGNAL,
				   .network = BLOB_NET_PROXY,
				   .flags = BLOB_F_ALL}};
	static const struct model_path paths[] = {
	    {TEXT("bin"), .kind = BLOB_KIND_FILE, .rights = 1},
	    {TEXT("bin"), .kind = BLOB_KIND_DIR, .rights = 12},
	    {TEXT("usr/lib"), .rights = 13},
	    {TEXT(""), .root = BLOB_ROOT_CWD, .rights = 4},
	    {TEXT(".ab"), .root = BLOB_ROOT_HOME, .rights = 6,
		.missing = BLOB_MISSING_PARENT},
	};
	static const struct model_deny denies[] = {
	    {TEXT(".ssh"), .root = BLOB_ROOT_HOME, .access = 3},
	    {TEXT("etc"), .access = 1},
	};
	static const struct blob_port ports[] = {{80, 2}, {443, 2}};
	static const struct model_seccomp programs[] = {
	    {BLOB_ARCH_X86_64, 2, insns},
	    {BLOB_ARCH_AARCH64, 1, insns},
	};
	static const struct model_env envs[] = {
	    {BLOB_ENV_ALLOW, TEXT("PATH"), {0}},
	    {BLOB_ENV_DENY, TEXT("AWS_*"), {0}},
	    {BLOB_ENV_SET, TEXT("T"), TEXT("\x13/x")},
	    {BLOB_ENV_SET, TEXT("U"), TEXT("plain")},
	};
	static const struct text commands[] = {TEXT("rm"), TEXT("sudo")};

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		*VEC_PUSH(&arena, &m.paths) = paths[i];
	for (size_t i = 0; i < 2; i++) {
		*VEC_PUSH(&arena, &m.denies) = denies[i];
		*VEC_PUSH(&arena, &m.ports) = ports[i];
		*VEC_PUSH(&arena, &m.seccomp) = programs[i];
		*VEC_PUSH(&arena, &m.commands) = commands[i];
		*VEC_PUSH(&arena, &m.sources) = (struct model_source){
		    (uint32_t)i, TEXT("one"), {(uint8_t)i}};
		*VEC_PUSH(&arena, &m.extras) = (struct model_extra){
		    BLOB_TAG('Z', 'Z', 'Z', (unsigned)('0' + i)), 3, insns};
	}
	for (size_t i = 0; i < ARRAY_LEN(envs); i++)
		*VEC_PUSH(&arena, &m.envs) = envs[i];
	*VEC_PUSH(&arena, &m.origins) = (struct model_origin){0, 3, 4, 0};
	*VEC_PUSH(&arena, &m.origins) = (struct model_origin){1, 5, 6, 1};
	*VEC_PUSH(&arena, &m.links) = (struct model_link){BLOB_PATH, 0, 1};
	*VEC_PUSH(&arena, &m.links) = (struct model_link){BLOB_DENY, 1, 0};
	m.name = text_of("name");
	m.version = text_of("1");
	return m;
}

static void
set_u32(uint8_t *p, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

/* Why the blob is refused; "" if it is not. */
static const char *
why_of(struct clay c)
{
	/* Exactly as large as the blob, so that ASan sees a read beyond. */
	uint8_t *exact = malloc(c.n == 0 ? 1 : c.n);
	const char *why = "";
	struct blob b;

	memcpy(exact, c.p, c.n);
	(void)blob_open(&b, exact, c.n, &why);
	free(exact);
	return why;
}

#endif
