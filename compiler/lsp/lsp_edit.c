#include <config.h>

#include "compiler/lsp/lsp_edit.h"

#include "compiler/decode/decode_table.h"
#include "compiler/lsp/lsp_spot.h"

/* Where the value stands that an edit is about. */
struct found {
	const struct node *item;   /* of a list, or NULL */
	const struct node *list;   /* that it is in */
	const struct pair *pair;   /* the key, or that of the list */
	const struct pair *outer;  /* the key of the object that it is in */
	const struct node *object; /* that the key is in */
};

struct editor {
	struct lsp_check *k;
	struct arena *arena;
	struct text text;
	const struct node *root;
	struct lsp_edits edits;
	struct span named; /* what goes, for the title */
};

static void
replace(struct editor *e, uint32_t begin, uint32_t end, struct text text)
{
	*VEC_PUSH(e->arena, &e->edits) = (struct lsp_edit){begin, end, text};
}

static bool
is_plain(struct text t)
{
	static const char safe[] = "_./~$-";

	for (uint32_t i = 0; i < t.len; i++) {
		const char c = t.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(i > 0 && c >= '0' && c <= '9') ||
			strchr(safe, c) != NULL))
			return false;
	}
	return t.len > 0 && t.s[0] != '-' && t.s[0] != '.';
}

static struct text
in_double_quotes(struct arena *a, struct text t)
{
	char *s = arena_alloc(a, (size_t)t.len * 2 + 3, 1), *to = s;

	*to++ = '"';
	for (uint32_t i = 0; i < t.len; i++) {
		if (t.s[i] == '"' || t.s[i] == '\\')
			*to++ = '\\';
		*to++ = t.s[i];
	}
	*to++ = '"';
	return (struct text){s, (uint32_t)(to - s)};
}

struct text
lsp_quoted(
    struct arena *a, struct text source, uint32_t begin, struct text word)
{
	const char quote = begin < source.len ? source.s[begin] : '"';

	if (quote == '\'' && memchr(word.s, '\'', word.len) == NULL)
		return arena_printf(a, "'%.*s'", (int)word.len, word.s);
	if (quote != '"' && quote != '\'' && is_plain(word))
		return word;
	return in_double_quotes(a, word);
}

/* Finds what begins at the offset: an item, a key, or a key's value. */
static bool
find(const struct node *n, uint32_t begin, struct found *p)
{
	const struct found was = *p;

	if (n->kind == NODE_LIST) {
		for (uint32_t i = 0; i < n->list.n; i++) {
			const struct node *item = &n->list.v[i];

			*p = was;
			p->list = n;
			p->item = item;
			if (item->at.begin == begin)
				return true;
			if (item->at.begin > begin || item->at.end <= begin)
				continue;
			/* {"path": ...}: the object is the item. */
			if (item->kind == NODE_MAP) {
				for (uint32_t j = 0; j < item->map.n; j++)
					if (item->map.v[j].value.at.begin ==
					    begin)
						return true;
			}
			return find(item, begin, p);
		}
	}
	if (n->kind != NODE_MAP)
		return false;
	for (uint32_t i = 0; i < n->map.n; i++) {
		const struct pair *pair = &n->map.v[i];

		*p = (struct found){
		    .pair = pair, .outer = was.pair, .object = n};
		if (pair->key_at.begin == begin ||
		    (pair->value.at.begin == begin &&
			pair->value.kind != NODE_LIST &&
			pair->value.kind != NODE_MAP))
			return true;
		if (pair->value.at.begin <= begin && begin < pair->value.at.end)
			return find(&pair->value, begin, p);
	}
	return false;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static uint32_t
skip_blanks(struct text t, uint32_t i)
{
	while (i < t.len && is_blank(t.s[i]))
		i++;
	return i;
}

/* The comma behind an item, or t.len: comments may stand before it. */
static uint32_t
comma_behind(struct text t, uint32_t i)
{
	for (i = skip_blanks(t, i); i + 1 < t.len && t.s[i] == '/';
	     i = skip_blanks(t, i)) {
		const bool line = t.s[i + 1] == '/';

		for (i += 2; i < t.len; i++)
			if (line ? t.s[i] == '\n'
				 : t.s[i] == '/' && t.s[i - 1] == '*')
				break;
		i++;
	}
	return i < t.len && t.s[i] == ',' ? i : t.len;
}

/* Widens [begin, end) to whole lines where nothing else stands on them. */
static void
to_whole_lines(struct text t, uint32_t *begin, uint32_t *end)
{
	uint32_t b = *begin, e = *end;

	while (b > 0 && (t.s[b - 1] == ' ' || t.s[b - 1] == '\t'))
		b--;
	while (e < t.len && (t.s[e] == ' ' || t.s[e] == '\t' || t.s[e] == '\r'))
		e++;
	if ((b == 0 || t.s[b - 1] == '\n') && e < t.len && t.s[e] == '\n') {
		*begin = b;
		*end = e + 1;
	}
}

/* An item or pair between commas, [begin, end). */
static void
remove_flow(struct editor *e, uint32_t begin, uint32_t end)
{
	const struct text t = e->text;
	uint32_t comma = comma_behind(t, end), b = begin;

	if (comma < t.len) {
		end = comma + 1;
		to_whole_lines(t, &begin, &end);
		if (begin == b)
			while (end < t.len && t.s[end] == ' ')
				end++;
		replace(e, begin, end, TEXT(""));
		return;
	}
	/* The last: the comma before it goes, and the blanks between. */
	while (b > 0 && is_blank(t.s[b - 1]))
		b--;
	if (b > 0 && t.s[b - 1] == ',')
		begin = b - 1;
	replace(e, begin, end, TEXT(""));
}

/* Does it stand in a line of its own kind: "- item", "key: value"? */
static bool
in_block(struct text t, const struct node *around)
{
	const char c = t.s[around->at.begin];

	return c != '[' && c != '{';
}

/* Lines of block YAML: from the dash or key to the end of the value. */
static bool
remove_block(struct editor *e, uint32_t begin, uint32_t end, bool dash)
{
	const struct text t = e->text;

	if (dash) {
		while (begin > 0 &&
		       (t.s[begin - 1] == ' ' || t.s[begin - 1] == '\t'))
			begin--;
		if (begin == 0 || t.s[begin - 1] != '-')
			return false;
		begin--;
	}
	while (end > begin && is_blank(t.s[end - 1]))
		end--;
	to_whole_lines(t, &begin, &end);
	replace(e, begin, end, TEXT(""));
	return true;
}

/* The last of its list or object leaves an empty one behind. */
static bool
leave_empty(struct editor *e, const struct pair *pair, const char *empty)
{
	uint32_t begin, end;

	if (pair == NULL)
		return false;
	begin = pair->key_at.end;
	end = pair->value.at.end;
	while (begin < end && e->text.s[begin] != ':')
		begin++;
	while (end > begin && is_blank(e->text.s[end - 1]))
		end--;
	replace(e, begin + 1, end, arena_printf(e->arena, " %s", empty));
	return true;
}

static bool
remove_item(struct editor *e, const struct found *p)
{
	const struct span at = p->item->at;

	if (!in_block(e->text, p->list)) {
		remove_flow(e, at.begin, at.end);
		return true;
	}
	if (p->list->list.n == 1)
		return leave_empty(e, p->pair, "[]");
	return remove_block(e, at.begin, at.end, true);
}

static bool
remove_pair(struct editor *e, const struct found *p)
{
	const uint32_t begin = p->pair->key_at.begin;
	const uint32_t end = p->pair->value.at.end;

	if (!in_block(e->text, p->object)) {
		remove_flow(e, begin, end);
		return true;
	}
	if (p->object->map.n == 1)
		return leave_empty(e, p->outer, "{}");
	/* The first key of an item stands behind its dash. */
	if (p->outer == NULL && p->object != e->root)
		return false;
	return remove_block(e, begin, end, false);
}

static bool
fix_remove(struct editor *e, struct span at)
{
	struct found p = {0};

	if (!find(e->root, at.begin, &p))
		return false;
	e->named = p.item != NULL ? p.item->at : p.pair->key_at;
	return p.item != NULL ? remove_item(e, &p) : remove_pair(e, &p);
}

static struct text
slice(const struct editor *e, struct span at)
{
	return (struct text){e->text.s + at.begin, at.end - at.begin};
}

/* The end of what stands last between the brackets, comments left out. */
static uint32_t
end_of_last(const struct node *n)
{
	if (n->kind == NODE_LIST && n->list.n > 0)
		return n->list.v[n->list.n - 1].at.end;
	if (n->kind == NODE_MAP && n->map.n > 0)
		return n->map.v[n->map.n - 1].value.at.end;
	return n->at.begin + 1;
}

/* Puts text at the end of a list or an object of JSON. */
static void
append(struct editor *e, const struct node *n, struct text text)
{
	const bool empty = (n->kind == NODE_LIST ? n->list.n : n->map.n) == 0;
	const uint32_t at = end_of_last(n);

	replace(e, at, at,
	    arena_printf(
		e->arena, "%s%.*s", empty ? "" : ", ", (int)text.len, text.s));
}

/* Puts items, without brackets, into the list at the key "object.key". */
static bool
put_items(struct editor *e, const char *key, struct text items)
{
	const char *dot = strchr(key, '.');
	const struct pair *object, *list;
	const char *outer;

	if (dot == NULL || e->root->kind != NODE_MAP)
		return false;
	outer =
	    arena_text(e->arena, (struct text){key, (uint32_t)(dot - key)}).s;
	object = decode_find(e->root, outer);
	if (object == NULL) {
		append(e, e->root,
		    arena_printf(e->arena, "\"%s\": { \"%s\": [%.*s] }", outer,
			dot + 1, (int)items.len, items.s));
		return true;
	}
	if (object->value.kind != NODE_MAP)
		return false;
	list = decode_find(&object->value, dot + 1);
	if (list == NULL)
		append(e, &object->value,
		    arena_printf(e->arena, "\"%s\": [%.*s]", dot + 1,
			(int)items.len, items.s));
	else if (list->value.kind == NODE_LIST)
		append(e, &list->value, items);
	else
		return false;
	return true;
}

/* Edits that touch cannot be told apart: then none is offered. */
static bool
apart(const struct lsp_edits *edits)
{
	for (uint32_t i = 0; i < edits->n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (edits->v[i].begin <= edits->v[j].end &&
			    edits->v[j].begin <= edits->v[i].end)
				return false;
	return true;
}

/* In the place of the key, where what it moves to is not there yet. */
static bool
move_here(
    struct editor *e, const struct found *p, const char *key, struct text items)
{
	const char *dot = strchr(key, '.');
	const struct pair *old =
	    p->outer != NULL && p->object->map.n == 1 ? p->outer : p->pair;
	const bool outermost = old != p->pair || p->outer == NULL;
	struct text outer = {key, (uint32_t)(dot - key)};

	if (!outermost ||
	    decode_find(e->root, arena_text(e->arena, outer).s) != NULL)
		return false;
	replace(e, old->key_at.begin, old->value.at.end,
	    arena_printf(e->arena, "\"%.*s\": { \"%s\": [%.*s] }",
		(int)outer.len, outer.s, dot + 1, (int)items.len, items.s));
	return true;
}

static bool
fix_move(struct editor *e, struct span at, const char *key)
{
	struct found p = {0};
	struct text items;

	if (strchr(key, '.') == NULL || e->root->kind != NODE_MAP ||
	    e->text.s[e->root->at.begin] != '{' ||
	    !find(e->root, at.begin, &p) || p.item != NULL ||
	    p.pair->value.kind != NODE_LIST)
		return false;
	items = slice(e, p.pair->value.at);
	if (items.len < 2 || items.s[0] != '[')
		return false;
	items = (struct text){items.s + 1, items.len - 2};
	if (move_here(e, &p, key, items))
		return true;
	/* With the object, if it holds nothing else. */
	if (p.outer != NULL && p.object->map.n == 1)
		remove_flow(e, p.outer->key_at.begin, p.outer->value.at.end);
	else
		remove_flow(e, p.pair->key_at.begin, p.pair->value.at.end);
	return put_items(e, key, items) && apart(&e->edits);
}

static bool
fix_copy(struct editor *e, struct span at, const char *key)
{
	if (e->root->kind != NODE_MAP || e->text.s[e->root->at.begin] != '{')
		return false;
	return put_items(e, key, slice(e, at));
}

static void
fix_variable(struct editor *e, struct span at, struct text name)
{
	const bool braces =
	    at.begin + 1 < e->text.len && e->text.s[at.begin + 1] == '{';

	replace(e, at.begin, at.end,
	    arena_printf(
		e->arena, braces ? "${%.*s}" : "$%.*s", (int)name.len, name.s));
}

enum { TITLE_MAX = 60 };

/* What an edit is called: "write A instead of B". */
static struct text
title_of(struct editor *e, const struct diag_fix *fix)
{
	struct text was = slice(e, e->named.source != 0 ? e->named : fix->at),
		    now;

	if (was.len > TITLE_MAX || memchr(was.s, '\n', was.len) != NULL)
		was = TEXT("this");
	switch (fix->kind) {
	case DIAG_FIX_MOVE:
		return arena_printf(e->arena, "move it to %s", fix->text.s);
	case DIAG_FIX_COPY:
		return arena_printf(
		    e->arena, "name it in %s, too", fix->text.s);
	case DIAG_FIX_REMOVE:
		return arena_printf(
		    e->arena, "remove %.*s", (int)was.len, was.s);
	case DIAG_FIX_BYTES:
	case DIAG_FIX_WORD:
	case DIAG_FIX_VARIABLE:
		break;
	}
	now = e->edits.v[0].text;
	if (now.len == 0)
		return arena_printf(
		    e->arena, "remove %.*s", (int)was.len, was.s);
	if (was.len == 0)
		return arena_printf(
		    e->arena, "insert %.*s", (int)now.len, now.s);
	return arena_printf(e->arena, "write %.*s instead of %.*s",
	    (int)now.len, now.s, (int)was.len, was.s);
}

bool
lsp_fix_edits(struct lsp_check *k, const struct diag_fix *fix,
    struct lsp_edits *ret_edits, struct text *ret_title)
{
	struct editor e = {.k = k, .arena = &k->compile.arena};
	const struct span at = fix->at;
	uint32_t source;
	bool ok = true;

	if (!lsp_check_source(k, &source) || at.source != source)
		return false;
	e.text = source_get(&k->compile.sources, source)->text;
	switch (fix->kind) {
	case DIAG_FIX_BYTES:
		replace(&e, at.begin, at.end, fix->text);
		break;
	case DIAG_FIX_WORD:
		replace(&e, at.begin, at.end,
		    lsp_quoted(e.arena, e.text, at.begin, fix->text));
		break;
	case DIAG_FIX_VARIABLE:
		fix_variable(&e, at, fix->text);
		break;
	case DIAG_FIX_REMOVE:
		ok = lsp_nodes(k, &source, &e.root) && fix_remove(&e, at);
		break;
	case DIAG_FIX_MOVE:
		ok = lsp_nodes(k, &source, &e.root) &&
		     fix_move(&e, at, fix->text.s);
		break;
	case DIAG_FIX_COPY:
		ok = lsp_nodes(k, &source, &e.root) &&
		     fix_copy(&e, at, fix->text.s);
		break;
	}
	if (!ok)
		return false;
	*ret_title = diag_safe(e.arena, title_of(&e, fix));
	*ret_edits = e.edits;
	return true;
}
