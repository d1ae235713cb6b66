#include <config.h>

#include "compiler/decide/decide_model.h"

/*
 * The rights in effect on an object: those of the rules on it and on every
 * directory above it, together, as Landlock walks up the tree.
 */
struct gather {
	const struct decider *d;
	enum decide_kind kind;
	uint64_t rights;
	struct arena *arena;
	struct decide_rules *rules; /* NULL: not wanted */
};

static void
gather_entry(struct gather *g, const struct entry *e, bool above)
{
	uint64_t rights = 0;

	if (e->deny != DECIDE_NONE || (g->d->off != NULL && g->d->off[e->rule]))
		return;
	if (above)
		rights = e->on == ON_FILE ? 0 : e->rights;
	else
		switch (g->kind) {
		case DECIDE_DIRECTORY:
			rights = e->on == ON_FILE ? 0 : e->rights;
			break;
		case DECIDE_FILE:
			rights =
			    e->on == ON_TREE ? 0 : e->rights & BLOB_FS_FILE;
			break;
		case DECIDE_NEW: /* so it was missing: see may_widen */
			rights = e->may_widen ? e->rights : 0;
			break;
		}
	if (rights == 0)
		return;
	g->rights |= rights;
	if (g->rules != NULL)
		*VEC_PUSH(g->arena, g->rules) = e->rule;
}

static void
gather_at(struct gather *g, enum blob_root root, struct text suffix, bool above)
{
	const struct decider *d = g->d;

	for (uint32_t i = entry_bound(d, root, suffix);
	     i < d->first[root + 1] &&
	     text_equal(d->entries.v[i].suffix, suffix);
	     i++)
		gather_entry(g, &d->entries.v[i], above);
}

static void
gather_root(struct gather *g, enum blob_root root, const struct reach *at)
{
	const struct text rel = at->rel;

	if (rel.len > 0)
		gather_at(g, root, TEXT(""), true);
	for (uint32_t n = 1; n < rel.len; n++)
		if (rel.s[n] == '/')
			gather_at(g, root, (struct text){rel.s, n}, true);
	gather_at(g, root, rel, at->strict);
}

/* Each once, in order: a file may be met by its path and by another name. */
static void
unique(struct decide_rules *r)
{
	uint32_t n = 0;

	for (uint32_t i = 1; i < r->n; i++)
		for (uint32_t j = i; j > 0 && r->v[j] < r->v[j - 1]; j--) {
			const uint32_t swap = r->v[j];

			r->v[j] = r->v[j - 1];
			r->v[j - 1] = swap;
		}
	for (uint32_t i = 0; i < r->n; i++)
		if (n == 0 || r->v[n - 1] != r->v[i])
			r->v[n++] = r->v[i];
	r->n = n;
}

uint64_t
decide_rights(const struct decider *d, const struct decide_object *o,
    struct arena *a, struct decide_rules *ret_rules)
{
	struct gather g = {.d = d, .kind = o->kind, .arena = a};
	struct decide_rules rules = {0};
	struct decide_path path;
	SPOT_UNSET struct spot spot;

	if (ret_rules != NULL)
		g.rules = &rules;
	spot_set(&spot, d, &o->path);
	path = spot_path(&spot);
	for (unsigned r = 0; r < BLOB_ROOTS; r++) {
		struct reach at;

		if (d->first[r] < d->first[r + 1] &&
		    reach(d, (enum blob_root)r, &path, &at))
			gather_root(&g, (enum blob_root)r, &at);
	}
	if (o->id != 0 && o->kind == DECIDE_FILE)
		for (uint32_t i = 0; i < d->entries.n; i++)
			if (d->entries.v[i].id == o->id)
				gather_entry(&g, &d->entries.v[i], false);
	if (ret_rules != NULL) {
		unique(&rules);
		*ret_rules = rules;
	}
	return g.rights;
}
