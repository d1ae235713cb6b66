#ifndef NONO_PATHSET_H
#define NONO_PATHSET_H

#include "compiler/assert/assert.h"
#include "compiler/decide/decide.h"

/*
 * How two sets of paths relate, as they are written in assertions.  In one
 * environment the answer is exact.  Where the home and the working directory
 * are not known, every place of them that could change it is tried: the other
 * roots are where they are while their variables are unset, or apart.
 */
enum pathset_relation {
	PATHSET_SUBSET,	  /* no path of A is missing in B */
	PATHSET_DISJOINT, /* no path is in both */
	PATHSET_EQUAL,	  /* subset both ways */
	PATHSET_RELATIONS,
};
extern const char *const pathset_words[PATHSET_RELATIONS];

/* Is the path, as decide_path has it, in the set in that environment? */
bool pathset_holds(struct arena *a, const struct region_set *s,
    const struct decide_env *env, const struct decide_path *path);

/*
 * In exactly this environment; when it does not hold, *ret_witness is a path
 * of one set that the other lacks, or one in both.
 */
bool pathset_here(struct arena *a, const struct region_set *one,
    enum pathset_relation relation, const struct region_set *two,
    const struct decide_env *env, struct decide_path *ret_witness);

enum pathset_verdict {
	PATHSET_YES,
	PATHSET_NO,
	PATHSET_DEPENDS, /* `yes` and `no` are set */
	PATHSET_UNKNOWN, /* too many places to try them all */
};
struct pathset_answer {
	enum pathset_verdict verdict;
	struct decide_env yes, no;
	struct decide_path witness; /* in `no` */
};
void pathset_relate(struct arena *a, const struct region_set *one,
    enum pathset_relation relation, const struct region_set *two,
    struct pathset_answer *ret);

#endif
