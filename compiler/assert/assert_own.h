#ifndef NONO_ASSERT_OWN_H
#define NONO_ASSERT_OWN_H

#include "compiler/assert/assert.h"
#include "compiler/expand/caps.h"

/*
 * The assertions that stand in profiles and groups, under "assert".  They
 * bind whoever extends or includes, and are judged with every compilation: in
 * the usual place of every root, as the kernel would start the policy.
 */

/* Parses and resolves those that link found; false: diagnosed. */
bool assert_own_read(struct store *s, const struct target *t,
    const struct policy *p, struct assertions *ret);
/* N7007 with the lines of both for each that does not hold. */
bool assert_own_hold(struct arena *a, struct diags *d,
    struct assertions *assertions, const struct capset *c, const uint8_t *bytes,
    uint32_t size);
/*
 * The same of a Seatbelt file; N7008 for each that cannot be judged.  In
 * seatbelt/, which knows how such a file is judged.
 */
struct compile;
bool assert_own_hold_seatbelt(struct compile *c, struct text emitted);

#endif
