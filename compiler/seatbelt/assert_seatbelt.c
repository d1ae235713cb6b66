#include <config.h>

#include "compiler/seatbelt/seatbelt_walk.h"

#include <stdlib.h>

#include "compiler/sbpl/sbpl_regex_relation.h"

struct path_texts VEC(struct text);

/* Of a path; then of a port. */
static const enum sbpl_op ops[OPS][2] = {
    [OP_READ] = {SBPL_OP_FILE_READ_DATA, SBPL_OPS},
    [OP_LIST] = {SBPL_OP_FILE_READ_DATA, SBPL_OPS},
    [OP_EXEC] = {SBPL_OP_PROCESS_EXEC_ANY, SBPL_OP_FILE_READ_DATA},
    [OP_WRITE] = {SBPL_OP_FILE_WRITE_DATA, SBPL_OPS},
    [OP_TRUNCATE] = {SBPL_OP_FILE_WRITE_DATA, SBPL_OPS},
    [OP_CREATE] = {SBPL_OP_FILE_WRITE_CREATE, SBPL_OPS},
    [OP_REMOVE] = {SBPL_OP_FILE_WRITE_UNLINK, SBPL_OPS},
    [OP_REFER] = {SBPL_OP_FILE_WRITE_UNLINK, SBPL_OPS},
    [OP_IOCTL] = {SBPL_OP_FILE_IOCTL, SBPL_OPS},
    [OP_UNIX] = {SBPL_OP_NETWORK_OUTBOUND, SBPL_OPS},
    [OP_CONNECT] = {SBPL_OP_NETWORK_OUTBOUND, SBPL_OPS},
    [OP_BIND] = {SBPL_OP_NETWORK_BIND, SBPL_OPS},
};

void
assert_seatbelt_place(struct arena *a, const struct assertions *assertions,
    struct seatbelt_launch *launch)
{
	for (uint32_t i = 0; i < assertions->assumptions.n; i++) {
		const struct assumption *m = &assertions->assumptions.v[i];

		if (m->root == BLOB_ROOT_CWD)
			launch->cwd = side_seatbelt_path(a, launch, m->place);
	}
}

struct seatbelt_launch
assert_seatbelt_launch(struct arena *a, const struct assertions *assertions)
{
	struct seatbelt_launch launch = {0};

	for (uint32_t i = 0; i < assertions->assumptions.n; i++) {
		const struct assumption *m = &assertions->assumptions.v[i];

		if (m->root == BLOB_ROOT_HOME)
			launch.home = side_seatbelt_path(a, &launch, m->place);
	}
	assert_seatbelt_place(a, assertions, &launch);
	return launch;
}

static struct text
place(const struct seatbelt_walk *w, struct path p)
{
	return seatbelt_place(w->arena, w->launch, p);
}

static bool
set_holds(
    const struct seatbelt_walk *w, const struct region_set *s, struct text path)
{
	for (uint32_t i = 0; i < s->paths.n; i++)
		if (sbpl_path_is_in(
			path, place(w, s->paths.v[i].path), s->paths.v[i].tree))
			return true;
	return false;
}

bool
seatbelt_waiver_counts(const struct seatbelt_walk *w, const struct waiver *v)
{
	return !v->expired && &w->assertions->list.v[v->assertion] == w->a &&
	       assert_applies(v->profiles, w->name);
}

static bool
is_waived(struct seatbelt_walk *w, struct text path)
{
	bool waived = false;

	for (uint32_t i = 0; i < w->assertions->waivers.n; i++) {
		struct waiver *v = &w->assertions->waivers.v[i];

		if (seatbelt_waiver_counts(w, v) && set_holds(w, &v->set, path))
			v->used = waived = true;
	}
	return waived;
}

static void
ask(const struct seatbelt_walk *w, enum sbpl_op op, enum sbpl_fact fact,
    struct text value, struct sbpl_request *ret_request,
    struct sbpl_answer *ret_answer)
{
	*ret_request = sbpl_request_about(op, fact, value);
	sbpl_decide(w->file->tree, ret_request, ret_answer);
}

/* The worst of what macOS asks for one operation of ours. */
static enum sbpl_verdict
ask_op(const struct seatbelt_walk *w, unsigned op, enum sbpl_fact fact,
    struct text value, struct sbpl_request *ret_request,
    struct sbpl_answer *ret_answer)
{
	for (unsigned i = 0; i < 2 && ops[op][i] != SBPL_OPS; i++) {
		ask(w, ops[op][i], fact, value, ret_request, ret_answer);
		if (ret_answer->verdict != SBPL_ALLOW)
			break;
	}
	return ret_answer->verdict;
}

static void
violated(struct seatbelt_walk *w, unsigned asked, struct text where,
    const char *verb, const struct sbpl_request *q,
    const struct sbpl_answer *answer)
{
	const struct text title = assert_title(w->r->sources, w->a);
	const struct text use = assert_use_print(w->arena, asked, where);
	struct finding *g;

	if (w->hits == 0)
		w->first = use;
	if (w->hits++ >= HITS_MAX)
		return;
	g = assert_finding(w->r, w->a, FINDING_ASSERT_VIOLATED, "violated");
	g->subject = w->policy->shown;
	g->region = where;
	g->message =
	    arena_printf(w->arena, "assertion %.*s: %.*s %s %.*s on macOS",
		(int)title.len, title.s, (int)w->policy->shown.len,
		w->policy->shown.s, verb, (int)use.len, use.s);
	if (answer->rule != NULL) {
		const struct sbpl_filter *part =
		    sbpl_rule_part(w->file->tree, q, answer->rule);

		sbpl_file_places(w->r->report, g, w->file,
		    part != NULL ? part->at : answer->rule->at,
		    answer->verdict == SBPL_ALLOW ? "granted by" : "denied by");
	}
}

static void
unsure(struct seatbelt_walk *w, struct text what, const struct sbpl_rule *rule)
{
	if (w->unsure++ > 0)
		return;
	w->why_unsure = what;
	w->unsure_of = rule;
}

static bool
object_waived(struct seatbelt_walk *w, const struct seatbelt_object *o)
{
	return o->port == NULL ? is_waived(w, o->where)
			       : seatbelt_port_waived(w, o->port);
}

/* Has it been found to violate the assertion, whether that is waived or not? */
bool
seatbelt_judge(struct seatbelt_walk *w, const struct seatbelt_object *o)
{
	const bool always = w->a->kind == ASSERT_ALWAYS;
	const bool together = w->a->kind == ASSERT_TOGETHER;
	struct sbpl_request q, last_q = {0};
	struct sbpl_answer answer, last = {0};
	const struct sbpl_rule *in_doubt = NULL;
	bool all = true, doubt = false, found = false;

	for (unsigned op = 0; op < OPS; op++) {
		enum sbpl_verdict v;

		if ((o->ops & 1U << op) == 0)
			continue;
		v = ask_op(w, op, o->fact, o->where, &q, &answer);
		doubt = doubt || v == SBPL_UNKNOWN;
		if (v == SBPL_UNKNOWN && in_doubt == NULL)
			in_doubt = answer.doubt;
		if (together) {
			all = all && v != SBPL_DENY;
			last = answer;
			last_q = q;
		} else if (v == SBPL_UNKNOWN) {
			unsure(w, o->where, answer.doubt);
		} else if ((v == SBPL_ALLOW) != always) {
			found = true;
			if (object_waived(w, o))
				w->waived++;
			else
				violated(w, 1U << op, o->where,
				    always ? "may not" : "may", &q, &answer);
		}
	}
	if (!together || !all)
		return found;
	if (doubt)
		unsure(w, o->where, in_doubt);
	else if (object_waived(w, o))
		w->waived++;
	else
		violated(w, o->ops, o->where, "may", &last_q, &last);
	return true;
}

/* Every path in a filter. */
static void
collect(struct arena *a, const struct sbpl_filter *f, struct path_texts *to)
{
	if (f == NULL)
		return;
	for (uint32_t i = 0; i < f->n; i++)
		collect(a, f->parts[i], to);
	if (f->fact == SBPL_FACT_PATH && f->text.len > 0 &&
	    (f->kind == SBPL_FILTER_LITERAL || f->kind == SBPL_FILTER_SUBPATH ||
		f->kind == SBPL_FILTER_PREFIX))
		*VEC_PUSH(a, to) = f->text;
}

static int
by_text(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

static bool
set_holds_below(
    const struct seatbelt_walk *w, const struct region_set *s, struct text dir)
{
	for (uint32_t i = 0; i < s->paths.n; i++)
		if (s->paths.v[i].tree &&
		    sbpl_path_is_in(dir, place(w, s->paths.v[i].path), true))
			return true;
	return false;
}

/* Is all that begins so excepted, or waived for this policy? */
static bool
is_excused(struct seatbelt_walk *w, struct text lead)
{
	while (lead.len > 0 && lead.s[lead.len - 1] != '/')
		lead.len--;
	if (lead.len < 2)
		return false;
	lead.len--;
	if (set_holds_below(w, &w->a->except, lead))
		return true;
	for (uint32_t i = 0; i < w->assertions->waivers.n; i++) {
		struct waiver *v = &w->assertions->waivers.v[i];

		if (seatbelt_waiver_counts(w, v) &&
		    set_holds_below(w, &v->set, lead)) {
			v->used = true;
			w->waived++;
			return true;
		}
	}
	return false;
}

/*
 * May the matches of a pattern lie there?  One that is not anchored may match
 * the path that a name such as "$HOME" stands for.
 */
static bool
may_meet(struct seatbelt_walk *w, const struct sbpl_filter *f, struct text lead,
    struct text top)
{
	return sbpl_leads_into(lead, top) &&
	       (f->kind != SBPL_FILTER_REGEX ||
		   (lead.len == 0 && top.s[0] == '$') ||
		   sbpl_regex_meets(w->arena, f->text, top, true));
}

/* May a rule's pattern permit a name below the path that nobody listed? */
static bool
may_match_below(
    struct seatbelt_walk *w, const struct sbpl_filter *f, struct text top)
{
	struct text lead;

	if (f == NULL)
		return false;
	if (f->n > 0) {
		for (uint32_t i = 0; i < f->n; i++)
			if (may_match_below(w, f->parts[i], top))
				return true;
		return false;
	}
	if (f->kind != SBPL_FILTER_REGEX && f->kind != SBPL_FILTER_UNKNOWN)
		return false;
	if (f->fact != SBPL_FACT_PATH && f->fact != SBPL_FACTS)
		return false;
	lead = sbpl_lead(w->arena, f);
	return may_meet(w, f, lead, top) && !is_excused(w, lead);
}

/* Is the rule about an operation of the assertion? */
static bool
is_about(const struct seatbelt_walk *w, const struct sbpl_rule *rule)
{
	for (unsigned op = 0; op < OPS; op++)
		for (unsigned k = 0; k < 2; k++) {
			enum sbpl_op asked = ops[op][k];

			if ((w->a->ops & 1U << op) == 0 || asked == SBPL_OPS)
				continue;
			for (;; asked = sbpl_op_parent(asked)) {
				for (uint32_t i = 0; i < rule->n; i++)
					if (rule->ops[i] == asked)
						return true;
				if (asked == SBPL_OP_DEFAULT ||
				    sbpl_op_own(asked) != SBPL_OWN_PARENT)
					break;
			}
		}
	return false;
}

/* Is the name spoken of by itself, as no other in its directory is? */
static bool
is_named(struct seatbelt_walk *w, const struct path_texts *paths,
    struct text dir, struct text path)
{
	for (uint32_t i = 0; i < paths->n; i++)
		if (text_equal(paths->v[i], path))
			return true;
	if (set_holds(w, &w->a->except, path) &&
	    !set_holds_below(w, &w->a->except, dir))
		return true;
	for (uint32_t i = 0; i < w->assertions->waivers.n; i++) {
		const struct waiver *v = &w->assertions->waivers.v[i];

		if (seatbelt_waiver_counts(w, v) &&
		    set_holds(w, &v->set, path) &&
		    !set_holds_below(w, &v->set, dir))
			return true;
	}
	return false;
}

/* A name in a directory that nothing names. */
static struct text
name_below(
    struct seatbelt_walk *w, const struct path_texts *paths, struct text dir)
{
	const int n = dir.len == 1 ? 0 : (int)dir.len;
	struct text path = arena_printf(w->arena, "%.*s/new", n, dir.s);

	for (unsigned i = 1; is_named(w, paths, dir, path); i++)
		path = arena_printf(w->arena, "%.*s/new-%u", n, dir.s, i);
	return path;
}

/* A waived place is asked about, too: only so is it known to be used. */
static void
collect_waived(
    struct seatbelt_walk *w, struct text top, bool tree, struct path_texts *to)
{
	for (uint32_t i = 0; i < w->assertions->waivers.n; i++) {
		const struct waiver *v = &w->assertions->waivers.v[i];

		if (!seatbelt_waiver_counts(w, v))
			continue;
		for (uint32_t k = 0; k < v->set.paths.n; k++) {
			const struct text at = place(w, v->set.paths.v[k].path);

			if (sbpl_path_is_in(at, top, tree))
				*VEC_PUSH(w->arena, to) = at;
		}
	}
}

/* The first rule whose matches in the tree cannot be listed, or NULL. */
static const struct sbpl_rule *
unlisted(struct seatbelt_walk *w, struct text top)
{
	const bool allow = w->a->kind != ASSERT_ALWAYS;

	for (uint32_t i = 0; i < w->file->policy.rules.n; i++) {
		const struct sbpl_rule *rule = &w->file->policy.rules.v[i];

		if (rule->opaque ||
		    (rule->allow == allow && is_about(w, rule) &&
			may_match_below(w, rule->filter, top)))
			return rule;
	}
	return NULL;
}

static bool
is_excepted_in_any_case(const struct seatbelt_walk *w, struct text path)
{
	const struct text lower = text_in_lower(w->arena, path);

	for (uint32_t i = 0; i < w->a->except.paths.n; i++) {
		const struct region *r = &w->a->except.paths.v[i];

		if (sbpl_path_is_in(lower,
			text_in_lower(w->arena, place(w, r->path)), r->tree))
			return true;
	}
	return false;
}

static void
add_places(const struct seatbelt_walk *w, const struct region_set *s,
    struct sbpl_paths *to)
{
	for (uint32_t i = 0; i < s->paths.n; i++)
		sbpl_paths_add_place(
		    to, place(w, s->paths.v[i].path), s->paths.v[i].tree);
}

/* One path of each sort in the tree; false: those may not be all. */
static bool
collect_sorts(
    const struct seatbelt_walk *w, struct text top, struct path_texts *to)
{
	struct sbpl_paths paths;
	struct sbpl_sorts sorts = {0};
	bool complete;

	sbpl_paths_init(&paths, w->arena, SBPL_ALL_PATHS);
	sbpl_paths_add_policy(&paths, &w->file->policy, SBPL_FACT_PATH);
	sbpl_paths_add_place(&paths, top, true);
	add_places(w, &w->a->except, &paths);
	for (uint32_t i = 0; i < w->assertions->waivers.n; i++)
		add_places(w, &w->assertions->waivers.v[i].set, &paths);
	complete = sbpl_paths_sort(&paths, SBPL_PATHS_MAX, &sorts);
	for (uint32_t i = 0; i < sorts.n; i++)
		if (sbpl_path_is_in(sorts.v[i], top, true) &&
		    !is_excepted_in_any_case(w, sorts.v[i]))
			*VEC_PUSH(w->arena, to) = sorts.v[i];
	return complete;
}

static void
judge_region(struct seatbelt_walk *w, const struct region *region,
    struct path_texts *paths)
{
	const struct text top = place(w, region->path);
	const struct sbpl_rule *doubt = region->tree ? unlisted(w, top) : NULL;
	struct path_texts asked = {0};

	*VEC_PUSH(w->arena, &asked) = top;
	for (uint32_t i = 0; region->tree && i < paths->n; i++)
		if (sbpl_path_is_in(paths->v[i], top, true))
			*VEC_PUSH(w->arena, &asked) = paths->v[i];
	for (uint32_t i = asked.n; region->tree && i > 0; i--) {
		const struct text in = asked.v[i - 1];

		*VEC_PUSH(w->arena, &asked) = name_below(w, paths, in);
	}
	collect_waived(w, top, region->tree, &asked);
	if (doubt != NULL && collect_sorts(w, top, &asked) && !doubt->opaque)
		doubt = NULL;
	qsort(asked.v, asked.n, sizeof(*asked.v), by_text);
	for (uint32_t i = 0; i < asked.n; i++) {
		if ((i > 0 && text_equal(asked.v[i], asked.v[i - 1])) ||
		    set_holds(w, &w->a->except, asked.v[i]))
			continue;
		(void)seatbelt_judge(
		    w, &(struct seatbelt_object){
			   .ops = w->a->ops & ~(unsigned)SEATBELT_ON_PORTS,
			   .fact = SBPL_FACT_PATH,
			   .where = asked.v[i]});
	}
	if (doubt != NULL)
		unsure(w, sbpl_rule_text(w->arena, doubt), doubt);
}

static struct finding *
undecided(struct assert_reporter *r, const struct assertion *a,
    const struct side_policy *p, struct text why)
{
	const struct text title = assert_title(r->sources, a);
	struct finding *g =
	    assert_finding(r, a, FINDING_ASSERT_UNDECIDED, "undecided");

	r->tally.undecided++;
	g->subject = p->shown;
	g->message = arena_printf(r->report->arena,
	    "assertion %.*s: of %.*s it cannot be told on macOS",
	    (int)title.len, title.s, (int)p->shown.len, p->shown.s);
	report_detail(r->report, g, "%.*s", (int)why.len, why.s);
	return g;
}

/* The rule, where it is short enough to be read, and what it is asked about. */
static void
report_unsure(const struct seatbelt_walk *w)
{
	const struct sbpl_rule *rule = w->unsure_of;
	const struct sbpl_filter *f = rule == NULL ? NULL : rule->filter;
	const bool named =
	    rule != NULL && (f == NULL || f->kind != SBPL_FILTER_ANY);
	const struct text what =
	    named ? sbpl_rule_text(w->arena, rule) : w->why_unsure;
	struct finding *g = undecided(w->r, w->a, w->policy,
	    arena_printf(
		w->arena, "it depends on %.*s", (int)what.len, what.s));

	if (!text_equal(what, w->why_unsure))
		report_detail(w->r->report, g, "at %.*s",
		    (int)w->why_unsure.len, w->why_unsure.s);
	if (rule != NULL)
		sbpl_file_places(w->r->report, g, w->file,
		    f != NULL ? f->at : rule->at, "it depends on");
}

void
assert_seatbelt(struct assert_reporter *r, struct assertions *assertions,
    const struct assertion *a, const struct side_policy *p,
    const struct seatbelt_launch *launch, struct sbpl_file *f, struct text name,
    struct text *ret_hit)
{
	struct seatbelt_walk w = {.r = r,
	    .arena = r->report->arena,
	    .assertions = assertions,
	    .a = a,
	    .policy = p,
	    .launch = launch,
	    .file = f,
	    .name = name};
	struct path_texts paths = {0};
	const bool empty = a->set.paths.n == 0 && a->set.ports.n == 0;

	*ret_hit = w.first;
	if (a->kind == ASSERT_ONLY && assert_applies(a->only, name)) {
		r->tally.hold++;
		return;
	}
	for (uint32_t i = 0; i < f->policy.rules.n; i++)
		collect(w.arena, f->policy.rules.v[i].filter, &paths);
	for (uint32_t i = 0; i < a->set.paths.n; i++)
		judge_region(&w, &a->set.paths.v[i], &paths);
	seatbelt_judge_ports(&w);
	*ret_hit = w.first;
	r->tally.waived += w.waived;
	if (w.hits > 0 || (empty && a->kind == ASSERT_ALWAYS))
		r->tally.violated++;
	else if (w.unsure > 0)
		report_unsure(&w);
	else
		r->tally.hold++;
	if (w.hits == 0 && empty && a->kind == ASSERT_ALWAYS)
		assert_report_empty(r, a, p);
}
