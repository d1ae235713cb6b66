#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/cmd.h"
#include "compiler/decide.h"

/*
 * What `nonoc diff --prove` runs under both policies: one operation on one
 * path, whose errno is the exit status.  It says nothing.
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

static int
probe(enum decide_op op, enum decide_type type, const char *path)
{
	if (op == DECIDE_READ)
		return open(path, O_RDONLY | O_CLOEXEC);
	if (op == DECIDE_WRITE)
		return open(path, O_WRONLY | O_CLOEXEC);
	if (op == DECIDE_LIST)
		return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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

int
cmd_probe(int argc, char **argv)
{
	if (argc != 4)
		return EINVAL;
	if (probe((enum decide_op)strtol(argv[1], NULL, 10),
		(enum decide_type)strtol(argv[2], NULL, 10), argv[3]) >= 0)
		return 0;
	return errno;
}
