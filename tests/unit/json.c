#include <config.h>

#include "tests/unit/reading.h"

static void
test_values(void)
{
	reads("a.json", "{}", "map 0\n");
	reads("a.jsonc", " [ ] ", "list 0\n");
	reads("a.json", "[true,false,null]",
	    "list 3\n  - true\n  - false\n  - null\n");
	reads("a.json", "[0,-0,-1,9223372036854775807,-9223372036854775808]",
	    "list 5\n  - 0\n  - 0\n  - -1\n  - 9223372036854775807\n"
	    "  - -9223372036854775808\n");
	reads("a.json", "[9223372036854775808,-9223372036854775809,1.0,1e-3]",
	    "list 4\n  - number 9223372036854775808\n"
	    "  - number -9223372036854775809\n  - number 1.0\n"
	    "  - number 1e-3\n");
	reads("a.json", "{\"b\":{\"c\":[{}]},\"a\":1}",
	    "map 2\n  \"b\": map 1\n    \"c\": list 1\n      - map 0\n"
	    "  \"a\": 1\n");
	reads("a.json", "\"x\"", "\"x\"\n");
}

static void
test_strings(void)
{
	reads("a.json", "[\"\", \"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
	    "list 2\n  - \"\"\n  - \"\\\"\\\\/\\u0008\\u000c\\n\\u000d\\t\"\n");
	reads("a.json", "\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00\\uDBFF\\uDFFF\"",
	    "\"A\\u00e9\\u20ac\\ud83d\\ude00\\udbff\\udfff\"\n");
	reads("a.json", "\"\xc3\xa9\xf0\x9f\x98\x80\"",
	    "\"\\u00e9\\ud83d\\ude00\"\n");
	refuses("a.json", "[\"a\nb\"]", "a.json:1:2: error[N1008");
	refuses("a.json", "[\"a\tb\"]", "a.json:1:4: error[N1008");
	refuses("a.json", "\"\\x41\"", "a.json:1:2: error[N1008");
	refuses("a.json", "\"\\u004\"", "a.json:1:2: error[N1008");
	refuses("a.json", "\"a\\u0000\"", "a.json:1:3: error[N1008");
	refuses("a.json", "\"\\ud83d\"", "a.json:1:2: error[N1008");
	refuses("a.json", "\"\\ude00\\ud83d\"", "a.json:1:2: error[N1008");
	refuses("a.json", "\"\\ud83dx\\ude00\"", "a.json:1:2: error[N1008");
	refuses("a.json", "[1, \"a", "a.json:1:5: error[N1008");
	refuses("a.json", "[1, \"a\\", "a.json:1:5: error[N1008");
}

/* Each byte in a string: itself, or refused; never something else. */
static void
test_all_bytes(void)
{
	for (unsigned c = 0; c < 256; c++) {
		char raw[3] = {'"', (char)c, '"'};
		struct reading r;
		bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';

		reading_begin(&r, "a.json", (struct text){raw, 3});
		if ((r.root != NULL) != plain ||
		    (plain && (r.root->string.len != 1 ||
				  r.root->string.s[0] != (char)c)))
			IS_INT(c, -1);
		reading_end(&r);
	}
	OK(true);
}

static void
test_syntax(void)
{
	reads("a.json", "// c\n[1, /* * / ** */ 2,\r\n// ]\n]//",
	    "list 2\n  - 1\n  - 2\n");
	reads("a.json", "{\"a\": 1,}", "map 1\n  \"a\": 1\n");
	refuses("a.json", "[,]", "a.json:1:2: error[N1005");
	refuses("a.json", "[1,,]", "a.json:1:4: error[N1005");
	refuses("a.json", "{,}", "a.json:1:2: error[N1005");
	refuses("a.json", "[1 2]",
	    "a.json:1:3: error[N1005 syntax-error]: "
	    "a comma is missing: expected , or ]");
	refuses("a.json", "{\"a\":1\n\"b\":2}",
	    "a.json:1:7: error[N1005 syntax-error]: "
	    "a comma is missing: expected , or }");
	refuses("a.json", "{\"a\" 1}", "a.json:1:6: error[N1005");
	refuses("a.json", "{a: 1}",
	    "a.json:1:2: error[N1005 syntax-error]: "
	    "a key must stand in double quotes");
	refuses("a.json", "['a']",
	    "a.json:1:2: error[N1005 syntax-error]: "
	    "text stands in double quotes");
	refuses("a.json", "[1}", "a.json:1:3: error[N1005");
	refuses("a.json", "{} {}", "a.json:1:4: error[N1005");
	refuses("a.json", "[1, /* x", "a.json:1:5: error[N1005");
	refuses("a.json", "[1] # x", "a.json:1:5: error[N1005");
	refuses("a.json", "[NaN]", "a.json:1:2: error[N1009");
	refuses("a.json", "[01]", "a.json:1:2: error[N1009");
	refuses("a.json", "[0x1F]", "a.json:1:2: error[N1009");
	refuses("a.json", "[+1]", "a.json:1:2: error[N1009");
	refuses("a.json", "[1.]", "a.json:1:2: error[N1009");
	refuses("a.json", "[.5]", "a.json:1:2: error[N1009");
	refuses("a.json", "[1e]", "a.json:1:2: error[N1009");
	refuses("a.json", "", "a.json: error[N1012");
	refuses("a.json", " // x\n", "a.json: error[N1012");
	refuses("a.txt", "{}", "a.txt: error[N1014");
	refuses(".json", "{}", ".json: error[N1014");
}

static void
test_deception(void)
{
	refuses("a.json", "// x\r{}", "a.json:1:5: error[N1004");
	refuses("a.json", "// \xe2\x80\xae\n{}", "a.json:1:4: error[N1004");
	refuses("a.json", "// \xe2\x80\xa8{}", "a.json:1:4: error[N1004");
	refuses("a.json", "[\"\xc2\x85\"]", "a.json:1:3: error[N1004");
	refuses("a.json", "[\"\x7f\"]", "a.json:1:3: error[N1004");
	refuses("a.json", "// \x1b[2J\n{}", "a.json:1:4: error[N1005");
	reads("a.json", "\"\\u202e\xc2\xa0\"", "\"\\u202e\\u00a0\"\n");
}

static void
test_duplicates(void)
{
	refuses("a.json", "{\"a\":1,\n\"\\u0061\":2}",
	    "a.json:2:1: error[N1006 duplicate-key]");
	refuses("a.json", "[{\"a\":1,\"b\":2,\"a\":2}]",
	    "a.json:1:15: error[N1006 duplicate-key]");
	reads("a.json", "{\"a\":{\"a\":1},\"A\":2,\"aa\":3}",
	    "map 3\n  \"a\": map 1\n    \"a\": 1\n  \"A\": 2\n  \"aa\": 3\n");
}

static struct text
repeat(const char *unit, size_t n, const char *before, const char *after)
{
	size_t len = strlen(unit), head = strlen(before), tail = strlen(after);
	char *s = malloc(head + n * len + tail + 1);

	memcpy(s, before, head);
	for (size_t i = 0; i < n; i++)
		memcpy(s + head + i * len, unit, len);
	memcpy(s + head + n * len, after, tail + 1);
	return (struct text){s, (uint32_t)(head + n * len + tail)};
}

static void
refuses_many(const char *unit, size_t n, const char *before, const char *after,
    const char *where)
{
	struct text t = repeat(unit, n, before, after);

	refuses_text("a.json", t, where);
	free((char *)t.s);
}

static void
test_limits(void)
{
	struct reading r;
	struct text t = repeat("[", NODE_DEPTH_MAX, "", "");
	struct text close = repeat("]", NODE_DEPTH_MAX, t.s, "");

	reading_begin(&r, "a.json", close);
	OK(r.root != NULL);
	reading_end(&r);
	free((char *)t.s);
	free((char *)close.s);
	refuses_many(
	    "[", NODE_DEPTH_MAX + 1, "", "", "a.json:1:65: error[N1007");
	refuses_many("{\"a\":", 100000, "", "", "a.json:1:321: error[N1007");
	refuses_many(
	    "x", NODE_STRING_MAX + 1, "[\"", "\"]", "a.json:1:2: error[N1008");
	refuses_many("x", 1000000, "[\"", "\"]", "a.json:1:2: error[N1008");
	refuses_many(
	    "1,", NODE_COUNT_MAX, "[", "1]", "a.json:1:2097152: error[N1013");
	t = repeat("x", NODE_STRING_MAX, "\"", "\"");
	reading_begin(&r, "a.json", t);
	OK(r.root != NULL && r.root->string.len == NODE_STRING_MAX);
	reading_end(&r);
	free((char *)t.s);
}

/* Truncated anywhere, a document is refused. */
static void
test_truncation(void)
{
	static const char whole[] = "{\"a\\u0041\": [1, 2.5e3, \"\\ud83d\\ude00"
				    "\"], /* c */ \"b\": {\"c\": null}}";
	bool good = true;

	for (uint32_t n = 0; n + 1 < sizeof(whole); n++) {
		struct reading r;

		reading_begin(&r, "a.json", (struct text){whole, n});
		good = good && r.root == NULL && r.diags.errors > 0;
		reading_end(&r);
	}
	OK(good);
}

/* A list of 60,000 paths: no copy of the text, little around the nodes. */
static void
test_memory(void)
{
	struct text t = repeat("\"/home/user/some/path\",", 60000, "[", "]");
	struct reading r = {0};
	uint32_t source;

	r.diags.arena = &r.arena;
	r.diags.sources = &r.sources;
	OK(source_from_text(
	    &r.sources, &r.arena, &r.diags, "a.json", t, &source));

	size_t before = r.arena.used;

	OK(read_source(&r.sources, &r.arena, &r.diags, source, &r.root));
	OK(r.arena.used - before <= 60000 * sizeof(struct node) + 1024);
	OK(sizeof(struct node) <= 32);
	arena_release(&r.arena);
	free((char *)t.s);
}

int
main(void)
{
	test_values();
	test_strings();
	test_all_bytes();
	test_syntax();
	test_deception();
	test_duplicates();
	test_limits();
	test_truncation();
	test_memory();
	return tap_end();
}
