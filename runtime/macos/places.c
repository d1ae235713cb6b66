#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/macos/seatbelt.h"
#include "runtime/report.h"

/*
 * What Seatbelt cannot know: it compares text with where files really lie.  A
 * denied place that is a link is another place, which nobody has denied; and
 * the files that decide about the next launch may lie where the command writes.
 */
static const struct path slash = {0, ""};

/* The place that the words name; false: its root is not there. */
static bool
named(const struct launch *l, const char *words, struct place *ret)
{
	const char *value = seatbelt_value(&words), *suffix;
	const unsigned char first = (unsigned char)*value;
	const struct root *r = &l->roots[BLOB_ROOT_SLASH];

	if (first != '/') {
		r = &l->roots[first - BLOB_ROOT_BYTE];
		value++;
		if (!r->known)
			return false;
	}
	place_set(ret, first == '/' ? slash : r->at);
	suffix = path_expand(value + (*value == '/'));
	if (suffix == NULL || !place_join(ret, suffix, strlen(suffix)))
		die("rules", value, ": ", strerror(ENAMETOOLONG), NULL);
	return true;
}

/* Is it the same but for what macOS has itself: /tmp is /private/tmp? */
static bool
system_link(struct path named, struct path real)
{
	static const struct path private = {sizeof("/private") - 1, "/private"};

	return real.len == private.len + named.len &&
	       path_covers(private, real) &&
	       memcmp(real.s + private.len, named.s, named.len) == 0;
}

static bool
granted(const struct seatbelt_place *g, bool agreed)
{
	return g->kind == SEATBELT_GRANTED ||
	       (g->kind == SEATBELT_ASKED && agreed);
}

/* Is this place, where a denied one leads, itself denied or not granted? */
static void
check_real(const struct launch *l, const struct seatbelt_place *denied,
    struct path from, struct path real, bool agreed)
{
	const struct seatbelt_policy *policy = seatbelt_policy();
	const char *grant = NULL;
	static struct place p;

	for (uint32_t i = 0; i < policy->nplaces; i++) {
		const struct seatbelt_place *g = &policy->places[i];

		if (!named(l, g->words, &p))
			continue;
		if (g->kind == SEATBELT_DENIED && g->write >= denied->write &&
		    g->read >= denied->read && path_covers(path_of(&p), real))
			return;
		if (grant == NULL && granted(g, agreed) &&
		    ((g->read && denied->read) ||
			(g->write && denied->write)) &&
		    (path_covers(path_of(&p), real) ||
			path_covers(real, path_of(&p))))
			grant = path_keep(&p).s;
	}
	if (grant != NULL)
		die("denies", shown(from.s), " is denied, and leads to ",
		    shown(real.s), ", which is granted with ", shown(grant),
		    ": put the file itself there, or deny what it leads to",
		    NULL);
}

static void
check_denied(
    const struct launch *l, const struct seatbelt_place *denied, bool agreed)
{
	static struct place from, real;

	if (!named(l, denied->words, &from))
		return;
	/*
	 * Without links on the way it is where it is written.  It is not opened
	 * then: macOS itself asks the user about some of these places.
	 */
	if (place_resolve(slash, from.s, NULL, NULL, &real) &&
	    strcmp(from.s, real.s) == 0)
		return;
	if (!place_of_missing(slash, from.s, &real))
		die("denies", shown(from.s), ": ", strerror(errno),
		    ", so that nobody can tell what is denied there", NULL);
	if (strcmp(from.s, real.s) == 0 ||
	    system_link(path_of(&from), path_of(&real)))
		return;
	check_real(l, denied, path_of(&from), path_of(&real), agreed);
}

/* Does any grant of this access hold there? */
static bool
is_granted(const struct launch *l, const struct seatbelt_place *as,
    struct path real, bool agreed)
{
	const struct seatbelt_policy *policy = seatbelt_policy();
	static struct place p;

	for (uint32_t i = 0; i < policy->nplaces; i++) {
		const struct seatbelt_place *g = &policy->places[i];

		if (granted(g, agreed) && g->read >= as->read &&
		    g->write >= as->write && named(l, g->words, &p) &&
		    path_covers(path_of(&p), real))
			return true;
	}
	return false;
}

/* A grant of a link is one of a name that no file has: said, not followed. */
static void
check_granted(
    const struct launch *l, const struct seatbelt_place *g, bool agreed)
{
	static struct place from, real;

	if (!named(l, g->words, &from) ||
	    !place_resolve(slash, from.s, NULL, NULL, &real) ||
	    strcmp(from.s, real.s) == 0 ||
	    system_link(path_of(&from), path_of(&real)) ||
	    is_granted(l, g, path_of(&real), agreed))
		return;
	warn("the grant of ", shown(from.s), " gives nothing: it leads to ",
	    shown(real.s), ", name that in the profile", NULL);
}

/* Our own files must not lie where the command writes. */
static void
check_written(const struct launch *l, const struct seatbelt_place *g)
{
	static struct place at, real;
	struct stat st;
	int fd = -1;

	if (!named(l, g->words, &at))
		return;
	/* Nothing is opened but what opening does nothing to. */
	if (stat(shown(at.s), &st) == 0 &&
	    (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)))
		fd = open(shown(at.s), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && place_of_fd(fd, &real))
		protect_check(path_of(&real), fd, BLOB_FS_WRITES);
	protect_check(path_of(&at), fd, BLOB_FS_WRITES);
	if (fd >= 0)
		close(fd);
}

void
places_check(const struct launch *l, bool agreed)
{
	const struct seatbelt_policy *policy = seatbelt_policy();

	for (uint32_t i = 0; i < policy->nplaces; i++) {
		const struct seatbelt_place *p = &policy->places[i];

		if (p->kind == SEATBELT_DENIED)
			check_denied(l, p, agreed);
		else if (granted(p, agreed) && p->write &&
			 !l->opt.allow_writable_policy)
			check_written(l, p);
		if (granted(p, agreed))
			check_granted(l, p, agreed);
	}
}
