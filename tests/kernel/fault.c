#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * fault --once|--always|--short LOADER ARGUMENT... -- COMMAND...
 * fault --once|--always|--short LOADER --probe
 *
 * Starts the loader again and again, as many times as there are ways in which
 * one of its system calls can fail, and holds every one of these launches to
 * the promise: either the command runs fully confined, or it does not run.
 *
 *	--once    each call in turn, with each of its errors
 *	--always  each kind of call, with each of its errors, every time
 *	--short   each call that says how much it read, with one byte of it
 *
 * The command must print "none" when it finds itself confined; and --probe
 * may say that the kernel enforces only where it has seen that.  Prints what
 * broke the promise, and last a line of counts.
 */
enum {
	CALLS_MAX = 4096,
	OUTPUT_MAX = 4096,
	ERRORS_MAX = 16,
	INHERITED = 200, /* a descriptor that the command must not get */
	/* Between two of these a measured loader writes its counts. */
	COUNTING = 0xc0de,
};

#define CALL(name) SYS_##name, #name

/* What the manual pages and the kernel's documentation list for each call. */
static const struct {
	long number;
	const char *name;
	int errors[ERRORS_MAX];
} calls[] = {
    {CALL(access), {EACCES, ELOOP, ENOENT, ENOTDIR, ENOMEM, EIO}},
    {CALL(chdir), {EACCES, ELOOP, ENOENT, ENOTDIR, ENOMEM, EIO}},
    {CALL(close), {EBADF, EINTR, EIO, ENOSPC}},
    {CALL(close_range), {EINVAL, EMFILE, ENOMEM, ENOSYS}},
    {CALL(execve), {E2BIG, EACCES, EAGAIN, EINVAL, EIO, ELOOP, EMFILE, ENFILE,
		       ENOENT, ENOEXEC, ENOMEM, ENOTDIR, EPERM, ETXTBSY}},
    {CALL(faccessat), {EACCES, ELOOP, ENOENT, ENOTDIR, ENOMEM, EIO}},
    {CALL(fchdir), {EACCES, EBADF, ENOTDIR, ENOENT, EIO}},
    {CALL(fcntl), {EACCES, EAGAIN, EBADF, EINVAL, EMFILE}},
    {CALL(fstat), {EBADF, EIO, ENOMEM, EOVERFLOW, ESTALE}},
    {CALL(fstatfs), {EBADF, EIO, EINTR, ENOMEM, ENOSYS, EOVERFLOW}},
    {CALL(getcwd), {EACCES, ENOENT, ENOMEM, ERANGE}},
    {CALL(getdents64), {EBADF, EINVAL, EIO, ENOENT, ENOTDIR}},
    {CALL(ioctl), {EBADF, EINVAL, EIO, ENOTTY, EPERM}},
    {CALL(landlock_create_ruleset), {E2BIG, EFAULT, EINVAL, ENOMSG, ENOSYS,
					EOPNOTSUPP, EMFILE, ENFILE, ENOMEM}},
    {CALL(landlock_add_rule), {EAFNOSUPPORT, EBADF, EBADFD, EFAULT, EINVAL,
				  ENOMSG, ENOMEM, EPERM, E2BIG}},
    {CALL(landlock_restrict_self),
	{E2BIG, EBADF, EBADFD, EINVAL, EPERM, ENOMEM, EOPNOTSUPP}},
    {CALL(lseek), {EBADF, EINVAL, ESPIPE}},
    {CALL(lstat), {EACCES, EIO, ELOOP, ENOENT, ENOMEM, ENOTDIR}},
    {CALL(mmap), {EACCES, ENOMEM, EPERM, EAGAIN}},
    {CALL(mprotect), {EACCES, ENOMEM, EINVAL}},
    {CALL(newfstatat), {EACCES, EBADF, ELOOP, ENOENT, ENOMEM, ENOTDIR}},
    {CALL(open), {EACCES, ELOOP, EMFILE, ENOENT, ENXIO, ENOTDIR, EPERM}},
    {CALL(openat), {EACCES, EINTR, ELOOP, EMFILE, ENFILE, ENODEV, ENOENT,
		       ENOMEM, ENOTDIR, ENXIO, EPERM, EIO}},
    {CALL(openat2),
	{EACCES, EAGAIN, EINVAL, ELOOP, EMFILE, ENFILE, ENOENT, ENOMEM, ENOSYS,
	    ENOTDIR, ENXIO, EPERM, EXDEV, E2BIG, EIO}},
    {CALL(prctl), {EACCES, EFAULT, EINVAL, EPERM, ENOSYS}},
    {CALL(read), {EAGAIN, EBADF, EFAULT, EINTR, EINVAL, EIO, EISDIR}},
    {CALL(readlink), {EACCES, EINVAL, EIO, ELOOP, ENOENT, ENOMEM, ENOTDIR}},
    {CALL(readlinkat), {EACCES, EINVAL, EIO, ELOOP, ENOENT, ENOMEM, ENOTDIR}},
    {CALL(seccomp), {EACCES, EBUSY, EFAULT, EINVAL, ENOMEM, ENOSYS, ESRCH}},
    {CALL(stat), {EACCES, EIO, ELOOP, ENOENT, ENOMEM, ENOTDIR}},
    {CALL(statfs), {EACCES, EIO, ELOOP, ENOENT, ENOMEM, ENOSYS, ENOTDIR}},
    {CALL(statx), {EACCES, EINVAL, ELOOP, ENOENT, ENOMEM, ENOSYS}},
    {CALL(uname), {EFAULT}},
    {CALL(write), {EAGAIN, EBADF, EINTR, EIO, ENOSPC, EPIPE}},
    {CALL(writev), {EAGAIN, EBADF, EINTR, EIO, ENOSPC, EPIPE}},
};

/* Before main, by the C library; and what cannot fail, or ends the process. */
static const long start_up[] = {SYS_arch_prctl, SYS_set_tid_address, SYS_brk,
    SYS_set_robust_list, SYS_rseq, SYS_prlimit64, SYS_getrandom, SYS_getuid,
    SYS_geteuid, SYS_getgid, SYS_getegid, SYS_getpid, SYS_exit_group, SYS_exit,
    SYS_rt_sigprocmask, SYS_rt_sigaction, SYS_munmap};

/* What is done to one launch. */
struct fault {
	int index;   /* of the call, from the loader's first; -1: all of */
	long number; /* this kind */
	int error;   /* 0: none */
	bool one;    /* reads one byte of what it asked for */
};

struct result {
	int status; /* of wait */
	char out[OUTPUT_MAX], err[OUTPUT_MAX];
	bool hit; /* the fault has happened */
};

/* The loader's system calls, when nothing fails. */
static long trace[CALLS_MAX];
static int ntrace;
static unsigned runs, confined, refused, broken;
static bool probe; /* there is no command */

static _Noreturn void
give_up(const char *what)
{
	fprintf(stderr, "fault: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int
find(long number)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (calls[i].number == number)
			return (int)i;
	return -1;
}

static bool
is_start_up(long number)
{
	for (size_t i = 0; i < sizeof(start_up) / sizeof(*start_up); i++)
		if (start_up[i] == number)
			return true;
	return false;
}

static struct user_regs_struct
registers(pid_t pid)
{
	struct user_regs_struct r;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &r) != 0)
		give_up("PTRACE_GETREGS");
	return r;
}

static void
set_registers(pid_t pid, struct user_regs_struct *r)
{
	if (ptrace(PTRACE_SETREGS, pid, NULL, r) != 0)
		give_up("PTRACE_SETREGS");
}

static int
stopped(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		give_up("waitpid");
	return status;
}

static bool
matches(const struct fault *f, int index, long number)
{
	if (f->error == 0 && !f->one)
		return false;
	return f->index >= 0 ? index == f->index : number == f->number;
}

/*
 * The call is left out and fails, or is made with a count of one.  What is
 * called in its place is harmless, and one that no policy's program forbids.
 */
static void
enter(pid_t pid, const struct fault *f)
{
	struct user_regs_struct r = registers(pid);

	if (f->one)
		r.rdx = 1;
	else
		r.orig_rax = SYS_getppid;
	set_registers(pid, &r);
}

static void
leave(pid_t pid, const struct fault *f)
{
	struct user_regs_struct r = registers(pid);

	if (f->one)
		return;
	r.rax = (unsigned long long)-f->error;
	set_registers(pid, &r);
}

/*
 * From the loader's exec to the end of its part, or of the fault's.  Returns
 * the wait status if it ended meanwhile, else -1.
 */
static int
follow(pid_t pid, const struct fault *f, struct result *ret)
{
	bool inside = false, now = false, counting = false;
	long number = -1;
	int index = -1, status, deliver = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, (long)deliver) != 0)
			give_up("PTRACE_SYSCALL");
		deliver = 0;
		status = stopped(pid);
		if (!WIFSTOPPED(status))
			return status;
		if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8))
			break; /* the command */
		if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
			deliver = WSTOPSIG(status);
			continue;
		}
		inside = !inside;
		if (inside) {
			number = (long)registers(pid).orig_rax;
			if (number == COUNTING)
				counting = !counting;
			if (counting || number == COUNTING) {
				now = false;
				continue;
			}
			index++;
			now = matches(f, index, number);
			ret->hit |= now;
			if (f->error == 0 && !f->one) {
				if (index == CALLS_MAX)
					give_up("too many calls");
				trace[index] = number;
				ntrace = index + 1;
			}
			if (now)
				enter(pid, f);
		} else if (now) {
			leave(pid, f);
			if (f->index >= 0)
				break;
		}
	}
	if (ptrace(PTRACE_DETACH, pid, NULL, NULL) != 0)
		give_up("PTRACE_DETACH");
	return -1;
}

static void
read_pipes(int out, int err, struct result *r)
{
	struct pollfd p[2] = {
	    {.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
	char *to[2] = {r->out, r->err};
	size_t have[2] = {0, 0};

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0)
			give_up("poll");
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (p[i].fd < 0 || p[i].revents == 0)
				continue;
			n = read(
			    p[i].fd, to[i] + have[i], OUTPUT_MAX - 1 - have[i]);
			if (n <= 0) {
				close(p[i].fd);
				p[i].fd = -1;
				continue;
			}
			have[i] += (size_t)n;
		}
	}
	to[0][have[0]] = to[1][have[1]] = '\0';
}

static _Noreturn void
child(char **argv, const int out[2], const int err[2])
{
	dup2(out[1], 1);
	dup2(err[1], 2);
	close(out[0]);
	close(out[1]);
	close(err[0]);
	close(err[1]);
	dup2(0, INHERITED);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
		_exit(99);
	raise(SIGSTOP);
	execv(argv[0], argv);
	_exit(99);
}

static void
launch(char **argv, const struct fault *f, struct result *ret)
{
	int out[2], err[2], status;
	pid_t pid;

	*ret = (struct result){0};
	if (pipe(out) != 0 || pipe(err) != 0)
		give_up("pipe");
	pid = fork();
	if (pid < 0)
		give_up("fork");
	if (pid == 0)
		child(argv, out, err);
	close(out[1]);
	close(err[1]);
	(void)stopped(pid);
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL,
		PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
		    PTRACE_O_EXITKILL) != 0)
		give_up("PTRACE_SETOPTIONS");
	/* The loader's own exec. */
	if (ptrace(PTRACE_CONT, pid, NULL, NULL) != 0)
		give_up("PTRACE_CONT");
	status = stopped(pid);
	if (!WIFSTOPPED(status) ||
	    status >> 8 != (SIGTRAP | PTRACE_EVENT_EXEC << 8))
		give_up("cannot start the loader");
	/* The stop after exec is that of its system call's end. */
	if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) != 0)
		give_up("PTRACE_SYSCALL");
	(void)stopped(pid);
	status = follow(pid, f, ret);
	read_pipes(out[0], err[0], ret);
	ret->status = status >= 0 ? status : stopped(pid);
}

static const char *
name_of(long number)
{
	const int i = find(number);
	static char other[32];

	if (i >= 0)
		return calls[i].name;
	snprintf(other, sizeof(other), "call %ld", number);
	return other;
}

static void
complain(const struct fault *f, const struct result *r, const char *what)
{
	broken++;
	printf("%s %s", f->index < 0 ? "every" : "one",
	    name_of(f->index < 0 ? f->number : trace[f->index]));
	if (f->index >= 0)
		printf(" (call %d)", f->index);
	printf(" %s: %s; status %#x; said: %s | %s\n",
	    f->one ? "reads one byte" : strerrorname_np(f->error), what,
	    (unsigned)r->status, r->out, r->err);
}

/* Is it one line, "nono-load: ...", after any number of warnings? */
static bool
explains(const char *err)
{
	static const char prefix[] = "nono-load: ";
	const char *last = err;

	for (const char *p = err; (p = strchr(p, '\n')) != NULL && p[1] != 0;)
		last = ++p;
	/* glibc, before main. */
	if (strncmp(err, ": error while loading shared libraries", 38) == 0)
		return true;
	return strncmp(last, prefix, sizeof(prefix) - 1) == 0 &&
	       last[strlen(last) - 1] == '\n';
}

/* Does what was printed say that all is confined? */
static bool
says_confined(const char *out)
{
	return probe ? strstr(out, "\nenforcing yes\n") != NULL
		     : strcmp(out, "none\n") == 0;
}

static void
judge(const struct fault *f, const struct result *r)
{
	const long number = f->index < 0 ? f->number : trace[f->index];
	/* mprotect is the C library's, which says so before there is a main. */
	const bool mute = number == SYS_write || number == SYS_writev ||
			  number == SYS_mprotect;

	runs++;
	if (says_confined(r->out) && r->status == 0) {
		confined++;
		if (f->index < 0 && number == SYS_landlock_restrict_self)
			complain(f, r, "the kernel has not confined anything");
		return;
	}
	if (*r->out != '\0' && !probe) {
		complain(f, r, "the command ran and was not confined");
		return;
	}
	refused++;
	if (!WIFEXITED(r->status))
		complain(f, r, "the loader crashed");
	else if (probe && mute && r->status == 0)
		return; /* it has not said so */
	else if (WEXITSTATUS(r->status) < 125 || WEXITSTATUS(r->status) > 127)
		complain(f, r, "a status that is not the loader's");
	else if (!mute && !explains(r->err))
		complain(f, r, "no word of why");
}

static void
once(char **argv)
{
	struct result r;

	for (int i = 0; i < ntrace; i++) {
		const int c = find(trace[i]);

		for (int e = 0; c >= 0 && e < ERRORS_MAX; e++) {
			struct fault f = {
			    .index = i, .error = calls[c].errors[e]};

			if (f.error == 0)
				break;
			launch(argv, &f, &r);
			judge(&f, &r);
		}
	}
}

static void
always(char **argv)
{
	struct result r;

	for (size_t c = 0; c < sizeof(calls) / sizeof(*calls); c++) {
		for (int e = 0; e < ERRORS_MAX; e++) {
			struct fault f = {.index = -1,
			    .number = calls[c].number,
			    .error = calls[c].errors[e]};

			if (f.error == 0)
				break;
			launch(argv, &f, &r);
			if (!r.hit)
				break;
			judge(&f, &r);
		}
	}
}

static void
cut_short(char **argv)
{
	struct result r;

	for (int i = 0; i < ntrace; i++) {
		const struct fault f = {.index = i, .one = true};

		if (trace[i] != SYS_read)
			continue;
		launch(argv, &f, &r);
		judge(&f, &r);
	}
}

/* Every call that the loader makes must be one that is known here. */
static void
check_trace(void)
{
	for (int i = 0; i < ntrace; i++)
		if (find(trace[i]) < 0 && !is_start_up(trace[i])) {
			printf("call %ld has no list of errors\n", trace[i]);
			broken++;
		}
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(char **argv);
	} modes[] = {
	    {"--once", once}, {"--always", always}, {"--short", cut_short}};
	const struct fault none = {.index = -1, .number = -1};
	struct result r;

	if (argc < 4)
		return 2;
	probe = strcmp(argv[3], "--probe") == 0;
	launch(argv + 2, &none, &r);
	if (!says_confined(r.out)) {
		printf("without a fault: status %#x; said: %s | %s\n",
		    (unsigned)r.status, r.out, r.err);
		return 1;
	}
	check_trace();
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (strcmp(argv[1], modes[i].name) == 0)
			modes[i].run(argv + 2);
	printf("%d calls, %u launches: %u confined, %u refused, %u broken\n",
	    ntrace, runs, confined, refused, broken);
	return broken > 0 || runs == 0;
}
