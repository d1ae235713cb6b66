#include <config.h>

#include "compiler/assert/assert.h"

static void
print_text(struct text t, FILE *out)
{
	fprintf(out, "%.*s", (int)t.len, t.s);
}

static void
print_quoted(struct text t, FILE *out)
{
	fputc('"', out);
	for (uint32_t i = 0; i < t.len; i++) {
		if (t.s[i] == '"' || t.s[i] == '\\')
			fputc('\\', out);
		fputc(t.s[i], out);
	}
	fputc('"', out);
}

static void
print_words(const struct assert_words *w, const char *before, FILE *out)
{
	for (const struct assert_word *i = w->first; i != NULL; i = i->next) {
		fprintf(out, "%s%s", i == w->first ? "" : ", ", before);
		if (before[0] != '\0')
			print_quoted(i->text, out);
		else
			fprintf(out, "%s%.*s", i->macro ? "%" : "",
			    (int)i->text.len, i->text.s);
	}
}

static void
print_set(const struct assert_set *set, FILE *out)
{
	for (const struct assert_term *t = set->first; t != NULL; t = t->next) {
		if (t != set->first)
			fputs(" | ", out);
		switch (t->kind) {
		case ASSERT_PATH:
			print_quoted(t->word.text, out);
			break;
		case ASSERT_GROUP:
			fputs("group(", out);
			print_quoted(t->word.text, out);
			fputc(')', out);
			break;
		case ASSERT_PORTS:
		case ASSERT_NAME:
			print_text(t->word.text, out);
			break;
		}
	}
}

static void
print_ops_on(const char *quantifier, const struct assert_rule *r,
    const char *together, FILE *out)
{
	fprintf(out, "%s ", quantifier);
	print_words(&r->ops, "", out);
	fprintf(out, "%s on ", together);
	print_set(&r->set, out);
}

static void
print_rule(const struct assert_rule *r, FILE *out)
{
	switch (r->kind) {
	case ASSERT_NEVER:
		print_ops_on("never", r, "", out);
		break;
	case ASSERT_TOGETHER:
		print_ops_on("never", r, " together", out);
		break;
	case ASSERT_ALWAYS:
		print_ops_on("always", r, "", out);
		break;
	case ASSERT_ONLY:
		fputs("only { ", out);
		print_words(&r->profiles, "profile ", out);
		print_ops_on(" } may", r, "", out);
		break;
	case ASSERT_WITHIN:
		fputs("profile ", out);
		print_quoted(r->left.text, out);
		fprintf(out, " within %s", r->right_is_file ? "" : "profile ");
		print_quoted(r->right.text, out);
		break;
	case ASSERT_DISJOINT:
		fputs("disjoint(profile ", out);
		print_quoted(r->left.text, out);
		fputs(", profile ", out);
		print_quoted(r->right.text, out);
		fputc(')', out);
		break;
	}
	if (r->except.first != NULL) {
		fputs(" except ", out);
		print_set(&r->except, out);
	}
}

static void
print_scope(const struct assert_scope *s, FILE *out)
{
	if (s->profiles.first != NULL) {
		fputs(" for ", out);
		print_words(&s->profiles, "profile ", out);
	}
	if (s->platform.text.len > 0) {
		fputs(" for platform ", out);
		print_text(s->platform.text, out);
	}
	if (s->abi.text.len > 0) {
		fputs(" for abi >= ", out);
		print_text(s->abi.text, out);
	}
}

static void
print_waiver(const struct assert_statement *s, FILE *out)
{
	fputs("waive ", out);
	print_text(s->name.text, out);
	fputs(" on ", out);
	print_set(&s->set, out);
	print_scope(&s->scope, out);
	fputs(" because ", out);
	print_quoted(s->reason.text, out);
	if (s->owner.text.len > 0) {
		fputs(" owner ", out);
		print_quoted(s->owner.text, out);
	}
	fputs(" until ", out);
	print_text(s->until.text, out);
}

static void
print_statement(const struct assert_statement *s, FILE *out)
{
	switch (s->kind) {
	case ASSERT_LET_SET:
		fprintf(
		    out, "let %.*s = ", (int)s->name.text.len, s->name.text.s);
		print_set(&s->set, out);
		break;
	case ASSERT_LET_OPS:
		fprintf(out, "let %%%.*s = ", (int)s->name.text.len,
		    s->name.text.s);
		print_words(&s->ops, "", out);
		break;
	case ASSERT_ASSUME:
		fputs("assume ", out);
		print_text(s->name.text, out);
		fputs(" is ", out);
		print_text(s->path.text, out);
		break;
	case ASSERT_WAIVE:
		print_waiver(s, out);
		break;
	case ASSERT_ASSERT:
		if (s->name.text.len > 0)
			fprintf(out, "assert %.*s: ", (int)s->name.text.len,
			    s->name.text.s);
		print_rule(s->rule, out);
		print_scope(&s->scope, out);
		break;
	}
	fputs(";\n", out);
}

void
assert_print(const struct assert_file *f, FILE *out)
{
	for (const struct assert_statement *s = f->first; s != NULL;
	     s = s->next)
		print_statement(s, out);
}
