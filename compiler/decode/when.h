#ifndef NONO_WHEN_H
#define NONO_WHEN_H

#include "compiler/decode/target.h"
#include "compiler/read/node.h"

/*
 * `when` predicates: "linux", "!macos", "linux:debian-like:>=12",
 * "macos:>=15"; a list means "any of".  Scanned when a profile is decoded,
 * decided against the target when it is linked.
 */
enum when_compare { WHEN_EQ, WHEN_GE, WHEN_LE, WHEN_GT, WHEN_LT };

struct when_term {
	struct span at;
	bool negated;
	struct text os;	     /* any identifier; unknown ones never match */
	struct text id;	     /* linux: distribution; empty: any */
	bool id_like;	     /* id was written with "-like", now cut off */
	struct text version; /* empty: any */
	enum when_compare compare;
	struct text variant; /* linux only; empty: any */
};

struct when {
	struct span at;
	const struct when_term *terms;
	uint32_t n; /* at least one */
};

/* node: a string or a non-empty list of strings.  Diagnoses N2006. */
bool when_scan(struct arena *a, struct diags *d, const struct node *node,
    const struct when **ret_when);

enum verdict { VERDICT_NO, VERDICT_YES, VERDICT_UNKNOWN };

/*
 * UNKNOWN when the answer hangs on a fact that the target does not state
 * (the distribution, its version).  NULL is VERDICT_YES.
 */
enum verdict when_decide(const struct when *w, const struct target *t);

/* nono's order on versions: below, at or above zero. */
int when_compare_versions(struct text a, struct text b);

#endif
