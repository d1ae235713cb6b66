#include <config.h>

#include "compiler/sbpl/sbpl_value.h"

#include <stdio.h>

/* The special forms of Scheme and of Seatbelt. */

/* Data as a value: of (quote x). */
static struct value
datum(struct machine *m, const struct sbpl_node *n)
{
	struct value list = {.kind = VALUE_NIL};
	struct cell *last = NULL;

	switch (n->kind) {
	case SBPL_SYMBOL:
		return (struct value){.kind = VALUE_SYMBOL, .text = n->text};
	case SBPL_LIST:
		for (n = n->first; n != NULL; n = n->next) {
			struct cell *cell = ARENA_NEW(m->arena, struct cell);

			*cell = (struct cell){datum(m, n), {.kind = VALUE_NIL}};
			if (last == NULL)
				list = (struct value){
				    .kind = VALUE_PAIR, .pair = cell};
			else
				last->tail = (struct value){
				    .kind = VALUE_PAIR, .pair = cell};
			last = cell;
		}
		return list;
	case SBPL_STRING:
	case SBPL_INTEGER:
	case SBPL_REAL:
	case SBPL_BOOLEAN:
	case SBPL_CHARACTER:
		return sbpl_eval(m, n, &m->top, false);
	}
	return value_unknown;
}

static const struct sbpl_node *
second(const struct sbpl_node *n)
{
	return n == NULL ? NULL : n->next;
}

static bool
is_truth(struct value v)
{
	return v.kind != VALUE_BOOLEAN || v.truth;
}

static bool
is_unknown(struct value v)
{
	return v.kind == VALUE_UNKNOWN || v.symbolic;
}

/* Runs what only an unknown condition leads to. */
static struct value
perhaps(struct machine *m, const struct sbpl_node *first, struct scope *scope,
    bool statement, bool one)
{
	if (first == NULL)
		return value_unknown;
	m->maybe++;
	if (one)
		(void)sbpl_eval(m, first, scope, statement);
	else
		(void)sbpl_body(m, first, scope, statement);
	m->maybe--;
	return value_unknown;
}

static struct value
form_if(struct machine *m, const struct sbpl_node *args, struct scope *scope,
    bool statement)
{
	const struct sbpl_node *yes = second(args), *no = second(yes);
	struct value test;

	test = sbpl_eval(m, args, scope, false);
	if (is_unknown(test)) {
		(void)perhaps(m, yes, scope, statement, true);
		return perhaps(m, no, scope, statement, true);
	}
	if (is_truth(test))
		return sbpl_eval(m, yes, scope, statement);
	return no == NULL ? value_nothing : sbpl_eval(m, no, scope, statement);
}

/* (when test body...), (unless test body...) */
static struct value
form_when(struct machine *m, const struct sbpl_node *args, struct scope *scope,
    bool statement, bool want)
{
	struct value test = sbpl_eval(m, args, scope, false);

	if (is_unknown(test))
		return perhaps(m, args->next, scope, statement, false);
	if (is_truth(test) != want)
		return value_nothing;
	return sbpl_body(m, args->next, scope, statement);
}

static struct value
form_cond(struct machine *m, const struct sbpl_node *clause,
    struct scope *scope, bool statement)
{
	bool doubt = false;

	for (; clause != NULL && !m->failed; clause = clause->next) {
		const struct sbpl_node *test = clause->first;
		struct value value = value_boolean(true);

		if (test->kind != SBPL_SYMBOL || !text_is(test->text, "else"))
			value = sbpl_eval(m, test, scope, false);
		if (is_unknown(value)) {
			doubt = true;
			(void)perhaps(m, test->next, scope, statement, false);
		} else if (is_truth(value) && doubt) {
			return perhaps(m, test->next, scope, statement, false);
		} else if (is_truth(value)) {
			return test->next == NULL
				   ? value
				   : sbpl_body(m, test->next, scope, statement);
		}
	}
	return doubt ? value_unknown : value_nothing;
}

/* and: the first that is #f, else the last; or: the other way round. */
static struct value
form_and_or(struct machine *m, const struct sbpl_node *args,
    struct scope *scope, bool is_or)
{
	struct value value = value_boolean(!is_or);
	bool doubt = false;

	for (; args != NULL && !m->failed; args = args->next) {
		value = sbpl_eval(m, args, scope, false);
		if (is_unknown(value))
			doubt = true;
		else if (is_truth(value) == is_or)
			return doubt && is_or ? value_unknown : value;
	}
	return doubt ? value_unknown : value;
}

static struct value
closure(struct machine *m, const struct sbpl_node *parameters,
    const struct sbpl_node *first, struct scope *scope)
{
	struct closure *c = ARENA_NEW(m->arena, struct closure);

	*c = (struct closure){parameters, first, scope};
	return (struct value){.kind = VALUE_CLOSURE, .closure = c};
}

/* (define name value), (define (name parameter...) body...) */
static struct value
form_define(
    struct machine *m, const struct sbpl_node *args, struct scope *scope)
{
	struct sbpl_node *parameters;

	if (args->kind == SBPL_SYMBOL) {
		sbpl_bind(m, scope, args->text,
		    args->next == NULL
			? value_nothing
			: sbpl_eval(m, args->next, scope, false));
		return value_nothing;
	}
	parameters = ARENA_NEW(m->arena, struct sbpl_node);
	*parameters = *args;
	parameters->first = args->first->next;
	sbpl_bind(m, scope, args->first->text,
	    closure(m, parameters, args->next, scope));
	return value_nothing;
}

enum let { LET, LET_STAR, LET_REC };

/* (let ((name value)...) body...), also (let name (...) body...) */
static struct value
form_let(struct machine *m, const struct sbpl_node *args, struct scope *scope,
    enum let kind, bool statement)
{
	const struct sbpl_node *name = NULL, *pair;
	struct scope *inner = sbpl_scope_open(m, scope);
	struct value loop = value_unknown;

	if (args->kind == SBPL_SYMBOL && kind == LET) {
		name = args;
		args = args->next;
	}
	for (pair = args->first; pair != NULL; pair = pair->next) {
		const struct sbpl_node *to = pair->first;

		sbpl_bind(m, inner, to->text,
		    sbpl_eval(m, to->next, kind == LET ? scope : inner, false));
	}
	if (name != NULL) {
		/* Its parameters are the names of the pairs. */
		struct sbpl_node *list = ARENA_NEW(m->arena, struct sbpl_node);
		struct sbpl_node *copy;
		const struct sbpl_node **link = &list->first;

		list->kind = SBPL_LIST;
		for (pair = args->first; pair != NULL; pair = pair->next) {
			copy = ARENA_NEW(m->arena, struct sbpl_node);
			*copy = *pair->first;
			copy->next = NULL;
			*link = copy;
			link = &copy->next;
		}
		loop = closure(m, list, args->next, inner);
		sbpl_bind(m, inner, name->text, loop);
	}
	return sbpl_body(m, args->next, inner, statement);
}

/* As sbpl_string_print() has it. */
static struct text
quoted(struct machine *m, struct text t)
{
	char *s = arena_alloc(m->arena, (size_t)t.len * 4 + 3, 1);
	uint32_t n = 0;

	s[n++] = '"';
	for (uint32_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.s[i];

		if (c < 0x20 || c == 0x7F) {
			n += (uint32_t)snprintf(s + n, 5, "\\x%02x", c);
			continue;
		}
		if (c == '"' || c == '\\')
			s[n++] = '\\';
		s[n++] = (char)c;
	}
	s[n++] = '"';
	return (struct text){s, n};
}

/* (with no-log), (with send-signal SIGKILL), (with message "text") */
static struct value
form_with(struct machine *m, const struct sbpl_node *args)
{
	struct text said = {"", 0};

	for (; args != NULL; args = args->next) {
		struct text word = args->text;

		if (args->kind != SBPL_SYMBOL && args->kind != SBPL_STRING)
			return value_unknown;
		if (args->kind == SBPL_STRING)
			word = quoted(m, word);
		said = arena_printf(m->arena, "%.*s%s%.*s", (int)said.len,
		    said.s, said.len > 0 ? " " : "", (int)word.len, word.s);
	}
	return (struct value){.kind = VALUE_MODIFIER, .text = said};
}

/* (with-filter filter body...), (with-modifier modifier body...) */
static struct value
form_around(struct machine *m, const struct sbpl_node *args,
    struct scope *scope, bool filter)
{
	const struct sbpl_filter *outer = m->outer;
	uint32_t modifiers = m->modifiers.n;
	struct value around = sbpl_eval(m, args, scope, false);

	if (filter) {
		const struct sbpl_filter *both[2] = {outer, NULL};

		both[1] =
		    around.kind == VALUE_FILTER
			? around.filter
			: sbpl_filter_unknown(m, args->at, TEXT("with-filter"));
		m->outer = outer == NULL ? both[1]
					 : sbpl_filter_join(m, args->at,
					       SBPL_FILTER_ALL, both, 2);
	} else if (around.kind == VALUE_MODIFIER) {
		*VEC_PUSH(m->arena, &m->modifiers) = around.text;
	}
	around = sbpl_body(m, args->next, scope, true);
	m->outer = outer;
	m->modifiers.n = modifiers;
	return around;
}

static struct value
form_version(struct machine *m, const struct sbpl_node *call)
{
	const struct sbpl_node *n = second(call->first);

	if (n == NULL || n->kind != SBPL_INTEGER || n->integer != 1) {
		struct diag *diag = sbpl_reject(
		    m, call->at, "macOS knows version 1 of the language only");

		diag_help(m->diags, diag, "write (version 1)");
	}
	m->policy->has_version = true;
	return value_nothing;
}

static struct value
form_import(struct machine *m, const struct sbpl_node *call)
{
	struct diag *diag = diag_at(m->diags, DIAG_SBPL_UNMODELLED, call->at,
	    "what this file imports is not here to be read");

	diag_help(m->diags, diag,
	    "a verdict that its rules could change is "
	    "unknown");
	m->imported = true;
	sbpl_rule_opaque(m, call->at);
	return value_nothing;
}

static struct value
form_defined(
    struct machine *m, const struct sbpl_node *args, struct scope *scope)
{
	struct value name;
	enum sbpl_op op;

	name = sbpl_eval(m, args, scope, false);
	if (name.kind != VALUE_SYMBOL)
		return value_unknown;
	if (sbpl_bound(scope, name.text) != NULL)
		return value_boolean(true);
	op = sbpl_op_find(name.text);
	if (op != SBPL_OP_NONE && m->world->version == 0)
		return value_boolean(true);
	if (op != SBPL_OP_NONE && m->world->version >= sbpl_op_since(op))
		return value_boolean(true);
	/* 1400 is the release after 10.15 whose names are known. */
	if (op != SBPL_OP_NONE && sbpl_op_since(op) == 1400 &&
	    m->world->version > 1015)
		return value_unknown;
	if (op != SBPL_OP_NONE)
		return value_boolean(false);
	if (sbpl_builtin_find(name.text) != NULL || sbpl_maker_find(name.text))
		return value_boolean(true);
	return value_unknown;
}

enum form {
	FORM_AND,
	FORM_BEGIN,
	FORM_COND,
	FORM_DEBUG,
	FORM_DEFINE,
	FORM_DEFINED,
	FORM_IF,
	FORM_IMPORT,
	FORM_LAMBDA,
	FORM_LET,
	FORM_LET_STAR,
	FORM_LETREC,
	FORM_OR,
	FORM_QUOTE,
	FORM_SET,
	FORM_UNLESS,
	FORM_UNRUN, /* see sbpl_unrun.c */
	FORM_VERSION,
	FORM_WHEN,
	FORM_WITH,
	FORM_WITH_FILTER,
	FORM_WITH_MODIFIER,
	FORM_NONE,
};

static enum form
form_of(struct text name)
{
	static const struct {
		const char *name;
		enum form form;
	} forms[] = {
	    {"and", FORM_AND},
	    {"begin", FORM_BEGIN},
	    {"cond", FORM_COND},
	    {"debug", FORM_DEBUG},
	    {"define", FORM_DEFINE},
	    {"define-once", FORM_DEFINE},
	    {"defined?", FORM_DEFINED},
	    {"disable-callouts", FORM_DEBUG},
	    {"disable-full-symbolication", FORM_DEBUG},
	    {"if", FORM_IF},
	    {"import", FORM_IMPORT},
	    {"lambda", FORM_LAMBDA},
	    {"let", FORM_LET},
	    {"let*", FORM_LET_STAR},
	    {"letrec", FORM_LETREC},
	    {"or", FORM_OR},
	    {"quote", FORM_QUOTE},
	    {"set!", FORM_SET},
	    {"trace", FORM_DEBUG},
	    {"unless", FORM_UNLESS},
	    {"version", FORM_VERSION},
	    {"when", FORM_WHEN},
	    {"with", FORM_WITH},
	    {"with-filter", FORM_WITH_FILTER},
	    {"with-modifier", FORM_WITH_MODIFIER},
	};

	for (uint32_t i = 0; i < ARRAY_LEN(forms); i++)
		if (text_is(name, forms[i].name))
			return forms[i].form;
	return sbpl_is_unrun_form(name) ? FORM_UNRUN : FORM_NONE;
}

/* (name value), as let has it. */
static bool
is_pair(const struct sbpl_node *n)
{
	return n->kind == SBPL_LIST && n->first != NULL &&
	       n->first->kind == SBPL_SYMBOL && n->first->next != NULL;
}

static bool
well_formed(enum form form, const struct sbpl_node *args)
{
	const struct sbpl_node *n = args;

	switch (form) {
	case FORM_AND:
	case FORM_BEGIN:
	case FORM_DEBUG:
	case FORM_OR:
	case FORM_VERSION:
	case FORM_WITH:
		return true;
	case FORM_COND:
		for (; n != NULL; n = n->next)
			if (n->kind != SBPL_LIST || n->first == NULL)
				return false;
		return true;
	case FORM_DEFINE:
		return n != NULL &&
		       (n->kind == SBPL_SYMBOL ||
			   (n->kind == SBPL_LIST && n->first != NULL &&
			       n->first->kind == SBPL_SYMBOL));
	case FORM_IF:
		return second(n) != NULL;
	case FORM_LET:
		if (n != NULL && n->kind == SBPL_SYMBOL)
			n = n->next;
		return n != NULL && well_formed(FORM_LET_STAR, n);
	case FORM_LET_STAR:
	case FORM_LETREC:
		if (n == NULL || n->kind != SBPL_LIST)
			return false;
		for (n = n->first; n != NULL; n = n->next)
			if (!is_pair(n))
				return false;
		return true;
	case FORM_LAMBDA:
		return n != NULL &&
		       (n->kind == SBPL_SYMBOL || n->kind == SBPL_LIST);
	case FORM_DEFINED:
	case FORM_IMPORT:
	case FORM_QUOTE:
	case FORM_UNLESS:
	case FORM_WHEN:
	case FORM_WITH_FILTER:
	case FORM_WITH_MODIFIER:
		return n != NULL;
	case FORM_SET:
		return n != NULL && n->kind == SBPL_SYMBOL;
	case FORM_UNRUN:
	case FORM_NONE:
		break;
	}
	return true;
}

static struct value
form(struct machine *m, enum form form, const struct sbpl_node *call,
    struct scope *scope, bool statement)
{
	const struct sbpl_node *args = call->first->next;

	if (!well_formed(form, args)) {
		(void)sbpl_reject(m, call->at,
		    "this is not a %.*s that "
		    "Scheme knows",
		    (int)call->first->text.len, call->first->text.s);
		return value_unknown;
	}
	switch (form) {
	case FORM_AND:
	case FORM_OR:
		return form_and_or(m, args, scope, form == FORM_OR);
	case FORM_BEGIN:
		return sbpl_body(m, args, scope, statement);
	case FORM_COND:
		return form_cond(m, args, scope, statement);
	case FORM_DEBUG:
		return value_nothing;
	case FORM_DEFINE:
		return form_define(m, args, scope);
	case FORM_DEFINED:
		return form_defined(m, args, scope);
	case FORM_IF:
		return form_if(m, args, scope, statement);
	case FORM_IMPORT:
		return form_import(m, call);
	case FORM_LAMBDA:
		return closure(m, args, args->next, scope);
	case FORM_LET:
		return form_let(m, args, scope, LET, statement);
	case FORM_LET_STAR:
		return form_let(m, args, scope, LET_STAR, statement);
	case FORM_LETREC:
		return form_let(m, args, scope, LET_REC, statement);
	case FORM_QUOTE:
		return datum(m, args);
	case FORM_SET:
		return sbpl_form_set(m, call, scope);
	case FORM_UNLESS:
		return form_when(m, args, scope, statement, false);
	case FORM_UNRUN:
		return sbpl_form_unrun(m, call, scope);
	case FORM_VERSION:
		return form_version(m, call);
	case FORM_WHEN:
		return form_when(m, args, scope, statement, true);
	case FORM_WITH:
		return form_with(m, args);
	case FORM_WITH_FILTER:
	case FORM_WITH_MODIFIER:
		return form_around(m, args, scope, form == FORM_WITH_FILTER);
	case FORM_NONE:
		break;
	}
	return value_unknown;
}

bool
sbpl_form(struct machine *m, const struct sbpl_node *call, struct scope *scope,
    bool statement, struct value *ret_value)
{
	enum form which = form_of(call->first->text);

	if (which == FORM_NONE)
		return false;
	*ret_value = form(m, which, call, scope, statement);
	return true;
}
