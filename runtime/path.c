#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/blob.h"
#include "runtime/launch.h"
#include "runtime/report.h"

struct path
path_of(const struct place *p)
{
	return (struct path){p->len, p->s};
}

struct path
path_copy(struct path p)
{
	char *copy = memory_keep(p.len + 1);

	memcpy(copy, p.s, p.len);
	copy[p.len] = '\0';
	return (struct path){p.len, copy};
}

struct path
path_keep(const struct place *p)
{
	return path_copy(path_of(p));
}

bool
path_covers(struct path outer, struct path inner)
{
	/* What ends there first: of most pairs no more has to be compared. */
	return outer.len <= inner.len &&
	       (outer.len == 0 || outer.len == inner.len ||
		   inner.s[outer.len] == '/') &&
	       memcmp(outer.s, inner.s, outer.len) == 0;
}

bool
path_covers_below(struct path dir, const char *suffix, struct path inner)
{
	if (!path_covers(dir, inner))
		return false;
	if (*suffix == '\0')
		return true;
	if (inner.len == dir.len)
		return false;
	for (inner.s += dir.len + 1; *suffix != '\0'; suffix++)
		if (*suffix != *inner.s++) /* the final NUL, at the latest */
			return false;
	return *inner.s == '/' || *inner.s == '\0';
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

bool
path_canonical(const char *path)
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

/*
 * EACCES: is the directory, the first `n` bytes, the user's own?  Then it is
 * hidden only until somebody changes its mode, as the command can.
 */
static bool
own_directory(struct place *p, size_t n)
{
	const char saved = p->s[n];
	struct stat st;
	bool own;

	p->s[n] = '\0';
	own = lstat(n == 0 ? "/" : p->s, &st) == 0 && st.st_uid == getuid();
	p->s[n] = saved;
	return own;
}

/*
 * The link that ends `at` and begins after byte `n`: what it leads to and then
 * `rest` become *ret_path, to be walked from what is left of `at`.
 */
static bool
take_link(struct place *at, size_t n, const char *target, const char *rest,
    char *ret_path)
{
	static char joined[PLACE_MAX];
	const size_t t = strlen(target), r = strlen(rest);

	if (t + r >= sizeof(joined))
		return false;
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the rest is */
	memcpy(joined, target, t);
	memcpy(joined + t, rest, r + 1); /* it begins with a slash, or ends */
	memcpy(ret_path, joined, t + r + 1);
	at->len = *target == '/' ? 0 : n;
	at->s[at->len] = '\0';
	return true;
}

/* One component more, or one less. */
static void
step(struct place *at, const char *name, size_t n)
{
	if (n == 1 && *name == '.')
		return;
	if (n == 2 && name[0] == '.' && name[1] == '.') {
		while (at->len > 0 && at->s[--at->len] != '/')
			;
		at->s[at->len] = '\0';
		return;
	}
	(void)place_join(at, name, n);
}

bool
place_resolve(struct path from, const char *path,
    void (*visit)(void *arg, struct path link), void *arg, struct place *ret)
{
	static char now[PLACE_MAX], target[PATH_MAX];
	const size_t size = strlen(path);
	unsigned links = 0;
	ssize_t got;
	size_t n;

	if (size >= sizeof(now) || from.len + size + 1 >= sizeof(ret->s)) {
		/* GCOV_EXCL_START: of two that the kernel or the policy's
		 * check has taken, each has less than half of the room. */
		errno = ENAMETOOLONG;
		return false;
		/* GCOV_EXCL_STOP */
	}
	memcpy(now, path, size + 1);
	place_set(ret, *path == '/' ? (struct path){0, ""} : from);
	for (const char *p = now; *(p += strspn(p, "/")) != '\0'; p += n) {
		const size_t parent = ret->len;

		n = strcspn(p, "/");
		if (ret->len + 1 + n >= sizeof(ret->s)) {
			/* GCOV_EXCL_START: before that no link could be read */
			errno = ENAMETOOLONG;
			return false;
			/* GCOV_EXCL_STOP */
		}
		step(ret, p, n);
		if (ret->len <= parent)
			continue;
		got = readlink(ret->s, target, sizeof(target) - 1);
		if (got < 0) {
			if (errno == EINVAL || errno == ENOENT ||
			    errno == ENOTDIR ||
			    (errno == EACCES && !own_directory(ret, parent)))
				continue;
			return false;
		}
		target[got] = '\0';
		if (visit != NULL)
			visit(arg, path_of(ret));
		if (++links > PLACE_LINKS) {
			errno = ELOOP;
			return false;
		}
		if (!take_link(ret, parent, target, p + n, now)) {
			errno = ENAMETOOLONG;
			return false;
		}
		p = now;
		n = 0;
	}
	return true;
}

const char *
path_expand(const char *suffix)
{
	/* Where a policy was checked, each id was taken for ten digits. */
	static char buf[BLOB_PATH_MAX + 1];
	const char *id;
	size_t n = 0, more;

	if (strchr(suffix, BLOB_UID_BYTE) == NULL)
		return suffix;
	id = decimal(getuid());
	more = strlen(id);
	for (; *suffix != '\0'; suffix++) {
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
