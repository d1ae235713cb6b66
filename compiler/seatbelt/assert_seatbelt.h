#ifndef NONO_ASSERT_SEATBELT_H
#define NONO_ASSERT_SEATBELT_H

#include "compiler/review/assert_report.h"
#include "compiler/seatbelt/side_seatbelt.h"

/*
 * Assertions against a policy for macOS.  Verdicts change only at the paths
 * that rules name, so "never on a tree" is asked of the tree's top, of a new
 * name in it, and of every path in the rules that lies in it; where a regular
 * expression matches something there, of one path of each sort.  Where it
 * cannot be told what it matches, the answer is "undecided".
 */

/* Where the assumptions place the roots that a launch tells. */
struct seatbelt_launch assert_seatbelt_launch(
    struct arena *a, const struct assertions *assertions);

/* The same of all but $HOME, which the launch has. */
void assert_seatbelt_place(struct arena *a, const struct assertions *assertions,
    struct seatbelt_launch *launch);

/*
 * Judges and reports; `name` is the policy's for waivers.  *ret_hit is what is
 * done at the first place that violates it, "write $HOME/.bashrc"; or empty.
 */
void assert_seatbelt(struct assert_reporter *r, struct assertions *assertions,
    const struct assertion *a, const struct side_policy *p,
    const struct seatbelt_launch *launch, struct sbpl_file *f, struct text name,
    struct text *ret_hit);

/* A policy, opened where its roots lie otherwise, each place once. */
struct seatbelt_place_open {
	struct seatbelt_launch launch;
	struct sbpl_file file;
};
struct seatbelt_places {
	struct compile *options;
	const struct side_policy *policy;
	struct VEC(struct seatbelt_place_open *) opened;
};
void seatbelt_places_close(struct seatbelt_places *p);

/*
 * Of one that holds in the launch `base`: does it where $HOME or $CWD lies in
 * what a path names?  If not it is undecided, and that is reported.
 */
void assert_seatbelt_elsewhere(struct assert_reporter *r,
    struct assertions *assertions, const struct assertion *a,
    struct seatbelt_places *places, const struct seatbelt_launch *base,
    const struct sbpl_file *f, struct text name);

/*
 * "within" is a comparison.  "disjoint" is decided on every path there can be,
 * one for all that the same filters match; where a filter is not modelled, or
 * a root is not placed, the answer is "undecided", with the two rules.
 */
struct seatbelt_pair {
	struct assert_reporter *r;
	const struct assertion *a;
	const struct seatbelt_launch *launch;
	const struct side_policy *left, *right;
	struct sbpl_file *left_file, *right_file;
};
void assert_seatbelt_pair(const struct seatbelt_pair *p);

#endif
