#ifndef NONO_DIFF_H
#define NONO_DIFF_H

#include "compiler/decide/decide.h"

/*
 * The difference of two compiled policies, by effect.  What each permits is
 * asked of the decider; order, repetition, groups and the files' format are no
 * difference.  Exact: side 1 permits what side 0 does not on just the objects
 * that the changes with `gained` say, and the other way round.
 *
 * Roots are compared as what they are, names: $XDG_CACHE_HOME/x is another
 * place than $HOME/.cache/x, because it is for some users.  What one permits
 * only where some root lies in what another names is a change of its own, of
 * the kind DIFF_PLACE; placement.h has the places that are thought of.
 */
enum diff_kind {
	DIFF_LAUNCH, /* one of them is never launched */
	DIFF_PATH,
	DIFF_PORT,
	DIFF_SOCKET,
	DIFF_SCOPE,
	DIFF_ENVIRONMENT,
	DIFF_COMMAND,
	DIFF_DENY,   /* a denied path, where another root covers it */
	DIFF_KERNEL, /* what a kernel must enforce */
	DIFF_TERMS,  /* how a rule is applied */
	DIFF_PLACE,  /* only where some root lies in what another names */
	DIFF_LINK,   /* only where a covered path is a symbolic link */
	DIFF_MOVED,  /* no difference in what is permitted */
	DIFF_KINDS,
};

/* When a path is permitted that otherwise is not, or is anyway. */
enum diff_when {
	DIFF_ALWAYS,
	DIFF_UNASKED, /* without consent to the working directory */
	DIFF_MISSING, /* when paths are missing at launch */
	DIFF_UNASKED_MISSING,
	DIFF_WHENS,
};

/* A place within a path's region where it does not hold. */
struct diff_except {
	struct decide_path at;
	uint64_t tree, file;
};

struct diff_change {
	enum diff_kind kind;
	bool gained; /* side 1 permits it, side 0 does not */
	bool had;    /* DIFF_PATH: the other one permits something there */
	struct text region; /* "$HOME/.netrc", "port 443", "GH_*" */
	struct text what;   /* "write", "connect_tcp" */
	struct text aside;  /* a remark behind; may be empty */
	struct text but;    /* where it is no difference; may be empty */
	/*
	 * DIFF_PATH: these rights on `at` as a directory and all below, and on
	 * `at` as anything else; but for what is in `excepts`.
	 */
	struct decide_path at;
	uint64_t tree, file;
	enum diff_when when;
	bool if_file;	 /* `at` may be a directory as well */
	bool everywhere; /* not handled: on all paths; `at` is "/" */
	struct VEC(struct diff_except) excepts;
	/* DIFF_PLACE: where that is, and a right on `at` that shows it. */
	const struct decide_env *env;
	/* DIFF_PORT, DIFF_SOCKET, DIFF_SCOPE: one request that shows it. */
	struct decide_request example;
	bool proxy; /* DIFF_PORT: the port that the launch names */
	/* The records behind it on each side, for their origins. */
	uint32_t tag;
	struct decide_rules records[2];
};

struct diff {
	struct arena *arena;
	const struct blob *blob[2];
	/* What is newly permitted comes first, widest dimension first. */
	struct VEC(struct diff_change) changes;
	uint32_t gained, lost; /* without DIFF_MOVED */
	/* Where the path changes of each environment stand; while they grow. */
	struct diff_part {
		uint32_t first, n;
	} parts[DIFF_WHENS][2];
};

/* Arena and blobs outlive it. */
void diff_policies(struct diff *ret_diff, struct arena *a,
    const struct blob *from, const struct blob *to);

/* The value of a variable in a policy as a profile has it: "$HOME/x". */
struct text diff_value(struct arena *a, const char *value);

/*
 * The environment that paths are compared in: every root is its own place.
 */
void diff_environment(struct decide_env *ret_env, enum diff_when when);

#endif
