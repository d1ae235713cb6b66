#ifndef NONO_SECCOMP_H
#define NONO_SECCOMP_H

#include "compiler/blob/blob_write.h"

/*
 * The seccomp programs of a policy: what Landlock does not see.  Assembled
 * here, by hand, so that a policy's bytes depend on no library's version.
 * One program for each architecture; see seccomp(2) and
 * linux/filter.h.
 */
struct seccomp_network {
	bool tcp;     /* plain TCP sockets; Landlock knows their ports */
	bool udp;     /* plain UDP sockets */
	bool netlink; /* asking the kernel for its addresses and routes */
	bool other;   /* all but what carries TCP past Landlock's rules */
};

/* AF_UNIX is always left. */
void seccomp_programs(
    struct arena *a, const struct seccomp_network *net, struct blob_model *m);

/*
 * Are the programs of a policy, or that it has none, what some profile
 * compiles to?  If not, they may permit whatever they like.
 */
bool seccomp_is_known(struct arena *a, const struct blob *b);

#endif
