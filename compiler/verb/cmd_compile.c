#include <config.h>

#include <stdio.h>

#include "compiler/base/output.h"
#include "compiler/compile.h"
#include "compiler/review/lock_report.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_compile[] =
    "nonoc compile [options] PROFILE -o POLICY\n"
    "  -o FILE               where the policy goes; \"-\" is stdout\n"
    "  --locked[=LOCK]       write nothing unless it is as nono.lock has it\n"
    "  --no-provenance       leave out where each rule came from\n"
    "  --target SPEC         linux[:abi=N][:id=debian:version=12]\n"
    "  --os-release FILE     take the target's facts from an os-release file\n"
    "  -D NAME=VALUE         define a variable used in paths\n"
    "  --home DIR --cwd DIR  fix $HOME or $CWD now instead of at launch\n"
    "  -I DIR                look for bases and groups here too\n"
    "  --data DIR            where groups/ and profiles/ lie\n"
    "  --no-user-profiles    do not look in your own profile directory\n";

struct request {
	const char *profile;
	const char *output;
	const char *lock; /* NULL: not --locked */
	bool provenance;
};

static int
parse(struct compile *c, void *request, int argc, char **argv)
{
	struct request *r = request;

	for (int i = 1; i < argc; i++) {
		switch (option_compile(c, argc, argv, &i)) {
		case OPTION_TAKEN:
			continue;
		case OPTION_WRONG:
			return EXIT_USAGE;
		case OPTION_OTHER:
			break;
		}
		if (strcmp(argv[i], "--no-provenance") == 0) {
			r->provenance = false;
		} else if (strcmp(argv[i], "--locked") == 0) {
			r->lock = "nono.lock";
		} else if (strncmp(argv[i], "--locked=", 9) == 0) {
			r->lock = argv[i] + 9;
		} else if (option_value(
			       "compile", "-o", argc, argv, &i, &r->output)) {
			if (r->output == NULL)
				return EXIT_USAGE;
		} else if (argv[i][0] == '-' && argv[i][1] != '\0') {
			return option_unknown(
			    "compile", usage_compile, argv[i]);
		} else if (r->profile != NULL) {
			return option_usage("compile", usage_compile,
			    "one profile at a time: %s and %s", r->profile,
			    argv[i]);
		} else {
			r->profile = argv[i];
		}
	}
	if (r->profile == NULL)
		return option_usage("compile", usage_compile, "which profile?");
	if (r->output == NULL)
		return option_usage("compile", usage_compile,
		    "-o POLICY says where the policy goes");
	return EXIT_HOLDS;
}

/* Is it what the lock has?  Bytes with provenance: it says what is new. */
static int
check_lock(struct compile *c, const struct request *r, uint32_t first,
    const uint8_t *bytes, uint32_t size)
{
	struct report report = {
	    .arena = &c->arena, .verb = "compile", .verdict = "drifted"};
	struct side_policy now;
	struct lock lock;
	int status = side_compiled(&now, c, r->profile, first, bytes, size);

	if (status == EXIT_HOLDS)
		status = lock_read(&lock, c, r->lock);
	if (status != EXIT_HOLDS)
		return status;
	now.key = lock_name_of(&lock, now.key);
	if (lock_report_one(&report, &lock, &now) == 0)
		return EXIT_HOLDS;
	report.status = EXIT_DIFFERS;
	report.summary = arena_printf(&c->arena,
	    "nothing is written: %s compiles to something else than %s has",
	    r->profile, r->lock);
	report_print(&report, report_style_default(), stdout);
	return EXIT_DIFFERS;
}

static int
run(struct compile *c, void *request)
{
	const struct request *r = request;
	const bool provenance = r->provenance || r->lock != NULL;
	/* Behind what the options had read: --os-release. */
	const uint32_t first = c->sources.files.n > 1 ? c->sources.files.n : 1;
	const uint8_t *bytes;
	uint32_t size;
	int status = EXIT_HOLDS;

	if (!compile_profile(c, r->profile) ||
	    !compile_emit(c, provenance, &bytes, &size))
		return EXIT_REJECTED;
	if (r->lock != NULL)
		status = check_lock(c, r, first, bytes, size);
	if (status == EXIT_HOLDS && provenance != r->provenance &&
	    !compile_emit(c, r->provenance, &bytes, &size))
		return EXIT_REJECTED;
	if (status == EXIT_HOLDS &&
	    !output_write(&c->diags, r->output, bytes, size))
		status = EXIT_ENVIRONMENT;
	return status;
}

int
cmd_compile(int argc, char **argv)
{
	struct request r = {.provenance = true};

	return option_run(argc, argv, &r, parse, run);
}
