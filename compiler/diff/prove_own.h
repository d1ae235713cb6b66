#ifndef NONO_PROVE_OWN_H
#define NONO_PROVE_OWN_H

#include "compiler/diff/prove.h"
#include "compiler/diff/prove_tree.h"

/* Changes of a kind, and how many of them have been looked around in. */
struct prover_seen {
	enum blob_root root;
	uint64_t tree, file;
	bool gained;
	uint32_t n;
};

/* What the parts of a proof have in common. */
struct prover {
	struct compile *compile;
	const struct side_pair *pair;
	struct prove_tree tree;
	const char *loader, *program;
	struct text policy[2]; /* files */
	unsigned abi;	       /* of this kernel's Landlock; 0: none */
	enum diff_when filled; /* what the tree is filled for */
	bool is_filled;
	const char *abstract; /* the name of a socket that listens */
	int servers[2];	      /* abstract, in the tree; or -1 */
	const struct decider *deciders[2]; /* as on this kernel */
	struct VEC(struct prover_seen) seen;
};

enum prover_side { PROVER_OLD, PROVER_NEW, PROVER_FREE }; /* no loader */
enum { PROVER_REFUSED = 125 };				  /* it ran nothing */

/*
 * Runs "nonoc probe" with these words, NULL behind them, under a policy; what
 * it prints goes to the file `out`.  Its exit status, or -1 with errno.
 */
int prover_run(struct prover *p, enum prover_side side, bool consent,
    const char *const *words, const char *out);

/* "ok", "EACCES" */
struct text prover_error(struct arena *a, int error);

#endif
