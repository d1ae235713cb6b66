#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/landlock.h"
#include "runtime/launch.h"

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
landlock_restrict(int ruleset, unsigned flags)
{
	return (int)syscall(NR_RESTRICT_SELF, ruleset, flags);
}

/* One component, which must be no link (ELOOP) unless it is the last one. */
static int
open_step(int dir, const char *name, int flags)
{
	const int fd = openat(dir, name, flags | O_NOFOLLOW);
	struct stat st;
	char first;

	if (fd < 0) {
		if (errno == ENOTDIR) /* also said of a link */
			errno = readlinkat(dir, name, &first, 1) < 0 ? ENOTDIR
								     : ELOOP;
		return -1;
	}
	if ((flags & O_PATH) != 0 && fstat(fd, &st) == 0 &&
	    S_ISLNK(st.st_mode)) {
		close(fd);
		errno = ELOOP;
		return -1;
	}
	return fd;
}

/*
 * What openat2 does, where a container's filter does not know it: one
 * component after the other, and none may be a link.
 */
static int
open_steps(int dir, const char *path, int flags)
{
	const int way = O_PATH | O_DIRECTORY | O_CLOEXEC;
	int at = dir, fd, error;
	char name[256];
	size_t n;

	if (*path == '/')
		at = open("/", way);
	for (bool last = false; at != -1 && !last; at = fd) {
		path += strspn(path, "/");
		n = strcspn(path, "/");
		last = path[n + strspn(path + n, "/")] == '\0';
		fd = -1;
		errno = ENAMETOOLONG;
		if (n < sizeof(name)) {
			memcpy(name, n == 0 ? "." : path, n == 0 ? 1 : n);
			name[n == 0 ? 1 : n] = '\0';
			fd = open_step(at, name, last ? flags : way);
		}
		error = errno;
		if (at != dir)
			close(at);
		errno = error;
		path += n;
	}
	return at;
}

static int
open_two(int dir, const char *path, int flags, uint64_t resolve)
{
	const struct open_how how = {
	    .flags = (uint64_t)flags,
	    .resolve = resolve,
	};
	const long fd = syscall(NR_OPENAT2, dir, path, &how, sizeof(how));

	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return (int)fd;
	if (resolve == 0)
		return openat(dir, path, flags);
	return open_steps(dir, path, flags);
}

int
open_path(int dir, const char *path, int flags, uint64_t resolve)
{
	return open_two(dir, path, O_PATH | flags, resolve);
}

int
open_plain(const char *path, int flags)
{
	return open_two(
	    AT_FDCWD, path, flags, RESOLVE_NO_LINKS | RESOLVE_NO_MAGIC);
}

int
close_all(unsigned first, unsigned last)
{
	return (int)syscall(NR_CLOSE_RANGE, first, last, 0);
}
