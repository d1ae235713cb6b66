#include <config.h>

#include <stdlib.h>

#include <cJSON.h>

#include "compiler/decode.h"

#include "compiler/decode_table.h"

/*
 * The tables of decode as a JSON Schema (draft-07).  It accepts what decode
 * accepts, but for a table's check(), which it cannot say.
 */
struct schema {
	bool failed; /* out of memory */
};

/* What a string in a path list may be; compare grammar/path_scan.re. */
#define FORBIDDEN                                                              \
	"\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f"                  \
	"\\u2028-\\u202e\\u2066-\\u2069\\ufeff"
#define NAME "[A-Za-z_][A-Za-z0-9_]*"
static const char template_pattern[] =
    "^(?! *$)(?!@.*:)(?!~[^/])"
    "([^$" FORBIDDEN "]|\\$" NAME "|\\$\\{" NAME "\\})+$";
static const char dynamic_pattern[] =
    "^@git:(config-files|hooks-path|common-dir|worktree|toplevel|"
    "toplevel-parent)$";

/* One predicate; compare grammar/when_scan.re and compiler/when.c. */
#define WORD "[A-Za-z0-9_.-]+"
#define VERSION "(==|>=|<=|>|<)?[A-Za-z0-9][A-Za-z0-9_.-]*"
#define BLANKS "[ \\t\\r\\n]*"
static const char when_pattern[] =
    "^" BLANKS "!?(linux(:" WORD "(:" VERSION "(:" WORD ")?)?)?|"
    "macos(:" VERSION ")?|windows(:" VERSION "(:" VERSION ")?)?|"
    "(?!(linux|macos|windows)(:|" BLANKS "$))" WORD "(:" VERSION
    "){0,3})" BLANKS "$";

static cJSON *
made(struct schema *s, cJSON *item)
{
	if (item == NULL)
		s->failed = true;
	return item;
}

static cJSON *
object(struct schema *s)
{
	return made(s, cJSON_CreateObject());
}

static void
put(struct schema *s, cJSON *to, const char *key, cJSON *item)
{
	if (cJSON_AddItemToObject(to, key, item))
		return;
	cJSON_Delete(item);
	s->failed = true;
}

static void
push(struct schema *s, cJSON *to, cJSON *item)
{
	if (cJSON_AddItemToArray(to, item))
		return;
	cJSON_Delete(item);
	s->failed = true;
}

static cJSON *
list(struct schema *s, cJSON *to, const char *key)
{
	return made(s, cJSON_AddArrayToObject(to, key));
}

static cJSON *
string(struct schema *s, const char *value)
{
	return made(s, cJSON_CreateString(value));
}

static void
put_string(struct schema *s, cJSON *to, const char *key, const char *value)
{
	put(s, to, key, string(s, value));
}

static void
put_number(struct schema *s, cJSON *to, const char *key, double value)
{
	put(s, to, key, made(s, cJSON_CreateNumber(value)));
}

static cJSON *
typed(struct schema *s, const char *type)
{
	cJSON *o = object(s);

	put_string(s, o, "type", type);
	return o;
}

static cJSON *
reference(struct schema *s, const char *to)
{
	cJSON *o = object(s);

	put_string(s, o, "$ref", to);
	return o;
}

static cJSON *
either(struct schema *s, cJSON *a, cJSON *b)
{
	cJSON *o = object(s), *any = list(s, o, "anyOf");

	push(s, any, a);
	push(s, any, b);
	return o;
}

static cJSON *
list_of(struct schema *s, cJSON *items)
{
	cJSON *o = typed(s, "array");

	put(s, o, "items", items);
	return o;
}

static cJSON *
formatted(struct schema *s, const struct format *format)
{
	cJSON *o = typed(s, "string");

	if (format != NULL)
		put_string(s, o, "pattern", format->pattern);
	return o;
}

static cJSON *
port(struct schema *s)
{
	cJSON *o = typed(s, "integer");

	put_number(s, o, "minimum", 0);
	put_number(s, o, "maximum", 65535);
	return o;
}

/* [FIRST, LAST] */
static cJSON *
port_range(struct schema *s)
{
	cJSON *o = list_of(s, port(s));

	put_number(s, o, "minItems", 2);
	put_number(s, o, "maxItems", 2);
	return o;
}

static cJSON *
one_of_names(struct schema *s, const struct field *f)
{
	cJSON *o = object(s), *names = list(s, o, "enum");

	for (uint32_t i = 0; f->names[i] != NULL; i++)
		push(s, names, string(s, f->names[i]));
	return o;
}

/* The string of an entry, without its condition. */
static cJSON *
entry_string(struct schema *s, const struct field *f)
{
	if (f->kind != FIELD_PATHS)
		return formatted(s, f->format);
	return reference(s, (f->flags & GRANTS) != 0 ? "#/definitions/grant"
						     : "#/definitions/path");
}

static cJSON *
entry(struct schema *s, const struct field *f)
{
	cJSON *o, *properties;

	if (f->value_key == NULL)
		return entry_string(s, f);
	o = typed(s, "object");
	properties = object(s);
	put(s, properties, f->value_key, entry_string(s, f));
	put(s, properties, "when", reference(s, "#/definitions/when"));
	put(s, o, "properties", properties);
	push(s, list(s, o, "required"), string(s, f->value_key));
	put(s, o, "additionalProperties", made(s, cJSON_CreateFalse()));
	return either(s, entry_string(s, f), o);
}

static cJSON *table_schema(struct schema *s, const struct table *table);

static cJSON *
map_of(struct schema *s, cJSON *values, cJSON *names)
{
	cJSON *o = typed(s, "object");

	put(s, o, "additionalProperties", values);
	if (names != NULL)
		put(s, o, "propertyNames", names);
	return o;
}

static cJSON *
string_map(struct schema *s, const struct field *f)
{
	if ((f->flags & LINKS) != 0)
		return map_of(s, reference(s, "#/definitions/path"),
		    reference(s, "#/definitions/path"));
	return map_of(s, typed(s, "string"),
	    f->format == NULL ? NULL : formatted(s, f->format));
}

static cJSON *
value_schema(struct schema *s, const struct field *f)
{
	cJSON *o;

	switch (f->kind) {
	case FIELD_BOOL:
		return typed(s, "boolean");
	case FIELD_ENUM:
		return one_of_names(s, f);
	case FIELD_STRING:
		return formatted(s, f->format);
	case FIELD_COUNT:
		o = typed(s, "integer");
		put_number(s, o, "minimum", 0);
		return o;
	case FIELD_STRINGS:
	case FIELD_ENTRIES:
	case FIELD_PATHS:
		return list_of(s, entry(s, f));
	case FIELD_ONE_OR_MORE:
		return either(
		    s, formatted(s, f->format), list_of(s, entry(s, f)));
	case FIELD_PORTS:
		return list_of(s, port(s));
	case FIELD_PORT_RANGES:
		return list_of(s, port_range(s));
	case FIELD_STRING_MAP:
		return string_map(s, f);
	case FIELD_ENTRY_MAP:
		return map_of(s, entry(s, f), NULL);
	case FIELD_OBJECT:
		return table_schema(s, f->table);
	case FIELD_OBJECT_MAP:
		return map_of(s, table_schema(s, f->table), NULL);
	case FIELD_OBJECTS:
		return list_of(s, table_schema(s, f->table));
	case FIELD_STRING_OR_OBJECTS:
		return list_of(s, either(s, formatted(s, f->format),
				      table_schema(s, f->table)));
	case FIELD_ANY:
		return object(s);
	case FIELD_ANY_LIST:
		return typed(s, "array");
	case FIELD_ANY_MAP:
		return typed(s, "object");
	}
	return NULL;
}

/* What a key that cannot be compiled may still hold: nothing. */
static cJSON *
nothing(struct schema *s, const struct field *f)
{
	bool map = f->kind == FIELD_ANY_MAP;
	cJSON *o = typed(s, map ? "object" : "array");

	put_number(s, o, map ? "maxProperties" : "maxItems", 0);
	return o;
}

static char *
description(struct schema *s, const struct field *f, const char *alias_of)
{
	char *text = NULL;
	int n;

	if (alias_of != NULL)
		n = asprintf(&text, "Another name of \"%s\".", alias_of);
	else if (f->instead != NULL)
		n = asprintf(&text, "Legacy: use %s.", f->instead);
	else if (f->unenforced != NULL)
		n = asprintf(&text, "%s. Not enforced by a policy: %s.", f->doc,
		    f->unenforced);
	else
		n = asprintf(&text, "%s.", f->doc);
	if (n >= 0)
		return text;
	s->failed = true;
	return NULL;
}

static cJSON *
field_schema(struct schema *s, const struct field *f, const char *alias_of)
{
	cJSON *o = f->refused != NULL ? nothing(s, f) : value_schema(s, f);
	char *text = description(s, f, alias_of);

	if ((f->flags & (NULLABLE | NULL_SETS)) != 0)
		o = either(s, o, typed(s, "null"));
	if (text != NULL)
		put_string(s, o, "description", text);
	if (f->instead != NULL || alias_of != NULL)
		put(s, o, "deprecated", made(s, cJSON_CreateTrue()));
	free(text);
	return o;
}

/* No two names of one key. */
static cJSON *
not_both(struct schema *s, const char *a, const char *b)
{
	cJSON *o = object(s), *both = object(s);
	cJSON *names = list(s, both, "required");

	push(s, names, string(s, a));
	push(s, names, string(s, b));
	put(s, o, "not", both);
	return o;
}

static void
add_field(struct schema *s, const struct field *f, cJSON *properties,
    cJSON *required, cJSON *clashes)
{
	put(s, properties, f->name, field_schema(s, f, NULL));
	if ((f->flags & REQUIRED) != 0)
		push(s, required, string(s, f->name));
	if (f->aliases == NULL)
		return;
	for (uint32_t i = 0; f->aliases[i] != NULL; i++) {
		put(s, properties, f->aliases[i], field_schema(s, f, f->name));
		push(s, clashes, not_both(s, f->name, f->aliases[i]));
		for (uint32_t j = 0; j < i; j++)
			push(s, clashes,
			    not_both(s, f->aliases[j], f->aliases[i]));
	}
}

static void
put_unless_empty(struct schema *s, cJSON *to, const char *key, cJSON *array)
{
	if (cJSON_GetArraySize(array) != 0)
		put(s, to, key, array);
	else
		cJSON_Delete(array);
}

static void
fill_table(struct schema *s, cJSON *o, const struct table *table)
{
	cJSON *properties = object(s);
	cJSON *required = made(s, cJSON_CreateArray());
	cJSON *clashes = made(s, cJSON_CreateArray());

	for (uint32_t i = 0; i < table->n; i++)
		add_field(s, &table->fields[i], properties, required, clashes);
	put_string(s, o, "type", "object");
	put(s, o, "properties", properties);
	put_unless_empty(s, o, "required", required);
	put_unless_empty(s, o, "allOf", clashes);
	put(s, o, "additionalProperties", made(s, cJSON_CreateFalse()));
}

static cJSON *
table_schema(struct schema *s, const struct table *table)
{
	cJSON *o = object(s);

	fill_table(s, o, table);
	return o;
}

static cJSON *
pattern(struct schema *s, const char *regex)
{
	cJSON *o = typed(s, "string");

	put_string(s, o, "pattern", regex);
	return o;
}

/* What a path list may hold, and a condition. */
static cJSON *
definitions(struct schema *s)
{
	cJSON *o = object(s), *several = list_of(s, pattern(s, when_pattern));

	put_number(s, several, "minItems", 1);
	put(s, o, "path", pattern(s, template_pattern));
	put(s, o, "grant",
	    either(
		s, pattern(s, template_pattern), pattern(s, dynamic_pattern)));
	put(s, o, "when", either(s, pattern(s, when_pattern), several));
	return o;
}

char *
schema_print(bool group)
{
	struct schema s = {0};
	cJSON *root = object(&s);
	char *text = NULL;

	put_string(
	    &s, root, "$schema", "http://json-schema.org/draft-07/schema#");
	put_string(&s, root, "title",
	    group ? "Group of sandbox rules" : "Sandbox profile");
	fill_table(&s, root, group ? &group_table : &profile_table);
	put(&s, root, "definitions", definitions(&s));
	if (!s.failed)
		text = cJSON_Print(root);
	cJSON_Delete(root);
	return text;
}
