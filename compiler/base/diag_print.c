#include <config.h>

#include "compiler/base/diag.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/base/diag_record.h"
#include "compiler/base/status.h"
#include "compiler/base/utf8.h"

enum {
	EXCERPT_COLUMNS = 100, /* a longer line is cut around the caret */
	EXCERPT_BEFORE = 60,   /* what then stays to the left of it */
	MESSAGE_HEAD = 400,    /* of a very long message, in bytes */
	MESSAGE_TAIL = 200,
};

_Noreturn void
diag_out_of_memory(void)
{
	(void)fputs("nonoc: out of memory\n", stderr);
	exit(EXIT_ENVIRONMENT);
}

struct range {
	uint32_t first, last;
};

static bool
in_ranges(const struct range *ranges, size_t n, uint32_t code)
{
	for (size_t i = 0; i < n; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

/*
 * Characters that move the cursor, reorder the line or cannot be seen: with
 * them a profile could show a reviewer something else than it says.
 */
static bool
is_unsafe(uint32_t code)
{
	static const struct range ranges[] = {
	    {0x00, 0x1F},	/* C0 */
	    {0x7F, 0x9F},	/* DEL, C1 */
	    {0xAD, 0xAD},	/* soft hyphen */
	    {0x61C, 0x61C},	/* Arabic letter mark */
	    {0x180E, 0x180E},	/* Mongolian vowel separator */
	    {0x200B, 0x200F},	/* zero width, direction marks */
	    {0x2028, 0x202E},	/* line separators, direction overrides */
	    {0x2060, 0x206F},	/* invisible operators, isolates */
	    {0xFE00, 0xFE0F},	/* variation selectors */
	    {0xFEFF, 0xFEFF},	/* byte-order mark */
	    {0xFFF9, 0xFFFB},	/* interlinear annotation */
	    {0xE0000, 0xE0FFF}, /* tags, more variation selectors */
	};

	return code < 0x20 ||
	       (code >= 0x7F && in_ranges(ranges, ARRAY_LEN(ranges), code));
}

/* Terminal columns of a character that is safe: a good guess is enough. */
static unsigned
columns_of(uint32_t code)
{
	static const struct range wide[] = {
	    {0x1100, 0x115F},
	    {0x2E80, 0xA4CF},
	    {0xAC00, 0xD7A3},
	    {0xF900, 0xFAFF},
	    {0xFE30, 0xFE6F},
	    {0xFF00, 0xFF60},
	    {0xFFE0, 0xFFE6},
	    {0x1F300, 0x1F64F},
	    {0x1F680, 0x1F6FF},
	    {0x1F900, 0x1F9FF},
	    {0x20000, 0x3FFFD},
	};

	if (code < 0x300)
		return 1;
	if (code <= 0x36F)
		return 0; /* combining marks */
	return in_ranges(wide, ARRAY_LEN(wide), code) ? 2 : 1;
}

struct glyph {
	uint32_t bytes; /* that it takes in the text */
	unsigned columns;
	char printed[16]; /* how it is shown; not NUL-terminated */
	unsigned len;
};

static struct glyph
glyph_at(struct text t, uint32_t i)
{
	struct glyph g = {0};
	uint32_t code;

	g.bytes = utf8_decode(t.s + i, t.len - i, &code);
	if (g.bytes != 0 && !is_unsafe(code)) {
		memcpy(g.printed, t.s + i, g.bytes);
		g.len = g.bytes;
		g.columns = columns_of(code);
		return g;
	}
	bool byte = g.bytes == 0 || code < 0x80;
	int n = byte ? snprintf(g.printed, sizeof(g.printed), "\\x%02x",
			   (unsigned)(unsigned char)t.s[i])
		     : snprintf(g.printed, sizeof(g.printed), "\\u{%x}", code);

	if (g.bytes == 0)
		g.bytes = 1;
	g.len = g.columns = (unsigned)n;
	return g;
}

static void
put_safe(FILE *out, struct text t)
{
	for (uint32_t i = 0; i < t.len;) {
		struct glyph g = glyph_at(t, i);

		(void)fwrite(g.printed, 1, g.len, out);
		i += g.bytes;
	}
}

struct text
diag_safe(struct arena *a, struct text t)
{
	uint64_t len = 0;

	for (uint32_t i = 0; i < t.len;) {
		struct glyph g = glyph_at(t, i);

		len += g.len;
		i += g.bytes;
	}
	if (len > UINT32_MAX)
		diag_out_of_memory();

	char *s = arena_alloc(a, (size_t)len + 1, 1);
	char *at = s;

	for (uint32_t i = 0; i < t.len;) {
		struct glyph g = glyph_at(t, i);

		memcpy(at, g.printed, g.len);
		at += g.len;
		i += g.bytes;
	}
	return (struct text){s, (uint32_t)len};
}

static bool
is_inside_character(struct text t, uint32_t i)
{
	return i > 0 && i < t.len && ((unsigned char)t.s[i] & 0xC0) == 0x80;
}

/* A message keeps its beginning and its end, however long the name in it. */
static void
put_message(FILE *out, struct text t)
{
	if (t.len <= MESSAGE_HEAD + MESSAGE_TAIL) {
		put_safe(out, t);
		return;
	}
	uint32_t head = MESSAGE_HEAD, tail = t.len - MESSAGE_TAIL;

	while (is_inside_character(t, head))
		head--;
	while (is_inside_character(t, tail))
		tail++;
	put_safe(out, (struct text){t.s, head});
	(void)fputs(" ... ", out);
	put_safe(out, (struct text){t.s + tail, t.len - tail});
}

/* The part of a line that is shown. */
struct window {
	uint32_t begin, end; /* byte offsets in the line */
};

static uint32_t
forward(struct text line, uint32_t i, unsigned columns)
{
	for (unsigned n = 0; i < line.len && n < columns;) {
		struct glyph g = glyph_at(line, i);

		n += g.columns > 0 ? g.columns : 1;
		i += g.bytes;
	}
	return i;
}

static uint32_t
backward(struct text line, uint32_t i, unsigned columns)
{
	for (unsigned n = 0; i > 0 && n < columns;) {
		i--;
		while (is_inside_character(line, i))
			i--;
		struct glyph g = glyph_at(line, i);

		n += g.columns > 0 ? g.columns : 1;
	}
	return i;
}

static struct window
window_around(struct text line, uint32_t caret)
{
	struct window w = {0, forward(line, 0, EXCERPT_COLUMNS)};

	if (w.end == line.len)
		return w;
	w.begin = backward(line, caret, EXCERPT_BEFORE);
	w.end = forward(line, w.begin, EXCERPT_COLUMNS);
	return w;
}

static void
put_times(FILE *out, char c, unsigned n)
{
	while (n-- > 0)
		(void)putc(c, out);
}

static void
put_excerpt_line(FILE *out, struct text line, struct window w)
{
	if (w.begin > 0)
		(void)fputs("...", out);
	for (uint32_t i = w.begin; i < w.end;) {
		struct glyph g = glyph_at(line, i);

		if (line.s[i] == '\t')
			(void)putc('\t', out);
		else
			(void)fwrite(g.printed, 1, g.len, out);
		i += g.bytes;
	}
	if (w.end < line.len)
		(void)fputs("...", out);
	(void)putc('\n', out);
}

/* A caret under [begin, end) of the line; tabs stay tabs, to line up. */
static void
put_caret_line(
    FILE *out, struct text line, struct window w, uint32_t begin, uint32_t end)
{
	bool drawn = false;

	if (w.begin > 0)
		(void)fputs("   ", out);
	for (uint32_t i = w.begin; i < w.end && (i < end || !drawn);) {
		struct glyph g = glyph_at(line, i);
		unsigned columns = g.columns;

		if (i >= begin && !drawn) {
			(void)putc('^', out);
			drawn = true;
			if (line.s[i] == '\t' || i >= end)
				break;
			columns = columns > 0 ? columns - 1 : 0;
		}
		if (line.s[i] == '\t')
			(void)putc('\t', out);
		else
			put_times(out, drawn ? '~' : ' ', columns);
		i += g.bytes;
	}
	if (!drawn) /* behind the last character */
		(void)putc('^', out);
	(void)putc('\n', out);
}

static void
put_excerpt(FILE *out, struct place at, uint32_t column_byte, uint32_t length)
{
	struct text line = at.line_text;
	uint32_t begin = column_byte < line.len ? column_byte : line.len;
	uint32_t left = line.len - begin;
	uint32_t end = begin + (length < left ? length : left);
	struct window w = window_around(line, begin);

	(void)fprintf(out, line.len == 0 ? "%5u |" : "%5u | ", at.line);
	put_excerpt_line(out, line, w);
	(void)fputs("      | ", out);
	put_caret_line(out, line, w, begin, end);
}

struct printer {
	FILE *out;
	const struct sources *sources;
	bool bold;
};

/*
 * A file's name begins a line.  With "::" in front it would be a command to the
 * runner of a workflow, whose log this may be.
 */
static void
put_source(FILE *out, struct text name)
{
	if (name.len > 1 && name.s[0] == ':' && name.s[1] == ':')
		(void)fputs("./", out);
	put_safe(out, name);
}

/* "file:line:col: LABEL: text", and the excerpt if there is a place. */
static void
put_line(const struct printer *p, struct span at, const char *label,
    struct text text)
{
	bool known = at.source != 0 && at.source < p->sources->files.n;
	bool placed = known && (at.begin | at.end) != 0;
	struct place place = {0};

	if (placed)
		place = source_place(p->sources, at.source, at.begin);
	if (known)
		put_source(p->out, source_get(p->sources, at.source)->name);
	else
		(void)fputs("nonoc", p->out);
	if (placed)
		(void)fprintf(p->out, ":%u:%u", place.line, place.column);
	(void)fprintf(
	    p->out, p->bold ? ": \033[1m%s\033[0m: " : ": %s: ", label);
	put_message(p->out, text);
	(void)putc('\n', p->out);
	if (!placed)
		return;

	const char *file = source_get(p->sources, at.source)->text.s;
	uint32_t line_begin = (uint32_t)(place.line_text.s - file);

	put_excerpt(p->out, place, at.begin - line_begin,
	    at.end > at.begin ? at.end - at.begin : 0);
}

static void
put_diag(const struct printer *p, const struct diag *diag)
{
	bool error = diag_severity(diag->code) == SEVERITY_ERROR;
	const char *slug = diag_slug(diag->code);
	char label[80];

	(void)snprintf(label, sizeof(label), "%s[N%04u %s]",
	    error ? "error" : "warning", (unsigned)diag->code,
	    slug == NULL ? "?" : slug);
	put_line(p, diag->at, label, diag->text);
	for (struct diag_line *n = diag->notes; n != NULL; n = n->next)
		put_line(p, n->at, "note", n->text);
	for (struct diag_line *h = diag->helps; h != NULL; h = h->next) {
		(void)fputs("help: ", p->out);
		put_message(p->out, h->text);
		(void)putc('\n', p->out);
	}
}

static int
compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* By place; at one place the identical ones side by side. */
static int
compare_meaning(const struct diag *a, const struct diag *b)
{
	int c = compare_numbers(a->at.source, b->at.source);

	if (c == 0)
		c = compare_numbers(a->at.begin, b->at.begin);
	if (c == 0)
		c = compare_numbers(a->at.end, b->at.end);
	if (c == 0)
		c = compare_numbers(a->code, b->code);
	return c != 0 ? c : text_compare(a->text, b->text);
}

static int
compare_diags(const void *left, const void *right)
{
	const struct diag *const *a = left, *const *b = right;
	int c = compare_meaning(*a, *b);

	return c != 0 ? c : compare_numbers((*a)->order, (*b)->order);
}

static void
put_count(FILE *out, uint32_t n, const char *what)
{
	(void)fprintf(out, "%u %s%s", n, what, n == 1 ? "" : "s");
}

static void
put_totals(FILE *out, uint32_t errors, uint32_t warnings)
{
	if (errors + warnings <= 1)
		return;
	if (errors > 0)
		put_count(out, errors, "error");
	if (errors > 0 && warnings > 0)
		(void)fputs(", ", out);
	if (warnings > 0)
		put_count(out, warnings, "warning");
	if (errors > DIAG_ERRORS_SHOWN)
		(void)fprintf(out, "; only the first %d errors are shown",
		    DIAG_ERRORS_SHOWN);
	(void)putc('\n', out);
}

void
diags_drop(struct diags *d)
{
	d->list.n = 0;
	d->unlisted_errors = 0;
	d->unlisted_warnings = 0;
}

void
diags_keep(struct diags *d, enum diag_code code)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < d->list.n; i++)
		if (d->list.v[i]->code == code)
			d->list.v[kept++] = d->list.v[i];
	diags_drop(d);
	d->list.n = kept;
}

void
diags_sort(struct diags *d)
{
	uint32_t kept = 0;

	if (d->list.n != 0)
		qsort(d->list.v, d->list.n, sizeof(*d->list.v), compare_diags);
	for (uint32_t i = 0; i < d->list.n; i++)
		if (kept == 0 ||
		    compare_meaning(d->list.v[kept - 1], d->list.v[i]) != 0)
			d->list.v[kept++] = d->list.v[i];
	d->list.n = kept;
}

void
diags_print(struct diags *d, FILE *out, bool bold)
{
	struct printer p = {out, d->sources, bold};
	uint32_t errors = 0, warnings = 0;

	diags_sort(d);
	for (uint32_t i = 0; i < d->list.n; i++) {
		const struct diag *diag = d->list.v[i];

		if (diag_severity(diag->code) == SEVERITY_ERROR)
			errors++;
		else
			warnings++;
		if (errors <= DIAG_ERRORS_SHOWN)
			put_diag(&p, diag);
	}
	put_totals(
	    out, errors + d->unlisted_errors, warnings + d->unlisted_warnings);
	diags_drop(d);
}

bool
diag_wants_color(int fd)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(fd) == 1 && (no_color == NULL || no_color[0] == '\0') &&
	       term != NULL && strcmp(term, "dumb") != 0;
}

void
diags_flush(struct diags *d)
{
	char *text = NULL;
	size_t len = 0;
	/* In one write, so that parallel runs do not interleave. */
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		diag_out_of_memory();
	diags_print(d, out, diag_wants_color(STDERR_FILENO));
	if (fclose(out) != 0)
		diag_out_of_memory();
	(void)fwrite(text, 1, len, stderr);
	free(text);
}
