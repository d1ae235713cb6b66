#include <config.h>

#include "compiler/diff/diff_model.h"

/*
 * What is permitted only to a user whose id a path spells out, where another
 * path of the two policies has $UID in its place.
 */

/* Paths with $UID that are looked at. */
enum { WITH_MAX = 256 };

struct names VEC(struct text);

static struct names
collect(const struct diff *d, struct arena *a)
{
	struct names n = {0};

	for (unsigned side = 0; side < 2; side++) {
		const struct blob *b = d->blob[side];

		for (uint32_t i = 0; i < b->npaths; i++)
			*VEC_PUSH(a, &n) = text_of(blob_path(b, i).suffix);
		for (uint32_t i = 0; i < b->ndenies; i++)
			*VEC_PUSH(a, &n) = text_of(blob_deny(b, i).suffix);
	}
	return n;
}

static struct decide_uids
users(const struct diff *d, struct arena *a)
{
	const struct names n = collect(d, a);
	struct decide_uids uids = {0};
	uint32_t with = 0;

	for (uint32_t i = 0; i < n.n && with < WITH_MAX; i++) {
		const struct text t = n.v[i];

		if (t.len == 0 || memchr(t.s, BLOB_UID_BYTE, t.len) == NULL)
			continue;
		with++;
		for (uint32_t k = 0; k < n.n; k++)
			decide_uids_add(&uids, t, n.v[k]);
	}
	return uids;
}

/* Is it said already of every user, by a change that holds all of it? */
static bool
is_known(const struct diff *d, struct arena *a, const struct diff_change *c,
    int64_t uid)
{
	const struct diff_part *part = &d->parts[DIFF_ALWAYS][c->gained];

	for (uint32_t i = part->first; i < part->first + part->n; i++) {
		const struct diff_change *k = &d->changes.v[i];
		const struct decide_path at = {
		    decide_uid_text(a, k->at.suffix, uid), k->at.root};
		bool within = decide_path_covers(&at, &c->at) &&
			      (c->tree & ~k->tree) == 0 &&
			      (c->file & ~(k->file | k->tree)) == 0;

		for (uint32_t e = 0; within && e < k->excepts.n; e++) {
			const struct decide_path but = {
			    decide_uid_text(a, k->excepts.v[e].at.suffix, uid),
			    k->excepts.v[e].at.root};

			within = !decide_path_covers(&but, &c->at);
		}
		if (within)
			return true;
	}
	return false;
}

static struct diff_change *
add(struct diff *d, bool gained, const struct decide_env *env)
{
	struct diff_change *c = diff_add(d, DIFF_PLACE, gained);
	struct decide_env *kept = ARENA_NEW(d->arena, struct decide_env);

	*kept = *env;
	c->env = kept;
	c->tag = BLOB_PATH;
	return c;
}

static void
say_launch(struct diff *d, bool gained, const struct decide_env *env)
{
	struct diff_change *c = add(d, gained, env);

	c->what = TEXT("launch");
	c->region =
	    arena_printf(d->arena, "where $UID is %lld", (long long)env->uid);
	c->aside = TEXT("the other is refused there");
}

static void
say_path(struct diff *d, const struct diff_change *there,
    const struct decide_env *env)
{
	struct diff_change *c = add(d, there->gained, env);

	c->at = there->at;
	c->tree = there->tree;
	c->file = there->file;
	c->what = there->what;
	c->region = there->region;
	for (unsigned side = 0; side < 2; side++)
		c->records[side] = there->records[side];
	c->aside = diff_join(d->arena, there->aside, "; ",
	    arena_printf(d->arena, "where $UID is %lld", (long long)env->uid)
		.s);
}

static void
compare_for(struct diff *d, struct arena *a, const struct decide_env *env)
{
	struct diff there = {
	    .arena = d->arena, .blob = {d->blob[0], d->blob[1]}};
	const struct decider *deciders[2];
	bool launches[2];

	for (unsigned side = 0; side < 2; side++) {
		deciders[side] = decide_open(a, d->blob[side], env);
		launches[side] =
		    decide_refused(deciders[side]).why == DECIDE_LAUNCHES;
	}
	if (launches[0] != launches[1]) {
		say_launch(d, launches[1], env);
		return;
	}
	if (!launches[0])
		return;
	diff_paths(&there, deciders, DIFF_ALWAYS);
	for (uint32_t i = 0; i < there.changes.n; i++)
		if (!is_known(d, a, &there.changes.v[i], env->uid))
			say_path(d, &there.changes.v[i], env);
}

void
diff_users(struct diff *d, const struct decider *const deciders[2])
{
	struct arena scratch = {0};
	struct decide_uids uids;
	struct decide_env env;

	/* Never launched: that is said already. */
	for (unsigned side = 0; side < 2; side++)
		if (decide_refused(deciders[side]).why != DECIDE_LAUNCHES)
			return;
	uids = users(d, &scratch);
	diff_environment(&env, DIFF_ALWAYS);
	for (uint32_t i = 0; i < uids.n; i++) {
		env.uid = uids.v[i];
		compare_for(d, &scratch, &env);
	}
	arena_release(&scratch);
}
