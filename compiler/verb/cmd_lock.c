#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "compiler/base/output.h"
#include "compiler/base/utf8.h"
#include "compiler/review/lock_report.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_lock[] =
    "nonoc lock [options] [-o LOCK] SIDE...\n"
    "nonoc lock --check [options] [-o LOCK] SIDE...\n"
    "  each a PROFILE, POLICY, DIRECTORY or REVISION:PATH\n"
    "  -o FILE           the lock; nono.lock by default\n"
    "  --check           compare with the lock instead of writing it\n"
    "  --format=FORMAT   text, json, sarif, github, markdown, junit\n"
    "  --color=WHEN      auto, always, never\n"
    "  and the options of nonoc compile\n";

struct request {
	struct VEC(const char *) sides;
	const char *lock;
	bool check;
	struct report_style style;
};

static int
parse(struct compile *c, void *request, int argc, char **argv)
{
	struct request *r = request;
	r->style = report_style_default();
	r->lock = "nono.lock";
	for (int i = 1; i < argc; i++) {
		enum option_result o =
		    option_review(c, &r->style, argc, argv, &i);

		if (o == OPTION_WRONG)
			return EXIT_USAGE;
		if (o == OPTION_TAKEN)
			continue;
		if (strcmp(argv[i], "--check") == 0) {
			r->check = true;
		} else if (option_value(
			       "lock", "-o", argc, argv, &i, &r->lock)) {
			if (r->lock == NULL)
				return EXIT_USAGE;
		} else if (argv[i][0] == '-') {
			return option_unknown("lock", usage_lock, argv[i]);
		} else {
			*VEC_PUSH(&c->arena, &r->sides) = argv[i];
		}
	}
	if (r->sides.n == 0)
		return option_usage("lock", usage_lock, "lock what?");
	return EXIT_HOLDS;
}

static int
by_key(const void *left, const void *right)
{
	const struct side_policy *a = left, *b = right;

	return text_compare(a->key, b->key);
}

/* All that was named, as if it were one directory. */
static int
load(struct compile *c, const struct request *r, struct side *ret_side)
{
	struct side all = {.directory = true, .argument = r->sides.v[0]};

	for (uint32_t i = 0; i < r->sides.n; i++) {
		struct side one;
		int status = side_load(&one, c, r->sides.v[i], false);

		if (status != EXIT_HOLDS)
			return status;
		for (uint32_t k = 0; k < one.policies.n; k++) {
			if (side_find(&all, one.policies.v[k].key) != NULL) {
				diag_at(&c->diags, DIAG_TWO_OF_A_NAME,
				    (struct span){0},
				    "\"%.*s\" is the second of its name",
				    (int)one.policies.v[k].shown.len,
				    one.policies.v[k].shown.s);
				return EXIT_REJECTED;
			}
			*VEC_PUSH(&c->arena, &all.policies) = one.policies.v[k];
		}
	}
	if (all.policies.n > 1)
		qsort(all.policies.v, all.policies.n, sizeof(*all.policies.v),
		    by_key);
	*ret_side = all;
	return EXIT_HOLDS;
}

static int
check(struct compile *c, const struct request *r, const struct side *now)
{
	struct report report = {.arena = &c->arena, .verb = "lock"};
	struct lock lock;
	uint32_t errors;
	int status = lock_read(&lock, c, r->lock);

	if (status != EXIT_HOLDS)
		return status;
	lock_report_options(&report, &lock, &c->target);
	errors = lock_report(&report, &lock, now);
	report.status = errors > 0 ? EXIT_DIFFERS : EXIT_HOLDS;
	report.verdict = errors > 0 ? "drifted" : "locked";
	if (errors > 0)
		report.summary = arena_printf(&c->arena,
		    "%u differences from %s; if they are meant, lock again",
		    errors, r->lock);
	else
		report.summary =
		    arena_printf(&c->arena, "as locked: %u %s", now->policies.n,
			now->policies.n == 1 ? "policy" : "policies");
	report_print(&report, r->style, stdout);
	return report.status;
}

/* A slip of completion must not cost a profile. */
static bool
replaces_one(const struct request *r, const struct side *now)
{
	struct stat lock, of;

	if (stat(r->lock, &lock) != 0)
		return false;
	for (uint32_t i = 0; i < now->policies.n; i++)
		if (stat(now->policies.v[i].path.s, &of) == 0 &&
		    of.st_dev == lock.st_dev && of.st_ino == lock.st_ino)
			return true;
	return false;
}

/* A name from the disk may be any bytes; the lock is read back as UTF-8. */
static bool
is_utf8(struct text t)
{
	uint32_t code, n;

	for (uint32_t i = 0; i < t.len; i += n) {
		n = utf8_decode(t.s + i, t.len - i, &code);
		if (n == 0)
			return false;
	}
	return true;
}

static int
write_lock(struct compile *c, const struct request *r, const struct side *now)
{
	const struct text text = lock_print(&c->arena, now, &c->target);

	if (replaces_one(r, now))
		return option_usage("lock", usage_lock,
		    "-o %s would replace what is locked", r->lock);
	if (!is_utf8(text)) {
		diag_at(&c->diags, DIAG_CANNOT_WRITE, (struct span){0},
		    "cannot write \"%s\": the name of a policy or of a file it "
		    "is made of is not valid UTF-8",
		    r->lock);
		return EXIT_ENVIRONMENT;
	}
	return output_write(&c->diags, r->lock, text.s, text.len)
		   ? EXIT_HOLDS
		   : EXIT_ENVIRONMENT;
}

static int
run(struct compile *c, void *request)
{
	const struct request *r = request;
	struct side now;
	int status = load(c, r, &now);

	if (status != EXIT_HOLDS)
		return status;
	if (r->check)
		return check(c, r, &now);
	return write_lock(c, r, &now);
}

int
cmd_lock(int argc, char **argv)
{
	struct request r = {0};

	return option_run(argc, argv, &r, parse, run);
}
