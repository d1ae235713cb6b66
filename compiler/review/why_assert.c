#include <config.h>

#include "compiler/review/why.h"

#include "compiler/assert/assert_judge.h"

/*
 * Advice must not be what a reviewer would refuse: the change is held against
 * the assertions that come with nonoc, and those that it would break are named.
 */
static void
report_broken(
    struct why *w, struct finding *f, const struct assertion *assertion)
{
	const struct sources *s = &w->options->sources;
	const struct place at =
	    source_place(s, assertion->at.source, assertion->at.begin);
	const struct text name = assertion->name;

	report_detail(&w->report, f, "but that would break the assertion %.*s",
	    (int)name.len, name.s);
	report_place(&w->report, f,
	    (struct report_place){
		.file = source_get(s, assertion->at.source)->name,
		.line = at.line,
		.column = at.column,
		.what = TEXT("the assertion that the change would break"),
	    });
}

static bool
violated(struct judge *j, struct text name, const struct assertion *assertion)
{
	struct judgement answer;

	judge_assertion(j, name, assertion, &answer);
	return answer.verdict == ASSERT_VIOLATED;
}

void
why_assertions(struct why *w, struct finding *f, const struct blob *changed)
{
	/* Without the file there is nothing to say, and no error. */
	struct diags unheard = {
	    .arena = w->arena, .sources = &w->options->sources};
	struct store store = w->options->store;
	const struct assert_resolver resolver = {&store, &w->options->target};
	const struct text name = text_of(blob_profile_name(&w->policy->blob));
	struct assertions list = {0};
	const struct assert_file *file;
	struct judge before, after;

	store.diags = &unheard;
	if (!assert_read_named(&store, "std.assert", &file) ||
	    !assert_resolve(&resolver, file, &list))
		return;
	judge_init(&before, w->arena, &w->policy->blob, &list);
	judge_init(&after, w->arena, changed, &list);
	for (uint32_t i = 0; i < list.list.n; i++) {
		const struct assertion *one = &list.list.v[i];

		if ((one->kind == ASSERT_NEVER ||
			one->kind == ASSERT_TOGETHER) &&
		    !one->other_platform && violated(&after, name, one) &&
		    !violated(&before, name, one))
			report_broken(w, f, one);
	}
}
