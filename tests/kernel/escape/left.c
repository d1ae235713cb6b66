#define _GNU_SOURCE
#include "escape.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* T-31, T-45: what was open before the sandbox, and what it is good for. */

static int
ring_setup(void)
{
	struct io_uring_params p = {0};
	const int ring = (int)syscall(SYS_io_uring_setup, 2, &p);

	/* The rights of now, to be used later. */
	if (ring >= 0 && syscall(SYS_io_uring_register, ring,
			     IORING_REGISTER_PERSONALITY, NULL, 0) < 0)
		return -1;
	return ring;
}

/* For the command that is executed next. */
int
leave_open(const struct victim *v)
{
	const int ring = ring_setup();
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0 ||
	    dup2(open_in(v, "no", O_RDONLY | O_DIRECTORY), LEFT_DIRECTORY) <
		0 ||
	    dup2(open_in(v, "no/secret", O_RDWR), LEFT_FILE) < 0 ||
	    dup2(pair[0], LEFT_SOCKET) < 0)
		return -1;
	/* Some kernels have none, or forbid it. */
	if (ring >= 0)
		dup2(ring, LEFT_RING);
	return 0;
}

int
left_directory(const struct victim *v)
{
	(void)v;
	return reads_secret(openat(LEFT_DIRECTORY, "secret", O_RDONLY));
}

int
left_file(const struct victim *v)
{
	(void)v;
	return reads_secret(LEFT_FILE);
}

int
left_socket(const struct victim *v)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof(a);

	(void)v;
	return getsockname(LEFT_SOCKET, (struct sockaddr *)&a, &n);
}

/* Opens by the ring, as whoever registered with it. */
int
left_ring(const struct victim *v)
{
	const size_t size = 4096;
	struct io_uring_params p = {0};
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
	char path[4096], *rings;
	uint32_t *tail, *array;

	/* The offsets are the same for every ring of that size. */
	if (syscall(SYS_io_uring_setup, 2, &p) < 0)
		return -1;
	rings = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_POPULATE, LEFT_RING, IORING_OFF_SQ_RING);
	sqe = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_POPULATE, LEFT_RING, IORING_OFF_SQES);
	if (rings == MAP_FAILED || sqe == MAP_FAILED)
		return -1;
	strcpy(path, v->home);
	strcat(path, "/no/secret");
	*sqe = (struct io_uring_sqe){.opcode = IORING_OP_OPENAT,
	    .fd = AT_FDCWD,
	    .addr = (uint64_t)(uintptr_t)path,
	    .open_flags = O_RDONLY,
	    .personality = 1};
	tail = (uint32_t *)(void *)(rings + p.sq_off.tail);
	array = (uint32_t *)(void *)(rings + p.sq_off.array);
	array[*tail & 1] = 0;
	__atomic_add_fetch(tail, 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, LEFT_RING, 1, 1, IORING_ENTER_GETEVENTS,
		NULL, 0) < 0)
		return -1;
	cqe = (struct io_uring_cqe *)(void *)(rings + p.cq_off.cqes);
	if (cqe->res < 0) {
		errno = -cqe->res;
		return -1;
	}
	return reads_secret(cqe->res);
}
