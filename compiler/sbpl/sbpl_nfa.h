#ifndef NONO_SBPL_NFA_H
#define NONO_SBPL_NFA_H

#include "compiler/base/vec.h"

/*
 * Regular expressions as one automaton, to reason about all that they match
 * where sbpl_regex.c tries one subject.  The language is the same part of
 * POSIX's; tests/unit/sbpl_regex_relation.c holds both to each other.
 */
struct sbpl_bytes {
	uint64_t bits[4];
};

static inline bool
sbpl_bytes_has(const struct sbpl_bytes *s, unsigned char c)
{
	return (s->bits[c >> 6] >> (c & 63) & 1) != 0;
}

enum sbpl_nfa_kind {
	SBPL_NFA_BYTES, /* one byte of the set, then `next` */
	SBPL_NFA_SPLIT, /* `next` or `other` */
	SBPL_NFA_BEGIN, /* ^: nothing has been read */
	SBPL_NFA_END,	/* $: nothing more will be */
	SBPL_NFA_ACCEPT,
};

struct sbpl_nfa_node {
	enum sbpl_nfa_kind kind;
	uint32_t next, other; /* nodes */
	uint32_t regex;
	struct sbpl_bytes set;
	bool ends; /* END: the expression matches if the subject ends here */
};

/* The nodes of one expression lie together; the last is its ACCEPT. */
struct sbpl_nfa_regex {
	struct text pattern;
	uint32_t start, first, accept;
	bool floats; /* a match may begin behind the first byte */
};

/* A set of nodes, sorted, without SPLIT and BEGIN. */
struct sbpl_nfa_set VEC(uint32_t);

struct sbpl_nfa {
	struct arena *arena;
	struct VEC(struct sbpl_nfa_node) nodes;
	struct VEC(struct sbpl_nfa_regex) regexes;
	/* While a set is made: what is to be looked at, and what has been. */
	struct sbpl_nfa_set pending;
	struct VEC(uint32_t) seen; /* by node: == round, it has */
	uint32_t round;
};

/*
 * Adds an expression; one that is there already is not added twice.  False:
 * it is not in the part of the language that is modelled.
 */
bool sbpl_nfa_add(struct sbpl_nfa *a, struct text pattern);

/* Where all expressions are before the first byte. */
void sbpl_nfa_begin(struct sbpl_nfa *a, struct sbpl_nfa_set *ret_set);
/* And after another one. */
void sbpl_nfa_step(struct sbpl_nfa *a, const struct sbpl_nfa_set *from,
    unsigned char c, struct sbpl_nfa_set *ret_set);
/* Does the node's expression match what has been read, as the whole subject? */
bool sbpl_nfa_matches(const struct sbpl_nfa_node *n);

/* Does the expression of that number match the text? */
bool sbpl_nfa_run(struct sbpl_nfa *a, uint32_t regex, struct text t);

#endif
