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

bool
lint_std_seatbelt(struct lint *l, struct assertions *assertions)
{
	const struct seatbelt_launch launch =
	    assert_seatbelt_launch(l->report->arena, assertions);
	struct sbpl_file file;

	if (!side_seatbelt_open(l->options, l->policy, &launch, &file))
		return false;
	for (uint32_t i = 0; i < assertions->list.n; i++) {
		const struct assertion *a = &assertions->list.v[i];
		const size_t m = meaning_of(a);
		struct report own = {.arena = l->report->arena};
		struct assert_reporter r = {&own, &l->options->sources, {0}};
		const struct finding *first;
		struct finding *f;
		struct text hit;

		if (m == ARRAY_LEN(meanings))
			continue;
		assert_seatbelt(&r, assertions, a, l->policy, &launch, &file,
		    l->name, &hit);
		if (hit.len == 0)
			continue;
		first = own.findings.v[0];
		f = add(l, m, hit, own.findings.n - 1, false);
		f->region = first->region;
		/* The assertion itself stands first. */
		for (uint32_t k = 1; k < first->places.n; k++)
			report_place(l->report, f, first->places.v[k]);
	}
	sbpl_file_close(&file);
	return true;
}
