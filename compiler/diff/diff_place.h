#ifndef NONO_DIFF_PLACE_H
#define NONO_DIFF_PLACE_H

#include "compiler/decide/placement.h"
#include "compiler/diff/diff_model.h"

/* The search for places where one policy permits more, and what is said. */

/* With consent to the working directory, and without. */
enum { ASKED, UNASKED, CONSENTS };

/* A rule of the one, perhaps permitted there and not by the other. */
struct ask {
	uint32_t rule;
	uint64_t known[2]; /* rights that are gained anyway, by kind */
	bool said;
};

/* A placement to look at. */
struct place {
	struct placement at;
	uint64_t hash;
	unsigned depth;		   /* roots moved to come here, again perhaps */
	struct VEC(uint32_t) asks; /* indexes: the rules to ask for there */
	uint32_t asked;		   /* so many of them are */
	bool sorted;		   /* the asks are, as they mostly come */
	bool looked, queued;
};
enum { PLACES_MAX = 4096 };

struct search {
	struct diff *diff;
	struct arena *arena; /* scratch */
	unsigned to;	     /* the side that may permit more */
	enum diff_when when;
	struct decide_env apart;
	struct decider *deciders[2][CONSENTS];
	struct placements placements;
	unsigned depth; /* no place is looked for beyond */
	struct VEC(struct place) places;
	struct VEC(uint32_t) queue; /* of places, to look at */
	struct VEC(struct ask) asks;
	struct VEC(uint32_t) consented; /* of asks: rules that need consent */
	uint32_t *twins[2]; /* of each rule the same of the other side */
	bool *alone[2];	    /* of each denied path: the other has it not */
	uint32_t nalone[2];
	uint32_t *up; /* of each rule of this side the one around it */
	struct VEC(struct text) names; /* in what the other side denies */
	/* Of each rule of the other side the places where it is not granted. */
	struct place_list {
		uint32_t from; /* by letting one pair more meet than there */
		struct VEC(uint32_t) v;
	} * *of_rule;
	bool more;     /* than PLACES_MAX: some were left out */
	bool bypasses; /* `to` has rules that stand although denied */
	bool launch_said;
};

/* The decider of a side that launches there; NULL: none does. */
const struct decider *diff_launched(const struct search *s, unsigned side);
/* What a rule is asked for, of either kind. */
struct decide_object diff_object(
    const struct search *s, unsigned side, uint32_t rule, unsigned kind);

/* The index of a placement, which may be new; DECIDE_NONE: too many. */
uint32_t diff_place_add(struct search *s, const struct placement *at,
    unsigned depth, struct arena *scratch);
/* A rule to be asked for there, for which it may have to be looked at again. */
void diff_place_ask(struct search *s, uint32_t place, uint32_t ask);
/*
 * Places next to this one where the other side is refused for a rule of it and
 * a denied path; `alone`: one that only it has.
 */
void diff_place_refuse(
    struct search *s, uint32_t place, uint32_t rule, bool alone);
/* Where this side withholds a rule of both for what only it denies. */
void diff_place_withhold(
    struct search *s, uint32_t rule, const struct blob_deny *deny);
/* Looks at all places that there are, and that come up. */
void diff_place_look(struct search *s);

/* Both deciders of a side, to there. */
void diff_place_move(
    struct search *s, unsigned side, const struct decide_env *env);
/* What a rule gives where the deciders are that the other side does not. */
uint64_t diff_place_gain(const struct search *s, uint32_t rule, unsigned kind);

/* Is there a root at or below what the rule is for?  Then it is no file. */
bool diff_place_is_directory(
    const struct search *s, const struct decide_env *env, uint32_t rule);

void diff_say_launch(struct search *s, const struct decide_env *env);
void diff_say_rule(struct search *s, const struct decide_env *env,
    struct ask *ask, uint64_t tree, uint64_t file);
void diff_say_more(struct search *s);

#endif
