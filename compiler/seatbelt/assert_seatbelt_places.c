#include <config.h>

#include "compiler/seatbelt/assert_seatbelt.h"

/*
 * An assertion that holds while $HOME and $CWD are names of their own is tried
 * where one of them lies in what another path names, as for Linux.
 */
enum {
	HOMES_MAX = 8,
	ABOVE_MAX = 8,	/* directories above a path, for $CWD */
	PLACES_MAX = 24 /* of $CWD */
};

struct launches VEC(struct seatbelt_launch);

static bool
same(const struct seatbelt_launch *a, const struct seatbelt_launch *b)
{
	return text_equal(a->home, b->home) && text_equal(a->cwd, b->cwd) &&
	       a->no_consent == b->no_consent;
}

static void
add(struct arena *a, struct launches *to, struct seatbelt_launch launch)
{
	for (uint32_t i = 0; i < to->n; i++)
		if (same(&to->v[i], &launch))
			return;
	*VEC_PUSH(a, to) = launch;
}

/* NULL: diagnosed. */
static struct sbpl_file *
open_there(struct seatbelt_places *p, const struct seatbelt_launch *launch)
{
	struct arena *a = &p->options->arena;
	struct seatbelt_place_open *o;

	for (uint32_t i = 0; i < p->opened.n; i++)
		if (same(&p->opened.v[i]->launch, launch))
			return &p->opened.v[i]->file;
	o = ARENA_NEW(a, struct seatbelt_place_open);
	o->launch = *launch;
	if (!side_seatbelt_open(p->options, p->policy, launch, &o->file))
		return NULL;
	*VEC_PUSH(a, &p->opened) = o;
	return &o->file;
}

void
seatbelt_places_close(struct seatbelt_places *p)
{
	for (uint32_t i = 0; i < p->opened.n; i++)
		sbpl_file_close(&p->opened.v[i]->file);
	p->opened.n = 0;
}

/* "/Users/jo" of "/Users/jo/src". */
static void
add_home(struct arena *a, struct launches *to,
    const struct seatbelt_launch *base, struct text path)
{
	static const struct text dir = {"/Users/", 7};
	struct seatbelt_launch launch = *base;
	uint32_t end = dir.len;

	if (path.len <= dir.len || memcmp(path.s, dir.s, dir.len) != 0 ||
	    to->n >= HOMES_MAX)
		return;
	while (end < path.len && path.s[end] != '/')
		end++;
	launch.home = (struct text){path.s, end};
	if (!text_is(launch.home, "/Users/Shared"))
		add(a, to, launch);
}

/* Calls for each path that a filter names. */
static void
each_path(struct arena *a, const struct sbpl_filter *f,
    void (*take)(struct arena *, struct launches *,
	const struct seatbelt_launch *, struct text),
    struct launches *to, const struct seatbelt_launch *base)
{
	if (f == NULL)
		return;
	for (uint32_t i = 0; i < f->n; i++)
		each_path(a, f->parts[i], take, to, base);
	if (f->fact == SBPL_FACT_PATH && f->text.len > 0 &&
	    (f->kind == SBPL_FILTER_LITERAL || f->kind == SBPL_FILTER_SUBPATH))
		take(a, to, base, f->text);
}

static void
add_cwd(struct arena *a, struct launches *to,
    const struct seatbelt_launch *base, struct text path)
{
	struct seatbelt_launch launch = *base;

	/* What lies in /dev is no place to work in. */
	if (to->n >= PLACES_MAX || text_begins(path, TEXT("$CWD")) ||
	    text_begins(path, TEXT("/dev/")))
		return;
	launch.cwd = path;
	add(a, to, launch);
}

static void
add_above(struct arena *a, struct launches *to,
    const struct seatbelt_launch *base, struct text path)
{
	for (uint32_t i = 0; i < ABOVE_MAX && path.len > 0; i++) {
		add_cwd(a, to, base, path);
		while (path.len > 0 && path.s[--path.len] != '/')
			;
	}
	add_cwd(a, to, base, TEXT("/"));
}

static bool
set_has(const struct region_set *s, enum blob_root root)
{
	for (uint32_t i = 0; i < s->paths.n; i++)
		if (s->paths.v[i].path.root == root)
			return true;
	return false;
}

static struct launches
homes(struct arena *a, const struct assertion *as, const struct sbpl_file *f,
    const struct seatbelt_launch *base)
{
	struct launches to = {0};

	if (base->home.s != NULL)
		return to;
	add_home(a, &to, base, TEXT("/Users/user"));
	for (uint32_t i = 0; i < as->set.paths.n; i++)
		add_home(a, &to, base,
		    side_seatbelt_path(a, base, as->set.paths.v[i].path));
	for (uint32_t i = 0; i < f->policy.rules.n; i++)
		if (f->policy.rules.v[i].allow)
			each_path(a, f->policy.rules.v[i].filter, add_home, &to,
			    base);
	return to;
}

static struct launches
directories(struct arena *a, const struct assertion *as,
    const struct sbpl_file *f, const struct seatbelt_launch *base)
{
	struct launches to = {0};

	if (base->cwd.s != NULL)
		return to;
	for (uint32_t i = 0; i < as->set.paths.n; i++)
		if (as->set.paths.v[i].path.root != BLOB_ROOT_CWD)
			add_above(a, &to, base,
			    side_seatbelt_path(
				a, base, as->set.paths.v[i].path));
	for (uint32_t i = 0;
	     set_has(&as->set, BLOB_ROOT_CWD) && i < f->policy.rules.n; i++)
		if (f->policy.rules.v[i].allow)
			each_path(
			    a, f->policy.rules.v[i].filter, add_cwd, &to, base);
	return to;
}

static void
report(struct assert_reporter *r, const struct assertion *a,
    const struct side_policy *p, const struct seatbelt_launch *there,
    struct text hit)
{
	const struct text title = assert_title(r->sources, a);
	const bool home = there->cwd.s == NULL;
	const struct text at = home ? there->home : there->cwd;
	struct finding *f =
	    assert_finding(r, a, FINDING_ASSERT_UNDECIDED, "undecided");

	f->subject = p->shown;
	f->message = arena_printf(r->report->arena,
	    "assertion %.*s: whether %.*s may %.*s on macOS depends on where "
	    "directories lie",
	    (int)title.len, title.s, (int)p->shown.len, p->shown.s,
	    (int)hit.len, hit.s);
	report_detail(r->report, f, "it holds where no root lies in another");
	report_detail(r->report, f, "it fails where %s is %.*s",
	    home ? "$HOME" : "$CWD", (int)at.len, at.s);
	report_detail(r->report, f,
	    "to judge one place only, write: assume %s;",
	    home ? "$HOME is /Users/user" : "$CWD is $HOME/project");
}

/* Tried in that launch; false: it holds there, too. */
static bool
fails_there(struct assert_reporter *r, struct assertions *assertions,
    const struct assertion *a, struct seatbelt_places *places,
    const struct seatbelt_launch *there, struct text name)
{
	struct report found = {.arena = r->report->arena};
	struct assert_reporter quiet = {
	    .report = &found, .sources = r->sources};
	struct sbpl_file *f = open_there(places, there);
	struct text hit = TEXT("");

	if (f == NULL)
		return false;
	assert_seatbelt(
	    &quiet, assertions, a, places->policy, there, f, name, &hit);
	if (quiet.tally.violated == 0)
		return false;
	report(r, a, places->policy, there, hit);
	return true;
}

void
assert_seatbelt_elsewhere(struct assert_reporter *r,
    struct assertions *assertions, const struct assertion *a,
    struct seatbelt_places *places, const struct seatbelt_launch *base,
    const struct sbpl_file *f, struct text name)
{
	struct arena *arena = r->report->arena;
	struct launches lists[2];

	if (a->kind == ASSERT_ALWAYS || a->set.paths.n == 0)
		return;
	lists[0] = homes(arena, a, f, base);
	lists[1] = directories(arena, a, f, base);
	for (size_t k = 0; k < ARRAY_LEN(lists); k++)
		for (uint32_t i = 0; i < lists[k].n; i++)
			if (fails_there(r, assertions, a, places,
				&lists[k].v[i], name)) {
				r->tally.hold--;
				r->tally.undecided++;
				return;
			}
}
