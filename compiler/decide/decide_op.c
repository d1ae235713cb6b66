#include <config.h>

#include "compiler/decide/decide_model.h"

/*
 * Operations: which rights each needs on which object, and what the kernel
 * says without them (security/landlock/fs.c of Linux 6.18 to 7.3).
 */
enum { ERRNO_EPERM = 1, ERRNO_EACCES = 13, ERRNO_EXDEV = 18 };

/* The directory that holds a path; what is above a root is below "/". */
static struct decide_path
parent(const struct decider *d, const struct decide_path *path)
{
	const struct decide_path *c = &d->canon[path->root];

	if (path->suffix.len > 0)
		return (struct decide_path){
		    suffix_parent(path->suffix), path->root};
	if (c->suffix.len > 0)
		return (struct decide_path){suffix_parent(c->suffix), c->root};
	return (struct decide_path){TEXT(""), BLOB_ROOT_SLASH};
}

static void
need(const struct decider *d, struct decide_answer *a,
    const struct decide_object *on, uint64_t rights)
{
	const uint64_t lacks = rights & ~decide_rights(d, on, NULL, NULL);
	const uint64_t handled = d->target.fs_handled;

	a->needs[a->nneeds++] = (struct decide_need){
	    .on = *on,
	    .rights = rights,
	    .missing = lacks & d->fs,
	    .free = lacks & handled & ~d->fs,
	};
}

static void
need_on(const struct decider *d, const struct decide_request *r,
    enum decide_kind kind, uint64_t rights, struct decide_answer *a)
{
	const struct decide_object on = {.path = r->path,
	    .kind = kind,
	    .id = kind == DECIDE_FILE ? r->id : 0};

	need(d, a, &on, rights);
}

/* On the directory where `path` is, or will be: then nothing was there. */
static void
need_in(const struct decider *d, const struct decide_path *path, bool is_new,
    uint64_t rights, struct decide_answer *a)
{
	struct decide_object on = {.path = *path, .kind = DECIDE_NEW};

	if (!is_new || path->suffix.len == 0) {
		on.path = parent(d, path);
		on.kind = DECIDE_DIRECTORY;
	}
	need(d, a, &on, rights);
}

static uint64_t
make_right(enum decide_type type)
{
	switch (type) {
	case DECIDE_DIR:
		return BLOB_FS_MAKE_DIR;
	case DECIDE_SYMLINK:
		return BLOB_FS_MAKE_SYM;
	case DECIDE_SOCK:
		return BLOB_FS_MAKE_SOCK;
	case DECIDE_FIFO:
		return BLOB_FS_MAKE_FIFO;
	case DECIDE_CHAR:
		return BLOB_FS_MAKE_CHAR;
	case DECIDE_BLOCK:
		return BLOB_FS_MAKE_BLOCK;
	case DECIDE_REGULAR:
	case DECIDE_TYPES:
		break;
	}
	return BLOB_FS_MAKE_REG;
}

static uint64_t
remove_right(enum decide_type type)
{
	return type == DECIDE_DIR ? BLOB_FS_REMOVE_DIR : BLOB_FS_REMOVE_FILE;
}

static bool
same_directory(const struct decider *d, const struct decide_request *r)
{
	struct decide_path from = parent(d, &r->path), to = parent(d, &r->to);
	SPOT_UNSET struct spot a, b;

	spot_set(&a, d, &from);
	spot_set(&b, d, &to);
	from = spot_path(&a);
	to = spot_path(&b);
	return decide_path_compare(&from, &to) == 0;
}

/*
 * What an object would gain by lying in another directory: rights that hold
 * there and not on it now.  Of anything but a directory only rights that mean
 * something on it count.
 */
static uint64_t
gain(const struct decider *d, const struct decide_path *path,
    enum decide_type type, uint64_t id, const struct decide_object *into)
{
	struct decide_object from = {parent(d, path), DECIDE_DIRECTORY, 0};
	const struct decide_object self = {
	    *path, type == DECIDE_DIR ? DECIDE_DIRECTORY : DECIDE_FILE, id};
	uint64_t gained;

	gained = decide_rights(d, into, NULL, NULL) &
		 ~decide_rights(d, &from, NULL, NULL) &
		 ~decide_rights(d, &self, NULL, NULL);
	return type == DECIDE_DIR ? gained : gained & BLOB_FS_FILE;
}

/*
 * Renaming and linking between directories (current_check_refer_path): what
 * else is missing counts before EXDEV, but for ABI 1, which has no more than
 * EXDEV to say.
 */
static void
judge_move(const struct decider *d, const struct decide_request *r,
    struct decide_answer *a)
{
	struct decide_object there = {r->to, DECIDE_NEW, 0};
	const struct decide_object here = {
	    parent(d, &r->path), DECIDE_DIRECTORY, 0};
	const struct decide_need *from = &a->needs[0], *to = &a->needs[1];

	if (d->fs == 0)
		return;
	if (d->env.abi == 1) {
		a->verdict = DECIDE_DENIED;
		a->reason = DECIDE_BY_REFER;
		a->error = ERRNO_EXDEV;
		return;
	}
	if (((from->missing | to->missing) & ~BLOB_FS_REFER) != 0)
		return;
	if (((from->missing | to->missing) & BLOB_FS_REFER) != 0 ||
	    (d->fs & BLOB_FS_REFER) == 0) {
		a->verdict = DECIDE_DENIED;
		a->reason = DECIDE_BY_REFER;
		a->error = ERRNO_EXDEV;
		return;
	}
	if (to->on.kind == DECIDE_DIRECTORY)
		there = to->on;
	a->gained = gain(d, &r->path, r->type, r->id, &there);
	if (r->op == DECIDE_EXCHANGE)
		a->gained |= gain(d, &r->to, r->to_type, r->to_id, &here);
	if (a->gained != 0) {
		a->verdict = DECIDE_DENIED;
		a->reason = DECIDE_BY_GAIN;
		a->error = ERRNO_EXDEV;
	}
}

static void
need_move(const struct decider *d, const struct decide_request *r,
    struct decide_answer *a)
{
	uint64_t from = 0, to = make_right(r->type);
	const bool replaces = r->to_exists || r->op == DECIDE_EXCHANGE;

	if (r->op != DECIDE_LINK) {
		from |= remove_right(r->type);
		if (replaces)
			to |= remove_right(r->to_type);
	}
	if (r->op == DECIDE_EXCHANGE)
		from |= make_right(r->to_type);
	if (same_directory(d, r)) {
		need_in(d, &r->to, !replaces, from | to, a);
		return;
	}
	need_in(d, &r->path, false, from | (BLOB_FS_REFER & d->fs), a);
	need_in(d, &r->to, !replaces, to | (BLOB_FS_REFER & d->fs), a);
	judge_move(d, r, a);
}

/* Where an operation's rights are needed. */
enum where {
	ON_FILE_ITSELF,
	ON_DIRECTORY, /* the path itself, which is one */
	IN_DIRECTORY, /* the one that holds the path */
	BETWEEN,      /* the two that hold path and `to` */
};

/* clang-format off */
static const struct {
	uint64_t rights;
	enum where where;
} table[DECIDE_OPS] = {
	[DECIDE_READ] = { BLOB_FS_READ_FILE, ON_FILE_ITSELF },
	[DECIDE_WRITE] = { BLOB_FS_WRITE_FILE, ON_FILE_ITSELF },
	[DECIDE_UPDATE] = { BLOB_FS_READ_FILE | BLOB_FS_WRITE_FILE,
	    ON_FILE_ITSELF },
	[DECIDE_OVERWRITE] = { BLOB_FS_WRITE_FILE | BLOB_FS_TRUNCATE,
	    ON_FILE_ITSELF },
	[DECIDE_TRUNCATE] = { BLOB_FS_TRUNCATE, ON_FILE_ITSELF },
	[DECIDE_LIST] = { BLOB_FS_READ_DIR, ON_DIRECTORY },
	[DECIDE_EXECUTE] = { BLOB_FS_EXECUTE | BLOB_FS_READ_FILE,
	    ON_FILE_ITSELF },
	/* It lies in the directory, without a name. */
	[DECIDE_TMPFILE] = { BLOB_FS_WRITE_FILE, ON_DIRECTORY },
	[DECIDE_REMOVE] = { BLOB_FS_REMOVE_FILE, IN_DIRECTORY },
	[DECIDE_REMOVE_DIR] = { BLOB_FS_REMOVE_DIR, IN_DIRECTORY },
	[DECIDE_RENAME] = { 0, BETWEEN },
	[DECIDE_EXCHANGE] = { 0, BETWEEN },
	[DECIDE_LINK] = { 0, BETWEEN },
	[DECIDE_IOCTL] = { BLOB_FS_READ_FILE | BLOB_FS_IOCTL_DEV,
	    ON_FILE_ITSELF },
	[DECIDE_CONNECT_UNIX] = { BLOB_FS_RESOLVE_UNIX, ON_FILE_ITSELF },
};
/* clang-format on */

static void
needs(const struct decider *d, const struct decide_request *r,
    struct decide_answer *a)
{
	const uint64_t rights = table[r->op].rights;

	if (r->op == DECIDE_WRITE_NEW)
		need_on(d, r, DECIDE_NEW, BLOB_FS_WRITE_FILE, a);
	if (r->op == DECIDE_WRITE_NEW || r->op == DECIDE_CREATE) {
		need_in(d, &r->path, true, make_right(r->type), a);
		return;
	}
	switch (table[r->op].where) {
	case ON_FILE_ITSELF:
		need_on(d, r, DECIDE_FILE, rights, a);
		break;
	case ON_DIRECTORY:
		need_on(d, r, DECIDE_DIRECTORY, rights, a);
		break;
	case IN_DIRECTORY:
		need_in(d, &r->path, false, rights, a);
		break;
	case BETWEEN:
		need_move(d, r, a);
		break;
	}
}

/* The rights of the needs, if nothing else has been said. */
static void
judge_needs(struct decide_answer *a)
{
	uint64_t missing = 0, free = 0;

	for (unsigned i = 0; i < a->nneeds; i++) {
		missing |= a->needs[i].missing;
		free |= a->needs[i].free;
	}
	if (a->verdict == DECIDE_DENIED)
		return;
	if (missing != 0) {
		a->verdict = DECIDE_DENIED;
		a->error = ERRNO_EACCES;
	} else if (free != 0) {
		a->verdict = DECIDE_UNENFORCED;
	}
}

static bool
by_scope(const struct decider *d, const struct decide_request *r,
    struct decide_answer *a)
{
	if (r->op != DECIDE_SIGNAL && r->op != DECIDE_CONNECT_ABSTRACT)
		return false;
	a->reason = DECIDE_BY_SCOPE;
	a->scope = r->op == DECIDE_SIGNAL ? BLOB_SCOPE_SIGNAL
					  : BLOB_SCOPE_ABSTRACT_UNIX;
	if ((d->scoped & a->scope) != 0) {
		a->verdict = DECIDE_DENIED;
		a->error = ERRNO_EPERM;
	} else if ((d->target.scoped & a->scope) != 0) {
		a->verdict = DECIDE_UNENFORCED;
	}
	return true;
}

void
decide_here(const struct decider *d, const struct decide_request *r,
    struct decide_answer *ret_answer)
{
	struct decide_answer a = {.verdict = DECIDE_ALLOWED};

	if (d->refused.why != DECIDE_LAUNCHES) {
		a.verdict = DECIDE_DENIED;
		a.reason = DECIDE_BY_LAUNCH;
	} else if (r->op == DECIDE_METADATA) {
		a.verdict = DECIDE_UNENFORCED;
		a.reason = DECIDE_BY_NOTHING;
	} else if (r->op >= DECIDE_CONNECT_TCP && r->op <= DECIDE_SOCKET) {
		decide_net(d, r, &a);
	} else if (!by_scope(d, r, &a)) {
		needs(d, r, &a);
		judge_needs(&a);
	}
	*ret_answer = a;
}
