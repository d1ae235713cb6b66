#define _GNU_SOURCE
#include <config.h>

#include "tests/decisions/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/emit/seccomp.h"

static const uint64_t read_rights =
    BLOB_FS_READ_FILE | BLOB_FS_READ_DIR | BLOB_FS_EXECUTE;
static const uint64_t write_rights =
    BLOB_FS_WRITE_FILE | BLOB_FS_TRUNCATE | BLOB_FS_REMOVE_DIR |
    BLOB_FS_REMOVE_FILE | BLOB_FS_MAKE_DIR | BLOB_FS_MAKE_REG |
    BLOB_FS_MAKE_SOCK | BLOB_FS_MAKE_FIFO | BLOB_FS_MAKE_SYM | BLOB_FS_REFER;

static uint64_t
some_rights(uint32_t *seed)
{
	uint64_t rights = 0;

	switch (below(seed, 6)) {
	case 0:
		return read_rights;
	case 1:
		return read_rights | write_rights;
	case 2:
		return write_rights;
	case 3:
		return BLOB_FS_ALL;
	case 4: /* a few */
		for (unsigned i = 1 + below(seed, 4); i > 0; i--)
			rights |= UINT64_C(1) << below(seed, 17);
		return rights;
	default: /* all but a few */
		rights = BLOB_FS_ALL;
		for (unsigned i = 1 + below(seed, 3); i > 0; i--)
			rights &= ~(UINT64_C(1) << below(seed, 17));
		return rights;
	}
}

/* The spelling of a path from a root on, by chance which. */
static struct decide_path
from_root(
    const struct setting *s, struct arena *a, uint32_t *seed, const char *path)
{
	struct decide_path p = {
	    arena_text(a, text_of(path + 1)), BLOB_ROOT_SLASH};

	for (unsigned tries = 0; tries < 4; tries++) {
		const unsigned root = 1 + below(seed, BLOB_ROOTS - 1);
		const char *at = s->given[root];
		const size_t n = strlen(at);

		if (n == 0 || strncmp(path, at, n) != 0 ||
		    (path[n] != '/' && path[n] != '\0'))
			continue;
		p.root = (enum blob_root)root;
		p.suffix = arena_text(a, text_of(path + n + (path[n] == '/')));
		break;
	}
	return p;
}

/* The user's id in its place, so that the loader puts it there. */
static struct text
with_uid(struct arena *a, struct text suffix)
{
	char own[24], *at;
	struct text t = arena_text(a, suffix);
	const size_t n =
	    (size_t)snprintf(own, sizeof(own), "u%u", (unsigned)getuid());

	at = strstr(t.s, own);
	if (at == NULL || (at[n] != '/' && at[n] != '\0') ||
	    (at != t.s && at[-1] != '/'))
		return t;
	at[1] = BLOB_UID_BYTE;
	memmove(at + 2, at + n, strlen(at + n) + 1);
	t.len -= (uint32_t)n - 2;
	return t;
}

static void
add_rule(struct setting *s, struct arena *a, uint32_t *seed,
    const struct tree *t, uint64_t handled)
{
	const struct node *node = &t->nodes[below(seed, t->n)];
	char path[NODE_PATH_MAX], spelled[NODE_PATH_MAX];
	struct model_path *p;
	struct decide_path at;
	uint64_t rights = some_rights(seed);
	const bool missing = below(seed, 8) == 0;

	tree_alias(t, seed, node->path, spelled);
	snprintf(path, sizeof(path), "%.*s%s%s", (int)sizeof(path) - 64,
	    spelled, missing ? "/" : "", missing ? tree_name(seed) : "");
	at = from_root(s, a, seed, path);
	p = VEC_PUSH(a, &s->model.paths);
	*p = (struct model_path){
	    .suffix = with_uid(a, at.suffix),
	    .root = at.root,
	    .kind = BLOB_KIND_ANY,
	    .flags = below(seed, 3) > 0 ? BLOB_PATH_GROUP : 0,
	};
	if (below(seed, 2) == 0)
		p->kind =
		    node->type == DECIDE_DIR ? BLOB_KIND_DIR : BLOB_KIND_FILE;
	if (below(seed, 40) == 0) /* refused, or skipped with a warning */
		p->kind = (enum blob_kind)below(seed, 3);
	if (p->suffix.len > 0 && below(seed, 4) == 0)
		p->missing = BLOB_MISSING_PARENT;
	if (below(seed, 6) == 0)
		p->flags |= BLOB_PATH_BYPASS;
	if (below(seed, 5) == 0)
		p->flags |= BLOB_PATH_CONSENT;
	rights &= p->kind == BLOB_KIND_FILE ? handled & BLOB_FS_FILE : handled;
	p->rights = rights != 0 ? rights : BLOB_FS_READ_FILE;
}

static void
add_denies(
    struct setting *s, struct arena *a, uint32_t *seed, const struct tree *t)
{
	unsigned n = below(seed, 3) == 0 ? 1 + below(seed, 2) : 0;

	for (; n > 0; n--) {
		const struct node *node = &t->nodes[below(seed, t->n)];
		char path[NODE_PATH_MAX];
		struct decide_path at;

		/* Links on the way to a denied path are a case of their own. */
		for (unsigned tries = below(seed, 2) * 15; tries <= 15;
		     tries++) {
			tree_alias(t, seed, node->path, path);
			if (strcmp(path, node->path) != 0)
				break;
		}
		at = from_root(s, a, seed, path);
		*VEC_PUSH(a, &s->model.denies) = (struct model_deny){
		    .suffix = with_uid(a, at.suffix),
		    .root = at.root,
		    .access = 1 + below(seed, 3),
		    .flags = below(seed, 6) == 0 ? BLOB_DENY_PROTECTED : 0,
		};
	}
}

static void
random_network(struct setting *s, struct arena *a, uint32_t *seed)
{
	struct blob_target *t = &s->model.target;
	struct seccomp_network net = {0};

	t->network = (enum blob_network)below(seed, BLOB_NET_PORTS + 1);
	if (t->network == BLOB_NET_OPEN)
		return;
	t->net_handled = BLOB_NET_BIND_TCP | BLOB_NET_CONNECT_TCP;
	net.tcp = t->network != BLOB_NET_BLOCK || below(seed, 2) == 0;
	net.udp = below(seed, 2) == 0;
	net.netlink = below(seed, 2) == 0;
	net.other = t->network == BLOB_NET_PORTS;
	if (net.udp)
		t->net_handled |= BLOB_NET_BIND_UDP | BLOB_NET_CONNECT_SEND_UDP;
	if (t->network == BLOB_NET_PROXY)
		s->proxy_port = PORT_FIRST + below(seed, PORT_COUNT);
	if (t->network != BLOB_NET_PORTS || below(seed, 3) > 0)
		seccomp_programs(a, &net, &s->model);
	for (unsigned i = below(seed, 4); i > 0; i--) {
		const uint64_t rights = below(seed, 16) & t->net_handled;

		if (rights != 0)
			*VEC_PUSH(a, &s->model.ports) = (struct blob_port){
			    .port = below(seed, 5) == 0
					? 0
					: PORT_FIRST + below(seed, PORT_COUNT),
			    .rights = rights,
			};
	}
}

static void
random_target(struct setting *s, struct arena *a, uint32_t *seed, unsigned abi)
{
	struct blob_target *t = &s->model.target;

	*t = (struct blob_target){.platform = 1, .abi_min = 1};
	t->fs_handled = BLOB_FS_ALL;
	/* What is not handled is free: not so moving between directories. */
	if (below(seed, 5) == 0)
		for (unsigned i = 1 + below(seed, 4); i > 0; i--)
			t->fs_handled &= ~(UINT64_C(1) << below(seed, 17));
	if (below(seed, 8) == 0)
		t->fs_handled &= ~BLOB_FS_RESOLVE_UNIX;
	t->fs_handled |= BLOB_FS_READ_FILE;
	t->scoped = below(seed, 4);
	if (abi >= 4)
		random_network(s, a, seed);
}

/* A root in the tree, at any spelling of a directory; perhaps missing. */
static void
random_root(struct setting *s, uint32_t *seed, const struct tree *t,
    enum blob_root root)
{
	const struct node *node;
	const bool must = root == BLOB_ROOT_HOME || root == BLOB_ROOT_CWD;

	if (!must && below(seed, 2) == 0)
		return;
	do
		node = &t->nodes[below(seed, t->n)];
	while (node->type != DECIDE_DIR);
	if (!must && below(seed, 5) == 0)
		snprintf(s->given[root], NODE_PATH_MAX, "%.*s/missing",
		    NODE_PATH_MAX - 64, node->path);
	else
		tree_alias(t, seed, node->path, s->given[root]);
}

void
setting_make(struct setting *s, struct arena *a, uint32_t *seed,
    const struct tree *t, const char *agent, unsigned abi)
{
	uint64_t handled;
	unsigned n;

	memset(s, 0, sizeof(*s));
	for (unsigned root = BLOB_ROOT_HOME; root < BLOB_ROOTS; root++)
		random_root(s, seed, t, (enum blob_root)root);
	s->consent = below(seed, 2) == 0;
	random_target(s, a, seed, abi);
	handled = s->model.target.fs_handled;
	*VEC_PUSH(a, &s->model.paths) = (struct model_path){
	    .suffix = text_of(agent + 1),
	    .kind = BLOB_KIND_FILE,
	    .rights = handled & (BLOB_FS_READ_FILE | BLOB_FS_EXECUTE),
	};
	/* So many that the loader lists the home directory, sometimes. */
	n = 1 + below(seed, below(seed, 8) == 0 ? 40 : 8);
	for (; n > 0; n--)
		add_rule(s, a, seed, t, handled);
	add_denies(s, a, seed, t);
}

/*
 * One that grants less of a setting in the same place, or something else, too.
 */
void
setting_narrow(struct setting *s, const struct setting *from, struct arena *a,
    uint32_t *seed, const struct tree *t)
{
	const uint64_t handled = from->model.target.fs_handled;

	*s = *from;
	s->model.paths.v = NULL;
	s->model.paths.n = s->model.paths.cap = 0;
	for (uint32_t i = 0; i < from->model.paths.n; i++) {
		struct model_path p = from->model.paths.v[i];

		if (i > 0 && below(seed, 6) == 0)
			continue;
		if (i > 0 && below(seed, 4) == 0 &&
		    (p.rights & read_rights) != 0)
			p.rights &= read_rights;
		if (i > 0 && below(seed, 4) == 0 && p.kind != BLOB_KIND_FILE)
			p.suffix = arena_printf(a, "%.*s%s%s",
			    (int)p.suffix.len, p.suffix.s,
			    p.suffix.len > 0 ? "/" : "", tree_name(seed));
		if (i > 0 && below(seed, 8) == 0)
			p.flags ^= BLOB_PATH_GROUP;
		if (i > 0 && below(seed, 8) == 0)
			p.flags |= BLOB_PATH_CONSENT;
		*VEC_PUSH(a, &s->model.paths) = p;
	}
	if (below(seed, 8) == 0)
		add_rule(s, a, seed, t, handled);
	if (below(seed, 4) == 0) {
		s->model.denies.cap = s->model.denies.n; /* not shared */
		add_denies(s, a, seed, t);
	}
}

static void
set_root(struct decide_env *env, struct arena *a, enum blob_root root,
    struct text path)
{
	const struct decide_look at = tree_look(NULL, path);
	struct text *hops = ARENA_ARRAY(a, at.nhops + 1, struct text);

	for (uint32_t i = 0; i < at.nhops; i++)
		hops[i] = arena_text(a, at.hops[i]);
	env->hops[root] = hops;
	env->nhops[root] = at.nhops;
	env->places[root] =
	    (struct decide_path){arena_text(a, at.real), BLOB_ROOT_SLASH};
}

void
setting_env(const struct setting *s, struct arena *a, unsigned abi,
    struct decide_env *ret_env)
{
	struct decide_env env;

	decide_env_init(&env);
	env.abi = abi;
	env.uid = (int64_t)getuid();
	env.consent = s->consent;
	env.proxy_port = s->proxy_port;
#if defined(__aarch64__)
	env.arch = BLOB_ARCH_AARCH64;
#endif
	for (unsigned r = BLOB_ROOT_HOME; r < BLOB_ROOTS; r++) {
		const struct decide_path *p = &env.places[r];
		struct text path = text_of(s->given[r]);

		if (path.len > 0)
			path = (struct text){path.s + 1, path.len - 1};
		else if (r == BLOB_ROOT_TMPDIR)
			path = p->suffix;
		else if (p->root == BLOB_ROOT_HOME)
			path = arena_printf(a, "%s/%.*s",
			    s->given[BLOB_ROOT_HOME] + 1, (int)p->suffix.len,
			    p->suffix.s);
		else
			continue;
		set_root(&env, a, (enum blob_root)r, path);
	}
	*ret_env = env;
}

void
setting_launch(const struct setting *s, const char *load, const char *policy,
    const char *within, const char *agent)
{
	static const char *const variables[BLOB_ROOTS] = {
	    [BLOB_ROOT_TMPDIR] = "TMPDIR",
	    [BLOB_ROOT_XDG_CONFIG] = "XDG_CONFIG_HOME",
	    [BLOB_ROOT_XDG_DATA] = "XDG_DATA_HOME",
	    [BLOB_ROOT_XDG_STATE] = "XDG_STATE_HOME",
	    [BLOB_ROOT_XDG_CACHE] = "XDG_CACHE_HOME",
	    [BLOB_ROOT_XDG_RUNTIME] = "XDG_RUNTIME_DIR",
	};
	const char *argv[16] = {load, "--allow-writable-policy", "--home",
	    s->given[BLOB_ROOT_HOME], "--cwd", s->given[BLOB_ROOT_CWD]};
	unsigned n = 6;
	char port[16];

	for (unsigned r = 0; r < BLOB_ROOTS; r++) {
		if (variables[r] == NULL)
			continue;
		if (s->given[r][0] == '\0')
			unsetenv(variables[r]);
		else
			setenv(variables[r], s->given[r], 1);
	}
	if (s->consent)
		argv[n++] = "--allow-cwd";
	if (s->proxy_port != 0) {
		snprintf(port, sizeof(port), "%u", s->proxy_port);
		argv[n++] = "--proxy-port";
		argv[n++] = port;
	}
	if (within != NULL) {
		argv[n++] = "--within";
		argv[n++] = within;
	}
	argv[n++] = policy;
	argv[n++] = "--";
	argv[n++] = agent;
	argv[n] = NULL;
	execv(load, (char *const *)(uintptr_t)argv);
}
