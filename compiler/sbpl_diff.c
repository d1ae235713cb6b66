#include <config.h>

#include "compiler/sbpl_diff.h"

#include <stdlib.h>

#include "compiler/cmd.h"

/*
 * Two Seatbelt files, by what they permit.  All requests cannot be asked; but
 * verdicts change only where rules do, so every path and name in either file
 * is asked about, and something below each path, beside what no rule names.
 * Regular expressions are not turned round: rules with other regular
 * expressions are seen among the rules only.
 */
/* Below "/", and nowhere that a rule could name. */
#define OTHER_PATHS "/(other paths)"

enum { FINDINGS_MAX = 1000 };

struct witness {
	struct text text;
	enum sbpl_fact fact;
	struct text other; /* is another spelling of this; .len 0: of none */
};

struct comparison {
	struct report *report;
	const struct sbpl_file *from, *to;
	struct text subject;
	struct sbpl_touch touch;
	struct VEC(struct witness) witnesses;
	bool named[SBPL_OPS]; /* by a rule of either, or above one */
	bool asked[SBPL_OPS]; /* of these, those that are asked about */
	/* Which operations can have the fact; SBPL_FACTS: none. */
	bool fit[SBPL_FACTS + 1][SBPL_OPS];
	uint32_t gained, lost, unsure, left_off;
};

static int
by_fact_and_text(const void *a, const void *b)
{
	const struct witness *x = a, *y = b;

	if (x->fact != y->fact)
		return x->fact < y->fact ? -1 : 1;
	return text_compare(x->text, y->text);
}

static void
add(struct comparison *c, enum sbpl_fact fact, struct text t)
{
	*VEC_PUSH(c->report->arena, &c->witnesses) =
	    (struct witness){t, fact, TEXT("")};
}

/* ip "*:80" as a connection that it is for: tcp 192.0.2.1:80 */
static void
add_end(struct comparison *c, const struct sbpl_filter *f)
{
	struct text t = f->text;
	struct text said = TEXT("");
	bool any = t.len > 2 && memcmp(t.s, "ip", 2) == 0;

	if (any)
		said = TEXT("tcp");
	for (uint32_t i = any ? 2 : 0; i < t.len; i++) {
		const char *star =
		    i > 0 && t.s[i - 1] == ':' ? "4711" : "192.0.2.1";

		if (t.s[i] == '*')
			said = arena_printf(c->report->arena, "%.*s%s",
			    (int)said.len, said.s, star);
		else if (t.s[i] != '"')
			said = arena_printf(c->report->arena, "%.*s%c",
			    (int)said.len, said.s, t.s[i]);
	}
	add(c, f->fact, said);
}

static void
collect(struct comparison *c, const struct sbpl_filter *f)
{
	struct arena *a = c->report->arena;

	if (f == NULL)
		return;
	for (uint32_t i = 0; i < f->n; i++)
		collect(c, f->parts[i]);
	switch (f->kind) {
	case SBPL_FILTER_LITERAL:
	case SBPL_FILTER_SUBPATH:
	case SBPL_FILTER_ANCESTOR:
	case SBPL_FILTER_PREFIX:
		if (f->text.len == 0)
			return;
		add(c, f->fact, f->text);
		if (f->fact == SBPL_FACT_PATH)
			add(c, f->fact,
			    arena_printf(a, "%.*s%s", (int)f->text.len,
				f->text.s,
				f->text.s[f->text.len - 1] == '/' ? "x"
								  : "/x"));
		if (f->kind == SBPL_FILTER_PREFIX)
			add(c, f->fact,
			    arena_printf(
				a, "%.*sx", (int)f->text.len, f->text.s));
		return;
	case SBPL_FILTER_NUMBER:
		add(c, f->fact, arena_printf(a, "%lld", (long long)f->number));
		return;
	case SBPL_FILTER_END:
		add_end(c, f);
		return;
	case SBPL_FILTER_ANY:
	case SBPL_FILTER_ALL:
	case SBPL_FILTER_NOT:
	case SBPL_FILTER_REGEX:
	case SBPL_FILTER_BITS:
	case SBPL_FILTER_UNKNOWN:
		return;
	}
}

static bool
is_above(enum sbpl_op above, enum sbpl_op op)
{
	while (op != above && op != SBPL_OP_DEFAULT &&
	       sbpl_op_own(op) == SBPL_OWN_PARENT)
		op = sbpl_op_parent(op);
	return op == above;
}

/* Where a path is denied in all spellings: others, and below them. */
static void
collect_spellings(struct comparison *c, const struct sbpl_file *f)
{
	struct arena *a = c->report->arena;
	struct sbpl_lines lines = {0};
	struct text path, last = TEXT(""), inside, t;

	sbpl_lines(a, &f->policy, &lines);
	for (uint32_t i = 0; i < lines.v.n; i++) {
		const struct sbpl_line *l = &lines.v.v[i];

		if (!sbpl_respells(
			a, &f->policy, l->rule, l->op, l->filter, &path) ||
		    text_equal(path, last))
			continue;
		last = path;
		inside = arena_printf(a, "%.*s/x", (int)path.len, path.s);
		for (uint32_t n = 1;; n++) {
			t = sbpl_respelled(a, path, n);
			if (t.len == 0)
				break;
			*VEC_PUSH(a, &c->witnesses) =
			    (struct witness){t, SBPL_FACT_PATH, inside};
			*VEC_PUSH(a, &c->witnesses) = (struct witness){
			    arena_printf(a, "%.*s/x", (int)t.len, t.s),
			    SBPL_FACT_PATH, inside};
		}
	}
}

static void
collect_file(struct comparison *c, const struct sbpl_file *f)
{
	for (uint32_t i = 0; i < f->policy.rules.n; i++) {
		const struct sbpl_rule *r = &f->policy.rules.v[i];

		collect(c, r->filter);
		for (uint32_t k = 0; k < r->n; k++)
			for (uint32_t op = 0; op < SBPL_OPS; op++)
				if (r->ops[k] != SBPL_OP_NONE &&
				    is_above(r->ops[k], (enum sbpl_op)op))
					c->named[op] = true;
	}
}

/* Operations that have others below them are only names for those. */
static bool
is_asked(const struct comparison *c, enum sbpl_op op)
{
	if (op == SBPL_OP_DEFAULT || !c->named[op])
		return false;
	if (op == SBPL_OP_NETWORK_INBOUND)
		return true;
	for (uint32_t i = 0; i < SBPL_OPS; i++)
		if (i != op && sbpl_op_parent((enum sbpl_op)i) == op &&
		    sbpl_op_own((enum sbpl_op)i) == SBPL_OWN_PARENT)
			return op == SBPL_OP_PROCESS_EXEC_ANY;
	return true;
}

bool
sbpl_diff_asks(enum sbpl_op op, enum sbpl_fact fact)
{
	static const struct {
		enum sbpl_fact fact;
		const char *prefix;
	} kinds[] = {
	    {SBPL_FACT_PATH, "file"},
	    {SBPL_FACT_PATH, "process-exec"},
	    {SBPL_FACT_PATH, "network"},
	    {SBPL_FACT_REMOTE, "network-outbound"},
	    {SBPL_FACT_LOCAL, "network-inbound"},
	    {SBPL_FACT_LOCAL, "network-bind"},
	    {SBPL_FACT_GLOBAL_NAME, "mach-"},
	    {SBPL_FACT_LOCAL_NAME, "mach-"},
	    {SBPL_FACT_XPC_SERVICE_NAME, "mach-"},
	    {SBPL_FACT_SYSCTL_NAME, "sysctl"},
	    {SBPL_FACT_TARGET, "signal"},
	    {SBPL_FACT_TARGET, "process-info"},
	    {SBPL_FACT_TARGET, "mach-"},
	    {SBPL_FACT_SOCKET_DOMAIN, "system-socket"},
	    {SBPL_FACT_PREFERENCE_DOMAIN, "user-preference"},
	    {SBPL_FACT_IPC_POSIX_NAME, "ipc-posix"},
	    {SBPL_FACT_IOKIT_CLASS, "iokit"},
	    {SBPL_FACT_IOKIT_PROPERTY, "iokit"},
	    {SBPL_FACT_NVRAM_VARIABLE, "nvram"},
	    {SBPL_FACT_RIGHT_NAME, "authorization"},
	    {SBPL_FACT_NOTIFICATION_NAME, "distributed"},
	    {SBPL_FACT_NOTIFICATION_NAME, "darwin"},
	    {SBPL_FACT_SYSCALL_NUMBER, "syscall"},
	    {SBPL_FACT_MAC_POLICY_NAME, "system-mac"},
	    {SBPL_FACT_FSCTL, "system-fsctl"},
	};
	const char *name = sbpl_op_name(op);

	for (uint32_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (kinds[i].fact == fact && strncmp(name, kinds[i].prefix,
						 strlen(kinds[i].prefix)) == 0)
			return true;
	return false;
}

static void
fill_tables(struct comparison *c)
{
	for (uint32_t op = 0; op < SBPL_OPS; op++) {
		bool none = true;

		c->asked[op] = is_asked(c, (enum sbpl_op)op);
		for (uint32_t i = 0; i < SBPL_FACTS; i++) {
			c->fit[i][op] =
			    sbpl_diff_asks((enum sbpl_op)op, (enum sbpl_fact)i);
			none = none && !c->fit[i][op];
		}
		c->fit[SBPL_FACTS][op] = none;
	}
}

/* The operations whose verdict changes in the same way, for one witness. */
struct change {
	bool ops[SBPL_OPS];
	uint32_t n;
	const struct sbpl_rule *rule; /* that decides now, or did */
	struct span at;		      /* of the part of it that matches */
	const struct sbpl_file *file;
};

enum { CHANGES = 9 }; /* from any verdict to any */

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
said_elsewhere(const struct comparison *c, const struct witness *w,
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

static void
ask_both(struct comparison *c, enum sbpl_op op, const struct witness *w,
    enum sbpl_probed *probed, struct change changes[CHANGES])
{
	struct sbpl_request q = {
	    .op = op, .apart = true, .exact_case = w->other.len > 0};
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
		if (i == wide || !c->asked[i] ||
		    !is_above(wide, (enum sbpl_op)i))
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
			if (change->ops[k] && is_above(up, (enum sbpl_op)k))
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
goes_on(struct comparison *c, const struct witness *w, const char *rule,
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

static void
report_change(struct comparison *c, const struct witness *w,
    const struct change *change, enum sbpl_verdict from, enum sbpl_verdict to)
{
	struct report *r = c->report;
	const char *rule = to == SBPL_ALLOW  ? "seatbelt-gained"
			   : to == SBPL_DENY ? "seatbelt-lost"
					     : "seatbelt-unsure";
	struct text ops = print_ops(c, change);
	struct finding *g;

	if (goes_on(c, w, rule, ops))
		return;
	c->gained += to == SBPL_ALLOW;
	c->lost += to == SBPL_DENY;
	c->unsure += to == SBPL_UNKNOWN;
	if (r->findings.n >= FINDINGS_MAX) {
		c->left_off++;
		return;
	}
	g = report_add(r, rule,
	    to == SBPL_ALLOW  ? REPORT_ERROR
	    : to == SBPL_DENY ? REPORT_NOTE
			      : REPORT_WARNING,
	    /* What was permitted and is in doubt is no more than there was. */
	    to == SBPL_UNKNOWN && from == SBPL_ALLOW
		? "doubtful"
		: rule + strlen("seatbelt-"));
	g->sign = to == SBPL_ALLOW ? '+' : to == SBPL_DENY ? '-' : '~';
	g->subject = c->subject;
	g->region =
	    text_is(w->text, OTHER_PATHS) ? TEXT("other paths") : w->text;
	g->identity = ops;
	g->message = arena_printf(r->arena, "%.*s%s%.*s%s", (int)ops.len, ops.s,
	    w->text.len > 0 ? " " : "", (int)g->region.len, g->region.s,
	    from == SBPL_UNKNOWN ? " (was unknown)"
	    : to == SBPL_UNKNOWN ? " (is unknown now)"
				 : "");
	if (change->rule != NULL)
		sbpl_file_places(r, g, change->file, change->at, "");
}

/* Everything that one witness shows. */
static void
try(struct comparison *c, const struct witness *w,
    struct change changes[CHANGES])
{
	enum sbpl_probed probed = SBPL_NOT_PROBED;

	memset(changes, 0, CHANGES * sizeof(*changes));
	for (uint32_t i = 0; i < SBPL_OPS; i++) {
		enum sbpl_op op = (enum sbpl_op)i;

		if (c->asked[op] && c->fit[w->fact][op])
			ask_both(c, op, w, &probed, changes);
	}
}

static void
report_changes(struct comparison *c, const struct witness *w,
    const struct change changes[CHANGES])
{
	for (uint32_t k = 0; k < CHANGES; k++)
		if (changes[k].n > 0)
			report_change(c, w, &changes[k],
			    (enum sbpl_verdict)(k / 3),
			    (enum sbpl_verdict)(k % 3));
}

/* Of each kind that operations are about, one that no rule names. */
static void
add_unnamed(struct comparison *c)
{
	static const struct {
		enum sbpl_fact fact;
		const char *text;
	} unnamed[] = {
	    {SBPL_FACT_FSCTL, "4711"},
	    {SBPL_FACT_SYSCALL_NUMBER, "4711"},
	    {SBPL_FACT_GLOBAL_NAME, "(other names)"},
	    {SBPL_FACT_LOCAL_NAME, "(other names)"},
	    {SBPL_FACT_XPC_SERVICE_NAME, "(other names)"},
	    {SBPL_FACT_SOCKET_DOMAIN, "(other names)"},
	    {SBPL_FACT_SYSCTL_NAME, "(other names)"},
	    {SBPL_FACT_MAC_POLICY_NAME, "(other names)"},
	    {SBPL_FACT_PREFERENCE_DOMAIN, "(other names)"},
	    {SBPL_FACT_IPC_POSIX_NAME, "(other names)"},
	    {SBPL_FACT_IOKIT_CLASS, "(other names)"},
	    {SBPL_FACT_IOKIT_PROPERTY, "(other names)"},
	    {SBPL_FACT_NVRAM_VARIABLE, "(other names)"},
	    {SBPL_FACT_RIGHT_NAME, "(other names)"},
	    {SBPL_FACT_NOTIFICATION_NAME, "(other names)"},
	};

	for (size_t i = 0; i < ARRAY_LEN(unnamed); i++)
		add(c, unnamed[i].fact, text_of(unnamed[i].text));
}

static void
compare_verdicts(struct comparison *c)
{
	/* Stands for every path that no rule names; then for no fact at all. */
	struct witness other = {TEXT(OTHER_PATHS), SBPL_FACT_PATH, TEXT("")};
	struct witness nothing = {TEXT(""), SBPL_FACTS, TEXT("")};
	struct change everywhere[CHANGES], changes[CHANGES];
	struct witness *w;

	add(c, SBPL_FACT_PATH, TEXT("/"));
	add(c, SBPL_FACT_REMOTE, TEXT("tcp4 192.0.2.1:4711"));
	add(c, SBPL_FACT_LOCAL, TEXT("tcp4 localhost:4711"));
	add(c, SBPL_FACT_TARGET, TEXT("others"));
	add_unnamed(c);
	qsort(c->witnesses.v, c->witnesses.n, sizeof(*c->witnesses.v),
	    by_fact_and_text);
	try(c, &nothing, changes);
	report_changes(c, &nothing, changes);
	try(c, &other, everywhere);
	report_changes(c, &other, everywhere);
	for (uint32_t i = 0; i < c->witnesses.n; i++) {
		w = &c->witnesses.v[i];
		if (i > 0 && by_fact_and_text(w - 1, w) == 0)
			continue;
		try(c, w, changes);
		for (uint32_t k = 0; w->fact == SBPL_FACT_PATH && k < CHANGES;
		     k++)
			leave_out(&changes[k], &everywhere[k]);
		report_changes(c, w, changes);
	}
}

void
sbpl_compare(struct report *r, const struct sbpl_file *from,
    const struct sbpl_file *to, struct text subject,
    struct sbpl_difference *ret_difference)
{
	struct comparison c = {
	    .report = r, .from = from, .to = to, .subject = subject};
	uint32_t rules;

	report_rule(
	    r, "seatbelt-gained", "Something is permitted that was not");
	report_rule(r, "seatbelt-lost", "Something is no longer permitted");
	report_rule(r, "seatbelt-unsure", "What holds cannot be told any more");
	report_rule(r, "seatbelt-rule", "A rule that only one file has");
	collect_file(&c, from);
	collect_file(&c, to);
	collect_spellings(&c, from);
	collect_spellings(&c, to);
	fill_tables(&c);
	sbpl_touch_open(r->arena, from, to, &c.touch);
	compare_verdicts(&c);
	sbpl_touch_close(&c.touch);
	rules = sbpl_diff_rules(r, from, to, FINDINGS_MAX, &c.left_off);
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
