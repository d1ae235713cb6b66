#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MAP_32BIT
#define MAP_32BIT 0 /* has no 32-bit programs that the tests know */
#endif

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
    {EAFNOSUPPORT, "EAFNOSUPPORT"},
    {EFAULT, "EFAULT"},
    {EIO, "EIO"},
    {ENOSYS, "ENOSYS"},
    {ENOTTY, "ENOTTY"},
    {EOPNOTSUPP, "EOPNOTSUPP"},
    {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
    {ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT"},
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
inet_port(const char *port, int type,
    int (*use)(int, const struct sockaddr *, socklen_t))
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)atoi(port)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int fd = socket(AF_INET, type, 0);
	/* Somebody who listens and never accepts must not keep us waiting. */
	const struct timeval limit = {.tv_sec = 5};
	const int on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	return use(fd, (struct sockaddr *)&a, sizeof(a));
}

/* Says who this is, and waits to be killed. */
static void
wait_for_the_end(void)
{
	printf("%d\n", (int)getpid());
	fflush(stdout);
	for (;;)
		pause();
}

static int
listening(int fd, const struct sockaddr *a, socklen_t n)
{
	return bind(fd, a, n) != 0 ? -1 : listen(fd, 512);
}

/* Listens on the socket, abstract or with a path, until it is killed. */
static int
serve(const char *name, int abstract)
{
	if (unix_socket(name, abstract, listening) != 0)
		return -1;
	wait_for_the_end();
	return 0;
}

static int
device(const char *path)
{
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	int n;

	return fd < 0 ? -1 : ioctl(fd, TIOCGPTN, &n);
}

/* Listens on the port, or on one that the kernel picks, until it is killed. */
static int
listener(const char *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)atoi(port)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int fd = socket(AF_INET, SOCK_STREAM, 0);
	const int on = 1;

	if (strcmp(port, "any") == 0)
		return listen(fd, 512);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, 512) != 0)
		return -1;
	wait_for_the_end();
	return 0;
}

/* Sends one byte to the local port; TCP sends it while it connects. */
static int
transmit(const char *port, int type, int flags)
{
	const struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)atoi(port)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int fd = socket(AF_INET, type, 0);

	if (fd < 0)
		return -1;
	return sendto(fd, "x", 1, flags, (const struct sockaddr *)&a,
		   sizeof(a)) == 1
		   ? 0
		   : -1;
}

/* One that no kernel has: without a filter it is the name that is refused. */
static int
upper_layer(void)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd < 0 ? -1 : setsockopt(fd, IPPROTO_TCP, 31, "none", 4);
}

static int
fast_open(const char *port, const char *call)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)atoi(port)),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct iovec v = {.iov_base = "x", .iov_len = 1};
	struct mmsghdr m = {.msg_hdr = {.msg_name = &a,
				.msg_namelen = sizeof(a),
				.msg_iov = &v,
				.msg_iovlen = 1}};
	int fd;

	if (strcmp(call, "sendto") == 0)
		return transmit(port, SOCK_STREAM, MSG_FASTOPEN);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (strcmp(call, "sendmsg") == 0)
		return sendmsg(fd, &m.msg_hdr, MSG_FASTOPEN) == 1 ? 0 : -1;
	return sendmmsg(fd, &m, 1, MSG_FASTOPEN) == 1 ? 0 : -1;
}

static int
make_socket(char **a)
{
	return socket(atoi(a[0]), atoi(a[1]), atoi(a[2])) < 0 ? -1 : 0;
}

static int
pair(const char *family)
{
	int fds[2];

	return socketpair(atoi(family), SOCK_STREAM, 0, fds);
}

/* A call by its number, with no arguments to speak of. */
static int
call(const char *number)
{
	return (int)syscall(strtol(number, NULL, 0), 1, 0, 0, 0, 0, 0) < 0 ? -1
									   : 0;
}

/* The same by the gate of 32-bit programs. */
static long
call32(long number, long a, unsigned long b, long c)
{
#if defined(__x86_64__)
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	if (result < 0 && result > -4096) {
		errno = (int)-result;
		return -1;
	}
	return result;
#else
	(void)number, (void)a, (void)b, (void)c;
	errno = ENOSYS;
	return -1;
#endif
}

/* A terminal of its own for the command, as standard input and to control. */
static int
terminal(char **argv)
{
	const int fd = posix_openpt(O_RDWR | O_NOCTTY);
	const char *name;
	int status, slave;
	pid_t pid;

	if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0 ||
	    (name = ptsname(fd)) == NULL)
		return -1;
	pid = fork();
	if (pid == 0) {
		setsid();
		slave = open(name, O_RDWR);
		dup2(slave, 0);
		execv(argv[0], argv);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/*
 * Types a letter into the terminal, or pastes: by the request as a number of
 * 64 bits, and one of the gates to the kernel.
 */
static int
type_into(const char *gate, const char *request)
{
	const unsigned long r = strtoul(request, NULL, 0);
	int fd = isatty(0) ? 0 : open("/dev/tty", O_RDONLY);
	char *letter;

	/* Where a 32-bit program could have it. */
	letter = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	if (fd < 0 || letter == MAP_FAILED)
		return -1;
	*letter = 'x';
	if (strcmp(gate, "32") == 0)
		return (int)call32(54, fd, r, (long)(intptr_t)letter);
	if (strcmp(gate, "x32") == 0)
		return (int)syscall(0x40000000 | 514, fd, r, letter);
	if (strcmp(gate, "x32-16") == 0)
		return (int)syscall(0x40000000 | SYS_ioctl, fd, r, letter);
	if (strcmp(gate, "514") == 0)
		return (int)syscall(514, fd, r, letter);
	return (int)syscall(SYS_ioctl, fd, r, letter);
}

/* The environment, as this program and as the kernel has it. */
static int
environment(const char *whose)
{
	char bytes[65536];
	ssize_t n;
	int fd;

	if (strcmp(whose, "kernel") != 0) {
		for (char **v = environ; *v != NULL; v++)
			puts(*v);
		return 0;
	}
	fd = open("/proc/self/environ", O_RDONLY);
	n = read(fd, bytes, sizeof(bytes));
	for (ssize_t i = 0; i < n; i++)
		putchar(bytes[i] == '\0' ? '\n' : bytes[i]);
	return n < 0 ? -1 : 0;
}

/* Runs the command where the system call fails, as in some containers. */
static int
without(const char *number, const char *error, char **argv)
{
	struct sock_filter insns[] = {
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)atoi(number), 0, 1),
	    BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)atoi(error)),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {.len = 4, .filter = insns};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		return -1;
	return execv(argv[0], argv);
}

/* Runs the command with that descriptor as its standard input. */
static int
input(const char *fd, char **argv)
{
	return dup2(atoi(fd), 0) < 0 ? -1 : execv(argv[0], argv);
}

/* Runs the command with entries that no shell would make. */
static int
odd(char **argv)
{
	char *vars[] = {"OK=1", "SECRET", "=value", "", "OK=2", NULL};

	return execve(argv[0], argv, vars);
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

/* Runs the command as that user and group, with no others. */
static int
as_user(const char *id, char **argv)
{
	const unsigned n = (unsigned)atoi(id);

	if (setgroups(0, NULL) != 0 || setresgid(n, n, n) != 0 ||
	    setresuid(n, n, n) != 0)
		return -1;
	return execvp(argv[0], argv);
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
		return inet_port(a, SOCK_STREAM, bind);
	if (strcmp(op, "connect") == 0)
		return inet_port(a, SOCK_STREAM, connect);
	if (strcmp(op, "listen") == 0)
		return listener(a);
	if (strcmp(op, "udp") == 0)
		return transmit(a, SOCK_DGRAM, 0);
	if (strcmp(op, "pair") == 0)
		return pair(a);
	if (strcmp(op, "call") == 0)
		return call(a);
	if (strcmp(op, "call32") == 0)
		return (int)call32(strtol(a, NULL, 0), 1, 0, 0) < 0 ? -1 : 0;
	if (strcmp(op, "environ") == 0)
		return environment(a);
	if (strcmp(op, "abstract") == 0)
		return unix_socket(a, 1, connect);
	if (strcmp(op, "serve") == 0)
		return serve(a, 1);
	if (strcmp(op, "serve-path") == 0)
		return serve(a, 0);
	if (strcmp(op, "connect-path") == 0)
		return unix_socket(a, 0, connect);
	if (strcmp(op, "sleep") == 0)
		wait_for_the_end();
	if (strcmp(op, "bind-udp") == 0)
		return inet_port(a, SOCK_DGRAM, bind);
	if (strcmp(op, "signal") == 0)
		return kill((pid_t)atoi(a), 0);
	if (strcmp(op, "raise") == 0)
		return raise(atoi(a));
	if (strcmp(op, "exit") == 0)
		exit(atoi(a));
	if (strcmp(op, "fd") == 0)
		return fcntl(atoi(a), F_GETFD) < 0 ? -1 : 0;
	if (strcmp(op, "mptcp") == 0)
		return socket(AF_INET, SOCK_STREAM, 262) < 0 ? -1 : 0;
	if (strcmp(op, "variable") == 0)
		return getenv(a) == NULL ? -1 : 0;
	if (strcmp(op, "privileges") == 0)
		return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == atoi(a) ? 0
									 : -1;
	return -2;
}

/* Tries pairs of an operation and its argument: "none", or what succeeded. */
static int
none(char **argv)
{
	int open = 0;

	for (; argv[0] != NULL && argv[1] != NULL; argv += 2) {
		if (with_path(argv[0], argv[1]) != 0)
			continue;
		printf("%s %s ", argv[0], argv[1]);
		open = 1;
	}
	if (!open)
		puts("none");
	exit(open);
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
	else if (argc > 1 && strcmp(argv[1], "none") == 0)
		status = none(argv + 2);
	else if (argc > 3 && strcmp(argv[1], "user") == 0)
		status = as_user(argv[2], argv + 3);
	else if (argc > 2 && strcmp(argv[1], "child") == 0)
		status = child(argv + 2);
	else if (argc > 2 && strcmp(argv[1], "exec") == 0)
		status = execv(argv[2], argv + 2);
	else if (argc > 2 && strcmp(argv[1], "terminal") == 0)
		status = terminal(argv + 2);
	else if (argc > 4 && strcmp(argv[1], "without") == 0)
		status = without(argv[2], argv[3], argv + 4);
	else if (argc > 3 && strcmp(argv[1], "input") == 0)
		status = input(argv[2], argv + 3);
	else if (argc > 2 && strcmp(argv[1], "odd") == 0)
		status = odd(argv + 2);
	else if (argc == 5 && strcmp(argv[1], "socket") == 0)
		status = make_socket(argv + 2);
	else if (argc == 4 && strcmp(argv[1], "type") == 0)
		status = type_into(argv[2], argv[3]);
	else if (argc == 2 && strcmp(argv[1], "upper-layer") == 0)
		status = upper_layer();
	else if (argc == 4 && strcmp(argv[1], "fastopen") == 0)
		status = fast_open(argv[2], argv[3]);
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
