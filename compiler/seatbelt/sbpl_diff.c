#include <config.h>

#include "compiler/seatbelt/sbpl_diff.h"

#include <stdlib.h>

#include "compiler/base/status.h"
#include "compiler/sbpl/sbpl_paths.h"

/*
 * Two Seatbelt files, by what they permit: asked at sbpl_diff_ask.c's
 * witnesses, and where rules remain that these say nothing of, by the rules.
 */
/* Below "/", and nowhere that a rule could name. */
#define OTHER_PATHS "/(other paths)"

enum { FINDINGS_MAX = 1000 };

struct comparison {
	struct report *report;
	const struct sbpl_file *from, *to;
	struct text subject;
	struct sbpl_touch touch;
	struct sbpl_questions questions;
	uint32_t gained, lost, unsure, left_off;
};

/* The operations whose verdict changes in the same way, for one witness. */
struct change {
	bool ops[SBPL_OPS];
	uint32_t n;
	const struct sbpl_rule *rule; /* that decides now, or did */
	struct span at;		      /* of the part of it that matches */
	const struct sbpl_file *file;
};

/* In a file that can be opened the rule itself is what one looks for. */
static struct span
part_of(const struct sbpl_file *f, const struct sbpl_request *q,
    const struct sbpl_rule *rule)
{
	const struct sbpl_filter *part = sbpl_rule_part(f->tree, q, rule);

	return f->compiled && part != NULL ? part->at : rule->at;
}

/* The first rule that says so, better one that somebody asked for. */
static void
set_rule(struct change *change, const struct sbpl_file *f,
    const struct sbpl_request *q, const struct sbpl_rule *rule)
{
	struct span at;

	if (rule == NULL)
		return;
	at = part_of(f, q, rule);
	if (change->rule != NULL &&
	    (sbpl_file_has_place(change->file, change->at) ||
		!sbpl_file_has_place(f, at)))
		return;
	change->rule = rule;
	change->file = f;
	change->at = at;
}

/* Is it so within the path that is spelled as in the rules? */
static bool
said_elsewhere(const struct comparison *c, const struct sbpl_witness *w,
    const struct sbpl_request *r, const struct sbpl_answer *from,
    const struct sbpl_answer *to)
{
	struct sbpl_request q = *r;
	struct sbpl_answer before, after;

	if (w->other.len == 0)
		return false;
	q.facts[w->fact] = w->other;
	q.exact_case = false;
	sbpl_decide(c->from->tree, &q, &before);
	sbpl_decide(c->to->tree, &q, &after);
	return before.verdict == from->verdict && after.verdict == to->verdict;
}

/* Where it may be that case does not count, what counted is in doubt. */
static void
in_any_case(struct comparison *c, const struct sbpl_request *r,
    struct sbpl_answer *from, struct sbpl_answer *to)
{
	struct sbpl_request q = *r;
	struct sbpl_answer answer;

	q.exact_case = false;
	sbpl_decide(c->to->tree, &q, &answer);
	if (answer.verdict == SBPL_UNKNOWN)
		*to = answer;
	sbpl_decide(c->from->tree, &q, &answer);
	if (answer.verdict == SBPL_UNKNOWN && to->verdict != SBPL_ALLOW)
		*from = answer;
}

static void
ask_both(struct comparison *c, enum sbpl_op op, const struct sbpl_witness *w,
    enum sbpl_probed *probed, struct change changes[SBPL_CHANGES])
{
	struct sbpl_request q = {.op = op,
	    .apart = true,
	    .exact_case = w->exact || w->other.len > 0};
	struct sbpl_answer from, to;
	struct change *change;

	/* Of everything else there is none: one fact at a time. */
	for (uint32_t i = 0; i < SBPL_FACTS; i++)
		if (i != w->fact && i != SBPL_FACT_EXTENSION &&
		    i != SBPL_FACT_VNODE_TYPE)
			q.facts[i] = SBPL_HAS_NONE;
	if (w->fact != SBPL_FACTS)
		q.facts[w->fact] = w->text;
	if (!sbpl_touched(&c->touch, &q, probed))
		return;
	sbpl_decide(c->from->tree, &q, &from);
	sbpl_decide(c->to->tree, &q, &to);
	if (w->exact && from.verdict != to.verdict)
		in_any_case(c, &q, &from, &to);
	if (from.verdict == to.verdict || said_elsewhere(c, w, &q, &from, &to))
		return;
	change = &changes[from.verdict * 3 + to.verdict];
	set_rule(change, c->to, &q, to.rule);
	set_rule(change, c->from, &q, from.rule);
	change->n++;
	change->ops[op] = true;
}

/* Is all that is asked below an operation in the set? */
static bool
holds_all(
    const struct comparison *c, const struct change *change, enum sbpl_op wide)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < SBPL_OPS; i++) {
		if (i == wide || !c->questions.asked[i] ||
		    !sbpl_diff_above(wide, (enum sbpl_op)i))
			continue;
		if (!change->ops[i])
			return false;
		n++;
	}
	return n > 1;
}

/* "file-write*" for all that is below it. */
static struct text
print_ops(const struct comparison *c, const struct change *change)
{
	struct text said = TEXT("");

	for (uint32_t i = 0; i < SBPL_OPS; i++) {
		enum sbpl_op op = (enum sbpl_op)i, up = op;

		if (!change->ops[i])
			continue;
		while (up != SBPL_OP_DEFAULT &&
		       sbpl_op_own(up) == SBPL_OWN_PARENT &&
		       holds_all(c, change, sbpl_op_parent(up)))
			up = sbpl_op_parent(up);
		/* Said with the first of those below it. */
		for (uint32_t k = 0; up != op && k < i; k++)
			if (change->ops[k] &&
			    sbpl_diff_above(up, (enum sbpl_op)k))
				op = up;
		if (up != op || said.len == 0 || up == (enum sbpl_op)i)
			said = arena_printf(c->report->arena, "%.*s%s%s",
			    (int)said.len, said.s, said.len == 0 ? "" : " ",
			    sbpl_op_name(up));
	}
	return said;
}

/* What holds for any path has not to be said of each. */
static void
leave_out(struct change *change, const struct change *everywhere)
{
	for (uint32_t i = 0; i < SBPL_OPS; i++)
		if (change->ops[i] && everywhere->ops[i]) {
			change->ops[i] = false;
			change->n--;
		}
}

/* Was the same said of the directory?  Then it goes on below it. */
static bool
goes_on(struct comparison *c, const struct sbpl_witness *w, const char *rule,
    struct text ops)
{
	const struct report *r = c->report;
	struct text top = w->text;

	if (w->fact != SBPL_FACT_PATH || top.len < 3 ||
	    memcmp(top.s + top.len - 2, "/x", 2) != 0)
		return false;
	top.len -= 2;
	for (uint32_t i = r->findings.n; i > 0; i--) {
		struct finding *f = r->findings.v[i - 1];

		if (!text_equal(f->region, top) || strcmp(f->rule, rule) != 0 ||
		    !text_equal(f->identity, ops))
			continue;
		f->message = arena_printf(r->arena, "%.*s and below",
		    (int)f->message.len, f->message.s);
		return true;
	}
	return false;
}

static const char *
rule_for(enum sbpl_verdict to)
{
	return to == SBPL_ALLOW	 ? "seatbelt-gained"
	       : to == SBPL_DENY ? "seatbelt-lost"
				 : "seatbelt-unsure";
}

/* NULL: there are too many. */
static struct finding *
add_finding(struct comparison *c, enum sbpl_verdict from, enum sbpl_verdict to)
{
	const char *rule = rule_for(to);
	struct finding *g;

	c->gained += to == SBPL_ALLOW;
	c->lost += to == SBPL_DENY;
	c->unsure += to == SBPL_UNKNOWN;
	if (c->report->findings.n >= FINDINGS_MAX) {
		c->left_off++;
		return NULL;
	}
	g = report_add(c->report, rule,
	    to == SBPL_ALLOW  ? REPORT_ERROR
	    : to == SBPL_DENY ? REPORT_NOTE
			      : REPORT_WARNING,
	    /* What was permitted and is in doubt is no more than there was. */
	    to == SBPL_UNKNOWN && from == SBPL_ALLOW
		? "doubtful"
		: rule + strlen("seatbelt-"));
	g->sign = to == SBPL_ALLOW ? '+' : to == SBPL_DENY ? '-' : '~';
	g->subject = c->subject;
	return g;
}

static const char *
remark(enum sbpl_verdict from, enum sbpl_verdict to)
{
	return from == SBPL_UNKNOWN ? " (was unknown)"
	       : to == SBPL_UNKNOWN ? " (is unknown now)"
				    : "";
}

static void
report_change(struct comparison *c, const struct sbpl_witness *w,
    const struct change *change, enum sbpl_verdict from, enum sbpl_verdict to)
{
	struct report *r = c->report;
	struct text ops = print_ops(c, change);
	struct finding *g;

	if (goes_on(c, w, rule_for(to), ops))
		return;
	g = add_finding(c, from, to);
	if (g == NULL)
		return;
	g->region =
	    text_is(w->text, OTHER_PATHS) ? TEXT("other paths") : w->text;
	g->identity = ops;
	g->message = arena_printf(r->arena, "%.*s%s%.*s%s", (int)ops.len, ops.s,
	    w->text.len > 0 ? " " : "", (int)g->region.len, g->region.s,
	    remark(from, to));
	if (change->rule != NULL)
		sbpl_file_places(r, g, change->file, change->at, "");
}

/* "file-read* (regex "^/srv/b[0-9]+$"), as /srv/b0" */
static void
report_pattern(struct comparison *c, const struct sbpl_pattern_change *p)
{
	struct report *r = c->report;
	const struct sbpl_file *f = p->side == 0 ? c->from : c->to;
	struct change change = {.n = p->n};
	struct finding *g = add_finding(c, p->from, p->to);
	struct text ops, filter;

	if (g == NULL)
		return;
	memcpy(change.ops, p->ops, sizeof(change.ops));
	ops = print_ops(c, &change);
	filter = sbpl_filter_text(r->arena, p->line->filter);
	g->region = p->witness;
	g->identity = arena_printf(r->arena, "%.*s %.*s", (int)ops.len, ops.s,
	    (int)filter.len, filter.s);
	g->message = arena_printf(r->arena, "%.*s, as %.*s%s",
	    (int)g->identity.len, g->identity.s, (int)p->witness.len,
	    p->witness.s, remark(p->from, p->to));
	sbpl_file_places(
	    r, g, f, f->compiled ? p->line->at : p->line->rule->at, "");
}

/* Everything that one witness shows. */
static void
try(struct comparison *c, const struct sbpl_witness *w,
    struct change changes[SBPL_CHANGES])
{
	enum sbpl_probed probed = SBPL_NOT_PROBED;

	memset(changes, 0, SBPL_CHANGES * sizeof(*changes));
	for (uint32_t i = 0; i < SBPL_OPS; i++) {
		enum sbpl_op op = (enum sbpl_op)i;

		if (c->questions.asked[op] && c->questions.fit[w->fact][op])
			ask_both(c, op, w, &probed, changes);
	}
}

static void
report_changes(struct comparison *c, const struct sbpl_witness *w,
    const struct change changes[SBPL_CHANGES])
{
	for (uint32_t k = 0; k < SBPL_CHANGES; k++)
		if (changes[k].n > 0)
			report_change(c, w, &changes[k],
			    (enum sbpl_verdict)(k / 3),
			    (enum sbpl_verdict)(k % 3));
}

/* Has the same been said of it, or above it, as far as its case counts? */
static bool
is_said_above(const struct comparison *c, const struct sbpl_witness *w,
    const char *rule, struct text ops)
{
	struct arena *a = c->report->arena;
	const struct text path = w->exact ? w->text : text_in_lower(a, w->text);

	for (uint32_t i = 0; i < c->report->findings.n; i++) {
		const struct finding *f = c->report->findings.v[i];
		const struct text region =
		    w->exact ? f->region : text_in_lower(a, f->region);

		if (strcmp(f->rule, rule) == 0 &&
		    text_equal(f->subject, c->subject) &&
		    text_equal(f->identity, ops) &&
		    (text_is(f->region, "other paths") ||
			sbpl_path_is_in(path, region, true)))
			return true;
	}
	return false;
}

/* Of one kind of change, if it has not been said of what is around it. */
static void
report_rest(struct comparison *c, const struct sbpl_witness *w,
    struct change changes[SBPL_CHANGES],
    const struct change everywhere[SBPL_CHANGES], unsigned k)
{
	const enum sbpl_verdict from = (enum sbpl_verdict)(k / 3);
	const enum sbpl_verdict to = (enum sbpl_verdict)(k % 3);

	if (w->fact == SBPL_FACT_PATH)
		leave_out(&changes[k], &everywhere[k]);
	for (uint32_t op = 0; w->said != NULL && op < SBPL_OPS; op++)
		if (w->said[op] && changes[k].ops[op]) {
			changes[k].ops[op] = false;
			changes[k].n--;
		}
	if (changes[k].n > 0 &&
	    !is_said_above(c, w, rule_for(to), print_ops(c, &changes[k])))
		report_change(c, w, &changes[k], from, to);
}

/*
 * What no path in a rule shows, as where an old pattern meets a new subpath:
 * every sort of path is looked at.  That something in another case may be
 * permitted, too, goes with every grant; but not that it is, and only may have
 * been.
 */
static void
compare_rest(struct comparison *c, const struct sbpl_told *told,
    const struct change everywhere[SBPL_CHANGES])
{
	for (uint32_t i = 0; i < told->rest.n; i++) {
		struct sbpl_witness w = told->rest.v[i];
		struct change changes[SBPL_CHANGES];

		try(c, &w, changes);
		for (unsigned k = 0; k < SBPL_CHANGES; k++)
			report_rest(c, &w, changes, everywhere, k);
		w.exact = false;
		try(c, &w, changes);
		report_rest(
		    c, &w, changes, everywhere, SBPL_UNKNOWN * 3 + SBPL_ALLOW);
	}
}

static void
compare_verdicts(struct comparison *c, const struct sbpl_told *told)
{
	/* Stands for every path that no rule names; then for no fact at all. */
	const struct sbpl_witness other = {
	    .text = TEXT(OTHER_PATHS), .fact = SBPL_FACT_PATH};
	const struct sbpl_witness nothing = {
	    .text = TEXT(""), .fact = SBPL_FACTS};
	struct change everywhere[SBPL_CHANGES], changes[SBPL_CHANGES];
	const struct sbpl_witness *w;

	try(c, &nothing, changes);
	report_changes(c, &nothing, changes);
	try(c, &other, everywhere);
	report_changes(c, &other, everywhere);
	for (uint32_t i = 0; i < c->questions.witnesses.n; i++) {
		w = &c->questions.witnesses.v[i];
		try(c, w, changes);
		for (uint32_t k = 0;
		     w->fact == SBPL_FACT_PATH && k < SBPL_CHANGES; k++)
			leave_out(&changes[k], &everywhere[k]);
		report_changes(c, w, changes);
	}
	for (uint32_t i = 0; i < told->changes.n; i++)
		report_pattern(c, &told->changes.v[i]);
	compare_rest(c, told, everywhere);
}

void
sbpl_compare(struct report *r, const struct sbpl_file *from,
    const struct sbpl_file *to, struct text subject,
    struct sbpl_difference *ret_difference)
{
	struct comparison c = {
	    .report = r, .from = from, .to = to, .subject = subject};
	struct sbpl_told told = {0};
	uint32_t rules;

	report_rule(
	    r, "seatbelt-gained", "Something is permitted that was not");
	report_rule(r, "seatbelt-lost", "Something is no longer permitted");
	report_rule(r, "seatbelt-unsure", "What holds cannot be told any more");
	report_rule(r, "seatbelt-rule", "A rule that only one file has");
	sbpl_questions(r->arena, from, to, &c.questions);
	sbpl_diff_patterns(r->arena, from, to, &c.questions, &told);
	sbpl_touch_open(r->arena, from, to, &c.touch);
	compare_verdicts(&c, &told);
	sbpl_touch_close(&c.touch);
	rules = sbpl_diff_rules(r, from, to, &told, FINDINGS_MAX, &c.left_off);
	*ret_difference = (struct sbpl_difference){
	    c.gained, c.lost, c.unsure, rules, c.left_off};
	sbpl_diff_lines(r, from, to, subject, FINDINGS_MAX, ret_difference);
}

bool
sbpl_may_permit(const struct finding *f)
{
	static const char maybe[] = "maybe ";
	struct text rule = f->message;
	bool deny;

	if (rule.len > strlen(maybe) &&
	    memcmp(rule.s, maybe, strlen(maybe)) == 0)
		rule = (struct text){
		    rule.s + strlen(maybe), rule.len - (uint32_t)strlen(maybe)};
	deny = rule.len > 5 && memcmp(rule.s, "(deny", 5) == 0;
	if (text_is(rule, "(unknown rules)"))
		return true;
	if (strcmp(f->verdict, "narrowed") == 0)
		return false;
	if (strcmp(f->rule, "seatbelt-rule") == 0)
		return f->sign == (deny ? '-' : '+');
	return strcmp(f->verdict, "unsure") == 0;
}

struct text
sbpl_difference_print(struct arena *a, const struct sbpl_difference *d)
{
	struct text t =
	    arena_printf(a, "%u gained, %u lost, %u unknown; %u rules differ",
		d->gained, d->lost, d->unsure, d->rules);

	if (d->left_off > 0)
		t = arena_printf(a, "%.*s; %u more are not shown", (int)t.len,
		    t.s, d->left_off);
	return t;
}

int
sbpl_diff(
    struct report *r, const struct sbpl_file *from, const struct sbpl_file *to)
{
	struct sbpl_difference d;
	bool differ;

	sbpl_compare(r, from, to, text_of(to->name), &d);
	differ = d.gained + d.lost + d.unsure + d.rules > 0;
	r->summary = sbpl_difference_print(r->arena, &d);
	r->verdict = differ ? "differs" : "same";
	r->status = differ ? EXIT_DIFFERS : EXIT_HOLDS;
	return r->status;
}
