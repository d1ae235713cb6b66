#include <config.h>

#include "tests/unit/reading.h"

/* A JSON and a YAML text that mean the same. */
static void
twins(const char *json, const char *yaml)
{
	struct reading a, b;

	reading_begin(&a, "a.json", text_of(json));
	reading_begin(&b, "a.yaml", text_of(yaml));
	OK(a.root != NULL);
	IS_STR(b.printed, a.printed);
	reading_end(&a);
	reading_end(&b);
}

static void
test_twins(void)
{
	twins("{}", "{}");
	twins("{}", "--- {}\n...\n# the end\n");
	twins("{\"a\": 1, \"b\": [true, false, null, -5, 0]}",
	    "a: 1\nb:\n- true\n- false\n- null\n- -5\n- 0\n");
	twins("{\"a\": {\"b\": {\"c\": []}}}", "a:\n  b:\n    c: []\n");
	twins("[{\"path\": \"~/x\", \"when\": \"linux\"}, \"$HOME\"]",
	    "- path: ~/x\n  when: linux\n- $HOME\n");
	twins("[\"yes\", \"010\", \"~\", \"\", \"1e3\", \"null\"]",
	    "[\"yes\", '010', \"~\", '', \"1e3\", 'null']");
	twins("[\"a\\nb\\n\", \"a b\", \"a\\nb\"]",
	    "- |\n  a\n  b\n- >-\n  a\n  b\n- |-\n  a\n  b\n");
	twins("[\"it's\", \"\\u00e9\\ud83d\\ude00\\u001b\\t\"]",
	    "['it''s', \"\\xe9\\U0001F600\\e\\t\"]");
	twins("[\"1.0.0\", \"10.0.0.1\", \".\", \"a#b\", \"a:b\", \"-\"]",
	    "[1.0.0, 10.0.0.1, ., a#b, a:b, -]");
	twins("{\"a\": [1, 2], \"<<\": 1}", "{a: [1, 2,], \"<<\": 1,}");
	twins("[9223372036854775807, 9223372036854775808]",
	    "[9223372036854775807, 9223372036854775808]");
	twins("{\"a\": 1, \"b\": [\"x\"]}", "a: 1\r\nb:\r\n  - x\r\n");
	twins("{\"%a\": \"b\"}", "\n\"%a\": b\n");
}

static void
test_plain(void)
{
	static const char *const refused[] = {"yes", "No", "ON", "off", "y",
	    "N", "True", "FALSE", "~", "Null", "NULL", "010", "08", "0o17",
	    "0x1F", "0b1", "1_000", "1,000", "+1", "1.5", ".5", "5.", "1e3",
	    "-1.5E+3", ".inf", "-.INF", ".nan", "12:30", "12:30:45.5",
	    "2001-12-14", "2001-12-14T21:59:43.10-05:00", "=", "<<"};

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		char text[80];
		bool feature = strcmp(refused[i], "<<") == 0;

		(void)snprintf(text, sizeof(text), "- %s\n", refused[i]);
		refuses("a.yaml", text, "a.yaml:1:3: error[N1011");
		(void)snprintf(text, sizeof(text), "%s: 1\n", refused[i]);
		refuses("a.yaml", text,
		    feature ? "a.yaml:1:1: error[N1010"
			    : "a.yaml:1:1: error[N1011");
	}
	refuses("a.yaml", "1: a", "a.yaml:1:1: error[N1011");
	refuses("a.yaml", "true: a", "a.yaml:1:1: error[N1011");
	refuses("a.yaml", "null: a", "a.yaml:1:1: error[N1011");
	refuses("a.yaml", "a:\nb: 1", "a.yaml:1:1: error[N1011");
	refuses("a.yaml", "- a\n-\n", "a.yaml:2:2: error[N1011");
	refuses("a.yaml", "{a:1}", "a.yaml:1:2: error[N1011");
	refuses("a.yaml", "a:\n - /a\n   /b", "a.yaml:2:4: error[N1011");
	refuses("a.yaml", "a: b\n c: d", "a.yaml:1:4: error[N1011");
}

static void
test_features(void)
{
	refuses("a.yaml", "a: &x 1", "a.yaml:1:4: error[N1010");
	refuses("a.yaml", "a: &x [1]", "a.yaml:1:4: error[N1010");
	refuses("a.yaml", "&x a: 1", "a.yaml:1:1: error[N1010");
	refuses("a.yaml", "a: *x", "a.yaml:1:4: error[N1010");
	refuses("a.yaml", "a: *.txt", "a.yaml:1:4: error[N1010");
	refuses("a.yaml", "a: !!str 1", "a.yaml:1:4: error[N1010");
	refuses("a.yaml", "a: ! x", "a.yaml:1:4: error[N1010");
	refuses("a.yaml", "a: !<x> {}", "a.yaml:1:4: error[N1010");
	refuses("a.yaml", "!x\na: 1", "a.yaml:1:1: error[N1010");
	refuses("a.yaml", "a: {<<: 1}", "a.yaml:1:5: error[N1010");
	refuses("a.yaml", "? [a]\n: b", "a.yaml:1:3: error[N1010");
	refuses("a.yaml", "{a: 1}: b", "a.yaml:1:1: error[N1010");
	refuses("a.yaml", "? a\n: b", "a.yaml:1:1: error[N1010");
	refuses("a.yaml", "{? a : b}", "a.yaml:1:2: error[N1010");
	refuses("a.yaml", "[a: b]", "a.yaml:1:2: error[N1010");
	refuses("a.yaml", "%YAML 1.1\n---\n{}", "a.yaml:1:1: error[N1010");
	refuses("a.yaml", "# x\n%TAG ! x\n---\n{}", "a.yaml:2:1: error[N1010");
	refuses(
	    "a.yaml", "{}\n...\n%TAG ! x\n--- {}", "a.yaml:3:1: error[N1010");
	refuses("a.yaml", "{}\n---\n{}", "a.yaml:2:1: error[N1010");
	refuses("a.yaml", "a: 1\n--- {}", "a.yaml:2:1: error[N1010");
}

static void
test_syntax(void)
{
	refuses("a.yaml", "", "a.yaml: error[N1012");
	refuses("a.yaml", "# x\n", "a.yaml: error[N1012");
	refuses("a.yaml", "---\n", "a.yaml: error[N1012");
	refuses("a.yaml", "a:\n\t- b",
	    "a.yaml:2:1: error[N1005 syntax-error]: "
	    "a tab cannot indent");
	refuses("a.yaml", "a: @x", "a.yaml:1:4: error[N1005");
	refuses("a.yaml", "a: 1\nb\n", "a.yaml:2:1: error[N1005");
	refuses("a.yaml", "a: - b", "a.yaml:1:4: error[N1005");
	refuses("a.yaml", "a: b: c", "a.yaml:1:5: error[N1005");
	refuses("a.yaml", "[a, b", "a.yaml:1:6: error[N1005");
	refuses("a.yaml", "{} x", "a.yaml:1:4: error[N1005");
	refuses("a.yaml", "a: \"x", "a.yaml:1:4: error[N1008");
	refuses("a.yaml", "a: \"\\q\"", "a.yaml:1:5: error[N1008");
	refuses("a.yaml", "a: \"\\ud83d\\ude00\"", "a.yaml:1:7: error[N1008");
	refuses("a.yaml", "a: \"x\\0\"", "a.yaml:1:4: error[N1008");
	refuses("a.yaml", "a: \"\x1b\"", "a.yaml:1:5: error[N1004");
	refuses("a.yaml", "a: 1\n\"\\u0061\": 2", "a.yaml:2:1: error[N1006");
	refuses("a.yaml", "x: {a: 1, a: 2}", "a.yaml:1:11: error[N1006");
	refuses("a.yaml", "# x\ra: 1", "a.yaml:1:4: error[N1004");
	refuses("a.yaml",
	    "# \xe2\x80\xa8"
	    "a: 1",
	    "a.yaml:1:3: error[N1004");
	refuses("a.yaml",
	    "# \xc2\x85"
	    "a: 1",
	    "a.yaml:1:3: error[N1004");
}

static void
refuses_many(const char *unit, uint32_t n, const char *where)
{
	uint32_t len = (uint32_t)strlen(unit);
	char *s = malloc((size_t)n * len);

	for (uint32_t i = 0; i < n; i++)
		memcpy(s + i * len, unit, len);
	refuses_text("a.yaml", (struct text){s, n * len}, where);
	free(s);
}

/* What could keep a parser busy is refused early. */
static void
test_hostile(void)
{
	refuses_many("- ", 100000, "a.yaml:1:129: error[N1007");
	refuses_many("[", 100000, "a.yaml:1:65: error[N1007");
	refuses_many("{a: ", 100000, "a.yaml:1:257: error[N1007");
	refuses_many("? ", 100000, "a.yaml:1:3: error[N1010");
	refuses_many("%TAG !a! b\n", 500000, "a.yaml:1:1: error[N1010");
	refuses_many("x", 1 << 20, "a.yaml:1:1: error[N1008");
	refuses_many("- x\n", NODE_COUNT_MAX, "a.yaml:1048576:3: error[N1013");
	refuses_many("---\n", 1000000, "a.yaml: error[N1012");
}

int
main(void)
{
	test_twins();
	test_plain();
	test_features();
	test_syntax();
	test_hostile();
	return tap_end();
}
