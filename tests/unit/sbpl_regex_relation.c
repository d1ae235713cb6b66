#include <config.h>

#include <regex.h>
#include <stdlib.h>

#include "compiler/sbpl/sbpl_judge.h"
#include "compiler/sbpl/sbpl_regex_relation.h"
#include "tests/tap.h"
#include "tests/unit/random.h"

/*
 * Random pairs of small expressions against brute force: all texts of up to
 * LENGTH letters, as libc's matcher has them.  What is said to hold of all
 * texts must hold of these; and for what is said not to hold there must be a
 * text that shows it, to libc, too.
 */
enum { LETTERS = 4, LENGTH = 5, PATTERNS = 1500, TEXTS = 1364 };

static uint32_t seed = 4711;

struct sample {
	char pattern[64];
	regex_t compiled;
	uint64_t matches[TEXTS / 64 + 1];
};

static char texts[TEXTS][LENGTH + 1];

static void
fill_texts(void)
{
	static const char letters[] = "ab/.";
	uint32_t n = 0, before = 0;

	for (unsigned c = 0; c < LETTERS; c++)
		texts[n++][0] = letters[c];
	for (unsigned length = 1; length < LENGTH; length++) {
		const uint32_t end = n;

		for (; before < end; before++)
			for (unsigned c = 0; c < LETTERS; c++) {
				memcpy(texts[n], texts[before], length);
				texts[n++][length] = letters[c];
			}
	}
}

static void
put(char *to, const char *what)
{
	strcat(to, what);
}

static void random_branches(char *to, unsigned depth);

static void
random_atom(char *to, unsigned depth)
{
	static const char *const atoms[] = {"a", "b", "/", "a", "/", ".", "\\.",
	    "[ab]", "[^/]", "[^a]", "[a-b]", "[.-/]", "[b-]", "\\/"};
	static const char *const repeats[] = {"*", "+", "?"};

	if (depth > 0 && random_below(&seed, 4) == 0) {
		put(to, "(");
		random_branches(to, depth - 1);
		put(to, ")");
	} else {
		put(to, atoms[random_below(&seed, ARRAY_LEN(atoms))]);
	}
	if (random_below(&seed, 3) == 0)
		put(to, repeats[random_below(&seed, ARRAY_LEN(repeats))]);
}

static void
random_branch(char *to, unsigned depth)
{
	if (random_below(&seed, 2) == 0)
		put(to, "^");
	for (unsigned n = 1 + random_below(&seed, 3); n > 0; n--)
		random_atom(to, depth);
	if (random_below(&seed, 2) == 0)
		put(to, "$");
}

static void
random_branches(char *to, unsigned depth)
{
	random_branch(to, depth);
	while (random_below(&seed, 4) == 0) {
		put(to, "|");
		random_branch(to, depth);
	}
}

static bool
random_sample(struct sample *s)
{
	char pattern[512] = "";

	random_branches(pattern, 2);
	if (strlen(pattern) >= sizeof(s->pattern) ||
	    !sbpl_regex_is_common(text_of(pattern)))
		return false;
	memset(s, 0, sizeof(*s));
	strcpy(s->pattern, pattern);
	if (regcomp(&s->compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	for (uint32_t i = 0; i < TEXTS; i++)
		if (regexec(&s->compiled, texts[i], 0, NULL, 0) == 0)
			s->matches[i / 64] |= UINT64_C(1) << i % 64;
	return true;
}

static bool
fits(const struct sample *s, struct text t)
{
	return regexec(&s->compiled, t.s, 0, NULL, 0) == 0;
}

static bool
shows(const struct sample *a, const struct sample *b, struct text t, bool first,
    bool second)
{
	return t.s == NULL || (fits(a, t) == first && fits(b, t) == second);
}

struct counts {
	unsigned long pairs, by[SBPL_UNTOLD + 1], wrong;
};

static void
compare(const struct sample *a, const struct sample *b, struct counts *n)
{
	struct arena arena = {0};
	struct sbpl_relation_witness w = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
	const enum sbpl_relation r = sbpl_regex_relation(&arena,
	    text_of(a->pattern), text_of(b->pattern), SBPL_ALL_NAMES, &w);
	uint64_t both = 0, first = 0, second = 0;
	bool good;

	for (unsigned i = 0; i < ARRAY_LEN(a->matches); i++) {
		both |= a->matches[i] & b->matches[i];
		first |= a->matches[i] & ~b->matches[i];
		second |= b->matches[i] & ~a->matches[i];
	}
	n->pairs++;
	n->by[r]++;
	/* What the short texts show it has found; what it found is so. */
	good = r != SBPL_UNTOLD && (both == 0 || w.both.s != NULL) &&
	       (first == 0 || w.first.s != NULL) &&
	       (second == 0 || w.second.s != NULL) &&
	       shows(a, b, w.both, true, true) &&
	       shows(a, b, w.first, true, false) &&
	       shows(a, b, w.second, false, true);
	if (!good && n->wrong++ < 5)
		printf("# %s and %s: %d (%.*s, %.*s, %.*s)\n", a->pattern,
		    b->pattern, r, (int)w.both.len, w.both.s, (int)w.first.len,
		    w.first.s, (int)w.second.len, w.second.s);
	arena_release(&arena);
}

static void
random_pairs(unsigned long pairs)
{
	struct sample *samples = calloc(PATTERNS, sizeof(*samples));
	struct counts n = {0};

	for (uint32_t i = 0; i < PATTERNS;)
		i += random_sample(&samples[i]);
	while (n.pairs < pairs)
		compare(&samples[random_below(&seed, PATTERNS)],
		    &samples[random_below(&seed, PATTERNS)], &n);
	printf("# %lu pairs: %lu same, %lu within, %lu hold, %lu overlap, "
	       "%lu apart, %lu untold\n",
	    n.pairs, n.by[SBPL_SAME], n.by[SBPL_WITHIN], n.by[SBPL_HOLDS],
	    n.by[SBPL_OVERLAP], n.by[SBPL_APART], n.by[SBPL_UNTOLD]);
	IS_INT(n.wrong, 0);
	OK(n.by[SBPL_SAME] > 0 && n.by[SBPL_WITHIN] > 0 &&
	    n.by[SBPL_HOLDS] > 0 && n.by[SBPL_OVERLAP] > 0 &&
	    n.by[SBPL_APART] > 0);
	for (uint32_t i = 0; i < PATTERNS; i++)
		regfree(&samples[i].compiled);
	free(samples);
}

static void
is(const char *first, const char *second, enum sbpl_universe universe,
    enum sbpl_relation want)
{
	struct arena arena = {0};
	struct sbpl_relation_witness w;
	char shown[256];

	(void)snprintf(shown, sizeof(shown), "%s and %s", first, second);
	if (!tap_point(sbpl_regex_relation(&arena, text_of(first),
			   text_of(second), universe, &w) == want,
		shown, __FILE__, __LINE__))
		printf("# want %d\n", want);
	arena_release(&arena);
}

static void
meets(const char *pattern, const char *path, bool tree, bool want)
{
	struct arena arena = {0};
	char shown[256];

	(void)snprintf(shown, sizeof(shown), "%s %s %s", pattern,
	    tree ? "below" : "at", path);
	tap_point(sbpl_regex_meets(
		      &arena, text_of(pattern), text_of(path), tree) == want,
	    shown, __FILE__, __LINE__);
	arena_release(&arena);
}

int
main(void)
{
	const char *pairs = getenv("NONO_REGEX_PAIRS");

	is("^/a$", "^/a$", SBPL_ALL_PATHS, SBPL_SAME);
	is("^/[ab]$", "^/(b|a)$", SBPL_ALL_PATHS, SBPL_SAME);
	is("^/a[0-9]$", "^/a[0-9]+$", SBPL_ALL_PATHS, SBPL_WITHIN);
	is("^/a(/|$)", "^/a/", SBPL_ALL_PATHS, SBPL_HOLDS);
	is("^/a$", "^/b$", SBPL_ALL_PATHS, SBPL_APART);
	is("^/a", "b$", SBPL_ALL_PATHS, SBPL_OVERLAP);
	/* As texts they differ, as paths they do not. */
	is("^/a", "^/+a", SBPL_ALL_NAMES, SBPL_WITHIN);
	is("^/a", "^/+a", SBPL_ALL_PATHS, SBPL_SAME);
	is("^/a/\\.\\./", "^/b$", SBPL_ALL_PATHS, SBPL_WITHIN);
	is("^a", "^b", SBPL_ALL_PATHS, SBPL_SAME);
	/* A byte beyond ASCII is any other. */
	is("^/\xc3\xa9$", "^/..$", SBPL_ALL_PATHS, SBPL_WITHIN);
	is("^/[^a]$", "^/\xff$", SBPL_ALL_PATHS, SBPL_HOLDS);
	/* What is not modelled. */
	is("^/\\d$", "^/a$", SBPL_ALL_PATHS, SBPL_UNTOLD);
	is("^/a{2}$", "^/a$", SBPL_ALL_PATHS, SBPL_UNTOLD);
	is("^/[z-a]$", "^/a$", SBPL_ALL_PATHS, SBPL_UNTOLD);
	is("^/(a$)*b$", "^/b$", SBPL_ALL_PATHS, SBPL_UNTOLD);
	is("^/((b|^)a)+$", "^/b$", SBPL_ALL_PATHS, SBPL_UNTOLD);
	is("^/a\\<b$", "^/a<b$", SBPL_ALL_PATHS, SBPL_UNTOLD);
	/* One that takes a state for each set of the last 20 bytes. */
	is("a....................$", "b", SBPL_ALL_NAMES, SBPL_UNTOLD);
	meets("^/Users/[^/]+/x$", "/Users/me", true, true);
	meets("^/Users/[^/]+/x$", "/Users/me/y", true, false);
	meets("^/Users/[^/]+/x$", "/Users/me/x/y", true, false);
	meets("^/Users/[^/]+/x$", "/Users/me/x", false, true);
	meets("^/Users/[^/]+/x$", "/Users/me", false, false);
	meets("/x$", "/", true, true);
	meets("^\\$HOME/x$", "$HOME", true, true);
	meets("^\\$HOME/x$", "/Users", true, false);
	fill_texts();
	random_pairs(pairs == NULL ? 20000 : strtoul(pairs, NULL, 10));
	return tap_end();
}
