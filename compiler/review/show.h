#ifndef NONO_SHOW_H
#define NONO_SHOW_H

#include "compiler/compile.h"
#include "compiler/decide/decide.h"
#include "compiler/report/report.h"
#include "compiler/side/side.h"

/*
 * nonoc show without a stage: the policy as it takes effect on a kernel, one
 * finding an entry, with where it was written.  Returns an exit status.
 */
int show_policy(
    struct compile *c, const char *argument, struct report_style style);

/* The same for macOS: of any Seatbelt file, too. */
int show_seatbelt(
    struct compile *c, const char *argument, struct report_style style);

/*
 * An entry of either: "grant     read, execute /bin".  `what` is said between
 * the word and the region, and may be "".
 */
struct finding *show_entry(struct report *r, struct text subject,
    const char *rule, const char *verdict, struct text region, const char *word,
    const char *what);

/* What the profile says and no policy does, each with its reason. */
void show_unenforced(
    struct report *r, struct text subject, const struct compile *c);

/*
 * What stays open whatever the policy says: rights that the kernel does not
 * have, sockets that the policy leaves, what no kernel restricts.
 */
void show_residual(const struct decider *d, const struct side_policy *p,
    struct text subject, struct report *r);

#endif
