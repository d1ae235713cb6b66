#include <config.h>

#include "compiler/seatbelt/sbpl_disjoint.h"

/*
 * Roots, and where each may lie; no tops: anywhere.  Which of them a launch
 * has placed shows in the text of the policies.
 */
enum { TOPS_MAX = 5 };
static const struct {
	struct text root, tops[TOPS_MAX];
} roots[] = {
    {{"$HOME", 5},
	{{"/Users", 6}, {"/Volumes", 8}, {"/private/tmp", 12},
	    {"/private/var/root", 17}, {"/private/var/folders", 20}}},
    {{"$TMPDIR", 7}, {{"/private/tmp", 12}, {"/private/var/folders", 20}}},
    {{"$CWD", 4}, {{NULL, 0}}},
};
enum { ROOTS = ARRAY_LEN(roots) };

/* Could a directory that is the root, or one in it, lie there? */
static bool
may_lie(unsigned root, struct text path)
{
	if (sbpl_path_is_in(path, roots[root].root, true))
		return false;
	if (roots[root].tops[0].s == NULL)
		return true;
	for (unsigned i = 0; i < TOPS_MAX; i++)
		if (roots[root].tops[i].s != NULL &&
		    sbpl_path_is_in(path, roots[root].tops[i], true))
			return true;
	return false;
}

struct meet {
	const struct sbpl_disjoint *d;
	struct arena *arena;
	struct sbpl_meetings *to;
	/* Of each policy the first that it may do in a root, or where it may
	 * lie: [policy][root][change, use] */
	struct sbpl_meeting in_root[2][ROOTS][2], elsewhere[2][ROOTS][2];
};

static void
ask(struct sbpl_file *f, enum sbpl_op op, struct text path, bool exact,
    struct sbpl_use *ret_use)
{
	struct sbpl_request q = sbpl_request_about(op, SBPL_FACT_PATH, path);
	struct sbpl_answer answer;
	struct sbpl_use use;

	q.exact_case = exact;
	sbpl_decide(f->tree, &q, &answer);
	/* The most that any operation comes to. */
	if (answer.verdict == SBPL_DENY || ret_use->verdict == SBPL_ALLOW ||
	    (answer.verdict == SBPL_UNKNOWN &&
		ret_use->verdict == SBPL_UNKNOWN))
		return;
	use = (struct sbpl_use){.verdict = answer.verdict,
	    .op = op,
	    .rule = answer.verdict == SBPL_ALLOW ? answer.rule : answer.doubt};
	if (use.rule != NULL)
		use.at = sbpl_rule_part(f->tree, &q, use.rule);
	*ret_use = use;
}

static bool
changes(enum sbpl_op op)
{
	return op == SBPL_OP_FILE_MKNOD || op == SBPL_OP_FILE_WRITE_SETUGID ||
	       (op != SBPL_OP_FILE_WRITE_ANY &&
		   sbpl_op_parent(op) == SBPL_OP_FILE_WRITE_ANY);
}

static void
ask_all(struct sbpl_file *f, struct text path, bool exact,
    struct sbpl_use *ret_change, struct sbpl_use *ret_use)
{
	static const enum sbpl_op uses[] = {SBPL_OP_FILE_READ_DATA,
	    SBPL_OP_FILE_READ_XATTR, SBPL_OP_PROCESS_EXEC_ANY,
	    SBPL_OP_NETWORK_OUTBOUND};

	*ret_change = *ret_use = (struct sbpl_use){.verdict = SBPL_DENY};
	/* First what has a word. */
	ask(f, SBPL_OP_FILE_WRITE_DATA, path, exact, ret_change);
	for (uint32_t op = 0;
	     op < SBPL_OPS && ret_change->verdict != SBPL_ALLOW; op++)
		if (changes((enum sbpl_op)op))
			ask(f, (enum sbpl_op)op, path, exact, ret_change);
	for (size_t i = 0;
	     i < ARRAY_LEN(uses) && ret_use->verdict != SBPL_ALLOW; i++)
		ask(f, uses[i], path, exact, ret_use);
	if (ret_use->verdict == SBPL_DENY ||
	    (ret_use->verdict == SBPL_UNKNOWN &&
		ret_change->verdict == SBPL_ALLOW))
		*ret_use = *ret_change;
}

/* The first; of those in doubt none, where another is certain. */
static void
keep(struct sbpl_meeting *to, struct text path, const struct sbpl_use *use)
{
	if (use->verdict == SBPL_ALLOW
		? to->path.s == NULL || to->use.verdict != SBPL_ALLOW
		: to->path.s == NULL && use->verdict != SBPL_DENY)
		*to = (struct sbpl_meeting){.path = path, .use = *use};
}

static void
keep_by_root(struct meet *m, unsigned policy, struct text path,
    const struct sbpl_use *change, const struct sbpl_use *use)
{
	for (unsigned r = 0; r < ROOTS; r++) {
		struct sbpl_meeting *to;

		if (sbpl_path_is_in(path, roots[r].root, true))
			to = m->in_root[policy][r];
		else if (may_lie(r, path))
			to = m->elsewhere[policy][r];
		else
			continue;
		keep(&to[0], path, change);
		keep(&to[1], path, use);
	}
}

static bool
is_below_one(const struct sbpl_meetings *m, struct text path)
{
	for (uint32_t i = 0; i < m->sure.n; i++)
		if (sbpl_path_is_in(path, m->sure.v[i].path, true))
			return true;
	return false;
}

/* No file is called /tmp/x; and the link /tmp belongs to the system. */
static bool
is_real(const struct meet *m, struct text path)
{
	return text_equal(path, sbpl_real_path(m->arena, path));
}

/*
 * Do they meet, if at all, only where case does not count, and is it the same
 * place in another case that is left out?
 */
static bool
is_left_out_by_case(const struct meet *m, const struct sbpl_meeting *found)
{
	const struct text lower = text_in_lower(m->arena, found->path);
	struct sbpl_use change, use, ignored;

	ask_all(
	    m->d->files[found->changer], found->path, true, &change, &ignored);
	ask_all(
	    m->d->files[!found->changer], found->path, true, &ignored, &use);
	return (change.verdict == SBPL_DENY || use.verdict == SBPL_DENY) &&
	       (!is_real(m, lower) || m->d->leave_out(m->d->of, lower, true));
}

static bool
are_sure(const struct sbpl_meeting *found)
{
	return found->change.verdict == SBPL_ALLOW &&
	       found->use.verdict == SBPL_ALLOW;
}

static void
meet_at(struct meet *m, struct text path)
{
	struct sbpl_use change[2], use[2];

	for (unsigned i = 0; i < 2; i++) {
		ask_all(m->d->files[i], path, false, &change[i], &use[i]);
		keep_by_root(m, i, path, &change[i], &use[i]);
	}
	for (unsigned i = 0; i < 2; i++) {
		const struct sbpl_meeting found = {.path = path,
		    .changer = i,
		    .change = change[i],
		    .use = use[!i]};

		if (found.change.verdict == SBPL_DENY ||
		    found.use.verdict == SBPL_DENY)
			continue;
		if (are_sure(&found)) {
			if (!is_below_one(m->to, path))
				*VEC_PUSH(m->arena, &m->to->sure) = found;
			return;
		}
		if (m->to->doubt.path.s == NULL &&
		    !is_left_out_by_case(m, &found))
			m->to->doubt = found;
	}
}

/* One in a root, the other where that root may lie? */
static void
meet_where_roots_lie(struct meet *m)
{
	for (unsigned r = 0; r < ROOTS; r++)
		for (unsigned i = 0; i < 4; i++) {
			const unsigned policy = i & 1, changes_in = i >> 1;
			const struct sbpl_meeting *in =
			    &m->in_root[policy][r][!changes_in];
			const struct sbpl_meeting *out =
			    &m->elsewhere[!policy][r][changes_in];

			if (in->path.s == NULL || out->path.s == NULL)
				continue;
			m->to->root = roots[r].root;
			m->to->placed = (struct sbpl_meeting){
			    .path = out->path,
			    .changer = changes_in ? policy : !policy,
			    .change = changes_in ? in->use : out->use,
			    .use = changes_in ? out->use : in->use,
			};
			return;
		}
}

/* The root that a leaf of the filter is on; .s NULL: none. */
static struct text
root_in(const struct sbpl_filter *f)
{
	struct text t = f->text;

	for (uint32_t i = 0; i < f->n; i++) {
		const struct text in = root_in(f->parts[i]);

		if (in.s != NULL)
			return in;
	}
	if (f->n > 0 || f->fact != SBPL_FACT_PATH)
		return (struct text){NULL, 0};
	if (f->kind == SBPL_FILTER_REGEX && t.len > 2)
		t = (struct text){t.s + 2, t.len - 2}; /* behind ^ and \ */
	for (unsigned r = 0; r < ROOTS; r++)
		if (t.len >= roots[r].root.len &&
		    memcmp(t.s, roots[r].root.s, roots[r].root.len) == 0)
			return roots[r].root;
	return (struct text){NULL, 0};
}

static bool
is_on_path(const struct sbpl_filter *f)
{
	for (uint32_t i = 0; i < f->n; i++)
		if (is_on_path(f->parts[i]))
			return true;
	return f->n == 0 && f->fact == SBPL_FACT_PATH;
}

/*
 * Of alternatives each is seen by itself.  But of filters that have to hold
 * together one may be on a root and another on where it lies, and what must
 * not be there may be where a root comes to lie.
 */
static struct text
bound_root(const struct sbpl_filter *f, struct text any)
{
	struct text in = {NULL, 0};

	if (f == NULL)
		return in;
	if (f->kind == SBPL_FILTER_NOT && is_on_path(f))
		return any;
	if (f->kind == SBPL_FILTER_ALL)
		in = root_in(f);
	for (uint32_t i = 0; i < f->n && in.s == NULL; i++)
		in = bound_root(f->parts[i], any);
	return in;
}

static void
meet_by_bound_roots(struct meet *m)
{
	const struct sbpl_paths *paths = m->d->paths;
	struct text any = {NULL, 0};

	for (uint32_t i = 0; i < paths->roots.n; i++)
		for (unsigned r = 0; r < ROOTS; r++)
			if (text_equal(paths->roots.v[i], roots[r].root))
				any = roots[r].root;
	for (unsigned i = 0; i < 2 && any.s != NULL; i++) {
		const struct sbpl_policy *p = &m->d->files[i]->policy;

		for (uint32_t k = 0; k < p->rules.n; k++) {
			const struct text root =
			    bound_root(p->rules.v[k].filter, any);

			if (root.s == NULL)
				continue;
			m->to->root = root;
			m->to->bound = &p->rules.v[k];
			m->to->bound_in = i;
			return;
		}
	}
}

void
sbpl_disjoint(const struct sbpl_disjoint *d, struct sbpl_meetings *ret_meetings)
{
	struct meet m = {.d = d, .arena = d->paths->arena, .to = ret_meetings};
	struct sbpl_sorts sorts = {0};

	*ret_meetings = (struct sbpl_meetings){.complete = false};
	for (unsigned i = 0; i < 2; i++)
		sbpl_paths_add_policy(
		    d->paths, &d->files[i]->policy, SBPL_FACT_PATH);
	for (unsigned r = 0; r < ROOTS; r++)
		for (unsigned i = 0; i < TOPS_MAX; i++)
			if (roots[r].tops[i].s != NULL)
				sbpl_paths_add_place(
				    d->paths, roots[r].tops[i], true);
	ret_meetings->complete =
	    sbpl_paths_sort(d->paths, SBPL_PATHS_MAX, &sorts);
	for (uint32_t i = 0; i < sorts.n; i++)
		if (is_real(&m, sorts.v[i]) &&
		    !d->leave_out(d->of, sorts.v[i], false))
			meet_at(&m, sorts.v[i]);
	if (ret_meetings->sure.n == 0)
		meet_where_roots_lie(&m);
	if (ret_meetings->root.s == NULL)
		meet_by_bound_roots(&m);
}
