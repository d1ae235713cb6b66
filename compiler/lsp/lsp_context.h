#ifndef NONO_LSP_CONTEXT_H
#define NONO_LSP_CONTEXT_H

#include "compiler/base/vec.h"

/*
 * Where the cursor stands in a text that is being written and cannot be read
 * yet: which keys lead there, and what word is begun.  It never judges.
 */
struct lsp_words VEC(struct text);

struct lsp_context {
	struct lsp_words path;	 /* keys that lead there, as written */
	struct lsp_words beside; /* keys before it in the same object */
	bool is_key;		 /* a key is being written, else a value */
	bool quoted;
	uint32_t begin, end; /* the word, its quotes with it */
};

/* False: in a comment, or nowhere. */
bool lsp_context_find(struct arena *a, struct text t, uint32_t offset,
    bool yaml, struct lsp_context *ret_context);

/* The keys of the whole, as far as they can be made out. */
struct lsp_words lsp_outermost_keys(struct arena *a, struct text t, bool yaml);

#endif
