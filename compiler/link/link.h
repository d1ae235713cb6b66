#ifndef NONO_LINK_H
#define NONO_LINK_H

#include "compiler/decode/target.h"
#include "compiler/link/stmt.h"

enum { LINK_DEPTH_MAX = 10 }; /* levels of `extends`, as in nono */

/*
 * ASTs -> statements: bases left to right, then the profile over them, then
 * the groups: those of the default profile, those included, less those
 * excluded.  `when` is decided here, against the target; what the target
 * leaves undecided does not grant, does not exclude and does deny (N3009).
 */
bool link_profile(struct store *s, const struct profile_file *top,
    const struct target *t, struct policy *ret_policy);

#endif
