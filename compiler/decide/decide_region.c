#include <config.h>

#include "compiler/decide/decide_model.h"

#include <stdlib.h>

/*
 * Policy -> regions.  Entries, sorted so that a directory comes before what it
 * holds, are swept once, with the regions around the current path on a stack
 * that is threaded through `up`.
 */
struct mark {
	struct decide_path at; /* fully replaced */
	uint64_t tree, file;
};
struct marks VEC(struct mark);

static int
compare_marks(const void *pa, const void *pb)
{
	const struct mark *a = pa, *b = pb;

	return decide_path_compare(&a->at, &b->at);
}

static struct decide_path
replaced(const struct decider *d, struct arena *a, const struct entry *e)
{
	const struct decide_path *c = &d->canon[e->root];
	struct decide_path p = {e->suffix, c->root};

	if (c->suffix.len == 0)
		return p;
	if (p.suffix.len == 0)
		p.suffix = c->suffix;
	else
		p.suffix = arena_printf(a, "%.*s/%.*s", (int)c->suffix.len,
		    c->suffix.s, (int)p.suffix.len, p.suffix.s);
	return p;
}

static void
collect(const struct decider *d, struct arena *a, struct marks *marks)
{
	bool sorted = true;

	VEC_RESERVE(a, marks, d->entries.n);
	for (uint32_t i = 0; i < d->entries.n; i++) {
		const struct entry *e = &d->entries.v[i];
		struct mark m = {.at = replaced(d, a, e)};

		if (e->deny != DECIDE_NONE ||
		    (d->off != NULL && d->off[e->rule]))
			continue;
		if (e->on != ON_FILE)
			m.tree = e->rights;
		if (e->on != ON_TREE)
			m.file = e->rights & BLOB_FS_FILE;
		sorted = sorted &&
			 (marks->n == 0 ||
			     compare_marks(&marks->v[marks->n - 1], &m) <= 0);
		*VEC_PUSH(a, marks) = m;
	}
	if (!sorted)
		qsort(marks->v, marks->n, sizeof(*marks->v), compare_marks);
}

/* The nearest region around a path, of those that are open: `from` and up. */
static uint32_t
around(const struct decide_regions *r, uint32_t from,
    const struct decide_path *path)
{
	while (from != DECIDE_NONE && !decide_path_covers(&r->v[from].at, path))
		from = r->v[from].up;
	return from;
}

void
decide_regions(
    const struct decider *d, struct arena *a, struct decide_regions *ret)
{
	struct decide_regions r = {0};
	struct marks marks = {0};
	uint32_t open = DECIDE_NONE, slash = DECIDE_NONE;

	if (d->refused.why != DECIDE_LAUNCHES) {
		*ret = r;
		return;
	}
	collect(d, a, &marks);
	VEC_RESERVE(a, &r, marks.n);
	for (uint32_t i = 0; i < marks.n;) {
		struct decide_region next = {.at = marks.v[i].at};
		uint64_t inherited = 0;

		for (; i < marks.n &&
		       decide_path_compare(&marks.v[i].at, &next.at) == 0;
		     i++) {
			next.tree |= marks.v[i].tree;
			next.file |= marks.v[i].file;
		}
		open = around(&r, open, &next.at);
		/* "/" is around other roots, too. */
		next.up = open == DECIDE_NONE ? slash : open;
		if (next.up != DECIDE_NONE)
			inherited = r.v[next.up].tree;
		next.tree |= inherited;
		next.file |= inherited & BLOB_FS_FILE;
		if (next.tree == inherited &&
		    next.file == (inherited & BLOB_FS_FILE))
			continue;
		open = r.n;
		if (next.at.root == BLOB_ROOT_SLASH && next.at.suffix.len == 0)
			slash = r.n;
		*VEC_PUSH(a, &r) = next;
	}
	*ret = r;
}

/* The first region that is not before a path. */
static uint32_t
bound(const struct decide_regions *r, const struct decide_path *path)
{
	uint32_t low = 0, high = r->n;

	while (low < high) {
		const uint32_t mid = low + (high - low) / 2;

		if (decide_path_compare(&r->v[mid].at, path) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

const struct decide_region *
decide_region_find(
    const struct decide_regions *r, const struct decide_path *path)
{
	uint32_t i = bound(r, path);

	if (i < r->n && decide_path_compare(&r->v[i].at, path) == 0)
		return &r->v[i];
	i = i == 0 ? DECIDE_NONE : around(r, i - 1, path);
	if (i == DECIDE_NONE && r->n > 0 &&
	    decide_path_covers(&r->v[0].at, path))
		i = 0;
	return i == DECIDE_NONE ? NULL : &r->v[i];
}

uint64_t
decide_region_rights(const struct decide_regions *r,
    const struct decide_path *path, bool directory)
{
	const struct decide_region *at = decide_region_find(r, path);

	if (at == NULL)
		return 0;
	if (directory)
		return at->tree;
	return decide_path_compare(&at->at, path) == 0
		   ? at->file
		   : at->tree & BLOB_FS_FILE;
}

/* One side of a merge: the region that is next, the one that is open. */
struct side {
	const struct decide_regions *r;
	uint32_t next, open;
};

static void
advance(struct side *s, const struct decide_path *to, uint64_t *ret_tree,
    uint64_t *ret_file)
{
	const struct decide_region *v = s->r->v;

	*ret_tree = *ret_file = 0;
	if (s->next < s->r->n && decide_path_compare(&v[s->next].at, to) == 0) {
		s->open = s->next++;
		*ret_tree = v[s->open].tree;
		*ret_file = v[s->open].file;
		return;
	}
	s->open = around(s->r, s->open, to);
	if (s->open == DECIDE_NONE && s->r->n > 0 &&
	    decide_path_covers(&v[0].at, to))
		s->open = 0;
	if (s->open == DECIDE_NONE)
		return;
	*ret_tree = v[s->open].tree;
	*ret_file = v[s->open].tree & BLOB_FS_FILE;
}

static uint32_t
around_step(
    const struct decide_steps *s, uint32_t from, const struct decide_path *path)
{
	while (from != DECIDE_NONE && !decide_path_covers(&s->v[from].at, path))
		from = s->v[from].up;
	if (from == DECIDE_NONE && s->n > 0 &&
	    decide_path_covers(&s->v[0].at, path))
		return 0;
	return from;
}

void
decide_merge(const struct decide_regions *one, const struct decide_regions *two,
    struct arena *a, struct decide_steps *ret)
{
	struct side sides[2] = {{one, 0, DECIDE_NONE}, {two, 0, DECIDE_NONE}};
	struct decide_steps steps = {0};
	uint32_t open = DECIDE_NONE;

	VEC_RESERVE(a, &steps, one->n > two->n ? one->n : two->n);
	while (sides[0].next < one->n || sides[1].next < two->n) {
		struct decide_step step = {0};
		const struct decide_region *next[2];

		for (unsigned i = 0; i < 2; i++)
			next[i] = sides[i].next < sides[i].r->n
				      ? &sides[i].r->v[sides[i].next]
				      : NULL;
		step.at =
		    next[0] == NULL || (next[1] != NULL &&
					   decide_path_compare(
					       &next[1]->at, &next[0]->at) < 0)
			? next[1]->at
			: next[0]->at;
		for (unsigned i = 0; i < 2; i++)
			advance(
			    &sides[i], &step.at, &step.tree[i], &step.file[i]);
		step.up = around_step(&steps, open, &step.at);
		open = steps.n;
		*VEC_PUSH(a, &steps) = step;
	}
	*ret = steps;
}
