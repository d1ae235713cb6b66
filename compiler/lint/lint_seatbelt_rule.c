#include <config.h>

#include "compiler/lint/lint_seatbelt.h"

#include "compiler/seatbelt/sbpl_diff.h"

/* Rules that are wider than they look, and rules for nothing. */

/* Is there anything that a filter could hold the operation to? */
static bool
could_be_filtered(enum sbpl_op op)
{
	for (uint32_t i = 0; op != SBPL_OP_NONE && i < SBPL_OPS; i++)
		for (uint32_t k = 0;
		     sbpl_diff_above(op, (enum sbpl_op)i) && k < SBPL_FACTS;
		     k++)
			if (sbpl_diff_asks((enum sbpl_op)i, (enum sbpl_fact)k))
				return true;
	return false;
}

static void
unfiltered(struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	const struct sbpl_rule *rule = part->rule;

	for (uint32_t i = 0; i < rule->n; i++) {
		const struct text op = rule->op_names[i];
		struct finding *f;

		if (!could_be_filtered(rule->ops[i]) ||
		    seatbelt_lint_said(s, FINDING_UNFILTERED, op))
			continue;
		f = seatbelt_lint_add(s, FINDING_UNFILTERED, part, op);
		f->message = arena_printf(s->arena,
		    "%.*s is allowed without a filter: on everything there is",
		    (int)op.len, op.s);
	}
}

/* Part of a pattern, [begin, end). */
struct pattern_part {
	struct text p;
	uint32_t begin, end;
};

/* Behind the item at `i`: a byte, an escaped one, a bracket, a group. */
static uint32_t
behind(struct text p, uint32_t i)
{
	uint32_t depth = 0;

	do {
		if (p.s[i] == '\\') {
			i++;
		} else if (p.s[i] == '[') {
			i++;
			i += i < p.len && p.s[i] == '^';
			i += i < p.len && p.s[i] == ']';
			while (i < p.len && p.s[i] != ']')
				i++;
		} else {
			depth += (uint32_t)(p.s[i] == '(') -
				 (uint32_t)(p.s[i] == ')' && depth > 0);
		}
		i++;
	} while (i < p.len && depth > 0);
	return i < p.len ? i : p.len;
}

/* The end of the alternative that begins there. */
static uint32_t
branch_end(const struct pattern_part *x)
{
	uint32_t i = x->begin;

	while (i < x->end && x->p.s[i] != '|')
		i = behind(x->p, i);
	return i < x->end ? i : x->end;
}

/* Is every alternative closed? */
static bool
all_closed(struct pattern_part x, bool (*closed)(struct pattern_part))
{
	for (;;) {
		const uint32_t end = branch_end(&x);

		if (!closed((struct pattern_part){x.p, x.begin, end}))
			return false;
		if (end >= x.end)
			return true;
		x.begin = end + 1;
	}
}

static bool
is_repeat(const struct pattern_part *x, uint32_t i)
{
	return i < x->end && strchr("*+?{", x->p.s[i]) != NULL;
}

/* Does it match from the beginning only?  ^, or a group of nothing else. */
static bool
begins_at_start(struct pattern_part x)
{
	uint32_t end;

	if (x.begin == x.end)
		return false;
	if (x.p.s[x.begin] == '^')
		return true;
	end = behind(x.p, x.begin);
	return x.p.s[x.begin] == '(' && !is_repeat(&x, end) &&
	       all_closed((struct pattern_part){x.p, x.begin + 1, end - 1},
		   begins_at_start);
}

/*
 * Does it end with the name?  At $, at a slash, behind which other names
 * begin, or with all that is below a slash.
 */
static bool
ends_with_name(struct pattern_part x)
{
	uint32_t last = x.end, before = x.end, i = x.begin;

	while (i < x.end) {
		before = last == x.end ? x.end : last;
		last = i;
		i = behind(x.p, i);
		if (is_repeat(&x, i))
			i++;
	}
	if (last == x.end)
		return false;
	if (x.p.s[last] == '$') {
		x.end = last;
		/* ".*$" is as open as no $ at all. */
		if (before < last && x.p.s[before] == '.' &&
		    before + 2 == last && x.p.s[before + 1] != '?')
			return before > x.begin && x.p.s[before - 1] == '/';
		return true;
	}
	if (x.p.s[last] == '/' && last + 1 == x.end)
		return true;
	if (x.p.s[last] == '.' && last + 2 == x.end)
		return last > x.begin && x.p.s[last - 1] == '/';
	return x.p.s[last] == '(' && x.p.s[x.end - 1] == ')' &&
	       all_closed((struct pattern_part){x.p, last + 1, x.end - 1},
		   ends_with_name);
}

/* A dot that nothing repeats: it was mostly to be a dot. */
static bool
has_bare_dot(struct text p)
{
	for (uint32_t i = 0; i < p.len;) {
		/* Into groups, over all else. */
		const uint32_t next = p.s[i] == '(' ? i + 1 : behind(p, i);

		if (p.s[i] == '.' &&
		    (next == p.len || strchr("*+?{", p.s[next]) == NULL))
			return true;
		i = next;
	}
	return false;
}

static void
anchors(struct seatbelt_lint *s, const struct seatbelt_part *part,
    const struct sbpl_filter *regex)
{
	const struct pattern_part all = {regex->text, 0, regex->text.len};
	const bool begin = all_closed(all, begins_at_start);
	const bool end = all_closed(all, ends_with_name);
	struct finding *f;

	if ((begin && end) ||
	    seatbelt_lint_said(s, FINDING_NOT_ANCHORED, regex->text))
		return;
	f = seatbelt_lint_add(s, FINDING_NOT_ANCHORED, part, regex->text);
	f->message = arena_printf(s->arena, "the pattern %.*s matches %s",
	    (int)regex->text.len, regex->text.s,
	    begin ? "every name that only begins so: it has no $"
	    : end ? "anywhere in a name: it has no ^"
		  : "anywhere in a name: it has neither ^ nor $");
}

static void
dots(struct seatbelt_lint *s, const struct seatbelt_part *part,
    const struct sbpl_filter *regex)
{
	struct finding *f;

	if (!has_bare_dot(regex->text) ||
	    seatbelt_lint_said(s, FINDING_BARE_DOT, regex->text))
		return;
	f = seatbelt_lint_add(s, FINDING_BARE_DOT, part, regex->text);
	f->message = arena_printf(s->arena,
	    "a dot in the pattern %.*s stands for any character: write \\. for "
	    "a dot",
	    (int)regex->text.len, regex->text.s);
}

/* Patterns by which a rule allows; under require-not, by which it denies. */
static void
patterns(struct seatbelt_lint *s, const struct seatbelt_part *part,
    const struct sbpl_filter *f, bool allows)
{
	const struct seatbelt_part at = {part->rule, f};

	for (uint32_t i = 0; i < f->n; i++)
		patterns(s, part, f->parts[i],
		    allows != (f->kind == SBPL_FILTER_NOT));
	if (f->kind != SBPL_FILTER_REGEX || !allows || f->text.len == 0)
		return;
	anchors(s, &at, f);
	dots(s, &at, f);
}

/* Does the filter hold all that the other has? */
static bool
covers(const struct sbpl_filter *wide, const struct sbpl_filter *f)
{
	const struct text top = wide->text, t = f->text;

	if (wide->kind == SBPL_FILTER_LITERAL || f->kind == SBPL_FILTER_PREFIX)
		return wide->kind == f->kind && text_equal(top, t);
	if (t.len < top.len || memcmp(top.s, t.s, top.len) != 0)
		return false;
	return wide->kind == SBPL_FILTER_PREFIX || t.len == top.len ||
	       t.s[top.len] == '/' || (top.len == 1 && top.s[0] == '/');
}

static bool
are_related(const struct sbpl_rule *a, const struct sbpl_rule *b)
{
	for (uint32_t i = 0; i < a->n; i++)
		for (uint32_t k = 0; k < b->n; k++)
			if (a->ops[i] == SBPL_OP_NONE ||
			    b->ops[k] == SBPL_OP_NONE ||
			    sbpl_diff_above(a->ops[i], b->ops[k]) ||
			    sbpl_diff_above(b->ops[k], a->ops[i]))
				return true;
	return false;
}

/* May a deny between the wider rule and this one take some of it back? */
static bool
is_lifted(const struct seatbelt_lint *s, uint32_t wide, uint32_t n)
{
	const struct seatbelt_part *part = &s->parts.v[n];

	for (uint32_t i = wide + 1; i < n; i++) {
		const struct seatbelt_part *p = &s->parts.v[i];

		if ((p->rule->allow && !p->rule->opaque) ||
		    (!p->rule->opaque && !are_related(p->rule, part->rule)))
			continue;
		if (p->rule->opaque || !seatbelt_lint_on_path(p) ||
		    covers(p->filter, part->filter) ||
		    covers(part->filter, p->filter))
			return true;
	}
	return false;
}

/* Gives another rule the same, so that without this one nothing changes? */
static bool
gives_all(const struct seatbelt_lint *s, uint32_t wide, uint32_t n)
{
	const struct seatbelt_part *w = &s->parts.v[wide];
	const struct seatbelt_part *part = &s->parts.v[n];

	if (wide == n || !w->rule->allow || w->rule->maybe || w->rule->opaque ||
	    w->rule->modifier_n > 0 || !seatbelt_lint_on_path(w) ||
	    !covers(w->filter, part->filter))
		return false;
	/* Of two that are the same it is the later one. */
	if (wide > n && covers(part->filter, w->filter))
		return false;
	for (uint32_t i = 0; i < part->rule->n; i++)
		if (!sbpl_rule_has(w->rule, part->rule->ops[i]))
			return false;
	return wide > n || !is_lifted(s, wide, n);
}

static void
redundant(struct seatbelt_lint *s, uint32_t n)
{
	const struct seatbelt_part *part = &s->parts.v[n];
	const struct text place = part->filter->text;
	struct seatbelt_numbers above = {0};

	seatbelt_lint_above(s, place, &above);
	for (uint32_t k = 0; k < above.n; k++) {
		const uint32_t i = above.v[k];
		struct text wide;
		struct finding *f;

		if (!gives_all(s, i, n))
			continue;
		if (seatbelt_lint_said(s, FINDING_REDUNDANT, place))
			return;
		wide = s->parts.v[i].filter->text;
		f = seatbelt_lint_add(s, FINDING_REDUNDANT, part, place);
		f->message = arena_printf(s->arena,
		    "%.*s is in %.*s, which is granted as well: it adds "
		    "nothing",
		    (int)place.len, place.s, (int)wide.len, wide.s);
		sbpl_file_places(s->l->report, f, s->file,
		    s->parts.v[i].filter->at, "the wider grant");
		return;
	}
}

void
lint_seatbelt_rules(struct seatbelt_lint *s)
{
	for (uint32_t i = 0; i < s->parts.n; i++) {
		const struct seatbelt_part *part = &s->parts.v[i];
		const struct sbpl_rule *rule = part->rule;

		if (rule->opaque || !seatbelt_lint_is_written(s, part))
			continue;
		if (part->filter != NULL)
			patterns(s, part, part->filter, rule->allow);
		else if (rule->allow)
			unfiltered(s, part);
		if (rule->allow && seatbelt_lint_on_path(part) &&
		    rule->modifier_n == 0 && !seatbelt_lint_is_group(s, part))
			redundant(s, i);
	}
}
