#ifndef NONO_JSON_SCAN_H
#define NONO_JSON_SCAN_H

#include "compiler/base/diag.h"

/*
 * Tokens of JSON (RFC 8259) with // and block comments.  What is wrong inside
 * a token is diagnosed here; what is wrong about its place, by the caller.
 */
enum json_token {
	JSON_END,
	JSON_MAP_OPEN,
	JSON_MAP_CLOSE,
	JSON_LIST_OPEN,
	JSON_LIST_CLOSE,
	JSON_COLON,
	JSON_COMMA,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
	JSON_STRING,
	JSON_INTEGER,
	JSON_NUMBER, /* with a fraction or an exponent */

	/* Never right, but worth a message of their own. */
	JSON_WORD,   /* unquoted text */
	JSON_SINGLE, /* text in single quotes */
	JSON_HASH,   /* # to the end of the line */
	JSON_OTHER,  /* one character */
	JSON_FAILED, /* diagnosed already; nothing more can be read */
};

struct json_lexeme {
	enum json_token kind;
	struct span at;
	/*
	 * A string without its quotes, unescaped; it points into the source
	 * when nothing was escaped.  Of any other token the text itself.
	 */
	struct text text;
};

struct json_scanner {
	struct arena *arena;
	struct diags *diags;
	uint32_t source;
	const unsigned char *begin, *end; /* *end is NUL */
	const unsigned char *at;
	bool failed; /* a bad string or number; reading may go on */
};

struct json_lexeme json_scan(struct json_scanner *s);

#endif
