#include <config.h>

#include "compiler/review/lock_report.h"

static const struct lock_file *
find_file(const struct lock_policy *p, struct text name)
{
	for (uint32_t i = 0; i < p->files.n; i++)
		if (text_equal(p->files.v[i].name, name))
			return &p->files.v[i];
	return NULL;
}

/* Something that the lock says and the other side does not, or the reverse. */
static void
put(struct report *r, const char *rule, const char *verdict,
    struct text subject, struct text what, const char *words, struct text file)
{
	struct finding *f = report_add(r, rule, REPORT_NOTE, verdict);

	f->sign = ' ';
	f->subject = subject;
	f->region = what;
	f->message =
	    arena_printf(r->arena, "%.*s %s", (int)what.len, what.s, words);
	report_place(r, f, (struct report_place){.file = file});
}

static void
put_input(struct report *r, const struct lock_policy *p, struct text file,
    const char *verdict, const char *words)
{
	report_rule(r, "input-changed",
	    "A file that the policy is made of is another.");
	put(r, "input-changed", verdict, p->name, file, words, file);
}

static void
report_inputs(struct report *r, const struct lock_policy *was,
    const struct side_policy *now)
{
	struct lock_policy is = {0};

	lock_inputs(r->arena, now, &is);
	for (uint32_t i = 0; i < is.files.n; i++) {
		const struct lock_file *f = &is.files.v[i];
		const struct lock_file *old = find_file(was, f->name);

		if (old == NULL)
			put_input(r, was, f->name, "added", "is a new input");
		else if (!text_equal(old->digest, f->digest))
			put_input(r, was, f->name, "changed", "has changed");
	}
	for (uint32_t i = 0; i < was->files.n; i++)
		if (find_file(&is, was->files.v[i].name) == NULL)
			put_input(r, was, was->files.v[i].name, "deleted",
			    "is no input any more");
}

static uint32_t
report_drift(struct report *r, const struct lock_policy *was,
    const struct side_policy *now)
{
	const uint32_t before = r->findings.n;
	struct side_pair pair = {
	    .side = {&was->policy, now}, .subject = was->name};

	diff_policies(&pair.diff, r->arena, &was->policy.blob, &now->blob);
	pair_report(r, &pair, true);
	for (uint32_t i = before; i < r->findings.n; i++)
		r->findings.v[i]->level = REPORT_ERROR;
	return r->findings.n - before;
}

static uint32_t
report_alone(struct report *r, struct text name, struct text file, bool added)
{
	const char *rule = added ? "policy-added" : "policy-deleted";
	struct finding *f;

	report_rule(r, rule,
	    added ? "A policy that is not in the lock."
		  : "A policy of the lock that is no longer there.");
	f = report_add(r, rule, REPORT_ERROR, added ? "added" : "deleted");
	f->sign = added ? '+' : '-';
	f->subject = name;
	f->region = TEXT("policy");
	f->message = arena_printf(r->arena, "policy %.*s %s", (int)name.len,
	    name.s, added ? "is not in the lock" : "is gone");
	report_place(r, f, (struct report_place){.file = file});
	return 1;
}

uint32_t
lock_report_one(
    struct report *r, const struct lock *l, const struct side_policy *now)
{
	const struct lock_policy *was = lock_find(l, now->key);
	uint32_t errors = 0;

	if (was == NULL)
		return report_alone(r, now->key, now->path, true);
	if (!text_equal(was->id, lock_id(r->arena, &now->blob)))
		errors = report_drift(r, was, now);
	report_inputs(r, was, now);
	return errors;
}

static void
put_option(struct report *r, const struct lock *l, struct text option,
    const char *verdict, const char *words)
{
	report_rule(r, "option-changed",
	    "It was locked with other options than it is compared with.");
	put(r, "option-changed", verdict, TEXT("lock"), option, words, l->path);
}

static bool
has_option(const struct lock *l, struct text option)
{
	for (uint32_t i = 0; i < l->options.n; i++)
		if (text_equal(l->options.v[i], option))
			return true;
	return false;
}

void
lock_report_options(
    struct report *r, const struct lock *l, const struct target *t)
{
	struct lock now = {0};

	lock_options(r->arena, t, &now);
	for (uint32_t i = 0; i < l->options.n; i++)
		if (!has_option(&now, l->options.v[i]))
			put_option(r, l, l->options.v[i], "deleted",
			    "was given when it was locked");
	for (uint32_t i = 0; i < now.options.n; i++)
		if (!has_option(l, now.options.v[i]))
			put_option(r, l, now.options.v[i], "added",
			    "was not given when it was locked");
}

uint32_t
lock_report(struct report *r, const struct lock *l, const struct side *now)
{
	uint32_t errors = 0;

	for (uint32_t i = 0; i < now->policies.n; i++)
		errors += lock_report_one(r, l, &now->policies.v[i]);
	for (uint32_t i = 0; i < l->policies.n; i++)
		if (side_find(now, l->policies.v[i].name) == NULL)
			errors += report_alone(
			    r, l->policies.v[i].name, l->path, false);
	return errors;
}
