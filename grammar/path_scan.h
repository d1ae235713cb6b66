#ifndef NONO_PATH_SCAN_H
#define NONO_PATH_SCAN_H

#include "compiler/base/text.h"

/*
 * Tokens of a path template (nono-profile(5), PATHS).  A template is any
 * number of:
 *
 *	~		only at the start, and only before "/" or the end
 *	$NAME ${NAME}	NAME is [A-Za-z_][A-Za-z0-9_]*, as long as it goes
 *	text		anything else but "$"
 *
 * A glob character is text.
 */
enum path_token {
	PATH_END,
	PATH_TEXT,
	PATH_HOME,     /* "~" */
	PATH_VARIABLE, /* "$NAME" or "${NAME}" */

	PATH_BAD_TILDE,	 /* "~user" */
	PATH_BAD_DIGIT,	 /* "$1" */
	PATH_BAD_BRACE,	 /* "${" without a name and a "}" */
	PATH_BAD_DOLLAR, /* "$" before anything else */
};

/* Set begin and end, and at to begin. */
struct path_scanner {
	const char *begin;
	const char *at;
	const char *end;
};

/* Takes the next token; *ret_token is its whole text. */
enum path_token path_scan(struct path_scanner *s, struct text *ret_token);

/* What must not stand in a path or a value, wherever it came from. */
enum path_forbidden {
	PATH_CLEAN,
	PATH_CONTROL,  /* U+0000-1F, U+007F-9F */
	PATH_BIDI,     /* hides or reorders what a reviewer sees */
	PATH_ENCODING, /* not UTF-8 */
};

/* Finds the first forbidden character of the text, if any. */
enum path_forbidden path_scan_forbidden(
    struct text t, struct text *ret_character);

#endif
