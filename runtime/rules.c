#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/landlock.h"
#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * One rule: open the path, look at what was opened, allow that.  The kernel
 * ties a rule to the object behind the descriptor, so a path that is swapped
 * meanwhile cannot widen anything: what was checked is what is granted.
 */
struct grant {
	struct blob_path rule;
	const struct root *root;
	uint64_t rights; /* of the rule, as far as the kernel handles them */
	int fd;
	int error;    /* why fd is -1 */
	bool known;   /* by a hint, without a look at it */
	bool later;   /* leave a path with links on its way for later */
	bool linked;  /* a link was followed, or may have been */
	bool located; /* `at` is where it led, by these: */
	bool parent;  /* the path is missing, this is its parent */
	struct links links;
	enum outcome settled; /* fd is -1 and need not be; OUTCOMES: no */
	const char *suffix;
	struct hint hint, above; /* above: a directory granted with these: */
	uint64_t above_rights;
	struct place *at; /* canonical, once fd is open */
};

enum { SPECIAL = BLOB_PATH_CONSENT | BLOB_PATH_HOLD | BLOB_PATH_MAGIC };
enum pass { PASS_PLAIN, PASS_LINKED, PASS_CONSENT };

/* The path as the profile has it, for messages. */
static const char *
spelled(struct grant *g)
{
	place_set(g->at, g->root->at);
	place_join(g->at, g->suffix, strlen(g->suffix));
	return shown(g->at->s);
}

/* A profile's own rule must hold; a group's is for many machines. */
static enum outcome
refuse_or_skip(struct grant *g, const char *why, const char *remedy)
{
	const char *path = spelled(g);

	if ((g->rule.flags & BLOB_PATH_GROUP) == 0)
		die("rules", path, ": ", why, ", ", remedy, NULL);
	warn(path, " is skipped: ", why, NULL);
	return OUTCOME_SKIPPED;
}

static enum outcome
add(struct launch *l, struct grant *g)
{
	int status = landlock_add_path(l->ruleset, g->fd, g->rights);

	/* The full mask failing is how we learn that it is no directory. */
	if (status != 0 && errno == EINVAL && g->rule.kind == BLOB_KIND_ANY) {
		g->rights &= BLOB_FS_FILE;
		if (g->rights == 0)
			return OUTCOME_EMPTY;
		status = landlock_add_path(l->ruleset, g->fd, g->rights);
	}
	if (status != 0 && errno == EBADFD &&
	    (g->rule.flags & BLOB_PATH_MAGIC) != 0)
		return OUTCOME_EMPTY;
	if (status != 0)
		die("rules", "the kernel refuses ", shown(g->at->s), ": ",
		    strerror(errno), NULL);
	if ((g->rule.flags & BLOB_PATH_HOLD) != 0) {
		if (fcntl(g->fd, F_SETFD, 0) != 0)
			die("rules", "cannot hold ", shown(g->at->s), ": ",
			    strerror(errno), NULL);
		descriptors_keep(l, g->fd);
	}
	return g->parent   ? OUTCOME_GRANTED_PARENT
	       : g->linked ? OUTCOME_GRANTED_LINK
			   : OUTCOME_GRANTED;
}

/* Which descriptor /dev/stdin and its like name; -1: none of them. */
static int
standard(const struct grant *g)
{
	static const char *const names[] = {
	    "dev/stdin", "dev/stdout", "dev/stderr"};

	for (int fd = 0; fd < 3; fd++)
		if ((g->rule.flags & BLOB_PATH_MAGIC) != 0 &&
		    g->rule.root == BLOB_ROOT_SLASH &&
		    strcmp(g->suffix, names[fd]) == 0)
			return fd;
	return -1;
}

/*
 * The file that a standard descriptor is open on may be opened again as the
 * descriptor is: no more than the command is handed anyway.  So there is
 * nothing to compare with denied paths, and procfs need not be asked where it
 * is.  Not so for a file that may only be appended to, and what is open as a
 * mere name.  None is a directory: descriptors_close() refuses those.
 */
static enum outcome
grant_standard(struct launch *l, struct grant *g)
{
	struct stat st;
	const int flags = fcntl(g->fd, F_GETFL);

	if (flags < 0 || fstat(g->fd, &st) != 0)
		return refuse_or_skip(g, strerror(errno), "try again");
	if ((flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_ACCMODE)
		return OUTCOME_EMPTY;
	(void)spelled(g);
	g->linked = true;
	if ((flags & O_ACCMODE) == O_RDONLY ||
	    (S_ISREG(st.st_mode) && (flags & O_APPEND) != 0))
		g->rights &= ~BLOB_FS_WRITES;
	if ((flags & O_ACCMODE) == O_WRONLY)
		g->rights &= ~BLOB_FS_READS;
	return g->rights == 0 ? OUTCOME_EMPTY : add(l, g);
}

/*
 * What became of the rule for the path that a link leads to, if the policy
 * has one that gives as much: /bin, /lib and /sbin lead to directories that
 * are granted by themselves.  OUTCOMES: it has not.
 */
static enum outcome
twin(const struct launch *l, const struct grant *g)
{
	const char *suffix = g->at->s + 1;

	if (g->at->len == 0 || g->parent || (g->rule.flags & SPECIAL) != 0)
		return OUTCOMES;
	for (uint32_t i = blob_path_first(&l->blob, BLOB_ROOT_SLASH, suffix);
	     i < l->blob.npaths; i++) {
		const struct blob_path r = blob_path(&l->blob, i);
		const enum outcome o = (enum outcome)l->outcomes[i];

		/* The byte for the user's id could stand in a real name. */
		if (r.root != BLOB_ROOT_SLASH ||
		    strcmp(r.suffix, suffix) != 0 ||
		    strchr(r.suffix, BLOB_UID_BYTE) != NULL)
			break;
		if (r.kind != g->rule.kind || r.missing != g->rule.missing ||
		    (r.flags & SPECIAL) != 0)
			continue;
		if (o == OUTCOME_MISSING)
			return o;
		if (o == OUTCOME_GRANTED && (g->rights & ~r.rights) == 0)
			return OUTCOME_GRANTED_LINK;
	}
	return OUTCOMES;
}

/* Opens what links lead to; each is read, or else the kernel follows. */
static void
open_linked(struct launch *l, struct grant *g, int flags)
{
	const bool magic = (g->rule.flags & BLOB_PATH_MAGIC) != 0;
	size_t from = g->root->at.len;

	place_set(g->at, g->root->at);
	g->links.n = 0;
	while (!magic &&
	       (g->links.n > 0 ||
		   place_join(g->at, g->suffix, strlen(g->suffix))) &&
	       links_follow(g->at, &from, &g->links)) {
		g->settled = twin(l, g);
		if (g->settled != OUTCOMES)
			return;
		g->fd = descriptors_open(l, AT_FDCWD,
		    g->at->len == 0 ? "/" : g->at->s, flags,
		    RESOLVE_NO_LINKS | RESOLVE_NO_MAGIC);
		g->located = g->fd >= 0;
		if (g->located || errno == ENOENT)
			return;
		if (errno != ELOOP)
			break;
	}
	g->fd = descriptors_open(l, g->root->fd,
	    *g->suffix == '\0' ? "." : g->suffix, flags,
	    magic ? 0 : RESOLVE_NO_MAGIC);
}

static bool
open_at(struct launch *l, struct grant *g, int flags)
{
	const enum hint_kind hint = hint_of(&g->hint, g->root, g->suffix);

	g->linked = g->located = false;
	g->settled = OUTCOMES;
	g->error = 0;
	g->fd = -1;
	g->known = hint != HINT_NONE ||
		   listing_find(g->root, g->suffix) == ENTRY_MISSING;
	if (g->known && hint != HINT_LINK) {
		g->error = ENOENT;
		return false;
	}
	if (*g->suffix == '\0') {
		g->fd = g->root->fd;
		return true;
	}
	errno = ELOOP;
	if (hint != HINT_LINK)
		g->fd = descriptors_open(l, g->root->fd, g->suffix, flags,
		    RESOLVE_NO_LINKS | RESOLVE_NO_MAGIC);
	if (g->fd < 0 && errno == ELOOP) {
		g->linked = true;
		if (g->later && (g->rule.flags & BLOB_PATH_MAGIC) == 0)
			g->settled = OUTCOME_LATER;
		else
			open_linked(l, g, flags);
	}
	g->error = g->fd < 0 ? errno : 0;
	return g->fd >= 0;
}

/* ENOTDIR: is the path itself there, but no directory? */
static bool
not_directory(struct launch *l, struct grant *g)
{
	const int error = g->error;
	const bool there = g->rule.kind == BLOB_KIND_DIR && error == ENOTDIR &&
			   open_at(l, g, 0);

	g->error = error;
	return there;
}

/* The nearest thing to a missing path that can be granted. */
static bool
open_parent(struct launch *l, struct grant *g)
{
	static char parent[PATH_MAX];
	const char *slash = strrchr(g->suffix, '/');
	const size_t n = slash == NULL ? 0 : (size_t)(slash - g->suffix);

	if (g->rule.missing != BLOB_MISSING_PARENT || *g->suffix == '\0')
		return false;
	memcpy(parent, g->suffix, n);
	parent[n] = '\0';
	g->suffix = parent;
	g->parent = true;
	g->later = false;
	return open_at(l, g, O_DIRECTORY);
}

/* Opens the path and checks its type; OUTCOME_GRANTED: go on. */
static enum outcome
open_grant(struct launch *l, struct grant *g)
{
	struct stat st;

	if (!open_at(l, g, g->rule.kind == BLOB_KIND_DIR ? O_DIRECTORY : 0)) {
		if (g->settled != OUTCOMES)
			return g->settled;
		if (not_directory(l, g))
			return refuse_or_skip(g, "is not a directory",
			    "correct the path or grant it as a file");
		if (g->error != ENOENT && g->error != ENOTDIR)
			return refuse_or_skip(g, strerror(g->error),
			    "make it accessible or take it from the profile");
		if (!open_parent(l, g))
			return OUTCOME_MISSING;
	}
	if (g->rule.kind != BLOB_KIND_FILE || g->parent)
		return OUTCOME_GRANTED;
	if (fstat(g->fd, &st) != 0)
		return refuse_or_skip(g, strerror(errno), "try again");
	if (S_ISDIR(st.st_mode))
		return refuse_or_skip(g, "is a directory",
		    "correct the path or grant it as a directory");
	g->rights &= BLOB_FS_FILE;
	return g->rights == 0 ? OUTCOME_EMPTY : OUTCOME_GRANTED;
}

/* The canonical path of what was opened; OUTCOME_GRANTED: go on. */
static enum outcome
locate(struct grant *g)
{
	if (!g->linked) {
		place_set(g->at, g->root->at);
		(void)place_join(g->at, g->suffix, strlen(g->suffix));
		return OUTCOME_GRANTED;
	}
	if (g->located || place_of_fd(g->fd, g->at))
		return OUTCOME_GRANTED;
	if ((g->rule.flags & BLOB_PATH_MAGIC) != 0)
		return OUTCOME_EMPTY; /* a pipe or socket: free anyway */
	return refuse_or_skip(g, "leads out of the file system", "correct it");
}

/* Do other rules give these rights already? */
static bool
covered(const struct launch *l, const struct grant *g)
{
	uint64_t have = 0;

	for (uint32_t i = 0; i < l->blob.npaths; i++) {
		const struct blob_path r = blob_path(&l->blob, i);
		const char *suffix = path_suffix(&l->blob, r.suffix);

		if (l->outcomes[i] != OUTCOME_GRANTED ||
		    (r.flags & BLOB_PATH_CONSENT) != 0)
			continue;
		if (path_covers_below(
			l->roots[r.root].at, suffix, path_of(g->at)))
			have |= r.rights;
	}
	return (g->rights & ~have) == 0;
}

/* For what the user has to agree to; OUTCOME_GRANTED: go on. */
static enum outcome
consent(const struct launch *l, const struct grant *g)
{
	const bool reads = (g->rights & ~BLOB_FS_WRITES) != 0;
	const bool writes = (g->rights & BLOB_FS_WRITES) != 0;

	return consent_given(l,
		   reads && writes ? "read, write"
		   : writes	   ? "write"
				   : "read",
		   path_of(g->at))
		   ? OUTCOME_GRANTED
		   : OUTCOME_UNASKED;
}

/*
 * The rule's suffix with the user's id in it, which must outlast what is asked
 * of other rules meanwhile.  NULL: it is too long.
 */
static const char *
suffix_of(const struct launch *l, const char *suffix)
{
	static char kept[PATH_MAX];
	const char *expanded = path_suffix(&l->blob, suffix);

	if (expanded == NULL || expanded == suffix)
		return expanded;
	memcpy(kept, expanded, strlen(expanded) + 1);
	return kept;
}

static enum outcome
apply(struct launch *l, struct grant *g)
{
	const bool agree = (g->rule.flags & BLOB_PATH_CONSENT) != 0;
	enum outcome o;

	g->root = &l->roots[g->rule.root];
	g->rights = g->rule.rights & l->handled.of[RIGHTS_FS];
	g->fd = -1;
	g->error = 0;
	g->known = g->linked = g->parent = false;
	g->suffix = suffix_of(l, g->rule.suffix);
	if (g->rights == 0)
		return OUTCOME_EMPTY;
	if (g->root->withheld)
		return OUTCOME_WITHHELD;
	if (g->root->fd < 0)
		return OUTCOME_MISSING;
	if ((g->fd = standard(g)) >= 0)
		return grant_standard(l, g);
	if ((o = open_grant(l, g)) != OUTCOME_GRANTED ||
	    (o = locate(g)) != OUTCOME_GRANTED)
		return o;
	if (agree && covered(l, g))
		return OUTCOME_COVERED;
	if (agree && !l->opt.allow_cwd && !consent_possible(l))
		return consent(l, g);
	if (!denies_allow(l, &g->rule, path_of(g->at), g->rights))
		return OUTCOME_WITHHELD;
	if (!l->opt.allow_writable_policy)
		protect_check(path_of(g->at), g->fd, g->rights);
	wsl_check_drive(path_of(g->at), g->fd, false);
	within_grant(l, &g->rule, path_of(g->at), g->rights,
	    !g->linked && !g->parent && g->suffix == g->rule.suffix, g->fd);
	if (agree && (o = consent(l, g)) != OUTCOME_GRANTED)
		return o;
	if ((g->rule.flags & BLOB_PATH_BYPASS) != 0)
		denies_bypass(l, path_of(g->at), g->rights);
	if ((g->linked || g->parent) && (g->rule.flags & BLOB_PATH_MAGIC) == 0)
		planted_grant(g->root, g->suffix, path_of(g->at), g->rights,
		    g->fd, g->located ? &g->links : NULL);
	return add(l, g);
}

static bool
granted(enum outcome o)
{
	return o == OUTCOME_GRANTED || o == OUTCOME_GRANTED_LINK ||
	       o == OUTCOME_GRANTED_PARENT || o == OUTCOME_COVERED;
}

/*
 * A path right below a directory that was granted with as much: unless it is a
 * link the grant above is all that it needs, and asking that is a third of
 * the price of a rule.  OUTCOMES: it needs a rule.
 */
static enum outcome
below_granted(const struct launch *l, struct grant *g)
{
	const struct root *r = &l->roots[g->rule.root];
	const struct hint *h = &g->above;
	char first;

	if (h->root != r || (g->rule.rights & ~g->above_rights) != 0 ||
	    hint_of(h, r, g->rule.suffix) != HINT_GRANTED ||
	    g->rule.suffix[h->len] == '\0' ||
	    strchr(g->rule.suffix + h->len + 1, '/') != NULL ||
	    g->rule.kind != BLOB_KIND_ANY ||
	    g->rule.missing != BLOB_MISSING_SKIP ||
	    (g->rule.flags & SPECIAL) != 0 || l->blob.names_uid)
		return OUTCOMES;
	if (readlinkat(r->fd, g->rule.suffix, &first, 1) >= 0)
		return OUTCOME_LATER;
	return errno == EINVAL	 ? OUTCOME_GRANTED
	       : errno == ENOENT ? OUTCOME_MISSING
				 : OUTCOMES;
}

/* The suffix of the rule that follows, if it has the same root. */
static const char *
next_suffix(const struct launch *l, uint32_t i)
{
	if (i + 1 == l->blob.npaths)
		return NULL;

	const struct blob_path a = blob_path(&l->blob, i);
	const struct blob_path b = blob_path(&l->blob, i + 1);

	return a.root == b.root ? b.suffix : NULL;
}

/* What the rule's outcome says about the paths that follow. */
static void
learn(const struct launch *l, struct grant *g, uint32_t i, enum outcome o)
{
	if (g->known ||
	    g->suffix != g->rule.suffix) /* the user's id is in it */
		return;
	if (o == OUTCOME_GRANTED && g->rule.kind == BLOB_KIND_ANY &&
	    hint_of(&g->above, g->root, g->suffix) == HINT_NONE) {
		hint_set(&g->above, g->root, g->suffix, HINT_GRANTED);
		g->above_rights = g->rule.rights;
	}
	if (o == OUTCOME_LATER)
		hint_set(&g->hint, g->root, g->suffix, HINT_LINK);
	else if (g->error == ENOENT)
		hint_missing(
		    &g->hint, g->root, g->suffix, next_suffix(l, i), g->at);
	else if (g->fd >= 0 && !g->linked)
		hint_set(&g->hint, g->root, g->suffix, HINT_PRESENT);
}

/*
 * Three passes: paths as they are written, those with links on their way, of
 * which the others may be twins, and those that need consent, which others may
 * make needless.
 */
static void
pass(struct launch *l, enum pass pass)
{
	struct grant g = {.at = &l->scratch};

	for (uint32_t i = 0; i < l->blob.npaths; i++) {
		if (pass != PASS_PLAIN && l->outcomes[i] != OUTCOME_LATER)
			continue;
		g.later = pass == PASS_PLAIN;
		g.rule = blob_path(&l->blob, i);
		if (((g.rule.flags & BLOB_PATH_CONSENT) != 0) !=
		    (pass == PASS_CONSENT)) {
			l->outcomes[i] = OUTCOME_LATER;
			continue;
		}
		if (pass == PASS_LINKED)
			hint_set(&g.hint, &l->roots[g.rule.root], g.rule.suffix,
			    HINT_LINK);

		enum outcome o = OUTCOMES;

		if (pass == PASS_PLAIN)
			o = below_granted(l, &g);
		if (o == OUTCOMES) {
			o = apply(l, &g);
			if (pass == PASS_PLAIN)
				learn(l, &g, i, o);
		}
		l->outcomes[i] = (uint8_t)o;
		if (o == OUTCOME_LATER)
			continue;
		if (!granted(o))
			within_missing(l, &g.rule);
		l->count[o]++;
	}
}

void
rules_apply(struct launch *l)
{
	l->outcomes = memory_keep(l->blob.npaths);
	planted_roots(l);
	pass(l, PASS_PLAIN);
	pass(l, PASS_LINKED);
	pass(l, PASS_CONSENT);
	planted_judge(l);
	if (l->count[OUTCOME_GRANTED] + l->count[OUTCOME_GRANTED_LINK] +
		l->count[OUTCOME_GRANTED_PARENT] ==
	    0)
		die("rules",
		    "none of the policy's paths can be granted here, "
		    "so that nothing could run: see --dry-run on another "
		    "machine or correct the profile",
		    NULL);
	if (!place_return())
		die("rules",
		    "cannot return to the working directory: ", strerror(errno),
		    NULL);
}
