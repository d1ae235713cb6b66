#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "limit_handled.h"

/*
 * The limit that nono-load is measured against: the same rules, as paths in
 * the program, and nothing but the calls that apply them.  No file is read, no
 * path compared, nothing said.  gen-limit writes limit_table.h,
 * and LIMIT_FS, LIMIT_NET and LIMIT_SCOPED into limit_handled.h.
 */
static const struct {
	const char *path;
	uint64_t rights;
} rules[] = {
#include "limit_table.h"
};

enum {
	NR_CREATE_RULESET = 444,
	NR_ADD_RULE = 445,
	NR_RESTRICT_SELF = 446,
	FILE_RIGHTS = 0x1c007,
};

int
main(int argc, char **argv, char **envp)
{
	const uint64_t handled[3] = {LIMIT_FS, LIMIT_NET, LIMIT_SCOPED};
	struct {
		uint64_t rights;
		int32_t fd;
	} __attribute__((packed)) rule;
	int set;

	if (argc < 2)
		return 125;
	set = (int)syscall(NR_CREATE_RULESET, handled, sizeof(handled), 0);
	if (set < 0)
		return 125;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		rule.fd = openat(AT_FDCWD, rules[i].path, O_PATH | O_CLOEXEC);
		if (rule.fd < 0)
			continue;
		rule.rights = rules[i].rights;
		if (syscall(NR_ADD_RULE, set, 1, &rule, 0) != 0 &&
		    errno == EINVAL) {
			rule.rights &= FILE_RIGHTS;
			syscall(NR_ADD_RULE, set, 1, &rule, 0);
		}
		close(rule.fd);
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    syscall(NR_RESTRICT_SELF, set, 0) != 0)
		return 125;
	execve(argv[1], argv + 1, envp);
	return 127;
}
