#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "compiler/decide/decide.h"
#include "tests/decisions/act.h"

/*
 * Plays the agent: lives under nono-load and does what it is told, one system
 * call after the other.  Static, so that a policy need grant only it.
 */
enum { UNKNOWN_IOCTL = 0x5678 };

static int
opened(const char *path, int flags)
{
	const int fd = open(path, flags | O_NONBLOCK | O_NOCTTY, 0600);

	return fd < 0 ? -1 : close(fd);
}

static int
control(const char *path)
{
	const int fd = open(path, O_RDONLY | O_NONBLOCK);
	int status, error;

	if (fd < 0)
		return -1;
	status = ioctl(fd, UNKNOWN_IOCTL, NULL);
	error = errno;
	close(fd);
	errno = error;
	return status;
}

static int
unix_call(const char *name, int type, int abstract,
    int (*call)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, type | SOCK_NONBLOCK, 0);
	const size_t n = strlen(name);
	int status, error;

	if (fd < 0 || n + 1 >= sizeof(a.sun_path)) {
		errno = fd < 0 ? errno : ENAMETOOLONG;
		return -1;
	}
	memcpy(a.sun_path + abstract, name, n);
	status = call(fd, (struct sockaddr *)&a,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n));
	error = errno;
	close(fd);
	errno = error;
	return status;
}

static int
made(const char *path, enum decide_type type)
{
	switch (type) {
	case DECIDE_DIR:
		return mkdir(path, 0755);
	case DECIDE_SYMLINK:
		return symlink("nowhere", path);
	case DECIDE_SOCK:
		return unix_call(path, SOCK_STREAM, 0, bind);
	case DECIDE_FIFO:
		return mkfifo(path, 0600);
	case DECIDE_CHAR:
		return mknod(path, S_IFCHR | 0600, makedev(1, 3));
	case DECIDE_BLOCK:
		return mknod(path, S_IFBLK | 0600, makedev(7, 200));
	case DECIDE_REGULAR:
	case DECIDE_TYPES:
		break;
	}
	return mknod(path, S_IFREG | 0600, 0);
}

static int
inet_call(const struct act *act)
{
	const int type =
	    act->op == DECIDE_CONNECT_TCP || act->op == DECIDE_BIND_TCP
		? SOCK_STREAM
		: SOCK_DGRAM;
	const int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0);
	const struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons(act->port),
	    .sin_addr = {htonl(INADDR_LOOPBACK)}};
	const int one = 1;
	int status = -1, error;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (act->op == DECIDE_CONNECT_TCP)
		status = connect(fd, (const struct sockaddr *)&a, sizeof(a));
	else if (act->op == DECIDE_SEND_UDP)
		status = sendto(fd, "", 1, 0, (const struct sockaddr *)&a,
			     sizeof(a)) < 0
			     ? -1
			     : 0;
	else
		status = bind(fd, (const struct sockaddr *)&a, sizeof(a));
	error = errno;
	close(fd);
	errno = error;
	return status;
}

static int
any_socket(const struct act *act)
{
	const int fd =
	    socket((int)act->family, (int)act->socktype, (int)act->proto);

	return fd < 0 ? -1 : close(fd);
}

static int
metadata(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return -1;
	return utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
}

static int
moved(const char *path, const char *to, unsigned flags)
{
	return (int)syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, to, flags);
}

static int
on_path(const struct act *act, const char *path, const char *to)
{
	char *const argv[] = {"agent", NULL}, *const envp[] = {NULL};

	switch ((unsigned)act->op) {
	case DECIDE_READ:
		return opened(path, O_RDONLY);
	case DECIDE_WRITE:
		return opened(path, O_WRONLY | O_APPEND);
	case DECIDE_UPDATE:
		return opened(path, O_RDWR);
	case DECIDE_OVERWRITE:
		return opened(path, O_WRONLY | O_TRUNC);
	case DECIDE_TRUNCATE:
		return truncate(path, 0);
	case DECIDE_LIST:
		return opened(path, O_RDONLY | O_DIRECTORY);
	case DECIDE_EXECUTE: /* an empty file: ENOEXEC, and we live on */
		return execve(path, argv, envp);
	case DECIDE_CREATE:
		return made(path, (enum decide_type)act->type);
	case DECIDE_WRITE_NEW:
		return opened(path, O_WRONLY | O_CREAT | O_EXCL);
	case DECIDE_TMPFILE:
		return opened(path, O_WRONLY | O_TMPFILE);
	case DECIDE_REMOVE:
		return unlink(path);
	case DECIDE_REMOVE_DIR:
		return rmdir(path);
	case DECIDE_RENAME:
		return moved(path, to, 0);
	case DECIDE_EXCHANGE:
		return moved(path, to, RENAME_EXCHANGE);
	case DECIDE_LINK:
		return linkat(AT_FDCWD, path, AT_FDCWD, to, 0);
	case DECIDE_IOCTL:
		return control(path);
	case DECIDE_CONNECT_UNIX:
		return unix_call(path, SOCK_STREAM, 0, connect);
	default:
		return metadata(path);
	}
}

static int
done(const struct act *act)
{
	const char *path = (const char *)(act + 1), *to = path + act->length;

	errno = 0;
	switch ((unsigned)act->op) {
	case DECIDE_CONNECT_TCP:
	case DECIDE_BIND_TCP:
	case DECIDE_SEND_UDP:
	case DECIDE_BIND_UDP:
		return inet_call(act) == 0 ? 0 : errno;
	case DECIDE_SOCKET:
		return any_socket(act) == 0 ? 0 : errno;
	case DECIDE_CONNECT_ABSTRACT:
		return unix_call(to, SOCK_DGRAM, 1, connect) == 0 ? 0 : errno;
	case DECIDE_SIGNAL:
		return kill(act->pid, 0) == 0 ? 0 : errno;
	default:
		return on_path(act, path, to) == 0 ? 0 : errno;
	}
}

/* The words of nonoc why; and its "socket" knows families by name. */
static const struct {
	const char *word;
	enum decide_op op;
	enum decide_type type;
} words[] = {
    {"read", DECIDE_READ, DECIDE_REGULAR},
    {"write", DECIDE_WRITE, DECIDE_REGULAR},
    {"update", DECIDE_UPDATE, DECIDE_REGULAR},
    {"overwrite", DECIDE_OVERWRITE, DECIDE_REGULAR},
    {"truncate", DECIDE_TRUNCATE, DECIDE_REGULAR},
    {"list", DECIDE_LIST, DECIDE_DIR},
    {"execute", DECIDE_EXECUTE, DECIDE_REGULAR},
    {"create", DECIDE_WRITE_NEW, DECIDE_REGULAR},
    {"mkdir", DECIDE_CREATE, DECIDE_DIR},
    {"symlink", DECIDE_CREATE, DECIDE_SYMLINK},
    {"mkfifo", DECIDE_CREATE, DECIDE_FIFO},
    {"mknod", DECIDE_CREATE, DECIDE_CHAR},
    {"unix-bind", DECIDE_CREATE, DECIDE_SOCK},
    {"tmpfile", DECIDE_TMPFILE, DECIDE_DIR},
    {"remove", DECIDE_REMOVE, DECIDE_REGULAR},
    {"rmdir", DECIDE_REMOVE_DIR, DECIDE_DIR},
    {"rename", DECIDE_RENAME, DECIDE_REGULAR},
    {"replace", DECIDE_RENAME, DECIDE_REGULAR},
    {"exchange", DECIDE_EXCHANGE, DECIDE_REGULAR},
    {"link", DECIDE_LINK, DECIDE_REGULAR},
    {"stat", DECIDE_METADATA, DECIDE_REGULAR},
    {"chmod", DECIDE_METADATA, DECIDE_REGULAR},
    {"connect", DECIDE_CONNECT_TCP, DECIDE_REGULAR},
    {"bind", DECIDE_BIND_TCP, DECIDE_REGULAR},
    {"udp-send", DECIDE_SEND_UDP, DECIDE_REGULAR},
    {"udp-bind", DECIDE_BIND_UDP, DECIDE_REGULAR},
    {"socket", DECIDE_SOCKET, DECIDE_REGULAR},
    {"signal", DECIDE_SIGNAL, DECIDE_REGULAR},
};

static const struct {
	const char *name;
	int family, socktype;
} families[] = {{"unix", AF_UNIX, SOCK_STREAM}, {"inet", AF_INET, SOCK_STREAM},
    {"inet6", AF_INET6, SOCK_STREAM}, {"netlink", AF_NETLINK, SOCK_RAW},
    {"packet", AF_PACKET, SOCK_RAW}, {"vsock", AF_VSOCK, SOCK_STREAM}};

static const char *
answer(int error)
{
	switch (error) {
	case EACCES:
		return "EACCES";
	case EPERM:
		return "EPERM";
	case EXDEV:
		return "EXDEV";
	default: /* whatever else it is, it is not the sandbox */
		return "allowed";
	}
}

/* One operation from the command line, for the tables. */
static int
once(int argc, char **argv)
{
	static union {
		struct act act;
		char bytes[ACT_MAX];
	} q;
	const char *path = argc > 2 ? argv[2] : "",
		   *to = argc > 3 ? argv[3] : "";

	q.act.op = DECIDE_OPS;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(argv[1], words[i].word) == 0) {
			q.act.op = (uint8_t)words[i].op;
			q.act.type = (uint8_t)words[i].type;
		}
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (strcmp(path, families[i].name) == 0) {
			q.act.family = (uint32_t)families[i].family;
			q.act.socktype = (uint32_t)families[i].socktype;
		}
	q.act.length = (uint16_t)(strlen(path) + 1);
	if (q.act.op == DECIDE_OPS ||
	    sizeof(q.act) + q.act.length + strlen(to) + 1 > sizeof(q))
		return 2;
	q.act.port = (uint16_t)strtoul(path, NULL, 10);
	q.act.pid = getppid();
	memcpy(q.bytes + sizeof(q.act), path, q.act.length);
	memcpy(q.bytes + sizeof(q.act) + q.act.length, to, strlen(to) + 1);
	puts(answer(done(&q.act)));
	return 0;
}

int
main(int argc, char **argv)
{
	static union {
		struct act align;
		char bytes[65536];
	} in, one;
	static int32_t out[sizeof(in) / sizeof(struct act)];
	size_t have = 0;

	umask(0);
	if (argc > 1)
		return once(argc, argv);
	if (write(1, "r", 1) != 1)
		return 1;
	for (;;) {
		const ssize_t n =
		    read(0, in.bytes + have, sizeof(in.bytes) - have);
		size_t at = 0, replies = 0;

		if (n <= 0)
			return n == 0 ? 0 : 1;
		have += (size_t)n;
		while (have - at >= sizeof(struct act)) {
			memcpy(&one.align, in.bytes + at, sizeof(one.align));
			if (have - at < one.align.size)
				break;
			memcpy(one.bytes, in.bytes + at, one.align.size);
			at += one.align.size;
			out[replies++] = done(&one.align);
		}
		memmove(in.bytes, in.bytes + at, have - at);
		have -= at;
		if (replies > 0 && write(1, out, replies * sizeof(*out)) !=
				       (ssize_t)(replies * sizeof(*out)))
			return 1;
	}
}
