#ifndef NONO_LOCK_H
#define NONO_LOCK_H

#include "compiler/side/side.h"

/*
 * The lock: what a set of profiles compiled to when somebody looked, in a file
 * that lies beside them in git.  Of each policy its semantic id, the digests
 * of all its inputs, and what it enforces as text, so that drift can be shown
 * as what it permits.  The same bytes on every machine: no time, no version,
 * no absolute path.
 */
struct lock_file {
	struct text name;
	struct text digest; /* SHA-256, hexadecimal */
};

struct lock_policy {
	struct text name;
	struct span at;
	struct text id; /* hexadecimal */
	struct VEC(struct lock_file) files;
	struct side_policy policy; /* made again from the text */
};

struct lock {
	struct text path;
	struct VEC(struct lock_policy) policies; /* by name; unique */
	struct VEC(struct text) options;	 /* "--target linux:abi=6" */
};

/* EXIT_HOLDS, EXIT_REJECTED, or EXIT_TRUST: an id that is not its text's. */
int lock_read(struct lock *ret_lock, struct compile *c, const char *path);
/*
 * The whole file as text; the sides' policies sorted by name, and the options
 * that decide what profiles come to, sorted.
 */
struct text lock_print(
    struct arena *a, const struct side *s, const struct target *t);
/* Of a target, as the lock has them. */
void lock_options(struct arena *a, const struct target *t, struct lock *ret);

const struct lock_policy *lock_find(const struct lock *l, struct text name);
/* The name that it has there, as with side_find_single(); else as it is. */
struct text lock_name_of(const struct lock *l, struct text name);
/* Inputs of one policy, as the lock has them: by name. */
void lock_inputs(struct arena *a, const struct side_policy *p,
    struct lock_policy *ret_policy);
struct text lock_id(struct arena *a, const struct blob *b);

#endif
