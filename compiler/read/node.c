#include <config.h>

#include "compiler/read/node.h"

#include <inttypes.h>

#include "compiler/base/utf8.h"

const char *
node_kind_name(enum node_kind kind)
{
	switch (kind) {
	case NODE_NULL:
		return "null";
	case NODE_BOOL:
		return "true or false";
	case NODE_INTEGER:
		return "an integer";
	case NODE_NUMBER:
		return "a number with a fraction or an exponent";
	case NODE_STRING:
		return "a string";
	case NODE_LIST:
		return "a list";
	case NODE_MAP:
		return "a map";
	}
	return "a value";
}

/* As JSON, so that the line is exact and a terminal is safe from it. */
static void
print_string(struct text t, FILE *out)
{
	(void)putc('"', out);
	for (uint32_t i = 0; i < t.len;) {
		uint32_t code;
		uint32_t n = utf8_decode(t.s + i, t.len - i, &code);

		if (n == 0) { /* no reader lets this through */
			code = 0xFFFD;
			n = 1;
		}
		if (code == '"' || code == '\\')
			(void)fprintf(out, "\\%c", (int)code);
		else if (code == '\n')
			(void)fputs("\\n", out);
		else if (code == '\t')
			(void)fputs("\\t", out);
		else if (code >= 0x20 && code < 0x7F)
			(void)putc((int)code, out);
		else if (code < 0x10000)
			(void)fprintf(out, "\\u%04" PRIx32, code);
		else
			(void)fprintf(out, "\\u%04" PRIx32 "\\u%04" PRIx32,
			    0xD7C0 + (code >> 10), 0xDC00 + (code & 0x3FF));
		i += n;
	}
	(void)putc('"', out);
}

struct printer {
	const struct sources *sources; /* NULL: without places */
	FILE *out;
};

static void
print_place(const struct printer *p, struct span at)
{
	if (p->sources == NULL)
		return;
	struct place begin = source_place(p->sources, at.source, at.begin);
	struct place end = source_place(p->sources, at.source, at.end);

	(void)fprintf(p->out, " @%u:%u-", begin.line, begin.column);
	if (end.line != begin.line)
		(void)fprintf(p->out, "%u:", end.line);
	(void)fprintf(p->out, "%u", end.column);
}

static void
print_scalar(const struct printer *p, const struct node *n)
{
	switch (n->kind) {
	case NODE_NULL:
		(void)fputs("null", p->out);
		return;
	case NODE_BOOL:
		(void)fputs(n->boolean ? "true" : "false", p->out);
		return;
	case NODE_INTEGER:
		(void)fprintf(p->out, "%" PRId64, n->integer);
		return;
	case NODE_NUMBER:
		(void)fprintf(
		    p->out, "number %.*s", (int)n->string.len, n->string.s);
		return;
	case NODE_STRING:
		print_string(n->string, p->out);
		return;
	case NODE_LIST:
		(void)fprintf(p->out, "list %" PRIu32, n->list.n);
		return;
	case NODE_MAP:
		(void)fprintf(p->out, "map %" PRIu32, n->map.n);
		return;
	}
}

static void
print_indent(const struct printer *p, unsigned depth)
{
	while (depth-- > 0)
		(void)fputs("  ", p->out);
}

/* The rest of a line that may hold a key already, and the lines below it. */
static void
print_value(const struct printer *p, const struct node *n,
    const struct span *key_at, unsigned depth)
{
	print_scalar(p, n);
	if (key_at != NULL)
		print_place(p, *key_at);
	print_place(p, n->at);
	(void)putc('\n', p->out);
	if (n->kind == NODE_LIST) {
		for (uint32_t i = 0; i < n->list.n; i++) {
			print_indent(p, depth + 1);
			(void)fputs("- ", p->out);
			print_value(p, &n->list.v[i], NULL, depth + 1);
		}
	} else if (n->kind == NODE_MAP) {
		for (uint32_t i = 0; i < n->map.n; i++) {
			const struct pair *pair = &n->map.v[i];

			print_indent(p, depth + 1);
			print_string(pair->key, p->out);
			(void)fputs(": ", p->out);
			print_value(p, &pair->value, &pair->key_at, depth + 1);
		}
	}
}

void
node_print(const struct node *n, FILE *out)
{
	struct printer p = {NULL, out};

	print_value(&p, n, NULL, 0);
}

void
node_print_places(const struct sources *s, const struct node *n, FILE *out)
{
	struct printer p = {s, out};

	print_value(&p, n, NULL, 0);
}
