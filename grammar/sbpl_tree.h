#ifndef NONO_SBPL_TREE_H
#define NONO_SBPL_TREE_H

#include "compiler/base/diag.h"

/*
 * Seatbelt files as text: the data that libsandbox's Scheme reader makes of
 * them, with the place of each.  Nothing here knows an operation or a filter.
 */
enum sbpl_kind {
	SBPL_LIST,
	SBPL_SYMBOL,
	SBPL_STRING,
	SBPL_INTEGER,
	SBPL_REAL, /* a number with a fraction, as it is written */
	SBPL_BOOLEAN,
	SBPL_CHARACTER,
};

enum {
	SBPL_DEPTH_MAX = 128,	  /* lists in lists */
	SBPL_COUNT_MAX = 1 << 20, /* nodes of one file */
};

struct sbpl_node {
	struct span at; /* a string's includes its quotes */
	enum sbpl_kind kind;
	bool raw;    /* a string: #"...", without escapes */
	bool dotted; /* a list: (a . b), the last node is the tail */
	union {
		const struct sbpl_node *first; /* of a list; NULL is () */
		struct text text; /* symbol, real; a string unescaped */
		int64_t integer;  /* a character: its code */
		bool truth;
	};
	const struct sbpl_node *next; /* in the same list */
};

/*
 * A whole file is a row of forms.  A raw rule, as a profile may bring along,
 * is one (allow ...) or (deny ...) of a fixed shape: operations, filters and
 * modifiers, no variables, no procedures, no second form.  sbpl_parse.y is the
 * whitelist.
 */
enum sbpl_shape { SBPL_SHAPE_FILE, SBPL_SHAPE_RULE };

/* The text, and how to say where its bytes begin..end stand. */
struct sbpl_input {
	struct text text;
	struct span (*place)(const void *of, uint32_t begin, uint32_t end);
	const void *of;
};

/*
 * *ret_first is the first form, or NULL when there is none.  False: diagnosed
 * (N9001, N9002).  Strings and symbols point into the text unless they were
 * escaped.
 */
bool sbpl_parse(struct arena *a, struct diags *d, const struct sbpl_input *in,
    enum sbpl_shape shape, const struct sbpl_node **ret_first);

/* "a list", "a string", ... as messages say it. */
const char *sbpl_kind_name(enum sbpl_kind kind);

#endif
