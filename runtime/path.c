#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "runtime/blob.h"
#include "runtime/landlock.h"
#include "runtime/path.h"
#include "runtime/report.h"

enum {
	LINKS_MAX = 40, /* as in the kernel */
	POOL_SIZE = 256 * 1024,
};

/* Where to return to. */
static int here = -1;

struct path
path_of(const struct place *p)
{
	return (struct path){p->len, p->s};
}

struct path
path_keep(const struct place *p)
{
	static struct {
		size_t used;
		char bytes[POOL_SIZE];
	} pool;
	char *copy = pool.bytes + pool.used;

	if (p->len >= sizeof(pool.bytes) - pool.used)
		die("roots", "too many long paths", NULL);
	memcpy(copy, p->s, p->len + 1);
	pool.used += p->len + 1;
	return (struct path){p->len, copy};
}

bool
path_covers(struct path outer, struct path inner)
{
	return outer.len <= inner.len &&
	       memcmp(outer.s, inner.s, outer.len) == 0 &&
	       (outer.len == 0 || outer.len == inner.len ||
		   inner.s[outer.len] == '/');
}

void
place_set(struct place *p, struct path path)
{
	memcpy(p->s, path.s, path.len + 1);
	p->len = path.len;
}

bool
place_join(struct place *p, const char *suffix, size_t n)
{
	if (n == 0)
		return true;
	if (n >= sizeof(p->s) - 1 - p->len)
		return false;
	p->s[p->len] = '/';
	memcpy(p->s + p->len + 1, suffix, n);
	p->len += 1 + n;
	p->s[p->len] = '\0';
	return true;
}

static bool
canonical(const char *path)
{
	if (*path != '/')
		return false;
	for (const char *p = path + 1;; p++) {
		const size_t n = strcspn(p, "/");

		if (n == 0 || (n == 1 && *p == '.') ||
		    (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		p += n;
		if (*p == '\0')
			return true;
	}
}

int
place_open(const char *path, int flags, struct place *ret)
{
	const size_t n = strlen(path);
	int fd;

	if (n >= sizeof(ret->s) || !canonical(path))
		return -1;
	fd = open_plain(path, flags | O_CLOEXEC);
	if (fd >= 0)
		place_set(ret, (struct path){n, path});
	return fd;
}

bool
place_of_link(const char *link, struct place *ret)
{
	const ssize_t n = readlink(link, ret->s, sizeof(ret->s) - 1);

	if (n < 0)
		return false;
	if (ret->s[0] != '/') { /* "pipe:[4711]", "(unreachable)/..." */
		errno = ENOTDIR;
		return false;
	}
	ret->len = n == 1 ? 0 : (size_t)n;
	ret->s[ret->len] = '\0';
	return true;
}

int
place_start(void)
{
	here = openat(AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return here;
}

bool
place_return(void)
{
	return here < 0 || fchdir(here) == 0;
}

bool
place_of_fd(int fd, struct place *ret)
{
	char link[40] = "/proc/self/fd/";
	const char *n = decimal((uint64_t)fd);

	if (here >= 0 && fchdir(fd) == 0) {
		if (getcwd(ret->s, sizeof(ret->s)) == NULL)
			return false; /* it was removed */
		ret->len = strlen(ret->s);
		if (ret->len == 1)
			ret->s[ret->len = 0] = '\0';
		return true;
	}
	memcpy(link + strlen(link), n, strlen(n) + 1);
	return place_of_link(link, ret);
}

/* Cuts the last component off; false when there is none left. */
static bool
strip(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL) {
		if (*path == '\0')
			return false;
		*path = '\0';
		return true;
	}
	if (slash == path) {
		if (path[1] == '\0')
			return false;
		path[1] = '\0';
		return true;
	}
	*slash = '\0';
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

	memcpy(up, path, strlen(path) + 1);
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
	static struct place link, target;
	const char *rest = name + n;
	ssize_t len;

	place_set(&link, path_of(at));
	if (!place_join(&link, name, n))
		return false;
	len = readlink(link.s, target.s, sizeof(target.s) - 1);
	if (len <= 0)
		return false;
	target.s[len] = '\0';
	link.len = target.s[0] == '/' ? 0 : at->len;
	rest += *rest == '/';
	if (!place_join(&link, target.s, (size_t)len) ||
	    !place_join(&link, rest, strlen(rest)))
		return false;
	memcpy(ret_path, link.s, link.len + 1);
	return true;
}

bool
place_resolve(int dir, const char *path, struct place *ret)
{
	static char now[PLACE_MAX];
	const char *rest;
	size_t n = strlen(path);
	int fd;

	if (n >= sizeof(now))
		return false;
	memcpy(now, path, n + 1);
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

const char *
path_suffix(const char *suffix)
{
	static char buf[PATH_MAX];
	const char *id;
	size_t n = 0, more;

	if (strchr(suffix, BLOB_UID_BYTE) == NULL)
		return suffix;
	id = decimal(getuid());
	more = strlen(id);
	for (; *suffix != '\0'; suffix++) {
		if (n + more >= sizeof(buf))
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
