#include <config.h>

#include "compiler/review/why.h"

#include "compiler/blob/blob_write.h"

/*
 * The smallest change of the profile that would allow what is denied.  It is
 * put into the policy and the decider is asked again, before anybody reads
 * it; and none is proposed that opens a denied path, or a home directory.
 */
enum { EDITS_MAX = DECIDE_NEEDS };

struct edit {
	struct decide_path path;
	bool file; /* a single file's, not a directory's */
	bool read, write;
};

struct edits {
	struct edit v[EDITS_MAX];
	unsigned n;
};

static const uint64_t read_rights =
    BLOB_FS_READ_FILE | BLOB_FS_READ_DIR | BLOB_FS_EXECUTE;
static const uint64_t write_rights =
    BLOB_FS_WRITE_FILE | BLOB_FS_TRUNCATE | BLOB_FS_REMOVE_DIR |
    BLOB_FS_REMOVE_FILE | BLOB_FS_MAKE_DIR | BLOB_FS_MAKE_REG |
    BLOB_FS_MAKE_SOCK | BLOB_FS_MAKE_FIFO | BLOB_FS_MAKE_SYM | BLOB_FS_REFER |
    BLOB_FS_RESOLVE_UNIX;

static struct text
parent(struct text suffix)
{
	while (suffix.len > 0 && suffix.s[suffix.len - 1] != '/')
		suffix.len--;
	if (suffix.len > 0)
		suffix.len--;
	return suffix;
}

static bool
is_device(const struct decide_path *p)
{
	return p->root == BLOB_ROOT_SLASH && p->suffix.len > 4 &&
	       memcmp(p->suffix.s, "dev/", 4) == 0;
}

static uint64_t
edit_rights(const struct edit *e)
{
	uint64_t rights =
	    (e->read ? read_rights : 0) | (e->write ? write_rights : 0);

	if (e->write && is_device(&e->path))
		rights |= BLOB_FS_IOCTL_DEV;
	return e->file ? rights & BLOB_FS_FILE : rights;
}

static void
add_edit(struct edits *to, struct edit e)
{
	for (unsigned i = 0; i < to->n; i++) {
		struct edit *o = &to->v[i];

		if (o->file != e.file || o->path.root != e.path.root ||
		    !text_equal(o->path.suffix, e.path.suffix))
			continue;
		o->read |= e.read;
		o->write |= e.write;
		return;
	}
	to->v[to->n++] = e;
}

/* A grant for each place where something is missing. */
static void
propose(const struct why *w, struct edits *ret)
{
	for (unsigned i = 0; i < w->answer.nneeds; i++) {
		const struct decide_need *n = &w->answer.needs[i];
		struct edit e = {.path = n->on.path};

		if (n->missing == 0)
			continue;
		e.read = (n->missing & read_rights) != 0;
		e.write = (n->missing & ~read_rights) != 0;
		e.file = n->on.kind == DECIDE_FILE;
		if (n->on.kind == DECIDE_NEW)
			e.path.suffix = parent(e.path.suffix);
		add_edit(ret, e);
	}
}

/* The same policy with the grants in it, asked again. */
static bool
helps(const struct why *w, const struct edits *edits, struct blob *ret_changed)
{
	struct diags diags = {.arena = w->arena};
	struct decide_answer answer;
	const uint8_t *bytes;
	struct blob_model m;
	const char *why_not;
	uint32_t size;

	blob_read_model(&w->policy->blob, w->arena, &m);
	m.sources.n = m.origins.n = m.links.n = 0;
	for (unsigned i = 0; i < edits->n; i++)
		*VEC_PUSH(w->arena, &m.paths) = (struct model_path){
		    .suffix = edits->v[i].path.suffix,
		    .root = edits->v[i].path.root,
		    .kind = edits->v[i].file ? BLOB_KIND_FILE : BLOB_KIND_ANY,
		    .rights = edit_rights(&edits->v[i]) & m.target.fs_handled,
		};
	if (!blob_write(&m, w->arena, &diags, &bytes, &size) ||
	    !blob_open(ret_changed, bytes, size, &why_not))
		return false;
	decide_here(
	    decide_open(w->arena, ret_changed, &w->env), &w->request, &answer);
	return answer.verdict == DECIDE_ALLOWED;
}

static const char *
key(const struct edit *e)
{
	if (e->file)
		return e->read && e->write ? "allow_file"
		       : e->write	   ? "write_file"
					   : "read_file";
	return e->read && e->write ? "allow" : e->write ? "write" : "read";
}

/* A root as a whole is nobody's to grant, but for the working directory. */
static bool
too_wide(const struct edit *e)
{
	return !e->file && e->path.suffix.len == 0 &&
	       e->path.root != BLOB_ROOT_CWD;
}

static void
print_too_wide(struct why *w, struct finding *f, const struct edits *edits)
{
	for (unsigned i = 0; i < edits->n; i++) {
		const struct text path = why_path(w->arena, &edits->v[i].path);

		if (too_wide(&edits->v[i]))
			report_detail(&w->report, f,
			    "only a grant of all of %.*s would allow it: keep "
			    "the file in a directory of its own",
			    (int)path.len, path.s);
	}
}

static bool
denied(struct why *w, struct finding *f, const struct edit *e)
{
	const uint32_t deny =
	    decide_denied(w->decider, &e->path, edit_rights(e));
	struct decide_path at;
	struct blob_deny d;
	struct text path;

	if (deny == DECIDE_NONE)
		return false;
	d = blob_deny(&w->policy->blob, deny);
	at = (struct decide_path){text_of(d.suffix), d.root};
	path = why_path(w->arena, &at);
	report_detail(&w->report, f,
	    "%.*s is denied, and that stands in the way", (int)path.len,
	    path.s);
	why_places(w, f, BLOB_DENY, deny, "the denied path");
	return true;
}

static void
print_edit(struct why *w, struct finding *f, const struct edit *e)
{
	const struct text path = why_path(w->arena, &e->path);

	if (e->path.root == BLOB_ROOT_CWD && e->path.suffix.len == 0)
		report_detail(&w->report, f,
		    "to allow it: \"workdir\": { \"access\": \"%s\" }%s",
		    e->read && e->write ? "readwrite"
		    : e->write		? "write"
					: "read",
		    w->env.consent ? "" : ", with the user's consent");
	else
		report_detail(&w->report, f,
		    "to allow it: \"filesystem\": { \"%s\": [\"%.*s\"] }",
		    key(e), (int)path.len, path.s);
}

static void
suggest_other(struct why *w, struct finding *f)
{
	const unsigned port = (unsigned)w->request.port;
	const char *list = NULL;

	switch ((unsigned)w->request.op) {
	case DECIDE_CONNECT_TCP:
		list = "connect_port";
		break;
	case DECIDE_BIND_TCP:
		list = "listen_port";
		break;
	case DECIDE_SEND_UDP:
		list = "connect_udp_port";
		break;
	case DECIDE_BIND_UDP:
		list = "listen_udp_port";
		break;
	case DECIDE_SIGNAL:
		report_detail(&w->report, f,
		    "to allow it: \"security\": { \"signal_mode\": "
		    "\"allow_all\" }");
		break;
	default:
		break;
	}
	if (list != NULL)
		report_detail(&w->report, f,
		    "to allow it: \"network\": { \"%s\": [%u] }", list, port);
}

static bool
any_too_wide(const struct edits *edits)
{
	for (unsigned i = 0; i < edits->n; i++)
		if (too_wide(&edits->v[i]))
			return true;
	return false;
}

bool
why_blocked(struct why *w, struct finding *f)
{
	struct edits edits = {.n = 0};

	propose(w, &edits);
	if (any_too_wide(&edits))
		return false;
	for (unsigned i = 0; i < edits.n; i++)
		if (denied(w, f, &edits.v[i]))
			return true;
	return false;
}

void
why_suggest(struct why *w, struct finding *f)
{
	struct edits edits = {.n = 0};
	struct blob changed;

	if (w->answer.nneeds == 0) {
		suggest_other(w, f);
		return;
	}
	propose(w, &edits);
	if (edits.n == 0)
		return;
	if (any_too_wide(&edits)) {
		print_too_wide(w, f, &edits);
		return;
	}
	if (!helps(w, &edits, &changed)) {
		report_detail(&w->report, f,
		    "no grant of these paths alone would allow it");
		return;
	}
	for (unsigned i = 0; i < edits.n; i++)
		print_edit(w, f, &edits.v[i]);
	why_assertions(w, f, &changed);
}
