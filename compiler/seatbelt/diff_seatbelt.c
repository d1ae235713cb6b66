#include <config.h>

#include "compiler/diff/diff_report.h"
#include "compiler/seatbelt/side_seatbelt.h"

#include "compiler/base/status.h"

/* Two sides for macOS, policy by policy. */

static int
compare(struct compile *c, struct report *r, const struct side_policy *from,
    const struct side_policy *to, struct text subject,
    struct seatbelt_total *total)
{
	static const struct seatbelt_launch launch;
	struct sbpl_difference d;
	struct sbpl_file files[2];

	if (!side_seatbelt_open(c, from, &launch, &files[0]))
		return EXIT_REJECTED;
	if (!side_seatbelt_open(c, to, &launch, &files[1])) {
		sbpl_file_close(&files[0]);
		return EXIT_REJECTED;
	}
	sbpl_compare(r, &files[0], &files[1], subject, &d);
	sbpl_file_close(&files[0]);
	sbpl_file_close(&files[1]);
	total->differ += d.gained + d.lost + d.unsure + d.rules > 0;
	total->sum.gained += d.gained;
	total->sum.lost += d.lost;
	total->sum.unsure += d.unsure;
	total->sum.rules += d.rules;
	total->sum.left_off += d.left_off;
	return EXIT_HOLDS;
}

static void
alone(struct report *r, const struct side_policy *from,
    const struct side_policy *to, struct seatbelt_total *total)
{
	const struct side_pair p = {
	    .side = {from, to}, .subject = from != NULL ? from->key : to->key};

	pair_report(r, &p, false);
	total->differ++;
	*(from == NULL ? &total->sum.gained : &total->sum.lost) += 1;
}

int
seatbelt_diff_sides(struct compile *c, struct report *r,
    const struct side *from, const struct side *to,
    const struct side_policy *added, struct seatbelt_total *ret_total)
{
	const bool named = from->directory || to->directory;
	struct seatbelt_total total = {0};
	uint32_t i = 0, j = 0;
	int status = EXIT_HOLDS;

	/* Both are sorted by key. */
	while (status == EXIT_HOLDS &&
	       (i < from->policies.n || j < to->policies.n)) {
		const struct side_policy *l = NULL, *n = NULL;

		if (i < from->policies.n)
			l = &from->policies.v[i];
		if (j < to->policies.n)
			n = &to->policies.v[j];
		if (named && l != NULL && n != NULL) {
			const int d = text_compare(l->key, n->key);

			l = d > 0 ? NULL : l;
			n = d < 0 ? NULL : n;
		}
		i += l != NULL;
		j += n != NULL;
		l = l == NULL ? added : l;
		total.pairs++;
		if (l == NULL || n == NULL)
			alone(r, l, n, &total);
		else
			status = compare(c, r, l, n, n->key, &total);
	}
	*ret_total = total;
	return status;
}
