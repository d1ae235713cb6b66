#include <config.h>

#include "compiler/sbpl/sbpl_nfa.h"

#include <stdlib.h>

#include "compiler/sbpl/sbpl_judge.h"

enum { NONE = UINT32_MAX };

/* A piece of the automaton that begins at `start` and ends before `end`. */
struct piece {
	uint32_t start, end;
};

struct parse {
	struct sbpl_nfa *a;
	struct text p;
	uint32_t at;
	bool bad;
};

static uint32_t
new_node(struct parse *x, enum sbpl_nfa_kind kind)
{
	*VEC_PUSH(x->a->arena, &x->a->nodes) = (struct sbpl_nfa_node){
	    .kind = kind,
	    .next = NONE,
	    .other = NONE,
	    .regex = x->a->regexes.n,
	};
	return x->a->nodes.n - 1;
}

/*
 * A node that does nothing, as what comes behind a piece is not known yet: a
 * split with one way.
 */
static uint32_t
joint(struct parse *x)
{
	return new_node(x, SBPL_NFA_SPLIT);
}

static void
put(struct sbpl_bytes *s, unsigned char c)
{
	s->bits[c >> 6] |= UINT64_C(1) << (c & 63);
}

/* All bytes but NUL, which no subject has. */
static void
invert(struct sbpl_bytes *s)
{
	for (unsigned i = 0; i < 4; i++)
		s->bits[i] = ~s->bits[i];
	s->bits[0] &= ~UINT64_C(1);
}

/* [...]; which may have no backslash, class or ] in it. */
static void
bracket(struct parse *x, struct sbpl_bytes *s)
{
	const struct text p = x->p;
	bool inverted = false;

	x->at++;
	if (p.s[x->at] == '^') {
		inverted = true;
		x->at++;
	}
	while (p.s[x->at] != ']') {
		const unsigned char from = (unsigned char)p.s[x->at++];
		unsigned char to = from;

		if (p.s[x->at] == '-' && p.s[x->at + 1] != ']') {
			to = (unsigned char)p.s[x->at + 1];
			x->at += 2;
			/* What a second - means here nobody says. */
			x->bad |= to < from ||
				  (p.s[x->at] == '-' && p.s[x->at + 1] != ']');
		}
		for (unsigned c = from; c <= to; c++)
			put(s, (unsigned char)c);
	}
	x->at++;
	if (inverted)
		invert(s);
}

static struct piece branches(struct parse *x);

static struct piece
atom(struct parse *x)
{
	const char c = x->p.s[x->at];
	struct sbpl_bytes set = {{0}};
	struct piece f;

	if (c == '(') {
		x->at++;
		f = branches(x);
		x->at++;
		return f;
	}
	f.start = new_node(x, c == '^'	 ? SBPL_NFA_BEGIN
			      : c == '$' ? SBPL_NFA_END
					 : SBPL_NFA_BYTES);
	if (c == '[') {
		bracket(x, &set);
	} else if (c == '.') {
		invert(&set);
		x->at++;
	} else {
		x->at += c == '\\';
		put(&set, (unsigned char)x->p.s[x->at++]);
	}
	f.end = joint(x);
	x->a->nodes.v[f.start].set = set;
	x->a->nodes.v[f.start].next = f.end;
	return f;
}

static struct piece
repeated(struct parse *x)
{
	struct piece f = atom(x);
	const char c = x->at < x->p.len ? x->p.s[x->at] : '\0';
	uint32_t before, after;

	if (c != '*' && c != '+' && c != '?')
		return f;
	x->at++;
	before = joint(x);
	after = joint(x);
	x->a->nodes.v[before].next = f.start;
	x->a->nodes.v[f.end].next = after;
	if (c != '+')
		x->a->nodes.v[before].other = after;
	if (c != '?')
		x->a->nodes.v[f.end].other = f.start;
	return (struct piece){before, after};
}

static struct piece
branch(struct parse *x)
{
	struct piece f = {joint(x), 0};

	f.end = f.start;
	while (
	    x->at < x->p.len && x->p.s[x->at] != '|' && x->p.s[x->at] != ')') {
		const struct piece more = repeated(x);

		x->a->nodes.v[f.end].next = more.start;
		f.end = more.end;
	}
	return f;
}

static struct piece
branches(struct parse *x)
{
	struct piece f = branch(x);

	while (x->at < x->p.len && x->p.s[x->at] == '|') {
		const uint32_t before = joint(x), after = joint(x);
		struct piece more;

		x->at++;
		more = branch(x);
		x->a->nodes.v[before].next = f.start;
		x->a->nodes.v[before].other = more.start;
		x->a->nodes.v[f.end].next = after;
		x->a->nodes.v[more.end].next = after;
		f = (struct piece){before, after};
	}
	return f;
}

/* How far a set reaches without reading a byte. */
struct reach {
	struct sbpl_nfa *a;
	struct sbpl_nfa_set *to;
	bool begins, ends; /* no byte is before, or behind */
};

static struct reach
new_set(struct sbpl_nfa *a, struct sbpl_nfa_set *to)
{
	while (a->seen.n < a->nodes.n)
		*VEC_PUSH(a->arena, &a->seen) = 0;
	a->round++;
	to->n = 0;
	return (struct reach){.a = a, .to = to};
}

static void
take(struct reach *c, uint32_t node)
{
	c->a->seen.v[node] = c->a->round;
	*VEC_PUSH(c->a->arena, c->to) = node;
}

static void
reach(struct reach *c, uint32_t from)
{
	struct sbpl_nfa *a = c->a;

	*VEC_PUSH(a->arena, &a->pending) = from;
	while (a->pending.n > 0) {
		const uint32_t node = a->pending.v[--a->pending.n];
		const struct sbpl_nfa_node *n;

		if (node == NONE || a->seen.v[node] == a->round)
			continue;
		n = &a->nodes.v[node];
		take(c, node);
		if (n->kind == SBPL_NFA_SPLIT ||
		    (n->kind == SBPL_NFA_BEGIN && c->begins) ||
		    (n->kind == SBPL_NFA_END && c->ends)) {
			*VEC_PUSH(a->arena, &a->pending) = n->next;
			*VEC_PUSH(a->arena, &a->pending) = n->other;
		}
	}
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* What has matched whatever comes needs no other node of its expression. */
static void
tidy(const struct sbpl_nfa *a, struct sbpl_nfa_set *s)
{
	uint32_t n = 0;

	if (s->n == 0)
		return;
	qsort(s->v, s->n, sizeof(*s->v), by_number);
	for (uint32_t i = s->n; i > 0; i--) {
		const struct sbpl_nfa_node *x = &a->nodes.v[s->v[i - 1]];
		const uint32_t accept = a->regexes.v[x->regex].accept;

		/* Into the room behind what is still to be looked at. */
		if (x->kind == SBPL_NFA_SPLIT || x->kind == SBPL_NFA_BEGIN ||
		    (n > 0 && s->v[s->n - n] == accept))
			continue;
		s->v[s->n - ++n] = s->v[i - 1];
	}
	memmove(s->v, s->v + s->n - n, n * sizeof(*s->v));
	s->n = n;
}

void
sbpl_nfa_begin(struct sbpl_nfa *a, struct sbpl_nfa_set *ret_set)
{
	struct reach c = new_set(a, ret_set);

	c.begins = true;
	for (uint32_t i = 0; i < a->regexes.n; i++)
		reach(&c, a->regexes.v[i].start);
	tidy(a, ret_set);
}

void
sbpl_nfa_step(struct sbpl_nfa *a, const struct sbpl_nfa_set *from,
    unsigned char byte, struct sbpl_nfa_set *ret_set)
{
	struct reach c = new_set(a, ret_set);

	for (uint32_t i = 0; i < from->n; i++) {
		const struct sbpl_nfa_node *n = &a->nodes.v[from->v[i]];

		if (n->kind == SBPL_NFA_ACCEPT)
			take(&c, from->v[i]);
		else if (n->kind == SBPL_NFA_BYTES &&
			 sbpl_bytes_has(&n->set, byte))
			reach(&c, n->next);
	}
	/* A match may begin anywhere, unless ^ says otherwise. */
	for (uint32_t i = 0; i < a->regexes.n; i++)
		if (a->regexes.v[i].floats)
			reach(&c, a->regexes.v[i].start);
	tidy(a, ret_set);
}

bool
sbpl_nfa_matches(const struct sbpl_nfa_node *n)
{
	return n->kind == SBPL_NFA_ACCEPT ||
	       (n->kind == SBPL_NFA_END && n->ends);
}

bool
sbpl_nfa_run(struct sbpl_nfa *a, uint32_t regex, struct text t)
{
	struct sbpl_nfa_set sets[2] = {{0}};
	const struct sbpl_nfa_set *last = &sets[t.len & 1];

	sbpl_nfa_begin(a, &sets[0]);
	for (uint32_t i = 0; i < t.len; i++)
		sbpl_nfa_step(
		    a, &sets[i & 1], (unsigned char)t.s[i], &sets[(i + 1) & 1]);
	for (uint32_t i = 0; i < last->n; i++) {
		const struct sbpl_nfa_node *n = &a->nodes.v[last->v[i]];

		if (n->regex == regex && sbpl_nfa_matches(n))
			return true;
	}
	return false;
}

/* Which ends of the subject are matches, and whether one can begin late. */
static void
prepare(struct sbpl_nfa *a, struct sbpl_nfa_regex *r)
{
	struct sbpl_nfa_set to = {0};
	struct reach c;

	for (uint32_t i = r->first; i <= r->accept; i++) {
		if (a->nodes.v[i].kind != SBPL_NFA_END)
			continue;
		c = new_set(a, &to);
		c.ends = true;
		reach(&c, i);
		a->nodes.v[i].ends = a->seen.v[r->accept] == a->round;
	}
	c = new_set(a, &to);
	reach(&c, r->start);
	r->floats = false;
	for (uint32_t i = 0; i < to.n; i++)
		r->floats |= a->nodes.v[to.v[i]].kind != SBPL_NFA_SPLIT &&
			     a->nodes.v[to.v[i]].kind != SBPL_NFA_BEGIN;
}

bool
sbpl_nfa_add(struct sbpl_nfa *a, struct text pattern)
{
	struct parse x = {.a = a, .p = pattern};
	struct sbpl_nfa_regex r = {.pattern = pattern, .first = a->nodes.n};
	struct piece f;

	for (uint32_t i = 0; i < a->regexes.n; i++)
		if (text_equal(a->regexes.v[i].pattern, pattern))
			return true;
	if (!sbpl_regex_is_common(pattern))
		return false;
	f = branches(&x);
	if (x.bad) {
		a->nodes.n = r.first;
		return false;
	}
	r.start = f.start;
	r.accept = new_node(&x, SBPL_NFA_ACCEPT);
	a->nodes.v[f.end].next = r.accept;
	*VEC_PUSH(a->arena, &a->regexes) = r;
	prepare(a, &a->regexes.v[a->regexes.n - 1]);
	return true;
}
