#include <config.h>

#include "compiler/decide/decide_model.h"

/*
 * The network: Landlock's port rules, and the seccomp program of the policy,
 * which is run here as the kernel runs it.
 */
enum {
	ERRNO_EACCES = 13,
	ERRNO_EPERM = 1,

	/* linux/filter.h: the instructions that a policy's programs use */
	LD_W_ABS = 0x20,
	LD_IMM = 0x00,
	JA = 0x05,
	JEQ = 0x15,
	JGT = 0x25,
	JGE = 0x35,
	JSET = 0x45,
	AND = 0x54,
	RET = 0x06,

	DATA_NR = 0,
	DATA_ARCH = 4,
	DATA_ARG0 = 16,
	DATA_SIZE = 64,

	AF_INET = 2,
	SOCK_STREAM = 1,
	SOCK_DGRAM = 2,
};

static const uint32_t ret_action = 0xffff0000;
static const uint32_t ret_allow = 0x7fff0000;
static const uint32_t ret_errno = 0x00050000;
static const uint32_t ret_log = 0x7ffc0000;

static const struct {
	uint32_t arch, socket;
} calls[] = {
    {BLOB_ARCH_X86_64, 41},
    {BLOB_ARCH_AARCH64, 198},
    {BLOB_ARCH_RISCV64, 198},
    {BLOB_ARCH_LOONGARCH64, 198},
};

/*
 * Runs the program over one call's data.  Jumps go forward, so it ends; what
 * the kernel would not have loaded answers 0, which kills.
 */
static uint32_t
run(const struct blob_program *p, const uint32_t data[DATA_SIZE / 4])
{
	uint32_t acc = 0;

	for (uint32_t pc = 0; pc < p->n; pc++) {
		const uint8_t *in = p->insns + (size_t)pc * BLOB_INSN_SIZE;
		const uint32_t k = blob_u32(in + 4);
		bool yes = false;

		switch (blob_u16(in)) {
		case LD_W_ABS:
			if (k % 4 != 0 || k >= DATA_SIZE)
				return 0;
			acc = data[k / 4];
			continue;
		case LD_IMM:
			acc = k;
			continue;
		case AND:
			acc &= k;
			continue;
		case JA:
			if (k >= p->n - pc)
				return 0;
			pc += k;
			continue;
		case RET:
			return k;
		case JEQ:
			yes = acc == k;
			break;
		case JGT:
			yes = acc > k;
			break;
		case JGE:
			yes = acc >= k;
			break;
		case JSET:
			yes = (acc & k) != 0;
			break;
		default:
			return 0;
		}
		pc += yes ? in[2] : in[3];
	}
	return 0;
}

int
filter_socket(
    const struct decider *d, uint32_t family, uint32_t socktype, uint32_t proto)
{
	uint32_t data[DATA_SIZE / 4] = {0}, ret, nr = 0;

	for (size_t i = 0; i < ARRAY_LEN(calls); i++)
		if (calls[i].arch == d->env.arch)
			nr = calls[i].socket;
	for (uint32_t i = 0; i < d->blob->nprograms; i++) {
		const struct blob_program p = blob_program(d->blob, i);

		if (p.arch != d->env.arch)
			continue;
		data[DATA_NR / 4] = nr;
		data[DATA_ARCH / 4] = p.arch;
		data[DATA_ARG0 / 4] = family;
		data[DATA_ARG0 / 4 + 2] = socktype;
		data[DATA_ARG0 / 4 + 4] = proto;
		ret = run(&p, data);
		if ((ret & ret_action) == ret_allow ||
		    (ret & ret_action) == ret_log)
			return 0;
		return (ret & ret_action) == ret_errno
			   ? (int)(ret & ~ret_action)
			   : ERRNO_EPERM;
	}
	return 0;
}

static bool
port_grants(const struct decider *d, uint32_t port, uint64_t right)
{
	if (d->target.network == BLOB_NET_PROXY &&
	    right == BLOB_NET_CONNECT_TCP && port != 0 &&
	    port == d->env.proxy_port)
		return true;
	for (uint32_t i = 0; i < d->blob->nports; i++) {
		const struct blob_port p = blob_port(d->blob, i);

		if (p.port == port && (p.rights & right) != 0)
			return true;
	}
	return false;
}

/* One right on one port. */
static void
judge_port(const struct decider *d, uint32_t port, uint64_t right,
    struct decide_answer *a)
{
	if ((d->target.net_handled & right) == 0 || port_grants(d, port, right))
		return;
	a->net |= right;
	if ((d->net & right) != 0) {
		a->verdict = DECIDE_DENIED;
		a->error = ERRNO_EACCES;
	} else if (a->verdict == DECIDE_ALLOWED) {
		a->verdict = DECIDE_UNENFORCED;
	}
}

void
decide_net(const struct decider *d, const struct decide_request *r,
    struct decide_answer *ret)
{
	const bool udp = r->op == DECIDE_SEND_UDP || r->op == DECIDE_BIND_UDP;
	const bool any = r->op == DECIDE_SOCKET;

	ret->reason = DECIDE_BY_FILTER;
	ret->error = filter_socket(d, any ? r->family : AF_INET,
	    any	  ? r->socktype
	    : udp ? SOCK_DGRAM
		  : SOCK_STREAM,
	    any ? r->proto : 0);
	if (ret->error != 0) {
		ret->verdict = DECIDE_DENIED;
		return;
	}
	if (any)
		return;
	ret->reason = DECIDE_BY_PORT;
	if (r->op == DECIDE_CONNECT_TCP)
		judge_port(d, r->port, BLOB_NET_CONNECT_TCP, ret);
	else if (r->op == DECIDE_BIND_TCP)
		judge_port(d, r->port, BLOB_NET_BIND_TCP, ret);
	else if (r->op == DECIDE_BIND_UDP)
		judge_port(d, r->port, BLOB_NET_BIND_UDP, ret);
	else {
		judge_port(d, r->port, BLOB_NET_CONNECT_SEND_UDP, ret);
		/* A socket that is not bound is bound to some port first. */
		judge_port(d, 0, BLOB_NET_BIND_UDP, ret);
	}
}
