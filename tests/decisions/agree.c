#define _GNU_SOURCE
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "compiler/blob/dump.h"
#include "tests/decisions/request.h"

/*
 * The decider and the kernel: random policies on random trees, launched by
 * nono-load itself, and random operations under them.  Any difference in
 * verdict or errno is printed with all it takes to see it again, made small.
 *
 *	agree LOADER AGENT DIRECTORY SEED DECISIONS [QUOTA]
 */
enum {
	PER_POLICY = 200,
	PER_TREE = 8, /* policies */
	BATCH = 64,
	LAUNCH_FAILED = 125,
	VERDICTS = 4, /* allowed, EACCES or EPERM, EXDEV, not enforced */
};

static const char *const verdict_names[VERDICTS] = {
    "allowed", "denied", "EXDEV", "unenforced"};

struct harness {
	const char *load, *agent, *base;
	unsigned abi;
	uint32_t seed;
	struct tree tree;
	struct outside outside;
	int listener;
	struct arena arena; /* of one policy */
	char policy[NODE_PATH_MAX], said[NODE_PATH_MAX];
	unsigned long decisions, launches, refused, mismatches;
	unsigned long hits[DECIDE_OPS][VERDICTS];
	unsigned long granted[17], denied[17]; /* by right */
};

/* The loader and what it runs. */
struct session {
	pid_t pid;
	int to, from;
};

static struct sources sources;

static _Noreturn void
bail(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static const struct blob *
write_policy(struct harness *h, const struct setting *s)
{
	struct diags diags = {.arena = &h->arena, .sources = &sources};
	struct blob *b = ARENA_NEW(&h->arena, struct blob);
	const uint8_t *bytes;
	const char *why;
	uint32_t size;
	int fd;

	if (!blob_write(&s->model, &h->arena, &diags, &bytes, &size)) {
		diags_flush(&diags);
		bail("the policy cannot be written");
	}
	if (!blob_open(b, bytes, size, &why))
		bail(why);
	unlink(h->policy);
	fd = open(h->policy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size ||
	    fchmod(fd, 0644) != 0 || close(fd) != 0)
		bail(h->policy);
	return b;
}

/* True: the agent lives.  False: the loader refused. */
static bool
launch(struct harness *h, const struct setting *s, struct session *ret)
{
	int in[2], out[2], status;
	char ready;

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		bail("pipe");
	ret->pid = fork();
	if (ret->pid < 0)
		bail("fork");
	if (ret->pid == 0) {
		const int err =
		    open(h->said, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (err < 0 || dup2(in[0], 0) < 0 || dup2(out[1], 1) < 0 ||
		    dup2(err, 2) < 0)
			_exit(1);
		setting_launch(s, h->load, h->policy, NULL, h->agent);
		_exit(1);
	}
	close(in[0]);
	close(out[1]);
	ret->to = in[1];
	ret->from = out[0];
	h->launches++;
	if (read(ret->from, &ready, 1) == 1)
		return true;
	if (waitpid(ret->pid, &status, 0) != ret->pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != LAUNCH_FAILED) {
		printf("# the loader ended with status %#x\n", status);
		h->mismatches++;
	}
	close(ret->to);
	close(ret->from);
	return false;
}

static void
end(struct session *s)
{
	int status;

	close(s->to);
	close(s->from);
	if (waitpid(s->pid, &status, 0) != s->pid || status != 0)
		bail("the agent died");
}

static void
put(int fd, const void *bytes, size_t n)
{
	if (write(fd, bytes, n) != (ssize_t)n)
		bail("the agent does not listen");
}

static void
get(int fd, void *bytes, size_t n)
{
	for (size_t have = 0; have < n;) {
		const ssize_t got = read(fd, (char *)bytes + have, n - have);

		if (got <= 0)
			bail("the agent does not answer");
		have += (size_t)got;
	}
}

static void
print_path(const char *what, const struct question *q, const char *path)
{
	if (*path != '\0')
		printf("#   %s %s, spelled %s\n", what, path,
		    q->act.bytes + sizeof(struct act) +
			(path == q->to ? q->act.act.length : 0));
}

static void
print_said(const struct harness *h)
{
	FILE *f = fopen(h->said, "r");
	char line[256];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		printf("#   loader: %s", line);
	if (f != NULL)
		fclose(f);
}

static void
print_setting(const struct harness *h, const struct setting *s)
{
	const struct tree *t = &h->tree;

	printf("#   tree:\n");
	for (unsigned i = 0; i < t->n; i++) {
		char target[NODE_PATH_MAX] = "";
		const ssize_t n =
		    readlink(t->nodes[i].path, target, sizeof(target) - 1);

		printf("#     %u %lu %s%s%.*s\n", (unsigned)t->nodes[i].type,
		    (unsigned long)t->nodes[i].id, t->nodes[i].path,
		    n < 0 ? "" : " -> ", n < 0 ? 0 : (int)n, target);
	}
	for (unsigned r = 1; r < BLOB_ROOTS; r++)
		printf("#   root %u: %s\n", r, s->given[r]);
	print_said(h);
	printf("#   consent %d, proxy %u, policy %s:\n", s->consent,
	    s->proxy_port, h->policy);
}

static void
report(struct harness *h, const struct setting *s, const struct question *q,
    const struct decide_answer *a, int error)
{
	const struct blob *b = write_policy(h, s);

	printf("# %s type %u to-type %u: decider says %s (errno %d, reason "
	       "%d), kernel says %s\n",
	    op_names[q->request.op], (unsigned)q->request.type,
	    (unsigned)q->request.to_type, verdict_names[a->verdict],
	    a->verdict == DECIDE_DENIED ? a->error : 0, (int)a->reason,
	    error == 0 ? "it worked" : strerror(error));
	for (unsigned i = 0; i < a->nneeds; i++)
		printf("#   needs %#llx, missing %#llx on %.*s\n",
		    (unsigned long long)a->needs[i].rights,
		    (unsigned long long)a->needs[i].missing,
		    (int)a->needs[i].on.path.suffix.len,
		    a->needs[i].on.path.suffix.s);
	print_path("path", q, q->path);
	print_path("to", q, q->to);
	print_setting(h, s);
	fflush(stdout);
	blob_dump(b, false, stdout);
}

/* One question in a launch of its own: do they still differ? */
static bool
differs(struct harness *h, const struct setting *s, const struct question *q,
    struct decide_answer *ret_answer, int *ret_error)
{
	const struct decide_world world = {NULL, tree_look};
	const struct blob *b = write_policy(h, s);
	struct session session;
	struct decide_env env;
	int32_t error;

	setting_env(s, &h->arena, h->abi, &env);
	env.world = &world;
	decide_here(decide_open(&h->arena, b, &env), &q->request, ret_answer);
	if (!launch(h, s, &session))
		return false;
	put(session.to, q->act.bytes, q->act.act.size);
	get(session.from, &error, sizeof(error));
	end(&session);
	if (!question_undo(q, &h->tree, error))
		bail("the tree cannot be restored");
	*ret_error = error;
	return !question_agrees(q, ret_answer, error);
}

/* Leaves rules and denied paths out as long as they still differ. */
static void
mismatch(struct harness *h, const struct setting *setting,
    const struct question *q, struct decide_answer *a, int error)
{
	struct setting *s = ARENA_NEW(&h->arena, struct setting);
	bool again = true;

	h->mismatches++;
	*s = *setting;
	while (again) {
		again = false;
		for (uint32_t i = 1; i < s->model.paths.n; i++) {
			const struct model_path p = s->model.paths.v[i];

			s->model.paths.v[i] =
			    s->model.paths.v[--s->model.paths.n];
			if (differs(h, s, q, a, &error)) {
				again = true;
				break;
			}
			s->model.paths.v[s->model.paths.n++] =
			    s->model.paths.v[i];
			s->model.paths.v[i] = p;
		}
		if (s->model.denies.n > 0) {
			s->model.denies.n--;
			if (differs(h, s, q, a, &error))
				again = true;
			else
				s->model.denies.n++;
		}
	}
	(void)differs(h, s, q, a, &error);
	report(h, s, q, a, error);
}

static void
count(
    struct harness *h, const struct question *q, const struct decide_answer *a)
{
	unsigned verdict = 0;

	if (a->verdict == DECIDE_DENIED)
		verdict = a->error == EXDEV ? 2 : 1;
	else if (a->verdict == DECIDE_UNENFORCED)
		verdict = 3;
	h->hits[q->request.op][verdict]++;
	h->decisions++;
	for (unsigned i = 0; i < a->nneeds; i++)
		for (unsigned bit = 0; bit < 17; bit++) {
			const uint64_t right = UINT64_C(1) << bit;

			h->denied[bit] += (a->needs[i].missing & right) != 0;
			h->granted[bit] +=
			    (a->needs[i].rights & right) != 0 &&
			    ((a->needs[i].missing | a->needs[i].free) &
				right) == 0;
		}
}

/* Rarer answers are asked for more often. */
static enum decide_op
some_op(uint32_t *seed)
{
	static const uint8_t more[DECIDE_OPS] = {
	    [DECIDE_RENAME] = 9,
	    [DECIDE_EXCHANGE] = 9,
	    [DECIDE_LINK] = 3,
	    [DECIDE_CONNECT_UNIX] = 4,
	    [DECIDE_CREATE] = 2,
	};
	uint32_t i = 0, all = 0, pick;

	for (unsigned op = 0; op < DECIDE_OPS; op++)
		all += 1u + more[op];
	pick = below(seed, all);
	while (pick > more[i])
		pick -= 1u + more[i++];
	return (enum decide_op)i;
}

/* Some questions at once; the last one may change the tree.  How many. */
static unsigned
ask(struct harness *h, const struct setting *s, const struct decider *d,
    struct session *session)
{
	static struct question q[BATCH];
	static struct decide_answer a[BATCH];
	int32_t errors[BATCH];
	unsigned n = 0;
	bool changes = false, restored = true;

	while (n < BATCH && !changes) {
		if (!question_make(&q[n], &h->seed, &h->tree, &h->outside,
			some_op(&h->seed)))
			continue;
		decide_here(d, &q[n].request, &a[n]);
		changes = question_changes(&q[n], &a[n]);
		put(session->to, q[n].act.bytes, q[n].act.act.size);
		n++;
	}
	get(session->from, errors, n * sizeof(*errors));
	/* The last one first: it alone should have changed anything. */
	for (unsigned i = n; i-- > 0;)
		restored &= question_undo(&q[i], &h->tree, errors[i]);
	for (unsigned i = 0; i < n; i++) {
		count(h, &q[i], &a[i]);
		if (question_agrees(&q[i], &a[i], errors[i]))
			continue;
		if (restored) {
			mismatch(h, s, &q[i], &a[i], errors[i]);
		} else {
			h->mismatches++;
			report(h, s, &q[i], &a[i], errors[i]);
		}
		return n;
	}
	if (!restored)
		bail("the tree cannot be restored");
	return n;
}

static void
one_policy(struct harness *h)
{
	const struct decide_world world = {NULL, tree_look};
	struct setting *s = ARENA_NEW(&h->arena, struct setting);
	struct session session;
	struct decide_env env;
	struct decider *d;
	const struct blob *b;

	setting_make(s, &h->arena, &h->seed, &h->tree, h->agent, h->abi);
	b = write_policy(h, s);
	setting_env(s, &h->arena, h->abi, &env);
	env.world = &world;
	d = decide_open(&h->arena, b, &env);
	if (launch(h, s, &session) !=
	    (decide_refused(d).why == DECIDE_LAUNCHES)) {
		h->mismatches++;
		printf("# decider says refused %d (rule %u, deny %u), the "
		       "loader does not agree\n",
		    (int)decide_refused(d).why, decide_refused(d).rule,
		    decide_refused(d).deny);
		print_setting(h, s);
		blob_dump(b, false, stdout);
		if (decide_refused(d).why != DECIDE_LAUNCHES)
			end(&session);
		return;
	}
	h->decisions++;
	if (decide_refused(d).why != DECIDE_LAUNCHES) {
		h->refused++;
		return;
	}
	for (unsigned n = 0; n < PER_POLICY && h->mismatches == 0;)
		n += ask(h, s, d, &session);
	end(&session);
}

static void
open_outside(struct harness *h)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	size_t n;

	h->outside.pid = getpid();
	snprintf(h->outside.abstract, sizeof(h->outside.abstract),
	    "nonoc-agree-%d", (int)getpid());
	n = strlen(h->outside.abstract);
	memcpy(a.sun_path + 1, h->outside.abstract, n);
	h->listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (h->listener < 0 ||
	    bind(h->listener, (struct sockaddr *)&a,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n)) !=
		0)
		bail("bind");
}

/*
 * Which verdicts an operation can have here: allowed always, and denied but
 * for what nobody restricts on this kernel.
 */
static bool
reachable(const struct harness *h, enum decide_op op, unsigned verdict)
{
	const bool unix9 = op == DECIDE_CONNECT_UNIX && h->abi < 9;
	const bool udp = op == DECIDE_SEND_UDP || op == DECIDE_BIND_UDP;

	switch (verdict) {
	case 0:
		return op != DECIDE_METADATA &&
		       (op != DECIDE_IOCTL || getuid() == 0);
	case 1:
		return op != DECIDE_METADATA && !unix9 &&
		       (op != DECIDE_IOCTL || getuid() == 0);
	case 2:
		return op == DECIDE_RENAME || op == DECIDE_EXCHANGE ||
		       op == DECIDE_LINK;
	default:
		return op == DECIDE_METADATA || unix9 || (udp && h->abi < 10);
	}
}

static void
judge(struct harness *h, unsigned long quota, double took)
{
	unsigned long low = 0;

	printf("# %lu decisions, %lu launches, %lu refused, %.1f s, %.0f/s\n",
	    h->decisions, h->launches, h->refused, took,
	    (double)h->decisions / took);
	for (unsigned op = 0; op < DECIDE_OPS; op++) {
		printf("#  %-17s", op_names[op]);
		for (unsigned v = 0; v < VERDICTS; v++) {
			const bool must = reachable(h, (enum decide_op)op, v);

			printf(" %s %lu%s", verdict_names[v], h->hits[op][v],
			    must && h->hits[op][v] < quota ? "(low)" : "");
			low += must && h->hits[op][v] < quota;
		}
		printf("\n");
	}
	for (unsigned bit = 0; bit < 17; bit++)
		printf("#  %-17s granted %lu denied %lu\n",
		    blob_fs_name(UINT64_C(1) << bit), h->granted[bit],
		    h->denied[bit]);
	printf("%sok 1 - the decider and the kernel agree\n",
	    h->mismatches == 0 ? "" : "not ");
	printf("%sok 2 - each verdict of each operation was seen %lu times\n",
	    low == 0 ? "" : "not ", quota);
	printf("%sok 3 - launches are refused where the decider says so\n",
	    h->refused > 0 && h->mismatches == 0 ? "" : "not ");
	printf("1..3\n");
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char **argv)
{
	static struct harness h;
	unsigned long want, quota;
	const double began = seconds();
	long abi;

	if (argc < 6) {
		printf("Bail out! usage: agree LOADER AGENT DIRECTORY SEED "
		       "DECISIONS [QUOTA]\n");
		return 2;
	}
	h.load = argv[1];
	h.agent = argv[2];
	h.base = h.tree.base = argv[3];
	h.seed = (uint32_t)strtoul(argv[4], NULL, 0);
	want = strtoul(argv[5], NULL, 0);
	quota = argc > 6 ? strtoul(argv[6], NULL, 0) : 0;
	abi = syscall(444, NULL, 0, 1); /* landlock_create_ruleset(2) */
	if (abi < 1) {
		printf("1..0 # SKIP no Landlock\n");
		return 0;
	}
	h.abi = abi > BLOB_ABI_NEWEST ? BLOB_ABI_NEWEST : (unsigned)abi;
	snprintf(h.policy, sizeof(h.policy), "%s/policy", h.base);
	snprintf(h.said, sizeof(h.said), "%s/said", h.base);
	signal(SIGPIPE, SIG_IGN);
	umask(0);
	open_outside(&h);
	printf("# seed %s, Landlock ABI %u\n", argv[4], h.abi);
	while (h.decisions < want && h.mismatches == 0) {
		if (h.launches % PER_TREE == 0)
			tree_make(&h.tree, &h.seed);
		one_policy(&h);
		arena_release(&h.arena);
	}
	tree_drop(&h.tree);
	judge(&h, quota, seconds() - began);
	return h.mismatches != 0;
}
