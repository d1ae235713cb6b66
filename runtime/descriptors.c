#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

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
	if (l->nkeep == 0) {
		l->keep = l->few;
	} else if (l->nkeep == KEEP_FEW) {
		const int *few = l->keep;

		l->keep = memory_keep(KEEP_MAX * sizeof(*l->keep));
		memcpy(l->keep, few, KEEP_FEW * sizeof(*few));
	}
	for (i = l->nkeep; i > 0 && l->keep[i - 1] > fd; i--)
		l->keep[i] = l->keep[i - 1];
	l->keep[i] = fd;
	l->nkeep++;
}

/* Closes all but those kept. */
void
descriptors_drop(const struct launch *l)
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

static const char *const standard[FIRST] = {
    "standard input", "standard output", "standard error"};

/*
 * A closed standard descriptor would be the number of the next file opened, so
 * that messages went into it: /dev/null takes its place.
 */
static void
fill_standard(int fd)
{
	if (open("/dev/null", O_RDWR) != fd)
		die("descriptors", standard[fd],
		    ": it is closed, and /dev/null cannot replace it", NULL);
}

static _Noreturn void
refuse(int fd, const char *why, const char *remedy)
{
	if (fd < FIRST)
		die("descriptors", standard[fd], ": ", why,
		    ", redirect it as with </dev/null", NULL);
	die("descriptors", "--keep-fd ", decimal((uint64_t)fd), ": ", why,
	    remedy, NULL);
}

/* Dies where leaving it to the command would lead around the policy. */
static void
check(int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		if (fd >= FIRST)
			refuse(fd, "it is not open",
			    ", open it or leave the option out");
		fill_standard(fd);
		return;
	}
	if (S_ISDIR(st.st_mode))
		refuse(fd, "a directory would lead around the policy", "");
	if (descriptor_is_ring(fd, &st))
		refuse(
		    fd, "a ring of io_uring would lead around the policy", "");
}

void
descriptors_close(struct launch *l)
{
	for (int fd = 0; fd < FIRST; fd++)
		check(fd);
	for (unsigned i = 0; i < l->nkeep; i++)
		check(l->keep[i]);
	descriptors_drop(l);
}
