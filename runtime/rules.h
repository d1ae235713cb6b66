#ifndef NONO_RULES_H
#define NONO_RULES_H

#include "runtime/launch.h"

/*
 * A rule of the policy on its way to the kernel.  rules.c says what becomes of
 * it, rules_open.c opens its path, rules_told.c spares asking again what the
 * rules before it have shown.
 *
 * The kernel ties a rule to the object behind the descriptor, so a path that is
 * swapped meanwhile cannot widen anything: what was checked is what is granted.
 */
struct grant {
	/* As the policy has it; and as it is to be granted: */
	struct blob_path rule;
	const struct root *root;
	const char *suffix; /* the user's id is in it, or it is the parent's */
	uint64_t rights;    /* as far as the kernel handles them */
	bool later;	    /* leave a path with links on its way for later */
	struct told *told;

	/* What opening it came to. */
	int fd;
	int error;	      /* why fd is -1 */
	enum outcome settled; /* fd is -1 and need not be; OUTCOMES: no */
	bool known;	      /* by a hint, without a look at it */
	bool parent;	      /* the path is missing, this is its parent */
	bool linked;	      /* a link was followed, or may have been */
	bool located;	      /* `at` is where it led, by these: */
	struct links links;
	struct place *at; /* canonical, once fd is open */
};

/* What the rules before have shown; it lasts for one pass. */
struct told {
	struct hint hint;      /* a path that is there, missing or a link */
	struct hint above;     /* a directory that was granted, */
	uint64_t above_rights; /* with these */
};

/* What no other rule can stand for. */
enum { RULE_SPECIAL = BLOB_PATH_CONSENT | BLOB_PATH_HOLD | BLOB_PATH_MAGIC };

/* The path as the profile has it, for messages. */
const char *rule_spelled(struct grant *g);
/* A profile's own rule must hold; a group's is for many machines. */
enum outcome rule_refuse_or_skip(
    struct grant *g, const char *why, const char *remedy);

/*
 * Opens the path, or the parent that stands for it, checks its type and tells
 * where it is; OUTCOME_GRANTED: go on, with fd and `at`.
 */
enum outcome rule_open(struct launch *l, struct grant *g);

/*
 * What became of the rule for the path that a link leads to, if the policy
 * has one that gives as much: /bin, /lib and /sbin lead to directories that
 * are granted by themselves.  OUTCOMES: it has not.
 */
enum outcome rule_twin(const struct launch *l, const struct grant *g);
/*
 * A path right below a directory that was granted with as much: unless it is a
 * link the grant above is all that it needs, and asking that is a third of
 * the price of a rule.  OUTCOMES: it needs a rule.
 */
enum outcome rule_below_granted(const struct launch *l, const struct grant *g);
/* What the outcome of rule `i` says about the paths that follow. */
void rule_learn(
    const struct launch *l, struct grant *g, uint32_t i, enum outcome o);

#endif
