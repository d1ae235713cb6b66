#include <config.h>

#include <stdio.h>

#include "compiler/assert.h"
#include "compiler/cmd.h"
#include "compiler/compile.h"
#include "compiler/link.h"
#include "compiler/expand.h"
#include "compiler/options.h"
#include "compiler/read.h"
#include "compiler/show.h"

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

static int
parse(struct compile *c, int argc, char **argv, enum stage *stage,
    struct report_style *style, const char **argument)
{
	const char *v;

	for (int i = 1; i < argc; i++) {
		size_t s = 0;

		switch (option_compile(c, argc, argv, &i)) {
		case OPTION_TAKEN:
			continue;
		case OPTION_WRONG:
			return EXIT_USAGE;
		case OPTION_OTHER:
			break;
		}
		switch (option_report(style, argc, argv, &i)) {
		case OPTION_TAKEN:
			continue;
		case OPTION_WRONG:
			return EXIT_USAGE;
		case OPTION_OTHER:
			break;
		}
		if (option_value("show", "--stage", argc, argv, &i, &v)) {
			if (v == NULL)
				return EXIT_USAGE;
			while (
			    s < ARRAY_LEN(stages) && strcmp(stages[s], v) != 0)
				s++;
			if (s == ARRAY_LEN(stages))
				return option_usage("show", usage_show,
				    "no stage is named %s", v);
			*stage = (enum stage)s;
		} else if (argv[i][0] == '-') {
			return option_unknown("show", usage_show, argv[i]);
		} else if (*argument != NULL) {
			return option_usage("show", usage_show,
			    "one profile at a time: %s and %s", *argument,
			    argv[i]);
		} else {
			*argument = argv[i];
		}
	}
	if (*argument == NULL)
		return option_usage("show", usage_show, "which profile?");
	return EXIT_HOLDS;
}

int
cmd_show(int argc, char **argv)
{
	struct report_style style = report_style_default();
	enum stage stage = STAGE_POLICY;
	const char *argument = NULL;
	struct compile c;
	int status;

	option_init(&c);
	status = parse(&c, argc, argv, &stage, &style, &argument);
	if (status == EXIT_HOLDS && !option_finish(&c))
		status = EXIT_REJECTED;
	if (status == EXIT_HOLDS && stage == STAGE_POLICY)
		status = c.target.platform == PLATFORM_LINUX
			     ? show_policy(&c, argument, style)
			     : show_seatbelt(&c, argument, style);
	else if (status == EXIT_HOLDS && !show(&c, stage, argument))
		status = EXIT_REJECTED;
	compile_finish(&c);
	return status;
}
