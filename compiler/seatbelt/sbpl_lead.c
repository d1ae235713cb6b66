#include <config.h>

#include "compiler/sbpl/sbpl_judge.h"
#include "compiler/seatbelt/sbpl_file.h"

/* Where the matches of a regular expression can lie, by how they begin. */

struct text
sbpl_lead(struct arena *a, const struct sbpl_filter *f)
{
	struct text lead = TEXT("");

	if (f->kind == SBPL_FILTER_UNKNOWN || f->text.len == 0 ||
	    f->text.s[0] != '^' || sbpl_regex_branches(f->text))
		return lead;
	for (uint32_t i = 1; i < f->text.len; i++) {
		char c = f->text.s[i];

		if (c == '\\' && i + 1 < f->text.len) {
			c = f->text.s[++i];
		} else if (strchr(".[](){}*+?|$^", c) != NULL) {
			/* The last one need not be there. */
			if (strchr("*?{", c) != NULL && lead.len > 0)
				lead.len--;
			break;
		}
		lead = arena_printf(a, "%.*s%c", (int)lead.len, lead.s, c);
	}
	return lead;
}

bool
sbpl_leads_into(struct text lead, struct text top)
{
	const bool slash = top.len > 0 && top.s[top.len - 1] == '/';

	return text_begins(top, lead) ||
	       (text_begins(lead, top) && (slash || lead.s[top.len] == '/'));
}

bool
sbpl_may_match_in(struct arena *a, const struct sbpl_filter *f,
    enum sbpl_fact fact, struct text top)
{
	if (f == NULL)
		return false;
	for (uint32_t i = 0; i < f->n; i++)
		if (sbpl_may_match_in(a, f->parts[i], fact, top))
			return true;
	if (f->n > 0 ||
	    (f->kind != SBPL_FILTER_REGEX && f->kind != SBPL_FILTER_UNKNOWN) ||
	    (f->fact != fact && f->fact != SBPL_FACTS))
		return false;
	return sbpl_leads_into(sbpl_lead(a, f), top);
}
