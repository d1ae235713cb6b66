#ifndef NONO_ASSERT_REPORT_H
#define NONO_ASSERT_REPORT_H

#include "compiler/assert/assert_judge.h"
#include "compiler/report/finding.h"
#include "compiler/side/side.h"

/* How often each verdict was given: for the summary and the exit status. */
struct assert_tally {
	uint32_t hold, violated, undecided, waived, not_asked;
	uint32_t elsewhere; /* for the other platform by its own terms */
};

struct assert_reporter {
	struct report *report;
	const struct sources *sources;
	struct assert_tally tally;
};

/* A finding about an assertion, with the place of that. */
struct finding *assert_finding(struct assert_reporter *r,
    const struct assertion *a, enum finding_code code, const char *verdict);
/* "always" of nothing. */
void assert_report_empty(struct assert_reporter *r, const struct assertion *a,
    const struct side_policy *p);
/* The findings of one assertion and one policy. */
void assert_report(struct assert_reporter *r, const struct assertion *a,
    const struct side_policy *policy, const struct judgement *j);
/* It is for profiles that are not among the policies. */
void assert_report_not_asked(
    struct assert_reporter *r, const struct assertion *a);
void assert_report_waiver(struct assert_reporter *r, enum finding_code code,
    const struct assertion *a, const struct waiver *w);

/* "no-secrets", or the assertion as written when it has no name. */
struct text assert_title(const struct sources *s, const struct assertion *a);

#endif
