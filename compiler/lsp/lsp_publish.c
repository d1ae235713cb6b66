#include <config.h>

#include "compiler/lsp/lsp.h"

#include <stdlib.h>
#include <unistd.h>

#include "compiler/base/diag_record.h"
#include "compiler/base/json_print.h"

/*
 * Diagnostics go to the file that they are about, which need not be open: the
 * base of a profile that is.  What several documents or targets lead to is
 * said once.
 */
struct entry {
	const char *uri;
	cJSON *item;	  /* the diagnostic; NULL once it is in its list */
	char *printed;	  /* the same: to know it again */
	unsigned targets; /* bits: where it was found */
};

struct board {
	struct lsp *l;
	struct arena arena;
	struct VEC(struct entry) entries;
};

static void
add_line(struct lsp_check *k, struct text *message, const char *label,
    struct text line)
{
	line = diag_safe(&k->compile.arena, line);
	*message = arena_printf(&k->compile.arena, "%.*s\n%s: %.*s",
	    (int)message->len, message->s, label, (int)line.len, line.s);
}

/* The notes that have a place, and into the message those that have none. */
static void
put_notes(
    struct lsp_check *k, const struct diag *d, cJSON *o, struct text *message)
{
	cJSON *related = NULL, *one;

	for (const struct diag_line *n = d->notes; n != NULL; n = n->next) {
		if (!lsp_check_placed(k, n->at)) {
			add_line(k, message, "note", n->text);
			continue;
		}
		if (related == NULL)
			related = json_put_array(o, "relatedInformation");
		one = json_push_object(related);
		json_put(one, "location", lsp_check_location(k, n->at));
		json_put_text(one, "message", &k->compile.arena, n->text);
	}
}

/* The page that nonoc explain reads, where the editor can open it. */
static void
put_explanation(struct lsp_check *k, const struct diag *d, cJSON *o)
{
	struct arena *a = &k->compile.arena;
	const char *data = k->lsp->options->store.data;
	char *page =
	    realpath(arena_printf(a, "%s/docs/errors.md", data).s, NULL);
	struct text uri;

	if (page == NULL)
		return;
	uri = lsp_uri_of(a, text_of(page));
	json_put_string(json_put_object(o, "codeDescription"), "href",
	    arena_printf(
		a, "%s#n%04u-%s", uri.s, (unsigned)d->code, diag_slug(d->code))
		.s);
	free(page);
}

/* What an editor may show as struck out, or grey. */
static void
put_tags(const struct diag *d, cJSON *o)
{
	enum { UNNECESSARY = 1, DEPRECATED = 2 };
	int tag = 0;

	if (d->code == DIAG_LEGACY_KEY)
		tag = DEPRECATED;
	else if (d->code == DIAG_BLANK_ENTRY)
		tag = UNNECESSARY;
	if (tag != 0)
		json_push(json_put_array(o, "tags"), cJSON_CreateNumber(tag));
}

static cJSON *
diagnostic(struct lsp_check *k, const struct diag *d)
{
	enum { LSP_ERROR = 1, LSP_WARNING = 2 };
	struct text message = diag_safe(&k->compile.arena, d->text);
	cJSON *o = json_object();

	json_put(o, "range", lsp_check_range(k, d->at));
	json_put_number(o, "severity",
	    diag_severity(d->code) == SEVERITY_ERROR ? LSP_ERROR : LSP_WARNING);
	json_put_string(o, "code",
	    arena_printf(&k->compile.arena, "N%04u", (unsigned)d->code).s);
	put_explanation(k, d, o);
	json_put_string(o, "source", "nonoc");
	put_notes(k, d, o, &message);
	for (const struct diag_line *h = d->helps; h != NULL; h = h->next)
		add_line(k, &message, "help", h->text);
	json_put_string(o, "message", message.s);
	put_tags(d, o);
	return o;
}

static void
add(struct board *b, const char *uri, cJSON *item, unsigned target)
{
	char *printed = cJSON_PrintUnformatted(item);

	if (printed == NULL)
		diag_out_of_memory();
	for (uint32_t i = 0; i < b->entries.n; i++) {
		struct entry *e = &b->entries.v[i];

		if (strcmp(e->uri, uri) != 0 ||
		    strcmp(e->printed, printed) != 0)
			continue;
		e->targets |= 1u << target;
		cJSON_free(printed);
		cJSON_Delete(item);
		return;
	}
	*VEC_PUSH(&b->arena, &b->entries) = (struct entry){
	    .uri = uri,
	    .item = item,
	    .printed = printed,
	    .targets = 1u << target,
	};
}

static void
check_one(struct board *b, const struct lsp_document *doc, unsigned target)
{
	struct lsp_check k;
	struct diags *d = &k.compile.diags;

	lsp_check(b->l, doc, &b->l->targets[target], &k);
	diags_sort(d);
	for (uint32_t i = 0; i < d->list.n; i++) {
		const struct span at = d->list.v[i]->at;
		struct text uri = lsp_check_placed(&k, at)
				      ? lsp_check_uri(&k, at.source)
				      : doc->uri;

		add(b, arena_text(&b->arena, uri).s,
		    diagnostic(&k, d->list.v[i]), target);
	}
	lsp_check_release(&k);
}

/* Where it was found, if that is not everywhere. */
static void
say_targets(struct board *b, const struct entry *e)
{
	static const char *const names[] = {
	    [PLATFORM_LINUX] = "Linux", [PLATFORM_MACOS] = "macOS"};
	const struct lsp *l = b->l;
	const char *message = lsp_string(e->item, "message");
	struct text t = TEXT("");
	cJSON *said;

	if (e->targets == (1u << l->ntargets) - 1)
		return;
	for (uint32_t i = 0; i < l->ntargets; i++)
		if ((e->targets >> i & 1) != 0)
			t = arena_printf(&b->arena, "%s%s%s", t.s,
			    t.len == 0 ? "" : ", ",
			    names[l->targets[i].platform]);
	said = json_string(
	    arena_printf(&b->arena, "%s\nnote: for %s only", message, t.s).s);
	if (!cJSON_ReplaceItemInObjectCaseSensitive(e->item, "message", said))
		diag_out_of_memory();
}

/* The list of a file, taken off the board. */
static cJSON *
list_of(struct board *b, const char *uri)
{
	cJSON *list = json_array();

	for (uint32_t i = 0; i < b->entries.n; i++) {
		struct entry *e = &b->entries.v[i];

		if (e->item == NULL || strcmp(e->uri, uri) != 0)
			continue;
		say_targets(b, e);
		json_push(list, e->item);
		e->item = NULL;
	}
	return list;
}

/* Sends the list of a file if it is new; keeps what was sent. */
static void
send(struct board *b, const char *uri, const struct lsp_document *doc)
{
	struct lsp *l = b->l;
	cJSON *list = list_of(b, uri);
	char *printed = cJSON_PrintUnformatted(list);
	const char *was = lsp_string(l->published, uri);
	cJSON *params;

	if (printed == NULL)
		diag_out_of_memory();
	if ((doc != NULL && doc->fresh) ||
	    strcmp(was == NULL ? "[]" : was, printed) != 0) {
		params = json_object();
		json_put_string(params, "uri", uri);
		if (doc != NULL)
			json_put_number(params, "version", doc->version);
		json_put(params, "diagnostics", list);
		lsp_notify(l, "textDocument/publishDiagnostics", params);
		cJSON_DeleteItemFromObjectCaseSensitive(l->published, uri);
		if (strcmp(printed, "[]") != 0)
			json_put_string(l->published, uri, printed);
	} else {
		cJSON_Delete(list);
	}
	cJSON_free(printed);
}

/* Of each file that is open, then of others, then of those all is well with. */
static void
send_all(struct board *b)
{
	struct lsp *l = b->l;
	const cJSON *was;
	struct VEC(const char *) clean = {0};

	for (uint32_t i = 0; i < l->documents.n; i++) {
		struct lsp_document *doc = l->documents.v[i];

		if (!doc->open || doc->kind == LSP_OTHER)
			continue;
		send(b, doc->uri.s, doc);
		doc->fresh = false;
	}
	cJSON_ArrayForEach(was, l->published) * VEC_PUSH(&b->arena, &clean) =
	    arena_text(&b->arena, text_of(was->string)).s;
	for (uint32_t i = 0; i < b->entries.n; i++)
		if (b->entries.v[i].item != NULL)
			send(b, b->entries.v[i].uri, NULL);
	for (uint32_t i = 0; i < clean.n; i++) {
		bool found = false;

		for (uint32_t k = 0; k < b->entries.n && !found; k++)
			found = strcmp(b->entries.v[k].uri, clean.v[i]) == 0;
		if (!found)
			send(b, clean.v[i], NULL);
	}
}

void
lsp_publish(struct lsp *l)
{
	struct board b = {.l = l};

	l->stale = false;
	for (uint32_t i = 0; i < l->documents.n; i++)
		for (uint32_t t = 0; t < l->ntargets; t++)
			if (l->documents.v[i]->open &&
			    l->documents.v[i]->kind != LSP_OTHER)
				check_one(&b, l->documents.v[i], t);
	send_all(&b);
	for (uint32_t i = 0; i < b.entries.n; i++)
		cJSON_free(b.entries.v[i].printed);
	arena_release(&b.arena);
}
