#include <config.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compiler/base/json_print.h"
#include "compiler/lsp/lsp.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/*
 * A conversation: each step is a byte that says what, two of a place, one of a
 * length, and text.  Whatever is said, it ends, and nothing is left behind.
 */
struct talk {
	const uint8_t *at, *end;
	int fd; /* what is said, from its beginning */
};

static void
must(bool fact)
{
	if (!fact)
		abort();
}

static void
say(struct talk *t, const char *method, cJSON *params, int id)
{
	cJSON *o = json_object();
	char *text;

	if (id >= 0)
		json_put_number(o, "id", id);
	json_put_string(o, "method", method);
	json_put(o, "params", params);
	text = cJSON_PrintUnformatted(o);
	must(text != NULL && frame_write(t->fd, text, strlen(text)));
	cJSON_free(text);
	cJSON_Delete(o);
}

static cJSON *
position(uint8_t line, uint8_t character)
{
	cJSON *o = json_object();

	json_put_number(o, "line", line);
	json_put_number(o, "character", character);
	return o;
}

static cJSON *
of_document(unsigned which, const char *text)
{
	static const char *const names[] = {"file:///nowhere/a.json",
	    "file:///nowhere/b.yaml", "file:///nowhere/groups/c.json",
	    "file:///nowhere/d.assert"};
	cJSON *params = json_object(),
	      *doc = json_put_object(params, "textDocument");

	json_put_string(doc, "uri", names[which % 4]);
	if (text != NULL)
		json_put_string(doc, "text", text);
	return params;
}

static void
step(struct talk *t, int id)
{
	static const char *const methods[] = {"textDocument/hover",
	    "textDocument/completion", "textDocument/definition",
	    "textDocument/codeLens", "textDocument/codeAction"};
	const uint8_t what = t->at[0], line = t->at[1], column = t->at[2];
	size_t n = t->at[3];
	cJSON *params, *change, *range;
	char text[256] = "";

	t->at += 4;
	if (n > (size_t)(t->end - t->at))
		n = (size_t)(t->end - t->at);
	memcpy(text, t->at, n);
	t->at += n;
	switch (what / 4 % 8) {
	case 0: /* as it is: no frame, or a frame of its own making */
		must(write(t->fd, text, n) == (ssize_t)n);
		break;
	case 1:
		say(t, "textDocument/didOpen", of_document(what, text), -1);
		break;
	case 2:
		params = of_document(what, NULL);
		change =
		    json_push_object(json_put_array(params, "contentChanges"));
		range = json_put_object(change, "range");
		json_put(range, "start", position(line, column));
		json_put(range, "end",
		    position((uint8_t)(line + (column & 1)), column));
		json_put_string(change, "text", text);
		say(t, "textDocument/didChange", params, -1);
		break;
	default:
		params = of_document(what, NULL);
		json_put(params, "position", position(line, column));
		range = json_put_object(params, "range");
		json_put(range, "start", position(0, 0));
		json_put(range, "end", position(line, column));
		say(t, methods[what / 4 % 8 - 3], params, id);
		break;
	}
}

static bool
find_document(void *context, const char *path, struct text *ret_text)
{
	const struct lsp_document *doc = lsp_document_at(context, path);

	if (doc != NULL)
		*ret_text = doc->text;
	return doc != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static const struct target targets[] = {
	    {.platform = PLATFORM_LINUX}, {.platform = PLATFORM_MACOS}};
	static const char hello[] =
	    "{\"id\":0,\"method\":\"initialize\",\"params\":{}}";
	struct talk t = {bytes, bytes + n, memfd_create("talk", MFD_CLOEXEC)};
	struct compile options;
	struct lsp l = {.options = &options,
	    .targets = targets,
	    .ntargets = 2,
	    .in = {.fd = t.fd}};
	const char *data = getenv("DATA");

	must(t.fd >= 0);
	compile_init(&options);
	options.store.data = data == NULL ? "." : data;
	l.overlay = (struct source_overlay){&l, find_document};
	l.out = open("/dev/null", O_WRONLY | O_CLOEXEC);
	must(frame_write(t.fd, hello, sizeof(hello) - 1));
	for (int id = 1; t.end - t.at >= 4; id++)
		step(&t, id);
	must(lseek(t.fd, 0, SEEK_SET) == 0);
	must(lsp_serve(&l) == 1); /* nobody took his leave */
	must(l.in.v == NULL && options.diags.list.n == 0);
	compile_finish(&options);
	(void)close(t.fd);
	(void)close(l.out);
	return 0;
}
