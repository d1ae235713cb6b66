#include <config.h>

#include "compiler/seatbelt/sbpl_diff.h"

#include <stdlib.h>

/*
 * Which requests two Seatbelt files can answer differently.  A verdict comes
 * from the rules that match, in their order.  Where both files have the same
 * rules in the same order but for a few, a request that none of those few
 * matches has the same verdict in both, and needs no asking.  Rules that stand
 * side by side and all allow, or all deny, may stand in any order.
 */
struct marked {
	const struct sbpl_line *line;
	uint32_t run; /* of rules that may change places */
	bool only;    /* the other file has it less often */
};

struct marks {
	struct VEC(struct marked) v;
};

static int
by_text(const void *a, const void *b)
{
	const struct marked *x = a, *y = b;
	int d = text_compare(x->line->text, y->line->text);

	return d != 0 ? d : (x->line > y->line) - (x->line < y->line);
}

static int
by_run_and_text(const void *a, const void *b)
{
	const struct marked *x = a, *y = b;

	if (x->run != y->run)
		return x->run < y->run ? -1 : 1;
	return text_compare(x->line->text, y->line->text);
}

static void
mark(struct arena *a, const struct sbpl_lines *lines, struct marks *ret_marks)
{
	for (uint32_t i = 0; i < lines->v.n; i++)
		*VEC_PUSH(a, &ret_marks->v) =
		    (struct marked){.line = &lines->v.v[i]};
	if (lines->v.n > 0)
		qsort(ret_marks->v.v, ret_marks->v.n, sizeof(struct marked),
		    by_text);
}

/* Marks what one has more often than the other: both are sorted by text. */
static void
mark_only(struct marks *a, struct marks *b)
{
	uint32_t i = 0, k = 0;

	while (i < a->v.n || k < b->v.n) {
		int d = i == a->v.n   ? 1
			: k == b->v.n ? -1
				      : text_compare(a->v.v[i].line->text,
					    b->v.v[k].line->text);

		if (d < 0)
			a->v.v[i].only = true;
		else if (d > 0)
			b->v.v[k].only = true;
		i += d <= 0;
		k += d >= 0;
	}
}

static int
by_place(const void *a, const void *b)
{
	const struct marked *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

/* Those that both have, cut into runs, and sorted within each. */
static uint32_t
cut_runs(struct marks *m)
{
	const struct sbpl_rule *last = NULL;
	uint32_t run = 0, n = 0;

	if (m->v.n == 0)
		return 0;
	qsort(m->v.v, m->v.n, sizeof(struct marked), by_place);
	for (uint32_t i = 0; i < m->v.n; i++) {
		const struct sbpl_rule *r = m->v.v[i].line->rule;

		if (m->v.v[i].only)
			continue;
		if (last != NULL &&
		    (r->allow != last->allow || r->opaque || last->opaque ||
			r->maybe != last->maybe))
			run++;
		last = r;
		m->v.v[n] = m->v.v[i];
		m->v.v[n++].run = run;
	}
	qsort(m->v.v, n, sizeof(struct marked), by_run_and_text);
	return n;
}

static bool
same_order(struct marks *a, struct marks *b)
{
	uint32_t n = cut_runs(a);

	if (cut_runs(b) != n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (a->v.v[i].run != b->v.v[i].run ||
		    !text_equal(a->v.v[i].line->text, b->v.v[i].line->text))
			return false;
	return true;
}

static bool
is_network(enum sbpl_op op)
{
	return strncmp(sbpl_op_name(op), "network", 7) == 0;
}

/* Filters say alike what they match, but those on connections. */
static const enum sbpl_op probe = SBPL_OP_FILE_READ_DATA;

static void
add_rule(struct sbpl_touch *t, struct sbpl_policy *p, const struct marked *m)
{
	const struct sbpl_rule *r = m->line->rule;
	const enum sbpl_op *op = m->line->op;
	struct sbpl_rule *one;

	if (r->opaque || m->line->filter == NULL || op == NULL) {
		t->all = true;
		return;
	}
	if (*op == SBPL_OP_NONE)
		return;
	/* It may be another name of sysctl*. */
	if (*op == SBPL_OP_SYSCTL_WRITE)
		t->ops[SBPL_OP_SYSCTL_READ] = true;
	t->ops[*op] = true;
	one = VEC_PUSH(t->arena, &p->rules);
	*one = *r;
	one->allow = true;
	one->maybe = false;
	one->ops = is_network(*op) ? op : &probe;
	one->n = 1;
	one->filter = m->line->filter;
}

/* A policy of nothing but the rules that differ. */
static struct sbpl_judge *
open_side(struct sbpl_touch *t, const struct sbpl_policy *of,
    struct sbpl_policy *p, const struct marks *m)
{
	static const enum sbpl_op any = SBPL_OP_DEFAULT;

	*p = (struct sbpl_policy){
	    .regexes = of->regexes, .sources = of->sources};
	*VEC_PUSH(t->arena, &p->rules) =
	    (struct sbpl_rule){.ops = &any, .n = 1};
	for (uint32_t i = 0; i < m->v.n; i++)
		if (m->v.v[i].only)
			add_rule(t, p, &m->v.v[i]);
	return sbpl_judge_open(t->arena, p, SBPL_READING_TREE);
}

void
sbpl_touch_open(struct arena *a, const struct sbpl_file *from,
    const struct sbpl_file *to, struct sbpl_touch *ret_touch)
{
	struct sbpl_touch *t = ret_touch;
	struct sbpl_lines lines[2] = {0};
	struct marks marks[2] = {0};

	*t = (struct sbpl_touch){.arena = a};
	sbpl_lines(a, &from->policy, &lines[0]);
	sbpl_lines(a, &to->policy, &lines[1]);
	for (unsigned i = 0; i < 2; i++)
		mark(a, &lines[i], &marks[i]);
	mark_only(&marks[0], &marks[1]);
	t->sides[0] = open_side(t, &from->policy, &t->policies[0], &marks[0]);
	t->sides[1] = open_side(t, &to->policy, &t->policies[1], &marks[1]);
	if (!same_order(&marks[0], &marks[1]))
		t->all = true;
}

void
sbpl_touch_close(struct sbpl_touch *t)
{
	sbpl_judge_close(t->sides[0]);
	sbpl_judge_close(t->sides[1]);
}

static bool
matches(struct sbpl_touch *t, const struct sbpl_request *r)
{
	struct sbpl_answer answer;

	for (unsigned i = 0; i < 2; i++) {
		sbpl_decide(t->sides[i], r, &answer);
		if (answer.verdict != SBPL_DENY)
			return true;
	}
	return false;
}

bool
sbpl_touched(struct sbpl_touch *t, const struct sbpl_request *r,
    enum sbpl_probed *probed)
{
	struct sbpl_request asked = *r;
	enum sbpl_op op = r->op;

	if (t->all)
		return true;
	while (!t->ops[op]) {
		if (op == SBPL_OP_DEFAULT || sbpl_op_own(op) != SBPL_OWN_PARENT)
			return false;
		op = sbpl_op_parent(op);
	}
	if (is_network(r->op))
		return matches(t, &asked);
	if (*probed == SBPL_NOT_PROBED) {
		asked.op = probe;
		*probed = matches(t, &asked) ? SBPL_TOUCHED : SBPL_UNTOUCHED;
	}
	return *probed == SBPL_TOUCHED;
}
