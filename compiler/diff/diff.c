#include <config.h>

#include "compiler/diff/diff_model.h"

#include <stdlib.h>

#include "compiler/emit/seccomp.h"

struct diff_change *
diff_add(struct diff *d, enum diff_kind kind, bool gained)
{
	struct diff_change *c = VEC_PUSH(d->arena, &d->changes);

	*c = (struct diff_change){.kind = kind, .gained = gained};
	return c;
}

void
diff_about(struct diff *d, struct diff_change *c, enum blob_setting setting)
{
	c->tag = BLOB_TARG;
	for (unsigned side = 0; side < 2; side++)
		*VEC_PUSH(d->arena, &c->records[side]) = setting;
}

void
diff_environment(struct decide_env *ret_env, enum diff_when when)
{
	decide_env_init(ret_env);
	for (int i = 0; i < BLOB_ROOTS; i++)
		ret_env->places[i] =
		    (struct decide_path){{"", 0}, (enum blob_root)i};
	ret_env->consent = when == DIFF_ALWAYS || when == DIFF_MISSING;
	ret_env->absent = when == DIFF_MISSING || when == DIFF_UNASKED_MISSING;
}

/* Does some rule depend on what `when` changes? */
static bool
matters(const struct diff *d, enum diff_when when)
{
	bool consent = false, missing = false;

	for (unsigned side = 0; side < 2; side++) {
		for (uint32_t i = 0; i < d->blob[side]->npaths; i++) {
			const struct blob_path p = blob_path(d->blob[side], i);

			consent |= (p.flags & BLOB_PATH_CONSENT) != 0;
			missing |= p.missing == BLOB_MISSING_PARENT;
		}
	}
	switch (when) {
	case DIFF_UNASKED:
		return consent;
	case DIFF_MISSING:
		return missing;
	case DIFF_UNASKED_MISSING:
		return consent && missing;
	case DIFF_ALWAYS:
	case DIFF_WHENS:
		break;
	}
	return true;
}

static void
diff_launch(struct diff *d, const struct decider *const deciders[2])
{
	static const char *const words[] = {
	    [DECIDE_REFUSED_KERNEL] = "no kernel has what it requires",
	    [DECIDE_REFUSED_ARCH] = "it has no seccomp program",
	    [DECIDE_REFUSED_DENY] = "a rule would open a denied path",
	    [DECIDE_REFUSED_TYPE] = "a rule is for another type of file",
	    [DECIDE_REFUSED_EMPTY] = "it grants nothing",
	};

	for (unsigned gained = 0; gained < 2; gained++) {
		const struct decide_refused to =
		    decide_refused(deciders[gained]);
		const struct decide_refused from =
		    decide_refused(deciders[!gained]);
		struct diff_change *c;

		if (to.why != DECIDE_LAUNCHES || from.why == DECIDE_LAUNCHES)
			continue;
		c = diff_add(d, DIFF_LAUNCH, gained != 0);
		c->what = TEXT("launch");
		c->region = TEXT("at all");
		c->aside = arena_printf(
		    d->arena, "the other is refused: %s", words[from.why]);
	}
}

/* Bytes that differ where no answer does: said, for want of a better word. */
static void
diff_programs(struct diff *d, uint32_t first)
{
	const struct blob_section a = d->blob[0]->secc, b = d->blob[1]->secc;
	struct arena scratch = {0};
	const bool known = seccomp_is_known(&scratch, d->blob[0]) &&
			   seccomp_is_known(&scratch, d->blob[1]);

	arena_release(&scratch);
	if (a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0))
		return;
	/* Of those that nonoc makes, sockets tell all that is different. */
	for (uint32_t i = first; known && i < d->changes.n; i++)
		if (d->changes.v[i].kind != DIFF_SCOPE)
			return;
	for (unsigned gained = 0; gained < 2; gained++) {
		struct diff_change *c = diff_add(d, DIFF_SOCKET, gained != 0);

		c->what = TEXT("system calls");
		c->region = TEXT("of another seccomp program");
		if (!known)
			c->aside = TEXT("not one that nonoc makes");
		diff_about(d, c, BLOB_SETTING_NETWORK);
	}
}

struct sorted {
	struct diff_change change;
	uint32_t order;
};

static int
by_weight(const void *left, const void *right)
{
	const struct sorted *a = left, *b = right;
	int c = (a->change.kind == DIFF_MOVED) - (b->change.kind == DIFF_MOVED);

	if (c == 0)
		c = b->change.gained - a->change.gained;
	if (c == 0)
		c = (int)a->change.kind - (int)b->change.kind;
	if (c == 0)
		c = (int)a->change.when - (int)b->change.when;
	if (c == 0)
		c = text_compare(b->change.what, a->change.what);
	return c != 0 ? c : (a->order > b->order) - (a->order < b->order);
}

static void
sort(struct diff *d)
{
	struct arena scratch = {0};
	struct sorted *s =
	    ARENA_ARRAY(&scratch, d->changes.n + 1, struct sorted);

	for (uint32_t i = 0; i < d->changes.n; i++)
		s[i] = (struct sorted){d->changes.v[i], i};
	qsort(s, d->changes.n, sizeof(*s), by_weight);
	for (uint32_t i = 0; i < d->changes.n; i++) {
		d->changes.v[i] = s[i].change;
		if (s[i].change.kind == DIFF_MOVED)
			continue;
		d->gained += s[i].change.gained;
		d->lost += !s[i].change.gained;
	}
	arena_release(&scratch);
}

static bool
same_bytes(const struct blob *a, const struct blob *b)
{
	return memcmp(a->bytes + BLOB_H_ID, b->bytes + BLOB_H_ID, 32) == 0;
}

void
diff_policies(struct diff *ret_diff, struct arena *a, const struct blob *from,
    const struct blob *to)
{
	struct diff d = {.arena = a, .blob = {from, to}};
	uint32_t first;

	/* The id is over all that is enforced: nothing to look for. */
	if (same_bytes(from, to)) {
		*ret_diff = d;
		return;
	}
	for (int when = 0; when < DIFF_WHENS; when++) {
		struct decider *moved[2];
		const struct decider *deciders[2];
		struct arena scratch = {0};
		struct decide_env env;

		if (!matters(&d, (enum diff_when)when))
			continue;
		diff_environment(&env, (enum diff_when)when);
		deciders[0] = moved[0] = decide_open(&scratch, from, &env);
		deciders[1] = moved[1] = decide_open(&scratch, to, &env);
		diff_paths(&d, deciders, (enum diff_when)when);
		if (when == DIFF_ALWAYS) {
			diff_launch(&d, deciders);
			first = d.changes.n;
			diff_network(&d, deciders);
			diff_programs(&d, first);
			diff_links(&d, deciders);
			diff_users(&d, deciders);
		}
		diff_placements(&d, moved, (enum diff_when)when);
		arena_release(&scratch);
	}
	diff_terms(&d);
	diff_denies(&d);
	diff_variables(&d);
	diff_commands(&d);
	diff_kernel(&d);
	sort(&d);
	*ret_diff = d;
}
