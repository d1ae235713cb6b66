#include <config.h>

#include "compiler/review/assert_report.h"

enum { PLACES_MAX = 8 }; /* of one rule */

static struct report_place
place_of(const struct sources *s, struct span at, const char *what)
{
	struct place p = source_place(s, at.source, at.begin);

	return (struct report_place){
	    .file = source_get(s, at.source)->name,
	    .line = p.line,
	    .column = p.column,
	    .what = text_of(what),
	};
}

struct text
assert_title(const struct sources *s, const struct assertion *a)
{
	if (a->name.len > 0)
		return a->name;
	return (struct text){source_get(s, a->at.source)->text.s + a->at.begin,
	    a->at.end - a->at.begin};
}

static struct text
path_text(struct arena *a, const struct decide_path *p)
{
	return path_print(a, (struct path){p->root, p->suffix});
}

static struct text
root_name(struct arena *a, int root)
{
	return path_print(a, (struct path){(enum blob_root)root, {"", 0}});
}

/* What is special about a view: "$CWD is $HOME, ..."; else the usual one. */
static struct text
view_text(struct arena *a, const struct view *v)
{
	struct text t = {"", 0};
	struct decide_env usual;

	decide_env_init(&usual);
	for (int i = BLOB_ROOT_HOME; i < BLOB_ROOTS; i++) {
		const struct decide_path *p = &v->env.places[i];
		struct text root, place;

		if (p->root == usual.places[i].root &&
		    text_equal(p->suffix, usual.places[i].suffix))
			continue;
		root = root_name(a, i);
		place = path_text(a, p);
		t = arena_printf(a, "%.*s%s%.*s is %.*s", (int)t.len, t.s,
		    t.len > 0 ? ", " : "", (int)root.len, root.s,
		    (int)place.len, place.s);
	}
	if (v->env.uid >= 0)
		t = arena_printf(a, "%.*s%s$UID is %lld", (int)t.len, t.s,
		    t.len > 0 ? ", " : "", (long long)v->env.uid);
	return t.len > 0 ? t : TEXT("no root lies within another");
}

struct finding *
assert_finding(struct assert_reporter *r, const struct assertion *a,
    enum finding_code code, const char *verdict)
{
	struct finding *f = finding_add(r->report, code, verdict);

	f->identity = assert_title(r->sources, a);
	report_place(r->report, f, place_of(r->sources, a->at, ""));
	return f;
}

static void
add_rules(struct assert_reporter *r, struct finding *f,
    const struct side_policy *p, const struct hit *h)
{
	bool known = true;

	for (uint32_t i = 0; i < h->rules.n; i++)
		known = side_places(r->report, f, p,
			    h->is_port ? BLOB_PORT : BLOB_PATH, h->rules.v[i],
			    "granted by", PLACES_MAX) &&
			known;
	if (!known && p->blob.nlinks == 0)
		report_detail(r->report, f,
		    "the policy has no provenance, so no line can be named");
}

static void
report_hit(struct assert_reporter *r, const struct assertion *a,
    const struct side_policy *p, const struct hit *h)
{
	struct arena *arena = r->report->arena;
	struct finding *f =
	    assert_finding(r, a, FINDING_ASSERT_VIOLATED, "violated");
	struct text title = assert_title(r->sources, a);
	struct text what = assert_hit_print(arena, h);

	f->subject = p->shown;
	f->region =
	    h->is_port || h->what != NULL ? what : assert_witness(arena, h);
	f->message = arena_printf(arena, "assertion %.*s: %.*s %s %.*s",
	    (int)title.len, title.s, (int)p->shown.len, p->shown.s,
	    assert_hit_verb(h->kind), (int)what.len, what.s);
	if (h->kind == HIT_UNENFORCED)
		report_detail(r->report, f,
		    "the policy accepts kernels of Landlock ABI %u, which "
		    "cannot restrict that: compile with --target "
		    "linux:abi=%u, or write \"for abi >= %u\"",
		    h->view->env.abi, assert_hit_abi(h), assert_hit_abi(h));
	if (h->kind == HIT_UNASKED)
		report_detail(r->report, f,
		    "the policy accepts kernels of Landlock ABI %u, which do "
		    "not know that right: compile with --target linux:abi=%u, "
		    "or write \"for abi >= %u\"",
		    h->view->env.abi, assert_hit_abi(h), assert_hit_abi(h));
	if (h->view->env.absent)
		report_detail(r->report, f,
		    "so it is where the socket is missing at launch and its "
		    "directory stands in for it");
	add_rules(r, f, p, h);
}

static void
report_undecided(struct assert_reporter *r, const struct assertion *a,
    const struct side_policy *p, const struct judgement *j)
{
	struct arena *arena = r->report->arena;
	struct finding *f =
	    assert_finding(r, a, FINDING_ASSERT_UNDECIDED, "undecided");
	struct text title = assert_title(r->sources, a), what, where;

	f->subject = p->shown;
	if (j->no_launch) {
		f->message = arena_printf(arena,
		    "assertion %.*s: nono-load would refuse to launch %.*s, "
		    "so that nothing can be said",
		    (int)title.len, title.s, (int)p->shown.len, p->shown.s);
		return;
	}
	what = assert_hit_print(arena, &j->hits.v[0]);
	f->region = assert_witness(arena, &j->hits.v[0]);
	f->message = arena_printf(arena,
	    "assertion %.*s: whether %.*s may %.*s depends on where "
	    "directories lie",
	    (int)title.len, title.s, (int)p->shown.len, p->shown.s,
	    (int)what.len, what.s);
	where = view_text(arena, j->holds_in);
	report_detail(
	    r->report, f, "it holds where %.*s", (int)where.len, where.s);
	where = view_text(arena, j->hits.v[0].view);
	report_detail(
	    r->report, f, "it fails where %.*s", (int)where.len, where.s);
	report_detail(r->report, f,
	    "to judge one place only, write: assume $CWD is $HOME/project;");
	add_rules(r, f, p, &j->hits.v[0]);
}

void
assert_report_empty(struct assert_reporter *r, const struct assertion *a,
    const struct side_policy *p)
{
	struct finding *f =
	    assert_finding(r, a, FINDING_ASSERT_VIOLATED, "violated");
	struct text title = assert_title(r->sources, a);

	f->subject = p->shown;
	f->message = arena_printf(r->report->arena,
	    "assertion %.*s: \"always\" of an empty set is no promise",
	    (int)title.len, title.s);
}

void
assert_report(struct assert_reporter *r, const struct assertion *a,
    const struct side_policy *policy, const struct judgement *j)
{
	r->tally.waived += j->waived;
	switch (j->verdict) {
	case ASSERT_HOLDS:
		r->tally.hold++;
		return;
	case ASSERT_UNDECIDED:
		r->tally.undecided++;
		report_undecided(r, a, policy, j);
		return;
	case ASSERT_VIOLATED:
		break;
	}
	r->tally.violated++;
	for (uint32_t i = 0; i < j->hits.n; i++)
		report_hit(r, a, policy, &j->hits.v[i]);
	if (j->hits.n == 0)
		assert_report_empty(r, a, policy);
	if (j->more)
		report_detail(r->report,
		    r->report->findings.v[r->report->findings.n - 1],
		    "and more: the first %d places are shown", HITS_MAX);
}

void
assert_report_not_asked(struct assert_reporter *r, const struct assertion *a)
{
	struct finding *f =
	    assert_finding(r, a, FINDING_ASSERT_NOT_ASKED, "not applied");
	struct text title = assert_title(r->sources, a);

	r->tally.not_asked++;
	f->message = arena_printf(r->report->arena,
	    "assertion %.*s is for profiles that were not given",
	    (int)title.len, title.s);
}

void
assert_report_waiver(struct assert_reporter *r, enum finding_code code,
    const struct assertion *a, const struct waiver *w)
{
	bool expired = code == FINDING_WAIVER_EXPIRED;
	struct finding *f =
	    finding_add(r->report, code, expired ? "expired" : "unused");
	struct text title = assert_title(r->sources, a);

	r->tally.violated++;
	f->identity = arena_printf(r->report->arena, "%.*s %.*s",
	    (int)title.len, title.s, (int)w->reason.len, w->reason.s);
	report_place(r->report, f, place_of(r->sources, w->at, ""));
	report_place(
	    r->report, f, place_of(r->sources, a->at, "the assertion"));
	if (expired)
		f->message = arena_printf(r->report->arena,
		    "the waiver of %.*s was valid until %.*s%s%.*s",
		    (int)title.len, title.s, (int)w->until.len, w->until.s,
		    w->owner.len > 0 ? "; ask " : "", (int)w->owner.len,
		    w->owner.s);
	else
		f->message = arena_printf(r->report->arena,
		    "the waiver of %.*s excuses nothing: remove it",
		    (int)title.len, title.s);
	report_detail(
	    r->report, f, "because \"%.*s\"", (int)w->reason.len, w->reason.s);
}
