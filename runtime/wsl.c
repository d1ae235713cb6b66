#include <config.h>

#include <fcntl.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

enum { MAGIC_9P = 0x01021997 };

/*
 * By what its kernel shows, and not by the environment, which anybody can set.
 * "Microsoft" with a capital is the first WSL, which has no Landlock.
 */
bool
wsl2_here(void)
{
	char version[512];
	ssize_t n;
	int fd;

	if (access("/proc/sys/fs/binfmt_misc/WSLInterop", F_OK) == 0)
		return true;
	fd = open("/proc/version", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, version, sizeof(version) - 1);
	close(fd);
	version[n < 0 ? 0 : n] = '\0';
	return strstr(version, "microsoft") != NULL ||
	       strstr(version, "WSL") != NULL;
}

/*
 * The drives of Windows, and what a virtual machine shares with its host, are
 * 9p: without a cache an inode there lives no longer than a look-up, and the
 * rule that is tied to it neither.  Asking costs a system call, so it is asked
 * where such file systems are mounted by custom, and of the roots.
 */
void
wsl_check_drive(struct path at, int fd, bool is_root)
{
	static const struct path mnt = {sizeof("/mnt") - 1, "/mnt"};
	struct statfs fs;

	if ((is_root || path_covers(mnt, at)) && fstatfs(fd, &fs) == 0 &&
	    fs.f_type == MAGIC_9P)
		warn(shown(at.s),
		    " is on a 9p file system, where rules may not hold: work "
		    "in a directory of Linux's own",
		    NULL);
}
