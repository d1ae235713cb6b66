#include <config.h>

#include "compiler/sbpl/sbpl.h"

#include <inttypes.h>
#include <stdlib.h>

#include "compiler/base/utf8.h"

/*
 * Rules and nodes as SBPL again, in one spelling whatever the file's: what is
 * compared and what is shown.
 */

void
sbpl_string_print(struct text t, FILE *out)
{
	uint32_t code, n;

	putc('"', out);
	for (uint32_t i = 0; i < t.len; i += n) {
		unsigned char c = (unsigned char)t.s[i];

		n = utf8_decode(t.s + i, t.len - i, &code);
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7F || n == 0)
			fprintf(out, "\\x%02x", c);
		else
			fwrite(t.s + i, 1, n, out);
		n += n == 0;
	}
	putc('"', out);
}

static void
list_print(const struct sbpl_node *list, FILE *out)
{
	putc('(', out);
	for (const struct sbpl_node *n = list->first; n != NULL; n = n->next) {
		if (n != list->first)
			putc(' ', out);
		if (list->dotted && n->next == NULL)
			fputs(". ", out);
		sbpl_node_print(n, out);
	}
	putc(')', out);
}

void
sbpl_node_print(const struct sbpl_node *n, FILE *out)
{
	switch (n->kind) {
	case SBPL_LIST:
		list_print(n, out);
		return;
	case SBPL_SYMBOL:
	case SBPL_REAL:
		fwrite(n->text.s, 1, n->text.len, out);
		return;
	case SBPL_STRING:
		sbpl_string_print(n->text, out);
		return;
	case SBPL_INTEGER:
		fprintf(out, "%" PRId64, n->integer);
		return;
	case SBPL_BOOLEAN:
		fputs(n->truth ? "#t" : "#f", out);
		return;
	case SBPL_CHARACTER:
		fprintf(out, "#\\x%02x", (unsigned)n->integer & 0xFF);
		return;
	}
}

static const char *const fact_names[SBPL_FACTS] = {
#define SBPL_FACT(id, name) (name),
#include "compiler/sbpl/sbpl_fact.def"
#undef SBPL_FACT
};

const char *
sbpl_fact_name(enum sbpl_fact fact)
{
	return fact_names[fact];
}

enum sbpl_fact
sbpl_fact_find(struct text name)
{
	uint32_t i = 0;

	while (i < SBPL_FACTS && !text_is(name, fact_names[i]))
		i++;
	return (enum sbpl_fact)i;
}

static void filter_print(const struct sbpl_filter *f, FILE *out);

static void
parts_print(const char *word, const struct sbpl_filter *f, FILE *out)
{
	fprintf(out, "(%s", word);
	for (uint32_t i = 0; i < f->n; i++) {
		putc(' ', out);
		filter_print(f->parts[i], out);
	}
	putc(')', out);
}

/* (literal "x") of a path; of other facts (global-name-prefix "x"). */
static void
text_print(const char *path_word, const char *suffix,
    const struct sbpl_filter *f, FILE *out)
{
	if (f->fact == SBPL_FACT_PATH)
		fprintf(out, "(%s ", path_word);
	else
		fprintf(out, "(%s%s ", fact_names[f->fact], suffix);
	sbpl_string_print(f->text, out);
	putc(')', out);
}

static void
filter_print(const struct sbpl_filter *f, FILE *out)
{
	switch (f->kind) {
	case SBPL_FILTER_ANY:
		parts_print("require-any", f, out);
		return;
	case SBPL_FILTER_ALL:
		parts_print("require-all", f, out);
		return;
	case SBPL_FILTER_NOT:
		parts_print("require-not", f, out);
		return;
	case SBPL_FILTER_LITERAL:
		if (f->bare) {
			fprintf(out, "(%s %.*s)", fact_names[f->fact],
			    (int)f->text.len, f->text.s);
			return;
		}
		text_print("literal", "", f, out);
		return;
	case SBPL_FILTER_SUBPATH:
		text_print("subpath", "-subpath", f, out);
		return;
	case SBPL_FILTER_PREFIX:
		text_print("prefix", "-prefix", f, out);
		return;
	case SBPL_FILTER_REGEX:
		text_print("regex", "-regex", f, out);
		return;
	case SBPL_FILTER_ANCESTOR:
		text_print("path-ancestors", "-ancestors", f, out);
		return;
	case SBPL_FILTER_NUMBER:
	case SBPL_FILTER_BITS:
		fprintf(
		    out, "(%s %" PRId64 ")", fact_names[f->fact], f->number);
		return;
	case SBPL_FILTER_END:
		fprintf(out, "(%s %.*s)", fact_names[f->fact], (int)f->text.len,
		    f->text.s);
		return;
	case SBPL_FILTER_UNKNOWN:
		fprintf(out, "(unknown %.*s)", (int)f->text.len, f->text.s);
		return;
	}
}

void
sbpl_rule_print(const struct sbpl_rule *r, FILE *out)
{
	if (r->opaque) {
		fputs("(unknown rules)", out);
		return;
	}
	fprintf(out, "%s(%s", r->maybe ? "maybe " : "",
	    r->allow ? "allow" : "deny");
	for (uint32_t i = 0; i < r->n; i++) {
		struct text name = r->ops[i] == SBPL_OP_NONE
				       ? r->op_names[i]
				       : text_of(sbpl_op_name(r->ops[i]));

		fprintf(out, " %.*s", (int)name.len, name.s);
	}
	if (r->filter != NULL && r->filter->kind == SBPL_FILTER_ANY) {
		for (uint32_t i = 0; i < r->filter->n; i++) {
			putc(' ', out);
			filter_print(r->filter->parts[i], out);
		}
	} else if (r->filter != NULL) {
		putc(' ', out);
		filter_print(r->filter, out);
	}
	for (uint32_t i = 0; i < r->modifier_n; i++)
		fprintf(out, " (with %.*s)", (int)r->modifiers[i].len,
		    r->modifiers[i].s);
	putc(')', out);
}

/* What is printed of a rule, or of a filter alone. */
static struct text
printed(struct arena *a, const struct sbpl_rule *r, const struct sbpl_filter *f)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct text copy;

	if (out == NULL)
		diag_out_of_memory();
	if (r != NULL)
		sbpl_rule_print(r, out);
	else
		filter_print(f, out);
	if (fclose(out) != 0)
		diag_out_of_memory();
	copy = arena_text(a, (struct text){text, (uint32_t)len});
	free(text);
	return copy;
}

struct text
sbpl_rule_text(struct arena *a, const struct sbpl_rule *r)
{
	return printed(a, r, NULL);
}

struct text
sbpl_filter_text(struct arena *a, const struct sbpl_filter *f)
{
	return printed(a, NULL, f);
}

void
sbpl_policy_print(const struct sbpl_policy *p, bool places, FILE *out)
{
	for (uint32_t i = 0; i < p->rules.n; i++) {
		const struct sbpl_rule *r = &p->rules.v[i];

		sbpl_rule_print(r, out);
		if (places && r->at.source != 0) {
			struct place at =
			    source_place(p->sources, r->at.source, r->at.begin);

			fprintf(out, " ; %u:%u", at.line, at.column);
		}
		putc('\n', out);
	}
}
