#include <config.h>

#include "compiler/lsp/lsp.h"

#include <limits.h>
#include <stdlib.h>

enum { TEXT_MAX = FRAME_MAX };

const char *
lsp_string(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(
	    cJSON_GetObjectItemCaseSensitive(object, key));
}

static bool
get_number(const cJSON *object, const char *key, uint32_t *ret_number)
{
	const cJSON *n = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!cJSON_IsNumber(n) || !(n->valuedouble >= 0))
		return false;
	*ret_number =
	    n->valuedouble >= INT_MAX ? INT_MAX : (uint32_t)n->valuedouble;
	return true;
}

bool
lsp_get_position(
    const cJSON *object, const char *key, struct lsp_position *ret_position)
{
	const cJSON *p = cJSON_GetObjectItemCaseSensitive(object, key);
	struct lsp_position position;

	if (!get_number(p, "line", &position.line) ||
	    !get_number(p, "character", &position.character))
		return false;
	*ret_position = position;
	return true;
}

struct lsp_document *
lsp_document_of(struct lsp *l, const cJSON *params)
{
	const char *uri = lsp_string(
	    cJSON_GetObjectItemCaseSensitive(params, "textDocument"), "uri");

	for (uint32_t i = 0; uri != NULL && i < l->documents.n; i++)
		if (l->documents.v[i]->open &&
		    text_is(l->documents.v[i]->uri, uri))
			return l->documents.v[i];
	return NULL;
}

struct text
lsp_real_path(struct arena *a, struct text path)
{
	char real[PATH_MAX];
	const char *slash = strrchr(path.s, '/');

	if (realpath(path.s, real) != NULL)
		return arena_text(a, text_of(real));
	if (slash == NULL || slash == path.s)
		return path;

	struct text dir =
	    arena_text(a, (struct text){path.s, (uint32_t)(slash - path.s)});

	if (realpath(dir.s, real) == NULL)
		return path;
	return arena_printf(a, "%s%s", real, slash);
}

const struct lsp_document *
lsp_document_at(const struct lsp *l, const char *path)
{
	const struct text name = text_of(path);
	const struct lsp_document *found = NULL;
	struct arena a = {0};
	struct text real;

	for (uint32_t i = 0; i < l->documents.n; i++)
		if (l->documents.v[i]->open &&
		    l->documents.v[i]->path.len > 0 &&
		    text_equal(l->documents.v[i]->path, name))
			return l->documents.v[i];
	real = lsp_real_path(&a, name);
	for (uint32_t i = 0; i < l->documents.n && found == NULL; i++)
		if (l->documents.v[i]->open &&
		    l->documents.v[i]->path.len > 0 &&
		    text_equal(l->documents.v[i]->real, real))
			found = l->documents.v[i];
	arena_release(&a);
	return found;
}

static struct lsp_document *
free_slot(struct lsp *l)
{
	struct lsp_document *doc;

	for (uint32_t i = 0; i < l->documents.n; i++)
		if (!l->documents.v[i]->open)
			return l->documents.v[i];
	doc = ARENA_NEW(&l->arena, struct lsp_document);
	*VEC_PUSH(&l->arena, &l->documents) = doc;
	return doc;
}

/* The text, in the arena that will be the document's. */
static void
set_text(struct lsp *l, struct lsp_document *doc, struct arena arena,
    struct text text)
{
	struct lsp_document next = *doc;

	next.arena = arena;
	next.uri = arena_text(&next.arena, doc->uri);
	next.path = arena_text(&next.arena, doc->path);
	next.real = arena_text(&next.arena, doc->real);
	next.text = text;
	next.kind = lsp_kind_of(next.path, text);
	next.fresh = true;
	arena_release(&doc->arena);
	*doc = next;
	l->stale = true;
}

static void
set_version(struct lsp_document *doc, const cJSON *item)
{
	const cJSON *version =
	    cJSON_GetObjectItemCaseSensitive(item, "version");

	if (cJSON_IsNumber(version))
		doc->version = version->valueint;
}

void
lsp_did_open(struct lsp *l, const cJSON *params)
{
	const cJSON *item =
	    cJSON_GetObjectItemCaseSensitive(params, "textDocument");
	const char *uri = lsp_string(item, "uri");
	const char *text = lsp_string(item, "text");
	struct lsp_document *doc = lsp_document_of(l, params);
	struct arena arena = {0};

	if (uri == NULL || text == NULL)
		return;
	if (doc == NULL) {
		doc = free_slot(l);
		*doc = (struct lsp_document){.open = true};
		doc->uri = arena_text(&doc->arena, text_of(uri));
		if (lsp_uri_path(&doc->arena, uri, &doc->path))
			doc->real = lsp_real_path(&doc->arena, doc->path);
	}
	set_version(doc, item);
	set_text(l, doc, arena, arena_text(&arena, text_of(text)));
}

/* One change laid over the text; false: it says nothing that can be done. */
static bool
apply(const struct lsp *l, struct arena *a, const cJSON *change,
    struct text *text)
{
	const cJSON *range = cJSON_GetObjectItemCaseSensitive(change, "range");
	const char *s = lsp_string(change, "text");
	struct lsp_position from, to;
	struct lsp_lines lines;
	uint32_t begin, end;
	struct arena scratch = {0};

	if (s == NULL)
		return false;
	if (range == NULL) {
		*text = arena_text(a, text_of(s));
		return true;
	}
	if (!lsp_get_position(range, "start", &from) ||
	    !lsp_get_position(range, "end", &to) ||
	    strlen(s) + text->len > TEXT_MAX)
		return false;
	lines = lsp_lines_of(&scratch, *text, l->encoding);
	begin = lsp_offset_of(&lines, from);
	end = lsp_offset_of(&lines, to);
	arena_release(&scratch);
	*text = lsp_text_replace(
	    a, *text, begin, end < begin ? begin : end, text_of(s));
	return true;
}

/* Each change in an arena of its own, so that a thousand take no more. */
void
lsp_did_change(struct lsp *l, const cJSON *params)
{
	struct lsp_document *doc = lsp_document_of(l, params);
	const cJSON *changes, *change;

	if (doc == NULL)
		return;
	set_version(
	    doc, cJSON_GetObjectItemCaseSensitive(params, "textDocument"));
	changes = cJSON_GetObjectItemCaseSensitive(params, "contentChanges");
	cJSON_ArrayForEach(change, changes)
	{
		struct arena arena = {0};
		struct text text = doc->text;

		if (apply(l, &arena, change, &text))
			set_text(l, doc, arena, text);
		else
			arena_release(&arena);
	}
}

/* Others may have read it before: everything is checked again. */
void
lsp_did_save(struct lsp *l, const cJSON *params)
{
	struct lsp_document *doc = lsp_document_of(l, params);
	const char *s = lsp_string(params, "text");
	struct arena arena = {0};

	if (doc != NULL && s != NULL)
		set_text(l, doc, arena, arena_text(&arena, text_of(s)));
	l->stale = true;
}

void
lsp_did_close(struct lsp *l, const cJSON *params)
{
	struct lsp_document *doc = lsp_document_of(l, params);

	if (doc == NULL)
		return;
	arena_release(&doc->arena);
	*doc = (struct lsp_document){.open = false};
	l->stale = true;
}

void
lsp_documents_release(struct lsp *l)
{
	for (uint32_t i = 0; i < l->documents.n; i++)
		arena_release(&l->documents.v[i]->arena);
	arena_release(&l->arena);
}
