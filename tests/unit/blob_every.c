#include <config.h>

#include <glob.h>
#include <stdio.h>

#include "tests/unit/blob_clay.h"

/* Every bit, every length: refused, or the one encoding of another policy. */

/* All flips of one bit, all cuts, and one to sixteen bytes more. */
static void
exhaust(struct clay c, unsigned *refused, unsigned *tried)
{
	struct clay more = {ARENA_ARRAY(&arena, c.n + 16, uint8_t), c.n};

	memcpy(more.p, c.p, c.n);
	for (uint32_t bit = 0; bit < c.n * 8; bit++) {
		c.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		*refused += *why_of(c) != '\0';
		c.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
		++*tried;
	}
	for (uint32_t n = 0; n < c.n; n++) {
		struct clay cut = {c.p, n};

		*refused += *why_of(cut) != '\0';
		++*tried;
	}
	for (uint32_t n = 1; n <= 16; n++) {
		more.n = c.n + n;
		*refused += *why_of(more) != '\0';
		set_u32(more.p + BLOB_H_LENGTH, more.n);
		blob_seal(more.p, more.n);
		*refused += *why_of(more) != '\0';
		*tried += 2;
	}
}

/*
 * Flips that are sealed again: either refused, or another policy whose own
 * encoding these very bytes are.
 */
static bool
canonical_or_refused(struct clay c)
{
	struct blob_model m;
	const uint8_t *again;
	const char *why;
	uint32_t size;
	struct blob b;

	if (!blob_open(&b, c.p, c.n, &why))
		return true;
	blob_read_model(&b, &arena, &m);
	return blob_write(&m, &arena, &diags, &again, &size) && size == c.n &&
	       memcmp(again, c.p, size) == 0;
}

/* Policies as they are compiled: the seeds of the fuzzer. */
static void
exhaust_corpus(unsigned *refused, unsigned *tried)
{
	const char *top = getenv("TOP_SRCDIR");
	char pattern[4096];
	glob_t found;

	(void)snprintf(pattern, sizeof(pattern),
	    "%s/tests/fuzz/corpus/blob/*.nono", top == NULL ? "." : top);
	if (glob(pattern, 0, NULL, &found) != 0) {
		printf("# no seeds: %s\n", pattern);
		return;
	}
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct clay c = {ARENA_ARRAY(&arena, BLOB_MAX, uint8_t), 0};
		FILE *f = fopen(found.gl_pathv[i], "rb");

		if (f == NULL)
			continue;
		c.n = (uint32_t)fread(c.p, 1, BLOB_MAX, f);
		(void)fclose(f);
		if (*why_of(c) == '\0')
			exhaust(c, refused, tried);
		arena_release(&arena);
		arena = (struct arena){0};
	}
	globfree(&found);
}

int
main(void)
{
	const struct blob_model full = full_model();
	struct clay original = write_model(&full);
	unsigned refused = 0, tried = 0;
	bool canonical = true;

	exhaust(original, &refused, &tried);
	for (uint32_t i = 0; i < 8; i++) {
		uint32_t seed = i * 31337 + 5;
		struct blob_model m;
		struct clay c;

		random_model(&seed, &arena, &m);
		c = write_model(&m);
		exhaust(c, &refused, &tried);
		for (uint32_t bit = 0; bit < c.n * 8; bit += 3) {
			struct arena keep = arena;

			arena = (struct arena){0};
			c.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			blob_seal(c.p, c.n);
			canonical = canonical && canonical_or_refused(c);
			c.p[bit / 8] ^= (uint8_t)(1 << bit % 8);
			arena_release(&arena);
			arena = keep;
		}
	}
	OK(tried > 50000);
	IS_INT(refused, tried);
	refused = tried = 0;
	exhaust_corpus(&refused, &tried);
	OK(tried > 100000);
	IS_INT(refused, tried);
	OK(canonical);
	arena_release(&arena);
	return tap_end();
}
