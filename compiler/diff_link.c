#include <config.h>

#include "compiler/diff_model.h"

/*
 * Links.  A rule on a path that other rules of its policy cover grants nothing
 * by that name.  But a rule grants what its path leads to at launch, and names
 * in the tree that covers it are looked at where they lead only: if there is a
 * symbolic link it is that rule, and nothing else, that opens what lies behind
 * it.  Not where the command may make links: such a link refuses the launch.
 */
static const uint64_t makes = BLOB_FS_MAKE_SYM | BLOB_FS_REFER;

/* What other rules grant on the rule's own path. */
static uint64_t
covered(const struct decider *d, const struct blob *b, struct arena *a,
    uint32_t rule)
{
	const struct blob_path p = blob_path(b, rule);
	const struct decide_object o = {
	    .path = {text_of(p.suffix), p.root},
	    .kind = p.kind == BLOB_KIND_FILE ? DECIDE_FILE : DECIDE_DIRECTORY,
	};
	struct decide_rules rules;
	uint64_t rights = 0;

	(void)decide_rights(d, &o, a, &rules);
	for (uint32_t i = 0; i < rules.n; i++)
		if (rules.v[i] != rule)
			rights |= blob_path(b, rules.v[i]).rights;
	return rights;
}

/* What rules of the policy on this very path grant.  They are sorted. */
static uint64_t
granted_by_name(const struct blob *b, const struct blob_path *p)
{
	const struct decide_path at = {text_of(p->suffix), p->root};
	uint32_t low = 0, high = b->npaths;
	uint64_t rights = 0;

	while (low < high) {
		const uint32_t mid = low + (high - low) / 2;
		const struct blob_path q = blob_path(b, mid);
		const struct decide_path there = {text_of(q.suffix), q.root};

		if (decide_path_compare(&there, &at) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < b->npaths; low++) {
		const struct blob_path q = blob_path(b, low);

		if (q.root != p->root || strcmp(q.suffix, p->suffix) != 0)
			break;
		rights |= q.rights;
	}
	return rights;
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
		const struct blob *b = d->blob[to];
		struct arena scratch = {0};

		for (uint32_t i = 0; i < b->npaths; i++) {
			const struct blob_path p = blob_path(b, i);
			const uint64_t rights =
			    p.rights & decide_handled_fs(deciders[to]) &
			    ~granted_by_name(d->blob[!to], &p);
			uint64_t others;

			if (rights == 0 || p.suffix[0] == '\0')
				continue;
			others = covered(deciders[to], b, &scratch, i);
			if ((rights & ~others) == 0 && (others & makes) == 0)
				say(d, to, i, rights);
		}
		arena_release(&scratch);
	}
}
