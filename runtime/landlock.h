#ifndef NONO_LANDLOCK_H
#define NONO_LANDLOCK_H

#include <stddef.h>
#include <stdint.h>

/*
 * The system calls that libc may not wrap, by number, and Landlock's
 * structures (uapi/linux/landlock.h of Linux 7.3), our own copies: the
 * headers of a distribution are older than the kernels we run on.  Each
 * function returns what the kernel returns, or -1 with errno.
 */
struct landlock_ruleset {
	uint64_t handled_fs;
	uint64_t handled_net;
	uint64_t scoped;
	uint64_t quiet_fs, quiet_net, quiet_scoped; /* ABI 10; always 0 */
};
_Static_assert(sizeof(struct landlock_ruleset) == 48, "landlock_ruleset_attr");

struct landlock_path {
	uint64_t rights;
	int32_t fd;
} __attribute__((packed));
_Static_assert(sizeof(struct landlock_path) == 12, "path_beneath_attr");

struct landlock_port {
	uint64_t rights;
	uint64_t port; /* host byte order */
};
_Static_assert(sizeof(struct landlock_port) == 16, "net_port_attr");

struct open_how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};
_Static_assert(sizeof(struct open_how) == 24, "open_how");

enum {
	LANDLOCK_LAYERS_MAX = 16,
	LANDLOCK_LOG_ABI = 7, /* of the flag below */
	LANDLOCK_LOG_SAME_EXEC_OFF = 1,

	RESOLVE_NO_MAGIC = 0x02, /* RESOLVE_NO_MAGICLINKS */
	RESOLVE_NO_LINKS = 0x04, /* RESOLVE_NO_SYMLINKS */
};

/* The ABI, at least 1; -1: ENOSYS not built in, EOPNOTSUPP not enabled. */
int landlock_abi(void);
/* Bit N - 1 is set when erratum N is fixed; 0 where it cannot be asked. */
unsigned landlock_errata(void);
/* Unknown fields at the end are fine for any kernel while they are 0. */
int landlock_create(const struct landlock_ruleset *r);
int landlock_add_path(int ruleset, int fd, uint64_t rights);
int landlock_add_port(int ruleset, uint32_t port, uint64_t rights);
int landlock_restrict(int ruleset, unsigned flags);

/*
 * Where a filter does not let openat2 pass, a path with links in it is opened
 * only without `resolve`; else it is ELOOP.
 */
/* O_PATH is implied, and O_CLOEXEC wherever the caller says so. */
int open_path(int dir, const char *path, int flags, uint64_t resolve);
/* Opens with the flags as they are; fails where a link is on the way. */
int open_plain(const char *path, int flags);

#endif
