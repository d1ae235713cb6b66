#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/* Our own copy: what is validated is what is applied. */
static uint8_t bytes[BLOB_MAX + 1];

/* Judges the open file and not its name: nobody else may have written it. */
static uint32_t
check_file(const char *name, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		die("policy", name, ": ", strerror(errno), NULL);
	if (!S_ISREG(st.st_mode))
		die("policy", name, ": is not a regular file", NULL);
	if (st.st_uid != 0 && st.st_uid != getuid())
		die("policy", name, ": belongs to user ", decimal(st.st_uid),
		    ", it must be yours or root's", NULL);
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		die("policy", name,
		    ": group or others may write it, chmod go-w it", NULL);
	if (st.st_size > BLOB_MAX)
		die("policy", name, ": is longer than any policy", NULL);
	return (uint32_t)st.st_size;
}

/* A file that grows meanwhile is cut, and fails its length and digest. */
static uint32_t
read_all(const char *name, int fd, uint32_t expected)
{
	uint32_t size = 0;
	ssize_t n;

	do {
		n = read(fd, bytes + size, sizeof(bytes) - size);
		if (n < 0)
			die("policy", name, ": ", strerror(errno), NULL);
		size += (uint32_t)n;
	} while (n > 0 && size < expected);
	return size;
}

/*
 * Opens the policy, and keeps its canonical path: that of its directory and
 * its name, which is no link.
 */
static int
open_policy(struct launch *l)
{
	static char dir[PATH_MAX];
	const char *name = l->opt.policy, *slash = strrchr(name, '/');
	const char *base = slash == NULL ? name : slash + 1;
	size_t n = (size_t)(base - name);
	int at, fd;

	fd = place_open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, &l->scratch);
	if (fd >= 0) {
		l->policy = path_keep(&l->scratch);
		return fd;
	}
	if (n >= sizeof(dir))
		die("policy", name, ": ", strerror(ENAMETOOLONG), NULL);
	memcpy(dir, name, n);
	if (n == 0)
		dir[n++] = '.';
	place_start();
	at = openat(AT_FDCWD, dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at >= 0)
		fd = openat(
		    at, base, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		die("policy", name, ": ",
		    errno == ELOOP ? "is a symbolic link, name the file itself"
				   : strerror(errno),
		    NULL);
	if (!place_of_fd(at, &l->scratch) ||
	    !place_join(&l->scratch, base, strlen(base)))
		die("policy", "cannot tell where ", name,
		    " is: ", strerror(errno), NULL);
	l->policy = path_keep(&l->scratch);
	close(at);
	return fd;
}

/* The id has been computed anew from what enforces: it is no mere claim. */
static void
check_id(const struct launch *l)
{
	const uint8_t *id = l->blob.bytes + BLOB_H_ID;

	if (l->opt.has_id && memcmp(id, l->opt.id, BLOB_ID_SIZE) != 0)
		die("trust", l->opt.policy, ": its semantic id is ",
		    hexadecimals(id, BLOB_ID_SIZE),
		    ", not the one that --expect-id names: see with nonoc dump "
		    "what it grants before you name this one",
		    NULL);
}

void
policy_read(struct launch *l)
{
	const char *name = l->opt.policy, *why;
	uint32_t size;
	int fd;

	if (getauxval(AT_SECURE) != 0)
		die("policy", "this program must not be set-user-ID", NULL);
	fd = open_policy(l);
	size = check_file(name, fd);
	if (!blob_open_enforcing(
		&l->blob, bytes, read_all(name, fd, size), &why))
		die("policy", name, ": ", why, ", compile it again", NULL);
	close(fd);
	check_id(l);
	l->target = blob_target(&l->blob);
}

void
command_check(const struct launch *l)
{
	const char *name, *slash;

	if (l->opt.command == NULL)
		return;
	name = l->opt.command[0];
	slash = strrchr(name, '/');
	if (slash != NULL)
		name = slash + 1;
	for (uint32_t i = 0; i < l->blob.ncmds; i++)
		if (strcmp(blob_command(&l->blob, i), name) == 0)
			die("command", "the policy does not start ", name,
			    ", choose another command or allow it in the "
			    "profile",
			    NULL);
}
