#ifndef NONO_WITNESS_H
#define NONO_WITNESS_H

#include "compiler/diff.h"

/*
 * One thing that one policy permits and the other does not: an example that
 * people understand, and that a kernel can be asked about.
 */
struct witness {
	struct decide_request request; /* READ, WRITE, LIST, CREATE, ... */
	enum diff_when when;
	bool there; /* the object is there at launch */
	bool directory;
};

/* The deciders that are asked, opened when first wanted. */
struct witnesses {
	const struct diff *diff;
	const struct decider *deciders[DIFF_WHENS][2];
};

/*
 * For DIFF_PATH.  The decider has been asked: it allows the request under the
 * one and denies it under the other.  False: none of the operations shows it.
 */
bool witness_find(struct witnesses *w, const struct diff_change *c,
    struct witness *ret_witness);
/* "create $HOME/.cache/x" */
struct text witness_text(struct arena *a, const struct witness *w);

#endif
