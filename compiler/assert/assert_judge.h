#ifndef NONO_ASSERT_JUDGE_H
#define NONO_ASSERT_JUDGE_H

#include "compiler/assert/assert.h"
#include "compiler/decide/decide.h"

/*
 * Assertions against one policy.  A policy is looked at through views: one
 * for each way its roots may lie, what may be missing, and the oldest kernel
 * that matters.  A view has the decider's regions, so "never on a set" is a
 * walk over the regions within the set, exact for that view.
 */
struct view {
	struct decide_env env;
	struct decider *decider;
	struct decide_regions regions;
	bool launches; /* the loader would not refuse */
};

enum hit_kind {
	HIT_GRANTED,	/* permitted, and should not be */
	HIT_UNENFORCED, /* this kernel has no such right */
	HIT_DENIED,	/* not permitted, and should be */
	HIT_UNASKED,	/* nor this one, and the policy should permit it */
};

/* A witness: one operation, on one path or port. */
struct hit {
	enum hit_kind kind;
	unsigned ops;	  /* together: several */
	const char *what; /* something that is neither path nor port */
	bool is_port;
	struct port_region port; /* first == last */
	struct decide_path path;
	const struct view *view;
	struct decide_rules rules; /* of PATH or PORT, that grant it */
};

enum { HITS_MAX = 64 }; /* of one assertion and policy; then `more` */

enum assert_verdict {
	ASSERT_HOLDS,
	ASSERT_VIOLATED,
	ASSERT_UNDECIDED, /* depends on where roots lie, or cannot launch */
};

struct judgement {
	enum assert_verdict verdict;
	struct VEC(struct hit) hits; /* that no waiver excuses */
	uint32_t waived;	     /* that one does */
	bool more;		     /* there are more hits than fit */
	const struct view *holds_in; /* undecided: one that it holds in */
	bool no_launch;		     /* undecided: refused everywhere */
};

struct judge {
	struct arena *arena;
	const struct blob *blob;
	struct assertions *assertions;
	struct VEC(struct view *) views; /* made so far */
};

void judge_init(struct judge *j, struct arena *a, const struct blob *b,
    struct assertions *assertions);
/* never, together, always, only; `name` is the policy's for waivers. */
void judge_assertion(struct judge *j, struct text name,
    const struct assertion *a, struct judgement *ret);
/* `a` is of ASSERT_WITHIN or ASSERT_DISJOINT. */
void judge_pair(struct judge *left, struct judge *right,
    const struct assertion *a, struct judgement *ret);

/* The oldest ABI that matters to the assertion. */
unsigned judge_abi(const struct judge *j, const struct assertion *a);
/* Is there a rule for which its directory stands in where it is missing? */
bool judge_may_be_missing(const struct blob *b);
/* One with the assumptions only; `absent`: what may be missing is. */
const struct view *judge_view(struct judge *j, unsigned abi, bool absent);
const struct view *judge_view_of(struct judge *j, const struct decide_env *env);

/* Where a path of an assertion lies in the regions of a view. */
struct decide_path view_place(
    struct arena *a, const struct view *v, struct path p);

/* The rights that an operation needs, of the path or of its directory. */
uint64_t judge_rights(enum assert_op op);
bool judge_on_parent(enum assert_op op);
/* Is a single port in the set? */
bool judge_ports_hold(
    const struct region_set *s, const struct port_region *port);
/*
 * Rights on one object -> may it be done?  Creating and removing are many
 * things, and one that can be done is enough; other operations need all.
 */
enum permission {
	PERMISSION_NONE,
	PERMISSION_GRANTED,
	PERMISSION_FREE, /* not granted, and not enforced */
};
enum permission judge_permission(
    enum assert_op op, uint64_t held, uint64_t handled);

/* "$HOME/.bashrc"; the working directory as $CWD wherever it lies. */
struct text assert_witness(struct arena *a, const struct hit *h);
/* What may be done there: "write $HOME/.bashrc", "reach sockets at /tmp". */
struct text assert_use_print(
    struct arena *a, unsigned asked, struct text place);
/* The same of a hit. */
struct text assert_hit_print(struct arena *a, const struct hit *h);
/* "may", "may not", ... as stands between the policy and the hit. */
const char *assert_hit_verb(enum hit_kind kind);
/* The first ABI that has all rights of its operations. */
unsigned assert_hit_abi(const struct hit *h);

/*
 * Hits of never, together, always within one view.  assert_walk.c.
 */
void walk_never(struct judge *j, const struct view *v, struct text name,
    const struct assertion *a, struct judgement *to);
void walk_always(struct judge *j, const struct view *v, struct text name,
    const struct assertion *a, struct judgement *to);

#endif
