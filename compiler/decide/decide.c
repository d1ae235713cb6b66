#include <config.h>

#include "compiler/decide/decide_model.h"

#include <stdlib.h>

/*
 * Policy -> entries: where each rule has effect in one environment.  This
 * follows the loader step by step (runtime/rules.c, runtime/roots.c), with
 * names in the place of open files.
 */

void
decide_env_init(struct decide_env *ret_env)
{
	static const struct decide_path defaults[BLOB_ROOTS] = {
	    [BLOB_ROOT_SLASH] = {{"", 0}, BLOB_ROOT_SLASH},
	    [BLOB_ROOT_HOME] = {{"", 0}, BLOB_ROOT_HOME},
	    [BLOB_ROOT_CWD] = {{"", 0}, BLOB_ROOT_CWD},
	    [BLOB_ROOT_TMPDIR] = {{"tmp", 3}, BLOB_ROOT_SLASH},
	    [BLOB_ROOT_XDG_CONFIG] = {{".config", 7}, BLOB_ROOT_HOME},
	    [BLOB_ROOT_XDG_DATA] = {{".local/share", 12}, BLOB_ROOT_HOME},
	    [BLOB_ROOT_XDG_STATE] = {{".local/state", 12}, BLOB_ROOT_HOME},
	    [BLOB_ROOT_XDG_CACHE] = {{".cache", 6}, BLOB_ROOT_HOME},
	    [BLOB_ROOT_XDG_RUNTIME] = {{"", 0}, BLOB_ROOT_XDG_RUNTIME},
	};

	*ret_env = (struct decide_env){
	    .abi = BLOB_ABI_NEWEST,
	    .uid = -1,
	    .arch = BLOB_ARCH_X86_64,
	    .consent = true,
	};
	memcpy(ret_env->places, defaults, sizeof(defaults));
}

bool
decide_env_place(
    struct decide_env *env, enum blob_root root, struct text absolute)
{
	struct text t = absolute;
	uint32_t n;

	if (t.len == 0 || t.s[0] != '/')
		return false;
	while (t.len > 0 && t.s[t.len - 1] == '/')
		t.len--;
	if (t.len > BLOB_PATH_MAX)
		return false;
	t = t.len == 0 ? TEXT("") : (struct text){t.s + 1, t.len - 1};
	for (struct text rest = t; rest.len > 0;) {
		for (n = 0; n < rest.len && rest.s[n] != '/'; n++)
			;
		if (n == 0 || (n == 1 && rest.s[0] == '.') ||
		    (n == 2 && rest.s[0] == '.' && rest.s[1] == '.'))
			return false;
		n += n < rest.len;
		rest = (struct text){rest.s + n, rest.len - n};
	}
	env->places[root] = (struct decide_path){t, BLOB_ROOT_SLASH};
	return true;
}

int
suffix_compare(struct text a, struct text b)
{
	const uint32_t n = a.len < b.len ? a.len : b.len;
	uint32_t i = 0;

	while (i < n && a.s[i] == b.s[i])
		i++;
	if (i == n)
		return (a.len > n) - (b.len > n);
	if (a.s[i] == '/' || b.s[i] == '/')
		return a.s[i] == '/' ? -1 : 1;
	return (unsigned char)a.s[i] < (unsigned char)b.s[i] ? -1 : 1;
}

bool
suffix_covers(struct text outer, struct text inner)
{
	return outer.len == 0 ||
	       (outer.len <= inner.len &&
		   memcmp(outer.s, inner.s, outer.len) == 0 &&
		   (outer.len == inner.len || inner.s[outer.len] == '/'));
}

struct text
suffix_parent(struct text suffix)
{
	while (suffix.len > 0 && suffix.s[suffix.len - 1] != '/')
		suffix.len--;
	if (suffix.len > 0)
		suffix.len--;
	return suffix;
}

int
decide_path_compare(const struct decide_path *a, const struct decide_path *b)
{
	if (a->root != b->root)
		return a->root < b->root ? -1 : 1;
	return suffix_compare(a->suffix, b->suffix);
}

bool
decide_path_covers(
    const struct decide_path *outer, const struct decide_path *inner)
{
	if (outer->root != inner->root)
		return outer->root == BLOB_ROOT_SLASH && outer->suffix.len == 0;
	return suffix_covers(outer->suffix, inner->suffix);
}

struct text
suffix_join(struct arena *a, struct text above, struct text below)
{
	if (above.len == 0)
		return below;
	if (below.len == 0)
		return above;
	return arena_printf(
	    a, "%.*s/%.*s", (int)above.len, above.s, (int)below.len, below.s);
}

struct decide_path
decide_path_join(struct arena *a, struct decide_path dir, struct text below)
{
	return (struct decide_path){
	    suffix_join(a, dir.suffix, below), dir.root};
}

/* Replaces the roots that have a place, and the places of those. */
static void
set_canon(struct decider *d)
{
	for (unsigned r = 0; r < BLOB_ROOTS; r++) {
		struct decide_path p = d->env.places[r];

		for (unsigned i = 0; i < BLOB_ROOTS; i++) {
			const struct decide_path *up = &d->env.places[p.root];

			if (up->root == p.root)
				break;
			p.suffix = suffix_join(d->arena, up->suffix, p.suffix);
			p.root = up->root;
		}
		d->canon[r] = p;
	}
}

void
spot_set(
    struct spot *s, const struct decider *d, const struct decide_path *path)
{
	const struct decide_path *c = &d->canon[path->root];
	struct text above = c->suffix, below = path->suffix;
	const uint32_t slash = above.len > 0 && below.len > 0;

	s->root = c->root;
	/* Nothing so long has a name in the kernel, nor is covered here. */
	if (above.len > SPOT_MAX / 2 || below.len > SPOT_MAX / 2 - 1)
		above.len = below.len = 0;
	if (above.len > 0)
		memcpy(s->s, above.s, above.len);
	s->s[above.len] = '/';
	if (below.len > 0)
		memcpy(s->s + above.len + slash, below.s, below.len);
	s->len = above.len + slash + below.len;
}

bool
reach(const struct decider *d, enum blob_root root,
    const struct decide_path *canonical, struct reach *ret)
{
	const struct decide_path *c = &d->canon[root];
	uint32_t skip = c->suffix.len;

	if (!decide_path_covers(c, canonical))
		return false;
	ret->strict = c->root != canonical->root;
	ret->rel = TEXT("");
	if (ret->strict)
		return true;
	skip += skip > 0 && skip < canonical->suffix.len;
	ret->rel = (struct text){
	    canonical->suffix.s + skip, canonical->suffix.len - skip};
	return true;
}

uint32_t
entry_bound(const struct decider *d, enum blob_root root, struct text suffix)
{
	uint32_t low = d->first[root], high = d->first[root + 1];

	while (low < high) {
		const uint32_t mid = low + (high - low) / 2;

		if (suffix_compare(d->entries.v[mid].suffix, suffix) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The suffix with the user's id in it, where that is known. */
static struct text
suffix_of(const struct decider *d, const char *suffix)
{
	return decide_uid_text(d->arena, text_of(suffix), d->env.uid);
}

/*
 * The standard descriptors: the loader grants no more than what the command
 * is handed anyway, and not by their paths.
 */
static bool
is_standard(const struct blob_path *r)
{
	return (r->flags & BLOB_PATH_MAGIC) != 0 &&
	       r->root == BLOB_ROOT_SLASH &&
	       (strcmp(r->suffix, "dev/stdin") == 0 ||
		   strcmp(r->suffix, "dev/stdout") == 0 ||
		   strcmp(r->suffix, "dev/stderr") == 0);
}

static void
refuse(struct decider *d, enum decide_refusal why, uint32_t rule)
{
	if (d->refused.why == DECIDE_LAUNCHES)
		d->refused = (struct decide_refused){.why = why, .rule = rule};
}

/* Has the user agreed, if that is needed? */
static bool
asked(const struct decider *d, const struct blob_path *r)
{
	return d->env.consent || (r->flags & BLOB_PATH_CONSENT) == 0;
}

/* Any file tree: the rule finds what it is for. */
static void
add_anywhere(struct decider *d, const struct blob_path *r, struct entry e)
{
	static const uint8_t on[] = {
	    [BLOB_KIND_ANY] = ON_ANY,
	    [BLOB_KIND_DIR] = ON_TREE,
	    [BLOB_KIND_FILE] = ON_FILE,
	};

	e.on = on[r->kind];
	e.may_widen = r->missing == BLOB_MISSING_PARENT;
	if (e.may_widen && d->env.absent) {
		e.suffix = suffix_parent(e.suffix);
		e.on = ON_TREE;
		e.may_widen = false;
	}
	*VEC_PUSH(d->arena, &d->entries) = e;
}

/* The next look takes the place of this one. */
static void
keep_hops(struct decider *d, const struct decide_look *at, struct entry *e)
{
	struct text *hops = ARENA_ARRAY(d->arena, at->nhops + 1, struct text);

	for (uint32_t i = 0; i < at->nhops; i++)
		hops[i] = arena_text(d->arena, at->hops[i]);
	e->hops = hops;
	e->nhops = at->nhops;
}

/* A known file tree: what is there decides. */
static void
add_in_world(struct decider *d, const struct blob_path *r, struct entry e)
{
	const struct decide_world *w = d->env.world;
	const struct decide_path *c = &d->canon[e.root];
	struct decide_look at;
	struct text spelled;

	if (c->root != BLOB_ROOT_SLASH ||
	    (e.root == BLOB_ROOT_TMPDIR && tmpdir_withheld(d)))
		return;
	spelled = suffix_join(d->arena, c->suffix, e.suffix);
	at = w->look(w->context, spelled);
	if (at.loop ||
	    (at.there &&
		r->kind == (at.directory ? BLOB_KIND_FILE : BLOB_KIND_DIR))) {
		if ((r->flags & BLOB_PATH_GROUP) == 0)
			refuse(d, DECIDE_REFUSED_TYPE, e.rule);
		return;
	}
	if (!at.there) {
		if (r->missing != BLOB_MISSING_PARENT || e.suffix.len == 0)
			return;
		at = w->look(w->context,
		    suffix_join(d->arena, c->suffix, suffix_parent(e.suffix)));
		if (!at.there || !at.directory)
			return;
	}
	if ((r->flags & BLOB_PATH_MAGIC) == 0)
		keep_hops(d, &at, &e);
	e.direct = text_equal(at.real, spelled);
	if (!asked(d, r)) /* but for that it had to be what it is for */
		return;
	e.root = BLOB_ROOT_SLASH;
	e.suffix = arena_text(d->arena, at.real);
	e.on = at.directory ? ON_TREE : ON_FILE;
	e.id = at.directory ? 0 : at.id;
	if (!at.directory)
		e.rights &= BLOB_FS_FILE;
	*VEC_PUSH(d->arena, &d->entries) = e;
}

static void
add_rules(struct decider *d)
{
	VEC_RESERVE(d->arena, &d->entries, d->blob->npaths);
	for (uint32_t i = 0; i < d->blob->npaths; i++) {
		const struct blob_path r = blob_path(d->blob, i);
		struct entry e = {
		    .suffix = suffix_of(d, r.suffix),
		    .rights = r.rights & d->fs,
		    .rule = i,
		    .root = (uint8_t)r.root,
		    .deny = DECIDE_NONE,
		};

		e.claims = e.rights;
		if (e.rights == 0 || is_standard(&r))
			continue;
		if (d->env.world != NULL)
			add_in_world(d, &r, e);
		else if (asked(d, &r))
			add_anywhere(d, &r, e);
	}
}

static int
compare_entries(const void *pa, const void *pb)
{
	const struct entry *a = pa, *b = pb;
	int c;

	if (a->root != b->root)
		return a->root < b->root ? -1 : 1;
	c = suffix_compare(a->suffix, b->suffix);
	return c != 0 ? c : (a->rule > b->rule) - (a->rule < b->rule);
}

/* They mostly are in order, as rules are; links and user ids change that. */
static void
sort_entries(struct decider *d)
{
	bool sorted = true;
	uint32_t i = 0;

	for (uint32_t j = 1; j < d->entries.n && sorted; j++)
		sorted = compare_entries(
			     &d->entries.v[j - 1], &d->entries.v[j]) <= 0;
	if (!sorted)
		qsort(d->entries.v, d->entries.n, sizeof(*d->entries.v),
		    compare_entries);
	for (unsigned r = 0; r < BLOB_ROOTS; r++) {
		d->first[r] = i;
		while (i < d->entries.n && d->entries.v[i].root == r)
			i++;
	}
	d->first[BLOB_ROOTS] = i;
}

/* What the kernel lacks and the policy cannot do without. */
static void
judge_kernel(struct decider *d)
{
	const struct blob_target *t = &d->target;
	struct decide_refused no = {.why = DECIDE_REFUSED_KERNEL};
	bool program = false;

	for (uint32_t i = 0; i < d->blob->nprograms; i++)
		program |= blob_program(d->blob, i).arch == d->env.arch;
	no.fs = t->fs_required & ~d->fs;
	no.net = t->net_required & ~d->net;
	no.scoped = t->scoped_required & ~d->scoped;
	if (t->network == BLOB_NET_BLOCK && !program)
		no.net |= (BLOB_NET_BIND_TCP | BLOB_NET_CONNECT_TCP) & ~d->net;
	if (t->network == BLOB_NET_PROXY)
		no.net |= BLOB_NET_CONNECT_TCP & ~d->net;
	if ((t->flags & BLOB_F_UNIX_PATHNAME) != 0)
		no.fs |= BLOB_FS_RESOLVE_UNIX & ~d->fs;
	if (d->blob->nprograms > 0 && !program)
		refuse(d, DECIDE_REFUSED_ARCH, 0);
	else if (d->env.abi < t->abi_min || (no.fs | no.net | no.scoped) != 0)
		d->refused = no;
}

struct decider *
decide_open(struct arena *a, const struct blob *b, const struct decide_env *env)
{
	struct decider *d = ARENA_NEW(a, struct decider);

	d->arena = a;
	d->blob = b;
	d->env = *env;
	d->target = blob_target(b);
	d->fs = d->target.fs_handled & blob_fs_rights(env->abi);
	d->net = d->target.net_handled & blob_net_rights(env->abi);
	d->scoped = d->target.scoped & blob_scopes(env->abi);
	set_canon(d);
	judge_kernel(d);
	add_rules(d);
	sort_entries(d);
	denies_settle(d);
	return d;
}

/* Entries are by root and suffix: where the roots lie changes none of them. */
void
decide_move(struct decider *d, const struct decide_env *env)
{
	memcpy(d->env.places, env->places, sizeof(d->env.places));
	d->refused = (struct decide_refused){.why = DECIDE_LAUNCHES};
	d->agreed = false;
	for (uint32_t i = 0; i < d->settled.n; i++)
		d->entries.v[d->settled.v[i]].deny = DECIDE_NONE;
	d->settled.n = 0;
	set_canon(d);
	judge_kernel(d);
	denies_settle(d);
}

struct decide_refused
decide_refused(const struct decider *d)
{
	return d->refused;
}

uint64_t
decide_handled_fs(const struct decider *d)
{
	return d->fs;
}

uint64_t
decide_handled_net(const struct decider *d)
{
	return d->net;
}

uint64_t
decide_scoped(const struct decider *d)
{
	return d->scoped;
}

void
decide_switch(struct decider *d, const bool *off)
{
	d->off = off;
}
