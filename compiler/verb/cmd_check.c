#include <config.h>

#include <stdio.h>

#include "compiler/base/date.h"
#include "compiler/seatbelt/assert_seatbelt.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_check[] =
    "nonoc check [options] FILE.assert... PROFILE|POLICY|DIR...\n"
    "  --format=FORMAT  text, json, sarif, github, markdown or junit\n"
    "  --color=WHEN     auto, always or never\n"
    "  --today=DATE     the day that waivers are compared with\n"
    "  further options: as for nonoc compile\n";

/* One policy with the state of judging it. */
struct judged {
	const struct side_policy *policy;
	struct text name; /* what assertions call it */
	struct judge judge;
	struct sbpl_file seatbelt; /* for macOS, instead of a judge */
	struct seatbelt_places places;
};

struct check {
	struct compile options;
	struct assertions assertions;
	struct report report;
	struct report_style style;
	const char *today;
	struct VEC(const char *) files, arguments;
	struct VEC(struct judged *) given;  /* on the command line */
	struct VEC(struct judged *) others; /* that assertions name */
	struct seatbelt_launch launch;	    /* for macOS */
};

static bool
for_macos(const struct check *c)
{
	return c->options.target.platform == PLATFORM_MACOS;
}

static int
parse_option(struct check *c, int argc, char **argv, int *i)
{
	enum option_result o =
	    option_review(&c->options, &c->style, argc, argv, i);

	if (o == OPTION_OTHER)
		o = option_today(&c->today, argc, argv, i);
	if (o != OPTION_OTHER)
		return o == OPTION_TAKEN ? EXIT_HOLDS : EXIT_USAGE;
	if (argv[*i][0] == '-') {
		return option_unknown("check", usage_check, argv[*i]);
	} else if (assert_is_file(argv[*i])) {
		*VEC_PUSH(&c->options.arena, &c->files) = argv[*i];
	} else {
		*VEC_PUSH(&c->options.arena, &c->arguments) = argv[*i];
	}
	return EXIT_HOLDS;
}

static int
parse(struct check *c, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int status = parse_option(c, argc, argv, &i);

		if (status != EXIT_HOLDS)
			return status;
	}
	if (c->files.n == 0)
		return option_usage("check", usage_check,
		    "which assertions? a file of them ends in .assert");
	if (c->arguments.n == 0)
		return option_usage("check", usage_check,
		    "which profile, policy or directory?");
	return option_finish(&c->options) ? EXIT_HOLDS : EXIT_REJECTED;
}

/* NULL: diagnosed. */
static struct judged *
add_policy(struct check *c, const struct side_policy *p)
{
	struct arena *a = &c->options.arena;
	struct judged *j = ARENA_NEW(a, struct judged);

	j->policy = p;
	j->places.options = &c->options;
	j->places.policy = p;
	j->name = for_macos(c) ? p->name : text_of(blob_profile_name(&p->blob));
	if (j->name.len == 0)
		j->name = p->key;
	if (for_macos(c))
		return side_seatbelt_open(
			   &c->options, p, &c->launch, &j->seatbelt)
			   ? j
			   : NULL;
	judge_init(&j->judge, a, &p->blob, &c->assertions);
	return j;
}

static int
load_policies(struct check *c)
{
	if (for_macos(c))
		c->launch =
		    assert_seatbelt_launch(&c->options.arena, &c->assertions);
	for (uint32_t i = 0; i < c->arguments.n; i++) {
		struct side *side = ARENA_NEW(&c->options.arena, struct side);
		int status =
		    side_load_any(side, &c->options, c->arguments.v[i], false);

		if (status == EXIT_HOLDS && !side_has_some(&c->options, side))
			status = EXIT_REJECTED;
		if (status != EXIT_HOLDS)
			return status;
		for (uint32_t k = 0; k < side->policies.n; k++) {
			struct judged *j = add_policy(c, &side->policies.v[k]);

			if (j == NULL)
				return EXIT_REJECTED;
			*VEC_PUSH(&c->options.arena, &c->given) = j;
		}
	}
	return EXIT_HOLDS;
}

static void
close_policies(struct check *c)
{
	for (uint32_t i = 0; for_macos(c) && i < c->given.n; i++) {
		seatbelt_places_close(&c->given.v[i]->places);
		sbpl_file_close(&c->given.v[i]->seatbelt);
	}
	for (uint32_t i = 0; for_macos(c) && i < c->others.n; i++)
		sbpl_file_close(&c->others.v[i]->seatbelt);
}

static bool
load_assertions(struct check *c)
{
	const struct assert_resolver r = {
	    &c->options.store, &c->options.target};
	bool ok = true;

	for (uint32_t i = 0; i < c->files.n; i++)
		ok = assert_load_named(&r, c->files.v[i], &c->assertions) && ok;
	if (ok && c->assertions.list.n == 0) {
		struct diag *d = diag_at(&c->options.diags, DIAG_NOTHING_THERE,
		    (struct span){0}, "\"%s\" has no assertion in it",
		    c->files.v[0]);

		diag_help(&c->options.diags, d,
		    "an assertion reads as \"assert NAME: never write on "
		    "$HOME/.bashrc;\"; std.assert comes with nonoc");
		return false;
	}
	assert_expire(&c->assertions, c->today);
	return ok;
}

static struct judged *
find_given(struct check *c, struct text name)
{
	for (uint32_t i = 0; i < c->given.n; i++)
		if (text_equal(c->given.v[i]->name, name))
			return c->given.v[i];
	return NULL;
}

static bool
same_policy(
    const struct check *c, const struct judged *a, const struct judged *b)
{
	if (for_macos(c))
		return text_equal(a->policy->seatbelt, b->policy->seatbelt);
	return memcmp(a->policy->blob.bytes + BLOB_H_ID,
		   b->policy->blob.bytes + BLOB_H_ID, BLOB_ID_SIZE) == 0;
}

/* What is said of a profile is said of one: a second must not take its name. */
static bool
check_single(struct check *c, const struct assert_word *w)
{
	const struct judged *first = find_given(c, w->text);
	struct diag *diag;

	for (uint32_t i = 0; first != NULL && i < c->given.n; i++) {
		const struct judged *other = c->given.v[i];

		if (!text_equal(other->name, w->text) ||
		    same_policy(c, first, other))
			continue;
		diag = diag_at(&c->options.diags, DIAG_TWO_OF_A_NAME, w->at,
		    "\"%.*s\" and \"%.*s\" both call themselves \"%.*s\"",
		    (int)first->policy->shown.len, first->policy->shown.s,
		    (int)other->policy->shown.len, other->policy->shown.s,
		    (int)w->text.len, w->text.s);
		diag_help(&c->options.diags, diag,
		    "give one of them another \"name\" in \"meta\"");
		return false;
	}
	return true;
}

/* A name that means no profile at all would make an assertion empty. */
static bool
check_name(struct check *c, const struct assert_word *w)
{
	struct arena *a = &c->options.arena;
	struct store *s = &c->options.store;
	struct name_array lists[] = {
	    store_list_profiles(s, STORE_INSTALLED),
	    store_list_profiles(s, STORE_USER),
	};
	struct VEC(const char *) names = {0};
	struct diag *diag;
	const char *near;

	for (uint32_t i = 0; i < c->given.n; i++)
		*VEC_PUSH(a, &names) = arena_text(a, c->given.v[i]->name).s;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		for (uint32_t k = 0; k < lists[i].n; k++)
			*VEC_PUSH(a, &names) = lists[i].v[k];
	for (uint32_t i = 0; i < names.n; i++)
		if (text_is(w->text, names.v[i]))
			return check_single(c, w);
	near = diag_nearest(w->text, names.v, names.n);
	diag = diag_at(&c->options.diags, DIAG_ASSERT_PROFILE, w->at,
	    "no profile is named \"%.*s\"", (int)w->text.len, w->text.s);
	if (near != NULL)
		diag_help(
		    &c->options.diags, diag, "did you mean \"%s\"?", near);
	else
		diag_help(&c->options.diags, diag,
		    "give it on the command line, or remove the name");
	return false;
}

static bool
check_list(struct check *c, const struct assert_words *list)
{
	bool ok = true;

	for (const struct assert_word *w = list->first; w != NULL; w = w->next)
		ok = check_name(c, w) && ok;
	return ok;
}

static bool
check_names(struct check *c)
{
	bool ok = true;

	for (uint32_t i = 0; i < c->assertions.list.n; i++) {
		const struct assertion *a = &c->assertions.list.v[i];

		ok = check_list(c, a->profiles) && check_list(c, a->only) && ok;
		if (a->kind != ASSERT_WITHIN && a->kind != ASSERT_DISJOINT)
			continue;
		ok = check_name(c, &a->rule->left) && ok;
		if (!a->rule->right_is_file)
			ok = check_name(c, &a->rule->right) && ok;
	}
	for (uint32_t i = 0; i < c->assertions.waivers.n; i++)
		ok = check_list(c, c->assertions.waivers.v[i].profiles) && ok;
	return ok;
}

/*
 * A file is named from where the assertion stands, which may be in a revision:
 * "main:team/a.assert" has "main:team/b.json" beside it.
 */
static const char *
beside(struct check *c, const struct assertion *a, const struct assert_word *w)
{
	const bool in_git = a->revision != NULL;
	struct text from =
	    in_git ? text_of(a->revision)
		   : source_get(&c->options.sources, w->at.source)->path;

	while (from.len > 0 && from.s[from.len - 1] != '/' &&
	       (!in_git || from.s[from.len - 1] != ':'))
		from.len--;
	if (w->text.len > 0 && w->text.s[0] == '/')
		from.len = 0;
	return arena_printf(&c->options.arena, "%.*s%.*s", (int)from.len,
	    from.s, (int)w->text.len, w->text.s)
	    .s;
}

static int
find_other(struct check *c, const struct assertion *of,
    const struct assert_word *w, bool file, struct judged **ret)
{
	struct arena *a = &c->options.arena;
	struct side_policy *policy;
	struct judged *found = file ? NULL : find_given(c, w->text);
	int status;

	for (uint32_t i = 0; i < c->others.n && found == NULL && !file; i++)
		if (text_equal(c->others.v[i]->policy->key, w->text))
			found = c->others.v[i];
	if (found == NULL) {
		policy = ARENA_NEW(a, struct side_policy);
		status = side_load_one_any(policy, &c->options,
		    file ? beside(c, of, w) : arena_text(a, w->text).s, false);
		if (status != EXIT_HOLDS)
			return status;
		found = add_policy(c, policy);
		if (found == NULL)
			return EXIT_REJECTED;
		*VEC_PUSH(a, &c->others) = found;
	}
	*ret = found;
	return EXIT_HOLDS;
}

static int
judge_two(struct check *c, struct assert_reporter *r, const struct assertion *a)
{
	struct judged *left, *right;
	struct judgement j;
	int status = find_other(c, a, &a->rule->left, false, &left);

	if (status == EXIT_HOLDS)
		status = find_other(
		    c, a, &a->rule->right, a->rule->right_is_file, &right);
	if (status != EXIT_HOLDS)
		return status;
	if (for_macos(c)) {
		const struct seatbelt_pair pair = {
		    .r = r,
		    .a = a,
		    .launch = &c->launch,
		    .left = left->policy,
		    .right = right->policy,
		    .left_file = &left->seatbelt,
		    .right_file = &right->seatbelt,
		};

		assert_seatbelt_pair(&pair);
		return EXIT_HOLDS;
	}
	judge_pair(&left->judge, &right->judge, a, &j);
	assert_report(r, a, left->policy, &j);
	return EXIT_HOLDS;
}

/*
 * An assertion for a profile is for the file of that name, too, whatever the
 * profile calls itself.
 */
static bool
applies(const struct assertion *a, const struct judged *g)
{
	struct text file = g->policy->key;

	for (uint32_t i = file.len; i > 0; i--)
		if (file.s[i - 1] == '/') {
			file = (struct text){file.s + i, file.len - i};
			break;
		}
	return assert_applies(a->profiles, g->name) ||
	       assert_applies(a->profiles, file);
}

static int
judge_one(struct check *c, struct assert_reporter *r, const struct assertion *a)
{
	bool asked = false;

	if (a->other_platform) {
		r->tally.elsewhere++;
		return EXIT_HOLDS;
	}
	if (a->kind == ASSERT_WITHIN || a->kind == ASSERT_DISJOINT)
		return judge_two(c, r, a);
	for (uint32_t i = 0; i < c->given.n; i++) {
		struct judged *g = c->given.v[i];
		struct judgement j;
		struct text first;

		if (!applies(a, g))
			continue;
		asked = true;
		if (for_macos(c)) {
			const uint32_t hold = r->tally.hold;

			assert_seatbelt(r, &c->assertions, a, g->policy,
			    &c->launch, &g->seatbelt, g->name, &first);
			if (r->tally.hold > hold)
				assert_seatbelt_elsewhere(r, &c->assertions, a,
				    &g->places, &c->launch, &g->seatbelt,
				    g->name);
			continue;
		}
		judge_assertion(&g->judge, g->name, a, &j);
		assert_report(r, a, g->policy, &j);
	}
	if (!asked)
		assert_report_not_asked(r, a);
	return EXIT_HOLDS;
}

static void
judge_waivers(struct check *c, struct assert_reporter *r)
{
	for (uint32_t i = 0; i < c->assertions.waivers.n; i++) {
		const struct waiver *w = &c->assertions.waivers.v[i];
		const struct assertion *a = &c->assertions.list.v[w->assertion];
		bool asked = false;

		for (uint32_t k = 0; k < c->given.n && !a->other_platform; k++)
			asked =
			    asked ||
			    (assert_applies(w->profiles, c->given.v[k]->name) &&
				assert_applies(
				    a->profiles, c->given.v[k]->name));
		if (!asked)
			continue;
		if (w->expired)
			assert_report_waiver(r, FINDING_WAIVER_EXPIRED, a, w);
		else if (!w->used)
			assert_report_waiver(r, FINDING_WAIVER_UNUSED, a, w);
	}
}

static void
conclude(struct check *c, const struct assert_tally *t)
{
	struct report *r = &c->report;
	struct text elsewhere = TEXT("");

	if (t->elsewhere > 0)
		elsewhere = arena_printf(r->arena, ", %u only for %s",
		    t->elsewhere, for_macos(c) ? "Linux" : "macOS");
	r->status = t->violated > 0    ? EXIT_DIFFERS
		    : t->undecided > 0 ? EXIT_ENVIRONMENT
				       : EXIT_HOLDS;
	r->verdict = t->violated > 0	? "violated"
		     : t->undecided > 0 ? "undecided"
					: "holds";
	r->summary = arena_printf(r->arena,
	    "%u assertion%s, %u polic%s: %u hold, %u violated, %u undecided, "
	    "%u not applied%.*s; %u place%s waived",
	    c->assertions.list.n, c->assertions.list.n == 1 ? "" : "s",
	    c->given.n, c->given.n == 1 ? "y" : "ies", t->hold, t->violated,
	    t->undecided, t->not_asked, (int)elsewhere.len, elsewhere.s,
	    t->waived, t->waived == 1 ? "" : "s");
}

static int
check(struct check *c)
{
	struct assert_reporter r = {
	    .report = &c->report, .sources = &c->options.sources};
	int status;

	if (!load_assertions(c))
		return EXIT_REJECTED;
	status = load_policies(c);
	if (status != EXIT_HOLDS)
		return status;
	if (!check_names(c))
		return EXIT_REJECTED;
	for (uint32_t i = 0; i < c->assertions.list.n; i++) {
		status = judge_one(c, &r, &c->assertions.list.v[i]);
		if (status != EXIT_HOLDS)
			return status;
	}
	judge_waivers(c, &r);
	conclude(c, &r.tally);
	report_print(&c->report, c->style, stdout);
	return c->report.status;
}

int
cmd_check(int argc, char **argv)
{
	struct check c = {.style = report_style_default()};
	char today[DATE_SIZE];
	int status;

	option_init(&c.options);
	c.report.arena = &c.options.arena;
	c.report.verb = "check";
	date_today(today);
	c.today = today;
	status = parse(&c, argc, argv);
	if (status == EXIT_HOLDS)
		status = check(&c);
	close_policies(&c);
	compile_finish(&c.options);
	return status;
}
