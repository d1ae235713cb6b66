#include <config.h>

#include <stdio.h>

#include "compiler/blob/blob_write.h"
#include "compiler/diff/diff_report.h"
#include "compiler/side/blob_file.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_verify[] =
    "nonoc verify [options] POLICY [--rebuild PROFILE]\n"
    "  --rebuild PROFILE compile it again and compare every byte\n"
    "  --format=FORMAT   text, json, sarif, github, markdown, junit\n"
    "  --color=WHEN      auto, always, never\n"
    "  and the options of nonoc compile\n";

struct request {
	const char *policy, *profile;
	struct report_style style;
};

static int
parse(struct compile *c, void *request, int argc, char **argv)
{
	struct request *r = request;
	r->style = report_style_default();
	for (int i = 1; i < argc; i++) {
		enum option_result o =
		    option_review(c, &r->style, argc, argv, &i);

		if (o == OPTION_WRONG)
			return EXIT_USAGE;
		if (o == OPTION_TAKEN)
			continue;
		if (option_value(
			"verify", "--rebuild", argc, argv, &i, &r->profile)) {
			if (r->profile == NULL)
				return EXIT_USAGE;
		} else if (argv[i][0] == '-') {
			return option_unknown("verify", usage_verify, argv[i]);
		} else if (r->policy != NULL) {
			return option_usage("verify", usage_verify,
			    "one at a time: %s and %s", r->policy, argv[i]);
		} else {
			r->policy = argv[i];
		}
	}
	if (r->policy == NULL)
		return option_usage("verify", usage_verify, "verify what?");
	return EXIT_HOLDS;
}

/* Without what `nonoc strip` takes away. */
static bool
stripped(struct compile *c, const struct blob *from, struct blob *ret_blob)
{
	const uint8_t *bytes;
	struct blob_model m;
	uint32_t size;

	blob_read_model(from, &c->arena, &m);
	m.name = m.version = (struct text){0};
	m.sources.n = m.origins.n = m.links.n = m.extras.n = 0;
	return blob_write(&m, &c->arena, &c->diags, &bytes, &size) &&
	       blob_file_open(&c->diags, "", bytes, size, ret_blob) ==
		   EXIT_HOLDS;
}

static void
put_section(struct report *r, const struct request *q, const char *name,
    struct blob_section was, struct blob_section is)
{
	const bool same = was.len == is.len &&
			  (was.len == 0 || memcmp(was.p, is.p, was.len) == 0);
	struct finding *f;

	if (same)
		return;
	report_rule(r, "section-differs",
	    "A section of the policy is not what its profile compiles to.");
	f = report_add(r, "section-differs", REPORT_ERROR, "differs");
	f->subject = text_of(q->policy);
	f->region = text_of(name);
	f->message =
	    was.len == is.len
		? arena_printf(r->arena,
		      "section %s: its %u bytes are others when compiled again",
		      name, was.len)
		: arena_printf(r->arena,
		      "section %s: %u bytes, and %u when compiled again", name,
		      was.len, is.len);
	report_place(r, f, (struct report_place){.file = text_of(q->policy)});
}

static void
put_sections(struct report *r, const struct request *q, const struct blob *was,
    const struct blob *is)
{
	put_section(r, q, "TARG", was->targ, is->targ);
	put_section(r, q, "STRS", was->strs, is->strs);
	put_section(r, q, "PATH", was->path, is->path);
	put_section(r, q, "DENY", was->deny, is->deny);
	put_section(r, q, "PORT", was->port, is->port);
	put_section(r, q, "SECC", was->secc, is->secc);
	put_section(r, q, "ENVF", was->envf, is->envf);
	put_section(r, q, "CMDS", was->cmds, is->cmds);
	put_section(r, q, "NAME", was->name, is->name);
	put_section(r, q, "PROV", was->prov, is->prov);
}

/* The whole, where no section tells: an extra one that nobody knows. */
static bool
same_bytes(const struct blob *a, const struct blob *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

static int
rebuild(struct compile *c, const struct request *q, const struct blob *was,
    struct report *r)
{
	struct side_pair pair = {.subject = text_of(q->policy)};
	struct side_policy before, now;
	struct blob bare;
	int status = side_load_one(&now, c, q->profile, false);

	if (status != EXIT_HOLDS)
		return status;
	bare = now.blob;
	if (was->prov.p == NULL && !stripped(c, &now.blob, &bare))
		return EXIT_REJECTED;
	if (same_bytes(was, &bare)) {
		r->summary = arena_printf(&c->arena,
		    "%s is what %s compiles to, byte for byte", q->policy,
		    q->profile);
		return EXIT_HOLDS;
	}
	put_sections(r, q, was, &bare);
	before = (struct side_policy){.blob = *was, .path = text_of(q->policy)};
	pair.side[0] = &before;
	pair.side[1] = &now;
	diff_policies(&pair.diff, &c->arena, was, &now.blob);
	pair_report(r, &pair, false);
	r->summary = arena_printf(&c->arena,
	    "%s is not what %s compiles to here: %s", q->policy, q->profile,
	    pair.diff.changes.n > 0 ? "it permits something else"
				    : "it permits the same");
	return EXIT_DIFFERS;
}

static int
run(struct compile *c, void *request)
{
	const struct request *q = request;
	struct report r = {.arena = &c->arena, .verb = "verify"};
	struct blob b;
	int status = blob_file_read(&c->arena, &c->diags, q->policy, &b);

	if (status != EXIT_HOLDS)
		return status;
	r.summary =
	    arena_printf(&c->arena, "%s is a policy, and undamaged", q->policy);
	if (q->profile != NULL)
		status = rebuild(c, q, &b, &r);
	if (status != EXIT_HOLDS && status != EXIT_DIFFERS)
		return status;
	r.status = status;
	r.verdict = status == EXIT_HOLDS ? "verified" : "differs";
	report_print(&r, q->style, stdout);
	return status;
}

int
cmd_verify(int argc, char **argv)
{
	struct request r = {0};

	return option_run(argc, argv, &r, parse, run);
}
