#include <config.h>

#include "compiler/base/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/diag.h"
#include "compiler/base/git.h"
#include "compiler/base/utf8.h"

/* One walk that makes place() cheap for a file of one long line, too. */
static const struct source_mark *
mark_lines(struct arena *a, struct text t)
{
	uint32_t n = t.len / SOURCE_STRIDE + 1;
	struct source_mark *marks = ARENA_ARRAY(a, n, struct source_mark);
	struct source_mark here = {.line = 1};

	for (uint32_t i = 0;; i++) {
		if (i % SOURCE_STRIDE == 0)
			marks[i / SOURCE_STRIDE] = here;
		if (i == (n - 1) * SOURCE_STRIDE) /* the last one */
			break;
		if (t.s[i] == '\n') {
			here.line++;
			here.line_begin = i + 1;
			here.column = 0;
		} else if (((unsigned char)t.s[i] & 0xC0) != 0x80) {
			here.column++;
		}
	}
	uint32_t end = t.len;

	for (uint32_t k = n; k-- > 0;) {
		uint32_t from = k * SOURCE_STRIDE;
		uint32_t left = t.len - from;
		const char *newline = memchr(t.s + from, '\n',
		    left < SOURCE_STRIDE ? left : SOURCE_STRIDE);

		if (newline != NULL)
			end = (uint32_t)(newline - t.s);
		marks[k].line_end = end;
	}
	return marks;
}

struct place
source_place(const struct sources *s, uint32_t source, uint32_t offset)
{
	const struct source *f = source_get(s, source);
	struct text t = f->text;

	if (offset > t.len)
		offset = t.len;

	uint32_t k = offset / SOURCE_STRIDE;
	struct source_mark here = f->marks[k];

	for (uint32_t i = k * SOURCE_STRIDE; i < offset; i++) {
		if (t.s[i] == '\n') {
			here.line++;
			here.line_begin = i + 1;
			here.column = 0;
		} else if (((unsigned char)t.s[i] & 0xC0) != 0x80) {
			here.column++;
		}
	}
	uint32_t next = (k + 1) * SOURCE_STRIDE;
	uint32_t stop = next < t.len ? next : t.len;
	const char *newline = memchr(t.s + offset, '\n', stop - offset);
	uint32_t end = newline != NULL ? (uint32_t)(newline - t.s)
		       : next <= t.len ? f->marks[k + 1].line_end
				       : t.len;

	if (end > here.line_begin && t.s[end - 1] == '\r')
		end--;
	return (struct place){
	    .line = here.line,
	    .column = here.column + 1,
	    .line_text = {t.s + here.line_begin, end - here.line_begin},
	};
}

/* The offset of the first byte that is not UTF-8 or is NUL; len if none. */
static uint32_t
first_bad_byte(struct text t)
{
	uint32_t i = 0;

	while (i < t.len) {
		uint32_t code;
		uint64_t eight;

		/* Eight ASCII bytes at a time, none of them NUL. */
		while (t.len - i >= sizeof(eight)) {
			memcpy(&eight, t.s + i, sizeof(eight));
			if (((eight | (eight - 0x0101010101010101u)) &
				0x8080808080808080u) != 0)
				break;
			i += (uint32_t)sizeof(eight);
		}
		if (i == t.len)
			break;
		uint32_t n = utf8_decode(t.s + i, t.len - i, &code);

		if (n == 0 || code == 0)
			return i;
		i += n;
	}
	return i;
}

static bool
begins_with(struct text t, const char *bytes, uint32_t n)
{
	return t.len >= n && memcmp(t.s, bytes, n) == 0;
}

static bool
check_encoding(struct diags *d, uint32_t source, struct text t)
{
	static const char save[] = "save the file as UTF-8 without a "
				   "byte-order mark";
	struct diag *diag;

	if (begins_with(t, "\xEF\xBB\xBF", 3)) {
		diag = diag_at(d, DIAG_ENCODING, (struct span){source, 0, 3},
		    "the file begins with a byte-order mark");
		diag_help(d, diag, "%s", save);
		return false;
	}
	if (begins_with(t, "\xFF\xFE", 2) || begins_with(t, "\xFE\xFF", 2)) {
		diag = diag_at(d, DIAG_ENCODING, (struct span){source, 0, 2},
		    "the file looks like UTF-16");
		diag_help(d, diag, "%s", save);
		return false;
	}
	uint32_t at = first_bad_byte(t);

	if (at == t.len)
		return true;

	struct span span = {source, at, at + 1};

	if (t.s[at] == '\0') {
		diag = diag_at(d, DIAG_ENCODING, span,
		    "the file holds a NUL byte, at byte offset %u", at);
		diag_help(d, diag, "is this a text file? if so, %s", save);
	} else {
		diag = diag_at(d, DIAG_ENCODING, span,
		    "byte 0x%02x at byte offset %u is not valid UTF-8",
		    (unsigned)(unsigned char)t.s[at], at);
		diag_help(d, diag, "%s", save);
	}
	return false;
}

/* text: in the arena, a NUL behind it. */
static bool
add(struct sources *s, struct arena *a, struct diags *d, const char *name,
    struct text text, uint32_t *ret_source)
{
	if (s->files.n == 0)
		(void)VEC_PUSH(a, &s->files);

	uint32_t source = s->files.n;
	struct source *f = VEC_PUSH(a, &s->files);

	f->name = f->path = arena_text(a, text_of(name));
	f->text = text;
	f->marks = mark_lines(a, text);
	if (!check_encoding(d, source, text))
		return false;
	*ret_source = source;
	return true;
}

static bool
room_for_one(const struct sources *s, struct diags *d, const char *name,
    struct span asked)
{
	if (s->files.n <= SOURCES_MAX)
		return true;
	(void)diag_at(d, DIAG_CANNOT_READ, asked,
	    "cannot read \"%s\": %d files have been read already, and no "
	    "compilation may use more",
	    name, SOURCES_MAX);
	return false;
}

static bool
too_large(struct diags *d, const char *name, struct span asked)
{
	(void)diag_at(d, DIAG_TOO_LARGE, asked,
	    "\"%s\" is larger than %d MiB, the most that one file may have",
	    name, SOURCE_MAX >> 20);
	return false;
}

static bool
not_regular(
    struct diags *d, const char *name, struct span asked, const char *kind)
{
	(void)diag_at(d, DIAG_NOT_REGULAR, asked,
	    "\"%s\" is %s; only a regular file is read", name, kind);
	return false;
}

static bool
cannot_read(struct diags *d, const char *name, struct span asked, int error)
{
	(void)diag_at(d, DIAG_CANNOT_READ, asked, "cannot read \"%s\": %s",
	    name, strerror(error));
	return false;
}

static const char *
kind_of(mode_t mode)
{
	return S_ISDIR(mode)	? "a directory"
	       : S_ISFIFO(mode) ? "a named pipe"
	       : S_ISSOCK(mode) ? "a socket"
				: "a device";
}

/*
 * The size that fstat told is only where the buffer starts: files of procfs
 * say 0, and another process may be appending.
 */
static bool
read_whole(int fd, struct arena *a, struct diags *d, const char *path,
    struct span asked, struct text *ret_text)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return cannot_read(d, path, asked, errno);
	if (!S_ISREG(st.st_mode))
		return not_regular(d, path, asked, kind_of(st.st_mode));
	if (st.st_size > SOURCE_MAX)
		return too_large(d, path, asked);

	size_t cap = (size_t)st.st_size + 2, len = 0;
	char *buffer = arena_alloc(a, cap, 1);

	for (;;) {
		/* One byte stays free for the NUL. */
		ssize_t n = read(fd, buffer + len, cap - 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cannot_read(d, path, asked, errno);
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > SOURCE_MAX)
			return too_large(d, path, asked);
		/* There was room for one byte more. */
		if (len == (size_t)st.st_size)
			break;
		if (len == cap - 1) {
			buffer = arena_grow(a, buffer, cap, 2 * cap, 1);
			cap *= 2;
		}
	}
	buffer[len] = '\0';
	*ret_text = (struct text){buffer, (uint32_t)len};
	return true;
}

/* O_NONBLOCK: opening a FIFO or a modem line must not wait. */
static int
open_source(const char *path)
{
	return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

bool
source_is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool
in_overlay(const struct sources *s, const char *path, struct text *ret_text)
{
	return s->overlay != NULL &&
	       s->overlay->find(s->overlay->context, path, ret_text);
}

void
source_close(struct sources *s)
{
	if (s->found != NULL)
		(void)close(s->found_fd);
	s->found = NULL;
}

bool
source_exists(struct sources *s, const char *path)
{
	struct text name;
	struct stat st;

	if (in_overlay(s, path, &name))
		return true;
	if (s->revision != NULL) {
		enum git_kind kind = git_find(s->revision, path, &name);

		if (kind != GIT_OUTSIDE)
			return kind != GIT_MISSING;
	}
	source_close(s);
	s->found_fd = open_source(path);
	s->found = s->found_fd >= 0 ? path : NULL;
	/* What is there and cannot be opened, source_read() will say so of. */
	return s->found_fd >= 0 || stat(path, &st) == 0;
}

/* A descriptor of the source, perhaps one that is there already; or -1. */
static int
take_source(struct sources *s, const char *path)
{
	const bool found = s->found != NULL && strcmp(s->found, path) == 0;

	if (!found)
		return open_source(path);
	s->found = NULL;
	return s->found_fd;
}

struct name_array
source_list(const struct sources *s, struct arena *a, const char *dir)
{
	struct VEC(const char *) names = {0};
	struct text name;
	struct dirent *e;
	DIR *d;

	if (s->revision != NULL &&
	    git_find(s->revision, dir, &name) != GIT_OUTSIDE)
		return git_list(s->revision, a, name);
	d = opendir(*dir == '\0' ? "." : dir);
	while (d != NULL && (e = readdir(d)) != NULL)
		*VEC_PUSH(a, &names) = arena_text(a, text_of(e->d_name)).s;
	if (d != NULL)
		(void)closedir(d);
	return (struct name_array){names.v, names.n};
}

/* From the revision; messages call the file as git would: "HEAD~1:a.json". */
static bool
read_revision(struct sources *s, struct arena *a, struct diags *d,
    const char *path, struct span asked, uint32_t *ret_source)
{
	const char *why = NULL;
	struct text name, shown, text;
	enum git_kind kind = git_find(s->revision, path, &name);

	shown = arena_printf(
	    a, "%s:%.*s", git_revision(s->revision), (int)name.len, name.s);
	if (kind == GIT_DIR || kind == GIT_LINK)
		return not_regular(d, shown.s, asked,
		    kind == GIT_DIR ? "a directory" : "a symbolic link");
	if (!git_read(s->revision, name, SOURCE_MAX, &text, &why)) {
		(void)diag_at(d, DIAG_CANNOT_READ, asked,
		    "cannot read \"%s\": %s", shown.s, why);
		return false;
	}
	if (!add(s, a, d, shown.s, text, ret_source))
		return false;
	s->files.v[*ret_source].path = arena_text(a, text_of(path));
	return true;
}

/* A policy, a lock and every report name their sources, a line each. */
static bool
printable_name(struct diags *d, const char *path, struct span asked)
{
	struct diag *diag;

	for (const char *p = path; *p != '\0'; p++) {
		if ((unsigned char)*p >= ' ' && *p != 0x7f)
			continue;
		diag = diag_at(d, DIAG_CANNOT_READ, asked,
		    "cannot read \"%s\": its name has a control character",
		    path);
		diag_help(d, diag, "rename it");
		return false;
	}
	return true;
}

bool
source_read(struct sources *s, struct arena *a, struct diags *d,
    const char *path, struct span asked, uint32_t *ret_source)
{
	struct text text;

	if (!room_for_one(s, d, path, asked) || !printable_name(d, path, asked))
		return false;
	if (in_overlay(s, path, &text))
		return text.len > SOURCE_MAX
			   ? too_large(d, path, asked)
			   : add(s, a, d, path, arena_text(a, text),
				 ret_source);
	if (s->revision != NULL &&
	    git_find(s->revision, path, &text) != GIT_OUTSIDE)
		return read_revision(s, a, d, path, asked, ret_source);

	int fd = take_source(s, path);

	if (fd < 0)
		/* What open() says of a socket. */
		return errno == ENXIO
			   ? not_regular(d, path, asked, "a socket or a device")
			   : cannot_read(d, path, asked, errno);

	bool ok = read_whole(fd, a, d, path, asked, &text);

	(void)close(fd);
	return ok && add(s, a, d, path, text, ret_source);
}

bool
source_from_text(struct sources *s, struct arena *a, struct diags *d,
    const char *name, struct text text, uint32_t *ret_source)
{
	if (!room_for_one(s, d, name, (struct span){0}))
		return false;
	if (text.len > SOURCE_MAX)
		return too_large(d, name, (struct span){0});
	return add(s, a, d, name, arena_text(a, text), ret_source);
}
