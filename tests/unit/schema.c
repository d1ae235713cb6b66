#include <config.h>

#include <stdlib.h>

#include "compiler/decode/decode_table.h"
#include "compiler/read/read.h"
#include "tests/tap.h"

static unsigned objects, references, patterns;
static const char *definitions; /* what they are under */

/* The value of a key, or NULL where there is none. */
static const struct node *
get(const struct node *object, const char *key)
{
	const struct pair *pair = NULL;

	if (object != NULL && object->kind == NODE_MAP)
		pair = decode_find(object, key);
	return pair == NULL ? NULL : &pair->value;
}

static bool
is_string(const struct node *n)
{
	return n != NULL && n->kind == NODE_STRING && n->string.len != 0;
}

/* "#/definitions/NAME", or "#/$defs/NAME", leads somewhere. */
static bool
resolves(const struct node *root, struct text reference)
{
	const struct node *all = get(root, definitions);
	char to[256];

	for (uint32_t i = 0; i < all->map.n; i++) {
		struct text name = all->map.v[i].key;

		(void)snprintf(to, sizeof(to), "#/%s/%.*s", definitions,
		    (int)name.len, name.s);
		if (text_is(reference, to))
			return true;
	}
	return false;
}

/* Every object is closed, every reference resolves, every pattern is whole. */
static void
walk(const struct node *root, const struct node *schema)
{
	const struct node *properties = get(schema, "properties");
	const struct node *more = get(schema, "additionalProperties");
	const struct node *reference = get(schema, "$ref");
	const struct node *pattern = get(schema, "pattern");

	/* Without a type it only adds to another that has one. */
	if (properties != NULL && properties->kind == NODE_MAP &&
	    is_string(get(schema, "type"))) {
		objects++;
		if (more == NULL || more->kind != NODE_BOOL || more->boolean)
			tap_point(
			    false, "an object is closed", __FILE__, __LINE__);
	}
	if (is_string(reference)) {
		references++;
		if (!resolves(root, reference->string))
			tap_point(
			    false, "a reference resolves", __FILE__, __LINE__);
	}
	if (is_string(pattern)) {
		struct text t = pattern->string;

		patterns++;
		if (t.s[0] != '^' || t.s[t.len - 1] != '$')
			tap_point(
			    false, "a pattern is whole", __FILE__, __LINE__);
	}
	if (schema->kind == NODE_MAP)
		for (uint32_t i = 0; i < schema->map.n; i++)
			walk(root, &schema->map.v[i].value);
	if (schema->kind == NODE_LIST)
		for (uint32_t i = 0; i < schema->list.n; i++)
			walk(root, &schema->list.v[i]);
}

/* Every key of the table, its aliases and its objects, is in the schema. */
static void
covers(const struct node *schema, const struct table *table)
{
	const struct node *properties = get(schema, "properties");
	uint32_t n = 0;

	for (uint32_t i = 0; i < table->n; i++) {
		const struct field *f = &table->fields[i];
		const char *const *alias = f->aliases;
		const struct node *property = get(properties, f->name);

		n++;
		if (!OK(is_string(get(property, "description"))))
			printf("# %s\n", f->name);
		for (; alias != NULL && *alias != NULL; alias++, n++)
			OK(get(properties, *alias) != NULL);
		if (f->kind == FIELD_OBJECT && (f->flags & NULLABLE) == 0)
			covers(property, f->table);
	}
	IS_INT(properties->map.n, n);
}

static void
schema(bool group, enum schema_draft draft, const struct table *table)
{
	struct arena a = {0};
	struct sources sources = {0};
	struct diags d = {.arena = &a, .sources = &sources};
	char *text = schema_print(group, draft),
	     *again = schema_print(group, draft);
	const struct node *root;
	uint32_t source;

	IS_STR(text, again);
	VEC_PUSH(&a, &sources.files);
	if (OK(source_from_text(
		   &sources, &a, &d, "schema.json", text_of(text), &source) &&
		read_json(&a, &d, &sources, source, &root))) {
		OK(text_is(get(root, "$schema")->string,
		    draft == SCHEMA_DRAFT_07
			? "http://json-schema.org/draft-07/schema#"
			: "https://json-schema.org/draft/2020-12/schema"));
		definitions =
		    draft == SCHEMA_DRAFT_07 ? "definitions" : "$defs";
		objects = references = patterns = 0;
		walk(root, root);
		OK(objects > 2 && references > 2 && patterns > 2);
		covers(root, table);
	}
	arena_release(&a);
	free(text);
	free(again);
}

int
main(void)
{
	schema(false, SCHEMA_DRAFT_07, &profile_table);
	schema(true, SCHEMA_DRAFT_07, &group_table);
	schema(false, SCHEMA_2020_12, &profile_table);
	schema(true, SCHEMA_2020_12, &group_table);
	return tap_end();
}
