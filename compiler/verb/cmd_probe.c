#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "compiler/decide/decide.h"
#include "compiler/verb/cmd.h"

/*
 * What `nonoc diff --prove` runs under both policies: one operation on one
 * path, port, process or socket, whose errno is the exit status; or several on
 * files, each with a second path, whose errnos are written, a byte each.
 */
static int
create(enum decide_type type, const char *path)
{
	switch (type) {
	case DECIDE_DIR:
		return mkdir(path, 0700);
	case DECIDE_SYMLINK:
		return symlink("nowhere", path);
	case DECIDE_SOCK:
		return mknod(path, S_IFSOCK | 0700, 0);
	case DECIDE_FIFO:
		return mkfifo(path, 0700);
	case DECIDE_REGULAR:
		return mknod(path, S_IFREG | 0700, 0);
	case DECIDE_CHAR:
	case DECIDE_BLOCK:
	case DECIDE_TYPES:
		break;
	}
	errno = EINVAL;
	return -1;
}

/* An empty file cannot be executed, but that is said after access is. */
static int
execute(const char *path)
{
	char *const argv[] = {NULL, NULL}, *const envp[] = {NULL};

	(void)execve(path, argv, envp);
	return errno == ENOEXEC ? 0 : -1;
}

/* Refused or taken: by the peer, after the kernel has let it through. */
static int
through(int result)
{
	return result == 0 || errno == ECONNREFUSED || errno == EADDRINUSE ? 0
									   : -1;
}

static int
internet(enum decide_op op, const char *port)
{
	const bool tcp = op == DECIDE_CONNECT_TCP || op == DECIDE_BIND_TCP;
	struct sockaddr_in at = {
	    .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
	    .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
	};
	int s =
	    socket(AF_INET, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);

	if (s < 0)
		return -1;
	if (op == DECIDE_BIND_TCP || op == DECIDE_BIND_UDP)
		return through(bind(s, (struct sockaddr *)&at, sizeof(at)));
	if (tcp)
		return through(connect(s, (struct sockaddr *)&at, sizeof(at)));
	return sendto(s, "", 1, 0, (struct sockaddr *)&at, sizeof(at)) == 1
		   ? 0
		   : -1;
}

/* The path of a socket, or a name in the abstract space. */
static int
local(const char *name, bool abstract)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const size_t n = strlen(name);
	int s;

	if (n + 1 >= sizeof(at.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(at.sun_path + abstract, name, n);
	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return -1;
	return connect(s, (struct sockaddr *)&at,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1));
}

/* What the kernel has no module for, it has let through. */
static int
any_socket(const char *family, int socktype)
{
	if (socket((int)strtol(family, NULL, 10), socktype | SOCK_CLOEXEC, 0) <
		0 &&
	    errno != EAFNOSUPPORT && errno != EPROTONOSUPPORT &&
	    errno != ESOCKTNOSUPPORT)
		return -1;
	return 0;
}

/* What stays open for writing cannot be executed afterwards. */
static int
opened(int fd)
{
	return fd < 0 ? -1 : close(fd);
}

static int
probe(
    enum decide_op op, enum decide_type type, const char *path, const char *to)
{
	if (op >= DECIDE_CONNECT_TCP && op <= DECIDE_BIND_UDP)
		return internet(op, path);
	if (op == DECIDE_CONNECT_UNIX || op == DECIDE_CONNECT_ABSTRACT)
		return local(path, op == DECIDE_CONNECT_ABSTRACT);
	if (op == DECIDE_SIGNAL)
		return kill((pid_t)strtol(path, NULL, 10), 0);
	if (op == DECIDE_SOCKET)
		return any_socket(path, (int)type);
	if (op == DECIDE_READ)
		return opened(open(path, O_RDONLY | O_CLOEXEC));
	if (op == DECIDE_WRITE)
		return opened(open(path, O_WRONLY | O_CLOEXEC));
	if (op == DECIDE_OVERWRITE)
		return opened(open(path, O_WRONLY | O_TRUNC | O_CLOEXEC));
	if (op == DECIDE_WRITE_NEW)
		return opened(
		    open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700));
	if (op == DECIDE_EXCHANGE)
		return (int)syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, to,
		    RENAME_EXCHANGE);
	if (op == DECIDE_RENAME)
		return rename(path, to);
	if (op == DECIDE_LINK)
		return link(path, to);
	if (op == DECIDE_LIST)
		return opened(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (op == DECIDE_TRUNCATE)
		return truncate(path, 0);
	if (op == DECIDE_EXECUTE)
		return execute(path);
	if (op == DECIDE_CREATE)
		return create(type, path);
	if (op == DECIDE_REMOVE)
		return unlink(path);
	if (op == DECIDE_REMOVE_DIR)
		return rmdir(path);
	errno = EINVAL;
	return -1;
}

/* op type path to */
static int
probe_words(char **words)
{
	return probe((enum decide_op)strtol(words[0], NULL, 10),
		   (enum decide_type)strtol(words[1], NULL, 10), words[2],
		   words[3]) >= 0
		   ? 0
		   : errno;
}

int
cmd_probe(int argc, char **argv)
{
	enum { EACH = 4 };

	if (argc == EACH)
		return probe_words(argv + 1); /* argv ends in NULL: no `to` */
	for (int i = 1; i + EACH <= argc; i += EACH) {
		const unsigned char error =
		    (unsigned char)probe_words(argv + i);

		if (write(STDOUT_FILENO, &error, 1) != 1)
			return EIO;
	}
	return 0;
}
