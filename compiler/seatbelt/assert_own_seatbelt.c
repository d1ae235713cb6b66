#include <config.h>

#include "compiler/assert/assert_own.h"
#include "compiler/seatbelt/assert_seatbelt.h"

enum { LINES_SHOWN = 8 };

/* The lines that grant what violates it, as far as the text names them. */
static void
help_places(struct diags *d, struct diag *diag, const struct report *found)
{
	uint32_t shown = 0;

	for (uint32_t i = 0; i < found->findings.n; i++) {
		const struct finding *f = found->findings.v[i];

		for (uint32_t k = 1; k < f->places.n; k++) {
			const struct report_place *p = &f->places.v[k];

			if (shown++ == LINES_SHOWN)
				return;
			diag_help(d, diag, "granted by %.*s:%u",
			    (int)p->file.len, p->file.s, p->line);
		}
		if (f->places.n > 1)
			return;
	}
}

/* Judges one; false: violated. */
static bool
hold_one(struct compile *c, const struct assertion *one,
    const struct side_policy *p, const struct seatbelt_launch *launch,
    struct sbpl_file *f)
{
	struct report found = {.arena = &c->arena};
	struct assert_reporter r = {.report = &found, .sources = &c->sources};
	struct text first;
	struct diag *diag;

	assert_seatbelt(
	    &r, &c->assertions, one, p, launch, f, c->policy.name, &first);
	if (r.tally.violated > 0) {
		diag = first.len > 0
			   ? diag_at(&c->diags, DIAG_ASSERT_FAILS, one->at,
				 "the assertion does not hold: the policy may "
				 "%.*s",
				 (int)first.len, first.s)
			   : diag_at(&c->diags, DIAG_ASSERT_FAILS, one->at,
				 "\"always\" of an empty set is no promise");
		help_places(&c->diags, diag, &found);
		return false;
	}
	if (r.tally.undecided > 0) {
		diag = diag_at(&c->diags, DIAG_ASSERT_UNJUDGED, one->at,
		    "whether the assertion holds cannot be told");
		diag_help(&c->diags, diag,
		    "a regular expression or a rule that is not modelled may "
		    "permit it: nonoc check says which");
	}
	return true;
}

bool
assert_own_hold_seatbelt(struct compile *c, struct text emitted)
{
	const struct seatbelt_launch launch =
	    assert_seatbelt_launch(&c->arena, &c->assertions);
	const struct side_policy p = {
	    .shown = c->policy.name,
	    .path = c->policy.name,
	    .name = c->policy.name,
	    .seatbelt = emitted,
	    .compiled = true,
	};
	struct sbpl_file f;
	bool ok = true;

	if (c->assertions.list.n == 0)
		return true;
	if (!side_seatbelt_open(c, &p, &launch, &f))
		return false;
	for (uint32_t i = 0; i < c->assertions.list.n; i++)
		if (!c->assertions.list.v[i].other_platform)
			ok = hold_one(c, &c->assertions.list.v[i], &p, &launch,
				 &f) &&
			     ok;
	sbpl_file_close(&f);
	return ok;
}
