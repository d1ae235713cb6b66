#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/path.h"

/*
 * Where things really are: Seatbelt compares text with the path that the kernel
 * has for a file, so only the kernel is asked, by F_GETPATH on what is open.
 */

/* The working directory, to return to. */
static int here = -1;

bool
place_of_fd(int fd, struct place *ret)
{
	static char path[PLACE_MAX]; /* the call takes no length: MAXPATHLEN */

	if (fcntl(fd, F_GETPATH, path) < 0)
		return false;
	if (!path_canonical(path) && strcmp(path, "/") != 0) {
		errno = ENOENT; /* it was removed */
		return false;
	}
	ret->len = strlen(path);
	if (ret->len == 1)
		ret->len = 0;
	memcpy(ret->s, path, ret->len);
	ret->s[ret->len] = '\0';
	return true;
}

static int
open_place(int at, const char *path, int flags, struct place *ret)
{
	const int fd = openat(at, path, flags | O_CLOEXEC);
	int error;

	if (fd < 0 || place_of_fd(fd, ret))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

int
place_open(const char *path, int flags, struct place *ret)
{
	if (!path_canonical(path)) {
		errno = ELOOP;
		return -1;
	}
	/* One of the two: nothing says what both together are. */
	flags = (flags & ~O_NOFOLLOW) | O_NOFOLLOW_ANY;
	return open_place(AT_FDCWD, path, flags, ret);
}

int
place_open_directory(int at, const char *path, bool list, struct place *ret)
{
	(void)list;
	return open_place(at, path, O_RDONLY | O_DIRECTORY, ret);
}

int
place_start(void)
{
	here = openat(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return here;
}

bool
place_return(void)
{
	return here < 0 || fchdir(here) == 0;
}

bool
place_here(struct place *ret)
{
	const int fd = place_open_directory(AT_FDCWD, ".", true, ret);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/*
 * The deepest directory above that exists is asked for its name.  What follows
 * has no link in it: links were followed.
 */
bool
place_of_missing(struct path from, const char *path, struct place *ret)
{
	static struct place way, above;
	size_t n;
	int fd;

	if (!place_resolve(from, path, NULL, NULL, &way))
		return false;
	for (n = way.len; n > 0;) {
		const char slash = way.s[n];

		way.s[n] = '\0';
		fd = place_open_directory(AT_FDCWD, way.s, true, &above);
		way.s[n] = slash;
		if (fd >= 0) {
			close(fd);
			break;
		}
		if (errno != ENOENT && errno != ENOTDIR && errno != EACCES &&
		    errno != EPERM) /* what macOS guards for the user */
			return false;
		while (way.s[--n] != '/')
			;
	}
	if (n == 0)
		above.len = 0;
	place_set(ret, path_of(&above));
	if (n == way.len)
		return true;
	return place_join(ret, way.s + n + 1, way.len - n - 1);
}

/* Seatbelt gives no such occasion: any path is opened and asked. */
bool
root_open_below_home(struct launch *l, enum blob_root root, const char *path)
{
	(void)l;
	(void)root;
	(void)path;
	return false;
}
