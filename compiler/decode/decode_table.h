#ifndef NONO_DECODE_TABLE_H
#define NONO_DECODE_TABLE_H

#include <stddef.h>

#include "compiler/decode/decode.h"

/*
 * The keys of an object as data.  decode.c and decode_list.c follow a table
 * to fill a struct from a node, schema.c to print the JSON Schema; whatever
 * one accepts the other does, so a new key is a new line in a table.
 *
 * An object is decoded in the order of its table, not of the file: a legacy
 * key stands after the key that it is folded into.
 */
enum field_kind {
	FIELD_BOOL,	   /* struct setting */
	FIELD_ENUM,	   /* struct setting: index into names */
	FIELD_STRING,	   /* struct string_setting */
	FIELD_COUNT,	   /* a number from 0; not stored */
	FIELD_STRINGS,	   /* list of strings: struct name_list */
	FIELD_ONE_OR_MORE, /* string or list of strings: struct name_list */
	FIELD_ENTRIES,	   /* list of string | {value_key, when}: name_list */
	FIELD_PATHS,	   /* same, {path, when}: struct path_list */
	FIELD_PORTS,	   /* list of numbers: struct port_list */
	FIELD_PORT_RANGES, /* list of [FIRST, LAST]: struct port_list */
	FIELD_STRING_MAP,  /* NAME: string; struct string_map */
	FIELD_ENTRY_MAP,   /* NAME: string | {value_key, when}; not stored */
	FIELD_OBJECT,	   /* fields of `table`, at the offset */
	FIELD_OBJECT_MAP,  /* NAME: object; the names into a name_list */
	FIELD_OBJECTS,	   /* list of objects; not stored */
	FIELD_STRING_OR_OBJECTS, /* list of string | object with value_key */
	FIELD_ANY,		 /* not looked into */
	FIELD_ANY_LIST,		 /* a list that is not looked into */
	FIELD_ANY_MAP,		 /* an object that is not looked into */
};

enum {
	REQUIRED = 1,
	NULLABLE = 2,  /* null is the same as absent */
	NULL_SETS = 4, /* null is a value of its own */
	GRANTS = 8,    /* a dynamic path is skipped with a warning */
	DENIES = 16,   /* a dynamic path is an error */
	BLANK_OK = 32, /* a blank string is a value like others */
	LINKS = 64,    /* map: name and value are path templates */
};

enum { NOT_STORED = -1 }; /* offset of a field that is checked only */

/*
 * What a string must look like.  `pattern` says the same to the JSON Schema;
 * tests/unit/schema.c compares the two.
 */
struct format {
	const char *pattern;
	/* NULL if fine, else what is wrong, as in "X is not a name". */
	const char *(*fault)(struct text t, enum diag_code *ret_code);
	const char *help;
};

struct table;
struct decode;

struct field {
	const char *name;
	enum field_kind kind;
	unsigned flags;
	ptrdiff_t offset; /* into what the table fills, or NOT_STORED */
	const char *doc;  /* one line, without a full stop */

	const char *const *aliases; /* up to NULL */
	const char *const *names;   /* FIELD_ENUM: up to NULL */
	const struct table *table;  /* FIELD_OBJECT and its kin */
	const char *value_key; /* "path", "name", ...; NULL: strings only */
	const struct format *format; /* of strings; of names in a map */
	const char *instead;	/* legacy: the key that it is folded into */
	const char *unenforced; /* why no policy enforces the key */
	const char *refused;	/* why only an empty value is accepted */
};

struct table {
	const struct field *fields;
	uint32_t n;
	/* What else must hold, once all values are right by themselves. */
	void (*check)(struct decode *c, const struct node *object);
	/* The same for the JSON Schema: a list of schemas, as JSON. */
	const char *also;
};

/* clang-format off */
#define TABLE(fields) { (fields), ARRAY_LEN(fields), NULL, NULL }
#define TABLE_CHECKED(fields, check, also) \
	{ (fields), ARRAY_LEN(fields), (check), (also) }
/* clang-format on */

/* The key that is being decoded, from the outermost in. */
struct key_path {
	const struct key_path *up;
	struct text key;  /* as written: maybe an alias */
	struct text name; /* canonical */
};

struct decode {
	struct arena *arena;
	struct diags *diags;
	const struct sources *sources;
	const struct table *root;
	const struct key_path *path;
	struct VEC(struct unenforced) unenforced;
};

/* Fills *base (NULL: checks only) from an object. */
void decode_object(struct decode *c, const struct table *table,
    const struct node *object, void *base);
/* The kinds that hold more than one value. */
void decode_many(struct decode *c, const struct field *f,
    const struct pair *pair, void *place);

/* Is it the field's name or an alias of it? */
bool field_has_name(const struct field *f, struct text key);
/* What the schema says of it; `alias_of`: under another name.  free() it. */
char *field_description(const struct field *f, const char *alias_of);

/* The value of a key, or NULL. */
const struct pair *decode_find(const struct node *object, const char *key);
/* "network.open_port" */
struct text decode_key(struct decode *c);
/* N2002: the key wants something else. */
void decode_wrong_type(
    struct decode *c, const struct node *value, const char *wanted);
/* False, with a diagnostic, if the string is not of the format. */
bool decode_format(struct decode *c, const struct format *format, struct text t,
    struct span at);
/* N2001 with the nearest of the table's keys. */
void decode_unknown_key(
    struct decode *c, const struct table *table, const struct pair *pair);
void decode_missing_key(
    struct decode *c, const struct node *object, const char *key);

extern const struct table profile_table, group_table;
/* Tables that have a file of their own. */
extern const struct table network_table, command_policies_table;
extern const struct table capture_table, provider_table, route_table;
extern const struct table diagnostics_table, hook_table, session_hooks_table;
extern const struct table rollback_table, open_urls_table, approval_table;

/*
 * What no string of a profile may hold, in a character class of a pattern, and
 * the same in the text of JSON; compare grammar/path_scan.re.
 */
#define FORBIDDEN                                                              \
	"\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f"                  \
	"\\u2028-\\u202e\\u2066-\\u2069\\ufeff"
#define FORBIDDEN_ESCAPED                                                      \
	"\\\\u0000-\\\\u001f\\\\u007f-\\\\u009f\\\\u061c\\\\u200e\\\\u200f"    \
	"\\\\u2028-\\\\u202e\\\\u2066-\\\\u2069\\\\ufeff"

/* Formats that more than one table uses. */
extern const struct format format_plain, format_group, format_command;
extern const struct format format_variable_pattern, format_set_variable;
extern const struct format format_credential_variable, format_duration;

#endif
