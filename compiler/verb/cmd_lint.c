#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "compiler/base/date.h"
#include "compiler/lint/lint.h"
#include "compiler/seatbelt/assert_seatbelt.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_lint[] =
    "nonoc lint [options] [FILE.assert...] PROFILE|POLICY|DIR...\n"
    "  FILE.assert      waivers of what std.assert asks for\n"
    "  --level=CODE=L   off, note, warning or error for a finding\n"
    "  --today=DATE     the day that waivers are compared with\n"
    "  --exit-zero      exit 0 whatever is found\n"
    "  --format=FORMAT  text, json, sarif, github, markdown or junit\n"
    "  --color=WHEN     auto, always or never\n"
    "  further options: as for nonoc compile\n";

struct level {
	const char *rule; /* "N8001" */
	enum report_level level;
	bool off;
};

struct run {
	struct compile options;
	struct assertions assertions;
	struct report report;
	struct report_style style;
	struct VEC(struct level) levels;
	const char *today;
	bool exit_zero;
	struct VEC(const char *) files, arguments;
};

static bool
names_finding(const char *word)
{
	return finding_rule(
		   (struct text){word, (uint32_t)strcspn(word, "=")}) != NULL;
}

static bool
set_level(struct run *r, const char *word)
{
	static const char *const names[] = {
	    [REPORT_ERROR] = "error",
	    [REPORT_WARNING] = "warning",
	    [REPORT_NOTE] = "note",
	};
	const char *equals = strchr(word, '=');
	struct level l = {.level = REPORT_LEVELS};

	if (equals == NULL)
		return false;
	l.rule = finding_rule((struct text){word, (uint32_t)(equals - word)});
	if (l.rule == NULL)
		return false;
	l.off = strcmp(equals + 1, "off") == 0;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(equals + 1, names[i]) == 0)
			l.level = (enum report_level)i;
	*VEC_PUSH(&r->options.arena, &r->levels) = l;
	return l.off || l.level != REPORT_LEVELS;
}

static int
parse_option(struct run *r, int argc, char **argv, int *i)
{
	const char *v;
	enum option_result o =
	    option_review(&r->options, &r->style, argc, argv, i);

	if (o == OPTION_OTHER)
		o = option_today(&r->today, argc, argv, i);
	if (o != OPTION_OTHER)
		return o == OPTION_TAKEN ? EXIT_HOLDS : EXIT_USAGE;
	if (option_value("lint", "--level", argc, argv, i, &v)) {
		if (v == NULL)
			return EXIT_USAGE;
		if (!names_finding(v))
			return option_usage("lint", usage_lint,
			    "no finding is called %.*s: nonoc explain --list "
			    "names them",
			    (int)strcspn(v, "="), v);
		if (!set_level(r, v))
			return option_usage("lint", usage_lint,
			    "a level is written N8001=off (note, warning, "
			    "error), not %s",
			    v);
	} else if (strcmp(argv[*i], "--exit-zero") == 0) {
		r->exit_zero = true;
	} else if (argv[*i][0] == '-') {
		return option_unknown("lint", usage_lint, argv[*i]);
	} else if (assert_is_file(argv[*i])) {
		*VEC_PUSH(&r->options.arena, &r->files) = argv[*i];
	} else {
		*VEC_PUSH(&r->options.arena, &r->arguments) = argv[*i];
	}
	return EXIT_HOLDS;
}

static int
parse(struct run *r, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int status = parse_option(r, argc, argv, &i);

		if (status != EXIT_HOLDS)
			return status;
	}
	if (r->arguments.n == 0)
		return option_usage(
		    "lint", usage_lint, "which profile, policy or directory?");
	return option_finish(&r->options) ? EXIT_HOLDS : EXIT_REJECTED;
}

/* std.assert first: waivers are of its assertions. */
static bool
load_assertions(struct run *r)
{
	const struct assert_resolver resolver = {
	    &r->options.store, &r->options.target};
	bool ok;

	ok = assert_load_named(&resolver, "std.assert", &r->assertions);
	for (uint32_t i = 0; i < r->files.n; i++)
		ok = assert_load_named(
			 &resolver, r->files.v[i], &r->assertions) &&
		     ok;
	assert_expire(&r->assertions, r->today);
	return ok;
}

/* Of a revision or a policy there is no profile to be read. */
static bool
is_profile(const struct side_policy *p)
{
	static const char suffix[] = ".nono";
	const uint32_t n = sizeof(suffix) - 1;

	if (p->seatbelt.s != NULL)
		return p->compiled && text_equal(p->shown, p->path);
	return text_equal(p->shown, p->path) &&
	       (p->path.len < n ||
		   memcmp(p->path.s + p->path.len - n, suffix, n) != 0);
}

/*
 * $HOME is a name, apart from all paths.  What somebody wrote for /Users is
 * seen where it is one of those.
 */
static bool
lint_rules_seatbelt(struct run *r, struct lint *l)
{
	const struct seatbelt_launch launch =
	    assert_seatbelt_launch(&r->options.arena, &r->assertions);
	struct seatbelt_launch user = launch;
	struct sbpl_file files[2];
	uint32_t said;
	struct lint_launch launches[] = {
	    {.launch = launch, .file = &files[0], .what = ""},
	    {.file = &files[1], .what = "where $HOME is /Users/user"},
	};

	user.home = TEXT("/Users/user");
	assert_seatbelt_place(&r->options.arena, &r->assertions, &user);
	launches[1].launch = user;
	if (!side_seatbelt_open(&r->options, l->policy, &launch, &files[0]))
		return false;
	said = r->options.diags.list.n;
	if (!side_seatbelt_open(&r->options, l->policy, &user, &files[1])) {
		sbpl_file_close(&files[0]);
		return false;
	}
	/* What there is to say of the file has been said. */
	r->options.diags.list.n = said;
	lint_seatbelt(l, &files[0]);
	lint_std_seatbelt(l, &r->assertions, launches,
	    launch.home.s == NULL ? ARRAY_LEN(launches) : 1);
	sbpl_file_close(&files[0]);
	sbpl_file_close(&files[1]);
	return true;
}

static bool
lint_one(struct run *r, const struct side_policy *p)
{
	struct judge judge;
	struct lint l = {
	    .report = &r->report,
	    .options = &r->options,
	    .policy = p,
	    .judge = &judge,
	    .profile = is_profile(p),
	};

	if (p->seatbelt.s != NULL) {
		l.name = p->name.len > 0 ? p->name : p->key;
		return lint_rules_seatbelt(r, &l) &&
		       (!l.profile || lint_profile(&l));
	}
	l.name = text_of(blob_profile_name(&p->blob));
	if (l.name.len == 0)
		l.name = p->key;
	judge_init(&judge, &r->options.arena, &p->blob, &r->assertions);
	l.view = judge_view(&judge, BLOB_ABI_NEWEST, false);
	lint_policy(&l);
	lint_std(&l);
	return !l.profile || lint_profile(&l);
}

static void
apply_levels(struct run *r)
{
	struct report *report = &r->report;
	uint32_t kept = 0;

	for (uint32_t i = 0; i < report->findings.n; i++) {
		struct finding *f = report->findings.v[i];
		bool off = false;

		for (uint32_t k = 0; k < r->levels.n; k++) {
			const struct level *l = &r->levels.v[k];

			if (strcmp(l->rule, f->rule) != 0)
				continue;
			off = l->off;
			if (!off)
				f->level = l->level;
		}
		if (!off)
			report->findings.v[kept++] = f;
	}
	report->findings.n = kept;
}

static void
conclude(struct run *r, uint32_t policies)
{
	struct report *report = &r->report;
	uint32_t n[REPORT_LEVELS] = {0};
	bool bad;

	for (uint32_t i = 0; i < report->findings.n; i++)
		n[report->findings.v[i]->level]++;
	bad = n[REPORT_ERROR] + n[REPORT_WARNING] > 0;
	report->status = bad ? EXIT_DIFFERS : EXIT_HOLDS;
	report->verdict = bad ? "found" : "clean";
	report->summary = arena_printf(report->arena,
	    "%u polic%s: %u error%s, %u warning%s, %u note%s", policies,
	    policies == 1 ? "y" : "ies", n[REPORT_ERROR],
	    n[REPORT_ERROR] == 1 ? "" : "s", n[REPORT_WARNING],
	    n[REPORT_WARNING] == 1 ? "" : "s", n[REPORT_NOTE],
	    n[REPORT_NOTE] == 1 ? "" : "s");
}

static int
lint(struct run *r)
{
	uint32_t policies = 0;

	if (!load_assertions(r))
		return EXIT_REJECTED;
	for (uint32_t i = 0; i < r->arguments.n; i++) {
		struct side *side = ARENA_NEW(&r->options.arena, struct side);
		int status =
		    side_load_any(side, &r->options, r->arguments.v[i], false);

		if (status == EXIT_HOLDS && !side_has_some(&r->options, side))
			status = EXIT_REJECTED;
		if (status != EXIT_HOLDS)
			return status;
		policies += side->policies.n;
		for (uint32_t k = 0; k < side->policies.n; k++)
			if (!lint_one(r, &side->policies.v[k]))
				return EXIT_REJECTED;
	}
	apply_levels(r);
	conclude(r, policies);
	report_print(&r->report, r->style, stdout);
	return r->exit_zero ? EXIT_HOLDS : (int)r->report.status;
}

int
cmd_lint(int argc, char **argv)
{
	struct run r = {.style = report_style_default()};
	char today[DATE_SIZE];
	int status;

	option_init(&r.options);
	date_today(today);
	r.today = today;
	r.report.arena = &r.options.arena;
	r.report.verb = "lint";
	status = parse(&r, argc, argv);
	if (status == EXIT_HOLDS)
		status = lint(&r);
	compile_finish(&r.options);
	return status;
}
