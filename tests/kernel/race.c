#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * race LAUNCHES POLICY A B [PATH OTHER]... -- LOADER ARGUMENT...
 *
 * Launches the loader again and again while another process exchanges each
 * PATH with its OTHER, and the bytes of POLICY, in place, with those of A and
 * B and with a flipped bit, all the time.  The command must print "none" when
 * it reaches nothing outside what A and B grant.  Prints what did not hold,
 * and last a line of counts.
 */
enum { PAIRS_MAX = 16, POLICY_MAX = 65536, OUTPUT_MAX = 1024 };

struct policy {
	uint8_t bytes[POLICY_MAX];
	size_t size;
};

static struct policy a, b;
static char *pairs[PAIRS_MAX][2];
static int npairs;
extern char **environ;

static _Noreturn void
give_up(const char *what)
{
	fprintf(stderr, "race: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void
load(struct policy *p, const char *path)
{
	const int fd = open(path, O_RDONLY);
	const ssize_t n = fd < 0 ? -1 : read(fd, p->bytes, sizeof(p->bytes));

	if (n <= 0 || n == sizeof(p->bytes))
		give_up(path);
	p->size = (size_t)n;
	close(fd);
}

/* In place and in pieces, so that a reader may see some of each. */
static void
store(int fd, const struct policy *p, unsigned piece)
{
	for (size_t at = 0; at < p->size; at += piece) {
		const size_t left = p->size - at;

		if (pwrite(fd, p->bytes + at, left < piece ? left : piece,
			(off_t)at) < 0)
			give_up("cannot write the policy");
	}
	if (ftruncate(fd, (off_t)p->size) != 0)
		give_up("cannot cut the policy");
}

static _Noreturn void
disturb(const char *policy, pid_t parent)
{
	static const unsigned pieces[] = {POLICY_MAX, 4096, 512, 64};
	const int fd = open(policy, O_WRONLY);
	unsigned long random = 88172645463325252UL;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (fd < 0)
		give_up(policy);
	while (getppid() == parent) {
		const struct policy *p;
		uint8_t byte;
		size_t at;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		for (int i = 0; i < npairs; i++)
			if (renameat2(AT_FDCWD, pairs[i][0], AT_FDCWD,
				pairs[i][1], RENAME_EXCHANGE) != 0)
				give_up(pairs[i][0]);
		if (random % 8 != 0)
			continue;
		p = (random & 0x100) != 0 ? &a : &b;
		store(fd, p, pieces[random >> 12 & 3]);
		if ((random & 0x200) == 0)
			continue;
		at = (random >> 16) % p->size;
		byte = p->bytes[at] ^ (uint8_t)(1 << (random >> 10 & 3));
		if (pwrite(fd, &byte, 1, (off_t)at) != 1)
			give_up("cannot flip a bit");
	}
	_exit(0);
}

static int
launch(char **argv, char *ret_out)
{
	posix_spawn_file_actions_t actions;
	size_t have = 0;
	int out[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) != 0)
		give_up("pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	if (posix_spawn(&pid, argv[0], &actions, NULL, argv, environ) != 0)
		give_up("cannot start the loader");
	posix_spawn_file_actions_destroy(&actions);
	close(out[1]);
	while ((n = read(out[0], ret_out + have, OUTPUT_MAX - 1 - have)) > 0)
		have += (size_t)n;
	ret_out[have] = '\0';
	close(out[0]);
	if (waitpid(pid, &status, 0) != pid)
		give_up("waitpid");
	return status;
}

int
main(int argc, char **argv)
{
	long launches, n = 0, confined = 0, refused = 0, broken = 0;
	char out[OUTPUT_MAX];
	pid_t self = getpid(), pid;
	int i = 5;

	if (argc < 7)
		return 2;
	launches = atol(argv[1]);
	load(&a, argv[3]);
	load(&b, argv[4]);
	for (; i + 1 < argc && strcmp(argv[i], "--") != 0; i += 2) {
		pairs[npairs][0] = argv[i];
		pairs[npairs++][1] = argv[i + 1];
	}
	pid = fork();
	if (pid < 0)
		give_up("fork");
	if (pid == 0)
		disturb(argv[2], self);
	/* On a busy machine the one end is rare: then it takes more of them. */
	for (; n < launches ||
	       (n < 10 * launches &&
		   (confined < launches / 50 || refused < launches / 50));
	     n++) {
		const int status = launch(argv + i + 1, out);

		if (status == 0 && strcmp(out, "none\n") == 0) {
			confined++;
		} else if (WIFEXITED(status) && *out == '\0' &&
			   WEXITSTATUS(status) == 125) {
			refused++;
		} else if (broken++ < 10) {
			printf("launch %ld: status %#x; said: %s\n", n,
			    (unsigned)status, out);
		}
	}
	if (waitpid(pid, NULL, WNOHANG) != 0)
		give_up("the disturbing process has died");
	kill(pid, SIGKILL);
	printf("%ld launches: %ld confined, %ld refused, %ld broken\n", n,
	    confined, refused, broken);
	/* A race that always ends alike is none. */
	return broken > 0 || confined < launches / 50 ||
	       refused < launches / 50;
}
