#ifndef NONO_YAML_PROBLEM_H
#define NONO_YAML_PROBLEM_H

#include "compiler/base/diag.h"

/*
 * libyaml's complaints, in the user's words.  It tells them apart by English
 * text only, and points at the place where it gave up; often the place where
 * the construct began (its "context") is the one to look at.
 */
struct yaml_problem {
	const char *context; /* beginning of libyaml's context; NULL: any */
	const char *problem; /* beginning of its problem */
	enum diag_code code;
	bool at_context; /* point where the construct began */
	const char *message;
	const char *help; /* or NULL */
};

/* Never NULL; either argument may be. */
const struct yaml_problem *yaml_problem_find(
    const char *context, const char *problem);

#endif
