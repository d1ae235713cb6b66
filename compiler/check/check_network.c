#include <config.h>

#include "compiler/check/check.h"

struct network_check {
	struct diags *diags;
	const struct target *target;
	const struct capset *caps;
	bool ok;
};

static void
contradiction(struct network_check *k, struct span at, struct span other,
    const char *text, const char *help)
{
	struct diag *diag =
	    diag_at(k->diags, DIAG_CONTRADICTION, at, "%s", text);

	if (other.source != 0)
		diag_note(k->diags, diag, other, "network.block is set here");
	diag_help(k->diags, diag, "%s", help);
	k->ok = false;
}

static void
check_hosts(struct network_check *k)
{
	const struct capset *c = k->caps;
	const struct policy *p = c->policy;
	const struct scalar *block = &p->scalars.v[SCALAR_BLOCK];
	const char *both = "network.block and a list of hosts to reach "
			   "contradict each other";
	const char *help = "remove one of the two; a profile cannot unset the "
			   "block of its base";

	if (block->set && p->allow_domain.n > 0)
		contradiction(
		    k, p->allow_domain.v[0].at, block->at, both, help);
	else if (block->set && p->credentials.n > 0)
		contradiction(k, p->credentials.v[0].at, block->at, both, help);
	else if (block->set && p->scalars.network_profile.set &&
		 !p->scalars.network_profile.null)
		contradiction(
		    k, p->scalars.network_profile.at, block->at, both, help);
	else if (block->set && p->scalars.upstream_proxy.set)
		contradiction(k, p->scalars.upstream_proxy.at, block->at,
		    "network.block and an upstream_proxy contradict each other",
		    help);
	if (p->upstream_bypass.n > 0 && !p->scalars.upstream_proxy.set)
		contradiction(k, p->upstream_bypass.v[0].at, (struct span){0},
		    "upstream_bypass without an upstream_proxy to bypass",
		    "set network.upstream_proxy, or remove the list");
}

/* Is what the port is listed for open to all ports? */
static bool
without_effect(const struct capset *c, const struct cap_port *port)
{
	const uint64_t udp = BLOB_NET_BIND_UDP | BLOB_NET_CONNECT_SEND_UDP;

	return ((port->rights & udp) == 0 || !c->net_udp) &&
	       ((port->rights & ~udp) == 0 || !c->net_tcp);
}

static void
check_ports(struct network_check *k)
{
	const struct capset *c = k->caps;
	const struct policy *p = c->policy;

	for (uint32_t i = 0; i < c->ports.n; i++) {
		const struct cap_port *port = &c->ports.v[i];
		struct diag *diag;

		if (port->port == 0 && c->network != BLOB_NET_OPEN &&
		    (port->rights & BLOB_NET_CONNECT_TCP) != 0 &&
		    (k->target->platform == PLATFORM_LINUX ||
			port->wide != 0)) {
			diag = diag_at(k->diags, DIAG_BAD_PORT, port->at,
			    "port 0 stands for every port of this machine, in "
			    "open_port and on macOS only");
			diag_help(k->diags, diag, "name the ports");
			k->ok = false;
		} else if (without_effect(c, port) &&
			   p->scalars.v[SCALAR_SANDBOX_POLICY].value !=
			       SANDBOX_EXTERNAL) {
			diag = diag_at(k->diags, DIAG_NOT_ENFORCED, port->at,
			    "a list of ports has no effect: no port of "
			    "its kind is closed");
			diag_help(k->diags, diag,
			    "set network.block to leave only the ports listed");
			break;
		}
	}
}

static void
check_external(struct network_check *k)
{
	const struct policy *p = k->caps->policy;
	const struct scalar *s = &p->scalars.v[SCALAR_SANDBOX_POLICY];

	if (s->set && s->value == SANDBOX_EXTERNAL)
		diag_at(k->diags, DIAG_NOT_ENFORCED, s->at,
		    "the network is left to another sandbox, as "
		    "linux.sandbox_policy says; this policy does not restrict "
		    "it");
}

bool
check_network(
    struct diags *d, const struct target *t, const struct capset *caps)
{
	struct network_check k = {d, t, caps, true};

	check_hosts(&k);
	check_ports(&k);
	check_external(&k);
	return k.ok;
}
