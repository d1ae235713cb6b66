#ifndef NONO_WHEN_SCAN_H
#define NONO_WHEN_SCAN_H

#include "compiler/base/text.h"

/*
 * Tokens of a `when` predicate (nono-profile(5), CONDITIONS):
 *
 *	predicate	blanks ["!"] word { ":" [compare] word } blanks
 *	word		[A-Za-z0-9_.-]+
 *	compare		"==" ">=" "<=" ">" "<"
 *
 * Blanks are allowed at both ends only, which is the caller's to check.
 */
enum when_token {
	WHEN_END,
	WHEN_BLANK,
	WHEN_NOT,
	WHEN_COLON,
	WHEN_COMPARE,
	WHEN_WORD,
	WHEN_BAD, /* anything else */
};

struct when_scanner {
	const char *at;
	const char *end;
};

/* Takes the next token; *ret_token is its text. */
enum when_token when_scan_token(struct when_scanner *s, struct text *ret_token);

#endif
