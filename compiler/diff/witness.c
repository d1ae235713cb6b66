#include <config.h>

#include "compiler/diff/witness.h"

#include "compiler/diff/diff_model.h"

/* What shows a right, the most telling first. */
static const struct {
	uint64_t right;
	enum decide_op op;
	enum decide_type type;
	const char *words;
	bool directory; /* the object is one */
	bool there;	/* it is there at launch */
} shows[] = {
    {BLOB_FS_WRITE_FILE, DECIDE_WRITE, DECIDE_REGULAR, "write to", false, true},
    {BLOB_FS_MAKE_REG, DECIDE_CREATE, DECIDE_REGULAR, "create", false, false},
    {BLOB_FS_READ_FILE, DECIDE_READ, DECIDE_REGULAR, "read", false, true},
    {BLOB_FS_READ_DIR, DECIDE_LIST, DECIDE_DIR, "list", true, true},
    {BLOB_FS_EXECUTE, DECIDE_EXECUTE, DECIDE_REGULAR, "execute", false, true},
    {BLOB_FS_TRUNCATE, DECIDE_TRUNCATE, DECIDE_REGULAR, "truncate", false,
	true},
    {BLOB_FS_REMOVE_FILE, DECIDE_REMOVE, DECIDE_REGULAR, "remove", false, true},
    {BLOB_FS_REMOVE_DIR, DECIDE_REMOVE_DIR, DECIDE_DIR, "remove directory",
	true, true},
    {BLOB_FS_MAKE_DIR, DECIDE_CREATE, DECIDE_DIR, "create directory", true,
	false},
    {BLOB_FS_MAKE_SYM, DECIDE_CREATE, DECIDE_SYMLINK, "create link", false,
	false},
    {BLOB_FS_MAKE_FIFO, DECIDE_CREATE, DECIDE_FIFO, "create pipe", false,
	false},
    {BLOB_FS_MAKE_SOCK, DECIDE_CREATE, DECIDE_SOCK, "bind socket", false,
	false},
    {BLOB_FS_RESOLVE_UNIX, DECIDE_CONNECT_UNIX, DECIDE_SOCK,
	"connect to socket", false, true},
};

static const struct decider *
decider(struct witnesses *w, enum diff_when when, unsigned side)
{
	const struct decider **d = &w->deciders[when][side];
	struct decide_env env;

	if (*d == NULL) {
		diff_environment(&env, when);
		*d = decide_open(w->diff->arena, w->diff->blob[side], &env);
	}
	return *d;
}

static bool
separates_there(struct witnesses *w, const struct diff_change *c,
    const struct decide_request *r, const struct decide_env *env)
{
	const unsigned to = c->gained ? 1 : 0;
	struct arena scratch = {0};
	bool allows[2];

	for (unsigned side = 0; side < 2; side++)
		allows[side] = diff_allows(
		    decide_open(&scratch, w->diff->blob[side], env), r);
	arena_release(&scratch);
	return allows[to] && !allows[!to];
}

static bool
separates(struct witnesses *w, const struct diff_change *c,
    const struct decide_request *r)
{
	const unsigned to = c->gained ? 1 : 0;

	if (c->env != NULL)
		return separates_there(w, c, r, c->env);
	return diff_allows(decider(w, c->when, to), r) &&
	       !diff_allows(decider(w, c->when, !to), r);
}

/* Not a name that a policy speaks of: those are in exceptions. */
static struct decide_path
child(struct arena *a, const struct decide_path *at, const char *name)
{
	struct text suffix = at->suffix.len == 0
				 ? text_of(name)
				 : arena_printf(a, "%.*s/%s",
				       (int)at->suffix.len, at->suffix.s, name);

	return (struct decide_path){suffix, at->root};
}

bool
witness_holds(struct witnesses *w, const struct diff_change *c,
    const struct witness *witness, unsigned abi)
{
	struct decide_env env;

	if (witness->env != NULL)
		env = *witness->env;
	else
		diff_environment(&env, witness->when);
	env.abi = abi;
	return separates_there(w, c, &witness->request, &env);
}

static const char *const reasons[DIFF_KINDS] = {
    [DIFF_LAUNCH] = "which of them is launched at all is no operation",
    [DIFF_ENVIRONMENT] = "nono-load filters variables, no kernel does",
    [DIFF_COMMAND] = "nono-load refuses commands, no kernel does",
    [DIFF_DENY] = "it matters where another root covers it",
    [DIFF_KERNEL] = "it is about other kernels",
    [DIFF_TERMS] = "no operation shows it by itself",
    [DIFF_LINK] = "it shows only where there is a link",
    [DIFF_MOVED] = "it changes no access",
};

static bool
find_other(struct witnesses *ws, const struct diff_change *c,
    struct witness *ret_witness, const char **ret_why)
{
	*ret_why = reasons[c->kind];
	if (c->proxy)
		*ret_why = "the launch says which port it is";
	if (*ret_why != NULL)
		return false;
	if (c->example.op == DECIDE_READ || !separates(ws, c, &c->example)) {
		*ret_why = "none of its kind needs no privilege";
		return false;
	}
	*ret_witness = (struct witness){.request = c->example};
	return true;
}

bool
witness_find(struct witnesses *ws, const struct diff_change *c,
    struct witness *ret_witness, const char **ret_why)
{
	const bool tree = c->tree != 0;
	const uint64_t rights = tree ? c->tree : c->file;
	const char *why;

	if (ret_why == NULL)
		ret_why = &why;
	if (c->kind != DIFF_PATH && c->kind != DIFF_PLACE)
		return find_other(ws, c, ret_witness, ret_why);
	if (c->env != NULL && c->env->uid >= 0) {
		*ret_why = "it is about one user";
		return false;
	}
	*ret_why = "no operation on files shows it by itself";
	if (c->everywhere || rights == 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(shows); i++) {
		struct witness w = {.when = c->when,
		    .env = c->env,
		    .there = shows[i].there,
		    .directory = shows[i].directory};

		if ((rights & shows[i].right) == 0)
			continue;
		w.request = (struct decide_request){
		    .op = shows[i].op, .type = shows[i].type};
		/* The directory itself can be listed; else, something in it. */
		w.request.path =
		    !tree || shows[i].op == DECIDE_LIST
			? c->at
			: child(ws->diff->arena, &c->at, "nonoc-witness");
		if (separates(ws, c, &w.request)) {
			*ret_witness = w;
			return true;
		}
	}
	return false;
}

static struct text
other_text(struct arena *a, const struct decide_request *r)
{
	static const struct {
		enum decide_op op;
		const char *words;
	} ports[] = {
	    {DECIDE_CONNECT_TCP, "connect to TCP port"},
	    {DECIDE_BIND_TCP, "bind TCP port"},
	    {DECIDE_SEND_UDP, "send to UDP port"},
	    {DECIDE_BIND_UDP, "bind UDP port"},
	};

	for (size_t i = 0; i < ARRAY_LEN(ports); i++)
		if (ports[i].op == r->op)
			return arena_printf(
			    a, "%s %u", ports[i].words, (unsigned)r->port);
	if (r->op == DECIDE_SIGNAL)
		return TEXT("signal a process outside");
	if (r->op == DECIDE_CONNECT_ABSTRACT)
		return TEXT("connect to an abstract socket outside");
	return diff_socket_text(a, r->family, r->socktype);
}

struct text
witness_text(struct arena *a, const struct witness *w)
{
	struct text path = diff_path_text(a, &w->request.path);

	if (w->request.op >= DECIDE_CONNECT_TCP)
		return other_text(a, &w->request);

	for (size_t i = 0; i < ARRAY_LEN(shows); i++)
		if (shows[i].op == w->request.op &&
		    shows[i].type == w->request.type)
			return arena_printf(a, "%s %s", shows[i].words, path.s);
	return path;
}
