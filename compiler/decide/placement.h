#ifndef NONO_PLACEMENT_H
#define NONO_PLACEMENT_H

#include "compiler/decide/decide.h"

/*
 * Where roots could lie so that a rule is not granted that is granted while
 * they lie apart: where a denied path comes to lie in, at or above it.  Of all
 * the places that do the same to it, one; a directory that no policy names
 * stands for all others.
 *
 * The home directory is taken to be /root, to lie directly in /home, /Users,
 * /var/home, /export/home, /var/lib or /tmp, or somewhere below the working or
 * the temporary directory; these two may be anywhere.  None of them is taken
 * to lie in what is denied; and the XDG directories to be where they usually
 * are, or away from all else.
 */
struct placement {
	enum blob_root root;
	struct decide_path at;
	/* Of whoever asks: what is to be looked at there. */
	struct VEC(uint32_t) asks;
};

enum { PLACEMENTS_MAX = 256 };
struct placements {
	struct arena *arena;
	const struct blob *blob;  /* whose rules and denied paths they are */
	const struct blob *other; /* whose names are not made up, either */
	/* Denied paths that do not say of another root what one before does. */
	struct VEC(uint32_t) denies;
	struct VEC(struct placement) v;
	bool more; /* than PLACEMENTS_MAX: some were left out */
};

struct placement_list VEC(uint32_t); /* indexes */

void placements_begin(struct placements *ret_placements, struct arena *a,
    const struct blob *b, const struct blob *other);
/* The placements for one rule of the policy, added where they are new. */
void placements_of_rule(
    struct placements *p, uint32_t rule, struct placement_list *ret_list);

/* Directories of which each home directory is one entry; /root is one, too. */
enum { PLACEMENT_HOME_DIRS = 6 };
extern const struct text placement_home_dirs[PLACEMENT_HOME_DIRS];
/* The home directory that an absolute path lies in, if it may be one. */
bool placement_home_of(
    const struct decide_path *path, struct decide_path *ret_home);

#endif
