#ifndef NONO_RANDOM_POLICY_H
#define NONO_RANDOM_POLICY_H

#include "compiler/blob/blob_write.h"
#include "tests/decisions/tree.h"

/*
 * A random policy for a tree and the environment it is launched in: where the
 * roots lie, in each other or not, and whether the user consents.
 */
struct setting {
	struct blob_model model;
	/* As they are given to the loader, perhaps through links; "": unset. */
	char given[BLOB_ROOTS][NODE_PATH_MAX];
	bool consent;
	unsigned proxy_port;
};

enum { PORT_FIRST = 47811, PORT_COUNT = 4 };

void setting_make(struct setting *s, struct arena *a, uint32_t *seed,
    const struct tree *t, const char *agent, unsigned abi);
/* A neighbour in the same place, narrower more often than not. */
void setting_narrow(struct setting *s, const struct setting *from,
    struct arena *a, uint32_t *seed, const struct tree *t);
/* The same, as the decider wants it. */
void setting_env(const struct setting *s, struct arena *a, unsigned abi,
    struct decide_env *ret_env);
/*
 * argv and environment of the loader, which runs `agent`; `within` another
 * policy if that is not NULL.
 */
void setting_launch(const struct setting *s, const char *load,
    const char *policy, const char *within, const char *agent);

#endif
