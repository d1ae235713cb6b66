#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/landlock.h"
#include "runtime/launch.h"
#include "runtime/report.h"

enum { FIRST = 3 }; /* above standard input, output and error */

void
descriptors_keep(struct launch *l, int fd)
{
	unsigned i;

	if (l->nkeep == KEEP_MAX)
		die("descriptors", "more than ", decimal(KEEP_MAX),
		    " have to stay open", NULL);
	for (i = l->nkeep; i > 0 && l->keep[i - 1] > fd; i--)
		l->keep[i] = l->keep[i - 1];
	l->keep[i] = fd;
	l->nkeep++;
}

/* Closes all but those kept. */
static void
drop(const struct launch *l)
{
	unsigned first = FIRST;

	for (unsigned i = 0; i <= l->nkeep; i++) {
		unsigned end = i < l->nkeep ? (unsigned)l->keep[i] : ~0u;

		if (first < end && close_all(first, end - (i < l->nkeep)) != 0)
			die("descriptors", "cannot close: ", strerror(errno),
			    NULL);
		first = end + 1;
	}
}

/*
 * A closed standard descriptor would be the number of the next file opened,
 * so that messages went into it: /dev/null takes its place.
 */
static void
fill_standard(void)
{
	struct pollfd std[FIRST] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};

	if (poll(std, FIRST, 0) < 0)
		die("descriptors", "poll: ", strerror(errno), NULL);
	for (int i = 0; i < FIRST; i++) {
		if ((std[i].revents & POLLNVAL) != 0 &&
		    open("/dev/null", O_RDWR) != i)
			die("descriptors", "standard descriptor ",
			    decimal((uint64_t)i),
			    " is closed and /dev/null cannot replace it", NULL);
	}
}

/*
 * A ring opens files with the rights of whoever registered with it, which may
 * have been before the sandbox.  Its inode is of no type; what that has, only
 * its name tells.
 */
static bool
may_be_ring(int fd, const struct stat *st)
{
	static const char ring[] = "anon_inode:[io_uring]";
	char link[sizeof("/proc/self/fd/") + 20] = "/proc/self/fd/";
	const char *digits = decimal((uint64_t)fd);
	char name[sizeof(ring)];
	ssize_t n;

	if ((st->st_mode & S_IFMT) != 0)
		return false;
	memcpy(link + strlen(link), digits, strlen(digits) + 1);
	n = readlink(link, name, sizeof(name));
	return n < 0 || (n == (ssize_t)sizeof(ring) - 1 &&
			    memcmp(name, ring, sizeof(ring) - 1) == 0);
}

void
descriptors_close(struct launch *l)
{
	struct stat st;

	fill_standard();
	for (unsigned i = 0; i < l->nkeep; i++) {
		const char *n = decimal((uint64_t)l->keep[i]);

		if (fstat(l->keep[i], &st) != 0)
			die("descriptors", "--keep-fd ", n,
			    ": it is not open, open it or leave the option out",
			    NULL);
		if (S_ISDIR(st.st_mode))
			die("descriptors", "--keep-fd ", n,
			    ": a directory would lead around the policy", NULL);
		if (may_be_ring(l->keep[i], &st))
			die("descriptors", "--keep-fd ", n,
			    ": a ring of io_uring would lead around the policy",
			    NULL);
	}
	drop(l);
}

int
descriptors_open(
    struct launch *l, int dir, const char *path, int flags, uint64_t resolve)
{
	int fd = open_path(dir, path, flags | O_CLOEXEC, resolve);

	if (fd < 0 && errno == EMFILE) {
		drop(l);
		fd = open_path(dir, path, flags | O_CLOEXEC, resolve);
	}
	return fd;
}
