#include <config.h>

#include "compiler/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TRIES = 100, CHUNK = 8192, MODE = 0644 };

static int
fail(struct diags *d, const char *path, const char *why)
{
	diag_at(d, DIAG_CANNOT_WRITE, (struct span){0},
	    "cannot write \"%s\": %s", path, why);
	return 0;
}

static bool
write_all(int fd, const void *bytes, size_t size)
{
	const char *p = bytes;

	while (size > 0) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			p += n;
			size -= (size_t)n;
		}
	}
	return true;
}

/* A device or FIFO that is there: nothing to rename, it is written to. */
static int
write_through(struct diags *d, const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	bool good = fd >= 0 && write_all(fd, bytes, size);
	int error = errno;

	if (fd >= 0 && close(fd) != 0 && good) {
		good = false;
		error = errno;
	}
	return good ? 1 : fail(d, path, strerror(error));
}

/* Opens a new file beside the target, whose name goes to ret_name. */
static int
open_temporary(int dir, char ret_name[64])
{
	struct timespec now;
	int fd = -1;

	for (int i = 0; i < TRIES && fd < 0; i++) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		snprintf(ret_name, 64, ".nonoc-%ld-%lx", (long)getpid(),
		    (unsigned long)now.tv_nsec + (unsigned long)i);
		fd = openat(dir, ret_name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	return fd;
}

/* The errno of what went wrong, or 0.  Leaves no temporary file behind. */
static int
replace(int dir, const char *base, const void *bytes, size_t size)
{
	char name[64];
	int fd = open_temporary(dir, name);
	int error = 0;

	if (fd < 0)
		return errno;
	if (!write_all(fd, bytes, size) || fchmod(fd, MODE) != 0)
		error = errno;
	if (close(fd) != 0 && error == 0)
		error = errno;
	if (error == 0 && renameat(dir, name, dir, base) != 0)
		error = errno;
	if (error != 0)
		(void)unlinkat(dir, name, 0);
	return error;
}

/* From where it is read to its end; no more, no less? */
static bool
holds(int fd, const char *bytes, size_t size)
{
	char chunk[CHUNK];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		if ((size_t)n > size || memcmp(chunk, bytes, (size_t)n) != 0)
			return false;
		bytes += n;
		size -= (size_t)n;
	}
	return n == 0 && size == 0;
}

/*
 * Is there nothing to replace, as the file holds these bytes and is as a new
 * one would be: no link, of one name, and nobody else may write it?  Then it is
 * only as new as if it had been.  A rename over a file makes ext4 write the new
 * one to the disk at once, which takes as long as a third of compiling.
 */
static bool
is_same(const char *path, const void *bytes, size_t size)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	bool same;

	if (fd < 0)
		return false;
	same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       st.st_uid == geteuid() && st.st_gid == getegid() &&
	       (st.st_mode & 07777) == MODE && st.st_nlink == 1 &&
	       st.st_size == (off_t)size && holds(fd, bytes, size) &&
	       futimens(fd, NULL) == 0;
	(void)close(fd);
	return same;
}

/*
 * Is the name that is about to be replaced one that was read to make the
 * bytes?  Another name of such a file may go.
 */
static bool
is_input(const struct diags *d, const char *base, const struct stat *st)
{
	struct stat of;

	for (uint32_t i = 1; i < d->sources->files.n; i++) {
		const char *path = d->sources->files.v[i].path.s;
		const char *slash = strrchr(path, '/');

		if (strcmp(slash == NULL ? path : slash + 1, base) == 0 &&
		    stat(path, &of) == 0 && of.st_dev == st->st_dev &&
		    of.st_ino == st->st_ino)
			return true;
	}
	return false;
}

int
output_write(
    struct diags *d, const char *path, const void *bytes, unsigned size)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	struct text parent = {".", 1};
	struct arena *a = d->arena;
	struct stat st;
	int dir, error;

	if (strcmp(path, "-") == 0) {
		if (fflush(stdout) != 0 ||
		    !write_all(STDOUT_FILENO, bytes, size))
			return fail(d, "stdout", strerror(errno));
		return 1;
	}
	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return fail(d, path, "it is a directory");
		if (!S_ISREG(st.st_mode))
			return write_through(d, path, bytes, size);
		if (is_input(d, base, &st))
			return fail(d, path, "it would replace what was read");
		if (is_same(path, bytes, size))
			return 1;
	}
	if (*base == '\0')
		return fail(d, path, "it is not the name of a file");
	if (slash != NULL)
		parent = (struct text){
		    path, slash == path ? 1 : (uint32_t)(slash - path)};
	dir = open(arena_text(a, parent).s, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail(d, path, strerror(errno));
	error = replace(dir, base, bytes, size);
	close(dir);
	return error == 0 ? 1 : fail(d, path, strerror(error));
}
