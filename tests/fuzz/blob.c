#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "compiler/blob/dump.h"

/*
 * blob_open() on any bytes, and on the same bytes sealed, so that the digests
 * do not keep the fuzzer from what is behind them.  What is accepted must be
 * its own one encoding, by way of the model and by way of the text.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(
    uint8_t *data, size_t size, size_t most, unsigned seed);

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

static bool
check(const uint8_t *bytes, uint32_t size, const char **ret_why)
{
	struct context c = {0};
	struct blob_model m;
	struct blob b;

	if (!blob_open(&b, bytes, size, ret_why)) {
		if (*ret_why == NULL)
			abort();
		return false;
	}
	c.diags.arena = &c.arena;
	c.diags.sources = &c.sources;
	blob_read_model(&b, &c.arena, &m);
	must_write(&c, &m, &b);
	must_assemble(&c, &b);
	arena_release(&c.arena);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes = malloc(size == 0 ? 1 : size);
	const char *why = NULL, *sealed_why = NULL;

	if (bytes == NULL || size > BLOB_MAX) {
		free(bytes);
		return 0;
	}
	memcpy(bytes, data, size);

	bool accepted = check(bytes, (uint32_t)size, &why);

	blob_seal(bytes, (uint32_t)size);
	if (memcmp(bytes, data, size) != 0) {
		/* There is one seal, and without it a policy is damaged. */
		if (accepted || !blob_why_is_digest(why))
			abort();
		check(bytes, (uint32_t)size, &sealed_why);
	}
	free(bytes);
	return 0;
}

static void
put_u32(uint8_t *p, uint32_t x)
{
	for (int i = 0; i < 4; i++, x >>= 8)
		p[i] = (uint8_t)x;
}

/*
 * Most changes of any bytes go no further than the section table, whose
 * lengths they upset.  So most changes are made inside one section, and the
 * table is written anew.
 */
size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	static uint8_t contents[1 << 16];
	uint32_t n =
	    size < BLOB_HEADER_SIZE ? 0 : blob_u32(data + BLOB_H_SECTIONS);

	if (seed % 8 == 0 || n == 0 || n > BLOB_SECTIONS_MAX ||
	    BLOB_HEADER_SIZE + n * BLOB_ENTRY_SIZE > size)
		return LLVMFuzzerMutate(data, size, most);

	uint32_t chosen = seed / 16 % n;
	uint8_t *entry = data + BLOB_HEADER_SIZE + chosen * BLOB_ENTRY_SIZE;
	size_t at = blob_u32(entry + BLOB_E_OFFSET);
	size_t length = blob_u32(entry + BLOB_E_LENGTH);
	size_t end = at + (length + 7) / 8 * 8, more = most - size;

	if (end > size || length + more > sizeof(contents))
		return LLVMFuzzerMutate(data, size, most);
	memcpy(contents, data + at, length);
	/* Padding may take some of what is left. */
	more = seed / 8 % 2 != 0 && more > 7 ? more - 7 : 0;

	/* It answers 1 where it finds nothing to do, room or not. */
	size_t now = LLVMFuzzerMutate(contents, length, length + more);

	now = now < length + more ? now : length + more;

	size_t now_end = at + (now + 7) / 8 * 8;

	memmove(data + now_end, data + end, size - end);
	memcpy(data + at, contents, now);
	memset(data + at + now, 0, now_end - at - now);
	put_u32(entry + BLOB_E_LENGTH, (uint32_t)now);
	size = size - end + now_end;
	put_u32(data + BLOB_H_LENGTH, (uint32_t)size);
	for (uint32_t i = chosen + 1; i < n; i++) {
		entry += BLOB_ENTRY_SIZE;
		put_u32(entry + BLOB_E_OFFSET,
		    (uint32_t)(blob_u32(entry + BLOB_E_OFFSET) + now_end -
			       end));
	}
	return size;
}
