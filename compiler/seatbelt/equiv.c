#include <config.h>

#include "compiler/seatbelt/equiv.h"

#include "compiler/check/check.h"
#include "compiler/emit/emit.h"
#include "compiler/expand/expand.h"
#include "compiler/seatbelt/sbpl_file.h"

enum { DIFFERENCES_SHOWN = 10 };

const struct equiv_place equiv_places[] = {
    {BLOB_ROOT_HOME, "/Users/user"},
    {BLOB_ROOT_CWD, "/work/project"},
    {BLOB_ROOT_TMPDIR, "/scratch/tmp"},
    {BLOB_ROOT_XDG_CONFIG, "/Users/user/.config"},
    {BLOB_ROOT_XDG_DATA, "/Users/user/.local/share"},
    {BLOB_ROOT_XDG_STATE, "/Users/user/.local/state"},
    {BLOB_ROOT_XDG_CACHE, "/Users/user/.cache"},
    {BLOB_ROOT_XDG_RUNTIME, "/run/user/1000"},
};
const uint32_t equiv_place_n = ARRAY_LEN(equiv_places);

enum { UID = 1000, PROXY_PORT = 8080 };

const char *const equiv_op_names[EQUIV_OPS] = {
    "read",
    "list",
    "write",
    "truncate",
    "execute",
    "ioctl",
    "create",
    "mkdir",
    "remove",
    "rmdir",
    "rename",
    "link",
    "connect",
    "bind",
    "connect-tcp",
    "bind-tcp",
    "send-udp",
    "bind-udp",
};

struct text
equiv_place_path(struct arena *a, struct path p)
{
	const char *root = "";
	struct text t;

	for (uint32_t i = 0; i < equiv_place_n; i++)
		if (equiv_places[i].root == p.root)
			root = equiv_places[i].path;
	t = arena_printf(a, "%s%s%.*s", root,
	    p.suffix.len > 0 || root[0] == '\0' ? "/" : "", (int)p.suffix.len,
	    p.suffix.s);
	for (uint32_t i = 0; i < t.len; i++)
		if (t.s[i] == BLOB_UID_BYTE)
			return arena_printf(a, "%.*s%d%.*s", (int)i, t.s, UID,
			    (int)(t.len - i - 1), t.s + i + 1);
	return t;
}

static bool
open_landlock(struct equiv *e)
{
	struct compile *c = e->compile;
	struct decide_env env;
	const uint8_t *bytes;
	uint32_t size;
	struct blob *blob = ARENA_NEW(&c->arena, struct blob);

	if (!emit_landlock(&c->arena, &c->diags, &c->sources, &c->caps,
		&c->target, false, &bytes, &size) ||
	    !blob_open(blob, bytes, size, NULL))
		return false;
	decide_env_init(&env);
	for (uint32_t i = 0; i < equiv_place_n; i++)
		(void)decide_env_place(
		    &env, equiv_places[i].root, text_of(equiv_places[i].path));
	env.uid = UID;
	env.proxy_port = PROXY_PORT;
	env.consent = e->consent;
	e->landlock = decide_open(&c->arena, blob, &env);
	return true;
}

static bool
open_seatbelt(struct equiv *e)
{
	struct compile *c = e->compile;
	const struct target macos = {
	    .platform = PLATFORM_MACOS,
	    .home = c->target.home,
	    .cwd = c->target.cwd,
	};
	struct target target = macos;
	struct VEC(struct sbpl_param) params = {0};
	struct sbpl_world world = {0};
	const struct sbpl_node *forms;
	struct diags quiet = {.arena = &c->arena, .sources = &c->sources};
	const uint8_t *bytes;
	uint32_t size, source;

	/* What the target's conditions chose is the same; so is what it means.
	 */
	target.defines.v = c->target.defines.v;
	target.defines.n = c->target.defines.n;
	if (!expand_policy(
		&c->arena, &quiet, &c->policy, &target, &e->seatbelt_caps) ||
	    !check_caps(&c->arena, &quiet, &target, &e->seatbelt_caps) ||
	    !emit_seatbelt(&c->arena, &quiet, &c->sources, &e->seatbelt_caps,
		false, &bytes, &size)) {
		diags_flush(&quiet);
		return false;
	}
	for (uint32_t i = 0; i < equiv_place_n; i++)
		*VEC_PUSH(&c->arena, &params) = (struct sbpl_param){
		    text_of(seatbelt_parameter(equiv_places[i].root)),
		    text_of(equiv_places[i].path)};
	*VEC_PUSH(&c->arena, &params) = (struct sbpl_param){
	    TEXT("UID"), arena_printf(&c->arena, "%d", UID)};
	*VEC_PUSH(&c->arena, &params) = (struct sbpl_param){
	    TEXT("PROXY_PORT"), arena_printf(&c->arena, "%d", PROXY_PORT)};
	if (e->consent)
		*VEC_PUSH(&c->arena, &params) =
		    (struct sbpl_param){TEXT("ALLOW_CWD"), TEXT("1")};
	world.params = params.v;
	world.param_n = params.n;
	if (!source_from_text(&c->sources, &c->arena, &c->diags, "(Seatbelt)",
		(struct text){(const char *)bytes, size}, &source) ||
	    !sbpl_read(&c->arena, &c->diags, &c->sources, source, &forms) ||
	    !sbpl_load(
		&c->arena, &c->diags, &c->sources, forms, &world, &e->policy))
		return false;
	e->tree = sbpl_judge_open(&c->arena, &e->policy, SBPL_READING_TREE);
	e->last = sbpl_judge_open(&c->arena, &e->policy, SBPL_READING_LAST);
	return true;
}

bool
equiv_open(struct equiv *e, struct compile *c, bool consent)
{
	struct text *places =
	    ARENA_ARRAY(&c->arena, (size_t)c->caps.caps.n + 1, struct text);

	*e = (struct equiv){.compile = c, .consent = consent};
	for (uint32_t i = 0; i < c->caps.caps.n; i++)
		places[i] = equiv_place_path(&c->arena, c->caps.caps.v[i].path);
	e->places = places;
	return open_landlock(e) && open_seatbelt(e);
}

void
equiv_close(struct equiv *e)
{
	if (e->tree != NULL)
		sbpl_judge_close(e->tree);
	if (e->last != NULL)
		sbpl_judge_close(e->last);
	arena_release(&e->scratch);
}

static struct decide_path
decide_path_of(struct text path)
{
	return (struct decide_path){
	    .root = BLOB_ROOT_SLASH, .suffix = {path.s + 1, path.len - 1}};
}

static void
ask_landlock(const struct equiv *e, const struct equiv_request *r,
    struct decide_answer *ret_answer)
{
	/* clang-format off */
	static const struct {
		enum decide_op op;
		enum decide_type type;
	} ops[EQUIV_OPS] = {
		[EQUIV_READ] = { DECIDE_READ, DECIDE_REGULAR },
		[EQUIV_LIST] = { DECIDE_LIST, DECIDE_DIR },
		[EQUIV_WRITE] = { DECIDE_WRITE, DECIDE_REGULAR },
		[EQUIV_TRUNCATE] = { DECIDE_TRUNCATE, DECIDE_REGULAR },
		[EQUIV_EXECUTE] = { DECIDE_EXECUTE, DECIDE_REGULAR },
		[EQUIV_IOCTL] = { DECIDE_IOCTL, DECIDE_CHAR },
		[EQUIV_CREATE] = { DECIDE_CREATE, DECIDE_REGULAR },
		[EQUIV_MKDIR] = { DECIDE_CREATE, DECIDE_DIR },
		[EQUIV_REMOVE] = { DECIDE_REMOVE, DECIDE_REGULAR },
		[EQUIV_RMDIR] = { DECIDE_REMOVE_DIR, DECIDE_DIR },
		[EQUIV_RENAME] = { DECIDE_RENAME, DECIDE_REGULAR },
		[EQUIV_LINK] = { DECIDE_LINK, DECIDE_REGULAR },
		[EQUIV_CONNECT] = { DECIDE_CONNECT_UNIX, DECIDE_SOCK },
		[EQUIV_BIND] = { DECIDE_CREATE, DECIDE_SOCK },
		[EQUIV_CONNECT_TCP] = { DECIDE_CONNECT_TCP, 0 },
		[EQUIV_BIND_TCP] = { DECIDE_BIND_TCP, 0 },
		[EQUIV_SEND_UDP] = { DECIDE_SEND_UDP, 0 },
		[EQUIV_BIND_UDP] = { DECIDE_BIND_UDP, 0 },
	};
	/* clang-format on */
	struct decide_request d = {
	    .op = ops[r->op].op, .type = ops[r->op].type, .port = r->port};

	if (r->op < EQUIV_PATH_OPS)
		d.path = decide_path_of(r->path);
	if (r->to.len > 0)
		d.to = decide_path_of(r->to);
	decide_here(e->landlock, &d, ret_answer);
}

static bool
allows(struct equiv *e, struct sbpl_judge *j, enum sbpl_op op,
    const struct text facts[SBPL_FACTS])
{
	struct sbpl_request r = {.op = op, .exact_case = true};
	struct sbpl_answer answer;

	(void)e;
	memcpy(r.facts, facts, sizeof(r.facts));
	sbpl_decide(j, &r, &answer);
	return answer.verdict == SBPL_ALLOW;
}

/* What macOS would ask on the way, all of it. */
static bool
ask_seatbelt(
    struct equiv *e, struct sbpl_judge *j, const struct equiv_request *r)
{
	/* clang-format off */
	static const enum sbpl_op on_path[EQUIV_PATH_OPS][2] = {
		[EQUIV_READ] = { SBPL_OP_FILE_READ_DATA, SBPL_OPS },
		[EQUIV_LIST] = { SBPL_OP_FILE_READ_DATA, SBPL_OPS },
		[EQUIV_WRITE] = { SBPL_OP_FILE_WRITE_DATA, SBPL_OPS },
		[EQUIV_TRUNCATE] = { SBPL_OP_FILE_WRITE_DATA, SBPL_OPS },
		[EQUIV_EXECUTE] = { SBPL_OP_PROCESS_EXEC_ANY,
		    SBPL_OP_FILE_READ_DATA },
		[EQUIV_IOCTL] = { SBPL_OP_FILE_IOCTL, SBPL_OPS },
		[EQUIV_CREATE] = { SBPL_OP_FILE_WRITE_CREATE, SBPL_OPS },
		[EQUIV_MKDIR] = { SBPL_OP_FILE_WRITE_CREATE, SBPL_OPS },
		[EQUIV_REMOVE] = { SBPL_OP_FILE_WRITE_UNLINK, SBPL_OPS },
		[EQUIV_RMDIR] = { SBPL_OP_FILE_WRITE_UNLINK, SBPL_OPS },
		[EQUIV_RENAME] = { SBPL_OP_FILE_WRITE_UNLINK, SBPL_OPS },
		[EQUIV_LINK] = { SBPL_OP_FILE_LINK, SBPL_OPS },
		[EQUIV_CONNECT] = { SBPL_OP_NETWORK_OUTBOUND, SBPL_OPS },
		[EQUIV_BIND] = { SBPL_OP_NETWORK_BIND,
		    SBPL_OP_FILE_WRITE_CREATE },
	};
	/* clang-format on */
	struct text facts[SBPL_FACTS] = {0};
	bool tcp = r->op == EQUIV_CONNECT_TCP || r->op == EQUIV_BIND_TCP;
	bool out = r->op == EQUIV_CONNECT_TCP || r->op == EQUIV_SEND_UDP;
	struct text end;

	facts[SBPL_FACT_EXTENSION] = SBPL_HAS_NONE;
	facts[SBPL_FACT_IOCTL] = TEXT("TIOCGETA");
	facts[SBPL_FACT_PATH] = facts[SBPL_FACT_LOCAL] =
	    facts[SBPL_FACT_REMOTE] = SBPL_HAS_NONE;
	if (r->op < EQUIV_PATH_OPS) {
		facts[SBPL_FACT_PATH] = sbpl_real_path(&e->scratch, r->path);
		for (size_t i = 0; i < 2; i++)
			if (on_path[r->op][i] != SBPL_OPS &&
			    !allows(e, j, on_path[r->op][i], facts))
				return false;
		if (r->to.len == 0)
			return true;
		facts[SBPL_FACT_PATH] = sbpl_real_path(&e->scratch, r->to);
		return allows(e, j, SBPL_OP_FILE_WRITE_CREATE, facts);
	}
	end = arena_printf(&e->scratch, "%s %s:%u", tcp ? "tcp4" : "udp4",
	    r->elsewhere ? "192.0.2.1" : "127.0.0.1", r->port);
	facts[out ? SBPL_FACT_REMOTE : SBPL_FACT_LOCAL] = end;
	return allows(
	    e, j, out ? SBPL_OP_NETWORK_OUTBOUND : SBPL_OP_NETWORK_BIND, facts);
}

static void
show(struct equiv *e, const struct equiv_request *r, const char *what)
{
	struct text path, to;

	if (e->shown++ >= DIFFERENCES_SHOWN)
		return;
	path = diag_safe(&e->scratch, r->path);
	to = diag_safe(&e->scratch, r->to);
	printf(
	    "%s: %s %.*s", what, equiv_op_names[r->op], (int)path.len, path.s);
	if (to.len > 0)
		printf(" to %.*s", (int)to.len, to.s);
	if (r->op >= EQUIV_PATH_OPS)
		printf("%u%s", r->port, r->elsewhere ? " elsewhere" : "");
	putchar('\n');
}

void
equiv_ask(struct equiv *e, const struct equiv_request *r)
{
	struct decide_answer answer;
	bool landlock, seatbelt;
	enum equiv_class class;

	ask_landlock(e, r, &answer);
	landlock = answer.verdict == DECIDE_ALLOWED;
	seatbelt = ask_seatbelt(e, e->tree, r);
	e->count.asked++;
	if (seatbelt != ask_seatbelt(e, e->last, r)) {
		e->count.readings++;
		show(e, r, "the readings of Seatbelt differ");
	}
	if (landlock == seatbelt) {
		e->count.agreed++;
		return;
	}
	class = equiv_explain(e, r, &answer, landlock);
	e->count.classes[class]++;
	if (class == EQUIV_UNEXPLAINED)
		show(e, r,
		    landlock ? "only Landlock allows" : "only Seatbelt allows");
}
