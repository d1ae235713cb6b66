#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/macos/darwin.h"

/*
 * $STANDIN_LOG: a file that gets what sandbox_init_with_parameters was given.
 * $STANDIN_REFUSES: a path that must not be opened.
 * $STANDIN_FAIL: what fails, a list of words:
 *
 *	init-message	-1, with a message that would steer a terminal
 *	init-errno	-1, with an errno alone
 *	init-silent	-1, with neither
 *	init-ignored	0, and the process is in no sandbox
 *	nested		it is in one from the start
 *	check		sandbox_check() fails
 *	getpath		F_GETPATH fails
 *	getpath-N	the Nth call of it fails
 *	getpath-empty	it says that there is no path
 *	getpath-empty-N	likewise, the Nth time
 *	getpath-long-N	it says the longest path that there is, the Nth time
 *	getpath-other-N	it says another place
 *	getpath-relative-N	it says no absolute path
 *	list		proc_pidinfo() fails
 *	name		_NSGetExecutablePath() fails
 *	open-N		the Nth open fails
 *	setugid		the program is set-user-ID
 */
int standin_fcntl(int fd, int what, ...);
int standin_open(const char *path, int flags, ...);
int standin_openat(int dir, const char *path, int flags, ...);
int issetugid(void);

enum { MAXPATH = 1024, GETPATH = 50, NOFOLLOW_ANY = 0x20000000 };

static bool confined, slash_denied;

static bool
fails(const char *word)
{
	const char *list = getenv("STANDIN_FAIL");
	const size_t n = strlen(word);

	while (list != NULL && *list != '\0') {
		const size_t len = strcspn(list, " ");

		if (len == n && strncmp(list, word, n) == 0)
			return true;
		list += len;
		list += strspn(list, " ");
	}
	return false;
}

static bool
nth_fails(const char *word, unsigned *count)
{
	char numbered[40];

	snprintf(numbered, sizeof(numbered), "%s-%u", word, ++*count);
	return fails(numbered) || fails(word);
}

static int
get_path(int fd, char *ret_path)
{
	static unsigned calls, empty, longest, other, relative;
	char link[40];
	ssize_t n;

	if (nth_fails("getpath", &calls)) {
		errno = ENOSPC;
		return -1;
	}
	if (nth_fails("getpath-empty", &empty)) {
		*ret_path = '\0';
		return 0;
	}
	if (nth_fails("getpath-long", &longest)) {
		memset(ret_path, 'l', MAXPATH - 1);
		ret_path[0] = '/';
		ret_path[MAXPATH - 1] = '\0';
		return 0;
	}
	if (nth_fails("getpath-other", &other)) {
		strcpy(ret_path, "/other/place");
		return 0;
	}
	if (nth_fails("getpath-relative", &relative)) {
		strcpy(ret_path, "other/../place");
		return 0;
	}
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, ret_path, PATH_MAX - 1);
	if (n < 0)
		return -1;
	ret_path[n] = '\0';
	return 0;
}

int
standin_fcntl(int fd, int what, ...)
{
	va_list ap;
	int ret;

	va_start(ap, what);
	if (what == GETPATH)
		ret = get_path(fd, va_arg(ap, char *));
	else
		ret = fcntl(fd, what);
	va_end(ap);
	return ret;
}

int
standin_openat(int dir, const char *path, int flags, ...)
{
	static unsigned calls;
	char real[PATH_MAX];

	if (nth_fails("open", &calls)) {
		errno = EIO;
		return -1;
	}
	/* As for a place that macOS guards: what opens it gives itself away. */
	if (getenv("STANDIN_REFUSES") != NULL &&
	    strcmp(path, getenv("STANDIN_REFUSES")) == 0)
		abort();
	if (slash_denied && strcmp(path, "/") == 0) {
		errno = EPERM;
		return -1;
	}
	if ((flags & NOFOLLOW_ANY) != 0 && realpath(path, real) != NULL &&
	    strcmp(real, path) != 0) {
		errno = ELOOP;
		return -1;
	}
	return openat(dir, path, flags & ~NOFOLLOW_ANY);
}

int
standin_open(const char *path, int flags, ...)
{
	return standin_openat(AT_FDCWD, path, flags);
}

int
issetugid(void)
{
	return fails("setugid");
}

int
_NSGetExecutablePath(char *buffer, uint32_t *size)
{
	ssize_t n = readlink("/proc/self/exe", buffer, *size - 1);

	if (n < 0 || fails("name"))
		return -1;
	buffer[n] = '\0';
	return 0;
}

int
proc_pidinfo(int pid, int what, uint64_t arg, void *buffer, int size)
{
	struct process_descriptor *list = buffer;
	int n = 0, max = size / (int)sizeof(*list);
	struct dirent *e;
	DIR *dir;

	if (pid != getpid() || what != PROCESS_DESCRIPTORS || arg != 0)
		abort();
	if (fails("list")) {
		errno = EPERM;
		return 0;
	}
	dir = opendir("/proc/self/fd");
	if (dir == NULL)
		return 0;
	while (n < max && (e = readdir(dir)) != NULL)
		if (*e->d_name != '.' && atoi(e->d_name) != dirfd(dir))
			list[n++].fd = atoi(e->d_name);
	closedir(dir);
	return n * (int)sizeof(*list);
}

int
sandbox_check(int pid, const char *operation, int filter, ...)
{
	if (pid != getpid() || operation != NULL || filter != 0)
		abort();
	if (fails("check")) {
		errno = EPERM;
		return -1;
	}
	return confined || fails("nested");
}

static void
record(const char *profile, const char *const parameters[])
{
	const char *name = getenv("STANDIN_LOG");
	FILE *f = name == NULL ? NULL : fopen(name, "w");

	if (f == NULL)
		return;
	for (; *parameters != NULL; parameters += 2)
		fprintf(f, "%s=%s\n", parameters[0], parameters[1]);
	fprintf(f, "--\n%s", profile);
	if (fclose(f) != 0)
		abort();
}

int
sandbox_init_with_parameters(const char *profile, uint64_t flags,
    const char *const parameters[], char **ret_message)
{
	if (flags != 0)
		abort();
	record(profile, parameters);
	if (fails("init-message")) {
		*ret_message = strdup("<input>:1:2: unbound \033[31mx\nroot#");
		return -1;
	}
	if (fails("init-errno")) {
		errno = EPERM;
		return -1;
	}
	if (fails("init-silent"))
		return -1;
	confined = !fails("init-ignored");
	slash_denied =
	    confined &&
	    strstr(profile, "(deny file-read* (literal \"/\"))") != NULL;
	return 0;
}
