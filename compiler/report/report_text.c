#include <config.h>

#include "compiler/report/report_print.h"

/*
 * For people: a finding that has a sign is a line of a diff, any other looks
 * like a compiler's message, which editors know how to follow.
 */
struct printer {
	FILE *out;
	struct arena *arena;
	bool color;
};

static const char reset[] = "\033[0m";

static const char *
color_of(const struct finding *f)
{
	switch (f->level) {
	case REPORT_ERROR:
		return "\033[31m";
	case REPORT_WARNING:
		return "\033[33m";
	case REPORT_NOTE:
	case REPORT_LEVELS:
		break;
	}
	return f->sign == '-' ? "\033[32m" : "";
}

static void
put_text(const struct printer *p, struct text t)
{
	struct text safe = diag_safe(p->arena, t);

	(void)fwrite(safe.s, 1, safe.len, p->out);
}

static void
put_place(const struct printer *p, const struct report_place *place)
{
	struct text t = report_place_print(p->arena, place);

	(void)fwrite(t.s, 1, t.len, p->out);
}

/* "+ write $HOME/.cache\tfile.json:12:3, file.json:14:3" */
static void
put_change(const struct printer *p, const struct finding *f)
{
	const char *color = p->color ? color_of(f) : "";

	(void)fprintf(p->out, "%s%c ", color, f->sign);
	put_text(p, f->message);
	if (*color != '\0')
		(void)fputs(reset, p->out);
	for (uint32_t i = 0; i < f->places.n; i++) {
		(void)fputs(i == 0 ? "\t" : ", ", p->out);
		if (i == 3 && f->places.n > 4) {
			(void)fprintf(p->out, "%u more", f->places.n - i);
			break;
		}
		if (f->places.v[i].what.len > 0) {
			put_text(p, f->places.v[i].what);
			(void)putc(' ', p->out);
		}
		put_place(p, &f->places.v[i]);
	}
	(void)putc('\n', p->out);
}

/*
 * How many findings from i on can be one line: a reviewer reads what five
 * lines say, and not a thousand.
 */
enum { FOLD_FROM = 4 };

static uint32_t
run_length(const struct report *r, uint32_t i)
{
	const struct finding *f = r->findings.v[i];
	uint32_t n = 1;

	if (r->unfolded || f->fold.len == 0)
		return 1;
	while (i + n < r->findings.n) {
		const struct finding *next = r->findings.v[i + n];

		if (next->sign != f->sign || !text_equal(next->fold, f->fold) ||
		    !text_equal(next->subject, f->subject))
			break;
		n++;
	}
	return n;
}

static void
put_run(const struct printer *p, const struct report *r, uint32_t i, uint32_t n)
{
	const struct finding *f = r->findings.v[i];
	const char *color = p->color ? color_of(f) : "";

	(void)fprintf(p->out, "%s%c ", color, f->sign);
	put_text(p, f->fold);
	(void)fprintf(p->out, ", %u places: ", n);
	put_text(p, f->region);
	(void)fputs(", ", p->out);
	put_text(p, r->findings.v[i + 1]->region);
	(void)fputs(" ... (-v shows all)", p->out);
	if (*color != '\0')
		(void)fputs(reset, p->out);
	if (f->places.n > 0) {
		(void)fputs("\t", p->out);
		put_place(p, &f->places.v[0]);
		(void)fputs(" ...", p->out);
	}
	(void)putc('\n', p->out);
}

static void
put_label(const struct printer *p, const struct finding *f)
{
	const char *color = p->color ? color_of(f) : "";

	(void)fprintf(p->out, "%s%s[", color, report_level_name(f->level));
	put_text(p, text_of(f->rule));
	(void)fprintf(p->out, "]%s: ", *color != '\0' ? reset : "");
}

static void
put_message(const struct printer *p, const struct finding *f)
{
	const struct report_place *at = report_primary(f);

	if (at != NULL) {
		put_place(p, at);
		(void)fputs(": ", p->out);
	}
	put_label(p, f);
	put_text(p, f->message);
	(void)putc('\n', p->out);
	for (uint32_t i = 1; i < f->places.n; i++) {
		put_place(p, &f->places.v[i]);
		(void)fputs(": note: ", p->out);
		put_text(p, f->places.v[i].what);
		(void)putc('\n', p->out);
	}
}

static void
put_details(const struct printer *p, const struct finding *f)
{
	for (uint32_t i = 0; i < f->details.n; i++) {
		(void)fputs("    ", p->out);
		put_text(p, f->details.v[i]);
		(void)putc('\n', p->out);
	}
}

/*
 * The name of the policy that the lines below are about.  It is a file's and
 * begins a line: one with "::" in front would be a command to the runner of a
 * workflow, whose log this may be.
 */
static void
put_heading(const struct printer *p, struct text subject)
{
	const char *quote = subject.len > 0 && subject.s[0] == ':' ? "\"" : "";

	(void)fputs(quote, p->out);
	put_text(p, subject);
	(void)fprintf(p->out, "%s:\n", quote);
}

void
report_print_text(const struct report *r, bool color, FILE *out)
{
	struct arena scratch = {0};
	struct printer p = {out, &scratch, color};
	struct text subject = {NULL, 0};

	for (uint32_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.v[i];

		if (f->sign != 0 && !text_equal(f->subject, subject)) {
			put_heading(&p, f->subject);
		}
		subject = f->subject;
		const uint32_t run = run_length(r, i);

		if (run >= FOLD_FROM) {
			put_run(&p, r, i, run);
			put_details(&p, f);
			i += run - 1;
			continue;
		}
		if (f->sign != 0)
			put_change(&p, f);
		else
			put_message(&p, f);
		put_details(&p, f);
	}
	if (r->summary.len > 0) {
		put_text(&p, r->summary);
		(void)putc('\n', out);
	}
	arena_release(&scratch);
}
