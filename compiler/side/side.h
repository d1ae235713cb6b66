#ifndef NONO_SIDE_H
#define NONO_SIDE_H

#include "compiler/compile.h"
#include "compiler/report/report.h"

/*
 * What a reviewing verb is given: a profile (its name or file), a policy, a
 * directory of either with all below it, a lock, which is as its directory
 * was, or any of these in a revision of git, REV:PATH; the index is the empty
 * revision.  Whatever it was, what comes out are policies
 * that are compiled for the target of the options, and where their sources
 * lie.
 *
 * A profile from a revision gets its bases and groups from that revision,
 * too, as far as they lie in the work tree; what is installed elsewhere comes
 * from there.
 */
struct side_file {
	uint8_t digest[32]; /* as provenance has it */
	struct text name;   /* as comments of a Seatbelt policy have it */
	struct text revision, path;
};

struct side_policy {
	/* "team/agent", without suffix: finds its counterpart */
	struct text key;
	struct text shown; /* "HEAD~1:profiles/agent.json" */
	struct text path;  /* the same without the revision */
	struct blob blob;
	/*
	 * For macOS: the text, and no blob.  side_seatbelt.h opens it.
	 */
	struct text seatbelt;
	bool compiled; /* from a profile, which calls itself `name` */
	struct text name;
	struct VEC(struct side_file) files;
};

struct side {
	const char *argument;
	bool directory;				 /* else exactly one policy */
	bool lock;				 /* as a directory */
	struct VEC(struct side_policy) policies; /* by key; unique */
};

/*
 * Loads it with the options of `options`, in whose arena everything lives,
 * and to whose diagnostics go messages about the argument.  Warnings of a
 * compilation that succeeds are dropped unless `warnings`: they are not about
 * the difference.  Returns EXIT_HOLDS or what to exit with.
 */
int side_load(struct side *ret_side, struct compile *options,
    const char *argument, bool warnings);
/*
 * The same for verbs that review policies for macOS, too: of a target of that
 * kind there is no blob, but the text.  side_load() refuses such a target.
 */
int side_load_any(struct side *ret_side, struct compile *options,
    const char *argument, bool warnings);
/* The same for verbs that take one policy: a directory is an error. */
int side_load_one(struct side_policy *ret_policy, struct compile *options,
    const char *argument, bool warnings);
int side_load_one_any(struct side_policy *ret_policy, struct compile *options,
    const char *argument, bool warnings);

/*
 * A profile that has been compiled already, with provenance; the sources from
 * `first` on are its own.
 */
int side_compiled(struct side_policy *ret_policy, struct compile *c,
    const char *argument, uint32_t first, const uint8_t *bytes, uint32_t size);

/* Is there a policy in it?  Else it is diagnosed (N1020). */
bool side_has_some(struct compile *options, const struct side *s);

/* The policy with this key; NULL: none. */
const struct side_policy *side_find(const struct side *s, struct text key);

/*
 * The same for one that was named by itself, "agent" for "team/agent", if
 * there are no two of that kind.
 */
bool side_ends_in(struct text whole, struct text key);
const struct side_policy *side_find_single(
    const struct side *s, struct text key);

/* Where an origin of the policy's provenance is. */
struct report_place side_place(const struct side_policy *p, uint32_t origin);
/* The first link of a record, or where it would be: they are in order. */
uint32_t side_first_link(const struct blob *b, uint32_t tag, uint32_t record);
/*
 * Adds the origins of a record to a finding, at most `max`; false: there is
 * no provenance.
 */
bool side_places(struct report *r, struct finding *f,
    const struct side_policy *p, uint32_t tag, uint32_t record,
    const char *what, uint32_t max);

#endif
