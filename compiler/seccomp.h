#ifndef NONO_SECCOMP_H
#define NONO_SECCOMP_H

#include "compiler/blob_write.h"

/*
 * The seccomp programs of a policy: what Landlock does not see.  Assembled
 * here, by hand, so that a policy's bytes depend on no library's version.
 * One program for each architecture and purpose; see seccomp(2) and
 * linux/filter.h.
 */
enum seccomp_network {
	SECCOMP_NET_OPEN,  /* no program */
	SECCOMP_NET_BLOCK, /* AF_UNIX only */
	SECCOMP_NET_TCP,   /* nothing that gets around Landlock's TCP rules */
	SECCOMP_NET_PROXY, /* TCP and AF_UNIX only */
};

void seccomp_programs(
    struct arena *a, enum seccomp_network network, struct blob_model *m);

#endif
