#include <config.h>

#include <stdlib.h>

#include "compiler/base/json_print.h"
#include "compiler/base/utf8.h"
#include "compiler/lsp/lsp.h"
#include "tests/tap.h"
#include "tests/unit/random.h"

/*
 * A document after many edits is the text that an editor has, whatever its
 * characters and line ends are.  The editor here keeps code points and counts
 * lines and units as the protocol says, not as nonoc does: by walking.
 */
enum { ROOM = 400, EDITS = 4000 };

struct editor {
	uint32_t code[ROOM]; /* its text */
	uint32_t n;
	enum lsp_encoding encoding;
};

static const uint32_t letters[] = {
    'a', '{', '"', '\n', '\r', ' ', 0xe4, 0x2192, 0xfeff, 0x1f600, 0x10ffff};

static uint32_t
units(const struct editor *e, uint32_t code)
{
	char bytes[4];

	if (e->encoding == LSP_UTF8)
		return utf8_encode(code, bytes);
	return code >= 0x10000 ? 2 : 1;
}

/* Line and character of the i-th code point, as an editor counts them. */
static struct lsp_position
position(const struct editor *e, uint32_t i)
{
	struct lsp_position p = {0};

	for (uint32_t k = 0; k < i; k++) {
		const bool crlf = e->code[k] == '\r' && k + 1 < e->n &&
				  e->code[k + 1] == '\n';

		if (e->code[k] == '\n' || (e->code[k] == '\r' && !crlf))
			p = (struct lsp_position){.line = p.line + 1};
		else if (!crlf)
			p.character += units(e, e->code[k]);
	}
	return p;
}

static char *
text_of_codes(const uint32_t *code, uint32_t n)
{
	char *text = calloc(1, (size_t)n * 4 + 1), *to = text;

	for (uint32_t i = 0; i < n; i++)
		to += utf8_encode(code[i], to);
	return text;
}

static cJSON *
json_position(struct lsp_position p)
{
	cJSON *o = json_object();

	json_put_number(o, "line", p.line);
	json_put_number(o, "character", p.character);
	return o;
}

static cJSON *
parameters(cJSON **ret_document)
{
	cJSON *o = json_object();

	*ret_document = json_put_object(o, "textDocument");
	json_put_string(*ret_document, "uri", "file:///a.json");
	return o;
}

/* Between \r and \n nobody can point. */
static uint32_t
place(const struct editor *e, uint32_t *seed)
{
	uint32_t i = random_below(seed, e->n + 1);

	if (i > 0 && i < e->n && e->code[i - 1] == '\r' && e->code[i] == '\n')
		i--;
	return i;
}

/* One edit, in the editor and to nonoc. */
static void
edit(struct editor *e, struct lsp *l, uint32_t *seed)
{
	uint32_t a = place(e, seed), b = place(e, seed);
	uint32_t begin = a < b ? a : b, end = a < b ? b : a;
	uint32_t new[8], n = random_below(seed, 8);
	cJSON *document, *params = parameters(&document);
	cJSON *change =
	    json_push_object(json_put_array(params, "contentChanges"));
	cJSON *range = json_put_object(change, "range");
	char *text;

	if (end - begin > 20)
		end = begin;
	if (e->n - (end - begin) + n > ROOM)
		n = 0;
	for (uint32_t i = 0; i < n; i++)
		new[i] = letters[random_below(
		    seed, sizeof(letters) / sizeof(*letters))];
	json_put(range, "start", json_position(position(e, begin)));
	json_put(range, "end", json_position(position(e, end)));
	text = text_of_codes(new, n);
	json_put_string(change, "text", text);
	free(text);
	lsp_did_change(l, params);
	cJSON_Delete(params);
	memmove(e->code + begin + n, e->code + end,
	    (e->n - end) * sizeof(*e->code));
	memcpy(e->code + begin, new, n * sizeof(*new));
	e->n = e->n - (end - begin) + n;
}

/* Every place of the text leads to where it came from. */
static bool
places_agree(const struct editor *e, const struct lsp_document *doc)
{
	struct arena a = {0};
	struct lsp_lines lines = lsp_lines_of(&a, doc->text, e->encoding);
	uint32_t offset = 0;
	bool good = true;
	char bytes[4];

	for (uint32_t i = 0; i <= e->n && good; i++) {
		struct lsp_position want = position(e, i);
		struct lsp_position got = lsp_position_of(&lines, offset);
		const bool inside = i > 0 && i < e->n &&
				    e->code[i - 1] == '\r' &&
				    e->code[i] == '\n';

		good = got.line == want.line &&
		       got.character == want.character &&
		       (inside || lsp_offset_of(&lines, want) == offset);
		if (i < e->n)
			offset += utf8_encode(e->code[i], bytes);
	}
	arena_release(&a);
	return good;
}

static void
converse(enum lsp_encoding encoding, uint32_t seed)
{
	struct editor e = {.encoding = encoding};
	struct lsp l = {.encoding = encoding};
	cJSON *document, *params = parameters(&document);
	const struct lsp_document *doc;
	uint32_t wrong = 0, lost = 0;

	json_put_string(document, "text", "");
	lsp_did_open(&l, params);
	doc = lsp_document_of(&l, params);
	for (uint32_t i = 0; i < EDITS; i++) {
		char *want;

		edit(&e, &l, &seed);
		want = text_of_codes(e.code, e.n);
		wrong += !text_is(doc->text, want);
		free(want);
		if (i % 20 == 0)
			lost += !places_agree(&e, doc);
	}
	IS_INT(wrong, 0);
	IS_INT(lost, 0);
	OK(doc->arena.used < 64 << 10); /* of the last text, and no other */
	cJSON_Delete(params);
	lsp_documents_release(&l);
}

/* What an editor may have wrong: it is taken to the nearest place. */
static void
outside(void)
{
	struct arena a = {0};
	struct lsp_lines l =
	    lsp_lines_of(&a, TEXT("a\xf0\x9f\x98\x80\r\nb"), LSP_UTF16);

	IS_INT(l.n, 2);
	IS_INT(lsp_offset_of(&l, (struct lsp_position){0, 2}), 1);
	IS_INT(lsp_offset_of(&l, (struct lsp_position){0, 3}), 5);
	IS_INT(lsp_offset_of(&l, (struct lsp_position){0, 99}), 5);
	IS_INT(lsp_offset_of(&l, (struct lsp_position){1, 99}), 8);
	IS_INT(lsp_offset_of(&l, (struct lsp_position){9, 0}), 8);
	IS_INT(lsp_position_of(&l, 3).character, 1);
	IS_INT(lsp_position_of(&l, 99).character, 1);
	l = lsp_lines_of(&a, TEXT("\xff\xc3"), LSP_UTF16);
	IS_INT(lsp_position_of(&l, 2).character, 2);
	arena_release(&a);
}

static void
uris(void)
{
	static const struct {
		const char *uri, *path; /* NULL: none of this machine */
	} rows[] = {
	    {"file:///a/b.json", "/a/b.json"},
	    {"FILE://localhost/a", "/a"},
	    {"file:///a%20b%2fc%C3%A4?x#y", "/a b/c\xc3\xa4"},
	    {"file://host/a", NULL},
	    {"file:a", NULL},
	    {"file:///a%", NULL},
	    {"file:///a%2", NULL},
	    {"file:///a%0g", NULL},
	    {"file:///a%00", NULL},
	    {"untitled:a", NULL},
	    {"", NULL},
	};
	struct arena a = {0};
	struct text path;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const bool is = lsp_uri_path(&a, rows[i].uri, &path);

		IS_INT(is, rows[i].path != NULL);
		if (is && rows[i].path != NULL)
			OK(text_is(path, rows[i].path));
	}
	OK(text_is(lsp_uri_of(&a, TEXT("/a b/\xc3\xa4%~-_.")),
	    "file:///a%20b/%C3%A4%25~-_."));
	arena_release(&a);
}

/*
 * A message that is too long is passed over, whatever is in it, and not kept;
 * so is what stands between messages.
 */
static void
frames(void)
{
	static const char message[] = "Content-Length: 2\r\n\r\n";
	struct frame_input in = {0};
	FILE *file = tmpfile();
	const char *fault;
	struct frame f;

	fprintf(file, "Content-Length: %d\r\n\r\n", FRAME_MAX + 1);
	for (uint32_t i = 0; i <= FRAME_MAX; i++)
		putc(i < 4 << 20 ? message[i % (sizeof(message) - 1)] : ' ',
		    file);
	fprintf(file, "%s{}%s[]", message, message);
	rewind(file);
	in.fd = fileno(file);
	OK(frame_next(&in, &f, &fault) == FRAME_BROKEN);
	IS_STR(fault, "a message of more than 64 MiB");
	OK(frame_next(&in, &f, &fault) == FRAME_MESSAGE);
	OK(f.len == 2 && memcmp(f.s, "{}", 2) == 0);
	OK(in.cap < 1 << 20);
	OK(frame_waiting(&in));
	OK(frame_next(&in, &f, &fault) == FRAME_MESSAGE);
	OK(f.len == 2 && memcmp(f.s, "[]", 2) == 0);
	OK(frame_next(&in, &f, &fault) == FRAME_END);
	frame_release(&in);
	fclose(file);
}

int
main(void)
{
	frames();
	converse(LSP_UTF16, 1);
	converse(LSP_UTF8, 2);
	outside();
	uris();
	return tap_end();
}
