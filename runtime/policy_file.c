#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

enum { ORDINARY = 64 * 1024 }; /* larger policies are mapped */

/* Judges the open file and not its name: nobody else may have written it. */
static uint32_t
check_file(const char *name, int fd, struct path at, uint32_t most)
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
	if (st.st_size > most)
		die("policy", name, ": is longer than any policy", NULL);
	protect_file(&st, at, ", the policy,");
	return (uint32_t)st.st_size;
}

/*
 * Our own copy: what is validated is what is applied.  There is room for one
 * byte more, so that a file that grows meanwhile fails its length.
 */
static uint32_t
read_all(const char *name, int fd, uint32_t expected, uint8_t **ret_bytes)
{
	const size_t room = (size_t)expected + 1;
	uint8_t *bytes;
	uint32_t size = 0;
	ssize_t n;

	if (room <= ORDINARY)
		bytes = memory_keep(room);
	else
		bytes = mmap(NULL, room, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED)
		die("policy", name, ": ", strerror(errno), NULL);
	do {
		n = read(fd, bytes + size, room - size);
		if (n < 0)
			die("policy", name, ": ", strerror(errno), NULL);
		size += (uint32_t)n;
	} while (n > 0 && size < expected);
	*ret_bytes = bytes;
	return size;
}

/*
 * Opens the policy; its canonical path in l->scratch.  The name itself must be
 * no link.  Those on the way to it are read and not followed blindly: they
 * decide which file is opened, so the command must not write them.
 */
static int
open_policy(struct launch *l, const char *name)
{
	static const char what[] = ", a link that leads to the policy,";
	static char dir[PATH_MAX];
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
	const char *slash = strrchr(name, '/');
	const char *base = slash == NULL ? name : slash + 1;
	const size_t n = (size_t)(base - name);
	static struct place at;
	int fd;

	fd = place_open(name, flags, &l->scratch);
	if (fd >= 0)
		return fd;
	errno = ENAMETOOLONG;
	if (n < sizeof(dir)) {
		memcpy(dir, name, n);
		dir[n] = '\0';
		errno = ENOENT;
		if (*base != '\0' && protect_way(dir, what, &at) &&
		    place_join(&at, base, strlen(base)))
			fd = place_open(at.s, flags, &l->scratch);
	}
	if (fd < 0)
		die("policy", name, ": ",
		    errno == ELOOP ? "is a symbolic link, name the file itself"
				   : strerror(errno),
		    NULL);
	return fd;
}

uint32_t
policy_file_read(struct launch *l, uint32_t most, uint8_t **ret_bytes)
{
	const char *name = l->opt.policy;
	const int fd = open_policy(l, name);
	uint32_t size;

	l->file = path_keep(&l->scratch);
	size = check_file(name, fd, l->file, most);
	/* Exec closes it, for less than doing it here. */
	return read_all(name, fd, size, ret_bytes);
}
