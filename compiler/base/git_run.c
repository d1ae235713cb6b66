#include <config.h>

#include "compiler/base/git_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/base/vec.h"

extern char **environ;

enum {
	LISTING_MAX = 256 << 20, /* bytes that a command may print */
	COMPLAINT_MAX = 400,	 /* of what git says when it fails */
};

/* git does not lock, ask or fetch for us, and speaks English. */
static const struct {
	const char *name, *value; /* NULL: not set */
} environment[] = {
    {"GIT_OPTIONAL_LOCKS", "0"},
    {"GIT_TERMINAL_PROMPT", "0"},
    {"GIT_NO_LAZY_FETCH", "1"},
    {"GIT_LITERAL_PATHSPECS", NULL},
    {"GIT_TRACE", NULL},
    {"LC_ALL", "C"},
};

static void
set_environment(void)
{
	for (size_t i = 0; i < ARRAY_LEN(environment); i++)
		if (environment[i].value == NULL)
			(void)unsetenv(environment[i].name);
		else
			(void)setenv(
			    environment[i].name, environment[i].value, 1);
}

/* An errno, or 0.  What it is not given here closes itself. */
static int
spawn(pid_t *ret_pid, const char *const *argv, int in, int out, int err)
{
	union {
		const char *const *constant;
		char *const *plain;
	} words = {.constant = argv};
	posix_spawn_file_actions_t files;
	int error = posix_spawn_file_actions_init(&files);

	if (error != 0)
		return error;
	set_environment();
	error = posix_spawn_file_actions_adddup2(&files, in, 0);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&files, out, 1);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&files, err, 2);
	if (error == 0)
		error = posix_spawnp(
		    ret_pid, argv[0], &files, NULL, words.plain, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	return error;
}

/* A pipe, both ends of which a command of ours does not inherit. */
static bool
pipe_private(int ret_ends[2])
{
	if (pipe(ret_ends) != 0)
		return false;
	(void)fcntl(ret_ends[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(ret_ends[1], F_SETFD, FD_CLOEXEC);
	return true;
}

static void
close_pair(const int ends[2])
{
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* err: where its complaints go.  False with errno. */
static bool
start(struct git_child *c, const char *const *argv, int err)
{
	int in[2], out[2], error;

	if (!pipe_private(in))
		return false;
	if (!pipe_private(out)) {
		close_pair(in);
		return false;
	}
	error = spawn(&c->pid, argv, in[0], out[1], err);
	(void)close(in[0]);
	(void)close(out[1]);
	c->to = fdopen(in[1], "w");
	c->from = fdopen(out[0], "r");
	if (error == 0 && c->to != NULL && c->from != NULL)
		return true;
	if (error != 0)
		c->pid = 0;
	git_stop(c);
	errno = error;
	return false;
}

/* Its exit status, or -1. */
static int
reap(struct git_child *c)
{
	int status;

	if (c->to != NULL)
		(void)fclose(c->to);
	if (c->from != NULL)
		(void)fclose(c->from);
	c->to = c->from = NULL;
	if (c->pid <= 0)
		return -1;
	while (waitpid(c->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	c->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
git_stop(struct git_child *c)
{
	(void)reap(c);
}

/* To the end of the stream, at most LISTING_MAX; false with errno. */
static bool
read_to_end(struct arena *a, FILE *from, struct text *ret_text)
{
	size_t cap = 4096, len = 0;
	char *buffer = arena_alloc(a, cap, 1);

	for (;;) {
		len += fread(buffer + len, 1, cap - 1 - len, from);
		if (feof(from))
			break;
		if (ferror(from))
			return false;
		if (len < cap - 1)
			continue;
		if (cap > LISTING_MAX) {
			errno = EFBIG;
			return false;
		}
		buffer = arena_grow(a, buffer, cap, 2 * cap, 1);
		cap *= 2;
	}
	buffer[len] = '\0';
	*ret_text = (struct text){buffer, (uint32_t)len};
	return true;
}

/* The first line that it printed on standard error, without "fatal: ". */
static struct text
complaint(struct arena *a, FILE *err)
{
	char line[COMPLAINT_MAX] = "";
	char *text = line;

	rewind(err);
	if (fgets(line, sizeof(line), err) == NULL)
		return TEXT("it gave no reason");
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(text, "fatal: ", 7) == 0)
		text += 7;
	return arena_text(a, text_of(text));
}

bool
git_run(struct arena *a, const char *const *argv, struct text *ret_said,
    struct text *ret_why)
{
	struct git_child c = {0};
	FILE *err = tmpfile();
	bool good = false;
	int status = -1, error;

	errno = 0;
	if (err != NULL && start(&c, argv, fileno(err)))
		good = read_to_end(a, c.from, ret_said);
	error = errno;
	status = reap(&c);
	if (!good && error == ENOENT)
		*ret_why = TEXT("git is not installed");
	else if (!good || status < 0)
		*ret_why =
		    arena_printf(a, "cannot run git: %s", strerror(error));
	else if (status != 0)
		*ret_why = complaint(a, err);
	if (err != NULL)
		(void)fclose(err);
	return good && status == 0;
}

bool
git_start(struct git_child *c, const char *const *argv, struct text *ret_why)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	*c = (struct git_child){0};
	if (null >= 0 && start(c, argv, null)) {
		(void)close(null);
		return true;
	}
	if (null >= 0)
		(void)close(null);
	*ret_why = TEXT("cannot run git");
	return false;
}

/* "OBJECT blob SIZE" of the answer's head. */
static bool
parse_head(const char *head, size_t *ret_size)
{
	const char *kind = strchr(head, ' ');
	char *end;
	unsigned long long size;

	if (kind == NULL || strncmp(kind, " blob ", 6) != 0)
		return false;
	errno = 0;
	size = strtoull(kind + 6, &end, 10);
	if (errno != 0 || *end != '\n' || size > SIZE_MAX)
		return false;
	*ret_size = (size_t)size;
	return true;
}

bool
git_contents(struct git_child *c, struct arena *a, const char *object,
    uint32_t max, struct text *ret_text, const char **ret_why)
{
	char head[256];
	char *buffer;
	size_t size;

	*ret_why = "git does not answer";
	/* A git that has gone away is an error here, not our end. */
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	bool asked = fprintf(c->to, "%s\n", object) > 0 && fflush(c->to) == 0;

	(void)signal(SIGPIPE, before);
	if (!asked || fgets(head, sizeof(head), c->from) == NULL)
		return false;
	if (!parse_head(head, &size)) {
		*ret_why = "git cannot find its contents";
		return false;
	}
	if (size > max) {
		/* Too much to skip over: this child is asked no more. */
		*ret_why = "the file is too large";
		return false;
	}
	buffer = arena_alloc(a, size + 1, 1);
	if (fread(buffer, 1, size, c->from) != size || getc(c->from) != '\n')
		return false;
	*ret_text = (struct text){buffer, (uint32_t)size};
	return true;
}
