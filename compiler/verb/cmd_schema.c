#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_schema[] =
    "nonoc schema [--draft=07|2020-12] [profile|group]\n";

static int
set_draft(const char *word, enum schema_draft *draft)
{
	if (strcmp(word, "07") == 0)
		*draft = SCHEMA_DRAFT_07;
	else if (strcmp(word, "2020-12") == 0)
		*draft = SCHEMA_2020_12;
	else
		return option_usage("schema", usage_schema,
		    "--draft is 07 or 2020-12, not %s", word);
	return EXIT_HOLDS;
}

int
cmd_schema(int argc, char **argv)
{
	enum schema_draft draft = SCHEMA_DRAFT_07;
	const char *what = NULL, *v;
	char *text;

	for (int i = 1; i < argc; i++) {
		if (option_value("schema", "--draft", argc, argv, &i, &v)) {
			if (v == NULL || set_draft(v, &draft) != EXIT_HOLDS)
				return EXIT_USAGE;
		} else if (argv[i][0] == '-') {
			return option_unknown("schema", usage_schema, argv[i]);
		} else if (what == NULL &&
			   (strcmp(argv[i], "group") == 0 ||
			       strcmp(argv[i], "profile") == 0)) {
			what = argv[i];
		} else {
			return option_usage(
			    "schema", usage_schema, "unexpected %s", argv[i]);
		}
	}
	text = schema_print(what != NULL && *what == 'g', draft);
	puts(text);
	free(text);
	return EXIT_HOLDS;
}
