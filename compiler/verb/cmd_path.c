#include <config.h>

#include <stdio.h>

#include "compiler/review/pathset.h"
#include "compiler/review/why.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_path[] =
    "nonoc path [options] SET subset|disjoint|equal SET\n"
    "  --format=FORMAT  text, json, sarif, github, markdown or junit\n"
    "  --color=WHEN     auto, always or never\n"
    "  further options: as for nonoc compile\n"
    "SET: $HOME/.ssh/**, /etc/passwd, group(NAME), { A, B }, A | B\n";

struct run {
	struct report_style style;
	const char *words[3];
	unsigned nwords;
	enum pathset_relation relation;
	struct region_set sets[2];
	struct report report;
};

static int
parse(struct compile *c, void *request, int argc, char **argv)
{
	struct run *r = request;
	unsigned relation = 0;

	for (int i = 1; i < argc; i++) {
		enum option_result o =
		    option_review(c, &r->style, argc, argv, &i);

		if (o == OPTION_WRONG)
			return EXIT_USAGE;
		if (o == OPTION_TAKEN)
			continue;
		if (argv[i][0] == '-')
			return option_unknown("path", usage_path, argv[i]);
		if (r->nwords == ARRAY_LEN(r->words))
			return option_usage("path", usage_path,
			    "two sets and one relation, and not %s", argv[i]);
		r->words[r->nwords++] = argv[i];
	}
	if (r->nwords < ARRAY_LEN(r->words))
		return option_usage(
		    "path", usage_path, "two sets, and a relation between");
	while (relation < PATHSET_RELATIONS &&
	       strcmp(pathset_words[relation], r->words[1]) != 0)
		relation++;
	if (relation == PATHSET_RELATIONS)
		return option_usage("path", usage_path,
		    "no relation is named %s: subset, disjoint or equal",
		    r->words[1]);
	r->relation = (enum pathset_relation)relation;
	return EXIT_HOLDS;
}

static bool
load(struct run *r, struct compile *c, unsigned which)
{
	const struct assert_resolver resolver = {&c->store, &c->target};
	struct region_set *set = &r->sets[which];
	struct assert_set written;
	struct diag *diag;
	uint32_t source;

	if (!source_from_text(&c->sources, &c->arena, &c->diags,
		which == 0 ? "first set" : "second set",
		text_of(r->words[2 * which]), &source) ||
	    !assert_read_set(
		&c->arena, &c->diags, &c->sources, source, &written) ||
	    !assert_resolve_set(&resolver, &written, set))
		return false;
	if (set->ports.n == 0)
		return true;
	diag = diag_at(
	    &c->diags, DIAG_ASSERT_MISMATCH, written.at, "ports are no paths");
	diag_help(&c->diags, diag, "write paths, such as $HOME/.ssh/**");
	return false;
}

/* The answer again, by asking of the witness itself. */
static bool
replay(struct run *r, struct arena *a, const struct pathset_answer *answer)
{
	struct decide_path other;
	bool one, two;

	if (answer->verdict != PATHSET_NO &&
	    !pathset_here(
		a, &r->sets[0], r->relation, &r->sets[1], &answer->yes, &other))
		return false;
	if (answer->verdict == PATHSET_YES)
		return true;
	one = pathset_holds(a, &r->sets[0], &answer->no, &answer->witness);
	two = pathset_holds(a, &r->sets[1], &answer->no, &answer->witness);
	switch (r->relation) {
	case PATHSET_SUBSET:
		return one && !two;
	case PATHSET_DISJOINT:
		return one && two;
	case PATHSET_EQUAL:
	case PATHSET_RELATIONS:
		break;
	}
	return one != two;
}

/* "$HOME is /home/user, $CWD is $HOME/x" or "the roots lie apart". */
static struct text
print_places(struct arena *a, const struct decide_env *env)
{
	static const enum blob_root roots[] = {BLOB_ROOT_HOME, BLOB_ROOT_CWD};
	struct text t = {"", 0};

	for (unsigned i = 0; i < ARRAY_LEN(roots); i++) {
		const struct decide_path root = {{"", 0}, roots[i]};
		struct text name, at;

		if (env->places[roots[i]].root == roots[i])
			continue;
		name = why_path(a, &root);
		at = why_path(a, &env->places[roots[i]]);
		t = arena_printf(a, "%.*s%s%.*s is %.*s", (int)t.len, t.s,
		    t.len > 0 ? " and " : "", (int)name.len, name.s,
		    (int)at.len, at.s);
	}
	if (env->uid >= 0)
		t = arena_printf(a, "%.*s%s$UID is %lld", (int)t.len, t.s,
		    t.len > 0 ? " and " : "", (long long)env->uid);
	return t.len > 0 ? t : TEXT("the directories lie apart");
}

static void
explain(struct run *r, struct finding *f, const struct pathset_answer *answer)
{
	struct arena *a = r->report.arena;
	const struct text yes = print_places(a, &answer->yes);
	const struct text no = print_places(a, &answer->no);
	struct text path;
	const char *where;

	if (answer->verdict == PATHSET_DEPENDS)
		report_detail(
		    &r->report, f, "yes where %.*s", (int)yes.len, yes.s);
	if (answer->verdict == PATHSET_DEPENDS)
		report_detail(
		    &r->report, f, "no where %.*s", (int)no.len, no.s);
	if (answer->verdict != PATHSET_DEPENDS && answer->verdict != PATHSET_NO)
		return;
	path = why_path(a, &answer->witness);
	where = r->relation == PATHSET_DISJOINT ? "both sets"
		: pathset_holds(a, &r->sets[0], &answer->no, &answer->witness)
		    ? "the first set only"
		    : "the second set only";
	report_detail(
	    &r->report, f, "%.*s is in %s", (int)path.len, path.s, where);
}

static int
run(struct compile *c, void *request)
{
	static const struct {
		const char *rule, *verdict;
		enum report_level level;
		int status;
	} verdicts[] = {
	    [PATHSET_YES] = {"set-holds", "yes", REPORT_NOTE, EXIT_HOLDS},
	    [PATHSET_NO] = {"set-fails", "no", REPORT_ERROR, EXIT_DIFFERS},
	    [PATHSET_DEPENDS] = {"set-depends", "depends", REPORT_WARNING,
		EXIT_ENVIRONMENT},
	    [PATHSET_UNKNOWN] = {"set-unknown", "unknown", REPORT_WARNING,
		EXIT_ENVIRONMENT},
	};
	struct run *r = request;
	struct report *report = &r->report;
	struct pathset_answer answer;
	const bool one = load(r, c, 0), two = load(r, c, 1);
	struct finding *f;
	bool good;

	if (!one || !two)
		return EXIT_REJECTED;
	pathset_relate(
	    &c->arena, &r->sets[0], r->relation, &r->sets[1], &answer);
	good =
	    answer.verdict == PATHSET_UNKNOWN || replay(r, &c->arena, &answer);
	if (!good)
		answer.verdict = PATHSET_UNKNOWN;
	report->arena = &c->arena;
	report->verb = "path";
	report->verdict = verdicts[answer.verdict].verdict;
	report->status = good ? verdicts[answer.verdict].status : EXIT_INTERNAL;
	report->summary = text_of(report->verdict);
	report_rule(report, verdicts[answer.verdict].rule,
	    "how two sets of paths relate");
	f = report_add(report, verdicts[answer.verdict].rule,
	    verdicts[answer.verdict].level, report->verdict);
	f->subject = text_of(r->words[0]);
	f->region = text_of(r->words[2]);
	f->message = arena_printf(&c->arena, "%s %s %s: %s", r->words[0],
	    r->words[1], r->words[2], report->verdict);
	if (!good)
		report_detail(report, f,
		    "asked again, the answer is another: an error in nonoc");
	else if (answer.verdict == PATHSET_UNKNOWN)
		report_detail(
		    report, f, "there are too many places to try them all");
	explain(r, f, &answer);
	report_print(report, r->style, stdout);
	return report->status;
}

int
cmd_path(int argc, char **argv)
{
	struct run r = {.style = report_style_default()};

	return option_run(argc, argv, &r, parse, run);
}
