#include <config.h>

#include "compiler/seatbelt/equiv.h"

/*
 * Why two kernels that mean the same do not say the same.  A class looks at
 * what the profile asks for, and never at what either backend made of it.
 */
const struct equiv_class_name equiv_class_names[EQUIV_CLASSES] = {
    [EQUIV_FUTURE] = {"D2 future-name",
	"Seatbelt grants the name of a file; Landlock the file that is there, "
	"and making or removing names only in a whole directory"},
    [EQUIV_TOP] = {"D3 granted-directory",
	"Seatbelt lets the granted directory itself be made, moved and "
	"removed; for Landlock that is up to the directory above"},
    [EQUIV_TEMPORARY] = {"D2 saved-as",
	"Seatbelt grants FILE.tmp.N.N beside a writable file, the name under "
	"which programs save it"},
    [EQUIV_MOVE] = {"D6 across-directories",
	"Landlock forbids moving and linking to where a file would gain "
	"rights; Seatbelt judges both names by themselves"},
    [EQUIV_BASE] = {"base-rules",
	"what every program on macOS may do: look at /, ask for host names, "
	"write to the log, set up its terminal"},
    [EQUIV_SOCKETS] = {"socket-directory",
	"a rule of Landlock is for all below a directory; Seatbelt can say: "
	"directly in it"},
    [EQUIV_SPECIAL] = {"D5 special-places",
	"below /proc and /dev/fd and for /dev/stdin and its like, Landlock "
	"rules are about something else than the name says"},
    [EQUIV_ADDRESS] = {"addresses",
	"open_port is about this machine; Landlock sees the port only"},
};

static bool
is_below(struct text path, struct text dir)
{
	if (dir.len <= 1) /* "/" */
		return path.len > 1;
	return path.len > dir.len && path.s[dir.len] == '/' &&
	       memcmp(path.s, dir.s, dir.len) == 0;
}

static bool
at_or_below(struct text path, const char *dir)
{
	return text_is(path, dir) || is_below(path, text_of(dir));
}

/* "FILE.tmp.12.345" gives FILE; else nothing. */
static struct text
saved_file(struct text path)
{
	const struct text none = {"", 0};

	for (int part = 0; part < 2; part++) {
		uint32_t digits = 0;

		while (path.len > 0 && path.s[path.len - 1] >= '0' &&
		       path.s[path.len - 1] <= '9') {
			path.len--;
			digits++;
		}
		if (digits == 0 || path.len == 0 || path.s[path.len - 1] != '.')
			return none;
		path.len--;
	}
	if (path.len < 4 || memcmp(path.s + path.len - 4, ".tmp", 4) != 0)
		return none;
	path.len -= 4;
	return path;
}

/* A grant of more than reading at exactly this place: a tree, or a name. */
static bool
granted_at(const struct equiv *e, struct text path, bool tree)
{
	const struct capset *c = &e->compile->caps;

	for (uint32_t i = 0; i < c->caps.n; i++)
		if (cap_is_tree(&c->caps.v[i]) == tree &&
		    (c->caps.v[i].access & ~(unsigned)ACCESS_READ) != 0 &&
		    text_equal(e->places[i], path))
			return true;
	return false;
}

bool
equiv_is_directory(const struct equiv *e, struct text path)
{
	const struct capset *c = &e->compile->caps;

	if (path.len == 1)
		return true;
	for (uint32_t i = 0; i < c->caps.n; i++)
		if (is_below(e->places[i], path) ||
		    (cap_is_tree(&c->caps.v[i]) &&
			c->caps.v[i].shape != SHAPE_ANY &&
			text_equal(e->places[i], path)))
			return true;
	return false;
}

bool
equiv_is_file(const struct equiv *e, struct text path)
{
	const struct capset *c = &e->compile->caps;

	for (uint32_t i = 0; i < c->caps.n; i++)
		if (!cap_is_tree(&c->caps.v[i]) &&
		    text_equal(e->places[i], path))
			return true;
	return false;
}

bool
equiv_is_below_file(const struct equiv *e, struct text path)
{
	const struct capset *c = &e->compile->caps;

	for (uint32_t i = 0; i < c->caps.n; i++)
		if (!cap_is_tree(&c->caps.v[i]) && is_below(path, e->places[i]))
			return true;
	return false;
}

/* Does the operation make, remove or name what is at the path? */
static bool
changes_names(enum equiv_op op)
{
	switch (op) {
	case EQUIV_CREATE:
	case EQUIV_MKDIR:
	case EQUIV_REMOVE:
	case EQUIV_RMDIR:
	case EQUIV_RENAME:
	case EQUIV_LINK:
	case EQUIV_BIND:
		return true;
	case EQUIV_READ:
	case EQUIV_LIST:
	case EQUIV_WRITE:
	case EQUIV_TRUNCATE:
	case EQUIV_EXECUTE:
	case EQUIV_IOCTL:
	case EQUIV_CONNECT:
	case EQUIV_CONNECT_TCP:
	case EQUIV_BIND_TCP:
	case EQUIV_SEND_UDP:
	case EQUIV_BIND_UDP:
	case EQUIV_OPS:
		break;
	}
	return false;
}

static bool
is_base(const struct equiv_request *r)
{
	if (r->op == EQUIV_IOCTL)
		return text_is(r->path, "/dev/tty") ||
		       text_is(r->path, "/dev/ptmx") ||
		       text_is(r->path, "/dev/dtracehelper") ||
		       (r->path.len > 9 &&
			   memcmp(r->path.s, "/dev/ttys", 9) == 0);
	if (r->op == EQUIV_CONNECT)
		return text_is(r->path, "/var/run/mDNSResponder") ||
		       text_is(r->path, "/var/run/syslog") ||
		       text_is(r->path, "/private/var/run/mDNSResponder") ||
		       text_is(r->path, "/private/var/run/syslog");
	return (r->op == EQUIV_READ || r->op == EQUIV_LIST) &&
	       text_is(r->path, "/");
}

static bool
is_special(struct text path)
{
	return at_or_below(path, "/proc") || at_or_below(path, "/dev/fd") ||
	       at_or_below(path, "/dev/stdin") ||
	       at_or_below(path, "/dev/stdout") ||
	       at_or_below(path, "/dev/stderr");
}

/* Below a directory whose sockets are granted, but not directly in it. */
static bool
below_sockets(const struct equiv *e, struct text path)
{
	const struct capset *c = &e->compile->caps;

	for (uint32_t i = 0; i < c->caps.n; i++)
		if (c->caps.v[i].shape == SHAPE_SOCKET_CHILDREN &&
		    (is_below(path, e->places[i]) ||
			text_equal(path, e->places[i])))
			return true;
	return false;
}

static bool
temporary(const struct equiv *e, struct text path)
{
	struct text file = saved_file(path);

	return file.len > 0 && granted_at(e, file, false);
}

/* One of the names may be granted, or be the granted directory. */
static bool
names_grant(const struct equiv *e, const struct equiv_request *r, bool tree)
{
	return granted_at(e, r->path, tree) ||
	       (r->to.len > 0 && granted_at(e, r->to, tree));
}

enum equiv_class
equiv_explain(const struct equiv *e, const struct equiv_request *r,
    const struct decide_answer *landlock, bool landlock_allows)
{
	if (r->op >= EQUIV_PATH_OPS)
		return landlock_allows && r->elsewhere ? EQUIV_ADDRESS
						       : EQUIV_UNEXPLAINED;
	if (is_special(r->path) || (r->to.len > 0 && is_special(r->to)))
		return EQUIV_SPECIAL;
	if (landlock_allows)
		return (r->op == EQUIV_CONNECT || r->op == EQUIV_BIND) &&
			       below_sockets(e, r->path)
			   ? EQUIV_SOCKETS
			   : EQUIV_UNEXPLAINED;
	if (is_base(r))
		return EQUIV_BASE;
	if (temporary(e, r->path) || (r->to.len > 0 && temporary(e, r->to)))
		return EQUIV_TEMPORARY;
	if (changes_names(r->op) && names_grant(e, r, false))
		return EQUIV_FUTURE;
	if (changes_names(r->op) && names_grant(e, r, true))
		return EQUIV_TOP;
	if (landlock->reason == DECIDE_BY_REFER ||
	    landlock->reason == DECIDE_BY_GAIN)
		return EQUIV_MOVE;
	return EQUIV_UNEXPLAINED;
}
