#include <config.h>

#include <stdio.h>

#include "compiler/cmd.h"
#include "compiler/diff_report.h"
#include "compiler/options.h"

static const char usage[] =
    "nonoc diff [options] FROM TO\n"
    "  each a PROFILE, POLICY, DIRECTORY or REVISION:PATH\n"
    "  -v, --verbose     every line by itself, and grants that only moved\n"
    "  --format=FORMAT   text, json, sarif, github, markdown, junit\n"
    "  --color=WHEN      auto, always, never\n"
    "  --exit-zero       exit 0 although they differ\n"
    "  and the options of nonoc compile\n";

struct request {
	const char *side[2];
	unsigned n;
	bool verbose, exit_zero;
	struct report_style style;
};

static enum option_result
parse_one(struct request *r, int argc, char **argv, int *i)
{
	enum option_result o = option_report(&r->style, argc, argv, i);

	if (o != OPTION_OTHER)
		return o;
	if (strcmp(argv[*i], "-v") == 0 || strcmp(argv[*i], "--verbose") == 0)
		r->verbose = true;
	else if (strcmp(argv[*i], "--exit-zero") == 0)
		r->exit_zero = true;
	else
		return OPTION_OTHER;
	return OPTION_TAKEN;
}

static int
parse(struct compile *c, struct request *r, int argc, char **argv)
{
	bool options = true;

	r->style = report_style_default();
	for (int i = 1; i < argc; i++) {
		enum option_result o = OPTION_OTHER;

		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
			continue;
		}
		if (options)
			o = option_compile(c, argc, argv, &i);
		if (options && o == OPTION_OTHER)
			o = parse_one(r, argc, argv, &i);
		if (o == OPTION_WRONG)
			return EXIT_USAGE;
		if (o == OPTION_TAKEN)
			continue;
		if (options && argv[i][0] == '-')
			return option_usage(
			    "diff", usage, "unknown option %s", argv[i]);
		if (r->n == 2)
			return option_usage(
			    "diff", usage, "two sides, not three: %s", argv[i]);
		r->side[r->n++] = argv[i];
	}
	if (r->n < 2)
		return option_usage("diff", usage, "which two?");
	return EXIT_HOLDS;
}

static int
run(struct compile *c, const struct request *r)
{
	struct report report = {.arena = &c->arena, .verb = "diff"};
	struct side from, to;
	struct pairs pairs;
	int status = side_load(&from, c, r->side[0], r->verbose);
	int other = side_load(&to, c, r->side[1], r->verbose);

	if (status == EXIT_HOLDS)
		status = other;
	if (status == EXIT_HOLDS)
		status = pairs_check(c, &from, &to);
	if (status != EXIT_HOLDS)
		return status;
	pairs_compare(&pairs, &c->arena, &from, &to, NULL);
	for (uint32_t i = 0; i < pairs.v.n; i++)
		pair_report(&report, &pairs.v.v[i], r->verbose);
	report.verdict = pairs_verdict(&pairs);
	report.status = pairs.differ > 0 ? EXIT_DIFFERS : EXIT_HOLDS;
	report.summary = pairs_summary(&c->arena, &pairs);
	report.unfolded = r->verbose;
	report_print(&report, r->style, stdout);
	return r->exit_zero ? EXIT_HOLDS : report.status;
}

int
cmd_diff(int argc, char **argv)
{
	struct request r = {0};
	struct compile c;
	int status;

	option_init(&c);
	status = parse(&c, &r, argc, argv);
	if (status == EXIT_HOLDS && !option_finish(&c))
		status = EXIT_USAGE;
	if (status == EXIT_HOLDS)
		status = run(&c, &r);
	compile_finish(&c);
	return status;
}
