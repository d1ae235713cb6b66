#ifndef NONO_FUZZ_READING_H
#define NONO_FUZZ_READING_H

#include <stdio.h>
#include <stdlib.h>

#include "compiler/base/diag_record.h"
#include "compiler/read/read.h"

/* What the fuzz targets of the readers share. */
struct reading {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	uint32_t source;
	const struct node *root; /* NULL: refused */
};

/* Unlike assert(), whatever NDEBUG says. */
static inline void
must(bool fact)
{
	if (!fact)
		abort();
}

/*
 * What every printer makes of the outcome.  Diagnostics may hold printable
 * bytes, newlines and tabs only, whatever the file holds.
 */
static inline void
print_all(struct reading *r)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	must(out != NULL);
	if (r->root == NULL) {
		diags_print(&r->diags, out, false);
	} else {
		node_print(r->root, out);
		node_print_places(&r->sources, r->root, out);
	}
	must(fclose(out) == 0);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		must(c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7F));
	}
	free(text);
}

/* A string's pieces lie inside it, in order. */
static inline void
check_string(struct reading *r, const struct node *n)
{
	uint32_t last = n->at.begin;

	for (uint32_t i = 0; i < n->string.len && i < 200; i++) {
		struct span at = node_string_span(&r->sources, n, i, i + 1);

		must(at.source == n->at.source && at.begin <= at.end);
		must(at.begin >= n->at.begin && at.end <= n->at.end);
		must(at.begin >= last || at.begin == n->at.begin);
		last = at.begin;
	}
}

/* Spans lie inside those of what is around them, in order. */
static inline void
check_spans(struct reading *r, const struct node *n, unsigned depth)
{
	uint32_t last = n->at.begin;

	must(depth <= NODE_DEPTH_MAX);
	must(n->at.begin <= n->at.end);
	must(n->at.end <= source_get(&r->sources, r->source)->text.len);
	if (n->kind == NODE_STRING) {
		must(n->string.len <= NODE_STRING_MAX);
		must(n->string.len == 0 ||
		     memchr(n->string.s, '\0', n->string.len) == NULL);
		check_string(r, n);
	} else if (n->kind == NODE_LIST) {
		for (uint32_t i = 0; i < n->list.n; i++) {
			const struct node *v = &n->list.v[i];

			must(v->at.begin >= last && v->at.end <= n->at.end);
			last = v->at.end;
			check_spans(r, v, depth + 1);
		}
	} else if (n->kind == NODE_MAP) {
		for (uint32_t i = 0; i < n->map.n; i++) {
			const struct pair *p = &n->map.v[i];

			must(p->key_at.begin >= last);
			must(p->value.at.begin >= p->key_at.end);
			must(p->value.at.end <= n->at.end);
			last = p->value.at.end;
			check_spans(r, &p->value, depth + 1);
		}
	}
}

static inline void
reading_begin(
    struct reading *r, const char *name, const uint8_t *bytes, size_t n)
{
	struct text text = {(const char *)bytes, (uint32_t)n};

	*r = (struct reading){0};
	r->diags.arena = &r->arena;
	r->diags.sources = &r->sources;
	if (source_from_text(
		&r->sources, &r->arena, &r->diags, name, text, &r->source) &&
	    !read_source(
		&r->sources, &r->arena, &r->diags, r->source, &r->root))
		r->root = NULL;
	must((r->root == NULL) == (r->diags.errors > 0));
	print_all(r);
	if (r->root != NULL)
		check_spans(r, r->root, 0);
}

static inline void
reading_end(struct reading *r)
{
	arena_release(&r->arena);
}

#endif
