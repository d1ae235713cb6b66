#include <config.h>

#include "compiler/report/finding.h"

static const struct {
	enum finding_code code;
	enum report_level level;
	const char *rule, *slug, *what;
} table[] = {
#define FINDING(number, level, name, slug, what)                               \
	{(number), REPORT_##level, "N" #number, slug, what},
#include "compiler/report/finding.def"
#undef FINDING
};

struct finding *
finding_add(struct report *r, enum finding_code code, const char *verdict)
{
	size_t i = 0;

	while (table[i].code != code)
		i++;
	report_rule(r, table[i].rule, table[i].what);
	return report_add(r, table[i].rule, table[i].level, verdict);
}

bool
finding_is(const struct finding *f, enum finding_code code)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (table[i].code == code)
			return strcmp(f->rule, table[i].rule) == 0;
	return false;
}

const char *
finding_rule(struct text word)
{
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (text_is(word, table[i].rule) ||
		    text_is(word, table[i].rule + 1) ||
		    text_is(word, table[i].slug))
			return table[i].rule;
	return NULL;
}
