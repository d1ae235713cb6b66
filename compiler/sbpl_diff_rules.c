#include <config.h>

#include <stdlib.h>

#include "compiler/sbpl_file.h"

/* The rules that only one of two Seatbelt files has. */
struct rules_diff {
	struct report *report;
	uint32_t max, left_off;
};

/* Rules as text, with where they stand. */
struct line {
	struct text text;
	const struct sbpl_rule *rule;
	struct span at; /* of its part */
};

struct lines {
	struct VEC(struct line) v;
};

static int
by_text(const void *a, const void *b)
{
	return text_compare(
	    ((const struct line *)a)->text, ((const struct line *)b)->text);
}

/* A rule of one operation and one filter. */
static void
add_line(struct arena *a, struct lines *lines, const struct sbpl_rule *rule,
    uint32_t op, const struct sbpl_filter *filter)
{
	struct sbpl_rule one = *rule;

	if (!rule->opaque) {
		one.ops += op;
		one.op_names += op;
		one.n = 1;
		one.filter = filter;
	}
	*VEC_PUSH(a, &lines->v) = (struct line){sbpl_rule_text(a, &one), rule,
	    filter != NULL ? filter->at : rule->at};
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
	return compiled && !r->opaque && !r->maybe && is_seen(f);
}

/* Rules taken apart: (allow a b (c) (d)) is four. */
static void
lines_of(struct arena *a, const struct sbpl_policy *p, bool compiled,
    struct lines *lines)
{

	for (uint32_t i = 0; i < p->rules.n; i++) {
		const struct sbpl_rule *r = &p->rules.v[i];
		const struct sbpl_filter *f = r->filter;

		for (uint32_t op = 0; op < r->n || (op == 0 && r->opaque);
		     op++) {
			if (f == NULL || f->kind != SBPL_FILTER_ANY) {
				if (!hides(compiled, r, f))
					add_line(a, lines, r, op, f);
				continue;
			}
			for (uint32_t k = 0; k < f->n; k++)
				if (!hides(compiled, r, f->parts[k]))
					add_line(a, lines, r, op, f->parts[k]);
		}
	}
	if (lines->v.n > 0)
		qsort(lines->v.v, lines->v.n, sizeof(*lines->v.v), by_text);
}

static void
report_line(struct rules_diff *c, const struct sbpl_file *f,
    const struct line *line, char sign)
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
	struct lines all_from = {0}, all_to = {0};
	const bool compiled = f->compiled || t->compiled;
	const struct line *from, *to;
	uint32_t n, m;
	uint32_t differ = 0;

	lines_of(a, &f->policy, compiled, &all_from);
	lines_of(a, &t->policy, compiled, &all_to);
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
