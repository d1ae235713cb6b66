#include <config.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "runtime/launch.h"

/*
 * A policy's paths are sorted, so what one look at the file system has said
 * often answers for the paths that follow.  Half of a policy's paths exist on
 * no one machine, and whole directories of them are missing at once.  A hint
 * can make a rule be found missing, or be judged later; never grant anything.
 */

static bool
begins(const char *suffix, const char *path, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (suffix[i] != path[i])
			return false;
	return suffix[n] == '/' || suffix[n] == '\0';
}

enum hint_kind
hint_of(const struct hint *h, const struct root *r, const char *suffix)
{
	if (h->root != r || h->kind == HINT_PRESENT ||
	    !begins(suffix, h->path, h->len))
		return HINT_NONE;
	return h->kind;
}

void
hint_set(struct hint *h, const struct root *r, const char *suffix,
    enum hint_kind kind)
{
	*h = (struct hint){
	    .root = r, .path = suffix, .len = strlen(suffix), .kind = kind};
}

void
hint_missing(struct hint *h, const struct root *r, const char *suffix,
    const char *next, struct place *room)
{
	const char *slash = strrchr(suffix, '/');
	const size_t n = slash == NULL ? 0 : (size_t)(slash - suffix);
	char first;

	/* One look at the directory, if the next path lies in it, too. */
	if (n == 0 || next == NULL || strncmp(next, suffix, n + 1) != 0)
		return;
	if (h->root == r && h->kind == HINT_PRESENT && h->len >= n &&
	    begins(h->path, suffix, n))
		return;
	memcpy(room->s, suffix, n);
	room->s[n] = '\0';
	*h = (struct hint){.root = r, .path = suffix, .len = n};
	h->kind = readlinkat(r->fd, room->s, &first, 1) < 0 && errno == ENOENT
		      ? HINT_MISSING
		      : HINT_PRESENT;
}
