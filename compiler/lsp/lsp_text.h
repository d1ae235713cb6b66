#ifndef NONO_LSP_TEXT_H
#define NONO_LSP_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/base/arena.h"
#include "compiler/base/text.h"

/*
 * Places in a text as the protocol counts them: lines from 0, which end in
 * \n, \r\n or \r, and in a line the units of UTF-16, or the bytes of UTF-8
 * where both sides agreed to that.  What lies outside is taken to the nearest
 * place that there is, as is the middle of a character.
 */
struct lsp_position {
	uint32_t line;
	uint32_t character;
};

enum lsp_encoding { LSP_UTF16, LSP_UTF8 };

/* Where each line begins: made once for many questions. */
struct lsp_lines {
	struct text text;
	enum lsp_encoding encoding;
	uint32_t *begin; /* [n] */
	uint32_t n;	 /* at least 1 */
};

struct lsp_lines lsp_lines_of(
    struct arena *a, struct text t, enum lsp_encoding encoding);
struct lsp_position lsp_position_of(const struct lsp_lines *l, uint32_t offset);
uint32_t lsp_offset_of(const struct lsp_lines *l, struct lsp_position p);

/* The text with [begin, end) replaced; in the arena, a NUL behind it. */
struct text lsp_text_replace(struct arena *a, struct text t, uint32_t begin,
    uint32_t end, struct text by);

/*
 * "file:///a%20b" as "/a b"; false: no absolute path of this machine.  And
 * back.
 */
bool lsp_uri_path(struct arena *a, const char *uri, struct text *ret_path);
struct text lsp_uri_of(struct arena *a, struct text path);

#endif
