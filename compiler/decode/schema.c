#include <config.h>

#include <stdlib.h>

#include "compiler/decode/decode.h"

#include "compiler/base/json_print.h"
#include "compiler/decode/decode_table.h"

/*
 * The tables of decode as a JSON Schema, draft-07 or 2020-12, which differ in
 * two words here.  It accepts what decode accepts; what it cannot say is in
 * nonoc(1), and tests/differ/differ.py holds it to that.
 */

/* What a string in a path list may be; compare grammar/path_scan.re. */
#define NAME "[A-Za-z_][A-Za-z0-9_]*"
#define TEMPLATE(also_forbidden)                                               \
	"^(?! *$)(?!@.*:)(?!~[^/])"                                            \
	"([^$" also_forbidden FORBIDDEN "]|\\$" NAME "|\\$\\{" NAME "\\})+$"
static const char template_pattern[] = TEMPLATE("");
/* Where a star would deny nothing. */
static const char closed_pattern[] = TEMPLATE("*");
static const char dynamic_pattern[] =
    "^@git:(config-files|hooks-path|common-dir|worktree|toplevel|"
    "toplevel-parent)$";

/* One predicate; compare grammar/when_scan.re and compiler/decode/when.c. */
#define WORD "[A-Za-z0-9_.-]+"
#define VERSION "(==|>=|<=|>|<)?[A-Za-z0-9][A-Za-z0-9_.-]*"
#define BLANKS "[ \\t\\r\\n]*"
static const char when_pattern[] =
    "^" BLANKS "!?(linux(:" WORD "(:" VERSION "(:" WORD ")?)?)?|"
    "macos(:" VERSION ")?|windows(:" VERSION "(:" VERSION ")?)?|"
    "(?!(linux|macos|windows)(:|" BLANKS "$))" WORD "(:" VERSION
    "){0,3})" BLANKS "$";

static cJSON *
typed(const char *type)
{
	cJSON *o = json_object();

	json_put_string(o, "type", type);
	return o;
}

static cJSON *
reference(const char *to)
{
	cJSON *o = json_object();

	json_put_string(o, "$ref", to);
	return o;
}

static cJSON *
either(cJSON *a, cJSON *b)
{
	cJSON *o = json_object(), *any = json_put_array(o, "anyOf");

	json_push(any, a);
	json_push(any, b);
	return o;
}

static cJSON *
list_of(cJSON *items)
{
	cJSON *o = typed("array");

	json_put(o, "items", items);
	return o;
}

static cJSON *
formatted(const struct format *format)
{
	cJSON *o = typed("string");

	if (format != NULL)
		json_put_string(o, "pattern", format->pattern);
	return o;
}

static cJSON *
pattern(const char *regex)
{
	cJSON *o = typed("string");

	json_put_string(o, "pattern", regex);
	return o;
}

static cJSON *
port(void)
{
	cJSON *o = typed("integer");

	json_put_number(o, "minimum", 0);
	json_put_number(o, "maximum", 65535);
	return o;
}

/* [FIRST, LAST] */
static cJSON *
port_range(void)
{
	cJSON *o = list_of(port());

	json_put_number(o, "minItems", 2);
	json_put_number(o, "maxItems", 2);
	return o;
}

static cJSON *
one_of_names(const struct field *f)
{
	cJSON *o = json_object(), *names = json_put_array(o, "enum");

	for (uint32_t i = 0; f->names[i] != NULL; i++)
		json_push(names, json_string(f->names[i]));
	return o;
}

/* Skipped with a warning, whatever the format asks for. */
static bool
skips_blanks(const struct field *f)
{
	return (f->kind == FIELD_STRINGS || f->kind == FIELD_ENTRIES ||
		   f->kind == FIELD_ONE_OR_MORE) &&
	       (f->flags & BLANK_OK) == 0;
}

/* The string of an entry, without its condition. */
static cJSON *
entry_string(const struct field *f)
{
	if (f->kind == FIELD_PATHS && (f->flags & GRANTS) != 0)
		return reference("#/definitions/grant");
	if (f->kind == FIELD_PATHS)
		return reference((f->flags & DENIES) != 0
				     ? "#/definitions/closed"
				     : "#/definitions/path");
	if (f->format != NULL && skips_blanks(f))
		return either(formatted(f->format), pattern("^[ \\t]*$"));
	return formatted(f->format);
}

static cJSON *
entry(const struct field *f)
{
	cJSON *o, *properties;

	if (f->value_key == NULL)
		return entry_string(f);
	o = typed("object");
	properties = json_object();
	json_put(properties, f->value_key, entry_string(f));
	json_put(properties, "when", reference("#/definitions/when"));
	json_put(o, "properties", properties);
	json_push(json_put_array(o, "required"), json_string(f->value_key));
	json_put_bool(o, "additionalProperties", false);
	return either(entry_string(f), o);
}

static cJSON *table_schema(const struct table *table);

static cJSON *
map_of(cJSON *values, cJSON *names)
{
	cJSON *o = typed("object");

	json_put(o, "additionalProperties", values);
	if (names != NULL)
		json_put(o, "propertyNames", names);
	return o;
}

static cJSON *
string_map(const struct field *f)
{
	if ((f->flags & LINKS) != 0)
		return map_of(reference("#/definitions/path"),
		    reference("#/definitions/path"));
	return map_of(
	    typed("string"), f->format == NULL ? NULL : formatted(f->format));
}

static cJSON *
value_schema(const struct field *f)
{
	cJSON *o;

	switch (f->kind) {
	case FIELD_BOOL:
		return typed("boolean");
	case FIELD_ENUM:
		return one_of_names(f);
	case FIELD_STRING:
		return formatted(f->format);
	case FIELD_COUNT:
		o = typed("integer");
		json_put_number(o, "minimum", 0);
		/* 2^63 itself would be too large, and is no double's step. */
		json_put(o, "maximum", cJSON_CreateRaw("9223372036854775807"));
		return o;
	case FIELD_STRINGS:
	case FIELD_ENTRIES:
	case FIELD_PATHS:
		return list_of(entry(f));
	case FIELD_ONE_OR_MORE:
		return either(formatted(f->format), list_of(entry(f)));
	case FIELD_PORTS:
		return list_of(port());
	case FIELD_PORT_RANGES:
		return list_of(port_range());
	case FIELD_STRING_MAP:
		return string_map(f);
	case FIELD_ENTRY_MAP:
		return map_of(entry(f), NULL);
	case FIELD_OBJECT:
		return table_schema(f->table);
	case FIELD_OBJECT_MAP:
		return map_of(table_schema(f->table), NULL);
	case FIELD_OBJECTS:
		return list_of(table_schema(f->table));
	case FIELD_STRING_OR_OBJECTS:
		return list_of(
		    either(formatted(f->format), table_schema(f->table)));
	case FIELD_ANY:
		return json_object();
	case FIELD_ANY_LIST:
		return typed("array");
	case FIELD_ANY_MAP:
		return typed("object");
	}
	return NULL;
}

/* What says nothing, and what holds nothing else; compare populated(). */
static cJSON *
empty(void)
{
	cJSON *o = json_object(), *values = json_put_array(o, "enum");

	json_push(values, cJSON_CreateNull());
	json_push(values, cJSON_CreateFalse());
	json_push(values, json_string(""));
	json_push(values, json_array());
	return either(o, map_of(reference("#/definitions/empty"), NULL));
}

/* What a key that cannot be compiled may still hold: nothing. */
static cJSON *
nothing(const struct field *f)
{
	cJSON *o;

	if (f->kind == FIELD_ANY_MAP)
		return map_of(reference("#/definitions/empty"), NULL);
	o = typed("array");
	json_put_number(o, "maxItems", 0);
	return o;
}

char *
field_description(const struct field *f, const char *alias_of)
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
	if (n < 0)
		diag_out_of_memory();
	return text;
}

static cJSON *
field_schema(const struct field *f, const char *alias_of)
{
	cJSON *o = f->refused != NULL ? nothing(f) : value_schema(f);
	char *text = field_description(f, alias_of);

	if ((f->flags & (NULLABLE | NULL_SETS)) != 0)
		o = either(o, typed("null"));
	json_put_string(o, "description", text);
	if (f->instead != NULL || alias_of != NULL)
		json_put_bool(o, "deprecated", true);
	free(text);
	return o;
}

/* No two names of one key. */
static cJSON *
not_both(const char *a, const char *b)
{
	cJSON *o = json_object(), *both = json_object();
	cJSON *names = json_put_array(both, "required");

	json_push(names, json_string(a));
	json_push(names, json_string(b));
	json_put(o, "not", both);
	return o;
}

static void
add_field(
    const struct field *f, cJSON *properties, cJSON *required, cJSON *clashes)
{
	json_put(properties, f->name, field_schema(f, NULL));
	if ((f->flags & REQUIRED) != 0)
		json_push(required, json_string(f->name));
	if (f->aliases == NULL)
		return;
	for (uint32_t i = 0; f->aliases[i] != NULL; i++) {
		json_put(properties, f->aliases[i], field_schema(f, f->name));
		json_push(clashes, not_both(f->name, f->aliases[i]));
		for (uint32_t j = 0; j < i; j++)
			json_push(
			    clashes, not_both(f->aliases[j], f->aliases[i]));
	}
}

static void
put_unless_empty(cJSON *to, const char *key, cJSON *array)
{
	if (cJSON_GetArraySize(array) != 0)
		json_put(to, key, array);
	else
		cJSON_Delete(array);
}

/* What the table's check says, beside its fields. */
static void
put_also(cJSON *all, const char *also)
{
	cJSON *list = cJSON_Parse(also), *one;

	while ((one = cJSON_DetachItemFromArray(list, 0)) != NULL)
		json_push(all, one);
	cJSON_Delete(list);
}

static void
fill_table(cJSON *o, const struct table *table)
{
	cJSON *properties = json_object();
	cJSON *required = json_array();
	cJSON *clashes = json_array();

	for (uint32_t i = 0; i < table->n; i++)
		add_field(&table->fields[i], properties, required, clashes);
	json_put_string(o, "type", "object");
	json_put(o, "properties", properties);
	if (table->also != NULL)
		put_also(clashes, table->also);
	put_unless_empty(o, "required", required);
	put_unless_empty(o, "allOf", clashes);
	json_put_bool(o, "additionalProperties", false);
}

static cJSON *
table_schema(const struct table *table)
{
	cJSON *o = json_object();

	fill_table(o, table);
	return o;
}

/* What a path list may hold, and a condition. */
static cJSON *
definitions(void)
{
	cJSON *o = json_object(), *several = list_of(pattern(when_pattern));

	json_put_number(several, "minItems", 1);
	json_put(o, "path", pattern(template_pattern));
	json_put(o, "closed", pattern(closed_pattern));
	json_put(o, "empty", empty());
	json_put(o, "grant",
	    either(pattern(template_pattern), pattern(dynamic_pattern)));
	json_put(o, "when", either(pattern(when_pattern), several));
	return o;
}

/* "#/definitions/path" becomes "#/$defs/path". */
static void
refer_to_defs(cJSON *schema)
{
	static const char old[] = "#/definitions/";
	cJSON *one;

	cJSON_ArrayForEach(one, schema)
	{
		const char *to = cJSON_GetStringValue(one);
		char *now;

		if (to == NULL || strncmp(to, old, sizeof(old) - 1) != 0) {
			refer_to_defs(one);
			continue;
		}
		if (asprintf(&now, "#/$defs/%s", to + sizeof(old) - 1) < 0 ||
		    cJSON_SetValuestring(one, now) == NULL)
			diag_out_of_memory();
		free(now);
	}
}

char *
schema_print(bool group, enum schema_draft draft)
{
	const bool old = draft == SCHEMA_DRAFT_07;
	cJSON *root = json_object();
	char *text;

	json_put_string(root, "$schema",
	    old ? "http://json-schema.org/draft-07/schema#"
		: "https://json-schema.org/draft/2020-12/schema");
	json_put_string(root, "title",
	    group ? "Group of sandbox rules" : "Sandbox profile");
	fill_table(root, group ? &group_table : &profile_table);
	json_put(root, old ? "definitions" : "$defs", definitions());
	if (!old)
		refer_to_defs(root);
	text = cJSON_Print(root);
	if (text == NULL)
		diag_out_of_memory();
	cJSON_Delete(root);
	return text;
}
