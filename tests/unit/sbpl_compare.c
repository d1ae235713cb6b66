#include <config.h>

#include "compiler/seatbelt/sbpl_file.h"
#include "tests/tap.h"
#include "tests/unit/sbpl_text.h"

/*
 * What sbpl_compare says of random pairs of small texts, as if they were of
 * profiles: what is permitted now at one of a few hundred paths and was not
 * must be among what it says is gained, or may be; and what it says is gained
 * must be so at its path.
 */
static const enum sbpl_op ops[] = {SBPL_OP_FILE_READ_DATA,
    SBPL_OP_FILE_READ_METADATA, SBPL_OP_FILE_WRITE_DATA,
    SBPL_OP_FILE_WRITE_CREATE, SBPL_OP_FILE_WRITE_UNLINK,
    SBPL_OP_PROCESS_EXEC_ANY, SBPL_OP_FILE_IOCTL};

/* The second text: the first with a line of another in it, or in place of one.
 */
static void
changed_text(const char *one, char *to)
{
	char other[TEXT_MAX], *line;
	const char *at = one;
	unsigned keep = 2 + random_below(&seed, 4), n = 0;

	random_text(other);
	line = strchr(strchr(other, '\n') + 1, '\n') + 1;
	*(strchr(line, '\n') + 1) = '\0';
	to[0] = '\0';
	for (; *at != '\0'; n++) {
		const char *end = strchr(at, '\n') + 1;

		if (n == keep)
			strcat(to, line);
		if (n != keep || random_below(&seed, 2) == 0)
			strncat(to, at, (size_t)(end - at));
		at = end;
	}
	if (n <= keep)
		strcat(to, line);
}

static enum sbpl_verdict
ask(struct sbpl_file *f, enum sbpl_op op, struct text path)
{
	const struct sbpl_request q =
	    sbpl_request_about(op, SBPL_FACT_PATH, path);
	struct sbpl_answer answer;

	sbpl_decide(f->tree, &q, &answer);
	return answer.verdict;
}

static bool
gains(struct loaded *l, struct text path)
{
	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (ask(&l->files[1], ops[i], path) == SBPL_ALLOW &&
		    ask(&l->files[0], ops[i], path) != SBPL_ALLOW)
			return true;
	return false;
}

struct counts {
	unsigned long pairs, gained, unsure, none, wrong;
};

static void
complain(struct counts *n, const char *what, const char *const texts[2])
{
	if (n->wrong++ < 3)
		printf("# %s:\n# %s\n# %s\n", what, texts[0], texts[1]);
}

static void
one_pair(struct counts *n)
{
	char one[TEXT_MAX], two[TEXT_MAX * 2];
	const char *const texts[2] = {one, two};
	struct sbpl_difference d;
	struct report r = {0};
	struct loaded l;
	bool unsure = false, gained = false;

	random_text(one);
	changed_text(one, two);
	if (!load(&l, texts, NULL, 0)) {
		complain(n, "not loaded", texts);
		unload(&l);
		return;
	}
	n->pairs++;
	for (unsigned i = 0; i < 2; i++) {
		l.files[i].compiled = true;
		l.files[i].profile = TEXT("p.json");
	}
	r.arena = &l.arena;
	sbpl_compare(&r, &l.files[0], &l.files[1], TEXT("p"), &d);
	for (uint32_t i = 0; i < r.findings.n; i++) {
		const struct finding *f = r.findings.v[i];

		unsure = unsure || sbpl_may_permit(f);
		if (f->sign == '+' && strcmp(f->rule, "seatbelt-gained") == 0 &&
		    f->region.len > 0 && f->region.s[0] != 'o' &&
		    !gains(&l, f->region))
			complain(n, f->message.s, texts);
	}
	for (uint32_t i = 0; i < path_n && !gained; i++)
		gained =
		    is_named(paths[i], texts) && gains(&l, text_of(paths[i]));
	if (gained && d.gained == 0 && !unsure)
		complain(n, "more is permitted", texts);
	n->gained += d.gained > 0;
	n->unsure += d.gained == 0 && unsure;
	n->none += d.gained == 0 && !unsure;
	unload(&l);
}

int
main(void)
{
	const char *pairs = getenv("NONO_COMPARED");
	const unsigned long max =
	    pairs == NULL ? 3000 : strtoul(pairs, NULL, 10);
	struct counts n = {0};

	fill_paths();
	while (n.pairs < max && n.wrong < 100)
		one_pair(&n);
	printf("# %lu pairs: %lu permit more, %lu may, %lu do not\n", n.pairs,
	    n.gained, n.unsure, n.none);
	IS_INT(n.wrong, 0);
	OK(n.gained > 0 && n.unsure > 0 && n.none > 0);
	return tap_end();
}
