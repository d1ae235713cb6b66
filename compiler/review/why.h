#ifndef NONO_WHY_H
#define NONO_WHY_H

#include "compiler/decide/decide.h"
#include "compiler/side/side.h"

/*
 * nonoc why: one answer of the decider, explained.  What stands in a policy
 * is named by where it was written; what would have to stand in it is tried
 * before it is recommended.
 */

/* "read", "mkdir", "connect": the words of the command line. */
enum why_argument {
	WHY_NONE,
	WHY_PATH,
	WHY_TWO, /* from, to */
	WHY_PORT,
	WHY_FAMILY,
};

struct why_word {
	const char *word;
	enum decide_op op;
	enum decide_type type;
	enum why_argument argument;
	const char *what; /* "open a file for reading" */
};

const struct why_word *why_word(struct text word);
/* The i-th, for usage; NULL: there is none. */
const struct why_word *why_word_at(uint32_t i);

struct why {
	struct arena *arena;
	struct compile *options; /* where assertions are looked for */
	const struct side_policy *policy;
	const struct decider *decider;
	struct decide_env env;
	bool taken; /* a path for one below $HOME, where that is here */
	const struct why_word *word;
	struct decide_request request;
	struct decide_answer answer;
	struct report report;
};

/* Answers the request and fills the report, its status too. */
void why_explain(struct why *w);

/*
 * Does a denied path stand in the way of any grant that would help?  Then it
 * is said, and nothing is advised.  why_edit.c.
 */
bool why_blocked(struct why *w, struct finding *f);
/*
 * The smallest change of the profile that would allow a denied request, as
 * details of the finding.
 */
void why_suggest(struct why *w, struct finding *f);

/*
 * Which of the assertions that come with nonoc the change would break, as
 * details.  why_assert.c.
 */
void why_assertions(
    struct why *w, struct finding *f, const struct blob *changed);

/* "write mkdir" as in "$HOME/.ssh": rights and paths in words. */
struct text why_rights(struct arena *a, uint64_t rights);
struct text why_path(struct arena *a, const struct decide_path *p);
struct text why_rule(struct arena *a, const struct blob *b, uint32_t rule);
/* Adds where a record was written, and what brought that in. */
void why_places(struct why *w, struct finding *f, uint32_t tag, uint32_t record,
    const char *what);

#endif
