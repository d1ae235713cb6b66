#include <config.h>

#include "compiler/check/check.h"

#include <stdlib.h>

#include "compiler/expand/variable.h"

enum {
	DENIES_SHOWN = 3,
	DENIES_LISTED = 12,
	LIKELY_MAX = 10000000, /* comparisons */
};

struct checker {
	struct arena *arena;
	struct diags *diags;
	const struct target *target;
	struct capset *caps;
	bool ok;
};

static struct text
shown(struct checker *k, struct path p)
{
	return path_print(k->arena, p);
}

static void
note_origin(struct checker *k, struct diag *diag, const struct origin *o)
{
	/* The default groups need no explaining: everybody has them. */
	for (; o != NULL && o->via != NULL; o = o->via) {
		diag_note(k->diags, diag, o->at, "%s \"%.*s\" %s here",
		    o->kind == ORIGIN_GROUP ? "group" : "base",
		    (int)o->name.len, o->name.s,
		    o->kind == ORIGIN_GROUP ? "is included" : "is extended");
	}
}

static int
compare_bypasses(const void *a, const void *b)
{
	return path_compare(
	    ((const struct bypass *)a)->path, ((const struct bypass *)b)->path);
}

/* Of one path, what was said first: it is the one that is warned of. */
static int
compare_said(const void *pa, const void *pb)
{
	const struct bypass *a = pa, *b = pb;
	const int d = compare_bypasses(a, b);

	return d != 0 ? d : span_compare(a->at, b->at);
}

/* The bypass at or above a path, or NULL; they are sorted. */
static const struct bypass *
bypass_over(const struct capset *c, struct path p)
{
	do {
		const struct bypass key = {.path = p};
		const struct bypass *found =
		    c->bypasses.n == 0
			? NULL
			: bsearch(&key, c->bypasses.v, c->bypasses.n,
			      sizeof(key), compare_bypasses);

		if (found != NULL)
			return found;
	} while (path_up(&p));
	return NULL;
}

/* A bypass cancels the denies at and below it, and needs a grant. */
static void
apply_bypasses(struct checker *k)
{
	struct capset *c = k->caps;
	uint32_t n = 0;

	if (c->bypasses.n > 1)
		qsort(c->bypasses.v, c->bypasses.n, sizeof(*c->bypasses.v),
		    compare_said);
	for (uint32_t i = 0; i < c->bypasses.n; i++) {
		const struct bypass *b = &c->bypasses.v[i];
		struct text t = shown(k, b->path);
		struct diag *diag;

		if (caps_own_access(c, b->path) != 0)
			continue;
		diag = diag_at(k->diags, DIAG_BYPASS_UNMATCHED, b->at,
		    "bypass_protection of %.*s has no matching grant",
		    (int)t.len, t.s);
		diag_help(k->diags, diag,
		    "it lifts a deny and grants nothing: name the path in "
		    "filesystem.allow, read, write or a *_file list too "
		    "(a group's grant does not count)");
		k->ok = false;
	}
	for (uint32_t i = 0; i < c->denies.n; i++)
		if (c->denies.v[i].protected ||
		    bypass_over(c, c->denies.v[i].path) == NULL)
			c->denies.v[n++] = c->denies.v[i];
	c->denies.n = n;
}

static void
note_deny(struct checker *k, struct diag *diag, const struct deny *deny)
{
	struct text t = shown(k, deny->path);

	if (deny->at.source == 0)
		return;
	diag_note(
	    k->diags, diag, deny->at, "%.*s is denied here", (int)t.len, t.s);
	note_origin(k, diag, deny->origin);
}

static void
report_protected(
    struct checker *k, const struct cap *cap, const struct deny *deny)
{
	struct text g = shown(k, cap->path), p = shown(k, deny->path);
	struct diag *diag =
	    diag_at(k->diags, DIAG_PROTECTED_ROOT, cap_span(k->caps, cap),
		"refusing to grant %.*s: it would open %.*s, %s", (int)g.len,
		g.s, (int)p.len, p.s,
		(deny->access & ACCESS_READ) != 0
		    ? "where sandboxes keep their state"
		    : "which later launches trust");

	note_origin(k, diag, cap_origin(k->caps, cap));
	diag_help(k->diags, diag,
	    "grant the directories you need beside it, one by one");
	k->ok = false;
}

static void
report_dropped(
    struct checker *k, const struct cap *cap, const struct deny *deny)
{
	struct text g = shown(k, cap->path);
	struct diag *diag;

	/* The groups of macOS ask for keychains that others deny; a profile
	 * that wants them open has to grant them itself anyway. */
	if (k->target->platform == PLATFORM_MACOS && deny->group &&
	    (cap->flags & CAP_GROUP) != 0)
		return;
	diag = diag_at(k->diags, DIAG_GRANT_DENIED, cap_span(k->caps, cap),
	    "%.*s is not granted: deny wins", (int)g.len, g.s);
	note_origin(k, diag, cap_origin(k->caps, cap));
	note_deny(k, diag, deny);
	diag_help(k->diags, diag,
	    "to grant it all the same, name it in "
	    "filesystem.bypass_protection as well");
	if (cap->n == 0 || (cap->flags & CAP_GROUP) != 0)
		return;
	diag_fix(
	    k->diags, diag, DIAG_FIX_REMOVE, cap_span(k->caps, cap), "%s", "");
	diag_fix(k->diags, diag, DIAG_FIX_COPY, cap_span(k->caps, cap),
	    "filesystem.bypass_protection");
}

/* Deny wins over what lies at or below it, unless that is bypassed. */
static void
drop_denied(struct checker *k)
{
	struct capset *c = k->caps;
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->caps.n; i++) {
		struct cap *cap = &c->caps.v[i];
		const struct deny *deny =
		    caps_deny_over(c, cap->path, cap->access);

		if (deny != NULL && deny->protected) {
			report_protected(k, cap, deny);
		} else if (deny != NULL && bypass_over(c, cap->path) == NULL) {
			report_dropped(k, cap, deny);
			continue;
		} else if (deny != NULL) {
			cap->flags |= CAP_BYPASS;
		}
		c->caps.v[n++] = *cap;
	}
	c->caps.n = n;
	caps_set_parents(c);
}

static void
help_inside(struct checker *k, struct diag *diag, const struct cap *cap,
    struct text grant)
{
	if ((cap->flags & CAP_CONSENT) != 0)
		diag_help(k->diags, diag,
		    "remove the deny, or set workdir.access to \"none\" and "
		    "grant the directories below $CWD that are needed");
	else if ((cap->flags & CAP_GROUP) != 0)
		diag_help(k->diags, diag,
		    "remove the deny, or exclude the group (groups.exclude)");
	else
		diag_help(k->diags, diag,
		    "instead of %.*s grant what is needed in it, beside what "
		    "is denied; what is really meant to be open can be named "
		    "in bypass_protection",
		    (int)grant.len, grant.s);
}

/* "A, B, C and 44 more" */
static struct text
list_denied(struct checker *k, const struct deny *const *denied, uint32_t n)
{
	struct text all = {"", 0};
	uint32_t i;

	for (i = 0; i < n && i < DENIES_LISTED; i++) {
		struct text p = shown(k, denied[i]->path);

		all = arena_printf(k->arena, "%.*s%s%.*s", (int)all.len, all.s,
		    i > 0 ? ", " : "", (int)p.len, p.s);
	}
	if (i < n)
		all = arena_printf(
		    k->arena, "%.*s and %u more", (int)all.len, all.s, n - i);
	return all;
}

/* Landlock has no deny: a grant over denied paths is refused, once. */
static void
report_inside(struct checker *k, const struct cap *cap,
    const struct deny *const *denied, uint32_t n)
{
	struct text g = shown(k, cap->path), all = list_denied(k, denied, n);
	struct diag *diag = diag_at(k->diags, DIAG_DENY_INSIDE,
	    cap_span(k->caps, cap),
	    "granting %.*s would open %.*s, denied in it; Landlock cannot deny "
	    "inside a granted tree",
	    (int)g.len, g.s, (int)all.len, all.s);

	k->ok = false;
	note_origin(k, diag, cap_origin(k->caps, cap));
	for (uint32_t i = 0; i < n && i < DENIES_SHOWN; i++)
		note_deny(k, diag, denied[i]);
	help_inside(k, diag, cap, g);
}

/*
 * A group cannot know where the user's home is: where --home puts denied
 * paths inside its grant, the grant is withheld, as the loader would do.
 */
static void
report_withheld(struct checker *k, const struct cap *cap,
    const struct deny *const *denied, uint32_t n)
{
	struct text g = shown(k, cap->path), all = list_denied(k, denied, n);
	struct diag *diag =
	    diag_at(k->diags, DIAG_GRANT_DENIED, cap_span(k->caps, cap),
		"%.*s is not granted: it would open %.*s, denied in it",
		(int)g.len, g.s, (int)all.len, all.s);

	note_origin(k, diag, cap_origin(k->caps, cap));
}

/* May the grant stay?  Diagnoses what is wrong with it. */
static bool
clear_of_denies(struct checker *k, const struct cap *cap)
{
	const struct capset *c = k->caps;
	struct VEC(const struct deny *) in = {0};
	bool by_profile = false;

	for (uint32_t i = caps_deny_lower_bound(c, cap->path);
	     cap_is_tree(cap) && i < c->denies.n; i++) {
		const struct deny *deny = &c->denies.v[i];
		enum path_relation r = path_relate(deny->path, cap->path);

		if (r == PATH_UNRELATED)
			break;
		if (r != PATH_BELOW || (deny->access & cap->access) == 0)
			continue;
		by_profile |= !deny->group && !deny->protected;
		*VEC_PUSH(k->arena, &in) = deny;
	}
	if (in.n == 0)
		return true;
	if ((cap->flags & CAP_GROUP) != 0 && !by_profile) {
		report_withheld(k, cap, in.v, in.n);
		return false;
	}
	if (in.v[0]->protected && in.n == 1)
		report_protected(k, cap, in.v[0]);
	else
		report_inside(k, cap, in.v, in.n);
	return true;
}

/* Seatbelt denies inside a granted tree; ours is opened by nobody's mistake. */
static void
refuse_protected_inside(struct checker *k)
{
	const struct capset *c = k->caps;

	for (uint32_t i = 0; i < c->caps.n; i++) {
		const struct cap *cap = &c->caps.v[i];

		for (uint32_t j = caps_deny_lower_bound(c, cap->path);
		     cap_is_tree(cap) && j < c->denies.n; j++) {
			const struct deny *deny = &c->denies.v[j];
			enum path_relation r =
			    path_relate(deny->path, cap->path);

			if (r == PATH_UNRELATED)
				break;
			if (r != PATH_BELOW || !deny->protected ||
			    (deny->access & cap->access) == 0)
				continue;
			report_protected(k, cap, deny);
			break;
		}
	}
}

static void
refuse_denies_inside(struct checker *k)
{
	struct capset *c = k->caps;
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->caps.n; i++)
		if (clear_of_denies(k, &c->caps.v[i]))
			c->caps.v[n++] = c->caps.v[i];
	c->caps.n = n;
	caps_set_parents(c);
}

/* The path as it is where the XDG variables have their usual values. */
static bool
usual_place(struct checker *k, struct path p, struct path *ret_path)
{
	const char *dir = variable_usual_place(p.root);

	if (dir == NULL)
		return false;
	*ret_path = (struct path){
	    BLOB_ROOT_HOME,
	    arena_printf(k->arena, "%s%s%.*s", dir, p.suffix.len > 0 ? "/" : "",
		(int)p.suffix.len, p.suffix.s),
	};
	return true;
}

static void
warn_likely(struct checker *k, const struct cap *cap,
    const struct deny *const *denied, uint32_t n, bool inside,
    const char *where)
{
	struct text g = shown(k, cap->path), all = list_denied(k, denied, n);
	struct diag *diag;

	if (n == 0)
		return;
	diag = diag_at(k->diags, DIAG_LIKELY_REFUSED, cap_span(k->caps, cap),
	    "%s, granting %.*s would open %.*s, denied; nono-load will %s",
	    where, (int)g.len, g.s, (int)all.len, all.s,
	    ((cap->flags & CAP_GROUP) != 0 || !inside) && !denied[0]->protected
		? "withhold the grant"
		: "refuse to start");
	note_deny(k, diag, denied[0]);
	diag_help(k->diags, diag,
	    "grant what is needed in it, beside what is denied");
}

/* Would the grant meet the deny, were its path spelt so? */
static bool
meets(const struct cap *cap, struct path spelt, const struct deny *deny,
    struct path denied)
{
	enum path_relation r = path_relate(denied, spelt);

	if ((cap->access & deny->access) == 0)
		return false;
	if ((r == PATH_EQUAL || r == PATH_ABOVE) &&
	    (cap->flags & CAP_BYPASS) == 0)
		return true;
	return r == PATH_BELOW && cap_is_tree(cap);
}

/*
 * Roots that differ are compared when the policy is launched.  Where the
 * usual placement already tells the end, say so now.
 */
static void
warn_likely_refusals(struct checker *k)
{
	static const char *const homes[] = {"home", "root", "Users"};
	const char *usually = "where the XDG variables have their usual values";
	const struct capset *c = k->caps;
	struct path *places;

	/* Hints are not worth minutes. */
	if ((uint64_t)c->caps.n * c->denies.n > LIKELY_MAX)
		return;
	places = ARENA_ARRAY(k->arena, (size_t)c->denies.n + 1, struct path);
	for (uint32_t j = 0; j < c->denies.n; j++) {
		places[j] = c->denies.v[j].path;
		(void)usual_place(k, places[j], &places[j]);
	}
	for (uint32_t i = 0; i < c->caps.n; i++) {
		const struct cap *cap = &c->caps.v[i];
		struct VEC(const struct deny *) in = {0};
		struct path spelt = cap->path;
		bool xdg = usual_place(k, cap->path, &spelt), inside = false;

		if (!xdg && cap->path.root != BLOB_ROOT_HOME)
			continue;
		for (uint32_t j = 0; j < c->denies.n; j++) {
			const struct deny *deny = &c->denies.v[j];

			if (deny->path.root == cap->path.root)
				continue; /* compared for certain already */
			if (!meets(cap, spelt, deny, places[j]))
				continue;
			inside |= path_relate(places[j], spelt) == PATH_BELOW;
			*VEC_PUSH(k->arena, &in) = deny;
		}
		warn_likely(k, cap, in.v, in.n, inside, usually);
	}
	for (size_t i = 0; i < ARRAY_LEN(homes); i++) {
		struct path p = {BLOB_ROOT_SLASH, text_of(homes[i])};
		uint32_t at = caps_lower_bound(c, p);
		struct VEC(const struct deny *) in = {0};

		if (at == c->caps.n || path_compare(c->caps.v[at].path, p) != 0)
			continue;
		for (uint32_t j = 0; j < c->denies.n; j++)
			if (c->denies.v[j].path.root == BLOB_ROOT_HOME &&
			    (c->denies.v[j].access & c->caps.v[at].access) != 0)
				*VEC_PUSH(k->arena, &in) = &c->denies.v[j];
		warn_likely(k, &c->caps.v[at], in.v, in.n, true,
		    "where $HOME lies in it");
	}
}

/* An entry of a file that a wider one beside it makes pointless. */
static void
warn_no_effect(struct checker *k)
{
	const struct capset *c = k->caps;

	for (uint32_t i = 0; i < c->caps.n; i++) {
		const struct cap *cap = &c->caps.v[i];

		if (cap->n == 0 || (cap->flags & CAP_GROUP) != 0)
			continue;
		for (int32_t up = cap->parent; up != CAP_NONE;
		     up = c->caps.v[up].parent) {
			const struct cap *over = &c->caps.v[up];
			struct text g, w;
			struct diag *diag;

			if (!cap_is_tree(over) ||
			    (over->flags & (CAP_GROUP | CAP_CONSENT)) != 0 ||
			    (cap->access & ~over->access) != 0 ||
			    (cap->flags & (CAP_DEVICE | CAP_BYPASS) &
				~over->flags) != 0 ||
			    cap_span(c, cap).source != cap_span(c, over).source)
				continue;
			g = shown(k, cap->path);
			w = shown(k, over->path);
			diag =
			    diag_at(k->diags, DIAG_NO_EFFECT, cap_span(c, cap),
				"this grant of %.*s adds nothing, unless it is "
				"a link: "
				"%.*s is granted as a whole",
				(int)g.len, g.s, (int)w.len, w.s);
			diag_note(k->diags, diag, cap_span(c, over),
			    "the wider grant");
			diag_fix(k->diags, diag, DIAG_FIX_REMOVE,
			    cap_span(c, cap), "%s", "");
			break;
		}
	}
}

static void
warn_procfs(struct checker *k)
{
	const struct capset *c = k->caps;
	struct path proc = {BLOB_ROOT_SLASH, TEXT("proc")};
	uint32_t at = caps_lower_bound(c, proc);
	unsigned whole = 0;

	if (at < c->caps.n && path_compare(c->caps.v[at].path, proc) == 0)
		whole = c->caps.v[at].access;
	for (uint32_t i = 0; i < c->caps.n; i++) {
		const struct cap *cap = &c->caps.v[i];
		struct text g;
		struct diag *diag;

		if ((cap->flags & CAP_HOLD) == 0 ||
		    (cap->flags & CAP_GROUP) != 0 ||
		    (cap->access & ~whole) == 0)
			continue;
		g = shown(k, cap->path);
		diag = diag_at(k->diags, DIAG_PROC_ENTRY, cap_span(c, cap),
		    "a grant on %.*s holds for the first process at most: "
		    "entries of /proc are made anew for each",
		    (int)g.len, g.s);
		diag_help(k->diags, diag, "grant \"/proc\" to read it");
	}
}

bool
check_caps(struct arena *a, struct diags *d, const struct target *t,
    struct capset *caps)
{
	struct checker k = {
	    .arena = a,
	    .diags = d,
	    .target = t,
	    .caps = caps,
	    .ok = true,
	};

	apply_bypasses(&k);
	drop_denied(&k);
	if (t->platform == PLATFORM_LINUX) {
		refuse_denies_inside(&k);
		warn_procfs(&k);
	} else if (!caps->seatbelt.parent_of_protected) {
		refuse_protected_inside(&k);
	}
	if (k.ok && t->platform == PLATFORM_LINUX)
		warn_likely_refusals(&k);
	warn_no_effect(&k);
	k.ok = check_network(d, t, caps) && k.ok;
	k.ok = check_raw(a, d, caps) && k.ok;
	if (k.ok && caps->caps.n == 0) {
		diag_at(d, DIAG_NOTHING_GRANTED, (struct span){0},
		    "this profile grants no path at all: no command could "
		    "start");
		k.ok = false;
	}
	return k.ok;
}
