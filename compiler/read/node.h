#ifndef NONO_NODE_H
#define NONO_NODE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "compiler/base/diag.h"

/*
 * The untyped tree that both readers make: what the file says, with a span
 * on every key and value, before anybody knows a key name.
 */
enum node_kind {
	NODE_NULL,
	NODE_BOOL,
	NODE_INTEGER, /* fits in 64 bits */
	NODE_NUMBER,  /* any other number; nothing in a profile wants one */
	NODE_STRING,
	NODE_LIST,
	NODE_MAP,
};

enum {
	NODE_DEPTH_MAX = 64,
	NODE_COUNT_MAX = 1 << 20,   /* values in one file */
	NODE_STRING_MAX = 64 << 10, /* bytes of one string */
};

struct node;
struct pair;

struct node {
	struct span at; /* a string's span includes its quotes */
	enum node_kind kind;
	union {
		bool boolean;
		int64_t integer;
		struct text string; /* NODE_STRING and NODE_NUMBER: unescaped */
		struct {
			const struct node *v;
			uint32_t n;
		} list;
		struct {
			const struct pair *v; /* in file order, keys unique */
			uint32_t n;
		} map;
	};
};

struct pair {
	struct text key;
	struct span key_at;
	struct node value;
};

/* "a list", "a string", ... as messages say it. */
const char *node_kind_name(enum node_kind kind);

/*
 * nonoc show --stage=nodes.  One value a line; strings as ASCII JSON.  The
 * first form says what the file means: JSON and YAML twins print alike.  The
 * second adds "@line:column-column" of each key, then of its value.
 */
void node_print(const struct node *n, FILE *out);
void node_print_places(
    const struct sources *s, const struct node *n, FILE *out);

/*
 * Where bytes begin..end of a NODE_STRING's unescaped text stand in its
 * source: exact for JSON and YAML, escapes and folded lines included.  When
 * that cannot be told, the span of the whole string.
 */
struct span node_string_span(const struct sources *s, const struct node *n,
    uint32_t begin, uint32_t end);

#endif
