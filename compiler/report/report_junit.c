#include <config.h>

#include "compiler/report/report_print.h"

/*
 * One test case for each finding, an error being a failure; a report that
 * found nothing is one case that passed.  Control bytes, which XML cannot
 * hold, are spelled out before they get here.
 */
static void
put_xml(FILE *out, struct text t, struct arena *a)
{
	struct text safe = diag_safe(a, t);

	for (uint32_t i = 0; i < safe.len; i++) {
		switch (safe.s[i]) {
		case '&':
			(void)fputs("&amp;", out);
			break;
		case '<':
			(void)fputs("&lt;", out);
			break;
		case '>':
			(void)fputs("&gt;", out);
			break;
		case '"':
			(void)fputs("&quot;", out);
			break;
		default:
			(void)putc(safe.s[i], out);
		}
	}
}

static void
put_body(FILE *out, const struct finding *f, struct arena *a)
{
	for (uint32_t i = 0; i < f->places.n; i++) {
		put_xml(out, report_place_print(a, &f->places.v[i]), a);
		if (f->places.v[i].what.len > 0) {
			(void)fputs(": ", out);
			put_xml(out, f->places.v[i].what, a);
		}
		(void)putc('\n', out);
	}
	for (uint32_t i = 0; i < f->details.n; i++) {
		put_xml(out, f->details.v[i], a);
		(void)putc('\n', out);
	}
}

static void
put_case(FILE *out, const struct finding *f, struct arena *a)
{
	const struct report_place *at = report_primary(f);
	char hex[REPORT_FINGERPRINT];

	report_fingerprint(f, hex);
	(void)fputs("    <testcase classname=\"", out);
	put_xml(out, f->subject, a);
	(void)fputs("\" name=\"", out);
	put_xml(out, text_of(f->rule), a);
	(void)fprintf(out, " %s", hex);
	if (at != NULL) {
		(void)fputs("\" file=\"", out);
		put_xml(out, at->file, a);
		if (at->line > 0)
			(void)fprintf(out, "\" line=\"%u", at->line);
	}
	if (f->level == REPORT_ERROR) {
		(void)fprintf(out, "\">\n      <failure type=\"%s\" message=\"",
		    f->verdict);
		put_xml(out, f->message, a);
		(void)fputs("\">", out);
		put_body(out, f, a);
		(void)fputs("</failure>\n", out);
	} else {
		(void)fprintf(out,
		    "\">\n      <system-out>%s: ", report_level_name(f->level));
		put_xml(out, f->message, a);
		(void)putc('\n', out);
		put_body(out, f, a);
		(void)fputs("</system-out>\n", out);
	}
	(void)fputs("    </testcase>\n", out);
}

void
report_print_junit(const struct report *r, FILE *out)
{
	struct arena scratch = {0};
	uint32_t failures = report_count(r, REPORT_ERROR);
	uint32_t n = r->findings.n > 0 ? r->findings.n : 1;

	(void)fprintf(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<testsuites tests=\"%u\" failures=\"%u\">\n"
	    "  <testsuite name=\"nonoc %s\" tests=\"%u\" failures=\"%u\">\n",
	    n, failures, r->verb, n, failures);
	for (uint32_t i = 0; i < r->findings.n; i++)
		put_case(out, r->findings.v[i], &scratch);
	if (r->findings.n == 0)
		(void)fprintf(out,
		    "    <testcase classname=\"nonoc\" name=\"%s\"/>\n",
		    r->verb);
	(void)fputs("  </testsuite>\n</testsuites>\n", out);
	arena_release(&scratch);
}
