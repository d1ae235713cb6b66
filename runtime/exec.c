#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/* Found, but the kernel does not run it: says why, as far as it shows. */
static _Noreturn void
not_executable(const char *path, int error)
{
	struct stat st;

	if (error == ENOENT)
		leave(EXIT_NOT_EXECUTABLE, path, ": its interpreter is missing",
		    NULL);
	if (error == ENOEXEC)
		leave(EXIT_NOT_EXECUTABLE, path,
		    ": is not a program, a script needs a #! line", NULL);
	if (error != EACCES && error != EPERM) /* as Seatbelt has it */
		leave(EXIT_NOT_EXECUTABLE, path, ": ", strerror(error), NULL);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		leave(EXIT_NOT_EXECUTABLE, path, ": is a directory", NULL);
	if (access(path, X_OK) != 0)
		leave(EXIT_NOT_EXECUTABLE, path, ": ", strerror(errno), NULL);
	leave(EXIT_NOT_EXECUTABLE, path,
	    ": the policy does not grant execute and read on it or on its "
	    "interpreter",
	    NULL);
}

/* `dir`, up to the next colon, and the name; false when it is too long. */
static bool
candidate(const char *dir, size_t n, const char *name, char *ret_path)
{
	const size_t len = strlen(name);

	if (n + 2 + len >= PATH_MAX)
		return false;
	memcpy(ret_path, dir, n);
	if (n == 0)
		ret_path[n++] = '.';
	ret_path[n++] = '/';
	memcpy(ret_path + n, name, len + 1);
	return true;
}

/*
 * The search of execvp(3), but for scripts without #!, in which a shell would
 * be started.  It runs under the policy, as all that is not ours to decide.
 * $PATH is the caller's, whatever the policy makes of the command's own: who
 * names a command means the one that he would have got.
 */
static _Noreturn void
search(const struct launch *l, const char *name)
{
	static char path[PATH_MAX], found[PATH_MAX];
	const char *dir = getenv("PATH");
	int error = 0;
	size_t n;

	if (dir == NULL)
		dir = "/usr/local/bin:/usr/bin:/bin";
	for (;; dir += n + 1) {
		n = strcspn(dir, ":");
		if (candidate(dir, n, name, path)) {
			execve(path, l->opt.command, l->vars);
			if (*found == '\0') {
				error = errno;
				if (error == EPERM || access(path, F_OK) == 0)
					memcpy(found, path, sizeof(found));
			}
		}
		if (dir[n] == '\0' || (*found != '\0' && error != EACCES &&
					  error != EPERM && error != ENOENT))
			break;
	}
	if (*found != '\0')
		not_executable(found, error);
	leave(EXIT_NOT_FOUND, name, ": not found in $PATH", NULL);
}

void
command_exec(const struct launch *l)
{
	char **argv = l->opt.command;
	int error;

	if (strchr(argv[0], '/') == NULL && *argv[0] != '\0')
		search(l, argv[0]);
	execve(argv[0], argv, l->vars);
	error = errno;
	if (error == EPERM || access(argv[0], F_OK) == 0)
		not_executable(argv[0], error);
	leave(EXIT_NOT_FOUND, argv[0], ": ", strerror(error), NULL);
}

void
command_check(const struct launch *l)
{
	const char *name, *slash;

	if (l->opt.command == NULL)
		return;
	name = l->opt.command[0];
	slash = strrchr(name, '/');
	if (slash != NULL)
		name = slash + 1;
	for (uint32_t i = 0; i < policy_commands(l); i++)
		if (strcmp(policy_command(l, i), name) == 0)
			die("command", "the policy does not start ", name,
			    ", choose another command or allow it in the "
			    "profile",
			    NULL);
}
