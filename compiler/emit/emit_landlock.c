#include <config.h>

#include "compiler/emit/emit.h"

#include <stdlib.h>

#include "compiler/emit/emit_prov.h"
#include "compiler/emit/seccomp.h"

/*
 * Capset -> capability blob.  Access becomes Landlock rights here, and rules
 * that another one implies go: each costs 3 microseconds at every launch.
 */
struct emitter {
	struct arena *arena;
	const struct sources *sources;
	const struct capset *caps;
	struct blob_model model;
	uint32_t *rule; /* of each cap: 1 + index into model.paths; 0: none */
};

/*
 * What "write" is.  Device nodes are not part of it: only root could make
 * one, and a sandboxed root that makes /dev/sda is in no sandbox.
 */
static const uint64_t rights_read =
    BLOB_FS_READ_FILE | BLOB_FS_READ_DIR | BLOB_FS_EXECUTE;
static const uint64_t rights_remove = BLOB_FS_REMOVE_DIR | BLOB_FS_REMOVE_FILE;
static const uint64_t rights_write = BLOB_FS_WRITE_FILE | BLOB_FS_MAKE_DIR |
				     BLOB_FS_MAKE_REG | BLOB_FS_MAKE_SOCK |
				     BLOB_FS_MAKE_FIFO | BLOB_FS_MAKE_SYM |
				     BLOB_FS_REFER | BLOB_FS_TRUNCATE;

static uint64_t
rights_of(const struct capset *c, const struct cap *cap)
{
	uint64_t rights = 0;

	if ((cap->access & ACCESS_READ) != 0)
		rights |= rights_read;
	if ((cap->access & ACCESS_WRITE) != 0) {
		rights |= rights_write;
		if (!c->no_unlink)
			rights |= rights_remove;
		if ((cap->flags & CAP_DEVICE) != 0)
			rights |= BLOB_FS_IOCTL_DEV;
		/* Connecting needs write permission on the socket anyway. */
		if (!c->unix_pathname)
			rights |= BLOB_FS_RESOLVE_UNIX;
	}
	if ((cap->access & ACCESS_CONNECT) != 0)
		rights |= BLOB_FS_RESOLVE_UNIX;
	return cap->shape == SHAPE_FILE ? rights & BLOB_FS_FILE : rights;
}

static enum blob_kind
kind_of(const struct cap *cap)
{
	switch ((enum shape)cap->shape) {
	case SHAPE_DIR:
	case SHAPE_SOCKET_CHILDREN:
	case SHAPE_SOCKET_TREE:
		return BLOB_KIND_DIR;
	case SHAPE_FILE:
		return BLOB_KIND_FILE;
	case SHAPE_SOCKET:
		/* Its parent stands in for a socket yet to be bound. */
		return (cap->access & ACCESS_BIND) != 0 ? BLOB_KIND_ANY
							: BLOB_KIND_FILE;
	case SHAPE_ANY:
		break;
	}
	return BLOB_KIND_ANY;
}

static struct model_path
rule_of(const struct capset *c, const struct cap *cap)
{
	static const struct {
		unsigned cap, blob;
	} flags[] = {
	    {CAP_GROUP, BLOB_PATH_GROUP},
	    {CAP_CONSENT, BLOB_PATH_CONSENT},
	    {CAP_BYPASS, BLOB_PATH_BYPASS},
	    {CAP_HOLD, BLOB_PATH_HOLD},
	    {CAP_MAGIC, BLOB_PATH_MAGIC},
	};
	struct model_path rule = {
	    .suffix = cap->path.suffix,
	    .root = cap->path.root,
	    .kind = kind_of(cap),
	    .rights = rights_of(c, cap),
	};

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if ((cap->flags & flags[i].cap) != 0)
			rule.flags |= flags[i].blob;
	if (cap->shape == SHAPE_SOCKET && (cap->access & ACCESS_BIND) != 0)
		rule.missing = BLOB_MISSING_PARENT;
	if (rule.kind == BLOB_KIND_FILE)
		rule.rights &= BLOB_FS_FILE;
	return rule;
}

/*
 * May a rule go because of one at its path?  Only when that one gives all its
 * rights wherever it does: the working directory may be refused by the user, a
 * group's grant may be withheld where a profile's would not be, and a bypass
 * must not lean on a rule that has none.  What lies below stays: it may be a
 * symbolic link that leads out of the tree, /etc/resolv.conf being the best
 * known, and then the rule above gives nothing.  procfs has no such links.
 */
static bool
implies(const struct cap *over, const struct model_path *over_rule,
    const struct cap *cap, const struct model_path *rule)
{
	const struct path proc = {BLOB_ROOT_SLASH, TEXT("proc")};

	if (path_compare(over->path, cap->path) != 0 &&
	    path_compare(over->path, proc) != 0)
		return false;
	if (!cap_is_tree(over) || (over->flags & CAP_CONSENT) != 0 ||
	    over_rule->kind == BLOB_KIND_FILE ||
	    rule->missing == BLOB_MISSING_PARENT ||
	    (rule->flags & BLOB_PATH_CONSENT) != 0)
		return false;
	if ((over->flags & CAP_GROUP) != 0 &&
	    (rule->flags & BLOB_PATH_GROUP) == 0 &&
	    path_compare(over->path, proc) != 0)
		return false;
	if ((rule->flags & BLOB_PATH_BYPASS) != 0 &&
	    (over->flags & CAP_BYPASS) == 0)
		return false;
	return (rule->rights & ~over_rule->rights) == 0;
}

static void
emit_paths(struct emitter *e)
{
	const struct capset *c = e->caps;

	e->rule = ARENA_ARRAY(e->arena, c->caps.n + 1, uint32_t);
	VEC_RESERVE(e->arena, &e->model.paths, c->caps.n);
	for (uint32_t i = 0; i < c->caps.n; i++) {
		const struct cap *cap = &c->caps.v[i];
		struct model_path rule = rule_of(c, cap);
		bool implied = rule.rights == 0;

		for (int32_t up = cap->parent; up != CAP_NONE && !implied;
		     up = c->caps.v[up].parent)
			implied =
			    e->rule[up] != 0 &&
			    implies(&c->caps.v[up],
				&e->model.paths.v[e->rule[up] - 1], cap, &rule);
		if (implied)
			continue;
		*VEC_PUSH(e->arena, &e->model.paths) = rule;
		e->rule[i] = e->model.paths.n;
	}
}

static void
emit_denies(struct emitter *e)
{
	for (uint32_t i = 0; i < e->caps->denies.n; i++) {
		const struct deny *d = &e->caps->denies.v[i];
		struct model_deny deny = {
		    .suffix = d->path.suffix,
		    .root = d->path.root,
		    .flags = d->protected ? BLOB_DENY_PROTECTED : 0,
		};

		if ((d->access & ACCESS_READ) != 0)
			deny.access |= BLOB_DENY_READ;
		if ((d->access & ACCESS_WRITE) != 0)
			deny.access |= BLOB_DENY_WRITE;
		*VEC_PUSH(e->arena, &e->model.denies) = deny;
	}
}

static const uint64_t net_tcp = BLOB_NET_BIND_TCP | BLOB_NET_CONNECT_TCP;
static const uint64_t net_udp = BLOB_NET_BIND_UDP | BLOB_NET_CONNECT_SEND_UDP;

/* What the listed ports are listed for. */
static uint64_t
port_rights(const struct capset *c)
{
	uint64_t rights = 0;

	for (uint32_t i = 0; i < c->ports.n; i++)
		rights |= c->ports.v[i].rights;
	return rights;
}

/* The first ABI that knows all the rights. */
static uint32_t
abi_for(const struct blob_target *t)
{
	unsigned abi = 1;

	while (abi < BLOB_ABI_NEWEST &&
	       ((t->fs_required & ~blob_fs_rights(abi)) != 0 ||
		   (t->net_required & ~blob_net_rights(abi)) != 0 ||
		   (t->scoped_required & ~blob_scopes(abi)) != 0))
		abi++;
	return abi;
}

static void
emit_target(struct emitter *e, const struct target *t)
{
	const struct capset *c = e->caps;
	struct blob_target *b = &e->model.target;

	b->platform = 1;
	b->network = c->network;
	b->fs_handled = BLOB_FS_ALL;
	b->fs_required = blob_fs_rights(t->abi > 0 ? t->abi : 1);
	if (c->unix_pathname) {
		b->fs_required |= BLOB_FS_RESOLVE_UNIX;
		b->flags |= BLOB_F_UNIX_PATHNAME;
	}
	if (c->net_tcp)
		b->net_handled |= net_tcp;
	if (c->net_udp)
		b->net_handled |= net_udp;
	/* Blocking needs no right: the seccomp program does it. */
	b->net_required = b->net_handled;
	if (c->network == BLOB_NET_BLOCK) {
		if ((port_rights(c) & net_tcp) == 0)
			b->net_required &= ~net_tcp;
		if ((port_rights(c) & net_udp) == 0)
			b->net_required &= ~net_udp;
	}
	if (c->network == BLOB_NET_PROXY && c->proxy_insecure)
		b->flags |= BLOB_F_PROXY_INSECURE;
	b->scoped = c->scoped;
	b->scoped_required = c->scoped_required;
	if (t->abi > 0)
		b->scoped_required |= c->scoped & blob_scopes(t->abi);
	b->abi_min = abi_for(b);
	if (b->abi_min < t->abi)
		b->abi_min = t->abi;
}

/*
 * The seccomp program: alone it blocks the network, on every kernel; where
 * some ports stay, it keeps what Landlock's port rules do not see away.
 */
static void
emit_filter(struct emitter *e)
{
	const struct capset *c = e->caps;
	struct seccomp_network net = {0};

	switch (c->network) {
	case BLOB_NET_OPEN:
		return;
	case BLOB_NET_BLOCK:
		net.tcp = (port_rights(c) & net_tcp) != 0;
		net.udp = (port_rights(c) & net_udp) != 0;
		break;
	case BLOB_NET_PROXY:
		net.tcp = net.netlink = true;
		net.udp = (port_rights(c) & net_udp) != 0;
		break;
	case BLOB_NET_PORTS:
		net.tcp = net.other = true;
		net.udp = c->net_udp;
		break;
	}
	seccomp_programs(e->arena, &net, &e->model);
}

static void
emit_ports(struct emitter *e)
{
	uint64_t handled = e->model.target.net_handled;

	for (uint32_t i = 0; i < e->caps->ports.n; i++) {
		const struct cap_port *p = &e->caps->ports.v[i];

		if ((p->rights & handled) != 0)
			*VEC_PUSH(e->arena, &e->model.ports) =
			    (struct blob_port){p->port, p->rights & handled};
	}
}

bool
emit_landlock(struct arena *a, struct diags *d, const struct sources *s,
    const struct capset *c, const struct target *t, bool provenance,
    const uint8_t **ret_bytes, uint32_t *ret_size)
{
	struct emitter e = {.arena = a, .sources = s, .caps = c};

	emit_target(&e, t);
	emit_filter(&e);
	emit_paths(&e);
	emit_denies(&e);
	emit_ports(&e);
	for (uint32_t i = 0; i < c->envs.n; i++)
		*VEC_PUSH(a, &e.model.envs) = (struct model_env){
		    c->envs.v[i].kind, c->envs.v[i].name, c->envs.v[i].value};
	if (c->has_allow_vars)
		e.model.target.flags |= BLOB_F_ENV_ALLOW;
	for (uint32_t i = 0; i < c->commands.n; i++)
		*VEC_PUSH(a, &e.model.commands) = c->commands.v[i].name;
	e.model.name = c->policy->name;
	e.model.version = c->policy->version;
	if (provenance)
		emit_provenance(&e.model, a, s, c, e.rule);
	return blob_write(&e.model, a, d, ret_bytes, ret_size);
}
