#include <config.h>

#include <stdlib.h>

#include "compiler/sbpl_diff.h"

/* The rules that only one of two Seatbelt files has. */
struct rules_diff {
	struct report *report;
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

static bool
hides(bool compiled, const struct sbpl_rule *r, const struct sbpl_filter *f)
{
	/* What is denied has lines of its own, sbpl_diff_lines.c. */
	return compiled && !r->opaque && (r->maybe ? !r->allow : is_seen(f));
}

static void
sorted_lines(struct arena *a, const struct sbpl_policy *p, bool compiled,
    struct sbpl_lines *ret_lines)
{
	struct sbpl_lines all = {0};

	sbpl_lines(a, p, &all);
	for (uint32_t i = 0; i < all.v.n; i++)
		if (!hides(compiled, all.v.v[i].rule, all.v.v[i].filter))
			*VEC_PUSH(a, &ret_lines->v) = all.v.v[i];
	if (ret_lines->v.n > 0)
		qsort(ret_lines->v.v, ret_lines->v.n, sizeof(struct sbpl_line),
		    by_text);
}

static void
report_line(struct rules_diff *c, const struct sbpl_file *f,
    const struct sbpl_line *line, char sign)
{
	struct finding *g;

	if (c->report->findings.n >= c->max) {
		c->left_off++;
		return;
	}
	g = report_add(c->report, "seatbelt-rule", REPORT_NOTE,
	    sign == '+' ? "added" : "removed");
	g->sign = sign;
	g->subject = TEXT("rules");
	g->message = line->text;
	sbpl_file_places(
	    c->report, g, f, f->compiled ? line->at : line->rule->at, "");
}

/* As sets: how often a rule stands in a file says nothing. */
uint32_t
sbpl_diff_rules(struct report *r, const struct sbpl_file *f,
    const struct sbpl_file *t, uint32_t max, uint32_t *left_off)
{
	struct rules_diff c = {.report = r, .max = max};
	struct arena *a = r->arena;
	struct sbpl_lines all_from = {0}, all_to = {0};
	const bool compiled = f->compiled || t->compiled;
	const struct sbpl_line *from, *to;
	uint32_t n, m;
	uint32_t differ = 0;

	sorted_lines(a, &f->policy, compiled, &all_from);
	sorted_lines(a, &t->policy, compiled, &all_to);
	from = all_from.v.v;
	to = all_to.v.v;
	n = all_from.v.n;
	m = all_to.v.n;
	for (uint32_t i = 0, k = 0; i < n || k < m;) {
		int d = i == n	 ? 1
			: k == m ? -1
				 : text_compare(from[i].text, to[k].text);
		struct text same = d <= 0 ? from[i].text : to[k].text;

		differ += d != 0;
		if (d < 0)
			report_line(&c, f, &from[i], '-');
		else if (d > 0)
			report_line(&c, t, &to[k], '+');
		while (i < n && text_equal(from[i].text, same))
			i++;
		while (k < m && text_equal(to[k].text, same))
			k++;
	}
	*left_off += c.left_off;
	return differ;
}
