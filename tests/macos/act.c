#include "tests/macos/act.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * act OPERATION PATH [TO] or act OPERATION PORT: does one thing.  Status 0: it
 * was done; 1: EPERM, which is how Seatbelt says no; 2: anything else.
 */
static int
opened(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

static int
read_one(const char *path)
{
	char c;
	const int fd = open(path, O_RDONLY);

	return fd < 0 || read(fd, &c, 1) < 0 ? -1 : close(fd);
}

static struct sockaddr_in
local_port(const char *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};

	a.sin_port = htons((unsigned short)atoi(port));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static int
reach_port(const char *port, int type)
{
	const struct sockaddr_in to = local_port(port);
	const int fd = socket(AF_INET, type, 0);

	return fd < 0 ? -1
		      : connect(fd, (const struct sockaddr *)&to, sizeof(to));
}

static int
listen_at(const char *port)
{
	const struct sockaddr_in at = local_port(port);
	const int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
		return -1;
	return listen(fd, 1);
}

/* A socket with a path: connects to it, or makes it. */
static int
at_socket(const char *path, bool make)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(a.sun_path, path, strlen(path) + 1);
	if (fd < 0)
		return -1;
	return make ? bind(fd, (const struct sockaddr *)&a, sizeof(a))
		    : connect(fd, (const struct sockaddr *)&a, sizeof(a));
}

static int
act(const char *what, const char *path, const char *to)
{
	struct stat st;
	int status;

	if (strcmp(what, "read") == 0)
		return read_one(path);
	if (strcmp(what, "list") == 0)
		return opened(open(path, O_RDONLY | O_DIRECTORY));
	if (strcmp(what, "write") == 0)
		return opened(open(path, O_WRONLY));
	if (strcmp(what, "create") == 0)
		return opened(open(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
	if (strcmp(what, "mkdir") == 0)
		return mkdir(path, 0700);
	if (strcmp(what, "symlink") == 0)
		return symlink("nowhere", path);
	if (strcmp(what, "remove") == 0)
		return unlink(path);
	if (strcmp(what, "rmdir") == 0)
		return rmdir(path);
	if (strcmp(what, "chmod") == 0)
		return chmod(path, 0700);
	if (strcmp(what, "stat") == 0)
		return lstat(path, &st);
	if (strcmp(what, "rename") == 0)
		return rename(path, to);
	if (strcmp(what, "link") == 0)
		return link(path, to);
	if (strcmp(what, "connect") == 0)
		return reach_port(path, SOCK_STREAM);
	if (strcmp(what, "udp") == 0)
		return reach_port(path, SOCK_DGRAM);
	if (strcmp(what, "listen") == 0)
		return listen_at(path);
	if (strcmp(what, "unix") == 0)
		return at_socket(path, false);
	if (strcmp(what, "bind") == 0)
		return at_socket(path, true);
	if (strcmp(what, "signal") == 0)
		return kill(
		    strcmp(path, "self") == 0 ? getpid() : getppid(), 0);
	if (act_system(what, path, to, &status))
		return status;
	errno = ENOSYS;
	return -1;
}

int
main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	/* A refused connection was let through. */
	if (act(argv[1], argv[2], argc > 3 ? argv[3] : "") == 0 ||
	    errno == ECONNREFUSED)
		return 0;
	fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
	return errno == EPERM ? 1 : 2;
}
