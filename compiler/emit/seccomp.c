#include <config.h>

#include "compiler/emit/seccomp.h"

/*
 * Numbers from the kernel's uapi headers, our own copy: the compiler may run
 * where they do not exist.
 */
enum {
	/* linux/bpf_common.h, linux/filter.h */
	BPF_LD_W_ABS = 0x20,
	BPF_JEQ_K = 0x15,
	BPF_JGE_K = 0x35,
	BPF_JSET_K = 0x45,
	BPF_JA_K = 0x05, /* always, by its operand */
	BPF_AND_K = 0x54,
	BPF_RET_K = 0x06,

	/* struct seccomp_data: offsets; the low half of each argument */
	DATA_NR = 0,
	DATA_ARCH = 4,
	DATA_ARG0 = 16,
	DATA_ARG1 = 24,
	DATA_ARG2 = 32,
	DATA_ARG3 = 40,

	ERRNO_EPERM = 1,
	ERRNO_EACCES = 13,
	ERRNO_EOPNOTSUPP = 95,

	AF_UNIX_ = 1,
	AF_INET_ = 2,
	AF_INET6_ = 10,
	AF_NETLINK_ = 16,
	AF_PACKET_ = 17,
	AF_SMC_ = 43,
	SOCK_TYPE_MASK = 0xf,
	SOCK_STREAM_ = 1,
	SOCK_DGRAM_ = 2,
	IPPROTO_TCP_ = 6,
	IPPROTO_ICMP_ = 1,
	IPPROTO_UDP_ = 17,
	IPPROTO_ICMPV6_ = 58,
	MSG_FASTOPEN_ = 0x20000000,
	SOL_TCP_ = 6,
	TCP_ULP_ = 31,

	X32_BIT = 0x40000000,
	PROGRAM_MAX = 96,
};

static const uint32_t ret_allow = 0x7fff0000;
static const uint32_t ret_errno = 0x00050000;
static const uint32_t ret_kill_process = 0x80000000;

struct arch {
	uint32_t audit; /* linux/audit.h */
	bool x32;
	uint32_t socket, socketpair, setsockopt, sendto, sendmsg, sendmmsg;
	uint32_t uring_setup, uring_enter, uring_register;
};

/* clang-format off */
static const struct arch archs[] = {
	{ 0xc00000b7, false, 198, 199, 208, 206, 211, 269, 425, 426, 427 }, /* aarch64 */
	{ 0xc000003e, true,   41,  53,  54,  44,  46, 307, 425, 426, 427 }, /* x86-64 */
};
/* clang-format on */

/* Every jump goes forward to one of these, placed after the last test. */
enum label { L_NEXT, L_ALLOW, L_EACCES, L_EPERM, L_EOPNOTSUPP, L_KILL, LABELS };

struct insn {
	uint16_t code;
	uint8_t yes, no; /* instructions to skip */
	uint32_t k;
	enum label yes_label, no_label; /* L_NEXT: as numbered */
};

struct program {
	struct insn v[PROGRAM_MAX];
	uint32_t n;
};

static void
load(struct program *p, uint32_t offset)
{
	p->v[p->n++] = (struct insn){.code = BPF_LD_W_ABS, .k = offset};
}

static void
jump(
    struct program *p, uint16_t code, uint32_t k, enum label yes, enum label no)
{
	p->v[p->n++] = (struct insn){
	    .code = code,
	    .k = k,
	    .yes_label = yes,
	    .no_label = no,
	};
}

static void
ret(struct program *p, uint32_t k)
{
	p->v[p->n++] = (struct insn){.code = BPF_RET_K, .k = k};
}

/*
 * Opens the tests of one system call: skips them all when it is another one,
 * with the number loaded again for the next.
 */
static uint32_t
begin_call(struct program *p, uint32_t nr)
{
	load(p, DATA_NR);
	jump(p, BPF_JEQ_K, nr, L_NEXT, L_NEXT);
	return p->n - 1;
}

static void
end_call(struct program *p, uint32_t begin)
{
	p->v[begin].no = (uint8_t)(p->n - begin - 1);
}

/* The same answer, whatever the arguments. */
static void
refuse_call(struct program *p, uint32_t nr, enum label answer)
{
	load(p, DATA_NR);
	jump(p, BPF_JEQ_K, nr, answer, L_NEXT);
}

/*
 * Calls of another instruction set would be numbered otherwise, and x32 calls
 * are x86-64 calls with a bit set: neither gets past.
 */
static void
prologue(struct program *p, const struct arch *a)
{
	load(p, DATA_ARCH);
	jump(p, BPF_JEQ_K, a->audit, L_NEXT, L_KILL);
	if (a->x32) {
		load(p, DATA_NR);
		jump(p, BPF_JGE_K, X32_BIT, L_KILL, L_NEXT);
	}
}

/* The answers, and the jumps to them. */
static void
epilogue(struct program *p)
{
	const uint32_t answers[LABELS] = {
	    [L_ALLOW] = ret_allow,
	    [L_EACCES] = ret_errno | ERRNO_EACCES,
	    [L_EPERM] = ret_errno | ERRNO_EPERM,
	    [L_EOPNOTSUPP] = ret_errno | ERRNO_EOPNOTSUPP,
	    [L_KILL] = ret_kill_process,
	};
	uint32_t at[LABELS] = {0}, tests = p->n;

	ret(p, ret_allow); /* falling through */
	at[L_ALLOW] = p->n - 1;
	for (int l = L_EACCES; l < LABELS; l++) {
		bool used = false;

		for (uint32_t i = 0; i < tests; i++)
			used |= p->v[i].yes_label == (enum label)l ||
				p->v[i].no_label == (enum label)l;
		if (!used)
			continue;
		at[l] = p->n;
		ret(p, answers[l]);
	}
	for (uint32_t i = 0; i < tests; i++) {
		struct insn *in = &p->v[i];

		if (in->code == BPF_JA_K)
			in->k = at[in->yes_label] - i - 1;
		else if (in->yes_label != L_NEXT)
			in->yes = (uint8_t)(at[in->yes_label] - i - 1);
		if (in->no_label != L_NEXT)
			in->no = (uint8_t)(at[in->no_label] - i - 1);
	}
}

/*
 * A ring does its work in the kernel, where no filter sees it: it could make
 * and use sockets, and one set up before the sandbox keeps the old rights.
 */
static void
refuse_rings(struct program *p, const struct arch *a)
{
	refuse_call(p, a->uring_setup, L_EPERM);
	refuse_call(p, a->uring_enter, L_EPERM);
	refuse_call(p, a->uring_register, L_EPERM);
}

static void
only_unix_sockets(struct program *p, uint32_t nr)
{
	uint32_t begin = begin_call(p, nr);

	load(p, DATA_ARG0);
	jump(p, BPF_JEQ_K, AF_UNIX_, L_ALLOW, L_EACCES);
	end_call(p, begin);
}

/* Fast Open connects while it sends, past the connect rule on some kernels. */
static void
refuse_fast_open(struct program *p, uint32_t nr, uint32_t flags)
{
	uint32_t begin = begin_call(p, nr);

	load(p, flags);
	jump(p, BPF_JSET_K, MSG_FASTOPEN_, L_EOPNOTSUPP, L_ALLOW);
	end_call(p, begin);
}

/*
 * A protocol on top of TCP can be put into a socket that is there: "smc" makes
 * it one of SMC, whose connections no rule sees.  The name lies behind a
 * pointer, so all are refused; TLS in the kernel is done without by those who
 * use it.
 */
static void
refuse_upper_layers(struct program *p, uint32_t nr)
{
	uint32_t begin = begin_call(p, nr);

	load(p, DATA_ARG1);
	jump(p, BPF_JEQ_K, SOL_TCP_, L_NEXT, L_ALLOW);
	load(p, DATA_ARG2);
	jump(p, BPF_JEQ_K, TCP_ULP_, L_EOPNOTSUPP, L_ALLOW);
	end_call(p, begin);
}

/*
 * Landlock's TCP rules know TCP sockets only.  MPTCP, SMC and SCTP carry
 * streams past them, and so does a raw or packet socket in root's hands.  Of
 * the internet's sockets none but plain TCP and datagrams can stay.
 */
static void
socket_calls(
    struct program *p, const struct arch *a, const struct seccomp_network *net)
{
	uint32_t begin = begin_call(p, a->socket);
	enum label rest = net->other ? L_ALLOW : L_EACCES;

	load(p, DATA_ARG0);
	jump(p, BPF_JEQ_K, AF_UNIX_, L_ALLOW, L_NEXT);
	if (net->netlink)
		jump(p, BPF_JEQ_K, AF_NETLINK_, L_ALLOW, L_NEXT);
	if (net->other) {
		jump(p, BPF_JEQ_K, AF_SMC_, L_EACCES, L_NEXT);
		jump(p, BPF_JEQ_K, AF_PACKET_, L_EACCES, L_NEXT);
	}
	if (!net->tcp && !net->udp) {
		jump(p, BPF_JA_K, 0, rest, L_NEXT);
		end_call(p, begin);
		return;
	}
	/* Over the next test, which is of the other internet family. */
	jump(p, BPF_JEQ_K, AF_INET_, L_NEXT, L_NEXT);
	p->v[p->n - 1].yes = 1;
	jump(p, BPF_JEQ_K, AF_INET6_, L_NEXT, rest);
	load(p, DATA_ARG1);
	p->v[p->n++] = (struct insn){.code = BPF_AND_K, .k = SOCK_TYPE_MASK};
	if (net->other && !net->udp)
		jump(p, BPF_JEQ_K, SOCK_DGRAM_, L_ALLOW, L_NEXT);
	if (net->tcp) {
		/* Not a stream: over the three instructions for streams. */
		jump(p, BPF_JEQ_K, SOCK_STREAM_, L_NEXT, L_NEXT);
		p->v[p->n - 1].no = 3;
		load(p, DATA_ARG2);
		jump(p, BPF_JEQ_K, 0, L_ALLOW, L_NEXT);
		jump(p, BPF_JEQ_K, IPPROTO_TCP_, L_ALLOW, L_EACCES);
	}
	if (net->udp) {
		jump(p, BPF_JEQ_K, SOCK_DGRAM_, L_NEXT, L_EACCES);
		load(p, DATA_ARG2);
		jump(p, BPF_JEQ_K, 0, L_ALLOW, L_NEXT);
		jump(p, BPF_JEQ_K, IPPROTO_UDP_, L_ALLOW, L_NEXT);
		if (net->other) { /* ping */
			jump(p, BPF_JEQ_K, IPPROTO_ICMP_, L_ALLOW, L_NEXT);
			jump(p, BPF_JEQ_K, IPPROTO_ICMPV6_, L_ALLOW, L_NEXT);
		}
	}
	jump(p, BPF_JA_K, 0, L_EACCES, L_NEXT);
	end_call(p, begin);
}

static void
network_program(
    struct program *p, const struct arch *a, const struct seccomp_network *net)
{
	prologue(p, a);
	refuse_rings(p, a);
	socket_calls(p, a, net);
	if (!net->other)
		only_unix_sockets(p, a->socketpair);
	if (net->tcp) {
		refuse_upper_layers(p, a->setsockopt);
		refuse_fast_open(p, a->sendto, DATA_ARG3);
		refuse_fast_open(p, a->sendmsg, DATA_ARG2);
		refuse_fast_open(p, a->sendmmsg, DATA_ARG3);
	}
	epilogue(p);
}

static void
put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

/* struct sock_filter: u16 code, u8 jt, u8 jf, u32 k. */
static void
add_program(struct arena *a, const struct program *p, uint32_t arch,
    struct blob_model *m)
{
	uint8_t *bytes = ARENA_ARRAY(a, (size_t)p->n * 8, uint8_t);

	for (uint32_t i = 0; i < p->n; i++) {
		put16(bytes + 8 * i, p->v[i].code);
		bytes[8 * i + 2] = p->v[i].yes;
		bytes[8 * i + 3] = p->v[i].no;
		put16(bytes + 8 * i + 4, p->v[i].k);
		put16(bytes + 8 * i + 6, p->v[i].k >> 16);
	}
	*VEC_PUSH(a, &m->seccomp) = (struct model_seccomp){
	    .arch = arch,
	    .n = p->n,
	    .insns = bytes,
	};
}

void
seccomp_programs(
    struct arena *a, const struct seccomp_network *net, struct blob_model *m)
{
	for (size_t i = 0; i < ARRAY_LEN(archs); i++) {
		struct program p = {0};

		network_program(&p, &archs[i], net);
		add_program(a, &p, archs[i].audit, m);
	}
}

static bool
has_program(const struct blob *b, const struct model_seccomp *want)
{
	for (uint32_t i = 0; i < b->nprograms; i++) {
		const struct blob_program p = blob_program(b, i);

		if (p.arch == want->arch && p.n == want->n &&
		    memcmp(p.insns, want->insns,
			(size_t)p.n * BLOB_INSN_SIZE) == 0)
			return true;
	}
	return false;
}

static bool
has_just(const struct blob *b, const struct blob_model *m)
{
	for (uint32_t i = 0; i < m->seccomp.n; i++)
		if (!has_program(b, &m->seccomp.v[i]))
			return false;
	return b->nprograms == m->seccomp.n;
}

bool
seccomp_is_known(struct arena *a, const struct blob *b)
{
	enum { TCP = 1, UDP = 2, NETLINK = 4, OTHER = 8, ALL = 15 };

	for (unsigned bits = 0; b->nprograms > 0 && bits <= ALL; bits++) {
		const struct seccomp_network net = {
		    .tcp = (bits & TCP) != 0,
		    .udp = (bits & UDP) != 0,
		    .netlink = (bits & NETLINK) != 0,
		    .other = (bits & OTHER) != 0,
		};
		struct blob_model m = {0};

		seccomp_programs(a, &net, &m);
		if (has_just(b, &m))
			return true;
	}
	return b->nprograms == 0;
}
