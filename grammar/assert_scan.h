#ifndef NONO_ASSERT_SCAN_H
#define NONO_ASSERT_SCAN_H

#include "grammar/assert_ast.h"

/*
 * Tokens of the assertion language, by the numbers that bison gave them.
 * Blanks and "#" comments go unseen.
 */
struct assert_scanner {
	const struct assert_input *in;
	const char *at;
	const char *end;
	bool spoken; /* the last token was wrong in itself, and that was said */
};

/* Takes the next token; *ret_word is its text, without quotes or "%". */
int assert_scan(struct assert_scanner *s, struct assert_word *ret_word);

#endif
