#include <config.h>

#include "compiler/lint/lint_seatbelt.h"

#include "compiler/base/unicode_form.h"
#include "compiler/seatbelt/sbpl_diff.h"

/*
 * Names under which what is denied can be reached all the same.  Seatbelt
 * compares bytes, and the file system finds one file by several names.
 */
enum { ASKED = 3 };
static const enum sbpl_op asked[ASKED] = {
    SBPL_OP_FILE_READ_DATA, SBPL_OP_FILE_WRITE_DATA, SBPL_OP_FILE_WRITE_CREATE};

/* Is it closed here and open there, for an operation of the rule's? */
static bool
misses(const struct seatbelt_lint *s, const struct seatbelt_part *part,
    struct text variant, const enum sbpl_op *ops, size_t n)
{
	struct sbpl_answer answer;

	if (variant.len == 0 || text_equal(variant, part->filter->text))
		return false;
	for (size_t i = 0; i < n; i++)
		if (seatbelt_lint_speaks(part->rule, ops[i]) &&
		    seatbelt_lint_ask(s, ops[i], part->filter->text, &answer) ==
			SBPL_DENY &&
		    seatbelt_lint_allows(s, ops[i], variant))
			return true;
	return false;
}

static void
found(struct seatbelt_lint *s, const struct seatbelt_part *part,
    struct text open, const char *why)
{
	const struct text closed = part->filter->text;
	struct finding *f;

	/* A path is mostly denied by several rules, one for each operation. */
	if (seatbelt_lint_said(s, FINDING_DENY_VARIANT, open))
		return;
	f = seatbelt_lint_add(s, FINDING_DENY_VARIANT, part, open);
	f->message = arena_printf(s->arena,
	    "the deny of %.*s does not reach %.*s, which is open: %s",
	    (int)closed.len, closed.s, (int)open.len, open.s, why);
}

/* "/tmp/x": macOS asks about /private/tmp/x, and never about this name. */
static bool
behind_link(struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	const struct text real = sbpl_real_path(s->arena, part->filter->text);

	if (text_equal(real, part->filter->text))
		return false;
	for (size_t i = 0; i < ASKED; i++)
		if (seatbelt_lint_speaks(part->rule, asked[i]) &&
		    seatbelt_lint_allows(s, asked[i], real)) {
			found(s, part, real,
			    "macOS resolves the link before it asks");
			return true;
		}
	return true;
}

static bool
is_in(struct text path, const char *top)
{
	const size_t n = strlen(top);

	return path.len >= n && memcmp(path.s, top, n) == 0 &&
	       (path.len == n || path.s[n] == '/');
}

/* The data volume has these a second time, and has what is in them. */
static void
data_volume(struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	static const char volume[] = "/System/Volumes/Data";
	static const char *const tops[] = {"/Applications", "/Library",
	    "/Users", "/Volumes", "/cores", "/opt", "/private", "/usr/local"};
	const struct text path = part->filter->text;
	struct text other = TEXT("");

	if (is_in(path, volume))
		other = (struct text){path.s + strlen(volume),
		    path.len - (uint32_t)strlen(volume)};
	for (size_t i = 0; i < ARRAY_LEN(tops); i++)
		if (is_in(path, tops[i]) || path.s[0] == '$')
			other = arena_printf(
			    s->arena, "%s%.*s", volume, (int)path.len, path.s);
	if (misses(s, part, other, asked, ASKED))
		found(s, part, other,
		    "the data volume has the same files under both names");
}

/* What is there has one spelling; what is not could be made in another. */
static void
letter_case(struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	static const enum sbpl_op create = SBPL_OP_FILE_WRITE_CREATE;

	for (uint32_t n = 1;; n++) {
		const struct text other =
		    sbpl_respelled(s->arena, part->filter->text, n);

		if (other.len == 0)
			return;
		if (!misses(s, part, other, &create, 1))
			continue;
		found(s, part, other,
		    "a disk that folds the case of letters finds it by the "
		    "denied name");
		return;
	}
}

static void
unicode(struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	const struct text path = part->filter->text;
	const struct text forms[] = {
	    unicode_compose(s->arena, path), unicode_decompose(s->arena, path)};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (misses(s, part, forms[i], asked, ASKED)) {
			found(s, part, forms[i],
			    i == 0 ? "it is the same name with letters and "
				     "marks composed"
				   : "it is the same name with letters and "
				     "marks apart");
			return;
		}
}

static void
siblings(struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	static const enum sbpl_op read = SBPL_OP_FILE_READ_DATA;

	for (size_t i = 0; i < lint_ending_n; i++) {
		const struct text path = part->filter->text;
		const struct text other = arena_printf(
		    s->arena, "%.*s%s", (int)path.len, path.s, lint_endings[i]);

		if (!misses(s, part, other, &read, 1))
			continue;
		found(s, part, other, "it is mostly of the same kind");
		return;
	}
}

/* The same but for its case at or below a denied path: an entry that opens. */
static bool
folded_below(struct text dir, struct text path)
{
	if (dir.len < 2 || path.len < dir.len ||
	    (path.len > dir.len && path.s[dir.len] != '/') ||
	    memcmp(dir.s, path.s, dir.len) == 0)
		return false;
	for (uint32_t i = 0; i < dir.len; i++)
		if (text_lower(dir.s[i]) != text_lower(path.s[i]))
			return false;
	return true;
}

static void
opened_by_case(struct seatbelt_lint *s, const struct seatbelt_part *part)
{
	const struct text path = part->filter->text;
	struct seatbelt_numbers above = {0};

	if (!seatbelt_lint_speaks(part->rule, SBPL_OP_FILE_READ_DATA) ||
	    !seatbelt_lint_allows(s, SBPL_OP_FILE_READ_DATA, path))
		return;
	seatbelt_lint_above(s, path, &above);
	for (uint32_t i = 0; i < above.n; i++) {
		const struct seatbelt_part *p = &s->parts.v[above.v[i]];
		struct finding *f;

		if (p->rule->allow || !seatbelt_lint_on_path(p) ||
		    !folded_below(p->filter->text, path))
			continue;
		if (seatbelt_lint_said(s, FINDING_DENY_VARIANT, path))
			return;
		f = seatbelt_lint_add(s, FINDING_DENY_VARIANT, part, path);
		f->message = arena_printf(s->arena,
		    "%.*s is open, and but for the case of letters it is the "
		    "denied %.*s",
		    (int)path.len, path.s, (int)p->filter->text.len,
		    p->filter->text.s);
		return;
	}
}

void
lint_seatbelt_denies(struct seatbelt_lint *s)
{
	for (uint32_t i = 0; i < s->parts.n; i++) {
		const struct seatbelt_part *part = &s->parts.v[i];

		if (!seatbelt_lint_on_path(part) ||
		    part->filter->kind == SBPL_FILTER_PREFIX ||
		    !seatbelt_lint_is_written(s, part))
			continue;
		if (part->rule->allow) {
			opened_by_case(s, part);
			continue;
		}
		if (behind_link(s, part))
			continue;
		data_volume(s, part);
		letter_case(s, part);
		unicode(s, part);
		if (!seatbelt_lint_is_group(s, part))
			siblings(s, part);
	}
}
