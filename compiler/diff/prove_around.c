#include <config.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/diff/diff_model.h"
#include "compiler/diff/prove_own.h"

/*
 * A witness is chosen by the decider, and so could be what it happens to be
 * right about.  So all kinds of operations are asked about where something
 * changes, whether they change or not, and the kernel has to say of each what
 * the decider does.
 */
enum where {
	SELF,	/* the place itself */
	DEEP,	/* a directory in it */
	OTHER,	/* another one */
	BESIDE, /* a directory whose name begins as the place's does */
};

static const struct ask {
	enum decide_op op;
	enum decide_type type;
	enum where at, to;
	bool to_exists;
	bool file; /* of a place that is one file */
} asks[] = {
    {DECIDE_LIST, DECIDE_DIR, SELF, SELF, false, false},
    {DECIDE_READ, DECIDE_REGULAR, DEEP, DEEP, false, false},
    {DECIDE_WRITE, DECIDE_REGULAR, DEEP, DEEP, false, false},
    {DECIDE_OVERWRITE, DECIDE_REGULAR, DEEP, DEEP, false, false},
    {DECIDE_TRUNCATE, DECIDE_REGULAR, DEEP, DEEP, false, false},
    {DECIDE_EXECUTE, DECIDE_REGULAR, DEEP, DEEP, false, false},
    {DECIDE_LIST, DECIDE_DIR, DEEP, DEEP, false, false},
    {DECIDE_CREATE, DECIDE_REGULAR, DEEP, DEEP, false, false},
    {DECIDE_WRITE_NEW, DECIDE_REGULAR, DEEP, DEEP, false, false},
    {DECIDE_CREATE, DECIDE_DIR, DEEP, DEEP, false, false},
    {DECIDE_CREATE, DECIDE_SYMLINK, DEEP, DEEP, false, false},
    {DECIDE_CREATE, DECIDE_FIFO, DEEP, DEEP, false, false},
    {DECIDE_CREATE, DECIDE_SOCK, DEEP, DEEP, false, false},
    {DECIDE_REMOVE, DECIDE_REGULAR, DEEP, DEEP, false, false},
    {DECIDE_REMOVE_DIR, DECIDE_DIR, DEEP, DEEP, false, false},
    {DECIDE_RENAME, DECIDE_REGULAR, DEEP, DEEP, false, false},
    {DECIDE_RENAME, DECIDE_REGULAR, DEEP, DEEP, true, false},
    {DECIDE_RENAME, DECIDE_REGULAR, DEEP, OTHER, false, false},
    {DECIDE_RENAME, DECIDE_DIR, DEEP, OTHER, false, false},
    {DECIDE_EXCHANGE, DECIDE_REGULAR, DEEP, OTHER, true, false},
    {DECIDE_LINK, DECIDE_REGULAR, DEEP, OTHER, false, false},
    {DECIDE_RENAME, DECIDE_REGULAR, DEEP, BESIDE, false, false},
    {DECIDE_EXCHANGE, DECIDE_REGULAR, DEEP, BESIDE, true, false},
    {DECIDE_RENAME, DECIDE_REGULAR, BESIDE, DEEP, false, false},
    {DECIDE_RENAME, DECIDE_DIR, BESIDE, DEEP, false, false},
    {DECIDE_EXCHANGE, DECIDE_REGULAR, BESIDE, DEEP, true, false},
    {DECIDE_LINK, DECIDE_REGULAR, BESIDE, DEEP, false, false},
    {DECIDE_READ, DECIDE_REGULAR, BESIDE, DEEP, false, false},
    {DECIDE_WRITE, DECIDE_REGULAR, BESIDE, DEEP, false, false},
    {DECIDE_LIST, DECIDE_DIR, BESIDE, DEEP, false, false},
    {DECIDE_CREATE, DECIDE_REGULAR, BESIDE, DEEP, false, false},
    {DECIDE_READ, DECIDE_REGULAR, SELF, SELF, false, true},
    {DECIDE_WRITE, DECIDE_REGULAR, SELF, SELF, false, true},
    {DECIDE_OVERWRITE, DECIDE_REGULAR, SELF, SELF, false, true},
    {DECIDE_TRUNCATE, DECIDE_REGULAR, SELF, SELF, false, true},
    {DECIDE_EXECUTE, DECIDE_REGULAR, SELF, SELF, false, true},
    {DECIDE_REMOVE, DECIDE_REGULAR, SELF, SELF, false, true},
};
enum { ASKS = sizeof(asks) / sizeof(*asks) };

struct around {
	struct prover *prover;
	struct decide_path at;
	const struct ask *asked[ASKS];
	struct decide_request requests[ASKS];
	uint32_t n;
};

/* A name of its own for each, that no policy speaks of. */
static struct decide_path
path_of(struct around *r, enum where where, const char *name)
{
	static const char *const dirs[] = {
	    "", "/nonoc-deep", "/nonoc-other", "-nonoc"};
	struct text t = arena_printf(&r->prover->compile->arena, "%.*s%s%s%s",
	    (int)r->at.suffix.len, r->at.suffix.s, dirs[where],
	    where == SELF ? "" : "/", where == SELF ? "" : name);

	if (t.len > 0 && t.s[0] == '/')
		t = (struct text){t.s + 1, t.len - 1}; /* a root itself */
	return (struct decide_path){t, r->at.root};
}

static void
choose(struct around *r, bool file)
{
	struct arena *a = &r->prover->compile->arena;

	for (uint32_t i = 0; i < ASKS; i++) {
		const struct ask *k = &asks[i];

		if (k->file != file ||
		    (r->at.suffix.len == 0 &&
			(k->at == BESIDE || k->to == BESIDE)))
			continue;
		r->asked[r->n] = k;
		r->requests[r->n++] = (struct decide_request){
		    .op = k->op,
		    .type = k->type,
		    .path = path_of(r, k->at, arena_printf(a, "%u", i).s),
		    .to = path_of(r, k->to, arena_printf(a, "to-%u", i).s),
		    .to_exists = k->to_exists,
		};
	}
}

static bool
has_two(enum decide_op op)
{
	return op == DECIDE_RENAME || op == DECIDE_EXCHANGE ||
	       op == DECIDE_LINK;
}

static bool
is_there(enum decide_op op)
{
	return op != DECIDE_CREATE && op != DECIDE_WRITE_NEW;
}

/* As it is before each launch. */
static bool
prepare(struct around *r)
{
	const struct prove_tree *t = &r->prover->tree;
	bool good = true;

	for (enum where w = DEEP; w <= BESIDE; w++) {
		struct decide_path dir = path_of(r, w, "");

		dir.suffix.len--; /* the slash */
		dir.suffix = arena_text(t->arena, dir.suffix);
		if (w != BESIDE || r->at.suffix.len > 0)
			prove_tree_clear(prove_place(t, &dir));
	}
	for (uint32_t i = 0; i < r->n; i++) {
		const struct decide_request *q = &r->requests[i];

		good = good && prove_tree_put(t, prove_place(t, &q->path),
				   is_there(q->op), q->type == DECIDE_DIR);
		if (has_two(q->op))
			good = good && prove_tree_put(t, prove_place(t, &q->to),
					   q->to_exists, false);
	}
	return good;
}

/* The errno of each; false: it was not launched, or is not understood. */
static bool
observe(struct around *r, unsigned side, unsigned char ret_errors[ASKS])
{
	struct prover *p = r->prover;
	struct arena *a = &p->compile->arena;
	const struct text out = arena_printf(a, "%s/errors", p->tree.top.s);
	const char **words = ARENA_ARRAY(a, 4 * r->n + 1, const char *);
	ssize_t n = -1;
	int fd;

	for (uint32_t i = 0; i < r->n; i++) {
		const struct decide_request *q = &r->requests[i];

		words[4 * i] = arena_printf(a, "%d", (int)q->op).s;
		words[4 * i + 1] = arena_printf(a, "%d", (int)q->type).s;
		words[4 * i + 2] = prove_place(&p->tree, &q->path).s;
		words[4 * i + 3] = prove_place(&p->tree, &q->to).s;
	}
	words[4 * r->n] = NULL;
	fd = open(out.s, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	if (prover_run(p, (enum prover_side)side, true, words, out.s) == 0)
		n = read(fd, ret_errors, ASKS);
	(void)close(fd);
	return n == (ssize_t)r->n;
}

static const struct decider *
decider(struct prover *p, unsigned side)
{
	struct decide_env env;

	if (p->deciders[side] == NULL) {
		diff_environment(&env, DIFF_ALWAYS);
		env.abi = p->abi;
		p->deciders[side] = decide_open(
		    &p->compile->arena, &p->pair->side[side]->blob, &env);
	}
	return p->deciders[side];
}

static struct text
request_text(struct arena *a, const struct decide_request *q)
{
	const struct witness w = {.request = *q};
	const struct text at = diff_path_text(a, &q->path),
			  to = diff_path_text(a, &q->to);

	if (q->op == DECIDE_OVERWRITE)
		return arena_printf(a, "empty %s", at.s);
	if (q->op == DECIDE_WRITE_NEW)
		return arena_printf(a, "make and write %s", at.s);
	if (has_two(q->op))
		return arena_printf(a, "%s %s to %s",
		    q->op == DECIDE_LINK       ? "link"
		    : q->op == DECIDE_EXCHANGE ? "exchange"
					       : "rename",
		    at.s, to.s);
	return witness_text(a, &w);
}

/* Of a long list that says the same of many places, the first few. */
static bool
is_enough(struct prover *p, const struct diff_change *c)
{
	enum { FEW = 8 };
	struct prover_seen *s;

	for (uint32_t i = 0; i < p->seen.n; i++) {
		s = &p->seen.v[i];
		if (s->root == c->at.root && s->tree == c->tree &&
		    s->file == c->file && s->gained == c->gained)
			return s->n++ >= FEW;
	}
	*VEC_PUSH(&p->compile->arena, &p->seen) =
	    (struct prover_seen){c->at.root, c->tree, c->file, c->gained, 1};
	return false;
}

static enum prove_result
compare(struct around *r, unsigned side, const unsigned char outside[ASKS],
    uint32_t *asked, struct text *ret_words)
{
	struct arena *a = &r->prover->compile->arena;
	unsigned char errors[ASKS];

	if (decide_refused(decider(r->prover, side)).why != DECIDE_LAUNCHES ||
	    !prepare(r) || !observe(r, side, errors))
		return PROVE_UNABLE;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct decide_request *q = &r->requests[i];
		struct decide_answer answer;
		int said;

		if (outside[i] != 0)
			continue;
		++*asked;
		decide_here(decider(r->prover, side), q, &answer);
		said = answer.verdict == DECIDE_DENIED ? answer.error : 0;
		if (said == errors[i])
			continue;
		*ret_words = arena_printf(a, "%s=%s, not %s: %s",
		    side == PROVER_OLD ? "old" : "new",
		    prover_error(a, errors[i]).s, prover_error(a, said).s,
		    request_text(a, q).s);
		return PROVE_DISAGREES;
	}
	return PROVE_AGREES;
}

enum prove_result
prover_look_around(struct prover *p, const struct diff_change *c,
    uint32_t *asked, struct text *ret_words)
{
	struct around r = {.prover = p, .at = c->at};
	enum prove_result result = PROVE_AGREES;
	unsigned char outside[ASKS];
	struct stat st;

	/* Where something may be missing, or lies in another root, is apart. */
	if (c->kind != DIFF_PATH || c->when != DIFF_ALWAYS || c->everywhere)
		return PROVE_UNABLE;
	if (lstat(prove_place(&p->tree, &c->at).s, &st) != 0 ||
	    S_ISDIR(st.st_mode) != (c->tree != 0) || is_enough(p, c))
		return PROVE_UNABLE;
	choose(&r, c->tree == 0);
	/* What fails without a sandbox says nothing about one. */
	if (!prepare(&r) || !observe(&r, PROVER_FREE, outside))
		return PROVE_UNABLE;
	for (unsigned side = PROVER_OLD;
	     side <= PROVER_NEW && result == PROVE_AGREES; side++)
		result = compare(&r, side, outside, asked, ret_words);
	return result;
}
