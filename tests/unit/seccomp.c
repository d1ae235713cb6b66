#include <config.h>

#include "compiler/emit/seccomp.h"
#include "tests/tap.h"

/*
 * Runs the programs as the kernel would, for every kind of call that matters,
 * in every network mode, on both architectures.  The numbers here come from
 * the kernel's tables and not from the compiler's.
 */
enum {
	ALLOW = 0x7fff0000,
	ERRNO = 0x00050000,
	PERM = ERRNO | 1,    /* EPERM */
	ACCES = ERRNO | 13,  /* EACCES */
	NOTSUP = ERRNO | 95, /* EOPNOTSUPP */
	STEPS_MAX = 4096,
};
static const uint32_t kill_process = 0x80000000;
static const uint32_t x86_64 = 0xc000003e, aarch64 = 0xc00000b7;
static const uint32_t i386 = 0x40000003, arm = 0x40000028;

/* What the kernel shows to a program. */
struct data {
	uint32_t nr, arch;
	uint64_t ip, args[6];
};

/* The word at an offset of struct data, as on a little-endian machine. */
static bool
word(const struct data *d, uint32_t offset, uint32_t *ret_word)
{
	const uint32_t arg = (offset - 16) / 8;

	if (offset % 4 != 0 || offset >= 64 || offset == 8 || offset == 12)
		return false;
	if (offset < 8)
		*ret_word = offset == 0 ? d->nr : d->arch;
	else
		*ret_word = (uint32_t)(d->args[arg] >> (offset % 8 * 8));
	return true;
}

/* The answer, or 0xdead where the kernel would not take the program. */
static uint32_t
interpret(const struct model_seccomp *s, const struct data *d)
{
	uint32_t a = 0, pc = 0;

	for (uint32_t steps = 0; pc < s->n && steps < STEPS_MAX; steps++) {
		const uint8_t *p = s->insns + 8 * (size_t)pc++;
		const uint32_t k = blob_u32(p + 4);

		switch (blob_u16(p)) {
		case 0x20: /* ld */
			if (!word(d, k, &a))
				return 0xdead;
			break;
		case 0x54: /* and */
			a &= k;
			break;
		case 0x05: /* ja */
			pc += k;
			break;
		case 0x15: /* jeq */
			pc += a == k ? p[2] : p[3];
			break;
		case 0x25: /* jgt */
			pc += a > k ? p[2] : p[3];
			break;
		case 0x35: /* jge */
			pc += a >= k ? p[2] : p[3];
			break;
		case 0x45: /* jset */
			pc += (a & k) != 0 ? p[2] : p[3];
			break;
		case 0x06: /* ret */
			return k;
		default:
			return 0xdead;
		}
	}
	return 0xdead;
}

/* The numbers of the calls, x86-64 first. */
enum call {
	SOCKET,
	SOCKETPAIR,
	SETSOCKOPT,
	SENDTO,
	SENDMSG,
	SENDMMSG,
	URING_SETUP,
	URING_ENTER,
	URING_REGISTER,
	READ,
	EXECVE,
	CONNECT,
	BIND,
	IOCTL,
	SECCOMP,
	CALLS,
};
static const uint32_t numbers[CALLS][2] = {
    [SOCKET] = {41, 198},
    [SOCKETPAIR] = {53, 199},
    [SETSOCKOPT] = {54, 208},
    [SENDTO] = {44, 206},
    [SENDMSG] = {46, 211},
    [SENDMMSG] = {307, 269},
    [URING_SETUP] = {425, 425},
    [URING_ENTER] = {426, 426},
    [URING_REGISTER] = {427, 427},
    [READ] = {0, 63},
    [EXECVE] = {59, 221},
    [CONNECT] = {42, 203},
    [BIND] = {49, 200},
    [IOCTL] = {16, 29},
    [SECCOMP] = {317, 277},
};

enum {
	UNIX = 1,
	INET = 2,
	INET6 = 10,
	NETLINK = 16,
	PACKET = 17,
	ALG = 38,
	VSOCK = 40,
	SMC = 43,
	XDP = 44,

	STREAM = 1,
	DGRAM = 2,
	RAW = 3,
	SEQPACKET = 5,
	DCCP = 6,
	OLD_PACKET = 10,  /* SOCK_PACKET: AF_INET and yet a packet socket */
	FLAGS = 02004000, /* SOCK_CLOEXEC | SOCK_NONBLOCK */

	FASTOPEN = 0x20000000,
	NOSIGNAL = 0x4000,
};
static const uint64_t high = UINT64_C(0xdeadbeef00000000);

/* The modes, as emit_landlock.c asks for them. */
enum mode { BLOCK, BLOCK_TCP, BLOCK_UDP, BLOCK_BOTH, PROXY, PORTS, MODES };
static const struct seccomp_network modes[MODES] = {
    [BLOCK] = {0},
    [BLOCK_TCP] = {.tcp = true},
    [BLOCK_UDP] = {.udp = true},
    [BLOCK_BOTH] = {.tcp = true, .udp = true},
    [PROXY] = {.tcp = true, .netlink = true},
    [PORTS] = {.tcp = true, .other = true},
};

/* clang-format off */
static const struct {
	enum call call;
	uint64_t args[4];
	uint32_t want[MODES];
} table[] = {
	/* One answer a column: block; with TCP, UDP, both; proxy; ports. */
#define ALL(x) {x, x, x, x, x, x}
	{READ,		 {0},			ALL(ALLOW)},
	{EXECVE,	 {0},			ALL(ALLOW)},
	{CONNECT,	 {0},			ALL(ALLOW)},
	{BIND,		 {0},			ALL(ALLOW)},
	{IOCTL,		 {0, 0x5412},		ALL(ALLOW)},
	{SECCOMP,	 {0},			ALL(ALLOW)},
	{URING_SETUP,	 {0},			ALL(PERM)},
	{URING_ENTER,	 {0},			ALL(PERM)},
	{URING_REGISTER, {0},			ALL(PERM)},

	{SOCKET, {UNIX, STREAM},		ALL(ALLOW)},
	{SOCKET, {UNIX, DGRAM | FLAGS},		ALL(ALLOW)},
	{SOCKET, {UNIX, SEQPACKET},		ALL(ALLOW)},
	{SOCKET, {UNIX, RAW},			ALL(ALLOW)},
	{SOCKET, {high | UNIX, STREAM},		ALL(ALLOW)},
#define TCP {ACCES, ALLOW, ACCES, ALLOW, ALLOW, ALLOW}
	{SOCKET, {INET, STREAM, 0},		TCP},
	{SOCKET, {INET, STREAM, 6},		TCP},
	{SOCKET, {INET6, STREAM | FLAGS, 0},	TCP},
	{SOCKET, {INET6, STREAM, 6},		TCP},
	{SOCKET, {high | INET, high | STREAM, high | 6}, TCP},
	{SOCKET, {INET, STREAM, 262},		ALL(ACCES)}, /* MPTCP */
	{SOCKET, {INET6, STREAM | FLAGS, 262},	ALL(ACCES)},
	{SOCKET, {high | INET, high | STREAM, high | 262}, ALL(ACCES)},
	{SOCKET, {INET, STREAM, 132},		ALL(ACCES)}, /* SCTP */
	{SOCKET, {INET, SEQPACKET, 132},	ALL(ACCES)},
	{SOCKET, {INET6, SEQPACKET, 0},		ALL(ACCES)},
	{SOCKET, {INET, STREAM, 256},		ALL(ACCES)}, /* SMC */
	{SOCKET, {SMC, STREAM, 0},		ALL(ACCES)},
	{SOCKET, {SMC, STREAM | FLAGS, 1},	ALL(ACCES)},
	{SOCKET, {INET, DCCP, 33},		ALL(ACCES)},
	{SOCKET, {INET, RAW, 255},		ALL(ACCES)},
	{SOCKET, {INET, RAW | FLAGS, 1},	ALL(ACCES)},
	{SOCKET, {INET6, RAW, 58},		ALL(ACCES)},
	{SOCKET, {INET, OLD_PACKET, 768},	ALL(ACCES)},
	{SOCKET, {PACKET, RAW, 768},		ALL(ACCES)},
	{SOCKET, {high | PACKET, DGRAM},	ALL(ACCES)},
#define UDP {ACCES, ACCES, ALLOW, ALLOW, ACCES, ALLOW}
	{SOCKET, {INET, DGRAM, 0},		UDP},
	{SOCKET, {INET, DGRAM | FLAGS, 17},	UDP},
	{SOCKET, {INET6, DGRAM, 0},		UDP},
#define OTHER {ACCES, ACCES, ACCES, ACCES, ACCES, ALLOW}
	{SOCKET, {INET, DGRAM, 1},		OTHER}, /* ping */
	{SOCKET, {INET6, DGRAM, 58},		OTHER},
	{SOCKET, {INET, DGRAM, 136},		OTHER}, /* UDP-Lite */
	{SOCKET, {VSOCK, STREAM},		OTHER},
	{SOCKET, {ALG, SEQPACKET},		OTHER},
	{SOCKET, {XDP, RAW},			OTHER},
	{SOCKET, {0, STREAM},			OTHER},
	{SOCKET, {9999, STREAM},		OTHER},
#define ASKING {ACCES, ACCES, ACCES, ACCES, ALLOW, ALLOW}
	{SOCKET, {NETLINK, RAW, 0},		ASKING},
	{SOCKET, {NETLINK, DGRAM | FLAGS, 15},	ASKING},

	{SOCKETPAIR, {UNIX, STREAM},		ALL(ALLOW)},
	{SOCKETPAIR, {INET, STREAM},		OTHER},
	{SOCKETPAIR, {40, STREAM},		OTHER},

#define FAST {ALLOW, NOTSUP, ALLOW, NOTSUP, NOTSUP, NOTSUP}
	{SENDTO,   {3, 0, 1, FASTOPEN},		FAST},
	{SENDTO,   {3, 0, 1, FASTOPEN | NOSIGNAL}, FAST},
	{SENDTO,   {3, 0, 1, high | FASTOPEN},	FAST},
	{SENDTO,   {3, 0, FASTOPEN, NOSIGNAL},	ALL(ALLOW)},
	{SENDMSG,  {3, 0, FASTOPEN},		FAST},
	{SENDMSG,  {3, 0, NOSIGNAL, FASTOPEN},	ALL(ALLOW)},
	{SENDMMSG, {3, 0, 1, FASTOPEN},		FAST},
	{SENDMMSG, {3, 0, FASTOPEN, 0},		ALL(ALLOW)},

	{SETSOCKOPT, {3, 6, 31},		FAST}, /* TCP_ULP */
	{SETSOCKOPT, {3, high | 6, high | 31},	FAST},
	{SETSOCKOPT, {3, 6, 1},			ALL(ALLOW)},
	{SETSOCKOPT, {3, 1, 31},		ALL(ALLOW)},
	{SETSOCKOPT, {6, 31, 0},		ALL(ALLOW)},
};
/* clang-format on */

static void
answers(enum mode mode, const struct model_seccomp *s)
{
	const unsigned column = s->arch == aarch64;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct data d = {
		    .nr = numbers[table[i].call][column],
		    .arch = s->arch,
		};
		uint32_t got, want = table[i].want[mode];

		memcpy(d.args, table[i].args, sizeof(table[i].args));
		got = interpret(s, &d);
		if (!OK(got == want))
			printf("# mode %u, arch %#x, line %zu: %#x, want %#x\n",
			    (unsigned)mode, s->arch, i, got, want);
	}
}

/* Of every number there is, only those of the table get another answer. */
static void
sweep(const struct model_seccomp *s)
{
	const unsigned column = s->arch == aarch64;
	uint32_t refused = 0, known = 0;

	for (uint32_t nr = 0; nr < 1024; nr++) {
		const struct data d = {
		    .nr = nr,
		    .arch = s->arch,
		    .args = {INET, STREAM, 262, FASTOPEN},
		};

		if (interpret(s, &d) == ALLOW)
			continue;
		refused++;
		for (unsigned c = SOCKET; c <= URING_REGISTER; c++)
			known += numbers[c][column] == nr;
	}
	OK(refused >= 4);
	IS_INT(known, refused);
}

/* Whatever is called, from elsewhere it gets nowhere. */
static void
gates(const struct model_seccomp *s)
{
	const uint32_t foreign[] = {
	    s->arch == x86_64 ? aarch64 : x86_64, i386, arm, 0, ~s->arch};
	bool killed = true;

	for (uint32_t nr = 0; nr < 1024; nr++) {
		struct data d = {.nr = nr, .args = {UNIX}};

		for (unsigned i = 0; i < 5; i++) {
			d.arch = foreign[i];
			killed = killed && interpret(s, &d) == kill_process;
		}
		d.arch = s->arch;
		d.nr = nr | 0x40000000;
		if (s->arch == x86_64)
			killed = killed && interpret(s, &d) == kill_process;
		d.nr = nr | 0x80000000;
		if (s->arch == x86_64)
			killed = killed && interpret(s, &d) == kill_process;
	}
	OK(killed);
}

int
main(void)
{
	struct arena arena = {0};

	for (unsigned m = 0; m < MODES; m++) {
		struct blob_model model = {0};

		seccomp_programs(&arena, &modes[m], &model);
		IS_INT(model.seccomp.n, 2);
		for (uint32_t i = 0; i < model.seccomp.n; i++) {
			const struct model_seccomp *s = &model.seccomp.v[i];

			OK(s->arch == x86_64 || s->arch == aarch64);
			OK(s->n > 0 && s->n < 128);
			answers((enum mode)m, s);
			sweep(s);
			gates(s);
		}
	}
	arena_release(&arena);
	return tap_end();
}
