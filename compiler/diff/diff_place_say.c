#include <config.h>

#include "compiler/diff/diff_place.h"

/* What is permitted only where roots lie in each other, in words. */

/* "$CWD is $HOME, $HOME is /home/user" */
static struct text
places_text(const struct search *s, const struct decide_env *env)
{
	struct arena *a = s->diff->arena;
	struct text list = {"", 0};

	for (unsigned r = 1; r < BLOB_ROOTS; r++) {
		const struct decide_path *p = &env->places[r];
		const struct decide_path root = {TEXT(""), (enum blob_root)r};

		if (p->root != (enum blob_root)r)
			list = diff_join(a, list, ", ",
			    arena_printf(a, "%s is %s",
				diff_path_text(a, &root).s,
				diff_path_text(a, p).s)
				.s);
	}
	if (!s->apart.consent)
		list = diff_join(
		    a, list, ", ", "without consent to the working directory");
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
	kept->consent = s->apart.consent &&
			diff_launched(s, s->to) == s->deciders[s->to][ASKED];
	for (unsigned r = 0; r < BLOB_ROOTS; r++)
		kept->places[r].suffix = arena_text(a, env->places[r].suffix);
	return kept;
}

/* One of the rules that are granted there; none for what can be no file. */
static bool
find_example(
    struct search *s, const struct decide_env *env, struct diff_change *ret_at)
{
	const struct blob *b = s->diff->blob[s->to];
	const struct decider *d = diff_launched(s, s->to);

	for (uint32_t i = 0; i < 2 * (s->asks.n + b->npaths); i++) {
		const uint32_t rule = i / 2 < s->asks.n ? s->asks.v[i / 2].rule
							: i / 2 - s->asks.n;
		const struct decide_object o =
		    diff_object(s, s->to, rule, i % 2);
		const uint64_t rights = decide_rights(d, &o, NULL, NULL) &
					blob_path(b, rule).rights;

		if (rights == 0 ||
		    (i % 2 == 1 && diff_place_is_directory(s, env, rule)))
			continue;
		ret_at->at = o.path;
		if (i % 2 == 0)
			ret_at->tree = rights;
		else
			ret_at->file = rights;
		return true;
	}
	return false;
}

void
diff_say_launch(struct search *s, const struct decide_env *env)
{
	const struct decide_refused no =
	    decide_refused(s->deciders[!s->to][ASKED]);
	struct arena *a = s->diff->arena;
	struct diff_change *c, example = {0};

	if (!find_example(s, env, &example))
		return;
	s->launch_said = true;
	if (is_said(s, TEXT("launch"), NULL))
		return;
	c = diff_add(s->diff, DIFF_PLACE, s->to == 1);
	c->what = TEXT("launch");
	c->region = arena_printf(a, "where %s", places_text(s, env).s);
	c->env = keep_env(s, env);
	c->at = example.at;
	c->tree = example.tree;
	c->file = example.file;
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

void
diff_say_rule(struct search *s, const struct decide_env *env, struct ask *ask,
    uint64_t tree, uint64_t file)
{
	struct arena *a = s->diff->arena;
	const struct decide_object o =
	    diff_object(s, s->to, ask->rule, tree != 0 ? 0 : 1);
	const struct text what =
	    diff_rights_text(a, tree != 0 ? tree : file, tree != 0);
	struct decide_rules cover;
	struct diff_change *c;

	ask->said = true;
	if (is_said(s, what, &o.path))
		return;
	c = diff_add(s->diff, DIFF_PLACE, s->to == 1);
	c->at = o.path;
	c->tree = tree;
	c->file = file;
	c->what = what;
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

void
diff_say_more(struct search *s)
{
	struct diff_change *c = diff_add(s->diff, DIFF_PLACE, s->to == 1);

	c->what = TEXT("unknown");
	c->region = TEXT("where roots lie in each other");
	c->aside = TEXT("too many ways to try them all: look at fewer "
			"changes at once");
}
