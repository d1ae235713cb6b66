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

/* The first Landlock ABI that has all of them. */
static unsigned
abi_of(uint64_t fs, uint64_t net, uint64_t scope)
{
	unsigned abi = 1;

	while (
	    abi < BLOB_ABI_NEWEST && ((fs & ~blob_fs_rights(abi)) != 0 ||
					 (net & ~blob_net_rights(abi)) != 0 ||
					 (scope & ~blob_scopes(abi)) != 0))
		abi++;
	return abi;
}

static void
need_abi(const struct network_check *k, unsigned abi, struct span at,
    const char *what)
{
	struct diag *diag;

	if (abi <= k->target->abi)
		return;
	diag = diag_at(k->diags, DIAG_TARGET_TOO_OLD, at,
	    "%s needs Landlock ABI %u and the target states %u: nono-load will "
	    "refuse to start on such a kernel",
	    what, abi, k->target->abi);
	diag_help(k->diags, diag,
	    "compile with --target linux:abi=%u, or without the ABI", abi);
}

/* What must not go unenforced is not dropped for an older kernel. */
static void
check_abi(const struct network_check *k)
{
	const struct capset *c = k->caps;
	const struct scalar *s = c->policy->scalars.v;

	if (k->target->platform != PLATFORM_LINUX || k->target->abi == 0)
		return;
	for (uint32_t i = 0; i < c->ports.n; i++) {
		const struct cap_port *p = &c->ports.v[i];
		const unsigned abi = abi_of(0, p->rights, 0);

		if (without_effect(c, p) || abi <= k->target->abi)
			continue;
		need_abi(k, abi, p->at, "a list of ports");
		break;
	}
	if (c->network == BLOB_NET_PROXY && !c->proxy_insecure)
		need_abi(k, abi_of(0, BLOB_NET_CONNECT_TCP, 0),
		    (struct span){0}, "a network that is the proxy's only");
	if (c->unix_pathname)
		need_abi(k, abi_of(BLOB_FS_RESOLVE_UNIX, 0, 0),
		    s[SCALAR_UNIX_MEDIATION].at,
		    "mediating sockets by their paths");
	if ((c->scoped_required & BLOB_SCOPE_SIGNAL) != 0)
		need_abi(k, abi_of(0, 0, BLOB_SCOPE_SIGNAL),
		    s[SCALAR_SIGNAL_MODE].at, "keeping signals in");
}

bool
check_network(
    struct diags *d, const struct target *t, const struct capset *caps)
{
	struct network_check k = {d, t, caps, true};

	check_hosts(&k);
	check_ports(&k);
	check_external(&k);
	check_abi(&k);
	return k.ok;
}
