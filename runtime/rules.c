#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/landlock.h"
#include "runtime/report.h"
#include "runtime/rules.h"

enum pass { PASS_PLAIN, PASS_LINKED, PASS_CONSENT };

const char *
rule_spelled(struct grant *g)
{
	place_set(g->at, g->root->at);
	place_join(g->at, g->suffix, strlen(g->suffix));
	return shown(g->at->s);
}

enum outcome
rule_refuse_or_skip(struct grant *g, const char *why, const char *remedy)
{
	const char *path = rule_spelled(g);

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
		return rule_refuse_or_skip(g, strerror(errno), "try again");
	if ((flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_ACCMODE)
		return OUTCOME_EMPTY;
	(void)rule_spelled(g);
	g->linked = true;
	if ((flags & O_ACCMODE) == O_RDONLY ||
	    (S_ISREG(st.st_mode) && (flags & O_APPEND) != 0))
		g->rights &= ~BLOB_FS_WRITES;
	if ((flags & O_ACCMODE) == O_WRONLY)
		g->rights &= ~BLOB_FS_READS;
	return g->rights == 0 ? OUTCOME_EMPTY : add(l, g);
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
	if ((o = rule_open(l, g)) != OUTCOME_GRANTED)
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
 * Three passes: paths as they are written, those with links on their way, of
 * which the others may be twins, and those that need consent, which others may
 * make needless.
 */
static void
pass(struct launch *l, enum pass pass)
{
	struct told told = {0};
	struct grant g = {.at = &l->scratch, .told = &told};

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
			hint_set(&told.hint, &l->roots[g.rule.root],
			    g.rule.suffix, HINT_LINK);

		enum outcome o = OUTCOMES;

		if (pass == PASS_PLAIN)
			o = rule_below_granted(l, &g);
		if (o == OUTCOMES) {
			o = apply(l, &g);
			if (pass == PASS_PLAIN)
				rule_learn(l, &g, i, o);
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
