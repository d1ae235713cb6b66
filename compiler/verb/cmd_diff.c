#include <config.h>

#include <stdio.h>

#include "compiler/diff/diff_report.h"
#include "compiler/diff/prove.h"
#include "compiler/seatbelt/side_seatbelt.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/cmd_seatbelt.h"
#include "compiler/verb/options.h"

const char usage_diff[] =
    "nonoc diff [options] FROM TO\n"
    "  each a PROFILE, POLICY, DIRECTORY, LOCK or REVISION:PATH;\n"
    "  or both FILE.sb\n"
    "  -v, --verbose     every line by itself, and grants that only moved\n"
    "  --prove[=LOADER]  ask this kernel about each line, through nono-load\n"
    "  --format=FORMAT   text, json, sarif, github, markdown, junit\n"
    "  --color=WHEN      auto, always, never\n"
    "  --exit-zero       exit 0 although they differ\n"
    "  and the options of nonoc compile\n";

struct request {
	const char *side[2];
	unsigned n;
	bool verbose, exit_zero, prove;
	const char *loader; /* NULL: the one beside this program */
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
	else if (strcmp(argv[*i], "--prove") == 0)
		r->prove = true;
	else if (strncmp(argv[*i], "--prove=", 8) == 0) {
		r->prove = true;
		r->loader = argv[*i] + 8;
	} else
		return OPTION_OTHER;
	return OPTION_TAKEN;
}

static int
parse(struct compile *c, void *request, int argc, char **argv)
{
	struct request *r = request;
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
			return option_unknown("diff", usage_diff, argv[i]);
		if (r->n == 2)
			return option_usage("diff", usage_diff,
			    "two sides, not three: %s", argv[i]);
		r->side[r->n++] = argv[i];
	}
	if (r->n < 2)
		return option_usage("diff", usage_diff, "which two?");
	return EXIT_HOLDS;
}

struct proof {
	uint32_t agree, disagree, unable;
	uint32_t around; /* operations where something changes */
};

/* The findings of the pair begin at `first`, in the order of its changes. */
static int
prove_pair(struct compile *c, struct report *r, const struct side_pair *pair,
    uint32_t first, const char *loader, struct proof *proof)
{
	struct witnesses ws = {.diff = &pair->diff};
	struct prover *prover;
	int status = prover_open(&prover, c, pair, loader);

	for (uint32_t i = 0; status == EXIT_HOLDS && i < pair->diff.changes.n;
	     i++) {
		const struct diff_change *change = &pair->diff.changes.v[i];
		struct finding *f;
		enum prove_result around = PROVE_UNABLE;
		struct text words, other;
		struct witness w;
		const char *why;

		if (change->kind == DIFF_MOVED)
			break; /* they come last */
		f = r->findings.v[first + i];
		if (!witness_find(&ws, change, &w, &why)) {
			proof->unable++;
			report_detail(r, f, "kernel: not asked: %s", why);
			continue;
		}
		switch (prover_try(prover, &ws, change, &w, &words)) {
		case PROVE_AGREES:
			proof->agree++;
			around = prover_look_around(
			    prover, change, &proof->around, &other);
			break;
		case PROVE_DISAGREES:
			proof->disagree++;
			f->level = REPORT_ERROR;
			break;
		case PROVE_UNABLE:
			proof->unable++;
			break;
		}
		report_detail(r, f, "kernel: %.*s: %s", (int)words.len, words.s,
		    witness_text(&c->arena, &w).s);
		if (around != PROVE_DISAGREES)
			continue;
		proof->disagree++;
		f->level = REPORT_ERROR;
		report_detail(r, f, "kernel: %.*s", (int)other.len, other.s);
	}
	prover_close(prover);
	return status;
}

static void
conclude(struct report *r, const struct proof *proof)
{
	r->summary = arena_printf(r->arena,
	    "%.*s; the kernel agrees with %u, and in %u operations around "
	    "them, cannot be asked about %u",
	    (int)r->summary.len, r->summary.s, proof->agree, proof->around,
	    proof->unable);
	if (proof->disagree == 0)
		return;
	r->summary = arena_printf(
	    r->arena, "%s, DISAGREES with %u", r->summary.s, proof->disagree);
	r->verdict = "disproved";
	r->status = EXIT_INTERNAL;
}

static int
run_macos(struct compile *c, const struct request *r, const struct side *from,
    const struct side *to)
{
	struct report report = {
	    .arena = &c->arena, .verb = "diff", .unfolded = true};
	struct seatbelt_total total;
	int status;

	if (r->prove)
		return option_usage("diff", NULL,
		    "--prove asks this kernel, which runs no policy for macOS");
	status = seatbelt_diff_sides(c, &report, from, to, NULL, &total);
	if (status != EXIT_HOLDS)
		return status;
	report.verdict = total.differ > 0 ? "differs" : "same";
	report.status = total.differ > 0 ? EXIT_DIFFERS : EXIT_HOLDS;
	report.summary = total.differ == 0
			     ? TEXT("no difference in access")
			     : sbpl_difference_print(&c->arena, &total.sum);
	report_print(&report, r->style, stdout);
	return r->exit_zero ? EXIT_HOLDS : report.status;
}

static int
run(struct compile *c, void *request)
{
	const struct request *r = request;
	struct report report = {.arena = &c->arena, .verb = "diff"};
	struct proof proof = {0};
	struct side from, to;
	struct pairs pairs;
	int status = side_load_any(&from, c, r->side[0], r->verbose);
	int other = side_load_any(&to, c, r->side[1], r->verbose);

	if (status == EXIT_HOLDS)
		status = other;
	if (status == EXIT_HOLDS)
		status = pairs_check(c, &from, &to);
	if (status != EXIT_HOLDS)
		return status;
	if (c->target.platform == PLATFORM_MACOS)
		return run_macos(c, r, &from, &to);
	pairs_compare(&pairs, &c->arena, &from, &to, NULL);
	for (uint32_t i = 0; i < pairs.v.n; i++) {
		const struct side_pair *p = &pairs.v.v[i];
		const uint32_t first = report.findings.n;

		pair_report(&report, p, r->verbose);
		if (r->prove && p->diff.changes.n > 0)
			status =
			    prove_pair(c, &report, p, first, r->loader, &proof);
		if (status != EXIT_HOLDS)
			return status;
	}
	report.verdict = pairs_verdict(&pairs);
	report.status = pairs.differ > 0 ? EXIT_DIFFERS : EXIT_HOLDS;
	report.summary = pairs_summary(&c->arena, &pairs);
	if (r->prove)
		conclude(&report, &proof);
	report.unfolded = r->verbose || r->prove;
	report_print(&report, r->style, stdout);
	return r->exit_zero && report.status == EXIT_DIFFERS ? EXIT_HOLDS
							     : report.status;
}

int
cmd_diff(int argc, char **argv)
{
	struct request r = {0};

	if (seatbelt_named(argc, argv))
		return seatbelt_diff(argc, argv);
	return option_run(argc, argv, &r, parse, run);
}
