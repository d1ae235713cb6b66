#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cJSON.h>

#include "compiler/report/report.h"
#include "tests/tap.h"

#define FACT(fact, what) tap_point((fact), (what), __FILE__, __LINE__)

static struct arena arena;

static char *
printed(const struct report *r, enum report_format format, bool color)
{
	struct report_style style = {.format = format, .color = color};
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	report_print(r, style, out);
	(void)fclose(out);
	return text;
}

static bool
says(const struct report *r, enum report_format format, const char *what)
{
	char *text = printed(r, format, false);
	bool found = strstr(text, what) != NULL;

	free(text);
	return found;
}

static uint32_t
count(const struct report *r, enum report_format format, const char *what)
{
	char *text = printed(r, format, false);
	uint32_t n = 0;

	for (char *at = text; (at = strstr(at, what)) != NULL; at++)
		n++;
	free(text);
	return n;
}

static struct report
empty(void)
{
	struct report r = {
	    .arena = &arena,
	    .verb = "diff",
	    .verdict = "differs",
	    .status = 1,
	    .summary = TEXT("1 region gained"),
	};

	report_rule(&r, "access-gained", "What B permits and A does not.");
	report_rule(&r, "access-gained", "Twice is once.");
	return r;
}

static struct finding *
add(struct report *r, const char *message, enum report_level level)
{
	struct finding *f = report_add(r, "access-gained", level, "gained");

	f->subject = TEXT("agent");
	f->region = text_of(message);
	f->message = text_of(message);
	report_place(r, f,
	    (struct report_place){
		.file = TEXT("profiles/a.json"), .line = 3, .column = 7});
	return f;
}

static void
test_text(void)
{
	struct report r = empty();
	struct finding *f = add(&r, "write $HOME/x", REPORT_ERROR);
	char *text;

	FACT(says(&r, REPORT_TEXT,
		 "profiles/a.json:3:7: error[access-gained]: write "
		 "$HOME/x\n1 region gained\n"),
	    "a message, as compilers print it");
	f->sign = '+';
	report_detail(&r, f, "kernel: old=%s new=ok", "EACCES");
	FACT(says(&r, REPORT_TEXT,
		 "agent:\n+ write $HOME/x\tprofiles/a.json:3:7\n"
		 "    kernel: old=EACCES new=ok\n"),
	    "a line of a diff, and its detail");
	FACT(!says(&r, REPORT_TEXT, "\033"), "no colour unless asked for");
	text = printed(&r, REPORT_TEXT, true);
	FACT(strstr(text, "\033[31m+ write") != NULL, "colour");
	free(text);
}

/* What a profile says never reaches a terminal or a runner as a command. */
static void
test_hostile(void)
{
	static const char hostile[] = "read /a\n::error::b\033[2J`c``d,%<&\"";
	struct report r = empty();
	struct finding *f = add(&r, hostile, REPORT_ERROR);

	f->sign = '+';
	f->subject = text_of("x\n@all <b>");
	static const char *const names[REPORT_FORMATS] = {"text: control bytes",
	    "json: control bytes", "sarif: control bytes",
	    "github: control bytes", "markdown: control bytes",
	    "junit: control bytes"};

	for (int i = 0; i < REPORT_FORMATS; i++) {
		char *text = printed(&r, (enum report_format)i, false);
		bool bad = strstr(text, "\n::error::b") != NULL;

		for (char *c = text; *c != '\0'; c++)
			bad = bad || (*c < ' ' && *c != '\n' && *c != '\t');
		FACT(!bad, names[i]);
		free(text);
	}
	FACT(says(&r, REPORT_MARKDOWN, "``` read /a\\x0a"),
	    "markdown: a fence longer than what is inside");
	FACT(says(&r, REPORT_JUNIT, "%&lt;&amp;&quot;"), "junit: XML");
	FACT(says(&r, REPORT_GITHUB, ",%25<&"), "github: % is escaped");
}

static void
test_github(void)
{
	struct report r = empty();
	struct finding *f;

	add(&r, "note", REPORT_NOTE);
	for (int i = 0; i < 25; i++)
		f = add(&r, "##[group]x", REPORT_ERROR);
	f->places.v[0].file = text_of("a:b,c.json");
	FACT(count(&r, REPORT_GITHUB, "::error ") == 10,
	    "github: ten annotations of a level");
	FACT(count(&r, REPORT_GITHUB, "::notice ") == 1,
	    "github: the other level has its own ten");
	FACT(says(&r, REPORT_GITHUB, "::16 more of nonoc diff"),
	    "github: the tenth counts the rest");
	FACT(count(&r, REPORT_GITHUB, "\nerror[access-gained]: ") == 16,
	    "github: which are in the log");
	FACT(says(&r, REPORT_GITHUB, ": # #[group]x\n"),
	    "github: where they are no command of the old style");
	r.findings.n = 1;
	r.findings.v[0] = f;
	FACT(says(&r, REPORT_GITHUB,
		 "::error file=a%3Ab%2Cc.json,line=3,col=7,"
		 "title=nonoc%3A access-gained::agent"),
	    "github: properties escape : and ,");
}

static void
test_json(void)
{
	struct report r = empty();
	char *text;
	cJSON *root, *findings, *f;

	add(&r, "write $HOME/x", REPORT_WARNING);
	text = printed(&r, REPORT_JSON, false);
	root = cJSON_Parse(text);
	findings = cJSON_GetObjectItem(root, "findings");
	f = cJSON_GetArrayItem(findings, 0);
	FACT(root != NULL && cJSON_GetArraySize(findings) == 1, "json");
	FACT(strcmp(cJSON_GetObjectItem(f, "level")->valuestring, "warning") ==
		     0 &&
		 strlen(cJSON_GetObjectItem(f, "fingerprint")->valuestring) ==
		     32,
	    "json: a finding");
	FACT(cJSON_GetArraySize(cJSON_GetObjectItem(root, "rules")) == 1,
	    "json: a rule is listed once");
	cJSON_Delete(root);
	free(text);
}

static void
test_sarif(void)
{
	struct report r = empty();
	char *text;
	cJSON *root, *run, *results, *last;

	add(&r, "note", REPORT_NOTE)->places.v[0].file =
	    text_of("./a b%/\xc3\xa4:x.json");
	FACT(says(&r, REPORT_SARIF, "\"a%20b%25/%C3%A4%3Ax.json\""),
	    "sarif: a relative URI");
	r.findings.v[0]->places.n = 0;
	FACT(says(&r, REPORT_SARIF, "\"agent\""),
	    "sarif: no result without a place");
	for (int i = 0; i < 30000; i++)
		add(&r, "write $HOME/x", REPORT_ERROR);
	text = printed(&r, REPORT_SARIF, false);
	root = cJSON_Parse(text);
	run = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "runs"), 0);
	results = cJSON_GetObjectItem(run, "results");
	last = cJSON_GetArrayItem(results, 24999);
	FACT(cJSON_GetArraySize(results) == 25000,
	    "sarif: 25,000 results at most");
	FACT(strncmp(cJSON_GetObjectItem(
			 cJSON_GetObjectItem(last, "message"), "text")
			 ->valuestring,
		 "5002 more", 9) == 0,
	    "sarif: the last counts the rest");
	cJSON_Delete(root);
	free(text);
}

static void
test_fingerprint(void)
{
	struct report r = empty();
	struct finding *a = add(&r, "write $HOME/x", REPORT_ERROR);
	struct finding *b = add(&r, "write $HOME/x", REPORT_WARNING);
	char one[REPORT_FINGERPRINT], two[REPORT_FINGERPRINT];

	b->places.v[0].line = 99;
	b->places.v[0].file = TEXT("moved.json");
	b->message = TEXT("other words");
	report_fingerprint(a, one);
	report_fingerprint(b, two);
	FACT(strcmp(one, two) == 0,
	    "a fingerprint survives moving the line and other words");
	b->region = TEXT("write $HOME/y");
	report_fingerprint(b, two);
	FACT(strcmp(one, two) != 0, "another region, another finding");
	b->region = a->region;
	b->subject = TEXT("agen");
	b->region = TEXT("twrite $HOME/x");
	report_fingerprint(b, two);
	FACT(strcmp(one, two) != 0, "parts do not run into each other");
}

static void
test_limits(void)
{
	struct report r = empty();
	char *text;

	FACT(says(&r, REPORT_JUNIT, "tests=\"1\" failures=\"0\""),
	    "junit: nothing found is one case that passed");
	for (int i = 0; i < 5000; i++)
		add(&r, "write $HOME/x", REPORT_ERROR)->sign = '+';
	text = printed(&r, REPORT_MARKDOWN, false);
	FACT(strlen(text) < 65536 && strstr(text, " more are left out"),
	    "markdown: fits into a comment");
	free(text);
	FACT(says(&r, REPORT_JUNIT, "tests=\"5000\" failures=\"5000\""),
	    "junit: counts");
}

int
main(void)
{
	test_text();
	test_hostile();
	test_github();
	test_json();
	test_sarif();
	test_fingerprint();
	test_limits();
	arena_release(&arena);
	return tap_end();
}
