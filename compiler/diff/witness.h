#ifndef NONO_WITNESS_H
#define NONO_WITNESS_H

#include "compiler/diff/diff.h"

/*
 * One thing that one policy permits and the other does not: an example that
 * people understand, and that a kernel can be asked about.
 */
struct witness {
	struct decide_request request;
	enum diff_when when;
	const struct decide_env *env; /* DIFF_PLACE: where; else NULL */
	bool there;		      /* the object is there at launch */
	bool directory;
};

/* The deciders that are asked, opened when first wanted. */
struct witnesses {
	const struct diff *diff;
	const struct decider *deciders[DIFF_WHENS][2];
};

/*
 * The decider has been asked: it allows the request under the one and denies
 * it under the other.  False: there is none; if ret_why is not NULL it says
 * why.
 */
bool witness_find(struct witnesses *w, const struct diff_change *c,
    struct witness *ret_witness, const char **ret_why);
/* Does it show the difference on a kernel of this Landlock ABI, too? */
bool witness_holds(struct witnesses *w, const struct diff_change *c,
    const struct witness *witness, unsigned abi);
/* "create $HOME/.cache/x" */
struct text witness_text(struct arena *a, const struct witness *w);

#endif
