#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "compiler/dump.h"

/*
 * blob_open() on any bytes, and on the same bytes sealed, so that the digests
 * do not keep the fuzzer from what is behind them.  What is accepted must be
 * its own one encoding, by way of the model and by way of the text.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct context {
	struct arena arena;
	struct sources sources;
	struct diags diags;
};

static void
must_write(struct context *c, const struct blob_model *m, const struct blob *b)
{
	const uint8_t *bytes;
	uint32_t size;

	if (!blob_write(m, &c->arena, &c->diags, &bytes, &size) ||
	    size != b->len || memcmp(bytes, b->bytes, size) != 0) {
		diags_flush(&c->diags);
		abort();
	}
}

static void
must_assemble(struct context *c, const struct blob *b)
{
	struct blob_model m;
	uint32_t source;
	char *s = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&s, &n);

	if (f == NULL)
		abort();
	blob_dump(b, true, f);
	fclose(f);
	/* The text of a huge policy is more than a source may be. */
	if (n <= SOURCE_MAX) {
		if (!source_from_text(&c->sources, &c->arena, &c->diags, "dump",
			(struct text){s, (uint32_t)n}, &source) ||
		    !blob_assemble(
			&c->arena, &c->diags, &c->sources, source, &m)) {
			diags_flush(&c->diags);
			abort();
		}
		must_write(c, &m, b);
	}
	free(s);
}

static void
check(const uint8_t *bytes, uint32_t size)
{
	struct context c = {0};
	struct blob_model m;
	const char *why = NULL;
	struct blob b;

	if (!blob_open(&b, bytes, size, &why)) {
		if (why == NULL)
			abort();
		return;
	}
	c.diags.arena = &c.arena;
	c.diags.sources = &c.sources;
	blob_read_model(&b, &c.arena, &m);
	must_write(&c, &m, &b);
	must_assemble(&c, &b);
	arena_release(&c.arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size == 0 ? 1 : size);

	if (bytes == NULL || size > BLOB_MAX) {
		free(bytes);
		return 0;
	}
	memcpy(bytes, data, size);
	check(bytes, (uint32_t)size);
	blob_seal(bytes, (uint32_t)size);
	check(bytes, (uint32_t)size);
	free(bytes);
	return 0;
}
