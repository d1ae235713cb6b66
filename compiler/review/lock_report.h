#ifndef NONO_LOCK_REPORT_H
#define NONO_LOCK_REPORT_H

#include "compiler/diff/diff_report.h"
#include "compiler/side/lock.h"

/*
 * Drift: what has changed since the lock was written, as findings.  A policy
 * that permits something else, a new one and one that is gone are errors; an
 * input that changed and changed nothing is a note.  Returns how many errors.
 */
uint32_t lock_report(
    struct report *r, const struct lock *l, const struct side *now);
/* The same of one policy, which may not be in the lock. */
uint32_t lock_report_one(
    struct report *r, const struct lock *l, const struct side_policy *now);
/* With which other options was it locked?  Notes. */
void lock_report_options(
    struct report *r, const struct lock *l, const struct target *t);

#endif
