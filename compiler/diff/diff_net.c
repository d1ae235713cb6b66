#include <config.h>

#include "compiler/diff/diff_model.h"

#include <stdlib.h>

/*
 * The network: the decider is asked of every port that either policy names and
 * of one that neither does, of each family and type of socket, and of what a
 * scope closes.
 */
enum {
	PORTS = 65536,
	FAMILIES = 46,
	TYPES = 11,
	ALL_TYPES = 0x47e, /* bits of those that there are: 1 to 6, 10 */
};

struct sample {
	struct VEC(uint32_t) ports; /* named by either; sorted, unique */
	uint32_t other;		    /* one that is not; PORTS: all are named */
};

bool
diff_allows(const struct decider *d, const struct decide_request *r)
{
	struct decide_answer answer;

	decide_here(d, r, &answer);
	return answer.verdict == DECIDE_ALLOWED ||
	       answer.verdict == DECIDE_UNENFORCED;
}

static int
by_number(const void *left, const void *right)
{
	const uint32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static struct sample
sample_ports(const struct diff *d, struct arena *a)
{
	struct sample s = {0};
	uint32_t n = 0;

	/* Binding port 0 is binding any: a question of its own. */
	*VEC_PUSH(a, &s.ports) = 0;
	for (unsigned side = 0; side < 2; side++)
		for (uint32_t i = 0; i < d->blob[side]->nports; i++)
			*VEC_PUSH(a, &s.ports) =
			    blob_port(d->blob[side], i).port;
	qsort(s.ports.v, s.ports.n, sizeof(*s.ports.v), by_number);
	for (uint32_t i = 0; i < s.ports.n; i++)
		if (n == 0 || s.ports.v[i] != s.ports.v[n - 1])
			s.ports.v[n++] = s.ports.v[i];
	s.ports.n = n;
	while (s.other < n && s.ports.v[s.other] == s.other)
		s.other++;
	return s;
}

/* "443", "8000-8010": the run of ports that begins at i; moves i behind it. */
static struct text
put_run(struct arena *a, const struct sample *s, const bool *in, uint32_t *i)
{
	const uint32_t first = s->ports.v[*i];
	uint32_t last = first;

	while (++*i < s->ports.n && in[*i] && s->ports.v[*i] == last + 1)
		last++;
	return last == first ? arena_printf(a, "%u", first)
			     : arena_printf(a, "%u-%u", first, last);
}

/* in: is the answer another for this port?  The last: for all others. */
static struct text
ports_text(struct arena *a, const struct sample *s, const bool *in, bool others)
{
	struct text list = {"", 0};

	for (uint32_t i = 0; i < s->ports.n;) {
		if (in[i] == others) {
			i++;
			continue;
		}
		if (others) {
			list = diff_join(a, list, ", ",
			    arena_printf(a, "%u", s->ports.v[i++]).s);
			continue;
		}
		list = diff_join(a, list, ", ", put_run(a, s, in, &i).s);
	}
	if (!others)
		return arena_printf(a, "port %s", list.s);
	if (list.len > 0)
		return arena_printf(a, "every port but %s", list.s);
	return TEXT("every port");
}

/* The right of an operation that is about a port. */
static uint64_t
port_right(enum decide_op op)
{
	if (op == DECIDE_CONNECT_TCP)
		return BLOB_NET_CONNECT_TCP;
	if (op == DECIDE_BIND_TCP)
		return BLOB_NET_BIND_TCP;
	return op == DECIDE_SEND_UDP ? BLOB_NET_CONNECT_SEND_UDP
				     : BLOB_NET_BIND_UDP;
}

/* One that is named, else a high one that is not and needs no privilege. */
static struct decide_request
example_port(const struct sample *s, enum decide_op op, const bool *in)
{
	enum { HIGH = 40000 };
	struct decide_request r = {.op = op, .port = HIGH};
	uint32_t i = 0;

	while (i < s->ports.n && (!in[i] || s->ports.v[i] == 0))
		i++;
	if (!in[s->ports.n])
		r.port = i < s->ports.n ? s->ports.v[i] : 0;
	else
		while (bsearch(&r.port, s->ports.v, s->ports.n, sizeof(r.port),
			   by_number) != NULL)
			r.port++;
	return r;
}

static void
diff_port_op(struct diff *d, const struct decider *const deciders[2],
    const struct sample *s, enum decide_op op, const char *what, bool gained)
{
	bool *in = ARENA_ARRAY(d->arena, s->ports.n + 1, bool);
	struct decide_request r = {.op = op};
	struct diff_change *c;
	bool any = false;

	for (uint32_t i = 0; i <= s->ports.n; i++) {
		r.port = i < s->ports.n ? s->ports.v[i] : s->other;
		in[i] = r.port < PORTS && diff_allows(deciders[gained], &r) &&
			!diff_allows(deciders[!gained], &r);
		any = any || in[i];
	}
	if (!any)
		return;
	c = diff_add(d, DIFF_PORT, gained);
	c->what = text_of(what);
	c->region = ports_text(d->arena, s, in, in[s->ports.n]);
	c->example = example_port(s, op, in);
	c->tag = BLOB_PORT;
	for (unsigned side = 0; side < 2; side++) {
		for (uint32_t i = 0; i < d->blob[side]->nports; i++) {
			const struct blob_port p = blob_port(d->blob[side], i);
			const uint32_t *at = bsearch(&p.port, s->ports.v,
			    s->ports.n, sizeof(p.port), by_number);

			if ((p.rights & port_right(op)) != 0 && at != NULL &&
			    in[at - s->ports.v])
				*VEC_PUSH(d->arena, &c->records[side]) = i;
		}
	}
	/* Nobody lists them: the mode has changed. */
	if (c->records[0].n + c->records[1].n == 0)
		diff_about(d, c, BLOB_SETTING_NETWORK);
}

/*
 * The port of the local proxy is named by the launch, and no policy lists it:
 * one that neither names stands for it.
 */
static void
diff_proxy(struct diff *d, const struct decider *const deciders[2],
    const struct sample *s, bool gained)
{
	struct decide_request r = {.op = DECIDE_CONNECT_TCP, .port = s->other};
	const unsigned to = gained ? 1 : 0;
	struct arena scratch = {0};
	struct diff_change *c;
	struct decide_env env;
	bool allows[2];

	diff_environment(&env, DIFF_ALWAYS);
	env.proxy_port = s->other;
	for (unsigned side = 0; side < 2; side++)
		allows[side] =
		    diff_allows(decide_open(&scratch, d->blob[side], &env), &r);
	arena_release(&scratch);
	/* Where other ports are open, too, it has been said of all of them. */
	if (s->other >= PORTS || !allows[to] || allows[!to] ||
	    diff_allows(deciders[to], &r))
		return;
	c = diff_add(d, DIFF_PORT, gained);
	c->what = TEXT("connect TCP");
	c->region = TEXT("port of the local proxy");
	c->proxy = true;
	diff_about(d, c, BLOB_SETTING_NETWORK);
}

/* Families that people know by name come first; the others are counted. */
static const struct {
	uint32_t number;
	const char *name;
} named[] = {{2, "inet"}, {10, "inet6"}, {16, "netlink"}, {17, "packet"},
    {40, "vsock"}, {1, "unix"}, {38, "alg"}, {31, "bluetooth"}, {29, "can"},
    {44, "xdp"}};

static struct text
types_text(struct arena *a, unsigned types)
{
	static const char *const names[TYPES] = {[1] = "stream",
	    "dgram",
	    "raw",
	    "rdm",
	    "seqpacket",
	    "dccp",
	    [10] = "packet"};
	struct text list = {"", 0};

	for (unsigned i = 0; i < TYPES; i++)
		if (names[i] != NULL && (types >> i & 1) != 0)
			list = diff_join(a, list, "+", names[i]);
	return list;
}

struct text
diff_socket_text(struct arena *a, uint32_t family, uint32_t socktype)
{
	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		if (named[i].number == family)
			return arena_printf(a, "make a socket of %s (%s)",
			    named[i].name, types_text(a, 1u << socktype).s);
	return arena_printf(a, "make a socket of family %u (%s)",
	    (unsigned)family, types_text(a, 1u << socktype).s);
}

/* With any protocol that a program of seccomp might tell apart. */
static bool
socket_gained(const struct decider *const deciders[2], bool gained,
    uint32_t family, uint32_t type)
{
	/* any, ICMP, TCP, UDP, ICMPv6, SCTP, raw, MPTCP, one of no name */
	static const uint32_t protos[] = {0, 1, 6, 17, 58, 132, 255, 262, 999};

	for (size_t i = 0; i < ARRAY_LEN(protos); i++) {
		struct decide_request r = {.op = DECIDE_SOCKET,
		    .family = family,
		    .socktype = type,
		    .proto = protos[i]};

		if (diff_allows(deciders[gained], &r) &&
		    !diff_allows(deciders[!gained], &r))
			return true;
	}
	return false;
}

/* Of each family the types, as bits; how many families have any. */
static uint32_t
sample_sockets(const struct decider *const deciders[2], bool gained,
    unsigned ret_types[FAMILIES])
{
	uint32_t n = 0;

	for (uint32_t family = 0; family < FAMILIES; family++) {
		ret_types[family] = 0;
		for (uint32_t type = 1; type < TYPES; type++)
			if (((1u << type) & ALL_TYPES) != 0 &&
			    socket_gained(deciders, gained, family, type))
				ret_types[family] |= 1u << type;
		n += ret_types[family] != 0;
	}
	return n;
}

/* One that needs no privilege, if there is one: else none (family 0). */
static struct decide_request
example_socket(const struct decider *const deciders[2], bool gained)
{
	enum { STREAM = 1, DGRAM = 2, PACKET = 17 };
	struct decide_request r = {.op = DECIDE_SOCKET};

	for (size_t i = 0; i < ARRAY_LEN(named); i++)
		for (uint32_t type = STREAM; type <= DGRAM; type++) {
			r.family = named[i].number;
			r.socktype = type;
			if (r.family != PACKET &&
			    diff_allows(deciders[gained], &r) &&
			    !diff_allows(deciders[!gained], &r))
				return r;
		}
	return (struct decide_request){.op = DECIDE_SOCKET};
}

static void
diff_sockets(
    struct diff *d, const struct decider *const deciders[2], bool gained)
{
	enum { NAMED = 5 };
	unsigned types[FAMILIES];
	uint32_t left = sample_sockets(deciders, gained, types), shown = 0;
	struct text list = {"", 0};
	struct diff_change *c;

	if (left == 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(named) && shown < NAMED; i++) {
		const unsigned t = types[named[i].number];

		if (t == 0)
			continue;
		list = diff_join(d->arena, list, ", ", named[i].name);
		if (t != ALL_TYPES)
			list = arena_printf(d->arena, "%s (%s)", list.s,
			    types_text(d->arena, t).s);
		shown++;
	}
	if (left > shown)
		list = arena_printf(d->arena, "%s%s%u more families", list.s,
		    shown > 0 ? " and " : "", left - shown);
	c = diff_add(d, DIFF_SOCKET, gained);
	c->what = TEXT("make sockets");
	c->region = list;
	c->example = example_socket(deciders, gained);
	diff_about(d, c, BLOB_SETTING_NETWORK);
}

static void
diff_scopes(
    struct diff *d, const struct decider *const deciders[2], bool gained)
{
	static const struct {
		enum decide_op op;
		const char *what, *region;
		enum blob_setting setting;
	} scopes[] = {
	    {DECIDE_SIGNAL, "signal", "processes outside", BLOB_SETTING_SIGNAL},
	    {DECIDE_CONNECT_ABSTRACT, "connect", "abstract sockets outside",
		BLOB_SETTING_ABSTRACT},
	};

	for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
		struct decide_request r = {.op = scopes[i].op};
		struct diff_change *c;

		if (!diff_allows(deciders[gained], &r) ||
		    diff_allows(deciders[!gained], &r))
			continue;
		c = diff_add(d, DIFF_SCOPE, gained);
		c->what = text_of(scopes[i].what);
		c->region = text_of(scopes[i].region);
		c->example = r;
		diff_about(d, c, scopes[i].setting);
	}
}

/* Sockets are up to the seccomp programs alone. */
static bool
same_filter(const struct diff *d, const struct decider *const deciders[2])
{
	const struct blob_section a = d->blob[0]->secc, b = d->blob[1]->secc;

	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0) &&
	       (decide_refused(deciders[0]).why == DECIDE_LAUNCHES) ==
		   (decide_refused(deciders[1]).why == DECIDE_LAUNCHES);
}

void
diff_network(struct diff *d, const struct decider *const deciders[2])
{
	static const struct {
		enum decide_op op;
		const char *what;
	} ops[] = {
	    {DECIDE_CONNECT_TCP, "connect TCP"},
	    {DECIDE_BIND_TCP, "bind TCP"},
	    {DECIDE_SEND_UDP, "send UDP"},
	    {DECIDE_BIND_UDP, "bind UDP"},
	};
	struct sample s = sample_ports(d, d->arena);

	const bool same = same_filter(d, deciders);

	for (unsigned gained = 0; gained < 2; gained++) {
		for (size_t i = 0; i < ARRAY_LEN(ops); i++)
			diff_port_op(d, deciders, &s, ops[i].op, ops[i].what,
			    gained != 0);
		diff_proxy(d, deciders, &s, gained != 0);
		if (!same)
			diff_sockets(d, deciders, gained != 0);
		diff_scopes(d, deciders, gained != 0);
	}
}
