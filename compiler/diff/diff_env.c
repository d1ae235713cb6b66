#include <config.h>

#include "compiler/diff/diff_model.h"

#include <stdlib.h>

/*
 * Variables.  A policy sets a variable, passes it on from whoever launches, or
 * does neither.  The names that patterns can tell apart are few: each name
 * that is written out, and for each pattern the names that match it and
 * nothing longer.  One of each stands for all of its kind.
 */
struct kind_of_name {
	struct text name; /* without the star */
	bool star;
};

struct names {
	struct VEC(struct kind_of_name) v; /* sorted, unique; wider first */
};

static int
compare(const void *left, const void *right)
{
	const struct kind_of_name *a = left, *b = right;
	int c = text_compare(a->name, b->name);

	return c != 0 ? c : b->star - a->star;
}

static void
add_name(struct arena *a, struct names *n, const char *written)
{
	struct kind_of_name k = {.name = text_of(written)};

	if (k.name.len > 0 && k.name.s[k.name.len - 1] == '*') {
		k.name.len--;
		k.star = true;
	}
	*VEC_PUSH(a, &n->v) = k;
}

static struct names
collect(const struct diff *d, struct arena *a)
{
	struct names n = {0};
	uint32_t kept = 0;

	add_name(a, &n, "*");
	for (unsigned side = 0; side < 2; side++)
		for (uint32_t i = 0; i < d->blob[side]->nenvs; i++)
			add_name(a, &n, blob_env(d->blob[side], i).name);
	qsort(n.v.v, n.v.n, sizeof(*n.v.v), compare);
	for (uint32_t i = 0; i < n.v.n; i++)
		if (kept == 0 || compare(&n.v.v[i], &n.v.v[kept - 1]) != 0)
			n.v.v[kept++] = n.v.v[i];
	n.v.n = kept;
	return n;
}

/*
 * Does the pattern match all names of the kind?  One that is longer than the
 * kind's own does not: its names are a kind of their own.
 */
static bool
matches(const char *pattern, const struct kind_of_name *k)
{
	struct text p = text_of(pattern);

	if (p.len == 0 || p.s[p.len - 1] != '*')
		return !k->star && text_equal(p, k->name);
	p.len--;
	return p.len <= k->name.len && memcmp(p.s, k->name.s, p.len) == 0;
}

static struct text
name_text(struct arena *a, const struct kind_of_name *k)
{
	return arena_printf(
	    a, "%.*s%s", (int)k->name.len, k->name.s, k->star ? "*" : "");
}

/* Whatever a policy allows: "LD_PRELOAD", "LD_*". */
static bool
is_never(struct arena *a, const struct kind_of_name *k)
{
	return blob_env_is_never(name_text(a, k).s);
}

/* As nono-load filters: denied goes before allowed, what is set is not asked.
 */
static bool
passes(struct arena *a, const struct blob *b, const struct kind_of_name *k)
{
	bool allowed = (blob_target(b).flags & BLOB_F_ENV_ALLOW) == 0;

	if (is_never(a, k))
		return false;
	for (uint32_t i = 0; i < b->nenvs; i++) {
		struct blob_env e = blob_env(b, i);

		if (!matches(e.name, k))
			continue;
		if (e.kind != BLOB_ENV_ALLOW)
			return false;
		allowed = true;
	}
	return allowed;
}

static const char *
value_of(const struct blob *b, const char *name, uint32_t *ret_record)
{
	for (uint32_t i = 0; i < b->nenvs; i++) {
		struct blob_env e = blob_env(b, i);

		if (e.kind == BLOB_ENV_SET && strcmp(e.name, name) == 0) {
			*ret_record = i;
			return e.value;
		}
	}
	return NULL;
}

/* The kind around it: the longest pattern that it matches, but itself. */
static uint32_t
around(const struct names *n, uint32_t i)
{
	const struct kind_of_name *k = &n->v.v[i];

	for (uint32_t j = i; j-- > 0;) {
		const struct kind_of_name *o = &n->v.v[j];

		if (o->star && o->name.len <= k->name.len &&
		    memcmp(o->name.s, k->name.s, o->name.len) == 0)
			return j;
	}
	return DECIDE_NONE;
}

/* The patterns that decide about names of the kind, on both sides. */
static void
add_records(struct diff *d, struct diff_change *c, const struct kind_of_name *k)
{
	c->tag = BLOB_ENVF;
	for (unsigned side = 0; side < 2; side++)
		for (uint32_t i = 0; i < d->blob[side]->nenvs; i++)
			if (matches(blob_env(d->blob[side], i).name, k))
				*VEC_PUSH(d->arena, &c->records[side]) = i;
}

static void
diff_inherited(struct diff *d, const struct names *n, bool gained)
{
	struct arena *a = d->arena;
	bool *in = ARENA_ARRAY(a, n->v.n, bool);
	uint32_t *of = ARENA_ARRAY(a, n->v.n, uint32_t);

	for (uint32_t i = 0; i < n->v.n; i++) {
		const struct kind_of_name *k = &n->v.v[i];
		const uint32_t up = around(n, i);
		const bool inside = up != DECIDE_NONE && in[up];
		struct diff_change *c;

		in[i] = passes(a, d->blob[gained], k) &&
			!passes(a, d->blob[!gained], k);
		of[i] = up == DECIDE_NONE ? DECIDE_NONE : of[up];
		if (in[i] && !inside) {
			of[i] = d->changes.n;
			c = diff_add(d, DIFF_ENVIRONMENT, gained);
			c->what = TEXT("inherit");
			c->region = name_text(a, k);
			add_records(d, c, k);
		} else if (!in[i] && inside) {
			c = &d->changes.v[of[i]];
			c->aside = diff_join(a, c->aside, ", ",
			    c->aside.len == 0 ? arena_printf(a, "except %s",
						    name_text(a, k).s)
						    .s
					      : name_text(a, k).s);
		}
	}
}

static void
diff_set(struct diff *d, bool gained)
{
	const struct blob *b = d->blob[gained];

	for (uint32_t i = 0; i < b->nenvs; i++) {
		struct blob_env e = blob_env(b, i);
		uint32_t other = DECIDE_NONE;
		struct diff_change *c;
		const char *was;

		if (e.kind != BLOB_ENV_SET)
			continue;
		was = value_of(d->blob[!gained], e.name, &other);
		if (was != NULL && strcmp(was, e.value) == 0)
			continue;
		c = diff_add(d, DIFF_ENVIRONMENT, gained);
		c->what = TEXT("set");
		c->region = arena_printf(
		    d->arena, "%s=%s", e.name, diff_value(d->arena, e.value).s);
		c->tag = BLOB_ENVF;
		*VEC_PUSH(d->arena, &c->records[gained]) = i;
		if (other != DECIDE_NONE)
			*VEC_PUSH(d->arena, &c->records[!gained]) = other;
	}
}

void
diff_variables(struct diff *d)
{
	struct names n = collect(d, d->arena);

	for (unsigned gained = 0; gained < 2; gained++) {
		diff_inherited(d, &n, gained != 0);
		diff_set(d, gained != 0);
	}
}
