#include <config.h>

#include <stdlib.h>

#include "compiler/base/json_print.h"
#include "compiler/decode/decode_table.h"
#include "compiler/expand/variable.h"
#include "compiler/lsp/lsp_answer.h"
#include "compiler/lsp/lsp_context.h"
#include "compiler/lsp/lsp_edit.h"
#include "compiler/lsp/lsp_spot.h"

/* The protocol's numbers: what an editor draws beside a word. */
enum item_kind {
	ITEM_VARIABLE = 6,
	ITEM_MODULE = 9,
	ITEM_KEY = 10,
	ITEM_VALUE = 12,
	ITEM_KEYWORD = 14,
	ITEM_ENUM = 20
};

/* What may stand at the cursor. */
struct offer {
	const struct lsp *lsp;
	const struct lsp_document *doc;
	struct lsp_check k; /* for its store; nothing is compiled */
	struct lsp_lines lines;
	struct lsp_context at;
	const struct table *table; /* of the keys there */
	const struct field *field; /* of the value there */
	bool condition;		   /* a "when" */
	bool yaml;
	cJSON *list;
};

static struct arena *
arena_of(struct offer *o)
{
	return &o->k.compile.arena;
}

/* One word in the place of [begin, end). */
static cJSON *
put(struct offer *o, enum item_kind kind, const char *label, struct text text,
    uint32_t begin, uint32_t end)
{
	cJSON *item = json_push_object(o->list), *edit;
	const char *new = arena_text(arena_of(o), text).s;

	json_put_string(item, "label", label);
	json_put_number(item, "kind", kind);
	edit = json_put_object(item, "textEdit");
	json_put(edit, "range", lsp_range(&o->lines, begin, end));
	json_put_string(edit, "newText", new);
	/* Editors compare it with what stands there, quotes and all. */
	if (strcmp(label, new) != 0)
		json_put_string(item, "filterText", new);
	return item;
}

/* As a string: quoted as what stands there, or as the dialect wants it. */
static struct text
as_string(struct offer *o, const char *word)
{
	if (o->at.quoted)
		return lsp_quoted(
		    arena_of(o), o->doc->text, o->at.begin, text_of(word));
	return lsp_quoted(
	    arena_of(o), o->yaml ? TEXT("x") : TEXT("\""), 0, text_of(word));
}

static cJSON *
put_string(struct offer *o, enum item_kind kind, const char *word)
{
	return put(o, kind, word, as_string(o, word), o->at.begin, o->at.end);
}

static bool
is_there(const struct offer *o, const struct field *f)
{
	for (uint32_t i = 0; i < o->at.beside.n; i++)
		if (field_has_name(f, o->at.beside.v[i]))
			return true;
	return false;
}

/* With a colon, unless there is one. */
static void
put_key(struct offer *o, const char *name, const char *about)
{
	const struct text t = o->doc->text;
	struct text text = as_string(o, name);
	uint32_t next = o->at.end;
	cJSON *item;

	while (next < t.len && t.s[next] == ' ')
		next++;
	if (next >= t.len || t.s[next] != ':')
		text =
		    arena_printf(arena_of(o), "%.*s: ", (int)text.len, text.s);
	item = put(o, ITEM_KEY, name, text, o->at.begin, o->at.end);
	if (about != NULL)
		json_put_string(item, "documentation", about);
}

static void
put_keys(struct offer *o)
{
	for (uint32_t i = 0; o->table != NULL && i < o->table->n; i++) {
		const struct field *f = &o->table->fields[i];
		char *about;

		if (f->instead != NULL || f->refused != NULL || is_there(o, f))
			continue;
		about = field_description(f, NULL);
		put_key(o, f->name, about);
		free(about);
	}
	if (o->table == NULL && o->field != NULL &&
	    o->field->value_key != NULL) {
		put_key(o, o->field->value_key, NULL);
		put_key(o, "when", "The systems that the entry is for.");
	}
}

/* From the last dollar of the word on, for a path or an assertion. */
static bool
put_variables(struct offer *o, uint32_t begin, uint32_t cursor)
{
	const struct text t = o->doc->text;
	uint32_t dollar = cursor;
	const char *name;
	bool braces;

	while (
	    dollar > begin && t.s[dollar - 1] != '$' && t.s[dollar - 1] != '/')
		dollar--;
	if (dollar == begin || t.s[dollar - 1] != '$')
		return false;
	dollar--;
	braces = dollar + 1 < t.len && t.s[dollar + 1] == '{';
	for (uint32_t i = 0; (name = variable_name_at(i)) != NULL; i++) {
		struct text text =
		    arena_printf(arena_of(o), braces ? "${%s}" : "$%s", name);

		(void)put(o, ITEM_VARIABLE, text.s, text, dollar, cursor);
	}
	return true;
}

static void
put_paths(struct offer *o, uint32_t cursor)
{
	static const char *const beginnings[] = {"$CWD/", "$HOME/", "$TMPDIR/",
	    "$XDG_CACHE_HOME/", "$XDG_CONFIG_HOME/", "$XDG_DATA_HOME/"};

	if (put_variables(o, o->at.begin, cursor))
		return;
	/* Nothing is written yet. */
	if (cursor <= o->at.begin + 1)
		for (size_t i = 0; i < ARRAY_LEN(beginnings); i++)
			(void)put_string(o, ITEM_VARIABLE, beginnings[i]);
}

static void
put_names(struct offer *o, struct name_array names)
{
	for (uint32_t i = 0; i < names.n; i++) {
		bool twice = false;

		for (uint32_t j = 0; j < i && !twice; j++)
			twice = strcmp(names.v[i], names.v[j]) == 0;
		if (!twice && !text_is(store_name_of(o->doc->path), names.v[i]))
			(void)put_string(o, ITEM_MODULE, names.v[i]);
	}
}

/* Of the profile's own directory, of -I, the user's and the installed ones. */
static void
put_bases(struct offer *o)
{
	struct store *s = &o->k.compile.store;
	struct text dir = o->doc->path;
	struct VEC(const char *) all = {0};

	while (dir.len > 0 && dir.s[dir.len - 1] != '/')
		dir.len--;
	const struct name_array places[] = {
	    store_list_in(s, arena_text(arena_of(o), dir).s),
	    store_list_profiles(s, STORE_USER),
	    store_list_profiles(s, STORE_INSTALLED),
	};
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		for (uint32_t j = 0; j < places[i].n; j++)
			*VEC_PUSH(arena_of(o), &all) = places[i].v[j];
	for (uint32_t i = 0; i < s->includes.n; i++) {
		struct name_array in = store_list_in(s, s->includes.v[i]);

		for (uint32_t j = 0; j < in.n; j++)
			*VEC_PUSH(arena_of(o), &all) = in.v[j];
	}
	put_names(o, (struct name_array){all.v, all.n});
}

static void
put_groups(struct offer *o)
{
	struct store *s = &o->k.compile.store;

	put_names(o, store_list_groups(s));
	for (uint32_t i = 0; i < s->includes.n; i++)
		put_names(o, store_list_in(s, arena_printf(arena_of(o),
						  "%s/groups", s->includes.v[i])
						  .s));
}

static void
put_words(struct offer *o, enum item_kind kind, const char *const *words)
{
	for (; *words != NULL; words++)
		(void)put_string(o, kind, *words);
}

static void
put_values(struct offer *o, struct text path, uint32_t cursor)
{
	static const char *const systems[] = {
	    "linux", "macos", "!linux", "!macos", NULL};
	const struct field *f = o->field;

	if (o->condition)
		put_words(o, ITEM_ENUM, systems);
	else if (text_is(path, "extends"))
		put_bases(o);
	else if (lsp_names_group(path))
		put_groups(o);
	else if (f != NULL && f->names != NULL)
		put_words(o, ITEM_ENUM, f->names);
	else if (f != NULL && f->kind == FIELD_PATHS)
		put_paths(o, cursor);
	else if (f != NULL && f->kind == FIELD_BOOL && !o->at.quoted)
		for (int i = 0; i < 2; i++)
			(void)put(o, ITEM_VALUE, i == 0 ? "true" : "false",
			    text_of(i == 0 ? "true" : "false"), o->at.begin,
			    o->at.end);
	else if (f != NULL && text_is(text_of(f->name), "assert"))
		(void)put_variables(o, o->at.begin, cursor);
}

/* Follows the keys that lead there through the tables of decode. */
static struct text
resolve(struct offer *o)
{
	const struct table *t = lsp_table(o->doc);
	const struct field *f = NULL;
	struct text path = TEXT("");

	for (uint32_t i = 0; i < o->at.path.n; i++) {
		const struct text key = o->at.path.v[i];
		const struct field *next = NULL;

		for (uint32_t j = 0; t != NULL && j < t->n; j++)
			if (field_has_name(&t->fields[j], key))
				next = &t->fields[j];
		o->condition = false;
		if (next == NULL && t == NULL && f != NULL &&
		    f->value_key != NULL) {
			/* In {"path": ..., "when": ...}. */
			o->condition = text_is(key, "when");
			continue;
		}
		if (f != NULL && f->kind == FIELD_OBJECT_MAP && next == NULL) {
			t = f->table; /* a name of the user's own */
			continue;
		}
		f = next;
		t = f == NULL ? NULL : f->table;
		if (f != NULL && f->kind == FIELD_OBJECT_MAP)
			t = NULL;
		path = arena_printf(arena_of(o), "%.*s%s%.*s", (int)path.len,
		    path.s, path.len == 0 ? "" : ".", (int)key.len, key.s);
		if (f == NULL)
			break;
	}
	o->table = t;
	o->field = f;
	return path;
}

/* Assertions: words of the language, and variables. */
static void
offer_assertion(struct offer *o, uint32_t cursor)
{
	static const char *const words[] = {"abi", "all", "always", "assert",
	    "assume", "because", "disjoint", "except", "for", "group", "is",
	    "let", "may", "never", "on", "only", "owner", "platform", "profile",
	    "together", "until", "waive", "within", NULL};
	const struct text t = o->doc->text;
	uint32_t begin = cursor;

	while (begin > 0 && strchr(" \t\r\n,{};", t.s[begin - 1]) == NULL)
		begin--;
	if (put_variables(o, begin, cursor))
		return;
	for (uint32_t i = 0; words[i] != NULL; i++)
		(void)put(o, ITEM_KEYWORD, words[i], text_of(words[i]), begin,
		    cursor);
	for (uint32_t i = 0; assert_operations[i] != NULL; i++)
		(void)put(o, ITEM_ENUM, assert_operations[i],
		    text_of(assert_operations[i]), begin, cursor);
}

static void
offer(struct offer *o, uint32_t cursor)
{
	struct text path;

	if (o->doc->kind == LSP_ASSERT) {
		offer_assertion(o, cursor);
		return;
	}
	if (o->doc->kind == LSP_OTHER ||
	    !lsp_context_find(
		arena_of(o), o->doc->text, cursor, o->yaml, &o->at))
		return;
	path = resolve(o);
	if (o->at.is_key)
		put_keys(o);
	else
		put_values(o, path, cursor);
}

cJSON *
lsp_complete(struct lsp *l, const cJSON *params)
{
	struct offer o = {.lsp = l, .doc = lsp_document_of(l, params)};
	uint32_t cursor;

	if (o.doc == NULL || !lsp_offset_in(l, o.doc, params, &cursor))
		return NULL;
	o.list = json_array();
	compile_init_like(&o.k.compile, l->options);
	o.yaml = lsp_is_yaml(o.doc->path);
	o.lines = lsp_lines_of(arena_of(&o), o.doc->text, l->encoding);
	offer(&o, cursor);
	lsp_check_release(&o.k);
	return o.list;
}
