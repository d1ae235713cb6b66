#include <config.h>

#include "compiler/link/link.h"

/*
 * Two things come out of a chain of profiles.  Lists are unions, so each file
 * adds its own once, in the order bases before profile.  Scalars are laid
 * over each other; a base that is reached twice counts at both places, so
 * they are resolved file by file and remembered.
 */
struct resolved {
	const struct profile_file *file;
	const struct origin *origin;
	struct scalars scalars;
	struct name_list credentials; /* after clearing */
	bool done;
};

enum {
	STMTS_AT_ONCE = 1024,
	CREDENTIALS_SHOWN = 256,
};

struct linker {
	struct store *store;
	const struct target *target;
	struct policy *policy;
	struct VEC(struct resolved *) resolved;
	const struct profile_file *stack[LINK_DEPTH_MAX + 2];
	const struct name_entry *asked[LINK_DEPTH_MAX + 2];
	uint32_t depth;
	bool ok;
};

static struct arena *
arena_of(struct linker *l)
{
	return l->store->arena;
}

static struct diags *
diags_of(struct linker *l)
{
	return l->store->diags;
}

/* Does the entry hold on the target?  `strict` is the answer when unknown. */
static bool
holds(struct linker *l, const struct when *when, bool if_unknown)
{
	enum verdict v = when_decide(when, l->target);
	struct diag *diag;

	if (v != VERDICT_UNKNOWN)
		return v == VERDICT_YES;
	diag = diag_at(diags_of(l), DIAG_WHEN_UNDECIDED, when->at,
	    "the target does not say which distribution or version it is, so "
	    "this condition is taken as %s",
	    if_unknown ? "true" : "false");
	diag_help(diags_of(l), diag,
	    "state it: --target linux:id=debian:version=12, or --os-release "
	    "FILE");
	return if_unknown;
}

static void
add_paths(struct linker *l, const struct origin *o, const struct path_list *p,
    enum stmt_kind kind, unsigned access, enum shape shape)
{
	/* A long list takes its room at once, and some for the groups. */
	if (p->n > STMTS_AT_ONCE)
		VEC_RESERVE(
		    arena_of(l), &l->policy->stmts, p->n + STMTS_AT_ONCE);
	for (uint32_t i = 0; i < p->n; i++) {
		if (p->v[i].dynamic ||
		    !holds(l, p->v[i].when, kind == STMT_DENY))
			continue;
		*VEC_PUSH(arena_of(l), &l->policy->stmts) = (struct stmt){
		    .path = &p->v[i].path,
		    .origin = o,
		    .kind = kind,
		    .access = (uint8_t)access,
		    .shape = (uint8_t)shape,
		};
	}
}

static void
add_filesystem(
    struct linker *l, const struct origin *o, const struct filesystem_ast *f)
{
	enum {
		R = ACCESS_READ,
		W = ACCESS_WRITE,
		C = ACCESS_CONNECT,
		B = ACCESS_BIND,
	};
	const struct {
		const struct path_list *list;
		enum stmt_kind kind;
		unsigned access;
		enum shape shape;
	} lists[] = {
	    {&f->allow, STMT_GRANT, R | W, SHAPE_DIR},
	    {&f->read, STMT_GRANT, R, SHAPE_ANY},
	    {&f->write, STMT_GRANT, W, SHAPE_DIR},
	    {&f->allow_file, STMT_GRANT, R | W, SHAPE_FILE},
	    {&f->read_file, STMT_GRANT, R, SHAPE_FILE},
	    {&f->write_file, STMT_GRANT, W, SHAPE_FILE},
	    {&f->unix_socket, STMT_GRANT, R | C, SHAPE_SOCKET},
	    {&f->unix_socket_bind, STMT_GRANT, R | W | C | B, SHAPE_SOCKET},
	    {&f->unix_socket_dir, STMT_GRANT, R | C, SHAPE_SOCKET_CHILDREN},
	    {&f->unix_socket_dir_bind, STMT_GRANT, R | W | C | B,
		SHAPE_SOCKET_CHILDREN},
	    {&f->unix_socket_subtree, STMT_GRANT, R | C, SHAPE_SOCKET_TREE},
	    {&f->unix_socket_subtree_bind, STMT_GRANT, R | W | C | B,
		SHAPE_SOCKET_TREE},
	    {&f->deny, STMT_DENY, 0, SHAPE_ANY},
	    {&f->bypass_protection, STMT_BYPASS, 0, SHAPE_ANY},
	};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		add_paths(l, o, lists[i].list, lists[i].kind, lists[i].access,
		    lists[i].shape);
}

static void
add_names(struct linker *l, const struct origin *o, const struct name_list *n,
    struct named_vec *to)
{
	for (uint32_t i = 0; i < n->n; i++)
		*VEC_PUSH(arena_of(l), to) = (struct named){
		    .name = n->v[i].name,
		    .at = n->v[i].at,
		    .origin = o,
		};
}

static void
add_ports(struct linker *l, const struct origin *o, const struct port_list *p,
    uint64_t rights, bool local)
{
	for (uint32_t i = 0; i < p->n; i++)
		*VEC_PUSH(arena_of(l), &l->policy->ports) = (struct port_stmt){
		    .port = p->v[i].port,
		    .rights = rights,
		    .local = local,
		    .at = p->v[i].at,
		    .origin = o,
		};
}

static void
add_environment(
    struct linker *l, const struct origin *o, const struct profile_ast *p)
{
	struct policy *to = l->policy;

	add_names(l, o, &p->allow_vars, &to->allow_vars);
	add_names(l, o, &p->deny_vars, &to->deny_vars);
	to->has_allow_vars |= p->allow_vars.given;
	for (uint32_t i = 0; i < p->set_vars.n; i++)
		*VEC_PUSH(arena_of(l), &to->set_vars) =
		    (struct env_set){p->set_vars.v[i], o};
}

/* Everything of one file that is a union. */
static void
add_lists(struct linker *l, const struct origin *o, const struct profile_ast *p)
{
	struct policy *to = l->policy;

	add_filesystem(l, o, &p->filesystem);
	add_ports(l, o, &p->network.open_port,
	    BLOB_NET_BIND_TCP | BLOB_NET_CONNECT_TCP, true);
	add_ports(l, o, &p->network.listen_port, BLOB_NET_BIND_TCP, false);
	add_ports(l, o, &p->network.connect_port, BLOB_NET_CONNECT_TCP, false);
	add_ports(l, o, &p->network.listen_udp_port, BLOB_NET_BIND_UDP, false);
	add_ports(l, o, &p->network.connect_udp_port, BLOB_NET_CONNECT_SEND_UDP,
	    false);
	add_names(l, o, &p->network.allow_domain, &to->allow_domain);
	add_names(l, o, &p->network.upstream_bypass, &to->upstream_bypass);
	add_names(l, o, &p->commands_allow, &to->commands_allow);
	add_names(l, o, &p->commands_deny, &to->commands_deny);
	add_names(l, o, &p->seatbelt_rules, &to->seatbelt_rules);
	add_names(l, o, &p->asserts, &to->asserts);
	add_environment(l, o, p);
	for (uint32_t i = 0; i < p->unenforced.n; i++)
		*VEC_PUSH(arena_of(l), &to->unenforced) = p->unenforced.v[i];
}

static void
set_scalar(struct scalars *s, enum scalar_name name, struct setting from,
    const struct origin *o)
{
	if (!from.set ||
	    (name == SCALAR_WORKDIR && from.value == WORKDIR_NONE) ||
	    (name == SCALAR_BLOCK && from.value == 0))
		return;
	s->v[name] = (struct scalar){
	    .value = from.value,
	    .set = true,
	    .at = from.at,
	    .origin = o,
	};
}

static struct string_scalar
string_scalar(struct string_setting from, const struct origin *o)
{
	return (struct string_scalar){
	    .value = from.value,
	    .set = from.set || from.null,
	    .null = from.null,
	    .at = from.at,
	    .origin = o,
	};
}

static struct scalars
own_scalars(const struct profile_ast *p, const struct origin *o)
{
	struct scalars s = {0};

	set_scalar(&s, SCALAR_SIGNAL_MODE, p->signal_mode, o);
	set_scalar(&s, SCALAR_PROCESS_INFO_MODE, p->process_info_mode, o);
	set_scalar(&s, SCALAR_IPC_MODE, p->ipc_mode, o);
	set_scalar(&s, SCALAR_WSL2_PROXY, p->wsl2_proxy_policy, o);
	set_scalar(&s, SCALAR_UNIX_MEDIATION, p->unix_mediation, o);
	set_scalar(&s, SCALAR_SANDBOX_POLICY, p->sandbox_policy, o);
	set_scalar(
	    &s, SCALAR_PARENT_OF_PROTECTED, p->allow_parent_of_protected, o);
	set_scalar(&s, SCALAR_LAUNCH_SERVICES, p->allow_launch_services, o);
	set_scalar(&s, SCALAR_GPU, p->allow_gpu, o);
	set_scalar(&s, SCALAR_WORKDIR, p->workdir, o);
	set_scalar(&s, SCALAR_BLOCK, p->network.block, o);
	s.network_profile = string_scalar(p->network.network_profile, o);
	s.upstream_proxy = string_scalar(p->network.upstream_proxy, o);
	if (s.upstream_proxy.null) /* null cannot clear this one */
		s.upstream_proxy.set = false;
	return s;
}

/*
 * Lays `over` on `under`.  Between two bases the later one wins, as in nono,
 * but a difference is remembered until some profile above settles it.
 */
static void
lay_scalars(struct scalars *under, const struct scalars *over, bool siblings)
{
	for (int i = 0; i < SCALARS; i++) {
		struct scalar *u = &under->v[i];
		struct scalar was = *u;

		if (!over->v[i].set)
			continue;
		*u = over->v[i];
		if (siblings && was.set && was.value != u->value)
			u->other = was.at;
	}
	const struct {
		struct string_scalar *u;
		const struct string_scalar *o;
	} strings[] = {
	    {&under->network_profile, &over->network_profile},
	    {&under->upstream_proxy, &over->upstream_proxy},
	};
	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		struct string_scalar was = *strings[i].u;

		if (!strings[i].o->set)
			continue;
		*strings[i].u = *strings[i].o;
		if (siblings && was.set &&
		    (was.null != strings[i].o->null ||
			!text_equal(was.value, strings[i].o->value)))
			strings[i].u->other = was.at;
	}
}

static bool
in_names(const struct name_list *l, struct text name)
{
	for (uint32_t i = 0; i < l->n; i++)
		if (text_equal(l->v[i].name, name))
			return true;
	return false;
}

/*
 * To a policy it matters only whether there are any: the rest is for `show`,
 * and it need not show thousands.
 */
static void
add_credentials(
    struct linker *l, struct name_list *to, const struct name_list *from)
{
	struct VEC(struct name_entry) all = {0};

	if (!from->given && from->n == 0)
		return;
	to->given = true;
	if (from->n == 0) { /* an empty list clears */
		to->n = 0;
		return;
	}
	for (uint32_t i = 0; i < to->n; i++)
		*VEC_PUSH(arena_of(l), &all) = to->v[i];
	for (uint32_t i = 0; i < from->n && all.n < CREDENTIALS_SHOWN; i++)
		if (!in_names(to, from->v[i].name))
			*VEC_PUSH(arena_of(l), &all) = from->v[i];
	to->v = all.v;
	to->n = all.n;
}

static void
report_cycle(struct linker *l, const struct profile_file *file,
    const struct name_entry *asked)
{
	struct diag *diag = diag_at(diags_of(l), DIAG_CYCLE, asked->at,
	    "\"%.*s\" extends itself, through the bases below",
	    (int)file->name.len, file->name.s);

	for (uint32_t i = 0; i < l->depth; i++)
		if (l->asked[i] != NULL)
			diag_note(diags_of(l), diag, l->asked[i]->at,
			    "which extends \"%.*s\"",
			    (int)l->stack[i]->name.len, l->stack[i]->name.s);
	l->ok = false;
}

static struct resolved *resolve(struct linker *l,
    const struct profile_file *file, const struct name_entry *asked,
    const struct origin *via);

static void
resolve_bases(struct linker *l, struct resolved *r, const struct origin *o)
{
	const struct name_list *bases = &r->file->ast->extends;

	for (uint32_t i = 0; i < bases->n; i++) {
		const struct profile_file *base;
		const struct resolved *b;

		if (!store_base(l->store, r->file, &bases->v[i], &base)) {
			l->ok = false;
			continue;
		}
		b = resolve(l, base, &bases->v[i], o);
		if (b == NULL)
			continue;
		lay_scalars(&r->scalars, &b->scalars, i > 0);
		add_credentials(l, &r->credentials, &b->credentials);
	}
}

/* One file with all it extends; NULL when that was diagnosed. */
static struct resolved *
resolve(struct linker *l, const struct profile_file *file,
    const struct name_entry *asked, const struct origin *via)
{
	struct resolved *r;
	struct origin *o;
	struct scalars own;

	for (uint32_t i = 0; i < l->depth; i++) {
		if (text_equal(l->stack[i]->path, file->path)) {
			report_cycle(l, file, asked);
			return NULL;
		}
	}
	for (uint32_t i = 0; i < l->resolved.n; i++)
		if (l->resolved.v[i]->file == file)
			return l->resolved.v[i]->done ? l->resolved.v[i] : NULL;
	if (l->depth > LINK_DEPTH_MAX) {
		diag_at(diags_of(l), DIAG_CHAIN_TOO_DEEP, asked->at,
		    "more than %d levels of \"extends\"", LINK_DEPTH_MAX);
		l->ok = false;
		return NULL;
	}
	r = ARENA_NEW(arena_of(l), struct resolved);
	r->file = file;
	*VEC_PUSH(arena_of(l), &l->resolved) = r;
	o = ARENA_NEW(arena_of(l), struct origin);
	*o = (struct origin){
	    .kind = asked == NULL ? ORIGIN_PROFILE : ORIGIN_BASE,
	    .name = file->name,
	    .at = asked == NULL ? (struct span){0} : asked->at,
	    .via = via,
	    .source = file->source,
	};
	*VEC_PUSH(arena_of(l), &l->policy->origins) = o;
	r->origin = o;
	l->stack[l->depth] = file;
	l->asked[l->depth++] = asked;
	resolve_bases(l, r, o);
	l->depth--;
	own = own_scalars(file->ast, o);
	lay_scalars(&r->scalars, &own, false);
	add_credentials(l, &r->credentials, &file->ast->network.credentials);
	add_lists(l, o, file->ast);
	r->done = true;
	return r;
}

static void
warn_disagreement(
    struct linker *l, const char *key, struct span at, struct span other)
{
	struct diag *diag;

	if (other.source == 0)
		return;
	diag = diag_at(diags_of(l), DIAG_BASES_DISAGREE, at,
	    "two bases set \"%s\" differently; the later one wins", key);
	diag_note(diags_of(l), diag, other, "the earlier one is here");
	diag_help(diags_of(l), diag, "set \"%s\" in the profile itself", key);
}

static void
finish_scalars(struct linker *l, const struct resolved *r)
{
	struct policy *p = l->policy;

	p->scalars = r->scalars;
	for (int i = 0; i < SCALARS; i++)
		warn_disagreement(l, scalar_key((enum scalar_name)i),
		    p->scalars.v[i].at, p->scalars.v[i].other);
	warn_disagreement(l, "network.network_profile",
	    p->scalars.network_profile.at, p->scalars.network_profile.other);
	warn_disagreement(l, "network.upstream_proxy",
	    p->scalars.upstream_proxy.at, p->scalars.upstream_proxy.other);
	for (uint32_t i = 0; i < r->credentials.n; i++)
		*VEC_PUSH(arena_of(l), &p->credentials) = (struct named){
		    .name = r->credentials.v[i].name,
		    .at = r->credentials.v[i].at,
		};
}

static bool
named_in(const struct policy *p, struct text name)
{
	for (uint32_t i = 0; i < p->groups.n; i++)
		if (text_equal(p->groups.v[i].file->name, name))
			return true;
	return false;
}

/*
 * Is the group excluded by any profile of the chain?  Exclusion is final: no
 * profile can take a group back that another one took out.
 */
static const struct name_entry *
excluded(struct linker *l, struct text name)
{
	for (uint32_t i = 0; i < l->resolved.n; i++) {
		const struct name_list *x =
		    &l->resolved.v[i]->file->ast->exclude;

		for (uint32_t j = 0; j < x->n; j++)
			if (text_equal(x->v[j].name, name) &&
			    when_decide(x->v[j].when, l->target) == VERDICT_YES)
				return &x->v[j];
	}
	return NULL;
}

static void
use_group(
    struct linker *l, const struct name_entry *name, const struct origin *via)
{
	const struct group_file *file;
	const struct name_entry *ex = excluded(l, name->name);
	struct origin *o;

	if (named_in(l->policy, name->name) || !holds(l, name->when, false))
		return;
	if (!store_group(l->store, name, &file)) {
		l->ok = false;
		return;
	}
	*VEC_PUSH(arena_of(l), &l->policy->group_sources) = file->source;
	if (ex != NULL && file->ast->required.value != 0) {
		struct diag *diag = diag_at(diags_of(l), DIAG_REQUIRED_GROUP,
		    ex->at, "group \"%.*s\" is required and cannot be excluded",
		    (int)ex->name.len, ex->name.s);
		diag_help(diags_of(l), diag,
		    "grant the one path you need and name it in "
		    "filesystem.bypass_protection");
		l->ok = false;
	}
	if (ex != NULL ||
	    (file->ast->platform.set &&
		file->ast->platform.value != (int)l->target->platform))
		return;
	o = ARENA_NEW(arena_of(l), struct origin);
	*o = (struct origin){
	    .kind = ORIGIN_GROUP,
	    .name = file->name,
	    .at = name->at,
	    .via = via,
	    .source = file->source,
	};
	*VEC_PUSH(arena_of(l), &l->policy->origins) = o;
	*VEC_PUSH(arena_of(l), &l->policy->groups) =
	    (struct group_use){file, o};
}

static void
add_group(struct linker *l, const struct group_use *use)
{
	const struct group_ast *g = use->file->ast;
	struct policy *p = l->policy;

	add_paths(l, use->origin, &g->read, STMT_GRANT, ACCESS_READ, SHAPE_ANY);
	add_paths(
	    l, use->origin, &g->write, STMT_GRANT, ACCESS_WRITE, SHAPE_ANY);
	add_paths(l, use->origin, &g->readwrite, STMT_GRANT,
	    ACCESS_READ | ACCESS_WRITE, SHAPE_ANY);
	add_paths(l, use->origin, &g->deny, STMT_DENY, 0, SHAPE_ANY);
	add_names(l, use->origin, &g->deny_commands, &p->commands_deny);
	add_names(l, use->origin, &g->asserts, &p->asserts);
	for (uint32_t i = 0; i < g->symlink_pairs.n; i++)
		*VEC_PUSH(arena_of(l), &p->links) =
		    (struct link_stmt){g->symlink_pairs.v[i], use->origin};
	p->deny_unlink |= g->deny_unlink.value != 0;
	p->unlink_override |= g->unlink_override.value != 0;
}

static void
unknown_exclude(struct linker *l, const struct name_entry *x)
{
	struct diag *diag = diag_at(diags_of(l), DIAG_UNKNOWN_EXCLUDE, x->at,
	    "no group is named \"%.*s\", so nothing is excluded",
	    (int)x->name.len, x->name.s);

	diag_fix(diags_of(l), diag, DIAG_FIX_REMOVE, x->at, "%s", "");
}

static void
check_excludes(struct linker *l)
{
	for (uint32_t i = 0; i < l->resolved.n; i++) {
		const struct name_list *x =
		    &l->resolved.v[i]->file->ast->exclude;

		for (uint32_t j = 0; j < x->n; j++) {
			(void)holds(l, x->v[j].when, false);
			if (!store_has_group(l->store, x->v[j].name))
				unknown_exclude(l, &x->v[j]);
		}
	}
}

/* The default profile's groups first, then those of each profile. */
static void
link_groups(struct linker *l, const struct profile_file *defaults)
{
	const struct name_list *in = &defaults->ast->include;

	for (uint32_t i = 0; i < in->n; i++)
		use_group(l, &in->v[i], NULL);
	for (uint32_t i = 0; i < l->resolved.n; i++) {
		in = &l->resolved.v[i]->file->ast->include;
		for (uint32_t j = 0; j < in->n; j++)
			use_group(l, &in->v[j], l->resolved.v[i]->origin);
	}
	check_excludes(l);
	for (uint32_t i = 0; i < l->policy->groups.n; i++)
		add_group(l, &l->policy->groups.v[i]);
}

bool
link_profile(struct store *s, const struct profile_file *top,
    const struct target *t, struct policy *ret_policy)
{
	struct policy policy = {0};
	struct linker l = {.store = s, .target = t, .policy = &policy};
	const struct profile_file *defaults;
	const struct resolved *r;

	l.ok = true;
	if (!store_default(s, &defaults))
		return false;
	r = resolve(&l, top, NULL, NULL);
	if (r == NULL)
		return false;
	policy.name = top->ast->name.value;
	policy.version = top->ast->version.value;
	finish_scalars(&l, r);
	link_groups(&l, defaults);
	if (!l.ok)
		return false;
	*ret_policy = policy;
	return true;
}
