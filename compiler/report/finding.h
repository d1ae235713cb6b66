#ifndef NONO_FINDING_H
#define NONO_FINDING_H

#include "compiler/report/report.h"

/*
 * What nonoc check and nonoc lint report.  Codes share their numbers with
 * diagnostics and like them are never reused; docs/findings.md has a section
 * for each.
 */
enum finding_code {
#define FINDING(number, level, name, slug, what) FINDING_##name = (number),
#include "compiler/report/finding.def"
#undef FINDING
};

/* Appends one, with its rule. */
struct finding *finding_add(
    struct report *r, enum finding_code code, const char *verdict);

/* Is it one of this code? */
bool finding_is(const struct finding *f, enum finding_code code);

/* The rule that "N8001", "8001" or "writable-and-executable" names, or NULL. */
const char *finding_rule(struct text word);

#endif
