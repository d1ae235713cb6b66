#include <config.h>

#include "compiler/seatbelt/side_seatbelt.h"

#include "compiler/base/status.h"
#include "compiler/sbpl/seatbelt_text.h"

/* Opening a policy for macOS, and requests to it in the words of why. */

static const struct {
	const char *name, *place;
} defaults[] = {
    {"XDG_CONFIG_HOME", "/.config"},
    {"XDG_DATA_HOME", "/.local/share"},
    {"XDG_STATE_HOME", "/.local/state"},
    {"XDG_CACHE_HOME", "/.cache"},
};

static struct text
home_of(const struct seatbelt_launch *launch)
{
	return launch->home.s != NULL ? launch->home : TEXT("$HOME");
}

struct params {
	struct arena *arena;
	struct VEC(struct sbpl_param) v;
};

static void
add(struct params *p, const char *name, struct text value)
{
	*VEC_PUSH(p->arena, &p->v) = (struct sbpl_param){text_of(name), value};
}

static void
add_params(struct params *p, const struct seatbelt_launch *launch)
{
	const struct text home = home_of(launch);

	if (launch->home.s != NULL)
		add(p, "HOME", launch->home);
	if (launch->cwd.s != NULL)
		add(p, "CWD", launch->cwd);
	for (size_t i = 0; i < ARRAY_LEN(defaults); i++)
		add(p, defaults[i].name,
		    arena_printf(p->arena, "%.*s%s", (int)home.len, home.s,
			defaults[i].place));
	/* Without a value it is sure not to be given. */
	add(p, "XDG_RUNTIME_DIR", (struct text){0});
	add(p, "ALLOW_CWD", launch->no_consent ? (struct text){0} : TEXT("1"));
}

bool
side_seatbelt_open(struct compile *c, const struct side_policy *p,
    const struct seatbelt_launch *launch, struct sbpl_file *ret_file)
{
	struct params params = {.arena = &c->arena};
	struct sbpl_world world = {.symbolic = true};
	struct diags quiet = {.arena = &c->arena, .sources = &c->sources};
	/* What is odd in our own text is said when it is compiled. */
	struct diags *d = p->compiled ? &quiet : &c->diags;
	const char *name = arena_text(&c->arena, p->shown).s;
	uint32_t source;

	add_params(&params, launch);
	world.params = params.v.v;
	world.param_n = params.v.n;
	if (!source_from_text(
		&c->sources, &c->arena, d, name, p->seatbelt, &source) ||
	    !sbpl_file_open_source(
		&c->arena, d, &c->sources, name, source, &world, ret_file)) {
		diags_flush(d);
		return false;
	}
	ret_file->compiled = p->compiled;
	ret_file->profile = p->path;
	for (uint32_t i = 0; i < p->files.n; i++)
		*VEC_PUSH(&c->arena, &ret_file->origins) =
		    (struct sbpl_origin){p->files.v[i].name,
			p->files.v[i].revision, p->files.v[i].path};
	return true;
}

struct text
side_seatbelt_path(
    struct arena *a, const struct seatbelt_launch *launch, struct path p)
{
	struct text top = TEXT(""), t;

	if (p.root == BLOB_ROOT_HOME)
		top = home_of(launch);
	else if (p.root == BLOB_ROOT_CWD && launch->cwd.s != NULL)
		top = launch->cwd;
	else if (p.root != BLOB_ROOT_SLASH)
		top = arena_printf(a, "$%s", seatbelt_parameter(p.root));
	for (size_t i = 0; top.len > 0 && i < ARRAY_LEN(defaults); i++)
		if (text_is((struct text){top.s + 1, top.len - 1},
			defaults[i].name))
			top =
			    arena_printf(a, "%.*s%s", (int)home_of(launch).len,
				home_of(launch).s, defaults[i].place);
	t = arena_printf(a, "%.*s%s%.*s", (int)top.len, top.s,
	    p.suffix.len > 0 || top.len == 0 ? "/" : "", (int)p.suffix.len,
	    p.suffix.s);
	for (uint32_t i = 0; i < t.len; i++)
		if (t.s[i] == BLOB_UID_BYTE)
			t = arena_printf(a, "%.*s$UID%.*s", (int)i, t.s,
			    (int)(t.len - i - 1), t.s + i + 1);
	return t;
}

struct text
seatbelt_place(
    struct arena *a, const struct seatbelt_launch *launch, struct path p)
{
	return sbpl_real_path(a, side_seatbelt_path(a, launch, p));
}

/* clang-format off */
#define NOTHING { SBPL_OPS, SBPL_OPS }
/* Of the path, then of the path that a second argument names. */
static const struct {
	const char *word;
	enum sbpl_op ops[2], to[2];
} asked[] = {
	{ "read", { SBPL_OP_FILE_READ_DATA, SBPL_OPS }, NOTHING },
	{ "list", { SBPL_OP_FILE_READ_DATA, SBPL_OPS }, NOTHING },
	{ "write", { SBPL_OP_FILE_WRITE_DATA, SBPL_OPS }, NOTHING },
	{ "update", { SBPL_OP_FILE_READ_DATA, SBPL_OP_FILE_WRITE_DATA },
	  NOTHING },
	{ "overwrite", { SBPL_OP_FILE_WRITE_DATA, SBPL_OPS }, NOTHING },
	{ "truncate", { SBPL_OP_FILE_WRITE_DATA, SBPL_OPS }, NOTHING },
	{ "execute", { SBPL_OP_PROCESS_EXEC_ANY, SBPL_OP_FILE_READ_DATA },
	  NOTHING },
	{ "create", { SBPL_OP_FILE_WRITE_CREATE, SBPL_OP_FILE_WRITE_DATA },
	  NOTHING },
	{ "mkdir", { SBPL_OP_FILE_WRITE_CREATE, SBPL_OPS }, NOTHING },
	{ "symlink", { SBPL_OP_FILE_WRITE_CREATE, SBPL_OPS }, NOTHING },
	{ "mkfifo", { SBPL_OP_FILE_WRITE_CREATE, SBPL_OPS }, NOTHING },
	{ "mknod", { SBPL_OP_FILE_MKNOD, SBPL_OPS }, NOTHING },
	{ "remove", { SBPL_OP_FILE_WRITE_UNLINK, SBPL_OPS }, NOTHING },
	{ "rmdir", { SBPL_OP_FILE_WRITE_UNLINK, SBPL_OPS }, NOTHING },
	{ "rename", { SBPL_OP_FILE_WRITE_UNLINK, SBPL_OPS },
	  { SBPL_OP_FILE_WRITE_CREATE, SBPL_OPS } },
	{ "replace", { SBPL_OP_FILE_WRITE_UNLINK, SBPL_OPS },
	  { SBPL_OP_FILE_WRITE_CREATE, SBPL_OP_FILE_WRITE_UNLINK } },
	{ "exchange", { SBPL_OP_FILE_WRITE_UNLINK, SBPL_OP_FILE_WRITE_CREATE },
	  { SBPL_OP_FILE_WRITE_UNLINK, SBPL_OP_FILE_WRITE_CREATE } },
	{ "link", { SBPL_OP_FILE_LINK, SBPL_OPS },
	  { SBPL_OP_FILE_WRITE_CREATE, SBPL_OPS } },
	{ "ioctl", { SBPL_OP_FILE_IOCTL, SBPL_OPS }, NOTHING },
	{ "stat", { SBPL_OP_FILE_READ_METADATA, SBPL_OPS }, NOTHING },
	{ "chmod", { SBPL_OP_FILE_WRITE_MODE, SBPL_OPS }, NOTHING },
	{ "unix", { SBPL_OP_NETWORK_OUTBOUND, SBPL_OPS }, NOTHING },
	{ "unix-bind", { SBPL_OP_NETWORK_BIND, SBPL_OP_FILE_WRITE_CREATE },
	  NOTHING },
	{ "connect", { SBPL_OP_NETWORK_OUTBOUND, SBPL_OPS }, NOTHING },
	{ "bind", { SBPL_OP_NETWORK_BIND, SBPL_OPS }, NOTHING },
	{ "udp-send", { SBPL_OP_NETWORK_OUTBOUND, SBPL_OPS }, NOTHING },
	{ "udp-bind", { SBPL_OP_NETWORK_BIND, SBPL_OPS }, NOTHING },
	{ "signal", { SBPL_OP_SIGNAL, SBPL_OPS }, NOTHING },
};
#undef NOTHING
/* clang-format on */

/* The facts that the words of a request tell, but for its path. */
static void
tell(struct arena *a, const struct why_word *word,
    const struct decide_request *d, struct sbpl_request *r)
{
	const bool tcp =
	    d->op == DECIDE_CONNECT_TCP || d->op == DECIDE_BIND_TCP;
	const bool out =
	    d->op == DECIDE_CONNECT_TCP || d->op == DECIDE_SEND_UDP;

	r->facts[SBPL_FACT_EXTENSION] = SBPL_HAS_NONE;
	if (word->argument == WHY_PATH || word->argument == WHY_TWO) {
		r->facts[SBPL_FACT_LOCAL] = r->facts[SBPL_FACT_REMOTE] =
		    SBPL_HAS_NONE;
		return;
	}
	r->facts[SBPL_FACT_PATH] = SBPL_HAS_NONE;
	if (word->argument == WHY_NONE) {
		r->facts[SBPL_FACT_TARGET] = TEXT("others");
		return;
	}
	/* An address that is not this machine's. */
	r->facts[out ? SBPL_FACT_REMOTE : SBPL_FACT_LOCAL] =
	    arena_printf(a, "%s %s:%u", tcp ? "tcp4" : "udp4",
		out ? "192.0.2.1" : "127.0.0.1", d->port);
}

uint32_t
seatbelt_requests(struct arena *a, const struct seatbelt_launch *launch,
    const struct why_word *word, const struct decide_request *d,
    struct sbpl_request ret_requests[SEATBELT_ASKED_MAX])
{
	const struct path paths[2] = {
	    {d->path.root, d->path.suffix}, {d->to.root, d->to.suffix}};
	uint32_t n = 0;
	size_t i = 0;

	while (i < ARRAY_LEN(asked) && strcmp(asked[i].word, word->word) != 0)
		i++;
	for (size_t k = 0; i < ARRAY_LEN(asked) && k < 4; k++) {
		const enum sbpl_op op =
		    k < 2 ? asked[i].ops[k] : asked[i].to[k - 2];
		struct sbpl_request r = {.op = op};

		if (op == SBPL_OPS)
			continue;
		tell(a, word, d, &r);
		if (r.facts[SBPL_FACT_PATH].s == NULL)
			r.facts[SBPL_FACT_PATH] =
			    seatbelt_place(a, launch, paths[k / 2]);
		ret_requests[n++] = r;
	}
	return n;
}

static bool
is_below(struct text path, const char *top)
{
	const size_t n = strlen(top);

	return path.len > n && memcmp(path.s, top, n) == 0 && path.s[n] == '/';
}

/* May a home, or what lies in it, be there? */
static bool
may_be_home(struct text path)
{
	static const char *const tops[] = {"/Users", "/Volumes", "/private/tmp",
	    "/private/var/root", "/private/var/folders"};

	for (size_t i = 0; i < ARRAY_LEN(tops); i++)
		if (is_below(path, tops[i]))
			return true;
	return false;
}

void
seatbelt_decide(const struct sbpl_file *f, const struct seatbelt_launch *launch,
    struct sbpl_request *r, struct sbpl_answer *ret_answer)
{
	const struct text path = r->facts[SBPL_FACT_PATH];
	bool may_lie_there;

	r->anywhere = false;
	sbpl_decide(f->tree, r, ret_answer);
	if (ret_answer->verdict == SBPL_UNKNOWN || path.len == 0)
		return;
	may_lie_there = launch->home.s == NULL && may_be_home(path);
	if (ret_answer->verdict == SBPL_DENY && launch->cwd.s == NULL)
		may_lie_there = true; /* a working directory is anywhere */
	if (!may_lie_there)
		return;
	r->anywhere = true;
	sbpl_decide(f->tree, r, ret_answer);
}
