#ifndef NONO_LINT_SEATBELT_H
#define NONO_LINT_SEATBELT_H

#include "compiler/lint/lint.h"

/*
 * What the parts of lint for macOS share.  The text of the policy is looked
 * through rule by rule; what a rule comes to is asked of sbpl_decide, so that
 * nothing is said of a rule that a later one takes back.
 */

/* A filter of a rule: the rule's own, or one of its alternatives. */
struct seatbelt_part {
	const struct sbpl_rule *rule;
	const struct sbpl_filter *filter; /* NULL: the rule has none */
};

struct seatbelt_place {
	struct text lower; /* what the part is about, in lower case */
	uint32_t part;
};

struct seatbelt_lint {
	struct lint *l;
	struct arena *arena;
	struct sbpl_file *file;
	struct VEC(struct seatbelt_part) parts;	  /* in the order of the text */
	struct VEC(struct seatbelt_place) places; /* of paths, sorted */
	struct VEC(uint32_t) prefixes;		  /* parts */
};

/*
 * The parts on the path, on what is above it, in whatever case, and on
 * prefixes: others have nothing to do with it but be below.
 */
struct seatbelt_numbers VEC(uint32_t);
void seatbelt_lint_above(const struct seatbelt_lint *s, struct text path,
    struct seatbelt_numbers *ret_parts);

/* Of a path, in this spelling, with no other fact told. */
enum sbpl_verdict seatbelt_lint_ask(const struct seatbelt_lint *s,
    enum sbpl_op op, struct text path, struct sbpl_answer *ret_answer);
bool seatbelt_lint_allows(
    const struct seatbelt_lint *s, enum sbpl_op op, struct text path);
/* Does the rule speak of the operation, or of one that it belongs to? */
bool seatbelt_lint_speaks(const struct sbpl_rule *rule, enum sbpl_op op);
/* Is the part on a path, and by its text alone? */
bool seatbelt_lint_on_path(const struct seatbelt_part *part);
/*
 * Did somebody write it?  In the policy of a profile most rules are ours; and
 * of those that groups bring in, the profile's author is not told everything.
 */
bool seatbelt_lint_is_written(
    const struct seatbelt_lint *s, const struct seatbelt_part *part);
bool seatbelt_lint_is_group(
    const struct seatbelt_lint *s, const struct seatbelt_part *part);

/* One finding at the lines behind a part of the policy. */
struct finding *seatbelt_lint_add(struct seatbelt_lint *s,
    enum finding_code code, const struct seatbelt_part *part,
    struct text region);
/* Has the same been found of the policy, for another of its rules? */
bool seatbelt_lint_said(
    const struct seatbelt_lint *s, enum finding_code code, struct text region);

/* lint_seatbelt_deny.c: names of what is denied that are not. */
void lint_seatbelt_denies(struct seatbelt_lint *s);
/* lint_seatbelt_rule.c: rules that are wider than they look, or for nothing. */
void lint_seatbelt_rules(struct seatbelt_lint *s);

#endif
