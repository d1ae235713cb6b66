#include <config.h>

#include "compiler/decide/decide_model.h"

/*
 * Links that the command can have made: the loader refuses where a rule leads
 * through one to what no rule grants by its own name (runtime/planted.c).
 */

static bool
is_granted(const struct entry *e)
{
	return e->deny == DECIDE_NONE && e->rights != 0;
}

static bool
can_be_made(const struct decider *d, struct text link)
{
	const struct text dir = suffix_parent(link);
	uint64_t rights = 0;

	for (uint32_t i = 0; i < d->entries.n; i++) {
		const struct entry *e = &d->entries.v[i];

		if (is_granted(e) && suffix_covers(e->suffix, dir))
			rights |= e->rights;
	}
	return blob_makes_links(rights);
}

static bool
by_name(const struct decider *d, const struct entry *e)
{
	uint64_t have = 0;

	for (uint32_t i = 0; i < d->entries.n; i++) {
		const struct entry *o = &d->entries.v[i];

		if (o->direct && is_granted(o) &&
		    suffix_covers(o->suffix, e->suffix))
			have |= blob_path(d->blob, o->rule).rights;
	}
	return (e->claims & ~have) == 0;
}

static void
refuse(struct decider *d, const struct entry *e)
{
	if (d->refused.why == DECIDE_LAUNCHES)
		d->refused = (struct decide_refused){
		    .why = DECIDE_REFUSED_LINK, .rule = e->rule};
}

/* The root that a rule begins in. */
static void
settle_root(struct decider *d, const struct entry *e)
{
	const enum blob_root root = blob_path(d->blob, e->rule).root;

	for (uint32_t j = 0; j < d->env.nhops[root]; j++)
		if (can_be_made(d, d->env.hops[root][j]))
			refuse(d, e);
}

void
planted_settle(struct decider *d)
{
	for (uint32_t i = 0; i < d->entries.n; i++) {
		const struct entry *e = &d->entries.v[i];

		if (!is_granted(e))
			continue;
		settle_root(d, e);
		for (uint32_t j = 0; j < e->nhops; j++)
			if (can_be_made(d, e->hops[j]) && !by_name(d, e))
				refuse(d, e);
	}
}
