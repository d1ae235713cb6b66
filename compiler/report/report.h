#ifndef NONO_REPORT_H
#define NONO_REPORT_H

#include <stdio.h>

#include "compiler/base/arena.h"
#include "compiler/base/vec.h"

/*
 * What a verb found, in any of the formats that people and machines read.  A
 * verb fills a report and prints it once; the same findings are in all
 * formats.  Text may come from a profile: it goes in as it is, and control,
 * escape and direction characters are spelled out when it is printed.
 */
enum report_format {
	REPORT_TEXT,
	REPORT_JSON,	 /* docs/report.schema.json */
	REPORT_SARIF,	 /* 2.1.0, within the limits of GitHub */
	REPORT_GITHUB,	 /* workflow commands */
	REPORT_MARKDOWN, /* a comment on a pull request */
	REPORT_JUNIT,
	REPORT_FORMATS,
};

enum report_level {
	REPORT_ERROR, /* what fails a build */
	REPORT_WARNING,
	REPORT_NOTE,
	REPORT_LEVELS,
};

/* A place in a file, as a reader of the report would open it. */
struct report_place {
	/* of git, "" for the index; .s is NULL: not in a revision */
	struct text revision;
	struct text file;
	/* from 1; line 0: the file as a whole, column 0: the whole line */
	uint32_t line, column;
	struct text what; /* "granted by"; may be empty */
};

struct finding {
	const char *rule; /* stable: "access-gained", "N5003" */
	enum report_level level;
	char sign;	     /* '+', '-', '~' or ' ' in a diff; 0: none */
	const char *verdict; /* one word: "gained", "violated" */
	struct text subject; /* the profile or policy that it is about */
	struct text region;  /* "$HOME/.ssh"; may be empty */
	struct text message; /* one sentence or one line of a diff */
	/*
	 * What makes it this finding and no other, beside rule, subject,
	 * verdict and region; never a line number.  May be empty.
	 */
	struct text identity;
	/*
	 * What many findings of a diff have in common, "read below $HOME": as
	 * text they are one line then.  May be empty.
	 */
	struct text fold;
	struct VEC(struct report_place) places; /* the primary one first */
	struct VEC(struct text) details;	/* witnesses, edits */
};

struct report_rule {
	const char *id;
	const char *what; /* one sentence */
};

struct report {
	struct arena *arena;
	const char *verb;
	const char *verdict; /* of the whole: "same", "differs" */
	int status;	     /* exit status that goes with it */
	bool unfolded;	     /* as text, each finding has its line */
	struct text summary; /* one line: what a reader remembers */
	struct VEC(struct report_rule) rules; /* by first use */
	struct VEC(struct finding *) findings;
};

/* Every rule of a finding must be known to the report; twice is once. */
void report_rule(struct report *r, const char *id, const char *what);
/* Appends one; the caller fills in the rest. */
struct finding *report_add(struct report *r, const char *rule,
    enum report_level level, const char *verdict);
void report_place(
    struct report *r, struct finding *f, struct report_place place);
void report_detail(struct report *r, struct finding *f, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

enum { REPORT_FINGERPRINT = 33 }; /* 32 hexadecimal digits and a NUL */

/* Stays when the file is reformatted, or the line moves. */
void report_fingerprint(
    const struct finding *f, char ret_hex[REPORT_FINGERPRINT]);

/*
 * --format=NAME and --color=auto|always|never, of any verb that reports.
 */
struct report_style {
	enum report_format format;
	bool color;
};

/* Text; colour if stdout is a terminal and NO_COLOR is not set. */
struct report_style report_style_default(void);
/* False: no such word. */
bool report_style_format(struct report_style *s, const char *word);
bool report_style_color(struct report_style *s, const char *word);

void report_print(const struct report *r, struct report_style style, FILE *out);

#endif
