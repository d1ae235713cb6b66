#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "compiler/sbpl/sbpl.h"

/*
 * How many requests a second are judged: sbpl FILE.sb..., and of a policy made
 * here that names 10,000 paths.  Paths are taken from the policy, so that its
 * rules match; every parameter is a directory below /Users/me.
 */
enum { SECONDS = 1, PATHS = 10000, ASKED_MAX = 4096 };

struct judged {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct sbpl_policy policy;
	struct text asked[ASKED_MAX];
	uint32_t n;
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
collect(struct judged *j, const struct sbpl_filter *f)
{
	if (f == NULL)
		return;
	for (uint32_t i = 0; i < f->n; i++)
		collect(j, f->parts[i]);
	if (f->fact != SBPL_FACT_PATH || f->text.len == 0 ||
	    f->kind == SBPL_FILTER_REGEX || j->n + 2 > ASKED_MAX)
		return;
	j->asked[j->n++] = f->text;
	j->asked[j->n++] = arena_printf(
	    &j->arena, "%.*s/src/deep/file.c", (int)f->text.len, f->text.s);
}

static void
ask(struct judged *j, struct sbpl_judge *judge, unsigned long k)
{
	static const enum sbpl_op ops[] = {SBPL_OP_FILE_READ_DATA,
	    SBPL_OP_FILE_WRITE_DATA, SBPL_OP_FILE_READ_METADATA,
	    SBPL_OP_FILE_WRITE_CREATE, SBPL_OP_FILE_WRITE_UNLINK,
	    SBPL_OP_PROCESS_EXEC_ANY, SBPL_OP_FILE_MAP_EXECUTABLE};
	struct sbpl_request r = {.op = ops[k % ARRAY_LEN(ops)]};
	struct sbpl_answer answer;

	r.facts[SBPL_FACT_PATH] = j->asked[k % j->n];
	r.facts[SBPL_FACT_VNODE_TYPE] = TEXT("REGULAR-FILE");
	sbpl_decide(judge, &r, &answer);
}

static int
run(const char *name, const struct text *text)
{
	static const char *const names[] = {"HOME", "CWD", "TMPDIR",
	    "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME",
	    "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"};
	struct sbpl_param params[ARRAY_LEN(names)];
	const struct sbpl_world world = {
	    .params = params, .param_n = ARRAY_LEN(params)};
	static struct judged j;
	const struct sbpl_node *forms;
	struct sbpl_judge *judge;
	double begin = now(), loaded;
	unsigned long done = 0;
	uint32_t source;
	bool good;

	j = (struct judged){0};
	j.diags.arena = &j.arena;
	j.diags.sources = &j.sources;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		params[i] = (struct sbpl_param){text_of(names[i]),
		    arena_printf(&j.arena, "/Users/me/%s", names[i])};
	good = text != NULL ? source_from_text(&j.sources, &j.arena, &j.diags,
				  name, *text, &source)
			    : source_read(&j.sources, &j.arena, &j.diags, name,
				  (struct span){0}, &source);
	good =
	    good && sbpl_read(&j.arena, &j.diags, &j.sources, source, &forms) &&
	    sbpl_load(&j.arena, &j.diags, &j.sources, forms, &world, &j.policy);
	loaded = now() - begin;
	for (uint32_t i = 0; good && i < j.policy.rules.n; i++)
		collect(&j, j.policy.rules.v[i].filter);
	if (!good || j.n == 0) {
		diags_flush(&j.diags);
		return 1;
	}
	judge = sbpl_judge_open(&j.arena, &j.policy, SBPL_READING_TREE);
	for (unsigned long k = 0; k < j.n; k++) /* makes the index */
		ask(&j, judge, k);
	begin = now();
	do
		for (unsigned k = 0; k < 10000; k++)
			ask(&j, judge, done++);
	while (now() - begin < SECONDS);
	printf("%s: read in %.1f ms, %.0f decisions a second\n", name,
	    loaded * 1e3, (double)done / (now() - begin));
	sbpl_judge_close(judge);
	arena_release(&j.arena);
	return 0;
}

static int
many_paths(void)
{
	char *s = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&s, &len);
	struct text text;
	int status;

	if (out == NULL)
		return 1;
	fputs("(version 1)\n(deny default)\n(allow file-read*\n", out);
	for (unsigned i = 0; i < PATHS; i++)
		fprintf(out, "\t(%s \"/opt/packages/%u/lib-%u\")\n",
		    i % 3 == 0 ? "literal" : "subpath", i % 97, i);
	fputs(")\n", out);
	(void)fclose(out);
	text = (struct text){s, (uint32_t)len};
	status = run("10000 paths", &text);
	free(s);
	return status;
}

int
main(int argc, char **argv)
{
	int status = 0;

	for (int i = 1; i < argc; i++)
		status |= run(argv[i], NULL);
	return status | many_paths();
}
