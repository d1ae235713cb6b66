#include <config.h>

#include "compiler/diff/diff_report.h"

#include "compiler/base/status.h"

enum { RECORDS_SHOWN = 3, ORIGINS_SHOWN = 2 };

static const struct {
	const char *gained, *lost; /* rules */
	const char *what_gained, *what_lost;
} rules[DIFF_KINDS] = {
    [DIFF_LAUNCH] = {"launch-gained", "launch-lost",
	"The policy could not be launched before, and can now.",
	"The policy can no longer be launched."},
    [DIFF_PATH] = {"path-gained", "path-lost",
	"Rights on paths that were not permitted before.",
	"Rights on paths that are no longer permitted."},
    [DIFF_PORT] = {"port-gained", "port-lost",
	"Ports that were not permitted before.",
	"Ports that are no longer permitted."},
    [DIFF_SOCKET] = {"socket-gained", "socket-lost",
	"Kinds of sockets that could not be made before.",
	"Kinds of sockets that can no longer be made."},
    [DIFF_SCOPE] = {"scope-gained", "scope-lost",
	"What lies outside of the sandbox can be reached.",
	"What lies outside of the sandbox is no longer reached."},
    [DIFF_ENVIRONMENT] = {"environment-gained", "environment-lost",
	"Variables that the command did not get before.",
	"Variables that the command no longer gets."},
    [DIFF_COMMAND] = {"command-gained", "command-lost",
	"Commands that were refused at start-up before.",
	"Commands that are now refused at start-up."},
    [DIFF_DENY] = {"deny-removed", "deny-added",
	"Paths that were denied wherever a root covers them.",
	"Paths that are now denied wherever a root covers them."},
    [DIFF_KERNEL] = {"kernel-relaxed", "kernel-tightened",
	"The policy launches where it was refused before.",
	"The policy is refused where it launched before."},
    [DIFF_TERMS] = {"terms-relaxed", "terms-tightened",
	"A rule holds where it did not before.",
	"A rule no longer holds where it did."},
    [DIFF_PLACE] = {"place-gained", "place-lost",
	"More is permitted where some root lies in what another names.",
	"Less is permitted where some root lies in what another names."},
    [DIFF_LINK] = {"link-gained", "link-lost",
	"A rule that opens what its path leads to, where that is a link.",
	"A rule is gone that opened what its path leads to."},
    [DIFF_MOVED] = {"moved", "moved", "The same access, granted elsewhere.",
	"The same access, granted elsewhere."},
};

struct text
change_text(struct arena *a, const struct diff_change *c)
{
	struct text t = arena_printf(a, "%.*s %.*s", (int)c->what.len,
	    c->what.s, (int)c->region.len, c->region.s);

	if (c->aside.len == 0)
		return t;
	return arena_printf(
	    a, "%.*s (%.*s)", (int)t.len, t.s, (int)c->aside.len, c->aside.s);
}

static const char *
verdict_of(const struct diff_change *c)
{
	if (c->kind == DIFF_MOVED)
		return "moved";
	if (c->kind == DIFF_PLACE || c->kind == DIFF_LINK)
		return "depends";
	if (c->kind == DIFF_PATH && c->had)
		return c->gained ? "widened" : "narrowed";
	return c->gained ? "gained" : "lost";
}

/* "$HOME", "/opt": what many changes may have in common. */
static struct text
fold_of(struct arena *a, const struct diff_change *c)
{
	struct text region = c->region;
	uint32_t n = region.len > 0 && region.s[0] == '/';

	if (c->kind != DIFF_PATH && c->kind != DIFF_MOVED &&
	    c->kind != DIFF_DENY)
		return (struct text){NULL, 0};
	while (n < region.len && region.s[n] != '/')
		n++;
	return arena_printf(a, "%.*s below %.*s", (int)c->what.len, c->what.s,
	    (int)n, region.s);
}

static void
put_records(struct report *r, struct finding *f, const struct side_policy *p,
    const struct diff_change *c, const struct decide_rules *records,
    const char *what)
{
	for (uint32_t i = 0; i < records->n && i < RECORDS_SHOWN; i++)
		(void)side_places(
		    r, f, p, c->tag, records->v[i], what, ORIGINS_SHOWN);
}

struct finding *
change_report(
    struct report *r, const struct side_pair *p, const struct diff_change *c)
{
	const unsigned own = c->gained || c->kind == DIFF_MOVED ? 1 : 0;
	const bool moved = c->kind == DIFF_MOVED;
	const char *rule =
	    c->gained ? rules[c->kind].gained : rules[c->kind].lost;
	struct finding *f;

	report_rule(r, rule,
	    c->gained ? rules[c->kind].what_gained : rules[c->kind].what_lost);
	f = report_add(
	    r, rule, c->gained ? REPORT_ERROR : REPORT_NOTE, verdict_of(c));
	f->sign = moved ? ' ' : c->gained ? '+' : '-';
	f->subject = p->subject;
	f->region = c->region;
	f->identity = arena_printf(
	    r->arena, "%.*s:%d", (int)c->what.len, c->what.s, (int)c->when);
	f->message = change_text(r->arena, c);
	f->fold = fold_of(r->arena, c);
	put_records(r, f, p->side[own], c, &c->records[own], "");
	put_records(r, f, p->side[!own], c, &c->records[!own],
	    own == 1 ? "was" : "now");
	if (c->but.len > 0)
		report_detail(r, f, "%.*s", (int)c->but.len, c->but.s);
	if (f->places.n == 0)
		report_place(
		    r, f, (struct report_place){.file = p->side[own]->path});
	return f;
}

/* There is one policy and not the other. */
static void
report_alone(struct report *r, const struct side_pair *p)
{
	const bool added = p->side[0] == NULL;
	const char *rule = added ? "policy-added" : "policy-deleted";
	struct finding *f;

	report_rule(r, rule,
	    added ? "A policy that was not there before."
		  : "A policy that is no longer there.");
	f = report_add(r, rule, added ? REPORT_ERROR : REPORT_NOTE,
	    added ? "added" : "deleted");
	f->sign = added ? '+' : '-';
	f->subject = p->subject;
	f->region = TEXT("policy");
	f->message = arena_printf(
	    r->arena, "policy %.*s", (int)p->subject.len, p->subject.s);
	report_place(r, f, (struct report_place){.file = p->side[added]->path});
}

void
pair_report(struct report *r, const struct side_pair *p, bool moved)
{
	if (p->side[0] == NULL || p->side[1] == NULL) {
		report_alone(r, p);
		return;
	}
	for (uint32_t i = 0; i < p->diff.changes.n; i++) {
		const struct diff_change *c = &p->diff.changes.v[i];

		if (moved || c->kind != DIFF_MOVED)
			(void)change_report(r, p, c);
	}
}

static void
add_pair(struct pairs *pairs, struct arena *a, const struct side_policy *from,
    const struct side_policy *to, struct text subject)
{
	struct side_pair *p = VEC_PUSH(a, &pairs->v);

	p->side[0] = from;
	p->side[1] = to;
	p->subject = subject;
	p->diff = (struct diff){.arena = a};
	if (from != NULL && to != NULL)
		diff_policies(&p->diff, a, &from->blob, &to->blob);
	else
		*(from == NULL ? &p->diff.gained : &p->diff.lost) = 1;
	pairs->gained += p->diff.gained;
	pairs->lost += p->diff.lost;
	pairs->differ += p->diff.gained + p->diff.lost > 0;
}

static struct text
subject_of(const struct side_policy *p)
{
	struct text name = text_of(blob_profile_name(&p->blob));

	return name.len > 0 ? name : p->key;
}

/* Both are sorted by key. */
static void
match(struct pairs *pairs, struct arena *a, const struct side *from,
    const struct side *to, const struct side_policy *added)
{
	uint32_t i = 0, j = 0;

	while (i < from->policies.n || j < to->policies.n) {
		const struct side_policy *l = NULL, *r = NULL;

		if (i < from->policies.n)
			l = &from->policies.v[i];
		if (j < to->policies.n)
			r = &to->policies.v[j];
		if (l != NULL && r != NULL) {
			int c = text_compare(l->key, r->key);

			l = c > 0 ? NULL : l;
			r = c < 0 ? NULL : r;
		}
		add_pair(pairs, a, l == NULL ? added : l, r,
		    l != NULL ? l->key : r->key);
		i += l != NULL;
		j += r != NULL;
	}
}

/* Of a lock, the policy of that name; false: it has none. */
static bool
narrow(struct side *lock, const struct side *one)
{
	const struct side_policy *p =
	    side_find_single(lock, one->policies.v[0].key);

	if (p == NULL)
		return false;
	lock->policies.v[0] = *p;
	lock->policies.n = 1;
	lock->directory = false;
	return true;
}

int
pairs_check(struct compile *c, struct side *from, struct side *to)
{
	struct side *dir = from->directory ? from : to;
	struct side *one = from->directory ? to : from;

	if (from->policies.n == 0 && to->policies.n == 0)
		return side_has_some(c, to) ? EXIT_HOLDS : EXIT_REJECTED;
	if (from->directory == to->directory || (dir->lock && narrow(dir, one)))
		return EXIT_HOLDS;
	if (dir->lock) {
		diag_at(&c->diags, DIAG_BAD_LOCK, (struct span){0},
		    "\"%s\" has no policy \"%.*s\"", dir->argument,
		    (int)one->policies.v[0].key.len, one->policies.v[0].key.s);
		return EXIT_REJECTED;
	}
	diag_at(&c->diags, DIAG_NOT_REGULAR, (struct span){0},
	    "\"%s\" is a directory and \"%s\" is not: compare two of a kind",
	    dir->argument, one->argument);
	return EXIT_REJECTED;
}

void
pairs_compare(struct pairs *ret_pairs, struct arena *a, const struct side *from,
    const struct side *to, const struct side_policy *added)
{
	*ret_pairs = (struct pairs){0};
	if (from->directory || to->directory)
		match(ret_pairs, a, from, to, added);
	else
		add_pair(ret_pairs, a, &from->policies.v[0], &to->policies.v[0],
		    subject_of(&to->policies.v[0]));
}

static struct text
counts(struct arena *a, const struct pairs *p)
{
	if (p->gained == 0)
		return arena_printf(a, "%u lost, nothing gained", p->lost);
	if (p->lost == 0)
		return arena_printf(a, "%u gained, nothing lost", p->gained);
	return arena_printf(a, "%u gained, %u lost", p->gained, p->lost);
}

struct text
pairs_summary(struct arena *a, const struct pairs *p)
{
	if (p->differ == 0 && p->v.n == 1)
		return TEXT("no difference in access");
	if (p->differ == 0)
		return arena_printf(
		    a, "no difference in access: %u policies", p->v.n);
	if (p->v.n == 1)
		return counts(a, p);
	return arena_printf(a, "%u of %u policies differ: %s", p->differ,
	    p->v.n, counts(a, p).s);
}

const char *
pairs_verdict(const struct pairs *p)
{
	if (p->differ == 0)
		return "same";
	if (p->lost == 0)
		return "wider";
	return p->gained == 0 ? "narrower" : "differs";
}
