#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "runtime/blob.h"
#include "runtime/path.h"
#include "runtime/report.h"

enum { LINKS_MAX = 40 }; /* as in the kernel */

void
place_copy(struct place *to, const struct place *from)
{
	to->len = from->len;
	memcpy(to->path, from->path, from->len + 1);
}

bool
place_join(struct place *p, const char *rest, size_t n)
{
	if (n >= sizeof(p->path) - 1 - p->len)
		return false;
	p->path[p->len] = '/';
	memcpy(p->path + p->len + 1, rest, n);
	p->len += 1 + n;
	p->path[p->len] = '\0';
	return true;
}

bool
place_of_link(const char *link, struct place *ret)
{
	const ssize_t n = readlink(link, ret->path, sizeof(ret->path) - 1);

	if (n < 0)
		return false;
	if (ret->path[0] != '/') { /* "pipe:[4711]", "(unreachable)/..." */
		errno = ENOTDIR;
		return false;
	}
	ret->len = n == 1 ? 0 : (size_t)n;
	ret->path[ret->len] = '\0';
	return true;
}

bool
place_of_fd(int fd, struct place *ret)
{
	char link[40] = "/proc/self/fd/";

	return place_of_link(strcat(link, decimal((uint64_t)fd)), ret);
}

/* Cuts the last component off; false when there is none left. */
static bool
strip(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || slash[1] == '\0') {
		if (*path == '\0' || slash == path)
			return false;
		*(slash == NULL ? path : slash) = '\0';
		return true;
	}
	slash[slash == path] = '\0';
	return true;
}

/*
 * Opens the deepest ancestor of `path` that can be opened; the bytes of
 * `path` that name it in *ret_n.
 */
static int
deepest(int dir, const char *path, size_t *ret_n)
{
	static char up[PLACE_MAX];
	int fd;

	strcpy(up, path);
	for (;;) {
		fd = openat(dir, *up == '\0' ? "." : up, O_PATH | O_CLOEXEC);
		if (fd >= 0) {
			*ret_n = strlen(up);
			return fd;
		}
		if (errno != ENOENT && errno != ENOTDIR && errno != EACCES &&
		    errno != ELOOP)
			return -1;
		if (!strip(up))
			return -1;
	}
}

/* The link `at`/`name`: its target and what follows it, as the next path. */
static bool
follow(const struct place *at, const char *name, size_t n, char *ret_path)
{
	static struct place link, next;
	const char *rest = name + n;
	ssize_t len;

	place_copy(&link, at);
	if (!place_join(&link, name, n))
		return false;
	len = readlink(link.path, next.path, sizeof(next.path) - 1);
	if (len <= 0)
		return false;
	next.path[len] = '\0';
	place_copy(&link, at);
	if (next.path[0] == '/')
		link.len = 0;
	if (!place_join(&link, next.path, (size_t)len) ||
	    (*rest != '\0' && !place_join(&link, rest + 1, strlen(rest + 1))))
		return false;
	memcpy(ret_path, link.path, link.len + 1);
	return true;
}

bool
place_resolve(int dir, const char *path, struct place *ret)
{
	static char now[PLACE_MAX];
	const char *rest;
	size_t n;
	int fd;

	if (strlen(path) >= sizeof(now))
		return false;
	strcpy(now, path);
	for (int i = 0; i < LINKS_MAX; i++) {
		fd = deepest(dir, now, &n);
		if (fd < 0 || !place_of_fd(fd, ret))
			return false;
		close(fd);
		rest = now + n + strspn(now + n, "/");
		if (*rest == '\0')
			return true;
		if (!follow(ret, rest, strcspn(rest, "/"), now))
			return place_join(ret, rest, strlen(rest));
		dir = AT_FDCWD;
	}
	return false;
}

bool
path_covers(
    const char *outer, size_t outer_len, const char *inner, size_t inner_len)
{
	return outer_len <= inner_len && memcmp(outer, inner, outer_len) == 0 &&
	       (outer_len == 0 || outer_len == inner_len ||
		   inner[outer_len] == '/');
}

bool
place_covers(const struct place *outer, const struct place *inner)
{
	return path_covers(outer->path, outer->len, inner->path, inner->len);
}

const char *
path_suffix(const char *suffix, char *buf)
{
	const char *id;
	size_t n = 0, more;

	if (strchr(suffix, BLOB_UID_BYTE) == NULL)
		return suffix;
	id = decimal(getuid());
	more = strlen(id);
	for (; *suffix != '\0'; suffix++) {
		if (n + more >= PATH_MAX)
			return NULL;
		if (*suffix == BLOB_UID_BYTE) {
			memcpy(buf + n, id, more);
			n += more;
		} else {
			buf[n++] = *suffix;
		}
	}
	buf[n] = '\0';
	return buf;
}
