#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

static bool
open_self(const char *name, struct place *ret, struct stat *ret_st)
{
	const int fd = place_open(name, O_PATH, ret); /* until exec */

	return fd >= 0 && fstat(fd, ret_st) == 0;
}

/*
 * Where this program is: the name that the kernel was given for it.  procfs
 * knows, too, and is slow; it is asked when that name lies in it, as the ones
 * of fexecve(3) do, or does not lead there any more.
 */
void
protect_self(struct launch *l)
{
	static const char what[] = ", this program,";
	static const struct path procfs = {sizeof("/proc") - 1, "/proc"};
	static struct place at;
	const unsigned long value = getauxval(AT_EXECFN);
	const char *name;
	struct stat st;

	_Static_assert(sizeof(name) == sizeof(value), "an auxiliary pointer");
	memcpy(&name, &value, sizeof(name));
	if (name == NULL || !open_self(name, &l->scratch, &st)) {
		if (name == NULL ||
		    !protect_way(
			name, ", a link that leads to this program,", &at) ||
		    path_covers(procfs, path_of(&at)) ||
		    !open_self(at.s, &l->scratch, &st)) {
			if (!place_of_link("/proc/self/exe", &l->scratch) ||
			    stat("/proc/self/exe", &st) != 0)
				die("rules", "cannot read /proc/self/exe: ",
				    strerror(errno), NULL);
		}
	}
	protect_file(&st, path_keep(&l->scratch), what);
}
