#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "runtime/landlock.h"
#include "runtime/launch.h"

enum { WORTH_LISTING = 24 }; /* paths of a policy */

/*
 * The usual place below the home directory.  Opened without links it is where
 * it is written; and where something is missing, no link was before that.
 */
bool
root_open_below_home(struct launch *l, enum blob_root root, const char *path)
{
	const struct root *home = &l->roots[BLOB_ROOT_HOME];
	struct root *r = &l->roots[root];

	r->fd = open_path(home->fd, path, O_DIRECTORY | O_CLOEXEC,
	    RESOLVE_NO_LINKS | RESOLVE_NO_MAGIC);
	if (r->fd < 0 && errno != ENOENT)
		return false;
	if (r->fd >= 0)
		descriptors_keep(l, r->fd);
	place_set(&l->scratch, home->at);
	(void)place_join(&l->scratch, path, strlen(path)); /* both fit */
	r->at = path_keep(&l->scratch);
	r->known = true;
	return true;
}

void
roots_inspect(struct launch *l)
{
	struct root *home = &l->roots[BLOB_ROOT_HOME];

	for (unsigned i = BLOB_ROOT_HOME; i <= BLOB_ROOT_TMPDIR; i++)
		if (l->roots[i].fd >= 0)
			wsl_check_drive(l->roots[i].at, l->roots[i].fd, true);
	if (home->fd >= 0 && l->blob.npaths + l->blob.ndenies > WORTH_LISTING)
		listing_read(home);
}
