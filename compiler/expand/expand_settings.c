#include <config.h>

#include "compiler/expand/expand.h"

#include <stdlib.h>

/* The settings of a policy as scopes, ports, modes and lists. */
struct settings {
	struct arena *arena;
	const struct policy *policy;
	const struct target *target;
	struct capset *caps;
};

static void
expand_scopes(struct settings *e)
{
	struct capset *c = e->caps;
	int signal = policy_scalar(e->policy, SCALAR_SIGNAL_MODE);

	if (signal != SIGNAL_ALLOW_ALL)
		c->scoped |= BLOB_SCOPE_SIGNAL;
	if (signal == SIGNAL_SAME_SANDBOX)
		c->scoped_required |= BLOB_SCOPE_SIGNAL;
	if (policy_scalar(e->policy, SCALAR_IPC_MODE) == IPC_SHARED_MEMORY_ONLY)
		c->scoped |= BLOB_SCOPE_ABSTRACT_UNIX;
	if (policy_scalar(e->policy, SCALAR_UNIX_MEDIATION) == UNIX_PATHNAME) {
		c->unix_pathname = true;
		c->scoped |= BLOB_SCOPE_ABSTRACT_UNIX;
		c->scoped_required |= BLOB_SCOPE_ABSTRACT_UNIX;
	}
	c->no_unlink = e->policy->deny_unlink && !e->policy->unlink_override;
}

static int
compare_ports(const void *pa, const void *pb)
{
	const struct cap_port *a = pa, *b = pb;

	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	return span_compare(a->at, b->at);
}

static void
expand_ports(struct settings *e)
{
	struct capset *c = e->caps;
	uint32_t n = 0;

	for (uint32_t i = 0; i < e->policy->ports.n; i++) {
		const struct port_stmt *p = &e->policy->ports.v[i];

		*VEC_PUSH(e->arena, &c->ports) = (struct cap_port){p->port,
		    p->rights, p->local ? 0 : p->rights, p->at, p->origin};
		/*
		 * Who sends from a socket that has no port gets one from the
		 * kernel, which Landlock judges as binding port 0.
		 */
		if ((p->rights & BLOB_NET_CONNECT_SEND_UDP) != 0 &&
		    e->target->platform == PLATFORM_LINUX)
			*VEC_PUSH(e->arena, &c->ports) =
			    (struct cap_port){.rights = BLOB_NET_BIND_UDP,
				.wide = BLOB_NET_BIND_UDP,
				.at = p->at,
				.origin = p->origin};
	}
	if (c->ports.n > 1)
		qsort(
		    c->ports.v, c->ports.n, sizeof(*c->ports.v), compare_ports);
	for (uint32_t i = 0; i < c->ports.n; i++) {
		struct cap_port *last = n > 0 ? &c->ports.v[n - 1] : NULL;

		if (last != NULL && last->port == c->ports.v[i].port) {
			last->rights |= c->ports.v[i].rights;
			last->wide |= c->ports.v[i].wide;
		} else {
			c->ports.v[n++] = c->ports.v[i];
		}
	}
	c->ports.n = n;
}

static void
expand_network(struct settings *e)
{
	const uint64_t udp = BLOB_NET_BIND_UDP | BLOB_NET_CONNECT_SEND_UDP;
	const struct policy *p = e->policy;
	struct capset *c = e->caps;
	bool connect = false;

	for (uint32_t i = 0; i < p->ports.n; i++) {
		connect |= p->ports.v[i].rights == BLOB_NET_CONNECT_TCP;
		c->net_udp |= (p->ports.v[i].rights & udp) != 0;
	}
	if (p->scalars.upstream_proxy.set || p->allow_domain.n > 0 ||
	    p->credentials.n > 0 ||
	    (p->scalars.network_profile.set &&
		!p->scalars.network_profile.null))
		c->network = BLOB_NET_PROXY;
	else if (policy_scalar(p, SCALAR_BLOCK) != 0)
		c->network = BLOB_NET_BLOCK;
	else if (connect || c->net_udp)
		c->network = BLOB_NET_PORTS;
	if (policy_scalar(p, SCALAR_SANDBOX_POLICY) == SANDBOX_EXTERNAL) {
		c->network = BLOB_NET_OPEN;
		c->net_udp = false;
		connect = false;
	}
	c->net_tcp = c->network == BLOB_NET_BLOCK ||
		     c->network == BLOB_NET_PROXY || connect;
	c->net_udp |= c->network == BLOB_NET_BLOCK;
	c->proxy_insecure = policy_scalar(p, SCALAR_WSL2_PROXY) != 0;
	expand_ports(e);
}

static int
compare_named(const void *a, const void *b)
{
	return text_compare(
	    ((const struct named *)a)->name, ((const struct named *)b)->name);
}

/* Of one name, what was said first. */
static int
compare_said(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;
	int d = compare_named(a, b);

	return d != 0 ? d : span_compare(a->at, b->at);
}

/* What is denied and not allowed; an allow list wins, as in nono. */
static void
expand_commands(struct settings *e)
{
	const struct policy *p = e->policy;
	struct capset *c = e->caps;
	uint32_t n = 0, allowed = p->commands_allow.n;
	struct named *allow =
	    ARENA_ARRAY(e->arena, (size_t)allowed + 1, struct named);

	if (allowed > 0)
		memcpy(allow, p->commands_allow.v, allowed * sizeof(*allow));
	qsort(allow, allowed, sizeof(*allow), compare_named);
	for (uint32_t i = 0; i < p->commands_deny.n; i++)
		if (bsearch(&p->commands_deny.v[i], allow, allowed,
			sizeof(*allow), compare_named) == NULL)
			*VEC_PUSH(e->arena, &c->commands) =
			    p->commands_deny.v[i];
	if (c->commands.n > 1)
		qsort(c->commands.v, c->commands.n, sizeof(*c->commands.v),
		    compare_said);
	for (uint32_t i = 0; i < c->commands.n; i++)
		if (n == 0 || compare_named(&c->commands.v[n - 1],
				  &c->commands.v[i]) != 0)
			c->commands.v[n++] = c->commands.v[i];
	c->commands.n = n;
}

static void
expand_seatbelt(struct settings *e)
{
	struct cap_seatbelt *s = &e->caps->seatbelt;
	const struct policy *p = e->policy;

	s->signal = (enum signal_mode)policy_scalar(p, SCALAR_SIGNAL_MODE);
	s->process_info =
	    (enum signal_mode)policy_scalar(p, SCALAR_PROCESS_INFO_MODE);
	s->ipc_full = policy_scalar(p, SCALAR_IPC_MODE) == IPC_FULL;
	s->launch_services = policy_scalar(p, SCALAR_LAUNCH_SERVICES) != 0;
	s->gpu = policy_scalar(p, SCALAR_GPU) != 0;
	s->parent_of_protected =
	    policy_scalar(p, SCALAR_PARENT_OF_PROTECTED) != 0;
}

void
expand_settings(struct arena *a, const struct policy *p, const struct target *t,
    struct capset *caps)
{
	struct settings e = {a, p, t, caps};

	if (t->platform == PLATFORM_MACOS)
		expand_seatbelt(&e);

	expand_scopes(&e);
	expand_network(&e);
	expand_commands(&e);
}
