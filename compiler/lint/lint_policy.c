#include <config.h>

#include "compiler/lint/lint.h"

/* What the rules of a policy show. */

enum { PLACES_MAX = 8 };

struct finding *
lint_rule(
    struct lint *l, enum finding_code code, uint32_t rule, struct text region)
{
	struct finding *f = finding_add(l->report, code, "found");

	f->subject = l->policy->shown;
	f->region = region;
	(void)side_places(
	    l->report, f, l->policy, BLOB_PATH, rule, "granted by", PLACES_MAX);
	return f;
}

/* A rule as the checks below see it. */
struct seen {
	uint32_t index;
	struct blob_path rule;
	struct decide_path at; /* in the view */
	struct text shown;
	uint64_t inside; /* in effect on what is made in it */
	uint64_t around; /* in effect on the directory that holds it */
};

static uint64_t
rights_in(const struct lint *l, const struct decide_path *dir)
{
	return decide_region_rights(&l->view->regions, dir, true);
}

static struct seen
see(struct lint *l, uint32_t index)
{
	struct blob_path rule = blob_path(l->judge->blob, index);
	struct path path = {rule.root, text_of(rule.suffix)};
	struct seen s = {
	    .index = index,
	    .rule = rule,
	    .at = view_place(l->judge->arena, l->view, path),
	    .shown = path_print(l->judge->arena, path),
	};
	struct decide_path up = s.at;

	while (up.suffix.len > 0 && up.suffix.s[--up.suffix.len] != '/')
		;
	s.inside = rights_in(l, &s.at);
	if (s.at.suffix.len > 0)
		s.around = rights_in(l, &up);
	return s;
}

/* Devices and what the kernel shows: nothing is saved or built there. */
static bool
special(const struct seen *s)
{
	static const struct decide_path dirs[] = {
	    {{"dev", 3}, BLOB_ROOT_SLASH},
	    {{"proc", 4}, BLOB_ROOT_SLASH},
	};

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		if (decide_path_covers(&dirs[i], &s->at))
			return true;
	return false;
}

static void
write_execute(struct lint *l, const struct seen *s)
{
	const uint64_t both = BLOB_FS_WRITE_FILE | BLOB_FS_EXECUTE;
	struct finding *f;

	if ((s->inside & both) != both || (s->around & both) == both ||
	    (s->rule.rights & both) == 0)
		return;
	f = lint_rule(l, FINDING_WRITE_EXECUTE, s->index, s->shown);
	f->message = arena_printf(l->judge->arena,
	    "what is written in %.*s can be run there", (int)s->shown.len,
	    s->shown.s);
}

static void
whole_tree(struct lint *l, const struct seen *s)
{
	static const char *const trees[] = {"", "home", "root", "Users"};
	bool whole =
	    s->rule.root == BLOB_ROOT_HOME && s->rule.suffix[0] == '\0';
	struct finding *f;

	for (size_t i = 0; i < ARRAY_LEN(trees); i++)
		whole = whole || (s->rule.root == BLOB_ROOT_SLASH &&
				     strcmp(s->rule.suffix, trees[i]) == 0);
	if (!whole || s->rule.kind == BLOB_KIND_FILE)
		return;
	f = lint_rule(l, FINDING_WHOLE_TREE, s->index, s->shown);
	f->message = arena_printf(l->judge->arena,
	    "%.*s is granted as a whole, with all that is and will be in it",
	    (int)s->shown.len, s->shown.s);
}

/*
 * Saving is mostly writing a new file and renaming it.  With one file granted
 * the new one cannot be made; and where somebody else does it, the grant stays
 * with the old file.
 */
static void
single_file(struct lint *l, const struct seen *s)
{
	struct finding *f;

	if (s->rule.kind != BLOB_KIND_FILE ||
	    (s->rule.rights & BLOB_FS_WRITE_FILE) == 0 ||
	    (s->around & BLOB_FS_MAKE_REG) != 0)
		return;
	f = lint_rule(l, FINDING_SINGLE_FILE, s->index, s->shown);
	f->message = arena_printf(l->judge->arena,
	    "only the file %.*s itself can be written: saving under a new name "
	    "and renaming fails, and once anybody has done that the grant is "
	    "gone until the next launch",
	    (int)s->shown.len, s->shown.s);
	report_detail(l->report, f,
	    "grant a directory of its own, or have the file written in place");
}

static void
lost_grant(struct lint *l, const struct seen *s)
{
	const uint64_t remake = BLOB_FS_REMOVE_DIR | BLOB_FS_MAKE_DIR;
	struct text lost;
	struct finding *f;
	unsigned ops = 0;

	if (s->rule.kind == BLOB_KIND_FILE || (s->around & remake) != remake)
		return;
	for (unsigned op = 0; op < OP_CONNECT; op++)
		if ((judge_rights((enum assert_op)op) & s->rule.rights &
			~s->around) != 0)
			ops |= 1U << op;
	if (ops == 0)
		return;
	lost = assert_ops_print(l->judge->arena, ops);
	f = lint_rule(l, FINDING_LOST_GRANT, s->index, s->shown);
	f->message = arena_printf(l->judge->arena,
	    "the policy may remove %.*s and make it anew; then %.*s is lost "
	    "there until the next launch",
	    (int)s->shown.len, s->shown.s, (int)lost.len, lost.s);
}

static void
create_only(struct lint *l, const struct seen *s)
{
	struct finding *f;

	if ((s->rule.rights & BLOB_FS_MAKE_REG) == 0 ||
	    (s->inside & BLOB_FS_WRITE_FILE) != 0)
		return;
	f = lint_rule(l, FINDING_CREATE_ONLY, s->index, s->shown);
	f->message = arena_printf(l->judge->arena,
	    "files can be made in %.*s but not written: opening one fails and "
	    "leaves it empty",
	    (int)s->shown.len, s->shown.s);
}

static void
bypass(struct lint *l, const struct seen *s)
{
	struct finding *f;

	/* Where the profile can be asked it has the line and the name. */
	if ((s->rule.flags & BLOB_PATH_BYPASS) == 0 || l->profile)
		return;
	f = lint_rule(l, FINDING_BYPASS, s->index, s->shown);
	f->message =
	    arena_printf(l->judge->arena, "%.*s is open although it is denied",
		(int)s->shown.len, s->shown.s);
}

static void
parent_granted(struct lint *l, const struct seen *s)
{
	struct finding *f;

	if (s->rule.missing != BLOB_MISSING_PARENT)
		return;
	f = lint_rule(l, FINDING_PARENT_GRANTED, s->index, s->shown);
	f->message = arena_printf(l->judge->arena,
	    "where %.*s is missing at launch its whole directory is granted",
	    (int)s->shown.len, s->shown.s);
	report_detail(l->report, f, "give the socket a directory of its own");
}

void
lint_policy(struct lint *l)
{
	for (uint32_t i = 0; i < l->judge->blob->npaths; i++) {
		struct seen s = see(l, i);

		whole_tree(l, &s);
		bypass(l, &s);
		parent_granted(l, &s);
		if (special(&s))
			continue;
		write_execute(l, &s);
		single_file(l, &s);
		lost_grant(l, &s);
		create_only(l, &s);
	}
}
