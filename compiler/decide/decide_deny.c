#include <config.h>

#include "compiler/decide/decide_model.h"

#include <stdio.h>

/*
 * Denied paths: which rules the loader withholds because of one, and when it
 * refuses to launch (runtime/denies.c).  The loader compares each rule with
 * all denied paths; here each denied path is looked up among the rules, which
 * comes to the same in the same order of denied paths.
 */

static const uint64_t reads =
    BLOB_FS_EXECUTE | BLOB_FS_READ_FILE | BLOB_FS_READ_DIR;

bool
deny_concerns(unsigned access, uint64_t rights)
{
	return ((access & BLOB_DENY_READ) != 0 && (rights & reads) != 0) ||
	       ((access & BLOB_DENY_WRITE) != 0 && (rights & ~reads) != 0);
}

static void
refuse(struct decider *d, const struct entry *e, uint32_t deny)
{
	if (d->refused.why == DECIDE_LAUNCHES)
		d->refused = (struct decide_refused){
		    .why = DECIDE_REFUSED_DENY,
		    .rule = e->rule,
		    .deny = deny,
		};
}

static void
withhold(struct decider *d, struct entry *e, uint32_t deny)
{
	e->deny = deny;
	*VEC_PUSH(d->arena, &d->settled) = (uint32_t)(e - d->entries.v);
}

/*
 * A link on the way to a denied path must not be replaced by another that
 * leads elsewhere; to be read it may be granted.
 */
static void
settle_hop(struct decider *d, struct entry *e, uint32_t index, bool inside)
{
	const uint64_t replaces = BLOB_FS_REMOVE_FILE | BLOB_FS_REMOVE_DIR |
				  BLOB_FS_MAKE_SYM | BLOB_FS_MAKE_DIR |
				  BLOB_FS_REFER;

	if (!inside || e->deny != DECIDE_NONE ||
	    (blob_deny(d->blob, index).access & BLOB_DENY_WRITE) == 0 ||
	    (e->claims & replaces) == 0)
		return;
	if ((blob_path(d->blob, e->rule).flags & BLOB_PATH_GROUP) == 0)
		refuse(d, e, index);
	else
		withhold(d, e, index);
}

/* `inside`: the denied path lies below the rule's, not the other way. */
static void
settle(struct decider *d, struct entry *e, uint32_t index, bool inside)
{
	const struct blob_deny deny = blob_deny(d->blob, index);
	const unsigned flags = blob_path(d->blob, e->rule).flags;

	if (((flags & BLOB_PATH_CONSENT) != 0) != d->agreed)
		return;
	if (d->hop) {
		settle_hop(d, e, index, inside);
		return;
	}
	if (e->deny != DECIDE_NONE || !deny_concerns(deny.access, e->claims))
		return;
	if ((deny.flags & BLOB_DENY_PROTECTED) != 0)
		refuse(d, e, index);
	else if (!inside && (flags & BLOB_PATH_BYPASS) != 0)
		return;
	else if (inside && (flags & BLOB_PATH_GROUP) == 0)
		refuse(d, e, index);
	else
		withhold(d, e, index);
}

/*
 * The rules of one root at a suffix, above a denied path.  `dir`: the denied
 * path's own root lies at or below it, so that there is a directory, and a rule
 * for a file has nothing in it.
 */
static void
settle_above(struct decider *d, enum blob_root root, struct text suffix,
    uint32_t deny, bool dir)
{
	for (uint32_t i = entry_bound(d, root, suffix);
	     i < d->first[root + 1] &&
	     text_equal(d->entries.v[i].suffix, suffix);
	     i++)
		if (!dir || d->entries.v[i].on != ON_FILE)
			settle(d, &d->entries.v[i], deny, true);
}

/* How far down a root the root of a denied path lies; -1 where it does not. */
static int64_t
depth_of(const struct decider *d, enum blob_root root, enum blob_root of)
{
	struct reach at;

	return d->env.world == NULL && of != root &&
		       reach(d, root, &d->canon[of], &at)
		   ? (int64_t)at.rel.len
		   : -1;
}

/* The rules of one root above, at and below a denied path in it. */
static void
settle_root(struct decider *d, enum blob_root root, const struct reach *at,
    uint32_t deny)
{
	const struct text rel = at->rel;
	const int64_t dirs = depth_of(d, root, blob_deny(d->blob, deny).root);
	uint32_t i;

	if (at->strict || rel.len > 0)
		settle_above(d, root, TEXT(""), deny, dirs >= 0);
	if (at->strict)
		return;
	for (uint32_t n = 1; n < rel.len; n++)
		if (rel.s[n] == '/')
			settle_above(
			    d, root, (struct text){rel.s, n}, deny, n <= dirs);
	for (i = entry_bound(d, root, rel);
	     i < d->first[root + 1] &&
	     suffix_covers(rel, d->entries.v[i].suffix);
	     i++)
		settle(d, &d->entries.v[i], deny, false);
}

static void
settle_path(struct decider *d, const struct decide_path *path, uint32_t deny)
{
	for (unsigned r = 0; r < BLOB_ROOTS; r++) {
		struct reach at;

		if (d->first[r] == d->first[r + 1])
			continue;
		if (reach(d, (enum blob_root)r, path, &at)) {
			settle_root(d, (enum blob_root)r, &at, deny);
			continue;
		}
		if (!decide_path_covers(path, &d->canon[r]))
			continue;
		for (uint32_t i = d->first[r]; i < d->first[r + 1]; i++)
			settle(d, &d->entries.v[i], deny, false);
	}
}

/* The denied path, with the user's id in it where that is known. */
static struct decide_path
denied(const struct decider *d, uint32_t index, char *buffer)
{
	const struct blob_deny deny = blob_deny(d->blob, index);
	struct decide_path p = {{buffer, 0}, deny.root};
	char id[24];
	int n;

	if (d->env.uid < 0 || strchr(deny.suffix, BLOB_UID_BYTE) == NULL) {
		p.suffix = text_of(deny.suffix);
		return p;
	}
	n = snprintf(id, sizeof(id), "%lld", (long long)d->env.uid);
	for (const char *s = deny.suffix; *s != '\0'; s++) {
		if (p.suffix.len + (uint32_t)n > BLOB_PATH_MAX)
			break;
		if (*s == BLOB_UID_BYTE)
			memcpy(buffer + p.suffix.len, id, (size_t)n);
		else
			buffer[p.suffix.len] = *s;
		p.suffix.len += *s == BLOB_UID_BYTE ? (uint32_t)n : 1;
	}
	return p;
}

/* Where a denied path leads when there is a link on its way. */
static void
settle_link(struct decider *d, uint32_t deny)
{
	static const struct decide_path public = {
	    {"nix/store", 9}, BLOB_ROOT_SLASH};
	const struct decide_world *w = d->env.world;
	struct decide_path at = {.root = BLOB_ROOT_SLASH}, path, direct;
	struct decide_look look;
	char buffer[BLOB_PATH_MAX + 1];
	SPOT_UNSET struct spot spot;

	path = denied(d, deny, buffer);
	spot_set(&spot, d, &path);
	if (spot.root != BLOB_ROOT_SLASH)
		return;
	look = w->look(w->context, (struct text){spot.s, spot.len});
	direct = spot_path(&spot);
	d->hop = true;
	for (uint32_t i = 0; i < look.nhops; i++) {
		at.suffix = look.hops[i];
		/* What is above the denied path by its own name is so anyway */
		if (!decide_path_covers(&at, &direct) &&
		    !decide_path_covers(&public, &at))
			settle_path(d, &at, deny);
	}
	d->hop = false;
	at.suffix = look.real;
	if (!look.loop && !text_equal(at.suffix, direct.suffix) &&
	    !decide_path_covers(&public, &at))
		settle_path(d, &at, deny);
}

bool
tmpdir_withheld(const struct decider *d)
{
	return (d->target.roots & 1u << BLOB_ROOT_TMPDIR) != 0 &&
	       decide_path_covers(
		   &d->canon[BLOB_ROOT_TMPDIR], &d->canon[BLOB_ROOT_HOME]);
}

static void
settle_tmpdir(struct decider *d)
{
	if (!tmpdir_withheld(d))
		return;
	for (uint32_t i = 0; i < d->entries.n; i++)
		if (blob_path(d->blob, d->entries.v[i].rule).root ==
		    BLOB_ROOT_TMPDIR)
			withhold(d, &d->entries.v[i], (uint32_t)DENY_TMPDIR);
}

static void
settle_nothing(struct decider *d)
{
	for (uint32_t i = 0; i < d->entries.n; i++)
		if (d->entries.v[i].deny == DECIDE_NONE)
			return;
	if (d->refused.why == DECIDE_LAUNCHES)
		d->refused.why = DECIDE_REFUSED_EMPTY;
}

/*
 * What needs consent and is granted by others anyway is not granted once
 * more: it makes a difference to other names of the same file.
 */
static bool
covered(const struct decider *d, const struct entry *e)
{
	uint64_t have = 0;

	for (uint32_t i = 0; i < d->entries.n; i++) {
		const struct entry *o = &d->entries.v[i];
		const struct blob_path r = blob_path(d->blob, o->rule);

		if (o->direct && o->deny == DECIDE_NONE && o->rights != 0 &&
		    (r.flags & BLOB_PATH_CONSENT) == 0 &&
		    suffix_covers(o->suffix, e->suffix))
			have |= r.rights;
	}
	return (e->claims & ~have) == 0;
}

static void
settle_covered(struct decider *d)
{
	for (uint32_t i = 0; i < d->entries.n; i++) {
		struct entry *e = &d->entries.v[i];

		if ((blob_path(d->blob, e->rule).flags & BLOB_PATH_CONSENT) !=
			0 &&
		    e->deny == DECIDE_NONE && covered(d, e))
			withhold(d, e, (uint32_t)DENY_COVERED);
	}
}

static void
settle_all(struct decider *d)
{
	char buffer[BLOB_PATH_MAX + 1];
	struct decide_path path;
	SPOT_UNSET struct spot spot;

	for (uint32_t i = 0; i < d->blob->ndenies; i++) {
		path = denied(d, i, buffer);
		/* Not set: the loader does not know where it is, either. */
		if (d->env.world != NULL &&
		    d->canon[path.root].root != BLOB_ROOT_SLASH)
			continue;
		spot_set(&spot, d, &path);
		path = spot_path(&spot);
		settle_path(d, &path, i);
	}
	for (uint32_t i = 0; d->env.world != NULL && i < d->blob->ndenies; i++)
		settle_link(d, i);
}

/* Is a denied path open by bypass_protection? */
static bool
bypassed(const struct decider *d, struct text at, uint64_t rights)
{
	for (uint32_t i = 0; i < d->entries.n; i++) {
		const struct entry *e = &d->entries.v[i];

		if (e->deny == DECIDE_NONE && (e->rights & rights) != 0 &&
		    (blob_path(d->blob, e->rule).flags & BLOB_PATH_BYPASS) !=
			0 &&
		    suffix_covers(e->suffix, at))
			return true;
	}
	return false;
}

/* The rights by which the loader tells that something can be read. */
static uint64_t
reading(const struct decide_look *look)
{
	return look->directory ? BLOB_FS_READ_DIR
	       : look->regular ? BLOB_FS_READ_FILE
			       : BLOB_FS_READS;
}

/*
 * When all is in force the loader looks once more at what is denied: a second
 * name of the file may be granted.  What it does so that no directory is
 * written to is about mounts, which we know nothing of (runtime/verify.c).
 */
static void
verify(struct decider *d, uint32_t index)
{
	const struct decide_world *w = d->env.world;
	const struct blob_deny deny = blob_deny(d->blob, index);
	struct decide_object on = {.path = {.root = BLOB_ROOT_SLASH}};
	char buffer[BLOB_PATH_MAX + 1];
	struct decide_path path;
	struct decide_look look;
	SPOT_UNSET struct spot spot;
	uint64_t have;
	bool read, write;

	path = denied(d, index, buffer);
	spot_set(&spot, d, &path);
	if (spot.root != BLOB_ROOT_SLASH)
		return;
	look = w->look(w->context, (struct text){spot.s, spot.len});
	if (look.loop || !look.there || look.socket)
		return;
	on.path.suffix = look.real;
	on.kind = look.directory ? DECIDE_DIRECTORY : DECIDE_FILE;
	on.id = look.id;
	have = decide_rights(d, &on, NULL, NULL);
	if (look.directory || look.regular)
		have |= ~d->fs;
	read = (deny.access & BLOB_DENY_READ) != 0 &&
	       (have & reading(&look)) != 0 &&
	       !bypassed(d, look.real, BLOB_FS_READS);
	write = (deny.access & BLOB_DENY_WRITE) != 0 && !look.directory &&
		(have & (look.regular ? BLOB_FS_WRITE_FILE : BLOB_FS_WRITES)) !=
		    0 &&
		!bypassed(d, look.real, BLOB_FS_WRITES);
	if ((read || write) && d->refused.why == DECIDE_LAUNCHES)
		d->refused = (struct decide_refused){
		    .why = DECIDE_REFUSED_OPEN, .deny = index};
}

/* Those that need consent come last, as in the loader. */
void
denies_settle(struct decider *d)
{
	settle_tmpdir(d);
	settle_all(d);
	if (d->env.world != NULL)
		settle_covered(d);
	d->agreed = true;
	settle_all(d);
	if (d->env.world != NULL)
		planted_settle(d);
	settle_nothing(d);
	for (uint32_t i = 0; d->env.world != NULL && i < d->blob->ndenies; i++)
		verify(d, i);
}

void
decide_withheld_all(const struct decider *d, uint32_t *ret_denies)
{
	for (uint32_t i = 0; i < d->blob->npaths; i++)
		ret_denies[i] = DECIDE_NONE;
	for (uint32_t i = 0; i < d->entries.n; i++) {
		const struct entry *e = &d->entries.v[i];

		if (e->deny < d->blob->ndenies)
			ret_denies[e->rule] = e->deny;
	}
}

bool
decide_withheld(const struct decider *d, uint32_t rule, uint32_t *ret_deny)
{
	for (uint32_t i = 0; i < d->entries.n; i++) {
		const struct entry *e = &d->entries.v[i];

		if (e->rule != rule || e->deny == DECIDE_NONE ||
		    e->deny == (uint32_t)DENY_COVERED)
			continue;
		*ret_deny =
		    e->deny == (uint32_t)DENY_TMPDIR ? DECIDE_NONE : e->deny;
		return true;
	}
	return false;
}

uint32_t
decide_denied(
    const struct decider *d, const struct decide_path *path, uint64_t rights)
{
	char buffer[BLOB_PATH_MAX + 1];
	struct decide_path deny, at;
	SPOT_UNSET struct spot here, there;

	spot_set(&here, d, path);
	at = spot_path(&here);
	for (uint32_t i = 0; i < d->blob->ndenies; i++) {
		if (!deny_concerns(blob_deny(d->blob, i).access, rights))
			continue;
		deny = denied(d, i, buffer);
		spot_set(&there, d, &deny);
		deny = spot_path(&there);
		if (decide_path_covers(&deny, &at) ||
		    decide_path_covers(&at, &deny))
			return i;
	}
	return DECIDE_NONE;
}
