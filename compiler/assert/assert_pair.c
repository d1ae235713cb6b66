#include <config.h>

#include "compiler/assert/assert_judge.h"

#include "compiler/emit/seccomp.h"

/*
 * Two policies side by side: is the one within the other, or do they keep
 * out of each other's way?
 */
struct couple {
	struct judge *left;
	const struct view *view[2];
	const struct assertion *assertion;
	struct judgement *to;
};

static const uint64_t rights_change =
    BLOB_FS_WRITE_FILE | BLOB_FS_TRUNCATE | BLOB_FS_REMOVE_DIR |
    BLOB_FS_REMOVE_FILE | BLOB_FS_MAKE_CHAR | BLOB_FS_MAKE_DIR |
    BLOB_FS_MAKE_REG | BLOB_FS_MAKE_SOCK | BLOB_FS_MAKE_FIFO |
    BLOB_FS_MAKE_BLOCK | BLOB_FS_MAKE_SYM;

/* The operations that some of the rights allow. */
static unsigned
ops_of(uint64_t rights)
{
	unsigned ops = 0;

	for (unsigned op = 0; op < OP_CONNECT; op++)
		if ((judge_rights((enum assert_op)op) & rights) != 0)
			ops |= 1U << op;
	return ops;
}

static void
add(struct couple *p, struct hit hit)
{
	struct judgement *to = p->to;

	hit.view = p->view[0];
	to->verdict = ASSERT_VIOLATED;
	if (to->hits.n == HITS_MAX)
		to->more = true;
	else
		*VEC_PUSH(p->left->arena, &to->hits) = hit;
}

static void
add_path(struct couple *p, struct decide_path path, uint64_t rights,
    enum hit_kind kind)
{
	struct decide_object o = {.path = path, .kind = DECIDE_DIRECTORY};
	struct hit hit = {.kind = kind, .ops = ops_of(rights), .path = path};
	struct decide_rules rules = {0};

	if (hit.ops == 0)
		return;
	if ((decide_rights(p->view[0]->decider, &o, p->left->arena, &rules) &
		rights) == 0) {
		rules.n = 0;
		o.kind = DECIDE_FILE;
		(void)decide_rights(
		    p->view[0]->decider, &o, p->left->arena, &rules);
	}
	for (uint32_t i = 0; i < rules.n; i++)
		if ((blob_path(p->left->blob, rules.v[i]).rights & rights) != 0)
			*VEC_PUSH(p->left->arena, &hit.rules) = rules.v[i];
	add(p, hit);
}

static bool
excepted(const struct couple *p, const struct decide_path *path)
{
	const struct region_set *s = &p->assertion->except;

	for (uint32_t i = 0; i < s->paths.n; i++) {
		struct decide_path at =
		    view_place(p->left->arena, p->view[0], s->paths.v[i].path);

		if (s->paths.v[i].tree ? decide_path_covers(&at, path)
				       : decide_path_compare(&at, path) == 0)
			return true;
	}
	return false;
}

/* What one may change and the other use. */
static uint64_t
shared(uint64_t one, uint64_t two)
{
	uint64_t change = one & rights_change, use = two & BLOB_FS_ALL;

	use &= ~(BLOB_FS_REFER | BLOB_FS_IOCTL_DEV);
	return change != 0 && use != 0 ? change : 0;
}

static uint64_t
judge_mask(const struct couple *p, uint64_t left, uint64_t right)
{
	if (p->assertion->kind == ASSERT_WITHIN)
		return left & ~right;
	return shared(left, right) | shared(right, left);
}

static void
judge_steps(struct couple *p)
{
	struct arena *a = p->left->arena;
	struct decide_steps steps = {0};

	decide_merge(&p->view[0]->regions, &p->view[1]->regions, a, &steps);
	for (uint32_t i = 0; i < steps.n; i++) {
		const struct decide_step *s = &steps.v[i];
		uint64_t tree = judge_mask(p, s->tree[0], s->tree[1]);
		uint64_t file = judge_mask(p, s->file[0], s->file[1]);
		const struct decide_step *up =
		    s->up == DECIDE_NONE ? NULL : &steps.v[s->up];

		/* Of the directory around it that has been said. */
		if (up != NULL && !excepted(p, &up->at) &&
		    ((tree | file) &
			~judge_mask(p, up->tree[0], up->tree[1])) == 0)
			continue;
		if ((tree | file) != 0 && !excepted(p, &s->at))
			add_path(p, s->at, tree | file, HIT_GRANTED);
	}
}

static bool
allows(const struct view *v, const struct decide_request *r)
{
	struct decide_answer answer;

	decide_here(v->decider, r, &answer);
	return answer.verdict == DECIDE_ALLOWED ||
	       answer.verdict == DECIDE_UNENFORCED;
}

static void
compare(struct couple *p, struct decide_request r, struct hit hit)
{
	if (!allows(p->view[0], &r) || allows(p->view[1], &r))
		return;
	hit.kind = HIT_GRANTED;
	add(p, hit);
}

static void
compare_port(struct couple *p, uint16_t port)
{
	static const struct {
		enum decide_op request;
		enum assert_op op;
		bool udp;
	} ops[] = {
	    {DECIDE_CONNECT_TCP, OP_CONNECT, false},
	    {DECIDE_BIND_TCP, OP_BIND, false},
	    {DECIDE_SEND_UDP, OP_CONNECT, true},
	    {DECIDE_BIND_UDP, OP_BIND, true},
	};

	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		compare(p,
		    (struct decide_request){.op = ops[i].request, .port = port},
		    (struct hit){
			.ops = 1U << ops[i].op,
			.is_port = true,
			.port = {ops[i].udp, port, port},
		    });
}

/* A port that no rule of either names, unless all are named. */
static uint16_t
unlisted_port(const struct blob *one, const struct blob *two)
{
	for (uint32_t port = UINT16_MAX; port > 0; port--) {
		bool listed = false;

		for (uint32_t i = 0; i < one->nports && !listed; i++)
			listed = blob_port(one, i).port == port;
		for (uint32_t i = 0; i < two->nports && !listed; i++)
			listed = blob_port(two, i).port == port;
		if (!listed)
			return (uint16_t)port;
	}
	return 0;
}

static void
compare_others(struct couple *p)
{
	enum { INET = 2, NETLINK = 16, PACKET = 17, VSOCK = 40 };
	enum { STREAM = 1, DGRAM = 2, RAW = 3, ICMP = 1 };
	static const struct {
		struct decide_request request;
		const char *what;
	} others[] = {
	    {{.op = DECIDE_SIGNAL}, "signal a process outside"},
	    {{.op = DECIDE_CONNECT_ABSTRACT}, "reach an abstract socket"},
	    {{.op = DECIDE_SOCKET, .family = INET, .socktype = RAW},
		"make a raw socket"},
	    {{.op = DECIDE_SOCKET,
		 .family = INET,
		 .socktype = DGRAM,
		 .proto = ICMP},
		"make an ICMP socket"},
	    {{.op = DECIDE_SOCKET, .family = NETLINK, .socktype = RAW},
		"make a netlink socket"},
	    {{.op = DECIDE_SOCKET, .family = PACKET, .socktype = RAW},
		"make a packet socket"},
	    {{.op = DECIDE_SOCKET, .family = VSOCK, .socktype = STREAM},
		"make a vsock socket"},
	};

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		compare(
		    p, others[i].request, (struct hit){.what = others[i].what});
}

/* The launch says which port the local proxy has. */
static void
compare_proxy(struct couple *p, const struct blob *right)
{
	const struct decide_request any = {.op = DECIDE_CONNECT_TCP,
	    .port = unlisted_port(p->left->blob, right)};

	if (blob_target(p->left->blob).network != BLOB_NET_PROXY ||
	    blob_target(right).network == BLOB_NET_PROXY ||
	    allows(p->view[1], &any))
		return;
	add(p, (struct hit){.kind = HIT_GRANTED,
		   .what = "connect to the port of the local proxy"});
}

/* Programs that nonoc does not make may let any call through. */
static void
compare_programs(struct couple *p, const struct blob *right)
{
	const struct blob *left = p->left->blob;

	if (seccomp_is_known(p->left->arena, left) &&
	    seccomp_is_known(p->left->arena, right))
		return;
	if (left->secc.len == right->secc.len &&
	    (left->secc.len == 0 ||
		memcmp(left->secc.p, right->secc.p, left->secc.len) == 0))
		return;
	add(p, (struct hit){.kind = HIT_GRANTED,
		   .what = "make what system calls another seccomp program "
			   "permits"});
}

static void
judge_within(struct couple *p, const struct blob *right)
{
	const struct blob *left = p->left->blob;
	const struct decide_path slash = {{"", 0}, BLOB_ROOT_SLASH};
	uint64_t free = decide_handled_fs(p->view[1]->decider) &
			~decide_handled_fs(p->view[0]->decider);

	if (free != 0)
		add_path(p, slash, free, HIT_UNENFORCED);
	judge_steps(p);
	for (uint32_t i = 0; i < left->nports; i++)
		compare_port(p, (uint16_t)blob_port(left, i).port);
	for (uint32_t i = 0; i < right->nports; i++)
		compare_port(p, (uint16_t)blob_port(right, i).port);
	compare_port(p, unlisted_port(left, right));
	compare_proxy(p, right);
	compare_programs(p, right);
	compare_others(p);
}

static void
judge_views(struct judge *left, struct judge *right, const struct assertion *a,
    bool absent, struct judgement *ret)
{
	struct judgement to = {0};
	struct couple p = {.left = left, .assertion = a, .to = &to};
	unsigned abi = judge_abi(left, a), other = judge_abi(right, a);

	if (other > abi)
		abi = other;
	p.view[0] = judge_view(left, abi, absent);
	p.view[1] = judge_view(right, abi, absent);
	if (!p.view[0]->launches || !p.view[1]->launches) {
		to.verdict = ASSERT_UNDECIDED;
		to.no_launch = true;
	} else if (a->kind == ASSERT_WITHIN) {
		judge_within(&p, right->blob);
	} else {
		judge_steps(&p);
	}
	*ret = to;
}

void
judge_pair(struct judge *left, struct judge *right, const struct assertion *a,
    struct judgement *ret)
{
	judge_views(left, right, a, false, ret);
	/* What may be missing at launch, is. */
	if (ret->verdict == ASSERT_HOLDS &&
	    (judge_may_be_missing(left->blob) ||
		judge_may_be_missing(right->blob)))
		judge_views(left, right, a, true, ret);
}
