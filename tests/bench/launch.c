#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * launch RUNS LABEL [PREPARE] COMMAND [ARG...] [:: LABEL ...]...
 *
 * Starts the commands in turn, RUNS times each, so that all of them see the
 * same machine, and prints the median time of each from start to end, and its
 * ratio to the first; once more for the quietest tenth of the runs.
 *
 * PREPARE is done before each start, and not timed: `--without FILE` removes
 * the file, `--change FILE` makes it one of other contents.
 */
enum { COMMANDS_MAX = 32, RUNS_MAX = 100000 };

extern char **environ;

static int
ascending(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
prepare(const char *how, const char *file)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	int fd;

	(void)unlink(file);
	if (strcmp(how, "--change") != 0)
		return;
	fd = open(file, flags, 0644);
	if (fd < 0 || write(fd, how, strlen(how)) < 0) {
		fprintf(stderr, "%s: %s\n", file, strerror(errno));
		exit(1);
	}
	close(fd);
}

static uint64_t
once(char **argv)
{
	uint64_t start;
	int error, status;
	pid_t pid;

	if (strncmp(argv[1], "--", 2) == 0) {
		prepare(argv[1], argv[2]);
		argv += 2;
	}
	start = now();
	error = posix_spawn(&pid, argv[1], NULL, NULL, argv + 1, environ);
	if (error != 0) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(error));
		exit(1);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0) {
		fprintf(stderr, "%s: status %#x\n", argv[0], (unsigned)status);
		exit(1);
	}
	return now() - start;
}

int
main(int argc, char **argv)
{
	char **commands[COMMANDS_MAX];
	uint64_t *times[COMMANDS_MAX];
	const int runs = argc > 1 ? atoi(argv[1]) : 0;
	int n = 0;

	if (argc < 4 || runs < 1 || runs > RUNS_MAX)
		return 2;
	commands[n++] = argv + 2;
	for (int i = 3; i < argc && n < COMMANDS_MAX; i++) {
		if (strcmp(argv[i], "::") == 0) {
			argv[i] = NULL;
			commands[n++] = argv + i + 1;
		}
	}
	for (int c = 0; c < n; c++) {
		times[c] = calloc((size_t)runs, sizeof(**times));
		if (times[c] == NULL || commands[c][0] == NULL ||
		    commands[c][1] == NULL)
			return 2;
		once(commands[c]); /* into the caches */
	}
	for (int r = 0; r < runs; r++)
		for (int c = 0; c < n; c++)
			times[c][r] = once(commands[c]);
	for (int c = 0; c < n; c++) {
		qsort(times[c], (size_t)runs, sizeof(**times), ascending);
		printf(
		    "%-12s %8.1f us  %5.2f  (quietest tenth %8.1f us  %5.2f)\n",
		    commands[c][0], (double)times[c][runs / 2] / 1e3,
		    (double)times[c][runs / 2] / (double)times[0][runs / 2],
		    (double)times[c][runs / 20] / 1e3,
		    (double)times[c][runs / 20] / (double)times[0][runs / 20]);
	}
	return 0;
}
