#include <config.h>

#include "compiler/assert.h"

#include <unistd.h>

struct string_place {
	const struct sources *sources;
	const struct node *string;
};

static struct span
place(const void *arg, uint32_t begin, uint32_t end)
{
	const struct string_place *p = arg;

	return node_string_span(p->sources, p->string, begin, end);
}

static bool
parse(struct arena *a, struct diags *d, const struct string_place *p,
    bool rule_only, const struct assert_file **ret_file)
{
	const struct assert_input in = {
	    .arena = a,
	    .diags = d,
	    .text = p->string->string,
	    .place = place,
	    .place_arg = p,
	    .rule_only = rule_only,
	};

	return assert_parse(&in, ret_file);
}

bool
assert_is_file(const char *name)
{
	static const char suffix[] = ".assert";
	size_t n = strlen(name), m = sizeof(suffix) - 1;

	return n > m && strcmp(name + n - m, suffix) == 0;
}

static const char std_assert[] = "std.assert";

/*
 * A name alone may be of a file that came with nonoc.  std.assert always is:
 * a repository that is judged must not bring one of its own.
 */
static const char *
find(struct store *s, const char *name)
{
	struct text installed;

	if (strchr(name, '/') != NULL ||
	    (strcmp(name, std_assert) != 0 && access(name, F_OK) == 0))
		return name;
	installed = arena_printf(s->arena, "%s/profiles/%s", s->data, name);
	return access(installed.s, F_OK) == 0 ? installed.s : name;
}

bool
assert_read_source(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, const struct assert_file **ret_file)
{
	struct text text = source_get(s, source)->text;
	/* A file is a string in which nothing is escaped. */
	const struct node whole = {
	    .at = {source, 0, text.len}, .kind = NODE_STRING, .string = text};
	const struct string_place p = {s, &whole};

	return parse(a, d, &p, false, ret_file);
}

bool
assert_read_named(
    struct store *s, const char *name, const struct assert_file **ret_file)
{
	const char *path = find(s, name);
	uint32_t source;

	if (strcmp(path, std_assert) == 0)
		return store_no_data(s, "profiles/std.assert");
	return source_read(s->sources, s->arena, s->diags, path,
		   (struct span){0}, &source) &&
	       assert_read_source(
		   s->arena, s->diags, s->sources, source, ret_file);
}

bool
assert_read_string(struct arena *a, struct diags *d, const struct sources *s,
    const struct node *string, const struct assert_statement **ret_rule)
{
	const struct string_place p = {s, string};
	const struct assert_file *file;

	if (!parse(a, d, &p, true, &file))
		return false;
	*ret_rule = file->first;
	return true;
}
