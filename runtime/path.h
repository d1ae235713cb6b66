#ifndef NONO_PATH_H
#define NONO_PATH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "runtime/blob.h"

/*
 * Canonical paths: absolute, no "." and "..", no symbolic link on the way,
 * no slash at the end; the root directory is "".  One may be longer than
 * PATH_MAX: a directory of that depth and a suffix of the policy.
 */
struct path {
	size_t len;
	const char *s; /* s[len] is '\0' */
};

enum {
	PLACE_MAX = 2 * PATH_MAX + 64,
	PLACE_LINKS = 40, /* followed on one way, as in the kernel */
};

/* A path under construction. */
struct place {
	size_t len;
	char s[PLACE_MAX];
};

struct path path_of(const struct place *p);
/* A copy that stays. */
struct path path_copy(struct path p);
struct path path_keep(const struct place *p);
/* Is `inner` the path `outer` or below it?  Suffixes may be compared, too. */
bool path_covers(struct path outer, struct path inner);
/* The same, where `outer` is a suffix below the directory `dir`. */
bool path_covers_below(struct path dir, const char *suffix, struct path inner);

/* Is it written so, as far as the text shows? */
bool path_canonical(const char *path);

void place_set(struct place *p, struct path path);
/* Appends "/" and the suffix, if there is one; false: it would not fit. */
bool place_join(struct place *p, const char *suffix, size_t n);
/*
 * Opens an absolute path that is canonical as it is written: no link, "." or
 * ".." in it.  Then nothing has to be asked where it leads.  -1: it is not
 * such a path, or cannot be opened; open_path() without O_PATH.
 */
int place_open(const char *path, int flags, struct place *ret);
/*
 * Opens a directory to begin paths in, and tells where it is.  A relative path
 * begins in the directory `at`.  `list`: to be listed, too, if it may be.  -1:
 * errno says why.
 */
int place_open_directory(
    int at, const char *path, bool list, struct place *ret);
/*
 * Where a path leads that does not lead to a directory; a relative one begins
 * in `from`.  False (errno): nowhere, or that cannot be told.
 */
bool place_of_missing(struct path from, const char *path, struct place *ret);
/*
 * What is open as `fd`; false (errno) when it has no path, as a pipe.  A
 * directory is asked by going there, which takes a sixth of the time that
 * procfs takes: between place_start() and place_return() the working directory
 * is anywhere.  place_start() returns a descriptor of it, or -1.
 */
bool place_of_fd(int fd, struct place *ret);
bool place_of_link(const char *link, struct place *ret); /* of procfs */
int place_start(void);
bool place_return(void);
/*
 * Where `path` leads from the directory `from`, whether it exists or not: each
 * link on the way is shown to `visit`, if there is one, and followed, dangling
 * ones too.  False (errno): it leads nowhere, or that cannot be told; EACCES
 * only where the user himself hides it.
 */
bool place_resolve(struct path from, const char *path,
    void (*visit)(void *arg, struct path link), void *arg, struct place *ret);
/* The working directory. */
bool place_here(struct place *ret);

/*
 * A suffix of the policy with the user's id filled in: itself, or a copy that
 * is valid until the next call.
 */
const char *path_expand(const char *suffix);

static inline const char *
path_suffix(const struct blob *b, const char *suffix)
{
	return b->names_uid ? path_expand(suffix) : suffix;
}

#endif
