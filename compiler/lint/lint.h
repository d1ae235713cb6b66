#ifndef NONO_LINT_H
#define NONO_LINT_H

#include "compiler/assert/assert_judge.h"
#include "compiler/report/finding.h"
#include "compiler/seatbelt/side_seatbelt.h"

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

/* Names that are made beside a file of the same kind. */
extern const char *const lint_endings[];
extern const size_t lint_ending_n;

/* One finding about the policy, at the lines behind a rule of it. */
struct finding *lint_rule(
    struct lint *l, enum finding_code code, uint32_t rule, struct text region);

/* By the rules of the policy. */
void lint_policy(struct lint *l);
/* By std.assert: which of its sets is open, and what that means. */
void lint_std(struct lint *l);
/* The same of a policy for macOS, in the first launch that shows it. */
struct lint_launch {
	struct seatbelt_launch launch;
	struct sbpl_file *file;
	const char *what; /* "where $HOME is /Users/user"; or empty */
};
void lint_std_seatbelt(struct lint *l, struct assertions *assertions,
    const struct lint_launch *launches, size_t n);
/* By the rules of a policy for macOS. */
void lint_seatbelt(struct lint *l, struct sbpl_file *file);
/* By what the profile says: only where there is one.  False: diagnosed. */
bool lint_profile(struct lint *l);

#endif
