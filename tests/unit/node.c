#include <config.h>

#include "compiler/read/node.h"

#include "tests/unit/reading.h"

/*
 * The single string of a file: the bytes begin..end of what it means stand
 * where `raw` is in the file (the first such place).
 */
static void
stands_at(const char *name, const char *file, uint32_t begin, uint32_t end,
    const char *raw)
{
	struct reading r;
	char got[200];

	reading_begin(&r, name, text_of(file));
	if (!OK(r.root != NULL && r.root->kind == NODE_STRING)) {
		reading_end(&r);
		return;
	}
	struct span at = node_string_span(&r.sources, r.root, begin, end);

	(void)snprintf(got, sizeof(got), "%.*s", (int)(at.end - at.begin),
	    file + at.begin);
	IS_STR(got, raw);
	reading_end(&r);
}

static void
test_json_spans(void)
{
	stands_at("a.json", "\"$HOME/x\"", 0, 5, "$HOME");
	stands_at("a.json", "\"$HOME/x\"", 7, 7, "");
	stands_at("a.json", "\"a\\u0041b\"", 0, 1, "a");
	stands_at("a.json", "\"a\\u0041b\"", 1, 2, "\\u0041");
	stands_at("a.json", "\"a\\u0041b\"", 2, 3, "b");
	stands_at("a.json", "\"a\\u0041b\"", 0, 3, "a\\u0041b");
	stands_at("a.json", "\"\\ud83d\\ude00/x\"", 0, 4, "\\ud83d\\ude00");
	stands_at("a.json", "\"\\ud83d\\ude00/x\"", 4, 6, "/x");
	stands_at("a.json", "\"\\\\$\\/\\n\"", 1, 3, "$\\/");
	stands_at("a.json", "\"\\u00e9\xc3\xa9z\"", 4, 5, "z");
	/* Half of a character is all of it; what does not exist, the whole. */
	stands_at("a.json", "\"\\u00e9z\"", 1, 2, "\\u00e9");
	stands_at("a.json", "\"\\u00e9z\"", 2, 9, "\"\\u00e9z\"");
}

static void
test_yaml_spans(void)
{
	stands_at("a.yaml", "$HOME/x", 0, 5, "$HOME");
	stands_at("a.yaml", "'it''s/$HOME'", 5, 10, "$HOME");
	stands_at("a.yaml", "'it''s'", 2, 3, "''");
	stands_at("a.yaml", "\"\\x41\\U0001F600$X\"", 1, 5, "\\U0001F600");
	stands_at("a.yaml", "\"\\x41\\U0001F600$X\"", 5, 7, "$X");
	stands_at("a.yaml", "\"one  \n  $X\"", 4, 6, "$X");
	stands_at("a.yaml", "\"one\n\n  $X\"", 4, 6, "$X");
	stands_at("a.yaml", "\"one\\\n  $X\"", 3, 5, "$X");
	stands_at("a.yaml", "|\n  a\n  $X b\n", 2, 4, "$X");
	stands_at("a.yaml", ">\n  a\n  $X\n", 2, 4, "$X");
	stands_at("a.yaml", ">-\r\n  a\r\n\r\n  $X\r\n", 2, 4, "$X");
}

static void
test_places(void)
{
	struct reading r;
	char *got;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	reading_begin(
	    &r, "a.json", TEXT("{\n\t\"\xc3\xa9\": [1,\n\t\t\"x\"]\n}\n"));
	node_print_places(&r.sources, r.root, out);
	(void)fclose(out);
	IS_STR(got, "map 1 @1:1-4:2\n"
		    "  \"\\u00e9\": list 2 @2:2-5 @2:7-3:7\n"
		    "    - 1 @2:8-9\n"
		    "    - \"x\" @3:3-6\n");
	free(got);
	reading_end(&r);
	IS_STR(node_kind_name(NODE_LIST), "a list");
}

int
main(void)
{
	test_json_spans();
	test_yaml_spans();
	test_places();
	return tap_end();
}
