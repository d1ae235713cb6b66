#ifndef NONO_PLACEMENT_H
#define NONO_PLACEMENT_H

#include "compiler/decide/decide.h"

/*
 * Where roots may lie.  Policies are compared in all of these places, the same
 * ones whatever the policies say:
 *
 *	HOME		away from all else; /root; one entry of one of
 *			placement_home_dirs; somewhere below the working or the
 *			temporary directory, as long as nobody says where that
 *			is, or where it makes HOME one of the former
 *	CWD, TMPDIR	away from all else, or anywhere but in XDG_CONFIG_HOME,
 *			XDG_STATE_HOME and HOME/.nono
 *	XDG_*_HOME	each away from all else, or where it is while its
 *			variable is unset, below HOME
 *	XDG_RUNTIME_DIR	away from all else, or one entry of /run/user
 *
 * All of them at once.  Of places that do the same to what two policies say one
 * is enough, so a name that neither of them speaks of stands for all such.
 */
struct placement {
	struct decide_path at[BLOB_ROOTS]; /* as decide_env.places */
};

struct placements {
	struct arena *arena;
	unsigned moved; /* bits: roots that it matters to move */
	/* A name for where each root lies that no policy has in a path. */
	struct text fresh[BLOB_ROOTS];
};

/* Away from all else, each of them. */
void placement_apart(struct placement *ret_placement);
/* The path below a root that is its own place; false: round in a circle. */
bool placement_canonical(const struct placement *p, struct arena *a,
    const struct decide_path *path, struct decide_path *ret);

void placements_begin(struct placements *ret_placements, struct arena *a,
    const struct blob *one, const struct blob *two);

/* What is to meet: the one at, above or below the other. */
struct meeting {
	struct decide_path rule, deny;
	bool tree;   /* the rule is not for a file: something lies in it */
	bool denied; /* also with the rule's root in what is denied */
};
struct placement_list VEC(struct placement);
/*
 * From `from`, by moving one root with all that lies in it: each way to let the
 * two meet.  A root that can only be in one place is put there besides, where
 * nothing else helps.  Complete: for every placement that has all the meetings
 * of `from` and this one, too, there is one that has no more of them.
 */
void placements_meet(const struct placements *p, const struct placement *from,
    const struct meeting *m, struct arena *a, struct placement_list *list);

/* Directories of which each home directory is one entry; /root is one, too. */
enum { PLACEMENT_HOME_DIRS = 6 };
extern const struct text placement_home_dirs[PLACEMENT_HOME_DIRS];
/* The home directory that an absolute path lies in, if it may be one. */
bool placement_home_of(
    const struct decide_path *path, struct decide_path *ret_home);

#endif
