#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "compiler/expand/expand.h"
#include "compiler/review/why.h"
#include "compiler/seatbelt/side_seatbelt.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/cmd_seatbelt.h"
#include "compiler/verb/options.h"

const char usage_why[] =
    "nonoc why [options] POLICY|PROFILE OPERATION [PATH [TO] | PORT]\n"
    "nonoc why [options] FILE.sb OPERATION [WHAT]...\n"
    "  --target=linux:abi=N  on a kernel of that Landlock ABI\n"
    "  --target=macos        on macOS\n"
    "  --home=DIR --cwd=DIR  where these lie\n"
    "  --no-consent          the user does not agree to the working directory\n"
    "  --format=FORMAT       text, json, sarif, github, markdown or junit\n"
    "  --color=WHEN          auto, always or never\n"
    "  further options: as for nonoc compile; operations: nonoc why --list\n";

struct command {
	struct compile options;
	struct report_style style;
	const char *home, *cwd;
	bool no_consent, list;
	const char *arguments[5];
	unsigned n;
};

static int
parse_option(struct command *c, int argc, char **argv, int *i)
{
	/* Not fixed in the policy: the question is where it is launched. */
	if (option_value("why", "--home", argc, argv, i, &c->home))
		return c->home == NULL ? EXIT_USAGE : EXIT_HOLDS;
	if (option_value("why", "--cwd", argc, argv, i, &c->cwd))
		return c->cwd == NULL ? EXIT_USAGE : EXIT_HOLDS;
	if (strcmp(argv[*i], "--no-consent") == 0) {
		c->no_consent = true;
		return EXIT_HOLDS;
	}
	if (strcmp(argv[*i], "--list") == 0) {
		c->list = true;
		return EXIT_HOLDS;
	}
	switch (option_review(&c->options, &c->style, argc, argv, i)) {
	case OPTION_TAKEN:
		return EXIT_HOLDS;
	case OPTION_WRONG:
		return EXIT_USAGE;
	case OPTION_OTHER:
		break;
	}
	if (argv[*i][0] == '-' && argv[*i][1] != '\0')
		return option_unknown("why", usage_why, argv[*i]);
	if (c->n == ARRAY_LEN(c->arguments))
		return option_usage("why", usage_why, "too many arguments");
	c->arguments[c->n++] = argv[*i];
	return EXIT_HOLDS;
}

static int
parse(struct command *c, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const int status = parse_option(c, argc, argv, &i);

		if (status != EXIT_HOLDS)
			return status;
	}
	if (c->list)
		return EXIT_HOLDS;
	if (c->n == 0)
		return option_usage(
		    "why", usage_why, "which policy or profile?");
	if (c->n == 1)
		return option_usage("why", usage_why, "which operation?");
	return option_finish(&c->options) ? EXIT_HOLDS : EXIT_REJECTED;
}

static void
list_words(void)
{
	const struct why_word *w;

	for (uint32_t i = 0; (w = why_word_at(i)) != NULL; i++)
		printf("%-10s %s\n", w->word, w->what);
}

static int
no_word(const char *word)
{
	const char *names[64];
	const char *near;
	uint32_t n = 0;

	for (; n < ARRAY_LEN(names) && why_word_at(n) != NULL; n++)
		names[n] = why_word_at(n)->word;
	near = diag_nearest(text_of(word), names, n);
	if (near != NULL)
		return option_usage("why", usage_why,
		    "no operation is named %s: did you mean %s?", word, near);
	return option_usage("why", usage_why, "no operation is named %s", word);
}

/* As in a profile; without a root it is in the working directory. */
static bool
parse_path(struct command *c, const char *argument, struct decide_path *ret,
    bool *ret_directory)
{
	struct arena *a = &c->options.arena;
	struct diags *d = &c->options.diags;
	struct text t = text_of(argument);
	struct node node = {.kind = NODE_STRING};
	struct template tpl;
	struct path path;

	*ret_directory = t.len > 1 && t.s[t.len - 1] == '/';
	while (t.len > 2 && t.s[0] == '.' && t.s[1] == '/')
		t = (struct text){t.s + 2, t.len - 2};
	if (text_is(t, "."))
		t = TEXT("$CWD");
	else if (t.len > 0 && strchr("/$~", t.s[0]) == NULL)
		t = arena_printf(a, "$CWD/%.*s", (int)t.len, t.s);
	if (!source_from_text(
		&c->options.sources, a, d, "argument", t, &node.at.source))
		return false;
	node.at.end = t.len;
	node.string = source_get(&c->options.sources, node.at.source)->text;
	if (!template_scan(a, d, &node, &tpl) ||
	    !expand_template(a, d, &tpl, &c->options.target, &path))
		return false;
	*ret = (struct decide_path){path.suffix, path.root};
	return true;
}

/*
 * What the shell made of ~/x: an absolute path in the home directory of
 * whoever asks is asked about as $HOME/x, with $HOME there.
 */
static void
take_home(struct command *c, struct why *w, struct decide_path *path)
{
	const char *home = getenv("HOME");
	const struct decide_path *at = &w->env.places[BLOB_ROOT_HOME];
	struct decide_env env = w->env;

	if (c->home != NULL || c->options.target.home.len > 0 || home == NULL ||
	    path->root != BLOB_ROOT_SLASH ||
	    !decide_env_place(&env, BLOB_ROOT_HOME, text_of(home)))
		return;
	if (env.places[BLOB_ROOT_HOME].suffix.len == 0 ||
	    !decide_path_covers(&env.places[BLOB_ROOT_HOME], path))
		return;
	w->env = env;
	w->taken = true;
	path->root = BLOB_ROOT_HOME;
	path->suffix.s += at->suffix.len;
	path->suffix.len -= at->suffix.len;
	if (path->suffix.len > 0) {
		path->suffix.s++;
		path->suffix.len--;
	}
}

static bool
parse_port(const char *argument, uint32_t *ret_port)
{
	char *end;
	const unsigned long n = strtoul(argument, &end, 10);

	if (argument[0] < '0' || argument[0] > '9' || *end != '\0' ||
	    n > UINT16_MAX)
		return false;
	*ret_port = (uint32_t)n;
	return true;
}

static bool
parse_family(const char *argument, struct decide_request *r)
{
	/* Linux's numbers, of the family and of a plain socket of it. */
	static const struct {
		const char *name;
		uint32_t family, socktype;
	} families[] = {{"unix", 1, 1}, {"inet", 2, 1}, {"inet6", 10, 1},
	    {"netlink", 16, 3}, {"packet", 17, 3}, {"vsock", 40, 1}};

	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (strcmp(argument, families[i].name) == 0) {
			r->family = families[i].family;
			r->socktype = families[i].socktype;
			return true;
		}
	return false;
}

static int
parse_request(struct command *c, struct why *w)
{
	static const unsigned counts[] = {
	    [WHY_NONE] = 0,
	    [WHY_PATH] = 1,
	    [WHY_TWO] = 2,
	    [WHY_PORT] = 1,
	    [WHY_FAMILY] = 1,
	};
	static const char *const arguments[] = {
	    [WHY_NONE] = "it is about nothing that could be named",
	    [WHY_PATH] = "a path",
	    [WHY_TWO] = "the path and the new path",
	    [WHY_PORT] = "a port",
	    [WHY_FAMILY] = "a family, such as inet",
	};
	struct decide_request *r = &w->request;
	bool directory = false, other;

	w->word = why_word(text_of(c->arguments[1]));
	if (w->word == NULL)
		return no_word(c->arguments[1]);
	r->op = w->word->op;
	r->type = r->to_type = w->word->type;
	r->to_exists = strcmp(w->word->word, "replace") == 0;
	if (c->n - 2 != counts[w->word->argument])
		return option_usage("why", usage_why,
		    "%s takes %u argument%s: %s", w->word->word,
		    counts[w->word->argument],
		    counts[w->word->argument] == 1 ? "" : "s",
		    arguments[w->word->argument]);
	if (w->word->argument == WHY_PORT &&
	    !parse_port(c->arguments[2], &r->port))
		return option_usage("why", usage_why,
		    "a port is a number up to 65535, not %s", c->arguments[2]);
	if (w->word->argument == WHY_FAMILY &&
	    !parse_family(c->arguments[2], r))
		return option_usage("why", usage_why,
		    "no family is named %s: unix, inet, inet6, netlink, packet "
		    "or vsock",
		    c->arguments[2]);
	if (w->word->argument != WHY_PATH && w->word->argument != WHY_TWO)
		return EXIT_HOLDS;
	if (!parse_path(c, c->arguments[2], &r->path, &directory) ||
	    (w->word->argument == WHY_TWO &&
		!parse_path(c, c->arguments[3], &r->to, &other)))
		return EXIT_REJECTED;
	take_home(c, w, &r->path);
	if (w->word->argument == WHY_TWO)
		take_home(c, w, &r->to);
	/* "docs/" is a directory. */
	if (directory && w->word->argument == WHY_TWO)
		r->type = r->to_type = DECIDE_DIR;
	if (directory && r->op == DECIDE_READ)
		r->op = DECIDE_LIST;
	if (directory && r->op == DECIDE_REMOVE)
		r->op = DECIDE_REMOVE_DIR;
	return EXIT_HOLDS;
}

static int
place(struct decide_env *env, enum blob_root root, const char *option,
    const char *dir)
{
	if (dir == NULL || decide_env_place(env, root, text_of(dir)))
		return EXIT_HOLDS;
	return option_usage("why", usage_why,
	    "%s needs an absolute path without dots, not %s", option, dir);
}

/* By the names of Seatbelt's own operations, too. */
static int
parse_seatbelt(struct command *c, const struct seatbelt_launch *launch,
    struct sbpl_request ret_requests[SEATBELT_ASKED_MAX], uint32_t *ret_n)
{
	struct why w = {0};
	struct text wrong;
	int status;

	if (why_word(text_of(c->arguments[1])) == NULL) {
		*ret_n = 1;
		return sbpl_ask(&c->options.arena, c->arguments[1],
			   c->arguments + 2, c->n - 2, ret_requests, &wrong)
			   ? EXIT_HOLDS
			   : option_usage("why", usage_why, "%.*s",
				 (int)wrong.len, wrong.s);
	}
	status = parse_request(c, &w);
	if (status != EXIT_HOLDS)
		return status;
	*ret_n = seatbelt_requests(
	    &c->options.arena, launch, w.word, &w.request, ret_requests);
	if (*ret_n == 0)
		return option_usage("why", usage_why,
		    "macOS has nothing like %s", w.word->word);
	return EXIT_HOLDS;
}

static int
run_macos(struct command *c)
{
	struct sbpl_request requests[SEATBELT_ASKED_MAX];
	struct seatbelt_launch launch = {.no_consent = c->no_consent};
	struct side_policy policy;
	struct decide_env env;
	struct report report;
	uint32_t n = 0;
	int status;

	/* Only to say what is wrong with them. */
	decide_env_init(&env);
	status = place(&env, BLOB_ROOT_HOME, "--home", c->home);
	if (status == EXIT_HOLDS)
		status = place(&env, BLOB_ROOT_CWD, "--cwd", c->cwd);
	if (c->home != NULL)
		launch.home =
		    sbpl_real_path(&c->options.arena, text_of(c->home));
	if (c->cwd != NULL)
		launch.cwd = sbpl_real_path(&c->options.arena, text_of(c->cwd));
	if (status == EXIT_HOLDS)
		status = parse_seatbelt(c, &launch, requests, &n);
	if (status == EXIT_HOLDS)
		status = side_load_one_any(
		    &policy, &c->options, c->arguments[0], false);
	if (status == EXIT_HOLDS)
		status = why_seatbelt(&c->options, &policy, &launch, requests,
		    n, why_word(text_of(c->arguments[1])) != NULL, &report);
	if (status != EXIT_HOLDS)
		return status;
	report_print(&report, c->style, stdout);
	return report.status;
}

static int
run(struct command *c)
{
	struct side_policy policy;
	struct why w = {.arena = &c->options.arena,
	    .options = &c->options,
	    .policy = &policy};
	const unsigned abi = c->options.target.abi;
	int status;

	if (c->options.target.platform == PLATFORM_MACOS)
		return run_macos(c);
	/* The ABI is where it runs, not what it is compiled to rely on. */
	c->options.target.abi = 0;
	decide_env_init(&w.env);
	if (abi > 0)
		w.env.abi = abi;
	w.env.consent = !c->no_consent;
	if ((status = place(&w.env, BLOB_ROOT_HOME, "--home", c->home)) !=
		EXIT_HOLDS ||
	    (status = place(&w.env, BLOB_ROOT_CWD, "--cwd", c->cwd)) !=
		EXIT_HOLDS ||
	    (status = parse_request(c, &w)) != EXIT_HOLDS ||
	    (status = side_load_one(
		 &policy, &c->options, c->arguments[0], false)) != EXIT_HOLDS)
		return status;
	w.decider = decide_open(w.arena, &policy.blob, &w.env);
	decide(w.decider, &w.request, w.arena, &w.answer);
	why_explain(&w);
	report_print(&w.report, c->style, stdout);
	return w.report.status;
}

int
cmd_why(int argc, char **argv)
{
	struct command c = {.style = report_style_default()};
	int status;

	if (seatbelt_named(argc, argv))
		return seatbelt_why(argc, argv);
	option_init(&c.options);
	status = parse(&c, argc, argv);
	if (status == EXIT_HOLDS && c.list)
		list_words();
	else if (status == EXIT_HOLDS)
		status = run(&c);
	compile_finish(&c.options);
	return status;
}
