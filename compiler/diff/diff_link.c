#include <config.h>

#include "compiler/diff/diff_model.h"

/*
 * Links.  A rule on a path that other rules of its policy cover grants nothing
 * by that name.  But a rule grants what its path leads to at launch, and names
 * in the tree that covers it are looked at where they lead only: if there is a
 * symbolic link it is that rule, and nothing else, that opens what lies behind
 * it.  Not where the command may make links: such a link refuses the launch.
 */

static bool
same_path(const struct blob_path *p, const struct blob_path *q)
{
	return p->root == q->root && strcmp(p->suffix, q->suffix) == 0;
}

/* What rules of the policy on other paths grant on this one. */
static uint64_t
from_above(const struct decider *d, const struct blob *b, struct arena *a,
    const struct blob_path *p)
{
	const struct decide_object o = {
	    .path = {text_of(p->suffix), p->root},
	    .kind = p->kind == BLOB_KIND_FILE ? DECIDE_FILE : DECIDE_DIRECTORY,
	};
	struct decide_rules rules;
	uint64_t rights = 0;

	(void)decide_rights(d, &o, a, &rules);
	for (uint32_t i = 0; i < rules.n; i++) {
		const struct blob_path q = blob_path(b, rules.v[i]);

		if (!same_path(p, &q))
			rights |= q.rights;
	}
	return rights;
}

/* What rules of the policy on this very path grant. */
static uint64_t
granted_by_name(const struct blob *b, const struct blob_path *p)
{
	uint64_t rights = 0;

	for (uint32_t i = blob_path_first(b, p->root, p->suffix); i < b->npaths;
	     i++) {
		const struct blob_path q = blob_path(b, i);

		if (!same_path(p, &q))
			break;
		rights |= q.rights;
	}
	return rights;
}

/* Are there places where only the first lets the command make links? */
static bool
makes_more(const struct blob *b, const struct blob *other)
{
	const uint64_t makes = BLOB_FS_MAKE_SYM | BLOB_FS_REFER |
			       BLOB_FS_MAKE_DIR | BLOB_FS_REMOVE_DIR;

	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct blob_path p = blob_path(b, i);

		if ((p.rights & makes) != 0 &&
		    (p.rights & makes & ~granted_by_name(other, &p)) != 0)
			return true;
	}
	return false;
}

static void
say(struct diff *d, unsigned to, uint32_t rule, uint64_t rights)
{
	const struct blob_path p = blob_path(d->blob[to], rule);
	struct diff_change *c = diff_add(d, DIFF_LINK, to == 1);

	c->at = (struct decide_path){text_of(p.suffix), p.root};
	c->what = diff_rights_text(d->arena, rights, p.kind != BLOB_KIND_FILE);
	c->region = diff_path_text(d->arena, &c->at);
	c->aside = TEXT("where it is a symbolic link: what that leads to");
	c->tag = BLOB_PATH;
	*VEC_PUSH(d->arena, &c->records[to]) = rule;
}

void
diff_links(struct diff *d, const struct decider *const deciders[2])
{
	for (unsigned to = 0; to < 2; to++) {
		const struct blob *b = d->blob[to], *other = d->blob[!to];
		/* Only then can a rule of both be refused in the other. */
		const bool fewer = makes_more(other, b);
		struct arena scratch = {0};

		if (decide_refused(deciders[to]).why != DECIDE_LAUNCHES)
			continue;
		for (uint32_t i = 0; i < b->npaths; i++) {
			const struct blob_path p = blob_path(b, i);
			const uint64_t named = granted_by_name(other, &p);
			uint64_t rights = p.rights;
			uint64_t above;

			rights &= decide_handled_fs(deciders[to]);
			if (!fewer)
				rights &= ~named;
			if (rights == 0 || p.suffix[0] == '\0')
				continue;
			above = from_above(deciders[to], b, &scratch, &p);
			if (blob_makes_links(above))
				continue;
			rights &= above;
			if ((rights & named) != 0 &&
			    !blob_makes_links(
				from_above(deciders[!to], other, &scratch, &p)))
				rights &= ~named;
			if (rights != 0)
				say(d, to, i, rights);
		}
		arena_release(&scratch);
	}
}
