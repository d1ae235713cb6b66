#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * old KERNEL COMMAND [ARGUMENT...]: runs the command as on an older kernel.
 *
 *	1 to 7       Landlock of that ABI, no newer than the kernel's own
 *	liar         Landlock that reports ABI 6 and knows no scopes
 *	absent       none
 *	disabled     one that is not enabled
 *	9p           one that has Windows' drives: all that is fstatfs'ed
 *	no-openat2   a container's filter that does not know the call
 *	no-seccomp   no filters of system calls
 *
 * What is asked of Landlock is answered by this process, which is told of it
 * by the kernel; what an old kernel would do too is left to the real one.
 */
enum {
	NR_OPENAT2 = 437,
	NR_CREATE_RULESET = 444,
	VERSION = 1,
};

struct attr {
	uint64_t fs, net, scoped, rest[3];
};

static int abi, liar, error, plan9;

/* What landlock_create_ruleset() of that kernel returns; 1: ask the real. */
static int64_t
judge(const struct attr *a, size_t size, uint64_t flags)
{
	const size_t known = abi < 4 ? 8 : abi < 6 ? 16 : 24;
	const uint64_t fs = abi < 2   ? 0x1fff
			    : abi < 3 ? 0x3fff
			    : abi < 5 ? 0x7fff
				      : 0xffff;
	const uint64_t words[] = {
	    a->fs, a->net, a->scoped, a->rest[0], a->rest[1], a->rest[2]};

	if (error != 0)
		return -error;
	if (flags != 0)
		return flags == VERSION ? abi : -EINVAL;
	for (size_t i = known / 8; i < size / 8; i++)
		if (words[i] != 0)
			return -E2BIG;
	if ((a->fs & ~fs) != 0 || (a->net & ~(uint64_t)3) != 0 ||
	    (a->scoped & ~(uint64_t)(liar ? 0 : 3)) != 0)
		return -EINVAL;
	return 0;
}

static void
answer(int listener)
{
	struct seccomp_notif asked;
	struct seccomp_notif_resp reply;
	struct attr a = {0};
	size_t size;
	int64_t value;

	memset(&asked, 0, sizeof(asked));
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0)
		return;
	if (plan9) {
		long type = 0x01021997; /* the first field of struct statfs */
		struct iovec from = {&type, sizeof(type)};
		struct iovec to = {
		    (void *)(uintptr_t)asked.data.args[1], sizeof(type)};

		if (process_vm_writev((pid_t)asked.pid, &from, 1, &to, 1, 0) <
		    0)
			exit(99);
		reply = (struct seccomp_notif_resp){.id = asked.id};
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
		return;
	}
	size = asked.data.args[1] < sizeof(a) ? asked.data.args[1] : sizeof(a);
	if (asked.data.args[0] != 0) {
		struct iovec to = {&a, size};
		struct iovec from = {
		    (void *)(uintptr_t)asked.data.args[0], size};

		if (process_vm_readv((pid_t)asked.pid, &to, 1, &from, 1, 0) < 0)
			exit(99);
	}
	value = judge(&a, size, asked.data.args[2]);
	reply = (struct seccomp_notif_resp){.id = asked.id};
	if (value < 0)
		reply.error = (int)value;
	else if (value > 0)
		reply.val = value;
	else
		reply.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
}

static int
install(uint32_t nr, uint32_t what, unsigned flags)
{
	struct sock_filter insns[] = {
	    BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, what),
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {4, insns};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(
	    SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* Answers until the command ends, and returns as it does. */
static int
serve(int listener, pid_t child)
{
	struct pollfd both[2] = {
	    {.fd = listener, .events = POLLIN},
	    {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN},
	};
	int status;

	while (both[1].revents == 0 && poll(both, 2, -1) > 0)
		if ((both[0].revents & POLLIN) != 0)
			answer(listener);
	if (waitpid(child, &status, 0) != child)
		return 99;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
main(int argc, char **argv)
{
	int listener;
	pid_t child;

	if (argc < 3)
		return 99;
	if (strcmp(argv[1], "no-openat2") == 0 ||
	    strcmp(argv[1], "no-seccomp") == 0) {
		const uint32_t nr = argv[1][3] == 'o' ? (uint32_t)NR_OPENAT2
						      : (uint32_t)SYS_seccomp;

		if (install(nr, SECCOMP_RET_ERRNO | ENOSYS, 0) != 0)
			return 99;
		execvp(argv[2], argv + 2);
		return 99;
	}
	abi = atoi(argv[1]);
	liar = strcmp(argv[1], "liar") == 0;
	if (liar)
		abi = 6;
	plan9 = strcmp(argv[1], "9p") == 0;
	if (strcmp(argv[1], "absent") == 0)
		error = ENOSYS;
	if (strcmp(argv[1], "disabled") == 0)
		error = EOPNOTSUPP;
	listener = install(plan9 ? SYS_fstatfs : NR_CREATE_RULESET,
	    SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	if (listener < 0) {
		perror("old");
		return 99;
	}
	child = fork();
	if (child == 0) {
		close(listener);
		execvp(argv[2], argv + 2);
		_exit(99);
	}
	return serve(listener, child);
}
