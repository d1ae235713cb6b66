#include <config.h>

#include "compiler/seatbelt/assert_seatbelt.h"
#include "compiler/seatbelt/sbpl_disjoint.h"

/* Assertions about two policies for macOS. */

static struct finding *
pair_finding(
    const struct seatbelt_pair *p, enum finding_code code, const char *verdict)
{
	struct finding *g = assert_finding(p->r, p->a, code, verdict);

	g->subject = p->left->shown;
	return g;
}

static struct finding *
undecided(const struct seatbelt_pair *p, struct text why)
{
	const struct text title = assert_title(p->r->sources, p->a);
	struct finding *g =
	    pair_finding(p, FINDING_ASSERT_UNDECIDED, "undecided");

	p->r->tally.undecided++;
	g->message = arena_printf(p->r->report->arena,
	    "assertion %.*s: of %.*s it cannot be told on macOS",
	    (int)title.len, title.s, (int)p->left->shown.len, p->left->shown.s);
	report_detail(p->r->report, g, "%.*s", (int)why.len, why.s);
	return g;
}

static void
within(const struct seatbelt_pair *p)
{
	struct arena *a = p->r->report->arena;
	struct report scratch = {.arena = a};
	struct sbpl_difference d;
	uint32_t unknown = 0;

	sbpl_compare(&scratch, p->right_file, p->left_file, p->left->key, &d);
	for (uint32_t i = 0; i < scratch.findings.n; i++)
		unknown += sbpl_may_permit(scratch.findings.v[i]);
	if (d.gained == 0 && unknown + d.left_off > 0) {
		(void)undecided(
		    p, TEXT("nonoc gate shows what cannot be told"));
		return;
	}
	if (d.gained == 0) {
		p->r->tally.hold++;
		return;
	}
	p->r->tally.violated++;
	for (uint32_t i = 0; i < scratch.findings.n; i++) {
		const struct finding *more = scratch.findings.v[i];
		const struct text title = assert_title(p->r->sources, p->a);
		struct finding *g;

		if (more->level != REPORT_ERROR)
			continue;
		g = pair_finding(p, FINDING_ASSERT_VIOLATED, "violated");
		g->region = more->region;
		g->message = arena_printf(a,
		    "assertion %.*s: %.*s may %.*s on macOS", (int)title.len,
		    title.s, (int)p->left->shown.len, p->left->shown.s,
		    (int)more->message.len, more->message.s);
		for (uint32_t k = 0; k < more->places.n; k++)
			report_place(p->r->report, g, more->places.v[k]);
	}
}

static bool
is_excepted(const void *of, struct text path, bool in_lower)
{
	const struct seatbelt_pair *p = of;
	struct arena *a = p->r->report->arena;

	for (uint32_t i = 0; i < p->a->except.paths.n; i++) {
		const struct region *r = &p->a->except.paths.v[i];
		struct text place = seatbelt_place(a, p->launch, r->path);

		if (in_lower)
			place = text_in_lower(a, place);
		if (sbpl_path_is_in(path, place, r->tree))
			return true;
	}
	return false;
}

static const char *
word_of(enum sbpl_op op)
{
	return op == SBPL_OP_FILE_READ_DATA	 ? "read"
	       : op == SBPL_OP_FILE_WRITE_DATA	 ? "write"
	       : op == SBPL_OP_FILE_WRITE_CREATE ? "create"
	       : op == SBPL_OP_FILE_WRITE_UNLINK ? "remove"
	       : op == SBPL_OP_PROCESS_EXEC_ANY	 ? "execute"
	       : op == SBPL_OP_NETWORK_OUTBOUND	 ? "connect to"
						 : sbpl_op_name(op);
}

static void
add_rule(const struct seatbelt_pair *p, struct finding *g, unsigned policy,
    const struct sbpl_use *use, const char *what)
{
	const struct sbpl_file *f = policy == 0 ? p->left_file : p->right_file;

	if (use->rule != NULL)
		sbpl_file_places(p->r->report, g, f,
		    use->at != NULL ? use->at->at : use->rule->at, what);
}

static struct text
both_print(const struct seatbelt_pair *p, const struct sbpl_meeting *m,
    const char *may)
{
	const struct text names[2] = {p->left->shown, p->right->shown};
	const struct text one = names[m->changer], two = names[!m->changer];

	return arena_printf(p->r->report->arena,
	    "%.*s %s %s %.*s and %.*s %s %s it", (int)one.len, one.s, may,
	    word_of(m->change.op), (int)m->path.len, m->path.s, (int)two.len,
	    two.s, may, word_of(m->use.op));
}

static void
report_meeting(const struct seatbelt_pair *p, const struct sbpl_meeting *m)
{
	const struct text title = assert_title(p->r->sources, p->a);
	const struct text both = both_print(p, m, "may");
	struct finding *g =
	    pair_finding(p, FINDING_ASSERT_VIOLATED, "violated");

	g->region = m->path;
	g->message =
	    arena_printf(p->r->report->arena, "assertion %.*s: %.*s on macOS",
		(int)title.len, title.s, (int)both.len, both.s);
	add_rule(p, g, m->changer, &m->change, "granted by");
	add_rule(p, g, !m->changer, &m->use, "granted by");
}

static struct text
rule_print(const struct seatbelt_pair *p, const struct sbpl_use *use)
{
	struct sbpl_rule one;

	if (use->rule == NULL)
		return TEXT("what nobody published");
	one = *use->rule;
	if (use->at != NULL)
		one.filter = use->at;
	return sbpl_rule_text(p->r->report->arena, &one);
}

/* Names the two rules of which it cannot be told whether they meet. */
static void
report_doubt(const struct seatbelt_pair *p, const struct sbpl_meeting *m,
    struct text why)
{
	const struct text one = rule_print(p, &m->change);
	const struct text two = rule_print(p, &m->use);
	struct finding *g = undecided(p, why);

	report_detail(p->r->report, g, "by %.*s and %.*s", (int)one.len, one.s,
	    (int)two.len, two.s);
	g->region = m->path;
	add_rule(p, g, m->changer, &m->change, "changed by");
	add_rule(p, g, !m->changer, &m->use, "used by");
}

static void
report_bound(const struct seatbelt_pair *p, const struct sbpl_meetings *m)
{
	const struct sbpl_use use = {.rule = m->bound};
	const struct text rule = rule_print(p, &use);
	struct finding *g = undecided(
	    p, arena_printf(p->r->report->arena,
		   "a rule depends on where %.*s lies: \"assume %.*s is ...\" "
		   "settles it",
		   (int)m->root.len, m->root.s, (int)m->root.len, m->root.s));

	report_detail(p->r->report, g, "it is %.*s", (int)rule.len, rule.s);
	add_rule(p, g, m->bound_in, &use, "depends on it");
}

static void
disjoint(const struct seatbelt_pair *p)
{
	struct arena *a = p->r->report->arena;
	struct sbpl_paths paths;
	struct sbpl_meetings m;
	const struct sbpl_disjoint d = {
	    .files = {p->left_file, p->right_file},
	    .paths = &paths,
	    .leave_out = is_excepted,
	    .of = p,
	};

	sbpl_paths_init(&paths, a, SBPL_ALL_PATHS);
	for (uint32_t i = 0; i < p->a->except.paths.n; i++)
		sbpl_paths_add_place(&paths,
		    seatbelt_place(a, p->launch, p->a->except.paths.v[i].path),
		    p->a->except.paths.v[i].tree);
	sbpl_disjoint(&d, &m);
	if (m.sure.n > 0)
		p->r->tally.violated++;
	for (uint32_t i = 0; i < m.sure.n && i < HITS_MAX; i++)
		report_meeting(p, &m.sure.v[i]);
	if (m.sure.n > 0)
		return;
	if (m.doubt.path.s != NULL)
		report_doubt(
		    p, &m.doubt, both_print(p, &m.doubt, "perhaps may"));
	else if (!m.complete)
		(void)undecided(p,
		    TEXT(
			"the patterns of the two are too much to be compared"));
	else if (m.placed.path.s != NULL)
		report_doubt(p, &m.placed,
		    arena_printf(a,
			"they meet where %.*s lies at %.*s: \"assume %.*s is "
			"...\" settles it",
			(int)m.root.len, m.root.s, (int)m.placed.path.len,
			m.placed.path.s, (int)m.root.len, m.root.s));
	else if (m.bound != NULL)
		report_bound(p, &m);
	else
		p->r->tally.hold++;
}

void
assert_seatbelt_pair(const struct seatbelt_pair *p)
{
	if (p->a->kind == ASSERT_WITHIN)
		within(p);
	else
		disjoint(p);
}
