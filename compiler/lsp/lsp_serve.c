#include <config.h>

#include "compiler/lsp/lsp.h"

#include <errno.h>
#include <stdlib.h>

#include "compiler/base/json_print.h"
#include "compiler/base/status.h"
#include "compiler/lsp/lsp_answer.h"

/* The protocol's and JSON-RPC's numbers. */
enum lsp_error {
	PARSE_ERROR = -32700,
	INVALID_REQUEST = -32600,
	METHOD_NOT_FOUND = -32601,
	INVALID_PARAMS = -32602,
	NOT_INITIALIZED = -32002,
};

/* Takes the message over. */
static void
send(struct lsp *l, cJSON *message)
{
	char *text;

	json_put_string(message, "jsonrpc", "2.0");
	text = cJSON_PrintUnformatted(message);
	if (text == NULL)
		diag_out_of_memory();
	if (l->lost == 0 && !frame_write(l->out, text, strlen(text)))
		l->lost = errno;
	cJSON_free(text);
	cJSON_Delete(message);
}

void
lsp_notify(struct lsp *l, const char *method, cJSON *params)
{
	cJSON *o = json_object();

	json_put_string(o, "method", method);
	json_put(o, "params", params);
	send(l, o);
}

/* An answer to a request; one that has no id is answered to null. */
static cJSON *
answer(const cJSON *id)
{
	cJSON *o = json_object();
	cJSON *copy = id == NULL ? cJSON_CreateNull() : cJSON_Duplicate(id, 0);

	if (copy == NULL)
		diag_out_of_memory();
	json_put(o, "id", copy);
	return o;
}

static void
send_error(struct lsp *l, const cJSON *id, enum lsp_error code, const char *why)
{
	cJSON *o = answer(id), *error = json_put_object(o, "error");

	json_put_number(error, "code", code);
	json_put_string(error, "message", why);
	send(l, o);
}

static void
choose_encoding(struct lsp *l, const cJSON *params)
{
	const cJSON *general = cJSON_GetObjectItemCaseSensitive(
	    cJSON_GetObjectItemCaseSensitive(params, "capabilities"),
	    "general");
	const cJSON *one;

	cJSON_ArrayForEach(
	    one, cJSON_GetObjectItemCaseSensitive(general, "positionEncodings"))
	{
		const char *name = cJSON_GetStringValue(one);

		if (name != NULL && strcmp(name, "utf-8") == 0)
			l->encoding = LSP_UTF8;
	}
}

/* What begins a word that is worth a list at once. */
static void
put_triggers(cJSON *completion)
{
	cJSON *list = json_put_array(completion, "triggerCharacters");

	json_push(list, json_string("\""));
	json_push(list, json_string("$"));
}

/* Can it be asked to say when files change that are not open? */
static bool
can_watch(const cJSON *params)
{
	static const char *const way[] = {"capabilities", "workspace",
	    "didChangeWatchedFiles", "dynamicRegistration"};

	for (size_t i = 0; i < ARRAY_LEN(way); i++)
		params = cJSON_GetObjectItemCaseSensitive(params, way[i]);
	return cJSON_IsTrue(params);
}

/* Its answer says nothing that matters. */
static void
initialized(struct lsp *l, const cJSON *params)
{
	cJSON *o, *one, *watcher;

	(void)params;
	if (!l->watches)
		return;
	o = json_object();
	json_put_string(o, "id", "watch");
	json_put_string(o, "method", "client/registerCapability");
	one = json_push_object(
	    json_put_array(json_put_object(o, "params"), "registrations"));
	json_put_string(one, "id", "files");
	json_put_string(one, "method", "workspace/didChangeWatchedFiles");
	watcher = json_push_object(json_put_array(
	    json_put_object(one, "registerOptions"), "watchers"));
	json_put_string(
	    watcher, "globPattern", "**/*.{json,jsonc,yaml,yml,assert}");
	send(l, o);
}

static cJSON *
initialize(struct lsp *l, const cJSON *params)
{
	enum { INCREMENTAL = 2 };
	cJSON *result = json_object(), *can, *sync, *info;

	choose_encoding(l, params);
	l->watches = can_watch(params);
	l->state = LSP_RUNS;
	can = json_put_object(result, "capabilities");
	json_put_string(can, "positionEncoding",
	    l->encoding == LSP_UTF8 ? "utf-8" : "utf-16");
	sync = json_put_object(can, "textDocumentSync");
	json_put_bool(sync, "openClose", true);
	json_put_number(sync, "change", INCREMENTAL);
	json_put_bool(json_put_object(sync, "save"), "includeText", false);
	json_put_bool(can, "hoverProvider", true);
	json_put_bool(can, "definitionProvider", true);
	put_triggers(json_put_object(can, "completionProvider"));
	json_push(json_put_array(json_put_object(can, "codeActionProvider"),
		      "codeActionKinds"),
	    json_string("quickfix"));
	json_put_bool(
	    json_put_object(can, "codeLensProvider"), "resolveProvider", false);
	info = json_put_object(result, "serverInfo");
	json_put_string(info, "name", "nonoc");
	json_put_string(info, "version", PACKAGE_VERSION);
	return result;
}

static cJSON *
shut_down(struct lsp *l, const cJSON *params)
{
	(void)params;
	l->state = LSP_SHUT_DOWN;
	return cJSON_CreateNull();
}

/* Something that is read may be another: check again. */
static void
files_changed(struct lsp *l, const cJSON *params)
{
	(void)params;
	l->stale = true;
}

static const struct {
	const char *method;
	/* NULL: the parameters are not what they should be. */
	cJSON *(*answer)(struct lsp *l, const cJSON *params);
} requests[] = {
    {"initialize", initialize},
    {"shutdown", shut_down},
    {"textDocument/codeAction", lsp_actions},
    {"textDocument/codeLens", lsp_lenses},
    {"textDocument/completion", lsp_complete},
    {"textDocument/definition", lsp_definition},
    {"textDocument/hover", lsp_hover},
};

static const struct {
	const char *method;
	void (*take)(struct lsp *l, const cJSON *params);
} notifications[] = {
    {"initialized", initialized},
    {"textDocument/didOpen", lsp_did_open},
    {"textDocument/didChange", lsp_did_change},
    {"textDocument/didSave", lsp_did_save},
    {"textDocument/didClose", lsp_did_close},
    {"workspace/didChangeWatchedFiles", files_changed},
};

static void
take_request(
    struct lsp *l, const cJSON *id, const char *method, const cJSON *params)
{
	const bool first = strcmp(method, "initialize") == 0;
	cJSON *result, *o;

	if (l->state == LSP_BEGINS && !first) {
		send_error(l, id, NOT_INITIALIZED, "not initialized yet");
		return;
	}
	if (l->state == LSP_SHUT_DOWN || (l->state == LSP_RUNS && first)) {
		send_error(l, id, INVALID_REQUEST,
		    first ? "initialized already" : "shut down already");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(requests); i++) {
		if (strcmp(method, requests[i].method) != 0)
			continue;
		/* What is answered is the state that was published. */
		if (l->stale)
			lsp_publish(l);
		result = requests[i].answer(l, params);
		if (result == NULL) {
			send_error(l, id, INVALID_PARAMS,
			    "the parameters are not those of the method");
			return;
		}
		o = answer(id);
		json_put(o, "result", result);
		send(l, o);
		return;
	}
	send_error(l, id, METHOD_NOT_FOUND, "there is no such method");
}

/* Before initialize and after shutdown they have no effect. */
static void
take_notification(struct lsp *l, const char *method, const cJSON *params)
{
	for (size_t i = 0; i < ARRAY_LEN(notifications); i++)
		if (l->state == LSP_RUNS &&
		    strcmp(method, notifications[i].method) == 0)
			notifications[i].take(l, params);
}

/*
 * cJSON ends a string at \u0000.  In a document that would be its end, and the
 * rest not checked: U+0001 in its place is refused as NUL is.
 */
static char *
without_nul(struct frame f)
{
	char *s = malloc(f.len + 1);

	if (s == NULL)
		diag_out_of_memory();
	memcpy(s, f.s, f.len);
	s[f.len] = '\0';
	for (size_t i = 0; i + 6 <= f.len; i++) {
		if (s[i] != '\\')
			continue;
		if (memcmp(s + i, "\\u0000", 6) == 0)
			s[i + 5] = '1';
		i++;
	}
	return s;
}

/* One message; true when it was the last. */
static bool
take(struct lsp *l, struct frame f)
{
	char *text = without_nul(f);
	cJSON *message = cJSON_ParseWithLength(text, f.len);
	const cJSON *id, *params;
	const char *method;
	bool last = false;

	free(text);
	if (message == NULL) {
		send_error(l, NULL, PARSE_ERROR, "this is not JSON");
		return false;
	}
	id = cJSON_GetObjectItemCaseSensitive(message, "id");
	method = lsp_string(message, "method");
	params = cJSON_GetObjectItemCaseSensitive(message, "params");
	if (method == NULL) {
		/* An answer, to what was not asked; or nothing at all. */
		if (id == NULL || (!cJSON_HasObjectItem(message, "result") &&
				      !cJSON_HasObjectItem(message, "error")))
			send_error(l, NULL, INVALID_REQUEST,
			    "this is no request of JSON-RPC");
	} else if (id == NULL) {
		last = strcmp(method, "exit") == 0;
		if (!last)
			take_notification(l, method, params);
	} else if (cJSON_IsString(id) || cJSON_IsNumber(id)) {
		take_request(l, id, method, params);
	} else {
		send_error(
		    l, NULL, INVALID_REQUEST, "an id is a number or a string");
	}
	cJSON_Delete(message);
	return last;
}

static bool
take_next(struct lsp *l)
{
	struct frame f;
	const char *fault;

	switch (frame_next(&l->in, &f, &fault)) {
	case FRAME_MESSAGE:
		return !take(l, f);
	case FRAME_BROKEN:
		send_error(l, NULL, PARSE_ERROR, fault);
		return true;
	case FRAME_END:
		break;
	}
	return false;
}

int
lsp_serve(struct lsp *l)
{
	l->published = json_object();
	do {
		/* While more is coming in, what is now will soon be past. */
		if (l->stale && !frame_waiting(&l->in))
			lsp_publish(l);
	} while (l->lost == 0 && take_next(l));
	cJSON_Delete(l->published);
	frame_release(&l->in);
	lsp_documents_release(l);
	if (l->lost != 0)
		return EXIT_ENVIRONMENT;
	/* The protocol: 1 if the end was not announced. */
	return l->state == LSP_SHUT_DOWN ? EXIT_HOLDS : EXIT_DIFFERS;
}
