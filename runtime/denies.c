#include <config.h>

#include <errno.h>
#include <string.h>

#include "runtime/landlock.h"
#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * Landlock only grants, so a denied path is one that no grant may hold.  The
 * compiler has compared paths of one root as they are written; what it could
 * not know, where the roots lie and where links lead, is compared here.
 */

/* The store of a declarative system is public, and links lead there often. */
static const char public_store[] = "/nix/store";

static void
remember(
    struct launch *l, uint32_t deny, const struct root *r, const char *suffix)
{
	struct linked *k;
	struct place direct;

	if (l->nlinked == LINKED_MAX)
		die("denies", "more than ", decimal(LINKED_MAX),
		    " denied paths are symbolic links", NULL);
	k = &l->linked[l->nlinked];
	k->deny = deny;
	if (!place_resolve(r->fd, suffix, &k->at))
		return; /* leads nowhere */
	place_copy(&direct, &r->at);
	if (!place_join(&direct, suffix, strlen(suffix)) ||
	    strcmp(direct.path, k->at.path) == 0 ||
	    path_covers(
		public_store, sizeof(public_store) - 1, k->at.path, k->at.len))
		return;
	l->nlinked++;
}

static void
resolve(struct launch *l, uint32_t i)
{
	const struct blob_deny d = blob_deny(&l->blob, i);
	struct root *r = &l->roots[d.root];
	char buf[PATH_MAX];
	const char *suffix = path_suffix(d.suffix, buf);

	if (r->ndenies++ == 0)
		r->denies = i;
	if (suffix == NULL || *suffix == '\0' || r->fd < 0)
		return;
	if (descriptors_open(
		l, r->fd, suffix, 0, RESOLVE_NO_LINKS | RESOLVE_NO_MAGIC) >= 0)
		return;
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ENAMETOOLONG:
	case EACCES: /* neither may the command */
		return;
	case ELOOP:
	case ENOSYS: /* a filter that does not know openat2 */
	case EPERM:
		remember(l, i, r, suffix);
		return;
	default:
		die("denies", "cannot look at ", shown(r->at.path), "/", suffix,
		    ": ", strerror(errno), NULL);
	}
}

void
denies_resolve(struct launch *l)
{
	for (uint32_t i = 0; i < l->blob.ndenies; i++)
		resolve(l, i);
}

/* Does the deny concern one of these rights? */
static bool
concerns(const struct blob_deny *d, uint64_t rights)
{
	const uint64_t reads =
	    BLOB_FS_EXECUTE | BLOB_FS_READ_FILE | BLOB_FS_READ_DIR;

	return ((d->access & BLOB_DENY_READ) != 0 && (rights & reads) != 0) ||
	       ((d->access & BLOB_DENY_WRITE) != 0 && (rights & ~reads) != 0);
}

/* A grant and one denied path that meet.  True: the grant stands. */
static bool
settle(const struct blob_path *rule, const struct place *grant,
    const struct blob_deny *d, const char *root, const char *slash,
    const char *suffix, bool inside)
{
	const char *path = shown(grant->path);

	if ((d->flags & BLOB_DENY_PROTECTED) != 0)
		die("rules", "granting ", path, " would open ", root, slash,
		    suffix, ", which no policy may: grant something narrower",
		    NULL);
	if (!inside && (rule->flags & BLOB_PATH_BYPASS) != 0)
		return true;
	if (!inside) {
		warn(path, " is withheld: ", root, slash, suffix,
		    " is denied, bypass_protection in the profile overrides",
		    NULL);
		return false;
	}
	if ((rule->flags & BLOB_PATH_GROUP) == 0)
		die("rules", "granting ", path, " would open ", root, slash,
		    suffix, " in it, which is denied: ",
		    (rule->flags & BLOB_PATH_CONSENT) != 0
			? "work in a directory below"
			: "grant something narrower",
		    NULL);
	warn(path, " is withheld: ", root, slash, suffix, " in it is denied",
	    NULL);
	return false;
}

/* Compares with the denied paths of one root. */
static bool
allow_root(struct launch *l, const struct root *r, const struct blob_path *rule,
    const struct place *grant, uint64_t rights)
{
	const bool above = place_covers(grant, &r->at);
	const char *rest = grant->path + r->at.len;
	const size_t rest_len = above ? 0 : grant->len - r->at.len - 1;
	char buf[PATH_MAX];

	rest += !above;
	for (uint32_t i = r->denies; i < r->denies + r->ndenies; i++) {
		const struct blob_deny d = blob_deny(&l->blob, i);
		const char *suffix = path_suffix(d.suffix, buf);
		const size_t n = suffix == NULL ? 0 : strlen(suffix);
		bool inside;

		if (suffix == NULL || !concerns(&d, rights))
			continue;
		if (above)
			inside = grant->len < r->at.len || n > 0;
		else if (path_covers(suffix, n, rest, rest_len))
			inside = false;
		else if (path_covers(rest, rest_len, suffix, n))
			inside = true;
		else
			continue;
		if (!settle(rule, grant, &d, shown(r->at.path),
			n == 0 || r->at.len == 0 ? "" : "/", suffix, inside))
			return false;
	}
	return true;
}

/* Compares with what denied links lead to. */
static bool
allow_linked(const struct launch *l, const struct blob_path *rule,
    const struct place *grant, uint64_t rights)
{
	for (unsigned i = 0; i < l->nlinked; i++) {
		const struct place *at = &l->linked[i].at;
		const struct blob_deny d =
		    blob_deny(&l->blob, l->linked[i].deny);
		const bool under = place_covers(at, grant);

		if (!concerns(&d, rights) ||
		    (!under && !place_covers(grant, at)))
			continue;
		if (!settle(rule, grant, &d, shown(at->path), "", "", !under))
			return false;
	}
	return true;
}

bool
denies_allow(struct launch *l, const struct blob_path *rule,
    const struct place *grant, uint64_t rights, bool anywhere)
{
	for (unsigned i = 0; i < BLOB_ROOTS; i++) {
		const struct root *r = &l->roots[i];

		if (r->ndenies == 0 || !r->known ||
		    (i == rule->root && !anywhere))
			continue;
		if ((place_covers(grant, &r->at) ||
			place_covers(&r->at, grant)) &&
		    !allow_root(l, r, rule, grant, rights))
			return false;
	}
	return allow_linked(l, rule, grant, rights);
}
