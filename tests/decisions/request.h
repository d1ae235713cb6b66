#ifndef NONO_REQUEST_H
#define NONO_REQUEST_H

#include "tests/decisions/act.h"
#include "tests/decisions/policy.h"

/* A request twice: for the decider, and for the agent under the kernel. */
struct question {
	struct decide_request request;
	union {
		struct act act;
		char bytes[ACT_MAX];
	} act;
	char path[NODE_PATH_MAX], to[NODE_PATH_MAX]; /* canonical */
};

/* What the harness itself offers to be reached. */
struct outside {
	int pid;
	char abstract[64];
};

extern const char *const op_names[DECIDE_OPS];

/* False: the tree has nothing for it, try another. */
bool question_make(struct question *q, uint32_t *seed, const struct tree *t,
    const struct outside *o, enum decide_op op);
/* Can it have changed the tree, if it was allowed? */
bool question_changes(
    const struct question *q, const struct decide_answer *expected);
/* Puts the tree back as it was.  False: it cannot. */
bool question_undo(const struct question *q, const struct tree *t, int error);

/* Do they agree?  `error` is what the agent got, 0 when it worked. */
bool question_agrees(
    const struct question *q, const struct decide_answer *expected, int error);

#endif
