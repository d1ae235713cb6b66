#include <config.h>

#include <stdio.h>

#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

const char usage_list[] = "nonoc list [options] groups|profiles\n"
			  "  options: as for nonoc compile\n";

static void
print_line(struct compile *c, const char *name, const char *remark,
    struct text description)
{
	description = diag_safe(&c->arena, description);
	printf("%-24s %-16s %.*s\n", name, remark, (int)description.len,
	    description.s);
}

static bool
list_groups(struct compile *c)
{
	struct name_array names = store_list_groups(&c->store);
	bool ok = true;

	for (uint32_t i = 0; i < names.n; i++) {
		struct name_entry entry = {.name = text_of(names.v[i])};
		const struct group_file *g;
		char remark[32];

		if (!store_group(&c->store, &entry, &g)) {
			ok = false;
			continue;
		}
		(void)snprintf(remark, sizeof(remark), "%s%s",
		    !g->ast->platform.set		       ? "any"
		    : g->ast->platform.value == PLATFORM_LINUX ? "linux"
							       : "macos",
		    g->ast->required.value != 0 ? ",required" : "");
		print_line(c, names.v[i], remark, g->ast->description.value);
	}
	return ok;
}

static bool
list_profiles(struct compile *c)
{
	static const struct {
		enum store_place place;
		const char *remark;
	} places[] = {
	    {STORE_INSTALLED, "installed"},
	    {STORE_USER, "user"},
	};
	bool ok = true;

	for (size_t p = 0; p < ARRAY_LEN(places); p++) {
		struct name_array names =
		    store_list_profiles(&c->store, places[p].place);

		for (uint32_t i = 0; i < names.n; i++) {
			const struct profile_file *f;

			if (!store_profile(&c->store, names.v[i], &f)) {
				ok = false;
				continue;
			}
			print_line(c, names.v[i], places[p].remark,
			    f->ast->description.value);
		}
	}
	return ok;
}

static int
list(struct compile *c, const char *what)
{
	bool (*const print)(struct compile * c) =
	    what == NULL		    ? NULL
	    : strcmp(what, "groups") == 0   ? list_groups
	    : strcmp(what, "profiles") == 0 ? list_profiles
					    : NULL;
	const struct profile_file *installed;

	if (print == NULL)
		return option_usage("list", usage_list,
		    what == NULL ? "list what? groups or profiles"
				 : "groups or profiles, not %s",
		    what);
	/* Of what is not installed there is no list, not an empty one. */
	if (!store_default(&c->store, &installed))
		return EXIT_REJECTED;
	return print(c) ? EXIT_HOLDS : EXIT_REJECTED;
}

int
cmd_list(int argc, char **argv)
{
	const char *what = NULL;
	struct compile c;
	int status = EXIT_HOLDS;

	option_init(&c);
	for (int i = 1; i < argc && status == EXIT_HOLDS; i++) {
		enum option_result o = option_compile(&c, argc, argv, &i);

		if (o == OPTION_WRONG)
			status = EXIT_USAGE;
		else if (o == OPTION_OTHER && (what != NULL || *argv[i] == '-'))
			status =
			    argv[i][0] == '-'
				? option_unknown("list", usage_list, argv[i])
				: option_usage("list", usage_list,
				      "unexpected %s", argv[i]);
		else if (o == OPTION_OTHER)
			what = argv[i];
	}
	if (status == EXIT_HOLDS && !option_finish(&c))
		status = EXIT_REJECTED;
	if (status == EXIT_HOLDS)
		status = list(&c, what);
	compile_finish(&c);
	return status;
}
