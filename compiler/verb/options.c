#include <config.h>

#include "compiler/verb/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/base/date.h"
#include "compiler/verb/cmd.h"

int
option_usage(const char *verb, const char *usage, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "nonoc %s: ", verb);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	/* The forms; twenty lines of options would hide what is wrong. */
	if (usage != NULL) {
		const char *options = strstr(usage, "\n  -");
		const size_t n = options == NULL
				     ? strlen(usage)
				     : (size_t)(options + 1 - usage);

		fprintf(stderr, "usage: %.*s", (int)n, usage);
		if (options != NULL)
			fprintf(stderr,
			    "\"nonoc %s --help\" has the options.\n", verb);
	}
	return EXIT_USAGE;
}

/* The options in a usage: "--exit-zero" up to what is none of its letters. */
static uint32_t
options_in(struct arena *a, const char *usage, const char **names, uint32_t max)
{
	uint32_t n = 0;

	for (const char *p = strstr(usage, "--"); p != NULL && n < max;
	     p = strstr(p, "--")) {
		const size_t len =
		    2 + strspn(p + 2, "abcdefghijklmnopqrstuvwxyz-");

		names[n++] = arena_text(a, (struct text){p, (uint32_t)len}).s;
		p += len;
	}
	return n;
}

int
option_unknown(const char *verb, const char *usage, const char *word)
{
	static const char common[] = "--data --target --os-release --home "
				     "--cwd --no-user-profiles --help";
	const size_t len = strcspn(word, "=");
	struct arena a = {0};
	const char *names[64], *near;
	uint32_t n = options_in(&a, usage, names, ARRAY_LEN(names) / 2);

	n += options_in(&a, common, names + n, ARRAY_LEN(names) / 2);
	near = diag_nearest((struct text){word, (uint32_t)len}, names, n);
	if (near != NULL && text_is((struct text){word, (uint32_t)len}, near))
		(void)option_usage(verb, usage, "no %s here", near);
	else
		(void)option_usage(verb, usage, "unknown option %.*s%s%s%s",
		    (int)len, word, near == NULL ? "" : ": did you mean ",
		    near == NULL ? "" : near, near == NULL ? "" : "?");
	arena_release(&a);
	return EXIT_USAGE;
}

void
option_init(struct compile *c)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	compile_init(c);
	c->store.data = NONO_DATADIR;
	if (config != NULL && config[0] == '/')
		c->store.user =
		    arena_printf(&c->arena, "%s/nono/profiles", config).s;
	else if (home != NULL && home[0] == '/')
		c->store.user =
		    arena_printf(&c->arena, "%s/.config/nono/profiles", home).s;
}

bool
option_value(const char *verb, const char *name, int argc, char **argv, int *i,
    const char **ret_value)
{
	size_t n = strlen(name);

	if (strncmp(argv[*i], name, n) != 0)
		return false;
	if (name[1] == '-' && argv[*i][n] == '=') {
		*ret_value = argv[*i] + n + 1;
		return true;
	}
	if (name[1] != '-' && argv[*i][n] != '\0') { /* -DNAME=VALUE */
		*ret_value = argv[*i] + n;
		return true;
	}
	if (argv[*i][n] != '\0')
		return false;
	if (*i + 1 == argc) {
		(void)option_usage(verb, NULL, "%s needs a value", name);
		*ret_value = NULL;
		return true;
	}
	*ret_value = argv[++*i];
	return true;
}

static enum option_result
taken(bool good)
{
	return good ? OPTION_TAKEN : OPTION_WRONG;
}

static bool
set_target(struct compile *c, const char *spec)
{
	struct target t = c->target;

	if (!target_parse(&c->arena, &c->diags, spec, &t))
		return false;
	c->target = t;
	return true;
}

static bool
define(struct compile *c, const char *name, const char *value)
{
	struct text t = arena_printf(&c->arena, "%s=%s", name, value);

	return target_define(&c->arena, &c->diags, &c->target, t.s);
}

bool
option_finish(struct compile *c)
{
	return c->os_release == NULL ||
	       target_os_release(&c->arena, &c->diags, &c->sources,
		   c->os_release, &c->target);
}

enum option_result
option_compile(struct compile *c, int argc, char **argv, int *i)
{
	const char *verb = argv[0], *v;

	if (strcmp(argv[*i], "--no-user-profiles") == 0) {
		c->store.user = NULL;
		return OPTION_TAKEN;
	}
	if (option_value(verb, "--data", argc, argv, i, &v)) {
		if (v != NULL)
			c->store.data = v;
		return taken(v != NULL);
	}
	if (option_value(verb, "-I", argc, argv, i, &v)) {
		if (v != NULL)
			*VEC_PUSH(&c->arena, &c->store.includes) = v;
		return taken(v != NULL);
	}
	if (option_value(verb, "--target", argc, argv, i, &v))
		return taken(v != NULL && set_target(c, v));
	if (option_value(verb, "--os-release", argc, argv, i, &v)) {
		c->os_release = v;
		return taken(v != NULL);
	}
	if (option_value(verb, "-D", argc, argv, i, &v))
		return taken(v != NULL && target_define(&c->arena, &c->diags,
					      &c->target, v));
	if (option_value(verb, "--home", argc, argv, i, &v))
		return taken(v != NULL && define(c, "HOME", v));
	if (option_value(verb, "--cwd", argc, argv, i, &v))
		return taken(v != NULL && define(c, "CWD", v));
	return OPTION_OTHER;
}

enum option_result
option_report(struct report_style *style, int argc, char **argv, int *i)
{
	const char *verb = argv[0], *v;

	if (option_value(verb, "--format", argc, argv, i, &v)) {
		if (v == NULL)
			return OPTION_WRONG;
		if (report_style_format(style, v))
			return OPTION_TAKEN;
		(void)option_usage(verb, NULL,
		    "no format is named %s: text, json, sarif, github, "
		    "markdown or junit",
		    v);
		return OPTION_WRONG;
	}
	if (option_value(verb, "--color", argc, argv, i, &v)) {
		if (v == NULL)
			return OPTION_WRONG;
		if (report_style_color(style, v))
			return OPTION_TAKEN;
		(void)option_usage(
		    verb, NULL, "--color is auto, always or never, not %s", v);
		return OPTION_WRONG;
	}
	return OPTION_OTHER;
}

enum option_result
option_review(struct compile *c, struct report_style *style, int argc,
    char **argv, int *i)
{
	const enum option_result o = option_compile(c, argc, argv, i);

	return o == OPTION_OTHER ? option_report(style, argc, argv, i) : o;
}

enum option_result
option_today(const char **ret_day, int argc, char **argv, int *i)
{
	const char *v;

	if (!option_value(argv[0], "--today", argc, argv, i, &v))
		return OPTION_OTHER;
	if (v != NULL && !date_valid(text_of(v)))
		(void)option_usage(
		    argv[0], NULL, "a day is written 2027-01-31, not %s", v);
	else if (v != NULL)
		*ret_day = v;
	return taken(v != NULL && date_valid(text_of(v)));
}

int
option_run(int argc, char **argv, void *request,
    int (*parse)(struct compile *c, void *request, int argc, char **argv),
    int (*run)(struct compile *c, void *request))
{
	struct compile c;
	int status;

	option_init(&c);
	status = parse(&c, request, argc, argv);
	if (status == EXIT_HOLDS && !option_finish(&c))
		status = EXIT_REJECTED;
	if (status == EXIT_HOLDS)
		status = run(&c, request);
	compile_finish(&c);
	return status;
}
