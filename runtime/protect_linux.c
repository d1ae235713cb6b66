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

/* In doubt it is not; without procfs no name can lead through it. */
static bool
is_self(const struct stat *st)
{
	struct stat self;

	if (stat("/proc/self/exe", &self) != 0)
		return errno == ENOENT;
	return self.st_dev == st->st_dev && self.st_ino == st->st_ino;
}

/*
 * Where this program is: the name that the kernel was given for it.  procfs
 * knows, too, and is slow; it is asked where links lead there.  A name of
 * fexecve(3) is one: by now its descriptor may be another file.
 */
void
protect_self(struct launch *l)
{
	static const char what[] = ", this program,";
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
		    !open_self(at.s, &l->scratch, &st) || !is_self(&st)) {
			if (!place_of_link("/proc/self/exe", &l->scratch) ||
			    stat("/proc/self/exe", &st) != 0)
				die("rules", "cannot read /proc/self/exe: ",
				    strerror(errno), NULL);
		}
	}
	protect_file(&st, path_keep(&l->scratch), what);
}
