#ifndef NONO_REPORT_PRINT_H
#define NONO_REPORT_PRINT_H

#include "compiler/base/diag.h"
#include "compiler/report/report.h"

/* What the printers of the formats share; nobody else includes it. */
void report_print_text(const struct report *r, bool color, FILE *out);
void report_print_json(const struct report *r, FILE *out);
void report_print_sarif(const struct report *r, FILE *out);
void report_print_github(const struct report *r, FILE *out);
void report_print_markdown(const struct report *r, FILE *out);
void report_print_junit(const struct report *r, FILE *out);

/* By level, errors first; within a level in the report's order. */
struct finding **report_by_level(const struct report *r);
uint32_t report_count(const struct report *r, enum report_level level);
/* "error", "warning", "note". */
const char *report_level_name(enum report_level level);
/* "file:12:3", "file", or empty; safe to print. */
struct text report_place_print(struct arena *a, const struct report_place *p);
/* The first place; NULL when there is none. */
const struct report_place *report_primary(const struct finding *f);

#endif
