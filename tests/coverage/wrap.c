#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * What a loader that is measured by gcov needs.  It leaves by _exit and by
 * exec, and after it has confined itself it could not write what it counted;
 * so the counts are written before it leaves, and Landlock is called with a
 * ruleset that there is not: a call that the kernel refuses, or that a tracer
 * makes fail, and that confines nobody.  Linked in by tests/coverage/run
 * alone, with --wrap.
 */
void __gcov_dump(void);
void __gcov_reset(void); /* or there is no second dump */

/* Whoever makes calls fail leaves alone what comes after this one. */
enum { COUNTING = 0xc0de };

static void
dump(void)
{
	(void)syscall(COUNTING);
	__gcov_dump();
	__gcov_reset();
}

int __wrap_landlock_restrict(int ruleset, unsigned flags);
_Noreturn void __wrap__exit(int status);
_Noreturn void __real__exit(int status);
int __wrap_execve(const char *path, char *const argv[], char *const envp[]);
int __real_execve(const char *path, char *const argv[], char *const envp[]);

int
__wrap_landlock_restrict(int ruleset, unsigned flags)
{
	(void)ruleset, (void)flags;
	return syscall(SYS_landlock_restrict_self, -1, 0) != 0 && errno != EBADF
		   ? -1
		   : 0;
}

_Noreturn void
__wrap__exit(int status)
{
	dump();
	__real__exit(status);
}

int
__wrap_execve(const char *path, char *const argv[], char *const envp[])
{
	dump();
	return __real_execve(path, argv, envp);
}
