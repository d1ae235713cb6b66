#include <config.h>

#include "compiler/check/check.h"

#include <stdlib.h>

#include "compiler/sbpl/sbpl.h"
#include "compiler/sbpl/seatbelt_text.h"

/*
 * unsafe_macos_seatbelt_rules: read by our own grammar, one rule a string, on
 * every target, so that a mistake shows where the profile is written.  What
 * would make the rest of the policy pointless is refused.
 */
struct raw_check {
	struct arena *arena;
	struct diags *diags;
	struct capset *caps;
	const struct named *rule;
	const struct sbpl_node *form;
	bool ok;
};

static struct span
place_in_string(const void *of, uint32_t begin, uint32_t end)
{
	const struct raw_check *k = of;
	const struct node string = {
	    .at = k->rule->at,
	    .kind = NODE_STRING,
	    .string = k->rule->name,
	};

	return node_string_span(k->diags->sources, &string, begin, end);
}

static void
refuse(struct raw_check *k, struct span at, const char *what, const char *help)
{
	struct diag *diag = diag_at(k->diags, DIAG_RAW_RULE, at, "%s", what);

	diag_help(k->diags, diag, "%s", help);
	k->ok = false;
}

static bool
is_word(const struct sbpl_node *n, const char *word)
{
	return n != NULL && n->kind == SBPL_SYMBOL && text_is(n->text, word);
}

/*
 * (with no-sandbox) lets a program out; only what is about the log stays, and
 * one by one, as a second name in the same list would be a modifier, too.
 */
static void
check_modifier(struct raw_check *k, const struct sbpl_node *with)
{
	static const char *const harmless[] = {
	    "no-log", "no-report", "report", "telemetry"};
	const struct sbpl_node *m = with->first->next;
	bool ok = is_word(m, "message") && m->next != NULL &&
		  m->next->kind == SBPL_STRING && m->next->next == NULL;

	for (size_t i = 0; i < ARRAY_LEN(harmless); i++)
		ok |= is_word(m, harmless[i]) && m->next == NULL;
	if (ok)
		return;
	refuse(k, with->at, "this modifier does more than allow or deny",
	    "a raw rule may have (with no-log), (with report) and "
	    "(with message \"...\")");
}

/* Longer than Apple's reader may take: the whole file would be refused. */
static void
check_literals(struct raw_check *k, const struct sbpl_node *n)
{
	uint32_t written = n->kind == SBPL_STRING ? n->text.len : 0;

	for (uint32_t i = 0; n->kind == SBPL_STRING && i < n->text.len; i++)
		written += n->text.s[i] == '"' || n->text.s[i] == '\\';
	if (written > SEATBELT_LITERAL_MAX)
		refuse(k, n->at, "macOS may not read a string as long as this",
		    "put it together of shorter ones: (string-append \"...\" "
		    "\"...\")");
	if (n->kind != SBPL_LIST)
		return;
	for (n = n->first; n != NULL; n = n->next)
		check_literals(k, n);
}

/* A parameter that no launch gives would make macOS refuse the whole file. */
static void
check_parameters(struct raw_check *k, const struct sbpl_node *n)
{
	bool known = false;

	if (n->kind != SBPL_LIST || n->first == NULL)
		return;
	if (is_word(n->first, "param")) {
		for (unsigned r = BLOB_ROOT_HOME; r < BLOB_ROOTS; r++)
			known |= text_is(n->first->next->text,
			    seatbelt_parameter((enum blob_root)r));
		if (!known)
			refuse(k, n->at, "no launch gives this parameter",
			    "there are HOME CWD TMPDIR XDG_CONFIG_HOME "
			    "XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME and "
			    "XDG_RUNTIME_DIR");
	}
	for (n = n->first; n != NULL; n = n->next)
		check_parameters(k, n);
}

/*
 * Does the rule allow an operation on files on a path that it cannot have
 * meant?  Then it allows all of them.
 */
static bool
opens_all(struct raw_check *k, const struct sbpl_policy *policy)
{
	static const char *const operations[] = {"file-read-data",
	    "file-read-xattr", "file-write-data", "file-write-create",
	    "file-write-unlink", "process-exec*"};
	struct sbpl_judge *judge =
	    sbpl_judge_open(k->arena, policy, SBPL_READING_LAST);
	bool all = false;

	for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
		struct sbpl_request r = {
		    .op = sbpl_op_find(text_of(operations[i]))};
		struct sbpl_answer answer;

		r.facts[SBPL_FACT_PATH] = TEXT("/\x7f nowhere/\x7f nothing");
		sbpl_decide(judge, &r, &answer);
		all |= answer.verdict == SBPL_ALLOW && answer.rule != NULL;
	}
	sbpl_judge_close(judge);
	return all;
}

/* A filter on an operation that has none of its kind, somewhere in it. */
static void
check_kind(
    struct raw_check *k, const struct sbpl_rule *r, const struct sbpl_filter *f)
{
	for (uint32_t i = 0; f != NULL && i < f->n; i++)
		check_kind(k, r, f->parts[i]);
	if (f == NULL || f->n > 0 || f->kind == SBPL_FILTER_UNKNOWN)
		return;
	for (uint32_t i = 0; i < r->n; i++) {
		struct diag *diag;

		if (sbpl_op_takes(r->ops[i], f->fact))
			continue;
		diag = diag_at(k->diags, DIAG_RAW_RULE, k->rule->at,
		    "macOS has no filter about the %s for %.*s",
		    sbpl_fact_name(f->fact), (int)r->op_names[i].len,
		    r->op_names[i].s);
		diag_help(k->diags, diag,
		    "it would refuse the whole policy: give each operation a "
		    "rule with filters of its own");
		k->ok = false;
		return;
	}
}

/* What the denies of the policy have to name as well, or they would lose. */
static void
keep_operation(struct raw_check *k, const struct sbpl_node *op)
{
	static const char *const kinds[] = {"file", "process-exec", "network"};
	struct cap_seatbelt *s = &k->caps->seatbelt;

	for (uint32_t i = 0; i < s->raw_operations.n; i++)
		if (text_equal(s->raw_operations.v[i], op->text))
			return;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (op->text.len < strlen(kinds[i]) ||
		    memcmp(op->text.s, kinds[i], strlen(kinds[i])) != 0)
			continue;
		if (sbpl_op_find(op->text) == SBPL_OP_NONE)
			refuse(k, op->at,
			    "no operation of this name is known, so it cannot "
			    "be kept off what is denied",
			    "name the operation that it belongs to, such as "
			    "file-read*");
		else
			*VEC_PUSH(k->arena, &s->raw_operations) = op->text;
	}
}

static void
check_parts(struct raw_check *k)
{
	bool allow = is_word(k->form->first, "allow"), filtered = false;

	check_parameters(k, k->form);
	check_literals(k, k->form);
	for (const struct sbpl_node *n = k->form->first->next; n != NULL;
	     n = n->next) {
		if (n->kind == SBPL_LIST && is_word(n->first, "with"))
			check_modifier(k, n);
		else if (n->kind == SBPL_LIST)
			filtered = true;
		else if (is_word(n, "default"))
			refuse(k, n->at,
			    "\"default\" is every operation there is",
			    "name the operations that are needed");
		else if (n->kind == SBPL_SYMBOL && allow)
			keep_operation(k, n);
	}
	if (!allow && !filtered)
		refuse(k, k->rule->at,
		    "a deny without a filter is taken for the last word by "
		    "some and for a default by others",
		    "give it a filter, such as (subpath \"/\") or "
		    "(remote ip \"*:*\")");
}

/* One unknown name would make macOS refuse the whole file. */
static void
print_guarded(const struct sbpl_node *form, FILE *out)
{
	uint32_t guards = 0;

	for (const struct sbpl_node *n = form->first->next; n != NULL;
	     n = n->next) {
		if (n->kind != SBPL_SYMBOL || !sbpl_op_is_young(n->text))
			continue;
		fprintf(
		    out, "(if (defined? '%.*s) ", (int)n->text.len, n->text.s);
		guards++;
	}
	sbpl_node_print(form, out);
	for (; guards > 0; guards--)
		fputc(')', out);
}

static void
keep_rule(struct raw_check *k)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		diag_out_of_memory();
	print_guarded(k->form, out);
	if (fclose(out) != 0)
		diag_out_of_memory();
	*VEC_PUSH(k->arena, &k->caps->seatbelt.raw) = (struct cap_raw){
	    .rule = arena_text(k->arena, (struct text){text, (uint32_t)size}),
	    .allow = is_word(k->form->first, "allow"),
	    .at = k->rule->at,
	    .origin = k->rule->origin,
	};
	free(text);
}

static void
check_rule(struct raw_check *k)
{
	const struct sbpl_world world = {.symbolic = true};
	const struct sbpl_input in = {
	    .text = k->rule->name,
	    .place = place_in_string,
	    .of = k,
	};
	const struct sbpl_node one = {
	    .kind = SBPL_INTEGER, .integer = 1, .at = k->rule->at};
	const struct sbpl_node name = {.kind = SBPL_SYMBOL,
	    .text = TEXT("version"),
	    .at = k->rule->at,
	    .next = &one};
	struct sbpl_node version = {
	    .kind = SBPL_LIST, .first = &name, .at = k->rule->at};
	struct sbpl_policy policy;

	/* It is judged as the part of a file that it will be. */
	k->ok &= sbpl_parse(k->arena, k->diags, &in, SBPL_SHAPE_RULE, &k->form);
	version.next = k->form;
	if (k->form == NULL || !sbpl_load(k->arena, k->diags, k->diags->sources,
				   &version, &world, &policy)) {
		k->ok = false;
		return;
	}
	check_parts(k);
	for (uint32_t i = 0; i < policy.rules.n; i++)
		check_kind(k, &policy.rules.v[i], policy.rules.v[i].filter);
	if (opens_all(k, &policy))
		refuse(k, k->rule->at, "this rule opens every file",
		    "give it a filter, such as (subpath \"/opt/tool\"), or "
		    "name the paths in filesystem.read or allow");
	keep_rule(k);
}

bool
check_raw(struct arena *a, struct diags *d, struct capset *caps)
{
	const struct policy *p = caps->policy;
	struct raw_check k = {.arena = a, .diags = d, .caps = caps, .ok = true};

	for (uint32_t i = 0; i < p->seatbelt_rules.n; i++) {
		k.rule = &p->seatbelt_rules.v[i];
		k.form = NULL;
		check_rule(&k);
	}
	return k.ok;
}
