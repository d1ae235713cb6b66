#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * What is mounted below a granted directory is granted with it, and may be a
 * second name of what is denied.  Landlock cannot tell, and neither can the
 * comparison of names; the mount table can, but asking it takes too long for
 * every launch (docs/hacking.md).  So it is part of the report, and is read
 * for that before the policy keeps us from it.
 */
enum { TABLE_MAX = 4 * 1024 * 1024, SHOWN_MAX = 16 };

/* A line of /proc/self/mountinfo, its strings ended in place. */
struct mount {
	const char *device; /* "MAJOR:MINOR" */
	struct path shows;  /* what of the file system is seen there */
	struct path at;
	const char *denied; /* of which it shows something; NULL: of none */
	bool granted;	    /* by a rule on a directory above */
};

static struct mount *mounts;
static uint32_t nmounts;
static int failed; /* errno; 0: the table is there */

/* Ends the field; what follows.  A blank in a path is written "\040". */
static char *
next_field(char *p)
{
	p += strcspn(p, " \n");
	if (*p == ' ')
		*p++ = '\0';
	return p;
}

static struct path
unescape(char *s)
{
	char *to = s;

	for (const char *from = s; *from != '\0'; from++, to++) {
		*to = *from;
		if (*from == '\\' && from[1] != '\0' && from[2] != '\0' &&
		    from[3] != '\0') {
			*to = (char)((from[1] - '0') << 6 |
				     (from[2] - '0') << 3 | (from[3] - '0'));
			from += 3;
		}
	}
	*to = '\0';
	if (to - s == 1) /* "/" */
		*s = *--to;
	return (struct path){(size_t)(to - s), s};
}

/* ID PARENT MAJOR:MINOR ROOT MOUNT-POINT OPTION... */
static char *
parse(char *line, struct mount *ret)
{
	char *fields[5];

	for (unsigned i = 0; i < 5; i++) {
		fields[i] = line;
		line = next_field(line);
	}
	line += strcspn(line, "\n");
	*ret = (struct mount){
	    .device = fields[2],
	    .shows = unescape(fields[3]),
	    .at = unescape(fields[4]),
	};
	return line + (*line == '\n');
}

/* The text, and room for what is made of it: a line has 20 bytes and more. */
static char *
read_table(void)
{
	const size_t room = TABLE_MAX + TABLE_MAX / 20 * sizeof(struct mount);
	const int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	size_t size = 0;
	ssize_t n = -1;
	char *text;

	failed = fd < 0 ? errno : 0;
	text = mmap(NULL, room, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	while (failed == 0 && text != MAP_FAILED &&
	       (n = read(fd, text + size, TABLE_MAX - size)) > 0)
		size += (size_t)n;
	if (failed == 0)
		failed = n < 0 ? errno : size == TABLE_MAX ? EFBIG : 0;
	close(fd);
	if (failed != 0)
		return NULL;
	mounts = (struct mount *)(void *)(text + TABLE_MAX);
	return text;
}

/* Where a rule on a directory really lies; false: it cannot be told. */
static bool
place_of_rule(const struct launch *l, uint32_t i, struct place *ret)
{
	const struct blob_path r = blob_path(&l->blob, i);
	const char *suffix = path_suffix(&l->blob, r.suffix);
	bool told;
	int fd;

	place_set(ret, l->roots[r.root].at);
	(void)place_join(ret, suffix, strlen(suffix)); /* it has fitted */
	if (l->outcomes[i] == OUTCOME_GRANTED)
		return true;
	if (l->outcomes[i] == OUTCOME_GRANTED_PARENT)
		*strrchr(ret->s, '/') = '\0';
	fd = open(shown(ret->s), O_PATH | O_CLOEXEC);
	told = fd >= 0 && place_of_fd(fd, ret);
	close(fd);
	return told;
}

/* What the rule grants with the directory that it is on. */
static void
mark_granted(const struct launch *l, uint32_t i)
{
	static struct place p;
	const enum outcome o = (enum outcome)l->outcomes[i];

	if ((o != OUTCOME_GRANTED && o != OUTCOME_GRANTED_LINK &&
		o != OUTCOME_GRANTED_PARENT) ||
	    !place_of_rule(l, i, &p))
		return;
	for (uint32_t m = 0; m < nmounts; m++)
		if (path_covers(path_of(&p), mounts[m].at) &&
		    mounts[m].at.len > p.len)
			mounts[m].granted = true;
}

/*
 * The mount that the path is seen through, the last and closest, and its name
 * in that file system, as far as there is room.
 */
static const struct mount *
find(struct path at, struct place *ret_inside)
{
	const struct mount *found = NULL;

	for (uint32_t m = 0; m < nmounts; m++)
		if (path_covers(mounts[m].at, at) &&
		    (found == NULL || mounts[m].at.len >= found->at.len))
			found = &mounts[m];
	if (found != NULL) {
		place_set(ret_inside, found->shows);
		if (at.len > found->at.len)
			(void)place_join(ret_inside, at.s + found->at.len + 1,
			    at.len - found->at.len - 1);
	}
	return found;
}

static void
mark_denied(struct path at)
{
	static struct place inside;
	const struct mount *own = find(at, &inside);

	for (uint32_t m = 0; own != NULL && m < nmounts; m++) {
		struct mount *other = &mounts[m];

		if (other->granted && other->denied == NULL && other != own &&
		    strcmp(other->device, own->device) == 0 &&
		    (path_covers(other->shows, path_of(&inside)) ||
			path_covers(path_of(&inside), other->shows)))
			other->denied = path_copy(at).s;
	}
}

void
mounts_read(const struct launch *l)
{
	static struct place at;
	char *text = read_table();

	if (text == NULL)
		return;
	while (*text != '\0')
		text = parse(text, &mounts[nmounts++]);
	for (uint32_t i = 0; i < l->blob.npaths; i++)
		mark_granted(l, i);
	if (!place_return())
		die("report",
		    "cannot return to the working directory: ", strerror(errno),
		    NULL);
	for (uint32_t i = 0; i < l->blob.ndenies; i++) {
		const struct blob_deny d = blob_deny(&l->blob, i);
		const char *suffix = path_suffix(&l->blob, d.suffix);

		if ((l->present[i / 8] & 1 << i % 8) == 0)
			continue;
		place_set(&at, l->roots[d.root].at);
		if (place_join(&at, suffix, strlen(suffix)))
			mark_denied(path_of(&at));
	}
	for (unsigned i = 0; i < l->nlinked; i++)
		if (!l->linked[i].hop)
			mark_denied(l->linked[i].at);
}

/* Where all machines have mounts, none of them of somebody's files. */
static bool
is_system(struct path at)
{
	static const struct path system[] = {{sizeof("/dev") - 1, "/dev"},
	    {sizeof("/proc") - 1, "/proc"}, {sizeof("/sys") - 1, "/sys"}};

	for (unsigned i = 0; i < sizeof(system) / sizeof(*system); i++)
		if (path_covers(system[i], at))
			return true;
	return false;
}

/* What shows something denied comes first. */
void
mounts_print(int fd)
{
	unsigned n = 0;

	if (failed != 0)
		say(fd, "residual   what is mounted in what is granted: ",
		    strerror(failed), NULL);
	for (int denied = 1; denied >= 0; denied--) {
		for (uint32_t m = 0; m < nmounts; m++) {
			const struct mount *it = &mounts[m];

			if (!it->granted || (it->denied != NULL) != denied ||
			    (!denied && is_system(it->at)) || n++ >= SHOWN_MAX)
				continue;
			say(fd, "residual   ", shown(it->at.s),
			    ", mounted in what is granted",
			    denied ? ", which shows what is denied: " : "",
			    denied ? it->denied : "", NULL);
		}
	}
	if (n > SHOWN_MAX)
		say(fd, "residual   ", decimal(n - SHOWN_MAX),
		    " more mounts in what is granted", NULL);
}
