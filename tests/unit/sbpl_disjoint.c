#include <config.h>

#include "compiler/seatbelt/sbpl_disjoint.h"
#include "tests/tap.h"
#include "tests/unit/sbpl_text.h"

/*
 * Random pairs of small Seatbelt texts.  What sbpl_disjoint says of all paths
 * is held to asking about each of a few hundred; what it says of some path, to
 * asking about that one; and where it finds nothing, there must be nothing
 * either where the roots are placed.
 */
static const enum sbpl_op change_ops[] = {SBPL_OP_FILE_WRITE_DATA,
    SBPL_OP_FILE_WRITE_CREATE, SBPL_OP_FILE_WRITE_UNLINK,
    SBPL_OP_FILE_WRITE_MODE, SBPL_OP_FILE_MKNOD};
static const enum sbpl_op use_ops[] = {
    SBPL_OP_FILE_READ_DATA, SBPL_OP_FILE_READ_XATTR, SBPL_OP_PROCESS_EXEC_ANY};

static enum sbpl_verdict
most(struct sbpl_file *f, const enum sbpl_op *ops, size_t n, struct text path)
{
	enum sbpl_verdict most = SBPL_DENY;

	for (size_t i = 0; i < n; i++) {
		const struct sbpl_request q =
		    sbpl_request_about(ops[i], SBPL_FACT_PATH, path);
		struct sbpl_answer answer;

		sbpl_decide(f->tree, &q, &answer);
		if (answer.verdict == SBPL_ALLOW)
			return SBPL_ALLOW;
		if (answer.verdict == SBPL_UNKNOWN)
			most = SBPL_UNKNOWN;
	}
	return most;
}

/* Bits: 1 they may meet there, 2 they do. */
static unsigned
meet_at(struct loaded *l, struct text path)
{
	unsigned meet = 0;

	for (unsigned i = 0; i < 2; i++) {
		const enum sbpl_verdict change =
		    most(&l->files[i], change_ops, ARRAY_LEN(change_ops), path);
		enum sbpl_verdict use =
		    most(&l->files[!i], use_ops, ARRAY_LEN(use_ops), path);

		if (use != SBPL_ALLOW) {
			const enum sbpl_verdict also = most(&l->files[!i],
			    change_ops, ARRAY_LEN(change_ops), path);

			use = also == SBPL_DENY ? use : also;
		}
		if (change == SBPL_DENY || use == SBPL_DENY)
			continue;
		meet |= change == SBPL_ALLOW && use == SBPL_ALLOW ? 3 : 1;
	}
	return meet;
}

static unsigned
meet_anywhere(struct loaded *l, const char *const texts[2])
{
	unsigned meet = 0;

	for (uint32_t i = 0; i < path_n; i++)
		if (is_named(paths[i], texts))
			meet |= meet_at(l, text_of(paths[i]));
	return meet;
}

static bool
leave_none_out(const void *of, struct text path, bool in_lower)
{
	(void)of, (void)path, (void)in_lower;
	return false;
}

struct counts {
	unsigned long pairs, sure, doubt, placed, none, wrong;
};

static void
complain(struct counts *n, const char *what, const char *const texts[2])
{
	if (n->wrong++ < 3)
		printf("# %s:\n# %s\n# %s\n", what, texts[0], texts[1]);
}

/* Nothing was found: then there is nothing wherever the roots lie. */
static void
check_placed(struct counts *n, const char *const texts[2])
{
	static const char *const homes[] = {
	    "/Users/a", "/private/tmp/b", "/Users/ab"};
	static const char *const dirs[] = {
	    "/a", "/a/b", "/Users/a/b", "/b", "/Users/a"};
	const struct sbpl_param params[] = {
	    {TEXT("HOME"), text_of(ONE_OF(homes))},
	    {TEXT("CWD"), text_of(ONE_OF(dirs))},
	};
	struct loaded l;

	if (load(&l, texts, params, ARRAY_LEN(params)) &&
	    (meet_anywhere(&l, texts) & 2) != 0)
		complain(n, "they meet where the roots lie", texts);
	unload(&l);
}

static void
one_pair(struct counts *n)
{
	char one[TEXT_MAX], two[TEXT_MAX];
	const char *const texts[2] = {one, two};
	struct sbpl_meetings m;
	struct sbpl_paths all;
	struct sbpl_disjoint d = {.paths = &all, .leave_out = leave_none_out};
	struct loaded l;
	unsigned meet;

	random_text(one);
	random_text(two);
	if (!load(&l, texts, NULL, 0)) {
		complain(n, "not loaded", texts);
		return;
	}
	n->pairs++;
	d.files[0] = &l.files[0];
	d.files[1] = &l.files[1];
	sbpl_paths_init(&all, &l.arena, SBPL_ALL_PATHS);
	sbpl_disjoint(&d, &m);
	meet = meet_anywhere(&l, texts);
	if (!m.complete)
		complain(n, "not complete", texts);
	if ((meet & 2) != 0 && m.sure.n == 0)
		complain(n, "they meet", texts);
	if (meet == 1 && m.sure.n == 0 && m.doubt.path.s == NULL)
		complain(n, "they may meet", texts);
	for (uint32_t i = 0; i < m.sure.n; i++)
		if ((meet_at(&l, m.sure.v[i].path) & 2) == 0)
			complain(n, "they do not meet there", texts);
	n->sure += m.sure.n > 0;
	n->doubt += m.sure.n == 0 && m.doubt.path.s != NULL;
	n->placed +=
	    m.sure.n == 0 && m.doubt.path.s == NULL && m.placed.path.s != NULL;
	unload(&l);
	if (m.sure.n > 0 || m.doubt.path.s != NULL || m.root.s != NULL)
		return;
	n->none++;
	check_placed(n, texts);
}

int
main(void)
{
	const char *pairs = getenv("NONO_DISJOINTS");
	const unsigned long max =
	    pairs == NULL ? 6000 : strtoul(pairs, NULL, 10);
	struct counts n = {0};

	fill_paths();
	while (n.pairs < max && n.wrong < 100)
		one_pair(&n);
	printf("# %lu pairs: %lu meet, %lu may, %lu as roots lie, %lu do not\n",
	    n.pairs, n.sure, n.doubt, n.placed, n.none);
	IS_INT(n.wrong, 0);
	OK(n.sure > 0 && n.doubt > 0 && n.placed > 0 && n.none > 0);
	return tap_end();
}
