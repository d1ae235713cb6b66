#include <config.h>

#include "compiler/assert/assert_walk.h"

/* The ports of an assertion in one view. */

bool
judge_ports_hold(const struct region_set *s, const struct port_region *port)
{
	for (uint32_t i = 0; i < s->ports.n; i++)
		if (s->ports.v[i].udp == port->udp &&
		    s->ports.v[i].first <= port->first &&
		    s->ports.v[i].last >= port->first)
			return true;
	return false;
}

/* The requests that an operation on a port stands for. */
static bool
port_answer(struct walk *w, enum assert_op op, const struct port_region *p,
    uint16_t port, struct decide_answer *ret)
{
	struct decide_request r = {.port = port};

	if (op == OP_CONNECT)
		r.op = p->udp ? DECIDE_SEND_UDP : DECIDE_CONNECT_TCP;
	else
		r.op = p->udp ? DECIDE_BIND_UDP : DECIDE_BIND_TCP;
	decide_here(w->view->decider, &r, ret);
	return ret->verdict == DECIDE_ALLOWED ||
	       ret->verdict == DECIDE_UNENFORCED;
}

static void
try_port(struct walk *w, const struct port_region *p, uint16_t port)
{
	bool always = w->assertion->kind == ASSERT_ALWAYS;

	for (unsigned op = OP_CONNECT; op < OPS; op++) {
		struct decide_answer answer;
		struct hit hit = {
		    .ops = 1U << op,
		    .is_port = true,
		    .port = {p->udp, port, port},
		    .view = w->view,
		};

		if ((w->assertion->ops & hit.ops) == 0 ||
		    port_answer(w, op, p, port, &answer) == always)
			continue;
		hit.kind = always ? HIT_DENIED
			   : answer.verdict == DECIDE_UNENFORCED
			       ? HIT_UNENFORCED
			       : HIT_GRANTED;
		for (uint32_t i = 0; i < w->judge->blob->nports; i++)
			if (blob_port(w->judge->blob, i).port == port)
				*VEC_PUSH(w->judge->arena, &hit.rules) = i;
		walk_add_hit(w, NULL, hit);
	}
}

/* Is there a waiver for the port?  Does one begin there? */
static bool
port_is_waived(
    const struct walk *w, const struct port_region *port, bool *ret_begins)
{
	const struct assertions *all = w->judge->assertions;
	bool waived = false;

	for (uint32_t i = 0; i < all->waivers.n; i++) {
		const struct region_set *s = &all->waivers.v[i].set;

		if (!walk_waiver_counts(w, &all->waivers.v[i]) ||
		    !judge_ports_hold(s, port))
			continue;
		waived = true;
		for (uint32_t k = 0; k < s->ports.n; k++)
			*ret_begins =
			    *ret_begins || s->ports.v[k].first == port->first;
	}
	return waived;
}

/*
 * The launch says which port the local proxy has: it is taken to be in every
 * range, and none that is written by itself.
 */
static void
try_proxy(struct walk *w, const struct port_region *p)
{
	if (blob_target(w->judge->blob).network != BLOB_NET_PROXY ||
	    w->assertion->kind == ASSERT_ALWAYS || p->udp ||
	    p->first == p->last || (w->assertion->ops & 1U << OP_CONNECT) == 0)
		return;
	for (unsigned port = p->first > 0 ? p->first : 1; port <= p->last;
	     port++) {
		const struct port_region one = {
		    false, (uint16_t)port, (uint16_t)port};
		const struct hit hit = {
		    .kind = HIT_GRANTED,
		    .ops = 1U << OP_CONNECT,
		    .what = "connect to the port of the local proxy",
		    .is_port = true,
		    .port = one,
		    .view = w->view,
		};
		bool begins;

		if (judge_ports_hold(&w->assertion->except, &one) ||
		    (port < p->last && port_is_waived(w, &one, &begins)))
			continue;
		(void)walk_add_hit(w, NULL, hit);
		return;
	}
}

/*
 * Ports that are in no rule decide alike: one of them stands for all that no
 * waiver excuses, and one for those of each waiver.
 */
static void
walk_region_ports(struct walk *w, const struct port_region *p)
{
	const struct blob *b = w->judge->blob;
	uint32_t next = 0;
	bool other = false, other_waived = false;

	for (unsigned port = p->first; port <= p->last; port++) {
		const struct port_region one = {
		    p->udp, (uint16_t)port, (uint16_t)port};
		bool listed = false, begins = false, *stands = &other;

		for (; next < b->nports && blob_port(b, next).port <= port;
		     next++)
			listed = blob_port(b, next).port == port;
		if (judge_ports_hold(&w->assertion->except, &one))
			continue;
		if (port_is_waived(w, &one, &begins))
			stands = &other_waived;
		if (!listed && *stands && !begins && port != 0)
			continue;
		*stands = *stands || (!listed && port != 0);
		try_port(w, p, (uint16_t)port);
	}
}

void
walk_ports(struct walk *w)
{
	for (uint32_t i = 0; i < w->assertion->set.ports.n; i++) {
		walk_region_ports(w, &w->assertion->set.ports.v[i]);
		try_proxy(w, &w->assertion->set.ports.v[i]);
	}
}
