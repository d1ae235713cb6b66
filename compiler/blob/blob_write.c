#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "compiler/blob/blob_rows.h"

/*
 * The one encoding of a model.  Records are sorted by the same packed keys
 * that blob_open() compares; what it refuses is never returned.
 */
struct writer {
	const struct blob_model *m;
	struct arena *arena;   /* the caller's: the finished blob */
	struct arena *scratch; /* all else, until blob_write returns */
	struct diags *diags;
	struct strings strings;
	struct placed placed;
	struct arena *sorting; /* strings and rows, until all are placed */
	struct rows rows;      /* of one section after the other */
	uint32_t roots;
	struct VEC(struct section {
		uint32_t tag;
		bool critical;
		struct bytes bytes;
	}) sections;
};

static bool
refuse(struct writer *w, const char *why)
{
	diag_at(w->diags, DIAG_TOO_BIG, (struct span){0},
	    "the policy cannot be written: %s", why);
	return false;
}

static bool
add_string(struct writer *w, const char *what, struct text t)
{
	if (t.len > BLOB_PATH_MAX) {
		diag_at(w->diags, DIAG_TOO_BIG, (struct span){0},
		    "%s is longer than %d bytes: %.*s...", what, BLOB_PATH_MAX,
		    64, t.s);
		return false;
	}
	strings_add(w->sorting, &w->strings, t);
	return true;
}

static bool
collect_strings(struct writer *w)
{
	const struct blob_model *m = w->m;
	bool good = true;

	/* These go into packed keys: nothing may spill over. */
	for (uint32_t i = 0; i < m->paths.n; i++)
		if (m->paths.v[i].root >= BLOB_ROOTS ||
		    m->paths.v[i].flags > BLOB_PATH_FLAGS)
			return refuse(w, "a path has an unknown root or flag");
	for (uint32_t i = 0; i < m->denies.n; i++)
		if (m->denies.v[i].root >= BLOB_ROOTS ||
		    m->denies.v[i].flags > BLOB_DENY_PROTECTED)
			return refuse(w, "a deny has an unknown root or flag");
	VEC_RESERVE(w->sorting, &w->strings.v,
	    m->paths.n + m->denies.n + 2 * m->envs.n + m->commands.n);
	for (uint32_t i = 0; i < m->paths.n; i++)
		good = add_string(w, "a path", m->paths.v[i].suffix) && good;
	for (uint32_t i = 0; i < m->denies.n; i++)
		good = add_string(w, "a denied path", m->denies.v[i].suffix) &&
		       good;
	for (uint32_t i = 0; i < m->envs.n; i++) {
		const struct model_env *e = &m->envs.v[i];

		good = add_string(w, "the name of a variable", e->name) && good;
		if (e->kind == BLOB_ENV_SET)
			good = add_string(
				   w, "the value of a variable", e->value) &&
			       good;
	}
	for (uint32_t i = 0; i < m->commands.n; i++)
		good = add_string(w, "a command", m->commands.v[i]) && good;
	strings_finish(w->sorting, &w->strings);
	return good;
}

/* A section of at most `size` bytes, or about. */
static struct bytes *
section(struct writer *w, uint32_t tag, bool critical, uint64_t size)
{
	struct section *s = VEC_PUSH(w->scratch, &w->sections);

	s->tag = tag;
	s->critical = critical;
	VEC_RESERVE(w->scratch, &s->bytes, (uint32_t)size);
	return &s->bytes;
}

static struct rows *
begin_rows(struct writer *w, uint32_t n)
{
	w->rows.n = 0;
	VEC_RESERVE(w->sorting, &w->rows, n);
	return &w->rows;
}

static void
push_row(struct writer *w, struct rows *rows, uint64_t key)
{
	uint32_t index = rows->n;

	*VEC_PUSH(w->sorting, rows) =
	    (struct row){.key = {key, 0}, .index = index};
}

/* Sorted; *ret_placed says for each record which row it became. */
static void
place_rows(struct writer *w, struct rows *rows, uint32_t **ret_placed)
{
	uint32_t n = 0;

	rows_sort(rows);
	*ret_placed = ARENA_ARRAY(w->scratch, (size_t)rows->n + 1, uint32_t);
	for (uint32_t i = 0; i < rows->n; i++) {
		if (i > 0 && !row_same(&rows->v[i - 1], &rows->v[i]))
			n++;
		(*ret_placed)[rows->v[i].index] = n;
	}
}

/* The end of the run of rows with one key that begins at `i`. */
static uint32_t
run_end(const struct rows *rows, uint32_t i)
{
	uint32_t end = i + 1;

	while (end < rows->n && row_same(&rows->v[i], &rows->v[end]))
		end++;
	return end;
}

static void
put_paths(struct writer *w)
{
	struct bytes *b = section(
	    w, BLOB_PATH, true, (uint64_t)w->m->paths.n * BLOB_PATH_SIZE);
	const struct model_path *p = w->m->paths.v;
	struct rows *rows = begin_rows(w, w->m->paths.n);

	for (uint32_t i = 0; i < w->m->paths.n; i++) {
		w->roots |= 1U << p[i].root;
		push_row(w, rows,
		    (uint64_t)p[i].root << 56 |
			(uint64_t)strings_offset(&w->strings, p[i].suffix)
			    << 24 |
			(uint64_t)p[i].kind << 16 |
			(uint64_t)p[i].missing << 8 | p[i].flags);
	}
	place_rows(w, rows, &w->placed.path);
	for (uint32_t i = 0, end; i < rows->n; i = end) {
		uint64_t key = rows->v[i].key[0], rights = 0;

		end = run_end(rows, i);
		for (uint32_t j = i; j < end; j++)
			rights |= p[rows->v[j].index].rights;
		put_u32(w->scratch, b, (uint32_t)(key >> 24));
		*VEC_PUSH(w->scratch, b) = (uint8_t)(key >> 56);
		*VEC_PUSH(w->scratch, b) = (uint8_t)(key >> 16);
		*VEC_PUSH(w->scratch, b) = (uint8_t)(key >> 8);
		*VEC_PUSH(w->scratch, b) = (uint8_t)key;
		put_u64(w->scratch, b, rights);
	}
}

static void
put_denies(struct writer *w)
{
	struct bytes *b = section(
	    w, BLOB_DENY, true, (uint64_t)w->m->denies.n * BLOB_DENY_SIZE);
	const struct model_deny *p = w->m->denies.v;
	struct rows *rows = begin_rows(w, w->m->denies.n);

	for (uint32_t i = 0; i < w->m->denies.n; i++) {
		w->roots |= 1U << p[i].root;
		push_row(w, rows,
		    (uint64_t)p[i].root << 40 |
			(uint64_t)strings_offset(&w->strings, p[i].suffix)
			    << 8 |
			p[i].flags);
	}
	place_rows(w, rows, &w->placed.deny);
	for (uint32_t i = 0, end; i < rows->n; i = end) {
		uint64_t key = rows->v[i].key[0];
		unsigned access = 0;

		end = run_end(rows, i);
		for (uint32_t j = i; j < end; j++)
			access |= p[rows->v[j].index].access;
		put_u32(w->scratch, b, (uint32_t)(key >> 8));
		*VEC_PUSH(w->scratch, b) = (uint8_t)(key >> 40);
		*VEC_PUSH(w->scratch, b) = (uint8_t)access;
		*VEC_PUSH(w->scratch, b) = (uint8_t)key;
		*VEC_PUSH(w->scratch, b) = 0;
	}
}

static void
put_ports(struct writer *w)
{
	struct bytes *b = section(
	    w, BLOB_PORT, true, (uint64_t)w->m->ports.n * BLOB_PORT_SIZE);
	const struct blob_port *p = w->m->ports.v;
	struct rows *rows = begin_rows(w, w->m->ports.n);

	for (uint32_t i = 0; i < w->m->ports.n; i++)
		push_row(w, rows, p[i].port);
	place_rows(w, rows, &w->placed.port);
	for (uint32_t i = 0, end; i < rows->n; i = end) {
		uint64_t rights = 0;

		end = run_end(rows, i);
		for (uint32_t j = i; j < end; j++)
			rights |= p[rows->v[j].index].rights;
		put_u64(w->scratch, b, rows->v[i].key[0]);
		put_u64(w->scratch, b, rights);
	}
}

static bool
put_seccomp(struct writer *w)
{
	struct bytes *b = section(w, BLOB_SECC, true, 0);
	const struct model_seccomp *p = w->m->seccomp.v;
	struct rows *rows = begin_rows(w, w->m->seccomp.n);

	for (uint32_t i = 0; i < w->m->seccomp.n; i++)
		push_row(w, rows, p[i].arch);
	place_rows(w, rows, &w->placed.secc);
	for (uint32_t i = 0, end; i < rows->n; i = end) {
		const struct model_seccomp *first = &p[rows->v[i].index];

		end = run_end(rows, i);
		if (first->n > BLOB_SECC_MAX)
			return refuse(w, "a seccomp program is longer than "
					 "4096 instructions");
		for (uint32_t j = i + 1; j < end; j++) {
			const struct model_seccomp *s = &p[rows->v[j].index];

			if (s->n != first->n || memcmp(s->insns, first->insns,
						    s->n * BLOB_INSN_SIZE) != 0)
				return refuse(w, "one architecture has two "
						 "seccomp programs");
		}
		put_u32(w->scratch, b, first->arch);
		put_u32(w->scratch, b, first->n);
		put_bytes(
		    w->scratch, b, first->insns, first->n * BLOB_INSN_SIZE);
	}
	return true;
}

static bool
put_envs(struct writer *w)
{
	struct bytes *b =
	    section(w, BLOB_ENVF, true, (uint64_t)w->m->envs.n * BLOB_ENV_SIZE);
	const struct model_env *p = w->m->envs.v;
	struct rows *rows = begin_rows(w, w->m->envs.n);

	for (uint32_t i = 0; i < w->m->envs.n; i++)
		push_row(w, rows,
		    (uint64_t)p[i].kind << 32 |
			strings_offset(&w->strings, p[i].name));
	place_rows(w, rows, &w->placed.env);
	for (uint32_t i = 0, end; i < rows->n; i = end) {
		const struct model_env *e = &p[rows->v[i].index];
		bool set = e->kind == BLOB_ENV_SET;

		end = run_end(rows, i);
		for (uint32_t j = i + 1; set && j < end; j++)
			if (!text_equal(p[rows->v[j].index].value, e->value))
				return refuse(w, "one variable is set to two "
						 "values");
		for (uint32_t j = 0; set && j < e->value.len; j++) {
			unsigned c = (uint8_t)e->value.s[j];

			if (c - BLOB_ROOT_BYTE < BLOB_ROOTS)
				w->roots |= 1U << (c - BLOB_ROOT_BYTE);
		}
		put_u32(w->scratch, b, (uint32_t)rows->v[i].key[0]);
		put_u32(w->scratch, b,
		    set ? strings_offset(&w->strings, e->value)
			: BLOB_NO_STRING);
		put_u64(w->scratch, b, e->kind);
	}
	return true;
}

static void
put_commands(struct writer *w)
{
	struct bytes *b = section(
	    w, BLOB_CMDS, true, (uint64_t)w->m->commands.n * BLOB_CMD_SIZE);
	struct rows *rows = begin_rows(w, w->m->commands.n);

	for (uint32_t i = 0; i < w->m->commands.n; i++)
		push_row(
		    w, rows, strings_offset(&w->strings, w->m->commands.v[i]));
	place_rows(w, rows, &w->placed.command);
	for (uint32_t i = 0; i < rows->n; i = run_end(rows, i))
		put_u32(w->scratch, b, (uint32_t)rows->v[i].key[0]);
}

static void
fill_target(struct writer *w, struct bytes *b)
{
	const struct blob_target *t = &w->m->target;

	put_u32(w->scratch, b, t->platform);
	put_u32(w->scratch, b, t->abi_min);
	put_u64(w->scratch, b, t->fs_handled);
	put_u64(w->scratch, b, t->fs_required);
	put_u64(w->scratch, b, t->net_handled);
	put_u64(w->scratch, b, t->net_required);
	put_u64(w->scratch, b, t->scoped);
	put_u64(w->scratch, b, t->scoped_required);
	put_u32(w->scratch, b, t->network);
	put_u32(w->scratch, b, w->roots);
	put_u64(w->scratch, b, t->flags);
}

static void
put_name(struct writer *w)
{
	struct bytes *b = section(w, BLOB_NAME, false,
	    w->m->name.len + (uint64_t)w->m->version.len + 2);

	if (w->m->name.len == 0 && w->m->version.len == 0)
		return;
	put_bytes(w->scratch, b, w->m->name.s, w->m->name.len);
	*VEC_PUSH(w->scratch, b) = '\0';
	put_bytes(w->scratch, b, w->m->version.s, w->m->version.len);
	*VEC_PUSH(w->scratch, b) = '\0';
}

/* By the bytes of the tag, SIGN last. */
static int
compare_extras(const void *a, const void *b)
{
	uint32_t x = ((const struct model_extra *)a)->tag;
	uint32_t y = ((const struct model_extra *)b)->tag;

	if ((x == BLOB_SIGN) != (y == BLOB_SIGN))
		return x == BLOB_SIGN ? 1 : -1;
	for (unsigned i = 0; i < 32; i += 8)
		if ((uint8_t)(x >> i) != (uint8_t)(y >> i))
			return (uint8_t)(x >> i) < (uint8_t)(y >> i) ? -1 : 1;
	return 0;
}

static void
put_extras(struct writer *w)
{
	uint32_t n = w->m->extras.n;
	struct model_extra *e =
	    ARENA_ARRAY(w->scratch, (size_t)n + 1, struct model_extra);

	if (n == 0)
		return;
	memcpy(e, w->m->extras.v, n * sizeof(*e));
	qsort(e, n, sizeof(*e), compare_extras);
	for (uint32_t i = 0; i < n; i++)
		put_bytes(w->scratch, section(w, e[i].tag, false, e[i].len),
		    e[i].bytes, e[i].len);
}

/* Empty sections are left out, but for the three that are always there. */
static void
drop_empty(struct writer *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->sections.n; i++) {
		const struct section *s = &w->sections.v[i];
		bool known =
		    s->critical || s->tag == BLOB_NAME || s->tag == BLOB_PROV;

		if (s->bytes.n > 0 || !known || s->tag == BLOB_STRS ||
		    s->tag == BLOB_PATH)
			w->sections.v[n++] = *s;
	}
	w->sections.n = n;
}

static uint64_t
padded(uint64_t n)
{
	return (n + 7) / 8 * 8;
}

static void
put_header(struct writer *w, struct bytes *out, uint32_t size)
{
	struct arena *a = w->arena;
	uint32_t at = BLOB_HEADER_SIZE + w->sections.n * BLOB_ENTRY_SIZE;
	static const uint8_t digests[64];

	put_bytes(a, out, BLOB_MAGIC, 8);
	put_u32(a, out, BLOB_VERSION);
	put_u32(a, out, size);
	put_u64(a, out, 0);
	put_u64(a, out, w->sections.n);
	put_bytes(a, out, digests, sizeof(digests));
	for (uint32_t i = 0; i < w->sections.n; i++) {
		const struct section *s = &w->sections.v[i];

		put_u32(a, out, s->tag);
		put_u32(a, out, s->critical ? BLOB_CRITICAL : 0);
		put_u32(a, out, at);
		put_u32(a, out, s->bytes.n);
		at += (uint32_t)padded(s->bytes.n);
	}
}

/* Seals, and looks at the result as any reader will. */
static bool
lay_out(struct writer *w, const uint8_t **ret_bytes, uint32_t *ret_size)
{
	struct bytes out = {0};
	uint64_t size =
	    BLOB_HEADER_SIZE + (uint64_t)w->sections.n * BLOB_ENTRY_SIZE;
	struct blob check;
	const char *why;

	for (uint32_t i = 0; i < w->sections.n; i++)
		size += padded(w->sections.v[i].bytes.n);
	if (size > BLOB_MAX)
		return refuse(w, "it would be larger than 8 MiB");
	VEC_RESERVE(w->arena, &out, (uint32_t)size);
	put_header(w, &out, (uint32_t)size);
	for (uint32_t i = 0; i < w->sections.n; i++) {
		const struct bytes *b = &w->sections.v[i].bytes;

		put_bytes(w->arena, &out, b->v, b->n);
		while (out.n % 8 != 0)
			*VEC_PUSH(w->arena, &out) = 0;
	}
	blob_seal(out.v, out.n);
	if (!blob_open(&check, out.v, out.n, &why))
		return refuse(w, why);
	*ret_bytes = out.v;
	*ret_size = out.n;
	return true;
}

static bool
write_sections(struct writer *w)
{
	uint32_t targ;

	if (!collect_strings(w))
		return false;
	if (w->strings.size > BLOB_MAX)
		return refuse(w, "it would be larger than 8 MiB");
	targ = w->sections.n;
	section(w, BLOB_TARG, true, BLOB_TARG_SIZE);
	strings_put(w->scratch, &w->strings,
	    section(w, BLOB_STRS, true, w->strings.size));
	put_paths(w);
	put_denies(w);
	put_ports(w);
	if (!put_seccomp(w) || !put_envs(w))
		return false;
	put_commands(w);
	arena_release(w->sorting);
	fill_target(w, &w->sections.v[targ].bytes);
	put_name(w);
	if (!put_provenance(w->m, &w->placed, w->scratch, w->diags,
		section(w, BLOB_PROV, false, 0)))
		return false;
	put_extras(w);
	drop_empty(w);
	return true;
}

bool
blob_write(const struct blob_model *m, struct arena *a, struct diags *d,
    const uint8_t **ret_bytes, uint32_t *ret_size)
{
	struct arena scratch = {0}, sorting = {0};
	struct writer w = {
	    .m = m,
	    .arena = a,
	    .scratch = &scratch,
	    .sorting = &sorting,
	    .diags = d,
	};
	bool good = write_sections(&w) && lay_out(&w, ret_bytes, ret_size);

	arena_release(&sorting);
	arena_release(&scratch);
	return good;
}
