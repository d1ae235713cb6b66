#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * Denied paths that are there, looked at once more when the policy is in
 * force.  They have been compared by name, and a directory can be mounted at a
 * second one, a file linked there.  The kernel knows, so each is tried: what is
 * denied for reading must not open for that, nor a file for writing.  In a
 * directory nothing can be tried that leaves no trace, and opening a device or
 * a FIFO does something: there the rules are compared by inode, as the kernel
 * will compare them, up from what is denied.  And what no right of this kernel
 * covers, a socket that listens there, is said and not passed over.
 */
/* What a rule opens by bypass_protection. */
struct bypass {
	struct bypass *next;
	struct path at;
	uint64_t rights;
};

/* What a rule was granted on. */
struct inode {
	dev_t dev;
	ino_t ino;
	uint64_t rights;
};

/* O_RDONLY or O_WRONLY: the rights that it takes, or more of that kind. */
static uint64_t
rights_for(int mode)
{
	return mode == O_RDONLY ? BLOB_FS_READS : BLOB_FS_WRITES;
}

void
denies_bypass(struct launch *l, struct path at, uint64_t rights)
{
	struct bypass *b = memory_keep(sizeof(*b));

	*b = (struct bypass){
	    .next = l->bypasses, .at = path_copy(at), .rights = rights};
	l->bypasses = b;
}

/* Does the profile open it by bypass_protection? */
static bool
bypassed(const struct launch *l, struct path deny, int mode)
{
	for (const struct bypass *b = l->bypasses; b != NULL; b = b->next)
		if ((b->rights & rights_for(mode)) != 0 &&
		    path_covers(b->at, deny))
			return true;
	return false;
}

/* Is the file handed to the command anyway, open for that? */
static bool
is_standard(const struct stat *st, int mode)
{
	struct stat other;

	for (int fd = 0; fd < 3; fd++) {
		const int flags = fcntl(fd, F_GETFL) & O_ACCMODE;

		if ((flags == mode || flags == O_RDWR) &&
		    fstat(fd, &other) == 0 && other.st_dev == st->st_dev &&
		    other.st_ino == st->st_ino)
			return true;
	}
	return false;
}

static _Noreturn void
leak(struct path at, int mode)
{
	die("denies", at.s, " is denied and can be ",
	    mode == O_RDONLY ? "opened" : "written",
	    " all the same: a second name of it, by a mount or a hard link, is "
	    "granted, so take that from the profile",
	    NULL);
}

static bool
granted(const struct launch *l, uint32_t i)
{
	const enum outcome o = (enum outcome)l->outcomes[i];

	return o == OUTCOME_GRANTED || o == OUTCOME_GRANTED_LINK ||
	       o == OUTCOME_GRANTED_PARENT;
}

/* What the rule was granted on; false: it is not there any more. */
static bool
rule_inode(const struct launch *l, uint32_t i, struct inode *ret)
{
	static struct place p;
	const struct blob_path r = blob_path(&l->blob, i);
	const char *suffix = path_suffix(&l->blob, r.suffix);
	struct stat st;

	place_set(&p, l->roots[r.root].at);
	(void)place_join(&p, suffix, strlen(suffix)); /* it has fitted */
	if (l->outcomes[i] == OUTCOME_GRANTED_PARENT)
		*strrchr(p.s, '/') = '\0';
	if (stat(shown(p.s), &st) != 0)
		return false;
	*ret = (struct inode){
	    .dev = st.st_dev,
	    .ino = st.st_ino,
	    .rights = r.rights & l->handled.of[RIGHTS_FS] &
		      (S_ISDIR(st.st_mode) ? BLOB_FS_ALL : BLOB_FS_FILE),
	};
	return true;
}

/* Looked up once, as few launches need it. */
static const struct inode *
rule_inodes(const struct launch *l, uint32_t *ret_n)
{
	static struct inode *all;
	static uint32_t n;

	if (all == NULL) {
		all = memory_keep(l->blob.npaths * sizeof(*all));
		for (uint32_t i = 0; i < l->blob.npaths; i++)
			if (granted(l, i) && rule_inode(l, i, &all[n]))
				n++;
	}
	*ret_n = n;
	return all;
}

static void
match(const struct launch *l, const struct stat *st, struct path at, int mode)
{
	uint32_t n;
	const struct inode *rules = rule_inodes(l, &n);

	for (uint32_t i = 0; i < n; i++)
		if (rules[i].dev == st->st_dev && rules[i].ino == st->st_ino &&
		    (rules[i].rights & rights_for(mode)) != 0)
			leak(at, mode);
}

/* The directory that holds the path, or that it is. */
static int
open_directory(struct path at, bool itself)
{
	static struct place p;

	place_set(&p, at);
	if (!itself)
		*strrchr(p.s, '/') = '\0';
	return open(shown(p.s), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Of what is denied, hidden or gone; any other error says nothing. */
static bool
is_refusal(int error)
{
	return error == EACCES || error == EPERM || error == EROFS ||
	       error == ENOENT || error == ENOTDIR || error == ELOOP;
}

static _Noreturn void
unknown(struct path at)
{
	die("denies", "cannot look at ", shown(at.s),
	    ", which is denied: ", strerror(errno), NULL);
}

/* Is a rule's inode the denied path's own, or that of a directory above? */
static void
compare(const struct launch *l, const struct stat *st, struct path at, int mode)
{
	const bool is_directory = S_ISDIR(st->st_mode);
	struct stat here, last = {0};
	int fd, above;

	if (bypassed(l, at, mode) || (!is_directory && is_standard(st, mode)))
		return;
	if (!is_directory)
		match(l, st, at, mode);
	fd = open_directory(at, is_directory);
	for (;; fd = above) {
		if (fd < 0 || fstat(fd, &here) != 0)
			unknown(at);
		if (here.st_dev == last.st_dev && here.st_ino == last.st_ino)
			break;
		match(l, &here, at, mode);
		last = here;
		above = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(fd);
	}
	close(fd);
}

static int
attempt(const struct launch *l, int dir, const char *name, int flags)
{
	int fd;

	flags |= O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	fd = openat(dir, name, flags);
	if (fd < 0 && errno == EMFILE) { /* the rules have taken them all */
		descriptors_drop(l);
		fd = openat(dir, name, flags);
	}
	return fd;
}

static void
try(const struct launch *l, int dir, const char *name, const struct stat *st,
    struct path at, int mode)
{
	const int type = S_ISDIR(st->st_mode) ? O_DIRECTORY : O_NOCTTY;
	int fd;

	if (bypassed(l, at, mode))
		return;
	fd = attempt(l, dir, name, mode | type);
	if (fd < 0 && errno == ETXTBSY) /* it runs, which is said first */
		compare(l, st, at, mode);
	else if (fd < 0 && !is_refusal(errno))
		unknown(at); /* GCOV_EXCL_LINE: a broken file system */
	if (fd < 0)
		return;
	close(fd);
	if (!is_standard(st, mode))
		leak(at, mode);
}

/* Whatever the rule is on, can it be opened for reading? */
static bool
reads(const struct blob_path *r)
{
	const uint64_t rights =
	    BLOB_FS_READ_FILE |
	    (r->kind == BLOB_KIND_FILE ? 0 : BLOB_FS_READ_DIR);

	return (r->rights & rights) == rights;
}

static bool
is_at(const struct launch *l, const struct blob_path *r, struct path at)
{
	const struct path root = l->roots[r->root].at;
	const size_t n = strlen(r->suffix);

	return root.len + (n > 0) + n == at.len &&
	       path_covers_below(root, r->suffix, at);
}

/*
 * Is anything free or granted for writing that is not granted for reading, too?
 * Where nothing is, what cannot be read cannot be written: a rule that writes
 * and does not read has beside it one that reads, granted at the very path, and
 * the two cover the same files.  Where in doubt it says yes, and is tried.
 */
static bool
writes_alone(struct launch *l)
{
	struct place *at = &l->scratch;

	if ((l->handled.of[RIGHTS_FS] & BLOB_FS_WRITE_FILE) == 0)
		return true;
	for (uint32_t i = 0; i < l->blob.npaths; i++) {
		const struct blob_path r = blob_path(&l->blob, i);
		bool alone = (r.rights & BLOB_FS_WRITES) != 0 && !reads(&r);

		if (!alone || !granted(l, i))
			continue;
		place_set(at, l->roots[r.root].at);
		(void)place_join(at, r.suffix, strlen(r.suffix)); /* it fits */
		for (uint32_t j = 0; j < l->blob.npaths && alone; j++) {
			const struct blob_path o = blob_path(&l->blob, j);

			alone = l->outcomes[j] != OUTCOME_GRANTED ||
				!reads(&o) || !is_at(l, &o, path_of(at));
		}
		if (alone)
			return true;
	}
	return false;
}

/* Connecting takes the permission to write. */
static void
check_socket(const struct launch *l, int dir, const char *name, const char *at)
{
	if ((l->handled.of[RIGHTS_FS] & BLOB_FS_RESOLVE_UNIX) == 0 &&
	    faccessat(dir, name, W_OK, 0) == 0)
		warn(at,
		    " is denied, and is a socket: this kernel cannot keep the "
		    "command from connecting to it, which needs Landlock ABI 9",
		    NULL);
}

static void
verify(const struct launch *l, const struct blob_deny *d, int dir,
    const char *name, struct path at)
{
	const bool read = (d->access & BLOB_DENY_READ) != 0;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) != 0) {
		if (!is_refusal(errno))
			unknown(at); /* GCOV_EXCL_LINE: the same */
		return;
	}
	name = *name == '\0' ? "." : name;
	if (S_ISSOCK(st.st_mode)) {
		check_socket(l, dir, name, at.s);
		return;
	}

	const bool file = S_ISREG(st.st_mode);
	const bool opens = file || S_ISDIR(st.st_mode);
	const bool write = (d->access & BLOB_DENY_WRITE) != 0 &&
			   !(read && opens && !l->writes_alone);

	if (read && opens)
		try(l, dir, name, &st, at, O_RDONLY);
	else if (read)
		compare(l, &st, at, O_RDONLY);
	if (write && file)
		try(l, dir, name, &st, at, O_WRONLY);
	else if (write)
		compare(l, &st, at, O_WRONLY);
}

void
denies_verify(struct launch *l)
{
	struct place *at = &l->scratch;

	l->writes_alone = writes_alone(l);
	for (uint32_t i = 0; i < l->blob.ndenies; i++) {
		const struct blob_deny d = blob_deny(&l->blob, i);
		const struct root *r = &l->roots[d.root];
		const char *suffix;

		if ((l->present[i / 8] & 1 << i % 8) == 0)
			continue;
		suffix = path_suffix(&l->blob, d.suffix);
		place_set(at, r->at);
		if (place_join(at, suffix, strlen(suffix)))
			verify(l, &d, r->fd, suffix, path_of(at));
	}
	for (unsigned i = 0; i < l->nlinked; i++) {
		const struct linked *k = &l->linked[i];
		const struct blob_deny d = blob_deny(&l->blob, k->deny);

		if (!k->hop)
			verify(l, &d, AT_FDCWD, shown(k->at.s), k->at);
	}
}

/*
 * The policy decides about the next launch, and its directory may be mounted
 * where the command writes, too.  Its path is the one of its file, so that
 * nothing is written that was not the policy.
 */
void
policy_verify(const struct launch *l)
{
	if (l->opt.allow_writable_policy)
		return;
	for (const struct launch *p = l; p != NULL; p = p->within) {
		const int fd = attempt(l, AT_FDCWD, p->file.s, O_WRONLY);

		if (fd >= 0)
			die("rules", p->file.s,
			    ", the policy, can be written: a second name of "
			    "it, by a mount, is granted, so take that from the "
			    "profile or pass --allow-writable-policy",
			    NULL);
		/* GCOV_EXCL_START: a broken file system */
		if (!is_refusal(errno))
			die("rules", "cannot look at ", p->file.s, ": ",
			    strerror(errno), NULL);
		/* GCOV_EXCL_STOP */
	}
}
