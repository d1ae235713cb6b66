#include <config.h>

#include "compiler/read/yaml_problem.h"

#define INDENT_HELP                                                            \
	"entries of one map or list begin in the same column, without tabs"

/* clang-format off */
static const struct yaml_problem problems[] = {
	{ NULL, "could not find expected ':'", DIAG_SYNTAX, true,
	  "expected : after this key",
	  "a key stands on one line, has at most 1024 characters, and is "
	  "followed by a colon and a space" },
	{ NULL, "mapping values are not allowed", DIAG_SYNTAX, false,
	  "a : cannot stand here",
	  "put the text in quotes if the colon belongs to it; otherwise check "
	  "the indentation" },
	{ NULL, "mapping keys are not allowed", DIAG_YAML_FEATURE, false,
	  "keys marked with ? are refused",
	  "write the key, a colon and the value" },
	{ NULL, "block sequence entries are not allowed", DIAG_SYNTAX, false,
	  "a list entry cannot begin here",
	  "put each \"- \" on a line of its own, below the key; text that "
	  "begins with - stands in quotes" },
	{ "while parsing a block mapping", "did not find expected key",
	  DIAG_SYNTAX, false, "expected a key of the map that is open here",
	  INDENT_HELP },
	{ "while parsing a block collection", "did not find expected '-'",
	  DIAG_SYNTAX, false,
	  "expected \"- \" and another entry of the list that is open here",
	  INDENT_HELP },
	{ NULL, "did not find expected ',' or ']'", DIAG_SYNTAX, false,
	  "expected , or ]", NULL },
	{ NULL, "did not find expected ',' or '}'", DIAG_SYNTAX, false,
	  "expected , or }", NULL },
	{ NULL, "did not find expected node content", DIAG_SYNTAX, false,
	  "expected a value", NULL },
	{ NULL, "did not find expected <document start>", DIAG_SYNTAX, false,
	  "there is text after the end of the value: a file holds one", NULL },
	{ "while scanning a quoted scalar", "found unexpected end of stream",
	  DIAG_BAD_STRING, true,
	  "this string is not closed before the end of the file",
	  "put the same quote where the string ends" },
	{ "while scanning a quoted scalar", "found unexpected document",
	  DIAG_BAD_STRING, true,
	  "this string is not closed before the end of the document",
	  "put the same quote where the string ends" },
	{ "while parsing a quoted scalar", "found unknown escape",
	  DIAG_BAD_STRING, false, "there is no such escape",
	  "a backslash itself is written \\\\ in double quotes; in single "
	  "quotes it stands for itself" },
	{ "while parsing a quoted scalar", "did not find expected hex",
	  DIAG_BAD_STRING, false,
	  "\\x takes two hexadecimal digits, \\u four and \\U eight",
	  "a backslash itself is written \\\\ in double quotes" },
	{ "while parsing a quoted scalar", "found invalid Unicode",
	  DIAG_BAD_STRING, false, "this escape is no character",
	  "above U+FFFF write \\U and eight digits, as in \\U0001f600, or the "
	  "character itself" },
	{ "while scanning an anchor", "", DIAG_YAML_FEATURE, true,
	  "anchors (&) are refused",
	  "write the value where it is needed; text that begins with & stands "
	  "in quotes" },
	{ "while scanning an alias", "", DIAG_YAML_FEATURE, true,
	  "aliases (*) are refused",
	  "write the value where it is needed; text that begins with * stands "
	  "in quotes" },
	{ "while scanning a tag", "", DIAG_YAML_FEATURE, true,
	  "tags (!) are refused",
	  "text that begins with ! stands in quotes" },
	{ "while parsing a tag", "", DIAG_YAML_FEATURE, true,
	  "tags (!) are refused",
	  "text that begins with ! stands in quotes" },
	{ "while parsing a node", "found undefined tag", DIAG_YAML_FEATURE,
	  true, "tags (!) are refused",
	  "text that begins with ! stands in quotes" },
	{ "while scanning a directive", "", DIAG_YAML_FEATURE, true,
	  "directives (%) are refused",
	  "text that begins with % stands in quotes" },
	{ "while scanning a block scalar", "did not find expected comment",
	  DIAG_SYNTAX, false,
	  "the text of a block begins on the line after its | or >", NULL },
	{ "while scanning a block scalar", "found an indentation indicator",
	  DIAG_SYNTAX, false, "a block cannot be indented by 0",
	  "leave the digit out" },
	{ NULL, "found a tab character", DIAG_SYNTAX, false,
	  "a tab cannot indent", "use spaces" },
	{ NULL, "found unexpected ':'", DIAG_SYNTAX, false,
	  "a : cannot stand here", "put the text in quotes" },
	{ NULL, "found character that cannot start any token", DIAG_SYNTAX,
	  false, "no value can begin with this character",
	  "put text that begins with @ ` or % in quotes" },
	{ NULL, "control characters are not allowed", DIAG_ENCODING, false,
	  "control characters are refused",
	  "in double quotes, write the escape: \\x1b" },
	{ NULL, "", DIAG_SYNTAX, false, "this is not YAML",
	  "check the indentation, and put text with special characters in "
	  "quotes" },
};
/* clang-format on */

static bool
begins_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

const struct yaml_problem *
yaml_problem_find(const char *context, const char *problem)
{
	size_t i = 0;

	if (context == NULL)
		context = "";
	if (problem == NULL)
		problem = "";
	/* The last one fits everything. */
	while (i < ARRAY_LEN(problems) - 1 &&
	       !((problems[i].context == NULL ||
		     begins_with(context, problems[i].context)) &&
		   begins_with(problem, problems[i].problem)))
		i++;
	return &problems[i];
}
