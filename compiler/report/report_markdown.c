#include <config.h>

#include <stdlib.h>

#include "compiler/report/report_print.h"

/*
 * A comment on a pull request.  Everything that came from a profile stands in
 * a code span, where no markup, link or @mention is looked for, and whose
 * fence is longer than any run of backticks inside.
 */
enum { COMMENT_MAX = 60000 }; /* bytes; GitHub refuses more than 65,536 */

static void
put_code(FILE *out, struct text t, struct arena *a)
{
	struct text safe = diag_safe(a, t);
	uint32_t longest = 0, run = 0;

	for (uint32_t i = 0; i < safe.len; i++) {
		run = safe.s[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	for (uint32_t i = 0; i <= longest; i++)
		(void)putc('`', out);
	/* A blank at each end is taken away again. */
	if (longest > 0 || safe.len == 0)
		(void)putc(' ', out);
	(void)fwrite(safe.s, 1, safe.len, out);
	if (longest > 0 || safe.len == 0)
		(void)putc(' ', out);
	for (uint32_t i = 0; i <= longest; i++)
		(void)putc('`', out);
}

static void
put_finding(FILE *out, const struct finding *f, struct arena *a)
{
	(void)fprintf(out, "- **%s** ",
	    f->sign != 0 ? f->verdict : report_level_name(f->level));
	put_code(out, f->message, a);
	for (uint32_t i = 0; i < f->places.n && i < 4; i++) {
		(void)fputs(i == 0 ? " at " : ", ", out);
		put_code(out, report_place_print(a, &f->places.v[i]), a);
	}
	if (f->places.n > 4)
		(void)fprintf(out, " and %u more", f->places.n - 4);
	if (f->sign == 0) {
		(void)fputs(" (", out);
		put_code(out, text_of(f->rule), a);
		(void)fputs(")", out);
	}
	(void)putc('\n', out);
	for (uint32_t i = 0; i < f->details.n; i++) {
		(void)fputs("  - ", out);
		put_code(out, f->details.v[i], a);
		(void)putc('\n', out);
	}
}

void
report_print_markdown(const struct report *r, FILE *out)
{
	struct arena scratch = {0};
	struct text subject = {NULL, 0};
	char *body = NULL;
	size_t len = 0, good = 0;
	uint32_t i;
	FILE *to = open_memstream(&body, &len);

	if (to == NULL)
		diag_out_of_memory();
	(void)fprintf(to, "### nonoc %s: %s\n\n", r->verb, r->verdict);
	if (r->summary.len > 0) {
		put_code(to, r->summary, &scratch);
		(void)fputs("\n\n", to);
	}
	for (i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.v[i];

		if (!text_equal(f->subject, subject) && f->subject.len > 0) {
			(void)fputs("\n#### ", to);
			put_code(to, f->subject, &scratch);
			(void)fputs("\n\n", to);
		}
		subject = f->subject;
		put_finding(to, f, &scratch);
		if (fflush(to) != 0)
			diag_out_of_memory();
		if (len > COMMENT_MAX)
			break;
		good = len;
	}
	if (fclose(to) != 0)
		diag_out_of_memory();
	(void)fwrite(body, 1, i < r->findings.n ? good : len, out);
	if (i < r->findings.n)
		(void)fprintf(out,
		    "\n%u more are left out: a comment has its limits.\n",
		    r->findings.n - i);
	free(body);
	arena_release(&scratch);
}
