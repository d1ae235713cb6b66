#include <config.h>

#include <stdlib.h>

#include "compiler/seatbelt/sbpl_diff.h"

/* The rules that only one of two Seatbelt files has. */
enum part { PART_ALL, PART_MAY_PERMIT, PART_TAKES_AWAY };

struct rules_diff {
	struct report *report;
	const struct sbpl_told *told;
	enum part part;
	uint32_t max, left_off;
};

static int
by_text(const void *a, const void *b)
{
	return text_compare(((const struct sbpl_line *)a)->text,
	    ((const struct sbpl_line *)b)->text);
}

static void
add_line(struct arena *a, struct sbpl_lines *lines,
    const struct sbpl_rule *rule, uint32_t op, const struct sbpl_filter *filter)
{
	struct sbpl_rule one = *rule;
	struct sbpl_line line = {.rule = rule, .filter = filter};

	if (!rule->opaque) {
		one.ops += op;
		one.op_names += op;
		one.n = 1;
		one.filter = filter;
		line.op = one.ops;
	}
	line.text = sbpl_rule_text(a, &one);
	line.at = filter != NULL ? filter->at : rule->at;
	*VEC_PUSH(a, &lines->v) = line;
}

void
sbpl_lines(
    struct arena *a, const struct sbpl_policy *p, struct sbpl_lines *ret_lines)
{

	for (uint32_t i = 0; i < p->rules.n; i++) {
		const struct sbpl_rule *r = &p->rules.v[i];
		const struct sbpl_filter *f = r->filter;

		for (uint32_t op = 0; op < r->n || (op == 0 && r->opaque);
		     op++) {
			if (f == NULL || f->kind != SBPL_FILTER_ANY) {
				add_line(a, ret_lines, r, op, f);
				continue;
			}
			for (uint32_t k = 0; k < f->n; k++)
				add_line(a, ret_lines, r, op, f->parts[k]);
		}
	}
}

/*
 * Of a profile the rules are ours, and what they come to has been asked; but
 * not of filters that no path can be made from.
 */
static bool
is_seen(const struct sbpl_filter *f)
{
	if (f == NULL)
		return true;
	switch (f->kind) {
	case SBPL_FILTER_LITERAL:
	case SBPL_FILTER_SUBPATH:
	case SBPL_FILTER_PREFIX:
	case SBPL_FILTER_ANCESTOR:
	case SBPL_FILTER_NUMBER:
	case SBPL_FILTER_END:
		return true;
	case SBPL_FILTER_ANY:
	case SBPL_FILTER_ALL:
	case SBPL_FILTER_NOT:
	case SBPL_FILTER_REGEX:
	case SBPL_FILTER_BITS:
	case SBPL_FILTER_UNKNOWN:
		break;
	}
	return false;
}

/*
 * Does a deny go that kept a pattern's matches closed?  They are no paths that
 * are asked about.
 */
static bool
uncovers(struct arena *a, const struct sbpl_policy *now,
    const struct sbpl_line *line)
{
	const struct sbpl_filter *f = line->filter;

	if (line->rule->allow || f == NULL ||
	    (f->kind != SBPL_FILTER_SUBPATH && f->kind != SBPL_FILTER_PREFIX))
		return false;
	for (uint32_t i = 0; i < now->rules.n; i++)
		if (now->rules.v[i].allow &&
		    sbpl_may_match_in(
			a, now->rules.v[i].filter, f->fact, f->text))
			return true;
	return false;
}

bool
sbpl_diff_hides(struct arena *a, const struct sbpl_policy *p,
    const struct sbpl_policy *now, const struct sbpl_line *line)
{
	const struct sbpl_rule *r = line->rule;
	const struct sbpl_filter *f = line->filter;
	struct text path;

	if (r->opaque)
		return false;
	/* What is denied has lines of its own, sbpl_diff_lines.c. */
	if (r->maybe)
		return !r->allow;
	if (is_seen(f))
		return f == NULL || (sbpl_diff_asks(*line->op, f->fact) &&
					!uncovers(a, now, line));
	return sbpl_respells(a, p, r, line->op, f, &path);
}

/* What more is known of it, or NULL. */
static const struct sbpl_told_line *
find(const struct sbpl_told *told, unsigned side, const struct sbpl_line *line)
{
	for (uint32_t i = 0; i < told->v.n; i++)
		if (told->v.v[i].side == side &&
		    text_equal(told->v.v[i].text, line->text))
			return &told->v.v[i];
	return NULL;
}

static bool
is_told(
    const struct sbpl_told *told, unsigned side, const struct sbpl_line *line)
{
	const struct sbpl_told_line *l = find(told, side, line);

	return l != NULL && l->told;
}

/* now: the later one, for both, so that what both have is kept of both. */
static void
sorted_lines(const struct rules_diff *c, const struct sbpl_file *const files[2],
    unsigned side, struct sbpl_lines *ret_lines)
{
	struct arena *a = c->report->arena;
	const struct sbpl_policy *p = &files[side]->policy;
	const bool compiled = files[0]->compiled || files[1]->compiled;
	struct sbpl_lines all = {0};

	sbpl_lines(a, p, &all);
	for (uint32_t i = 0; i < all.v.n; i++)
		if (!compiled ||
		    (!sbpl_diff_hides(a, p, &files[1]->policy, &all.v.v[i]) &&
			!is_told(c->told, side, &all.v.v[i])))
			*VEC_PUSH(a, &ret_lines->v) = all.v.v[i];
	if (ret_lines->v.n > 0)
		qsort(ret_lines->v.v, ret_lines->v.n, sizeof(struct sbpl_line),
		    by_text);
}

static void
report_line(struct rules_diff *c, const struct sbpl_file *f,
    const struct sbpl_line *line, char sign)
{
	const struct sbpl_told_line *told = find(c->told, sign == '+', line);
	const bool narrows = told != NULL && told->covered;
	const bool more = !narrows && (line->rule->opaque ||
					  line->rule->allow == (sign == '+'));
	struct finding *g;

	if (c->part != PART_ALL && more != (c->part == PART_MAY_PERMIT))
		return;
	if (c->report->findings.n >= c->max) {
		c->left_off++;
		return;
	}
	g = report_add(c->report, "seatbelt-rule", REPORT_NOTE,
	    narrows	  ? "narrowed"
	    : sign == '+' ? "added"
			  : "removed");
	g->sign = sign;
	g->subject = c->part == PART_ALL	  ? TEXT("rules")
		     : c->part == PART_MAY_PERMIT ? TEXT("cannot be told")
						  : TEXT("can only take away");
	g->message = line->text;
	sbpl_file_places(
	    c->report, g, f, f->compiled ? line->at : line->rule->at, "");
}

/* As sets: how often a rule stands in a file says nothing. */
static uint32_t
report_part(struct rules_diff *c, const struct sbpl_file *f,
    const struct sbpl_file *t, const struct sbpl_lines *all_from,
    const struct sbpl_lines *all_to)
{
	const struct sbpl_line *from = all_from->v.v, *to = all_to->v.v;
	const uint32_t n = all_from->v.n, m = all_to->v.n;
	uint32_t differ = 0;

	for (uint32_t i = 0, k = 0; i < n || k < m;) {
		int d = i == n	 ? 1
			: k == m ? -1
				 : text_compare(from[i].text, to[k].text);
		struct text same = d <= 0 ? from[i].text : to[k].text;

		differ += d != 0;
		if (d < 0)
			report_line(c, f, &from[i], '-');
		else if (d > 0)
			report_line(c, t, &to[k], '+');
		while (i < n && text_equal(from[i].text, same))
			i++;
		while (k < m && text_equal(to[k].text, same))
			k++;
	}
	return differ;
}

uint32_t
sbpl_diff_rules(struct report *r, const struct sbpl_file *f,
    const struct sbpl_file *t, const struct sbpl_told *told, uint32_t max,
    uint32_t *left_off)
{
	const struct sbpl_file *const files[2] = {f, t};
	struct rules_diff c = {.report = r, .told = told, .max = max};
	struct sbpl_lines from = {0}, to = {0};
	const bool compiled = f->compiled || t->compiled;
	uint32_t differ;

	sorted_lines(&c, files, 0, &from);
	sorted_lines(&c, files, 1, &to);
	/* Of profiles by what they may do: nobody wrote most of them. */
	c.part = compiled ? PART_MAY_PERMIT : PART_ALL;
	differ = report_part(&c, f, t, &from, &to);
	if (compiled) {
		c.part = PART_TAKES_AWAY;
		(void)report_part(&c, f, t, &from, &to);
	}
	*left_off += c.left_off;
	return differ;
}
