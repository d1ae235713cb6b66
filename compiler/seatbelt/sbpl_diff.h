#ifndef NONO_SBPL_DIFF_H
#define NONO_SBPL_DIFF_H

#include "compiler/seatbelt/sbpl_file.h"

/* What the parts of the comparison of Seatbelt files share. */

/* A rule of one operation and one filter, as text. */
struct sbpl_line {
	struct text text;
	const struct sbpl_rule *rule;	  /* that it was taken from */
	const enum sbpl_op *op;		  /* NULL: the rule is opaque */
	const struct sbpl_filter *filter; /* NULL: none */
	struct span at;			  /* of the filter, or the rule */
};

struct sbpl_lines {
	struct VEC(struct sbpl_line) v;
};

/* sbpl_diff_ask.c: what is asked of both. */
struct sbpl_witness {
	struct text text;
	enum sbpl_fact fact;
	struct text other; /* is another spelling of this; .len 0: of none */
	bool exact;	   /* case counts */
	const bool *said;  /* by operation: its changes are; NULL: none */
};

struct sbpl_questions {
	struct arena *arena;
	/* By fact and text, each once. */
	struct VEC(struct sbpl_witness) witnesses;
	/* Named by a rule of either, or above one, and no name for others. */
	bool asked[SBPL_OPS];
	/* Which operations can have the fact; SBPL_FACTS: none. */
	bool fit[SBPL_FACTS + 1][SBPL_OPS];
};

void sbpl_questions(struct arena *a, const struct sbpl_file *from,
    const struct sbpl_file *to, struct sbpl_questions *ret_questions);
/* Does `op`, unless it has rules of its own, go by those of `above`? */
bool sbpl_diff_above(enum sbpl_op above, enum sbpl_op op);
/* Can the operation have the fact, and is it asked with one? */
bool sbpl_diff_asks(enum sbpl_op op, enum sbpl_fact fact);

/* Rules taken apart, in order: (allow a b (c) (d)) is four. */
void sbpl_lines(
    struct arena *a, const struct sbpl_policy *p, struct sbpl_lines *ret_lines);

/*
 * sbpl_diff_rules.c: in the text of a profile, is what the line comes to seen
 * by asking, so that it need not be shown?  `now` is the later policy.
 */
bool sbpl_diff_hides(struct arena *a, const struct sbpl_policy *p,
    const struct sbpl_policy *now, const struct sbpl_line *line);

/*
 * sbpl_diff_patterns.c: of lines that only one file has and that are not
 * hidden, those of which more is known.
 */
struct sbpl_told_line {
	unsigned side; /* 0: of the former file */
	struct text text;
	bool told;    /* by questions that were added: all of it */
	bool covered; /* it can only take away */
};

enum { SBPL_CHANGES = 9 }; /* from any verdict to any */

/* What a line changes, and the shortest path or name that shows it. */
struct sbpl_pattern_change {
	unsigned side;
	const struct sbpl_line *line;
	enum sbpl_fact fact;
	enum sbpl_verdict from, to;
	bool ops[SBPL_OPS];
	uint32_t n;
	struct text witness;
};

struct sbpl_told {
	struct VEC(struct sbpl_told_line) v;
	struct VEC(struct sbpl_pattern_change) changes;
	/* One path or name of each sort, with what such lines say of it. */
	struct VEC(struct sbpl_witness) rest;
};

void sbpl_diff_patterns(struct arena *a, const struct sbpl_file *from,
    const struct sbpl_file *to, const struct sbpl_questions *q,
    struct sbpl_told *ret_told);

/*
 * sbpl_diff_rules.c: only the rules, but for those that are told; at most
 * `max` findings.  Returns how many differ.
 */
uint32_t sbpl_diff_rules(struct report *r, const struct sbpl_file *from,
    const struct sbpl_file *to, const struct sbpl_told *told, uint32_t max,
    uint32_t *left_off);

/*
 * sbpl_diff_fold.c: does the filter, a regular expression, deny a path in all
 * spellings that the policy denies as a subpath, too?  *ret_path is that one.
 */
bool sbpl_respells(struct arena *a, const struct sbpl_policy *p,
    const struct sbpl_rule *rule, const enum sbpl_op *op,
    const struct sbpl_filter *f, struct text *ret_path);
/* With the last `n` names in the other case; .len 0: it has fewer. */
struct text sbpl_respelled(struct arena *a, struct text path, uint32_t n);

/* The lines for a launcher; adds to what differs.  At most `max` findings. */
void sbpl_diff_lines(struct report *r, const struct sbpl_file *from,
    const struct sbpl_file *to, struct text subject, uint32_t max,
    struct sbpl_difference *difference);

/* sbpl_diff_touch.c: requests that the rules that differ have a part in. */
struct sbpl_touch {
	struct arena *arena;
	bool all; /* or cannot be told */
	bool ops[SBPL_OPS];
	struct sbpl_policy policies[2];
	struct sbpl_judge *sides[2];
};

/* The same for all operations on what a request is about. */
enum sbpl_probed { SBPL_NOT_PROBED, SBPL_TOUCHED, SBPL_UNTOUCHED };

void sbpl_touch_open(struct arena *a, const struct sbpl_file *from,
    const struct sbpl_file *to, struct sbpl_touch *ret_touch);
void sbpl_touch_close(struct sbpl_touch *t);
/* False: both files give the same verdict.  *probed is kept for the fact. */
bool sbpl_touched(struct sbpl_touch *t, const struct sbpl_request *r,
    enum sbpl_probed *probed);

#endif
