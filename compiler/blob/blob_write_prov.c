#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "compiler/blob/blob_rows.h"

/*
 * The PROV section.  Origins form trees by "via", and are numbered breadth
 * first with siblings sorted: one numbering for one set of chains.
 */
struct prov {
	const struct blob_model *m;
	struct arena *arena;
	struct diags *diags;
	struct strings strings;
	uint32_t *source; /* final number of each source */
	uint32_t *origin; /* final number of each origin that is used */
	uint32_t *depth;  /* of each origin that is used, from 1; else 0 */
	struct arena *out_arena;
	struct bytes *out; /* the section: header, then its parts in order */
	struct rows rows;  /* of one level, then of the links */
	uint32_t nsources, norigins, nlinks;
};

static bool
refuse(struct prov *p, const char *why)
{
	diag_at(p->diags, DIAG_TOO_BIG, (struct span){0},
	    "the provenance cannot be written: %s", why);
	return false;
}

static int
compare_sources(const void *a, const void *b)
{
	const struct model_source *x = *(const struct model_source *const *)a;
	const struct model_source *y = *(const struct model_source *const *)b;
	int d = (x->kind > y->kind) - (x->kind < y->kind);

	if (d == 0)
		d = strings_compare(x->name, y->name);
	return d != 0 ? d : memcmp(x->digest, y->digest, sizeof(x->digest));
}

static void
number_sources(struct prov *p)
{
	uint32_t n = p->m->sources.n;
	const struct model_source **sorted =
	    ARENA_ARRAY(p->arena, n, const struct model_source *);

	for (uint32_t i = 0; i < n; i++) {
		sorted[i] = &p->m->sources.v[i];
		strings_add(p->arena, &p->strings, sorted[i]->name);
	}
	strings_finish(p->arena, &p->strings);
	qsort(sorted, n, sizeof(*sorted), compare_sources);
	p->source = ARENA_ARRAY(p->arena, n, uint32_t);
	for (uint32_t i = 0; i < n; i++) {
		if (i == 0 ||
		    compare_sources(&sorted[i - 1], &sorted[i]) != 0) {
			put_u32(p->out_arena, p->out, sorted[i]->kind);
			put_u32(p->out_arena, p->out,
			    strings_offset(&p->strings, sorted[i]->name));
			put_bytes(p->out_arena, p->out, sorted[i]->digest,
			    sizeof(sorted[i]->digest));
			p->nsources++;
		}
		p->source[sorted[i] - p->m->sources.v] = p->nsources - 1;
	}
}

/* Which origins are used, and how deep they lie. */
static bool
find_depths(struct prov *p)
{
	const struct model_origin *o = p->m->origins.v;
	uint32_t n = p->m->origins.n;

	VEC_RESERVE(p->arena, &p->rows, n);
	p->depth = ARENA_ARRAY(p->arena, (size_t)n + 1, uint32_t);
	p->origin = ARENA_ARRAY(p->arena, (size_t)n + 1, uint32_t);
	for (uint32_t i = 0; i < p->m->links.n; i++) {
		if (p->m->links.v[i].origin >= n)
			return refuse(p, "a link has an origin that is not "
					 "there");
		p->depth[p->m->links.v[i].origin] = 1;
	}
	for (uint32_t i = n; i > 0; i--) {
		const struct model_origin *at = &o[i - 1];

		if (p->depth[i - 1] == 0)
			continue;
		if (at->via >= i || at->source >= p->m->sources.n)
			return refuse(p, "an origin refers to a later one or "
					 "to a source that is not there");
		if (at->via != 0)
			p->depth[at->via - 1] = 1;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (p->depth[i] != 0 && o[i].via != 0)
			p->depth[i] = p->depth[o[i].via - 1] + 1;
		if (p->depth[i] > BLOB_VIA_MAX)
			return refuse(p, "a chain of origins is longer than "
					 "64");
	}
	return true;
}

/* One level: the vias have their numbers already.  False when it is empty. */
static bool
number_level(struct prov *p, uint32_t depth)
{
	const struct model_origin *o = p->m->origins.v;
	struct rows *rows = &p->rows;

	rows->n = 0;
	for (uint32_t i = 0; i < p->m->origins.n; i++) {
		uint32_t via;

		if (p->depth[i] != depth)
			continue;
		via = o[i].via == 0 ? 0 : p->origin[o[i].via - 1] + 1;
		*VEC_PUSH(p->arena, rows) = (struct row){
		    .key = {(uint64_t)via << 32 | p->source[o[i].source],
			(uint64_t)o[i].line << 32 | o[i].column},
		    .index = i,
		};
	}
	rows_sort(rows);
	for (uint32_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->v[i];

		if (i == 0 || !row_same(r - 1, r)) {
			put_u32(p->out_arena, p->out, (uint32_t)r->key[0]);
			put_u32(
			    p->out_arena, p->out, (uint32_t)(r->key[1] >> 32));
			put_u32(p->out_arena, p->out, (uint32_t)r->key[1]);
			put_u32(
			    p->out_arena, p->out, (uint32_t)(r->key[0] >> 32));
			p->norigins++;
		}
		p->origin[r->index] = p->norigins - 1;
	}
	return rows->n > 0;
}

/* Section in file order, and where its records went; false: no such record. */
static bool
find_record(const struct blob_model *m, const struct placed *placed,
    const struct model_link *l, uint32_t *ret_place, uint32_t *ret_record)
{
	static const uint32_t settings[BLOB_SETTINGS] = {0, 1, 2, 3, 4};
	const struct {
		uint32_t tag, n;
		const uint32_t *placed;
	} sections[] = {
	    {BLOB_TARG, BLOB_SETTINGS, settings},
	    {BLOB_PATH, m->paths.n, placed->path},
	    {BLOB_DENY, m->denies.n, placed->deny},
	    {BLOB_PORT, m->ports.n, placed->port},
	    {BLOB_SECC, m->seccomp.n, placed->secc},
	    {BLOB_ENVF, m->envs.n, placed->env},
	    {BLOB_CMDS, m->commands.n, placed->command},
	};

	for (uint32_t i = 0; i < ARRAY_LEN(sections); i++) {
		if (sections[i].tag != l->tag || l->record >= sections[i].n)
			continue;
		*ret_place = i;
		*ret_record = sections[i].placed[l->record];
		return true;
	}
	return false;
}

static bool
put_links(struct prov *p, const struct placed *placed)
{
	struct rows *rows = &p->rows;

	rows->n = 0;
	VEC_RESERVE(p->arena, rows, p->m->links.n);
	for (uint32_t i = 0; i < p->m->links.n; i++) {
		const struct model_link *l = &p->m->links.v[i];
		uint32_t place, record;

		if (!find_record(p->m, placed, l, &place, &record))
			return refuse(p, "a link has a rule that is not there");
		*VEC_PUSH(p->arena, rows) = (struct row){
		    .key = {(uint64_t)place << 32 | record,
			p->origin[l->origin]},
		    .index = i,
		};
	}
	rows_sort(rows);
	for (uint32_t i = 0; i < rows->n; i++) {
		const struct row *r = &rows->v[i];

		if (i > 0 && row_same(r - 1, r))
			continue;
		put_u32(p->out_arena, p->out, p->m->links.v[r->index].tag);
		put_u32(p->out_arena, p->out, (uint32_t)r->key[0]);
		put_u32(p->out_arena, p->out, (uint32_t)r->key[1]);
		p->nlinks++;
	}
	return true;
}

static void
set_u32(uint8_t *p, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static bool
put_parts(struct prov *p, const struct placed *placed)
{
	const struct blob_model *m = p->m;
	static const uint8_t header[BLOB_PROV_HEADER];
	uint32_t names = 0;

	for (uint32_t i = 0; i < m->sources.n; i++)
		names += m->sources.v[i].name.len + 1;
	VEC_RESERVE(p->out_arena, p->out,
	    BLOB_PROV_HEADER + m->sources.n * BLOB_SOURCE_SIZE +
		m->origins.n * BLOB_ORIGIN_SIZE + m->links.n * BLOB_LINK_SIZE +
		names);
	put_bytes(p->out_arena, p->out, header, sizeof(header));
	number_sources(p);
	if (!find_depths(p))
		return false;
	for (uint32_t depth = 1; number_level(p, depth); depth++)
		;
	if (!put_links(p, placed))
		return false;
	strings_put(p->out_arena, &p->strings, p->out);
	set_u32(p->out->v, p->nsources);
	set_u32(p->out->v + 4, p->norigins);
	set_u32(p->out->v + 8, p->nlinks);
	set_u32(p->out->v + 12, (uint32_t)p->strings.size);
	return true;
}

bool
put_provenance(const struct blob_model *m, const struct placed *placed,
    struct arena *a, struct diags *d, struct bytes *b)
{
	struct arena scratch = {0};
	struct prov p = {
	    .m = m, .arena = &scratch, .diags = d, .out_arena = a, .out = b};
	bool good = m->sources.n == 0 || put_parts(&p, placed);

	arena_release(&scratch);
	return good;
}
