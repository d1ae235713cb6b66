#ifndef NONO_DECIDE_MODEL_H
#define NONO_DECIDE_MODEL_H

#include "compiler/decide/decide.h"

/* The decider's own view of a policy; decide.h is for everybody else. */

/* What a rule's rights hold for.  As in a policy, until a world tells. */
enum entry_on {
	ON_ANY,	 /* a directory with all below it, or anything else */
	ON_TREE, /* a directory with all below it */
	ON_FILE, /* anything but a directory */
};

/* A rule where it has effect. */
struct entry {
	struct text suffix;
	uint64_t rights; /* of those that are handled */
	uint64_t claims; /* what is compared with denied paths */
	uint64_t id;	 /* of a file with perhaps more names; or 0 */
	uint32_t rule;	 /* index into PATH */
	uint32_t deny;	 /* which withholds it; DECIDE_NONE */
	uint8_t root;
	uint8_t on;
	bool may_widen; /* its parent's, if it was missing at launch */
	bool direct;	/* on its own path, not on a link's or its parent */
	const struct text *hops; /* the links on its path */
	uint32_t nhops;
};

/* entry.deny, where it is no index: why the rule is not granted. */
enum {
	DENY_TMPDIR = -2,  /* the temporary directory holds HOME */
	DENY_COVERED = -3, /* others grant it, so nobody is asked */
};

struct decider {
	struct arena *arena;
	const struct blob *blob;
	struct blob_target target;
	struct decide_env env;
	struct decide_path canon[BLOB_ROOTS]; /* each root, fully replaced */
	uint64_t fs, net, scoped;	      /* handled on this kernel */
	struct VEC(struct entry) entries;     /* by root and suffix */
	uint32_t first[BLOB_ROOTS + 1];	      /* entries of each root */
	struct VEC(uint32_t) settled; /* entries with a deny, to be undone */
	struct decide_refused refused;
	const bool *off; /* by rule; NULL: all are on */
	bool hop;	 /* while settling: a link on the way */
	bool agreed;	 /* while settling: those that need consent */
};

/* A path fully replaced, in a buffer of its own. */
enum { SPOT_MAX = 3 * (BLOB_PATH_MAX + 1) };
struct spot {
	enum blob_root root;
	uint32_t len;
	char s[SPOT_MAX];
};

/*
 * Of a spot on the stack: only the bytes within len are ever read, and 12 KiB
 * of -ftrivial-auto-var-init=zero took half the time of a decision.
 */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define SPOT_UNSET __attribute__((uninitialized))
#endif
#endif
#ifndef SPOT_UNSET
#define SPOT_UNSET
#endif

void spot_set(
    struct spot *s, const struct decider *d, const struct decide_path *path);
static inline struct decide_path
spot_path(const struct spot *s)
{
	return (struct decide_path){{s->s, s->len}, s->root};
}

/*
 * How a path lies to a root: what is left of it below the root's place.
 * `strict`: it is somewhere below `rel`, where exactly nobody knows.
 */
struct reach {
	struct text rel;
	bool strict;
};
bool reach(const struct decider *d, enum blob_root root,
    const struct decide_path *canonical, struct reach *ret);

/* By bytes, with '/' before all others. */
int suffix_compare(struct text a, struct text b);
/* Equal, or `outer` is one or more whole components of `inner`. */
bool suffix_covers(struct text outer, struct text inner);
struct text suffix_parent(struct text suffix);
/* "a" and "b/c": "a/b/c"; either may be empty. */
struct text suffix_join(struct arena *a, struct text above, struct text below);
/* The first entry of a root that is not before a suffix. */
uint32_t entry_bound(
    const struct decider *d, enum blob_root root, struct text suffix);

/* Refuses where the command can have made a link that a rule leads through. */
void planted_settle(struct decider *d);
/* Compares every entry with the denied paths; fills in `refused`. */
void denies_settle(struct decider *d);
/* A temporary directory that holds the home directory is no such thing. */
bool tmpdir_withheld(const struct decider *d);
bool deny_concerns(unsigned access, uint64_t rights);

/* The seccomp program's answer to socket(2): 0, or the errno. */
int filter_socket(const struct decider *d, uint32_t family, uint32_t socktype,
    uint32_t proto);
void decide_net(const struct decider *d, const struct decide_request *r,
    struct decide_answer *ret);

#endif
