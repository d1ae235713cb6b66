#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * What this build's own calls are numbered by, and those of the programs that
 * the same kernel runs beside them: 32-bit ones, whose ioctl has the number
 * COMPAT_IOCTL, and on x86-64 those of x32, which are marked by a bit and
 * have a number of their own for ioctl.
 */
#if defined(__x86_64__)
enum { X32_BIT = 0x40000000, X32_IOCTL = 514, COMPAT_IOCTL = 54 };
#define OWN_ARCH BLOB_ARCH_X86_64
#else
#if defined(__i386__)
enum { COMPAT_IOCTL = 54 };
#define OWN_ARCH BLOB_ARCH_I386
#elif defined(__aarch64__) && defined(__AARCH64EL__)
enum { COMPAT_IOCTL = 54 };
#define OWN_ARCH BLOB_ARCH_AARCH64
#elif defined(__arm__) && defined(__ARMEL__)
enum { COMPAT_IOCTL = 54 };
#define OWN_ARCH BLOB_ARCH_ARM
#elif defined(__s390x__)
enum { COMPAT_IOCTL = 54 };
#define OWN_ARCH BLOB_ARCH_S390X
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
enum { COMPAT_IOCTL = 54 };
#define OWN_ARCH BLOB_ARCH_PPC64LE
#elif defined(__riscv) && __riscv_xlen == 64
enum { COMPAT_IOCTL = 29 };
#define OWN_ARCH BLOB_ARCH_RISCV64
#elif defined(__loongarch64)
enum { COMPAT_IOCTL = 29 };
#define OWN_ARCH BLOB_ARCH_LOONGARCH64
#else
#error "how system calls are filtered on this architecture is not known"
#endif
enum { X32_BIT = 0, X32_IOCTL = SYS_ioctl };
#endif

enum {
	/* The same on all of these architectures, 32 and 64 bits. */
	PUT_INPUT = 0x5412,	/* TIOCSTI */
	PUT_SELECTION = 0x541c, /* TIOCLINUX */

	/* The low half; the kernel ignores the other, so must the program. */
	REQUEST = (int)offsetof(struct seccomp_data, args[1]) +
		  (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0),
	NR = offsetof(struct seccomp_data, nr),
	ARCH = offsetof(struct seccomp_data, arch),

	LOAD = BPF_LD | BPF_W | BPF_ABS,
	LOAD_NUMBER = BPF_LD | BPF_IMM,
	AND = BPF_ALU | BPF_AND | BPF_K,
	EQUAL = BPF_JMP | BPF_JEQ | BPF_K,
	ANSWER = BPF_RET | BPF_K,
};

/*
 * Whoever shares a terminal with the shell could type a command into it, to
 * be run after the sandbox has ended: by TIOCSTI, or on the console by
 * pasting with TIOCLINUX.  Both are requests to ioctl, and no other call
 * reaches them: io_uring has no ioctl on terminals.
 *
 * A 32-bit program has the same requests behind another number of ioctl, and
 * must not get around: it is judged alike, by its own number.  A kernel has
 * at most one other architecture beside its own, so what is not ours is that
 * one.  It is not killed for what it is: whether 32-bit programs run at all
 * is for the policy's program to say, which follows.  Of x32 the marking bit
 * is taken off and both numbers are judged with and without it, as kernels
 * differ in which of the four they take.
 *
 * No instruction answers "allowed": all that is not refused arrives at the
 * end, where the policy's program begins as it would by itself, with a zero
 * in the accumulator.
 */
/* clang-format off */
static const struct sock_filter terminal[] = {
	BPF_STMT(LOAD, ARCH),
	BPF_JUMP(EQUAL, OWN_ARCH, 0, 4),
	BPF_STMT(LOAD, NR),
	BPF_STMT(AND, ~(uint32_t)X32_BIT),
	BPF_JUMP(EQUAL, SYS_ioctl, 3, 0),
	BPF_JUMP(EQUAL, X32_IOCTL, 2, 6),
	BPF_STMT(LOAD, NR),
	BPF_JUMP(EQUAL, COMPAT_IOCTL, 0, 4),
	BPF_STMT(LOAD, REQUEST),
	BPF_JUMP(EQUAL, PUT_INPUT, 1, 0),
	BPF_JUMP(EQUAL, PUT_SELECTION, 0, 1),
	BPF_STMT(ANSWER, SECCOMP_RET_ERRNO | EPERM),
	BPF_STMT(LOAD_NUMBER, 0),
};
/* clang-format on */

enum {
	TERMINAL = sizeof(terminal) / sizeof(*terminal),
	/* A policy of BLOB_SECC_MAX leaves no room: the kernel takes as much */
	PROGRAM_MAX = BPF_MAXINSNS,
};

/*
 * Could something be typed into it?  In doubt it could.  The kernel says so
 * itself: a system that forbids TIOCSTI answers EIO before it looks at the
 * byte, and one that does not finds none at the null pointer and types
 * nothing; and TIOCLINUX, with a request that does not exist, is known to
 * nothing but consoles.  That is a thousandth of what the program costs.
 */
static bool
can_type(int fd)
{
	const char none = (char)0xff;
	struct termios t;

	if (ioctl(fd, TCGETS, &t) != 0 && errno == ENOTTY)
		return false;
	return ioctl(fd, PUT_INPUT, NULL) == 0 || errno != EIO ||
	       ioctl(fd, PUT_SELECTION, &none) == 0 || errno != ENOTTY;
}

/*
 * Can the command get hold of a terminal?  One that is open; the one that
 * controls the session, which has a name for everybody; and root may type
 * into any.
 */
static bool
has_terminal(const struct launch *l)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (can_type(fd))
			return true;
	for (unsigned i = 0; i < l->nkeep; i++)
		if (can_type(l->keep[i]))
			return true;
	if (geteuid() == 0)
		return true;
	fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return errno != ENXIO;
	const bool can = can_type(fd);

	close(fd);
	return can;
}

bool
filter_available(void)
{
	static const uint32_t answers[] = {
	    SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_ERRNO};

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
			&answers[i]) != 0)
			return false;
	return true;
}

const char *
filter_arch(void)
{
	return blob_arch_name(OWN_ARCH);
}

void
filter_choose(struct launch *l)
{
	for (uint32_t i = 0; i < l->blob.nprograms; i++) {
		const struct blob_program p = blob_program(&l->blob, i);

		if (p.arch == OWN_ARCH)
			l->program = p;
	}
	if (l->blob.nprograms > 0 && l->program.n == 0)
		die("seccomp", "the policy has no program for ",
		    blob_arch_name(OWN_ARCH),
		    ", the architecture of this nono-load", NULL);
	if (l->program.n > PROGRAM_MAX - TERMINAL)
		die("seccomp", "the policy's program is longer than ",
		    decimal(PROGRAM_MAX - TERMINAL), " instructions", NULL);
	/* Beside the policy's the terminal's costs next to nothing. */
	l->filtered = l->program.n > 0 || has_terminal(l);
}

static _Noreturn void
refused(const struct launch *l, int error)
{
	if (error == ENOSYS || (error == EINVAL && l->program.n == 0))
		die("seccomp",
		    "this kernel cannot filter system calls, use one "
		    "built with CONFIG_SECCOMP_FILTER",
		    NULL);
	die("seccomp", "the kernel refuses the program: ", strerror(error),
	    ", a container may forbid it", NULL);
}

/* Both programs as one: the kernel takes longer for two. */
void
filter_install(const struct launch *l)
{
	static struct sock_filter insns[PROGRAM_MAX];
	struct sock_fprog program = {.len = TERMINAL, .filter = insns};
	const uint8_t *p = l->program.insns;

	if (!l->filtered)
		return;
	memcpy(insns, terminal, sizeof(terminal));
	if (l->program.n == 0)
		insns[program.len++] =
		    (struct sock_filter)BPF_STMT(ANSWER, SECCOMP_RET_ALLOW);
	for (uint32_t i = 0; i < l->program.n; i++, p += BLOB_INSN_SIZE)
		insns[program.len++] = (struct sock_filter){
		    .code = blob_u16(p),
		    .jt = p[2],
		    .jf = p[3],
		    .k = blob_u32(p + 4),
		};
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		refused(l, errno);
}
