#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "runtime/landlock.h"
#include "runtime/report.h"
#include "runtime/rules.h"

/*
 * From a path to a descriptor, and to where that is.  A path without links is
 * where it says; links are read one by one, as each place they lead to has to
 * be compared with denied paths.
 */

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
		g->settled = rule_twin(l, g);
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
	const enum hint_kind hint = hint_of(&g->told->hint, g->root, g->suffix);

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
open_typed(struct launch *l, struct grant *g)
{
	struct stat st;

	if (!open_at(l, g, g->rule.kind == BLOB_KIND_DIR ? O_DIRECTORY : 0)) {
		if (g->settled != OUTCOMES)
			return g->settled;
		if (not_directory(l, g))
			return rule_refuse_or_skip(g, "is not a directory",
			    "correct the path or grant it as a file");
		if (g->error != ENOENT && g->error != ENOTDIR)
			return rule_refuse_or_skip(g, strerror(g->error),
			    "make it accessible or take it from the profile");
		if (!open_parent(l, g))
			return OUTCOME_MISSING;
	}
	if (g->rule.kind != BLOB_KIND_FILE || g->parent)
		return OUTCOME_GRANTED;
	if (fstat(g->fd, &st) != 0)
		return rule_refuse_or_skip(g, strerror(errno), "try again");
	if (S_ISDIR(st.st_mode))
		return rule_refuse_or_skip(g, "is a directory",
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
	return rule_refuse_or_skip(
	    g, "leads out of the file system", "correct it");
}

enum outcome
rule_open(struct launch *l, struct grant *g)
{
	const enum outcome o = open_typed(l, g);

	return o == OUTCOME_GRANTED ? locate(g) : o;
}
