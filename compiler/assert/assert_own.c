#include <config.h>

#include "compiler/assert/assert_own.h"

#include "compiler/assert/assert_judge.h"

enum { LINES_SHOWN = 8 };

/* An assertion inside a profile is about that profile. */
static bool
check_own(struct diags *d, const struct assertion *a)
{
	struct diag *diag;

	if (a->kind != ASSERT_ONLY && a->kind != ASSERT_WITHIN &&
	    a->kind != ASSERT_DISJOINT && a->profiles->first == NULL)
		return true;
	diag = diag_at(d, DIAG_ASSERT_VALUE, a->at,
	    "an assertion in a profile or group names no other profiles");
	diag_help(d, diag,
	    "write never or always; what compares profiles stands in a file "
	    "for nonoc check");
	return false;
}

bool
assert_own_read(struct store *s, const struct target *t, const struct policy *p,
    struct assertions *ret)
{
	const struct assert_resolver r = {s, t};
	bool ok = true;

	for (uint32_t i = 0; i < p->asserts.n; i++) {
		const struct node string = {
		    .at = p->asserts.v[i].at,
		    .kind = NODE_STRING,
		    .string = p->asserts.v[i].name,
		};
		const struct assert_statement *rule;

		ok = assert_read_string(
			 s->arena, s->diags, s->sources, &string, &rule) &&
		     assert_resolve_rule(&r, rule, ret) &&
		     check_own(s->diags, &ret->list.v[ret->list.n - 1]) && ok;
	}
	return ok;
}

/* The statements behind a rule of the policy: those of its path. */
static void
note_rule(struct diags *d, struct diag *diag, const struct capset *c,
    const struct blob_path *rule)
{
	const struct path path = {rule->root, text_of(rule->suffix)};
	uint32_t shown = 0;

	for (uint32_t i = caps_lower_bound(c, path);
	     i < c->caps.n && path_compare(c->caps.v[i].path, path) == 0; i++) {
		const struct cap *cap = &c->caps.v[i];

		if (cap->n == 0 && cap_span(c, cap).source != 0)
			diag_note(d, diag, cap_span(c, cap), "granted here");
		for (uint32_t k = 0; k < cap->n && shown < LINES_SHOWN; k++) {
			const struct stmt *s =
			    &c->policy->stmts.v[c->order.v[cap->first + k]];

			shown++;
			diag_note(d, diag, s->path->at, "granted here");
			for (const struct origin *o = s->origin;
			     o != NULL && o->via != NULL; o = o->via)
				diag_note(d, diag, o->at, "%s \"%.*s\" %s here",
				    o->kind == ORIGIN_GROUP ? "group" : "base",
				    (int)o->name.len, o->name.s,
				    o->kind == ORIGIN_GROUP ? "is included"
							    : "is extended");
		}
	}
}

static void
report(struct arena *a, struct diags *d, const struct assertion *assertion,
    const struct capset *c, const struct blob *b, const struct hit *h)
{
	struct text what = assert_hit_print(a, h);
	struct diag *diag = diag_at(d, DIAG_ASSERT_FAILS, assertion->at,
	    "the assertion does not hold: the policy %s %.*s",
	    assert_hit_verb(h->kind), (int)what.len, what.s);

	for (uint32_t i = 0; i < h->rules.n && !h->is_port; i++) {
		struct blob_path rule = blob_path(b, h->rules.v[i]);

		note_rule(d, diag, c, &rule);
	}
	if (h->kind == HIT_UNENFORCED || h->kind == HIT_UNASKED)
		diag_help(d, diag,
		    "not every kernel that the policy accepts can restrict "
		    "that: write \"for abi >= %u\", or compile with --target "
		    "linux:abi=%u",
		    assert_hit_abi(h), assert_hit_abi(h));
}

bool
assert_own_hold(struct arena *a, struct diags *d, struct assertions *assertions,
    const struct capset *c, const uint8_t *bytes, uint32_t size)
{
	const char *why;
	struct judge judge;
	struct blob blob;
	bool ok = true;

	if (assertions->list.n == 0)
		return true;
	if (!blob_open(&blob, bytes, size, &why)) {
		diag_at(d, DIAG_BAD_BLOB, (struct span){0}, "%s", why);
		return false;
	}
	judge_init(&judge, a, &blob, assertions);
	for (uint32_t i = 0; i < assertions->list.n; i++) {
		const struct assertion *one = &assertions->list.v[i];
		struct judgement j;

		if (one->other_platform)
			continue;
		judge_assertion(&judge, c->policy->name, one, &j);
		if (j.verdict != ASSERT_VIOLATED)
			continue;
		ok = false;
		for (uint32_t k = 0; k < j.hits.n; k++)
			report(a, d, one, c, &blob, &j.hits.v[k]);
		if (j.hits.n == 0)
			diag_at(d, DIAG_ASSERT_FAILS, one->at,
			    "\"always\" of an empty set is no promise");
	}
	return ok;
}
