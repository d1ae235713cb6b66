#include <config.h>

#include "compiler/base/json_print.h"
#include "compiler/lsp/lsp_answer.h"
#include "compiler/lsp/lsp_spot.h"

static void
count_one(struct arena *a, struct text *t, const char *verb, uint32_t n,
    const char *noun)
{
	if (n > 0)
		*t = arena_printf(a, "%.*s%s%s%u %s%s", (int)t->len, t->s,
		    t->len == 0 ? "" : ", ", verb, n, noun, n == 1 ? "" : "s");
}

struct text
lsp_count_print(struct arena *a, const struct lsp_count *n)
{
	struct text t = TEXT("");

	count_one(a, &t, "grants ", n->grants, "path");
	count_one(a, &t, n->grants > 0 ? "" : "grants ", n->ports, "port");
	count_one(a, &t, "denies ", n->denies, "path");
	count_one(a, &t, "lifts ", n->bypasses, "deny");
	count_one(a, &t, "refuses ", n->commands, "command");
	return t.len == 0 ? TEXT("grants nothing") : t;
}

struct lsp_count
lsp_count_file(const struct profile_ast *p)
{
	const struct filesystem_ast *f = &p->filesystem;
	const struct network_ast *net = &p->network;

	return (struct lsp_count){
	    .grants = f->allow.n + f->read.n + f->write.n + f->allow_file.n +
		      f->read_file.n + f->write_file.n + f->unix_socket.n +
		      f->unix_socket_bind.n + f->unix_socket_dir.n +
		      f->unix_socket_dir_bind.n + f->unix_socket_subtree.n +
		      f->unix_socket_subtree_bind.n,
	    .denies = f->deny.n,
	    .bypasses = f->bypass_protection.n,
	    .ports = net->open_port.n + net->listen_port.n +
		     net->connect_port.n + net->listen_udp_port.n +
		     net->connect_udp_port.n,
	    .commands = p->commands_deny.n,
	};
}

/* Is the origin, or one that brought it in, written at the entry? */
static bool
comes_in_at(const struct origin *o, struct span at)
{
	for (; o != NULL; o = o->via)
		if (o->at.source == at.source && o->at.begin == at.begin &&
		    at.source != 0)
			return true;
	return false;
}

/* What comes in through an entry; `at` without a source: all there is. */
static struct lsp_count
count_through(const struct compile *c, struct span at)
{
	const struct policy *p = &c->policy;
	const bool all = at.source == 0;
	struct lsp_count n = {0};

	for (uint32_t i = 0; i < c->caps.caps.n; i++) {
		const struct cap *cap = &c->caps.caps.v[i];
		bool in = all;

		for (uint32_t k = 0; k < cap->n && !in; k++)
			in = comes_in_at(
			    p->stmts.v[c->caps.order.v[cap->first + k]].origin,
			    at);
		n.grants += in;
	}
	for (uint32_t i = 0; i < p->stmts.n; i++) {
		const struct stmt *s = &p->stmts.v[i];

		if (!all && !comes_in_at(s->origin, at))
			continue;
		n.denies += s->kind == STMT_DENY;
		n.bypasses += s->kind == STMT_BYPASS;
	}
	for (uint32_t i = 0; i < c->caps.ports.n; i++)
		n.ports += all || comes_in_at(c->caps.ports.v[i].origin, at);
	for (uint32_t i = 0; i < p->commands_deny.n; i++)
		n.commands +=
		    all || comes_in_at(p->commands_deny.v[i].origin, at);
	return n;
}

static void
put_lens(struct lsp_check *k, cJSON *list, struct span at, struct text title)
{
	cJSON *o = json_push_object(list), *command;

	json_put(o, "range", lsp_check_range(k, at));
	command = json_put_object(o, "command");
	json_put_text(command, "title", &k->compile.arena, title);
	/* There is nothing to do: it is only read. */
	json_put_string(command, "command", "");
}

static bool
is_part(const struct policy *p, struct span at)
{
	for (uint32_t i = 0; i < p->origins.n; i++)
		if (comes_in_at(p->origins.v[i], at))
			return true;
	return false;
}

struct text
lsp_count_entry(const struct compile *c, struct span at, struct arena *a)
{
	struct lsp_count n;

	if (!is_part(&c->policy, at))
		return TEXT("nothing of its own: in already, or not for this "
			    "target");
	n = count_through(c, at);
	return lsp_count_print(a, &n);
}

static void
put_entry(struct lsp_check *k, cJSON *list, const struct node *name)
{
	if (name->kind == NODE_STRING)
		put_lens(k, list, name->at,
		    lsp_count_entry(&k->compile, name->at, &k->compile.arena));
}

/* A name, a list of names, or of objects with a name. */
static void
put_entries(struct lsp_check *k, cJSON *list, const struct node *value)
{
	const struct pair *name;

	if (value->kind == NODE_LIST)
		for (uint32_t i = 0; i < value->list.n; i++)
			put_entries(k, list, &value->list.v[i]);
	if (value->kind == NODE_MAP) {
		name = decode_find(value, "name");
		if (name != NULL)
			put_entry(k, list, &name->value);
	}
	put_entry(k, list, value);
}

static const struct node *
member(const struct node *object, const char *key)
{
	const struct pair *pair = NULL;

	if (object != NULL && object->kind == NODE_MAP)
		pair = decode_find(object, key);
	return pair == NULL ? NULL : &pair->value;
}

static void
put_all(struct lsp_check *k, cJSON *list, const struct node *root)
{
	const struct node *const named[] = {
	    member(root, "extends"),
	    member(member(root, "groups"), "include"),
	    member(member(root, "security"), "groups"),
	};
	struct arena *a = &k->compile.arena;
	struct lsp_count n = count_through(&k->compile, (struct span){0});
	struct span first = {root->at.source, root->at.begin, root->at.begin};

	if (k->doc->kind == LSP_GROUP) {
		/* Only what the group itself brings in. */
		n = count_through(&k->compile,
		    k->compile.policy.groups.v[k->compile.policy.groups.n - 1]
			.origin->at);
	}
	put_lens(k, list, first, lsp_count_print(a, &n));
	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		if (named[i] != NULL)
			put_entries(k, list, named[i]);
}

cJSON *
lsp_lenses(struct lsp *l, const cJSON *params)
{
	const struct lsp_document *doc = lsp_document_of(l, params);
	cJSON *list = json_array();
	const struct node *root;
	struct lsp_check k;
	uint32_t source;

	if (doc == NULL) {
		cJSON_Delete(list);
		return NULL;
	}
	lsp_check(l, doc, &l->targets[0], &k);
	/* While there are errors, nothing is granted. */
	if (k.bytes != NULL && lsp_nodes(&k, &source, &root))
		put_all(&k, list, root);
	lsp_check_release(&k);
	return list;
}
