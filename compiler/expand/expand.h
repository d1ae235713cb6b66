#ifndef NONO_EXPAND_H
#define NONO_EXPAND_H

#include "compiler/decode/target.h"
#include "compiler/expand/caps.h"

/*
 * Statements -> capset: templates become paths with a symbolic root, settings
 * become scopes, ports and modes.  Never looks at the host's file system.
 */
bool expand_policy(struct arena *a, struct diags *d, const struct policy *p,
    const struct target *t, struct capset *ret_caps);

/* One template; diagnoses N4xxx. */
bool expand_template(struct arena *a, struct diags *d,
    const struct template *tpl, const struct target *t, struct path *ret_path);

/*
 * The environment filter.  In values, variables may stand anywhere, and a "$"
 * that begins none of ours is only a "$".
 */
bool expand_environment(struct arena *a, struct diags *d,
    const struct policy *p, const struct target *t, struct capset *caps);

/*
 * macOS: the symbolic links that the system and the groups have, and a path in
 * the spelling that Seatbelt compares: /tmp/x is /private/tmp/x.
 */
bool expand_links(struct arena *a, struct diags *d, const struct policy *p,
    const struct target *t, struct capset *caps);
struct path expand_canonical(
    struct arena *a, const struct capset *caps, struct path p);
/* The part of `p` behind `from`, put behind `to`; false when not below. */
bool path_move(struct arena *a, struct path p, struct path from, struct path to,
    struct path *ret_path);

/* The part that has no paths: scopes, network, start-up commands. */
void expand_settings(struct arena *a, const struct policy *p,
    const struct target *t, struct capset *caps);

#endif
