#include <config.h>

#include "compiler/base/diag.h"

#include <stdlib.h>

#include "compiler/base/diag_record.h"
#include "tests/tap.h"

struct fixture {
	struct arena arena;
	struct sources sources;
	struct diags diags;
};

static void
begin(struct fixture *f, const char *name, struct text text)
{
	uint32_t source;

	*f = (struct fixture){0};
	f->diags.arena = &f->arena;
	f->diags.sources = &f->sources;
	OK(source_from_text(
	    &f->sources, &f->arena, &f->diags, name, text, &source));
}

static void
prints(struct fixture *f, const char *want)
{
	char *got;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	diags_print(&f->diags, out, false);
	(void)fclose(out);
	IS_STR(got, want);
	free(got);
	arena_release(&f->arena);
}

static void
test_layout(void)
{
	struct fixture f;

	begin(&f, "a.json", TEXT("{\n\t\"\xc3\xa9\": [1],\n}\n"));
	struct diag *d = diag_at(&f.diags, DIAG_UNKNOWN_KEY,
	    (struct span){1, 3, 7}, "unknown key \"%s\"", "\xc3\xa9");

	diag_note(&f.diags, d, (struct span){1, 9, 12}, "a list");
	diag_help(&f.diags, d, "did you mean \"e\"?");
	diag_note(&f.diags, d, (struct span){0}, "of the command line");
	prints(&f,
	    "a.json:2:2: error[N2001 unknown-key]: unknown key \"\xc3\xa9\"\n"
	    "    2 | \t\"\xc3\xa9\": [1],\n"
	    "      | \t^~~\n"
	    "a.json:2:7: note: a list\n"
	    "    2 | \t\"\xc3\xa9\": [1],\n"
	    "      | \t     ^~~\n"
	    "nonoc: note: of the command line\n"
	    "help: did you mean \"e\"?\n");
}

static void
test_order(void)
{
	struct fixture f;

	begin(&f, "a", TEXT("one\ntwo\n"));
	(void)diag_at(&f.diags, DIAG_LEGACY_KEY, (struct span){1, 4, 7}, "b");
	(void)diag_at(&f.diags, DIAG_SYNTAX, (struct span){1, 0, 3}, "a");
	(void)diag_at(&f.diags, DIAG_LEGACY_KEY, (struct span){1, 4, 7}, "b");
	(void)diag_at(&f.diags, DIAG_EMPTY, (struct span){1, 0, 0}, "whole");
	(void)diag_at(&f.diags, DIAG_CANNOT_READ, (struct span){0}, "none");
	prints(&f, "nonoc: error[N1001 cannot-read]: none\n"
		   "a: error[N1012 empty-file]: whole\n"
		   "a:1:1: error[N1005 syntax-error]: a\n"
		   "    1 | one\n      | ^~~\n"
		   "a:2:1: warning[N2007 legacy-key]: b\n"
		   "    2 | two\n      | ^~~\n"
		   "3 errors, 1 warning\n");
}

static void
test_edges(void)
{
	struct fixture f;

	/* The end of the file, of a line, and a span over two lines. */
	begin(&f, "a", TEXT("one\ntwo"));
	(void)diag_at(&f.diags, DIAG_SYNTAX, (struct span){1, 7, 7}, "c");
	(void)diag_at(&f.diags, DIAG_SYNTAX, (struct span){1, 3, 3}, "b");
	(void)diag_at(&f.diags, DIAG_SYNTAX, (struct span){1, 1, 6}, "a");
	prints(&f, "a:1:2: error[N1005 syntax-error]: a\n"
		   "    1 | one\n      |  ^~\n"
		   "a:1:4: error[N1005 syntax-error]: b\n"
		   "    1 | one\n      |    ^\n"
		   "a:2:4: error[N1005 syntax-error]: c\n"
		   "    2 | two\n      |    ^\n"
		   "3 errors\n");
}

static void
test_safety(void)
{
	struct fixture f;

	begin(&f, "a\033[2J", TEXT("\033]0;x\a \xe2\x80\xae!\n"));
	(void)diag_at(&f.diags, DIAG_SYNTAX, (struct span){1, 10, 11}, "%s",
	    "line\nbreak \x7f \xc2\x9b \xff \xe2\x80\x8b");
	prints(&f, "a\\x1b[2J:1:9: error[N1005 syntax-error]: "
		   "line\\x0abreak \\x7f \\u{9b} \\xff \\u{200b}\n"
		   "    1 | \\x1b]0;x\\x07 \\u{202e}!\n"
		   "      |                      ^\n");

	struct arena a = {0};

	OK(text_is(
	    diag_safe(&a, TEXT("ok \xe6\x97\xa5\t")), "ok \xe6\x97\xa5\\x09"));
	OK(text_is(diag_safe(&a, TEXT("\xed\xa0\x80\xf0\x9f")),
	    "\\xed\\xa0\\x80\\xf0\\x9f"));
	OK(text_is(
	    diag_safe(&a, TEXT("\xe2\x81\xa9\xd8\x9c")), "\\u{2069}\\u{61c}"));
	arena_release(&a);
}

/* Every byte, in the name, the message and the excerpt: nothing gets out. */
static void
test_all_bytes(void)
{
	for (unsigned c = 1; c < 256; c++) {
		struct fixture f = {0};
		uint32_t source;
		char raw[4] = {'x', (char)c, 'y', '\0'};
		char *got;
		size_t len;
		bool clean = true;
		FILE *out = open_memstream(&got, &len);

		f.diags.arena = &f.arena;
		f.diags.sources = &f.sources;
		(void)source_from_text(
		    &f.sources, &f.arena, &f.diags, raw, text_of(raw), &source);
		(void)diag_at(
		    &f.diags, DIAG_SYNTAX, (struct span){1, 0, 3}, "%s", raw);
		diags_print(&f.diags, out, false);
		(void)fclose(out);
		for (size_t i = 0; i < len; i++) {
			unsigned char b = (unsigned char)got[i];

			clean = clean && (b == '\n' || b == '\t' ||
					     (b >= 0x20 && b < 0x7f));
		}
		if (!clean)
			IS_INT(c, -1);
		free(got);
		arena_release(&f.arena);
	}
	OK(true);
}

static void
test_long_lines(void)
{
	struct fixture f;
	static char line[1000], want[2000];
	int n = 0;

	memset(line, 'x', sizeof(line));
	begin(&f, "a", (struct text){line, sizeof(line)});
	(void)diag_at(&f.diags, DIAG_SYNTAX, (struct span){1, 500, 502}, "a");
	n += sprintf(want + n, "a:1:501: error[N1005 syntax-error]: a\n"
			       "    1 | ...");
	for (int i = 0; i < 100; i++)
		want[n++] = 'x';
	n += sprintf(want + n, "...\n      | %63s^~\n", "");
	prints(&f, want);
}

static void
test_many(void)
{
	struct fixture f;
	char *got, *end;
	size_t len;
	FILE *out = open_memstream(&got, &len);

	begin(&f, "a", TEXT("x"));
	for (int i = 0; i < 5000; i++) {
		struct diag *d = diag_at(&f.diags, DIAG_SYNTAX,
		    (struct span){1, 0, 1}, "number %04d", i);

		diag_note(&f.diags, d, (struct span){0}, "x");
		diag_help(&f.diags, d, "x");
	}
	IS_INT(f.diags.errors, 5000);
	OK(f.diags.list.n < 5000);
	diags_print(&f.diags, out, false);
	(void)fclose(out);
	end = strrchr(got, '\n');
	*end = '\0';
	IS_STR(strrchr(got, '\n') + 1,
	    "5000 errors; only the first 20 errors are shown");
	OK(strstr(got, "number 0019") != NULL);
	OK(strstr(got, "number 0020") == NULL);
	IS_INT(f.diags.list.n, 0);
	IS_INT(f.diags.errors, 5000);
	free(got);
	arena_release(&f.arena);
}

static void
test_nearest(void)
{
	static const char *const names[] = {
	    "allow", "deny", "read", "write", "filesystem", "allow_file", "x"};
	uint32_t n = (uint32_t)ARRAY_LEN(names);

	IS_STR(diag_nearest(TEXT("alow"), names, n), "allow");
	IS_STR(diag_nearest(TEXT("dney"), names, n), "deny");
	IS_STR(diag_nearest(TEXT("Read"), names, n), "read");
	IS_STR(diag_nearest(TEXT("fielsytem"), names, n), "filesystem");
	IS_STR(diag_nearest(TEXT("allow-file"), names, n), "allow_file");
	OK(diag_nearest(TEXT("xy"), names, n) == NULL);
	OK(diag_nearest(TEXT(""), names, n) == NULL);
	OK(diag_nearest(TEXT("network"), names, n) == NULL);
	OK(diag_nearest(TEXT("reda"), names, 0) == NULL);
	IS_STR(diag_slug(1004), "encoding");
	OK(diag_slug(1) == NULL);
}

int
main(void)
{
	test_layout();
	test_order();
	test_edges();
	test_safety();
	test_all_bytes();
	test_long_lines();
	test_many();
	test_nearest();
	return tap_end();
}
