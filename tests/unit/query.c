#include <config.h>

#include <stdlib.h>

#include "compiler/compile.h"
#include "compiler/review/query.h"
#include "tests/tap.h"
#include "tests/unit/blob_random.h"
#include "tests/unit/query_random.h"

/*
 * Queries against brute force: random policies and random expressions over
 * names so few that every path and port can be asked for by itself.
 * NONO_QUERIES is how many; the seed is printed with what fails.
 */
enum { NAMES = 3, DEPTH = 3, PATHS_MAX = 3 * (1 + 3 + 9 + 27), PORTS = 5 };

/* "d" is in no policy and no query: it stands for all other names. */
static const char *const names[NAMES] = {"a", "b", "d"};
static struct path universe[PATHS_MAX];
static uint32_t paths;

static void
fill(struct arena *a, enum blob_root root, struct text at, unsigned depth)
{
	universe[paths++] = (struct path){root, at};
	for (unsigned i = 0; i < NAMES && depth < DEPTH; i++)
		fill(a, root,
		    arena_printf(a, "%.*s%s%s", (int)at.len, at.s,
			at.len > 0 ? "/" : "", names[i]),
		    depth + 1);
}

/* Of the sources; origins 0 to 2 are there, 3 via 1. */
enum { ORIGINS = 4 };
static const unsigned origin_sources[ORIGINS] = {1, 2, 4, 4 | 2};

struct sample {
	struct blob_model model;
	struct blob blob;
	unsigned from[8], port_from[8], setting_from; /* sources, by bit */
	const struct view *view;
	struct query_entries entries;
};

static unsigned
link_to(uint32_t *seed, struct arena *a, struct blob_model *m, uint32_t tag,
    uint32_t record)
{
	const uint32_t origin = random_below(seed, ORIGINS);

	*VEC_PUSH(a, &m->links) = (struct model_link){tag, record, origin};
	return origin_sources[origin];
}

static void
add_provenance(uint32_t *seed, struct arena *a, struct sample *p)
{
	struct blob_model *m = &p->model;

	for (uint32_t i = 0; i < SOURCES; i++)
		*VEC_PUSH(a, &m->sources) = (struct model_source){
		    .kind = i > 0, .name = text_of(source_names[i])};
	for (uint32_t i = 0; i < ORIGINS; i++)
		*VEC_PUSH(a, &m->origins) =
		    (struct model_origin){.source = i < SOURCES ? i : 2,
			.line = 1 + i,
			.column = 1,
			.via = i < SOURCES ? 0 : 2};
	for (uint32_t i = 0; i < m->paths.n; i++)
		p->from[i] = link_to(seed, a, m, BLOB_PATH, i);
	for (uint32_t i = 0; i < m->ports.n; i++)
		p->port_from[i] = link_to(seed, a, m, BLOB_PORT, i);
	p->setting_from = link_to(seed, a, m, BLOB_TARG, BLOB_SETTING_NETWORK);
}

static void
add_path(uint32_t *seed, struct arena *a, struct blob_model *m)
{
	const struct path at = any_path(seed);
	struct model_path p = {.suffix = at.suffix, .root = at.root};

	p.kind = at.suffix.len == 0 ? BLOB_KIND_DIR
				    : (enum blob_kind)random_below(seed, 3);
	for (uint32_t n = 1 + random_below(seed, 5); n > 0; n--)
		p.rights |= UINT64_C(1) << random_below(seed, 17);
	if (p.kind == BLOB_KIND_FILE)
		p.rights &= BLOB_FS_FILE;
	if (p.rights != 0)
		*VEC_PUSH(a, &m->paths) = p;
}

static bool
make(uint32_t *seed, struct arena *a, struct diags *d, struct sample *p)
{
	struct blob_model *m = &p->model;
	const uint8_t *bytes;
	const char *why;
	uint32_t size;

	m->target = (struct blob_target){
	    .platform = 1, .abi_min = 1 + random_below(seed, BLOB_ABI_NEWEST)};
	m->target.fs_handled = BLOB_FS_ALL;
	m->target.fs_required = blob_fs_rights(m->target.abi_min);
	for (uint32_t n = 1 + random_below(seed, 6); n > 0; n--)
		add_path(seed, a, m);
	for (uint32_t n = random_below(seed, 3); n > 1; n--) {
		const struct path at = any_path(seed);

		*VEC_PUSH(a, &m->denies) =
		    (struct model_deny){.suffix = at.suffix,
			.root = at.root,
			.access = 1 + random_below(seed, 3)};
	}
	if (random_below(seed, 2) == 0) {
		m->target.network = BLOB_NET_PORTS;
		m->target.net_handled = BLOB_NET_ALL;
		for (uint32_t port = 1; port <= PORTS; port++)
			if (random_below(seed, 2) == 0)
				*VEC_PUSH(a, &m->ports) = (struct blob_port){
				    port, 1 + random_below(seed, 15)};
	}
	add_provenance(seed, a, p);
	if (!blob_write(m, a, d, &bytes, &size) ||
	    !blob_open(&p->blob, bytes, size, &why))
		return false;
	return true;
}

static bool
asked(const struct view *v, enum decide_op op, enum decide_type type,
    struct path p, uint32_t port)
{
	const struct decide_request r = {
	    .op = op, .path = {p.suffix, p.root}, .type = type, .port = port};
	struct decide_answer answer;

	decide_here(v->decider, &r, &answer);
	return answer.verdict == DECIDE_ALLOWED ||
	       answer.verdict == DECIDE_UNENFORCED;
}

static bool
permitted(const struct view *v, enum assert_op op, struct path p)
{
	static const enum decide_op files[OPS] = {
	    [OP_READ] = DECIDE_READ,
	    [OP_EXEC] = DECIDE_EXECUTE,
	    [OP_WRITE] = DECIDE_WRITE,
	    [OP_TRUNCATE] = DECIDE_TRUNCATE,
	};
	bool any = false;

	if (op == OP_LIST)
		return asked(v, DECIDE_LIST, DECIDE_DIR, p, 0);
	if (op == OP_UNIX)
		return asked(v, DECIDE_CONNECT_UNIX, DECIDE_SOCK, p, 0);
	if (op == OP_REMOVE)
		return asked(v, DECIDE_REMOVE, DECIDE_REGULAR, p, 0) ||
		       asked(v, DECIDE_REMOVE_DIR, DECIDE_DIR, p, 0);
	if (op != OP_CREATE)
		return asked(v, files[op], DECIDE_REGULAR, p, 0);
	for (unsigned t = 0; t < DECIDE_TYPES; t++)
		any = any || asked(v, DECIDE_CREATE, (enum decide_type)t, p, 0);
	return any;
}

static struct path
path_of(const struct query_entry *e)
{
	return (struct path){e->at.root, e->at.suffix};
}

static bool
covers(struct path outer, struct path inner)
{
	const enum path_relation rel = path_relate(inner, outer);

	return rel == PATH_EQUAL || rel == PATH_BELOW;
}

/* Is the entry the nearest at or above the path? */
static bool
governs(const struct sample *s, const struct query_entry *e, struct path p)
{
	if (!covers(path_of(e), p))
		return false;
	for (uint32_t i = 0; i < s->entries.n; i++) {
		const struct query_entry *other = &s->entries.v[i];

		if (!other->is_port && other != e &&
		    covers(path_of(other), p) &&
		    covers(path_of(e), path_of(other)))
			return false;
	}
	return true;
}

static struct path
parent_of(struct path p)
{
	while (p.suffix.len > 0 && p.suffix.s[--p.suffix.len] != '/')
		;
	return p;
}

/* Of some path that the entry is about, or in a directory of those. */
static bool
may_on_path(
    const struct sample *s, const struct query_entry *e, enum assert_op op)
{
	const bool parent = op == OP_CREATE || op == OP_REMOVE;

	for (uint32_t i = 0; i < paths; i++) {
		const struct path p = universe[i];

		if ((!parent || p.suffix.len > 0) &&
		    governs(s, e, parent ? parent_of(p) : p) &&
		    permitted(s->view, op, p))
			return true;
	}
	return false;
}

static bool
may_on_port(
    const struct sample *s, const struct query_entry *e, enum assert_op op)
{
	static const enum decide_op ops[2][2] = {
	    {DECIDE_CONNECT_TCP, DECIDE_BIND_TCP},
	    {DECIDE_SEND_UDP, DECIDE_BIND_UDP}};
	/* PORTS and those behind it are in no rule. */
	const uint32_t port = e->port.first == 0 ? PORTS + 1 : e->port.first;

	return asked(s->view, ops[e->port.udp][op - OP_CONNECT], DECIDE_REGULAR,
	    (struct path){0}, port);
}

/* The sources of the rules that grant something there. */
static unsigned
sources_of(const struct sample *s, const struct query_entry *e)
{
	const struct blob *b = &s->blob;
	unsigned sources = 0;
	uint32_t deny;

	if (e->is_port) {
		for (uint32_t i = 0; i < s->model.ports.n; i++)
			if (s->model.ports.v[i].port == e->port.first)
				sources |= s->port_from[i];
		return e->port.first == 0 ? s->setting_from : sources;
	}
	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct blob_path r = blob_path(b, i);
		const struct path at = {r.root, text_of(r.suffix)};

		if (decide_withheld(s->view->decider, i, &deny) ||
		    (r.rights & decide_handled_fs(s->view->decider)) == 0 ||
		    !covers(at, path_of(e)) ||
		    (r.kind == BLOB_KIND_FILE &&
			path_relate(at, path_of(e)) != PATH_EQUAL))
			continue;
		for (uint32_t k = 0; k < s->model.paths.n; k++) {
			const struct model_path *m = &s->model.paths.v[k];

			if (m->root == r.root && m->kind == r.kind &&
			    text_equal(m->suffix, at.suffix))
				sources |= s->from[k];
		}
	}
	return sources;
}

static bool
in_set(const struct expr *x, struct path p)
{
	return x->tree ? covers(x->path, p)
		       : path_relate(x->path, p) == PATH_EQUAL;
}

/* Does a rule say something of the port and the protocol? */
static bool
is_listed(const struct sample *s, uint32_t i, uint32_t port, bool udp)
{
	const struct blob_port *p = &s->model.ports.v[i];

	return p->port == port && (p->rights & (udp ? 12 : 3)) != 0;
}

static bool
is_in_set(
    const struct sample *s, const struct expr *x, const struct query_entry *e)
{
	if (e->is_port != (x->last > 0))
		return false;
	/* Ports from 1: of all others the last is in no set but "*". */
	if (e->is_port) {
		uint32_t in = 0, all = 0;

		for (uint32_t port = 1; port <= UINT16_MAX; port++) {
			bool mine = port == e->port.first;

			if (e->port.first == 0) {
				mine = true;
				for (uint32_t i = 0; i < s->model.ports.n; i++)
					mine = mine &&
					       !is_listed(s, i, port, x->udp);
			}
			all += mine;
			in += mine && port <= x->last;
		}
		if (x->udp != e->port.udp)
			return false;
		return x->kind == QUERY_UNDER ? in == all : in > 0;
	}
	if (x->kind == QUERY_UNDER)
		return in_set(x, path_of(e));
	for (uint32_t i = 0; i < paths; i++)
		if (governs(s, e, universe[i]) && in_set(x, universe[i]))
			return true;
	return false;
}

static bool
expected(
    const struct sample *s, const struct expr *x, const struct query_entry *e)
{
	switch (x->kind) {
	case QUERY_OPERATION:
		if (e->is_port != (x->op >= OP_CONNECT))
			return false;
		return e->is_port ? may_on_port(s, e, x->op)
				  : may_on_path(s, e, x->op);
	case QUERY_PATHS:
		return !e->is_port;
	case QUERY_PORTS:
		return e->is_port;
	case QUERY_UNDER:
	case QUERY_ON:
		return is_in_set(s, x, e);
	case QUERY_FROM:
	case QUERY_GROUP:
		return (sources_of(s, e) & 1U << x->source) != 0;
	case QUERY_NOT:
		return !expected(s, x->left, e);
	case QUERY_AND:
		return expected(s, x->left, e) && expected(s, x->right, e);
	case QUERY_OR:
		break;
	}
	return expected(s, x->left, e) || expected(s, x->right, e);
}

static unsigned long found, missed;

static bool
agree(uint32_t *seed, struct compile *c, const struct sample *s)
{
	const struct assert_resolver resolver = {&c->store, &c->target};
	const struct expr *x = any_expr(seed, &c->arena, 3);
	const struct text t = spell(seed, &c->arena, x, 0);
	struct query_sets sets = {0};
	const struct query *q;
	struct query_policy p = {
	    &c->arena, &s->blob, s->view, &s->entries, &sets};
	uint32_t source;

	if (!source_from_text(
		&c->sources, &c->arena, &c->diags, "query", t, &source) ||
	    !assert_read_query(&c->arena, &c->diags, &c->sources, source, &q) ||
	    !query_resolve(&resolver, q, &sets)) {
		printf("# not read: %.*s\n", (int)t.len, t.s);
		return false;
	}
	for (uint32_t i = 0; i < s->entries.n; i++) {
		const struct query_entry *e = &s->entries.v[i];
		const bool want = expected(s, x, e);

		found += want;
		missed += !want;
		if (query_holds(&p, q, e) == want)
			continue;
		printf("# %.*s\n# is %swanted of %s, port %u, tree %llx, "
		       "file %llx\n",
		    (int)t.len, t.s, want ? "" : "not ",
		    e->is_port ? "a port" : path_print(&c->arena, path_of(e)).s,
		    (unsigned)e->port.first, (unsigned long long)e->tree,
		    (unsigned long long)e->file);
		return false;
	}
	return true;
}

/* Each port has one entry that says what may be done, or may not be used. */
static bool
ports_complete(const struct sample *s, bool udp)
{
	for (uint32_t port = 1; port <= PORTS + 1; port++) {
		const struct query_entry none = {
		    .port = {udp, (uint16_t)port, (uint16_t)port}};
		const struct query_entry *own = NULL, *other = NULL;
		bool listed = false;

		for (uint32_t i = 0; i < s->model.ports.n; i++)
			listed = listed || is_listed(s, i, port, udp);
		for (uint32_t i = 0; i < s->entries.n; i++) {
			const struct query_entry *e = &s->entries.v[i];

			if (!e->is_port || e->port.udp != udp)
				continue;
			if (e->port.first == port)
				own = e;
			if (e->port.first == 0)
				other = e;
		}
		if (own == NULL && !listed)
			own = other;
		for (unsigned op = OP_CONNECT; op < OPS; op++)
			if (may_on_port(s, &none, (enum assert_op)op) !=
			    (own != NULL && (own->ops & 1U << op) != 0))
				return false;
	}
	return true;
}

/* Nothing that may be done is without an entry: then none would be asked. */
static bool
complete(const struct sample *s)
{
	for (uint32_t i = 0; i < paths; i++) {
		bool governed = false;

		for (uint32_t k = 0; k < s->entries.n; k++)
			governed = governed || (!s->entries.v[k].is_port &&
						   governs(s, &s->entries.v[k],
						       universe[i]));
		if (!governed &&
		    (decide_handled_fs(s->view->decider) & BLOB_FS_READ_FILE) !=
			0 &&
		    permitted(s->view, OP_READ, universe[i]))
			return false;
	}
	for (uint32_t i = 1; i < s->entries.n; i++)
		if (!s->entries.v[i].is_port &&
		    path_compare(path_of(&s->entries.v[i - 1]),
			path_of(&s->entries.v[i])) >= 0)
			return false;
	return true;
}

enum { EACH = 20 };

static bool
one_policy(uint32_t seed)
{
	struct assertions none = {0};
	struct sample s = {0};
	struct compile c;
	struct judge judge;
	bool good;

	compile_init(&c);
	good = make(&seed, &c.arena, &c.diags, &s);
	if (good) {
		judge_init(&judge, &c.arena, &s.blob, &none);
		s.view = judge_view(&judge, s.model.target.abi_min, false);
		query_entries(&c.arena, &s.blob, s.view, &s.entries);
		good = complete(&s) &&
		       (!s.view->launches || (ports_complete(&s, false) &&
						 ports_complete(&s, true)));
	}
	for (unsigned i = 0; i < EACH && good; i++)
		good = agree(&seed, &c, &s);
	compile_finish(&c);
	return good;
}

int
main(void)
{
	const char *queries = getenv("NONO_QUERIES");
	const char *start = getenv("NONO_SEED");
	const unsigned long n =
	    queries == NULL ? 4000 : strtoul(queries, NULL, 10);
	uint32_t seed = start == NULL ? 1 : (uint32_t)strtoul(start, NULL, 10);
	struct arena fixed = {0};
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(roots); i++)
		fill(&fixed, roots[i], TEXT(""), 0);
	for (unsigned long i = 0; i < n && good; i += EACH, seed++) {
		good = one_policy(seed * 2654435761U);
		if (!good)
			printf("# NONO_SEED=%u\n", (unsigned)seed);
	}
	OK(good);
	printf("# %lu queries: %lu entries found, %lu not\n", n, found, missed);
	/* A generator that reaches one answer only shows nothing. */
	OK(found > n / 4 && missed > n / 4);
	arena_release(&fixed);
	return tap_end();
}
