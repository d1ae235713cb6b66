#include <config.h>

#include "compiler/diff/diff_model.h"

/*
 * Paths.  Both labellings are walked side by side; at each step some rights
 * are on one side only.  Those that the region around has not already make a
 * change, those that it has and the step has not make an exception to the
 * change that they belong to: so the regions of the changes, less their
 * exceptions, are just where the policies differ, and none lies in another
 * for the same right.
 */
enum { RIGHTS = 17 };

/* Which change each right belongs to at a step: 1 + its index, 0: none. */
struct owners {
	uint32_t of[RIGHTS];
};

struct walk {
	struct diff *diff;
	const struct decider *decider[2]; /* NULL: denied paths */
	uint64_t free[2]; /* not handled: permitted everywhere */
	enum diff_kind kind;
	unsigned to; /* the side that has what the other has not */
	bool gained;
	enum diff_when when;
	struct decide_steps steps;
	struct owners *owners; /* of each step; NULL while there is none */
	struct owners top;     /* outside of all steps */
	uint64_t top_rights;
	uint32_t first; /* of this walk's changes */
};

static uint64_t
difference(const struct walk *w, const uint64_t masks[2])
{
	return (masks[w->to] | w->free[w->to]) &
	       ~(masks[!w->to] | w->free[!w->to]);
}

static void
set_owner(struct owners *o, uint64_t rights, uint32_t owner)
{
	for (unsigned i = 0; i < RIGHTS; i++)
		if ((rights >> i & 1) != 0)
			o->of[i] = owner;
}

/* What the decider said of an environment does not outlive it. */
static struct decide_path
copy_path(struct arena *a, const struct decide_path *p)
{
	return (struct decide_path){arena_text(a, p->suffix), p->root};
}

/* An exception goes to each change that has one of the rights. */
static void
except(struct walk *w, const struct owners *around,
    const struct decide_path *at, uint64_t tree, uint64_t file)
{
	for (unsigned i = 0; i < RIGHTS; i++) {
		const uint32_t owner = around->of[i];
		struct diff_except *e;
		uint64_t mine = 0;

		if (((tree | file) >> i & 1) == 0 || owner == 0)
			continue;
		for (unsigned j = i; j < RIGHTS; j++)
			if (around->of[j] == owner)
				mine |= UINT64_C(1) << j;
		struct diff_change *c = &w->diff->changes.v[owner - 1];

		e = VEC_PUSH(w->diff->arena, &c->excepts);
		*e = (struct diff_except){.at = copy_path(w->diff->arena, at),
		    .tree = tree & mine,
		    .file = file & mine};
		tree &= ~mine;
		file &= ~mine;
	}
}

static uint32_t
add(struct walk *w, const struct decide_step *s, uint64_t tree, uint64_t file)
{
	struct diff_change *c = diff_add(w->diff, w->kind, w->gained);

	c->at = copy_path(w->diff->arena, &s->at);
	c->tree = tree;
	c->file = file;
	c->when = w->when;
	c->if_file = (s->tree[0] | s->tree[1]) != 0;
	c->had = (s->tree[!w->to] | s->file[!w->to]) != 0;
	return w->diff->changes.n;
}

static void
visit(struct walk *w, uint32_t i)
{
	const struct decide_step *s = &w->steps.v[i];
	const uint64_t tree = difference(w, s->tree);
	const uint64_t file = difference(w, s->file) & BLOB_FS_FILE;
	const struct owners *around = &w->top;
	uint64_t around_tree = w->top_rights;

	if (s->up != DECIDE_NONE) {
		around = &w->owners[s->up];
		around_tree = difference(w, w->steps.v[s->up].tree);
	}
	w->owners[i] = (struct owners){0};
	for (unsigned k = 0; k < RIGHTS; k++)
		if ((tree & around_tree) >> k & 1)
			w->owners[i].of[k] = around->of[k];
	except(w, around, &s->at, around_tree & ~tree,
	    around_tree & BLOB_FS_FILE & ~file);
	if ((tree & ~around_tree) == 0 && (file & ~around_tree) == 0)
		return;
	set_owner(&w->owners[i], tree & ~around_tree,
	    add(w, s, tree & ~around_tree, file & ~around_tree));
}

/* What one policy does not handle at all is permitted everywhere. */
static void
visit_top(struct walk *w)
{
	const uint64_t none[2] = {0, 0};
	const uint64_t rights = difference(w, none);
	struct decide_step s = {.up = DECIDE_NONE};

	w->top_rights = rights;
	if (rights == 0)
		return;
	set_owner(&w->top, rights, add(w, &s, rights, rights & BLOB_FS_FILE));
	w->diff->changes.v[w->diff->changes.n - 1].everywhere = true;
}

/* A directory with all below it ends in stars. */
static struct text
region_text(struct arena *a, const struct decide_path *at, bool tree)
{
	struct text path = diff_path_text(a, at);

	if (!tree)
		return path;
	return path.len == 1 ? TEXT("/**") : arena_printf(a, "%s/**", path.s);
}

/* Of a denied path all: what is left of it is what a waiver lets through. */
static struct text
except_text(struct arena *a, const struct diff_change *c)
{
	enum { SHOWN = 2 };
	const bool all = c->kind == DIFF_DENY;
	struct text list = {"", 0};

	for (uint32_t i = 0; i < c->excepts.n; i++) {
		if (!all && i == SHOWN && c->excepts.n > SHOWN + 1)
			return arena_printf(a, "%.*s and %u more",
			    (int)list.len, list.s, c->excepts.n - i);
		list = diff_join(a, list, ", ",
		    region_text(
			a, &c->excepts.v[i].at, c->excepts.v[i].tree != 0)
			.s);
	}
	return list;
}

static const char *const whens[DIFF_WHENS] = {"",
    "without consent to the working directory",
    "when paths are missing at launch",
    "without consent to the working directory, when paths are missing"};

/* Denied paths hold with all below; the record is found again by its path. */
static void
describe_deny(struct diff *d, struct diff_change *c)
{
	static const char *const words[4] = {
	    "nothing", "reading", "writing", "reading and writing"};
	struct arena *a = d->arena;
	const unsigned side = c->gained ? 0 : 1;
	const uint64_t plain = c->tree & 3;

	c->what = text_of(c->gained ? "deny no more" : "deny");
	c->region = region_text(a, &c->at, true);
	c->aside = text_of(words[plain != 0 ? plain : (c->tree >> 2 & 3)]);
	if (plain == 0)
		c->aside = diff_join(a, c->aside, ", ", "whatever bypasses it");
	if (c->excepts.n > 0)
		c->aside = diff_join(a, c->aside, "; ",
		    arena_printf(a, "except %s", except_text(a, c).s).s);
	c->tag = BLOB_DENY;
	for (uint32_t i = 0; i < d->blob[side]->ndenies; i++) {
		struct blob_deny deny = blob_deny(d->blob[side], i);

		if (deny.root == c->at.root &&
		    text_is(c->at.suffix, deny.suffix))
			*VEC_PUSH(a, &c->records[side]) = i;
	}
}

static void
describe(struct diff *d, struct diff_change *c)
{
	struct arena *a = d->arena;

	if (c->kind == DIFF_DENY) {
		describe_deny(d, c);
		return;
	}
	c->what =
	    diff_rights_text(a, c->tree != 0 ? c->tree : c->file, c->tree != 0);
	c->region = c->everywhere ? TEXT("all paths")
				  : region_text(a, &c->at, c->tree != 0);
	if (c->tree != 0 && (c->file & ~c->tree) != 0)
		c->aside = arena_printf(a, "and if it is a file, %s",
		    diff_rights_text(a, c->file & ~c->tree, false).s);
	else if (c->tree == 0 && c->if_file)
		c->aside = TEXT("if it is a file");
	if (c->excepts.n > 0)
		c->aside = diff_join(a, c->aside, "; ",
		    arena_printf(a, "except %s", except_text(a, c).s).s);
	if (c->when != DIFF_ALWAYS)
		c->aside = diff_join(a, c->aside, "; ", whens[c->when]);
}

/* The rules behind a change, on the side that permits and on the other. */
static void
explain(struct walk *w, struct diff_change *c)
{
	struct decide_object o = {.path = c->at,
	    .kind = c->tree != 0 ? DECIDE_DIRECTORY : DECIDE_FILE};
	const uint64_t rights = c->tree != 0 ? c->tree : c->file;

	c->tag = BLOB_PATH;
	if (c->everywhere)
		return;
	for (unsigned side = 0; side < 2; side++) {
		struct decide_rules all = {0};

		(void)decide_rights(w->decider[side], &o, w->diff->arena, &all);
		for (uint32_t i = 0; i < all.n; i++) {
			struct blob_path p =
			    blob_path(w->diff->blob[side], all.v[i]);

			/* On the other side: what it had just there. */
			if (side == w->to ? (p.rights & rights) != 0
					  : p.root == c->at.root &&
						text_is(c->at.suffix, p.suffix))
				*VEC_PUSH(w->diff->arena, &c->records[side]) =
				    all.v[i];
		}
	}
}

/* The first of a part's changes that is not before a path. */
static uint32_t
bound(const struct diff *d, const struct diff_part *part,
    const struct decide_path *at)
{
	uint32_t low = part->first, high = part->first + part->n;

	while (low < high) {
		const uint32_t mid = low + (high - low) / 2;

		if (decide_path_compare(&d->changes.v[mid].at, at) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Is each exception of k to the rights of c one of c, too? */
static bool
covers_excepts(const struct diff_change *k, const struct diff_change *c)
{
	uint32_t j = 0;

	for (uint32_t i = 0; i < k->excepts.n; i++) {
		const struct diff_except *e = &k->excepts.v[i];

		if ((e->tree & c->tree) == 0 && (e->file & c->tree) == 0)
			continue;
		while (j < c->excepts.n &&
		       decide_path_compare(&c->excepts.v[j].at, &e->at) < 0)
			j++;
		if (j == c->excepts.n ||
		    decide_path_compare(&c->excepts.v[j].at, &e->at) != 0 ||
		    (e->tree & c->tree & ~c->excepts.v[j].tree) != 0 ||
		    (e->file & c->tree & ~c->excepts.v[j].file) != 0)
			return false;
	}
	return true;
}

/* Said already, of an environment that is looked at before? */
static bool
is_known(const struct walk *w, const struct diff_change *c)
{
	const struct diff *d = w->diff;

	for (int when = 0; when < (int)w->when; when++) {
		const struct diff_part *part = &d->parts[when][c->gained];

		for (uint32_t i = bound(d, part, &c->at);
		     i < part->first + part->n; i++) {
			const struct diff_change *k = &d->changes.v[i];

			if (decide_path_compare(&k->at, &c->at) != 0)
				break;
			if ((c->tree & ~k->tree) == 0 &&
			    (c->file & ~k->file) == 0 && covers_excepts(k, c))
				return true;
		}
	}
	return false;
}

static void
walk(struct walk *w)
{
	struct diff *d = w->diff;
	struct diff_part *part = &d->parts[w->when][w->gained];
	const uint32_t first = d->changes.n;
	uint32_t kept = first;

	visit_top(w);
	for (uint32_t i = 0; i < w->steps.n; i++)
		visit(w, i);
	for (uint32_t i = first; i < d->changes.n; i++) {
		struct diff_change c = d->changes.v[i];

		if (w->kind == DIFF_PATH && is_known(w, &c))
			continue;
		describe(d, &c);
		if (w->kind == DIFF_PATH)
			explain(w, &c);
		d->changes.v[kept++] = c;
	}
	d->changes.n = kept;
	if (w->kind == DIFF_PATH)
		*part = (struct diff_part){first, kept - first};
}

void
diff_paths(struct diff *d, const struct decider *const deciders[2],
    enum diff_when when)
{
	struct arena scratch = {0};
	struct decide_regions regions[2];
	struct walk w = {
	    .diff = d,
	    .decider = {deciders[0], deciders[1]},
	    .kind = DIFF_PATH,
	    .when = when,
	};

	for (unsigned i = 0; i < 2; i++) {
		decide_regions(deciders[i], &scratch, &regions[i]);
		if (decide_refused(deciders[i]).why == DECIDE_LAUNCHES)
			w.free[i] =
			    BLOB_FS_ALL & ~decide_handled_fs(deciders[i]);
	}
	decide_merge(&regions[0], &regions[1], &scratch, &w.steps);
	w.owners = ARENA_ARRAY(&scratch, w.steps.n + 1, struct owners);
	for (unsigned to = 2; to-- > 0;) {
		w.to = to;
		w.gained = to == 1;
		w.top = (struct owners){0};
		walk(&w);
	}
	arena_release(&scratch);
}

/*
 * Denied paths: what they say of a path they say of all below.  The bits of
 * BLOB_D_ACCESS, and the same shifted for those that nothing overrides.
 */
static void
deny_regions(const struct blob *b, struct arena *a, struct decide_regions *ret)
{
	uint32_t open = DECIDE_NONE;

	*ret = (struct decide_regions){0};
	VEC_RESERVE(a, ret, b->ndenies);
	for (uint32_t i = 0; i < b->ndenies;) {
		struct blob_deny deny = blob_deny(b, i);
		struct decide_region next = {
		    .at = {text_of(deny.suffix), deny.root}};
		uint64_t around;

		for (; i < b->ndenies; i++) {
			deny = blob_deny(b, i);
			if (deny.root != next.at.root ||
			    !text_is(next.at.suffix, deny.suffix))
				break;
			next.tree |= deny.access;
			if ((deny.flags & BLOB_DENY_PROTECTED) != 0)
				next.tree |= (uint64_t)deny.access << 2;
		}
		while (open != DECIDE_NONE &&
		       !decide_path_covers(&ret->v[open].at, &next.at))
			open = ret->v[open].up;
		next.up = open;
		around = open == DECIDE_NONE ? 0 : ret->v[open].tree;
		next.tree |= around;
		if (next.tree == around)
			continue;
		open = ret->n;
		*VEC_PUSH(a, ret) = next;
	}
}

void
diff_denies(struct diff *d)
{
	struct arena scratch = {0};
	struct decide_regions regions[2];
	struct walk w = {.diff = d, .kind = DIFF_DENY};

	for (unsigned i = 0; i < 2; i++)
		deny_regions(d->blob[i], &scratch, &regions[i]);
	decide_merge(&regions[0], &regions[1], &scratch, &w.steps);
	w.owners = ARENA_ARRAY(&scratch, w.steps.n + 1, struct owners);
	for (unsigned to = 0; to < 2; to++) {
		w.to = to;
		w.gained = to == 0; /* what is denied no more is gained */
		w.top = (struct owners){0};
		walk(&w);
	}
	arena_release(&scratch);
}
