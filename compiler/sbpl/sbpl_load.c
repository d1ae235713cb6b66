#include <config.h>

#include "compiler/sbpl/sbpl_value.h"

/* From forms to rules: what (allow ...) and (deny ...) leave behind. */

struct diag *
sbpl_reject(struct machine *m, struct span at, const char *fmt, ...)
{
	struct text said;
	va_list ap;

	va_start(ap, fmt);
	said = arena_vprintf(m->arena, fmt, ap);
	va_end(ap);
	m->failed = true;
	return diag_at(
	    m->diags, DIAG_SBPL_REJECTED, at, "%.*s", (int)said.len, said.s);
}

void
sbpl_unknown_name(struct machine *m, const struct sbpl_node *name)
{
	const char *nearest;
	struct diag *diag;

	if (sbpl_is_unrun(name->text)) {
		sbpl_warn_unrun(m, name);
		return;
	}
	if (sbpl_bound(&m->warned, name->text) != NULL)
		return;
	sbpl_bind(m, &m->warned, name->text, value_nothing);
	diag = diag_at(m->diags, DIAG_SBPL_UNKNOWN, name->at,
	    "nothing is known of the name \"%.*s\"", (int)name->text.len,
	    name->text.s);
	nearest = sbpl_op_nearest(name->text);
	if (nearest == NULL)
		nearest = sbpl_maker_nearest(name->text);
	if (nearest != NULL)
		diag_help(m->diags, diag, "did you mean %s?", nearest);
	else if (m->imported)
		diag_help(m->diags, diag, "an imported file may define it");
	else
		diag_help(m->diags, diag,
		    "a macOS that does not know it "
		    "either refuses the whole file");
}

void
sbpl_rule_opaque(struct machine *m, struct span at)
{
	struct sbpl_rule *r = m->policy->rules.v;
	uint32_t n = m->policy->rules.n;

	/* Two in a row say no more than one. */
	if (n > 0 && r[n - 1].opaque)
		return;
	r = VEC_PUSH(m->arena, &m->policy->rules);
	*r = (struct sbpl_rule){.at = at, .opaque = true, .maybe = true};
}

/* The parts of a rule, sorted. */
struct parts {
	struct VEC(enum sbpl_op) ops;
	struct VEC(struct text) names;
	struct VEC(const struct sbpl_filter *) filters;
	struct VEC(struct text) modifiers;
	bool unknown; /* one of them could be an operation */
};

static void
add_op(struct machine *m, struct parts *p, enum sbpl_op op, struct text name)
{
	*VEC_PUSH(m->arena, &p->ops) = op;
	*VEC_PUSH(m->arena, &p->names) = name;
}

static void
add_unknown(struct machine *m, struct parts *p, const struct sbpl_node *n)
{
	/*
	 * A bare name: an operation that no table has, unless an import may
	 * have bound it to something else.
	 */
	if (n != NULL && n->kind == SBPL_SYMBOL && !m->imported &&
	    sbpl_bound(&m->top, n->text) == NULL) {
		add_op(m, p, SBPL_OP_NONE, n->text);
		return;
	}
	p->unknown = true;
	*VEC_PUSH(m->arena, &p->filters) =
	    sbpl_filter_unknown(m, n == NULL ? (struct span){0} : n->at,
		n != NULL && n->kind == SBPL_LIST && n->first != NULL &&
			n->first->kind == SBPL_SYMBOL
		    ? n->first->text
		    : TEXT("filter"));
}

static void add_part(struct machine *m, struct parts *p,
    const struct sbpl_node *n, struct span at, struct value v);

/* Operations and filters in a list; in that, not in lists again. */
static void
add_list(struct machine *m, struct parts *p, const struct sbpl_node *n,
    struct span at, struct value v)
{
	for (; v.kind == VALUE_PAIR && !m->failed; v = v.pair->tail) {
		if (v.pair->head.kind == VALUE_PAIR)
			add_unknown(m, p, n);
		else
			add_part(m, p, n, at, v.pair->head);
	}
}

/* The node is what the value is of, if it is known. */
static void
add_part(struct machine *m, struct parts *p, const struct sbpl_node *n,
    struct span at, struct value v)
{
	struct diag *diag;

	switch (v.kind) {
	case VALUE_OPERATION:
		add_op(m, p, v.operation.op, v.operation.name);
		return;
	case VALUE_FILTER:
		*VEC_PUSH(m->arena, &p->filters) = v.filter;
		return;
	case VALUE_MODIFIER:
		*VEC_PUSH(m->arena, &p->modifiers) = v.text;
		return;
	case VALUE_PAIR:
		add_list(m, p, n, at, v);
		return;
	case VALUE_NIL:
		return;
	case VALUE_STRING:
	case VALUE_INTEGER:
	case VALUE_BOOLEAN:
	case VALUE_CHARACTER:
		diag = sbpl_reject(m, at,
		    "a rule is made of operations, "
		    "filters and modifiers; this is none of them");
		diag_help(m->diags, diag,
		    "a path goes into a filter, as in "
		    "(literal \"/etc/hosts\")");
		return;
	case VALUE_UNKNOWN:
	case VALUE_NOTHING:
	case VALUE_SYMBOL:
	case VALUE_MAKER:
	case VALUE_BUILTIN:
	case VALUE_CLOSURE:
		add_unknown(m, p, n);
		return;
	}
}

static const struct sbpl_filter *
filter_of(struct machine *m, const struct sbpl_node *call, struct parts *p)
{
	const struct sbpl_filter *both[2], *own = NULL;

	if (p->filters.n == 1)
		own = p->filters.v[0];
	else if (p->filters.n > 1)
		own = sbpl_filter_join(
		    m, call->at, SBPL_FILTER_ANY, p->filters.v, p->filters.n);
	if (m->outer == NULL || own == NULL)
		return m->outer == NULL ? own : m->outer;
	both[0] = m->outer;
	both[1] = own;
	return sbpl_filter_join(m, call->at, SBPL_FILTER_ALL, both, 2);
}

void
sbpl_rule_add(struct machine *m, const struct sbpl_node *call, bool allow,
    const struct value *args, uint32_t n)
{
	const struct sbpl_node *node;
	struct parts p = {0};
	struct sbpl_rule *r;

	node = call->first->next;
	for (uint32_t i = 0; i < n && !m->failed; i++) {
		add_part(
		    m, &p, node, node == NULL ? call->at : node->at, args[i]);
		node = node == NULL ? NULL : node->next;
	}
	for (uint32_t i = 0; i < m->modifiers.n; i++)
		*VEC_PUSH(m->arena, &p.modifiers) = m->modifiers.v[i];
	if (m->failed)
		return;
	if (p.ops.n == 0 && p.unknown) {
		sbpl_rule_opaque(m, call->at);
		return;
	}
	if (p.ops.n == 0) {
		struct diag *diag =
		    sbpl_reject(m, call->at, "this rule names no operation");

		diag_help(m->diags, diag,
		    "write one, as in (%s file-read* "
		    "(subpath \"/usr\"))",
		    allow ? "allow" : "deny");
		return;
	}
	r = VEC_PUSH(m->arena, &m->policy->rules);
	*r = (struct sbpl_rule){
	    .at = call->at,
	    .allow = allow,
	    .maybe = m->maybe > 0,
	    .ops = p.ops.v,
	    .op_names = p.names.v,
	    .n = p.ops.n,
	    .filter = filter_of(m, call, &p),
	    .modifiers = p.modifiers.v,
	    .modifier_n = p.modifiers.n,
	};
}

bool
sbpl_load(struct arena *a, struct diags *d, const struct sources *s,
    const struct sbpl_node *first, const struct sbpl_world *world,
    struct sbpl_policy *ret_policy)
{
	struct sbpl_policy policy = {.sources = s};
	struct machine m = {
	    .arena = a,
	    .diags = d,
	    .world = world,
	    .policy = &policy,
	    .used = a->used,
	};
	struct span at = {0};

	if (first != NULL)
		at.source = first->at.source;
	sbpl_find_assigned(&m, first);
	for (; first != NULL && !m.failed; first = first->next)
		(void)sbpl_eval(&m, first, &m.top, true);
	if (m.failed)
		return false;
	/* A rule that was under way may have come after the first. */
	if (m.stopped)
		sbpl_rule_opaque(&m, m.stopped_at);
	if (!policy.has_version) {
		struct diag *diag = diag_at(d, DIAG_SBPL_UNMODELLED, at,
		    "macOS refuses this file as it stands: it has no "
		    "(version 1)");

		diag_help(d, diag,
		    "it is judged as a part of a file that "
		    "has it");
	}
	*ret_policy = policy;
	return true;
}
