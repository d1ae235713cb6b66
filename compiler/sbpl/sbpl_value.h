#ifndef NONO_SBPL_VALUE_H
#define NONO_SBPL_VALUE_H

#include "compiler/sbpl/sbpl.h"

/*
 * The small Scheme that runs a Seatbelt file; sbpl_load() is its only user.
 * Whatever it does not model has the value "unknown".  Under a condition that
 * is unknown both branches run, and the rules that they make are "maybe".
 */
enum value_kind {
	VALUE_UNKNOWN,
	VALUE_NOTHING, /* of (define ...), (allow ...) */
	VALUE_BOOLEAN,
	VALUE_INTEGER,
	VALUE_CHARACTER,
	VALUE_STRING,
	VALUE_SYMBOL,
	VALUE_NIL,
	VALUE_PAIR,
	VALUE_OPERATION,
	VALUE_FILTER,
	VALUE_MODIFIER,
	VALUE_MAKER, /* makes filters: literal, global-name-prefix, ... */
	VALUE_BUILTIN,
	VALUE_CLOSURE,
};

struct value {
	enum value_kind kind;
	bool symbolic; /* a string that holds a parameter that is not given */
	union {
		bool truth;
		int64_t integer;
		struct text text; /* string, symbol, modifier, maker's name */
		const struct cell *pair;
		const struct sbpl_filter *filter;
		const struct builtin *builtin;
		const struct closure *closure;
		struct {
			enum sbpl_op op;
			struct text name;
		} operation;
	};
};

struct cell {
	struct value head, tail;
};

struct binding {
	struct text name;
	struct value value;
};

struct scope {
	struct scope *up;
	uint32_t maybe; /* machine's, when it was opened */
	struct VEC(struct binding) names;
	/* Where there are many: 1 + their indices, by hash; 0 is free. */
	uint32_t *slots;
	uint32_t slot_n; /* a power of two */
};

struct closure {
	const struct sbpl_node *parameters; /* a list, dotted, or a symbol */
	const struct sbpl_node *body;
	struct scope *scope;
};

struct machine {
	struct arena *arena;
	struct diags *diags;
	const struct sbpl_world *world;
	struct sbpl_policy *policy;
	struct scope top;
	uint32_t maybe; /* unknown conditions around */
	uint32_t depth, steps;
	size_t used;  /* of the arena, at the beginning */
	bool failed;  /* macOS refuses the file: diagnosed */
	bool stopped; /* too much work: what follows is unknown */
	struct span stopped_at;
	bool imported; /* names may be defined elsewhere */
	/* Of (with-filter ...) and (with-modifier ...) around. */
	const struct sbpl_filter *outer;
	struct VEC(struct text) modifiers;
	struct scope warned;   /* unknown names, one warning each */
	struct scope assigned; /* what is assigned to somewhere: unknown */
};

struct builtin {
	const char *name;
	struct value (*run)(struct machine *m, const struct sbpl_node *call,
	    const struct value *args, uint32_t n);
};

static const struct value value_unknown = {.kind = VALUE_UNKNOWN};
static const struct value value_nothing = {.kind = VALUE_NOTHING};

static inline struct value
value_boolean(bool truth)
{
	return (struct value){.kind = VALUE_BOOLEAN, .truth = truth};
}

static inline struct value
value_string(struct text text, bool symbolic)
{
	return (struct value){
	    .kind = VALUE_STRING, .text = text, .symbolic = symbolic};
}

/* sbpl_scheme.c */
struct value sbpl_eval(struct machine *m, const struct sbpl_node *n,
    struct scope *scope, bool statement);
struct value sbpl_apply(struct machine *m, const struct sbpl_node *call,
    struct value callee, const struct value *args, uint32_t n);
/* The binding of a name that the file itself defined, or NULL. */
struct binding *sbpl_bound(struct scope *scope, struct text name);

void sbpl_bind(
    struct machine *m, struct scope *scope, struct text name, struct value v);
struct scope *sbpl_scope_open(struct machine *m, struct scope *up);
/* Forms in a row; the value is the last one's. */
struct value sbpl_body(struct machine *m, const struct sbpl_node *first,
    struct scope *scope, bool statement);

/* Too much work: warns, and leaves unknown what would follow. */
void sbpl_stop(struct machine *m, struct span at);

/* sbpl_form.c: false, and nothing is done, if the head is no special form. */
bool sbpl_form(struct machine *m, const struct sbpl_node *call,
    struct scope *scope, bool statement, struct value *ret_value);

/* sbpl_unrun.c: what Scheme has and is not run. */
bool sbpl_is_unrun_form(struct text name);
bool sbpl_is_unrun(struct text name); /* form or procedure */
void sbpl_find_assigned(struct machine *m, const struct sbpl_node *first);
void sbpl_warn_unrun(struct machine *m, const struct sbpl_node *name);
struct value sbpl_form_unrun(
    struct machine *m, const struct sbpl_node *call, struct scope *scope);
struct value sbpl_form_set(
    struct machine *m, const struct sbpl_node *call, struct scope *scope);

/* sbpl_builtin.c: strings, numbers, lists. */
const struct builtin *sbpl_builtin_find(struct text name);

/* sbpl_filter.c */
bool sbpl_maker_find(struct text name);
/* The nearest name of a filter, or NULL. */
const char *sbpl_maker_nearest(struct text name);
struct value sbpl_filter_make(struct machine *m, const struct sbpl_node *call,
    struct text name, const struct value *args, uint32_t n);
const struct sbpl_filter *sbpl_filter_join(struct machine *m, struct span at,
    enum sbpl_filter_kind kind, const struct sbpl_filter *const *parts,
    uint32_t n);
const struct sbpl_filter *sbpl_filter_unknown(
    struct machine *m, struct span at, struct text what);

/* sbpl_load.c: rules. */
void sbpl_rule_add(struct machine *m, const struct sbpl_node *call, bool allow,
    const struct value *args, uint32_t n);
/* Something may add any rules here. */
void sbpl_rule_opaque(struct machine *m, struct span at);

/* macOS refuses the file. */
struct diag *sbpl_reject(struct machine *m, struct span at, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* Warns once of a name that is in no table. */
void sbpl_unknown_name(struct machine *m, const struct sbpl_node *name);

#endif
