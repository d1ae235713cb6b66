#include <config.h>

#include <stdio.h>
#include <string.h>

#include "compiler/base/output.h"
#include "compiler/blob/dump.h"
#include "compiler/sbpl/sbpl.h"
#include "compiler/side/blob_file.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

/* The verbs that work on compiled policies. */

const char usage_dump[] = "nonoc dump [-e] POLICY\n"
			  "  -e, --enforcing  only what is enforced: no "
			  "name, no provenance\n"
			  "POLICY may be a Seatbelt file, *.sb or "
			  "*.sbpl\n";
const char usage_assemble[] =
    "nonoc assemble TEXT -o POLICY\n"
    "  -o FILE  where the policy goes; \"-\" is stdout\n";
const char usage_strip[] =
    "nonoc strip POLICY -o POLICY\n"
    "  -o FILE  where the policy goes; \"-\" is stdout\n";

struct verb {
	const char *name, *usage;
	bool has_output, has_enforcing;
	/* What the command line says. */
	const char *input, *output;
	bool enforcing;
	struct arena arena;
	struct sources sources;
	struct diags diags;
};

static bool
parse(struct verb *v, int argc, char **argv)
{
	bool options = true;

	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (options && strcmp(arg, "--") == 0) {
			options = false;
		} else if (options && v->has_enforcing &&
			   (strcmp(arg, "-e") == 0 ||
			       strcmp(arg, "--enforcing") == 0)) {
			v->enforcing = true;
		} else if (options && v->has_output &&
			   option_value(
			       v->name, "-o", argc, argv, &i, &v->output)) {
			if (v->output == NULL)
				return false;
		} else if (options && arg[0] == '-') {
			option_unknown(v->name, v->usage, arg);
			return false;
		} else if (v->input != NULL) {
			option_usage(v->name, v->usage,
			    "one file at a time: %s and %s", v->input, arg);
			return false;
		} else {
			v->input = arg;
		}
	}
	if (v->input == NULL)
		option_usage(v->name, v->usage, "which file?");
	else if (v->has_output && v->output == NULL)
		option_usage(v->name, v->usage, "where to? -o is missing");
	else
		return true;
	return false;
}

static int
finish(struct verb *v, int status)
{
	diags_flush(&v->diags);
	arena_release(&v->arena);
	return status;
}

static void
begin(struct verb *v)
{
	v->diags = (struct diags){
	    .arena = &v->arena,
	    .sources = &v->sources,
	};
}

static int
write_model(struct verb *v, const struct blob_model *m)
{
	const uint8_t *bytes;
	uint32_t size;

	if (!blob_write(m, &v->arena, &v->diags, &bytes, &size))
		return EXIT_REJECTED;
	return output_write(&v->diags, v->output, bytes, size)
		   ? EXIT_HOLDS
		   : EXIT_ENVIRONMENT;
}

/* A Seatbelt file: its rules in one spelling, parameters left as names. */
static int
dump_seatbelt(struct verb *v)
{
	static const struct sbpl_world world = {.symbolic = true};
	struct span command_line = {0};
	const struct sbpl_node *forms;
	struct sbpl_policy policy;
	uint32_t source;

	if (!source_read(&v->sources, &v->arena, &v->diags, v->input,
		command_line, &source) ||
	    !sbpl_read(&v->arena, &v->diags, &v->sources, source, &forms) ||
	    !sbpl_load(
		&v->arena, &v->diags, &v->sources, forms, &world, &policy))
		return EXIT_REJECTED;
	sbpl_policy_print(&policy, !v->enforcing, stdout);
	return EXIT_HOLDS;
}

int
cmd_dump(int argc, char **argv)
{
	struct verb v = {
	    .name = "dump", .usage = usage_dump, .has_enforcing = true};
	struct blob b;
	int status;

	if (!parse(&v, argc, argv))
		return EXIT_USAGE;
	begin(&v);
	if (sbpl_file_name(v.input))
		return finish(&v, dump_seatbelt(&v));
	status = blob_file_read(&v.arena, &v.diags, v.input, &b);
	if (status == EXIT_HOLDS)
		blob_dump(&b, !v.enforcing, stdout);
	return finish(&v, status);
}

int
cmd_assemble(int argc, char **argv)
{
	struct verb v = {
	    .name = "assemble", .usage = usage_assemble, .has_output = true};
	struct span command_line = {0};
	struct blob_model m;
	uint32_t source;
	int status = EXIT_REJECTED;

	if (!parse(&v, argc, argv))
		return EXIT_USAGE;
	begin(&v);
	if (source_read(&v.sources, &v.arena, &v.diags, v.input, command_line,
		&source) &&
	    blob_assemble(&v.arena, &v.diags, &v.sources, source, &m))
		status = write_model(&v, &m);
	return finish(&v, status);
}

int
cmd_strip(int argc, char **argv)
{
	struct verb v = {
	    .name = "strip", .usage = usage_strip, .has_output = true};
	struct blob_model m;
	struct blob b;
	int status;

	if (!parse(&v, argc, argv))
		return EXIT_USAGE;
	begin(&v);
	status = blob_file_read(&v.arena, &v.diags, v.input, &b);
	if (status == EXIT_HOLDS) {
		blob_read_model(&b, &v.arena, &m);
		m.name = m.version = (struct text){0};
		m.sources.n = m.origins.n = m.links.n = m.extras.n = 0;
		status = write_model(&v, &m);
	}
	return finish(&v, status);
}
