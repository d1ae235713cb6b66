#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * What decides about the next launch, and that the command must therefore not
 * be able to write: the policy, this program, the directories above them, and
 * the symbolic links by which they were named, which could be made to lead to
 * another policy.
 */
enum { FILES = 3 }; /* the policy, a base policy, this program */

static struct guarded {
	struct guarded *next;
	struct path at;
	const char *what;
} * guarded;

/* A guarded file with several names, of which nobody knows where they lie. */
static struct {
	dev_t dev;
	ino_t ino;
	const char *name, *what;
} shared[FILES];
static unsigned nshared;

static void
guard(struct path at, const char *what)
{
	struct guarded *g = memory_keep(sizeof(*g)), **end = &guarded;

	*g = (struct guarded){.at = at, .what = what};
	while (*end != NULL)
		end = &(*end)->next;
	*end = g;
}

static void
protect_link(void *arg, struct path link)
{
	const char *const *what = arg;

	guard(path_copy(link), *what);
}

bool
protect_way(const char *name, const char *what, struct place *ret)
{
	static struct place here;

	here.len = 0;
	return (*name == '/' || place_here(&here)) &&
	       place_resolve(path_of(&here), name, protect_link, &what, ret);
}

void
protect_file(const struct stat *st, struct path at, const char *what)
{
	const uid_t user = getuid();

	guard(at, what);
	if (st->st_nlink < 2)
		return;
	if (user != 0 && st->st_uid != user &&
	    (st->st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return; /* not even under another name */
	shared[nshared].dev = st->st_dev;
	shared[nshared].ino = st->st_ino;
	shared[nshared].name = at.s;
	shared[nshared++].what = what;
}

static _Noreturn void
refuse(const char *grant, const char *path, const char *what)
{
	die("rules", grant, " may be written, and ", path, what,
	    " with it: move it elsewhere or pass --allow-writable-policy",
	    NULL);
}

/* A file is compared itself, a directory may hold the other name. */
static void
check_shared(struct path grant, int fd)
{
	struct stat st;

	/* GCOV_EXCL_START: the descriptor is open. */
	if (fstat(fd, &st) != 0)
		die("rules", shown(grant.s), ": ", strerror(errno), NULL);
	/* GCOV_EXCL_STOP */
	for (unsigned i = 0; i < nshared; i++)
		if (st.st_dev == shared[i].dev &&
		    (S_ISDIR(st.st_mode) || st.st_ino == shared[i].ino))
			die("rules", shown(grant.s),
			    " may be written, and another name of ",
			    shared[i].name, shared[i].what,
			    " may lie in it: copy the file, so that it has one "
			    "name, or pass --allow-writable-policy",
			    NULL);
}

void
protect_check(struct path grant, int fd, uint64_t rights)
{
	if ((rights & BLOB_FS_WRITES) == 0)
		return;
	for (const struct guarded *g = guarded; g != NULL; g = g->next)
		if (path_covers(grant, g->at))
			refuse(shown(grant.s), g->at.s, g->what);
	if (nshared > 0 && fd >= 0)
		check_shared(grant, fd);
}
