#include <config.h>

#include "compiler/seatbelt/side_seatbelt.h"

#include "compiler/base/status.h"

/* nonoc why --target macos: every request that macOS makes on the way. */

static int
worse(int a, int b)
{
	/* What is denied is; then what cannot be told. */
	if (a == EXIT_DIFFERS || b == EXIT_DIFFERS)
		return EXIT_DIFFERS;
	return a == EXIT_HOLDS ? b : a;
}

static const char *
verdict_of(int status)
{
	return status == EXIT_HOLDS	? "allow"
	       : status == EXIT_DIFFERS ? "deny"
					: "unknown";
}

int
why_seatbelt(struct compile *c, const struct side_policy *p,
    const struct seatbelt_launch *launch, struct sbpl_request *requests,
    uint32_t n, struct report *ret_report)
{
	struct report r = {.arena = &c->arena, .verb = "why"};
	struct sbpl_file file;
	int status = EXIT_HOLDS;

	if (!side_seatbelt_open(c, p, launch, &file))
		return EXIT_REJECTED;
	for (uint32_t i = 0; i < n; i++) {
		struct sbpl_answer answer;

		seatbelt_decide(&file, launch, &requests[i], &answer);
		status = worse(status, sbpl_why(&r, &file, &requests[i]));
	}
	r.status = status;
	r.verdict = verdict_of(status);
	sbpl_file_close(&file);
	*ret_report = r;
	return EXIT_HOLDS;
}
