#ifndef NONO_COMPILE_H
#define NONO_COMPILE_H

#include "compiler/assert/assert.h"
#include "compiler/decode/target.h"
#include "compiler/expand/caps.h"
#include "compiler/link/store.h"

/* One compilation: everything it made lives in its arena. */
struct compile {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct store store;
	struct target target;
	const char *os_release; /* --os-release; NULL: not given */
	const struct profile_file *profile;
	struct policy policy;
	struct capset caps;
	struct assertions assertions; /* of its profiles and groups */
};

void compile_init(struct compile *c);
/* compile_init for a further compilation with the same options. */
void compile_init_like(struct compile *c, const struct compile *options);
/* Prints what was diagnosed and frees everything. */
void compile_finish(struct compile *c);

/* Files -> checked capset.  False: diagnosed. */
bool compile_profile(struct compile *c, const char *argument);
/* The same from c->profile, which has been read and decoded. */
bool compile_linked(struct compile *c);
/*
 * Checked capset -> the policy's bytes, in the arena, of which the assertions
 * hold.
 */
bool compile_emit(struct compile *c, bool provenance, const uint8_t **ret_bytes,
    uint32_t *ret_size);

#endif
