#include <config.h>

#include "compiler/emit/emit_seatbelt.h"

/*
 * The network.  Seatbelt knows no address but "*" and "localhost", and no
 * names.  Every allow has a filter: a socket in a denied place has to stay
 * closed, whichever rule is thought to decide.
 */
static const uint64_t tcp = BLOB_NET_BIND_TCP | BLOB_NET_CONNECT_TCP;
static const uint64_t udp = BLOB_NET_BIND_UDP | BLOB_NET_CONNECT_SEND_UDP;

/* Certificates, and how the network is set up. */
static const char *const services[] = {
    "(global-name \"com.apple.SystemConfiguration.DNSConfiguration\")",
    "(global-name \"com.apple.SystemConfiguration.configd\")",
    "(global-name \"com.apple.ocspd\")",
    "(global-name \"com.apple.trustd\")",
    "(global-name \"com.apple.trustd.agent\")",
};
/* Name look-ups, which go out by themselves. */
static const char *const resolvers[] = {
    "(global-name \"com.apple.dnssd.service\")",
    "(global-name \"com.apple.networkd\")",
};
static const char *const resolver_ends[] = {
    "(control-name \"com.apple.netsrc\")", /* which address to prefer */
    "(literal \"/private/var/run/mDNSResponder\")",
    "(literal \"/var/run/mDNSResponder\")",
};
/* The system log of libc: a local matter. */
static const char *const log_sockets[] = {
    "(literal \"/private/var/run/syslog\")",
    "(literal \"/var/run/syslog\")",
};

/* Ports that the list opens for `right`, as filters "END PROTOCOL". */
static void
ports(struct seatbelt *s, uint64_t right, const char *head, const char *end,
    const char *protocol)
{
	const struct capset *c = s->caps;

	seatbelt_rule(&s->text, text_of(head), TEXT(""));
	for (uint32_t i = 0; i < c->ports.n; i++) {
		const struct cap_port *p = &c->ports.v[i];
		const char *host = (p->wide & right) == 0 ? "localhost" : "*";

		if ((p->rights & right) == 0)
			continue;
		seatbelt_item(&s->text);
		if (p->port == 0)
			seatbelt_printf(
			    &s->text, "(%s %s \"%s:*\")", end, protocol, host);
		else
			seatbelt_printf(&s->text, "(%s %s \"%s:%u\")", end,
			    protocol, host, p->port);
	}
	seatbelt_rule_end(&s->text);
}

static bool
listed(const struct capset *c, uint64_t rights)
{
	for (uint32_t i = 0; i < c->ports.n; i++)
		if ((c->ports.v[i].rights & rights) != 0)
			return true;
	return false;
}

/* All of a protocol, or what is listed of it. */
static void
protocol(struct seatbelt *s, const char *name, bool open, uint64_t connect,
    uint64_t bind)
{
	if (!open) {
		ports(s, connect, "allow network-outbound", "remote", name);
		ports(s, bind, "allow network-bind network-inbound", "local",
		    name);
		return;
	}
	seatbelt_printf(&s->text,
	    "(allow network-outbound (remote %s \"*:*\"))\n"
	    "(allow network-bind network-inbound (local %s \"*:*\"))\n",
	    name, name);
}

static void
ask_system(struct seatbelt *s, bool names)
{
	seatbelt_fixed(s, "allow mach-lookup", services, ARRAY_LEN(services));
	seatbelt_puts(&s->text, "(allow system-socket\n"
				"\t(socket-domain AF_INET)\n"
				"\t(socket-domain AF_INET6)\n"
				"\t(socket-domain AF_ROUTE)\n"
				"\t(require-all (socket-domain AF_SYSTEM) "
				"(socket-protocol 2))\n)\n");
	if (!names)
		return;
	seatbelt_fixed(s, "allow mach-lookup", resolvers, ARRAY_LEN(resolvers));
	seatbelt_fixed(s, "allow network-outbound", resolver_ends,
	    ARRAY_LEN(resolver_ends));
}

void
seatbelt_network(struct seatbelt *s)
{
	static const char *const modes[] = {
	    "open", "blocked", "the proxy on this machine", "the ports listed"};
	const struct capset *c = s->caps;

	seatbelt_printf(&s->text, "\n;; The network: %s.\n", modes[c->network]);
	seatbelt_puts(
	    &s->text, "(allow system-socket (socket-domain AF_UNIX))\n");
	seatbelt_fixed(
	    s, "allow network-outbound", log_sockets, ARRAY_LEN(log_sockets));
	switch (c->network) {
	case BLOB_NET_OPEN:
		ask_system(s, true);
		protocol(s, "ip", true, 0, 0);
		return;
	case BLOB_NET_PORTS:
		ask_system(s, !c->net_udp);
		protocol(s, "tcp", !c->net_tcp, BLOB_NET_CONNECT_TCP,
		    BLOB_NET_BIND_TCP);
		protocol(s, "udp", !c->net_udp, BLOB_NET_CONNECT_SEND_UDP,
		    BLOB_NET_BIND_UDP);
		return;
	case BLOB_NET_PROXY:
		ask_system(s, false);
		seatbelt_puts(&s->text, "(allow network-outbound (remote tcp "
					"(string-append \"localhost:\" "
					"(param \"PROXY_PORT\"))))\n");
		break;
	case BLOB_NET_BLOCK:
		if (listed(c, tcp | udp))
			seatbelt_puts(&s->text,
			    "(allow system-socket\n"
			    "\t(socket-domain AF_INET)\n"
			    "\t(socket-domain AF_INET6)\n)\n");
		break;
	}
	protocol(s, "tcp", false, BLOB_NET_CONNECT_TCP, BLOB_NET_BIND_TCP);
	protocol(s, "udp", false, BLOB_NET_CONNECT_SEND_UDP, BLOB_NET_BIND_UDP);
}
