#include <config.h>

#include <dirent.h>
#include <stdlib.h>

#include "compiler/base/diag_record.h"
#include "compiler/sbpl/sbpl.h"
#include "tests/tap.h"

/*
 * tests/sbpl/NAME.tab judges NAME.sb; so do those beside what nonoc wrote, in
 * tests/golden and tests/shipped.  A line of it is
 *
 *	-D NAME=VALUE ...			parameters of what follows
 *	OPERATION [FACT=VALUE]... : VERDICT [LINE]
 *
 * VERDICT is allow, deny or unknown; LINE is that of the deciding rule, or of
 * the one in doubt, and "-" says that none decides.  "last:" before the
 * operation asks for the other reading; "exact:" and "anywhere:" are those of
 * struct sbpl_request.  FACT= alone says that there is none;
 * a word that begins with / is path=.
 */
struct table {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct sbpl_world world;
	struct VEC(struct sbpl_param) params;
	const struct sbpl_node *forms;
	struct sbpl_policy policy;
	struct sbpl_judge *tree, *last;
	bool stale; /* a parameter came since it was loaded */
};

static bool
load(struct table *t)
{
	if (t->tree != NULL) {
		sbpl_judge_close(t->tree);
		sbpl_judge_close(t->last);
	}
	t->stale = false;
	t->world.params = t->params.v;
	t->world.param_n = t->params.n;
	if (!sbpl_load(&t->arena, &t->diags, &t->sources, t->forms, &t->world,
		&t->policy))
		return false;
	t->tree = sbpl_judge_open(&t->arena, &t->policy, SBPL_READING_TREE);
	t->last = sbpl_judge_open(&t->arena, &t->policy, SBPL_READING_LAST);
	return true;
}

static bool
open_table(struct table *t, const char *dir, const char *name)
{
	struct text path = arena_printf(&t->arena, "%s/%s.sb", dir, name);
	uint32_t source;

	t->diags.arena = &t->arena;
	t->diags.sources = &t->sources;
	return source_read(&t->sources, &t->arena, &t->diags, path.s,
		   (struct span){0}, &source) &&
	       sbpl_read(&t->arena, &t->diags, &t->sources, source, &t->forms);
}

static const char *
verdict_name(enum sbpl_verdict v)
{
	return v == SBPL_ALLOW ? "allow" : v == SBPL_DENY ? "deny" : "unknown";
}

static bool
fact(struct table *t, struct sbpl_request *r, const char *word)
{
	const char *equals = strchr(word, '=');
	struct text name, value;
	enum sbpl_fact which = SBPL_FACT_PATH;

	if (word[0] != '/' && word[0] != '$') {
		if (equals == NULL)
			return false;
		name = (struct text){word, (uint32_t)(equals - word)};
		which = sbpl_fact_find(name);
		word = equals + 1;
		if (which == SBPL_FACTS)
			return false;
	}
	value = arena_printf(&t->arena, "%s", word);
	/* "tcp,localhost:80": a word has no blank. */
	if (which == SBPL_FACT_REMOTE || which == SBPL_FACT_LOCAL)
		for (char *s = (char *)value.s; *s != '\0'; s++)
			if (*s == ',')
				*s = ' ';
	r->facts[which] = value.len == 0 ? SBPL_HAS_NONE : value;
	return true;
}

static void
ask(struct table *t, char *line, const char *where)
{
	struct sbpl_request r = {.op = SBPL_OP_NONE};
	bool last = false;
	char got[64], want[64], *word, *rest = line;
	struct sbpl_answer answer;
	const struct sbpl_rule *rule;
	char *colon = strstr(line, " : ");

	if (colon == NULL) {
		tap_point(false, where, __FILE__, __LINE__);
		return;
	}
	*colon = '\0';
	(void)snprintf(want, sizeof(want), "%s", colon + 3);
	while ((word = strtok_r(rest, " \t", &rest)) != NULL) {
		if (strcmp(word, "last:") == 0)
			last = true;
		else if (strcmp(word, "exact:") == 0)
			r.exact_case = true;
		else if (strcmp(word, "anywhere:") == 0)
			r.anywhere = true;
		else if (r.op == SBPL_OP_NONE)
			r.op = sbpl_op_find(text_of(word));
		else if (!fact(t, &r, word))
			tap_point(false, word, __FILE__, __LINE__);
	}
	if (r.op == SBPL_OP_NONE) {
		tap_point(false, where, __FILE__, __LINE__);
		return;
	}
	if ((t->tree == NULL || t->stale) && !load(t)) {
		diags_print(&t->diags, stdout, false);
		tap_point(false, where, __FILE__, __LINE__);
		return;
	}
	sbpl_decide(last ? t->last : t->tree, &r, &answer);
	rule = answer.verdict == SBPL_UNKNOWN ? answer.doubt : answer.rule;
	if (strchr(want, ' ') == NULL)
		(void)snprintf(
		    got, sizeof(got), "%s", verdict_name(answer.verdict));
	else if (rule == NULL)
		(void)snprintf(
		    got, sizeof(got), "%s -", verdict_name(answer.verdict));
	else
		(void)snprintf(got, sizeof(got), "%s %u",
		    verdict_name(answer.verdict),
		    source_place(&t->sources, rule->at.source, rule->at.begin)
			.line);
	tap_str(got, want, where, __FILE__, __LINE__);
}

static void
define(struct table *t, const char *text)
{
	struct text all = arena_printf(&t->arena, "%s", text);
	const char *equals = strchr(all.s, '=');
	struct text name = {all.s, (uint32_t)(equals - all.s)};
	struct sbpl_param *p = t->params.v;

	/* A later line for the same takes its place. */
	while (p < t->params.v + t->params.n && !text_equal(p->name, name))
		p++;
	if (p == t->params.v + t->params.n)
		p = VEC_PUSH(&t->arena, &t->params);
	*p = (struct sbpl_param){name, text_of(equals + 1)};
	t->stale = true;
}

static void
judge(const char *dir, const char *name)
{
	struct table t = {0};
	struct text path = arena_printf(&t.arena, "%s/%s.tab", dir, name);
	FILE *in = fopen(path.s, "r");
	char line[512], where[640];
	unsigned number = 0;

	t.world.symbolic = strstr(name, "symbolic") != NULL;
	if (in == NULL || !open_table(&t, dir, name)) {
		diags_print(&t.diags, stdout, false);
		OK(in != NULL && false); /* no table, or no file */
		return;
	}
	while (fgets(line, sizeof(line), in) != NULL) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		(void)snprintf(
		    where, sizeof(where), "%s.tab:%u: %s", name, number, line);
		if (strncmp(line, "-D ", 3) == 0)
			define(&t, line + 3);
		else if (line[0] != '\0' && line[0] != '#')
			ask(&t, line, where);
	}
	(void)fclose(in);
	if (t.tree != NULL) {
		sbpl_judge_close(t.tree);
		sbpl_judge_close(t.last);
	}
	arena_release(&t.arena);
}

static unsigned
judge_all(const char *dir)
{
	DIR *listing = opendir(dir);
	struct dirent *entry;
	unsigned tables = 0;

	while (listing != NULL && (entry = readdir(listing)) != NULL) {
		char *dot = strrchr(entry->d_name, '.');

		if (dot == NULL || strcmp(dot, ".tab") != 0)
			continue;
		*dot = '\0';
		judge(dir, entry->d_name);
		tables++;
	}
	if (listing != NULL)
		(void)closedir(listing);
	return tables;
}

int
main(void)
{
	static const char *const dirs[] = {"sbpl", "golden", "shipped"};
	const char *top = getenv("TOP_SRCDIR");
	struct arena arena = {0};

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		OK(judge_all(arena_printf(
		       &arena, "%s/tests/%s", top == NULL ? "." : top, dirs[i])
				 .s) > 0);
	arena_release(&arena);
	return tap_end();
}
