#include <config.h>

#include "compiler/link/stmt.h"

struct text
access_print(struct arena *a, unsigned access)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
	    {ACCESS_READ, "read"},
	    {ACCESS_WRITE, "write"},
	    {ACCESS_CONNECT, "connect"},
	    {ACCESS_BIND, "bind"},
	};
	struct text t = {"", 0};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if ((access & names[i].bit) != 0)
			t = arena_printf(a, "%.*s%s%s", (int)t.len, t.s,
			    t.len > 0 ? "+" : "", names[i].name);
	return t.len > 0 ? t : TEXT("-");
}

const char *
shape_name(enum shape shape)
{
	switch (shape) {
	case SHAPE_ANY:
		return "any";
	case SHAPE_DIR:
		return "dir";
	case SHAPE_FILE:
		return "file";
	case SHAPE_SOCKET:
		return "socket";
	case SHAPE_SOCKET_CHILDREN:
		return "socket-dir";
	case SHAPE_SOCKET_TREE:
		return "socket-subtree";
	}
	return "?";
}

/* clang-format off */
static const struct {
	const char *key;
	const char *values[5];
} settings[SCALARS] = {
	[SCALAR_SIGNAL_MODE] = { "security.signal_mode",
	    { "isolated", "allow_same_sandbox", "allow_all" } },
	[SCALAR_PROCESS_INFO_MODE] = { "security.process_info_mode",
	    { "isolated", "allow_same_sandbox", "allow_all" } },
	[SCALAR_IPC_MODE] = { "security.ipc_mode",
	    { "shared_memory_only", "full" } },
	[SCALAR_WSL2_PROXY] = { "security.wsl2_proxy_policy",
	    { "error", "insecure_proxy" } },
	[SCALAR_UNIX_MEDIATION] = { "linux.af_unix_mediation",
	    { "off", "pathname" } },
	[SCALAR_SANDBOX_POLICY] = { "linux.sandbox_policy",
	    { "auto", "landlock", "external" } },
	[SCALAR_PARENT_OF_PROTECTED] = { "allow_parent_of_protected",
	    { "false", "true" } },
	[SCALAR_LAUNCH_SERVICES] = { "allow_launch_services",
	    { "false", "true" } },
	[SCALAR_GPU] = { "allow_gpu", { "false", "true" } },
	[SCALAR_WORKDIR] = { "workdir.access",
	    { "none", "read", "write", "readwrite" } },
	[SCALAR_BLOCK] = { "network.block", { "false", "true" } },
};
/* clang-format on */

const char *
scalar_key(enum scalar_name name)
{
	return settings[name].key;
}

const char *
scalar_value(enum scalar_name name, int value)
{
	return settings[name].values[value];
}

bool
policy_is_group(const struct policy *p, uint32_t source)
{
	for (uint32_t i = 0; i < p->group_sources.n; i++)
		if (p->group_sources.v[i] == source)
			return true;
	return false;
}

struct text
policy_source_name(const struct policy *p, const struct sources *s,
    struct arena *a, uint32_t source)
{
	struct text base = source_get(s, source)->name;

	for (uint32_t i = base.len; i > 0; i--) {
		if (base.s[i - 1] != '/')
			continue;
		base = (struct text){base.s + i, base.len - i};
		break;
	}
	return policy_is_group(p, source)
		   ? arena_printf(a, "groups/%.*s", (int)base.len, base.s)
		   : base;
}

struct printer {
	const struct sources *sources;
	struct arena *arena;
	FILE *out;
};

static void
print_text(struct printer *p, struct text t)
{
	t = diag_safe(p->arena, t);
	fprintf(p->out, "%.*s", (int)t.len, t.s);
}

/* "  # groups/x.json:3:4 <- group x, p.json:2:1" */
static void
print_origin(struct printer *p, struct span at, const struct origin *o)
{
	for (const char *sep = "\t# "; at.source != 0; sep = ", ") {
		struct place place =
		    source_place(p->sources, at.source, at.begin);

		fputs(sep, p->out);
		print_text(p, source_get(p->sources, at.source)->name);
		fprintf(p->out, ":%u:%u", place.line, place.column);
		if (o == NULL || o->at.source == 0)
			break;
		fprintf(p->out, " <- %s ",
		    o->kind == ORIGIN_GROUP ? "group" : "base");
		print_text(p, o->name);
		at = o->at;
		o = o->via;
	}
	fputc('\n', p->out);
}

static void
print_named(struct printer *p, const char *key, const struct named_vec *v)
{
	for (uint32_t i = 0; i < v->n; i++) {
		fprintf(p->out, "%s ", key);
		print_text(p, v->v[i].name);
		print_origin(p, v->v[i].at, v->v[i].origin);
	}
}

static void
print_scalars(struct printer *p, const struct scalars *s)
{
	for (int i = 0; i < SCALARS; i++) {
		if (!s->v[i].set)
			continue;
		fprintf(p->out, "set %s %s", settings[i].key,
		    settings[i].values[s->v[i].value]);
		print_origin(p, s->v[i].at, s->v[i].origin);
	}
	if (s->network_profile.set) {
		fprintf(p->out, "set network.network_profile ");
		if (s->network_profile.null)
			fprintf(p->out, "null");
		print_text(p, s->network_profile.value);
		print_origin(
		    p, s->network_profile.at, s->network_profile.origin);
	}
	if (s->upstream_proxy.set) {
		fprintf(p->out, "set network.upstream_proxy ");
		print_text(p, s->upstream_proxy.value);
		print_origin(p, s->upstream_proxy.at, s->upstream_proxy.origin);
	}
}

static void
print_ports(struct printer *p, const struct policy *policy)
{
	for (uint32_t i = 0; i < policy->ports.n; i++) {
		const struct port_stmt *port = &policy->ports.v[i];

		fprintf(p->out, "port %u", port->port);
		for (uint64_t bit = 1; bit <= BLOB_NET_ALL; bit <<= 1)
			if ((port->rights & bit) != 0)
				fprintf(p->out, " %s", blob_net_name(bit));
		print_origin(p, port->at, port->origin);
	}
}

void
policy_print(const struct policy *policy, const struct sources *s,
    struct arena *a, FILE *out)
{
	static const char *const kinds[] = {"grant", "deny", "bypass"};
	struct printer p = {s, a, out};

	for (uint32_t i = 0; i < policy->stmts.n; i++) {
		const struct stmt *st = &policy->stmts.v[i];

		fprintf(out, "%s ", kinds[st->kind]);
		if (st->kind == STMT_GRANT) {
			struct text access = access_print(a, st->access);

			fprintf(out, "%.*s %s ", (int)access.len, access.s,
			    shape_name((enum shape)st->shape));
		}
		print_text(&p, st->path->source);
		print_origin(&p, st->path->at, st->origin);
	}
	print_scalars(&p, &policy->scalars);
	print_ports(&p, policy);
	print_named(&p, "allow_domain", &policy->allow_domain);
	print_named(&p, "credential", &policy->credentials);
	print_named(&p, "command allow", &policy->commands_allow);
	print_named(&p, "command deny", &policy->commands_deny);
	print_named(&p, "env allow", &policy->allow_vars);
	print_named(&p, "env deny", &policy->deny_vars);
	for (uint32_t i = 0; i < policy->set_vars.n; i++) {
		fprintf(out, "env set ");
		print_text(&p, policy->set_vars.v[i].pair.key);
		print_origin(&p, policy->set_vars.v[i].pair.key_at,
		    policy->set_vars.v[i].origin);
	}
	print_named(&p, "assert", &policy->asserts);
	for (uint32_t i = 0; i < policy->unenforced.n; i++) {
		fprintf(out, "unenforced ");
		print_text(&p, policy->unenforced.v[i].key);
		print_origin(&p, policy->unenforced.v[i].at, NULL);
	}
}
