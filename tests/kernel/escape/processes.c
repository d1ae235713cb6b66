#define _GNU_SOURCE
#include "escape.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* T-35: a process outside is made to do it, or read. */
int
process_trace(const struct victim *v)
{
	if (ptrace(PTRACE_ATTACH, v->pid, NULL, NULL) != 0)
		return -1;
	waitpid(v->pid, NULL, 0);
	return ptrace(PTRACE_DETACH, v->pid, NULL, NULL) != 0 ? -1 : 0;
}

/* Its vDSO's address is nobody's secret to us: any page will do. */
int
process_memory(const struct victim *v)
{
	char text[4];
	struct iovec here = {.iov_base = text, .iov_len = sizeof(text)};
	struct iovec there = {
	    .iov_base = (void *)(size_t)0x400000, .iov_len = sizeof(text)};

	return process_vm_readv(v->pid, &here, 1, &there, 1, 0) == 4 ? 0 : -1;
}

static int
proc_file(const struct victim *v, const char *what)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/%s", v->pid, what);
	return open(name, O_RDONLY);
}

int
process_proc_mem(const struct victim *v)
{
	char text[4];
	const int fd = proc_file(v, "mem");

	return fd >= 0 && pread(fd, text, 4, 0x400000) == 4 ? 0 : -1;
}

int
process_environ(const struct victim *v)
{
	char text[4];
	const int fd = proc_file(v, "environ");

	return fd >= 0 && read(fd, text, 4) == 4 ? 0 : -1;
}

static int
pidfd(const struct victim *v)
{
	return (int)syscall(SYS_pidfd_open, v->pid, 0);
}

int
process_descriptor(const struct victim *v)
{
	return (int)syscall(SYS_pidfd_getfd, pidfd(v), 1, 0) < 0 ? -1 : 0;
}

int
process_kill(const struct victim *v)
{
	return kill(v->pid, SIGCONT);
}

int
process_queue(const struct victim *v)
{
	const union sigval value = {.sival_int = 1};

	return sigqueue(v->pid, SIGCONT, value);
}

int
process_pidfd(const struct victim *v)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd(v), SIGCONT, NULL, 0);
}

/* T-37: servers outside, by names that are in no file system. */
static socklen_t
abstract_name(const char *name, const char *suffix, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	return (
	    socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
		       (size_t)snprintf(ret->sun_path + 1,
			   sizeof(ret->sun_path) - 1, "%s%s", name, suffix));
}

int
process_abstract(const struct victim *v)
{
	struct sockaddr_un a;
	const socklen_t n = abstract_name(v->name, "", &a);

	return connect(
	    socket(AF_UNIX, SOCK_STREAM, 0), (const struct sockaddr *)&a, n);
}

int
process_datagram(const struct victim *v)
{
	struct sockaddr_un a;
	const socklen_t n = abstract_name(v->name, ".d", &a);

	return sendto(socket(AF_UNIX, SOCK_DGRAM, 0), "x", 1, MSG_DONTWAIT,
		   (const struct sockaddr *)&a, n) == 1
		   ? 0
		   : -1;
}

/* T-30: started as root by the set-user-ID bit of its own file. */
int
process_set_user_id(const struct victim *v)
{
	(void)v;
	errno = EPERM;
	return geteuid() == 0 && getuid() != 0 ? 0 : -1;
}

/* T-44: a program that lies in no file; documented as not restricted. */
int
process_memfd(const struct victim *v)
{
	char bytes[65536];
	char *const argv[] = {(char *)"escape", (char *)"nothing", NULL};
	char *const none[] = {NULL};
	const int to = (int)syscall(SYS_memfd_create, "x", 0);
	const int from = open_in(v, "bin/escape", O_RDONLY);
	ssize_t n;
	int status;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		if (write(to, bytes, (size_t)n) != n)
			return -1;
	if (n < 0)
		return -1;
	if (vfork() == 0) {
		syscall(SYS_execveat, to, "", argv, none, AT_EMPTY_PATH);
		_exit(99);
	}
	wait(&status);
	errno = EACCES;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}
