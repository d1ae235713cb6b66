#ifndef NONO_LSP_EDIT_H
#define NONO_LSP_EDIT_H

#include "compiler/base/diag_record.h"
#include "compiler/lsp/lsp.h"

/* Bytes of the document that become others. */
struct lsp_edit {
	uint32_t begin, end;
	struct text text;
};
struct lsp_edits VEC(struct lsp_edit);

/*
 * The edits of the document that a diagnostic's fix comes to, apart from each
 * other, and what they are called.  False: there are none.
 */
bool lsp_fix_edits(struct lsp_check *k, const struct diag_fix *fix,
    struct lsp_edits *ret_edits, struct text *ret_title);
/* A key or string in the place of one, in quotes if that one is. */
struct text lsp_quoted(
    struct arena *a, struct text source, uint32_t begin, struct text word);

#endif
