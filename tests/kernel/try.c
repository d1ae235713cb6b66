#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * try OPERATION ARGUMENT...: does one thing and says what came of it: "ok",
 * or the name of the error.  Static, so that a policy need grant only it.
 */
static const struct {
	int error;
	const char *name;
} names[] = {
    {EACCES, "EACCES"},
    {EPERM, "EPERM"},
    {EXDEV, "EXDEV"},
    {ENOENT, "ENOENT"},
    {EBADF, "EBADF"},
    {ECONNREFUSED, "ECONNREFUSED"},
};

static int
file(const char *path, int flags)
{
	const int fd = open(path, flags, 0600);

	return fd < 0 ? -1 : close(fd);
}

static int
node(const char *path, mode_t type)
{
	return mknod(path, type | 0600, type == S_IFIFO ? 0 : makedev(1, 3));
}

static int
unix_socket(const char *name, int abstract,
    int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	const size_t n = strlen(name);

	if (fd < 0 || n + 1 >= sizeof(a.sun_path))
		return -1;
	memcpy(a.sun_path + abstract, name, n);
	return use(fd, (struct sockaddr *)&a,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n));
}

static int
tcp(const char *port, int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)atoi(port)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	const int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return use(fd, (struct sockaddr *)&a, sizeof(a));
}

/* Listens on the abstract socket until it is killed; says who does. */
static int
serve(const char *name)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	const size_t n = strlen(name);

	memcpy(a.sun_path + 1, name, n);
	if (bind(fd, (struct sockaddr *)&a,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n)) !=
		0 ||
	    listen(fd, 8) != 0)
		return -1;
	printf("%d\n", (int)getpid());
	fflush(stdout);
	for (;;)
		pause();
}

static int
device(const char *path)
{
	const int fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY);
	int n;

	return fd < 0 ? -1 : ioctl(fd, TIOCGPTN, &n);
}

/* Which descriptors above 2 are open: "3 7". */
static int
descriptors(void)
{
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("%d ", fd);
	return 0;
}

static int
child(char **argv)
{
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	exit(WEXITSTATUS(status));
}

/* -2: no such operation. */
static int
with_path(const char *op, const char *a)
{
	if (strcmp(op, "read") == 0)
		return file(a, O_RDONLY);
	if (strcmp(op, "list") == 0)
		return file(a, O_RDONLY | O_DIRECTORY);
	if (strcmp(op, "write") == 0)
		return file(a, O_WRONLY);
	if (strcmp(op, "truncate") == 0)
		return truncate(a, 0);
	if (strcmp(op, "create") == 0)
		return file(a, O_WRONLY | O_CREAT | O_EXCL);
	if (strcmp(op, "mkdir") == 0)
		return mkdir(a, 0700);
	if (strcmp(op, "fifo") == 0)
		return node(a, S_IFIFO);
	if (strcmp(op, "chr") == 0)
		return node(a, S_IFCHR);
	if (strcmp(op, "blk") == 0)
		return node(a, S_IFBLK);
	if (strcmp(op, "sock") == 0)
		return unix_socket(a, 0, bind);
	if (strcmp(op, "symlink") == 0)
		return symlink("x", a);
	if (strcmp(op, "unlink") == 0)
		return unlink(a);
	if (strcmp(op, "rmdir") == 0)
		return rmdir(a);
	if (strcmp(op, "ioctl") == 0)
		return device(a);
	if (strcmp(op, "chdir") == 0)
		return chdir(a);
	if (strcmp(op, "bind") == 0)
		return tcp(a, bind);
	if (strcmp(op, "connect") == 0)
		return tcp(a, connect);
	if (strcmp(op, "abstract") == 0)
		return unix_socket(a, 1, connect);
	if (strcmp(op, "serve") == 0)
		return serve(a);
	if (strcmp(op, "signal") == 0)
		return kill((pid_t)atoi(a), 0);
	if (strcmp(op, "raise") == 0)
		return raise(atoi(a));
	if (strcmp(op, "exit") == 0)
		exit(atoi(a));
	if (strcmp(op, "fd") == 0)
		return fcntl(atoi(a), F_GETFD) < 0 ? -1 : 0;
	return -2;
}

int
main(int argc, char **argv)
{
	int status = -2;

	if (argc == 2 && strcmp(argv[1], "descriptors") == 0)
		status = descriptors();
	else if (argc == 2 && strcmp(argv[1], "privileges") == 0)
		status =
		    printf("%d ", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) < 0;
	else if (argc > 2 && strcmp(argv[1], "child") == 0)
		status = child(argv + 2);
	else if (argc > 2 && strcmp(argv[1], "exec") == 0)
		status = execv(argv[2], argv + 2);
	else if (argc == 4 && strcmp(argv[1], "rename") == 0)
		status = rename(argv[2], argv[3]);
	else if (argc == 4 && strcmp(argv[1], "link") == 0)
		status = link(argv[2], argv[3]);
	else if (argc == 3)
		status = with_path(argv[1], argv[2]);
	if (status == -2) {
		fputs("try: what?\n", stderr);
		return 2;
	}
	if (status == 0) {
		puts("ok");
		return 0;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].error == errno) {
			puts(names[i].name);
			return 1;
		}
	}
	puts(strerror(errno));
	return 1;
}
