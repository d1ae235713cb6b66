#include <config.h>

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * Denied paths that are there, looked at once more when the policy is in
 * force.  They have been compared by name, and a directory can be mounted at a
 * second one; the kernel knows, so each is tried: what is denied for reading
 * must not open.  And what no right of this kernel covers, a socket that
 * listens there, is said and not passed over.
 */

/* Is the file handed to the command anyway? */
static bool
is_standard(const struct stat *st)
{
	struct stat other;

	for (int fd = 0; fd < 3; fd++)
		if (fstat(fd, &other) == 0 && other.st_dev == st->st_dev &&
		    other.st_ino == st->st_ino)
			return true;
	return false;
}

/* Does the profile open it by bypass_protection? */
static bool
bypassed(const struct launch *l, struct path deny)
{
	for (uint32_t i = 0; i < l->blob.npaths; i++) {
		const struct blob_path r = blob_path(&l->blob, i);
		const char *suffix = path_suffix(&l->blob, r.suffix);

		if ((r.flags & BLOB_PATH_BYPASS) == 0)
			continue;
		if (l->outcomes[i] == OUTCOME_GRANTED_LINK)
			return true; /* of which the place is not kept */
		if (l->outcomes[i] == OUTCOME_GRANTED &&
		    path_covers_below(l->roots[r.root].at, suffix, deny))
			return true;
	}
	return false;
}

static void
check_file(const struct launch *l, int dir, const char *name,
    const struct stat *st, struct path at)
{
	const int type = S_ISDIR(st->st_mode) ? O_DIRECTORY : 0;
	const int fd = openat(
	    dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | type);

	if (fd < 0)
		return;
	close(fd);
	if (is_standard(st) || bypassed(l, at))
		return;
	die("denies", at.s,
	    " is denied and can be opened all the same: it is mounted in a "
	    "second place, which the policy grants, so take that from the "
	    "profile",
	    NULL);
}

/* Connecting takes the permission to write. */
static void
check_socket(const struct launch *l, int dir, const char *name, const char *at)
{
	if ((l->handled.of[RIGHTS_FS] & BLOB_FS_RESOLVE_UNIX) == 0 &&
	    faccessat(dir, name, W_OK, 0) == 0)
		warn(at,
		    " is denied, and is a socket: this kernel cannot keep the "
		    "command from connecting to it, which needs Landlock ABI 9",
		    NULL);
}

static void
verify(const struct launch *l, const struct blob_deny *d, int dir,
    const char *name, struct path at)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) != 0)
		return;
	if (S_ISSOCK(st.st_mode))
		check_socket(l, dir, name, at.s);
	else if ((d->access & BLOB_DENY_READ) != 0 &&
		 (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)))
		check_file(l, dir, *name == '\0' ? "." : name, &st, at);
}

void
denies_verify(struct launch *l)
{
	struct place *at = &l->scratch;

	for (uint32_t i = 0; i < l->blob.ndenies; i++) {
		const struct blob_deny d = blob_deny(&l->blob, i);
		const struct root *r = &l->roots[d.root];
		const char *suffix;

		if ((l->present[i / 8] & 1 << i % 8) == 0)
			continue;
		suffix = path_suffix(&l->blob, d.suffix);
		place_set(at, r->at);
		if (place_join(at, suffix, strlen(suffix)))
			verify(l, &d, r->fd, suffix, path_of(at));
	}
	for (unsigned i = 0; i < l->nlinked; i++) {
		const struct linked *k = &l->linked[i];
		const struct blob_deny d = blob_deny(&l->blob, k->deny);

		if (!k->hop)
			verify(l, &d, AT_FDCWD, shown(k->at.s), k->at);
	}
}
