#include <config.h>

#include "compiler/base/diag.h"

#include <stdarg.h>
#include <stdlib.h>

#include "compiler/base/diag_record.h"

enum {
	/* A hostile file must not fill the memory with complaints. */
	ERRORS_KEPT = 1000,
	WARNINGS_KEPT = 5000,
};

struct code {
	unsigned number;
	enum severity severity;
	const char *slug;
};

static const struct code codes[] = {
#define DIAG(number, severity, name, slug)                                     \
	{(number), SEVERITY_##severity, (slug)},
#include "compiler/base/diag.def"
#undef DIAG
};

static const struct code *
find(unsigned number)
{
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].number == number)
			return &codes[i];
	return NULL;
}

const char *
diag_slug(unsigned code)
{
	const struct code *c = find(code);

	return c == NULL ? NULL : c->slug;
}

enum severity
diag_severity(enum diag_code code)
{
	const struct code *c = find(code);

	return c == NULL ? SEVERITY_ERROR : c->severity;
}

struct diag *
diag_at(
    struct diags *d, enum diag_code code, struct span at, const char *fmt, ...)
{
	va_list ap;

	if (diag_severity(code) == SEVERITY_ERROR) {
		if (++d->errors > ERRORS_KEPT) {
			d->unlisted_errors++;
			return NULL;
		}
	} else if (++d->warnings > WARNINGS_KEPT) {
		d->unlisted_warnings++;
		return NULL;
	}
	struct diag *diag = ARENA_NEW(d->arena, struct diag);

	diag->code = code;
	diag->at = at;
	diag->order = d->list.n;
	va_start(ap, fmt);
	diag->text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	*VEC_PUSH(d->arena, &d->list) = diag;
	return diag;
}

__attribute__((format(printf, 4, 0))) static void
append(struct diags *d, struct diag_line **list, struct span at,
    const char *fmt, va_list ap)
{
	struct diag_line *line = ARENA_NEW(d->arena, struct diag_line);

	line->at = at;
	line->text = arena_vprintf(d->arena, fmt, ap);
	while (*list != NULL)
		list = &(*list)->next;
	*list = line;
}

void
diag_note(
    struct diags *d, struct diag *diag, struct span at, const char *fmt, ...)
{
	va_list ap;

	if (diag == NULL)
		return;
	va_start(ap, fmt);
	append(d, &diag->notes, at, fmt, ap);
	va_end(ap);
}

void
diag_help(struct diags *d, struct diag *diag, const char *fmt, ...)
{
	va_list ap;

	if (diag == NULL)
		return;
	va_start(ap, fmt);
	append(d, &diag->helps, (struct span){0}, fmt, ap);
	va_end(ap);
}

void
diag_fix(struct diags *d, struct diag *diag, enum diag_fix_kind kind,
    struct span at, const char *fmt, ...)
{
	struct diag_fix *fix, **list;
	va_list ap;

	if (diag == NULL)
		return;
	fix = ARENA_NEW(d->arena, struct diag_fix);
	fix->kind = kind;
	fix->at = at;
	va_start(ap, fmt);
	fix->text = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	for (list = &diag->fixes; *list != NULL; list = &(*list)->next)
		;
	*list = fix;
}

enum { WORD_MAX = 63, EDITS_MAX = 2 };

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Insertions, deletions, replacements and swaps of neighbours (optimal string
 * alignment); upper and lower case are the same.  Neither word is longer than
 * WORD_MAX.
 */
static unsigned
edits(struct text a, struct text b)
{
	/* Row i of the table, and the two before it. */
	unsigned rows[3][WORD_MAX + 1] = {{0}};

	for (uint32_t j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (uint32_t i = 1; i <= a.len; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *up = rows[(i + 2) % 3];
		const unsigned *up2 = rows[(i + 1) % 3];

		row[0] = i;
		for (uint32_t j = 1; j <= b.len; j++) {
			int x = lower(a.s[i - 1]), y = lower(b.s[j - 1]);

			row[j] = least(
			    up[j - 1] + (x != y), least(up[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && x == lower(b.s[j - 2]) &&
			    lower(a.s[i - 2]) == y)
				row[j] = least(row[j], up2[j - 2] + 1);
		}
	}
	return rows[a.len % 3][b.len];
}

const char *
diag_nearest(struct text written, const char *const *names, uint32_t count)
{
	const char *best = NULL;
	unsigned limit = written.len < 3 ? 0 : written.len < 6 ? 1 : EDITS_MAX;

	if (limit == 0 || written.len > WORD_MAX)
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		struct text name = text_of(names[i]);

		if (name.len > WORD_MAX || name.len + EDITS_MAX < written.len ||
		    written.len + EDITS_MAX < name.len)
			continue;
		unsigned n = edits(written, name);

		/* The first of the nearest: a stricter limit from now on. */
		if (n < limit || (n == limit && best == NULL)) {
			best = names[i];
			limit = n;
		}
	}
	return best;
}
