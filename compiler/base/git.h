#ifndef NONO_GIT_H
#define NONO_GIT_H

#include "compiler/base/source.h"

/*
 * One revision of a git repository as a place to read files from, through the
 * git that is installed.  Nothing is checked out: one process lists the
 * revision, another hands out contents by object id, so no name from the
 * repository is ever an argument.
 *
 * Paths are those of the work tree, so that a profile, its bases and its
 * groups are looked for as on disk, and found as they were: what lies outside
 * the work tree is not in any revision (GIT_OUTSIDE).
 */
struct git;

enum git_kind {
	GIT_OUTSIDE, /* not in this work tree: ask the file system */
	GIT_MISSING,
	GIT_FILE,
	GIT_DIR,
	GIT_LINK, /* a symbolic link or a submodule: never followed */
};

/*
 * Opens the revision in the repository that the working directory is in; the
 * empty revision is the index.  Whoever opens it closes it.  On failure
 * *ret_why says why, and what git said of it.
 */
bool git_open(struct arena *a, const char *revision, struct git **ret_git,
    struct text *ret_why);
void git_close(struct git *g);

/*
 * If the revision does not have this directory it is not asked about what is
 * in it: an installation that happens to lie in a work tree.
 */
void git_spare(struct git *g, const char *dir);

/* As the user wrote it: "HEAD~1"; "" for the index. */
const char *git_revision(const struct git *g);
/* The work tree's own directory, absolute. */
const char *git_top(const struct git *g);

/*
 * What there is at a path, absolute or relative to the working directory.
 * *ret_name is then its place in the repository, "" for the top.
 */
enum git_kind git_find(
    const struct git *g, const char *path, struct text *ret_name);

/* A file's contents, a NUL behind them; false: *ret_why. */
bool git_read(struct git *g, struct text name, uint32_t max,
    struct text *ret_text, const char **ret_why);

/* What a symbolic link says, as it stands there. */
bool git_read_link(struct git *g, struct text name, struct text *ret_target,
    const char **ret_why);

/* The base names of what lies directly in a directory, sorted by bytes. */
struct name_array git_list(
    const struct git *g, struct arena *a, struct text dir);

#endif
