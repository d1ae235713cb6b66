#include <config.h>

#include "compiler/lsp/lsp_text.h"

#include <ctype.h>
#include <strings.h>

#include "compiler/base/utf8.h"
#include "compiler/base/vec.h"

/* The offset behind the line end at `i`, or `i` where there is none. */
static uint32_t
behind_line_end(struct text t, uint32_t i)
{
	if (i < t.len && t.s[i] == '\n')
		return i + 1;
	if (i < t.len && t.s[i] == '\r')
		return i + 1 < t.len && t.s[i + 1] == '\n' ? i + 2 : i + 1;
	return i;
}

struct lsp_lines
lsp_lines_of(struct arena *a, struct text t, enum lsp_encoding encoding)
{
	struct VEC(uint32_t) begins = {0};

	*VEC_PUSH(a, &begins) = 0;
	for (uint32_t i = 0; i < t.len;) {
		const uint32_t next = behind_line_end(t, i);

		if (next != i)
			*VEC_PUSH(a, &begins) = next;
		i = next != i ? next : i + 1;
	}
	return (struct lsp_lines){t, encoding, begins.v, begins.n};
}

/* The character at `i`: its bytes, and its units in the encoding. */
static uint32_t
character_at(const struct lsp_lines *l, uint32_t i, uint32_t *ret_units)
{
	uint32_t code;
	uint32_t bytes = utf8_decode(l->text.s + i, l->text.len - i, &code);

	if (bytes == 0) { /* not UTF-8: a diagnostic will say so */
		*ret_units = 1;
		return 1;
	}
	*ret_units = l->encoding == LSP_UTF8 ? bytes : 1 + (code >= 0x10000);
	return bytes;
}

/* Where the line ends, before what ends it. */
static uint32_t
line_end(const struct lsp_lines *l, uint32_t line)
{
	uint32_t end = line + 1 < l->n ? l->begin[line + 1] : l->text.len;

	if (line + 1 == l->n)
		return end;
	end--;
	if (l->text.s[end] == '\n' && end > l->begin[line] &&
	    l->text.s[end - 1] == '\r')
		end--;
	return end;
}

static int
compare_begin(const void *element, const void *key)
{
	const uint32_t *begin = element, *offset = key;

	return *begin <= *offset ? -1 : 1;
}

struct lsp_position
lsp_position_of(const struct lsp_lines *l, uint32_t offset)
{
	struct lsp_position p = {0};
	uint32_t end, units;

	/* The last line that begins at or before the offset. */
	p.line = lower_bound(l->begin, l->n, sizeof(*l->begin), &offset,
		     compare_begin) -
		 1;
	end = line_end(l, p.line);
	if (offset < end)
		end = offset;
	for (uint32_t i = l->begin[p.line]; i < end; p.character += units) {
		i += character_at(l, i, &units);
		if (i > end) /* the middle of a character */
			break;
	}
	return p;
}

uint32_t
lsp_offset_of(const struct lsp_lines *l, struct lsp_position p)
{
	uint32_t at, end, units, count = 0;

	if (p.line >= l->n)
		return l->text.len;
	end = line_end(l, p.line);
	for (at = l->begin[p.line]; at < end && count < p.character;) {
		const uint32_t bytes = character_at(l, at, &units);

		if (count + units > p.character)
			break;
		count += units;
		at += bytes;
	}
	return at;
}

struct text
lsp_text_replace(struct arena *a, struct text t, uint32_t begin, uint32_t end,
    struct text by)
{
	const uint32_t behind = t.len - end;
	char *s = arena_alloc(a, (size_t)begin + by.len + behind + 1, 1);

	if (begin > 0)
		memcpy(s, t.s, begin);
	if (by.len > 0)
		memcpy(s + begin, by.s, by.len);
	if (behind > 0)
		memcpy(s + begin + by.len, t.s + end, behind);
	return (struct text){s, begin + by.len + behind};
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
lsp_uri_path(struct arena *a, const char *uri, struct text *ret_path)
{
	static const char scheme[] = "file://", host[] = "localhost";
	char *path, *to;

	if (strncasecmp(uri, scheme, sizeof(scheme) - 1) != 0)
		return false;
	uri += sizeof(scheme) - 1;
	if (strncasecmp(uri, host, sizeof(host) - 1) == 0)
		uri += sizeof(host) - 1;
	if (*uri != '/')
		return false;
	path = to = arena_alloc(a, strlen(uri) + 1, 1);
	for (; *uri != '\0' && *uri != '?' && *uri != '#'; uri++) {
		if (*uri != '%') {
			*to++ = *uri;
			continue;
		}
		const int high = hex(uri[1]);
		const int low = high < 0 ? -1 : hex(uri[2]);

		if (low < 0 || high * 16 + low == 0)
			return false;
		*to++ = (char)(high * 16 + low);
		uri += 2;
	}
	*ret_path = (struct text){path, (uint32_t)(to - path)};
	return true;
}

struct text
lsp_uri_of(struct arena *a, struct text path)
{
	static const char plain[] = "/-._~";
	static const char digits[] = "0123456789ABCDEF";
	char *uri = arena_alloc(a, 7 + 3 * (size_t)path.len + 1, 1), *to = uri;

	memcpy(to, "file://", 7);
	to += 7;
	for (uint32_t i = 0; i < path.len; i++) {
		const unsigned char c = (unsigned char)path.s[i];

		if ((c < 0x80 && isalnum(c)) || strchr(plain, c) != NULL) {
			*to++ = (char)c;
			continue;
		}
		*to++ = '%';
		*to++ = digits[c >> 4];
		*to++ = digits[c & 15];
	}
	return (struct text){uri, (uint32_t)(to - uri)};
}
