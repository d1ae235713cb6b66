#include <config.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "runtime/launch.h"

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
