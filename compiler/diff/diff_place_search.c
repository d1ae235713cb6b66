#include <config.h>

#include "compiler/diff/diff_place.h"

#include "compiler/decide/decide_model.h"

#include <stdlib.h>

/*
 * Is there a place where `to` permits what `from` does not, and not while the
 * roots lie apart?  That is asked of all places that placement.h has.  Who
 * permits what in a place is asked of the decider; here is why looking at a few
 * places is enough.
 *
 * Roots that come to lie in each other let rules meet denied paths, which
 * withholds the rule or refuses the launch; nothing else takes a grant away.
 * Say there is such a place, where `to` is launched and grants one of its
 * rules.  There
 *
 * 1. each rule of `from` that covers that one, as the roots lie apart or with
 *    some of them moved only, meets a denied path of `from`.  It is not the
 *    very rule of `to`: that would meet the same path there, or a wider one
 *    that only a bypass stands, unless what `from` denies `to` does not, which
 *    diff_denies() says anyway.  Or
 * 2. `from` is refused: a rule of it meets a denied path of it, and `to` has
 *    not both of them, or denies something else that withholds the rule first.
 *
 * So the search begins with the roots apart (1), or with a meeting that refuses
 * `from` (2).  A place it looks at shows the difference, or else something more
 * has to meet: one of the rules that cover, whichever; or, with `to` refused,
 * the rule that it is refused for and a denied path that withholds it before.
 * It goes on to all the ways to let these meet.  What must meet stays so while
 * more roots move; so where `to` withholds its rule there is nothing to find.
 */

const struct decider *
diff_launched(const struct search *s, unsigned side)
{
	for (unsigned c = 0; c < CONSENTS; c++)
		if (decide_refused(s->deciders[side][c]).why == DECIDE_LAUNCHES)
			return s->deciders[side][c];
	return NULL;
}

/* Is the rule granted on its parent, as it is missing at launch? */
static bool
is_missing(const struct search *s, const struct blob_path *p)
{
	return s->apart.absent && p->missing == BLOB_MISSING_PARENT;
}

static struct decide_path
place_of(const struct search *s, unsigned side, uint32_t rule)
{
	const struct blob_path p = blob_path(s->diff->blob[side], rule);
	struct decide_path at = {text_of(p.suffix), p.root};

	if (is_missing(s, &p))
		at.suffix = suffix_parent(at.suffix);
	return at;
}

struct decide_object
diff_object(const struct search *s, unsigned side, uint32_t rule, unsigned kind)
{
	static const enum decide_kind kinds[2] = {
	    DECIDE_DIRECTORY, DECIDE_FILE};

	return (struct decide_object){
	    .path = place_of(s, side, rule), .kind = kinds[kind]};
}

void
diff_place_move(struct search *s, unsigned side, const struct decide_env *env)
{
	struct decider *const *d = s->deciders[side];

	decide_move(d[ASKED], env);
	if (d[UNASKED] != d[ASKED])
		decide_move(d[UNASKED], env);
}

static uint64_t
hash_of(const struct placement *at, struct arena *scratch)
{
	uint64_t h = 0xcbf29ce484222325;

	for (unsigned r = 1; r < BLOB_ROOTS; r++) {
		const struct decide_path root = {TEXT(""), (enum blob_root)r};
		struct decide_path p;

		(void)placement_canonical(at, scratch, &root, &p);
		h = (h ^ p.root) * 0x100000001b3;
		for (uint32_t i = 0; i < p.suffix.len; i++)
			h = (h ^ (unsigned char)p.suffix.s[i]) * 0x100000001b3;
	}
	return h;
}

static void
queue(struct search *s, uint32_t place)
{
	if (s->places.v[place].queued)
		return;
	s->places.v[place].queued = true;
	*VEC_PUSH(s->arena, &s->queue) = place;
}

uint32_t
diff_place_add(struct search *s, const struct placement *at, unsigned depth,
    struct arena *scratch)
{
	const uint64_t hash = hash_of(at, scratch);
	struct place *p;

	for (uint32_t i = 0; i < s->places.n; i++)
		if (s->places.v[i].hash == hash)
			return i;
	if (s->places.n == PLACES_MAX) {
		s->more = true;
		return DECIDE_NONE;
	}
	p = VEC_PUSH(s->arena, &s->places);
	*p = (struct place){
	    .at = *at, .hash = hash, .depth = depth, .sorted = true};
	for (unsigned r = 0; r < BLOB_ROOTS; r++)
		p->at.at[r].suffix = arena_text(s->arena, at->at[r].suffix);
	queue(s, s->places.n - 1);
	return s->places.n - 1;
}

void
diff_place_ask(struct search *s, uint32_t place, uint32_t ask)
{
	struct place *p = &s->places.v[place];

	for (uint32_t i = p->asks.n; i-- > 0;) {
		if (p->asks.v[i] == ask)
			return;
		if (p->sorted && p->asks.v[i] < ask)
			break;
	}
	p->sorted =
	    p->sorted && (p->asks.n == 0 || p->asks.v[p->asks.n - 1] < ask);
	*VEC_PUSH(s->arena, &p->asks) = ask;
	queue(s, place);
}

/* What takes the places that a search comes to. */
struct reached {
	struct search *s;
	uint32_t from;
	struct place_list *list; /* NULL: not kept */
};

/* All the ways to let these two meet in addition. */
static void
let_meet(const struct reached *r, const struct meeting *m)
{
	struct search *s = r->s;
	struct placement_list list = {0};
	struct arena scratch = {0};

	/*
	 * In one root, and in "/", they meet anywhere or nowhere; but a root
	 * that is denied itself lies in "/", or is that.
	 */
	if (s->places.v[r->from].depth == s->depth ||
	    m->rule.root == m->deny.root ||
	    (m->rule.root == BLOB_ROOT_SLASH && m->rule.suffix.len == 0 &&
		m->tree && m->deny.suffix.len > 0))
		return;
	placements_meet(
	    &s->placements, &s->places.v[r->from].at, m, &scratch, &list);
	for (uint32_t i = 0; i < list.n; i++) {
		const uint32_t at = diff_place_add(
		    s, &list.v[i], s->places.v[r->from].depth + 1, &scratch);

		if (at != DECIDE_NONE && r->list != NULL)
			*VEC_PUSH(s->arena, &r->list->v) = at;
	}
	arena_release(&scratch);
}

static struct meeting
meeting(const struct search *s, unsigned side, uint32_t rule,
    const struct blob_deny *deny)
{
	const struct blob_path p = blob_path(s->diff->blob[side], rule);

	return (struct meeting){
	    .rule = place_of(s, side, rule),
	    .deny = {text_of(deny->suffix), deny->root},
	    .tree = p.kind != BLOB_KIND_FILE || is_missing(s, &p),
	};
}

/* The rule and each denied path of its policy before one. */
static void
let_rule_meet(
    const struct reached *r, unsigned side, uint32_t rule, uint32_t before)
{
	const struct blob *b = r->s->diff->blob[side];
	const struct blob_path p = blob_path(b, rule);
	const uint64_t claims =
	    p.rights & decide_handled_fs(r->s->deciders[side][ASKED]);

	for (uint32_t i = 0; i < b->ndenies && i < before; i++) {
		const struct blob_deny d = blob_deny(b, i);
		struct meeting m;

		if (d.root == p.root || !deny_concerns(d.access, claims))
			continue;
		m = meeting(r->s, side, rule, &d);
		m.denied = side == r->s->to || r->s->bypasses ||
			   d.access != (BLOB_DENY_READ | BLOB_DENY_WRITE);
		let_meet(r, &m);
	}
	/* A temporary directory that holds the home directory is none. */
	if (p.root == BLOB_ROOT_TMPDIR) {
		const struct meeting m = {.rule = {TEXT(""), BLOB_ROOT_TMPDIR},
		    .deny = {TEXT(""), BLOB_ROOT_HOME},
		    .tree = true,
		    .denied = true};

		let_meet(r, &m);
	}
}

/* The places next to this one where a rule of the other side is withheld. */
static const struct place_list *
withheld(struct search *s, uint32_t from, uint32_t rule)
{
	struct place_list **l = &s->of_rule[rule];

	if (*l == NULL || (*l)->from != from) {
		const struct reached r = {.s = s,
		    .from = from,
		    .list = ARENA_NEW(s->arena, struct place_list)};

		*l = r.list;
		(*l)->from = from;
		let_rule_meet(&r, !s->to, rule, DECIDE_NONE);
	}
	return *l;
}

bool
diff_place_is_directory(
    const struct search *s, const struct decide_env *env, uint32_t rule)
{
	struct placement at;
	const struct decide_path path = place_of(s, s->to, rule);
	struct arena scratch = {0};
	struct decide_path object, p;
	bool found = path.suffix.len == 0;

	memcpy(at.at, env->places, sizeof(at.at));
	(void)placement_canonical(&at, &scratch, &path, &object);
	for (unsigned r = 1; r < BLOB_ROOTS && !found; r++) {
		const struct decide_path root = {TEXT(""), (enum blob_root)r};

		(void)placement_canonical(&at, &scratch, &root, &p);
		found = decide_path_covers(&object, &p);
	}
	arena_release(&scratch);
	return found;
}

/* The rights on what the rule is for that `to` grants, not known as gained. */
static uint64_t
granted(const struct search *s, const struct decide_env *env,
    const struct ask *ask, unsigned kind)
{
	const struct decide_object o = diff_object(s, s->to, ask->rule, kind);
	uint64_t rights =
	    decide_rights(diff_launched(s, s->to), &o, NULL, NULL) &
	    ~ask->known[kind];

	if (kind == 0)
		return rights;
	rights &= BLOB_FS_FILE;
	return rights != 0 && diff_place_is_directory(s, env, ask->rule)
		   ? 0
		   : rights;
}

/* What `from` lacks of these rights; its rules that have the others. */
static uint64_t
lacking(const struct search *s, const struct ask *ask, unsigned kind,
    uint64_t rights, struct arena *a, struct decide_rules *ret_cover)
{
	const struct decider *from = diff_launched(s, !s->to);
	const struct decide_object o = diff_object(s, s->to, ask->rule, kind);

	rights &= decide_handled_fs(from);
	return rights & ~decide_rights(from, &o, a, ret_cover);
}

uint64_t
diff_place_gain(const struct search *s, uint32_t rule, unsigned kind)
{
	const struct ask ask = {.rule = rule};
	const struct decide_object o = diff_object(s, s->to, rule, kind);

	return lacking(s, &ask, kind,
	    decide_rights(diff_launched(s, s->to), &o, NULL, NULL), NULL, NULL);
}

/* One rule of `to`, there. */
static void
look_for(struct search *s, uint32_t place, const struct decide_env *env,
    uint32_t index)
{
	struct ask *ask = &s->asks.v[index];
	struct arena scratch = {0};
	struct decide_rules cover[2];
	uint64_t rights[2], more[2];

	if (ask->said)
		return;
	for (unsigned k = 0; k < 2; k++) {
		rights[k] = granted(s, env, ask, k);
		more[k] = lacking(s, ask, k, rights[k], &scratch, &cover[k]);
	}
	if ((more[0] | more[1]) != 0)
		diff_say_rule(s, env, ask, more[0], more[1]);
	/* Of each right one rule that grants it, the lowest, has to go. */
	for (unsigned k = 0; k < 2 && !ask->said; k++)
		for (uint32_t i = cover[k].n; i-- > 0 && rights[k] != 0;) {
			const uint32_t rule = cover[k].v[i];
			const struct place_list *l;

			if ((blob_path(s->diff->blob[!s->to], rule).rights &
				rights[k]) == 0)
				continue;
			rights[k] &=
			    ~blob_path(s->diff->blob[!s->to], rule).rights;
			l = withheld(s, place, rule);
			for (uint32_t j = 0; j < l->v.n; j++)
				diff_place_ask(s, l->v.v[j], index);
		}
	arena_release(&scratch);
}

/*
 * `to` is refused: for a rule that a denied path with a lower index would
 * withhold before, or the same one if it lay above the rule.
 */
static void
let_launch(struct search *s, uint32_t place)
{
	const struct decide_refused no =
	    decide_refused(s->deciders[s->to][ASKED]);
	struct place_list list = {0};
	const struct reached r = {.s = s, .from = place, .list = &list};

	if (no.why != DECIDE_REFUSED_DENY)
		return;
	let_rule_meet(&r, s->to, no.rule, no.deny + 1);
	for (uint32_t i = 0; i < list.v.n; i++)
		for (uint32_t k = 0; k < s->places.v[place].asks.n; k++)
			diff_place_ask(
			    s, list.v.v[i], s->places.v[place].asks.v[k]);
}

/* Can this rule and denied path refuse the launch? */
static bool
refuses(const struct blob_path *p, const struct blob_deny *d, uint64_t handled)
{
	return ((p->flags & BLOB_PATH_GROUP) == 0 ||
		   (d->flags & BLOB_DENY_PROTECTED) != 0) &&
	       deny_concerns(d->access, p->rights & handled);
}

void
diff_place_refuse(struct search *s, uint32_t place, uint32_t rule, bool alone)
{
	const unsigned side = !s->to;
	const struct blob *b = s->diff->blob[side];
	const struct blob_path p = blob_path(b, rule);
	const struct reached r = {.s = s, .from = place};

	for (uint32_t i = 0; i < b->ndenies; i++) {
		const struct blob_deny d = blob_deny(b, i);
		struct meeting m;

		if ((alone && !s->alone[side][i]) || d.root == p.root ||
		    !refuses(
			&p, &d, decide_handled_fs(s->deciders[side][ASKED])))
			continue;
		m = meeting(s, side, rule, &d);
		m.denied = (d.flags & BLOB_DENY_PROTECTED) != 0;
		let_meet(&r, &m);
	}
}

static int
compare_names(const void *a, const void *b)
{
	return text_compare(*(const struct text *)a, *(const struct text *)b);
}

/* The names in denied paths of `from`, in order. */
static void
find_names(struct search *s)
{
	const struct blob *b = s->diff->blob[!s->to];

	for (uint32_t i = 0; i < b->ndenies; i++) {
		struct text t = text_of(blob_deny(b, i).suffix);

		while (t.len > 0) {
			const struct text up = suffix_parent(t);
			const uint32_t from = up.len + (up.len > 0);

			*VEC_PUSH(s->arena, &s->names) =
			    (struct text){t.s + from, t.len - from};
			t = up;
		}
	}
	if (s->names.n > 0)
		qsort(
		    s->names.v, s->names.n, sizeof(*s->names.v), compare_names);
}

/* Is the last name of the rule's path in some denied path of `from`? */
static bool
is_named(const struct search *s, const struct blob_path *p)
{
	const char *slash = strrchr(p->suffix, '/');
	const struct text name = text_of(slash == NULL ? p->suffix : slash + 1);
	const uint32_t i = VEC_LOWER_BOUND(&s->names, &name, compare_names);

	return i < s->names.n && text_equal(s->names.v[i], name);
}

/* What a rule does that meets denied paths by no name of its own. */
struct likeness {
	struct blob_path rule;
	uint32_t up; /* the rule around it; DECIDE_NONE */
};
struct likenesses VEC(struct likeness);

/* Is there one like this?  If not, there is now. */
static bool
is_like(struct likenesses *l, struct arena *a, const struct blob_path *p,
    uint32_t up)
{
	for (uint32_t i = 0; i < l->n; i++) {
		const struct blob_path *q = &l->v[i].rule;

		if (l->v[i].up == up && p->root == q->root &&
		    p->kind == q->kind && p->rights == q->rights &&
		    p->flags == q->flags && p->missing == q->missing)
			return true;
	}
	*VEC_PUSH(a, l) = (struct likeness){*p, up};
	return false;
}

/* Of each rule the one of the same root that it lies in. */
static void
find_up(const struct blob *b, uint32_t *ret_up)
{
	uint32_t up = DECIDE_NONE;

	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct blob_path p = blob_path(b, i);

		while (up != DECIDE_NONE) {
			const struct blob_path q = blob_path(b, up);

			if (p.root == q.root &&
			    suffix_covers(text_of(q.suffix), text_of(p.suffix)))
				break;
			up = ret_up[up];
		}
		ret_up[i] = up;
		up = i;
	}
}

/*
 * A rule of both that `to` withholds for what only it denies: perhaps `from` is
 * refused for it.  Rules that are alike are refused alike, unless it is by
 * name.
 */
static void
let_differ(struct search *s, uint32_t place)
{
	const struct blob *b = s->diff->blob[s->to];
	const struct decider *d = s->deciders[s->to][ASKED];
	struct likenesses likenesses = {0};
	struct arena scratch = {0};

	if (s->nalone[s->to] == 0 || s->launch_said)
		return;
	if (s->up == NULL) {
		s->up = ARENA_ARRAY(s->arena, b->npaths, uint32_t);
		find_up(b, s->up);
		find_names(s);
	}
	for (uint32_t i = 0; i < d->settled.n; i++) {
		const struct entry *e = &d->entries.v[d->settled.v[i]];
		const struct blob_path p = blob_path(b, e->rule);
		const uint32_t twin = s->twins[s->to][e->rule];

		if (e->deny >= b->ndenies || !s->alone[s->to][e->deny] ||
		    twin == DECIDE_NONE)
			continue;
		if (!is_like(&likenesses, &scratch, &p, s->up[e->rule]) ||
		    is_named(s, &p))
			diff_place_refuse(s, place, twin, false);
	}
	arena_release(&scratch);
}

static void
look(struct search *s, uint32_t place)
{
	struct decide_env env = s->apart;

	memcpy(env.places, s->places.v[place].at.at, sizeof(env.places));
	for (unsigned side = 0; side < 2; side++)
		diff_place_move(s, side, &env);
	let_launch(s, place);
	if (diff_launched(s, s->to) == NULL)
		return;
	if (diff_launched(s, !s->to) == NULL) {
		if (!s->launch_said)
			diff_say_launch(s, &env);
		return;
	}
	if (!s->places.v[place].looked)
		let_differ(s, place);
	/* With consent it is refused: what needs consent fares otherwise. */
	for (uint32_t i = 0;
	     i < s->consented.n &&
	     diff_launched(s, !s->to) != s->deciders[!s->to][ASKED];
	     i++)
		diff_place_ask(s, place, s->consented.v[i]);
	s->places.v[place].looked = true;
	while (s->places.v[place].asked < s->places.v[place].asks.n)
		look_for(s, place, &env,
		    s->places.v[place].asks.v[s->places.v[place].asked++]);
}

void
diff_place_look(struct search *s)
{
	for (uint32_t i = 0; i < s->queue.n; i++) {
		const uint32_t place = s->queue.v[i];

		s->places.v[place].queued = false;
		look(s, place);
	}
	s->queue.n = 0;
}

void
diff_place_withhold(
    struct search *s, uint32_t rule, const struct blob_deny *deny)
{
	struct meeting m = meeting(s, s->to, rule, deny);
	const struct reached r = {.s = s};

	m.denied = true;
	let_meet(&r, &m);
}
