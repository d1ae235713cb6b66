#define _GNU_SOURCE
#include "escape.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * escape ATTACK: out with "escaped", or says which error kept it in.
 * escape leave COMMAND...: executes it with descriptors left open.
 * escape victim: says who it is and waits, with $NAME to connect to.
 * $HOME, $PID and $NAME are the victim's.
 */
static int
nothing(const struct victim *v)
{
	(void)v;
	return 0;
}

/* clang-format off */
static const struct {
	const char *name;
	int (*attack)(const struct victim *);
} attacks[] = {
	{"nothing", nothing},
	{"rename-out", paths_rename_out},
	{"rename-parent", paths_rename_parent},
	{"rename-onto", paths_rename_onto},
	{"exchange", paths_exchange},
	{"link-denied", paths_link_denied},
	{"link-readonly", paths_link_readonly},
	{"symlink", paths_symlink},
	{"dot-dot", paths_dot_dot},
	{"chdir", paths_chdir},
	{"chroot", paths_chroot},
	{"bind-mount", paths_bind_mount},
	{"proc-root", paths_proc_root},
	{"proc-pid-root", paths_proc_pid_root},
	{"proc-cwd", paths_proc_cwd},
	{"proc-fd", paths_proc_fd},
	{"dev-fd", paths_dev_fd},
	{"handle", paths_handle},
	{"chmod", paths_chmod},
	{"utime", paths_utime},
	{"attribute", paths_attribute},
	{"map", paths_map},
	{"left-directory", left_directory},
	{"left-file", left_file},
	{"left-socket", left_socket},
	{"left-ring", left_ring},
	{"trace", process_trace},
	{"memory", process_memory},
	{"proc-mem", process_proc_mem},
	{"environ", process_environ},
	{"descriptor", process_descriptor},
	{"kill", process_kill},
	{"queue", process_queue},
	{"pidfd", process_pidfd},
	{"abstract", process_abstract},
	{"datagram", process_datagram},
	{"set-user-id", process_set_user_id},
	{"memfd", process_memfd},
};
/* clang-format on */

static void
listen_on(const char *name, const char *suffix, int type)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	const int n = snprintf(
	    a.sun_path + 1, sizeof(a.sun_path) - 1, "%s%s", name, suffix);
	const int fd = socket(AF_UNIX, type, 0);

	if (bind(fd, (const struct sockaddr *)&a,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			    (size_t)n)) != 0 ||
	    (type == SOCK_STREAM && listen(fd, 64) != 0))
		exit(1);
}

static void
be_victim(const struct victim *v)
{
	/* Where Yama lets only parents trace, this one does not mind. */
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	listen_on(v->name, "", SOCK_STREAM);
	listen_on(v->name, ".d", SOCK_DGRAM);
	printf("%d\n", (int)getpid());
	fflush(stdout);
	for (;;)
		pause();
}

int
main(int argc, char **argv)
{
	const struct victim v = {
	    .home = getenv("HOME"),
	    .pid = getenv("PID") == NULL ? 0 : atoi(getenv("PID")),
	    .name = getenv("NAME"),
	};

	if (argc == 2 && strcmp(argv[1], "victim") == 0)
		be_victim(&v);
	if (argc > 2 && strcmp(argv[1], "leave") == 0) {
		if (leave_open(&v) == 0)
			execv(argv[2], argv + 2);
		perror("escape: leave");
		return 2;
	}
	for (size_t i = 0; i < sizeof(attacks) / sizeof(*attacks); i++) {
		if (argc != 2 || strcmp(argv[1], attacks[i].name) != 0)
			continue;
		errno = 0;
		if (attacks[i].attack(&v) == 0) {
			puts("escaped");
			return 0;
		}
		puts(strerror(errno));
		return 1;
	}
	fputs("escape: by what?\n", stderr);
	return 2;
}
