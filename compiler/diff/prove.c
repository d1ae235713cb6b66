#include <config.h>

#include "compiler/diff/prove.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/base/output.h"
#include "compiler/base/status.h"
#include "compiler/diff/prove_own.h"

extern char **environ;

static int
cannot(struct compile *c, const char *what, int error)
{
	diag_at(&c->diags, DIAG_CANNOT_PROVE, (struct span){0},
	    "cannot ask the kernel: %s: %s", what, strerror(error));
	return EXIT_ENVIRONMENT;
}

/* This very program, which has the verb that tries a witness. */
static const char *
own_name(struct arena *a)
{
	char name[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", name, sizeof(name) - 1);

	return n <= 0 ? NULL
		      : arena_text(a, (struct text){name, (uint32_t)n}).s;
}

/* Beside this program, where both are built and installed; else in $PATH. */
static const char *
find_loader(struct arena *a, const char *own)
{
	const char *slash = strrchr(own, '/');
	struct text beside =
	    arena_printf(a, "%.*s/nono-load", (int)(slash - own), own);

	return access(beside.s, X_OK) == 0 ? beside.s : "nono-load";
}

static bool
write_policies(struct prover *p)
{
	struct compile *c = p->compile;

	for (unsigned i = 0; i < 2; i++) {
		const uint8_t *bytes;
		uint32_t size;

		p->policy[i] =
		    arena_printf(&c->arena, "%s/%u.nono", p->tree.top.s, i);
		if (!prove_policy(&p->tree, &c->diags, &p->pair->side[i]->blob,
			p->program, &bytes, &size) ||
		    !output_write(&c->diags, p->policy[i].s, bytes, size))
			return false;
	}
	return true;
}

/* Where the roots are, for the loader; not for this program. */
static const struct {
	const char *name;
	enum blob_root root;
} variables[] = {
    {"HOME", BLOB_ROOT_HOME},
    {"TMPDIR", BLOB_ROOT_TMPDIR},
    {"XDG_CONFIG_HOME", BLOB_ROOT_XDG_CONFIG},
    {"XDG_DATA_HOME", BLOB_ROOT_XDG_DATA},
    {"XDG_STATE_HOME", BLOB_ROOT_XDG_STATE},
    {"XDG_CACHE_HOME", BLOB_ROOT_XDG_CACHE},
    {"XDG_RUNTIME_DIR", BLOB_ROOT_XDG_RUNTIME},
};

static bool
is_root_variable(const char *variable)
{
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const size_t n = strlen(variables[i].name);

		if (strncmp(variable, variables[i].name, n) == 0 &&
		    variable[n] == '=')
			return true;
	}
	return false;
}

static char **
make_environment(const struct prover *p)
{
	struct arena *a = &p->compile->arena;
	size_t n = 0, m = 0;
	char **list;

	while (environ[n] != NULL)
		n++;
	list = ARENA_ARRAY(a, n + ARRAY_LEN(variables) + 1, char *);
	for (size_t i = 0; i < n; i++)
		if (!is_root_variable(environ[i]))
			list[m++] = environ[i];
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *name = variables[i].name;
		struct text root = prove_root(&p->tree, variables[i].root);
		const size_t size = strlen(name) + root.len + 2;
		char *variable = arena_alloc(a, size, 1);

		(void)snprintf(variable, size, "%s=%s", name, root.s);
		list[m++] = variable;
	}
	return list;
}

static unsigned
landlock_abi(void)
{
	const long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);

	if (abi < 0)
		return 0;
	return abi > BLOB_ABI_NEWEST ? BLOB_ABI_NEWEST : (unsigned)abi;
}

int
prover_open(struct prover **ret_prover, struct compile *c,
    const struct side_pair *pair, const char *loader)
{
	struct prover *p = ARENA_NEW(&c->arena, struct prover);

	*p = (struct prover){.compile = c,
	    .pair = pair,
	    .tree = {.arena = &c->arena},
	    .servers = {-1, -1}};
	*ret_prover = p;
	p->program = own_name(&c->arena);
	if (p->program == NULL)
		return cannot(c, "/proc/self/exe", errno);
	p->loader =
	    loader != NULL ? loader : find_loader(&c->arena, p->program);
	if (strchr(p->loader, '/') != NULL && access(p->loader, X_OK) != 0)
		return cannot(c, p->loader, errno);
	if (!prove_tree_make(&p->tree))
		return cannot(c, "a directory for it", errno);
	p->abi = landlock_abi();
	return write_policies(p) ? EXIT_HOLDS : EXIT_ENVIRONMENT;
}

void
prover_close(struct prover *p)
{
	for (unsigned i = 0; i < 2; i++)
		if (p->servers[i] >= 0)
			(void)close(p->servers[i]);
	prove_tree_remove(&p->tree);
}

/* A socket that somebody listens on, who is in no sandbox. */
static bool
serve(int *server, const struct sockaddr_un *at, size_t len)
{
	if (*server >= 0)
		(void)close(*server);
	*server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return *server >= 0 &&
	       bind(*server, (const struct sockaddr *)at,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) ==
		   0 &&
	       listen(*server, SOMAXCONN) == 0;
}

static bool
serve_abstract(struct prover *p)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const struct text name =
	    arena_printf(&p->compile->arena, "nonoc-prove-%ld", (long)getpid());

	memcpy(at.sun_path + 1, name.s, name.len);
	if (!serve(&p->servers[0], &at, name.len + 1))
		return false;
	p->abstract = name.s;
	return true;
}

/* In the place of the file that was made there. */
static bool
serve_path(struct prover *p, const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const size_t n = strlen(path);

	if (n >= sizeof(at.sun_path))
		return false;
	memcpy(at.sun_path, path, n);
	(void)unlink(path);
	return serve(&p->servers[1], &at, n + 1);
}

/* Its exit status; -1 with errno.  Its output goes to `out`. */
static int
run(const char *const *argv, char **environment, const char *out)
{
	union {
		const char *const *constant;
		char *const *plain;
	} words = {.constant = argv};
	posix_spawn_file_actions_t files;
	int status = -1, error;
	pid_t pid;

	error = posix_spawn_file_actions_init(&files);
	for (int fd = 0; fd < 3 && error == 0; fd++)
		error = posix_spawn_file_actions_addopen(&files, fd,
		    fd == 1 ? out : "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY,
		    0);
	if (error == 0)
		error = posix_spawnp(
		    &pid, argv[0], &files, NULL, words.plain, environment);
	(void)posix_spawn_file_actions_destroy(&files);
	if (error != 0) {
		errno = error;
		return -1;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	errno = EINTR;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What the probe is told the operation is on. */
static const char *
object_of(struct prover *p, const struct decide_request *r)
{
	struct arena *a = &p->compile->arena;

	if (r->op == DECIDE_SIGNAL)
		return arena_printf(a, "%ld", (long)getpid()).s;
	if (r->op == DECIDE_SOCKET)
		return arena_printf(a, "%u", (unsigned)r->family).s;
	if (r->op == DECIDE_CONNECT_ABSTRACT)
		return p->abstract;
	if (r->op >= DECIDE_CONNECT_TCP && r->op <= DECIDE_BIND_UDP)
		return arena_printf(a, "%u", (unsigned)r->port).s;
	return prove_place(&p->tree, &r->path).s;
}

int
prover_run(struct prover *p, enum prover_side side, bool consent,
    const char *const *words, const char *out)
{
	const char *const launch[] = {p->loader, "--home",
	    prove_root(&p->tree, BLOB_ROOT_HOME).s, "--cwd",
	    prove_root(&p->tree, BLOB_ROOT_CWD).s, "--allow-writable-policy",
	    consent ? "--allow-cwd" : "-v", p->policy[side % PROVER_FREE].s,
	    "--"};
	uint32_t n = 0, m = 0;
	const char **argv;

	while (words[n] != NULL)
		n++;
	argv = ARENA_ARRAY(
	    &p->compile->arena, ARRAY_LEN(launch) + n + 3, const char *);
	for (size_t i = 0; i < ARRAY_LEN(launch) && side != PROVER_FREE; i++)
		argv[m++] = launch[i];
	argv[m++] = p->program;
	argv[m++] = "probe";
	for (uint32_t i = 0; i <= n; i++)
		argv[m++] = words[i];
	return run(argv, make_environment(p), out);
}

/* 0, an errno, PROVER_REFUSED, or -1 with errno. */
static int
ask(struct prover *p, enum prover_side side, const struct witness *w)
{
	struct arena *a = &p->compile->arena;
	const struct decide_request *r = &w->request;
	const bool consent =
	    w->env != NULL ? w->env->consent
			   : w->when == DIFF_ALWAYS || w->when == DIFF_MISSING;
	const unsigned type =
	    r->op == DECIDE_SOCKET ? (unsigned)r->socktype : (unsigned)r->type;
	const char *const words[] = {arena_printf(a, "%d", (int)r->op).s,
	    arena_printf(a, "%u", type).s, object_of(p, r), NULL};

	return prover_run(p, side, consent, words, "/dev/null");
}

struct text
prover_error(struct arena *a, int error)
{
	if (error == 0)
		return TEXT("ok");
	if (error == EACCES)
		return TEXT("EACCES");
	if (error == EPERM)
		return TEXT("EPERM");
	if (error == EXDEV)
		return TEXT("EXDEV");
	if (error == PROVER_REFUSED)
		return TEXT("not launched");
	return arena_text(a, text_of(strerror(error)));
}

static void
fill(struct prover *p, const struct witness *w)
{
	const bool absent =
	    w->env != NULL
		? w->env->absent
		: w->when == DIFF_MISSING || w->when == DIFF_UNASKED_MISSING;

	if (p->is_filled && p->filled == w->when && p->tree.env == w->env)
		return;
	p->tree.env = w->env;
	for (int r = 0; r < BLOB_ROOTS; r++)
		prove_tree_root(&p->tree, (enum blob_root)r);
	for (unsigned i = 0; i < 2; i++)
		prove_tree_fill(&p->tree, &p->pair->side[i]->blob, absent);
	p->filled = w->when;
	p->is_filled = true;
}

static bool
is_on_path(const struct witness *w)
{
	return w->request.op <= DECIDE_CONNECT_UNIX;
}

/* What it takes outside of the sandbox.  NULL, or why it is not to be had. */
static const char *
prepare(struct prover *p, const struct witness *w)
{
	int error;

	if (w->request.op == DECIDE_CONNECT_ABSTRACT && p->abstract == NULL &&
	    !serve_abstract(p))
		return "no abstract socket to connect to";
	if (is_on_path(w)) {
		fill(p, w);
		if (!prove_tree_set(&p->tree, w))
			return "the policies want both a file and a directory "
			       "there";
		if (w->request.op == DECIDE_CONNECT_UNIX &&
		    !serve_path(p, prove_place(&p->tree, &w->request.path).s))
			return "no socket to connect to";
		return NULL;
	}
	error = ask(p, PROVER_FREE, w);
	if (error != 0)
		return error < 0 ? strerror(errno)
				 : "it fails without a sandbox, too";
	return NULL;
}

static enum prove_result
unable(struct prover *p, const char *why, struct text *ret_words)
{
	*ret_words = arena_printf(&p->compile->arena, "not asked: %s", why);
	return PROVE_UNABLE;
}

/* The path itself is denied with EACCES; the rest as the case may be. */
static bool
is_denial(const struct witness *w, int error)
{
	if (error == PROVER_REFUSED)
		return w->env != NULL;
	return error == EACCES || (error == EPERM && !is_on_path(w));
}

enum prove_result
prover_try(struct prover *p, struct witnesses *ws, const struct diff_change *c,
    const struct witness *w, struct text *ret_words)
{
	struct arena *a = &p->compile->arena;
	const unsigned to = c->gained ? 1 : 0;
	const char *why;
	int got[2];

	if (p->abi == 0)
		return unable(p, "this kernel has no Landlock", ret_words);
	if (!witness_holds(ws, c, w, p->abi))
		return unable(p,
		    arena_printf(a,
			"Landlock ABI %u, which this kernel has, does not "
			"tell them apart",
			p->abi)
			.s,
		    ret_words);
	for (unsigned side = PROVER_OLD; side <= PROVER_NEW; side++) {
		why = prepare(p, w);
		if (why != NULL)
			return unable(p, why, ret_words);
		got[side] = ask(p, (enum prover_side)side, w);
		if (got[side] < 0)
			return unable(p,
			    arena_printf(
				a, "%s: %s", p->loader, strerror(errno))
				.s,
			    ret_words);
		if (got[side] == PROVER_REFUSED &&
		    (side == to || w->env == NULL))
			return unable(p,
			    side == PROVER_OLD
				? "nono-load refuses the old policy here"
				: "nono-load refuses the new policy here",
			    ret_words);
	}
	*ret_words = arena_printf(a, "old=%s new=%s", prover_error(a, got[0]).s,
	    prover_error(a, got[1]).s);
	return got[to] == 0 && is_denial(w, got[!to]) ? PROVE_AGREES
						      : PROVE_DISAGREES;
}
