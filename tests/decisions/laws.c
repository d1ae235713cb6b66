#define _GNU_SOURCE
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/blob/dump.h"
#include "tests/decisions/policy.h"

/*
 * The laws of --within, in the place where it is judged: on a random tree, with
 * roots wherever, a policy is within itself; what is within a policy that is
 * within a third is within the third; and what is within permits no more on
 * anything that there is, so that two policies within each other are the same.
 *
 *	laws LOADER AGENT DIRECTORY SEED TRIPLES
 */
enum { POLICIES = 3, PER_TREE = 8, LAUNCH_FAILED = 125 };

struct harness {
	const char *load, *agent;
	unsigned abi;
	uint32_t seed;
	struct tree tree;
	struct arena arena; /* of one triple */
	char file[POLICIES][NODE_PATH_MAX], said[NODE_PATH_MAX];
	struct setting *setting[POLICIES];
	const struct blob *blob[POLICIES];
	unsigned long reflexive, transitive, antisymmetric, more; /* broken */
	unsigned long launched, pairs, chains, equals;
};

static _Noreturn void
bail(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
write_policy(struct harness *h, unsigned which)
{
	struct sources sources = {0};
	struct diags diags = {.arena = &h->arena, .sources = &sources};
	struct blob *b = ARENA_NEW(&h->arena, struct blob);
	const uint8_t *bytes;
	const char *why;
	uint32_t size;
	int fd;

	if (!blob_write(
		&h->setting[which]->model, &h->arena, &diags, &bytes, &size) ||
	    !blob_open(b, bytes, size, &why))
		bail("the policy cannot be written");
	h->blob[which] = b;
	unlink(h->file[which]);
	fd =
	    open(h->file[which], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size ||
	    fchmod(fd, 0644) != 0 || close(fd) != 0)
		bail(h->file[which]);
}

/* Is it launched, within that one if there is one? */
static bool
launches(const struct harness *h, const struct setting *s, unsigned which,
    const char *within)
{
	const pid_t pid = fork();
	int status;

	if (pid < 0)
		bail("fork");
	if (pid == 0) {
		const int null = open("/dev/null", O_RDWR);
		const int said = open(
		    h->said, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		if (null < 0 || said < 0 || dup2(null, 0) < 0 ||
		    dup2(null, 1) < 0 || dup2(said, 2) < 0)
			_exit(1);
		setting_launch(s, h->load, h->file[which], within, h->agent);
		_exit(1);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
	    (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != LAUNCH_FAILED))
		bail("the loader ended otherwise");
	return WEXITSTATUS(status) == 0;
}

/*
 * A base is one that starts when the user consents: nobody is asked for its
 * sake.
 */
static bool
is_base(const struct harness *h, unsigned which)
{
	struct setting s = *h->setting[which];

	s.consent = true;
	return launches(h, &s, which, NULL);
}

static struct decider *
decider(struct harness *h, unsigned which)
{
	static const struct decide_world world = {NULL, tree_look};
	struct decide_env env;

	setting_env(h->setting[which], &h->arena, h->abi, &env);
	env.world = &world;
	return decide_open(&h->arena, h->blob[which], &env);
}

/* Something in the tree that only the second permits. */
static const char *
only(struct harness *h, unsigned base, unsigned policy)
{
	const struct decider *d[2] = {decider(h, base), decider(h, policy)};

	for (unsigned i = 0; i < h->tree.n; i++) {
		const struct node *n = &h->tree.nodes[i];
		const struct decide_object o = {
		    .path = {text_of(n->path + 1), BLOB_ROOT_SLASH},
		    .kind =
			n->type == DECIDE_DIR ? DECIDE_DIRECTORY : DECIDE_FILE,
		    .id = n->id};
		const uint64_t was = decide_rights(d[0], &o, NULL, NULL) |
				     ~decide_handled_fs(d[0]);
		uint64_t is = decide_rights(d[1], &o, NULL, NULL) |
			      ~decide_handled_fs(d[1]);

		if (n->type != DECIDE_DIR)
			is &= BLOB_FS_FILE;
		if (n->type != DECIDE_SYMLINK && (is & BLOB_FS_ALL & ~was) != 0)
			return n->path;
	}
	return NULL;
}

/* Why it is not, in the loader's words. */
static void
show_refusal(const struct harness *h, unsigned base, unsigned policy)
{
	char line[1024];
	FILE *f;

	(void)launches(h, h->setting[policy], policy, h->file[base]);
	f = fopen(h->said, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		printf("# %c within %c: %s", 'A' + (int)policy, 'A' + (int)base,
		    line);
	if (f != NULL)
		fclose(f);
}

static void
show(const struct harness *h)
{
	for (unsigned r = 1; r < BLOB_ROOTS; r++)
		printf("# root %u: %s\n", r, h->setting[0]->given[r]);
	for (unsigned i = 0; i < h->tree.n; i++) {
		char target[NODE_PATH_MAX] = "";
		const ssize_t n =
		    readlink(h->tree.nodes[i].path, target, sizeof(target) - 1);

		printf("# %u %s%s%s\n", (unsigned)h->tree.nodes[i].type,
		    h->tree.nodes[i].path, n < 0 ? "" : " -> ",
		    n < 0 ? "" : target);
	}
	for (unsigned k = 0; k < POLICIES; k++) {
		printf("# policy %c, consent %d:\n", 'A' + (int)k,
		    h->setting[k]->consent);
		fflush(stdout);
		blob_dump(h->blob[k], false, stdout);
	}
}

static void
judge(struct harness *h)
{
	bool alone[POLICIES], in[POLICIES][POLICIES] = {{false}};

	for (unsigned k = 0; k < POLICIES; k++)
		alone[k] = is_base(h, k) && launches(h, h->setting[k], k, NULL);
	for (unsigned i = 0; i < POLICIES; i++)
		for (unsigned k = 0; k < POLICIES; k++) {
			const char *more;

			in[i][k] = launches(h, h->setting[k], k, h->file[i]);
			h->pairs += in[i][k] && i != k;
			more = in[i][k] ? only(h, i, k) : NULL;
			if (more != NULL)
				printf("# %c within %c: more on %s\n",
				    'A' + (int)k, 'A' + (int)i, more);
			h->more += more != NULL;
		}
	for (unsigned k = 0; k < POLICIES; k++) {
		h->launched += alone[k];
		h->reflexive += alone[k] != in[k][k];
		if (alone[k] && !in[k][k])
			show_refusal(h, k, k);
	}
	h->chains += in[0][1] && in[1][2];
	for (unsigned i = 0; i < POLICIES; i++)
		for (unsigned k = 0; k < POLICIES; k++)
			for (unsigned l = 0; l < POLICIES; l++)
				if (in[i][k] && in[k][l] && !in[i][l]) {
					h->transitive++;
					show_refusal(h, i, l);
				}
	for (unsigned k = 1; k < POLICIES; k++)
		if (in[0][k] && in[k][0]) {
			h->equals++;
			h->antisymmetric +=
			    only(h, 0, k) != NULL || only(h, k, 0) != NULL;
		}
}

static bool
is_broken(const struct harness *h)
{
	return h->reflexive + h->transitive + h->antisymmetric + h->more > 0;
}

/* No links, hard ones neither, so that all that is there has one name. */
static void
drop_links(struct tree *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < t->n; i++) {
		bool again = t->nodes[i].type == DECIDE_SYMLINK;

		for (unsigned k = 0; k < n && t->nodes[i].id != 0; k++)
			again = again || t->nodes[k].id == t->nodes[i].id;
		if (again)
			unlink(t->nodes[i].path);
		else
			t->nodes[n++] = t->nodes[i];
	}
	t->n = n;
}

static void
one_triple(struct harness *h)
{
	for (unsigned k = 0; k < POLICIES; k++) {
		h->setting[k] = ARENA_NEW(&h->arena, struct setting);
		if (k == 0)
			setting_make(h->setting[k], &h->arena, &h->seed,
			    &h->tree, h->agent, h->abi);
		else
			setting_narrow(h->setting[k], h->setting[k - 1],
			    &h->arena, &h->seed, &h->tree);
		write_policy(h, k);
	}
	judge(h);
	if (is_broken(h))
		show(h);
	arena_release(&h->arena);
}

static void
ok(unsigned number, bool good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", number, what);
}

int
main(int argc, char **argv)
{
	static struct harness h;
	unsigned long triples, n = 0;
	long abi;

	if (argc < 6) {
		printf("Bail out! usage: laws LOADER AGENT DIRECTORY SEED "
		       "TRIPLES\n");
		return 2;
	}
	h.load = argv[1];
	h.agent = argv[2];
	h.tree.base = argv[3];
	h.seed = (uint32_t)strtoul(argv[4], NULL, 0);
	triples = strtoul(argv[5], NULL, 0);
	abi = syscall(444, NULL, 0, 1); /* landlock_create_ruleset(2) */
	if (abi < 1) {
		printf("1..0 # SKIP no Landlock\n");
		return 0;
	}
	h.abi = abi > BLOB_ABI_NEWEST ? BLOB_ABI_NEWEST : (unsigned)abi;
	for (unsigned k = 0; k < POLICIES; k++)
		snprintf(h.file[k], NODE_PATH_MAX, "%s/policy-%c", argv[3],
		    'a' + (int)k);
	snprintf(h.said, NODE_PATH_MAX, "%s/said", argv[3]);
	umask(0);
	for (; n < triples && !is_broken(&h); n++) {
		if (n % PER_TREE == 0) {
			tree_make(&h.tree, &h.seed);
			drop_links(&h.tree);
		}
		one_triple(&h);
	}
	tree_drop(&h.tree);
	printf("# %lu triples, %lu launched, %lu pairs within, %lu chains, %lu "
	       "within each other\n",
	    n, h.launched, h.pairs, h.chains, h.equals);
	ok(1, h.reflexive == 0, "a policy is within itself where it starts");
	ok(2, h.transitive == 0, "within within is within");
	ok(3, h.antisymmetric == 0, "within each other is the same");
	ok(4, h.more == 0, "what is within permits no more");
	/* Or there would have been nothing to hold to the laws. */
	ok(5, h.chains >= triples / 40 && h.equals >= triples / 40,
	    "there are enough of them");
	printf("1..5\n");
	return is_broken(&h);
}
