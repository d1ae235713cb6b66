#ifndef NONO_SBPL_JUDGE_H
#define NONO_SBPL_JUDGE_H

#include <regex.h>

#include "compiler/sbpl/sbpl.h"

/* What sbpl_eval.c and sbpl_match.c share; nobody else looks inside. */

enum sbpl_tri { SBPL_NO, SBPL_YES, SBPL_MAYBE };

/* A regular expression of the policy, compiled when it is first asked. */
struct sbpl_regex {
	bool tried, usable;
	bool anchored; /* a match begins where the subject does */
	regex_t compiled;
};

struct sbpl_chain;

struct sbpl_judge {
	struct arena *arena;
	const struct sbpl_policy *policy;
	enum sbpl_reading reading;
	struct sbpl_regex *regexes;
	struct sbpl_chain *chains[SBPL_OPS]; /* made when first asked */
};

enum sbpl_told { SBPL_NOT_TOLD, SBPL_NONE, SBPL_TOLD };

/* What the request says of a fact; what its operation rules out included. */
enum sbpl_told sbpl_told(const struct sbpl_request *r, enum sbpl_fact fact);

/* Is the filter on a parameter that is not given, and may be this path? */
bool sbpl_may_lie_there(
    const struct sbpl_request *r, const struct sbpl_filter *f);

/* The last path byte that a subpath or literal may end in is no slash. */
bool sbpl_path_is_plain(struct text t);

/* *ret_leaf is the part that makes it MAYBE. */
enum sbpl_tri sbpl_match(struct sbpl_judge *j, const struct sbpl_request *r,
    const struct sbpl_filter *f, const struct sbpl_filter **ret_leaf);

/* sbpl_regex.c */
enum sbpl_tri sbpl_regex_match(
    struct sbpl_judge *j, const struct sbpl_filter *f, struct text subject);
/* Is the pattern in the part of the language that is agreed on? */
bool sbpl_regex_is_common(struct text pattern);
/*
 * Does a branch end outside of all groups and brackets?  Then ^ is for one of
 * them.  True also where a bracket does not end.
 */
bool sbpl_regex_branches(struct text pattern);

#endif
