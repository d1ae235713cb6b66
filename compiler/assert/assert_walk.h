#ifndef NONO_ASSERT_WALK_H
#define NONO_ASSERT_WALK_H

#include "compiler/assert/assert_judge.h"

/*
 * One assertion in one view: what the walks over paths (assert_walk.c) and over
 * ports (assert_ports.c) share.
 */

/* A set of paths where they lie in a view. */
struct placed {
	struct decide_path at;
	bool tree;
};

struct placed_set VEC(struct placed);

struct walk {
	struct judge *judge;
	const struct view *view;
	const struct assertion *assertion;
	struct text name; /* of the policy */
	struct judgement *to;
	struct placed_set set, except;
	uint64_t handled;
	uint64_t any; /* all rights that its operations could use */
};

/* Does the waiver excuse something of the assertion and policy today? */
bool walk_waiver_counts(const struct walk *w, const struct waiver *waiver);

struct spot;

/* False: it is excused.  `s`: of a hit that is about a path. */
bool walk_add_hit(struct walk *w, const struct spot *s, struct hit hit);

void walk_ports(struct walk *w);

#endif
