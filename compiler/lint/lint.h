#ifndef NONO_LINT_H
#define NONO_LINT_H

#include "compiler/assert/assert_judge.h"
#include "compiler/report/finding.h"
#include "compiler/side/side.h"

/*
 * What is valid and probably not meant.  Facts only: what can be done, by
 * which lines.  How bad that is the reader knows, or --level says.
 */
struct lint {
	struct report *report;
	struct compile *options;
	const struct side_policy *policy;
	struct judge *judge;
	const struct view *view; /* the usual places, the newest kernel */
	struct text name;	 /* of the profile */
	bool profile;		 /* there is one, and lint_profile reads it */
};

/* One finding about the policy, at the lines behind a rule of it. */
struct finding *lint_rule(
    struct lint *l, enum finding_code code, uint32_t rule, struct text region);

/* By the rules of the policy. */
void lint_policy(struct lint *l);
/* By std.assert: which of its sets is open, and what that means. */
void lint_std(struct lint *l);
/* The same of a policy for macOS.  False: diagnosed. */
bool lint_std_seatbelt(struct lint *l, struct assertions *assertions);
/* By what the profile says: only where there is one.  False: diagnosed. */
bool lint_profile(struct lint *l);

#endif
