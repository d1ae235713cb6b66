#ifndef NONO_ASSERT_H
#define NONO_ASSERT_H

#include <stdio.h>

#include "compiler/link/store.h"
#include "grammar/assert_ast.h"

/*
 * Assertions: what a policy must never, or must always, permit.  Read from a
 * file (nono-assert(5)) or from a string of a profile or group, resolved
 * against names, groups and target, and judged by what the decider says of
 * the compiled bytes.
 */

/* Does the name end in ".assert"? */
bool assert_is_file(const char *name);
/* Parses what has been read; false: diagnosed. */
bool assert_read_source(struct arena *a, struct diags *d,
    const struct sources *s, uint32_t source,
    const struct assert_file **ret_file);
/*
 * Reads and parses a file, or one of that name that is installed beside the
 * profiles; false: diagnosed.
 */
bool assert_read_named(
    struct store *s, const char *name, const struct assert_file **ret_file);
/* The same of what nonoc query was asked. */
bool assert_read_query(struct arena *a, struct diags *d,
    const struct sources *s, uint32_t source, const struct query **ret_query);
/* A set without names, as nonoc path is given two. */
bool assert_read_set(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, struct assert_set *ret_set);
/* One rule in a string of a profile: positions are those of the string. */
bool assert_read_string(struct arena *a, struct diags *d,
    const struct sources *s, const struct node *string,
    const struct assert_statement **ret_rule);

/* In canonical spelling: reads back as the same tree. */
void assert_print(const struct assert_file *f, FILE *out);

/* In the order of assert_operations. */
enum assert_op {
	OP_READ,
	OP_LIST,
	OP_EXEC,
	OP_WRITE,
	OP_TRUNCATE,
	OP_CREATE,
	OP_REMOVE,
	OP_REFER,
	OP_IOCTL,
	OP_UNIX,
	OP_CONNECT, /* from here on on ports */
	OP_BIND,
	OPS,
};

/* A path alone, or with all below it. */
struct region {
	struct path path;
	bool tree;
	struct span at;
};

struct port_region {
	bool udp;
	uint16_t first, last;
};

/* A union; paths or ports, never both. */
struct region_set {
	struct VEC(struct region) paths;
	struct VEC(struct port_region) ports;
	struct span at;
};

struct assertion {
	struct text name; /* may be empty inside a profile */
	struct span at;	  /* the statement without its scope's end */
	enum assert_rule_kind kind;
	unsigned ops; /* 1 << enum assert_op */
	struct region_set set, except;
	const struct assert_words *only; /* ASSERT_ONLY */
	const struct assert_words
	    *profiles;			/* "for profile"; first NULL: all */
	const struct assert_rule *rule; /* as written */
	bool other_platform;		/* not for this target */
	unsigned abi;	      /* 0: every one that the policy accepts */
	const char *revision; /* REV:PATH of the file, or NULL */
};

struct waiver {
	uint32_t assertion; /* index */
	struct region_set set;
	struct text reason, owner, until;
	const struct assert_words *profiles; /* first NULL: all */
	struct span at;
	bool expired; /* set by who knows the day */
	bool used;    /* it matched what would be a violation */
};

struct assumption {
	enum blob_root root;
	struct path place;
	struct span at;
};

struct assertions {
	struct VEC(struct assertion) list;
	struct VEC(struct waiver) waivers;
	struct VEC(struct assumption) assumptions;
};

struct assert_resolver {
	struct store *store;
	const struct target *target;
};

/*
 * Gives every name its meaning and appends to *to; reports all that is wrong
 * (N7002 to N7008, and what paths and groups may be wrong in).
 */
bool assert_resolve(const struct assert_resolver *r,
    const struct assert_file *f, struct assertions *to);
/* Both of one file, or REV:PATH: then with the groups of that revision. */
bool assert_load_named(
    const struct assert_resolver *r, const char *name, struct assertions *to);
/* A rule that stands alone, in a profile or group. */
bool assert_resolve_rule(const struct assert_resolver *r,
    const struct assert_statement *s, struct assertions *to);

/* A set that stands alone, without names. */
bool assert_resolve_set(const struct assert_resolver *r,
    const struct assert_set *set, struct region_set *ret_set);

/* Which waivers are over on a day, as in "2027-01-31". */
void assert_expire(struct assertions *a, const char *today);

/* Is the name one of the list?  An empty list has all. */
bool assert_applies(const struct assert_words *profiles, struct text name);

/* "read, write" */
struct text assert_ops_print(struct arena *a, unsigned ops);

#endif
