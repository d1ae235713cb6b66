#ifndef NONO_SBPL_SCAN_H
#define NONO_SBPL_SCAN_H

#include "grammar/sbpl_tree.h"

/* Byte offsets in the text that is read. */
struct sbpl_range {
	uint32_t begin, end;
};

/* One reading; the scanner, the parser and its driver share it. */
struct sbpl_reader {
	struct arena *arena;
	struct diags *diags;
	const struct sbpl_input *in;
	enum sbpl_shape shape;
	const unsigned char *begin, *end, *at;
	bool failed; /* diagnosed; nothing more is said of syntax */
	/* Where the lists that are open now begin. */
	struct sbpl_range open[SBPL_DEPTH_MAX];
	uint32_t depth;
	uint32_t forms; /* closed at depth 0 */
	uint32_t nodes;
	const struct sbpl_node *first; /* what was read */
};

struct sbpl_lexeme {
	int token; /* of sbpl_parse.h */
	struct sbpl_range at;
	struct text text; /* symbol, real; a string unescaped */
	int64_t integer;  /* a boolean: 0 or 1 */
	bool raw;
};

/* The next token; what is wrong inside it is diagnosed, `failed` set. */
struct sbpl_lexeme sbpl_scan(struct sbpl_reader *r);

struct span sbpl_place(const struct sbpl_reader *r, struct sbpl_range at);

#endif
