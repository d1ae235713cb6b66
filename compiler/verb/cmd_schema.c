#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_schema[] = "nonoc schema [profile|group]\n";

int
cmd_schema(int argc, char **argv)
{
	bool group = argc == 2 && strcmp(argv[1], "group") == 0;
	char *text;

	if (argc > 2 ||
	    (argc == 2 && !group && strcmp(argv[1], "profile") != 0))
		return option_usage(
		    "schema", usage_schema, "unexpected %s", argv[1]);
	text = schema_print(group);
	puts(text);
	free(text);
	return EXIT_HOLDS;
}
