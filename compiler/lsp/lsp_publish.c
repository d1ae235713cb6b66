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

/* One check, and the lines of its sources as far as they are asked for. */
struct page {
	struct board *board;
	const struct lsp_document *doc;
	const struct lsp_check *check;
	struct lsp_lines *lines; /* [source]; n is 0: not made yet */
	struct arena arena;
};

static cJSON *
position(struct lsp_position p)
{
	cJSON *o = json_object();

	json_put_number(o, "line", p.line);
	json_put_number(o, "character", p.character);
	return o;
}

cJSON *
lsp_range(const struct lsp_lines *lines, uint32_t begin, uint32_t end)
{
	cJSON *o = json_object();

	json_put(o, "start", position(lsp_position_of(lines, begin)));
	json_put(o, "end", position(lsp_position_of(lines, end)));
	return o;
}

struct text
lsp_source_uri(const struct lsp *l, struct arena *a, const struct sources *s,
    uint32_t source)
{
	const struct text path = source_get(s, source)->path;
	const struct lsp_document *doc = lsp_document_at(l, path.s);
	char *absolute = NULL;
	struct text uri;

	if (doc != NULL)
		return doc->uri;
	if (path.len > 0 && path.s[0] != '/')
		absolute = realpath(path.s, NULL);
	uri = lsp_uri_of(a, absolute == NULL ? path : text_of(absolute));
	free(absolute);
	return uri;
}

/* Has the span a place in something that somebody wrote? */
static bool
placed(const struct page *p, struct span at)
{
	return at.source != 0 && at.source != p->check->stand_in &&
	       at.source < p->check->compile.sources.files.n;
}

static cJSON *
range_of(struct page *p, struct span at)
{
	struct lsp_lines *lines = &p->lines[at.source];

	if (lines->n == 0)
		*lines = lsp_lines_of(&p->arena,
		    source_get(&p->check->compile.sources, at.source)->text,
		    p->board->l->encoding);
	return lsp_range(lines, at.begin, at.end);
}

static const char *
uri_of(struct page *p, struct span at)
{
	if (!placed(p, at))
		return arena_text(&p->board->arena, p->doc->uri).s;
	return arena_text(
	    &p->board->arena, lsp_source_uri(p->board->l, &p->arena,
				  &p->check->compile.sources, at.source))
	    .s;
}

static void
add_line(
    struct page *p, struct text *message, const char *label, struct text line)
{
	line = diag_safe(&p->arena, line);
	*message = arena_printf(&p->arena, "%.*s\n%s: %.*s", (int)message->len,
	    message->s, label, (int)line.len, line.s);
}

/* The notes that have a place, and into the message those that have none. */
static void
put_notes(struct page *p, const struct diag *d, cJSON *o, struct text *message)
{
	cJSON *related = NULL, *one, *location;

	for (const struct diag_line *n = d->notes; n != NULL; n = n->next) {
		if (!placed(p, n->at)) {
			add_line(p, message, "note", n->text);
			continue;
		}
		if (related == NULL)
			related = json_put_array(o, "relatedInformation");
		one = json_push_object(related);
		location = json_put_object(one, "location");
		json_put_string(location, "uri", uri_of(p, n->at));
		json_put(location, "range", range_of(p, n->at));
		json_put_text(one, "message", &p->arena, n->text);
	}
}

/* The page that nonoc explain reads, where the editor can open it. */
static void
put_explanation(struct page *p, const struct diag *d, cJSON *o)
{
	struct arena *a = &p->arena;
	const char *data = p->board->l->options->store.data;
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
diagnostic(struct page *p, const struct diag *d)
{
	enum { LSP_ERROR = 1, LSP_WARNING = 2 };
	struct text message = diag_safe(&p->arena, d->text);
	cJSON *o = json_object();

	if (placed(p, d->at))
		json_put(o, "range", range_of(p, d->at));
	else
		json_put(o, "range",
		    lsp_range(
			&(struct lsp_lines){.begin = &(uint32_t){0}, .n = 1}, 0,
			0));
	json_put_number(o, "severity",
	    diag_severity(d->code) == SEVERITY_ERROR ? LSP_ERROR : LSP_WARNING);
	json_put_string(
	    o, "code", arena_printf(&p->arena, "N%04u", (unsigned)d->code).s);
	put_explanation(p, d, o);
	json_put_string(o, "source", "nonoc");
	put_notes(p, d, o, &message);
	for (const struct diag_line *h = d->helps; h != NULL; h = h->next)
		add_line(p, &message, "help", h->text);
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
	struct lsp_check check;
	struct page p = {.board = b, .doc = doc, .check = &check};
	struct diags *d = &check.compile.diags;

	lsp_check(b->l, doc, &b->l->targets[target], &check);
	p.lines = ARENA_ARRAY(
	    &p.arena, check.compile.sources.files.n, struct lsp_lines);
	diags_sort(d);
	for (uint32_t i = 0; i < d->list.n; i++)
		add(b, uri_of(&p, d->list.v[i]->at),
		    diagnostic(&p, d->list.v[i]), target);
	arena_release(&p.arena);
	lsp_check_release(&check);
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
