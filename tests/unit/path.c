#include <config.h>

#include "compiler/decode/path.h"
#include "compiler/read/read.h"
#include "grammar/path_scan.h"
#include "tests/tap.h"

/* One compilation, with a JSON text of a single string as its only source. */
struct bench {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	const struct node *node;
};

static bool
begin(struct bench *b, const char *json)
{
	uint32_t source;

	*b = (struct bench){
	    .diags = {.arena = &b->arena, .sources = &b->sources}};
	VEC_PUSH(&b->arena, &b->sources.files);
	return source_from_text(&b->sources, &b->arena, &b->diags, "t.json",
		   text_of(json), &source) &&
	       read_json(&b->arena, &b->diags, &b->sources, source, &b->node);
}

/* The pieces as "[HOME]/x", or "error AT" with the place of the error. */
static const char *
pieces(const char *json)
{
	static char out[256];
	struct bench b;
	struct template t;
	size_t n = 0;

	if (!begin(&b, json)) {
		snprintf(out, sizeof(out), "unread");
	} else if (!template_scan(&b.arena, &b.diags, b.node, &t)) {
		snprintf(out, sizeof(out), "errors %u", b.diags.errors);
	} else {
		out[0] = '\0';
		for (uint32_t i = 0; i < t.n; i++) {
			const struct piece *p = &t.pieces[i];

			n += (size_t)snprintf(out + n, sizeof(out) - n,
			    p->kind == PIECE_VARIABLE ? "[%.*s]" : "%.*s",
			    (int)p->text.len, p->text.s);
		}
	}
	arena_release(&b.arena);
	return out;
}

static void
templates(void)
{
	IS_STR(pieces("\"/usr/lib\""), "/usr/lib");
	IS_STR(pieces("\"~\""), "[HOME]");
	IS_STR(pieces("\"~/x\""), "[HOME]/x");
	IS_STR(pieces("\"$HOME/x\""), "[HOME]/x");
	IS_STR(pieces("\"${HOME}/x\""), "[HOME]/x");
	IS_STR(pieces("\"${HOME}x\""), "[HOME]x");
	IS_STR(pieces("\"$HOMEx\""), "[HOMEx]");
	IS_STR(pieces("\"$TMPDIR/a-$UID\""), "[TMPDIR]/a-[UID]");
	IS_STR(pieces("\"$A$B_1.c\""), "[A][B_1].c");
	IS_STR(pieces("\"/a/~/b~\""), "/a/~/b~");
	IS_STR(pieces("\"/a/*/[b]?{c}\""), "/a/*/[b]?{c}");
	IS_STR(pieces("\"rel\""), "rel");
	IS_STR(pieces("\"/\\u0024HOME\""), "/[HOME]");
	IS_STR(pieces("\"/caf\\u00e9/\xc3\xa9\""), "/caf\xc3\xa9/\xc3\xa9");
}

static void
refused(void)
{
	static const char *const bad[] = {"\"\"", "\"  \"", "\"~user\"",
	    "\"~user/x\"", "\"~$X\"", "\"/a$\"", "\"/a$/b\"", "\"$$\"",
	    "\"$1\"", "\"/${\"", "\"/${}\"", "\"/${A\"", "\"/${A-b}\"",
	    "\"/${1}\"", "\"/a\\tb\"", "\"/a\\u007f\"", "\"/a\\u0085\"",
	    "\"/a\\u202eb\"", "\"/a\\u061c\"", "\"/a\\u2066\"", "\"/a\\u200f\"",
	    "\"/a\\u2028\"", "\"/a\\ufeff\""};

	for (uint32_t i = 0; i < ARRAY_LEN(bad); i++)
		if (!IS_STR(pieces(bad[i]), "errors 1"))
			printf("# %s\n", bad[i]);
}

/* Spans point into the source, escapes and all. */
static void
spans(void)
{
	struct bench b;
	struct template t;

	OK(begin(&b, "  \"/\\u0024HOME/a${B}\""));
	OK(template_scan(&b.arena, &b.diags, b.node, &t));
	IS_INT(t.n, 4);
	IS_INT(t.at.begin, 2);
	IS_INT(t.pieces[1].at.begin, 4);
	IS_INT(t.pieces[1].at.end, 14);
	IS_INT(t.pieces[3].at.begin, 16);
	IS_INT(t.pieces[3].at.end, 20);
	arena_release(&b.arena);
}

static struct path
path(enum blob_root root, const char *suffix)
{
	return (struct path){root, text_of(suffix)};
}

static void
relations(void)
{
	struct path root = path(BLOB_ROOT_SLASH, "");
	struct path usr = path(BLOB_ROOT_SLASH, "usr");
	struct path lib = path(BLOB_ROOT_SLASH, "usr/lib");
	struct path home = path(BLOB_ROOT_HOME, "");
	struct path ssh = path(BLOB_ROOT_HOME, ".ssh");

	IS_INT(path_relate(usr, usr), PATH_EQUAL);
	IS_INT(path_relate(lib, usr), PATH_BELOW);
	IS_INT(path_relate(usr, lib), PATH_ABOVE);
	IS_INT(path_relate(usr, path(BLOB_ROOT_SLASH, "usrx")), PATH_UNRELATED);
	IS_INT(path_relate(usr, path(BLOB_ROOT_SLASH, "var")), PATH_UNRELATED);
	IS_INT(path_relate(usr, path(BLOB_ROOT_SLASH, "us")), PATH_UNRELATED);
	IS_INT(path_relate(root, usr), PATH_ABOVE);
	IS_INT(path_relate(usr, root), PATH_BELOW);
	IS_INT(path_relate(root, root), PATH_EQUAL);
	IS_INT(path_relate(root, home), PATH_ABOVE);
	IS_INT(path_relate(ssh, root), PATH_BELOW);
	IS_INT(path_relate(ssh, home), PATH_BELOW);
	IS_INT(path_relate(home, ssh), PATH_ABOVE);
	IS_INT(path_relate(usr, ssh), PATH_UNRELATED);
	IS_INT(path_relate(home, path(BLOB_ROOT_CWD, "")), PATH_UNRELATED);
}

static void
order(void)
{
	static const char *const ascending[] = {"", "a", "a/b", "a/b/c", "a/c",
	    "a\x01", "a ", "a!", "a-b", "a.", "a0", "aa", "b"};

	for (uint32_t i = 0; i < ARRAY_LEN(ascending); i++)
		for (uint32_t j = 0; j < ARRAY_LEN(ascending); j++) {
			int d = path_compare(path(BLOB_ROOT_HOME, ascending[i]),
			    path(BLOB_ROOT_HOME, ascending[j]));

			OK((d > 0) - (d < 0) == (i > j) - (i < j));
		}
	OK(path_compare(path(BLOB_ROOT_SLASH, "z"), path(BLOB_ROOT_HOME, "a")) <
	    0);
	OK(path_compare(path(BLOB_ROOT_CWD, ""), path(BLOB_ROOT_HOME, "z")) >
	    0);
	OK(path_compare(path(BLOB_ROOT_HOME, "\xc3\xa9"),
	       path(BLOB_ROOT_HOME, "z")) > 0);
}

static void
printing(void)
{
	struct arena a = {0};

	IS_STR(path_print(&a, path(BLOB_ROOT_SLASH, "")).s, "/");
	IS_STR(path_print(&a, path(BLOB_ROOT_SLASH, "usr/lib")).s, "/usr/lib");
	IS_STR(path_print(&a, path(BLOB_ROOT_CWD, "")).s, "$CWD");
	IS_STR(path_print(&a, path(BLOB_ROOT_HOME, ".ssh")).s, "$HOME/.ssh");
	IS_STR(path_print(&a, path(BLOB_ROOT_TMPDIR, "a-\x01/b")).s,
	    "$TMPDIR/a-$UID/b");
	IS_STR(path_print(&a, path(BLOB_ROOT_XDG_RUNTIME, "p")).s,
	    "$XDG_RUNTIME_DIR/p");
	arena_release(&a);
}

static void
forbidden(void)
{
	struct text bad;

	IS_INT(path_scan_forbidden(TEXT(""), &bad), PATH_CLEAN);
	IS_INT(path_scan_forbidden(TEXT("/a b\xc3\xa9\xf0\x9f\x98\x80"), &bad),
	    PATH_CLEAN);
	IS_INT(path_scan_forbidden(TEXT("a\nb"), &bad), PATH_CONTROL);
	IS_INT(path_scan_forbidden(TEXT("a\xc2\x9f"), &bad), PATH_CONTROL);
	IS_INT(bad.len, 2);
	IS_INT(path_scan_forbidden(TEXT("a\xe2\x80\xae-"), &bad), PATH_BIDI);
	IS_INT(bad.len, 3);
	IS_INT(path_scan_forbidden(TEXT("a\xff"), &bad), PATH_ENCODING);
	IS_INT(path_scan_forbidden(TEXT("a\xe2\x80"), &bad), PATH_ENCODING);
	IS_INT(path_scan_forbidden(TEXT("\xed\xa0\x80"), &bad), PATH_ENCODING);
	IS_INT(path_scan_forbidden(TEXT("\xc0\xaf"), &bad), PATH_ENCODING);
}

int
main(void)
{
	templates();
	refused();
	spans();
	relations();
	order();
	printing();
	forbidden();
	return tap_end();
}
