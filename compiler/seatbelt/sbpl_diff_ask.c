#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "compiler/seatbelt/sbpl_diff.h"

/*
 * What is asked about two Seatbelt files.  All requests cannot be; but
 * verdicts change only where rules do, so every path and name in either file
 * is asked about, and something below each path, beside what no rule names.
 * What regular expressions match sbpl_diff_patterns.c asks about.
 */

static int
by_fact_and_text(const void *a, const void *b)
{
	const struct sbpl_witness *x = a, *y = b;

	if (x->fact != y->fact)
		return x->fact < y->fact ? -1 : 1;
	return text_compare(x->text, y->text);
}

static void
add(struct sbpl_questions *q, enum sbpl_fact fact, struct text t)
{
	*VEC_PUSH(q->arena, &q->witnesses) =
	    (struct sbpl_witness){.text = t, .fact = fact};
}

/* ip "*:80" as a connection that it is for: tcp 192.0.2.1:80 */
static void
add_end(struct sbpl_questions *q, const struct sbpl_filter *f)
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
			said = arena_printf(
			    q->arena, "%.*s%s", (int)said.len, said.s, star);
		else if (t.s[i] != '"')
			said = arena_printf(
			    q->arena, "%.*s%c", (int)said.len, said.s, t.s[i]);
	}
	add(q, f->fact, said);
}

static void
collect(struct sbpl_questions *q, const struct sbpl_filter *f)
{
	struct arena *a = q->arena;

	if (f == NULL)
		return;
	for (uint32_t i = 0; i < f->n; i++)
		collect(q, f->parts[i]);
	switch (f->kind) {
	case SBPL_FILTER_LITERAL:
	case SBPL_FILTER_SUBPATH:
	case SBPL_FILTER_ANCESTOR:
	case SBPL_FILTER_PREFIX:
		if (f->text.len == 0)
			return;
		add(q, f->fact, f->text);
		if (f->fact == SBPL_FACT_PATH)
			add(q, f->fact,
			    arena_printf(a, "%.*s%s", (int)f->text.len,
				f->text.s,
				f->text.s[f->text.len - 1] == '/' ? "x"
								  : "/x"));
		if (f->kind == SBPL_FILTER_PREFIX)
			add(q, f->fact,
			    arena_printf(
				a, "%.*sx", (int)f->text.len, f->text.s));
		return;
	case SBPL_FILTER_NUMBER:
		add(q, f->fact, arena_printf(a, "%lld", (long long)f->number));
		return;
	case SBPL_FILTER_END:
		add_end(q, f);
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

bool
sbpl_diff_above(enum sbpl_op above, enum sbpl_op op)
{
	while (op != above && op != SBPL_OP_DEFAULT &&
	       sbpl_op_own(op) == SBPL_OWN_PARENT)
		op = sbpl_op_parent(op);
	return op == above;
}

/* Where a path is denied in all spellings: others, and below them. */
static void
collect_spellings(struct sbpl_questions *q, const struct sbpl_file *f)
{
	struct arena *a = q->arena;
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
			*VEC_PUSH(a, &q->witnesses) = (struct sbpl_witness){
			    .text = t, .fact = SBPL_FACT_PATH, .other = inside};
			*VEC_PUSH(a, &q->witnesses) = (struct sbpl_witness){
			    .text = arena_printf(a, "%.*s/x", (int)t.len, t.s),
			    .fact = SBPL_FACT_PATH,
			    .other = inside};
		}
	}
}

static void
collect_file(struct sbpl_questions *q, const struct sbpl_file *f)
{
	for (uint32_t i = 0; i < f->policy.rules.n; i++) {
		const struct sbpl_rule *r = &f->policy.rules.v[i];

		collect(q, r->filter);
		for (uint32_t k = 0; k < r->n; k++)
			for (uint32_t op = 0; op < SBPL_OPS; op++)
				if (r->ops[k] != SBPL_OP_NONE &&
				    sbpl_diff_above(
					r->ops[k], (enum sbpl_op)op))
					q->asked[op] = true;
	}
}

/* Operations that have others below them are only names for those. */
static bool
has_verdict(enum sbpl_op op)
{
	if (op == SBPL_OP_DEFAULT)
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
fill_tables(struct sbpl_questions *q)
{
	for (uint32_t op = 0; op < SBPL_OPS; op++) {
		bool none = true;

		q->asked[op] = q->asked[op] && has_verdict((enum sbpl_op)op);
		for (uint32_t i = 0; i < SBPL_FACTS; i++) {
			q->fit[i][op] =
			    sbpl_diff_asks((enum sbpl_op)op, (enum sbpl_fact)i);
			none = none && !q->fit[i][op];
		}
		q->fit[SBPL_FACTS][op] = none;
	}
}

/* Of each kind that operations are about, one that no rule names. */
static void
add_unnamed(struct sbpl_questions *q)
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
		add(q, unnamed[i].fact, text_of(unnamed[i].text));
}

void
sbpl_questions(struct arena *a, const struct sbpl_file *from,
    const struct sbpl_file *to, struct sbpl_questions *ret_questions)
{
	struct sbpl_questions *q = ret_questions;
	struct sbpl_witness *v;
	uint32_t n = 0;

	*q = (struct sbpl_questions){.arena = a};
	collect_file(q, from);
	collect_file(q, to);
	collect_spellings(q, from);
	collect_spellings(q, to);
	fill_tables(q);
	add(q, SBPL_FACT_PATH, TEXT("/"));
	add(q, SBPL_FACT_REMOTE, TEXT("tcp4 192.0.2.1:4711"));
	add(q, SBPL_FACT_LOCAL, TEXT("tcp4 localhost:4711"));
	add(q, SBPL_FACT_TARGET, TEXT("others"));
	add_unnamed(q);
	v = q->witnesses.v;
	qsort(v, q->witnesses.n, sizeof(*v), by_fact_and_text);
	for (uint32_t i = 0; i < q->witnesses.n; i++)
		if (n == 0 || by_fact_and_text(&v[n - 1], &v[i]) != 0)
			v[n++] = v[i];
	q->witnesses.n = n;
}
