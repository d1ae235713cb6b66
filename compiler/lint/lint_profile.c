#include <config.h>

#include "compiler/lint/lint.h"

/* What the profile shows and the policy does not any more. */

static struct report_place
place_of(const struct compile *c, struct span at)
{
	struct place p = source_place(&c->sources, at.source, at.begin);

	return (struct report_place){
	    .file = source_get(&c->sources, at.source)->name,
	    .line = p.line,
	    .column = p.column,
	};
}

static struct finding *
add(struct lint *l, const struct compile *c, enum finding_code code,
    struct span at, struct text region)
{
	struct finding *f = finding_add(l->report, code, "found");

	f->subject = l->policy->shown;
	f->region = arena_text(l->report->arena, region);
	if (at.source != 0) {
		struct report_place p = place_of(c, at);

		p.file = arena_text(l->report->arena, p.file);
		report_place(l->report, f, p);
	}
	return f;
}

/* Names that are made beside a file of the same kind. */
const char *const lint_endings[] = {
    ".local", ".development", ".production", ".test", ".bak", ".old", "~"};
const size_t lint_ending_n = ARRAY_LEN(lint_endings);

static bool
granted(const struct capset *c, struct path p)
{
	for (uint32_t i = 0; i < c->caps.n; i++) {
		const struct cap *cap = &c->caps.v[i];
		enum path_relation r = path_relate(cap->path, p);

		if ((cap->access & ACCESS_READ) != 0 &&
		    (r == PATH_EQUAL || (r == PATH_ABOVE && cap_is_tree(cap))))
			return true;
	}
	return false;
}

static bool
denied(const struct capset *c, struct path p)
{
	for (uint32_t i = 0; i < c->denies.n; i++) {
		enum path_relation r = path_relate(c->denies.v[i].path, p);

		if (r == PATH_EQUAL || r == PATH_ABOVE)
			return true;
	}
	return false;
}

static void
deny_variants(struct lint *l, struct compile *c)
{
	struct arena *a = l->report->arena;

	for (uint32_t i = 0; i < c->caps.denies.n; i++) {
		const struct deny *d = &c->caps.denies.v[i];

		if (d->protected || d->group || d->path.suffix.len == 0)
			continue;
		for (size_t k = 0; k < lint_ending_n; k++) {
			struct path p = {d->path.root,
			    arena_printf(a, "%.*s%s", (int)d->path.suffix.len,
				d->path.suffix.s, lint_endings[k])};
			struct text shown = path_print(a, p);
			struct finding *f;

			if (!granted(&c->caps, p) || denied(&c->caps, p))
				continue;
			f = add(l, c, FINDING_DENY_VARIANT, d->at, shown);
			f->message = arena_printf(a,
			    "the deny does not reach %.*s, which is open",
			    (int)shown.len, shown.s);
			break;
		}
	}
}

/* At or below `dir`, if the case of letters did not count. */
static bool
folded_below(struct path dir, struct path p)
{
	if (dir.root != p.root || dir.suffix.len == 0 ||
	    dir.suffix.len > p.suffix.len ||
	    (dir.suffix.len < p.suffix.len &&
		p.suffix.s[dir.suffix.len] != '/'))
		return false;
	for (uint32_t i = 0; i < dir.suffix.len; i++)
		if (text_lower(dir.suffix.s[i]) != text_lower(p.suffix.s[i]))
			return false;
	return true;
}

/* The same file where file names are folded: APFS, exFAT, the disks of WSL. */
static void
case_variants(struct lint *l, struct compile *c)
{
	struct arena *a = l->report->arena;

	for (uint32_t i = 0; i < c->caps.caps.n; i++) {
		const struct cap *cap = &c->caps.caps.v[i];

		for (uint32_t k = 0; k < c->caps.denies.n; k++) {
			const struct deny *d = &c->caps.denies.v[k];
			struct text shown, closed;
			struct finding *f;

			if (!folded_below(d->path, cap->path) ||
			    denied(&c->caps, cap->path))
				continue;
			shown = path_print(a, cap->path);
			closed = path_print(a, d->path);
			f = add(l, c, FINDING_DENY_VARIANT,
			    cap_span(&c->caps, cap), shown);
			f->message = arena_printf(a,
			    "%.*s is open, and but for the case of letters "
			    "it is the denied %.*s",
			    (int)shown.len, shown.s, (int)closed.len, closed.s);
			break;
		}
	}
}

static void
socket_directories(struct lint *l, struct compile *c)
{
	struct arena *a = l->report->arena;

	for (uint32_t i = 0; i < c->caps.caps.n; i++) {
		const struct cap *cap = &c->caps.caps.v[i];
		struct text shown;
		struct finding *f;

		if (cap->shape != SHAPE_SOCKET_CHILDREN &&
		    cap->shape != SHAPE_SOCKET_TREE)
			continue;
		shown = path_print(a, cap->path);
		f = add(l, c, FINDING_SOCKET_DIRECTORY, cap_span(&c->caps, cap),
		    shown);
		f->message = arena_printf(a,
		    "every socket in %.*s can be reached: name the one that "
		    "is meant",
		    (int)shown.len, shown.s);
	}
}

static void
bypasses(struct lint *l, struct compile *c)
{
	struct arena *a = l->report->arena;

	for (uint32_t i = 0; i < c->caps.bypasses.n; i++) {
		const struct bypass *b = &c->caps.bypasses.v[i];
		struct text shown = path_print(a, b->path);
		struct finding *f = add(l, c, FINDING_BYPASS, b->at, shown);

		f->message =
		    arena_printf(a, "%.*s is open although it is denied",
			(int)shown.len, shown.s);
	}
}

/* All its access is given by an entry above it that the same files ask for. */
static void
redundant(struct lint *l, struct compile *c)
{
	const struct capset *caps = &c->caps;
	struct arena *a = l->report->arena;

	for (uint32_t i = 0; i < caps->caps.n; i++) {
		const struct cap *cap = &caps->caps.v[i], *over;
		struct text shown, wide;
		struct finding *f;

		if (cap->parent == CAP_NONE || (cap->flags & CAP_GROUP) != 0 ||
		    cap->n == 0)
			continue;
		over = &caps->caps.v[cap->parent];
		if (!cap_is_tree(over) || (over->flags & CAP_CONSENT) != 0 ||
		    (cap->access & ~over->access) != 0)
			continue;
		shown = path_print(a, cap->path);
		wide = path_print(a, over->path);
		f = add(l, c, FINDING_REDUNDANT, cap_span(caps, cap), shown);
		f->message = arena_printf(a,
		    "%.*s is in %.*s, which is granted as well: it adds "
		    "nothing%s",
		    (int)shown.len, shown.s, (int)wide.len, wide.s,
		    /* Seatbelt compares what a link leads to. */
		    c->target.platform == PLATFORM_LINUX
			? " unless it is a link that leads elsewhere"
			: "");
		if (cap_span(caps, over).source != 0) {
			struct report_place p =
			    place_of(c, cap_span(caps, over));

			p.file = arena_text(a, p.file);
			p.what = TEXT("the wider grant");
			report_place(l->report, f, p);
		}
	}
}

/* Keys that are there for the other system. */
static void
other_platform(struct lint *l, struct compile *c)
{
	static const enum scalar_name linux_only[] = {
	    SCALAR_UNIX_MEDIATION, SCALAR_SANDBOX_POLICY, SCALAR_WSL2_PROXY};
	struct arena *a = l->report->arena;
	struct finding *f;

	if (c->target.platform == PLATFORM_LINUX) {
		if (c->policy.seatbelt_rules.n == 0)
			return;
		f = add(l, c, FINDING_NO_EFFECT,
		    c->policy.seatbelt_rules.v[0].at,
		    TEXT("unsafe_macos_seatbelt_rules"));
		f->message = TEXT("rules for Seatbelt do nothing on Linux");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(linux_only); i++) {
		const struct scalar *s = &c->policy.scalars.v[linux_only[i]];
		const struct text key = text_of(scalar_key(linux_only[i]));

		if (!s->set)
			continue;
		f = add(l, c, FINDING_NO_EFFECT, s->at, key);
		f->message = arena_printf(
		    a, "%.*s does nothing on macOS", (int)key.len, key.s);
	}
}

/* What a launch can ask for, in the policy for macOS. */
static bool
is_asked_for(const struct compile *c, const struct unenforced *u)
{
	return c->target.platform == PLATFORM_MACOS &&
	       (text_is(u->key, "allow_launch_services") ||
		   text_is(u->key, "allow_gpu"));
}

static void
no_effect(struct lint *l, struct compile *c)
{
	struct arena *a = l->report->arena;

	for (uint32_t i = 0; i < c->policy.unenforced.n; i++) {
		const struct unenforced *u = &c->policy.unenforced.v[i];
		struct finding *f;

		if (is_asked_for(c, u))
			continue;
		f = add(l, c, FINDING_NO_EFFECT, u->at, u->key);
		f->message = arena_printf(a, "no policy enforces %.*s: %s",
		    (int)u->key.len, u->key.s, u->why);
	}
}

bool
lint_profile(struct lint *l)
{
	struct compile c;
	bool ok;

	compile_init(&c);
	c.store.data = l->options->store.data;
	c.store.user = l->options->store.user;
	for (uint32_t i = 0; i < l->options->store.includes.n; i++)
		*VEC_PUSH(&c.arena, &c.store.includes) =
		    l->options->store.includes.v[i];
	c.target = l->options->target;
	ok = compile_profile(&c, arena_text(&c.arena, l->policy->path).s);
	if (ok) {
		/* Of the text for macOS lint_seatbelt says it. */
		if (c.target.platform == PLATFORM_LINUX) {
			deny_variants(l, &c);
			case_variants(l, &c);
		}
		socket_directories(l, &c);
		bypasses(l, &c);
		redundant(l, &c);
		no_effect(l, &c);
		other_platform(l, &c);
	}
	/* What it warns of has been said by compile. */
	c.diags.list.n = 0;
	compile_finish(&c);
	return ok;
}
