#include <config.h>

#include "compiler/review/show.h"

#include <stdlib.h>

#include "compiler/base/status.h"
#include "compiler/diff/diff.h"
#include "compiler/seatbelt/side_seatbelt.h"
#include "compiler/side/blob_file.h"

/*
 * nonoc show for macOS: every path and name in the rules, each with what the
 * rules together come to there.  Asked of the policy's text, as by why and
 * diff, so of any Seatbelt file.
 */
struct spoken {
	struct text text;
	enum sbpl_fact fact;
	bool tree;	/* with all below it */
	bool denied;	/* a deny names it, too */
	struct span at; /* of an allow, else of the deny */
	bool allowed;	/* an allow names it */
};

struct shower {
	struct arena *arena;
	const struct sbpl_file *file;
	struct report report;
	struct text subject;
	struct VEC(struct spoken) named;
	uint32_t grants, denies;
};

static const struct report_rule rules[] = {
    {"grant", "a path that may be used"},
    {"deny", "a path that no grant may hold"},
    {"network", "what is left of the network"},
    {"service", "a system service that may be reached"},
    {"operation", "what is allowed wherever it is done"},
    {"rule", "a rule whose places cannot be listed"},
    {"environment", "what becomes of a variable"},
    {"command", "a command that is not started"},
    {"unenforced", "what the profile says and no policy does"},
    {"residual", "what stays open whatever the policy says"},
};

static struct finding *
add(struct shower *s, const char *rule, const char *verdict, struct text region,
    const char *word, const char *what)
{
	return show_entry(
	    &s->report, s->subject, rule, verdict, region, word, what);
}

static void
collect(
    struct shower *s, const struct sbpl_rule *rule, const struct sbpl_filter *f)
{
	struct spoken n = {.text = f->text, .fact = f->fact, .at = f->at};

	switch (f->kind) {
	case SBPL_FILTER_ANY:
		for (uint32_t i = 0; i < f->n; i++)
			collect(s, rule, f->parts[i]);
		return;
	case SBPL_FILTER_ALL:
		/* "but not ...": what it narrows is what it is about. */
		if (f->n > 0)
			collect(s, rule, f->parts[0]);
		return;
	case SBPL_FILTER_LITERAL:
		break;
	case SBPL_FILTER_SUBPATH:
		n.tree = true;
		break;
	case SBPL_FILTER_PREFIX:
	case SBPL_FILTER_REGEX: /* show_rules() */
	case SBPL_FILTER_NOT:
	case SBPL_FILTER_ANCESTOR: /* looking at what is on the way */
	case SBPL_FILTER_NUMBER:
	case SBPL_FILTER_BITS:
	case SBPL_FILTER_END: /* asked by port */
	case SBPL_FILTER_UNKNOWN:
		return;
	}
	n.allowed = rule->allow;
	n.denied = !rule->allow;
	if (n.text.len > 0)
		*VEC_PUSH(s->arena, &s->named) = n;
}

static bool
names_port(const struct sbpl_filter *f)
{
	uint32_t n = f->text.len;

	if (n > 0 && f->text.s[n - 1] == '"')
		n--;
	return f->kind == SBPL_FILTER_END && n > 0 && f->text.s[n - 1] != '*';
}

/*
 * A part of a filter that is neither a path nor a service, which are listed by
 * themselves; of a profile, one that somebody wrote, or a port.
 */
static const struct sbpl_filter *
find_other(const struct shower *s, const struct sbpl_filter *f)
{
	const bool listed =
	    f->kind == SBPL_FILTER_LITERAL
		? f->fact == SBPL_FACT_PATH || f->fact == SBPL_FACT_GLOBAL_NAME
		: f->kind == SBPL_FILTER_SUBPATH ||
		      f->kind == SBPL_FILTER_ANCESTOR;

	for (uint32_t i = 0; i < f->n; i++) {
		const struct sbpl_filter *other = find_other(s, f->parts[i]);

		if (other != NULL)
			return other;
	}
	if (f->n > 0 || listed)
		return NULL;
	return !s->file->compiled || names_port(f) ||
		       sbpl_file_has_place(s->file, f->at)
		   ? f
		   : NULL;
}

/* Rules whose places are in no list. */
static void
show_rules(struct shower *s)
{
	for (uint32_t i = 0; i < s->file->policy.rules.n; i++) {
		const struct sbpl_rule *rule = &s->file->policy.rules.v[i];
		const struct sbpl_filter *other =
		    rule->allow && rule->filter != NULL
			? find_other(s, rule->filter)
			: NULL;

		if (other != NULL)
			sbpl_file_places(&s->report,
			    add(s, "rule", "granted",
				sbpl_rule_text(s->arena, rule), "rule", ""),
			    s->file, other->at, "");
	}
}

static int
by_fact_and_text(const void *pa, const void *pb)
{
	const struct spoken *a = pa, *b = pb;

	if (a->fact != b->fact)
		return a->fact < b->fact ? -1 : 1;
	if (text_compare(a->text, b->text) != 0)
		return text_compare(a->text, b->text);
	if (a->tree != b->tree)
		return a->tree ? -1 : 1;
	if (a->allowed != b->allowed)
		return a->allowed ? -1 : 1;
	return (a->at.begin > b->at.begin) - (a->at.begin < b->at.begin);
}

/* One for each path and name, of a place that somebody wrote if any. */
static void
merge(struct shower *s)
{
	uint32_t kept = 0;

	if (s->named.n > 1)
		qsort(s->named.v, s->named.n, sizeof(*s->named.v),
		    by_fact_and_text);
	for (uint32_t i = 0; i < s->named.n; i++) {
		struct spoken *n = &s->named.v[i];
		struct spoken *last = kept == 0 ? NULL : &s->named.v[kept - 1];

		if (last == NULL || last->fact != n->fact ||
		    text_compare(last->text, n->text) != 0) {
			s->named.v[kept++] = *n;
			continue;
		}
		if (!sbpl_file_has_place(s->file, last->at))
			last->at = n->at;
		last->allowed = last->allowed || n->allowed;
		last->denied = last->denied || n->denied;
	}
	s->named.n = kept;
}

static enum sbpl_verdict
ask(const struct shower *s, enum sbpl_op op, enum sbpl_fact fact,
    struct text value)
{
	struct sbpl_request r = sbpl_request_about(op, fact, value);
	struct sbpl_answer answer;

	r.apart = false;
	sbpl_decide(s->file->tree, &r, &answer);
	return answer.verdict;
}

static struct text
words(const struct shower *s, struct text path, enum sbpl_verdict wanted)
{
	static const struct {
		enum sbpl_op op;
		const char *word;
	} ops[] = {
	    {SBPL_OP_FILE_READ_DATA, "read"},
	    {SBPL_OP_FILE_WRITE_DATA, "write"},
	    {SBPL_OP_PROCESS_EXEC_ANY, "execute"},
	    {SBPL_OP_NETWORK_OUTBOUND, "connect"},
	};
	struct text t = TEXT("");

	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (ask(s, ops[i].op, SBPL_FACT_PATH, path) == wanted)
			t = arena_printf(s->arena, "%.*s%s%s", (int)t.len, t.s,
			    t.len == 0 ? "" : ", ", ops[i].word);
	return t;
}

/* The second name of what is listed by its first. */
static bool
is_second_name(struct arena *a, struct text path)
{
	static const char data[] = "/System/Volumes/Data";
	const uint32_t n = sizeof(data) - 1;

	return (path.len > n && memcmp(path.s, data, n) == 0) ||
	       !text_equal(sbpl_real_path(a, path), path);
}

/*
 * What we write for the sake of others: the directories on the way to what is
 * granted, and those that must not be moved away from above what is denied.
 */
static bool
is_on_the_way(const struct shower *s, const struct spoken *n, struct text may)
{
	return !n->tree && !sbpl_file_has_place(s->file, n->at) &&
	       (may.len == 0 || text_is(may, "read") ||
		   text_is(may, "execute") || text_is(may, "read, execute"));
}

static void
show_path(struct shower *s, const struct spoken *n)
{
	const struct text below =
	    !n->tree ? n->text
		     : arena_printf(s->arena, "%.*s/x", (int)n->text.len,
			   n->text.len == 1 ? "" : n->text.s);
	const struct text may = words(s, below, SBPL_ALLOW);
	const struct text depends = words(s, below, SBPL_UNKNOWN);
	const struct text denied = words(s, below, SBPL_DENY);
	struct finding *f;

	if (s->file->compiled &&
	    (is_second_name(s->arena, n->text) || is_on_the_way(s, n, may)))
		return;
	if (may.len == 0 && depends.len == 0 && !n->denied)
		return; /* looking at what is on the way */
	if (may.len == 0 && depends.len == 0) {
		f = add(s, "deny", n->allowed ? "withheld" : "denied", n->text,
		    "deny", denied.s);
		s->denies++;
	} else {
		f = add(s, "grant", may.len > 0 ? "granted" : "unknown",
		    n->text, may.len > 0 ? "grant" : "unknown",
		    may.len > 0 ? may.s : depends.s);
		s->grants++;
		if (!n->tree)
			report_detail(&s->report, f, "this path alone");
		if (n->denied)
			report_detail(&s->report, f, "but not %.*s",
			    (int)denied.len, denied.s);
		if (may.len > 0 && depends.len > 0)
			report_detail(&s->report, f, "it is not known: %.*s",
			    (int)depends.len, depends.s);
	}
	sbpl_file_places(&s->report, f, s->file, n->at, "");
}

static void
show_named(struct shower *s)
{
	for (uint32_t i = 0; i < s->named.n; i++) {
		const struct spoken *n = &s->named.v[i];

		if (n->fact == SBPL_FACT_PATH) {
			show_path(s, n);
			continue;
		}
		if (n->fact != SBPL_FACT_GLOBAL_NAME ||
		    ask(s, SBPL_OP_MACH_LOOKUP, n->fact, n->text) != SBPL_ALLOW)
			continue;
		sbpl_file_places(&s->report,
		    add(s, "service", "granted", n->text, "service", ""),
		    s->file, n->at, "");
	}
}

static void
show_network(struct shower *s)
{
	static const struct {
		enum sbpl_op op;
		enum sbpl_fact fact;
		const char *end, *what;
	} asked[] = {
	    {SBPL_OP_NETWORK_OUTBOUND, SBPL_FACT_REMOTE, "tcp4 192.0.2.1:443",
		"TCP connections"},
	    {SBPL_OP_NETWORK_OUTBOUND, SBPL_FACT_REMOTE, "tcp4 127.0.0.1:4711",
		"TCP connections to this machine"},
	    {SBPL_OP_NETWORK_OUTBOUND, SBPL_FACT_REMOTE, "udp4 192.0.2.1:53",
		"UDP, so DNS and QUIC too"},
	    {SBPL_OP_NETWORK_BIND, SBPL_FACT_LOCAL, "tcp4 0.0.0.0:4711",
		"listening on TCP ports"},
	    {SBPL_OP_NETWORK_BIND, SBPL_FACT_LOCAL, "udp4 0.0.0.0:4711",
		"binding UDP ports"},
	};

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		const enum sbpl_verdict v =
		    ask(s, asked[i].op, asked[i].fact, text_of(asked[i].end));

		add(s, "network",
		    v == SBPL_ALLOW  ? "open"
		    : v == SBPL_DENY ? "closed"
				     : "unknown",
		    text_of(asked[i].what), "network",
		    v == SBPL_ALLOW  ? "open:"
		    : v == SBPL_DENY ? "closed:"
				     : "not known:");
	}
}

static bool
is_listed(enum sbpl_op op)
{
	static const char *const elsewhere[] = {"file", "network", "default"};
	const char *name = sbpl_op_name(op);

	if (op == SBPL_OP_PROCESS_EXEC_ANY)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++)
		if (strncmp(name, elsewhere[i], strlen(elsewhere[i])) == 0)
			return true;
	return false;
}

/* Operations that are allowed whatever they are about. */
static void
show_operations(struct shower *s)
{
	for (uint32_t i = 0; i < SBPL_OPS; i++) {
		const enum sbpl_op op = (enum sbpl_op)i;
		struct sbpl_request r = {.op = op};
		struct sbpl_answer answer;
		struct text name = text_of(sbpl_op_name(op));

		for (uint32_t k = 0; k < SBPL_FACTS; k++)
			r.facts[k] = SBPL_HAS_NONE;
		sbpl_decide(s->file->tree, &r, &answer);
		if (answer.verdict != SBPL_ALLOW)
			continue;
		if (answer.reason == SBPL_BY_ITSELF)
			add(s, "residual", "open", name, "open", "");
		else if (!is_listed(op) && answer.rule != NULL &&
			 answer.rule->filter == NULL)
			sbpl_file_places(&s->report,
			    add(s, "operation", "granted", name, "may", ""),
			    s->file, answer.rule->at, "");
	}
	add(s, "residual", "open",
	    TEXT("what services do for a process that may reach them"), "open",
	    "");
	add(s, "residual", "open", TEXT("descriptors left open"), "open", "");
}

static void
show_process(struct shower *s, const struct capset *c)
{
	static const char *const kinds[] = {"pass", "withhold", "set"};

	for (uint32_t i = 0; i < c->envs.n; i++) {
		const struct cap_env *e = &c->envs.v[i];
		struct finding *f = add(s, "environment", kinds[e->kind],
		    e->name, "variable", kinds[e->kind]);

		if (e->kind == BLOB_ENV_SET)
			f->message = arena_printf(s->arena, "%.*s=%s",
			    (int)f->message.len, f->message.s,
			    diff_value(
				s->arena, arena_text(s->arena, e->value).s)
				.s);
	}
	for (uint32_t i = 0; i < c->commands.n; i++)
		add(s, "command", "refused", c->commands.v[i].name, "command",
		    "not started as");
}

int
show_seatbelt(
    struct compile *c, const char *argument, struct report_style style)
{
	static const struct seatbelt_launch launch;
	struct side_policy policy;
	struct sbpl_file file;
	struct shower s = {.arena = &c->arena, .file = &file};
	int status = side_load_one_any(&policy, c, argument, false);

	if (status != EXIT_HOLDS)
		return status;
	/* For what leaves no trace in the rules, and for warnings. */
	if (policy.compiled && text_equal(policy.shown, policy.path) &&
	    !compile_profile(c, argument))
		return EXIT_REJECTED;
	if (!side_seatbelt_open(c, &policy, &launch, &file))
		return EXIT_REJECTED;
	s.report = (struct report){.arena = s.arena,
	    .verb = "show",
	    .verdict = "shown",
	    .status = EXIT_HOLDS};
	s.subject = policy.key;
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		report_rule(&s.report, rules[i].id, rules[i].what);
	for (uint32_t i = 0; i < file.policy.rules.n; i++)
		if (file.policy.rules.v[i].filter != NULL)
			collect(&s, &file.policy.rules.v[i],
			    file.policy.rules.v[i].filter);
	merge(&s);
	show_named(&s);
	show_rules(&s);
	show_network(&s);
	show_process(&s, &c->caps);
	show_operations(&s);
	show_unenforced(&s.report, s.subject, c);
	s.report.summary = arena_printf(s.arena,
	    "%u grants, %u denied paths, on macOS", s.grants, s.denies);
	report_print(&s.report, style, stdout);
	sbpl_file_close(&file);
	return EXIT_HOLDS;
}
