#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * Landlock only grants, so a denied path is one that no grant may hold.  The
 * compiler has compared paths of one root as they are written; what it could
 * not know, where the roots lie and where links lead, is compared here.
 */

/* The store of a declarative system is public, and links lead there often. */
static const struct path public_store = {
    sizeof("/nix/store") - 1, "/nix/store"};

static void
remember(struct launch *l, uint32_t deny, struct path at, bool hop)
{
	if (path_covers(public_store, at))
		return;
	if (l->nlinked == LINKED_MAX)
		die("denies", "more than ", decimal(LINKED_MAX),
		    " denied paths are symbolic links", NULL);
	l->linked[l->nlinked++] =
	    (struct linked){.deny = deny, .hop = hop, .at = path_copy(at)};
}

/* For place_resolve(): the links on the way to a denied path. */
struct hops {
	struct launch *l;
	uint32_t deny;
	struct path direct; /* as the policy has it */
};

/* What is above the denied path by its own name needs no entry. */
static void
remember_hop(void *arg, struct path link)
{
	const struct hops *h = arg;

	if (!path_covers(link, h->direct))
		remember(h->l, h->deny, link, true);
}

static void
follow(
    struct launch *l, uint32_t deny, const struct root *r, const char *suffix)
{
	static struct place direct, real;
	struct hops hops = {.l = l, .deny = deny};

	place_set(&direct, r->at);
	(void)place_join(&direct, suffix, strlen(suffix)); /* both fit */
	hops.direct = path_of(&direct);
	if (!place_resolve(r->at, suffix, remember_hop, &hops, &real)) {
		/* A loop leads nowhere; of anything else we cannot be sure. */
		if (errno == ELOOP)
			return;
		die("denies", "cannot tell where ", direct.s,
		    " leads, which is denied: ", strerror(errno), NULL);
	}
	if (strcmp(direct.s, real.s) != 0)
		remember(l, deny, path_of(&real), false);
}

/* Dies where the user could make visible what is behind this directory. */
static void
check_hidden(const struct root *r, const char *dir, const char *suffix)
{
	struct stat st;
	const char *slash = *dir == '\0' ? "" : "/";

	if (fstatat(r->fd, dir, &st, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) ==
		0 &&
	    st.st_uid == getuid())
		die("denies", "cannot look into ", r->at.s, slash, dir,
		    ", where ", suffix, " is denied: chmod u+x it", NULL);
}

/* What is known of the path looked at last. */
struct trail {
	size_t len;  /* so many bytes of it hold no link */
	size_t gone; /* so many name something missing; 0: all there */
	char *s;     /* room for the longest */
};

/* Bytes of whole components that the two have in common. */
static size_t
common(const struct trail *t, const char *suffix)
{
	size_t n = 0, whole = 0;

	for (; n < t->len && t->s[n] == suffix[n]; n++)
		if (suffix[n] == '/')
			whole = n;
	if (n == t->len && (suffix[n] == '/' || suffix[n] == '\0'))
		whole = n;
	return whole;
}

enum way { WAY_MISSING, WAY_PLAIN, WAY_LINK };

/*
 * Is there a link on the way?  One system call for each component that the
 * path before this one did not have: the paths are sorted.
 */
static enum way
way_of(struct trail *t, const struct root *r, const char *suffix)
{
	char first;
	size_t n = common(t, suffix);

	if (t->gone > 0 && n >= t->gone)
		return WAY_MISSING;
	t->gone = 0;
	if (n == 0) {
		switch (listing_find(r, suffix)) {
		case ENTRY_MISSING:
			t->len = 0;
			return WAY_MISSING;
		case ENTRY_PLAIN:
			n = strcspn(suffix, "/");
			memcpy(t->s, suffix, n);
			t->len = n;
			break;
		case ENTRY_UNKNOWN:
			break;
		}
	}
	while (suffix[n] != '\0') {
		const size_t from = n;

		n += n > 0;
		n += strcspn(suffix + n, "/");
		memcpy(t->s + from, suffix + from, n - from);
		t->s[n] = '\0';
		t->len = from;
		if (readlinkat(r->fd, t->s, &first, 1) >= 0)
			return WAY_LINK;
		t->len = n;
		if (errno != EINVAL) {
			/* Hidden by others is as good as missing. */
			if (errno != ENOENT && errno != ENOTDIR &&
			    errno != EACCES && errno != ENAMETOOLONG)
				die("denies", "cannot look at ", suffix, ": ",
				    strerror(errno), NULL);
			if (errno == EACCES) {
				const char saved = t->s[from];

				t->s[from] = '\0';
				check_hidden(r, t->s, suffix);
				t->s[from] = saved;
			}
			t->gone = n;
			return WAY_MISSING;
		}
	}
	return WAY_PLAIN;
}

void
denies_resolve(struct launch *l)
{
	struct trail trail = {.s = l->scratch.s};
	const struct root *last = NULL;

	l->present = memory_keep(l->blob.ndenies / 8 + 1);
	for (uint32_t i = 0; i < l->blob.ndenies; i++) {
		const struct blob_deny d = blob_deny(&l->blob, i);
		const char *suffix = path_suffix(&l->blob, d.suffix);
		struct root *r = &l->roots[d.root];

		if (r->ndenies++ == 0)
			r->denies = i;
		if (r != last)
			trail.len = trail.gone = 0;
		last = r;
		if (r->fd < 0)
			continue;
		switch (way_of(&trail, r, suffix)) {
		case WAY_MISSING:
			break;
		case WAY_PLAIN:
			l->present[i / 8] |= (uint8_t)(1 << i % 8);
			break;
		case WAY_LINK:
			follow(l, i, r, suffix);
			break;
		}
	}
}

/* Does the deny concern one of these rights? */
static bool
concerns(const struct blob_deny *d, uint64_t rights)
{
	const uint64_t reads = BLOB_FS_READS;

	return ((d->access & BLOB_DENY_READ) != 0 && (rights & reads) != 0) ||
	       ((d->access & BLOB_DENY_WRITE) != 0 && (rights & ~reads) != 0);
}

/* A grant and a denied path that meet.  True: the grant stands. */
static bool
settle(const struct blob_path *rule, struct path grant,
    const struct blob_deny *d, struct path root, const char *suffix,
    bool inside)
{
	const char *path = shown(grant.s);
	const char *slash = *suffix == '\0' ? "" : "/";

	if (root.len == 0)
		root.s = *suffix == '\0' ? "/" : "";
	if ((d->flags & BLOB_DENY_PROTECTED) != 0)
		die("rules", "granting ", path, " would open ", root.s, slash,
		    suffix, ", which no policy may: grant something narrower",
		    NULL);
	if (!inside && (rule->flags & BLOB_PATH_BYPASS) != 0)
		return true;
	if (!inside) {
		warn(path, " is withheld: ", root.s, slash, suffix,
		    " is denied, bypass_protection in the profile overrides",
		    NULL);
		return false;
	}
	if ((rule->flags & BLOB_PATH_GROUP) == 0)
		die("rules", "granting ", path, " would open ", root.s, slash,
		    suffix, " in it, which is denied: ",
		    (rule->flags & BLOB_PATH_CONSENT) != 0
			? "work in a directory below"
			: "grant something narrower",
		    NULL);
	warn(path, " is withheld: ", root.s, slash, suffix, " in it is denied",
	    NULL);
	return false;
}

/* Compares with the denied paths of one root. */
static bool
allow_root(const struct launch *l, const struct root *r,
    const struct blob_path *rule, struct path grant, uint64_t rights)
{
	const bool above = path_covers(grant, r->at);
	struct path rest = {0, ""};

	if (!above)
		rest = (struct path){
		    grant.len - r->at.len - 1, grant.s + r->at.len + 1};
	for (uint32_t i = r->denies; i < r->denies + r->ndenies; i++) {
		const struct blob_deny d = blob_deny(&l->blob, i);
		const char *s = path_suffix(&l->blob, d.suffix);
		struct path deny;
		bool under;

		if (!concerns(&d, rights))
			continue;
		deny = (struct path){strlen(s), s};
		under = grant.len >= r->at.len && path_covers(deny, rest);
		if (!under && !path_covers(rest, deny))
			continue;
		if (!settle(rule, grant, &d, r->at, s, !under))
			return false;
	}
	return true;
}

/* What can make a link lead elsewhere. */
static const uint64_t replaces = BLOB_FS_REMOVE_FILE | BLOB_FS_REMOVE_DIR |
				 BLOB_FS_MAKE_SYM | BLOB_FS_MAKE_DIR |
				 BLOB_FS_REFER;

/*
 * A link on the way to a denied path may be read and not be replaced: programs
 * outside would find there what the command put in its place.
 */
static bool
settle_hop(const struct blob_path *rule, struct path grant, struct path link)
{
	if ((rule->flags & BLOB_PATH_GROUP) == 0)
		die("rules", "granting ", shown(grant.s),
		    " would let the link ", link.s,
		    " in it be replaced, which leads to a denied path: "
		    "grant something narrower",
		    NULL);
	warn(shown(grant.s), " is withheld: the link ", link.s,
	    " in it leads to a denied path", NULL);
	return false;
}

/* Compares with what denied links lead to. */
static bool
allow_linked(const struct launch *l, const struct blob_path *rule,
    struct path grant, uint64_t rights)
{
	for (unsigned i = 0; i < l->nlinked; i++) {
		const struct path at = l->linked[i].at;
		const struct blob_deny d =
		    blob_deny(&l->blob, l->linked[i].deny);
		const bool under = path_covers(at, grant);

		if (l->linked[i].hop) {
			if ((d.access & BLOB_DENY_WRITE) != 0 &&
			    (rights & replaces) != 0 &&
			    path_covers(grant, at) &&
			    !settle_hop(rule, grant, at))
				return false;
			continue;
		}
		if (!concerns(&d, rights) ||
		    (!under && !path_covers(grant, at)))
			continue;
		if (!settle(rule, grant, &d, at, "", !under))
			return false;
	}
	return true;
}

bool
denies_allow(struct launch *l, const struct blob_path *rule, struct path grant,
    uint64_t rights)
{
	for (unsigned i = 0; i < BLOB_ROOTS; i++) {
		const struct root *r = &l->roots[i];

		if (r->ndenies == 0 || !r->known)
			continue;
		if ((path_covers(grant, r->at) || path_covers(r->at, grant)) &&
		    !allow_root(l, r, rule, grant, rights))
			return false;
	}
	return allow_linked(l, rule, grant, rights);
}
