#include <config.h>

#include <stdio.h>

#include "compiler/base/date.h"
#include "compiler/diff/diff_report.h"
#include "compiler/diff/gate_waiver.h"
#include "compiler/diff/witness.h"
#include "compiler/seatbelt/side_seatbelt.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_gate[] =
    "nonoc gate --base BASE [options] TO\n"
    "  each a PROFILE, POLICY, DIRECTORY, LOCK or REVISION:PATH\n"
    "  --waivers FILE    what may be let through, by whom and until when\n"
    "  --added SIDE      what a policy is held to that BASE does not have\n"
    "  --today DATE      the day to judge waivers by, YYYY-MM-DD\n"
    "  --format=FORMAT   text, json, sarif, github, markdown, junit\n"
    "  --color=WHEN      auto, always, never\n"
    "  and the options of nonoc compile\n";

struct request {
	const char *base, *to, *added, *waivers, *today;
	struct report_style style;
};

struct gate {
	struct compile *compile;
	struct gate_waivers waivers;
	struct report report;
	char today[DATE_SIZE];
	uint32_t refused, waived;
	/* Of those refused: where roots lie in each other, where links lead. */
	uint32_t placed, linked;
};

static bool
take_value(struct request *r, int argc, char **argv, int *i, bool *ret_good)
{
	const struct {
		const char *name;
		const char **value;
	} options[] = {
	    {"--base", &r->base},
	    {"--added", &r->added},
	    {"--waivers", &r->waivers},
	};

	for (size_t k = 0; k < ARRAY_LEN(options); k++) {
		if (!option_value("gate", options[k].name, argc, argv, i,
			options[k].value))
			continue;
		*ret_good = *options[k].value != NULL;
		return true;
	}
	return false;
}

static int
parse(struct compile *c, void *request, int argc, char **argv)
{
	struct request *r = request;
	r->style = report_style_default();
	for (int i = 1; i < argc; i++) {
		enum option_result o =
		    option_review(c, &r->style, argc, argv, &i);
		bool good = true;

		if (o == OPTION_OTHER)
			o = option_today(&r->today, argc, argv, &i);
		if (o == OPTION_WRONG)
			return EXIT_USAGE;
		if (o == OPTION_TAKEN)
			continue;
		if (take_value(r, argc, argv, &i, &good)) {
			if (!good)
				return EXIT_USAGE;
			continue;
		}
		if (argv[i][0] == '-')
			return option_unknown("gate", usage_gate, argv[i]);
		if (r->to != NULL)
			return option_usage("gate", usage_gate,
			    "one at a time: %s and %s", r->to, argv[i]);
		r->to = argv[i];
	}
	if (r->base == NULL)
		return option_usage(
		    "gate", usage_gate, "--base says held to what");
	if (r->to == NULL)
		return option_usage("gate", usage_gate, "which one?");
	return EXIT_HOLDS;
}

static struct report_place
place_of(const struct gate *g, struct span at)
{
	const struct sources *s = &g->compile->sources;
	struct place p = source_place(s, at.source, at.begin);

	return (struct report_place){.file = source_get(s, at.source)->name,
	    .line = p.line,
	    .column = p.column};
}

/*
 * Where two files are compared a policy is waived by the name that it gives
 * itself: not by one that the base does not give itself.
 */
static bool
is_renamed(const struct side_pair *p)
{
	const char *name[2];

	if (p == NULL || p->side[0] == NULL || p->side[1] == NULL)
		return false;
	for (unsigned side = 0; side < 2; side++)
		name[side] = blob_profile_name(&p->side[side]->blob);
	return text_is(p->subject, name[1]) &&
	       !text_equal(p->subject, p->side[1]->key) && *name[0] != '\0' &&
	       strcmp(name[0], name[1]) != 0;
}

/*
 * Is there a waiver for the finding that holds today?  Then it is a note.
 * p: the pair it is about; NULL: of macOS.
 */
static bool
waive(struct gate *g, struct finding *f, const struct side_pair *p)
{
	struct gate_waiver *w = is_renamed(p) ? NULL
					      : gate_waivers_find(&g->waivers,
						    f->subject, f->message);
	struct report_place place;

	if (w == NULL || date_is_past(w->until.value, g->today)) {
		g->refused++;
		return false;
	}
	g->waived++;
	f->level = REPORT_NOTE;
	f->verdict = "waived";
	report_detail(&g->report, f, "waived until %.*s by %.*s: %.*s",
	    (int)w->until.value.len, w->until.value.s, (int)w->owner.value.len,
	    w->owner.value.s, (int)w->reason.value.len, w->reason.value.s);
	place = place_of(g, w->at);
	place.what = TEXT("waived");
	report_place(&g->report, f, place);
	return true;
}

static void
judge_change(struct gate *g, const struct side_pair *p, struct witnesses *ws,
    const struct diff_change *c)
{
	struct finding *f = change_report(&g->report, p, c);
	struct witness w;

	if (witness_find(ws, c, &w, NULL))
		report_detail(&g->report, f, "for example: %s",
		    witness_text(g->report.arena, &w).s);
	if (waive(g, f, p))
		return;
	g->placed += c->kind == DIFF_PLACE;
	g->linked += c->kind == DIFF_LINK;
}

static void
judge_pair(struct gate *g, const struct side_pair *p)
{
	struct witnesses ws = {.diff = &p->diff};

	if (p->side[1] == NULL)
		return; /* what is gone permits nothing */
	if (p->side[0] == NULL) {
		uint32_t before = g->report.findings.n;

		pair_report(&g->report, p, false);
		(void)waive(g, g->report.findings.v[before], p);
		return;
	}
	for (uint32_t i = 0; i < p->diff.changes.n; i++)
		if (p->diff.changes.v[i].gained)
			judge_change(g, p, &ws, &p->diff.changes.v[i]);
}

static void
judge_waivers(struct gate *g)
{
	for (uint32_t i = 0; i < g->waivers.v.n; i++) {
		const struct gate_waiver *w = &g->waivers.v.v[i];
		const bool past = date_is_past(w->until.value, g->today);
		const char *rule = past ? "waiver-expired" : "waiver-unused";
		struct finding *f;

		if (!past && w->used)
			continue;
		report_rule(&g->report, rule,
		    past ? "A waiver whose last day is over."
			 : "A waiver that lets nothing through.");
		f = report_add(&g->report, rule, REPORT_ERROR,
		    past ? "expired" : "unused");
		f->subject = w->policy.value;
		f->region = w->allow.value;
		f->message =
		    past ? arena_printf(g->report.arena,
			       "the waiver of \"%.*s\" ended on %.*s",
			       (int)w->allow.value.len, w->allow.value.s,
			       (int)w->until.value.len, w->until.value.s)
			 : arena_printf(g->report.arena,
			       "nothing needs the waiver of \"%.*s\"",
			       (int)w->allow.value.len, w->allow.value.s);
		if (w->allow.value.len > 0 && w->allow.value.s[0] == '+')
			report_detail(&g->report, f,
			    "write what the gate says behind its \"+\"");
		report_place(&g->report, f, place_of(g, w->at));
		g->refused++;
	}
}

static void
summarize(struct gate *g, uint32_t policies)
{
	const uint32_t depends = g->placed + g->linked;
	struct text waived = g->waived == 0 ? TEXT("")
					    : arena_printf(g->report.arena,
						  ", %u waived", g->waived);

	if (g->refused > depends)
		g->report.summary =
		    arena_printf(g->report.arena, "refused: %u finding%s%s",
			g->refused, g->refused == 1 ? "" : "s", waived.s);
	else if (depends > 0)
		g->report.summary = arena_printf(g->report.arena,
		    "it depends on where %s: %u finding%s%s",
		    g->linked == 0   ? "the roots lie"
		    : g->placed == 0 ? "links lead"
				     : "the roots lie and links lead",
		    depends, depends == 1 ? "" : "s", waived.s);
	else
		g->report.summary = arena_printf(g->report.arena,
		    "no new access: %u %s%s", policies,
		    policies == 1 ? "policy" : "policies", waived.s);
	if (g->refused > depends) {
		g->report.verdict = "wider";
		g->report.status = EXIT_DIFFERS;
	} else if (depends > 0) {
		g->report.verdict = "depends";
		g->report.status = EXIT_ENVIRONMENT;
	} else {
		g->report.verdict = "within";
		g->report.status = EXIT_HOLDS;
	}
}

static int
run_macos(struct gate *g, const struct request *r, const struct side *base,
    const struct side *to, const struct side_policy *added)
{
	struct report *report = &g->report;
	struct seatbelt_total total;
	uint32_t kept = 0, unsure = 0;
	int status =
	    seatbelt_diff_sides(g->compile, report, base, to, added, &total);

	if (status != EXIT_HOLDS)
		return status;
	for (uint32_t i = 0; i < report->findings.n; i++) {
		struct finding *f = report->findings.v[i];

		if (f->level == REPORT_ERROR)
			waive(g, f, NULL);
		else if (!sbpl_may_permit(f))
			continue; /* what is gone permits nothing */
		else
			unsure++;
		report->findings.v[kept++] = f;
	}
	report->findings.n = kept;
	judge_waivers(g);
	summarize(g, to->policies.n);
	/* More findings than are listed: not all have been looked at. */
	unsure += total.sum.left_off;
	if (g->refused == 0 && unsure > 0) {
		report->verdict = "unknown";
		report->status = EXIT_ENVIRONMENT;
		report->summary = arena_printf(report->arena,
		    "cannot tell: what %u finding%s may permit is not known",
		    unsure, unsure == 1 ? "" : "s");
	}
	report_print(report, r->style, stdout);
	return report->status;
}

static int
run(struct compile *c, void *request)
{
	const struct request *r = request;
	/* Each line may be what is refused, or what a waiver repeats. */
	struct gate g = {.compile = c,
	    .report = {.arena = &c->arena, .verb = "gate", .unfolded = true}};
	struct side_policy added;
	struct side base, to;
	struct pairs pairs;
	int status;

	if (r->today != NULL)
		memcpy(g.today, r->today, sizeof(g.today));
	else
		date_today(g.today);
	if (r->waivers != NULL && !gate_waivers_read(c, r->waivers, &g.waivers))
		return EXIT_REJECTED;
	status = side_load_any(&base, c, r->base, false);
	if (status == EXIT_HOLDS)
		status = side_load_any(&to, c, r->to, false);
	if (status == EXIT_HOLDS)
		status = pairs_check(c, &base, &to);
	if (status == EXIT_HOLDS && r->added != NULL)
		status = side_load_one_any(&added, c, r->added, false);
	if (status != EXIT_HOLDS)
		return status;
	if (c->target.platform == PLATFORM_MACOS)
		return run_macos(
		    &g, r, &base, &to, r->added != NULL ? &added : NULL);
	pairs_compare(
	    &pairs, &c->arena, &base, &to, r->added != NULL ? &added : NULL);
	for (uint32_t i = 0; i < pairs.v.n; i++)
		judge_pair(&g, &pairs.v.v[i]);
	judge_waivers(&g);
	summarize(&g, to.policies.n);
	report_print(&g.report, r->style, stdout);
	return g.report.status;
}

int
cmd_gate(int argc, char **argv)
{
	struct request r = {0};

	return option_run(argc, argv, &r, parse, run);
}
