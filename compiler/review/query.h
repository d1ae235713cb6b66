#ifndef NONO_QUERY_H
#define NONO_QUERY_H

#include "compiler/assert/assert_judge.h"

/*
 * Which entries of a policy?  An entry is a place where the rights in effect
 * change, as the decider's regions have it, or a port.  The words are those of
 * assertions (nono-assert(5)); the meaning of all others is here.
 */
struct query_entry {
	bool is_port;
	struct decide_path at;
	uint64_t tree, file;	   /* as in struct decide_region */
	struct port_region port;   /* first 0: all that have no entry */
	bool proxy;		   /* the one of them that the launch names */
	unsigned ops;		   /* 1 << enum assert_op: may be done there */
	unsigned unenforced;	   /* of these, for want of a right */
	struct decide_rules rules; /* of PATH or PORT, that grant it */
};
struct query_entries VEC(struct query_entry);

/*
 * All entries of a view of the policy: paths in the order of regions, then
 * ports, TCP first.  None where the loader would refuse to launch.
 */
void query_entries(struct arena *a, const struct blob *b, const struct view *v,
    struct query_entries *ret);

/* A query with its sets resolved, for any number of policies. */
struct query_set {
	const struct query *query;
	struct region_set set;
};
struct query_sets VEC(struct query_set);
bool query_resolve(const struct assert_resolver *r, const struct query *q,
    struct query_sets *to);

/* Does it ask where something was written? */
bool query_asks_origin(const struct query *q);

/*
 * Is the source called so: by its name, or by its file's, with or without the
 * suffix?  QUERY_GROUP: groups only.
 */
bool query_names_source(const struct query *q, const struct blob_source *s);

struct query_policy {
	struct arena *arena;
	const struct blob *blob;
	const struct view *view;
	const struct query_entries *entries;
	const struct query_sets *sets;
};
bool query_holds(const struct query_policy *p, const struct query *q,
    const struct query_entry *e);

#endif
