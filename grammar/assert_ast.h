#ifndef NONO_ASSERT_AST_H
#define NONO_ASSERT_AST_H

#include "compiler/base/diag.h"

/*
 * The assertion language (nono-assert(5)): what a policy must never, or must
 * always, permit.  Reading makes a tree with a span on every leaf and looks
 * nothing up: names, paths and operations are still text here.
 */

/* A word, name or string with its place. */
struct assert_word {
	struct text text; /* without quotes; of a macro without its "%" */
	struct span at;
	bool macro; /* of operations: %NAME */
	struct assert_word *next;
};

struct assert_words {
	struct assert_word *first, *last;
	struct span at;
};

enum assert_term_kind {
	ASSERT_PATH,  /* word: a template; "/" and two stars for a subtree */
	ASSERT_PORTS, /* word: "tcp:443", "udp:1-1023", "tcp:*" */
	ASSERT_GROUP, /* word: the paths of a group */
	ASSERT_NAME,  /* word: what a let gave a name */
};

struct assert_term {
	enum assert_term_kind kind;
	struct assert_word word;
	struct assert_term *next;
};

/* A union of terms; braces are only punctuation. */
struct assert_set {
	struct assert_term *first, *last;
	struct span at;
};

enum assert_rule_kind {
	ASSERT_NEVER,	 /* no operation of `ops` anywhere on `set` */
	ASSERT_TOGETHER, /* not all of `ops` on one and the same path */
	ASSERT_ALWAYS,	 /* every operation of `ops` everywhere on `set` */
	ASSERT_ONLY,	 /* as never, but for `profiles` */
	ASSERT_WITHIN,	 /* `left` permits nothing that `right` does not */
	ASSERT_DISJOINT, /* what one may change the other may not use */
};

struct assert_rule {
	enum assert_rule_kind kind;
	struct span at;
	struct assert_words ops;
	struct assert_set set;
	struct assert_set except;     /* empty: none */
	struct assert_words profiles; /* ASSERT_ONLY */
	struct assert_word left, right;
	bool right_is_file; /* ASSERT_WITHIN */
};

/* "for ..."; absent parts are zero. */
struct assert_scope {
	struct assert_words profiles;
	struct assert_word platform;
	struct assert_word abi; /* digits; "abi >= N" */
};

enum assert_statement_kind {
	ASSERT_LET_SET, /* name, set */
	ASSERT_LET_OPS, /* name, ops */
	ASSERT_ASSERT,	/* name (may be empty inside a profile), rule, scope */
	ASSERT_ASSUME,	/* name: "$CWD"; path */
	ASSERT_WAIVE,	/* name: the assertion; set: where; the rest */
};

struct assert_statement {
	enum assert_statement_kind kind;
	struct span at;
	struct assert_word name;
	struct assert_set set;
	struct assert_words ops;
	struct assert_rule *rule;
	struct assert_scope scope;
	struct assert_word path;		 /* ASSERT_ASSUME */
	struct assert_word reason, owner, until; /* ASSERT_WAIVE */
	struct assert_statement *next;
};

enum query_kind {
	QUERY_OPERATION, /* word: it may be done there */
	QUERY_PATHS,	 /* an entry about a path */
	QUERY_PORTS,	 /* one about ports */
	QUERY_UNDER,	 /* set: the entry's place lies in it */
	QUERY_ON,	 /* set: the entry is about a part of it */
	QUERY_FROM,	 /* word: a file or group that brings it in */
	QUERY_GROUP,	 /* the same of groups only */
	QUERY_NOT,	 /* left */
	QUERY_AND,	 /* left, right */
	QUERY_OR,
};

/* Which entries of a policy: what nonoc query asks for. */
struct query {
	enum query_kind kind;
	struct assert_word word;
	struct assert_set set;
	const struct query *left, *right;
};

struct assert_file {
	struct assert_statement *first, *last;
	const struct query *query; /* of a query, and no statements */
	struct assert_set set;	   /* the same of a set */
};

enum assert_start {
	ASSERT_START_FILE,
	ASSERT_START_RULE, /* a string of a profile: one, perhaps named */
	ASSERT_START_QUERY,
	ASSERT_START_SET,
};

/* The operations by name, up to NULL. */
extern const char *const assert_operations[];

struct assert_input {
	struct arena *arena;
	struct diags *diags;
	struct text text;
	/*
	 * Where the bytes begin..end of the text stand in their source, which
	 * may hold them escaped.
	 */
	struct span (*place)(const void *arg, uint32_t begin, uint32_t end);
	const void *place_arg;
	enum assert_start start;
};

/* False when there was a syntax error: all of them have been reported. */
bool assert_parse(
    const struct assert_input *in, const struct assert_file **ret_file);

#endif
