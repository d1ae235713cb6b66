#include <config.h>

#include "compiler/sbpl/sbpl_value.h"

/*
 * What Scheme has and is not run here.  Nothing certain may rest on it: a name
 * that is assigned anywhere has no known value, what a form could define has
 * none after it, and rules that it could make are unknown.
 */
static const char *const forms[] = {"case", "cons-stream", "define-macro",
    "define-syntax", "delay", "do", "let*-values", "let-syntax", "let-values",
    "letrec-syntax", "macro", "quasiquote"};

static const char *const procedures[] = {"append", "apply", "assoc", "assq",
    "assv", "call-with-current-continuation", "call/cc", "char-downcase",
    "char-upcase", "char=?", "eval", "exact->inexact", "for-all", "gensym",
    "get-closure-code", "length", "list->string", "list-ref", "list-tail",
    "make-string", "make-vector", "max", "member", "memq", "memv", "min",
    "modulo", "quotient", "remainder", "reverse", "set-car!", "set-cdr!",
    "string->list", "string->symbol", "string-search", "string-set!",
    "symbol->string", "vector", "vector-ref", "vector-set!", "with-operations"};

static bool
holds(const char *const *list, size_t n, struct text name)
{
	for (size_t i = 0; i < n; i++)
		if (text_is(name, list[i]))
			return true;
	return false;
}

bool
sbpl_is_unrun_form(struct text name)
{
	return holds(forms, ARRAY_LEN(forms), name);
}

bool
sbpl_is_unrun(struct text name)
{
	return sbpl_is_unrun_form(name) ||
	       holds(procedures, ARRAY_LEN(procedures), name);
}

static bool
is_word(const struct sbpl_node *n, const char *word)
{
	return n != NULL && n->kind == SBPL_SYMBOL && text_is(n->text, word);
}

void
sbpl_find_assigned(struct machine *m, const struct sbpl_node *n)
{
	for (; n != NULL; n = n->next) {
		if (n->kind != SBPL_LIST)
			continue;
		if (is_word(n->first, "set!") && n->first->next != NULL &&
		    n->first->next->kind == SBPL_SYMBOL)
			sbpl_bind(m, &m->assigned, n->first->next->text,
			    value_unknown);
		sbpl_find_assigned(m, n->first);
	}
}

/* Whatever is defined in there may be defined now, or not. */
static void
forget(struct machine *m, const struct sbpl_node *n, struct scope *scope)
{
	const struct sbpl_node *name;

	for (; n != NULL; n = n->next) {
		if (n->kind != SBPL_LIST || n->first == NULL)
			continue;
		name = n->first->next;
		if (name != NULL && name->kind == SBPL_LIST)
			name = name->first;
		if (n->first->kind == SBPL_SYMBOL && name != NULL &&
		    name->kind == SBPL_SYMBOL &&
		    (memcmp(n->first->text.s, "define",
			 n->first->text.len < 6 ? n->first->text.len : 6) ==
			    0 ||
			is_word(n->first, "macro")))
			sbpl_bind(m, scope, name->text, value_unknown);
		forget(m, n->first, scope);
	}
}

static void
warn(struct machine *m, const struct sbpl_node *name, const char *then)
{
	struct diag *diag;

	if (sbpl_bound(&m->warned, name->text) != NULL)
		return;
	sbpl_bind(m, &m->warned, name->text, value_nothing);
	diag = diag_at(m->diags, DIAG_SBPL_UNMODELLED, name->at,
	    "\"%.*s\" is not run here", (int)name->text.len, name->text.s);
	diag_help(m->diags, diag, "%s", then);
}

void
sbpl_warn_unrun(struct machine *m, const struct sbpl_node *name)
{
	warn(m, name, "what it makes is unknown");
}

struct value
sbpl_form_unrun(
    struct machine *m, const struct sbpl_node *call, struct scope *scope)
{
	struct sbpl_node alone = *call;

	sbpl_warn_unrun(m, call->first);
	alone.next = NULL;
	forget(m, &alone, scope);
	sbpl_rule_opaque(m, call->at);
	return value_unknown;
}

struct value
sbpl_form_set(
    struct machine *m, const struct sbpl_node *call, struct scope *scope)
{
	warn(m, call->first, "what is assigned to has no known value");
	for (const struct sbpl_node *n = call->first->next; n != NULL;
	     n = n->next)
		if (n != call->first->next)
			(void)sbpl_eval(m, n, scope, false);
	return value_nothing;
}
