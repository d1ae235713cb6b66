#include <config.h>

#include "compiler/seatbelt/seatbelt_walk.h"

/* The ports of an assertion, against a policy for macOS. */

static bool
is_port_of_waiver(const struct seatbelt_walk *w, const struct port_region *port)
{
	for (uint32_t i = 0; i < w->assertions->waivers.n; i++) {
		const struct waiver *v = &w->assertions->waivers.v[i];

		if (seatbelt_waiver_counts(w, v) &&
		    judge_ports_hold(&v->set, port))
			return true;
	}
	return false;
}

bool
seatbelt_port_waived(struct seatbelt_walk *w, const struct port_region *port)
{
	bool waived = false;

	for (uint32_t i = 0; i < w->assertions->waivers.n; i++) {
		struct waiver *v = &w->assertions->waivers.v[i];

		if (seatbelt_waiver_counts(w, v) &&
		    judge_ports_hold(&v->set, port))
			v->used = waived = true;
	}
	return waived;
}

/* Each port that a filter names. */
static void
collect_ports(const struct sbpl_filter *f, bool *in)
{
	uint32_t port = 0, i;

	if (f == NULL)
		return;
	for (i = 0; i < f->n; i++)
		collect_ports(f->parts[i], in);
	if (f->kind != SBPL_FILTER_END)
		return;
	for (i = f->text.len; i > 0 && f->text.s[i - 1] != ':'; i--)
		;
	for (; i < f->text.len && port <= UINT16_MAX; i++)
		if (f->text.s[i] >= '0' && f->text.s[i] <= '9')
			port = port * 10 + (uint32_t)(f->text.s[i] - '0');
	if (port <= UINT16_MAX)
		in[port] = true;
}

/*
 * Of whatever host, this machine or another: one that may be reached is
 * enough, and every address is asked for where all should be.
 */
static bool
judge_port(
    struct seatbelt_walk *w, enum assert_op op, const struct port_region *port)
{
	static const struct {
		const char *version, *remote, *local;
	} hosts[] = {
	    {"4", "192.0.2.1", "0.0.0.0"},
	    {"4", "127.0.0.1", "127.0.0.1"},
	    {"6", "2001:db8::1", "::"},
	    {"6", "::1", "::1"},
	};
	const bool out = op == OP_CONNECT;

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		const struct seatbelt_object o = {
		    .ops = 1U << op,
		    .fact = out ? SBPL_FACT_REMOTE : SBPL_FACT_LOCAL,
		    .where = arena_printf(w->arena, "%s%s %s:%u",
			port->udp ? "udp" : "tcp", hosts[i].version,
			out ? hosts[i].remote : hosts[i].local, port->first),
		    .port = port,
		};

		if (seatbelt_judge(w, &o))
			return true;
		if (w->a->kind == ASSERT_ALWAYS)
			break;
	}
	return false;
}

/*
 * Ports that no rule names are decided alike: one that no waiver excuses and
 * one that some waiver does stand for all others.
 */
static void
judge_port_region(struct seatbelt_walk *w, enum assert_op op,
    const struct port_region *p, const bool *named)
{
	bool asked[2] = {false, false};

	for (unsigned n = p->first; n <= p->last; n++) {
		const struct port_region port = {
		    p->udp, (uint16_t)n, (uint16_t)n};
		bool waived;

		if (judge_ports_hold(&w->a->except, &port))
			continue;
		waived = is_port_of_waiver(w, &port);
		if (asked[waived] && !named[n])
			continue;
		asked[waived] = asked[waived] || !named[n];
		(void)judge_port(w, op, &port);
	}
}

void
seatbelt_judge_ports(struct seatbelt_walk *w)
{
	const struct region_set *set = &w->a->set;
	bool *named;

	if (set->ports.n == 0)
		return;
	named = ARENA_ARRAY(w->arena, UINT16_MAX + 1, bool);
	memset(named, 0, (UINT16_MAX + 1) * sizeof(*named));
	named[0] = true; /* any port: a question of its own */
	for (uint32_t i = 0; i < w->file->policy.rules.n; i++)
		collect_ports(w->file->policy.rules.v[i].filter, named);
	for (uint32_t i = 0; i < set->ports.n; i++)
		for (unsigned op = OP_CONNECT; op < OPS; op++)
			if ((w->a->ops & 1U << op) != 0)
				judge_port_region(w, (enum assert_op)op,
				    &set->ports.v[i], named);
}
