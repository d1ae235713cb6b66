#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compiler/blob/assemble.h"
#include "compiler/blob/dump_words.h"

/* Words of a line, and the ways to take one. */

bool
assemble_bad(struct assemble *as, struct span at, const char *fmt, ...)
{
	char message[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	diag_at(as->diags, DIAG_BAD_DUMP, at, "%s", message);
	return false;
}

static struct span
span(const struct assemble *as, const char *text, const char *begin,
    const char *end)
{
	return (struct span){
	    as->source, (uint32_t)(begin - text), (uint32_t)(end - text)};
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static bool
is_name(char c)
{
	return (c >= 'A' && c <= 'Z') || c == '_';
}

/* $NAME or ${NAME} at *p; 0 if it is none that is known. */
static char
reference(const char **p, const char *end)
{
	const char *s = *p + 1, *begin;
	bool brace = s < end && *s == '{';
	struct text name;

	s += brace;
	for (begin = s; s < end && is_name(*s);)
		s++;
	name = (struct text){begin, (uint32_t)(s - begin)};
	if (brace && (s == end || *s++ != '}'))
		return 0;
	*p = s;
	if (text_is(name, "UID"))
		return BLOB_UID_BYTE;
	for (int i = BLOB_ROOT_SLASH + 1; i < BLOB_ROOTS; i++)
		if (text_is(name, dump_roots[i]))
			return (char)(BLOB_ROOT_BYTE + i);
	return 0;
}

/* \" \\ \$ or \xNN at *p; 0 if it is none of these or a control byte. */
static char
escape(const char **p, const char *end)
{
	const char *s = *p + 1;
	int high, low;

	if (s < end && (*s == '"' || *s == '\\' || *s == '$')) {
		*p = s + 1;
		return *s;
	}
	if (end - s < 3 || *s != 'x')
		return 0;
	high = hex_digit(s[1]);
	low = hex_digit(s[2]);
	if (high < 2 || low < 0 || (high == 7 && low == 15))
		return 0;
	*p = s + 3;
	return (char)(high * 16 + low);
}

/* One word at *p, which moves behind it; its value goes to `to`. */
static bool
scan_word(struct assemble *as, const char *text, const char **p,
    const char *end, char *to)
{
	const char *begin = *p, *s = begin;
	bool quoted = *s == '"', closed = !quoted;
	struct text value = {to, 0};

	for (s += quoted; s < end;) {
		const char *at = s;
		char c = *s;

		if (quoted && c == '"') {
			closed = true;
			s++;
			break;
		}
		if (c == '$')
			c = reference(&s, end);
		else if (quoted && c == '\\')
			c = escape(&s, end);
		else if (quoted ? c >= 0x20 && c < 0x7f
				: dump_plain((unsigned char)c))
			s++;
		else if (!quoted && c == ' ')
			break;
		else
			return assemble_bad(as, span(as, text, s, s + 1),
			    quoted ? "expected \\xNN for this character"
				   : "expected quotes around a word with this "
				     "character");
		if (c == 0)
			return assemble_bad(as, span(as, text, at, at + 1),
			    *at == '$' ? "expected ${UID} or the name of a root"
				       : "expected \\\", \\\\, \\$ or \\xNN "
					 "of a byte that is not a control");
		to[value.len++] = c;
	}
	*p = s;
	if (!closed || (s < end && *s != ' '))
		return assemble_bad(as, span(as, text, begin, s),
		    closed ? "expected a space after the closing quote"
			   : "expected a closing quote");
	*VEC_PUSH(as->arena, &as->words) = (struct word){
	    .at = span(as, text, begin, s),
	    .raw = {begin, (uint32_t)(s - begin)},
	    .value = value,
	};
	return true;
}

bool
assemble_scan(
    struct assemble *as, const char *text, uint32_t begin, uint32_t end)
{
	const char *p = text + begin;
	/* A value is never longer than what it is written as. */
	char *values = ARENA_ARRAY(as->arena, (size_t)(end - begin) + 1, char);

	as->words.n = 0;
	as->next = 0;
	as->line = (struct span){as->source, begin, end};
	while (p < text + end) {
		if (*p == ' ')
			p++;
		else if (!scan_word(as, text, &p, text + end,
			     values + (p - text - begin)))
			return false;
	}
	return true;
}

const struct word *
assemble_take(struct assemble *as, const char *what)
{
	struct span at = {as->source, as->line.end, as->line.end};

	if (as->next < as->words.n)
		return &as->words.v[as->next++];
	assemble_bad(as, at, "expected %s before the end of the line", what);
	return NULL;
}

bool
assemble_have(struct assemble *as, const char *word)
{
	if (as->next == as->words.n ||
	    !text_is(as->words.v[as->next].raw, word))
		return false;
	as->next++;
	return true;
}

bool
assemble_end(struct assemble *as)
{
	if (as->next == as->words.n)
		return true;
	return assemble_bad(
	    as, as->words.v[as->next].at, "expected the end of the line");
}

bool
assemble_choice(struct assemble *as, const char *what, const char *const *names,
    uint32_t count, uint32_t *ret_index)
{
	const struct word *w = assemble_take(as, what);

	if (w == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++) {
		if (!text_is(w->raw, names[i]))
			continue;
		*ret_index = i;
		return true;
	}
	return assemble_bad(as, w->at, "expected %s", what);
}

/* Decimal, or hexadecimal after 0x. */
bool
assemble_number(
    struct assemble *as, const char *what, uint64_t max, uint64_t *ret_number)
{
	const struct word *w = assemble_take(as, what);
	uint64_t n = 0, base = 10;
	struct text t;

	if (w == NULL)
		return false;
	t = w->raw;
	if (t.len > 2 && t.s[0] == '0' && t.s[1] == 'x') {
		base = 16;
		t = (struct text){t.s + 2, t.len - 2};
	}
	for (uint32_t i = 0; i < t.len; i++) {
		int digit = hex_digit(t.s[i]);

		if (digit < 0 || (uint64_t)digit >= base)
			return assemble_bad(as, w->at, "expected %s", what);
		n = n * base + (uint64_t)digit;
		if (n > max)
			return assemble_bad(as, w->at, "expected %s", what);
	}
	*ret_number = n;
	return true;
}

bool
assemble_string(struct assemble *as, const char *what, struct text *ret_text)
{
	const struct word *w = assemble_take(as, what);

	if (w == NULL)
		return false;
	for (uint32_t i = 0; i < w->value.len; i++)
		if ((unsigned char)w->value.s[i] < 0x20)
			return assemble_bad(as, w->at,
			    "expected %s without a variable in it", what);
	*ret_text = w->value;
	return true;
}

bool
assemble_hex(
    struct assemble *as, struct span at, struct text hex, uint8_t *ret_bytes)
{
	for (uint32_t i = 0; i + 1 < hex.len; i += 2) {
		int high = hex_digit(hex.s[i]), low = hex_digit(hex.s[i + 1]);

		if (high < 0 || low < 0)
			return assemble_bad(
			    as, at, "expected lower-case hexadecimal digits");
		ret_bytes[i / 2] = (uint8_t)(high * 16 + low);
	}
	return true;
}

/* The suffix rules of nono-blob(5); the limits are blob_write()'s. */
static bool
suffix_good(struct text t)
{
	uint32_t begin = 0;

	for (uint32_t i = 0; t.len > 0 && i <= t.len; i++) {
		struct text part = {t.s + begin, i - begin};

		if (i < t.len && t.s[i] != '/') {
			if ((unsigned char)t.s[i] < 0x20 &&
			    t.s[i] != BLOB_UID_BYTE)
				return false;
			continue;
		}
		if (part.len == 0 || part.len > BLOB_COMPONENT_MAX ||
		    text_is(part, ".") || text_is(part, ".."))
			return false;
		begin = i + 1;
	}
	return t.len <= BLOB_PATH_MAX;
}

bool
assemble_path(
    struct assemble *as, enum blob_root *ret_root, struct text *ret_suffix)
{
	const struct word *w =
	    assemble_take(as, "a path that begins with / or a root");
	enum blob_root root = BLOB_ROOT_SLASH;
	struct text t;

	if (w == NULL)
		return false;
	t = w->value;
	if (t.len > 0 && (unsigned char)t.s[0] > BLOB_ROOT_BYTE &&
	    t.s[0] < 0x20) {
		root = (enum blob_root)(t.s[0] - BLOB_ROOT_BYTE);
		t = (struct text){t.s + 1, t.len - 1};
	}
	if ((t.len == 0 && root == BLOB_ROOT_SLASH) ||
	    (t.len > 0 && t.s[0] != '/') ||
	    (t.len == 1 && root != BLOB_ROOT_SLASH))
		return assemble_bad(
		    as, w->at, "expected a path that begins with / or a root");
	if (t.len > 0)
		t = (struct text){t.s + 1, t.len - 1};
	if (!suffix_good(t))
		return assemble_bad(as, w->at,
		    "expected a path without empty, . or .. components, none "
		    "too long, and with its root at the beginning only");
	*ret_root = root;
	*ret_suffix = t;
	return true;
}
