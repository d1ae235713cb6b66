#ifndef NONO_SBPL_DISJOINT_H
#define NONO_SBPL_DISJOINT_H

#include "compiler/sbpl/sbpl_paths.h"
#include "compiler/seatbelt/sbpl_file.h"

/*
 * What one policy may change and another may use.  By changing is meant any
 * file-write operation, by using one of them, too, or reading, running, and
 * connecting to a socket.
 */
struct sbpl_use {
	enum sbpl_verdict verdict;
	enum sbpl_op op;
	const struct sbpl_rule *rule; /* that allows it, or may */
	const struct sbpl_filter *at; /* the part of it that matches, or NULL */
};

struct sbpl_meeting {
	struct text path;
	unsigned changer; /* 0 or 1: which of the two */
	struct sbpl_use change, use;
};

struct sbpl_meetings {
	/* Shortest paths first; what lies below one that meets is left out. */
	struct VEC(struct sbpl_meeting) sure;
	struct sbpl_meeting doubt; /* the first that may be one; .path.s NULL */
	/*
	 * Of the roots that are not placed: where one may lie so that they
	 * meet.  .path is what it would be, `root` its name; .s NULL: nowhere.
	 */
	struct sbpl_meeting placed;
	struct text root;
	/* Or the rule that may hold as a root lies, and of which policy. */
	const struct sbpl_rule *bound;
	unsigned bound_in;
	bool complete; /* all paths have been looked at */
};

/*
 * `paths` is one that sbpl_paths_init() made, with the places that `leave_out`
 * tells apart; the policies are added here.
 */
struct sbpl_disjoint {
	struct sbpl_file *files[2];
	struct sbpl_paths *paths;
	/* in_lower: the path is, and places are compared so */
	bool (*leave_out)(const void *of, struct text path, bool in_lower);
	const void *of;
};
void sbpl_disjoint(
    const struct sbpl_disjoint *d, struct sbpl_meetings *ret_meetings);

#endif
