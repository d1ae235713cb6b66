#include <config.h>

#include "compiler/decode/decode_table.h"

enum {
	PORT_MAX = 65535,
	/* Of all ranges in one list; each port is a rule of the policy. */
	RANGE_PORTS_MAX = 16384,
};

/* Where entries of a list go: behind what a key before this one left. */
static void *
more_room(
    struct decode *c, void *old, uint32_t have, uint32_t more, size_t size)
{
	if (have == 0)
		return arena_alloc(c->arena, more, size);
	return arena_grow(c->arena, old, have, (size_t)have + more, size);
}

static bool
blank(struct text t)
{
	for (uint32_t i = 0; i < t.len; i++)
		if (t.s[i] != ' ' && t.s[i] != '\t')
			return false;
	return true;
}

/* A list, or the diagnostic that it is none. */
static bool
is_list(struct decode *c, const struct node *value)
{
	if (value->kind == NODE_LIST)
		return true;
	decode_wrong_type(c, value,
	    value->kind == NODE_STRING ? "a list, such as [\"...\"]"
				       : "a list");
	return false;
}

static bool
is_object(struct decode *c, const struct node *value)
{
	if (value->kind == NODE_MAP)
		return true;
	decode_wrong_type(c, value, "an object");
	return false;
}

static bool
is_string(struct decode *c, const struct node *value, const char *wanted)
{
	if (value->kind == NODE_STRING)
		return true;
	decode_wrong_type(c, value, wanted);
	return false;
}

static bool
skip_blank(struct decode *c, const struct field *f, const struct node *value)
{
	struct text key;

	if ((f->flags & BLANK_OK) != 0 || !blank(value->string))
		return false;
	key = decode_key(c);
	diag_fix(c->diags,
	    diag_at(c->diags, DIAG_BLANK_ENTRY, value->at,
		"a blank entry in \"%.*s\" has no effect", (int)key.len, key.s),
	    DIAG_FIX_REMOVE, value->at, "%s", "");
	return true;
}

/*
 * An entry is a string or an object of exactly the value key and, if need
 * be, a condition.
 */
static const struct node *
entry(struct decode *c, const struct field *f, const struct node *item,
    const struct when **ret_when)
{
	const struct field keys[] = {{.name = f->value_key}, {.name = "when"}};
	const struct table table = TABLE(keys);
	const struct pair *value, *when;
	uint32_t errors = c->diags->errors;
	struct text where;

	*ret_when = NULL;
	if (item->kind == NODE_STRING)
		return item;
	if (f->value_key == NULL || item->kind != NODE_MAP) {
		decode_wrong_type(c, item,
		    f->value_key == NULL ? "strings" : "strings or objects");
		return NULL;
	}
	for (uint32_t i = 0; i < item->map.n; i++)
		if (!text_is(item->map.v[i].key, f->value_key) &&
		    !text_is(item->map.v[i].key, "when"))
			decode_unknown_key(c, &table, &item->map.v[i]);
	value = decode_find(item, f->value_key);
	when = decode_find(item, "when");
	if (value != NULL) {
		is_string(c, &value->value, "strings");
	} else {
		where = decode_key(c);
		diag_at(c->diags, DIAG_MISSING_KEY, item->at,
		    "an entry of \"%.*s\" has no \"%s\"", (int)where.len,
		    where.s, f->value_key);
	}
	if (when != NULL)
		when_scan(c->arena, c->diags, &when->value, ret_when);
	return c->diags->errors == errors ? &value->value : NULL;
}

/* FIELD_STRINGS, whose entries have no condition, and FIELD_ENTRIES. */
static void
decode_names(struct decode *c, const struct field *f, const struct pair *pair,
    struct name_list *place)
{
	const struct node *value = &pair->value;
	struct name_entry *v = NULL;
	const struct when *when;
	uint32_t n = 0;

	if (!is_list(c, value))
		return;
	if (place != NULL) {
		n = place->n;
		v = more_room(c, place->v, n, value->list.n, sizeof(*v));
		*place = (struct name_list){v, n, pair->key_at, true};
	}
	for (uint32_t i = 0; i < value->list.n; i++) {
		const struct node *item = entry(c, f, &value->list.v[i], &when);

		if (item == NULL || skip_blank(c, f, item) ||
		    !decode_format(c, f->format, item->string, item->at))
			continue;
		if (place != NULL)
			v[place->n++] =
			    (struct name_entry){item->string, item->at, when};
	}
}

static void
decode_one_or_more(struct decode *c, const struct field *f,
    const struct pair *pair, struct name_list *place)
{
	if (pair->value.kind == NODE_LIST) {
		decode_names(c, f, pair, place);
		return;
	}
	if (!is_string(c, &pair->value, "a string or a list of strings") ||
	    place == NULL)
		return;
	place->v = ARENA_NEW(c->arena, struct name_entry);
	place->v[0] = (struct name_entry){
	    .name = pair->value.string, .at = pair->value.at};
	place->n = 1;
	place->at = pair->key_at;
	place->given = true;
}

/* "@git:toplevel": asked of git at every launch of nono, never by us. */
static bool
is_dynamic(struct text t)
{
	return t.len != 0 && t.s[0] == '@' && memchr(t.s, ':', t.len) != NULL;
}

/* True if the entry is to be kept, as dynamic. */
static bool
decode_dynamic(struct decode *c, const struct field *f, const struct node *item)
{
	static const char *const known[] = {"@git:config-files",
	    "@git:hooks-path", "@git:common-dir", "@git:worktree",
	    "@git:toplevel", "@git:toplevel-parent"};
	struct text t = item->string;
	const char *nearest;
	struct diag *diag;

	for (uint32_t i = 0; i < ARRAY_LEN(known); i++) {
		if (!text_is(t, known[i]) ||
		    (f->flags & (GRANTS | DENIES)) == 0)
			continue;
		diag = diag_at(c->diags,
		    (f->flags & DENIES) != 0 ? DIAG_DYNAMIC_DENY
					     : DIAG_DYNAMIC_PATH,
		    item->at, "\"%.*s\" is known at run time only%s",
		    (int)t.len, t.s,
		    (f->flags & DENIES) != 0 ? "" : " and is not granted");
		diag_help(c->diags, diag,
		    "write the path itself, such as \"$CWD/.git\"");
		return (f->flags & DENIES) == 0;
	}
	diag = diag_at(c->diags, DIAG_BAD_TEMPLATE, item->at,
	    "\"%.*s\" is no path", (int)t.len, t.s);
	nearest = diag_nearest(t, known, ARRAY_LEN(known));
	if (nearest != NULL && (f->flags & (GRANTS | DENIES)) != 0) {
		diag_help(c->diags, diag, "did you mean \"%s\"?", nearest);
		diag_fix(
		    c->diags, diag, DIAG_FIX_WORD, item->at, "%s", nearest);
		return false;
	}
	diag_help(
	    c->diags, diag, "write the path itself, such as \"$CWD/.git\"");
	return false;
}

/*
 * Where patterns are known, "~/.aws" and two stars close a directory.  Here
 * that would deny a name that nobody has: an error, where a grant of it only
 * grants too little.
 */
static void
diagnose_glob(struct decode *c, const struct field *f, const struct node *item)
{
	bool deny = (f->flags & DENIES) != 0;

	struct text t = item->string, above = t;
	const char *star = memchr(t.s, '*', t.len);
	uint32_t begin, end;
	struct diag *diag;

	if (star == NULL)
		return;
	begin = end = (uint32_t)(star - t.s);
	while (end < t.len && t.s[end] == '*')
		end++;
	diag = diag_at(c->diags, deny ? DIAG_GLOB_IN_DENY : DIAG_GLOB_LITERAL,
	    node_string_span(c->sources, item, begin, end),
	    deny ? "a pattern denies nothing: \"*\" matches only itself"
		 : "\"*\" matches nothing but itself in a path");
	above.len = begin > 1 ? begin - 1 : begin;
	if (end == t.len && begin != 0 && t.s[begin - 1] == '/') {
		diag_help(c->diags, diag,
		    "write \"%.*s\": it covers all that is below",
		    (int)above.len, above.s);
		diag_fix(c->diags, diag, DIAG_FIX_WORD, item->at, "%.*s",
		    (int)above.len, above.s);
	} else {
		diag_help(c->diags, diag,
		    "name the file, or the directory that holds the files");
	}
}

static void
decode_paths(struct decode *c, const struct field *f, const struct pair *pair,
    struct path_list *place)
{
	const struct node *value = &pair->value;
	struct path_list scratch = {0};
	struct path_entry e;

	if (!is_list(c, value))
		return;
	if (place == NULL)
		place = &scratch;
	place->v =
	    more_room(c, place->v, place->n, value->list.n, sizeof(*place->v));
	for (uint32_t i = 0; i < value->list.n; i++) {
		const struct node *item;

		e = (struct path_entry){0};
		item = entry(c, f, &value->list.v[i], &e.when);
		if (item == NULL)
			continue;
		e.dynamic = is_dynamic(item->string);
		if (e.dynamic) {
			e.path.at = item->at;
			e.path.source = item->string;
			if (!decode_dynamic(c, f, item))
				continue;
		} else if (!template_scan(c->arena, c->diags, item, &e.path)) {
			continue;
		} else {
			diagnose_glob(c, f, item);
		}
		place->v[place->n++] = e;
	}
}

static bool
decode_port(struct decode *c, const struct node *item, uint16_t *ret_port)
{
	struct text key;

	if (item->kind != NODE_INTEGER) {
		decode_wrong_type(c, item, "port numbers");
		return false;
	}
	if (item->integer < 0 || item->integer > PORT_MAX) {
		key = decode_key(c);
		diag_at(c->diags, DIAG_OUT_OF_RANGE, item->at,
		    "\"%.*s\": %lld is not a port, which is a number from 0 "
		    "to 65535",
		    (int)key.len, key.s, (long long)item->integer);
		return false;
	}
	*ret_port = (uint16_t)item->integer;
	return true;
}

static void
decode_ports(struct decode *c, const struct pair *pair, struct port_list *place)
{
	const struct node *value = &pair->value;
	uint16_t port;

	if (!is_list(c, value))
		return;
	if (place != NULL)
		place->v = more_room(
		    c, place->v, place->n, value->list.n, sizeof(*place->v));
	for (uint32_t i = 0; i < value->list.n; i++) {
		const struct node *item = &value->list.v[i];

		if (!decode_port(c, item, &port) || place == NULL)
			continue;
		place->v[place->n].at = item->at;
		place->v[place->n++].port = port;
	}
}

static bool
decode_range(struct decode *c, const struct node *item, uint16_t *ret_first,
    uint16_t *ret_last)
{
	struct text key;
	uint16_t first, last;

	if (item->kind != NODE_LIST || item->list.n != 2) {
		struct diag *diag;

		key = decode_key(c);
		diag = diag_at(c->diags, DIAG_WRONG_TYPE, item->at,
		    "\"%.*s\" takes pairs of ports", (int)key.len, key.s);
		diag_help(c->diags, diag, "write [[3000, 3010]]");
		return false;
	}
	if (!decode_port(c, &item->list.v[0], &first) ||
	    !decode_port(c, &item->list.v[1], &last))
		return false;
	if (first > last) {
		key = decode_key(c);
		diag_at(c->diags, DIAG_OUT_OF_RANGE, item->at,
		    "\"%.*s\": a range ends below where it begins",
		    (int)key.len, key.s);
		return false;
	}
	*ret_first = first;
	*ret_last = last;
	return true;
}

/* A range is written out: one entry for each port, all at its place. */
static void
decode_ranges(
    struct decode *c, const struct pair *pair, struct port_list *place)
{
	const struct node *value = &pair->value;
	struct text key = decode_key(c);
	uint32_t total = 0, count;
	uint16_t first, last;

	if (!is_list(c, value))
		return;
	for (uint32_t i = 0; i < value->list.n; i++) {
		const struct node *item = &value->list.v[i];

		if (!decode_range(c, item, &first, &last))
			continue;
		count = (uint32_t)last - first + 1;
		if (count > RANGE_PORTS_MAX - total) {
			diag_at(c->diags, DIAG_OUT_OF_RANGE, item->at,
			    "\"%.*s\" holds more than %d ports", (int)key.len,
			    key.s, (int)RANGE_PORTS_MAX);
			return;
		}
		total += count;
		if (place == NULL)
			continue;
		place->v =
		    more_room(c, place->v, place->n, count, sizeof(*place->v));
		for (uint32_t port = first; port <= last; port++) {
			place->v[place->n].at = item->at;
			place->v[place->n++].port = (uint16_t)port;
		}
	}
}

/* A string as a node of its own, for the name of a pair. */
static struct node
name_node(const struct pair *pair)
{
	return (struct node){
	    .at = pair->key_at, .kind = NODE_STRING, .string = pair->key};
}

static bool
decode_string_pair(
    struct decode *c, const struct field *f, const struct pair *item)
{
	const struct node name = name_node(item);
	struct template ignored;

	if (!decode_format(c, f->format, item->key, item->key_at) ||
	    !is_string(c, &item->value, "strings"))
		return false;
	if ((f->flags & LINKS) == 0)
		return true;
	return template_scan(c->arena, c->diags, &name, &ignored) &&
	       template_scan(c->arena, c->diags, &item->value, &ignored);
}

static void
decode_string_map(struct decode *c, const struct field *f,
    const struct pair *pair, struct string_map *place)
{
	const struct node *value = &pair->value;

	if (!is_object(c, value))
		return;
	if (place != NULL)
		place->v =
		    ARENA_ARRAY(c->arena, value->map.n, struct string_pair);
	for (uint32_t i = 0; i < value->map.n; i++) {
		const struct pair *item = &value->map.v[i];

		if (decode_string_pair(c, f, item) && place != NULL)
			place->v[place->n++] = (struct string_pair){
			    .key = item->key,
			    .key_at = item->key_at,
			    .value = item->value.string,
			    .value_at = item->value.at,
			};
	}
}

static void
decode_entry_map(
    struct decode *c, const struct field *f, const struct pair *pair)
{
	const struct node *value = &pair->value;
	const struct when *when;

	if (!is_object(c, value))
		return;
	for (uint32_t i = 0; i < value->map.n; i++) {
		const struct node *item =
		    entry(c, f, &value->map.v[i].value, &when);

		if (item != NULL)
			decode_format(c, f->format, item->string, item->at);
	}
}

static void
decode_object_map(struct decode *c, const struct field *f,
    const struct pair *pair, struct name_list *place)
{
	const struct node *value = &pair->value;

	if (!is_object(c, value))
		return;
	if (place != NULL)
		*place = (struct name_list){
		    .v = ARENA_ARRAY(c->arena, value->map.n, struct name_entry),
		    .at = pair->key_at,
		    .given = true,
		};
	for (uint32_t i = 0; i < value->map.n; i++) {
		const struct pair *item = &value->map.v[i];
		const struct key_path path = {c->path, item->key, item->key};

		c->path = &path;
		decode_object(c, f->table, &item->value, NULL);
		c->path = path.up;
		if (place != NULL)
			place->v[place->n++] =
			    (struct name_entry){item->key, item->key_at, NULL};
	}
}

static void
decode_objects(struct decode *c, const struct field *f, const struct pair *pair)
{
	if (!is_list(c, &pair->value))
		return;
	for (uint32_t i = 0; i < pair->value.list.n; i++)
		decode_object(c, f->table, &pair->value.list.v[i], NULL);
}

static void
decode_string_or_objects(struct decode *c, const struct field *f,
    const struct pair *pair, struct name_list *place)
{
	const struct node *list = &pair->value, *item;
	uint32_t errors;

	if (!is_list(c, list))
		return;
	if (place != NULL)
		*place = (struct name_list){
		    .v = ARENA_ARRAY(c->arena, list->list.n, struct name_entry),
		    .at = pair->key_at,
		    .given = true,
		};
	for (uint32_t i = 0; i < list->list.n; i++) {
		item = &list->list.v[i];
		errors = c->diags->errors;
		if (item->kind == NODE_MAP) {
			decode_object(c, f->table, item, NULL);
			if (c->diags->errors != errors)
				continue;
			item = &decode_find(item, f->value_key)->value;
		} else if (!is_string(c, item, "strings or objects")) {
			continue;
		}
		if (!decode_format(c, f->format, item->string, item->at) ||
		    place == NULL)
			continue;
		place->v[place->n++] =
		    (struct name_entry){item->string, item->at, NULL};
	}
}

void
decode_many(struct decode *c, const struct field *f, const struct pair *pair,
    void *place)
{
	switch (f->kind) {
	case FIELD_STRINGS:
	case FIELD_ENTRIES:
		decode_names(c, f, pair, place);
		break;
	case FIELD_ONE_OR_MORE:
		decode_one_or_more(c, f, pair, place);
		break;
	case FIELD_PATHS:
		decode_paths(c, f, pair, place);
		break;
	case FIELD_PORTS:
		decode_ports(c, pair, place);
		break;
	case FIELD_PORT_RANGES:
		decode_ranges(c, pair, place);
		break;
	case FIELD_STRING_MAP:
		decode_string_map(c, f, pair, place);
		break;
	case FIELD_ENTRY_MAP:
		decode_entry_map(c, f, pair);
		break;
	case FIELD_OBJECT_MAP:
		decode_object_map(c, f, pair, place);
		break;
	case FIELD_OBJECTS:
		decode_objects(c, f, pair);
		break;
	case FIELD_STRING_OR_OBJECTS:
		decode_string_or_objects(c, f, pair, place);
		break;
	case FIELD_ANY_LIST:
		is_list(c, &pair->value);
		break;
	case FIELD_ANY_MAP:
		is_object(c, &pair->value);
		break;
	case FIELD_BOOL:
	case FIELD_ENUM:
	case FIELD_STRING:
	case FIELD_COUNT:
	case FIELD_OBJECT:
	case FIELD_ANY:
		break;
	}
}
