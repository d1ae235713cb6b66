#ifndef NONO_SBPL_REGEX_RELATION_H
#define NONO_SBPL_REGEX_RELATION_H

#include "compiler/sbpl/sbpl_paths.h"

/* How what two regular expressions match lies to each other. */
enum sbpl_relation {
	SBPL_SAME,
	SBPL_WITHIN, /* all that the first matches the second does */
	SBPL_HOLDS,  /* the other way round */
	SBPL_OVERLAP,
	SBPL_APART,
	SBPL_UNTOLD, /* not modelled, or too much work */
};

/* What shows it; .s is NULL where there is none. */
struct sbpl_relation_witness {
	struct text both, first, second; /* only the first matches it, ... */
};

/* Of all texts but the empty one, or of paths. */
enum sbpl_relation sbpl_regex_relation(struct arena *a, struct text first,
    struct text second, enum sbpl_universe universe,
    struct sbpl_relation_witness *ret_witness);

/*
 * Can it match the path, or with `tree` one below it?  True also where it
 * cannot be told.
 */
bool sbpl_regex_meets(
    struct arena *a, struct text pattern, struct text path, bool tree);

#endif
