#include <config.h>

#include "compiler/base/source.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "compiler/base/diag_record.h"
#include "tests/tap.h"

struct fixture {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	uint32_t source;
};

static void
begin(struct fixture *f)
{
	*f = (struct fixture){0};
	f->diags.arena = &f->arena;
	f->diags.sources = &f->sources;
}

/* The code of the only diagnostic, 0 for none. */
static unsigned
code(const struct fixture *f)
{
	return f->diags.list.n == 1   ? f->diags.list.v[0]->code
	       : f->diags.list.n == 0 ? 0
				      : 9999;
}

static unsigned
code_of_text(struct text t)
{
	struct fixture f;

	begin(&f);

	bool ok =
	    source_from_text(&f.sources, &f.arena, &f.diags, "t", t, &f.source);
	unsigned result = code(&f);

	if (ok != (result == 0))
		result = 9998;
	arena_release(&f.arena);
	return result;
}

static unsigned
code_of_file(const char *path)
{
	struct fixture f;

	begin(&f);

	bool ok = source_read(
	    &f.sources, &f.arena, &f.diags, path, (struct span){0}, &f.source);
	unsigned result = code(&f);

	if (ok != (result == 0))
		result = 9998;
	arena_release(&f.arena);
	return result;
}

static void
test_encoding(void)
{
	IS_INT(code_of_text(TEXT("")), 0);
	IS_INT(code_of_text(TEXT("plain text, longer than eight")), 0);
	IS_INT(code_of_text(TEXT("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80")), 0);
	IS_INT(code_of_text(TEXT("\xf4\x8f\xbf\xbf")), 0);
	IS_INT(code_of_text(TEXT("\xf4\x90\x80\x80")), DIAG_ENCODING);
	IS_INT(code_of_text(TEXT("\xc0\x80")), DIAG_ENCODING);
	IS_INT(code_of_text(TEXT("\xe0\x80\x80")), DIAG_ENCODING);
	IS_INT(code_of_text(TEXT("\xed\xa0\x80")), DIAG_ENCODING);
	IS_INT(code_of_text(TEXT("12345678\xc3")), DIAG_ENCODING);
	IS_INT(code_of_text(TEXT("12345678\x80")), DIAG_ENCODING);
	IS_INT(code_of_text(TEXT("\xef\xbb\xbf{}")), DIAG_ENCODING);
	IS_INT(code_of_text(TEXT("\xff\xfe{\0}\0")), DIAG_ENCODING);
	IS_INT(code_of_text(TEXT("12345678\0")), DIAG_ENCODING);

	struct fixture f;

	begin(&f);
	OK(!source_from_text(&f.sources, &f.arena, &f.diags, "t",
	    TEXT("0123456789abcde\xff"), &f.source));
	IS_INT(f.diags.list.v[0]->at.begin, 15);
	arena_release(&f.arena);
}

static void
test_size(void)
{
	size_t n = (size_t)SOURCE_MAX + 1;
	char *big = malloc(n);

	memset(big, ' ', n);
	IS_INT(code_of_text((struct text){big, SOURCE_MAX}), 0);
	IS_INT(
	    code_of_text((struct text){big, SOURCE_MAX + 1}), DIAG_TOO_LARGE);

	FILE *out = fopen("big", "w");

	OK(out != NULL && fwrite(big, 1, n, out) == n && fclose(out) == 0);
	IS_INT(code_of_file("big"), DIAG_TOO_LARGE);
	OK(truncate("big", SOURCE_MAX) == 0);
	IS_INT(code_of_file("big"), 0);
	free(big);
}

static void
test_files(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)strcpy(address.sun_path, "socket");
	OK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	OK(mkfifo("fifo", 0600) == 0);
	OK(symlink("big", "link") == 0);
	OK(symlink("loop", "loop") == 0);
	IS_INT(code_of_file("missing"), DIAG_CANNOT_READ);
	IS_INT(code_of_file("loop"), DIAG_CANNOT_READ);
	IS_INT(code_of_file("."), DIAG_NOT_REGULAR);
	IS_INT(code_of_file("fifo"), DIAG_NOT_REGULAR);
	IS_INT(code_of_file("socket"), DIAG_NOT_REGULAR);
	IS_INT(code_of_file("/dev/zero"), DIAG_NOT_REGULAR);
	IS_INT(code_of_file("link"), 0);
	/* A regular file of procfs, whose size is 0 by its own account. */
	if (access("/proc/self/status", R_OK) == 0)
		IS_INT(code_of_file("/proc/self/status"), 0);
	(void)close(fd);
}

static void
test_count(void)
{
	struct fixture f;
	bool ok = true;

	begin(&f);
	for (int i = 0; i < SOURCES_MAX; i++)
		ok = ok && source_from_text(&f.sources, &f.arena, &f.diags, "t",
			       TEXT("x"), &f.source);
	OK(ok);
	IS_INT(f.source, SOURCES_MAX);
	OK(!source_from_text(
	    &f.sources, &f.arena, &f.diags, "t", TEXT("x"), &f.source));
	IS_INT(code(&f), DIAG_CANNOT_READ);
	arena_release(&f.arena);
}

/* What source_place() must say, the slow way. */
static struct place
place_slowly(struct text t, uint32_t offset)
{
	struct place p = {.line = 1, .column = 1};
	uint32_t begin = 0, end;

	for (uint32_t i = 0; i < offset; i++) {
		if (t.s[i] == '\n') {
			p.line++;
			p.column = 1;
			begin = i + 1;
		} else if (((unsigned char)t.s[i] & 0xC0) != 0x80) {
			p.column++;
		}
	}
	for (end = offset; end < t.len && t.s[end] != '\n'; end++)
		;
	if (end > begin && t.s[end - 1] == '\r')
		end--;
	p.line_text = (struct text){t.s + begin, end - begin};
	return p;
}

static bool
places_agree(struct text t)
{
	struct fixture f;
	bool same = true;

	begin(&f);
	if (!source_from_text(
		&f.sources, &f.arena, &f.diags, "t", t, &f.source))
		return false;
	for (uint32_t i = 0; i <= t.len; i += i % 97 == 0 ? 1 : 3) {
		struct place got = source_place(&f.sources, f.source, i);
		struct place want = place_slowly(t, i);

		same = same && got.line == want.line &&
		       got.column == want.column &&
		       text_equal(got.line_text, want.line_text);
	}
	arena_release(&f.arena);
	return same;
}

static void
test_places(void)
{
	static char text[3 * SOURCE_STRIDE];
	struct text t = {text, sizeof(text)};

	OK(places_agree(TEXT("")));
	OK(places_agree(TEXT("a\n")));
	OK(places_agree(TEXT("\n\nb\r\n\xc3\xa9x\r\n")));
	memset(text, 'x', sizeof(text));
	OK(places_agree(t));
	for (size_t i = 0; i < sizeof(text); i += 1000)
		text[i] = '\n';
	OK(places_agree(t));
	for (size_t i = 0; i < sizeof(text); i += 7)
		text[i] = '\n';
	OK(places_agree(t));
	memset(text, '\n', sizeof(text));
	OK(places_agree(t));
	t.len = 2 * SOURCE_STRIDE;
	OK(places_agree(t));
}

int
main(void)
{
	char directory[] = "/tmp/nono-source.XXXXXX";
	static const char *const made[] = {
	    "big", "fifo", "socket", "link", "loop"};

	OK(mkdtemp(directory) != NULL && chdir(directory) == 0);
	test_encoding();
	test_size();
	test_files();
	test_count();
	test_places();
	for (size_t i = 0; i < ARRAY_LEN(made); i++)
		(void)unlink(made[i]);
	OK(rmdir(directory) == 0);
	return tap_end();
}
