#include <config.h>

#include "compiler/decode/decode.h"

#include "compiler/decode/decode_table.h"

const struct pair *
decode_find(const struct node *object, const char *key)
{
	for (uint32_t i = 0; i < object->map.n; i++)
		if (text_is(object->map.v[i].key, key))
			return &object->map.v[i];
	return NULL;
}

static struct text
key_text(struct decode *c, const struct key_path *path, bool canonical)
{
	struct text key = canonical ? path->name : path->key, up;

	if (path->up == NULL)
		return key;
	up = key_text(c, path->up, canonical);
	return arena_printf(
	    c->arena, "%.*s.%.*s", (int)up.len, up.s, (int)key.len, key.s);
}

struct text
decode_key(struct decode *c)
{
	return c->path == NULL ? TEXT("") : key_text(c, c->path, false);
}

void
decode_wrong_type(
    struct decode *c, const struct node *value, const char *wanted)
{
	const char *kind =
	    value->kind == NODE_MAP ? "an object" : node_kind_name(value->kind);
	struct text key = decode_key(c);
	struct diag *diag;

	if (key.len == 0)
		diag = diag_at(c->diags, DIAG_WRONG_TYPE, value->at,
		    "the file must hold %s, not %s", wanted, kind);
	else
		diag = diag_at(c->diags, DIAG_WRONG_TYPE, value->at,
		    "\"%.*s\" takes %s, not %s", (int)key.len, key.s, wanted,
		    kind);
	if (value->kind == NODE_NULL && key.len > 0) {
		diag_help(c->diags, diag, "leave the key out");
		diag_fix(c->diags, diag, DIAG_FIX_REMOVE, value->at, "%s", "");
	}
}

bool
decode_format(struct decode *c, const struct format *format, struct text t,
    struct span at)
{
	enum diag_code code = DIAG_BAD_VALUE;
	const char *fault;
	struct diag *diag;
	struct text key;

	if (format == NULL)
		return true;
	fault = format->fault(t, &code);
	if (fault == NULL)
		return true;
	key = decode_key(c);
	diag = diag_at(c->diags, code, at, "\"%.*s\": \"%.*s\" %s",
	    (int)key.len, key.s, (int)t.len, t.s, fault);
	if (format->help != NULL)
		diag_help(c->diags, diag, "%s", format->help);
	return false;
}

void
decode_missing_key(struct decode *c, const struct node *object, const char *key)
{
	struct text where = decode_key(c);

	if (where.len == 0)
		diag_at(c->diags, DIAG_MISSING_KEY, object->at,
		    "the key \"%s\" is missing", key);
	else
		diag_at(c->diags, DIAG_MISSING_KEY, object->at,
		    "\"%.*s\" has no \"%s\"", (int)where.len, where.s, key);
}

/* The names that the table knows, in its order: the legacy ones or others. */
static const char *const *
key_names(
    struct decode *c, const struct table *table, bool legacy, uint32_t *ret_n)
{
	struct VEC(const char *) names = {0};

	for (uint32_t i = 0; i < table->n; i++) {
		const struct field *f = &table->fields[i];
		const char *const *alias = f->aliases;

		if ((f->instead != NULL) != legacy || f->refused != NULL)
			continue;
		*VEC_PUSH(c->arena, &names) = f->name;
		for (; alias != NULL && *alias != NULL; alias++)
			*VEC_PUSH(c->arena, &names) = *alias;
	}
	if (names.n == 0 && !legacy)
		return key_names(c, table, true, ret_n);
	*ret_n = names.n;
	return names.v;
}

static struct text
join(struct decode *c, const char *const *names, uint32_t n)
{
	struct text all = TEXT("");

	for (uint32_t i = 0; i < n; i++)
		all = arena_printf(c->arena, "%.*s%s%s", (int)all.len, all.s,
		    i == 0 ? "" : ", ", names[i]);
	return all;
}

/* Which objects have such a key: "\"commands\" and \"filesystem\"". */
static struct text
find_elsewhere(struct decode *c, struct text key)
{
	struct text all = TEXT("");

	for (uint32_t i = 0; i < c->root->n; i++) {
		const struct field *f = &c->root->fields[i];

		if (f->kind != FIELD_OBJECT || f->offset == NOT_STORED)
			continue;
		for (uint32_t j = 0; j < f->table->n; j++)
			if (f->table->fields[j].instead == NULL &&
			    text_is(key, f->table->fields[j].name))
				all = arena_printf(c->arena, "%.*s%s\"%s\"",
				    (int)all.len, all.s,
				    all.len == 0 ? "" : " and ", f->name);
	}
	return all;
}

/* Of a profile the keys that groups have, and the other way round. */
static const struct table *
other_kind(const struct decode *c)
{
	return c->root == &profile_table ? &group_table : &profile_table;
}

static bool
has_key(const struct table *table, struct text key)
{
	for (uint32_t i = 0; i < table->n; i++)
		if (field_has_name(&table->fields[i], key))
			return true;
	return false;
}

void
decode_unknown_key(
    struct decode *c, const struct table *table, const struct pair *pair)
{
	uint32_t n;
	const char *const *names = key_names(c, table, false, &n);
	const char *nearest = diag_nearest(pair->key, names, n);
	struct text elsewhere = find_elsewhere(c, pair->key);
	struct text where = decode_key(c), all;
	struct diag *diag;

	diag = diag_at(c->diags, DIAG_UNKNOWN_KEY, pair->key_at,
	    where.len == 0 ? "unknown key \"%.*s\""
			   : "unknown key \"%.*s\" in \"%.*s\"",
	    (int)pair->key.len, pair->key.s, (int)where.len, where.s);
	if (nearest != NULL) {
		diag_help(c->diags, diag, "did you mean \"%s\"?", nearest);
		diag_fix(
		    c->diags, diag, DIAG_FIX_WORD, pair->key_at, "%s", nearest);
		return;
	}
	if (elsewhere.len != 0)
		diag_help(c->diags, diag, "\"%.*s\" is a key of %.*s",
		    (int)pair->key.len, pair->key.s, (int)elsewhere.len,
		    elsewhere.s);
	if (where.len == 0 && has_key(other_kind(c), pair->key)) {
		diag_help(c->diags, diag, "%s",
		    c->root == &profile_table
			? "groups have it here: a group is named in "
			  "groups.include, and lies in DIR/groups with -I DIR"
			: "profiles have it: a group has \"description\", "
			  "\"allow\" and \"deny\"");
		return;
	}
	if (elsewhere.len != 0)
		return;
	all = join(c, names, n);
	diag_help(
	    c->diags, diag, "the keys here are %.*s", (int)all.len, all.s);
}

bool
field_has_name(const struct field *f, struct text key)
{
	const char *const *alias = f->aliases;

	if (text_is(key, f->name))
		return true;
	for (; alias != NULL && *alias != NULL; alias++)
		if (text_is(key, *alias))
			return true;
	return false;
}

/* The pair that gives the field, whichever of its names it has. */
static const struct pair *
given(struct decode *c, const struct field *f, const struct node *object)
{
	const struct pair *found = NULL;

	for (uint32_t i = 0; i < object->map.n; i++) {
		const struct pair *pair = &object->map.v[i];
		struct diag *diag;

		if (!field_has_name(f, pair->key))
			continue;
		if (found == NULL) {
			found = pair;
			continue;
		}
		diag = diag_at(c->diags, DIAG_ALIAS_CLASH, pair->key_at,
		    "\"%.*s\" is another name of \"%.*s\"", (int)pair->key.len,
		    pair->key.s, (int)found->key.len, found->key.s);
		diag_note(c->diags, diag, found->key_at, "first given here");
		diag_help(c->diags, diag, "keep \"%s\" only", f->name);
		diag_fix(c->diags, diag, DIAG_FIX_REMOVE,
		    text_is(pair->key, f->name) ? found->key_at : pair->key_at,
		    "%s", "");
	}
	return found;
}

/* False for what says nothing: null, false, "", [], {} and what holds these. */
static bool
populated(const struct node *n)
{
	switch (n->kind) {
	case NODE_NULL:
		return false;
	case NODE_BOOL:
		return n->boolean;
	case NODE_INTEGER:
	case NODE_NUMBER:
		return true;
	case NODE_STRING:
		return n->string.len != 0;
	case NODE_LIST:
		return n->list.n != 0;
	case NODE_MAP:
		for (uint32_t i = 0; i < n->map.n; i++)
			if (populated(&n->map.v[i].value))
				return true;
		return false;
	}
	return true;
}

static void
decode_enum(struct decode *c, const struct field *f, const struct node *value,
    struct setting *place)
{
	struct text key = decode_key(c), all;
	const char *nearest;
	struct diag *diag;
	uint32_t n = 0;

	if (value->kind != NODE_STRING) {
		decode_wrong_type(c, value, "a string");
		return;
	}
	for (; f->names[n] != NULL; n++) {
		if (!text_is(value->string, f->names[n]))
			continue;
		if (place != NULL)
			*place = (struct setting){value->at, (int)n, true};
		return;
	}
	diag = diag_at(c->diags, DIAG_BAD_ENUM, value->at,
	    "\"%.*s\" cannot be \"%.*s\"", (int)key.len, key.s,
	    (int)value->string.len, value->string.s);
	nearest = diag_nearest(value->string, f->names, n);
	if (nearest != NULL) {
		diag_help(c->diags, diag, "did you mean \"%s\"?", nearest);
		diag_fix(
		    c->diags, diag, DIAG_FIX_WORD, value->at, "%s", nearest);
		return;
	}
	all = join(c, f->names, n);
	diag_help(c->diags, diag, "it is one of %.*s", (int)all.len, all.s);
}

static void
decode_bool(struct decode *c, const struct node *value, struct setting *place)
{
	if (value->kind != NODE_BOOL)
		decode_wrong_type(c, value, "true or false");
	else if (place != NULL)
		*place = (struct setting){value->at, value->boolean, true};
}

static void
decode_string(struct decode *c, const struct field *f, const struct node *value,
    struct string_setting *place)
{
	if (value->kind != NODE_STRING)
		decode_wrong_type(c, value, "a string");
	else if (decode_format(c, f->format, value->string, value->at) &&
		 place != NULL)
		*place = (struct string_setting){
		    .at = value->at, .value = value->string, .set = true};
}

static void
decode_count(struct decode *c, const struct node *value)
{
	struct text key = decode_key(c);

	if (value->kind != NODE_INTEGER)
		decode_wrong_type(c, value, "a whole number");
	else if (value->integer < 0)
		diag_at(c->diags, DIAG_OUT_OF_RANGE, value->at,
		    "\"%.*s\" cannot be below 0", (int)key.len, key.s);
}

static void
decode_value(struct decode *c, const struct field *f, const struct pair *pair,
    void *place)
{
	const struct node *value = &pair->value;

	switch (f->kind) {
	case FIELD_BOOL:
		decode_bool(c, value, place);
		break;
	case FIELD_ENUM:
		decode_enum(c, f, value, place);
		break;
	case FIELD_STRING:
		decode_string(c, f, value, place);
		break;
	case FIELD_COUNT:
		decode_count(c, value);
		break;
	case FIELD_OBJECT:
		decode_object(c, f->table, value, place);
		break;
	case FIELD_STRINGS:
	case FIELD_ONE_OR_MORE:
	case FIELD_ENTRIES:
	case FIELD_PATHS:
	case FIELD_PORTS:
	case FIELD_PORT_RANGES:
	case FIELD_STRING_MAP:
	case FIELD_ENTRY_MAP:
	case FIELD_OBJECT_MAP:
	case FIELD_OBJECTS:
	case FIELD_STRING_OR_OBJECTS:
	case FIELD_ANY_LIST:
	case FIELD_ANY_MAP:
		decode_many(c, f, pair, place);
		break;
	case FIELD_ANY:
		break;
	}
}

static void
refuse(struct decode *c, const struct field *f, const struct pair *pair)
{
	struct text key = decode_key(c);
	struct diag *diag = diag_at(c->diags, DIAG_UNKNOWN_KEY, pair->key_at,
	    "\"%.*s\" cannot be compiled into a policy", (int)key.len, key.s);

	diag_help(c->diags, diag, "%s", f->refused);
}

/* What is said about a key because it says something. */
static void
remark(struct decode *c, const struct field *f, const struct pair *pair)
{
	struct text key = decode_key(c);
	struct diag *diag;

	if (f->instead != NULL) {
		diag = diag_at(c->diags, DIAG_LEGACY_KEY, pair->key_at,
		    "\"%.*s\" is a legacy key", (int)key.len, key.s);
		diag_help(c->diags, diag, "use \"%s\" instead", f->instead);
		diag_fix(c->diags, diag, DIAG_FIX_MOVE, pair->key_at, "%s",
		    f->instead);
	}
	if (f->unenforced != NULL)
		*VEC_PUSH(c->arena, &c->unenforced) = (struct unenforced){
		    .key = key_text(c, c->path, true),
		    .at = pair->key_at,
		    .why = f->unenforced,
		};
}

static void
decode_field(struct decode *c, const struct field *f, const struct pair *pair,
    void *base)
{
	const struct key_path path = {c->path, pair->key, text_of(f->name)};
	const struct node *value = &pair->value;
	void *place = NULL;

	c->path = &path;
	if (base != NULL && f->offset != NOT_STORED)
		place = (char *)base + f->offset;
	if (value->kind == NODE_NULL && (f->flags & NULL_SETS) != 0) {
		struct string_setting *s = place;

		if (s != NULL)
			*s = (struct string_setting){
			    .at = value->at, .set = true, .null = true};
	} else if (value->kind != NODE_NULL || (f->flags & NULLABLE) == 0) {
		if (populated(value) && f->refused != NULL)
			refuse(c, f, pair);
		else if (populated(value))
			remark(c, f, pair);
		if (!populated(value) || f->refused == NULL)
			decode_value(c, f, pair, place);
	}
	c->path = path.up;
}

void
decode_object(struct decode *c, const struct table *table,
    const struct node *object, void *base)
{
	uint32_t errors = c->diags->errors;

	if (object->kind != NODE_MAP) {
		decode_wrong_type(c, object, "an object");
		return;
	}
	for (uint32_t i = 0; i < table->n; i++) {
		const struct field *f = &table->fields[i];
		const struct pair *pair = given(c, f, object);

		if (pair != NULL)
			decode_field(c, f, pair, base);
		else if ((f->flags & REQUIRED) != 0)
			decode_missing_key(c, object, f->name);
	}
	for (uint32_t i = 0; i < object->map.n; i++) {
		const struct pair *pair = &object->map.v[i];
		bool known = false;

		for (uint32_t j = 0; j < table->n && !known; j++)
			known = field_has_name(&table->fields[j], pair->key);
		if (!known)
			decode_unknown_key(c, table, pair);
	}
	if (table->check != NULL && c->diags->errors == errors)
		table->check(c, object);
}
