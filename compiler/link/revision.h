#ifndef NONO_REVISION_H
#define NONO_REVISION_H

#include "compiler/base/git.h"
#include "compiler/link/store.h"

/*
 * An argument that names what a revision of git has, REV:PATH; the empty
 * revision is the index.  PATH counts from the top of the repository, or from
 * the working directory if it begins with "./" or "../", as in git.
 */

/*
 * Is the argument one?  What lies here is not, and if there is a revision of
 * that name, too, that is diagnosed: false.
 */
bool revision_named(struct store *s, const char *argument, bool *ret_named);

/*
 * Opens the revision that it names; *ret_path is the file or directory as the
 * file system would know it, for git_find().  Whoever opens it closes it.
 * NULL: diagnosed.
 */
struct git *revision_open(
    struct store *s, const char *argument, const char **ret_path);

/* Diagnoses that it cannot be had, with one of the reasons below or another. */
void revision_refuse(struct store *s, const char *argument, const char *why);
extern const char revision_link[], revision_outside[], revision_missing[];

/*
 * Reads the one file that an argument names, of a revision or as it lies here:
 * what is judged must not bring its own waivers and assertions.
 */
bool revision_read(struct store *s, const char *argument, uint32_t *ret_source);

#endif
