#ifndef NONO_PATH_H
#define NONO_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Canonical paths: absolute, no "." and "..", no symbolic link on the way,
 * no slash at the end; the root directory is "".  One may be longer than
 * PATH_MAX: a directory of that depth and a suffix of the policy.
 */
enum { PLACE_MAX = 2 * PATH_MAX + 64 };

struct place {
	size_t len;
	char path[PLACE_MAX]; /* NUL-terminated */
};

void place_copy(struct place *to, const struct place *from);
/* Appends "/" and the `n` bytes; false when it would not fit. */
bool place_join(struct place *p, const char *rest, size_t n);
/* What the magic link of procfs shows; false as below. */
bool place_of_link(const char *link, struct place *ret);
/* What is open as `fd`; false (errno) if it has no path, as a pipe has none. */
bool place_of_fd(int fd, struct place *ret);
/*
 * Where `path` leads from the directory `dir`, whether it exists or not:
 * links are followed, dangling ones too.  False: it leads nowhere.
 */
bool place_resolve(int dir, const char *path, struct place *ret);
/* Is `inner` the path `outer` or below it? */
bool path_covers(
    const char *outer, size_t outer_len, const char *inner, size_t inner_len);
bool place_covers(const struct place *outer, const struct place *inner);

/*
 * A suffix of the policy with the user's id filled in: itself, or `buf` of
 * PATH_MAX bytes.  NULL when it is too long.
 */
const char *path_suffix(const char *suffix, char *buf);

#endif
