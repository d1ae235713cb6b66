#include <config.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/diag.h"
#include "compiler/base/vec.h"
#include "compiler/verb/cmd.h"

/* clang-format off */
static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what, *usage;
} verbs[] = {
	{ "compile",  cmd_compile,  "profile -> policy",
	  usage_compile },
	{ "check",    cmd_check,    "do assertions hold of policies?",
	  usage_check },
	{ "equiv",    cmd_equiv,    "Landlock and Seatbelt, request by request",
	  usage_equiv },
	{ "show",     cmd_show,     "what a policy permits, or a stage of it",
	  usage_show },
	{ "why",      cmd_why,      "is this allowed, and by which lines",
	  usage_why },
	{ "query",    cmd_query,    "the entries of policies that fit a question",
	  usage_query },
	{ "path",     cmd_path,     "how two sets of paths relate",
	  usage_path },
	{ "lint",     cmd_lint,     "what is valid and probably not meant",
	  usage_lint },
	{ "list",     cmd_list,     "the groups or profiles there are",
	  usage_list },
	{ "explain",  cmd_explain,  "what a code means, with examples",
	  usage_explain },
	{ "schema",   cmd_schema,   "the JSON Schema of profiles or groups",
	  usage_schema },
	{ "lsp",      cmd_lsp,      "diagnostics and answers for an editor",
	  usage_lsp },
	{ "dump",     cmd_dump,     "policy -> text, one rule a line",
	  usage_dump },
	{ "assemble", cmd_assemble, "that text -> the same policy",
	  usage_assemble },
	{ "diff",     cmd_diff,     "what one policy permits and another does not",
	  usage_diff },
	{ "gate",     cmd_gate,     "does a policy permit no more than another?",
	  usage_gate },
	{ "id",       cmd_id,       "the semantic id of a policy",
	  usage_id },
	{ "lock",     cmd_lock,     "what profiles compile to, kept in a file",
	  usage_lock },
	{ "verify",   cmd_verify,   "is a policy what its profile compiles to?",
	  usage_verify },
	{ "strip",    cmd_strip,    "a policy without its provenance",
	  usage_strip },
};
/* clang-format on */

static void
usage(FILE *out)
{
	fputs("usage: nonoc VERB [options] ...\n", out);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].what);
	fputs(
	    "\"nonoc VERB --help\" shows a verb's usage; see nonoc(1).\n", out);
}

static bool
is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Anywhere among a verb's arguments: who asks for help wants nothing done. */
static bool
asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (is_help(argv[i]))
			return true;
	return false;
}

static int
run(int argc, char **argv)
{
	const char *names[ARRAY_LEN(verbs)], *near;

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(argv[0], verbs[i].name) != 0)
			continue;
		if (!asks_for_help(argc, argv))
			return verbs[i].run(argc, argv);
		printf("usage: %s", verbs[i].usage);
		return EXIT_HOLDS;
	}
	if (strcmp(argv[0], "probe") == 0)
		return cmd_probe(argc, argv);
	if (argv[0][0] == '-') {
		fprintf(stderr, "nonoc: put %s behind the verb\n", argv[0]);
		usage(stderr);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		names[i] = verbs[i].name;
	near = diag_nearest(text_of(argv[0]), names, ARRAY_LEN(verbs));
	fprintf(stderr, "nonoc: no verb is named %s%s%s%s\n", argv[0],
	    near == NULL ? "" : ": did you mean ", near == NULL ? "" : near,
	    near == NULL ? "" : "?");
	if (near == NULL)
		usage(stderr);
	else
		fputs("\"nonoc --help\" lists the verbs.\n", stderr);
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
	/* "nonoc help compile" is "nonoc compile --help". */
	if (argc == 3 && strcmp(argv[1], "help") == 0) {
		char *help[] = {argv[2], "--help", NULL};

		status = run(2, help);
	} else if (is_help(argv[1]) || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		status = EXIT_HOLDS;
	} else if (strcmp(argv[1], "--version") == 0 ||
		   strcmp(argv[1], "version") == 0) {
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
