#include <config.h>

#include "compiler/seatbelt/sbpl_diff.h"

#include "compiler/sbpl/sbpl_regex_relation.h"

/*
 * Rules that only one of two files has and whose filter is no path to ask
 * about, as one with a regular expression.  One path of each sort that such a
 * filter matches is asked about, which shows what the rule changes; then it
 * says nothing more itself.  Where that cannot be done, another rule of the
 * same kind may match all that it does.
 */
struct pattern {
	struct sbpl_told_line line;
	const struct sbpl_line *from; /* where it comes from */
	enum sbpl_fact fact;
	struct sbpl_policy alone; /* allows what the filter matches */
	struct sbpl_judge *judge;
	bool more; /* that it is there, or has gone, can permit something */
	struct sbpl_pattern_change changes[SBPL_CHANGES];
};

struct patterns {
	struct arena *arena;
	const struct sbpl_file *files[2];
	struct sbpl_lines lines[2];
	const struct sbpl_questions *questions;
	struct VEC(struct pattern) v;
};

/* The one fact that all of the filter is about, or SBPL_FACTS. */
static enum sbpl_fact
fact_of(const struct sbpl_filter *f)
{
	enum sbpl_fact fact = SBPL_FACTS;

	switch (f->kind) {
	case SBPL_FILTER_ANY:
	case SBPL_FILTER_ALL:
	case SBPL_FILTER_NOT:
		for (uint32_t i = 0; i < f->n; i++) {
			const enum sbpl_fact part = fact_of(f->parts[i]);

			if (part == SBPL_FACTS || (i > 0 && part != fact))
				return SBPL_FACTS;
			fact = part;
		}
		return fact;
	case SBPL_FILTER_LITERAL:
		return f->bare ? SBPL_FACTS : f->fact;
	case SBPL_FILTER_SUBPATH:
	case SBPL_FILTER_PREFIX:
	case SBPL_FILTER_REGEX:
	case SBPL_FILTER_ANCESTOR:
		return f->fact;
	case SBPL_FILTER_NUMBER:
	case SBPL_FILTER_BITS:
	case SBPL_FILTER_END:
	case SBPL_FILTER_UNKNOWN:
		break;
	}
	return SBPL_FACTS;
}

static bool
has_line(const struct sbpl_lines *lines, struct text text)
{
	for (uint32_t i = 0; i < lines->v.n; i++)
		if (text_equal(lines->v.v[i].text, text))
			return true;
	return false;
}

static void
add(struct patterns *p, unsigned side, const struct sbpl_line *l)
{
	static const enum sbpl_op any = SBPL_OP_DEFAULT,
				  probe = SBPL_OP_FILE_READ_DATA;
	const struct sbpl_policy *of = &p->files[side]->policy;
	struct pattern x = {
	    .line = {.side = side, .text = l->text},
	    .from = l,
	    .more = l->rule->allow == (side == 1),
	};

	/* It may be another name of sysctl*, of which nothing is asked. */
	if (l->rule->opaque || l->rule->maybe || l->filter == NULL ||
	    *l->op == SBPL_OP_NONE || *l->op == SBPL_OP_SYSCTL_WRITE)
		return;
	x.fact = fact_of(l->filter);
	if (x.fact == SBPL_FACTS)
		return;
	x.alone = (struct sbpl_policy){
	    .regexes = of->regexes, .sources = of->sources};
	*VEC_PUSH(p->arena, &x.alone.rules) =
	    (struct sbpl_rule){.ops = &any, .n = 1};
	*VEC_PUSH(p->arena, &x.alone.rules) = (struct sbpl_rule){
	    .allow = true, .ops = &probe, .n = 1, .filter = l->filter};
	*VEC_PUSH(p->arena, &p->v) = x;
}

static bool
matches(const struct pattern *x, struct text t)
{
	struct sbpl_request q = {.op = SBPL_OP_FILE_READ_DATA, .apart = true};
	struct sbpl_answer answer;

	for (uint32_t i = 0; i < SBPL_FACTS; i++)
		q.facts[i] = SBPL_HAS_NONE;
	q.facts[x->fact] = t;
	sbpl_decide(x->judge, &q, &answer);
	return answer.verdict != SBPL_DENY;
}

/*
 * Unknown before and after, is it so for the same reason?  A doubt about case
 * is one: either it counts, and both are what they are for the exact text, or
 * it does not, and the same rule decides in both.
 */
static bool
doubts_the_same(const struct patterns *p, struct sbpl_request q,
    const struct sbpl_answer answers[2])
{
	struct sbpl_answer exact[2];

	if (answers[0].doubt == NULL || answers[1].doubt == NULL ||
	    answers[0].op != answers[1].op ||
	    !text_equal(sbpl_rule_text(p->arena, answers[0].doubt),
		sbpl_rule_text(p->arena, answers[1].doubt)))
		return false;
	q.exact_case = true;
	for (unsigned i = 0; i < 2; i++)
		sbpl_decide(p->files[i]->tree, &q, &exact[i]);
	return exact[0].verdict != SBPL_UNKNOWN &&
	       exact[0].verdict == exact[1].verdict;
}

/* A path or name, and for what it has been said that it changes. */
struct asked {
	struct text text;
	bool said[SBPL_CHANGES];
	bool *ops; /* that a pattern's rule is about: that has been said */
};

static void
ask_both(const struct patterns *p, const struct pattern *x, enum sbpl_op op,
    struct text t, struct sbpl_request *ret_request,
    struct sbpl_answer ret_answers[2])
{
	struct sbpl_request q = {.op = op, .apart = true};

	for (uint32_t i = 0; i < SBPL_FACTS; i++)
		if (i != SBPL_FACT_EXTENSION && i != SBPL_FACT_VNODE_TYPE)
			q.facts[i] = SBPL_HAS_NONE;
	q.facts[x->fact] = t;
	for (unsigned i = 0; i < 2; i++)
		sbpl_decide(p->files[i]->tree, &q, &ret_answers[i]);
	*ret_request = q;
}

/* Is there more afterwards?  What is unknown may be allowed. */
static bool
is_more(enum sbpl_verdict from, enum sbpl_verdict to)
{
	return to == SBPL_ALLOW || (to == SBPL_UNKNOWN && from == SBPL_DENY);
}

/*
 * What the rule changes there, for each operation that it is about.  `likely`:
 * only what rules of its kind do by themselves.
 */
static void
ask_at(
    const struct patterns *p, struct pattern *x, bool likely, struct asked *at)
{
	for (uint32_t op = 0; op < SBPL_OPS; op++) {
		struct sbpl_pattern_change *change;
		struct sbpl_request q;
		struct sbpl_answer answers[2];
		unsigned which;

		if (!p->questions->asked[op] ||
		    !sbpl_diff_above(*x->from->op, (enum sbpl_op)op))
			continue;
		if (!p->questions->fit[x->fact][op]) {
			x->line.told = false;
			continue;
		}
		at->ops[op] = true;
		ask_both(p, x, (enum sbpl_op)op, at->text, &q, answers);
		which = answers[0].verdict * 3 + answers[1].verdict;
		change = &x->changes[which];
		if (answers[0].verdict == answers[1].verdict) {
			if (answers[0].verdict == SBPL_UNKNOWN &&
			    !doubts_the_same(p, q, answers))
				x->line.told = false;
		} else if ((!at->said[which] || change->n > 0) &&
			   (!likely || x->more == is_more(answers[0].verdict,
						      answers[1].verdict))) {
			if (change->n == 0)
				change->witness = at->text;
			change->n += !change->ops[op];
			change->ops[op] = true;
			at->said[which] = true;
		}
	}
}

static void
ask_patterns(struct patterns *p, enum sbpl_fact fact, bool likely,
    struct asked *asked, uint32_t n)
{
	for (uint32_t i = 0; i < p->v.n; i++) {
		struct pattern *x = &p->v.v[i];

		if (x->fact != fact)
			continue;
		x->judge =
		    sbpl_judge_open(p->arena, &x->alone, SBPL_READING_TREE);
		for (uint32_t k = 0; k < n; k++)
			if (matches(x, asked[k].text)) {
				if (asked[k].ops == NULL)
					asked[k].ops = ARENA_ARRAY(
					    p->arena, SBPL_OPS, bool);
				ask_at(p, x, likely, &asked[k]);
			}
		sbpl_judge_close(x->judge);
	}
}

/* Asks about all that the patterns on one fact match. */
static void
ask_all(struct patterns *p, enum sbpl_fact fact, struct sbpl_told *ret_told)
{
	struct sbpl_paths paths;
	struct sbpl_sorts sorts = {0};
	struct asked *asked;
	bool complete;

	sbpl_paths_init(&paths, p->arena,
	    fact == SBPL_FACT_PATH ? SBPL_ALL_PATHS : SBPL_ALL_NAMES);
	for (unsigned i = 0; i < 2; i++)
		sbpl_paths_add_policy(&paths, &p->files[i]->policy, fact);
	complete = sbpl_paths_sort(&paths, SBPL_PATHS_MAX, &sorts);
	asked = ARENA_ARRAY(p->arena, sorts.n + 1, struct asked);
	for (uint32_t i = 0; i < sorts.n; i++)
		asked[i].text = sorts.v[i];
	for (uint32_t i = 0; i < p->v.n; i++)
		p->v.v[i].line.told |= p->v.v[i].fact == fact && complete;
	/* More by what was added, less by what went; then what is left. */
	ask_patterns(p, fact, true, asked, sorts.n);
	ask_patterns(p, fact, false, asked, sorts.n);
	for (uint32_t i = 0; i < sorts.n; i++)
		*VEC_PUSH(p->arena, &ret_told->rest) = (struct sbpl_witness){
		    .text = asked[i].text,
		    .fact = fact,
		    .exact = true,
		    .said = asked[i].ops,
		};
}

/*
 * Where something is certain, what may be besides is not said; nor of a rule
 * that is shown because it cannot be told.
 */
static void
keep_changes(
    struct patterns *p, const struct pattern *x, struct sbpl_told *ret_told)
{
	const bool gained = x->changes[SBPL_DENY * 3 + SBPL_ALLOW].n > 0 ||
			    x->changes[SBPL_UNKNOWN * 3 + SBPL_ALLOW].n > 0;
	const bool lost = x->changes[SBPL_ALLOW * 3 + SBPL_DENY].n > 0;

	for (unsigned k = 0; k < SBPL_CHANGES; k++) {
		struct sbpl_pattern_change change = x->changes[k];
		const enum sbpl_verdict to = (enum sbpl_verdict)(k % 3);

		if (change.n == 0 ||
		    (to == SBPL_UNKNOWN && (gained || !x->line.told)) ||
		    (lost && k == SBPL_ALLOW * 3 + SBPL_UNKNOWN) ||
		    (lost && k == SBPL_UNKNOWN * 3 + SBPL_DENY) ||
		    (k == SBPL_UNKNOWN * 3 + SBPL_ALLOW &&
			x->changes[SBPL_DENY * 3 + SBPL_ALLOW].n > 0))
			continue;
		change.side = x->line.side;
		change.line = x->from;
		change.fact = x->fact;
		change.from = (enum sbpl_verdict)(k / 3);
		change.to = to;
		*VEC_PUSH(p->arena, &ret_told->changes) = change;
	}
}

/*
 * Has an allowing rule of the later file no deny before it that it could lift,
 * or a denying one no allow behind it that lifts it?  Then it stands for all
 * that it matches, as far as others do not take it away.
 */
static bool
is_first_word(const struct patterns *p, const struct sbpl_line *l)
{
	for (uint32_t i = 0; i < p->lines[1].v.n; i++) {
		const struct sbpl_line *o = &p->lines[1].v.v[i];

		if (o->rule->opaque)
			return false;
		if (o->rule->allow != l->rule->allow && o->filter != NULL &&
		    *o->op == *l->op &&
		    (l->rule->allow ? o->rule < l->rule : o->rule > l->rule))
			return false;
	}
	return true;
}

/*
 * Is there a rule in the other file, for the same operation, that allows all
 * that a new one does, or denies all that one which went did?
 */
static bool
is_covered(const struct patterns *p, const struct pattern *x)
{
	const struct sbpl_lines *others = &p->lines[!x->line.side];
	const struct sbpl_line *l = x->from;

	if (l->rule->allow != (x->line.side == 1) ||
	    l->filter->kind != SBPL_FILTER_REGEX)
		return false;
	for (uint32_t i = 0; i < others->v.n; i++) {
		const struct sbpl_line *o = &others->v.v[i];
		struct sbpl_relation_witness ignored;
		enum sbpl_relation r;

		if (o->rule->opaque || o->rule->maybe ||
		    o->rule->allow != l->rule->allow || *o->op != *l->op ||
		    o->filter == NULL || o->filter->kind != SBPL_FILTER_REGEX ||
		    o->filter->fact != l->filter->fact ||
		    !is_first_word(p, l->rule->allow ? l : o))
			continue;
		r = sbpl_regex_relation(p->arena, l->filter->text,
		    o->filter->text, SBPL_ALL_NAMES, &ignored);
		if (r == SBPL_SAME || r == SBPL_WITHIN)
			return true;
	}
	return false;
}

void
sbpl_diff_patterns(struct arena *a, const struct sbpl_file *from,
    const struct sbpl_file *to, const struct sbpl_questions *q,
    struct sbpl_told *ret_told)
{
	struct patterns p = {.arena = a, .files = {from, to}, .questions = q};
	bool asked[SBPL_FACTS] = {false};

	for (unsigned i = 0; i < 2; i++)
		sbpl_lines(a, &p.files[i]->policy, &p.lines[i]);
	for (unsigned i = 0; i < 2; i++)
		for (uint32_t k = 0; k < p.lines[i].v.n; k++) {
			const struct sbpl_line *l = &p.lines[i].v.v[k];

			if (!sbpl_diff_hides(
				a, &p.files[i]->policy, &to->policy, l) &&
			    !has_line(&p.lines[!i], l->text))
				add(&p, i, l);
		}
	if (!text_equal(from->text, to->text))
		ask_all(&p, SBPL_FACT_PATH, ret_told);
	asked[SBPL_FACT_PATH] = true;
	for (uint32_t i = 0; i < p.v.n; i++) {
		const enum sbpl_fact fact = p.v.v[i].fact;

		if (!asked[fact])
			ask_all(&p, fact, ret_told);
		asked[fact] = true;
	}
	for (uint32_t i = 0; i < p.v.n; i++) {
		struct pattern *x = &p.v.v[i];

		x->line.covered = !x->line.told && is_covered(&p, x);
		*VEC_PUSH(a, &ret_told->v) = x->line;
		keep_changes(&p, x, ret_told);
	}
}
