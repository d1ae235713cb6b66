#include <config.h>

#include "compiler/lint/lint.h"
#include "compiler/seatbelt/assert_seatbelt.h"

/*
 * The lists of std.assert, as findings.  They are data, installed and read
 * like everybody's: what is added there is found here.
 */
/* clang-format off */
static const struct {
	const char *assertion;
	enum finding_code code;
	const char *what; /* behind the witness and a comma */
	bool common;	  /* comes with working at all: a note */
} meanings[] = {
	{ "secrets",        FINDING_SECRET_OPEN,    "which holds keys, tokens or passwords", false },
	{ "system-secrets", FINDING_SECRET_OPEN,    "which holds keys or passwords of the system", false },
	{ "shell-startup",  FINDING_RUNS_LATER,     "which a shell or session runs when it starts", false },
	{ "services",       FINDING_RUNS_LATER,     "which a service manager or desktop starts", false },
	{ "programs",       FINDING_PATH_WRITABLE,  "where programs are looked for", false },
	{ "editors",        FINDING_RUNS_LATER,     "which an editor runs", false },
	{ "vcs",            FINDING_RUNS_LATER,     "which names programs for git or hg to run", false },
	{ "packages",       FINDING_RUNS_LATER,     "which decides what the next install runs", false },
	{ "code-caches",    FINDING_RUNS_LATER,     "whose contents are run or linked", false },
	{ "agents",         FINDING_RUNS_LATER,     "which names commands for an agent to run", false },
	{ "project",        FINDING_RUNS_LATER,     "which git, an editor or an agent runs", true },
	{ "engines",        FINDING_SOCKET_REACHED, "whose owner starts programs outside", false },
	{ "key-agents",     FINDING_SOCKET_REACHED, "which signs with the user's keys", false },
	{ "buses",          FINDING_SOCKET_REACHED, "which starts programs outside", false },
	{ "shared-sockets", FINDING_SOCKET_REACHED, "with the sockets of other programs in it", true },
	{ "macos-secrets",  FINDING_SECRET_OPEN,    "which holds keys, tokens or passwords", false },
	/* All of /private is open there, to whoever the files' modes let in. */
	{ "macos-system-secrets", FINDING_SECRET_OPEN, "which holds keys or passwords of the system", true },
	{ "macos-services", FINDING_RUNS_LATER,     "which launchd, a session or a shell starts", false },
	{ "macos-programs", FINDING_PATH_WRITABLE,  "where programs lie", false },
	{ "macos-editors",  FINDING_RUNS_LATER,     "which an editor runs", false },
	{ "macos-code-caches", FINDING_RUNS_LATER,  "whose contents are run or linked", false },
	{ "macos-engines",  FINDING_SOCKET_REACHED, "whose owner starts programs outside", false },
	{ "macos-key-agents", FINDING_SOCKET_REACHED, "which signs with the user's keys", false },
	{ "macos-shared-sockets", FINDING_SOCKET_REACHED, "with the sockets of other programs in it", true },
};
/* clang-format on */

enum { PLACES_MAX = 4 };

/* `more` places, besides, of which there may be further ones. */
static struct finding *
add(struct lint *l, size_t meaning, struct text what, uint32_t more,
    bool further)
{
	struct finding *f =
	    finding_add(l->report, meanings[meaning].code, "found");

	if (meanings[meaning].common)
		f->level = REPORT_NOTE;
	f->subject = l->policy->shown;
	f->identity = text_of(meanings[meaning].assertion);
	f->message = arena_printf(l->report->arena, "the policy may %.*s, %s",
	    (int)what.len, what.s, meanings[meaning].what);
	if (more > 0)
		report_detail(l->report, f,
		    "and %u%s more of its kind: nonoc check std.assert", more,
		    further ? " or" : "");
	return f;
}

static void
report(struct lint *l, size_t meaning, const struct judgement *j)
{
	struct arena *a = l->judge->arena;
	const struct hit *h = &j->hits.v[0];
	struct finding *f =
	    add(l, meaning, assert_hit_print(a, h), j->hits.n - 1, j->more);

	f->region = assert_witness(a, h);
	for (uint32_t i = 0; i < h->rules.n; i++)
		(void)side_places(l->report, f, l->policy, BLOB_PATH,
		    h->rules.v[i], "granted by", PLACES_MAX);
}

/* ARRAY_LEN(meanings): not one of the lists, or not of this target. */
static size_t
meaning_of(const struct assertion *a)
{
	size_t m = 0;

	while (
	    m < ARRAY_LEN(meanings) && !text_is(a->name, meanings[m].assertion))
		m++;
	return a->other_platform ? ARRAY_LEN(meanings) : m;
}

void
lint_std(struct lint *l)
{
	const struct assertions *all = l->judge->assertions;

	for (uint32_t i = 0; i < all->list.n; i++) {
		const struct assertion *a = &all->list.v[i];
		const size_t m = meaning_of(a);
		struct judgement j;

		if (m == ARRAY_LEN(meanings))
			continue;
		judge_assertion(l->judge, l->name, a, &j);
		if (j.verdict == ASSERT_VIOLATED && j.hits.n > 0)
			report(l, m, &j);
	}
}

/* Has it been said of another list, and of the same rule? */
static bool
is_said(
    const struct lint *l, enum finding_code code, const struct finding *from)
{
	for (uint32_t i = 0; i < l->report->findings.n; i++) {
		const struct finding *f = l->report->findings.v[i];

		if (finding_is(f, code) && strcmp(f->verdict, "unsure") == 0 &&
		    text_equal(f->subject, l->policy->shown) &&
		    f->details.n > 0 && from->details.n > 0 &&
		    text_equal(f->details.v[0], from->details.v[0]))
			return true;
	}
	return false;
}

/* A pattern that somebody wrote may permit it, or not. */
static void
report_unsure(struct lint *l, size_t meaning, const struct finding *from)
{
	struct finding *f;

	if (is_said(l, meanings[meaning].code, from))
		return;
	f = finding_add(l->report, meanings[meaning].code, "unsure");
	if (meanings[meaning].common)
		f->level = REPORT_NOTE;
	f->subject = l->policy->shown;
	f->identity = text_of(meanings[meaning].assertion);
	f->message = arena_printf(l->report->arena,
	    "it cannot be told whether the policy opens a place %s",
	    meanings[meaning].what);
	for (uint32_t i = 1; i < from->places.n; i++)
		report_place(l->report, f, from->places.v[i]);
	for (uint32_t i = 0; i < from->details.n; i++)
		report_detail(l->report, f, "%.*s", (int)from->details.v[i].len,
		    from->details.v[i].s);
}

struct macos_try {
	struct report own;
	struct text hit;
};

static void
judge_seatbelt(struct lint *l, struct assertions *assertions,
    const struct assertion *a, const struct lint_launch *where,
    struct macos_try *ret)
{
	struct assert_reporter r = {&ret->own, &l->options->sources, {0}};

	*ret = (struct macos_try){.own = {.arena = l->report->arena}};
	assert_seatbelt(&r, assertions, a, l->policy, &where->launch,
	    where->file, l->name, &ret->hit);
}

static void
report_seatbelt(struct lint *l, size_t meaning, const struct macos_try *found,
    const struct lint_launch *where)
{
	const struct finding *first = found->own.findings.v[0];
	struct finding *f;

	if (found->hit.len == 0) {
		report_unsure(l, meaning, first);
		return;
	}
	f = add(l, meaning, found->hit, found->own.findings.n - 1, false);
	f->region = first->region;
	if (where->what[0] != '\0')
		report_detail(l->report, f, "%s", where->what);
	/* The assertion itself stands first. */
	for (uint32_t i = 1; i < first->places.n; i++)
		report_place(l->report, f, first->places.v[i]);
}

void
lint_std_seatbelt(struct lint *l, struct assertions *assertions,
    const struct lint_launch *launches, size_t n)
{
	for (uint32_t i = 0; i < assertions->list.n; i++) {
		const struct assertion *a = &assertions->list.v[i];
		const size_t m = meaning_of(a);
		struct macos_try best = {0};
		size_t k = 0, at = 0;

		if (m == ARRAY_LEN(meanings))
			continue;
		for (; k < n && best.hit.len == 0; k++) {
			struct macos_try one;

			judge_seatbelt(l, assertions, a, &launches[k], &one);
			if (one.hit.len == 0 && best.own.findings.n > 0)
				continue;
			best = one;
			at = k;
		}
		if (best.own.findings.n > 0)
			report_seatbelt(l, m, &best, &launches[at]);
	}
}
