#include <config.h>

#include "compiler/report/report.h"

#include <stdlib.h>
#include <unistd.h>

#include "compiler/report/report_print.h"
#include "runtime/sha256.h"

static const char *const formats[REPORT_FORMATS] = {
    "text", "json", "sarif", "github", "markdown", "junit"};
static const char *const levels[REPORT_LEVELS] = {"error", "warning", "note"};

void
report_rule(struct report *r, const char *id, const char *what)
{
	for (uint32_t i = 0; i < r->rules.n; i++)
		if (strcmp(r->rules.v[i].id, id) == 0)
			return;
	*VEC_PUSH(r->arena, &r->rules) = (struct report_rule){id, what};
}

struct finding *
report_add(struct report *r, const char *rule, enum report_level level,
    const char *verdict)
{
	struct finding *f = ARENA_NEW(r->arena, struct finding);

	f->rule = rule;
	f->level = level;
	f->verdict = verdict;
	*VEC_PUSH(r->arena, &r->findings) = f;
	return f;
}

void
report_place(struct report *r, struct finding *f, struct report_place place)
{
	*VEC_PUSH(r->arena, &f->places) = place;
}

void
report_detail(struct report *r, struct finding *f, const char *fmt, ...)
{
	struct text t;
	va_list ap;

	va_start(ap, fmt);
	t = arena_vprintf(r->arena, fmt, ap);
	va_end(ap);
	*VEC_PUSH(r->arena, &f->details) = t;
}

/* Each part with a NUL behind it: no two lists of parts look alike. */
static void
hash_part(struct sha256 *h, struct text t)
{
	if (t.len > 0)
		sha256_update(h, t.s, t.len);
	sha256_update(h, "", 1);
}

void
report_fingerprint(const struct finding *f, char ret_hex[REPORT_FINGERPRINT])
{
	uint8_t digest[32];
	struct sha256 h;

	sha256_init(&h);
	hash_part(&h, text_of(f->rule));
	hash_part(&h, text_of(f->verdict));
	hash_part(&h, f->subject);
	hash_part(&h, f->region);
	hash_part(&h, f->identity);
	sha256_final(&h, digest);
	for (unsigned i = 0; i < (REPORT_FINGERPRINT - 1) / 2; i++)
		(void)snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
}

struct report_style
report_style_default(void)
{
	return (struct report_style){
	    .format = REPORT_TEXT,
	    .color = diag_wants_color(STDOUT_FILENO),
	};
}

bool
report_style_format(struct report_style *s, const char *word)
{
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		if (strcmp(formats[i], word) == 0) {
			s->format = (enum report_format)i;
			return true;
		}
	}
	return false;
}

bool
report_style_color(struct report_style *s, const char *word)
{
	if (strcmp(word, "auto") == 0)
		s->color = diag_wants_color(STDOUT_FILENO);
	else if (strcmp(word, "always") == 0)
		s->color = true;
	else if (strcmp(word, "never") == 0)
		s->color = false;
	else
		return false;
	return true;
}

struct finding **
report_by_level(const struct report *r)
{
	struct finding **sorted =
	    ARENA_ARRAY(r->arena, r->findings.n + 1, struct finding *);
	uint32_t n = 0;

	for (int level = 0; level < REPORT_LEVELS; level++)
		for (uint32_t i = 0; i < r->findings.n; i++)
			if ((int)r->findings.v[i]->level == level)
				sorted[n++] = r->findings.v[i];
	return sorted;
}

uint32_t
report_count(const struct report *r, enum report_level level)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->findings.n; i++)
		n += r->findings.v[i]->level == level;
	return n;
}

const char *
report_level_name(enum report_level level)
{
	return levels[level];
}

struct text
report_place_print(struct arena *a, const struct report_place *p)
{
	struct text file = diag_safe(a, p->file);

	if (p->revision.s != NULL)
		file = arena_printf(a, "%s:%.*s", diag_safe(a, p->revision).s,
		    (int)file.len, file.s);
	else if (file.len > 1 && memcmp(file.s, "::", 2) == 0)
		/* as diagnostics have it */
		file = arena_printf(a, "./%.*s", (int)file.len, file.s);
	if (p->line == 0)
		return file;
	if (p->column == 0)
		return arena_printf(
		    a, "%.*s:%u", (int)file.len, file.s, p->line);
	return arena_printf(
	    a, "%.*s:%u:%u", (int)file.len, file.s, p->line, p->column);
}

const struct report_place *
report_primary(const struct finding *f)
{
	return f->places.n > 0 ? &f->places.v[0] : NULL;
}

void
report_print(const struct report *r, struct report_style style, FILE *out)
{
	switch (style.format) {
	case REPORT_JSON:
		report_print_json(r, out);
		break;
	case REPORT_SARIF:
		report_print_sarif(r, out);
		break;
	case REPORT_GITHUB:
		report_print_github(r, out);
		break;
	case REPORT_MARKDOWN:
		report_print_markdown(r, out);
		break;
	case REPORT_JUNIT:
		report_print_junit(r, out);
		break;
	case REPORT_TEXT:
	case REPORT_FORMATS:
		report_print_text(r, style.color, out);
		break;
	}
}
