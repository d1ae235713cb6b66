#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "runtime/rules.h"

enum outcome
rule_twin(const struct launch *l, const struct grant *g)
{
	const char *suffix = g->at->s + 1;

	if (g->at->len == 0 || g->parent || (g->rule.flags & RULE_SPECIAL) != 0)
		return OUTCOMES;
	for (uint32_t i = blob_path_first(&l->blob, BLOB_ROOT_SLASH, suffix);
	     i < l->blob.npaths; i++) {
		const struct blob_path r = blob_path(&l->blob, i);
		const enum outcome o = (enum outcome)l->outcomes[i];

		/* The byte for the user's id could stand in a real name. */
		if (r.root != BLOB_ROOT_SLASH ||
		    strcmp(r.suffix, suffix) != 0 ||
		    strchr(r.suffix, BLOB_UID_BYTE) != NULL)
			break;
		if (r.kind != g->rule.kind || r.missing != g->rule.missing ||
		    (r.flags & RULE_SPECIAL) != 0)
			continue;
		if (o == OUTCOME_MISSING)
			return o;
		if (o == OUTCOME_GRANTED && (g->rights & ~r.rights) == 0)
			return OUTCOME_GRANTED_LINK;
	}
	return OUTCOMES;
}

enum outcome
rule_below_granted(const struct launch *l, const struct grant *g)
{
	const struct root *r = &l->roots[g->rule.root];
	const struct hint *h = &g->told->above;
	char first;

	if (h->root != r || (g->rule.rights & ~g->told->above_rights) != 0 ||
	    hint_of(h, r, g->rule.suffix) != HINT_GRANTED ||
	    g->rule.suffix[h->len] == '\0' ||
	    strchr(g->rule.suffix + h->len + 1, '/') != NULL ||
	    g->rule.kind != BLOB_KIND_ANY ||
	    g->rule.missing != BLOB_MISSING_SKIP ||
	    (g->rule.flags & RULE_SPECIAL) != 0 || l->blob.names_uid)
		return OUTCOMES;
	if (readlinkat(r->fd, g->rule.suffix, &first, 1) >= 0)
		return OUTCOME_LATER;
	return errno == EINVAL	 ? OUTCOME_GRANTED
	       : errno == ENOENT ? OUTCOME_MISSING
				 : OUTCOMES;
}

/* The suffix of the rule that follows, if it has the same root. */
static const char *
next_suffix(const struct launch *l, uint32_t i)
{
	if (i + 1 == l->blob.npaths)
		return NULL;

	const struct blob_path a = blob_path(&l->blob, i);
	const struct blob_path b = blob_path(&l->blob, i + 1);

	return a.root == b.root ? b.suffix : NULL;
}

void
rule_learn(const struct launch *l, struct grant *g, uint32_t i, enum outcome o)
{
	if (g->known ||
	    g->suffix != g->rule.suffix) /* the user's id is in it */
		return;
	if (o == OUTCOME_GRANTED && g->rule.kind == BLOB_KIND_ANY &&
	    hint_of(&g->told->above, g->root, g->suffix) == HINT_NONE) {
		hint_set(&g->told->above, g->root, g->suffix, HINT_GRANTED);
		g->told->above_rights = g->rule.rights;
	}
	if (o == OUTCOME_LATER)
		hint_set(&g->told->hint, g->root, g->suffix, HINT_LINK);
	else if (g->error == ENOENT)
		hint_missing(&g->told->hint, g->root, g->suffix,
		    next_suffix(l, i), g->at);
	else if (g->fd >= 0 && !g->linked)
		hint_set(&g->told->hint, g->root, g->suffix, HINT_PRESENT);
}
