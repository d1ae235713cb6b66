#include <config.h>

#include "compiler/sbpl/sbpl_value.h"

/*
 * Scopes, variables and procedures; special forms are in sbpl_form.c.  A file
 * is run for its rules, so what counts is that no rule is missed: where this
 * interpreter does not know a thing, its value is unknown, and a statement that
 * is unknown leaves an opaque rule.
 */
enum {
	STEPS_MAX = 1 << 22,
	MEMORY_MAX = 512 << 20, /* bytes that values may take */
	EVAL_DEPTH_MAX = 1500,	/* of C's stack */
	FEW_NAMES = 16,		/* of a scope: looked through */
};

struct value
sbpl_body(struct machine *m, const struct sbpl_node *first, struct scope *scope,
    bool statement)
{
	struct value value = value_nothing;

	for (; first != NULL && !m->failed; first = first->next)
		value = sbpl_eval(
		    m, first, scope, statement || first->next != NULL);
	return value;
}

/* FNV-1a */
static uint32_t
hash(struct text t)
{
	uint32_t h = 2166136261U;

	for (uint32_t i = 0; i < t.len; i++)
		h = (h ^ (unsigned char)t.s[i]) * 16777619U;
	return h;
}

static struct binding *
find(const struct scope *scope, struct text name)
{
	uint32_t mask = scope->slot_n - 1;

	if (scope->slot_n == 0) {
		for (uint32_t i = 0; i < scope->names.n; i++)
			if (text_equal(scope->names.v[i].name, name))
				return &scope->names.v[i];
		return NULL;
	}
	for (uint32_t i = hash(name) & mask; scope->slots[i] != 0;
	     i = (i + 1) & mask) {
		struct binding *b = &scope->names.v[scope->slots[i] - 1];

		if (text_equal(b->name, name))
			return b;
	}
	return NULL;
}

/* So that finding a name among thousands does not look at them all. */
static void
put_slot(struct scope *scope, uint32_t index)
{
	uint32_t mask = scope->slot_n - 1;
	uint32_t i = hash(scope->names.v[index].name) & mask;

	while (scope->slots[i] != 0)
		i = (i + 1) & mask;
	scope->slots[i] = index + 1;
}

static void
index_last(struct machine *m, struct scope *scope)
{
	uint32_t n = scope->names.n;

	if (n < FEW_NAMES)
		return;
	if (n <= scope->slot_n / 2) {
		put_slot(scope, n - 1);
		return;
	}
	scope->slot_n = scope->slot_n == 0 ? 4 * FEW_NAMES : scope->slot_n * 2;
	scope->slots = ARENA_ARRAY(m->arena, scope->slot_n, uint32_t);
	memset(scope->slots, 0, scope->slot_n * sizeof(*scope->slots));
	for (uint32_t i = 0; i < n; i++)
		put_slot(scope, i);
}

struct binding *
sbpl_bound(struct scope *scope, struct text name)
{
	struct binding *b = NULL;

	for (; scope != NULL && b == NULL; scope = scope->up)
		b = find(scope, name);
	return b;
}

void
sbpl_bind(
    struct machine *m, struct scope *scope, struct text name, struct value v)
{
	struct binding *b = find(scope, name);

	if (m->maybe > scope->maybe)
		v = value_unknown;
	if (b != NULL) {
		b->value = v;
		return;
	}
	*VEC_PUSH(m->arena, &scope->names) = (struct binding){name, v};
	index_last(m, scope);
}

struct scope *
sbpl_scope_open(struct machine *m, struct scope *up)
{
	struct scope *scope = ARENA_NEW(m->arena, struct scope);

	scope->up = up;
	scope->maybe = m->maybe;
	return scope;
}

static struct value
symbol(struct machine *m, const struct sbpl_node *n, struct scope *scope)
{
	const struct binding *b = sbpl_bound(scope, n->text);
	enum sbpl_op op;

	if (sbpl_bound(&m->assigned, n->text) != NULL)
		return value_unknown;
	if (b != NULL)
		return b->value;
	op = sbpl_op_find(n->text);
	if (op != SBPL_OP_NONE || sbpl_op_is_gone(n->text))
		return (struct value){
		    .kind = VALUE_OPERATION, .operation = {op, n->text}};
	if (sbpl_builtin_find(n->text) != NULL)
		return (struct value){.kind = VALUE_BUILTIN,
		    .builtin = sbpl_builtin_find(n->text)};
	if (sbpl_maker_find(n->text))
		return (struct value){.kind = VALUE_MAKER, .text = n->text};
	sbpl_unknown_name(m, n);
	return value_unknown;
}

static struct value
enter(struct machine *m, const struct closure *c, const struct value *args,
    uint32_t n, bool statement)
{
	struct scope *scope = sbpl_scope_open(m, c->scope);
	const struct sbpl_node *name = c->parameters;
	uint32_t i = 0;

	/* A name for all of them, or one that takes the rest: no list is made.
	 */
	if (name->kind == SBPL_SYMBOL || name->dotted)
		return value_unknown;
	for (name = name->first; name != NULL; name = name->next) {
		if (name->kind != SBPL_SYMBOL || i == n)
			return value_unknown;
		sbpl_bind(m, scope, name->text, args[i++]);
	}
	if (i < n)
		return value_unknown;
	return sbpl_body(m, c->body, scope, statement);
}

struct value
sbpl_apply(struct machine *m, const struct sbpl_node *call, struct value callee,
    const struct value *args, uint32_t n)
{
	switch (callee.kind) {
	case VALUE_BUILTIN:
		return callee.builtin->run(m, call, args, n);
	case VALUE_MAKER:
		return sbpl_filter_make(m, call, callee.text, args, n);
	case VALUE_CLOSURE:
		return enter(m, callee.closure, args, n, true);
	case VALUE_UNKNOWN:
	case VALUE_NOTHING:
	case VALUE_BOOLEAN:
	case VALUE_INTEGER:
	case VALUE_CHARACTER:
	case VALUE_STRING:
	case VALUE_SYMBOL:
	case VALUE_NIL:
	case VALUE_PAIR:
	case VALUE_OPERATION:
	case VALUE_FILTER:
	case VALUE_MODIFIER:
		return value_unknown;
	}
	return value_unknown;
}

static struct value
call_of(struct machine *m, const struct sbpl_node *call, struct scope *scope,
    bool statement)
{
	struct value callee = sbpl_eval(m, call->first, scope, false), value;
	struct VEC(struct value) args = {0};
	bool makes = callee.kind == VALUE_MAKER;

	for (const struct sbpl_node *n = call->first->next;
	     n != NULL && !m->failed; n = n->next) {
		/* TTY, AF_UNIX, self: constants where a filter takes them. */
		if (makes && n->kind == SBPL_SYMBOL &&
		    sbpl_bound(scope, n->text) == NULL)
			value = (struct value){
			    .kind = VALUE_SYMBOL, .text = n->text};
		else
			value = sbpl_eval(m, n, scope, false);
		*VEC_PUSH(m->arena, &args) = value;
	}
	if (m->failed)
		return value_unknown;
	value = callee.kind == VALUE_CLOSURE
		    ? enter(m, callee.closure, args.v, args.n, statement)
		    : sbpl_apply(m, call, callee, args.v, args.n);
	if (statement && value.kind == VALUE_UNKNOWN)
		sbpl_rule_opaque(m, call->at);
	return value;
}

void
sbpl_stop(struct machine *m, struct span at)
{
	struct diag *diag;

	if (m->stopped)
		return;
	diag = diag_at(m->diags, DIAG_SBPL_UNMODELLED, at,
	    "running this file takes too long or nests too deeply");

	diag_help(m->diags, diag, "what would follow is unknown");
	m->stopped = true;
	m->stopped_at = at;
	sbpl_rule_opaque(m, at);
}

static struct value
list(struct machine *m, const struct sbpl_node *n, struct scope *scope,
    bool statement)
{
	const struct sbpl_node *head = n->first;

	if (head == NULL || n->dotted) {
		if (statement)
			sbpl_rule_opaque(m, n->at);
		return value_unknown;
	}
	if (head->kind == SBPL_SYMBOL &&
	    sbpl_bound(scope, head->text) == NULL) {
		struct value value;

		if (sbpl_form(m, n, scope, statement, &value))
			return value;
	}
	return call_of(m, n, scope, statement);
}

struct value
sbpl_eval(struct machine *m, const struct sbpl_node *n, struct scope *scope,
    bool statement)
{
	struct value value = value_unknown;

	if (m->failed || m->stopped)
		return value_unknown;
	if (++m->steps > STEPS_MAX || m->depth == EVAL_DEPTH_MAX ||
	    m->arena->used - m->used > MEMORY_MAX) {
		sbpl_stop(m, n->at);
		return value_unknown;
	}
	m->depth++;
	switch (n->kind) {
	case SBPL_LIST:
		value = list(m, n, scope, statement);
		break;
	case SBPL_SYMBOL:
		value = symbol(m, n, scope);
		break;
	case SBPL_STRING:
		value = value_string(n->text, false);
		break;
	case SBPL_INTEGER:
		value = (struct value){
		    .kind = VALUE_INTEGER, .integer = n->integer};
		break;
	case SBPL_REAL:
		break;
	case SBPL_BOOLEAN:
		value = value_boolean(n->truth);
		break;
	case SBPL_CHARACTER:
		value = (struct value){
		    .kind = VALUE_CHARACTER, .integer = n->integer};
		break;
	}
	m->depth--;
	return value;
}
