#include <config.h>

#include "compiler/verb/cmd_seatbelt.h"

#include "compiler/seatbelt/sbpl_file.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

static const char usage_why_file[] =
    "nonoc why [options] FILE.sb OPERATION [WHAT]...\n"
    "  WHAT              a path, HOST:PORT, a name, or FACT=VALUE\n"
    "  -D NAME=VALUE     a parameter of the file\n"
    "  --home=DIR --cwd=DIR  the same, for HOME and CWD\n"
    "  --format=FORMAT   text, json, sarif, github, markdown, junit\n"
    "  --color=WHEN      auto, always, never\n";

static const char usage_diff_files[] =
    "nonoc diff [options] FROM.sb TO.sb\n"
    "  -D NAME=VALUE     a parameter of the files\n"
    "  --home=DIR --cwd=DIR  the same, for HOME and CWD\n"
    "  --format=FORMAT   text, json, sarif, github, markdown, junit\n"
    "  --color=WHEN      auto, always, never\n"
    "  --exit-zero       exit 0 although they differ\n";

struct command {
	const char *verb, *usage;
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct VEC(struct sbpl_param) params;
	struct VEC(const char *) words;
	struct report_style style;
	bool exit_zero;
};

bool
seatbelt_named(int argc, char **argv)
{
	/* With a target they are among what that target's policies are. */
	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], "--target", 8) == 0)
			return false;
	for (int i = 1; i < argc; i++)
		if (sbpl_file_name(argv[i]) && argv[i][0] != '-' &&
		    strchr(argv[i], '=') == NULL)
			return true;
	return false;
}

static bool
add_param(struct command *c, const char *name, const char *value)
{
	const char *equals = NULL;

	if (value == NULL)
		return false;
	if (name == NULL) {
		equals = strchr(value, '=');
		if (equals == NULL || equals == value) {
			option_usage(c->verb, c->usage,
			    "-D takes NAME=VALUE, not %s", value);
			return false;
		}
	}
	*VEC_PUSH(&c->arena, &c->params) = (struct sbpl_param){
	    name != NULL ? text_of(name)
			 : (struct text){value, (uint32_t)(equals - value)},
	    text_of(name != NULL ? value : equals + 1)};
	return true;
}

/* False: reported. */
static bool
option(struct command *c, int argc, char **argv, int *i)
{
	const char *value;

	switch (option_report(&c->style, argc, argv, i)) {
	case OPTION_TAKEN:
		return true;
	case OPTION_WRONG:
		return false;
	case OPTION_OTHER:
		break;
	}
	if (strncmp(argv[*i], "-D", 2) == 0 && argv[*i][2] != '\0')
		return add_param(c, NULL, argv[*i] + 2);
	if (option_value(c->verb, "-D", argc, argv, i, &value))
		return add_param(c, NULL, value);
	if (option_value(c->verb, "--home", argc, argv, i, &value))
		return add_param(c, "HOME", value);
	if (option_value(c->verb, "--cwd", argc, argv, i, &value))
		return add_param(c, "CWD", value);
	if (c->usage == usage_diff_files &&
	    strcmp(argv[*i], "--exit-zero") == 0) {
		c->exit_zero = true;
		return true;
	}
	option_unknown(c->verb, c->usage, argv[*i]);
	return false;
}

static bool
parse(struct command *c, int argc, char **argv)
{
	bool options = true;

	c->style = report_style_default();
	c->diags = (struct diags){.arena = &c->arena, .sources = &c->sources};
	for (int i = 1; i < argc; i++) {
		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (!options || argv[i][0] != '-' || argv[i][1] == '\0')
			*VEC_PUSH(&c->arena, &c->words) = argv[i];
		else if (!option(c, argc, argv, &i))
			return false;
	}
	return true;
}

static bool
open_file(struct command *c, const char *name, struct sbpl_file *ret_file)
{
	struct sbpl_world world = {
	    .params = c->params.v, .param_n = c->params.n, .symbolic = true};

	return sbpl_file_open(
	    &c->arena, &c->diags, &c->sources, name, &world, ret_file);
}

static int
finish(struct command *c, int status)
{
	diags_flush(&c->diags);
	arena_release(&c->arena);
	return status;
}

static int
why(struct command *c)
{
	struct report report = {.arena = &c->arena, .verb = "why"};
	struct sbpl_request request;
	struct sbpl_file file;
	struct text wrong;

	if (c->words.n < 2)
		return option_usage("why", usage_why_file, "which operation?");
	if (!sbpl_file_name(c->words.v[0]))
		return option_usage("why", usage_why_file,
		    "the file comes first, not %s", c->words.v[0]);
	if (!sbpl_ask(&c->arena, c->words.v[1], c->words.v + 2, c->words.n - 2,
		&request, &wrong))
		return option_usage(
		    "why", usage_why_file, "%.*s", (int)wrong.len, wrong.s);
	if (!open_file(c, c->words.v[0], &file))
		return EXIT_REJECTED;
	(void)sbpl_why(&report, &file, &request);
	report_print(&report, c->style, stdout);
	sbpl_file_close(&file);
	return report.status;
}

int
seatbelt_why(int argc, char **argv)
{
	struct command c = {.verb = "why", .usage = usage_why_file};

	return finish(&c, parse(&c, argc, argv) ? why(&c) : EXIT_USAGE);
}

static int
diff(struct command *c)
{
	struct report report = {
	    .arena = &c->arena, .verb = "diff", .unfolded = true};
	struct sbpl_file from, to;

	if (c->words.n != 2)
		return option_usage("diff", usage_diff_files, "which two?");
	for (uint32_t i = 0; i < 2; i++)
		if (!sbpl_file_name(c->words.v[i]))
			return option_usage("diff", usage_diff_files,
			    "a Seatbelt file compares with another one, not "
			    "with %s",
			    c->words.v[i]);
	if (!open_file(c, c->words.v[0], &from))
		return EXIT_REJECTED;
	if (!open_file(c, c->words.v[1], &to)) {
		sbpl_file_close(&from);
		return EXIT_REJECTED;
	}
	(void)sbpl_diff(&report, &from, &to);
	report_print(&report, c->style, stdout);
	sbpl_file_close(&from);
	sbpl_file_close(&to);
	return c->exit_zero ? EXIT_HOLDS : report.status;
}

int
seatbelt_diff(int argc, char **argv)
{
	struct command c = {.verb = "diff", .usage = usage_diff_files};

	return finish(&c, parse(&c, argc, argv) ? diff(&c) : EXIT_USAGE);
}
