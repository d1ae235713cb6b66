#ifndef NONO_CHECK_H
#define NONO_CHECK_H

#include "compiler/decode/target.h"
#include "compiler/expand/caps.h"

/*
 * Capset + target -> the capset that the target can enforce, or diagnostics:
 * deny wins over a grant at or below it; a deny inside a granted tree cannot
 * be expressed with Landlock and is refused; so is what would open nono's
 * own state.
 */
bool check_caps(struct arena *a, struct diags *d, const struct target *t,
    struct capset *caps);

/* The part that has no paths: hosts, ports and proxies. */
bool check_network(
    struct diags *d, const struct target *t, const struct capset *caps);

/* Raw Seatbelt rules: read, judged and kept in one spelling. */
bool check_raw(struct arena *a, struct diags *d, struct capset *caps);

#endif
