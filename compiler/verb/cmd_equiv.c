#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "compiler/seatbelt/equiv.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_equiv[] =
    "nonoc equiv [options] PROFILE\n"
    "  -n REQUESTS           how many (100000); the borders are always asked\n"
    "  --seed N              another N asks others (1)\n"
    "  --target linux[:...]  whose entries and groups are meant\n"
    "  -D NAME=VALUE         define a variable used in paths\n"
    "  -I DIR                look for bases and groups here too\n"
    "  --data DIR            where groups/ and profiles/ lie\n"
    "  --no-user-profiles    do not look in your own profile directory\n";

struct request {
	const char *profile;
	uint64_t requests, seed;
};

static bool
number(const char *text, uint64_t *ret_number)
{
	char *end;
	unsigned long long n;

	if (text == NULL || text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0')
		return false;
	*ret_number = n;
	return true;
}

static int
parse(struct compile *c, void *request, int argc, char **argv)
{
	struct request *r = request;
	const char *v;

	for (int i = 1; i < argc; i++) {
		switch (option_compile(c, argc, argv, &i)) {
		case OPTION_TAKEN:
			continue;
		case OPTION_WRONG:
			return EXIT_USAGE;
		case OPTION_OTHER:
			break;
		}
		if (option_value("equiv", "-n", argc, argv, &i, &v)) {
			if (!number(v, &r->requests))
				return option_usage(
				    "equiv", usage_equiv, "-n takes a number");
		} else if (option_value(
			       "equiv", "--seed", argc, argv, &i, &v)) {
			if (!number(v, &r->seed) || r->seed == 0)
				return option_usage("equiv", usage_equiv,
				    "--seed takes a number above 0");
		} else if (argv[i][0] == '-') {
			return option_unknown("equiv", usage_equiv, argv[i]);
		} else if (r->profile != NULL) {
			return option_usage("equiv", usage_equiv,
			    "one profile at a time: %s and %s", r->profile,
			    argv[i]);
		} else {
			r->profile = argv[i];
		}
	}
	if (r->profile == NULL)
		return option_usage("equiv", usage_equiv, "which profile?");
	if (c->target.platform != PLATFORM_LINUX)
		return option_usage("equiv", usage_equiv,
		    "both backends are given what is meant for Linux: a deny "
		    "in a granted tree, as macOS profiles have it, is not "
		    "for Landlock");
	return EXIT_HOLDS;
}

static void
add(struct equiv_count *to, const struct equiv_count *from)
{
	to->asked += from->asked;
	to->agreed += from->agreed;
	to->readings += from->readings;
	for (int i = 0; i <= EQUIV_CLASSES; i++)
		to->classes[i] += from->classes[i];
}

/* Half of the requests where the user agrees to the working directory. */
static bool
ask(struct compile *c, const struct request *r, struct equiv_count *ret_count)
{
	for (int consent = 0; consent < 2; consent++) {
		struct equiv e;
		bool ok = equiv_open(&e, c, consent != 0);

		if (ok) {
			e.random = r->seed + (uint64_t)consent;
			equiv_borders(&e);
			equiv_random(&e, r->requests / 2);
			add(ret_count, &e.count);
		}
		equiv_close(&e);
		if (!ok)
			return false;
	}
	return true;
}

static void
report(const struct equiv_count *n, uint64_t seed)
{
	printf("requests %" PRIu64 " seed %" PRIu64 "\nagree %" PRIu64 "\n",
	    n->asked, seed, n->agreed);
	for (int i = 0; i < EQUIV_CLASSES; i++)
		if (n->classes[i] > 0)
			printf("explained %" PRIu64 " %s: %s\n", n->classes[i],
			    equiv_class_names[i].key,
			    equiv_class_names[i].what);
	printf("unexplained %" PRIu64 "\nreadings differ %" PRIu64 "\n",
	    n->classes[EQUIV_UNEXPLAINED], n->readings);
}

static int
run(struct compile *c, void *request)
{
	const struct request *r = request;
	struct equiv_count count = {0};

	if (!compile_profile(c, r->profile) || !ask(c, r, &count))
		return EXIT_REJECTED;
	report(&count, r->seed);
	return count.classes[EQUIV_UNEXPLAINED] > 0 || count.readings > 0
		   ? EXIT_DIFFERS
		   : EXIT_HOLDS;
}

int
cmd_equiv(int argc, char **argv)
{
	struct request r = {.requests = 100000, .seed = 1};

	return option_run(argc, argv, &r, parse, run);
}
