#ifndef NONO_SIDE_SEATBELT_H
#define NONO_SIDE_SEATBELT_H

#include "compiler/review/why.h"
#include "compiler/seatbelt/sbpl_file.h"
#include "compiler/side/side.h"

/*
 * What the reviewing verbs ask of policies for macOS.  A profile is compiled
 * in memory and its text judged as anybody's Seatbelt file is; what it says
 * of a line are the profile's lines.
 */

/*
 * Where the policy is launched: absolute, or .s is NULL, "not known".  The XDG
 * directories lie below HOME, as where their variables are unset.
 */
struct seatbelt_launch {
	struct text home, cwd;
	bool no_consent; /* to the working directory */
};

/* False: diagnosed, and there is nothing to close with sbpl_file_close(). */
bool side_seatbelt_open(struct compile *c, const struct side_policy *p,
    const struct seatbelt_launch *launch, struct sbpl_file *ret_file);

/* "$HOME/.ssh", with what is known of the roots put in. */
struct text side_seatbelt_path(
    struct arena *a, const struct seatbelt_launch *launch, struct path p);

/* And where macOS finds it, behind the links that it has. */
struct text seatbelt_place(
    struct arena *a, const struct seatbelt_launch *launch, struct path p);

/*
 * What macOS asks on the way for a request in the words of nonoc why.  Returns
 * how many; 0: there is no such request on macOS.
 */
enum { SEATBELT_ASKED_MAX = 4 };
uint32_t seatbelt_requests(struct arena *a,
    const struct seatbelt_launch *launch, const struct why_word *word,
    const struct decide_request *r,
    struct sbpl_request ret_requests[SEATBELT_ASKED_MAX]);

/*
 * The verdict where roots that are not known may lie where they do somewhere:
 * a denied path may be the working directory's, an allowed one below a home.
 */
void seatbelt_decide(const struct sbpl_file *f,
    const struct seatbelt_launch *launch, struct sbpl_request *r,
    struct sbpl_answer *ret_answer);

/*
 * Asks a policy all of the requests; what the worst of them comes to is the
 * report's status.  Returns EXIT_HOLDS, or what to exit with (diagnosed).
 * why_seatbelt.c.
 */
int why_seatbelt(struct compile *c, const struct side_policy *p,
    const struct seatbelt_launch *launch, struct sbpl_request *requests,
    uint32_t n, bool any_host, struct report *ret_report);

/*
 * Adds the differences of all pairs of two sides; a pair of which there is one
 * has a finding, as in nonoc diff for Linux.  Returns an exit status, also
 * where a policy could not be opened (diagnosed).  diff_seatbelt.c.
 */
struct seatbelt_total {
	struct sbpl_difference sum;
	uint32_t pairs, differ;
};
int seatbelt_diff_sides(struct compile *c, struct report *r,
    const struct side *from, const struct side *to,
    const struct side_policy *added, struct seatbelt_total *ret_total);

#endif
