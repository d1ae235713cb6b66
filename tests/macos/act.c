#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
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

static int
reach(const struct sockaddr *to, socklen_t size)
{
	const int fd = socket(to->sa_family, SOCK_STREAM, 0);

	return fd < 0 ? -1 : connect(fd, to, size);
}

static int
reach_port(const char *port)
{
	struct sockaddr_in to = {.sin_family = AF_INET};

	to.sin_port = htons((unsigned short)atoi(port));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return reach((const struct sockaddr *)&to, sizeof(to));
}

static int
reach_socket(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(to.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(to.sun_path, path, strlen(path) + 1);
	return reach((const struct sockaddr *)&to, sizeof(to));
}

static int
act(const char *what, const char *path, const char *to)
{
	struct stat st;

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
		return reach_port(path);
	if (strcmp(what, "unix") == 0)
		return reach_socket(path);
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
