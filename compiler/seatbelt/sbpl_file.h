#ifndef NONO_SBPL_FILE_H
#define NONO_SBPL_FILE_H

#include "compiler/report/report.h"
#include "compiler/sbpl/sbpl.h"

/* A file as comments in a policy name it, and as a reader opens it. */
struct sbpl_origin {
	struct text name; /* "groups/node_runtime.json" */
	struct text revision, path;
};

/*
 * What the verbs do with Seatbelt files.  Parameters come from -D NAME=VALUE;
 * one that is not given stays a name, "$HOME", taken to lie away from all
 * other paths.
 */
struct sbpl_file {
	const char *name; /* as it was given */
	struct text text;
	struct sbpl_policy policy;
	struct sbpl_judge *tree, *last;
	/*
	 * Of a profile that was compiled in memory: its text is nowhere to be
	 * opened, and the comments in it name the profile's lines.
	 */
	bool compiled;
	struct text profile; /* then: what to open */
	struct VEC(struct sbpl_origin) origins;
};

/* False: diagnosed, and there is nothing to close. */
bool sbpl_file_open(struct arena *a, struct diags *d, struct sources *s,
    const char *name, const struct sbpl_world *world,
    struct sbpl_file *ret_file);
void sbpl_file_close(struct sbpl_file *f);
/* The same of text that has been taken among the sources. */
bool sbpl_file_open_source(struct arena *a, struct diags *d, struct sources *s,
    const char *name, uint32_t source, const struct sbpl_world *world,
    struct sbpl_file *ret_file);

/*
 * Adds where a rule, or a part of its filter, stands; of a compiled profile
 * the lines that asked for it, the entry first.
 */
void sbpl_file_places(struct report *r, struct finding *g,
    const struct sbpl_file *f, struct span at, const char *what);

/*
 * A question as people ask it: an operation of Seatbelt's or one of "read",
 * "write", "list", "stat", "create", "delete", "execute", "connect", "listen",
 * then what it is about: a path, HOST:PORT, the name of a service, or
 * FACT=VALUE.  A path is taken where macOS finds it: /tmp/x is /private/tmp/x.
 * On false *ret_why says what is wrong.
 */
bool sbpl_ask(struct arena *a, const char *operation, const char *const *words,
    uint32_t n, struct sbpl_request *ret_request, struct text *ret_why);

/* Without slashes at the end, and through the links that macOS has. */
struct text sbpl_real_path(struct arena *a, struct text path);

/*
 * What all that a filter's regular expression matches begins with; empty: it
 * may be anything.  sbpl_lead.c.
 */
struct text sbpl_lead(struct arena *a, const struct sbpl_filter *f);
/* May something that begins so be the path, or be below it? */
bool sbpl_leads_into(struct text lead, struct text top);
/* May a pattern in the filter match there, which is no path to ask about? */
bool sbpl_may_match_in(struct arena *a, const struct sbpl_filter *f,
    enum sbpl_fact fact, struct text top);

/* Would it be a line of a file, and not the policy as a whole? */
bool sbpl_file_has_place(const struct sbpl_file *f, struct span at);

/* Of a profile: did a group ask for it first? */
bool sbpl_file_is_group(const struct sbpl_file *f, struct span at);

/* "file-read-data /private/tmp/x" */
struct text sbpl_request_print(struct arena *a, const struct sbpl_request *r);

/* Adds the verdict and what it rests on; returns the exit status. */
int sbpl_why(
    struct report *r, const struct sbpl_file *f, const struct sbpl_request *q);

/*
 * Adds what one file permits and the other does not, as far as the paths and
 * names in the rules of both show it, then the rules that only one has.
 * Returns the exit status.
 */
int sbpl_diff(
    struct report *r, const struct sbpl_file *from, const struct sbpl_file *to);

/* The same of one pair among several: no verdict, summary or status. */
struct sbpl_difference {
	uint32_t gained, lost, unsure, rules;
	uint32_t left_off; /* findings too many */
};
void sbpl_compare(struct report *r, const struct sbpl_file *from,
    const struct sbpl_file *to, struct text subject,
    struct sbpl_difference *ret_difference);
/* Is it of something that may be permitted now, and of which nobody knows? */
bool sbpl_may_permit(const struct finding *f);
/* "2 gained, 1 lost, ..." */
struct text sbpl_difference_print(
    struct arena *a, const struct sbpl_difference *d);

#endif
