#include <config.h>

#include <stdlib.h>

#include "compiler/assert/assert.h"
#include "tests/fuzz/reading.h"

/*
 * Files of assertions: what is refused has a diagnostic, and what is accepted
 * is printed as something that reads back as the same.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Parses and prints; NULL: refused, with something said. */
static char *
round_trip(const char *bytes, size_t size)
{
	struct arena arena = {0};
	struct sources sources = {0};
	struct diags diags = {.arena = &arena, .sources = &sources};
	const struct assert_file *f;
	uint32_t source;
	char *text = NULL;
	size_t len;

	*VEC_PUSH(&arena, &sources.files) = (struct source){0};
	if (source_from_text(&sources, &arena, &diags, "fuzz.assert",
		(struct text){bytes, (uint32_t)size}, &source) &&
	    assert_read_source(&arena, &diags, &sources, source, &f)) {
		FILE *out = open_memstream(&text, &len);

		must(out != NULL && diags.errors == 0);
		assert_print(f, out);
		must(fclose(out) == 0);
	} else {
		must(diags.errors > 0);
	}
	arena_release(&arena);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *once = round_trip((const char *)data, size), *twice;

	if (once == NULL)
		return 0;
	twice = round_trip(once, strlen(once));
	must(twice != NULL && strcmp(once, twice) == 0);
	free(once);
	free(twice);
	return 0;
}
