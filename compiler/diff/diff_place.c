#include <config.h>

#include "compiler/decide/placement.h"
#include "compiler/diff/diff_model.h"

/*
 * Where the roots lie.  What one policy permits and the other does not while
 * they lie apart is said by now.  Grants only add up, so that elsewhere the
 * one can permit more only where the other withholds a rule, or is not
 * launched, because a denied path came to lie in, at or above one of its
 * rules.  So: which rules of the one has the other not; what covers each of
 * them there; where is that not granted?  All other rules are the same on both
 * sides and share their fate, as long as the denied paths do, whose own
 * difference is said too.
 */
enum { EVALUATIONS_MAX = 1024 };

/* With consent to the working directory, and without. */
enum { ASKED, UNASKED, CONSENTS };

struct ask {
	uint32_t rule;
	uint64_t known[2]; /* rights that are gained anyway, by kind */
	bool said;
};

struct search {
	struct diff *diff;
	struct arena *arena; /* scratch */
	unsigned to;	     /* the side that may permit more */
	enum diff_when when;
	struct decide_env apart;
	struct decider *deciders[2][CONSENTS];
	struct placements placements;
	struct VEC(struct ask) asks;
	struct VEC(uint32_t) consented;	 /* of asks: rules that need consent */
	struct placement_list **of_rule; /* of each rule of the other side */
	bool launch_said;
	unsigned evaluations; /* so far */
};

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

/* Each rule of b that o has not; both are sorted. */
static void
each_missing(struct search *s, const struct blob *b, const struct blob *o,
    void (*take)(struct search *, uint32_t))
{
	uint32_t j = 0;

	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct blob_path p = blob_path(b, i);
		bool found = false;
		struct blob_path q;

		for (; j < o->npaths; j++) {
			q = blob_path(o, j);
			if (compare_places(&q, &p) >= 0)
				break;
		}
		for (uint32_t k = j; k < o->npaths && !found; k++) {
			q = blob_path(o, k);
			if (compare_places(&q, &p) != 0)
				break;
			found = same_rule(&q, &p);
		}
		if (!found)
			take(s, i);
	}
}

static const enum decide_kind kinds[2] = {DECIDE_DIRECTORY, DECIDE_FILE};

static struct decide_object
object(const struct search *s, uint32_t rule, unsigned kind)
{
	const struct blob_path p = blob_path(s->diff->blob[s->to], rule);

	return (struct decide_object){
	    .path = {text_of(p.suffix), p.root}, .kind = kinds[kind]};
}

/* The decider of a side that launches there; NULL: none does. */
static const struct decider *
launched(const struct search *s, unsigned side)
{
	for (unsigned c = 0; c < CONSENTS; c++)
		if (decide_refused(s->deciders[side][c]).why == DECIDE_LAUNCHES)
			return s->deciders[side][c];
	return NULL;
}

static uint64_t
gained(const struct search *s, const struct decider *to,
    const struct decider *from, uint32_t rule, unsigned kind)
{
	const struct decide_object o = object(s, rule, kind);

	return decide_rights(to, &o, NULL, NULL) &
	       ~(decide_rights(from, &o, NULL, NULL) |
		   (BLOB_FS_ALL & ~decide_handled_fs(from)));
}

/* Where is this rule of the other side not granted? */
static const struct placement_list *
placements(struct search *s, uint32_t rule)
{
	struct placement_list **l = &s->of_rule[rule];

	if (*l == NULL) {
		*l = ARENA_NEW(s->arena, struct placement_list);
		placements_of_rule(&s->placements, rule, *l);
	}
	return *l;
}

static void
add_ask(struct search *s, uint32_t rule)
{
	struct ask ask = {.rule = rule};

	for (unsigned k = 0; k < 2; k++)
		ask.known[k] =
		    gained(s, launched(s, s->to), launched(s, !s->to), rule, k);
	*VEC_PUSH(s->arena, &s->asks) = ask;
}

/* A rule that the other side has not: what covers it there? */
static void
take_added(struct search *s, uint32_t rule)
{
	const struct decider *from = launched(s, !s->to);

	add_ask(s, rule);
	for (unsigned k = 0; k < 2 && !s->placements.more; k++) {
		const struct decide_object o = object(s, rule, k);
		struct decide_rules cover;

		(void)decide_rights(from, &o, s->arena, &cover);
		for (uint32_t i = 0; i < cover.n; i++) {
			const struct placement_list *l =
			    placements(s, cover.v[i]);

			for (uint32_t j = 0; j < l->n; j++)
				*VEC_PUSH(s->arena,
				    &s->placements.v.v[l->v[j]].asks) =
				    s->asks.n - 1;
		}
	}
}

/* A rule that only the other side has may keep that from being launched. */
static void
take_removed(struct search *s, uint32_t rule)
{
	if (!s->placements.more)
		(void)placements(s, rule);
}

/* "$CWD is $HOME, $HOME is /home/user" */
static struct text
places_text(const struct search *s, const struct decide_env *env)
{
	struct arena *a = s->diff->arena;
	struct text list = {"", 0};
	bool unset = false;

	for (unsigned r = 1; r < BLOB_ROOTS; r++) {
		const struct decide_path *p = &env->places[r];
		const struct decide_path root = {TEXT(""), (enum blob_root)r};
		struct decide_env plain;

		if (p->root == (enum blob_root)r)
			continue;
		decide_env_init(&plain);
		if (decide_path_compare(p, &plain.places[r]) == 0) {
			unset = true;
			continue;
		}
		list = diff_join(a, list, ", ",
		    arena_printf(a, "%s is %s", diff_path_text(a, &root).s,
			diff_path_text(a, p).s)
			.s);
	}
	if (unset)
		list = diff_join(a, list, ", ",
		    "$TMPDIR and the XDG directories are the usual ones");
	return list;
}

/* Said already, of launches where nothing is missing? */
static bool
is_said(const struct search *s, struct text what, const struct decide_path *at)
{
	const struct diff *d = s->diff;

	for (uint32_t i = d->changes.n; s->when != DIFF_ALWAYS && i-- > 0;) {
		const struct diff_change *c = &d->changes.v[i];

		if (c->kind == DIFF_PLACE && c->gained == (s->to == 1) &&
		    text_equal(c->what, what) &&
		    (at == NULL || decide_path_compare(&c->at, at) == 0))
			return true;
	}
	return false;
}

/* With consent, unless it is then refused there. */
static const struct decide_env *
keep_env(const struct search *s, const struct decide_env *env)
{
	struct arena *a = s->diff->arena;
	struct decide_env *kept = ARENA_NEW(a, struct decide_env);

	*kept = *env;
	kept->consent = launched(s, s->to) == s->deciders[s->to][ASKED];
	for (unsigned r = 0; r < BLOB_ROOTS; r++)
		kept->places[r].suffix = arena_text(a, env->places[r].suffix);
	return kept;
}

/* Where it is launched, some rule or other is granted: an example. */
static void
add_example(struct search *s, struct diff_change *c)
{
	const struct blob *b = s->diff->blob[s->to];
	const struct decider *d = launched(s, s->to);

	for (uint32_t i = 0; i < s->asks.n + b->npaths; i++) {
		const uint32_t rule =
		    i < s->asks.n ? s->asks.v[i].rule : i - s->asks.n;
		const struct blob_path p = blob_path(b, rule);
		const struct decide_object o = object(s, rule, 0);
		const uint64_t rights =
		    decide_rights(d, &o, NULL, NULL) & p.rights;

		if (rights == 0)
			continue;
		c->at = (struct decide_path){text_of(p.suffix), p.root};
		c->tree = rights;
		return;
	}
}

static void
say_launch(struct search *s, const struct decide_env *env)
{
	const struct decide_refused no =
	    decide_refused(s->deciders[!s->to][ASKED]);
	struct arena *a = s->diff->arena;
	struct diff_change *c;

	s->launch_said = true;
	if (is_said(s, TEXT("launch"), NULL))
		return;
	c = diff_add(s->diff, DIFF_PLACE, s->to == 1);
	c->what = TEXT("launch");
	c->region = arena_printf(a, "where %s", places_text(s, env).s);
	c->env = keep_env(s, env);
	add_example(s, c);
	c->tag = BLOB_PATH;
	c->aside = TEXT("the other is refused there");
	if (no.why != DECIDE_REFUSED_DENY)
		return;
	const struct blob_path rule = blob_path(s->diff->blob[!s->to], no.rule);
	const struct blob_deny deny = blob_deny(s->diff->blob[!s->to], no.deny);
	const struct decide_path grant = {text_of(rule.suffix), rule.root};
	const struct decide_path denied = {text_of(deny.suffix), deny.root};

	c->aside = arena_printf(a,
	    "the other is refused there: its grant of %s would open %s",
	    diff_path_text(a, &grant).s, diff_path_text(a, &denied).s);
	*VEC_PUSH(a, &c->records[!s->to]) = no.rule;
	for (uint32_t i = 0; i < s->asks.n && i < 3; i++)
		*VEC_PUSH(a, &c->records[s->to]) = s->asks.v[i].rule;
}

static void
say_rule(struct search *s, const struct decide_env *env, struct ask *ask,
    uint64_t tree, uint64_t file)
{
	struct arena *a = s->diff->arena;
	struct diff_change *c = diff_add(s->diff, DIFF_PLACE, s->to == 1);
	const struct blob_path p = blob_path(s->diff->blob[s->to], ask->rule);
	struct decide_rules cover;
	const struct decide_object o = object(s, ask->rule, tree != 0 ? 0 : 1);

	ask->said = true;
	c->at = (struct decide_path){text_of(p.suffix), p.root};
	c->tree = tree;
	c->file = file;
	c->what = diff_rights_text(a, tree != 0 ? tree : file, tree != 0);
	c->region = diff_path_text(a, &c->at);
	if (tree != 0)
		c->region = arena_printf(a, "%s/**", c->region.s);
	c->aside = arena_printf(a, "where %s", places_text(s, env).s);
	c->env = keep_env(s, env);
	c->tag = BLOB_PATH;
	*VEC_PUSH(a, &c->records[s->to]) = ask->rule;
	/* What grants it as long as the roots lie apart. */
	decide_move(s->deciders[!s->to][ASKED], &s->apart);
	(void)decide_rights(s->deciders[!s->to][ASKED], &o, a, &cover);
	decide_move(s->deciders[!s->to][ASKED], env);
	c->records[!s->to].v = cover.v;
	c->records[!s->to].n = cover.n;
}

static void
move(struct search *s, unsigned side, const struct decide_env *env)
{
	struct decider *const *d = s->deciders[side];

	decide_move(d[ASKED], env);
	if (d[UNASKED] != d[ASKED])
		decide_move(d[UNASKED], env);
}

/* Does some root lie just there?  Then it is no file. */
static bool
is_root(const struct search *s, const struct decide_env *env, uint32_t rule)
{
	const struct decide_path at = object(s, rule, 0).path;

	for (unsigned r = 1; r < BLOB_ROOTS; r++)
		if (decide_path_compare(&env->places[r], &at) == 0)
			return true;
	return at.suffix.len == 0;
}

static void
evaluate_ask(struct search *s, const struct decide_env *env, struct ask *ask)
{
	uint64_t more[2];

	if (ask->said)
		return;
	for (unsigned k = 0; k < 2; k++)
		more[k] = gained(s, launched(s, s->to), launched(s, !s->to),
			      ask->rule, k) &
			  ~ask->known[k];
	more[1] &= is_root(s, env, ask->rule) ? 0 : BLOB_FS_FILE;
	if ((more[0] | more[1]) != 0)
		say_rule(s, env, ask, more[0], more[1]);
}

/* One environment; the rules that `one` and `two` are asked for.  NULL: all. */
static void
evaluate(struct search *s, const struct decide_env *env,
    const struct placement *one, const struct placement *two)
{
	const struct placement *const both[2] = {one, two};

	s->evaluations++;
	for (unsigned side = 0; side < 2; side++)
		move(s, side, env);
	if (launched(s, s->to) == NULL)
		return;
	if (launched(s, !s->to) == NULL) {
		if (!s->launch_said)
			say_launch(s, env);
		return;
	}
	for (uint32_t i = 0; one == NULL && i < s->asks.n; i++)
		evaluate_ask(s, env, &s->asks.v[i]);
	/* The other is refused with consent: the same rules fare otherwise. */
	for (uint32_t i = 0; i < s->consented.n &&
			     launched(s, !s->to) != s->deciders[!s->to][ASKED];
	     i++)
		evaluate_ask(s, env, &s->asks.v[s->consented.v[i]]);
	for (unsigned k = 0; k < 2; k++)
		for (uint32_t i = 0; both[k] != NULL && i < both[k]->asks.n;
		     i++)
			evaluate_ask(s, env, &s->asks.v[both[k]->asks.v[i]]);
}

/* Does either policy speak of a root that is not HOME or CWD? */
static bool
has_others(const struct diff *d)
{
	const unsigned few =
	    1u << BLOB_ROOT_SLASH | 1u << BLOB_ROOT_HOME | 1u << BLOB_ROOT_CWD;

	return ((blob_target(d->blob[0]).roots |
		    blob_target(d->blob[1]).roots) &
		   ~few) != 0;
}

/* The home directory below another root that is placed: where it may be? */
static bool
is_strange_home(
    struct arena *a, const struct placement *home, const struct placement *up)
{
	struct decide_path at = {home->at.suffix, up->at.root}, may;

	if (home->root != BLOB_ROOT_HOME || home->at.root != up->root)
		return false;
	if (up->at.suffix.len > 0)
		at.suffix = arena_printf(a, "%.*s/%.*s", (int)up->at.suffix.len,
		    up->at.suffix.s, (int)home->at.suffix.len,
		    home->at.suffix.s);
	return !placement_home_of(&at, &may) ||
	       decide_path_compare(&at, &may) != 0;
}

static bool
is_odd(
    struct arena *a, const struct placement *one, const struct placement *two)
{
	return one->root == two->root ||
	       (one->at.root == two->root && two->at.root == one->root) ||
	       is_strange_home(a, one, two) || is_strange_home(a, two, one);
}

/* Each by itself; then two roots at once, where that does not get too long. */
static void
evaluate_all(struct search *s, const struct decide_env *plain)
{
	const struct placements *all = &s->placements;

	for (uint32_t i = 0; i < all->v.n; i++) {
		const struct placement *one = &all->v.v[i];
		struct decide_env env = *plain;

		env.places[one->root] = one->at;
		evaluate(s, &env, one, NULL);
	}
	for (uint32_t i = 0; i < all->v.n; i++) {
		for (uint32_t j = 0; j < i; j++) {
			const struct placement *one = &all->v.v[i];
			const struct placement *two = &all->v.v[j];
			struct decide_env env = *plain;

			if (is_odd(s->arena, one, two) ||
			    s->evaluations >= EVALUATIONS_MAX)
				continue;
			env.places[one->root] = one->at;
			env.places[two->root] = two->at;
			evaluate(s, &env, one, two);
		}
	}
}

static void
say_more(struct search *s)
{
	struct diff_change *c = diff_add(s->diff, DIFF_PLACE, s->to == 1);

	c->what = TEXT("unknown");
	c->region = TEXT("where roots lie in each other");
	c->aside = TEXT("too many ways to try them all: look at fewer "
			"changes at once");
}

/* What needs consent, whether the other side has it or not. */
static void
add_consented(struct search *s)
{
	const struct blob *b = s->diff->blob[s->to];

	for (uint32_t i = 0; i < b->npaths; i++) {
		uint32_t k = 0;

		if ((blob_path(b, i).flags & BLOB_PATH_CONSENT) == 0)
			continue;
		while (k < s->asks.n && s->asks.v[k].rule != i)
			k++;
		if (k == s->asks.n)
			add_ask(s, i);
		*VEC_PUSH(s->arena, &s->consented) = k;
	}
}

static void
search(struct search *s)
{
	struct diff *d = s->diff;
	const unsigned from = !s->to;
	const size_t n = (size_t)d->blob[from]->npaths + 1;
	struct decide_env usual;

	s->of_rule = ARENA_ARRAY(s->arena, n, struct placement_list *);
	memset(s->of_rule, 0, n * sizeof(*s->of_rule));
	placements_begin(
	    &s->placements, s->arena, d->blob[from], d->blob[s->to]);
	each_missing(s, d->blob[s->to], d->blob[from], take_added);
	each_missing(s, d->blob[from], d->blob[s->to], take_removed);
	add_consented(s);
	evaluate_all(s, &s->apart);
	if (has_others(d)) {
		decide_env_init(&usual);
		evaluate(s, &usual, NULL, NULL);
		evaluate_all(s, &usual);
	}
	if (s->placements.more)
		say_more(s);
	for (unsigned side = 0; side < 2; side++)
		move(s, side, &s->apart);
}

/* Without consent to the working directory; the same if nothing needs it. */
static struct decider *
unasked(struct search *s, struct decider *asked, const struct blob *b)
{
	struct decide_env env;

	for (uint32_t i = 0; i < b->npaths; i++)
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
	move(s, !s->to, &env);
	if (launched(s, !s->to) == NULL ||
	    (rights & ~decide_rights(launched(s, !s->to), &o, NULL, NULL)) != 0)
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
	move(s, !s->to, &s->apart);
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
		if (launched(&s, 0) != NULL && launched(&s, 1) != NULL) {
			search(&s);
			find_buts(&s);
		}
		arena_release(&scratch);
	}
}
