#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/landlock.h"
#include "runtime/path.h"
#include "runtime/report.h"

/* Where to return to, and whether that is needed. */
static int here = -1;
static bool away;

int
place_open(const char *path, int flags, struct place *ret)
{
	const size_t n = strlen(path);
	int fd;

	if (n >= sizeof(ret->s) ||
	    (!path_canonical(path) && strcmp(path, "/") != 0))
		return -1;
	fd = open_plain(path, flags | O_CLOEXEC);
	if (fd >= 0)
		place_set(ret,
		    n == 1 ? (struct path){0, ""} : (struct path){n, path});
	return fd;
}

bool
place_of_link(const char *link, struct place *ret)
{
	const ssize_t n = readlink(link, ret->s, sizeof(ret->s) - 1);

	if (n < 0)
		return false;
	if (ret->s[0] != '/') { /* "pipe:[4711]", "(unreachable)/..." */
		errno = ENOTDIR;
		return false;
	}
	ret->len = n == 1 ? 0 : (size_t)n;
	ret->s[ret->len] = '\0';
	return true;
}

int
place_start(void)
{
	here = openat(AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	away = false;
	return here;
}

bool
place_return(void)
{
	return here < 0 || !away || fchdir(here) == 0;
}

bool
place_of_fd(int fd, struct place *ret)
{
	char link[40] = "/proc/self/fd/";
	const char *n;

	if (here >= 0 && fchdir(fd) == 0) {
		away = true;
		return place_here(ret);
	}
	n = decimal((uint64_t)fd);
	memcpy(link + strlen(link), n, strlen(n) + 1);
	return place_of_link(link, ret);
}

bool
place_here(struct place *ret)
{
	/* The call itself: a libc may search upwards where it fails. */
	if (syscall(SYS_getcwd, ret->s, sizeof(ret->s)) < 0)
		return false;	/* it was removed */
	if (ret->s[0] != '/') { /* "(unreachable)/..." */
		errno = ENOENT;
		return false;
	}
	ret->len = strlen(ret->s);
	if (ret->len == 1)
		ret->s[ret->len = 0] = '\0';
	return true;
}

int
place_open_directory(int at, const char *path, bool list, struct place *ret)
{
	const int flags = list ? O_RDONLY : O_PATH;
	int fd = place_open(path, flags | O_DIRECTORY, ret);

	if (fd >= 0)
		return fd;
	fd = openat(at, path, flags | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && list && errno == EACCES)
		fd = openat(at, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || place_of_fd(fd, ret))
		return fd;
	close(fd);
	return -1;
}

bool
place_of_missing(struct path from, const char *path, struct place *ret)
{
	return place_resolve(from, path, NULL, NULL, ret);
}
