#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

static const struct {
	const char *variable;
	const char *below_home; /* the default; NULL: none */
} xdg[BLOB_ROOTS] = {
    [BLOB_ROOT_XDG_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
    [BLOB_ROOT_XDG_DATA] = {"XDG_DATA_HOME", ".local/share"},
    [BLOB_ROOT_XDG_STATE] = {"XDG_STATE_HOME", ".local/state"},
    [BLOB_ROOT_XDG_CACHE] = {"XDG_CACHE_HOME", ".cache"},
    [BLOB_ROOT_XDG_RUNTIME] = {"XDG_RUNTIME_DIR", NULL},
};

static bool
used(const struct launch *l, enum blob_root root)
{
	return (l->target.roots & 1u << root) != 0;
}

/* The variable's absolute path, or NULL where it is unset or empty. */
static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	if (value == NULL || *value == '\0')
		return NULL;
	if (*value != '/')
		die("roots", "$", name, " is ", value,
		    ", which is relative: set an absolute path or unset it",
		    NULL);
	return value;
}

/*
 * Opens a root.  One that is missing is not open, but its place is known:
 * a denied path below it may still lie in another root's grant.
 */
static void
open_root(struct launch *l, enum blob_root root, const char *path)
{
	struct root *r = &l->roots[root];
	const struct root *home =
	    &l->roots[BLOB_ROOT_HOME]; /* for a relative */

	r->given = path;
	r->fd = place_open_directory(
	    *path == '/' ? AT_FDCWD : home->fd, path, false, &l->scratch);
	r->known = r->fd >= 0;
	if (r->fd >= 0)
		descriptors_keep(l, r->fd);
	else if (errno == ENOENT || errno == ENOTDIR || errno == EACCES)
		r->known = place_of_missing(home->at, path, &l->scratch);
	if (!r->known)
		die("roots", "cannot open ", path, ": ", strerror(errno), NULL);
	r->at = path_keep(&l->scratch);
}

static void
open_slash(struct launch *l)
{
	struct root *r = &l->roots[BLOB_ROOT_SLASH];

	r->fd = place_open_directory(AT_FDCWD, "/", false, &l->scratch);
	/* GCOV_EXCL_START: no descriptor is left, and none for counting */
	if (r->fd < 0)
		die("roots", "cannot open /: ", strerror(errno), NULL);
	/* GCOV_EXCL_STOP */
	descriptors_keep(l, r->fd);
	r->at = (struct path){0, ""};
	r->known = true;
}

static bool
has_dots(const char *path)
{
	for (const char *p = path; (p = strstr(p, "..")) != NULL; p += 2)
		if ((p == path || p[-1] == '/') &&
		    (p[2] == '/' || p[2] == '\0'))
			return true;
	return false;
}

/* Opens the home directory; NULL, or what is wrong with it. */
static const char *
open_home(struct launch *l)
{
	struct root *r = &l->roots[BLOB_ROOT_HOME];
	const char *path = l->opt.home;
	struct stat st;
	int fd;

	if (path == NULL)
		path = getenv("HOME");
	if (path == NULL || *path == '\0')
		return "is not set";
	if (*path != '/')
		return "is not an absolute path";
	if (has_dots(path))
		return "has .. in it";
	fd = place_open_directory(AT_FDCWD, path, true, &l->scratch);
	if (fd < 0)
		return strerror(errno);
	descriptors_keep(l, fd);
	if (fstat(fd, &st) != 0)
		return strerror(errno);
	if (l->scratch.len == 0)
		return "is the root directory";
	if (l->opt.home == NULL && st.st_uid != getuid())
		return "belongs to somebody else";
	r->fd = fd;
	r->at = path_keep(&l->scratch);
	r->given = path;
	r->known = true;
	return NULL;
}

static void
need_home(struct launch *l)
{
	const char *why;

	if (l->roots[BLOB_ROOT_HOME].known)
		return;
	why = open_home(l);
	if (why != NULL)
		die("roots", "the home directory ",
		    l->opt.home != NULL ? l->opt.home : "$HOME", " ", why,
		    ": name it with --home DIR", NULL);
}

/*
 * By what name a shell has come to the working directory, if it says so and it
 * still leads there: its links count as those of --cwd do.  NULL: by its own,
 * or nobody knows.
 */
static const char *
shell_name(const struct root *cwd)
{
	const char *name = getenv("PWD");
	struct stat here, there;

	if (name == NULL || *name != '/' || strcmp(name, cwd->at.s) == 0)
		return NULL;
	return fstat(cwd->fd, &here) == 0 && stat(name, &there) == 0 &&
		       here.st_dev == there.st_dev &&
		       here.st_ino == there.st_ino
		   ? name
		   : NULL;
}

static void
open_cwd(struct launch *l)
{
	struct root *r = &l->roots[BLOB_ROOT_CWD];
	int fd;

	if (l->opt.cwd != NULL && chdir(l->opt.cwd) != 0)
		die("roots", "--cwd ", l->opt.cwd, ": ", strerror(errno), NULL);
	fd = place_start();
	if (fd >= 0)
		descriptors_keep(l, fd);
	if (!used(l, BLOB_ROOT_CWD))
		return;
	if (fd < 0 || !place_here(&l->scratch))
		die("roots", "the working directory: ", strerror(errno),
		    ", change to one that exists", NULL);
	r->fd = fd;
	r->at = path_keep(&l->scratch);
	r->given = l->opt.cwd != NULL ? l->opt.cwd : shell_name(r);
	r->known = true;
}

static void
open_tmpdir(struct launch *l)
{
	struct root *r = &l->roots[BLOB_ROOT_TMPDIR];
	const struct root *home = &l->roots[BLOB_ROOT_HOME];
	const char *path = variable("TMPDIR");

	open_root(l, BLOB_ROOT_TMPDIR, path == NULL ? "/tmp" : path);
	if (r->at.len == 0) {
		r->withheld = true; /* whose home it is, it holds it */
		warn("$TMPDIR is the root directory: nothing is granted in it",
		    NULL);
		return;
	}
	if (!home->known && open_home(l) != NULL)
		return; /* nothing to compare with */
	if (!path_covers(r->at, home->at))
		return;
	r->withheld = true;
	warn("$TMPDIR ", shown(r->at.s), " holds the home directory ",
	    home->at.s, ": nothing is granted in it", NULL);
}

static void
open_xdg(struct launch *l, enum blob_root root)
{
	const char *path = variable(xdg[root].variable);

	if (path != NULL) {
		open_root(l, root, path);
		if (l->roots[root].at.len == 0)
			die("roots", "$", xdg[root].variable,
			    " is the root directory: set another path or "
			    "unset it",
			    NULL);
	} else if (xdg[root].below_home != NULL) {
		need_home(l);
		l->roots[root].given = xdg[root].below_home;
		if (!root_open_below_home(l, root, xdg[root].below_home))
			open_root(l, root, xdg[root].below_home);
	}
}

void
roots_open(struct launch *l)
{
	for (unsigned i = 0; i < BLOB_ROOTS; i++)
		l->roots[i].fd = -1;
	open_cwd(l); /* first: other paths may be relative to it */
	if (used(l, BLOB_ROOT_SLASH))
		open_slash(l);
	if (used(l, BLOB_ROOT_HOME))
		need_home(l);
	if (used(l, BLOB_ROOT_TMPDIR))
		open_tmpdir(l);
	for (unsigned i = BLOB_ROOT_XDG_CONFIG; i < BLOB_ROOTS; i++)
		if (used(l, (enum blob_root)i))
			open_xdg(l, (enum blob_root)i);
}
