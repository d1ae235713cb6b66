#ifndef NONO_PROVE_H
#define NONO_PROVE_H

#include "compiler/diff/diff_report.h"
#include "compiler/diff/witness.h"

/*
 * Asks this kernel about the witnesses of a difference.  Both policies are
 * launched with nono-load in a file tree made for the purpose, with its own
 * HOME, working directory and roots; what they say of absolute paths is moved
 * into that tree, and the program that tries the witness may be run.  All else
 * of them stays as it is.  Nothing outside of the tree is touched, and it is
 * gone afterwards.  Ports are asked about on the loopback interface, signals
 * and abstract sockets with this process as the one outside.
 */
struct prover;

/* EXIT_HOLDS, or what to exit with, diagnosed. */
int prover_open(struct prover **ret_prover, struct compile *c,
    const struct side_pair *pair, const char *loader);
void prover_close(struct prover *p);

enum prove_result {
	PROVE_AGREES,
	PROVE_DISAGREES, /* the model is wrong, or the loader */
	PROVE_UNABLE,	 /* this kernel or machine cannot show it */
};

/*
 * One change.  *ret_words is "old=EACCES new=ok", or why it could not be
 * asked.
 */
enum prove_result prover_try(struct prover *p, struct witnesses *ws,
    const struct diff_change *c, const struct witness *w,
    struct text *ret_words);

/*
 * Then what the decider says of all kinds of operations in the place of the
 * change, below it and beside it is asked of the kernel, under both policies;
 * of many changes of a kind, the first few. Adds how many to *asked. *ret_words
 * is what is otherwise.
 */
enum prove_result prover_look_around(struct prover *p,
    const struct diff_change *c, uint32_t *asked, struct text *ret_words);

#endif
