#include <config.h>

#include <signal.h>
#include <unistd.h>

#include "compiler/lsp/lsp.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_lsp[] =
    "nonoc lsp [options]\n"
    "  --stdio        over standard input and output, as it is anyway\n"
    "  --target SPEC  may be given several times: diagnose for each\n"
    "  further options: as for nonoc compile\n";

enum { TARGETS = 8 };

struct request {
	const char *specs[TARGETS];
	uint32_t nspecs;
};

static int
parse(struct compile *c, void *request, int argc, char **argv)
{
	struct request *r = request;
	const char *spec;

	for (int i = 1; i < argc; i++) {
		if (option_value(argv[0], "--target", argc, argv, &i, &spec)) {
			if (spec == NULL)
				return EXIT_USAGE;
			if (r->nspecs == TARGETS)
				return option_usage("lsp", usage_lsp,
				    "no more than %d targets", TARGETS);
			r->specs[r->nspecs++] = spec;
			continue;
		}
		switch (option_compile(c, argc, argv, &i)) {
		case OPTION_TAKEN:
			continue;
		case OPTION_WRONG:
			return EXIT_USAGE;
		case OPTION_OTHER:
			break;
		}
		if (strcmp(argv[i], "--stdio") == 0)
			continue;
		if (argv[i][0] == '-')
			return option_unknown("lsp", usage_lsp, argv[i]);
		return option_usage(
		    "lsp", usage_lsp, "unexpected argument %s", argv[i]);
	}
	return EXIT_HOLDS;
}

/* What was given for all targets stands in c->target. */
static bool
make_targets(struct compile *c, const struct request *r, struct target *targets)
{
	const struct target common = c->target;

	if (r->nspecs == 0)
		targets[0] = common;
	for (uint32_t i = 0; i < r->nspecs; i++) {
		c->target = common;
		if (!target_parse(
			&c->arena, &c->diags, r->specs[i], &c->target) ||
		    !option_finish(c))
			return false;
		targets[i] = c->target;
	}
	return true;
}

static bool
find_document(void *context, const char *path, struct text *ret_text)
{
	const struct lsp_document *doc = lsp_document_at(context, path);

	if (doc != NULL)
		*ret_text = doc->text;
	return doc != NULL;
}

static int
run(struct compile *c, void *request)
{
	const struct request *r = request;
	struct target targets[TARGETS];
	struct lsp l = {
	    .options = c,
	    .targets = targets,
	    .ntargets = r->nspecs == 0 ? 1 : r->nspecs,
	    .in = {.fd = STDIN_FILENO},
	    .out = STDOUT_FILENO,
	};
	int status;

	if (!make_targets(c, r, targets))
		return EXIT_REJECTED;
	l.overlay = (struct source_overlay){&l, find_document};
	/* An editor that went away is found out by writing to it. */
	(void)signal(SIGPIPE, SIG_IGN);
	status = lsp_serve(&l);
	if (status == EXIT_ENVIRONMENT)
		(void)option_usage(
		    "lsp", NULL, "standard output: %s", strerror(l.lost));
	return status;
}

int
cmd_lsp(int argc, char **argv)
{
	struct request r = {.nspecs = 0};

	return option_run(argc, argv, &r, parse, run);
}
