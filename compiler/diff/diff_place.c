#include <config.h>

#include "compiler/diff/diff_place.h"

#include "compiler/decide/decide_model.h"

/*
 * Where the roots lie: from what the search in diff_place_search.c begins, and
 * when.
 */

static bool
same_rule(const struct blob_path *a, const struct blob_path *b)
{
	return a->root == b->root && strcmp(a->suffix, b->suffix) == 0 &&
	       a->kind == b->kind && a->rights == b->rights &&
	       a->flags == b->flags && a->missing == b->missing;
}

static int
compare_places(const struct blob_path *a, const struct blob_path *b)
{
	const struct decide_path pa = {text_of(a->suffix), a->root};
	const struct decide_path pb = {text_of(b->suffix), b->root};

	return decide_path_compare(&pa, &pb);
}

/* Of each rule of b the same of o, or DECIDE_NONE; both are sorted. */
static uint32_t *
find_twins(struct search *s, const struct blob *b, const struct blob *o)
{
	uint32_t *twins =
	    ARENA_ARRAY(s->arena, (size_t)b->npaths + 1, uint32_t);
	uint32_t j = 0;

	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct blob_path p = blob_path(b, i);
		struct blob_path q;

		twins[i] = DECIDE_NONE;
		for (; j < o->npaths; j++) {
			q = blob_path(o, j);
			if (compare_places(&q, &p) >= 0)
				break;
		}
		for (uint32_t k = j; k < o->npaths; k++) {
			q = blob_path(o, k);
			if (compare_places(&q, &p) != 0)
				break;
			if (same_rule(&q, &p))
				twins[i] = k;
		}
	}
	return twins;
}

static bool
has_deny(const struct blob *b, const struct blob_deny *d)
{
	for (uint32_t i = 0; i < b->ndenies; i++) {
		const struct blob_deny o = blob_deny(b, i);

		if (o.root == d->root && o.access == d->access &&
		    o.flags == d->flags && strcmp(o.suffix, d->suffix) == 0)
			return true;
	}
	return false;
}

/* Is all that it says of a path and below said on the other side, too? */
static bool
is_covered(const struct blob *b, const struct blob_deny *d)
{
	const struct decide_path at = {text_of(d->suffix), d->root};
	unsigned left = d->access;

	for (uint32_t i = 0; i < b->ndenies; i++) {
		const struct blob_deny o = blob_deny(b, i);
		const struct decide_path up = {text_of(o.suffix), o.root};

		if ((o.flags & d->flags) == d->flags &&
		    decide_path_covers(&up, &at))
			left &= ~o.access;
	}
	return left == 0;
}

/*
 * Denied paths of a side that the other has not.  Where the other side is to
 * permit more only those that it has wider ones for: any else is said by
 * diff_denies().
 */
static void
find_alone(struct search *s, unsigned side)
{
	const struct blob *b = s->diff->blob[side], *o = s->diff->blob[!side];
	/* To deny the same of more rights is to deny more. */
	const bool handled =
	    side == s->to && decide_handled_fs(s->deciders[0][ASKED]) !=
				 decide_handled_fs(s->deciders[1][ASKED]);

	s->alone[side] = ARENA_ARRAY(s->arena, (size_t)b->ndenies + 1, bool);
	for (uint32_t i = 0; i < b->ndenies; i++) {
		const struct blob_deny d = blob_deny(b, i);

		s->alone[side][i] =
		    handled ||
		    (!has_deny(o, &d) && (side == s->to || is_covered(o, &d)));
		s->nalone[side] += s->alone[side][i];
	}
}

/*
 * Rules that the other side has not, or can stand what the other has not; and
 * what needs consent, for where the other is refused with it.
 */
static void
find_asks(struct search *s)
{
	const struct blob *b = s->diff->blob[s->to];

	for (uint32_t i = 0; i < b->npaths; i++) {
		const unsigned flags = blob_path(b, i).flags;
		const bool news =
		    s->twins[s->to][i] == DECIDE_NONE ||
		    ((flags & BLOB_PATH_BYPASS) != 0 && s->nalone[!s->to] > 0);
		struct ask ask = {.rule = i};

		s->bypasses = s->bypasses || (flags & BLOB_PATH_BYPASS) != 0;
		if (!news && (flags & BLOB_PATH_CONSENT) == 0)
			continue;
		for (unsigned k = 0; k < 2; k++)
			ask.known[k] = diff_place_gain(s, i, k);
		if ((flags & BLOB_PATH_CONSENT) != 0)
			*VEC_PUSH(s->arena, &s->consented) = s->asks.n;
		*VEC_PUSH(s->arena, &s->asks) = ask;
		if (news)
			diff_place_ask(s, 0, s->asks.n - 1);
	}
}

/* Are there names in the one that could come to lie on those of the other? */
static bool
may_overlay(struct text a, struct text b)
{
	const struct text first = {
	    b.s, (uint32_t)(b.len == 0 ? 0 : strcspn(b.s, "/"))};

	for (uint32_t i = 0; i + first.len <= a.len; i++)
		if (memcmp(a.s + i, first.s, first.len) == 0)
			return true;
	return false;
}

/* What the side denies and the other does not may withhold a rule of both. */
static void
begin_withheld(struct search *s, uint32_t deny)
{
	const struct blob *b = s->diff->blob[s->to];
	const struct blob_deny d = blob_deny(b, deny);
	const struct decide_path at = {text_of(d.suffix), d.root};
	bool root_seen[BLOB_ROOTS] = {false};

	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct blob_path p = blob_path(b, i);
		const struct text suffix = text_of(p.suffix);

		if (s->twins[s->to][i] == DECIDE_NONE ||
		    !deny_concerns(d.access, p.rights))
			continue;
		if (root_seen[p.root] && !may_overlay(suffix, at.suffix) &&
		    !may_overlay(at.suffix, suffix))
			continue;
		root_seen[p.root] = true;
		diff_place_withhold(s, i, &d);
	}
}

/*
 * May the other side be refused for this rule, and this one not?  It has not
 * both the rule and what that meets; or it denies more, which withholds a
 * group's rule before it can be refused for what nothing bypasses.
 */
static bool
may_differ(const struct search *s, uint32_t rule)
{
	const unsigned flags = blob_path(s->diff->blob[!s->to], rule).flags;

	return s->twins[!s->to][rule] == DECIDE_NONE || s->nalone[!s->to] > 0 ||
	       ((flags & BLOB_PATH_GROUP) != 0 && s->nalone[s->to] > 0);
}

/* Where the other side is refused, and this one is not. */
static void
find_refusals(struct search *s)
{
	const struct blob *b = s->diff->blob[!s->to];

	for (uint32_t i = 0; i < b->npaths; i++) {
		const unsigned flags = blob_path(b, i).flags;
		const bool asked =
		    (flags & BLOB_PATH_CONSENT) != 0 && s->consented.n > 0;

		if (!may_differ(s, i) || (s->launch_said && !asked))
			continue;
		diff_place_refuse(s, 0, i,
		    s->twins[!s->to][i] != DECIDE_NONE &&
			((flags & BLOB_PATH_GROUP) == 0 ||
			    s->nalone[s->to] == 0));
		diff_place_look(s);
	}
	for (uint32_t i = 0; i < s->diff->blob[s->to]->ndenies; i++)
		if (s->alone[s->to][i] && !s->launch_said) {
			begin_withheld(s, i);
			diff_place_look(s);
		}
}

static void
search(struct search *s)
{
	struct diff *d = s->diff;
	const size_t n = (size_t)d->blob[!s->to]->npaths + 1;
	struct placement apart;
	struct arena scratch = {0};

	s->of_rule = ARENA_ARRAY(s->arena, n, struct place_list *);
	placements_begin(&s->placements, s->arena, d->blob[0], d->blob[1]);
	for (unsigned side = 0; side < 2; side++) {
		s->twins[side] = find_twins(s, d->blob[side], d->blob[!side]);
		find_alone(s, side);
	}
	/* Each root once, and one of them once more. */
	s->depth = 1;
	for (unsigned r = 1; r < BLOB_ROOTS; r++)
		s->depth += (s->placements.moved & 1u << r) != 0;
	placement_apart(&apart);
	(void)diff_place_add(s, &apart, 0, &scratch);
	arena_release(&scratch);
	find_asks(s);
	diff_place_look(s);
	find_refusals(s);
	if (s->more)
		diff_say_more(s);
	for (unsigned side = 0; side < 2; side++)
		diff_place_move(s, side, &s->apart);
}

/* Without consent to the working directory; the same if nothing needs it. */
static struct decider *
unasked(struct search *s, struct decider *asked, const struct blob *b)
{
	struct decide_env env;

	for (uint32_t i = 0; s->apart.consent && i < b->npaths; i++)
		if ((blob_path(b, i).flags & BLOB_PATH_CONSENT) != 0) {
			diff_environment(&env, s->when == DIFF_MISSING
						   ? DIFF_UNASKED_MISSING
						   : DIFF_UNASKED);
			return decide_open(s->arena, b, &env);
		}
	return asked;
}

/*
 * An absolute path in somebody's home directory, where the other side has the
 * same below $HOME: no difference there.
 */
static void
find_but(struct search *s, struct diff_change *c)
{
	const uint64_t rights = c->tree != 0 ? c->tree : c->file;
	const struct decide_object o = {.path = c->at,
	    .kind = c->tree != 0 ? DECIDE_DIRECTORY : DECIDE_FILE};
	struct decide_env env = s->apart;
	struct decide_path home;

	if (!placement_home_of(&c->at, &home))
		return;
	env.places[BLOB_ROOT_HOME] = home;
	diff_place_move(s, !s->to, &env);
	if (diff_launched(s, !s->to) == NULL ||
	    (rights &
		~decide_rights(diff_launched(s, !s->to), &o, NULL, NULL)) != 0)
		return;
	c->but = arena_printf(s->diff->arena, "no difference where $HOME is %s",
	    diff_path_text(s->diff->arena, &home).s);
}

static void
find_buts(struct search *s)
{
	enum { LOOKED_AT = 256 };
	const struct diff_part *part = &s->diff->parts[s->when][s->to];

	for (uint32_t i = 0; i < part->n && i < LOOKED_AT; i++)
		find_but(s, &s->diff->changes.v[part->first + i]);
	diff_place_move(s, !s->to, &s->apart);
}

void
diff_placements(
    struct diff *d, struct decider *const deciders[2], enum diff_when when)
{
	for (unsigned to = 2; to-- > 0;) {
		struct arena scratch = {0};
		struct search s = {
		    .diff = d, .arena = &scratch, .to = to, .when = when};

		diff_environment(&s.apart, when);
		for (unsigned side = 0; side < 2; side++) {
			s.deciders[side][ASKED] = deciders[side];
			s.deciders[side][UNASKED] =
			    unasked(&s, deciders[side], d->blob[side]);
		}
		/* Never launched: that is said already. */
		if (diff_launched(&s, 0) != NULL &&
		    diff_launched(&s, 1) != NULL) {
			search(&s);
			find_buts(&s);
		}
		arena_release(&scratch);
	}
}
