#ifndef NONO_SBPL_PATHS_H
#define NONO_SBPL_PATHS_H

#include "compiler/sbpl/sbpl_nfa.h"

#include "compiler/sbpl/sbpl.h"

/*
 * All paths there can be, sorted by which of some filters match them: one of
 * each sort.  What sbpl_decide says of that one it says of the whole sort, so
 * that asking about each decides what holds of every path.
 *
 * A path is absolute, or begins with a parameter that is not given, "$HOME".
 * Literals, subpaths, prefixes and path-ancestors are told apart by their text
 * and by their text in whatever case, as a verdict may be doubtful where only
 * the case differs.  A filter that macOS may take in several ways is in doubt
 * for the evaluator whatever the path, and sorts nothing.
 */
enum sbpl_universe {
	SBPL_ALL_PATHS,
	SBPL_ALL_NAMES, /* of services, sysctls, ...: any text but "" */
};

struct sbpl_trie_node {
	char byte;
	uint32_t parent, child, sibling; /* 0: none */
	bool literal, subpath, prefix;	 /* texts that end here */
	/*
	 * What has matched, whatever comes, once the text goes on with a slash
	 * or with another byte that no text has there.
	 */
	uint32_t at_slash, at_other;
};

struct sbpl_trie {
	struct VEC(struct sbpl_trie_node) nodes; /* the first is the root */
};

struct sbpl_paths {
	struct arena *arena;
	enum sbpl_universe universe;
	struct sbpl_trie exact, folded;
	struct sbpl_nfa nfa;
	struct VEC(struct text) roots; /* "$HOME", that some text begins with */
	bool incomplete; /* a filter matches what cannot be told */
};

/* Once all texts are in it. */
void sbpl_trie_mark(struct sbpl_trie *t);

void sbpl_paths_init(
    struct sbpl_paths *p, struct arena *a, enum sbpl_universe universe);
/* Also all that the filter is made of; those on other facts are left out. */
void sbpl_paths_add(
    struct sbpl_paths *p, const struct sbpl_filter *f, enum sbpl_fact fact);
void sbpl_paths_add_policy(struct sbpl_paths *p,
    const struct sbpl_policy *policy, enum sbpl_fact fact);
/* A path, or with `tree` all below it, too. */
void sbpl_paths_add_place(struct sbpl_paths *p, struct text path, bool tree);
/* A root that no text names. */
void sbpl_paths_add_root(struct sbpl_paths *p, struct text root);

/*
 * One path of each sort, the shortest first.  False: there may be more, as a
 * filter is not modelled, or it takes more than `max` steps to find them.
 */
struct sbpl_sorts VEC(struct text);
bool sbpl_paths_sort(
    struct sbpl_paths *p, uint32_t max, struct sbpl_sorts *ret_sorts);

/* Is it the path, or with `tree` below it? */
static inline bool
sbpl_path_is_in(struct text path, struct text top, bool tree)
{
	if (text_equal(path, top))
		return true;
	return tree && path.len > top.len && top.len > 0 &&
	       memcmp(path.s, top.s, top.len) == 0 &&
	       (path.s[top.len] == '/' || top.len == 1);
}

/* Enough for the policies of profiles, and half a second at most. */
enum { SBPL_PATHS_MAX = 200000 };

#endif
