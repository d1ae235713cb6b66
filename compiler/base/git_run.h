#ifndef NONO_GIT_RUN_H
#define NONO_GIT_RUN_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "compiler/base/arena.h"

/*
 * The processes behind git.h.  No shell; standard input and error are never
 * the user's; nothing that a repository configures is run.
 */
struct git_child {
	pid_t pid;
	FILE *to, *from;
};

/* Runs one command to its end; *ret_said is what it printed. */
bool git_run(struct arena *a, const char *const *argv, struct text *ret_said,
    struct text *ret_why);

/* One that answers questions; every start is stopped. */
bool git_start(
    struct git_child *c, const char *const *argv, struct text *ret_why);
void git_stop(struct git_child *c);

/* An answer of git cat-file --batch, at most `max` bytes, a NUL behind them. */
bool git_contents(struct git_child *c, struct arena *a, const char *object,
    uint32_t max, struct text *ret_text, const char **ret_why);

#endif
