#ifndef NONO_LSP_SPOT_H
#define NONO_LSP_SPOT_H

#include "compiler/decode/decode_table.h"
#include "compiler/lsp/lsp.h"

/*
 * What stands at a place of a profile or group: the key, what the tables of
 * decode know of it, and the value.
 */
struct lsp_spot {
	uint32_t source;
	const struct node *root;
	const struct field *field; /* NULL: no key that there is */
	const struct pair *pair;   /* the innermost key; NULL: none */
	bool on_key;		   /* on its name, else in its value */
	const struct node *value;  /* the string there, or NULL */
	struct text path;	   /* "filesystem.read": names, not aliases */
};

/* False: the document cannot be read, or nothing is there. */
bool lsp_spot_find(
    struct lsp_check *k, uint32_t offset, struct lsp_spot *ret_spot);
/* Where the parameters point into the document. */
bool lsp_offset_in(const struct lsp *l, const struct lsp_document *doc,
    const cJSON *params, uint32_t *ret_offset);
/* The nodes of the document; false: it cannot be read. */
bool lsp_nodes(
    struct lsp_check *k, uint32_t *ret_source, const struct node **ret_root);
/* The table of its outermost keys. */
const struct table *lsp_table(const struct lsp_document *doc);

#endif
