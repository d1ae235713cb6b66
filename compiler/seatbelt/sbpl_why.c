#include <config.h>

#include "compiler/seatbelt/sbpl_file.h"

#include "compiler/base/status.h"

/* A verdict, the rule that decides, and in words why it does. */

static const char *
verdict_word(enum sbpl_verdict v)
{
	return v == SBPL_ALLOW ? "allow" : v == SBPL_DENY ? "deny" : "unknown";
}

/* Long rules are cut: their place is there. */
static struct text
cut(struct arena *a, struct text t)
{
	return t.len <= 120 ? t : arena_printf(a, "%.110s ...)", t.s);
}

/* Of a rule of many operations and filters, what the request is about. */
static struct text
part_text(struct arena *a, const struct sbpl_answer *answer,
    const struct sbpl_rule *rule, const struct sbpl_filter *part)
{
	struct sbpl_rule one = *rule;

	if (!rule->opaque) {
		one.filter = part;
		for (uint32_t i = 0; i < rule->n; i++) {
			if (rule->ops[i] != answer->op)
				continue;
			one.ops = &rule->ops[i];
			one.op_names = &rule->op_names[i];
			one.n = 1;
			break;
		}
	}
	return cut(a, sbpl_rule_text(a, &one));
}

static void
explain_itself(struct report *r, struct finding *g,
    const struct sbpl_request *q, const struct sbpl_answer *answer)
{
	const char *asked = sbpl_op_name(q->op), *op = sbpl_op_name(answer->op);

	if (answer->op != q->op)
		report_detail(r, g,
		    "no rule for %s decides, and above it is "
		    "%s",
		    asked, op);
	report_detail(r, g,
	    "%s stands alone: (%s default) does not reach it, "
	    "and macOS %ss it",
	    op, answer->verdict == SBPL_ALLOW ? "deny" : "allow",
	    answer->verdict == SBPL_ALLOW ? "allow" : "denie");
}

static void
explain_doubt(
    struct report *r, struct finding *g, const struct sbpl_answer *answer)
{
	const struct sbpl_filter *f = answer->doubt_filter;

	if (answer->doubt->opaque)
		report_detail(r, g,
		    "the rules that come from there are not "
		    "known");
	else if (f != NULL && f->kind == SBPL_FILTER_UNKNOWN)
		report_detail(r, g, "its filter (%.*s ...) is not modelled",
		    (int)f->text.len, f->text.s);
	else if (f != NULL && f->text.len > 1 &&
		 (f->text.s[0] == '$' || f->text.s[1] == '\\'))
		report_detail(r, g,
		    "it depends on where a parameter lies: "
		    "give it with -D NAME=DIRECTORY");
	else if (f != NULL && f->kind == SBPL_FILTER_REGEX)
		report_detail(r, g,
		    "it is not known what its regular "
		    "expression means on a Mac");
	else if (f != NULL)
		report_detail(r, g,
		    "it depends on %s, of which the question "
		    "says too little",
		    sbpl_fact_name(f->fact));
	else if (answer->doubt->maybe)
		report_detail(r, g,
		    "whether it is there depends on what is "
		    "not known");
	else
		report_detail(r, g,
		    "whether it matches depends on where a parameter "
		    "lies (-D NAME=DIRECTORY), on what the question does not "
		    "say, or on the case of letters");
	if (answer->otherwise != SBPL_UNKNOWN)
		report_detail(
		    r, g, "without it: %s", verdict_word(answer->otherwise));
}

static void
explain(struct report *r, struct finding *g, const struct sbpl_request *q,
    const struct sbpl_answer *answer)
{
	const char *asked = sbpl_op_name(q->op), *op = sbpl_op_name(answer->op);

	switch (answer->reason) {
	case SBPL_BY_FILTER:
		if (answer->op != q->op)
			report_detail(r, g,
			    "no rule for %s matches; above it "
			    "is %s",
			    asked, op);
		report_detail(r, g,
		    "it is the last rule for %s that has a "
		    "filter and matches",
		    op);
		return;
	case SBPL_BY_OPERATION:
		if (answer->op != q->op)
			report_detail(r, g,
			    "no rule for %s decides; above it "
			    "is %s",
			    asked, op);
		report_detail(r, g,
		    "a rule without a filter is the default "
		    "of %s, wherever it stands",
		    op);
		return;
	case SBPL_BY_DEFAULT:
		report_detail(r, g,
		    "no rule for %s decides, nor for what is "
		    "above it",
		    asked);
		return;
	case SBPL_BY_ITSELF:
		explain_itself(r, g, q, answer);
		return;
	case SBPL_BY_NOTHING:
		if (answer->doubt != NULL)
			explain_doubt(r, g, answer);
		if (sbpl_op_own(answer->op) == SBPL_OWN_UNKNOWN)
			report_detail(r, g,
			    "no rule for %s decides, and what "
			    "macOS then asks was never published",
			    op);
		else
			report_detail(r, g,
			    "no rule decides, and the file has "
			    "no (deny default) or (allow default)");
		return;
	case SBPL_BY_DOUBT:
		explain_doubt(r, g, answer);
		return;
	}
}

/* What others, who read the language differently, will think. */
static void
other_reading(struct report *r, struct finding *g, const struct sbpl_file *f,
    const struct sbpl_request *q, enum sbpl_verdict verdict)
{
	struct sbpl_answer other;
	struct text rule;

	sbpl_decide(f->last, q, &other);
	if (other.verdict == verdict || other.rule == NULL ||
	    other.verdict == SBPL_UNKNOWN)
		return;
	rule = cut(r->arena, sbpl_rule_text(r->arena, other.rule));
	report_detail(r, g,
	    "a reader who takes the last rule that matches "
	    "will say: %s, by %.*s",
	    verdict_word(other.verdict), (int)rule.len, rule.s);
}

int
sbpl_why(
    struct report *r, const struct sbpl_file *f, const struct sbpl_request *q)
{
	struct sbpl_answer answer;
	struct text asked = sbpl_request_print(r->arena, q), rule;
	const struct sbpl_rule *decides;
	struct finding *g;

	sbpl_decide(f->tree, q, &answer);
	decides = answer.verdict == SBPL_UNKNOWN ? answer.doubt : answer.rule;
	report_rule(
	    r, "seatbelt-verdict", "What a Seatbelt file says of a request");
	g = report_add(
	    r, "seatbelt-verdict", REPORT_NOTE, verdict_word(answer.verdict));
	g->subject = text_of(f->name);
	g->message = arena_printf(r->arena, "%s %.*s",
	    verdict_word(answer.verdict), (int)asked.len, asked.s);
	if (decides != NULL) {
		const struct sbpl_filter *part =
		    sbpl_rule_part(f->tree, q, decides);

		rule = part_text(r->arena, &answer, decides, part);
		sbpl_file_places(r, g, f,
		    f->compiled && part != NULL ? part->at : decides->at, "");
		report_detail(r, g, "%s%.*s",
		    answer.verdict == SBPL_UNKNOWN ? "in doubt: " : "",
		    (int)rule.len, rule.s);
	}
	explain(r, g, q, &answer);
	if (answer.verdict != SBPL_UNKNOWN)
		other_reading(r, g, f, q, answer.verdict);
	r->verdict = verdict_word(answer.verdict);
	r->status = answer.verdict == SBPL_ALLOW  ? EXIT_HOLDS
		    : answer.verdict == SBPL_DENY ? EXIT_DIFFERS
						  : EXIT_ENVIRONMENT;
	return r->status;
}
