#include <config.h>

#include "compiler/sbpl/seatbelt_text.h"

#include <stdarg.h>

void
seatbelt_put(struct seatbelt_text *t, struct text s)
{
	uint32_t room = t->out.cap - t->out.n;

	if (room < s.len) {
		uint32_t more = t->out.cap + s.len + 1024;

		VEC_RESERVE(t->arena, &t->out, more);
	}
	if (s.len > 0)
		memcpy(t->out.v + t->out.n, s.s, s.len);
	t->out.n += s.len;
}

void
seatbelt_puts(struct seatbelt_text *t, const char *s)
{
	seatbelt_put(t, text_of(s));
}

void
seatbelt_printf(struct seatbelt_text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	seatbelt_put(t, arena_vprintf(t->arena, fmt, ap));
	va_end(ap);
}

/* A piece of a literal, between quotes. */
static void
put_literal(struct seatbelt_text *t, struct text s)
{
	uint32_t from = 0;

	seatbelt_puts(t, "\"");
	for (uint32_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (c < 0x20 || c == 0x7f)
			t->bad_bytes = true;
		if (c != '"' && c != '\\')
			continue;
		seatbelt_put(t, (struct text){s.s + from, i - from});
		seatbelt_puts(t, "\\");
		from = i;
	}
	seatbelt_put(t, (struct text){s.s + from, s.len - from});
	seatbelt_puts(t, "\"");
}

/* As much of `s` as one literal takes, up to a byte that stands for more. */
static uint32_t
literal_length(struct text s)
{
	uint32_t n = 0, written = 0;

	while (n < s.len && s.s[n] != BLOB_UID_BYTE) {
		written += s.s[n] == '"' || s.s[n] == '\\' ? 2 : 1;
		if (written > SEATBELT_LITERAL_MAX)
			break;
		n++;
	}
	/* The file stays UTF-8: no character is cut in two. */
	while (n < s.len && n > 0 && ((unsigned char)s.s[n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* " \"a\" (param \"UID\")": the arguments of a string-append. */
static void
put_pieces(struct seatbelt_text *t, struct text s)
{
	while (s.len > 0) {
		uint32_t n = literal_length(s);

		if (n > 0) {
			seatbelt_puts(t, " ");
			put_literal(t, (struct text){s.s, n});
		} else {
			n = 1;
			seatbelt_puts(t, " (param \"UID\")");
		}
		s.s += n;
		s.len -= n;
	}
}

void
seatbelt_string(struct seatbelt_text *t, struct text s)
{
	if (literal_length(s) == s.len) {
		put_literal(t, s);
		return;
	}
	seatbelt_puts(t, "(string-append");
	put_pieces(t, s);
	seatbelt_puts(t, ")");
}

void
seatbelt_quoted(struct seatbelt_text *t, struct text s)
{
	for (uint32_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (c < 0x20 || c == 0x7f)
			seatbelt_printf(t, "\\x%02x", c);
		else if (c == '"' || c == '\\')
			seatbelt_printf(t, "\\%c", c);
		else
			seatbelt_put(t, (struct text){s.s + i, 1});
	}
}

struct text
seatbelt_quote_regex(struct arena *a, struct text s)
{
	char *out = ARENA_ARRAY(a, (size_t)s.len * 2 + 1, char);
	uint32_t n = 0;

	for (uint32_t i = 0; i < s.len; i++) {
		if (strchr("^.[]$()|*+?{}\\", s.s[i]) != NULL)
			out[n++] = '\\';
		out[n++] = s.s[i];
	}
	return (struct text){out, n};
}

const char *
seatbelt_parameter(enum blob_root root)
{
	/* clang-format off */
	static const char *const names[BLOB_ROOTS] = {
		[BLOB_ROOT_HOME] = "HOME",
		[BLOB_ROOT_CWD] = "CWD",
		[BLOB_ROOT_TMPDIR] = "TMPDIR",
		[BLOB_ROOT_XDG_CONFIG] = "XDG_CONFIG_HOME",
		[BLOB_ROOT_XDG_DATA] = "XDG_DATA_HOME",
		[BLOB_ROOT_XDG_STATE] = "XDG_STATE_HOME",
		[BLOB_ROOT_XDG_CACHE] = "XDG_CACHE_HOME",
		[BLOB_ROOT_XDG_RUNTIME] = "XDG_RUNTIME_DIR",
	};
	/* clang-format on */

	return names[root];
}

static const char data_volume_name[] = "/System/Volumes/Data";

static struct text
join(struct arena *a, const char *before, const char *slash, struct text after)
{
	size_t n = strlen(before), m = strlen(slash);
	char *s = arena_alloc(a, n + m + after.len + 1, 1);

	memcpy(s, before, n);
	memcpy(s + n, slash, m);
	if (after.len > 0)
		memcpy(s + n + m, after.s, after.len);
	return (struct text){s, (uint32_t)(n + m) + after.len};
}

static void
put_param(struct seatbelt_text *t, const char *name)
{
	seatbelt_puts(t, "(param \"");
	seatbelt_puts(t, name);
	seatbelt_puts(t, "\")");
}

/* A path as a Scheme expression. */
static void
put_path(struct seatbelt_text *t, struct path p, bool data_volume)
{
	const char *root = seatbelt_parameter(p.root);
	const char *before = data_volume ? data_volume_name : "";
	bool slash = p.suffix.len > 0 || (root == NULL && !data_volume);
	struct text rest = join(
	    t->arena, root == NULL ? before : "", slash ? "/" : "", p.suffix);

	if (root == NULL) {
		seatbelt_string(t, rest);
	} else if (rest.len == 0 && !data_volume) {
		put_param(t, root);
	} else {
		seatbelt_puts(t, "(string-append");
		put_pieces(t, text_of(before));
		seatbelt_puts(t, " ");
		put_param(t, root);
		put_pieces(t, rest);
		seatbelt_puts(t, ")");
	}
}

void
seatbelt_path(struct seatbelt_text *t, struct path path)
{
	put_path(t, path, false);
}

/* As seatbelt_quote_regex, and "a" as "[aA]".  Other alphabets stay. */
static struct text
quote_folded(struct arena *a, struct text s)
{
	struct text quoted = seatbelt_quote_regex(a, s);
	char *out = ARENA_ARRAY(a, (size_t)quoted.len * 4 + 1, char);
	uint32_t n = 0;

	for (uint32_t i = 0; i < quoted.len; i++) {
		char c = quoted.s[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (letter)
			out[n++] = '[';
		out[n++] = letter ? (char)(c | 0x20) : c;
		if (!letter)
			continue;
		out[n++] = (char)(c & ~0x20);
		out[n++] = ']';
	}
	return (struct text){out, n};
}

/* Between `head` and `tail`, which are regular expressions, the path. */
static void
put_regex_between(struct seatbelt_text *t, const char *head, enum blob_root r,
    struct text quoted, const char *tail)
{
	const char *root = seatbelt_parameter(r);
	struct text rest =
	    arena_printf(t->arena, "%s%s%.*s%s", root == NULL ? head : "",
		quoted.len > 0 ? "/" : "", (int)quoted.len, quoted.s, tail);

	if (root == NULL) {
		seatbelt_puts(t, "(regex ");
		seatbelt_string(t, rest);
		seatbelt_puts(t, ")");
		return;
	}
	seatbelt_printf(t,
	    "(regex (string-append \"%s\" (regex-quote (param \"%s\"))", head,
	    root);
	put_pieces(t, rest);
	seatbelt_puts(t, "))");
}

/* "^PATH" and what follows, which is a regular expression already. */
static void
put_regex(struct seatbelt_text *t, struct path p, const char *tail)
{
	put_regex_between(
	    t, "^", p.root, seatbelt_quote_regex(t->arena, p.suffix), tail);
}

void
seatbelt_filter(struct seatbelt_text *t, enum seatbelt_filter kind,
    struct path path, bool data_volume)
{
	static const char *const names[] = {
	    [SEATBELT_LITERAL] = "literal",
	    [SEATBELT_SUBPATH] = "subpath",
	    [SEATBELT_ANCESTORS] = "path-ancestors",
	};

	switch (kind) {
	case SEATBELT_LITERAL:
	case SEATBELT_SUBPATH:
	case SEATBELT_ANCESTORS:
		seatbelt_puts(t, "(");
		seatbelt_puts(t, names[kind]);
		seatbelt_puts(t, " ");
		put_path(t, path, data_volume);
		seatbelt_puts(t, ")");
		return;
	case SEATBELT_CHILDREN:
		put_regex(t, path, "/[^/]+$");
		return;
	case SEATBELT_TEMPORARY:
		put_regex(t, path, "\\.tmp\\.[0-9]+\\.[0-9]+$");
		return;
	case SEATBELT_LOCKS:
		put_regex(t, path, "/\\.fl[0-9A-Fa-f]+$");
		return;
	case SEATBELT_DATABASES:
		put_regex(
		    t, path, "/[^/]+/([^/]+\\.db(-wal|-shm)?|user\\.kb)$");
		return;
	case SEATBELT_FOLDED:
		put_regex_between(t, "^(/System/Volumes/Data)?", path.root,
		    quote_folded(t->arena, path.suffix), "(/|$)");
		return;
	}
}

void
seatbelt_rule(struct seatbelt_text *t, struct text head, struct text guard)
{
	t->head = head;
	t->guard = guard;
	t->items = 0;
}

void
seatbelt_item(struct seatbelt_text *t)
{
	struct text head = t->head, guard = t->guard;

	if (t->items > 0 && t->out.n - t->begin > SEATBELT_RULE_MAX) {
		seatbelt_rule_end(t);
		seatbelt_rule(t, head, guard);
	}
	if (t->items++ == 0) {
		if (guard.len > 0)
			seatbelt_printf(
			    t, "(if %.*s\n", (int)guard.len, guard.s);
		seatbelt_printf(t, "(%.*s", (int)head.len, head.s);
		t->begin = t->out.n;
	}
	seatbelt_puts(t, "\n\t");
}

void
seatbelt_rule_end(struct seatbelt_text *t)
{
	if (t->items == 0)
		return;
	seatbelt_puts(t, t->guard.len > 0 ? "\n))\n" : "\n)\n");
	t->items = 0;
}

void
seatbelt_comment(
    struct seatbelt_text *t, const char *before, struct text comment)
{
	uint32_t begin = t->out.n;

	if (t->comments && comment.len > 0) {
		seatbelt_puts(t, before);
		seatbelt_put(t, comment);
	}
	/* Comments are no part of the rule: it is split alike without. */
	t->begin += t->out.n - begin;
}
