#include <config.h>

#include "compiler/emit/emit_seatbelt.h"

/*
 * Denied in a tree that may be written, in whatever case.  Most volumes of a
 * Mac take "A" and "a" for the same letter, and nobody has published whether
 * the filters do.  A file that is there is compared by its name on the disk;
 * one that is not there yet has the name that it is created by, and with
 * ".zshrc" denied, ".ZSHRC" would be read by the next shell.  Regular
 * expressions cost more than other filters at a launch, so they are written
 * only where a grant lets create such names: in the same root, or where
 * another root turns out to lie above at launch.
 */

/* Can something be created in it? */
static bool
is_open(const struct cap *cap)
{
	return cap_is_tree(cap) && (cap->access & ACCESS_WRITE) != 0;
}

/* Is there such a tree at or over the path, in its own root? */
static bool
in_open_tree(const struct capset *c, struct path p)
{
	do {
		for (uint32_t i = caps_lower_bound(c, p);
		     i < c->caps.n && path_compare(c->caps.v[i].path, p) == 0;
		     i++)
			if (is_open(&c->caps.v[i]))
				return true;
	} while (path_up(&p));
	return false;
}

/*
 * A tree of another variable that may lie above what `root` stands for, and is
 * in none that does anyway.
 */
static bool
may_hold(const struct capset *c, const struct cap *cap, enum blob_root root)
{
	struct path up = cap->path;

	/*
	 * The loader takes no $TMPDIR that holds the home directory; and
	 * $XDG_RUNTIME_DIR, which may be missing, holds sockets.  What groups
	 * grant from "/" on is the system.
	 */
	return is_open(cap) && cap->path.root != root &&
	       cap->path.root != BLOB_ROOT_XDG_RUNTIME &&
	       (cap->path.root != BLOB_ROOT_SLASH ||
		   (cap->flags & CAP_GROUP) == 0) &&
	       cap->path.root != BLOB_ROOT_TMPDIR &&
	       !(path_up(&up) && in_open_tree(c, up));
}

/* A root whose denies another tree may hold: "HOME-is-held?" says it. */
static bool
may_be_held(const struct capset *c, enum blob_root root)
{
	for (uint32_t i = 0; i < c->caps.n && root != BLOB_ROOT_SLASH; i++)
		if (may_hold(c, &c->caps.v[i], root))
			return true;
	return false;
}

static void
define_held(struct seatbelt *s, enum blob_root root)
{
	const struct capset *c = s->caps;
	const char *name = seatbelt_parameter(root);

	seatbelt_printf(&s->text, "(define %s-is-held? (or", name);
	for (uint32_t i = 0; i < c->caps.n; i++) {
		const struct cap *cap = &c->caps.v[i];
		bool asked = (cap->flags & CAP_CONSENT) != 0;

		if (!may_hold(c, cap, root))
			continue;
		seatbelt_puts(&s->text, "\n\t");
		if (asked)
			seatbelt_puts(&s->text,
			    "(and (equal? (param \"ALLOW_CWD\") \"1\") ");
		seatbelt_puts(&s->text, "(holds? ");
		seatbelt_path(&s->text, cap->path);
		seatbelt_printf(
		    &s->text, " (param \"%s\"))%s", name, asked ? ")" : "");
	}
	seatbelt_puts(&s->text, "))\n");
}

/* For each deny, whether it lies in an open tree: looked up once. */
static const bool *
open_denies(struct seatbelt *s)
{
	const struct capset *c = s->caps;
	bool *open;

	if (s->open != NULL)
		return s->open;
	open = ARENA_ARRAY(s->arena, c->denies.n + 1, bool);
	for (uint32_t i = 0; i < c->denies.n; i++)
		open[i] = in_open_tree(c, c->denies.v[i].path);
	s->open = open;
	return open;
}

void
seatbelt_define_held(struct seatbelt *s)
{
	/* Letter by letter is enough: too much is denied with care. */
	static const char holds[] =
	    "(define (holds? tree path)\n"
	    "\t(and (string? tree) (string? path)\n"
	    "\t\t(<= (string-length tree) (string-length path))\n"
	    "\t\t(string=? tree "
	    "(substring path 0 (string-length tree)))))\n";
	const struct capset *c = s->caps;
	const bool *open = open_denies(s);
	unsigned roots = 0;

	for (uint32_t i = 0; i < c->denies.n; i++) {
		enum blob_root root = c->denies.v[i].path.root;

		if (!open[i] && (roots & 1U << root) == 0 &&
		    may_be_held(c, root))
			roots |= 1U << root;
	}
	if (roots != 0)
		seatbelt_puts(&s->text, holds);
	for (unsigned r = 0; r < BLOB_ROOTS; r++)
		if ((roots & 1U << r) != 0)
			define_held(s, (enum blob_root)r);
}

/*
 * Those below an open tree of their own root ("/" as `held`), or those of a
 * root that may be held by another.
 */
static void
deny_folded(struct seatbelt *s, const struct fold *fold, enum blob_root held,
    const char *guard)
{
	const struct capset *c = s->caps;
	struct place_filters l = {0};

	for (uint32_t i = 0; i < c->denies.n; i++) {
		const struct deny *d = &c->denies.v[i];
		bool open = open_denies(s)[i];

		if (d->protected != fold->protected ||
		    d->access != fold->access ||
		    (held == BLOB_ROOT_SLASH ? !open
					     : open || d->path.root != held))
			continue;
		seatbelt_add(s, &l,
		    (struct place_filter){
			.path = d->path,
			.kind = SEATBELT_FOLDED,
			.at = d->at,
			.origin = d->origin,
		    });
	}
	seatbelt_tidy(&l);
	seatbelt_places_and_raw(s, fold->head, fold->raw, &l, guard);
}

void
seatbelt_fold(struct seatbelt *s, const struct fold *fold)
{
	deny_folded(s, fold, BLOB_ROOT_SLASH, "");
	for (unsigned r = 0; r < BLOB_ROOTS; r++) {
		enum blob_root root = (enum blob_root)r;

		if (may_be_held(s->caps, root))
			deny_folded(s, fold, root,
			    arena_printf(s->arena, "%s-is-held?",
				seatbelt_parameter(root))
				.s);
	}
}
