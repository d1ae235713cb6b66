#include <config.h>

#include "compiler/sbpl/sbpl_regex_relation.h"

/* More than this takes long, and no pattern that was seen needs it. */
enum { STEPS_MAX = 20000 };

static enum sbpl_relation
relation(const struct sbpl_relation_witness *w)
{
	if (w->first.s == NULL)
		return w->second.s == NULL ? SBPL_SAME : SBPL_WITHIN;
	if (w->second.s == NULL)
		return SBPL_HOLDS;
	return w->both.s == NULL ? SBPL_APART : SBPL_OVERLAP;
}

enum sbpl_relation
sbpl_regex_relation(struct arena *a, struct text first, struct text second,
    enum sbpl_universe universe, struct sbpl_relation_witness *ret_witness)
{
	struct sbpl_relation_witness w = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	struct sbpl_paths paths;
	struct sbpl_sorts sorts = {0};
	const uint32_t other = text_equal(first, second) ? 0 : 1;

	sbpl_paths_init(&paths, a, universe);
	if (!sbpl_nfa_add(&paths.nfa, first) ||
	    !sbpl_nfa_add(&paths.nfa, second) ||
	    !sbpl_paths_sort(&paths, STEPS_MAX, &sorts))
		return SBPL_UNTOLD;
	for (uint32_t i = 0; i < sorts.n; i++) {
		const bool one = sbpl_nfa_run(&paths.nfa, 0, sorts.v[i]);
		const bool two = sbpl_nfa_run(&paths.nfa, other, sorts.v[i]);
		struct text *to = one && two ? &w.both
				  : one	     ? &w.first
					     : &w.second;

		if ((one || two) && to->s == NULL)
			*to = sorts.v[i];
	}
	*ret_witness = w;
	return relation(&w);
}

bool
sbpl_regex_meets(
    struct arena *a, struct text pattern, struct text path, bool tree)
{
	struct sbpl_paths paths;
	struct sbpl_sorts sorts = {0};

	sbpl_paths_init(&paths, a, SBPL_ALL_PATHS);
	sbpl_paths_add_place(&paths, path, tree);
	if (!sbpl_nfa_add(&paths.nfa, pattern) ||
	    !sbpl_paths_sort(&paths, STEPS_MAX, &sorts))
		return true;
	for (uint32_t i = 0; i < sorts.n; i++)
		if (sbpl_path_is_in(sorts.v[i], path, tree) &&
		    sbpl_nfa_run(&paths.nfa, 0, sorts.v[i]))
			return true;
	return false;
}
