#include <config.h>

#include "compiler/report/report_print.h"

/*
 * Workflow commands, one a finding: "::error file=a.json,line=3::message".
 * Of each level only ten are shown, and what is beyond is dropped without a
 * word: so when there are more, the tenth says how many, and they follow as
 * plain lines of the log.
 */
enum { SHOWN = 10 };

static const char *const commands[REPORT_LEVELS] = {
    "error", "warning", "notice"};

static void
put_escaped(FILE *out, struct text t, bool property)
{
	for (uint32_t i = 0; i < t.len; i++) {
		char c = t.s[i];

		if (c == '%' || c == '\r' || c == '\n' ||
		    (property && (c == ':' || c == ',')))
			(void)fprintf(out, "%%%02X", (unsigned)c);
		else
			(void)putc(c, out);
	}
}

static void
put_property(FILE *out, const char *name, struct text value, bool first)
{
	(void)fprintf(out, "%s%s=", first ? " " : ",", name);
	put_escaped(out, value, true);
}

static struct text
message_of(const struct finding *f, struct arena *a)
{
	struct text t = diag_safe(a, f->message);
	struct text subject = diag_safe(a, f->subject);

	if (f->sign != 0)
		t = arena_printf(a, "%s: %.*s", f->verdict, (int)t.len, t.s);
	if (subject.len > 0)
		t = arena_printf(a, "%.*s: %.*s", (int)subject.len, subject.s,
		    (int)t.len, t.s);
	return t;
}

static void
put_annotation(FILE *out, const struct finding *f, struct arena *a)
{
	const struct report_place *at = report_primary(f);
	struct text message = message_of(f, a);
	bool first = true;

	(void)fprintf(out, "::%s", commands[f->level]);
	if (at != NULL) {
		put_property(out, "file", diag_safe(a, at->file), true);
		first = false;
		if (at->line > 0)
			(void)fprintf(out, ",line=%u", at->line);
		if (at->column > 0)
			(void)fprintf(out, ",col=%u", at->column);
	}
	put_property(out, "title",
	    arena_printf(a, "nonoc: %s", diag_safe(a, text_of(f->rule)).s),
	    first);
	(void)fputs("::", out);
	put_escaped(out, message, false);
	for (uint32_t i = 0; i < f->details.n; i++) {
		(void)fputs("%0A", out);
		put_escaped(out, diag_safe(a, f->details.v[i]), false);
	}
	(void)putc('\n', out);
}

/* In a plain line the runner still looks for commands of the old style. */
static void
put_plain(FILE *out, const struct finding *f, struct arena *a)
{
	const struct report_place *at = report_primary(f);
	struct text place = {"", 0}, line;

	if (at != NULL)
		place = report_place_print(a, at);
	line = message_of(f, a);
	line =
	    arena_printf(a, "%s[%s]: %.*s%s%.*s", report_level_name(f->level),
		diag_safe(a, text_of(f->rule)).s, (int)place.len, place.s,
		place.len > 0 ? ": " : "", (int)line.len, line.s);
	for (uint32_t i = 0; i < line.len; i++) {
		(void)putc(line.s[i], out);
		if (line.s[i] == '#' && i + 1 < line.len &&
		    line.s[i + 1] == '#')
			(void)putc(' ', out);
	}
	(void)putc('\n', out);
}

void
report_print_github(const struct report *r, FILE *out)
{
	struct finding **sorted = report_by_level(r);
	struct arena scratch = {0};
	uint32_t i = 0;

	for (int level = 0; level < REPORT_LEVELS; level++) {
		uint32_t n = report_count(r, (enum report_level)level);
		uint32_t shown = n > SHOWN ? SHOWN - 1 : n;

		for (uint32_t k = 0; k < shown; k++)
			put_annotation(out, sorted[i + k], &scratch);
		if (shown < n)
			(void)fprintf(out,
			    "::%s title=nonoc::%u more of nonoc %s are in the "
			    "log of this step\n",
			    commands[level], n - shown, r->verb);
		for (uint32_t k = shown; k < n; k++)
			put_plain(out, sorted[i + k], &scratch);
		i += n;
	}
	if (r->summary.len > 0) {
		(void)fputs("nonoc: ", out);
		(void)fputs(diag_safe(&scratch, r->summary).s, out);
		(void)putc('\n', out);
	}
	arena_release(&scratch);
}
