#ifndef NONO_OPTIONS_H
#define NONO_OPTIONS_H

#include "compiler/compile.h"
#include "compiler/report/report.h"

/*
 * What every verb that compiles understands:
 *	-I DIR  --data DIR  --no-user-profiles
 *	--target SPEC  --os-release FILE  -D NAME=VALUE  --home DIR  --cwd DIR
 */
enum option_result {
	OPTION_TAKEN, /* *i stands on the option's last word */
	OPTION_OTHER, /* not one of these */
	OPTION_WRONG, /* diagnosed, or reported on stderr */
};

/*
 * compile_init, then the host's defaults: the installed data directory and
 * the user's profiles ($XDG_CONFIG_HOME/nono/profiles, else
 * ~/.config/nono/profiles).
 */
void option_init(struct compile *c);

enum option_result option_compile(
    struct compile *c, int argc, char **argv, int *i);

/* --format=text|json|sarif|github|markdown|junit --color=auto|always|never */
enum option_result option_report(
    struct report_style *style, int argc, char **argv, int *i);

/* Those of option_compile(), then of option_report(): for verbs that do both.
 */
enum option_result option_review(struct compile *c, struct report_style *style,
    int argc, char **argv, int *i);

/* --today=YYYY-MM-DD, the day that waivers are compared with. */
enum option_result option_today(
    const char **ret_day, int argc, char **argv, int *i);

/*
 * What every verb that compiles is around: its options are parsed into
 * `request`, then it runs.  Both return an exit status.
 */
int option_run(int argc, char **argv, void *request,
    int (*parse)(struct compile *c, void *request, int argc, char **argv),
    int (*run)(struct compile *c, void *request));

/* After the last option: what has to see all of them.  False: diagnosed. */
bool option_finish(struct compile *c);

/*
 * Does argv[*i] carry the option, as "--name VALUE" or "--name=VALUE"?  A
 * missing value is reported and makes *ret_value NULL.
 */
bool option_value(const char *verb, const char *name, int argc, char **argv,
    int *i, const char **ret_value);

/*
 * The same for an option that there is not: the nearest of those in the usage
 * is named, or of those that all verbs have that compile.
 */
int option_unknown(const char *verb, const char *usage, const char *word);

/* One line on stderr, then the verb's usage; returns EXIT_USAGE. */
int option_usage(const char *verb, const char *usage, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#endif
