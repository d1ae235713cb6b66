#ifndef NONO_BLOB_RANDOM_H
#define NONO_BLOB_RANDOM_H

#include <stdio.h>
#include <stdlib.h>

#include "compiler/blob/blob_write.h"
#include "tests/unit/random.h"

/* Random models that blob_write() must accept; the seed decides all. */

/* A suffix with every awkward byte, often equal to an earlier one. */
static inline struct text
random_suffix(uint32_t *seed, struct arena *a)
{
	static const char *const parts[] = {"a", "b", "usr", ".config", "a b",
	    "\"q\"", "$HOME", "back\\slash", "\xc3\xa4", "\xff", "...", "x\x01",
	    "\x01", "#", "a-b", "A", "*", "~"};
	struct text t = {"", 0};
	uint32_t n = random_below(seed, 4);

	for (uint32_t i = 0; i < n; i++)
		t = arena_printf(a, "%.*s%s%s", (int)t.len, t.s,
		    i == 0 ? "" : "/", parts[random_below(seed, 18)]);
	return t;
}

static inline uint64_t
random_bits(uint32_t *seed, uint64_t of)
{
	uint64_t bits = random_below(seed, 1 << 24) & of;

	switch (random_below(seed, 3)) {
	case 0:
		return of;
	case 1:
		return bits;
	default:
		return of &
		       (BLOB_FS_EXECUTE | BLOB_FS_READ_FILE | BLOB_FS_READ_DIR);
	}
}

static inline struct blob_target
random_target(uint32_t *seed)
{
	struct blob_target t = {.platform = 1};

	t.abi_min = 1 + random_below(seed, BLOB_ABI_NEWEST);
	t.fs_handled = random_bits(seed, BLOB_FS_ALL) | BLOB_FS_READ_FILE;
	t.fs_required =
	    random_bits(seed, t.fs_handled & blob_fs_rights(t.abi_min));
	t.network = (enum blob_network)random_below(seed, BLOB_NET_PORTS + 1);
	if (t.network != BLOB_NET_OPEN)
		t.net_handled =
		    BLOB_NET_BIND_TCP | random_bits(seed, BLOB_NET_ALL);
	t.net_required =
	    random_bits(seed, t.net_handled & blob_net_rights(t.abi_min));
	t.scoped = random_bits(seed, BLOB_SCOPE_ALL);
	t.scoped_required =
	    random_bits(seed, t.scoped & blob_scopes(t.abi_min));
	t.flags = random_below(seed, BLOB_F_ALL + 1) | BLOB_F_ENV_ALLOW;
	if ((t.fs_required & BLOB_FS_RESOLVE_UNIX) == 0)
		t.flags &= ~(uint32_t)BLOB_F_UNIX_PATHNAME;
	if (t.network != BLOB_NET_PROXY)
		t.flags &= ~(uint32_t)BLOB_F_PROXY_INSECURE;
	return t;
}

static inline void
random_rules(uint32_t *seed, struct arena *a, struct blob_model *m)
{
	for (uint32_t n = random_below(seed, 12); n > 0; n--) {
		struct model_path p = {.suffix = random_suffix(seed, a)};
		uint64_t may = m->target.fs_handled;

		p.root = (enum blob_root)random_below(seed, BLOB_ROOTS);
		p.kind = (enum blob_kind)random_below(seed, 3);
		if (p.kind == BLOB_KIND_FILE)
			may &= BLOB_FS_FILE;
		p.rights = random_bits(seed, may);
		if (p.rights == 0)
			p.rights = BLOB_FS_READ_FILE;
		if (p.suffix.len > 0)
			p.missing = (enum blob_missing)random_below(seed, 2);
		p.flags = random_below(seed, BLOB_PATH_FLAGS + 1);
		*VEC_PUSH(a, &m->paths) = p;
	}
	for (uint32_t n = random_below(seed, 6); n > 0; n--)
		*VEC_PUSH(a, &m->denies) = (struct model_deny){
		    .suffix = random_suffix(seed, a),
		    .root = (enum blob_root)random_below(seed, BLOB_ROOTS),
		    .access = 1 + random_below(seed, 3),
		    .flags = random_below(seed, 2),
		};
	for (uint32_t n = random_below(seed, 5); n > 0; n--)
		if (m->target.net_handled != 0)
			*VEC_PUSH(a, &m->ports) = (struct blob_port){
			    .port = random_below(seed, 4) * 21845,
			    .rights = random_bits(seed, m->target.net_handled) |
				      BLOB_NET_BIND_TCP,
			};
}

static inline void
random_process(uint32_t *seed, struct arena *a, struct blob_model *m)
{
	static const char *const values[] = {"", "a b", "\x11/bin", "\x01",
	    "$x", "\x12:\x18", "/", "\xe2\x80\xae"};
	static const uint32_t archs[] = {BLOB_ARCH_X86_64, BLOB_ARCH_AARCH64,
	    BLOB_ARCH_I386, BLOB_ARCH_RISCV64};
	uint32_t first = random_below(seed, 5);

	for (uint32_t i = first; i < 4; i++) {
		struct model_seccomp s = {.arch = archs[i]};
		uint8_t *insns;

		s.n = 1 + random_below(seed, 5);
		insns = ARENA_ARRAY(a, s.n * 8, uint8_t);
		for (uint32_t j = 0; j < s.n * 8; j++)
			insns[j] = (uint8_t)(random_below(seed, 2) == 0
						 ? 0
						 : random_below(seed, 256));
		for (uint32_t j = 0; j < s.n; j++)
			insns[j * 8] = j % 2 == 0 ? 0x15 : 0x06;
		s.insns = insns;
		*VEC_PUSH(a, &m->seccomp) = s;
	}
	for (uint32_t i = 0, n = random_below(seed, 8); i < n; i++) {
		struct model_env e = {.kind = (enum blob_env_kind)random_below(
					  seed, BLOB_ENV_SET + 1)};

		/* The kind is in the name of a set one: no two values. */
		e.name = arena_printf(
		    a, "V%u%s", (unsigned)i, i % 3 == 0 ? "*" : "");
		if (e.kind == BLOB_ENV_SET)
			e.value = text_of(values[random_below(seed, 8)]);
		*VEC_PUSH(a, &m->envs) = e;
	}
	for (uint32_t n = random_below(seed, 4); n > 0; n--)
		*VEC_PUSH(a, &m->commands) =
		    arena_printf(a, "cmd %u", (unsigned)random_below(seed, 3));
}

static inline void
random_link(
    uint32_t *seed, struct arena *a, struct blob_model *m, uint32_t origins)
{
	const struct {
		uint32_t tag, n;
	} of[] = {{BLOB_TARG, 1}, {BLOB_PATH, m->paths.n},
	    {BLOB_DENY, m->denies.n}, {BLOB_PORT, m->ports.n},
	    {BLOB_SECC, m->seccomp.n}, {BLOB_ENVF, m->envs.n},
	    {BLOB_CMDS, m->commands.n}};
	uint32_t i = random_below(seed, (uint32_t)ARRAY_LEN(of));

	if (of[i].n > 0)
		*VEC_PUSH(a, &m->links) = (struct model_link){
		    .tag = of[i].tag,
		    .record = random_below(seed, of[i].n),
		    .origin = random_below(seed, origins),
		};
}

static inline void
random_provenance(uint32_t *seed, struct arena *a, struct blob_model *m)
{
	static const uint32_t tags[] = {BLOB_SIGN, BLOB_TAG('Z', 'Z', '0', '1'),
	    BLOB_TAG('A', 'Z', 'Z', 'Z')};
	uint32_t origins = random_below(seed, 12);

	for (uint32_t n = random_below(seed, 5); n > 0; n--) {
		struct model_source *s = VEC_PUSH(a, &m->sources);

		s->kind = random_below(seed, 2);
		s->name = arena_printf(
		    a, "s \"%u\"", (unsigned)random_below(seed, 2));
		s->digest[random_below(seed, 32)] =
		    (uint8_t)random_below(seed, 3);
	}
	for (uint32_t i = 0; m->sources.n > 0 && i < origins; i++)
		*VEC_PUSH(a, &m->origins) = (struct model_origin){
		    .source = random_below(seed, m->sources.n),
		    .line = 1 + random_below(seed, 3),
		    .column = 1 + random_below(seed, 2),
		    .via = random_below(seed, i + 1),
		};
	for (uint32_t n = m->origins.n == 0 ? 0 : random_below(seed, 20); n > 0;
	     n--)
		random_link(seed, a, m, m->origins.n);
	for (uint32_t i = random_below(seed, 6); i < 3; i++)
		*VEC_PUSH(a, &m->extras) = (struct model_extra){
		    .tag = tags[i],
		    .len = random_below(seed, 70),
		    .bytes = ARENA_ARRAY(a, 70, uint8_t),
		};
}

static inline void
random_model(uint32_t *seed, struct arena *a, struct blob_model *ret_model)
{
	struct blob_model m = {.target = random_target(seed)};

	random_rules(seed, a, &m);
	random_process(seed, a, &m);
	if (random_below(seed, 3) > 0) {
		m.name = text_of("a profile");
		m.version = text_of(random_below(seed, 2) == 0 ? "" : "1.2");
	}
	random_provenance(seed, a, &m);
	*ret_model = m;
}

/* What is in a model, read back; without that no test can go on. */
static inline struct blob
written(const struct blob_model *m, struct arena *a)
{
	struct sources sources = {0};
	struct diags diags = {.arena = a, .sources = &sources};
	const uint8_t *bytes;
	const char *why = "not written";
	struct blob b;
	uint32_t size;

	if (!blob_write(m, a, &diags, &bytes, &size) ||
	    !blob_open(&b, bytes, size, &why)) {
		printf("# %s\n", why);
		exit(1);
	}
	return b;
}

#endif
