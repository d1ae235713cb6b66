#include <config.h>

#include "compiler/prove.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/cmd.h"
#include "compiler/prove_tree.h"

extern char **environ;

enum { REFUSED = 125 }; /* nono-load ran nothing */

struct prover {
	struct compile *compile;
	const struct side_pair *pair;
	struct prove_tree tree;
	const char *loader, *program;
	struct text policy[2]; /* files */
	char **environment;    /* of the loader */
	enum diff_when filled; /* what the tree is filled for */
	bool is_filled;
};

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

int
prover_open(struct prover **ret_prover, struct compile *c,
    const struct side_pair *pair, const char *loader)
{
	struct prover *p = ARENA_NEW(&c->arena, struct prover);

	*p = (struct prover){
	    .compile = c, .pair = pair, .tree = {.arena = &c->arena}};
	*ret_prover = p;
	p->program = own_name(&c->arena);
	if (p->program == NULL)
		return cannot(c, "/proc/self/exe", errno);
	p->loader =
	    loader != NULL ? loader : find_loader(&c->arena, p->program);
	if (!prove_tree_make(&p->tree))
		return cannot(c, "a directory for it", errno);
	p->environment = make_environment(p);
	return write_policies(p) ? EXIT_HOLDS : EXIT_ENVIRONMENT;
}

void
prover_close(struct prover *p)
{
	prove_tree_remove(&p->tree);
}

/* Its exit status; -1 with errno. */
static int
run(const char *const *argv, char **environment)
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
		error = posix_spawn_file_actions_addopen(
		    &files, fd, "/dev/null", fd == 0 ? O_RDONLY : O_WRONLY, 0);
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

/* 0, an errno, REFUSED, or -1 with errno. */
static int
ask(struct prover *p, unsigned side, const struct witness *w)
{
	struct arena *a = &p->compile->arena;
	const bool consent = w->when == DIFF_ALWAYS || w->when == DIFF_MISSING;
	const char *argv[] = {p->loader, "--home",
	    prove_root(&p->tree, BLOB_ROOT_HOME).s, "--cwd",
	    prove_root(&p->tree, BLOB_ROOT_CWD).s, "--allow-writable-policy",
	    consent ? "--allow-cwd" : "-v", p->policy[side].s, "--", p->program,
	    "probe", arena_printf(a, "%d", (int)w->request.op).s,
	    arena_printf(a, "%d", (int)w->request.type).s,
	    prove_place(&p->tree, &w->request.path).s, NULL};

	return run(argv, p->environment);
}

static struct text
error_name(struct arena *a, int error)
{
	if (error == 0)
		return TEXT("ok");
	if (error == EACCES)
		return TEXT("EACCES");
	if (error == EPERM)
		return TEXT("EPERM");
	if (error == EXDEV)
		return TEXT("EXDEV");
	return arena_text(a, text_of(strerror(error)));
}

static void
fill(struct prover *p, enum diff_when when)
{
	const bool absent =
	    when == DIFF_MISSING || when == DIFF_UNASKED_MISSING;

	if (p->is_filled && p->filled == when)
		return;
	for (unsigned i = 0; i < 2; i++)
		prove_tree_fill(&p->tree, &p->pair->side[i]->blob, absent);
	p->filled = when;
	p->is_filled = true;
}

enum prove_result
prover_try(struct prover *p, const struct diff_change *c,
    const struct witness *w, struct text *ret_words)
{
	struct arena *a = &p->compile->arena;
	const unsigned to = c->gained ? 1 : 0;
	int got[2];

	if (w->request.op == DECIDE_CONNECT_UNIX) {
		*ret_words = TEXT("not asked: it takes a server");
		return PROVE_UNABLE;
	}
	fill(p, w->when);
	for (unsigned side = 0; side < 2; side++) {
		if (!prove_tree_set(&p->tree, w)) {
			*ret_words = TEXT("not asked: the policies want both "
					  "a file and a directory there");
			return PROVE_UNABLE;
		}
		got[side] = ask(p, side, w);
		if (got[side] < 0) {
			*ret_words = arena_printf(
			    a, "not asked: %s: %s", p->loader, strerror(errno));
			return PROVE_UNABLE;
		}
		if (got[side] == REFUSED) {
			*ret_words = arena_printf(a,
			    "not asked: nono-load refuses the %s policy here",
			    side == 0 ? "old" : "new");
			return PROVE_UNABLE;
		}
	}
	*ret_words = arena_printf(a, "old=%s new=%s", error_name(a, got[0]).s,
	    error_name(a, got[1]).s);
	return got[to] == 0 && got[!to] == EACCES ? PROVE_AGREES
						  : PROVE_DISAGREES;
}
