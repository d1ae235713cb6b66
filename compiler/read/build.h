#ifndef NONO_BUILD_H
#define NONO_BUILD_H

#include "compiler/read/node.h"

/*
 * What a reader may say.  Readers know no key name and make no decision; the
 * builder nests, counts, and diagnoses duplicate keys (compared after
 * unescaping), depth and size.  Every call returns false when the file is to
 * be given up; it has been diagnosed then.
 */
struct build {
	struct arena *arena;
	struct diags *diags;
	struct arena scratch; /* the two stacks; build_finish releases it */
	struct VEC(struct pair) stack; /* finished values of open containers */
	struct VEC(struct build_frame {
		struct span at;
		uint32_t first; /* index into stack */
		bool is_map;
	}) frames;
	struct pair pending; /* key read, value not yet */
	bool has_key;
	uint32_t count;
	bool failed; /* a duplicate key: keep reading, fail at the end */
	bool done;
	struct node root;
};

bool build_begin(struct build *b, bool is_map, struct span at);
bool build_end(struct build *b, struct span close);
bool build_key(struct build *b, struct span at, struct text key);
/* kind is none of NODE_LIST, NODE_MAP. */
bool build_scalar(struct build *b, struct node value);
/*
 * Once, whether or not reading went well (`ok`): the root, copied to the
 * arena, or NULL when anything was diagnosed.
 */
const struct node *build_finish(struct build *b, bool ok);

#endif
