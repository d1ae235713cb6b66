#ifndef NONO_TESTS_READING_H
#define NONO_TESTS_READING_H

#include <stdio.h>
#include <stdlib.h>

#include "compiler/base/diag_record.h"
#include "compiler/read/read.h"
#include "tests/tap.h"

/* One compilation's worth of state, for the tests of the readers. */
struct reading {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	const struct node *root; /* NULL: refused */
	char *printed;		 /* the tree, or the diagnostics */
};

static inline void
reading_print(struct reading *r)
{
	size_t len;
	FILE *out = open_memstream(&r->printed, &len);

	if (r->root != NULL)
		node_print(r->root, out);
	else
		diags_print(&r->diags, out, false);
	(void)fclose(out);
}

/* Reads text in the dialect that the name says. */
static inline void
reading_begin(struct reading *r, const char *name, struct text text)
{
	uint32_t source;

	*r = (struct reading){0};
	r->diags.arena = &r->arena;
	r->diags.sources = &r->sources;
	if (source_from_text(
		&r->sources, &r->arena, &r->diags, name, text, &source) &&
	    !read_source(&r->sources, &r->arena, &r->diags, source, &r->root))
		r->root = NULL;
	reading_print(r);
}

static inline void
reading_end(struct reading *r)
{
	free(r->printed);
	arena_release(&r->arena);
}

/* The text is read as this tree. */
static inline void
reads(const char *name, const char *text, const char *tree)
{
	struct reading r;

	reading_begin(&r, name, text_of(text));
	IS_STR(r.printed, tree);
	reading_end(&r);
}

/* The text is refused; `where` is how the report begins. */
static inline void
refuses_text(const char *name, struct text text, const char *where)
{
	struct reading r;
	size_t len = strlen(where);

	reading_begin(&r, name, text);
	OK(r.root == NULL && r.diags.errors > 0);
	if (strlen(r.printed) > len)
		r.printed[len] = '\0';
	IS_STR(r.printed, where);
	reading_end(&r);
}

static inline void
refuses(const char *name, const char *text, const char *where)
{
	refuses_text(name, text_of(text), where);
}

#endif
