#include <config.h>

#include "compiler/read/node.h"

#include "tests/unit/random.h"
#include "tests/unit/reading.h"

/*
 * Where each character of a string stands in its file: random strings in each
 * style that JSON and YAML have, written by something that remembers where it
 * put them.  Raw rules rest on it, whose mistakes are shown in place.
 */
enum { CHARS = 40, SPOTS = CHARS + 4, FILES = 4000 };

enum style {
	JSON,
	YAML_DOUBLE,
	YAML_SINGLE,
	YAML_PLAIN,
	YAML_LITERAL,
	YAML_FOLDED,
	STYLES,
};

static const char *const style_names[] = {"JSON", "double quotes",
    "single quotes", "plain", "literal block", "folded block"};

/* One character: what it means, and the bytes begin..end of the file. */
struct spot {
	char bytes[5];
	uint32_t begin, end;
};

struct written {
	char file[8192];
	uint32_t n;
	struct spot spots[SPOTS];
	uint32_t spot_n;
	uint32_t indent;
};

static uint32_t seed;

static unsigned
below(unsigned n)
{
	return random_below(&seed, n);
}

static void
put(struct written *w, const char *s)
{
	size_t n = strlen(s);

	memcpy(w->file + w->n, s, n);
	w->n += (uint32_t)n;
}

static void
spot(struct written *w, const char *means, const char *written)
{
	struct spot *s = &w->spots[w->spot_n++];

	(void)snprintf(s->bytes, sizeof(s->bytes), "%s", means);
	s->begin = w->n;
	put(w, written);
	s->end = w->n;
}

static const struct {
	const char *bytes, *json, *yaml; /* escaped */
} odd[] = {
    {"\xc3\xa9", "\\u00e9", "\\xe9"},
    {"\xe2\x82\xac", "\\u20AC", "\\u20ac"},
    {"\xf0\x9f\x98\x80", "\\ud83d\\uDE00", "\\U0001F600"},
    {"\"", "\\\"", "\\\""},
    {"\\", "\\\\", "\\\\"},
    {"/", "\\/", "\\/"},
    {"(", "\\u0028", "\\x28"},
    {"\t", "\\t", "\\t"},
    {"\n", "\\n", "\\n"},
    {"A", "\\u0041", "\\u0041"},
    {"\xc2\xa0", "\\u00A0", "\\_"},
};

static const char *const usual[] = {"a", "b", "(", ")", "$", "'", "^", "/", "z",
    "\xc3\xa9", "\xf0\x9f\x98\x80", "\xe2\x82\xac"};

/* A line break that means one blank, or one newline if another follows. */
static void
fold(struct written *w)
{
	bool crlf = below(4) == 0;
	struct spot *s = &w->spots[w->spot_n++];

	(void)snprintf(s->bytes, sizeof(s->bytes), " ");
	s->begin = w->n;
	put(w, crlf ? "\r\n" : "\n");
	for (uint32_t i = 0; i < w->indent; i++)
		put(w, " ");
	s->end = w->n;
}

static void
quoted(struct written *w, enum style style)
{
	const char *quote = style == YAML_SINGLE ? "'" : "\"";
	bool blank = true; /* no fold beside a blank or an end */

	put(w, quote);
	while (w->spot_n + 1 < CHARS) {
		unsigned k = below(8);
		size_t o = below(ARRAY_LEN(odd));
		const char *u = usual[below(ARRAY_LEN(usual))];

		if (k == 0 && style != YAML_SINGLE) {
			spot(w, odd[o].bytes,
			    style == JSON ? odd[o].json : odd[o].yaml);
			blank = false;
		} else if (k == 1 && !blank) {
			spot(w, " ", " ");
			blank = true;
			continue;
		} else if (k == 2 && style != JSON && !blank) {
			fold(w);
			spot(w, "x", "x");
			blank = false;
		} else if (k == 3 && style == YAML_DOUBLE && !blank) {
			put(w, "\\\n    ");
			spot(w, "y", "y");
		} else {
			spot(w, u,
			    style == YAML_SINGLE && *u == '\'' ? "''" : u);
			blank = false;
		}
	}
	spot(w, "e", "e");
	put(w, quote);
	put(w, "\n");
}

static void
plain(struct written *w)
{
	spot(w, "/", "/");
	while (w->spot_n + 2 < CHARS) {
		const char *u;

		if (below(8) == 0)
			spot(w, " ", " ");
		u = usual[below(ARRAY_LEN(usual))];
		spot(w, u, u);
	}
	put(w, "\n");
}

static void
block(struct written *w, enum style style)
{
	bool folded = style == YAML_FOLDED;
	bool explicit = below(3) == 0;
	bool first = true;

	w->indent = 1 + below(4);
	put(w, folded ? ">" : "|");
	if (explicit) {
		char digit[2] = {(char)('0' + w->indent), '\0'};

		put(w, digit);
	}
	put(w, "-\n");
	for (uint32_t i = 0; i < w->indent; i++)
		put(w, " ");
	/* With a digit even the first line may begin with blanks. */
	if (explicit && !folded)
		spot(w, " ", " ");
	while (w->spot_n + 4 < CHARS) {
		if (!first && below(6) == 0) {
			if (folded) {
				fold(w);
			} else {
				spot(w, "\n", "\n");
				if (below(3) == 0)
					spot(w, "\n", "\n");
				for (uint32_t i = 0; i < w->indent; i++)
					put(w, " ");
				w->spots[w->spot_n - 1].end = w->n;
				if (below(3) == 0)
					spot(w, " ", " ");
			}
			spot(w, "c", "c");
		} else {
			const char *u = usual[below(ARRAY_LEN(usual))];

			spot(w, u, u);
		}
		first = false;
	}
	spot(w, "e", "e");
	put(w, "\n");
}

static void
write_one(struct written *w, enum style style)
{
	*w = (struct written){.indent = 1 + below(4)};
	switch (style) {
	case JSON:
	case YAML_DOUBLE:
	case YAML_SINGLE:
		quoted(w, style);
		return;
	case YAML_PLAIN:
		plain(w);
		return;
	case YAML_LITERAL:
	case YAML_FOLDED:
		block(w, style);
		return;
	case STYLES:
		return;
	}
}

/* The string is what was meant, and each character is where it was put. */
static bool
holds(const struct written *w, enum style style)
{
	struct reading r;
	uint32_t at = 0;
	bool good;

	reading_begin(&r, style == JSON ? "a.json" : "a.yaml",
	    (struct text){w->file, w->n});
	good = r.root != NULL && r.root->kind == NODE_STRING;
	for (uint32_t i = 0; good && i < w->spot_n; i++) {
		const struct spot *s = &w->spots[i];
		uint32_t n = (uint32_t)strlen(s->bytes);
		struct span span;

		good = at + n <= r.root->string.len &&
		       memcmp(r.root->string.s + at, s->bytes, n) == 0;
		if (!good) {
			printf("# character %u is not as it was meant\n", i);
			break;
		}
		span = node_string_span(&r.sources, r.root, at, at + n);
		/* Of blanks and newlines only those around them matter. */
		good = s->bytes[0] == '\n' ||
		       (span.begin == s->begin &&
			   (span.end == s->end || s->bytes[0] == ' '));
		if (!good)
			printf("# character %u: %u-%u, not %u-%u\n", i,
			    span.begin, span.end, s->begin, s->end);
		at += n;
	}
	good = good && at == r.root->string.len;
	if (!good)
		printf("# %s: %.*s# %s\n", style_names[style], (int)w->n,
		    w->file, r.printed);
	reading_end(&r);
	return good;
}

int
main(int argc, char **argv)
{
	unsigned long files = argc > 1 ? strtoul(argv[1], NULL, 10) : FILES;

	seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 20261126;
	for (enum style style = 0; style < STYLES; style++) {
		bool good = true;

		for (unsigned long i = 0; i < files && good; i++) {
			struct written w;

			write_one(&w, style);
			good = holds(&w, style);
		}
		OK(good);
	}
	return tap_end();
}
