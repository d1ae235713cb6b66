#include <config.h>

#include "compiler/assert/assert.h"

#include "compiler/link/revision.h"

/*
 * A file of assertions from wherever it is named.  Groups that a file of a
 * revision speaks of are those of that revision: what is judged must not
 * change what it is judged by.
 */

static bool
resolve_in_revision(const struct assert_resolver *in, const char *name,
    const struct assert_file *file, struct assertions *to)
{
	/* With nothing in it that was read before, from elsewhere. */
	struct store apart = *in->store;
	const struct assert_resolver there = {&apart, in->target};
	const char *path;
	struct git *git = revision_open(in->store, name, &path);
	bool good;

	if (git == NULL)
		return false;
	apart.profiles.n = apart.groups.n = 0;
	apart.profiles.v = NULL;
	apart.groups.v = NULL;
	apart.profiles.cap = apart.groups.cap = 0;
	apart.sources->revision = git;
	good = assert_resolve(&there, file, to);
	apart.sources->revision = NULL;
	git_close(git);
	return good;
}

bool
assert_load_named(
    const struct assert_resolver *r, const char *name, struct assertions *to)
{
	const uint32_t first = to->list.n;
	const struct assert_file *file;
	bool in_git, good;

	if (!assert_read_named(r->store, name, &file) ||
	    !revision_named(r->store, name, &in_git))
		return false;
	if (!in_git)
		return assert_resolve(r, file, to);
	good = resolve_in_revision(r, name, file, to);
	for (uint32_t i = first; i < to->list.n; i++)
		to->list.v[i].revision = name;
	return good;
}
