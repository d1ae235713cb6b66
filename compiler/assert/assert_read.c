#include <config.h>

#include "compiler/assert/assert.h"

#include <unistd.h>

#include "compiler/link/revision.h"

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
    enum assert_start start, const struct assert_file **ret_file)
{
	const struct assert_input in = {
	    .arena = a,
	    .diags = d,
	    .text = p->string->string,
	    .place = place,
	    .place_arg = p,
	    .start = start,
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

static bool
read_whole(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, enum assert_start start,
    const struct assert_file **ret_file)
{
	struct text text = source_get(s, source)->text;
	/* A file is a string in which nothing is escaped. */
	const struct node whole = {
	    .at = {source, 0, text.len}, .kind = NODE_STRING, .string = text};
	const struct string_place p = {s, &whole};

	return parse(a, d, &p, start, ret_file);
}

bool
assert_read_source(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, const struct assert_file **ret_file)
{
	return read_whole(a, d, s, source, ASSERT_START_FILE, ret_file);
}

bool
assert_read_query(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, const struct query **ret_query)
{
	const struct assert_file *file;

	if (!read_whole(a, d, s, source, ASSERT_START_QUERY, &file))
		return false;
	*ret_query = file->query;
	return true;
}

bool
assert_read_set(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, struct assert_set *ret_set)
{
	const struct assert_file *file;

	if (!read_whole(a, d, s, source, ASSERT_START_SET, &file))
		return false;
	*ret_set = file->set;
	return true;
}

bool
assert_read_named(
    struct store *s, const char *name, const struct assert_file **ret_file)
{
	const char *path = find(s, name);
	uint32_t source;

	if (strcmp(path, std_assert) == 0)
		return store_no_data(s, "profiles/std.assert");
	return revision_read(s, path, &source) &&
	       assert_read_source(
		   s->arena, s->diags, s->sources, source, ret_file);
}

bool
assert_read_string(struct arena *a, struct diags *d, const struct sources *s,
    const struct node *string, const struct assert_statement **ret_rule)
{
	const struct string_place p = {s, string};
	const struct assert_file *file;

	if (!parse(a, d, &p, ASSERT_START_RULE, &file))
		return false;
	*ret_rule = file->first;
	return true;
}
