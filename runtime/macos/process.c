#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/macos/darwin.h"
#include "runtime/report.h"

enum { LISTED = 4096 }; /* descriptors looked at in one go */

/* Nothing else here opens files with the rights of another time. */
bool
descriptor_is_ring(int fd, const struct stat *st)
{
	(void)fd;
	(void)st;
	return false;
}

/*
 * The kernel is asked which descriptors there are: getdtablesize(3) tells the
 * limit of today, and one may be open above it.  What did not fit is there the
 * next time, as the ones before it are closed by then or kept.
 */
int
close_all(unsigned first, unsigned last)
{
	static struct process_descriptor list[LISTED];
	static const int size = (int)sizeof(list);
	bool again = true;
	int n;

	while (again) {
		bool closed = false;

		n = proc_pidinfo(getpid(), PROCESS_DESCRIPTORS, 0, list, size);
		if (n <= 0)
			return -1;
		again = n > size - (int)sizeof(*list);
		for (int i = 0; i < n / (int)sizeof(*list); i++) {
			const unsigned fd = (unsigned)list[i].fd;

			if (fd < first || fd > last)
				continue;
			if (close(list[i].fd) != 0 && errno != EINTR)
				return -1;
			closed = true;
		}
		if (again && !closed) {
			errno = EMFILE; /* the list is full of others */
			return -1;
		}
	}
	return 0;
}

/* The name that this program was started by, and the links on its way. */
void
protect_self(struct launch *l)
{
	static char name[PLACE_MAX];
	static struct place at;
	uint32_t size = sizeof(name);
	struct stat st;
	int fd = -1;

	if (_NSGetExecutablePath(name, &size) != 0)
		die("rules",
		    "cannot tell where this program is: its name is too long",
		    NULL);
	if (protect_way(name, ", a link that leads to this program,", &at))
		fd = open(at.s, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0 || !place_of_fd(fd, &l->scratch))
		die("rules",
		    "cannot tell where this program is: ", strerror(errno),
		    NULL);
	close(fd);
	protect_file(&st, path_keep(&l->scratch), ", this program,");
}
