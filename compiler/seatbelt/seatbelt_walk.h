#ifndef NONO_SEATBELT_WALK_H
#define NONO_SEATBELT_WALK_H

#include "compiler/seatbelt/assert_seatbelt.h"

/*
 * One assertion of one policy for macOS: what the questions about paths
 * (assert_seatbelt.c) and about ports (assert_seatbelt_ports.c) share.
 */
struct seatbelt_walk {
	struct assert_reporter *r;
	struct arena *arena;
	struct assertions *assertions;
	const struct assertion *a;
	const struct side_policy *policy;
	const struct seatbelt_launch *launch;
	struct sbpl_file *file;
	struct text name;
	uint32_t hits, waived, unsure;
	struct text why_unsure, first;
	const struct sbpl_rule *unsure_of; /* the rule in doubt, or NULL */
};

enum { SEATBELT_ON_PORTS = 1U << OP_CONNECT | 1U << OP_BIND };

/* One path, or end of a connection. */
struct seatbelt_object {
	unsigned ops; /* of the assertion's those that are about it */
	enum sbpl_fact fact;
	struct text where;
	const struct port_region *port; /* NULL: a path */
};

/* Has it been found to violate the assertion, whether that is waived or not? */
bool seatbelt_judge(struct seatbelt_walk *w, const struct seatbelt_object *o);

/* Does the waiver excuse something of the assertion and policy today? */
bool seatbelt_waiver_counts(
    const struct seatbelt_walk *w, const struct waiver *v);
/* Is there one for the port?  Then it is used. */
bool seatbelt_port_waived(
    struct seatbelt_walk *w, const struct port_region *port);

void seatbelt_judge_ports(struct seatbelt_walk *w);

#endif
