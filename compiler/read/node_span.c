#include <config.h>

#include "compiler/read/node.h"

#include "compiler/base/utf8.h"

/*
 * Walks the raw text of a string beside its unescaped text, piece by piece:
 * a plain byte, an escape, or a line break with the blanks around it.  No
 * escape is decoded a second time: how many unescaped bytes a piece stands
 * for follows from its form, and where the two texts part (which only a form
 * not foreseen here can bring about) the walk gives up.
 */
struct walk {
	struct text raw;  /* between the quotes */
	struct text text; /* unescaped */
	uint32_t r, t;	  /* how far in either */
	char quote;	  /* '"', '\'', '|' for a block, 0 for plain text */
	uint32_t indent;  /* of a block's lines */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Bytes of the character that a lead byte begins; the text is valid UTF-8. */
static uint32_t
character_length(unsigned char lead)
{
	return lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

static uint32_t
character_at(const struct walk *w)
{
	return character_length((unsigned char)w->text.s[w->t]);
}

static uint32_t
hex_digits(char c)
{
	return c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
}

/*
 * At a line break, after optional blanks: skips it and what belongs to it.
 * It stands for a blank, or for as many newlines as the text has here.
 */
static void
line_break(struct walk *w)
{
	uint32_t newlines = 0;

	while (w->r < w->raw.len) {
		char c = w->raw.s[w->r];

		if (c == '\n')
			newlines++;
		else if (c != '\r' && !is_blank(c))
			break;
		w->r++;
	}
	if (newlines == 1 && w->t < w->text.len && w->text.s[w->t] == ' ') {
		w->t++;
		return;
	}
	while (newlines-- > 0 && w->t < w->text.len && w->text.s[w->t] == '\n')
		w->t++;
}

/* In a block only the indentation goes; further blanks are text. */
static void
block_break(struct walk *w)
{
	uint32_t newlines = 0;

	while (w->r < w->raw.len) {
		char c = w->raw.s[w->r];

		if (c == '\n') {
			newlines++;
			w->r++;
			uint32_t n = 0;

			while (n < w->indent && w->r < w->raw.len &&
			       w->raw.s[w->r] == ' ') {
				w->r++;
				n++;
			}
		} else if (c == '\r') {
			w->r++;
		} else {
			break;
		}
	}
	if (newlines == 1 && w->t < w->text.len && w->text.s[w->t] == ' ') {
		w->t++;
		return;
	}
	while (newlines-- > 0 && w->t < w->text.len && w->text.s[w->t] == '\n')
		w->t++;
}

static bool
backslash(struct walk *w)
{
	if (w->r + 1 >= w->raw.len)
		return false;
	char c = w->raw.s[w->r + 1];

	if (c == '\n' || c == '\r') { /* joins two lines without a blank */
		uint32_t t = w->t;

		w->r++;
		line_break(w);
		w->t = t;
		return true;
	}
	w->r += 2 + hex_digits(c);
	if (w->t >= w->text.len)
		return false;

	uint32_t n = character_at(w);

	/* Beyond the first 65,536 characters JSON writes a pair. */
	if (c == 'u' && n == 4)
		w->r += 6;
	w->t += n;
	return w->r <= w->raw.len && w->t <= w->text.len;
}

/* True when, after some blanks, a line ends at r. */
static bool
ends_line(const struct walk *w)
{
	uint32_t r = w->r;

	while (r < w->raw.len && is_blank(w->raw.s[r]))
		r++;
	return r < w->raw.len && (w->raw.s[r] == '\n' || w->raw.s[r] == '\r');
}

/* One piece; false when the two texts do not agree. */
static bool
step(struct walk *w)
{
	char c = w->raw.s[w->r];

	if (c == '\\' && w->quote == '"')
		return backslash(w);
	if (w->quote == '|' && (c == '\n' || c == '\r')) {
		block_break(w);
		return true;
	}
	if (w->quote != '|' && ends_line(w)) {
		line_break(w);
		return true;
	}
	if (w->t >= w->text.len || w->text.s[w->t] != c)
		return false;
	w->r += c == '\'' && w->quote == '\'' ? 2 : 1;
	w->t++;
	return true;
}

static bool
find(struct walk *w, uint32_t begin, uint32_t end, struct span *at)
{
	bool begun = false;

	while (w->r < w->raw.len) {
		uint32_t piece = w->r;

		if (!step(w))
			return false;
		if (!begun && w->t > begin) {
			begun = true;
			at->begin = at->end = piece;
			if (begin == end)
				return true;
		}
		if (begun && w->t >= end) {
			at->end = w->r;
			return true;
		}
	}
	at->begin = at->end = w->r;
	return begin == end && begin == w->t;
}

/* How far the first line that is not empty stands in. */
static uint32_t
first_indent(struct text raw, uint32_t r)
{
	uint32_t indent = 0;

	while (r < raw.len && strchr("\n\r ", raw.s[r]) != NULL) {
		indent = raw.s[r] == ' ' ? indent + 1 : 0;
		r++;
	}
	return indent;
}

/*
 * The raw text of a block begins with its head, "|" or ">" and what may stand
 * there.  With a digit in it lines may begin with blanks that are text: what
 * the first one has of them is no indentation.
 */
static void
enter_block(struct walk *w)
{
	uint32_t r = 0, t = 0, blanks = 0;

	while (r < w->raw.len && w->raw.s[r] != '\n')
		r++;
	r++;
	while (t < w->text.len && w->text.s[t] == '\n')
		t++;
	while (t < w->text.len && w->text.s[t] == ' ') {
		t++;
		blanks++;
	}
	w->indent = first_indent(w->raw, r);
	w->indent -= blanks < w->indent ? blanks : w->indent;
	w->r = r;
	while (
	    w->r < w->raw.len && w->r < r + w->indent && w->raw.s[w->r] == ' ')
		w->r++;
}

struct span
node_string_span(
    const struct sources *s, const struct node *n, uint32_t begin, uint32_t end)
{
	struct text file = source_get(s, n->at.source)->text;
	uintptr_t base = (uintptr_t)file.s, here = (uintptr_t)n->string.s;
	struct span at = n->at;

	if (n->kind != NODE_STRING || begin > end || end > n->string.len ||
	    at.begin > at.end || at.end > file.len)
		return at;
	if (here >= base && here < base + file.len) { /* nothing unescaped */
		uint32_t offset = (uint32_t)(here - base);

		return (struct span){at.source, offset + begin, offset + end};
	}
	struct walk w = {
	    .raw = {file.s + at.begin, at.end - at.begin},
	    .text = n->string,
	};
	char first = w.raw.len == 0 ? '\0' : w.raw.s[0];
	uint32_t skipped = at.begin;

	if ((first == '"' || first == '\'') && w.raw.len >= 2) {
		w.quote = first;
		w.raw.s++;
		w.raw.len -= 2;
		skipped++;
	} else if (first == '|' || first == '>') {
		w.quote = '|';
		enter_block(&w);
	}
	if (!find(&w, begin, end, &at))
		return n->at;
	at.begin += skipped;
	at.end += skipped;
	return at;
}
