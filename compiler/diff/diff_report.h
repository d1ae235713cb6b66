#ifndef NONO_DIFF_REPORT_H
#define NONO_DIFF_REPORT_H

#include "compiler/diff/diff.h"
#include "compiler/side/side.h"

/*
 * A difference as findings: what is newly permitted is an error, what is no
 * longer a note; each with the lines that say so on both sides.
 */
struct side_pair {
	const struct side_policy *side[2]; /* NULL: there is none */
	struct text subject;
	struct diff diff;
};

/* The pairs of two sides, by key; of single policies the two of them. */
struct pairs {
	struct VEC(struct side_pair) v;
	uint32_t differ; /* pairs with a difference */
	uint32_t gained, lost;
};

/*
 * Compares them all.  `added` is what a policy without a counterpart on the
 * first side is compared with, or NULL.
 */
void pairs_compare(struct pairs *ret_pairs, struct arena *a,
    const struct side *from, const struct side *to,
    const struct side_policy *added);

/*
 * Are both directories, or neither?  Else EXIT_REJECTED, diagnosed.  A lock
 * beside a single policy becomes the one of that name.
 */
int pairs_check(struct compile *c, struct side *from, struct side *to);

/* All of one pair's changes; `moved` those, too, that change no access. */
void pair_report(struct report *r, const struct side_pair *p, bool moved);
/* The one finding of a change. */
struct finding *change_report(
    struct report *r, const struct side_pair *p, const struct diff_change *c);
/* "write $HOME/.cache (when ...)": the line of a diff, and of a waiver. */
struct text change_text(struct arena *a, const struct diff_change *c);

/* "2 gained, 1 lost"; "no difference". */
struct text pairs_summary(struct arena *a, const struct pairs *p);
/* "same", "wider", "narrower", "differs". */
const char *pairs_verdict(const struct pairs *p);

#endif
