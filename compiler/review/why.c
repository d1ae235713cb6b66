#include <config.h>

#include "compiler/review/why.h"

#include "compiler/base/status.h"
#include "compiler/blob/dump_words.h"
#include "compiler/decode/path.h"

struct text
why_path(struct arena *a, const struct decide_path *p)
{
	return path_print(a, (struct path){p->root, p->suffix});
}

static struct text
comma(struct arena *a, struct text t, const char *word)
{
	return arena_printf(
	    a, "%.*s%s%s", (int)t.len, t.s, t.len == 0 ? "" : ", ", word);
}

struct text
why_rights(struct arena *a, uint64_t rights)
{
	const uint64_t groups[] = {dump_read(BLOB_FS_ALL, BLOB_KIND_ANY),
	    dump_write(BLOB_FS_ALL, BLOB_KIND_ANY)};
	static const char *const names[] = {"read", "write"};
	struct text t = TEXT("");

	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		if ((rights & groups[i]) == groups[i]) {
			t = comma(a, t, names[i]);
			rights &= ~groups[i];
		}
	for (; rights != 0; rights &= rights - 1)
		t = comma(a, t, blob_fs_name(rights & (~rights + 1)));
	return t;
}

struct text
why_rule(struct arena *a, const struct blob *b, uint32_t rule)
{
	const struct blob_path r = blob_path(b, rule);
	const struct decide_path p = {text_of(r.suffix), r.root};
	const struct text path = why_path(a, &p);
	const struct text rights = why_rights(a, r.rights);

	return arena_printf(
	    a, "%.*s (%.*s)", (int)path.len, path.s, (int)rights.len, rights.s);
}

/* The chain of one origin: the entry, then what brought it in. */
static void
add_chain(struct why *w, struct finding *f, uint32_t origin, const char *what)
{
	const struct blob *b = &w->policy->blob;

	for (;;) {
		struct report_place place = side_place(w->policy, origin);
		const uint32_t via = blob_origin(b, origin).via;

		place.what = text_of(what);
		report_place(&w->report, f, place);
		if (via == 0)
			break;
		origin = via - 1;
		what = "which is brought in here";
	}
}

void
why_places(struct why *w, struct finding *f, uint32_t tag, uint32_t record,
    const char *what)
{
	const struct blob *b = &w->policy->blob;
	unsigned n = 0;

	for (uint32_t i = 0; i < b->nlinks; i++) {
		const struct blob_link link = blob_link(b, i);

		if (link.tag != tag || link.record != record)
			continue;
		if (n++ == 3) {
			report_detail(&w->report, f, "and in further places");
			break;
		}
		add_chain(w, f, link.origin, what);
	}
}

static const char *
errno_name(int error)
{
	switch (error) {
	case 1:
		return ": EPERM";
	case 13:
		return ": EACCES";
	case 18:
		return ": EXDEV";
	default:
		return "";
	}
}

/* "read $HOME/.ssh", "connect 443", "signal" */
static struct text
asked(const struct why *w)
{
	struct arena *a = w->arena;
	struct text path, to;

	switch (w->word->argument) {
	case WHY_PATH:
		path = why_path(a, &w->request.path);
		return arena_printf(
		    a, "%s %.*s", w->word->word, (int)path.len, path.s);
	case WHY_TWO:
		path = why_path(a, &w->request.path);
		to = why_path(a, &w->request.to);
		return arena_printf(a, "%s %.*s to %.*s", w->word->word,
		    (int)path.len, path.s, (int)to.len, to.s);
	case WHY_PORT:
		return arena_printf(
		    a, "%s %u", w->word->word, (unsigned)w->request.port);
	case WHY_FAMILY:
		return arena_printf(
		    a, "socket of family %u", (unsigned)w->request.family);
	case WHY_NONE:
		break;
	}
	return text_of(w->word->word);
}

static struct text
subject(const struct why *w)
{
	const struct text name = text_of(blob_profile_name(&w->policy->blob));

	return name.len > 0 ? name : w->policy->key;
}

/* Nothing grants it, as nothing restricts it: which setting says so? */
static void
explain_open(struct why *w, struct finding *f)
{
	enum blob_setting setting = BLOB_SETTING_NETWORK;

	report_detail(&w->report, f, "the policy does not restrict this");
	if (w->request.op == DECIDE_SIGNAL)
		setting = BLOB_SETTING_SIGNAL;
	else if (w->request.op == DECIDE_CONNECT_ABSTRACT)
		setting = BLOB_SETTING_ABSTRACT;
	else if (w->word->argument != WHY_PORT &&
		 w->word->argument != WHY_FAMILY)
		return;
	why_places(w, f, BLOB_TARG, setting, "the setting");
}

/* The rules that together allow it, each at its lines. */
static void
explain_support(struct why *w, struct finding *f, const struct decider *decider)
{
	const bool ports = w->answer.reason == DECIDE_BY_PORT;
	struct decide_rules rules;

	decide_support(decider, &w->request, w->arena, &rules);
	if (rules.n == 0)
		explain_open(w, f);
	for (uint32_t i = 0; i < rules.n; i++) {
		const uint32_t r = rules.v[i];
		struct text t;
		const char *what;

		if (ports) {
			report_detail(&w->report, f, "by port %u",
			    (unsigned)blob_port(&w->policy->blob, r).port);
			why_places(w, f, BLOB_PORT, r, "the port is granted");
			continue;
		}
		t = why_rule(w->arena, &w->policy->blob, r);
		what =
		    arena_printf(w->arena, "granted by %.*s", (int)t.len, t.s)
			.s;
		report_detail(&w->report, f, "%s", what);
		if ((blob_path(&w->policy->blob, r).flags &
			BLOB_PATH_CONSENT) != 0)
			report_detail(&w->report, f,
			    "that needs the user's consent, or --allow-cwd");
		why_places(w, f, BLOB_PATH, r, what);
	}
}

static void
explain_unenforced(struct why *w, struct finding *f)
{
	const struct decide_answer *a = &w->answer;
	uint64_t free = 0;
	struct text t;

	for (unsigned i = 0; i < a->nneeds; i++)
		free |= a->needs[i].free;
	if (a->reason == DECIDE_BY_NOTHING) {
		report_detail(&w->report, f,
		    "no policy restricts this: the kernel has no right for it");
		return;
	}
	if (a->reason == DECIDE_BY_PORT)
		t = text_of("the port");
	else if (a->reason == DECIDE_BY_SCOPE)
		t = text_of(blob_scope_name(a->scope));
	else
		t = why_rights(w->arena, free);
	report_detail(&w->report, f,
	    "no rule grants it, but Landlock ABI %u does not enforce %.*s",
	    w->env.abi, (int)t.len, t.s);
}

/* One of the rights is enough to know what is meant. */
static const char *
lacking(const struct decide_refused *no)
{
	if (no->fs != 0)
		return blob_fs_name(no->fs & (~no->fs + 1));
	if (no->net != 0)
		return blob_net_name(no->net & (~no->net + 1));
	if (no->scoped != 0)
		return blob_scope_name(no->scoped & (~no->scoped + 1));
	return "something";
}

static void
explain_refusal(struct why *w, struct finding *f)
{
	const struct decide_refused no = decide_refused(w->decider);
	struct text t;

	switch (no.why) {
	case DECIDE_LAUNCHES:
		break;
	case DECIDE_REFUSED_KERNEL:
		report_detail(&w->report, f,
		    "nono-load refuses to launch: Landlock ABI %u lacks %s, "
		    "which the policy requires",
		    w->env.abi, lacking(&no));
		break;
	case DECIDE_REFUSED_ARCH:
		report_detail(&w->report, f,
		    "nono-load refuses to launch: the policy has no seccomp "
		    "program for %s",
		    blob_arch_name(w->env.arch));
		break;
	case DECIDE_REFUSED_DENY:
		t = why_rule(w->arena, &w->policy->blob, no.rule);
		report_detail(&w->report, f,
		    "nono-load refuses to launch: %.*s would open a denied "
		    "path",
		    (int)t.len, t.s);
		why_places(w, f, BLOB_PATH, no.rule, "the grant");
		why_places(w, f, BLOB_DENY, no.deny, "the denied path");
		break;
	case DECIDE_REFUSED_OPEN:
	case DECIDE_REFUSED_LINK:
	case DECIDE_REFUSED_TYPE:
	case DECIDE_REFUSED_EMPTY:
		report_detail(&w->report, f,
		    "nono-load refuses to launch: no path can be granted");
		break;
	}
}

/* What each need lacks, and what there is. */
static void
explain_needs(struct why *w, struct finding *f)
{
	for (unsigned i = 0; i < w->answer.nneeds; i++) {
		const struct decide_need *n = &w->answer.needs[i];
		const struct decide_object on = n->on;
		struct text path, missing, have;
		struct decide_rules rules;

		if (n->missing == 0)
			continue;
		path = why_path(w->arena, &on.path);
		missing = why_rights(w->arena, n->missing);
		have = why_rights(w->arena,
		    decide_rights(w->decider, &n->on, w->arena, &rules));
		report_detail(&w->report, f, "%.*s is missing %s %.*s",
		    (int)missing.len, missing.s,
		    on.kind == DECIDE_NEW ? "where to make" : "on",
		    (int)path.len, path.s);
		if (have.len > 0)
			report_detail(&w->report, f, "granted there: %.*s",
			    (int)have.len, have.s);
	}
}

/* Whole components that two suffixes have in common. */
static uint32_t
common(struct text a, struct text b)
{
	uint32_t n = 0, whole = 0;

	for (;; n++) {
		const bool end_a = n == a.len || a.s[n] == '/';
		const bool end_b = n == b.len || b.s[n] == '/';

		if (end_a && end_b && n > 0)
			whole++;
		if (n == a.len || n == b.len || a.s[n] != b.s[n])
			return whole;
	}
}

/* The rule that comes nearest to granting it. */
static void
explain_nearest(struct why *w, struct finding *f)
{
	const struct blob *b = &w->policy->blob;
	const struct decide_need *need = NULL;
	uint32_t best = DECIDE_NONE, most = 0, deny;
	struct text t;

	for (unsigned i = 0; i < w->answer.nneeds; i++)
		if (w->answer.needs[i].missing != 0)
			need = &w->answer.needs[i];
	if (need == NULL)
		return;
	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct blob_path r = blob_path(b, i);
		const struct text s = text_of(r.suffix);
		uint32_t near;

		if (r.root != need->on.path.root ||
		    (r.rights & need->missing) != need->missing)
			continue;
		near = s.len == 0 ? 1 : 2 * common(s, need->on.path.suffix);
		if (near > most) {
			most = near;
			best = i;
		}
	}
	if (best == DECIDE_NONE)
		return;
	t = why_rule(w->arena, b, best);
	if (decide_withheld(w->decider, best, &deny)) {
		report_detail(&w->report, f,
		    "%.*s is withheld, as it would open a denied path",
		    (int)t.len, t.s);
		if (deny != DECIDE_NONE)
			why_places(w, f, BLOB_DENY, deny, "the denied path");
		return;
	}
	report_detail(
	    &w->report, f, "the nearest grant is %.*s", (int)t.len, t.s);
	why_places(w, f, BLOB_PATH, best, "the nearest grant");
}

static void
explain_cause(struct why *w, struct finding *f)
{
	const struct decide_answer *a = &w->answer;
	struct text t;

	switch (a->reason) {
	case DECIDE_BY_LAUNCH:
		explain_refusal(w, f);
		break;
	case DECIDE_BY_GAIN:
		t = why_rights(w->arena, a->gained);
		report_detail(&w->report, f,
		    "what is moved would gain %.*s in its new place, which "
		    "Landlock does not allow",
		    (int)t.len, t.s);
		break;
	case DECIDE_BY_FILTER:
		report_detail(&w->report, f,
		    "the policy's seccomp program refuses such a socket");
		why_places(w, f, BLOB_TARG, BLOB_SETTING_NETWORK,
		    "the network is restricted");
		break;
	case DECIDE_BY_SCOPE:
		report_detail(&w->report, f, "the scope %s is closed",
		    blob_scope_name(a->scope));
		why_places(w, f, BLOB_TARG,
		    a->scope == BLOB_SCOPE_SIGNAL ? BLOB_SETTING_SIGNAL
						  : BLOB_SETTING_ABSTRACT,
		    "the scope is closed");
		break;
	case DECIDE_BY_PORT:
		report_detail(&w->report, f, "%s is not granted on the port",
		    blob_net_name(a->net & (~a->net + 1)));
		why_places(w, f, BLOB_TARG, BLOB_SETTING_NETWORK,
		    "the network is restricted");
		break;
	case DECIDE_BY_REFER:
	case DECIDE_BY_RULES:
	case DECIDE_BY_NOTHING:
		explain_needs(w, f);
		break;
	}
}

static void
explain_denial(struct why *w, struct finding *f)
{
	explain_cause(w, f);
	if (w->answer.reason == DECIDE_BY_LAUNCH || why_blocked(w, f))
		return;
	explain_nearest(w, f);
	why_suggest(w, f);
}

static void
explain_places(struct why *w, struct finding *f)
{
	const struct decide_env *env = w->answer.elsewhere;
	struct decider *there = decide_open(w->arena, &w->policy->blob, env);

	for (unsigned r = 1; r < BLOB_ROOTS; r++) {
		const struct decide_path *p = &env->places[r];
		const struct decide_path root = {TEXT(""), (enum blob_root)r};
		const struct decide_path *was = &w->env.places[r];
		struct text name, at;

		if (p->root == was->root && text_equal(p->suffix, was->suffix))
			continue;
		name = why_path(w->arena, &root);
		at = why_path(w->arena, p);
		report_detail(&w->report, f,
		    "allowed where %.*s is %.*s, denied elsewhere: fix it "
		    "with --home or --cwd",
		    (int)name.len, name.s, (int)at.len, at.s);
	}
	if (env->uid != w->env.uid)
		report_detail(&w->report, f, "allowed where $UID is %lld",
		    (long long)env->uid);
	if (env->absent && !w->env.absent)
		report_detail(&w->report, f,
		    "allowed where a granted path is missing at launch and "
		    "its parent is granted instead");
	if (env->proxy_port != w->env.proxy_port) {
		report_detail(&w->report, f,
		    "allowed where nono-load is told --proxy-port %u",
		    (unsigned)env->proxy_port);
		return;
	}
	w->request.path.suffix =
	    decide_uid_text(w->arena, w->request.path.suffix, env->uid);
	w->request.to.suffix =
	    decide_uid_text(w->arena, w->request.to.suffix, env->uid);
	explain_support(w, f, there);
	report_detail(&w->report, f, "denied where %s%s",
	    env->uid != w->env.uid ? "it is another" : "the roots lie apart",
	    errno_name(w->answer.error));
	explain_cause(w, f);
}

static void
explain_taken(struct why *w, struct finding *f)
{
	const struct text home =
	    why_path(w->arena, &w->env.places[BLOB_ROOT_HOME]);

	report_detail(&w->report, f,
	    "%.*s is taken as $HOME, as it is here: --home says another",
	    (int)home.len, home.s);
}

void
why_explain(struct why *w)
{
	static const struct {
		const char *rule, *is;
		enum report_level level;
		int status;
	} verdicts[] = {
	    [DECIDE_ALLOWED] = {"allowed", "is allowed", REPORT_NOTE,
		EXIT_HOLDS},
	    [DECIDE_DENIED] = {"denied", "is denied", REPORT_ERROR,
		EXIT_DIFFERS},
	    [DECIDE_UNENFORCED] = {"unenforced", "is not enforced there",
		REPORT_WARNING, EXIT_HOLDS},
	    [DECIDE_DEPENDS] = {"depends", "depends on where it is launched",
		REPORT_WARNING, EXIT_ENVIRONMENT},
	};
	const enum decide_verdict v = w->answer.verdict;
	const struct text what = asked(w), who = subject(w);
	struct finding *f;

	w->report.arena = w->arena;
	w->report.verb = "why";
	w->report.verdict = verdicts[v].rule;
	w->report.status = verdicts[v].status;
	w->report.summary = text_of(verdicts[v].rule);
	report_rule(&w->report, verdicts[v].rule, w->word->what);
	f = report_add(
	    &w->report, verdicts[v].rule, verdicts[v].level, verdicts[v].rule);
	f->subject = who;
	f->region = what;
	f->message = arena_printf(w->arena, "%.*s: %.*s %s%s", (int)who.len,
	    who.s, (int)what.len, what.s, verdicts[v].is,
	    v == DECIDE_DENIED ? errno_name(w->answer.error) : "");
	if (w->taken)
		explain_taken(w, f);
	switch (v) {
	case DECIDE_ALLOWED:
		explain_support(w, f, w->decider);
		break;
	case DECIDE_UNENFORCED:
		explain_unenforced(w, f);
		break;
	case DECIDE_DENIED:
		explain_denial(w, f);
		break;
	case DECIDE_DEPENDS:
		explain_places(w, f);
		break;
	}
	if (w->policy->blob.prov.p == NULL)
		report_detail(&w->report, f,
		    "the policy was stripped: it does not say where its rules "
		    "were written");
}
