#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/landlock.h"

/*
 * What a loader that is measured by gcov needs.  It leaves by _exit and by
 * exec, where the counts are written before; and it is confined by then, so
 * each of its rulesets grants what writing them takes, in the directory
 * COUNTS, and nothing else that it would not grant.  Linked in by
 * tests/coverage/run alone, with --wrap.
 */
void __gcov_dump(void);
void __gcov_reset(void); /* or there is no second dump */

/* Whoever makes calls fail leaves alone those between these two. */
enum { COUNTING = 0xc0de, BEGINS = 1, ENDS = 2 };

enum { RULESETS_MAX = 4096 };
static uint64_t handled[RULESETS_MAX];

int __real_landlock_create(const struct landlock_ruleset *r);
int __wrap_landlock_create(const struct landlock_ruleset *r);
int __real_landlock_restrict(int ruleset, unsigned flags);
int __wrap_landlock_restrict(int ruleset, unsigned flags);
_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);
int __real_execve(const char *path, char *const argv[], char *const envp[]);
int __wrap_execve(const char *path, char *const argv[], char *const envp[]);

static void
dump(void)
{
	(void)syscall(COUNTING, BEGINS);
	__gcov_dump();
	__gcov_reset();
	(void)syscall(COUNTING, ENDS);
}

int
__wrap_landlock_create(const struct landlock_ruleset *r)
{
	const int fd = __real_landlock_create(r);

	if (fd >= 0 && fd < RULESETS_MAX)
		handled[fd] = r->handled_fs;
	return fd;
}

int
__wrap_landlock_restrict(int ruleset, unsigned flags)
{
	struct landlock_path p = {.fd = -1};

	(void)syscall(COUNTING, BEGINS);
	if (ruleset >= 0 && ruleset < RULESETS_MAX)
		p.rights = handled[ruleset];
	p.fd = open(COUNTS, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (p.fd >= 0) {
		(void)syscall(SYS_landlock_add_rule, ruleset, 1, &p, 0);
		close(p.fd);
	}
	(void)syscall(COUNTING, ENDS);
	return __real_landlock_restrict(ruleset, flags);
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
