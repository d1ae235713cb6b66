#include <config.h>

#include "compiler/sbpl/sbpl.h"
#include "tests/fuzz/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/*
 * A Seatbelt file: read, run, printed, judged.  What is printed of a file
 * without doubts reads back as the same rules, and gives the same verdicts.
 */

static const struct {
	const char *op;
	enum sbpl_fact fact;
	const char *value;
} questions[] = {
    {"file-read-data", SBPL_FACT_PATH, "/a/b"},
    {"file-write-unlink", SBPL_FACT_PATH, "/Users/me/.ssh/id"},
    {"file-ioctl", SBPL_FACT_PATH, "/dev/ttys001"},
    {"process-exec", SBPL_FACT_PATH, "/"},
    {"network-outbound", SBPL_FACT_REMOTE, "tcp localhost:80"},
    {"network-bind", SBPL_FACT_LOCAL, "udp6 *:*"},
    {"mach-lookup", SBPL_FACT_GLOBAL_NAME, "com.apple.logd"},
    {"sysctl-read", SBPL_FACT_SYSCTL_NAME, "kern.ostype"},
    {"signal", SBPL_FACT_TARGET, "self"},
    {"system-socket", SBPL_FACT_SOCKET_DOMAIN, "AF_SYSTEM"},
};
enum { QUESTIONS = sizeof(questions) / sizeof(questions[0]) };

struct judged {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	const struct sbpl_node *forms;
	struct sbpl_policy policy;
	bool good;
	struct sbpl_answer answers[2][QUESTIONS];
	char *rules; /* printed */
	size_t len;
};

static void
print_diags(struct judged *j)
{
	char *text;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	must(out != NULL);
	diags_print(&j->diags, out, false);
	must(fclose(out) == 0);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		must(c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7F));
	}
	free(text);
}

static void
ask(struct judged *j, enum sbpl_reading reading)
{
	struct sbpl_judge *judge =
	    sbpl_judge_open(&j->arena, &j->policy, reading);

	for (size_t i = 0; i < QUESTIONS; i++) {
		struct sbpl_request r = {
		    .op = sbpl_op_find(text_of(questions[i].op))};
		struct sbpl_answer *a = &j->answers[reading][i];

		r.facts[questions[i].fact] = text_of(questions[i].value);
		sbpl_decide(judge, &r, a);
		must(a->verdict != SBPL_UNKNOWN || a->doubt != NULL ||
		     a->reason == SBPL_BY_NOTHING);
		must(a->rule == NULL || a->verdict == SBPL_UNKNOWN ||
		     a->rule->allow == (a->verdict == SBPL_ALLOW));
	}
	sbpl_judge_close(judge);
}

static void
judge(struct judged *j, struct text text)
{
	static const struct sbpl_world world = {.symbolic = true};
	uint32_t source;
	FILE *out;

	*j = (struct judged){0};
	j->diags.arena = &j->arena;
	j->diags.sources = &j->sources;
	j->good =
	    source_from_text(
		&j->sources, &j->arena, &j->diags, "f.sb", text, &source) &&
	    sbpl_read(&j->arena, &j->diags, &j->sources, source, &j->forms) &&
	    sbpl_load(&j->arena, &j->diags, &j->sources, j->forms, &world,
		&j->policy);
	must(j->good == (j->diags.errors == 0));
	print_diags(j);
	if (!j->good)
		return;
	out = open_memstream(&j->rules, &j->len);
	must(out != NULL);
	sbpl_policy_print(&j->policy, false, out);
	must(fclose(out) == 0);
	ask(j, SBPL_READING_TREE);
	ask(j, SBPL_READING_LAST);
}

static void
end(struct judged *j)
{
	if (j->good)
		free(j->rules);
	arena_release(&j->arena);
}

static bool
is_certain(const struct sbpl_filter *f)
{
	if (f == NULL)
		return true;
	for (uint32_t i = 0; i < f->n; i++)
		if (!is_certain(f->parts[i]))
			return false;
	return f->kind != SBPL_FILTER_UNKNOWN;
}

static bool
has_no_doubt(const struct judged *j)
{
	for (uint32_t i = 0; i < j->policy.rules.n; i++) {
		const struct sbpl_rule *r = &j->policy.rules.v[i];

		if (r->maybe || !is_certain(r->filter))
			return false;
	}
	return true;
}

static void
read_back(const struct judged *j)
{
	struct text head = TEXT("(version 1)\n");
	char *text = malloc(head.len + j->len + 1);
	struct judged again;

	must(text != NULL);
	memcpy(text, head.s, head.len);
	memcpy(text + head.len, j->rules, j->len);
	judge(&again, (struct text){text, head.len + (uint32_t)j->len});
	/* Bytes that an escape made may be no UTF-8 any more. */
	if (again.good) {
		must(again.len == j->len &&
		     memcmp(again.rules, j->rules, j->len) == 0);
		for (size_t i = 0; i < QUESTIONS; i++)
			for (size_t k = 0; k < 2; k++)
				must(again.answers[k][i].verdict ==
				     j->answers[k][i].verdict);
	}
	end(&again);
	free(text);
}

static struct span
place(const void *of, uint32_t begin, uint32_t n)
{
	(void)of;
	return (struct span){0, begin, n};
}

/* The whitelist of raw rules: whatever it takes is one rule. */
static void
raw(struct judged *j, struct text text)
{
	struct sbpl_input in = {.text = text, .place = place};
	const struct sbpl_node *rule = NULL;

	if (!sbpl_parse(&j->arena, &j->diags, &in, SBPL_SHAPE_RULE, &rule))
		return;
	must(rule != NULL && rule->next == NULL && rule->kind == SBPL_LIST);
	must(text_is(rule->first->text, "allow") ||
	     text_is(rule->first->text, "deny"));
	must(rule->first->next != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct text text = {(const char *)bytes, (uint32_t)n};
	struct judged j;

	judge(&j, text);
	if (j.good && has_no_doubt(&j))
		read_back(&j);
	if (n > 0 && memchr(bytes, '\0', n) == NULL)
		raw(&j, text);
	end(&j);
	return 0;
}
