#include <config.h>

#include "grammar/json_scan.h"

#include <inttypes.h>
#include <stdlib.h>

#include "compiler/base/utf8.h"

/*!re2c
	re2c:define:YYCTYPE = "unsigned char";
	re2c:define:YYCURSOR = p;
	re2c:define:YYMARKER = marker;
	re2c:yyfill:enable = 0;

	tail = [\x80-\xbf];
	wide = [\xc2-\xdf] tail
	     | "\xe0" [\xa0-\xbf] tail
	     | [\xe1-\xec\xee\xef] tail tail
	     | "\xed" [\x80-\x9f] tail
	     | "\xf0" [\x90-\xbf] tail tail
	     | [\xf1-\xf3] tail tail tail
	     | "\xf4" [\x80-\x8f] tail tail;

	plain = [\x20\x21\x23-\x5b\x5d-\x7f] | wide; /* not " nor \ */
	hex = [0-9a-fA-F];
	scalar = "\\u" ([0-9abcefABCEF] hex hex hex | [dD] [0-7] hex hex);
	high = "\\u" [dD] [89abAB] hex hex;
	low = "\\u" [dD] [c-fC-F] hex hex;

	int = "-"? ("0" | [1-9] [0-9]*);
	number = int ("." [0-9]+)? ([eE] [+-]? [0-9]+)?;
	numberlike = [+-]? "."? [0-9] [0-9A-Za-z_.+-]*;

	letter = [A-Za-z_] | wide;
	word = (letter | [$@~.] | "/" letter | [+-] letter)
	       (letter | [0-9$@~./-])*;

	blank = [ \t\r\n]+;
	shown = [\t\r\x20-\x7f] | wide; /* what a comment may hold */
	block = [\t\r\n\x20-\x29\x2b-\x7f] | wide /* not * */
	      | "*"+ ([\t\r\n\x20-\x29\x2b-\x2e\x30-\x7f] | wide);
*/

static struct span
span_of(const struct json_scanner *s, const unsigned char *from,
    const unsigned char *to)
{
	return (struct span){ s->source, (uint32_t)(from - s->begin),
		(uint32_t)(to - s->begin) };
}

static struct text
slice(const unsigned char *from, const unsigned char *to)
{
	return (struct text){ (const char *)from, (uint32_t)(to - from) };
}

static void
bad_escape(struct json_scanner *s, const unsigned char *from,
    const unsigned char *to)
{
	struct diag *diag;

	if (to - from > 1 && from[1] == 'u') {
		diag = diag_at(s->diags, DIAG_BAD_STRING, span_of(s, from, to),
		    "\\u takes four hexadecimal digits");
		diag_help(s->diags, diag,
		    "a backslash itself is written \\\\");
		return;
	}
	diag = diag_at(s->diags, DIAG_BAD_STRING, span_of(s, from, to),
	    "there is no escape \"%.*s\"", (int)(to - from),
	    (const char *)from);
	diag_help(s->diags, diag, "the escapes are \\\" \\\\ \\/ \\b \\f \\n "
	    "\\r \\t and \\uXXXX; a backslash itself is written \\\\");
}

static void
bad_surrogate(struct json_scanner *s, const unsigned char *from,
    const unsigned char *to)
{
	struct diag *diag = diag_at(s->diags, DIAG_BAD_STRING,
	    span_of(s, from, to),
	    "%.*s is half of a surrogate pair, and no character on its own",
	    (int)(to - from), (const char *)from);

	diag_help(s->diags, diag, "write both halves, as in \\ud83d\\ude00, "
	    "or the character itself");
}

static void
bad_byte(struct json_scanner *s, const unsigned char *at)
{
	struct span span = span_of(s, at, at + 1);
	struct diag *diag;

	if (*at >= 0x80) {
		(void)diag_at(s->diags, DIAG_ENCODING, span,
		    "byte 0x%02x is not valid UTF-8", (unsigned)*at);
		return;
	}
	diag = diag_at(s->diags, DIAG_BAD_STRING, span,
	    *at == '\t' ? "a tab inside a string"
	                : "the control character U+%04X inside a string",
	    (unsigned)*at);
	if (*at == '\t')
		diag_help(s->diags, diag, "write \\t");
	else
		diag_help(s->diags, diag, "write \\u%04x", (unsigned)*at);
}

static struct text
unterminated(struct json_scanner *s, const unsigned char *open,
    const unsigned char *at)
{
	struct diag *diag = diag_at(s->diags, DIAG_BAD_STRING,
	    span_of(s, open, open + 1),
	    "this string is not closed before the end of the %s",
	    at == s->end ? "file" : "line");

	diag_help(s->diags, diag, at == s->end
	    ? "put \" where the string ends"
	    : "put \" where the string ends; a line break in a string is "
	      "written \\n");
	return (struct text){ 0 };
}

static uint32_t
hex_value(const unsigned char *digits)
{
	char four[5] = { (char)digits[0], (char)digits[1], (char)digits[2],
		(char)digits[3], '\0' };

	return (uint32_t)strtoul(four, NULL, 16);
}

static char
unescape(unsigned char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default: /* " \ / stand for themselves */
		return (char)c;
	}
}

/*
 * The string that opens at `open`: unescapes it into `out`, or with NULL only
 * checks it, diagnosing everything.  Returns where it ends, behind the quote,
 * or NULL when it does not.
 */
static const unsigned char *
string_pieces(struct json_scanner *s, const unsigned char *open, char *out,
    uint32_t *ret_len)
{
	const unsigned char *p = open + 1, *marker, *from;
	uint32_t len = 0, code;
	char bytes[4];

	for (;;) {
		from = p;
		/*!re2c
		["]	{ *ret_len = len; return p; }
		plain+	{
			if (out != NULL)
				memcpy(out + len, from, (size_t)(p - from));
			len += (uint32_t)(p - from);
			continue;
		}
		"\\" ["\\/bfnrt] {
			if (out != NULL)
				out[len] = unescape(from[1]);
			len++;
			continue;
		}
		"\\u0000" {
			(void)diag_at(s->diags, DIAG_BAD_STRING,
			    span_of(s, from, p),
			    "\\u0000 is a NUL character; no path or name can "
			    "hold one");
			s->failed = true;
			continue;
		}
		scalar	{ code = hex_value(from + 2); goto encode; }
		high low {
			code = 0x10000 + ((hex_value(from + 2) & 0x3FF) << 10) +
			    (hex_value(from + 8) & 0x3FF);
			goto encode;
		}
		high | low {
			bad_surrogate(s, from, p);
			s->failed = true;
			continue;
		}
		"\\u" hex{0,3} | "\\" plain {
			bad_escape(s, from, p);
			s->failed = true;
			continue;
		}
		"\\"	{
			/* The line or the file ends: the next turn says so. */
			s->failed = true;
			continue;
		}
		[\n\r]	{ goto open_end; }
		*	{
			if (from == s->end)
				goto open_end;
			bad_byte(s, from);
			s->failed = true;
			continue;
		}
		*/
	encode:
		code = utf8_encode(code, bytes);
		if (out != NULL)
			memcpy(out + len, bytes, code);
		len += code;
	}
open_end:
	(void)unterminated(s, open, from);
	return NULL;
}

/* A string that is not plain from end to end. */
static struct json_lexeme
slow_string(struct json_scanner *s, const unsigned char *open)
{
	struct json_lexeme token = { .kind = JSON_STRING };
	bool failed_before = s->failed;
	uint32_t len;

	s->failed = false;

	const unsigned char *p = string_pieces(s, open, NULL, &len);
	bool failed = s->failed;

	s->failed = failed || failed_before;

	if (p == NULL) {
		token.kind = JSON_FAILED;
		return token;
	}
	s->at = p;
	token.at = span_of(s, open, p);
	if (failed) { /* as it is, to be told from other keys */
		token.text = slice(open + 1, p - 1);
		return token;
	}
	char *out = arena_alloc(s->arena, (size_t)len + 1, 1);

	(void)string_pieces(s, open, out, &len);
	token.text = (struct text){ out, len };
	return token;
}

static void
help_decimal(struct json_scanner *s, struct diag *diag, struct text t)
{
	char digits[32], *end;

	if (t.len < sizeof(digits)) {
		memcpy(digits, t.s, t.len);
		digits[t.len] = '\0';
		unsigned long long n = strtoull(digits, &end, 16);

		if (*end == '\0' && digits[0] == '0') {
			diag_help(s->diags, diag, "write %llu", n);
			return;
		}
	}
	diag_help(s->diags, diag, "write it in decimal");
}

/* What looks like a number to somebody, but is none in JSON. */
static void
bad_number(struct json_scanner *s, struct span at, struct text t)
{
	const char *digits = t.s + (t.s[0] == '-' || t.s[0] == '+');
	const char *end = t.s + t.len;
	const char *why = "this is not a number";
	const char *help = "put it in double quotes if it is text";
	bool hex = end - digits > 1 && digits[0] == '0' &&
	    (digits[1] == 'x' || digits[1] == 'X');

	if (hex) {
		why = "JSON has no hexadecimal numbers";
	} else if (t.s[0] == '+') {
		why = "a number has no plus sign";
		help = "leave the + out";
	} else if (digits[0] == '.') {
		why = "a number does not begin with a point";
		help = "write 0 before it";
	} else if (memchr(t.s, '_', t.len) != NULL) {
		why = "the digits of a number are not separated";
		help = "leave the _ out";
	} else if (end - digits > 1 && digits[0] == '0' && digits[1] >= '0' &&
	    digits[1] <= '9') {
		why = "a number has no leading zeros";
		help = "leave them out; an octal number is written in decimal, "
		       "and text in double quotes";
	} else if (end[-1] == '.') {
		why = "digits are missing after the point";
		help = "leave the point out, or write .0";
	}
	struct diag *diag = diag_at(s->diags, DIAG_BAD_NUMBER, at, "%s", why);

	if (hex)
		help_decimal(s, diag, t);
	else
		diag_help(s->diags, diag, "%s", help);
	s->failed = true;
}

/* The block comment at `open` has no end, or something that it may not hold. */
static void
bad_comment(struct json_scanner *s, const unsigned char *open)
{
	const char *close = strstr((const char *)open + 2, "*/");
	struct diag *diag;

	if (close == NULL) {
		diag = diag_at(s->diags, DIAG_SYNTAX, span_of(s, open, open + 2),
		    "this comment is not closed");
		diag_help(s->diags, diag, "put */ where the comment ends");
		return;
	}
	(void)diag_at(s->diags, DIAG_SYNTAX,
	    span_of(s, open, (const unsigned char *)close + 2),
	    "this comment holds a control character");
}

struct json_lexeme
json_scan(struct json_scanner *s)
{
	const unsigned char *p = s->at, *marker, *from;
	struct json_lexeme token = { .kind = JSON_OTHER };

	for (;;) {
		from = p;
		/*!re2c
		blank | "//" shown*	{ continue; }
		"/*" block* "*"+ "/"	{ continue; }
		"/*"	{
			bad_comment(s, from);
			token.kind = JSON_FAILED;
			break;
		}
		"{"	{ token.kind = JSON_MAP_OPEN; break; }
		"}"	{ token.kind = JSON_MAP_CLOSE; break; }
		"["	{ token.kind = JSON_LIST_OPEN; break; }
		"]"	{ token.kind = JSON_LIST_CLOSE; break; }
		":"	{ token.kind = JSON_COLON; break; }
		","	{ token.kind = JSON_COMMA; break; }
		"true"	{ token.kind = JSON_TRUE; break; }
		"false"	{ token.kind = JSON_FALSE; break; }
		"null"	{ token.kind = JSON_NULL; break; }
		["] plain* ["] {
			s->at = p;
			token.kind = JSON_STRING;
			token.at = span_of(s, from, p);
			token.text = slice(from + 1, p - 1);
			return token;
		}
		["]	{ return slow_string(s, from); }
		int	{ token.kind = JSON_INTEGER; break; }
		number	{ token.kind = JSON_NUMBER; break; }
		numberlike {
			bad_number(s, span_of(s, from, p), slice(from, p));
			token.kind = JSON_NUMBER;
			break;
		}
		word	{ token.kind = JSON_WORD; break; }
		"'" [^'\x00\n]* "'"? { token.kind = JSON_SINGLE; break; }
		"#" shown* { token.kind = JSON_HASH; break; }
		*	{
			if (from == s->end) {
				p = from;
				token.kind = JSON_END;
			}
			break;
		}
		*/
	}
	s->at = p;
	token.at = span_of(s, from, p);
	token.text = slice(from, p);
	return token;
}
