#include <config.h>

#include "compiler/witness.h"

#include "compiler/diff_model.h"

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
separates(struct witnesses *w, const struct diff_change *c,
    const struct decide_request *r)
{
	const unsigned to = c->gained ? 1 : 0;

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
witness_find(struct witnesses *ws, const struct diff_change *c,
    struct witness *ret_witness)
{
	const bool tree = c->tree != 0;
	const uint64_t rights = tree ? c->tree : c->file;

	if (c->kind != DIFF_PATH || c->everywhere)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(shows); i++) {
		struct witness w = {.when = c->when,
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

struct text
witness_text(struct arena *a, const struct witness *w)
{
	struct text path = diff_path_text(a, &w->request.path);

	for (size_t i = 0; i < ARRAY_LEN(shows); i++)
		if (shows[i].op == w->request.op &&
		    shows[i].type == w->request.type)
			return arena_printf(a, "%s %s", shows[i].words, path.s);
	return path;
}
