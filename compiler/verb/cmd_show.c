#include <config.h>

#include <stdio.h>

#include "compiler/assert/assert.h"
#include "compiler/compile.h"
#include "compiler/expand/expand.h"
#include "compiler/link/link.h"
#include "compiler/read/read.h"
#include "compiler/review/show.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_show[] =
    "nonoc show [options] POLICY|PROFILE\n"
    "nonoc show --stage=nodes|ast|statements|capset [options] PROFILE\n"
    "  --target=linux:abi=N  on a kernel of that Landlock ABI\n"
    "  --target=macos        on macOS; a Seatbelt file, too\n"
    "  --format=FORMAT       text, json, sarif, github, markdown or junit\n"
    "  --color=WHEN          auto, always or never\n"
    "  further options: as for nonoc compile\n";

enum stage {
	STAGE_NODES,
	STAGE_AST,
	STAGE_STATEMENTS,
	STAGE_CAPSET,
	STAGE_POLICY, /* no stage of compiling: what came out */
};

static const char *const stages[] = {"nodes", "ast", "statements", "capset"};

static bool
show_nodes(struct compile *c, const char *argument)
{
	const struct node *root;
	uint32_t source;

	if (!source_read(&c->sources, &c->arena, &c->diags, argument,
		(struct span){0}, &source) ||
	    !read_source(&c->sources, &c->arena, &c->diags, source, &root))
		return false;
	node_print(root, stdout);
	return true;
}

static bool
show_assertions(struct compile *c, const char *argument)
{
	const struct assert_file *file;

	if (!assert_read_named(&c->store, argument, &file))
		return false;
	assert_print(file, stdout);
	return true;
}

/* What the profile says and no policy does, each with its reason. */
static void
print_unenforced(struct compile *c)
{
	for (uint32_t i = 0; i < c->policy.unenforced.n; i++) {
		const struct unenforced *u = &c->policy.unenforced.v[i];
		struct place at =
		    source_place(&c->sources, u->at.source, u->at.begin);
		struct text file = diag_safe(
		    &c->arena, source_get(&c->sources, u->at.source)->name);
		struct text key = diag_safe(&c->arena, u->key);

		printf("unenforced %.*s (%s)\t# %.*s:%u:%u\n", (int)key.len,
		    key.s, u->why, (int)file.len, file.s, at.line, at.column);
	}
	if (c->target.platform != PLATFORM_MACOS &&
	    c->policy.seatbelt_rules.n > 0)
		printf("unenforced unsafe_macos_seatbelt_rules (macOS only)\n");
}

static bool
show(struct compile *c, enum stage stage, const char *argument)
{
	switch (stage) {
	case STAGE_NODES:
		return show_nodes(c, argument);
	case STAGE_AST:
		if (assert_is_file(argument))
			return show_assertions(c, argument);
		if (!store_profile(&c->store, argument, &c->profile))
			return false;
		profile_ast_print(c->profile->ast, stdout);
		return true;
	case STAGE_STATEMENTS:
		if (!store_profile(&c->store, argument, &c->profile) ||
		    !link_profile(
			&c->store, c->profile, &c->target, &c->policy))
			return false;
		policy_print(&c->policy, &c->sources, &c->arena, stdout);
		return true;
	case STAGE_CAPSET:
	case STAGE_POLICY:
		break;
	}
	if (!compile_profile(c, argument))
		return false;
	caps_print(&c->caps, &c->arena, stdout);
	print_unenforced(c);
	return true;
}

struct request {
	enum stage stage;
	struct report_style style;
	const char *argument;
};

static int
parse(struct compile *c, void *request, int argc, char **argv)
{
	struct request *r = request;
	const char *v;

	for (int i = 1; i < argc; i++) {
		enum option_result o =
		    option_review(c, &r->style, argc, argv, &i);
		size_t s = 0;

		if (o == OPTION_WRONG)
			return EXIT_USAGE;
		if (o == OPTION_TAKEN)
			continue;
		if (option_value("show", "--stage", argc, argv, &i, &v)) {
			if (v == NULL)
				return EXIT_USAGE;
			while (
			    s < ARRAY_LEN(stages) && strcmp(stages[s], v) != 0)
				s++;
			if (s == ARRAY_LEN(stages))
				return option_usage("show", usage_show,
				    "no stage is named %s: nodes, ast, "
				    "statements or "
				    "capset",
				    v);
			r->stage = (enum stage)s;
		} else if (argv[i][0] == '-') {
			return option_unknown("show", usage_show, argv[i]);
		} else if (r->argument != NULL) {
			return option_usage("show", usage_show,
			    "one profile at a time: %s and %s", r->argument,
			    argv[i]);
		} else {
			r->argument = argv[i];
		}
	}
	if (r->argument == NULL)
		return option_usage("show", usage_show, "which profile?");
	return EXIT_HOLDS;
}

static int
run(struct compile *c, void *request)
{
	const struct request *r = request;

	if (r->stage == STAGE_POLICY)
		return c->target.platform == PLATFORM_LINUX
			   ? show_policy(c, r->argument, r->style)
			   : show_seatbelt(c, r->argument, r->style);
	return show(c, r->stage, r->argument) ? EXIT_HOLDS : EXIT_REJECTED;
}

int
cmd_show(int argc, char **argv)
{
	struct request r = {
	    .stage = STAGE_POLICY, .style = report_style_default()};

	return option_run(argc, argv, &r, parse, run);
}
