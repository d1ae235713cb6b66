#ifndef NONO_PROVE_TREE_H
#define NONO_PROVE_TREE_H

#include "compiler/blob/blob_write.h"
#include "compiler/compile.h"
#include "compiler/diff/witness.h"

/* The file tree of a proof, and the policies that fit it. */
struct prove_tree {
	struct arena *arena;
	struct text top; /* absolute; "" before it is made */
	/* Where roots lie in each other; NULL: each apart from all others. */
	const struct decide_env *env;
};

/* False with errno. */
bool prove_tree_make(struct prove_tree *t);
void prove_tree_remove(const struct prove_tree *t);

/* Where a root lies; where a path of a policy does. */
struct text prove_root(const struct prove_tree *t, enum blob_root root);
struct text prove_place(
    const struct prove_tree *t, const struct decide_path *path);

/* Makes the directory of a root, where it lies now. */
void prove_tree_root(const struct prove_tree *t, enum blob_root root);

/*
 * All that the policy has rules for, but for what may be missing if `absent`.
 * Of one name both as a file and a directory, the directory is made.
 */
void prove_tree_fill(
    const struct prove_tree *t, const struct blob *b, bool absent);
/*
 * Makes the object of a witness, or takes it away, as it wants it.  False: the
 * tree has something else there.
 */
bool prove_tree_set(const struct prove_tree *t, const struct witness *w);

/* The same of any path; false with errno. */
bool prove_tree_put(
    const struct prove_tree *t, struct text place, bool there, bool directory);
/* Removes what is there, with all below it. */
void prove_tree_clear(struct text place);

/* The policy with "/" moved into the tree, and rules to run `program`. */
bool prove_policy(const struct prove_tree *t, struct diags *d,
    const struct blob *b, const char *program, const uint8_t **ret_bytes,
    uint32_t *ret_size);

#endif
