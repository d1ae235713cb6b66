#include <config.h>

#include <ctype.h>

#include "compiler/base/json_print.h"
#include "compiler/report/report_print.h"

/*
 * SARIF 2.1.0.  GitHub refuses a run of more than 25,000 results, keeps the
 * first 5,000 by severity and shows 100 places of one: so results come by
 * level, and what is beyond the limit is counted in the last one.
 */
enum { RESULTS_MAX = 25000, RELATED_MAX = 100 };

#define SCHEMA                                                                 \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/"           \
	"sarif-schema-2.1.0.json"
#define OVERFLOW_RULE "more-findings"
#define OVERFLOW_WHAT "There are more findings than a report may hold."

/* A relative reference, RFC 3986: nothing in it looks like a scheme. */
static struct text
uri_of(struct arena *a, struct text file)
{
	static const char hex[] = "0123456789ABCDEF";
	char *to = arena_alloc(a, (size_t)file.len * 3 + 1, 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < file.len; i++) {
		unsigned char c = (unsigned char)file.s[i];

		if (isalnum(c) || strchr("/-._~", c) != NULL) {
			to[n++] = (char)c;
			continue;
		}
		to[n++] = '%';
		to[n++] = hex[c >> 4];
		to[n++] = hex[c & 15];
	}
	return (struct text){to, n};
}

static void
put_place(cJSON *to, const struct report_place *p, struct arena *a)
{
	struct text file = p->file;
	cJSON *physical, *region;

	if (file.len > 2 && memcmp(file.s, "./", 2) == 0)
		file = (struct text){file.s + 2, file.len - 2};
	physical = json_put_object(to, "physicalLocation");
	json_put_string(json_put_object(physical, "artifactLocation"), "uri",
	    uri_of(a, file).s);
	region = json_put_object(physical, "region");
	json_put_number(region, "startLine", p->line > 0 ? p->line : 1);
	if (p->column > 0)
		json_put_number(region, "startColumn", p->column);
	if (p->what.len > 0)
		json_put_text(
		    json_put_object(to, "message"), "text", a, p->what);
}

static void
put_places(cJSON *result, const struct finding *f, struct arena *a)
{
	/* GitHub takes no result without a place. */
	const struct report_place whole = {.file = f->subject};
	const struct report_place *at = report_primary(f);
	cJSON *related;

	put_place(json_push_object(json_put_array(result, "locations")),
	    at != NULL ? at : &whole, a);
	if (f->places.n < 2)
		return;
	related = json_put_array(result, "relatedLocations");
	for (uint32_t i = 1; i < f->places.n && i <= RELATED_MAX; i++) {
		cJSON *place = json_push_object(related);

		json_put_number(place, "id", i);
		put_place(place, &f->places.v[i], a);
	}
}

static struct text
full_message(const struct finding *f, struct arena *a)
{
	struct text t = diag_safe(a, f->message);

	if (f->subject.len > 0) {
		struct text subject = diag_safe(a, f->subject);

		t = arena_printf(a, "%.*s: %s: %.*s", (int)subject.len,
		    subject.s, f->verdict, (int)t.len, t.s);
	}
	for (uint32_t i = 0; i < f->details.n; i++) {
		struct text detail = diag_safe(a, f->details.v[i]);

		t = arena_printf(a, "%.*s\n%.*s", (int)t.len, t.s,
		    (int)detail.len, detail.s);
	}
	return t;
}

static void
put_result(
    cJSON *to, const struct report *r, const struct finding *f, struct arena *a)
{
	char hex[REPORT_FINGERPRINT];

	json_put_text(to, "ruleId", a, text_of(f->rule));
	for (uint32_t i = 0; i < r->rules.n; i++)
		if (strcmp(r->rules.v[i].id, f->rule) == 0)
			json_put_number(to, "ruleIndex", i);
	json_put_string(to, "level", report_level_name(f->level));
	json_put_string(
	    json_put_object(to, "message"), "text", full_message(f, a).s);
	put_places(to, f, a);
	report_fingerprint(f, hex);
	json_put_string(
	    json_put_object(to, "partialFingerprints"), "nonoc/v1", hex);
}

static void
put_rule(cJSON *to, const char *id, const char *what, struct arena *a)
{
	json_put_text(to, "id", a, text_of(id));
	json_put_text(
	    json_put_object(to, "shortDescription"), "text", a, text_of(what));
}

static void
put_overflow(
    cJSON *to, uint32_t left, const struct finding *like, struct arena *a)
{
	struct text message = arena_printf(a,
	    "%u more findings are not in this report: a run may hold %d", left,
	    RESULTS_MAX);

	json_put_string(to, "ruleId", OVERFLOW_RULE);
	json_put_string(to, "level", report_level_name(like->level));
	json_put_string(json_put_object(to, "message"), "text", message.s);
	put_places(to, like, a);
}

static void
put_results(cJSON *to, const struct report *r, struct arena *a)
{
	struct finding **sorted = report_by_level(r);
	uint32_t n = r->findings.n;

	if (n > RESULTS_MAX)
		n = RESULTS_MAX - 1;
	for (uint32_t i = 0; i < n; i++)
		put_result(json_push_object(to), r, sorted[i], a);
	if (n < r->findings.n)
		put_overflow(
		    json_push_object(to), r->findings.n - n, sorted[n], a);
}

void
report_print_sarif(const struct report *r, FILE *out)
{
	cJSON *root = json_object(), *run, *driver, *rules;
	struct arena scratch = {0};

	json_put_string(root, "$schema", SCHEMA);
	json_put_string(root, "version", "2.1.0");
	run = json_push_object(json_put_array(root, "runs"));
	driver = json_put_object(json_put_object(run, "tool"), "driver");
	json_put_string(driver, "name", "nonoc");
	json_put_string(driver, "version", PACKAGE_VERSION);
	rules = json_put_array(driver, "rules");
	for (uint32_t i = 0; i < r->rules.n; i++)
		put_rule(json_push_object(rules), r->rules.v[i].id,
		    r->rules.v[i].what, &scratch);
	if (r->findings.n > RESULTS_MAX)
		put_rule(json_push_object(rules), OVERFLOW_RULE, OVERFLOW_WHAT,
		    &scratch);
	/* One verb's results do not replace another's. */
	json_put_string(json_put_object(run, "automationDetails"), "id",
	    arena_printf(&scratch, "nonoc/%s/", r->verb).s);
	json_put_string(run, "columnKind", "unicodeCodePoints");
	put_results(json_put_array(run, "results"), r, &scratch);
	json_finish(root, out);
	arena_release(&scratch);
}
