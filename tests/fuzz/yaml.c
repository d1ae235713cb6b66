#include <config.h>

#include "compiler/base/utf8.h"
#include "tests/fuzz/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/*
 * The oracle is our JSON reader: what a YAML file means, written as JSON,
 * reads as the same tree.
 */
static void
write_string(struct text t, FILE *out)
{
	(void)putc('"', out);
	for (uint32_t i = 0; i < t.len;) {
		uint32_t c = 0;
		uint32_t n = utf8_decode(t.s + i, t.len - i, &c);

		must(n != 0);
		if (c >= 0x10000)
			(void)fprintf(out, "\\u%04x\\u%04x", 0xD7C0 + (c >> 10),
			    0xDC00 + (c & 0x3FF));
		else if (c < 0x20 || c == '"' || c == '\\' || c >= 0x7F)
			(void)fprintf(out, "\\u%04x", c);
		else
			(void)putc((int)c, out);
		i += n;
	}
	(void)putc('"', out);
}

static void
write_json(const struct node *n, FILE *out)
{
	switch (n->kind) {
	case NODE_NULL:
		(void)fputs("null", out);
		return;
	case NODE_BOOL:
		(void)fputs(n->boolean ? "true" : "false", out);
		return;
	case NODE_INTEGER:
		(void)fprintf(out, "%lld", (long long)n->integer);
		return;
	case NODE_NUMBER:
		(void)fwrite(n->string.s, 1, n->string.len, out);
		return;
	case NODE_STRING:
		write_string(n->string, out);
		return;
	case NODE_LIST:
		(void)putc('[', out);
		for (uint32_t i = 0; i < n->list.n; i++) {
			write_json(&n->list.v[i], out);
			(void)putc(',', out);
		}
		(void)putc(']', out);
		return;
	case NODE_MAP:
		(void)putc('{', out);
		for (uint32_t i = 0; i < n->map.n; i++) {
			write_string(n->map.v[i].key, out);
			(void)putc(':', out);
			write_json(&n->map.v[i].value, out);
			(void)putc(',', out);
		}
		(void)putc('}', out);
		return;
	}
}

static void
same(const struct node *a, const struct node *b)
{
	must(a->kind == b->kind);
	switch (a->kind) {
	case NODE_NULL:
		return;
	case NODE_BOOL:
		must(a->boolean == b->boolean);
		return;
	case NODE_INTEGER:
		must(a->integer == b->integer);
		return;
	case NODE_NUMBER:
	case NODE_STRING:
		must(text_equal(a->string, b->string));
		return;
	case NODE_LIST:
		must(a->list.n == b->list.n);
		for (uint32_t i = 0; i < a->list.n; i++)
			same(&a->list.v[i], &b->list.v[i]);
		return;
	case NODE_MAP:
		must(a->map.n == b->map.n);
		for (uint32_t i = 0; i < a->map.n; i++) {
			must(text_equal(a->map.v[i].key, b->map.v[i].key));
			same(&a->map.v[i].value, &b->map.v[i].value);
		}
		return;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct reading r, again;
	char *json;
	size_t len;
	FILE *out;

	reading_begin(&r, "f.yaml", bytes, n);
	if (r.root != NULL) {
		out = open_memstream(&json, &len);
		must(out != NULL);
		write_json(r.root, out);
		must(fclose(out) == 0);
		reading_begin(&again, "f.json", (const uint8_t *)json, len);
		must(again.root != NULL || len > SOURCE_MAX);
		if (again.root != NULL)
			same(r.root, again.root);
		reading_end(&again);
		free(json);
	}
	reading_end(&r);
	return 0;
}
