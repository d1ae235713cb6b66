#include <config.h>

#include <errno.h>
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

void
descriptors_close(struct launch *l)
{
	struct stat st;

	descriptors_fill_standard();
	for (unsigned i = 0; i < l->nkeep; i++) {
		const char *n = decimal((uint64_t)l->keep[i]);

		if (fstat(l->keep[i], &st) != 0)
			die("descriptors", "--keep-fd ", n,
			    ": it is not open, open it or leave the option out",
			    NULL);
		if (S_ISDIR(st.st_mode))
			die("descriptors", "--keep-fd ", n,
			    ": a directory would lead around the policy", NULL);
		descriptor_check(l->keep[i], &st);
	}
	descriptors_drop(l);
}
