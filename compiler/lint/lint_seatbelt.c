#include <config.h>

#include "compiler/lint/lint_seatbelt.h"

#include <stdlib.h>

/* What the rules of a policy for macOS let be done, by asking. */

enum sbpl_verdict
seatbelt_lint_ask(const struct seatbelt_lint *s, enum sbpl_op op,
    struct text path, struct sbpl_answer *ret_answer)
{
	struct sbpl_request q = sbpl_request_about(op, SBPL_FACT_PATH, path);

	q.exact_case = true;
	sbpl_decide(s->file->tree, &q, ret_answer);
	return ret_answer->verdict;
}

bool
seatbelt_lint_allows(
    const struct seatbelt_lint *s, enum sbpl_op op, struct text path)
{
	struct sbpl_answer answer;

	return seatbelt_lint_ask(s, op, path, &answer) == SBPL_ALLOW;
}

bool
seatbelt_lint_speaks(const struct sbpl_rule *rule, enum sbpl_op op)
{
	for (;; op = sbpl_op_parent(op)) {
		for (uint32_t i = 0; i < rule->n; i++)
			if (rule->ops[i] == op)
				return true;
		if (op == SBPL_OP_DEFAULT || sbpl_op_own(op) != SBPL_OWN_PARENT)
			return false;
	}
}

bool
seatbelt_lint_on_path(const struct seatbelt_part *part)
{
	const struct sbpl_filter *f = part->filter;

	return f != NULL && f->fact == SBPL_FACT_PATH && f->text.len > 0 &&
	       (f->kind == SBPL_FILTER_LITERAL ||
		   f->kind == SBPL_FILTER_SUBPATH ||
		   f->kind == SBPL_FILTER_PREFIX);
}

static struct span
span_of(const struct seatbelt_part *part)
{
	return part->filter != NULL ? part->filter->at : part->rule->at;
}

bool
seatbelt_lint_is_written(
    const struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	return sbpl_file_has_place(s->file, span_of(part));
}

bool
seatbelt_lint_is_group(
    const struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	return sbpl_file_is_group(s->file, span_of(part));
}

struct finding *
seatbelt_lint_add(struct seatbelt_lint *s, enum finding_code code,
    const struct seatbelt_part *part, struct text region)
{
	struct finding *f = finding_add(s->l->report, code, "found");

	f->subject = s->l->policy->shown;
	f->region = region;
	sbpl_file_places(s->l->report, f, s->file, span_of(part),
	    part->rule->allow ? "granted by" : "denied by");
	return f;
}

bool
seatbelt_lint_said(
    const struct seatbelt_lint *s, enum finding_code code, struct text region)
{
	const struct report *r = s->l->report;

	for (uint32_t i = r->findings.n; i > 0; i--) {
		const struct finding *f = r->findings.v[i - 1];

		if (finding_is(f, code) &&
		    text_equal(f->subject, s->l->policy->shown) &&
		    text_equal(f->region, region))
			return true;
	}
	return false;
}

/* Devices: nothing is saved or built there. */
static bool
special(struct text path)
{
	return path.len >= 4 && memcmp(path.s, "/dev", 4) == 0 &&
	       (path.len == 4 || path.s[4] == '/');
}

/* What is new below a directory, or the file itself. */
static struct text
new_in(const struct seatbelt_lint *s, const struct sbpl_filter *f)
{
	const int len = f->text.len == 1 ? 0 : (int)f->text.len;

	switch (f->kind) {
	case SBPL_FILTER_SUBPATH:
		return arena_printf(s->arena, "%.*s/new", len, f->text.s);
	case SBPL_FILTER_PREFIX:
		return arena_printf(
		    s->arena, "%.*snew", (int)f->text.len, f->text.s);
	case SBPL_FILTER_LITERAL:
	case SBPL_FILTER_ANY:
	case SBPL_FILTER_ALL:
	case SBPL_FILTER_NOT:
	case SBPL_FILTER_REGEX:
	case SBPL_FILTER_ANCESTOR:
	case SBPL_FILTER_NUMBER:
	case SBPL_FILTER_BITS:
	case SBPL_FILTER_END:
	case SBPL_FILTER_UNKNOWN:
		break;
	}
	return f->text;
}

static struct text
beside(const struct seatbelt_lint *s, struct text path)
{
	uint32_t n = path.len;

	while (n > 0 && path.s[n - 1] != '/')
		n--;
	return n == 0 ? TEXT("/(other paths)")
		      : arena_printf(
			    s->arena, "%.*s(other paths)", (int)n, path.s);
}

static bool
runs_what_it_writes(const struct seatbelt_lint *s, struct text path)
{
	return seatbelt_lint_allows(s, SBPL_OP_FILE_WRITE_DATA, path) &&
	       seatbelt_lint_allows(s, SBPL_OP_PROCESS_EXEC_ANY, path) &&
	       seatbelt_lint_allows(s, SBPL_OP_FILE_READ_DATA, path);
}

static void
write_execute(struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	const struct text place = part->filter->text;
	struct finding *f;

	/*
	 * Of the two rules that it takes, the one that lets write.  A single
	 * file is mostly one that a program keeps its state in.
	 */
	if (!seatbelt_lint_speaks(part->rule, SBPL_OP_FILE_WRITE_DATA) ||
	    part->filter->kind == SBPL_FILTER_LITERAL || special(place) ||
	    seatbelt_lint_said(s, FINDING_WRITE_EXECUTE, place) ||
	    !runs_what_it_writes(s, new_in(s, part->filter)) ||
	    runs_what_it_writes(s, beside(s, place)))
		return;
	f = seatbelt_lint_add(s, FINDING_WRITE_EXECUTE, part, place);
	f->message =
	    arena_printf(s->arena, "what is written in %.*s can be run there",
		(int)place.len, place.s);
}

static void
create_only(struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	const struct text place = part->filter->text;
	const struct text made = new_in(s, part->filter);
	struct finding *f;

	if (!seatbelt_lint_speaks(part->rule, SBPL_OP_FILE_WRITE_CREATE) ||
	    !seatbelt_lint_allows(s, SBPL_OP_FILE_WRITE_CREATE, made) ||
	    seatbelt_lint_allows(s, SBPL_OP_FILE_WRITE_DATA, made) ||
	    seatbelt_lint_said(s, FINDING_CREATE_ONLY, place))
		return;
	f = seatbelt_lint_add(s, FINDING_CREATE_ONLY, part, place);
	f->message = arena_printf(s->arena,
	    "files can be made in %.*s but not written: opening one fails and "
	    "leaves it empty",
	    (int)place.len, place.s);
}

/*
 * Homes, and all of them, under both names.  A grant of /System takes in
 * /System/Volumes/Data, which has all user files a second time.
 */
static const char *const trees[] = {"/", "/Users", "/System/Volumes/Data",
    "/System/Volumes/Data/Users", "/System/Volumes/Data/home",
    "/private/var/root", "/System/Volumes/Data/private/var/root", "$HOME",
    "/System/Volumes/Data$HOME"};

/* Below a tree, and nothing that a rule could mean. */
static struct text
nowhere(const struct seatbelt_lint *s, const char *tree)
{
	return arena_printf(s->arena, "%s/\x7f nowhere/\x7f nothing",
	    strcmp(tree, "/") == 0 ? "" : tree);
}

/* Is the filter, by its text, for the whole of a tree? */
static bool
is_whole(const struct sbpl_filter *f, const char *tree)
{
	static const char data[] = "/System/Volumes/Data";
	const struct text top = text_of(tree), t = f->text;

	if (f->kind == SBPL_FILTER_PREFIX)
		return text_begins(top, t) ||
		       (t.len == top.len + 1 && text_begins(t, top) &&
			   t.s[top.len] == '/');
	if (f->kind != SBPL_FILTER_SUBPATH)
		return f->kind == SBPL_FILTER_REGEX;
	if (text_equal(t, top))
		return true;
	return strcmp(tree, data) == 0 && t.len > 1 && t.len < top.len &&
	       text_begins(top, t) && tree[t.len] == '/';
}

static bool
opens(const struct seatbelt_lint *s, const struct sbpl_rule *rule,
    const char *tree)
{
	static const enum sbpl_op ops[] = {
	    SBPL_OP_FILE_READ_DATA, SBPL_OP_FILE_WRITE_DATA};

	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		struct sbpl_answer answer;

		if (seatbelt_lint_ask(s, ops[i], nowhere(s, tree), &answer) ==
			SBPL_ALLOW &&
		    answer.rule == rule)
			return true;
	}
	return false;
}

static void
whole_tree(struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	for (size_t i = 0; i < ARRAY_LEN(trees); i++) {
		const struct sbpl_filter *filter = part->filter;
		struct text shown = text_of(trees[i]);
		struct finding *f;

		if (filter != NULL && !is_whole(filter, trees[i]))
			continue;
		if (!opens(s, part->rule, trees[i]))
			continue;
		if (filter != NULL && filter->kind == SBPL_FILTER_SUBPATH)
			shown = filter->text;
		if (seatbelt_lint_said(s, FINDING_WHOLE_TREE, shown))
			return;
		f = seatbelt_lint_add(s, FINDING_WHOLE_TREE, part, shown);
		f->message = arena_printf(s->arena,
		    "%.*s is granted as a whole, with all that is and will be "
		    "in it",
		    (int)shown.len, shown.s);
		if (strcmp(trees[i], "/System/Volumes/Data") == 0 &&
		    shown.len < strlen(trees[i]))
			report_detail(s->l->report, f,
			    "it holds /System/Volumes/Data, where all user "
			    "files have a second name");
		return;
	}
}

static void
effects(struct seatbelt_lint *s)
{
	for (uint32_t i = 0; i < s->parts.n; i++) {
		const struct seatbelt_part *part = &s->parts.v[i];

		if (!part->rule->allow || part->rule->opaque ||
		    !seatbelt_lint_is_written(s, part))
			continue;
		whole_tree(s, part);
		/* "/tmp": no file has that name, macOS says /private/tmp. */
		if (!seatbelt_lint_on_path(part) ||
		    !text_equal(part->filter->text,
			sbpl_real_path(s->arena, part->filter->text)))
			continue;
		write_execute(s, part);
		create_only(s, part);
	}
}

/* The filters of a rule that stand for themselves; parts of others do not. */
static void
collect(struct seatbelt_lint *s, const struct sbpl_rule *rule,
    const struct sbpl_filter *f)
{
	if (f == NULL || f->kind != SBPL_FILTER_ANY) {
		*VEC_PUSH(s->arena, &s->parts) =
		    (struct seatbelt_part){rule, f};
		return;
	}
	for (uint32_t i = 0; i < f->n; i++)
		collect(s, rule, f->parts[i]);
}

static int
by_place(const void *a, const void *b)
{
	const struct seatbelt_place *x = a, *y = b;
	const int d = text_compare(x->lower, y->lower);

	return d != 0 ? d : (x->part > y->part) - (x->part < y->part);
}

static int
place_to_key(const void *element, const void *key)
{
	const struct seatbelt_place *x = element;

	return text_compare(x->lower, *(const struct text *)key);
}

static void
add_at(const struct seatbelt_lint *s, struct text lower,
    struct seatbelt_numbers *to)
{
	for (uint32_t i = VEC_LOWER_BOUND(&s->places, &lower, place_to_key);
	     i < s->places.n && text_equal(s->places.v[i].lower, lower); i++)
		*VEC_PUSH(s->arena, to) = s->places.v[i].part;
}

void
seatbelt_lint_above(const struct seatbelt_lint *s, struct text path,
    struct seatbelt_numbers *ret_parts)
{
	const struct text lower = text_in_lower(s->arena, path);

	ret_parts->n = 0;
	if (lower.len > 1)
		add_at(s, TEXT("/"), ret_parts);
	for (uint32_t i = 1; i <= lower.len; i++)
		if (i == lower.len || lower.s[i] == '/')
			add_at(s, (struct text){lower.s, i}, ret_parts);
	for (uint32_t i = 0; i < s->prefixes.n; i++)
		*VEC_PUSH(s->arena, ret_parts) = s->prefixes.v[i];
}

static void
sort_places(struct seatbelt_lint *s)
{
	for (uint32_t i = 0; i < s->parts.n; i++) {
		const struct seatbelt_part *part = &s->parts.v[i];

		if (!seatbelt_lint_on_path(part))
			continue;
		if (part->filter->kind == SBPL_FILTER_PREFIX)
			*VEC_PUSH(s->arena, &s->prefixes) = i;
		else
			*VEC_PUSH(s->arena, &s->places) =
			    (struct seatbelt_place){
				text_in_lower(s->arena, part->filter->text), i};
	}
	if (s->places.n > 0)
		qsort(s->places.v, s->places.n, sizeof(*s->places.v), by_place);
}

void
lint_seatbelt(struct lint *l, struct sbpl_file *file)
{
	struct seatbelt_lint s = {
	    .l = l, .arena = l->report->arena, .file = file};

	for (uint32_t i = 0; i < file->policy.rules.n; i++)
		collect(&s, &file->policy.rules.v[i],
		    file->policy.rules.v[i].filter);
	sort_places(&s);
	effects(&s);
	lint_seatbelt_denies(&s);
	lint_seatbelt_rules(&s);
}
