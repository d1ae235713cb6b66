#include <config.h>

#include <stdio.h>

#include "compiler/review/query.h"
#include "compiler/review/why.h"
#include "compiler/side/side.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_query[] =
    "nonoc query [options] EXPRESSION POLICY|PROFILE|DIR...\n"
    "  --fail-empty          exit 1 if nothing is found\n"
    "  --target=linux:abi=N  on a kernel of that Landlock ABI\n"
    "  --format=FORMAT       text, json, sarif, github, markdown or junit\n"
    "  --color=WHEN          auto, always or never\n"
    "  further options: as for nonoc compile\n"
    "EXPRESSION: read, write, ...; paths, ports; under SET, on SET;\n"
    "  from(FILE), group(NAME); and, or, not, parentheses\n";

struct run {
	struct compile *c;
	struct report_style style;
	bool fail_empty;
	const char *expression;
	struct VEC(const char *) arguments;
	unsigned abi;
	const struct query *query;
	struct query_sets sets;
	struct VEC(const struct side_policy *) policies;
	struct report report;
	uint32_t found;
	unsigned unenforced; /* operations, of what was found */
	bool refused, unknown;
};

static struct finding *
add(struct run *r, const char *rule, const char *verdict,
    const struct side_policy *p)
{
	struct finding *f = report_add(&r->report, rule, REPORT_NOTE, verdict);

	f->sign = ' ';
	f->subject = p->shown;
	return f;
}

static void
add_chain(struct run *r, struct finding *f, const struct side_policy *p,
    uint32_t origin)
{
	for (const char *what = "";; what = "via") {
		struct report_place place = side_place(p, origin);
		const uint32_t via = blob_origin(&p->blob, origin).via;

		place.what = text_of(what);
		report_place(&r->report, f, place);
		if (via == 0)
			return;
		origin = via - 1;
	}
}

static void
add_places(struct run *r, struct finding *f, const struct side_policy *p,
    uint32_t tag, uint32_t record)
{
	const struct blob *b = &p->blob;

	for (uint32_t i = side_first_link(b, tag, record); i < b->nlinks; i++) {
		const struct blob_link l = blob_link(b, i);

		if (l.tag != tag || l.record != record)
			return;
		add_chain(r, f, p, l.origin);
	}
}

static void
report_path(
    struct run *r, const struct side_policy *p, const struct query_entry *e)
{
	struct finding *f = add(r, "grant", "granted", p);
	const struct text words =
	    why_rights(r->report.arena, e->tree | e->file);
	bool consent = false, parent = false;

	f->region = why_path(r->report.arena, &e->at);
	f->message = arena_printf(r->report.arena, "grant     %.*s %.*s",
	    (int)words.len, words.s, (int)f->region.len, f->region.s);
	for (uint32_t i = 0; i < e->rules.n; i++) {
		const struct blob_path rule =
		    blob_path(&p->blob, e->rules.v[i]);

		consent = consent || (rule.flags & BLOB_PATH_CONSENT) != 0;
		parent = parent || rule.missing == BLOB_MISSING_PARENT;
		add_places(r, f, p, BLOB_PATH, e->rules.v[i]);
	}
	if ((e->file & ~e->tree) != 0)
		report_detail(&r->report, f, "a single file");
	if (consent)
		report_detail(&r->report, f,
		    "in part with the user's consent, or --allow-cwd");
	if (parent)
		report_detail(&r->report, f,
		    "where it is missing, its parent directory is granted");
}

static void
report_port(
    struct run *r, const struct side_policy *p, const struct query_entry *e)
{
	struct finding *f = add(r, "port", "granted", p);
	const char *protocol = e->port.udp ? "udp" : "tcp";
	const struct text ops = assert_ops_print(r->report.arena, e->ops);
	const bool others = e->port.first != e->port.last;

	f->region = e->proxy ? TEXT("the local proxy")
		    : others ? arena_printf(r->report.arena, "%s:*", protocol)
			     : arena_printf(r->report.arena, "%s:%u", protocol,
				   (unsigned)e->port.first);
	f->message = arena_printf(r->report.arena, "port      %.*s %.*s",
	    (int)ops.len, ops.s, (int)f->region.len, f->region.s);
	if (others) {
		report_detail(&r->report, f, "%s",
		    e->proxy ? "the port that nono-load is told by --proxy-port"
			     : "every port that has no entry of its own");
		add_places(r, f, p, BLOB_TARG, BLOB_SETTING_NETWORK);
	} else {
		add_places(r, f, p, BLOB_PORT, e->rules.v[0]);
	}
	if (e->unenforced != 0)
		report_detail(&r->report, f,
		    "not granted, and not enforced on Landlock ABI %u", r->abi);
}

static void
ask(struct run *r, const struct side_policy *p)
{
	struct arena *a = r->report.arena;
	struct assertions none = {0};
	struct query_entries entries = {0};
	struct judge judge;
	struct query_policy policy = {.arena = a,
	    .blob = &p->blob,
	    .entries = &entries,
	    .sets = &r->sets};
	struct finding *f;

	if (p->blob.prov.p == NULL && query_asks_origin(r->query)) {
		f = add(r, "origin-unknown", "unknown", p);
		f->level = REPORT_ERROR;
		f->message = TEXT("unknown   the policy was stripped: it does "
				  "not say where its entries were written");
		r->unknown = true;
		return;
	}
	judge_init(&judge, a, &p->blob, &none);
	policy.view = judge_view(&judge, r->abi, false);
	if (!policy.view->launches) {
		f = add(r, "refused", "refused", p);
		f->message = arena_printf(a,
		    "refused   nono-load would not launch it on Landlock ABI "
		    "%u",
		    r->abi);
		r->refused = true;
	}
	query_entries(a, &p->blob, policy.view, &entries);
	for (uint32_t i = 0; i < entries.n; i++) {
		const struct query_entry *e = &entries.v[i];

		if (!query_holds(&policy, r->query, e))
			continue;
		r->found++;
		r->unenforced |= e->unenforced;
		if (e->is_port)
			report_port(r, p, e);
		else
			report_path(r, p, e);
	}
}

/* A name that nothing has would make "not from()" true of everything. */
static bool
check_names(struct run *r, const struct query *q)
{
	struct name_entry name;
	const struct group_file *group;
	struct diag *diag;

	if (q->left != NULL && !check_names(r, q->left))
		return false;
	if (q->right != NULL && !check_names(r, q->right))
		return false;
	if (q->kind != QUERY_FROM && q->kind != QUERY_GROUP)
		return true;
	for (uint32_t i = 0; i < r->policies.n; i++) {
		const struct blob *b = &r->policies.v[i]->blob;

		/* What is not known is said of the policy. */
		if (b->prov.p == NULL)
			return true;
		for (uint32_t k = 0; k < b->nsources; k++) {
			const struct blob_source s = blob_source(b, k);

			if (query_names_source(q, &s))
				return true;
		}
	}
	if (q->kind == QUERY_GROUP) {
		name =
		    (struct name_entry){.name = q->word.text, .at = q->word.at};
		return store_group(&r->c->store, &name, &group);
	}
	diag = diag_at(&r->c->diags, DIAG_ASSERT_UNKNOWN, q->word.at,
	    "no file or group that these policies are made of is called "
	    "\"%.*s\"",
	    (int)q->word.text.len, q->word.text.s);
	diag_help(&r->c->diags, diag,
	    "\"nonoc dump\" lists them at its end, as \"source\"; what is no "
	    "plain name goes in quotes");
	return false;
}

static int
load(struct run *r)
{
	const struct assert_resolver resolver = {&r->c->store, &r->c->target};
	uint32_t source;

	if (!source_from_text(&r->c->sources, &r->c->arena, &r->c->diags,
		"expression", text_of(r->expression), &source) ||
	    !assert_read_query(&r->c->arena, &r->c->diags, &r->c->sources,
		source, &r->query) ||
	    !query_resolve(&resolver, r->query, &r->sets))
		return EXIT_REJECTED;
	for (uint32_t i = 0; i < r->arguments.n; i++) {
		struct side *side = ARENA_NEW(&r->c->arena, struct side);
		int status = side_load(side, r->c, r->arguments.v[i], false);

		if (status == EXIT_HOLDS && !side_has_some(r->c, side))
			status = EXIT_REJECTED;
		if (status != EXIT_HOLDS)
			return status;
		for (uint32_t k = 0; k < side->policies.n; k++)
			*VEC_PUSH(&r->c->arena, &r->policies) =
			    &side->policies.v[k];
	}
	return check_names(r, r->query) ? EXIT_HOLDS : EXIT_REJECTED;
}

static void
conclude(struct run *r)
{
	struct report *report = &r->report;
	struct finding *f;
	const struct text free = assert_ops_print(report->arena, r->unenforced);

	report->verdict = r->unknown ? "unknown" : "found";
	if (!r->unknown && r->found == 0)
		report->verdict = "empty";
	report->status = r->unknown ? EXIT_ENVIRONMENT : EXIT_HOLDS;
	if (!r->unknown && r->found == 0 && r->fail_empty) {
		f = report_add(report, "nothing-found", REPORT_ERROR, "empty");
		f->subject = text_of(r->expression);
		f->message = arena_printf(
		    report->arena, "no entry fits \"%s\"", r->expression);
		report->status = EXIT_DIFFERS;
	}
	report->summary = arena_printf(report->arena,
	    "%u entr%s, on Landlock ABI %u%s%s%.*s%s", r->found,
	    r->found == 1 ? "y" : "ies", r->abi,
	    r->abi == BLOB_ABI_NEWEST ? ", the newest known" : "",
	    free.len > 0 ? ", where not all is enforced of " : "",
	    (int)free.len, free.s,
	    r->refused ? "; what is not launched permits nothing" : "");
}

static int
parse(struct compile *c, void *request, int argc, char **argv)
{
	struct run *r = request;

	for (int i = 1; i < argc; i++) {
		enum option_result o =
		    option_review(c, &r->style, argc, argv, &i);

		if (o == OPTION_WRONG)
			return EXIT_USAGE;
		if (o == OPTION_TAKEN)
			continue;
		if (strcmp(argv[i], "--fail-empty") == 0)
			r->fail_empty = true;
		else if (argv[i][0] == '-')
			return option_unknown("query", usage_query, argv[i]);
		else if (r->expression == NULL)
			r->expression = argv[i];
		else
			*VEC_PUSH(&c->arena, &r->arguments) = argv[i];
	}
	if (r->expression == NULL)
		return option_usage("query", usage_query, "which entries?");
	if (r->arguments.n == 0)
		return option_usage("query", usage_query,
		    "of which policy, profile or directory?");
	return EXIT_HOLDS;
}

static int
run(struct compile *c, void *request)
{
	struct run *r = request;
	int status;

	/* The ABI is where it runs, not what it is compiled to rely on. */
	r->c = c;
	r->abi = c->target.abi > 0 ? c->target.abi : BLOB_ABI_NEWEST;
	c->target.abi = 0;
	r->report.arena = &c->arena;
	r->report.verb = "query";
	report_rule(&r->report, "grant", "a path that may be used");
	report_rule(&r->report, "port", "a port that may be used");
	report_rule(&r->report, "refused", "the loader would not launch it");
	report_rule(
	    &r->report, "nothing-found", "no entry fits, and one should");
	report_rule(&r->report, "origin-unknown",
	    "the policy does not say where it was written");
	status = load(r);
	if (status != EXIT_HOLDS)
		return status;
	for (uint32_t i = 0; i < r->policies.n; i++)
		ask(r, r->policies.v[i]);
	conclude(r);
	report_print(&r->report, r->style, stdout);
	return r->report.status;
}

int
cmd_query(int argc, char **argv)
{
	struct run r = {.style = report_style_default()};

	return option_run(argc, argv, &r, parse, run);
}
