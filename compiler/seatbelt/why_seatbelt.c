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

/*
 * A port of another machine was asked for and denied.  If this machine's may be
 * reached, it depends.
 */
static bool
is_local_only(struct arena *a, const struct sbpl_file *f,
    const struct seatbelt_launch *launch, struct sbpl_request *r)
{
	const struct text told = r->facts[SBPL_FACT_REMOTE];
	struct sbpl_answer answer;
	uint32_t host = 0, port = told.len;

	while (host < told.len && told.s[host] != ' ')
		host++;
	while (port > 0 && told.s[port - 1] != ':')
		port--;
	if (host == told.len || port == 0)
		return false;
	r->facts[SBPL_FACT_REMOTE] = arena_printf(a, "%.*s 127.0.0.1:%.*s",
	    (int)host, told.s, (int)(told.len - port), told.s + port);
	seatbelt_decide(f, launch, r, &answer);
	return answer.verdict != SBPL_DENY;
}

int
why_seatbelt(struct compile *c, const struct side_policy *p,
    const struct seatbelt_launch *launch, struct sbpl_request *requests,
    uint32_t n, bool any_host, struct report *ret_report)
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
	if (any_host && n == 1 && status == EXIT_DIFFERS &&
	    is_local_only(&c->arena, &file, launch, &requests[0])) {
		(void)sbpl_why(&r, &file, &requests[0]);
		status = EXIT_ENVIRONMENT;
	}
	r.status = status;
	r.verdict = verdict_of(status);
	sbpl_file_close(&file);
	*ret_report = r;
	return EXIT_HOLDS;
}
