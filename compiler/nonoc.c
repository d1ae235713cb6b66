#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/cmd.h"
#include "compiler/vec.h"

/* clang-format off */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} verbs[] = {
	{ "compile",  cmd_compile,  "profile -> policy" },
	{ "check",    cmd_check,    "do assertions hold of policies?" },
	{ "equiv",    cmd_equiv,    "Landlock and Seatbelt, request by request" },
	{ "show",     cmd_show,     "what a policy permits, or a stage of it" },
	{ "why",      cmd_why,      "is this allowed, and by which lines" },
	{ "lint",     cmd_lint,     "what is valid and probably not meant" },
	{ "list",     cmd_list,     "the groups or profiles there are" },
	{ "explain",  cmd_explain,  "what a code means, with examples" },
	{ "schema",   cmd_schema,   "the JSON Schema of profiles or groups" },
	{ "dump",     cmd_dump,     "policy -> text, one rule a line" },
	{ "assemble", cmd_assemble, "that text -> the same policy" },
	{ "diff",     cmd_diff,     "what one policy permits and another does not" },
	{ "gate",     cmd_gate,     "does a policy permit no more than another?" },
	{ "id",       cmd_id,       "the semantic id of a policy" },
	{ "lock",     cmd_lock,     "what profiles compile to, kept in a file" },
	{ "verify",   cmd_verify,   "is a policy what its profile compiles to?" },
	{ "strip",    cmd_strip,    "a policy without its provenance" },
};
/* clang-format on */

static void
usage(FILE *out)
{
	fputs("usage: nonoc VERB [options] ...\n", out);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].what);
	fputs(
	    "See nonoc(1); \"nonoc VERB\" alone shows a verb's usage.\n", out);
}

static int
run(int argc, char **argv)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(argv[0], verbs[i].name) == 0)
			return verbs[i].run(argc, argv);
	if (strcmp(argv[0], "probe") == 0)
		return cmd_probe(argc, argv);
	fprintf(stderr, "nonoc: no verb is named %s\n", argv[0]);
	usage(stderr);
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	int status;

	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		usage(stdout);
		status = EXIT_HOLDS;
	} else if (strcmp(argv[1], "--version") == 0) {
		puts("nonoc " PACKAGE_VERSION);
		status = EXIT_HOLDS;
	} else {
		status = run(argc - 1, argv + 1);
	}
	/* A report that did not arrive is no report. */
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		perror("nonoc: stdout");
		if (status == EXIT_HOLDS)
			status = EXIT_ENVIRONMENT;
	}
	return status;
}
