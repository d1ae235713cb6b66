#include <config.h>

#include "compiler/emit/emit_seatbelt.h"

#include <stdlib.h>

/*
 * Files.  Both known readings of precedence must agree: the last rule that
 * matches, and the last one of the most specific operation.  So a path is
 * allowed and denied under the same operations, grants come first, then
 * denies, then bypasses, then our own state; where a narrower operation has
 * rules of its own (moving a directory, looking at one), these come last.
 */
/* Rules that a grant has a part in. */
enum use {
	USE_READ,
	USE_WRITE,	 /* files; and sockets, to connect and to bind */
	USE_WRITE_BIND,	 /* files; and sockets, to bind */
	USE_WRITE_ALONE, /* files only */
	USE_TEMPORARY,	 /* the file's replacement while it is saved */
	USE_IOCTL,
	USE_CONNECT, /* from here on: sockets by themselves */
	USE_BIND,
	USES,
};

static const struct {
	const char *head;
	unsigned access; /* that a grant has to have some of */
} rules[USES] = {
    [USE_READ] = {"allow " OPS_READ, ACCESS_READ},
    [USE_WRITE] = {"allow " OPS_WRITE " " OPS_SOCKET, ACCESS_WRITE},
    [USE_WRITE_BIND] = {"allow " OPS_WRITE " network-bind network-inbound",
	ACCESS_WRITE},
    [USE_WRITE_ALONE] = {"allow " OPS_WRITE, ACCESS_WRITE},
    [USE_TEMPORARY] = {"allow " OPS_WRITE, ACCESS_WRITE},
    [USE_CONNECT] = {"allow network-outbound", ACCESS_CONNECT},
    [USE_BIND] = {"allow network-bind network-inbound", ACCESS_BIND},
    [USE_IOCTL] = {"allow file-ioctl", ACCESS_WRITE},
};

/*
 * Connecting to a socket needs write permission on it anyway: a grant to write
 * is one to connect, unless sockets are mediated by themselves.
 */
static enum use
write_rule(const struct capset *c, const struct cap *cap)
{
	if (cap->shape == SHAPE_SOCKET_CHILDREN)
		return USE_WRITE_ALONE;
	return c->unix_pathname ? USE_WRITE_BIND : USE_WRITE;
}

static bool
takes_part(const struct capset *c, const struct cap *cap, enum use use)
{
	if ((cap->access & rules[use].access) == 0)
		return false;
	switch (use) {
	case USE_WRITE:
	case USE_WRITE_BIND:
	case USE_WRITE_ALONE:
		return write_rule(c, cap) == use;
	case USE_TEMPORARY:
		return cap->shape == SHAPE_FILE &&
		       (cap->flags & CAP_GROUP) == 0;
	case USE_IOCTL:
		return (cap->flags & CAP_DEVICE) != 0;
	case USE_READ:
	case USE_CONNECT:
	case USE_BIND:
	case USES:
		break;
	}
	return true;
}

static enum seatbelt_filter
kind_of(const struct cap *cap, enum use use)
{
	if (use == USE_TEMPORARY)
		return SEATBELT_TEMPORARY;
	if (cap->shape == SHAPE_SOCKET_CHILDREN &&
	    (use == USE_CONNECT || use == USE_BIND))
		return SEATBELT_CHILDREN;
	return cap_is_tree(cap) ? SEATBELT_SUBPATH : SEATBELT_LITERAL;
}

/* A grant as a filter, with the place of the entry that gives this access. */
static struct place_filter
filter_of(const struct capset *c, const struct cap *cap, enum use use)
{
	struct place_filter f = {
	    .path = cap->path,
	    .kind = (uint8_t)kind_of(cap, use),
	    .at = cap_span(c, cap),
	    .origin = cap_origin(c, cap),
	};
	uint32_t n = 0;

	for (uint32_t i = 0; i < cap->n; i++) {
		const struct stmt *s =
		    &c->policy->stmts.v[c->order.v[cap->first + i]];

		if ((s->access & rules[use].access) != 0 && n++ == 0) {
			f.at = s->path->at;
			f.origin = s->origin;
		}
	}
	f.others = n > 1 ? n - 1 : 0;
	return f;
}

/* The filters of all grants with these flags that are used so. */
static struct place_filters
filters_of(struct seatbelt *s, enum use use, unsigned flags)
{
	const struct capset *c = s->caps;
	struct place_filters l = {0};

	for (uint32_t i = 0; i < c->caps.n; i++) {
		const struct cap *cap = &c->caps.v[i];

		if ((cap->flags & (CAP_CONSENT | CAP_BYPASS)) == flags &&
		    takes_part(c, cap, use))
			seatbelt_add(s, &l, filter_of(c, cap, use));
	}
	seatbelt_tidy(&l);
	return l;
}

static void
allow_uses(struct seatbelt *s, unsigned flags, enum use from, enum use to)
{
	for (enum use use = from; use < to; use++) {
		struct place_filters l = filters_of(s, use, flags);

		if ((flags & CAP_BYPASS) != 0)
			seatbelt_places_and_raw(
			    s, rules[use].head, rules[use].access, &l, "");
		else
			seatbelt_places(s, rules[use].head, &l,
			    (flags & CAP_CONSENT) != 0
				? "(equal? (param \"ALLOW_CWD\") \"1\")"
				: "");
	}
}

/* Under every name that the place has. */
static void
add_denied(struct seatbelt *s, struct place_filters *l, struct place_filter f)
{
	static const struct path system = {BLOB_ROOT_SLASH, {"System", 6}};

	seatbelt_add(s, l, f);
	if (path_relate(f.path, system) == PATH_UNRELATED) {
		f.data_volume = true;
		*VEC_PUSH(s->arena, l) = f;
	}
}

/* The denies of exactly this access, or all. */
static struct place_filters
denied(struct seatbelt *s, bool protected, unsigned access)
{
	const struct capset *c = s->caps;
	struct place_filters l = {0};

	for (uint32_t i = 0; i < c->denies.n; i++)
		if (c->denies.v[i].protected == protected &&
		    (access == 0 || c->denies.v[i].access == access))
			add_denied(s, &l,
			    (struct place_filter){
				.path = c->denies.v[i].path,
				.kind = SEATBELT_SUBPATH,
				.at = c->denies.v[i].at,
				.origin = c->denies.v[i].origin,
			    });
	seatbelt_tidy(&l);
	return l;
}

static void
deny(struct seatbelt *s, bool protected)
{
	static const char all[] =
	    "deny " OPS_READ " " OPS_WRITE " file-ioctl " OPS_SOCKET;
	static const char write[] =
	    "deny " OPS_WRITE " network-bind network-inbound";
	const unsigned both = ACCESS_READ | ACCESS_WRITE;
	const struct fold folds[] = {
	    {all, protected, both, 0},
	    {write, protected, ACCESS_WRITE, ACCESS_WRITE},
	};

	for (size_t i = 0; i < (protected ? 2U : 1U); i++) {
		const struct fold *f = &folds[i];
		struct place_filters l = denied(s, protected, f->access);

		seatbelt_places_and_raw(s, f->head, f->raw, &l, "");
		seatbelt_fold(s, f);
	}
}

/* The keychains that hold logins, in $HOME and in "/". */
static const char *const keychains[] = {
    "Library/Keychains/login.keychain-db",
    "Library/Keychains/metadata.keychain-db",
};
static const enum blob_root keychain_roots[] = {
    BLOB_ROOT_SLASH, BLOB_ROOT_HOME};

static unsigned
keychain_access(const struct capset *c, enum blob_root root)
{
	unsigned access = 0;

	for (size_t i = 0; i < ARRAY_LEN(keychains); i++) {
		struct path p = {root, text_of(keychains[i])};

		for (uint32_t at = caps_lower_bound(c, p);
		     at < c->caps.n && path_compare(c->caps.v[at].path, p) == 0;
		     at++)
			access |= c->caps.v[at].access;
	}
	return access;
}

bool
seatbelt_keychain(const struct capset *c)
{
	return keychain_access(c, BLOB_ROOT_SLASH) != 0 ||
	       keychain_access(c, BLOB_ROOT_HOME) != 0;
}

/*
 * A bypass below a denied directory opens what is granted of it, and no more:
 * it grants nothing itself.
 */
static void
lift(struct seatbelt *s, enum use use)
{
	unsigned access = rules[use].access;
	const struct capset *c = s->caps;
	struct place_filters l = {0};

	for (uint32_t i = 0; i < c->bypasses.n; i++) {
		const struct bypass *b = &c->bypasses.v[i];
		uint32_t at = caps_lower_bound(c, b->path);

		if ((caps_own_access(c, b->path) & access) == 0 ||
		    caps_deny_over(c, b->path, access) == NULL)
			continue;
		/* Granted by its own name: then that is what is lifted. */
		if (at < c->caps.n &&
		    path_compare(c->caps.v[at].path, b->path) == 0)
			continue;
		seatbelt_add(s, &l,
		    (struct place_filter){
			.path = b->path,
			.kind = SEATBELT_SUBPATH,
			.at = b->at,
			.origin = b->origin,
		    });
	}
	seatbelt_tidy(&l);
	seatbelt_places_and_raw(s, rules[use].head, access, &l, "");
}

/* The files that a keychain needs beside it have names of their own. */
static void
keychain_companions(struct seatbelt *s)
{
	for (size_t i = 0; i < ARRAY_LEN(keychain_roots); i++) {
		struct place_filters l = {0};
		unsigned access = keychain_access(s->caps, keychain_roots[i]);
		struct place_filter f = {
		    .path = {keychain_roots[i], TEXT("Library/Keychains")},
		};

		for (f.kind = SEATBELT_LOCKS; f.kind <= SEATBELT_DATABASES;
		     f.kind++)
			*VEC_PUSH(s->arena, &l) = f;
		if ((access & ACCESS_READ) != 0)
			seatbelt_places_and_raw(
			    s, "allow file-read*", ACCESS_READ, &l, "");
		if ((access & ACCESS_WRITE) != 0)
			seatbelt_places_and_raw(
			    s, "allow file-write*", ACCESS_WRITE, &l, "");
	}
}

static void
allow_bypassed(struct seatbelt *s)
{
	allow_uses(s, CAP_BYPASS, 0, USES);
	lift(s, USE_READ);
	lift(s, s->caps->unix_pathname ? USE_WRITE_BIND : USE_WRITE);
	keychain_companions(s);
}

/* Is it above the entry before, in path order?  Then it was added there. */
static bool
seen_above(struct path above, const struct path *before)
{
	return before != NULL && above.root == before->root &&
	       path_relate(*before, above) == PATH_BELOW;
}

/*
 * What lies above a denied path stays where it is: moved away, or copied as a
 * whole, what is in it would have a name that is not denied.
 */
static struct place_filters
above_denied(struct seatbelt *s)
{
	const struct capset *c = s->caps;
	struct place_filters l = {0};
	unsigned roots = 0;

	for (uint32_t i = 0; i < c->denies.n; i++) {
		struct place_filter f = {.path = c->denies.v[i].path};

		if (f.path.root != BLOB_ROOT_SLASH)
			roots |= 1U << f.path.root;
		while (
		    path_up(&f.path) &&
		    (f.path.suffix.len > 0 || f.path.root != BLOB_ROOT_SLASH) &&
		    !seen_above(
			f.path, i > 0 ? &c->denies.v[i - 1].path : NULL))
			add_denied(s, &l, f);
	}
	for (unsigned r = 0; r < BLOB_ROOTS; r++)
		if ((roots & 1U << r) != 0)
			add_denied(s, &l,
			    (struct place_filter){
				.path = {(enum blob_root)r, {"", 0}},
				.kind = SEATBELT_ANCESTORS,
			    });
	seatbelt_tidy(&l);
	return l;
}

/* Those that the oldest system has not, apart. */
static void
places_with_ancestors(
    struct seatbelt *s, const char *head, const struct place_filters *all)
{
	struct place_filters old = {0}, new = {0};

	for (uint32_t i = 0; i < all->n; i++)
		*VEC_PUSH(s->arena,
		    all->v[i].kind == SEATBELT_ANCESTORS ? &new : &old) =
		    all->v[i];
	seatbelt_places(s, head, &old, "");
	seatbelt_places(s, head, &new, "(defined? 'path-ancestors)");
}

/* Looking at a directory on the way to a grant, and at what is denied. */
static void
allow_metadata(struct seatbelt *s)
{
	const struct capset *c = s->caps;
	struct place_filters l = {0};
	unsigned roots = 0;

	for (uint32_t i = 0; i < c->seatbelt.links.n; i++)
		*VEC_PUSH(s->arena, &l) =
		    (struct place_filter){.path = c->seatbelt.links.v[i].link};
	for (uint32_t i = 0; i < c->caps.n; i++) {
		struct place_filter f = {.path = c->caps.v[i].path};

		if (f.path.root != BLOB_ROOT_SLASH) {
			roots |= 1U << f.path.root;
		}
		while (
		    path_up(&f.path) && f.path.suffix.len > 0 &&
		    !seen_above(f.path, i > 0 ? &c->caps.v[i - 1].path : NULL))
			seatbelt_add(s, &l, f);
	}
	for (uint32_t i = 0; i < c->denies.n; i++)
		seatbelt_add(
		    s, &l, (struct place_filter){.path = c->denies.v[i].path});
	for (unsigned r = 0; r < BLOB_ROOTS; r++) {
		struct place_filter f = {.path = {(enum blob_root)r, {"", 0}}};

		if ((roots & 1U << r) == 0)
			continue;
		*VEC_PUSH(s->arena, &l) = f;
		f.kind = SEATBELT_ANCESTORS;
		*VEC_PUSH(s->arena, &l) = f;
	}
	seatbelt_tidy(&l);
	places_with_ancestors(s, "allow file-read-metadata", &l);
}

/* All that files are written to, whatever about sockets. */
static struct place_filters
written(struct seatbelt *s, unsigned flags)
{
	struct place_filters all = {0};

	for (enum use use = USE_WRITE; use <= USE_WRITE_ALONE; use++) {
		struct place_filters l = filters_of(s, use, flags);

		for (uint32_t i = 0; i < l.n; i++)
			*VEC_PUSH(s->arena, &all) = l.v[i];
	}
	seatbelt_tidy(&all);
	return all;
}

/* Cloning came later; it copies a directory with all that is in it. */
static void
clone(struct seatbelt *s)
{
	static const char known[] = "(defined? 'file-clone)";
	static const char agreed[] = "(and (defined? 'file-clone) "
				     "(equal? (param \"ALLOW_CWD\") \"1\"))";
	struct place_filters above = above_denied(s);
	bool comments = s->text.comments;
	struct place_filters l = written(s, 0);

	s->text.comments = false; /* all of them were listed above */
	seatbelt_places(s, "allow file-clone", &l, known);
	l = written(s, CAP_CONSENT);
	seatbelt_places(s, "allow file-clone", &l, agreed);
	l = denied(s, false, 0);
	seatbelt_places(s, "deny file-clone", &l, known);
	l = denied(s, true, 0);
	seatbelt_places(s, "deny file-clone", &l, known);
	seatbelt_places(s, "deny file-clone", &above, known);
	s->text.comments = comments;
}

static void
grants(struct seatbelt *s)
{
	static const char *const slash[] = {"(literal \"/\")"};

	seatbelt_fixed(s, "allow file-read*", slash, ARRAY_LEN(slash));
	allow_uses(s, 0, 0, USE_CONNECT);
}

static void
workdir(struct seatbelt *s)
{
	allow_uses(s, CAP_CONSENT, 0, USE_CONNECT);
}

/*
 * Who may write in /tmp reaches the sockets in it, and those of ssh-agent lie
 * there under names that no profile knows: launchd's, and its own.  They are
 * not to be moved to another name either.
 */
static void
agents(struct seatbelt *s)
{
	static const char *const sockets[] = {
	    "(regex \"^(/System/Volumes/Data)?(/private)?/(tmp|var/run)"
	    "/com\\\\.apple\\\\.launchd\\\\.\")",
	    "(regex \"^(/System/Volumes/Data)?(/private)?"
	    "/(tmp|var/folders/[^/]+/[^/]+/T)/ssh-[^/]+(/"
	    "agent\\\\.[0-9]+)?$\")",
	};

	seatbelt_fixed(s, "deny file-link file-write-unlink network-outbound",
	    sockets, ARRAY_LEN(sockets));
}

/* After `agents`: a socket that a profile names is what it wants. */
static void
sockets(struct seatbelt *s)
{
	allow_uses(s, 0, USE_CONNECT, USES);
	allow_uses(s, CAP_CONSENT, USE_CONNECT, USES);
}

static void
denies(struct seatbelt *s)
{
	seatbelt_define_held(s);
	deny(s, false);
}

static void
raw_allows(struct seatbelt *s)
{
	seatbelt_raw_rules(s, true);
}

static void
raw_denies(struct seatbelt *s)
{
	seatbelt_raw_rules(s, false);
}

static void
protected_state(struct seatbelt *s)
{
	deny(s, true);
}

static void
stay(struct seatbelt *s)
{
	struct place_filters above = above_denied(s);

	places_with_ancestors(s, "deny file-write-unlink", &above);
}

static void
no_unlink(struct seatbelt *s)
{
	if (s->caps->no_unlink)
		seatbelt_puts(&s->text, "(deny file-write-unlink)\n");
}

void
seatbelt_files(struct seatbelt *s)
{
	static const struct {
		const char *heading;
		void (*write)(struct seatbelt *s);
	} sections[] = {
	    {"Granted.  To start, every program reads the directory /.",
		grants},
	    {"Granted when the user agrees to the working directory.", workdir},
	    {"Agents that hold the user's keys are not asked.", agents},
	    {"Sockets that are granted by name.", sockets},
	    {"unsafe_macos_seatbelt_rules.", raw_allows},
	    {"Denied, by every name that the place has.", denies},
	    {"Granted all the same: bypass_protection.", allow_bypassed},
	    {"unsafe_macos_seatbelt_rules that deny.", raw_denies},
	    {"The state that later launches trust.", protected_state},
	    {"What lies above a denied path is not moved away.", stay},
	    {"Cloned where it may be written.", clone},
	    {"Nothing is deleted or renamed.", no_unlink},
	    {"Seen, not read: what lies above a grant, and what is denied.",
		allow_metadata},
	};

	for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
		uint32_t begin = s->text.out.n, heading;

		seatbelt_printf(&s->text, "\n;; %s\n", sections[i].heading);
		heading = s->text.out.n;
		sections[i].write(s);
		if (s->text.out.n == heading)
			s->text.out.n = begin;
	}
}
