#include <config.h>

#include "compiler/base/json_print.h"
#include "compiler/report/report_print.h"

/*
 * docs/report.schema.json describes it.  Within a major number of
 * format_version members are only added: a reader ignores those it does not
 * know, and refuses a major number that it does not know.
 */
#define FORMAT_VERSION "1.0"

static void
put_places(cJSON *to, const struct finding *f, struct arena *a)
{
	cJSON *list = json_put_array(to, "locations");

	for (uint32_t i = 0; i < f->places.n; i++) {
		const struct report_place *p = &f->places.v[i];
		cJSON *place = json_push_object(list);

		json_put_text(place, "file", a, p->file);
		if (p->revision.s != NULL)
			json_put_text(place, "revision", a, p->revision);
		if (p->line > 0)
			json_put_number(place, "line", p->line);
		if (p->column > 0)
			json_put_number(place, "column", p->column);
		if (p->what.len > 0)
			json_put_text(place, "message", a, p->what);
	}
}

static void
put_finding(cJSON *to, const struct finding *f, struct arena *a)
{
	char hex[REPORT_FINGERPRINT];
	cJSON *details;

	json_put_text(to, "rule", a, text_of(f->rule));
	json_put_string(to, "level", report_level_name(f->level));
	json_put_string(to, "verdict", f->verdict);
	json_put_text(to, "subject", a, f->subject);
	json_put_text(to, "region", a, f->region);
	json_put_text(to, "message", a, f->message);
	put_places(to, f, a);
	details = json_put_array(to, "details");
	for (uint32_t i = 0; i < f->details.n; i++)
		json_push(
		    details, json_string(diag_safe(a, f->details.v[i]).s));
	report_fingerprint(f, hex);
	json_put_string(to, "fingerprint", hex);
}

void
report_print_json(const struct report *r, FILE *out)
{
	cJSON *root = json_object(), *list;
	struct arena scratch = {0};

	json_put_string(root, "format_version", FORMAT_VERSION);
	json_put_string(root, "nonoc_version", PACKAGE_VERSION);
	json_put_string(root, "verb", r->verb);
	json_put_string(root, "verdict", r->verdict);
	json_put_number(root, "exit_status", r->status);
	json_put_text(root, "summary", &scratch, r->summary);
	list = json_put_array(root, "rules");
	for (uint32_t i = 0; i < r->rules.n; i++) {
		cJSON *rule = json_push_object(list);

		json_put_text(rule, "id", &scratch, text_of(r->rules.v[i].id));
		json_put_text(
		    rule, "what", &scratch, text_of(r->rules.v[i].what));
	}
	list = json_put_array(root, "findings");
	for (uint32_t i = 0; i < r->findings.n; i++)
		put_finding(json_push_object(list), r->findings.v[i], &scratch);
	json_finish(root, out);
	arena_release(&scratch);
}
