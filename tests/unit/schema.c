#include <config.h>

#include <stdlib.h>

#include <cJSON.h>

#include "compiler/decode_table.h"
#include "tests/tap.h"

static unsigned objects, references, patterns;

static const cJSON *
get(const cJSON *o, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(o, key);
}

/* "#/definitions/NAME" leads somewhere. */
static bool
resolves(const cJSON *root, const char *reference)
{
	static const char prefix[] = "#/definitions/";

	return strncmp(reference, prefix, sizeof(prefix) - 1) == 0 &&
	       get(get(root, "definitions"), reference + sizeof(prefix) - 1) !=
		   NULL;
}

/* Every object is closed, every reference resolves, every pattern is whole. */
static void
walk(const cJSON *root, const cJSON *schema)
{
	const cJSON *reference = get(schema, "$ref"), *child;
	const cJSON *pattern = get(schema, "pattern");

	if (cJSON_IsObject(get(schema, "properties"))) {
		objects++;
		if (!cJSON_IsFalse(get(schema, "additionalProperties")))
			OK(!"an object is closed");
	}
	if (cJSON_IsString(reference)) {
		references++;
		if (!resolves(root, reference->valuestring))
			IS_STR(reference->valuestring, "a definition");
	}
	if (cJSON_IsString(pattern)) {
		const char *p = pattern->valuestring;

		patterns++;
		if (p[0] != '^' || p[strlen(p) - 1] != '$')
			IS_STR(p, "^...$");
	}
	cJSON_ArrayForEach(child, schema) walk(root, child);
}

/* Every key of the table, its aliases and its objects, is in the schema. */
static void
covers(const cJSON *schema, const struct table *table)
{
	const cJSON *properties = get(schema, "properties");
	uint32_t n = 0;

	for (uint32_t i = 0; i < table->n; i++) {
		const struct field *f = &table->fields[i];
		const char *const *alias = f->aliases;
		const cJSON *property = get(properties, f->name);

		n++;
		if (!OK(cJSON_IsString(get(property, "description"))))
			printf("# %s\n", f->name);
		for (; alias != NULL && *alias != NULL; alias++, n++)
			OK(get(properties, *alias) != NULL);
		if (f->kind == FIELD_OBJECT && (f->flags & NULLABLE) == 0)
			covers(property, f->table);
	}
	IS_INT(cJSON_GetArraySize(properties), n);
}

static void
schema(bool group, const struct table *table)
{
	char *text = schema_print(group), *again = schema_print(group);
	cJSON *root = cJSON_Parse(text);

	OK(root != NULL);
	IS_STR(text, again);
	IS_STR(cJSON_GetStringValue(get(root, "$schema")),
	    "http://json-schema.org/draft-07/schema#");
	objects = references = patterns = 0;
	walk(root, root);
	OK(objects > 2 && references > 2 && patterns > 2);
	covers(root, table);
	cJSON_Delete(root);
	free(text);
	free(again);
}

int
main(void)
{
	schema(false, &profile_table);
	schema(true, &group_table);
	return tap_end();
}
