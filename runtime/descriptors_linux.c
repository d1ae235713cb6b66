#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/landlock.h"
#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * A ring opens files with the rights of whoever registered with it, which may
 * have been before the sandbox.  Its inode is of no type; what that has, only
 * its name tells.  In doubt it is one.
 */
bool
descriptor_is_ring(int fd, const struct stat *st)
{
	static const char ring[] = "anon_inode:[io_uring]";
	char link[sizeof("/proc/self/fd/") + 20] = "/proc/self/fd/";
	char name[sizeof(ring)];
	const char *digits;
	ssize_t n;

	if ((st->st_mode & S_IFMT) != 0)
		return false;
	digits = decimal((uint64_t)fd);
	memcpy(link + strlen(link), digits, strlen(digits) + 1);
	n = readlink(link, name, sizeof(name));
	if (n != (ssize_t)sizeof(ring) - 1)
		return n < 0;
	/* GCOV_EXCL_LINE: kernels without io_uring have none */
	return memcmp(name, ring, sizeof(ring) - 1) == 0; /* GCOV_EXCL_LINE */
}

int
descriptors_open(
    struct launch *l, int dir, const char *path, int flags, uint64_t resolve)
{
	int fd = open_path(dir, path, flags | O_CLOEXEC, resolve);

	if (fd < 0 && errno == EMFILE) {
		descriptors_drop(l);
		fd = open_path(dir, path, flags | O_CLOEXEC, resolve);
	}
	return fd;
}
