#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/launch.h"

/*
 * Paths with symbolic links in them.  Each link is read, and what it leads to
 * is opened as a path without links: then the name that was opened is where
 * the object is, and procfs need not be asked.  A new process that looks at
 * procfs pays 50 us for its own directory there.
 */
static const struct path procfs = {sizeof("/proc") - 1, "/proc"};

enum { NOSYMFOLLOW = 0x2000 }; /* ST_NOSYMFOLLOW of statfs(2) */

/*
 * The link read last and what it leads to, for the paths behind it that follow:
 * they are sorted.  "": none yet.  It may have been replaced since: what is
 * opened by the path that comes of it is opened without links, and judged by
 * that path, so an old target can lose a grant or give one that is due, and no
 * other.
 */
static struct path last;
static const char *target;

/* The directory that followed() asked last, and what it was told. */
static struct path asked;
static bool follows;

/* Is a component of `p` from `from` on a link?  The first becomes the last. */
static bool
find_link(struct place *p, size_t from)
{
	char saved, *text;
	size_t end;
	ssize_t n;

	if (last.len > from && path_covers(last, path_of(p)))
		return true;
	for (; from < p->len; from = end) {
		end = from + 1 + strcspn(p->s + from + 1, "/");
		saved = p->s[end];
		p->s[end] = '\0';
		text = memory_room(PATH_MAX);
		n = readlink(p->s, text, PATH_MAX - 1);
		if (n > 0) {
			text[n] = '\0';
			target = text;
			memory_take((size_t)n + 1);
			last = path_copy((struct path){end, p->s});
		}
		p->s[end] = saved;
		if (n > 0)
			return true;
		if (errno != EINVAL)
			return false;
	}
	return false;
}

/*
 * Puts the target in the place of the link that ends at `end`.  What stands
 * before it holds no link, so leading ".." can be taken by name; a later one
 * could follow a link, and is not taken: false.
 */
static bool
substitute(struct place *p, size_t end)
{
	const size_t nrest = p->len - end;
	char *rest = memory_room(nrest + 1);
	const char *s = target;
	size_t n;

	memcpy(rest, p->s + end, nrest + 1);
	while (end > 0 && p->s[end - 1] != '/')
		end--;
	p->len = *s == '/' || end == 0 ? 0 : end - 1;
	for (bool leading = true; *s != '\0'; s += n) {
		s += strspn(s, "/");
		n = strcspn(s, "/");
		if (n == 0 || (n == 1 && *s == '.'))
			continue;
		if (n == 2 && memcmp(s, "..", 2) == 0) {
			if (!leading)
				return false;
			while (p->len > 0 && p->s[--p->len] != '/')
				;
		} else {
			leading = false;
			p->s[p->len] = '\0';
			/* What it is put into could be read, so both fit. */
			(void)place_join(p, s, n);
		}
	}
	p->s[p->len] = '\0';
	return nrest < 2 || place_join(p, rest + 1, nrest - 1);
}

/*
 * Does the kernel follow the link?  Not where the mount says nosymfollow.
 * Links lie together: the directory asked last is kept.
 */
static bool
followed(struct place *p)
{
	size_t end = last.len;
	struct statfs fs;
	char saved;

	while (p->s[end - 1] != '/')
		end--;
	if (asked.len == end && memcmp(asked.s, p->s, end) == 0)
		return follows;
	saved = p->s[end];
	p->s[end] = '\0';
	follows = statfs(p->s, &fs) == 0 &&
		  ((unsigned long)fs.f_flags & NOSYMFOLLOW) == 0;
	p->s[end] = saved;
	asked = (struct path){end, last.s};
	return follows;
}

bool
links_follow(struct place *p, size_t *from, struct links *links)
{
	bool found;

	/* There a link's text is not where it leads. */
	if (links->n == LINKS_MAX || path_covers(procfs, path_of(p)))
		return false;
	found = find_link(p, *from);
	*from = 0;
	if (!found || !followed(p))
		return false;
	links->at[links->n++] = last;
	return substitute(p, last.len);
}
