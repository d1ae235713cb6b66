#include <config.h>

#include "compiler/review/query.h"

#include "compiler/side/side.h"

/* What may be done to a path of the region, whatever it is. */
static void
add_ops(struct query_entry *e, uint64_t handled)
{
	for (unsigned i = 0; i < OP_CONNECT; i++) {
		const enum assert_op op = (enum assert_op)i;
		enum permission best = judge_permission(op, e->tree, handled);

		/* These are of directories, and a region's is `tree`. */
		if (!judge_on_parent(op) && op != OP_LIST &&
		    best != PERMISSION_GRANTED)
			best = judge_permission(op, e->file, handled);
		if (best != PERMISSION_NONE)
			e->ops |= 1U << i;
		if (best == PERMISSION_FREE)
			e->unenforced |= 1U << i;
	}
}

static void
add_rules(struct arena *a, const struct view *v, struct query_entry *e)
{
	static const enum decide_kind kinds[] = {DECIDE_DIRECTORY, DECIDE_FILE};

	for (unsigned k = 0; k < ARRAY_LEN(kinds); k++) {
		const struct decide_object o = {
		    .path = e->at, .kind = kinds[k]};
		struct decide_rules found = {0};

		(void)decide_rights(v->decider, &o, a, &found);
		for (uint32_t i = 0; i < found.n; i++) {
			uint32_t n = 0;

			while (n < e->rules.n && e->rules.v[n] != found.v[i])
				n++;
			if (n == e->rules.n)
				*VEC_PUSH(a, &e->rules) = found.v[i];
		}
	}
}

/* The operations on ports, by protocol. */
static const enum decide_op port_ops[2][2] = {
    {DECIDE_CONNECT_TCP, DECIDE_BIND_TCP},
    {DECIDE_SEND_UDP, DECIDE_BIND_UDP},
};

static void
add_port(struct arena *a, const struct view *v, struct port_region where,
    uint32_t asked, uint32_t rule, struct query_entries *ret)
{
	struct query_entry e = {.is_port = true, .port = where};

	for (unsigned i = 0; i < 2; i++) {
		const struct decide_request r = {
		    .op = port_ops[where.udp][i], .port = asked};
		struct decide_answer answer;

		decide_here(v->decider, &r, &answer);
		if (answer.verdict == DECIDE_ALLOWED)
			e.ops |= 1U << (OP_CONNECT + i);
		if (answer.verdict == DECIDE_UNENFORCED) {
			e.ops |= 1U << (OP_CONNECT + i);
			e.unenforced |= 1U << (OP_CONNECT + i);
		}
	}
	if (e.ops == 0)
		return;
	if (rule != DECIDE_NONE)
		*VEC_PUSH(a, &e.rules) = rule;
	*VEC_PUSH(a, ret) = e;
}

/* A port whose rule is about the protocol: others have no entry. */
static bool
is_listed(const struct blob *b, uint32_t i, bool udp)
{
	const uint64_t rights[] = {
	    BLOB_NET_BIND_TCP | BLOB_NET_CONNECT_TCP,
	    BLOB_NET_BIND_UDP | BLOB_NET_CONNECT_SEND_UDP,
	};

	return (blob_port(b, i).rights & rights[udp]) != 0;
}

/* Each that is listed, then one for all others: they decide alike. */
static void
add_ports(struct arena *a, const struct blob *b, const struct view *v, bool udp,
    struct query_entries *ret)
{
	uint32_t other = 1;

	for (uint32_t i = 0; i < b->nports; i++) {
		const uint16_t port = (uint16_t)blob_port(b, i).port;

		if (!is_listed(b, i, udp))
			continue;
		add_port(
		    a, v, (struct port_region){udp, port, port}, port, i, ret);
		other += port == other;
	}
	if (other <= UINT16_MAX)
		add_port(a, v, (struct port_region){udp, 0, UINT16_MAX}, other,
		    DECIDE_NONE, ret);
}

void
query_entries(struct arena *a, const struct blob *b, const struct view *v,
    struct query_entries *ret)
{
	const uint64_t handled = decide_handled_fs(v->decider);

	if (!v->launches)
		return;
	VEC_RESERVE(a, ret, v->regions.n);
	for (uint32_t i = 0; i < v->regions.n; i++) {
		const struct decide_region *r = &v->regions.v[i];
		struct query_entry e = {
		    .at = r->at, .tree = r->tree, .file = r->file};

		add_ops(&e, handled);
		add_rules(a, v, &e);
		*VEC_PUSH(a, ret) = e;
	}
	add_ports(a, b, v, false, ret);
	if (blob_target(b).network == BLOB_NET_PROXY)
		*VEC_PUSH(a, ret) = (struct query_entry){.is_port = true,
		    .proxy = true,
		    .port = {false, 0, UINT16_MAX},
		    .ops = 1U << OP_CONNECT};
	add_ports(a, b, v, true, ret);
}

bool
query_resolve(const struct assert_resolver *r, const struct query *q,
    struct query_sets *to)
{
	struct query_set s = {.query = q};
	bool ok = true;

	if (q->kind == QUERY_UNDER || q->kind == QUERY_ON) {
		ok = assert_resolve_set(r, &q->set, &s.set);
		*VEC_PUSH(r->store->arena, to) = s;
	}
	if (q->left != NULL)
		ok = query_resolve(r, q->left, to) && ok;
	if (q->right != NULL)
		ok = query_resolve(r, q->right, to) && ok;
	return ok;
}

bool
query_asks_origin(const struct query *q)
{
	return q != NULL &&
	       (q->kind == QUERY_FROM || q->kind == QUERY_GROUP ||
		   query_asks_origin(q->left) || query_asks_origin(q->right));
}

bool
query_names_source(const struct query *q, const struct blob_source *s)
{
	static const char *const suffixes[] = {
	    ".json", ".jsonc", ".yaml", ".yml"};
	const struct text name = q->word.text;
	struct text file = text_of(s->name);

	if (q->kind == QUERY_GROUP && s->kind != BLOB_SOURCE_GROUP)
		return false;
	if (text_equal(name, file))
		return true;
	for (uint32_t i = file.len; i > 0; i--)
		if (file.s[i - 1] == '/') {
			file = (struct text){file.s + i, file.len - i};
			break;
		}
	if (text_equal(name, file))
		return true;
	for (unsigned i = 0; i < ARRAY_LEN(suffixes); i++) {
		const struct text end = text_of(suffixes[i]);

		if (file.len == name.len + end.len &&
		    memcmp(file.s, name.s, name.len) == 0 &&
		    memcmp(file.s + name.len, end.s, end.len) == 0)
			return true;
	}
	return false;
}

static bool
is_under(const struct query_policy *p, const struct region *r,
    const struct query_entry *e)
{
	const struct decide_path at = view_place(p->arena, p->view, r->path);

	return r->tree ? decide_path_covers(&at, &e->at)
		       : decide_path_equal(&at, &e->at);
}

/* The region that says what may be done to a path. */
static bool
is_about(const struct query_policy *p, const struct region *r,
    const struct query_entry *e)
{
	const struct decide_path at = view_place(p->arena, p->view, r->path);
	const struct decide_region *of =
	    decide_region_find(&p->view->regions, &at);

	return of != NULL && decide_path_equal(&of->at, &e->at);
}

static bool
port_within(const struct region_set *s, bool udp, uint32_t port)
{
	for (uint32_t i = 0; i < s->ports.n; i++)
		if (s->ports.v[i].udp == udp && s->ports.v[i].first <= port &&
		    port <= s->ports.v[i].last)
			return true;
	return false;
}

/* "under" asks for every port of the entry, "on" for one. */
static bool
ports_within(const struct query_policy *p, const struct region_set *s,
    const struct query_entry *e, bool every)
{
	const struct blob *b = p->blob;
	uint32_t next = 0;

	if (e->port.first != 0 || e->port.last == 0)
		return port_within(s, e->port.udp, e->port.first);
	for (uint32_t port = 1; port <= UINT16_MAX; port++) {
		while (next < b->nports && blob_port(b, next).port < port)
			next++;
		if (next < b->nports && blob_port(b, next).port == port &&
		    is_listed(b, next, e->port.udp))
			continue;
		if (port_within(s, e->port.udp, port) != every)
			return !every;
	}
	return every;
}

static bool
is_in_set(const struct query_policy *p, const struct query *q,
    const struct query_entry *e)
{
	const bool every = q->kind == QUERY_UNDER;
	const struct region_set *s = NULL;

	for (uint32_t i = 0; s == NULL; i++)
		if (p->sets->v[i].query == q)
			s = &p->sets->v[i].set;
	if (e->is_port)
		return s->ports.n > 0 && ports_within(p, s, e, every);
	for (uint32_t i = 0; i < s->paths.n; i++)
		if (is_under(p, &s->paths.v[i], e) ||
		    (!every && is_about(p, &s->paths.v[i], e)))
			return true;
	return false;
}

/* The entry that brought it in, and those that brought that in. */
static bool
chain_names(const struct blob *b, uint32_t origin, const struct query *q)
{
	for (;;) {
		const struct blob_origin o = blob_origin(b, origin);
		const struct blob_source s = blob_source(b, o.source);

		if (query_names_source(q, &s))
			return true;
		if (o.via == 0)
			return false;
		origin = o.via - 1;
	}
}

static bool
record_names(
    const struct blob *b, uint32_t tag, uint32_t record, const struct query *q)
{
	for (uint32_t i = side_first_link(b, tag, record); i < b->nlinks; i++) {
		const struct blob_link l = blob_link(b, i);

		if (l.tag != tag || l.record != record)
			return false;
		if (chain_names(b, l.origin, q))
			return true;
	}
	return false;
}

static bool
is_from(const struct query_policy *p, const struct query *q,
    const struct query_entry *e)
{
	const uint32_t tag = e->is_port ? BLOB_PORT : BLOB_PATH;

	/* Other ports are what the setting leaves. */
	if (e->is_port && e->rules.n == 0)
		return record_names(
		    p->blob, BLOB_TARG, BLOB_SETTING_NETWORK, q);
	for (uint32_t i = 0; i < e->rules.n; i++)
		if (record_names(p->blob, tag, e->rules.v[i], q))
			return true;
	return false;
}

static bool
may(const struct query *q, const struct query_entry *e)
{
	unsigned op = 0;

	while (!text_is(q->word.text, assert_operations[op]))
		op++;
	return (e->ops & 1U << op) != 0;
}

bool
query_holds(const struct query_policy *p, const struct query *q,
    const struct query_entry *e)
{
	switch (q->kind) {
	case QUERY_OPERATION:
		return may(q, e);
	case QUERY_PATHS:
		return !e->is_port;
	case QUERY_PORTS:
		return e->is_port;
	case QUERY_UNDER:
	case QUERY_ON:
		return is_in_set(p, q, e);
	case QUERY_FROM:
	case QUERY_GROUP:
		return is_from(p, q, e);
	case QUERY_NOT:
		return !query_holds(p, q->left, e);
	case QUERY_AND:
		return query_holds(p, q->left, e) &&
		       query_holds(p, q->right, e);
	case QUERY_OR:
		break;
	}
	return query_holds(p, q->left, e) || query_holds(p, q->right, e);
}
