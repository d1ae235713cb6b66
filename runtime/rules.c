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
	bool linked;  /* a link was followed, or may have been */
	bool located; /* `at` is where it led */
	bool parent;  /* the path is missing, this is its parent */
	const char *suffix;
	struct place at; /* canonical, once fd is open */
};

/* The path as the profile has it, for messages. */
static const char *
spelled(struct grant *g)
{
	place_set(&g->at, g->root->at);
	place_join(&g->at, g->suffix, strlen(g->suffix));
	return shown(g->at.s);
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
		die("rules", "the kernel refuses ", shown(g->at.s), ": ",
		    strerror(errno), NULL);
	if ((g->rule.flags & BLOB_PATH_HOLD) != 0) {
		if (fcntl(g->fd, F_SETFD, 0) != 0)
			die("rules", "cannot hold ", shown(g->at.s), ": ",
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
 * is.  Not so for a file that may only be appended to, a directory, and what
 * is open as a mere name.
 */
static enum outcome
grant_standard(struct launch *l, struct grant *g)
{
	struct stat st;
	const int flags = fcntl(g->fd, F_GETFL);

	if (flags < 0 || fstat(g->fd, &st) != 0)
		return refuse_or_skip(g, strerror(errno), "try again");
	if (S_ISDIR(st.st_mode) || (flags & O_PATH) != 0 ||
	    (flags & O_ACCMODE) == O_ACCMODE)
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

static bool
open_at(struct launch *l, struct grant *g, int flags)
{
	const char *path = *g->suffix == '\0' ? "." : g->suffix;
	const bool magic = (g->rule.flags & BLOB_PATH_MAGIC) != 0;

	g->linked = g->located = false;
	g->error = 0;
	if (listing_find(g->root, g->suffix) == ENTRY_MISSING) {
		g->error = ENOENT;
		return false;
	}
	g->fd = descriptors_open(
	    l, g->root->fd, path, flags, RESOLVE_NO_LINKS | RESOLVE_NO_MAGIC);
	if (g->fd < 0 && errno == ELOOP) {
		g->linked = true;
		if (!magic)
			g->fd =
			    links_open(l, g->root, g->suffix, flags, &g->at);
		g->located = g->fd >= 0;
		if (g->fd < 0)
			g->fd = descriptors_open(l, g->root->fd, path, flags,
			    magic ? 0 : RESOLVE_NO_MAGIC);
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
	return open_at(l, g, O_DIRECTORY);
}

/* Opens the path and checks its type; OUTCOME_GRANTED: go on. */
static enum outcome
open_grant(struct launch *l, struct grant *g)
{
	struct stat st;

	if (!open_at(l, g, g->rule.kind == BLOB_KIND_DIR ? O_DIRECTORY : 0)) {
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
		place_set(&g->at, g->root->at);
		if (place_join(&g->at, g->suffix, strlen(g->suffix)))
			return OUTCOME_GRANTED;
		return refuse_or_skip(g, strerror(ENAMETOOLONG), "shorten it");
	}
	if (g->located || place_of_fd(g->fd, &g->at))
		return OUTCOME_GRANTED;
	if ((g->rule.flags & BLOB_PATH_MAGIC) != 0)
		return OUTCOME_EMPTY; /* a pipe or socket: free anyway */
	return refuse_or_skip(g, "leads out of the file system", "correct it");
}

/* Do other rules give these rights already? */
static bool
covered(const struct launch *l, const struct grant *g)
{
	static struct place p;
	uint64_t have = 0;

	for (uint32_t i = 0; i < l->blob.npaths; i++) {
		const struct blob_path r = blob_path(&l->blob, i);
		const char *suffix = path_suffix(&l->blob, r.suffix);

		if (l->outcomes[i] != OUTCOME_GRANTED || suffix == NULL ||
		    (r.flags & BLOB_PATH_CONSENT) != 0)
			continue;
		place_set(&p, l->roots[r.root].at);
		if (place_join(&p, suffix, strlen(suffix)) &&
		    path_covers(path_of(&p), path_of(&g->at)))
			have |= r.rights;
	}
	return (g->rights & ~have) == 0;
}

static bool
ask(const struct grant *g)
{
	char answer[64];
	ssize_t n;
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);

	if (tty < 0)
		return false;
	line_add("grant ");
	line_add((g->rights & ~BLOB_FS_WRITES) != 0 ? "read" : "");
	line_add((g->rights & ~BLOB_FS_WRITES) != 0 &&
			 (g->rights & BLOB_FS_WRITES) != 0
		     ? ", "
		     : "");
	line_add((g->rights & BLOB_FS_WRITES) != 0 ? "write" : "");
	line_add(" to ");
	line_add(shown(g->at.s));
	line_add("? [y/N] ");
	line_ask(tty);
	n = read(tty, answer, sizeof(answer));
	close(tty);
	return n > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

static bool
can_ask(const struct launch *l)
{
	return !l->opt.dry_run && isatty(0) && isatty(2);
}

/* For what the user has to agree to; OUTCOME_GRANTED: go on. */
static enum outcome
consent(const struct launch *l, const struct grant *g)
{
	if (l->opt.allow_cwd || (can_ask(l) && ask(g)))
		return OUTCOME_GRANTED;
	warn(shown(g->at.s), " is not granted: pass --allow-cwd to grant it",
	    NULL);
	return OUTCOME_UNASKED;
}

static enum outcome
apply(struct launch *l, const struct blob_path *rule)
{
	static struct grant g;
	const bool agree = (rule->flags & BLOB_PATH_CONSENT) != 0;
	enum outcome o;

	g.rule = *rule;
	g.root = &l->roots[rule->root];
	g.rights = rule->rights & l->handled.of[RIGHTS_FS];
	g.parent = false;
	g.suffix = path_suffix(&l->blob, rule->suffix);
	if (g.rights == 0)
		return OUTCOME_EMPTY;
	if (g.root->withheld)
		return OUTCOME_WITHHELD;
	if (g.root->fd < 0)
		return OUTCOME_MISSING;
	if (g.suffix == NULL) {
		g.suffix = rule->suffix;
		return refuse_or_skip(&g, strerror(ENAMETOOLONG), "shorten it");
	}
	if ((g.fd = standard(&g)) >= 0)
		return grant_standard(l, &g);
	if ((o = open_grant(l, &g)) != OUTCOME_GRANTED ||
	    (o = locate(&g)) != OUTCOME_GRANTED)
		return o;
	if (agree && covered(l, &g))
		return OUTCOME_COVERED;
	if (agree && !l->opt.allow_cwd && !can_ask(l))
		return consent(l, &g);
	if (!denies_allow(l, rule, path_of(&g.at), g.rights))
		return OUTCOME_WITHHELD;
	if (!l->opt.allow_writable_policy)
		protect_check(path_of(&g.at), g.fd, g.rights);
	wsl_check_drive(path_of(&g.at), g.fd, false);
	within_grant(l, rule, path_of(&g.at), g.rights,
	    !g.linked && !g.parent && g.suffix == rule->suffix, g.fd);
	if (agree && (o = consent(l, &g)) != OUTCOME_GRANTED)
		return o;
	return add(l, &g);
}

static bool
granted(enum outcome o)
{
	return o == OUTCOME_GRANTED || o == OUTCOME_GRANTED_LINK ||
	       o == OUTCOME_GRANTED_PARENT || o == OUTCOME_COVERED;
}

/* Those that need consent come last: others may make asking needless. */
static void
pass(struct launch *l, unsigned agree)
{
	for (uint32_t i = 0; i < l->blob.npaths; i++) {
		const struct blob_path rule = blob_path(&l->blob, i);

		if ((rule.flags & BLOB_PATH_CONSENT) != agree)
			continue;
		l->outcomes[i] = (uint8_t)apply(l, &rule);
		if (!granted((enum outcome)l->outcomes[i]))
			within_missing(l, &rule);
		l->count[l->outcomes[i]]++;
	}
}

void
rules_apply(struct launch *l)
{
	pass(l, 0);
	pass(l, BLOB_PATH_CONSENT);
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
