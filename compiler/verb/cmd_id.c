#include <config.h>

#include <stdio.h>

#include "compiler/side/side.h"
#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_id[] =
    "nonoc id [options] PROFILE|POLICY|DIRECTORY|REVISION:PATH\n"
    "  options: as for nonoc compile\n";

static void
print_id(const struct side *s, const struct side_policy *p, struct arena *a)
{
	struct text key = diag_safe(a, p->key);

	for (unsigned i = 0; i < 32; i++)
		printf("%02x", p->blob.bytes[BLOB_H_ID + i]);
	if (s->directory)
		printf("  %.*s", (int)key.len, key.s);
	putchar('\n');
}

static int
run(struct compile *c, const char *argument)
{
	struct side s;
	int status = side_load(&s, c, argument, false);

	if (status == EXIT_HOLDS && !side_has_some(c, &s))
		status = EXIT_REJECTED;
	if (status != EXIT_HOLDS)
		return status;
	for (uint32_t i = 0; i < s.policies.n; i++)
		print_id(&s, &s.policies.v[i], &c->arena);
	return EXIT_HOLDS;
}

int
cmd_id(int argc, char **argv)
{
	const char *argument = NULL;
	bool options = true;
	struct compile c;
	int status = EXIT_HOLDS;

	option_init(&c);
	for (int i = 1; i < argc && status == EXIT_HOLDS; i++) {
		enum option_result o =
		    options ? option_compile(&c, argc, argv, &i) : OPTION_OTHER;

		if (options && strcmp(argv[i], "--") == 0)
			options = false;
		else if (o == OPTION_WRONG)
			status = EXIT_USAGE;
		else if (options && o == OPTION_OTHER && *argv[i] == '-')
			status = option_unknown("id", usage_id, argv[i]);
		else if (o == OPTION_OTHER && argument != NULL)
			status = option_usage("id", usage_id,
			    "one at a time: %s and %s", argument, argv[i]);
		else if (o == OPTION_OTHER)
			argument = argv[i];
	}
	if (status == EXIT_HOLDS && argument == NULL)
		status = option_usage("id", usage_id, "whose id?");
	if (status == EXIT_HOLDS && !option_finish(&c))
		status = EXIT_REJECTED;
	if (status == EXIT_HOLDS)
		status = run(&c, argument);
	compile_finish(&c);
	return status;
}
