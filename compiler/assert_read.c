#include <config.h>

#include "compiler/assert.h"

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
assert_read(struct arena *a, struct diags *d, struct sources *s,
    const char *path, const struct assert_file **ret_file)
{
	struct string_place p = {.sources = s};
	struct node whole = {.kind = NODE_STRING};
	uint32_t source;

	if (!source_read(s, a, d, path, (struct span){0}, &source))
		return false;
	/* A file is a string in which nothing is escaped. */
	whole.string = source_get(s, source)->text;
	whole.at = (struct span){source, 0, whole.string.len};
	p.string = &whole;
	return parse(a, d, &p, false, ret_file);
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
