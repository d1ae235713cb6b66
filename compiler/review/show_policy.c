#include <config.h>

#include "compiler/review/show.h"

#include "compiler/base/status.h"
#include "compiler/diff/diff.h"
#include "compiler/emit/seccomp.h"
#include "compiler/review/why.h"
#include "compiler/side/blob_file.h"
#include "compiler/side/side.h"

/*
 * The policy as a report: by kind, in the order of its bytes, each entry with
 * the chain of where it was written.
 */
struct shower {
	struct arena *arena;
	const struct side_policy *policy;
	const struct blob *blob;
	const struct decider *decider;
	struct report report;
	struct text subject;
	uint32_t *withheld; /* by rule: the deny, or DECIDE_NONE */
	uint32_t link;	    /* links are in the order of the records */
};

enum { CHAINS_MAX = 3 };

static const struct report_rule rules[] = {
    {"refused", "the loader would not launch it"},
    {"grant", "a path that may be used"},
    {"deny", "a path that no grant may hold"},
    {"network", "what is left of the network"},
    {"port", "a port that may be used"},
    {"scope", "what other processes are kept out of"},
    {"environment", "what becomes of a variable"},
    {"command", "a command that is not started"},
    {"unenforced", "what the profile says and no policy does"},
};

struct finding *
show_entry(struct report *r, struct text subject, const char *rule,
    const char *verdict, struct text region, const char *word, const char *what)
{
	struct finding *f = report_add(r, rule, REPORT_NOTE, verdict);

	f->sign = ' ';
	f->subject = subject;
	f->region = region;
	f->message = arena_printf(r->arena, "%-9s %s%s%.*s", word, what,
	    *what == '\0' ? "" : " ", (int)region.len, region.s);
	return f;
}

static struct finding *
add(struct shower *s, const char *rule, const char *verdict, struct text region,
    const char *what, const char *word)
{
	return show_entry(
	    &s->report, s->subject, rule, verdict, region, word, what);
}

static void
add_chain(struct shower *s, struct finding *f, uint32_t origin)
{
	for (const char *what = "";; what = "via") {
		struct report_place place = side_place(s->policy, origin);
		const uint32_t via = blob_origin(s->blob, origin).via;

		place.what = text_of(what);
		report_place(&s->report, f, place);
		if (via == 0)
			return;
		origin = via - 1;
	}
}

/* Records are shown in the order of the sections, as the links are. */
static void
add_places(struct shower *s, struct finding *f, uint32_t tag, uint32_t record)
{
	unsigned n = 0;

	for (; s->link < s->blob->nlinks; s->link++) {
		const struct blob_link l = blob_link(s->blob, s->link);

		if (l.tag == tag && l.record > record)
			return;
		if (l.tag == tag && l.record == record && n++ < CHAINS_MAX)
			add_chain(s, f, l.origin);
		else if (l.tag != tag && n > 0)
			return;
	}
}

/* The first link of a section. */
static void
begin(struct shower *s, uint32_t tag)
{
	for (s->link = 0; s->link < s->blob->nlinks; s->link++)
		if (blob_link(s->blob, s->link).tag == tag)
			return;
}

static void
show_path(struct shower *s, uint32_t i)
{
	const struct blob_path r = blob_path(s->blob, i);
	const struct decide_path p = {text_of(r.suffix), r.root};
	const uint64_t rights = r.rights & decide_handled_fs(s->decider);
	const struct text words =
	    rights == 0 ? TEXT("nothing") : why_rights(s->arena, rights);
	struct finding *f = add(s, "grant",
	    s->withheld[i] == DECIDE_NONE ? "granted" : "withheld",
	    why_path(s->arena, &p), words.s, "grant");

	if (r.kind == BLOB_KIND_FILE)
		report_detail(&s->report, f, "a single file");
	if ((r.flags & BLOB_PATH_CONSENT) != 0)
		report_detail(
		    &s->report, f, "with the user's consent, or --allow-cwd");
	if ((r.flags & BLOB_PATH_BYPASS) != 0)
		report_detail(
		    &s->report, f, "in spite of a denied path above it");
	if (r.missing == BLOB_MISSING_PARENT)
		report_detail(&s->report, f,
		    "where it is missing, its parent directory is granted");
	if (s->withheld[i] != DECIDE_NONE)
		report_detail(
		    &s->report, f, "withheld: it would open a denied path");
	add_places(s, f, BLOB_PATH, i);
}

static void
show_denies(struct shower *s)
{
	static const char *const access[] = {
	    "", "read", "write", "read, write"};

	begin(s, BLOB_DENY);
	for (uint32_t i = 0; i < s->blob->ndenies; i++) {
		const struct blob_deny d = blob_deny(s->blob, i);
		const struct decide_path p = {text_of(d.suffix), d.root};
		struct finding *f = add(s, "deny", "denied",
		    why_path(s->arena, &p), access[d.access & 3], "deny");

		if ((d.flags & BLOB_DENY_PROTECTED) != 0)
			report_detail(&s->report, f, "nothing overrides this");
		add_places(s, f, BLOB_DENY, i);
	}
}

static struct text
net_words(struct arena *a, uint64_t rights)
{
	struct text t = TEXT("");

	for (; rights != 0; rights &= rights - 1)
		t = arena_printf(a, "%.*s%s%s", (int)t.len, t.s,
		    t.len == 0 ? "" : ", ",
		    blob_net_name(rights & (~rights + 1)));
	return t;
}

static void
show_network(struct shower *s)
{
	static const char *const modes[] = {
	    [BLOB_NET_OPEN] = "not restricted",
	    [BLOB_NET_BLOCK] = "blocked, but for Unix sockets",
	    [BLOB_NET_PROXY] = "the local proxy only",
	    [BLOB_NET_PORTS] = "the ports listed only",
	};
	const struct blob_target t = blob_target(s->blob);
	struct finding *f;

	f = add(s, "network", "restricted", text_of(modes[t.network]), "",
	    "network");
	begin(s, BLOB_TARG);
	add_places(s, f, BLOB_TARG, BLOB_SETTING_NETWORK);
	if (!seccomp_is_known(s->arena, s->blob))
		(void)add(s, "network", "restricted",
		    TEXT("by a seccomp program that nonoc does not make: it "
			 "may permit more"),
		    "", "network");
	begin(s, BLOB_PORT);
	for (uint32_t i = 0; i < s->blob->nports; i++) {
		const struct blob_port p = blob_port(s->blob, i);
		const struct text words = net_words(s->arena, p.rights);

		f = add(s, "port", "granted",
		    arena_printf(s->arena, "%u", (unsigned)p.port), words.s,
		    "port");
		add_places(s, f, BLOB_PORT, i);
	}
	begin(s, BLOB_TARG);
	if ((decide_scoped(s->decider) & BLOB_SCOPE_SIGNAL) != 0) {
		f = add(s, "scope", "closed",
		    TEXT("signals to other processes"), "", "closed");
		add_places(s, f, BLOB_TARG, BLOB_SETTING_SIGNAL);
	}
	if ((decide_scoped(s->decider) & BLOB_SCOPE_ABSTRACT_UNIX) != 0) {
		f = add(s, "scope", "closed",
		    TEXT("abstract sockets of other processes"), "", "closed");
		add_places(s, f, BLOB_TARG, BLOB_SETTING_ABSTRACT);
	}
}

static void
show_process(struct shower *s)
{
	static const char *const kinds[] = {"pass", "withhold", "set"};

	begin(s, BLOB_ENVF);
	for (uint32_t i = 0; i < s->blob->nenvs; i++) {
		const struct blob_env e = blob_env(s->blob, i);
		struct finding *f = add(s, "environment", kinds[e.kind],
		    text_of(e.name), kinds[e.kind], "variable");

		if (e.kind == BLOB_ENV_SET)
			f->message = arena_printf(s->arena, "%.*s=%s",
			    (int)f->message.len, f->message.s,
			    diff_value(s->arena, e.value).s);
		add_places(s, f, BLOB_ENVF, i);
	}
	begin(s, BLOB_CMDS);
	for (uint32_t i = 0; i < s->blob->ncmds; i++) {
		struct finding *f = add(s, "command", "refused",
		    text_of(blob_command(s->blob, i)), "not started as",
		    "command");

		add_places(s, f, BLOB_CMDS, i);
	}
}

static void
show_refusal(struct shower *s, unsigned abi)
{
	if (decide_refused(s->decider).why == DECIDE_LAUNCHES)
		return;
	add(s, "refused", "refused",
	    arena_printf(s->arena,
		"nono-load would not launch it on Landlock ABI %u", abi),
	    "", "refused");
}

int
show_policy(struct compile *c, const char *argument, struct report_style style)
{
	struct side_policy policy;
	struct shower s = {.arena = &c->arena, .policy = &policy};
	const unsigned abi = c->target.abi;
	struct decide_env env;
	int status;

	/* The ABI is where it runs, not what it is compiled to rely on. */
	c->target.abi = 0;
	status = side_load_one(&policy, c, argument, false);
	if (status != EXIT_HOLDS)
		return status;
	/* For the keys that leave no trace in the policy, and for warnings. */
	if (!blob_file_is_policy(argument) &&
	    text_equal(policy.shown, policy.path) &&
	    !compile_profile(c, argument))
		return EXIT_REJECTED;
	decide_env_init(&env);
	if (abi > 0)
		env.abi = abi;
	s.blob = &policy.blob;
	s.decider = decide_open(s.arena, s.blob, &env);
	s.withheld = ARENA_ARRAY(s.arena, (size_t)s.blob->npaths + 1, uint32_t);
	decide_withheld_all(s.decider, s.withheld);
	s.report = (struct report){.arena = s.arena,
	    .verb = "show",
	    .verdict = "shown",
	    .status = EXIT_HOLDS};
	s.subject = text_of(blob_profile_name(s.blob));
	if (s.subject.len == 0)
		s.subject = policy.key;
	for (unsigned i = 0; i < ARRAY_LEN(rules); i++)
		report_rule(&s.report, rules[i].id, rules[i].what);
	show_refusal(&s, env.abi);
	begin(&s, BLOB_PATH);
	for (uint32_t i = 0; i < s.blob->npaths; i++)
		show_path(&s, i);
	show_denies(&s);
	show_network(&s);
	show_process(&s);
	show_residual(s.decider, s.policy, s.subject, &s.report);
	show_unenforced(&s.report, s.subject, c);
	s.report.summary = arena_printf(s.arena,
	    "%u grants, %u denied paths, on Landlock ABI %u%s",
	    (unsigned)s.blob->npaths, (unsigned)s.blob->ndenies, env.abi,
	    abi == 0 ? ", the newest known" : "");
	report_print(&s.report, style, stdout);
	return EXIT_HOLDS;
}
