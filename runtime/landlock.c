#include <config.h>

#include <fcntl.h>
#include <unistd.h>

#include "runtime/landlock.h"

/* Since Linux 5.0 a new call has the same number everywhere, but here. */
#if defined(__alpha__) || defined(__mips__) ||                                 \
    (defined(__x86_64__) && defined(__ILP32__))
#error "system call numbers of this architecture are not known"
#endif
enum {
	NR_CLOSE_RANGE = 436,
	NR_OPENAT2 = 437,
	NR_CREATE_RULESET = 444,
	NR_ADD_RULE = 445,
	NR_RESTRICT_SELF = 446,

	CREATE_VERSION = 1,
	CREATE_ERRATA = 2,
	RULE_PATH = 1,
	RULE_PORT = 2,
};

int
landlock_abi(void)
{
	return (int)syscall(NR_CREATE_RULESET, NULL, (size_t)0, CREATE_VERSION);
}

unsigned
landlock_errata(void)
{
	const long n =
	    syscall(NR_CREATE_RULESET, NULL, (size_t)0, CREATE_ERRATA);

	return n < 0 ? 0 : (unsigned)n;
}

int
landlock_create(const struct landlock_ruleset *r)
{
	return (int)syscall(NR_CREATE_RULESET, r, sizeof(*r), 0);
}

int
landlock_add_path(int ruleset, int fd, uint64_t rights)
{
	const struct landlock_path p = {.rights = rights, .fd = fd};

	return (int)syscall(NR_ADD_RULE, ruleset, RULE_PATH, &p, 0);
}

int
landlock_add_port(int ruleset, uint32_t port, uint64_t rights)
{
	const struct landlock_port p = {.rights = rights, .port = port};

	return (int)syscall(NR_ADD_RULE, ruleset, RULE_PORT, &p, 0);
}

int
landlock_restrict(int ruleset)
{
	return (int)syscall(NR_RESTRICT_SELF, ruleset, 0);
}

int
open_path(int dir, const char *path, int flags, uint64_t resolve)
{
	const struct open_how how = {
	    .flags = (uint64_t)(O_PATH | flags),
	    .resolve = resolve,
	};

	return (int)syscall(NR_OPENAT2, dir, path, &how, sizeof(how));
}

int
open_plain(const char *path, int flags)
{
	const struct open_how how = {
	    .flags = (uint64_t)flags,
	    .resolve = RESOLVE_NO_LINKS | RESOLVE_NO_MAGIC,
	};

	return (int)syscall(NR_OPENAT2, AT_FDCWD, path, &how, sizeof(how));
}

int
close_all(unsigned first, unsigned last)
{
	return (int)syscall(NR_CLOSE_RANGE, first, last, 0);
}
