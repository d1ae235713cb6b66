#ifndef NONO_SBPL_H
#define NONO_SBPL_H

#include <stdio.h>

#include "compiler/base/source.h"
#include "grammar/sbpl_tree.h"

/*
 * Seatbelt files judged without a Mac:
 *
 *	text -- sbpl_read --> tree -- sbpl_load --> rules -- sbpl_judge -->
 *verdicts
 *
 * What is modelled, and how well each fact is known, is in docs/seatbelt.md.
 * What is not modelled is "unknown", never a guess.
 */

/* The operations of macOS 14.4.1. */
enum sbpl_op {
#define SBPL_OP(id, name, parent, own, since) SBPL_OP_##id,
#include "compiler/sbpl/sbpl_op.def"
#undef SBPL_OP
	SBPL_OPS,
	SBPL_OP_NONE = SBPL_OPS, /* a name that no table has */
};

/* What holds for an operation on which no rule decides. */
enum sbpl_own {
	SBPL_OWN_PARENT,  /* what its parent says */
	SBPL_OWN_ALLOW,	  /* allowed, whatever `default` says */
	SBPL_OWN_DENY,	  /* denied, whatever `default` says */
	SBPL_OWN_UNKNOWN, /* its place was never published */
};

const char *sbpl_op_name(enum sbpl_op op);
/* By any of its names, aliases included; else SBPL_OP_NONE. */
enum sbpl_op sbpl_op_find(struct text name);
/* Once an operation; libsandbox now takes it for nothing. */
bool sbpl_op_is_gone(struct text name);
/* May macOS 10.12 not know it?  Then it would refuse a file that names it. */
bool sbpl_op_is_young(struct text name);
/* The first macOS that is known to have it: 1012 (or before), 1015, 1400. */
unsigned sbpl_op_since(enum sbpl_op op);
enum sbpl_op sbpl_op_parent(enum sbpl_op op);
enum sbpl_own sbpl_op_own(enum sbpl_op op);
/* Does the name of `wide` say that `op` is below it?  file* says file-link. */
bool sbpl_op_named_under(enum sbpl_op wide, enum sbpl_op op);
/* The nearest name, or NULL. */
const char *sbpl_op_nearest(struct text name);

/* What a filter looks at, and a request tells. */
enum sbpl_fact {
#define SBPL_FACT(id, name) SBPL_FACT_##id,
#include "compiler/sbpl/sbpl_fact.def"
#undef SBPL_FACT
	SBPL_FACTS,
};

const char *sbpl_fact_name(enum sbpl_fact fact);
/* By the name of its plain filter; else SBPL_FACTS. */
enum sbpl_fact sbpl_fact_find(struct text name);
/*
 * Does macOS know filters of this kind on that operation?  It refuses a file
 * that has others.  True where no table says.
 */
bool sbpl_op_takes(enum sbpl_op op, enum sbpl_fact fact);

enum sbpl_filter_kind {
	SBPL_FILTER_ANY, /* of the parts; none of them is never */
	SBPL_FILTER_ALL,
	SBPL_FILTER_NOT,     /* the one part */
	SBPL_FILTER_LITERAL, /* the fact is the text */
	SBPL_FILTER_SUBPATH, /* the text or below it */
	SBPL_FILTER_PREFIX,  /* begins with the text, as bytes */
	SBPL_FILTER_REGEX,
	SBPL_FILTER_ANCESTOR, /* is a proper ancestor of the text */
	SBPL_FILTER_NUMBER,
	SBPL_FILTER_BITS,    /* any bit of the number is set */
	SBPL_FILTER_END,     /* of a connection: "tcp4 localhost:80" */
	SBPL_FILTER_UNKNOWN, /* not modelled; at says which */
};

struct sbpl_filter {
	enum sbpl_filter_kind kind;
	enum sbpl_fact fact;
	struct span at;
	struct text text;
	bool bare; /* the text is a constant: TTY, self */
	int64_t number;
	const struct sbpl_filter *const *parts;
	uint32_t n;
	uint32_t id;		/* of this REGEX in its policy, from 0 */
	uint32_t weight, depth; /* filters in it; how deep they lie */
};

struct sbpl_rule {
	struct span at;
	bool allow;
	/*
	 * Whether the rule is there is not known: it stands under a condition
	 * that is not, or is whatever an imported file says (`opaque`: of any
	 * operation, allow or deny, any filter).
	 */
	bool maybe, opaque;
	const enum sbpl_op *ops; /* SBPL_OP_NONE for names that are unknown */
	const struct text *op_names; /* as written, one for each */
	uint32_t n;
	const struct sbpl_filter *filter; /* NULL: none */
	const struct text *modifiers;	  /* "no-log", "send-signal SIGKILL" */
	uint32_t modifier_n;
};

/* Does it name the operation itself, not one above it? */
static inline bool
sbpl_rule_has(const struct sbpl_rule *r, enum sbpl_op op)
{
	for (uint32_t i = 0; i < r->n; i++)
		if (r->ops[i] == op)
			return true;
	return false;
}

struct sbpl_policy {
	struct VEC(struct sbpl_rule) rules; /* in the order of the text */
	uint32_t regexes;
	bool has_version;
	const struct sources *sources;
};

/* What stands outside a file. */
struct sbpl_param {
	struct text name, value; /* value.s == NULL: it is not given, surely */
};
struct sbpl_world {
	const struct sbpl_param *params;
	uint32_t param_n;
	/*
	 * A parameter that is not given: with `symbolic` it is the text
	 * "$NAME", and a condition on it unknown; else it is #f, as for
	 * libsandbox.
	 */
	bool symbolic;
	unsigned version; /* 1015, 1400, ...; 0 is the newest that is known */
};

/* Does the name end as those of Seatbelt files do, .sb or .sbpl? */
bool sbpl_file_name(const char *path);
/* Reads a file, as source_read() has it, into forms. */
bool sbpl_read(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, const struct sbpl_node **ret_first);
/*
 * Runs the forms.  False: what macOS would refuse is diagnosed (N9004).  What
 * is not modelled is a warning (N9003, N9005) and leaves doubtful rules.
 */
bool sbpl_load(struct arena *a, struct diags *d, const struct sources *s,
    const struct sbpl_node *first, const struct sbpl_world *world,
    struct sbpl_policy *ret_policy);

/* One rule a line, as SBPL, with "; line:column" behind it if wanted. */
void sbpl_policy_print(const struct sbpl_policy *p, bool places, FILE *out);
void sbpl_rule_print(const struct sbpl_rule *r, FILE *out);
struct text sbpl_rule_text(struct arena *a, const struct sbpl_rule *r);
struct text sbpl_filter_text(struct arena *a, const struct sbpl_filter *f);
/* A node as SBPL on one line: no comment, canonical escapes. */
void sbpl_node_print(const struct sbpl_node *n, FILE *out);
/* With quotes; only \" \\ and, for control bytes, \xHH are escaped. */
void sbpl_string_print(struct text t, FILE *out);

/* How rules are weighed against each other. */
enum sbpl_reading {
	/*
	 * The last matching filtered rule of the operation; else its last
	 * unfiltered rule; else the same of its parent; at last `default`.
	 */
	SBPL_READING_TREE,
	/* Of all rules whose names cover it the last that matches. */
	SBPL_READING_LAST,
};

enum sbpl_verdict { SBPL_ALLOW, SBPL_DENY, SBPL_UNKNOWN };

struct sbpl_request {
	enum sbpl_op op;
	/*
	 * Facts by number; text.s == NULL is "not told", SBPL_HAS_NONE "told:
	 * there is none".  A path is the resolved one of the vnode.
	 */
	struct text facts[SBPL_FACTS];
	bool exact_case; /* paths differing in case only are different */
	/*
	 * A parameter that is not given may lie anywhere, so that a rule on it
	 * may be one on this path; else it lies away from all other paths.
	 */
	bool anywhere;
	/* It has no directory above it, either, that another path names. */
	bool apart;
};
#define SBPL_HAS_NONE ((struct text){"", 0})

/*
 * A request about one fact: of all others there is none, or it is not told
 * what everything has, as the type of a file.  It lies apart from what is not
 * given.
 */
struct sbpl_request sbpl_request_about(
    enum sbpl_op op, enum sbpl_fact fact, struct text value);

enum sbpl_reason {
	SBPL_BY_FILTER,	   /* a filtered rule */
	SBPL_BY_OPERATION, /* an unfiltered rule of the operation, or parent */
	SBPL_BY_DEFAULT,   /* (deny default) or (allow default) */
	SBPL_BY_ITSELF,	   /* stands alone; macOS's own default */
	SBPL_BY_NOTHING,   /* unknown: nothing in the file decides */
	SBPL_BY_DOUBT,	   /* unknown: `doubt` may match, or not be there */
};

struct sbpl_answer {
	enum sbpl_verdict verdict;
	enum sbpl_reason reason;
	enum sbpl_op op; /* the one whose rule decided: itself or above */
	const struct sbpl_rule *rule;  /* what decided, or NULL */
	const struct sbpl_rule *doubt; /* what makes it unknown, or NULL */
	const struct sbpl_filter *doubt_filter; /* which part, or NULL */
	enum sbpl_verdict otherwise;		/* if `doubt` does not match */
};

/* An index over a policy; holds regexes, so it must be closed. */
struct sbpl_judge;
struct sbpl_judge *sbpl_judge_open(
    struct arena *a, const struct sbpl_policy *p, enum sbpl_reading reading);
void sbpl_judge_close(struct sbpl_judge *j);
/* r->op is an operation, not SBPL_OP_NONE. */
void sbpl_decide(struct sbpl_judge *j, const struct sbpl_request *r,
    struct sbpl_answer *ret_answer);
/* Which of a rule's filters matches, or may; NULL: it has none. */
const struct sbpl_filter *sbpl_rule_part(struct sbpl_judge *j,
    const struct sbpl_request *r, const struct sbpl_rule *rule);

/* Links that macOS resolves before it asks: "/tmp" is "/private/tmp". */
struct sbpl_alias {
	const char *link, *real;
};
extern const struct sbpl_alias sbpl_aliases[];
extern const uint32_t sbpl_alias_n;

#endif
