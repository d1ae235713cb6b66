#include <config.h>

#include <stdlib.h>

#include "compiler/base/json_print.h"
#include "compiler/lsp/lsp_answer.h"
#include "compiler/lsp/lsp_edit.h"
#include "compiler/lsp/lsp_spot.h"

/* What can be done where the editor asks. */
struct asked {
	struct lsp_check *k;
	const cJSON *context; /* of the request: what it shows there */
	uint32_t begin, end;
	cJSON *list;
};

static bool
get_range(struct asked *q, const cJSON *params)
{
	const cJSON *range = cJSON_GetObjectItemCaseSensitive(params, "range");
	struct lsp_position start, end;
	struct arena scratch = {0};
	struct lsp_lines lines;

	if (!lsp_get_position(range, "start", &start) ||
	    !lsp_get_position(range, "end", &end))
		return false;
	lines = lsp_lines_of(&scratch, q->k->doc->text, q->k->lsp->encoding);
	q->begin = lsp_offset_of(&lines, start);
	q->end = lsp_offset_of(&lines, end);
	arena_release(&scratch);
	return true;
}

static bool
wants_fixes(const cJSON *context)
{
	const cJSON *only = cJSON_GetObjectItemCaseSensitive(context, "only");
	const cJSON *kind;

	if (!cJSON_IsArray(only))
		return true;
	cJSON_ArrayForEach(kind, only)
	{
		const char *name = cJSON_GetStringValue(kind);

		if (name != NULL &&
		    (*name == '\0' || strcmp(name, "quickfix") == 0))
			return true;
	}
	return false;
}

/* The diagnostics of the request that the fix is for. */
static void
put_diagnostics(struct asked *q, cJSON *action, const struct diag *d)
{
	const cJSON *shown =
	    cJSON_GetObjectItemCaseSensitive(q->context, "diagnostics");
	const char *code =
	    arena_printf(&q->k->compile.arena, "N%04u", (unsigned)d->code).s;
	cJSON *range = lsp_check_range(q->k, d->at), *list = NULL;
	const cJSON *one;

	cJSON_ArrayForEach(one, shown)
	{
		const char *is = lsp_string(one, "code");

		if (is == NULL || strcmp(is, code) != 0 ||
		    !cJSON_Compare(
			cJSON_GetObjectItemCaseSensitive(one, "range"), range,
			true))
			continue;
		if (list == NULL)
			list = json_put_array(action, "diagnostics");
		json_push(list, cJSON_Duplicate(one, true));
	}
	cJSON_Delete(range);
}

static bool
has_one(const cJSON *list, const char *title)
{
	const cJSON *one;

	cJSON_ArrayForEach(one, list)
	{
		if (strcmp(lsp_string(one, "title"), title) == 0)
			return true;
	}
	return false;
}

static cJSON *
put_action(struct asked *q, const char *title, const struct lsp_edits *edits)
{
	cJSON *action, *changes;
	uint32_t source;

	if (!lsp_check_source(q->k, &source))
		return NULL;
	action = json_push_object(q->list);
	json_put_string(action, "title", title);
	json_put_string(action, "kind", "quickfix");
	changes = json_put_array(
	    json_put_object(json_put_object(action, "edit"), "changes"),
	    q->k->doc->uri.s);
	for (uint32_t i = 0; i < edits->n; i++) {
		const struct lsp_edit *e = &edits->v[i];
		cJSON *one = json_push_object(changes);

		json_put(one, "range",
		    lsp_check_range(
			q->k, (struct span){source, e->begin, e->end}));
		json_put_string(one, "newText",
		    arena_text(&q->k->compile.arena, e->text).s);
	}
	return action;
}

static void
put_fixes(struct asked *q, const struct diag *d)
{
	for (const struct diag_fix *f = d->fixes; f != NULL; f = f->next) {
		struct lsp_edits edits;
		struct text title;
		cJSON *action;

		if (!lsp_fix_edits(q->k, f, &edits, &title) ||
		    has_one(q->list, title.s))
			continue;
		action = put_action(q, title.s, &edits);
		if (action == NULL)
			continue;
		put_diagnostics(q, action, d);
		if (f->next == NULL && f == d->fixes)
			json_put_bool(action, "isPreferred", true);
	}
}

/* Another name of a key: nothing is wrong with it. */
static void
put_alias(struct asked *q)
{
	struct arena *a = &q->k->compile.arena;
	struct lsp_spot s;
	struct diag_fix fix;
	struct lsp_edits edits;
	struct text title;

	if (!lsp_spot_find(q->k, q->begin, &s) || !s.on_key ||
	    s.field == NULL || text_is(s.pair->key, s.field->name))
		return;
	fix = (struct diag_fix){
	    .kind = DIAG_FIX_WORD,
	    .at = s.pair->key_at,
	    .text = arena_text(a, text_of(s.field->name)),
	};
	if (lsp_fix_edits(q->k, &fix, &edits, &title) &&
	    !has_one(q->list, title.s))
		(void)put_action(q, title.s, &edits);
}

static void
put_all(struct asked *q)
{
	struct diags *d = &q->k->compile.diags;
	uint32_t source;

	diags_sort(d);
	/* More may be recorded while the nodes are read again. */
	for (uint32_t i = 0, n = d->list.n; i < n; i++) {
		const struct diag *one = d->list.v[i];

		if (lsp_check_source(q->k, &source) &&
		    one->at.source == source && one->at.begin <= q->end &&
		    q->begin <= one->at.end)
			put_fixes(q, one);
	}
	put_alias(q);
}

cJSON *
lsp_actions(struct lsp *l, const cJSON *params)
{
	const struct lsp_document *doc = lsp_document_of(l, params);
	struct lsp_check k = {.lsp = l, .doc = doc};
	struct asked q = {
	    .k = &k,
	    .context = cJSON_GetObjectItemCaseSensitive(params, "context"),
	};

	if (doc == NULL || !get_range(&q, params))
		return NULL;
	q.list = json_array();
	for (uint32_t i = 0; i < l->ntargets && wants_fixes(q.context); i++) {
		lsp_check(l, doc, &l->targets[i], &k);
		put_all(&q);
		lsp_check_release(&k);
	}
	return q.list;
}
