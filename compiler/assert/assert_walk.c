#include <config.h>

#include "compiler/assert/assert_walk.h"

/*
 * One assertion in one view.  Rights only grow downwards from region to
 * region.  So any path decides like the nearest marked place at or above it,
 * or like a new name in that place; a walk over the marked places of the set
 * and a new name in each is a walk over all paths there can be.
 */

uint64_t
judge_rights(enum assert_op op)
{
	static const uint64_t rights[OPS] = {
	    [OP_READ] = BLOB_FS_READ_FILE,
	    [OP_LIST] = BLOB_FS_READ_DIR,
	    /* The file is opened for reading, too. */
	    [OP_EXEC] = BLOB_FS_EXECUTE | BLOB_FS_READ_FILE,
	    [OP_WRITE] = BLOB_FS_WRITE_FILE,
	    [OP_TRUNCATE] = BLOB_FS_TRUNCATE,
	    [OP_CREATE] = BLOB_FS_MAKE_REG | BLOB_FS_MAKE_DIR |
			  BLOB_FS_MAKE_SYM | BLOB_FS_MAKE_SOCK |
			  BLOB_FS_MAKE_FIFO | BLOB_FS_MAKE_CHAR |
			  BLOB_FS_MAKE_BLOCK,
	    [OP_REMOVE] = BLOB_FS_REMOVE_FILE | BLOB_FS_REMOVE_DIR,
	    [OP_REFER] = BLOB_FS_REFER,
	    [OP_IOCTL] = BLOB_FS_IOCTL_DEV,
	    [OP_UNIX] = BLOB_FS_RESOLVE_UNIX,
	};

	return rights[op];
}

bool
judge_on_parent(enum assert_op op)
{
	return op == OP_CREATE || op == OP_REMOVE || op == OP_REFER;
}

/* What `always create` and `always remove` ask for: the everyday part. */
static uint64_t
rights_wanted(enum assert_op op)
{
	return op == OP_CREATE ? BLOB_FS_MAKE_REG | BLOB_FS_MAKE_DIR
			       : judge_rights(op);
}

/* A place and the rights that count there. */
struct spot {
	struct decide_path path;
	uint64_t file;	 /* on it, if it is a file */
	uint64_t dir;	 /* on it, if it is a directory */
	uint64_t parent; /* on the directory that holds it */
};

bool
walk_waiver_counts(const struct walk *w, const struct waiver *waiver)
{
	return waiver->assertion ==
		   (uint32_t)(w->assertion - w->judge->assertions->list.v) &&
	       !waiver->expired && assert_applies(waiver->profiles, w->name);
}

static struct placed_set
place(const struct walk *w, const struct region_set *s)
{
	struct placed_set to = {0};

	VEC_RESERVE(w->judge->arena, &to, s->paths.n);
	for (uint32_t i = 0; i < s->paths.n; i++)
		*VEC_PUSH(w->judge->arena, &to) = (struct placed){
		    view_place(w->judge->arena, w->view, s->paths.v[i].path),
		    s->paths.v[i].tree,
		};
	return to;
}

static bool
holds(const struct placed_set *s, const struct decide_path *path)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->v[i].tree ? decide_path_covers(&s->v[i].at, path)
				 : decide_path_equal(&s->v[i].at, path))
			return true;
	return false;
}

/* The path with all below it. */
static bool
holds_all(const struct placed_set *s, const struct decide_path *path)
{
	for (uint32_t i = 0; i < s->n; i++)
		if (s->v[i].tree && decide_path_covers(&s->v[i].at, path))
			return true;
	return false;
}

static uint64_t
tree_at(const struct walk *w, uint32_t index)
{
	return index == DECIDE_NONE ? 0 : w->view->regions.v[index].tree;
}

/* Above a root that lies anywhere only "/" is known to be, as above itself. */
static uint64_t
above(const struct walk *w, const struct decide_region *r)
{
	const struct decide_path top = {{"", 0}, BLOB_ROOT_SLASH};
	const struct decide_region *slash;

	if (r->up != DECIDE_NONE || r->at.suffix.len > 0)
		return tree_at(w, r->up);
	slash = decide_region_find(&w->view->regions, &top);
	return slash == NULL ? 0 : slash->tree;
}

static struct spot
spot_of_region(const struct walk *w, const struct decide_region *r)
{
	return (struct spot){
	    .path = r->at,
	    .file = r->file,
	    .dir = r->tree,
	    .parent = above(w, r),
	};
}

static struct spot
spot_at(const struct walk *w, struct decide_path path)
{
	const struct decide_region *r =
	    decide_region_find(&w->view->regions, &path);

	if (r == NULL)
		return (struct spot){.path = path};
	if (decide_path_equal(&r->at, &path))
		return spot_of_region(w, r);
	return (struct spot){
	    .path = path,
	    .file = r->tree & BLOB_FS_FILE,
	    .dir = r->tree,
	    .parent = r->tree,
	};
}

/* Is there a waiver for the path?  `all`: for what lies below it, too. */
static bool
is_waived(const struct walk *w, const struct decide_path *path, bool all)
{
	const struct assertions *of = w->judge->assertions;

	for (uint32_t i = 0; i < of->waivers.n; i++) {
		struct placed_set at;

		if (!walk_waiver_counts(w, &of->waivers.v[i]))
			continue;
		at = place(w, &of->waivers.v[i].set);
		if (all ? holds_all(&at, path) : holds(&at, path))
			return true;
	}
	return false;
}

/* A name in a directory that nothing else names, nor a waiver. */
static struct spot
spot_below(const struct walk *w, const struct spot *s)
{
	bool excepted = holds_all(&w->except, &s->path);
	bool waived = is_waived(w, &s->path, true);
	struct decide_path p = s->path;
	const struct decide_region *r;

	for (unsigned i = 0;; i++) {
		char digits[12] = "";

		if (i > 0)
			(void)snprintf(digits, sizeof(digits), "-%u", i);
		p.suffix = arena_printf(w->judge->arena, "%.*s%snew%s",
		    (int)s->path.suffix.len, s->path.suffix.s,
		    s->path.suffix.len > 0 ? "/" : "", digits);
		r = decide_region_find(&w->view->regions, &p);
		if ((r == NULL || !decide_path_equal(&r->at, &p)) &&
		    (excepted || !holds(&w->except, &p)) &&
		    (waived || !is_waived(w, &p, false)))
			break;
	}
	return (struct spot){
	    .path = p,
	    .file = s->dir & BLOB_FS_FILE,
	    .dir = s->dir,
	    .parent = s->dir,
	};
}

static uint64_t
spot_rights(const struct spot *s, enum assert_op op)
{
	if (judge_on_parent(op))
		return s->parent;
	return op == OP_LIST ? s->dir : s->file;
}

/* The waiver that excuses it; UINT32_MAX: none that is still valid. */
static uint32_t
find_waiver(struct walk *w, const struct hit *hit)
{
	struct assertions *all = w->judge->assertions;
	uint32_t index = (uint32_t)(w->assertion - all->list.v);

	for (uint32_t i = 0; i < all->waivers.n; i++) {
		struct waiver *waiver = &all->waivers.v[i];
		struct placed_set at;

		if (waiver->assertion != index ||
		    !assert_applies(waiver->profiles, w->name))
			continue;
		at = place(w, &waiver->set);
		if (hit->is_port ? !judge_ports_hold(&waiver->set, &hit->port)
				 : !holds(&at, &hit->path))
			continue;
		waiver->used = true;
		if (!waiver->expired)
			return i;
	}
	return UINT32_MAX;
}

static void
add_rule(struct walk *w, uint32_t rule, struct decide_rules *to)
{
	for (uint32_t i = 0; i < to->n; i++)
		if (to->v[i] == rule)
			return;
	*VEC_PUSH(w->judge->arena, to) = rule;
}

/* The rules that give any of the rights that the operations use there. */
static void
find_rules(
    struct walk *w, const struct spot *s, unsigned ops, struct decide_rules *to)
{
	for (unsigned op = 0; op < OP_CONNECT; op++) {
		struct decide_object o = {.path = s->path};
		struct decide_rules found = {0};

		if ((ops & 1U << op) == 0)
			continue;
		o.kind = op == OP_LIST ? DECIDE_DIRECTORY : DECIDE_FILE;
		if (judge_on_parent(op)) {
			o.kind = DECIDE_DIRECTORY;
			while (o.path.suffix.len > 0 &&
			       o.path.suffix.s[--o.path.suffix.len] != '/')
				;
		}
		(void)decide_rights(
		    w->view->decider, &o, w->judge->arena, &found);
		for (uint32_t i = 0; i < found.n; i++)
			if ((blob_path(w->judge->blob, found.v[i]).rights &
				judge_rights(op)) != 0)
				add_rule(w, found.v[i], to);
	}
}

static bool
same_hit(const struct hit *a, const struct hit *b)
{
	if (a->kind != b->kind || a->ops != b->ops || a->is_port != b->is_port)
		return false;
	return a->is_port ? a->port.first == b->port.first &&
				a->port.udp == b->port.udp
			  : decide_path_equal(&a->path, &b->path);
}

bool
walk_add_hit(struct walk *w, const struct spot *s, struct hit hit)
{
	struct judgement *to = w->to;

	if (find_waiver(w, &hit) != UINT32_MAX) {
		to->waived++;
		return false;
	}
	for (uint32_t i = 0; i < to->hits.n; i++)
		if (same_hit(&to->hits.v[i], &hit))
			return true;
	if (to->hits.n == HITS_MAX) {
		to->more = true;
		return true;
	}
	if (hit.kind == HIT_GRANTED && s != NULL)
		find_rules(w, s, hit.ops, &hit.rules);
	*VEC_PUSH(w->judge->arena, &to->hits) = hit;
	return true;
}

enum permission
judge_permission(enum assert_op op, uint64_t held, uint64_t handled)
{
	uint64_t needed = judge_rights(op), missing = needed & ~held;
	bool any = op == OP_CREATE || op == OP_REMOVE;

	if (any ? (needed & held) != 0 : missing == 0)
		return PERMISSION_GRANTED;
	if (any ? (needed & ~handled) != 0 : (missing & handled) == 0)
		return PERMISSION_FREE;
	return PERMISSION_NONE;
}

/* Does the assertion fail there?  Says so once, for all its operations. */
static bool
try_never(struct walk *w, const struct spot *s)
{
	const struct assertion *a = w->assertion;
	struct hit hit = {
	    .kind = HIT_UNENFORCED, .path = s->path, .view = w->view};

	for (unsigned i = 0; i < OP_CONNECT; i++) {
		enum assert_op op = (enum assert_op)i;
		enum permission p;

		if ((a->ops & 1U << i) == 0)
			continue;
		p = judge_permission(op, spot_rights(s, op), w->handled);
		if (p == PERMISSION_GRANTED)
			hit.kind = HIT_GRANTED;
		if (p != PERMISSION_NONE)
			hit.ops |= 1U << i;
	}
	if (hit.ops == 0 || (a->kind == ASSERT_TOGETHER && hit.ops != a->ops) ||
	    holds(&w->except, &s->path))
		return false;
	return walk_add_hit(w, s, hit);
}

static void
try_tree(struct walk *w, const struct spot *s, bool tree)
{
	struct spot below;

	if (try_never(w, s) || !tree)
		return;
	below = spot_below(w, s);
	(void)try_never(w, &below);
}

static int
compare_region(const void *region, const void *path)
{
	return decide_path_compare(
	    &((const struct decide_region *)region)->at, path);
}

static void
walk_region(struct walk *w, const struct placed *region)
{
	const struct decide_regions *regions = &w->view->regions;
	struct decide_path top = region->at;
	bool all = top.root == BLOB_ROOT_SLASH && top.suffix.len == 0;
	/* First region at or behind the path. */
	uint32_t i = all ? 0 : VEC_LOWER_BOUND(regions, &top, compare_region);
	struct spot first = spot_at(w, top);

	/* What no kernel restricts is free everywhere: said of the top only. */
	try_tree(w, &first, region->tree);
	if (!region->tree)
		return;
	for (; i < regions->n; i++) {
		const struct decide_region *r = &regions->v[i];
		struct spot s;

		if (!decide_path_covers(&top, &r->at))
			break;
		if (((r->tree | r->file | tree_at(w, r->up)) & w->any) == 0 ||
		    decide_path_equal(&r->at, &top))
			continue;
		s = spot_of_region(w, r);
		try_tree(w, &s, true);
	}
}

/* A waived place is marked, too: only so is it known to be used. */
static void
walk_waivers(struct walk *w)
{
	const struct assertions *all = w->judge->assertions;
	uint32_t index = (uint32_t)(w->assertion - all->list.v);

	for (uint32_t i = 0; i < all->waivers.n; i++) {
		const struct waiver *waiver = &all->waivers.v[i];
		struct placed_set at;

		if (waiver->assertion != index)
			continue;
		at = place(w, &waiver->set);
		for (uint32_t k = 0; k < at.n; k++) {
			struct spot s = spot_at(w, at.v[k].at);

			if (holds(&w->set, &s.path))
				try_tree(w, &s, at.v[k].tree);
		}
	}
}

static struct walk
begin(struct judge *j, const struct view *v, struct text name,
    const struct assertion *a, struct judgement *to)
{
	struct walk w = {
	    .judge = j,
	    .view = v,
	    .name = name,
	    .assertion = a,
	    .to = to,
	    .handled = decide_handled_fs(v->decider),
	};

	for (unsigned op = 0; op < OP_CONNECT; op++)
		if ((a->ops & 1U << op) != 0)
			w.any |= judge_rights(op);
	w.set = place(&w, &a->set);
	w.except = place(&w, &a->except);
	return w;
}

void
walk_never(struct judge *j, const struct view *v, struct text name,
    const struct assertion *a, struct judgement *to)
{
	struct walk w = begin(j, v, name, a, to);

	for (uint32_t i = 0; i < w.set.n; i++)
		walk_region(&w, &w.set.v[i]);
	walk_waivers(&w);
	walk_ports(&w);
}

static void
try_always(struct walk *w, const struct spot *s)
{
	struct hit hit = {.kind = HIT_DENIED, .path = s->path, .view = w->view};

	for (unsigned op = 0; op < OP_CONNECT; op++) {
		uint64_t wanted = rights_wanted(op);

		if ((w->assertion->ops & 1U << op) == 0)
			continue;
		if ((wanted & ~w->handled) != 0)
			hit.kind = HIT_UNASKED;
		else if ((wanted & ~spot_rights(s, op)) == 0)
			continue;
		hit.ops |= 1U << op;
	}
	if (hit.ops != 0 && !holds(&w->except, &s->path))
		walk_add_hit(w, s, hit);
}

/*
 * Of a directory with all below it the directory itself is the least: what
 * is granted for a new name in it is granted everywhere below.
 */
void
walk_always(struct judge *j, const struct view *v, struct text name,
    const struct assertion *a, struct judgement *to)
{
	struct walk w = begin(j, v, name, a, to);

	for (uint32_t i = 0; i < w.set.n; i++) {
		struct spot s = spot_at(&w, w.set.v[i].at);

		if (w.set.v[i].tree)
			s = spot_below(&w, &s);
		try_always(&w, &s);
	}
	walk_ports(&w);
}
