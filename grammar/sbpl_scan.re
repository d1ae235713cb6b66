#include <config.h>

#include "grammar/sbpl_scan.h"

#include <errno.h>
#include <stdlib.h>

#include "grammar/sbpl_parse.h"

/*
 * Tokens as libsandbox's reader, a TinyScheme, cuts them.  The end of the text
 * is peeked as a NUL, which no source holds.
 */

/*!re2c
	re2c:api = custom;
	re2c:api:style = free-form;
	re2c:define:YYCTYPE = "unsigned char";
	re2c:define:YYPEEK = "(p < end ? *p : 0)";
	re2c:define:YYSKIP = "p++;";
	re2c:define:YYBACKUP = "marker = p;";
	re2c:define:YYRESTORE = "p = marker;";
	re2c:yyfill:enable = 0;

	blank = [ \t\r\n\f\v];
	hex = [0-9a-fA-F];
	cut = [^ \t\r\n\f\v()";\x00]; /* what a symbol may go on with */
	lead = cut \ [#'`,];
*/

static struct sbpl_range
range_of(const struct sbpl_reader *r, const unsigned char *from,
    const unsigned char *to)
{
	return (struct sbpl_range){ (uint32_t)(from - r->begin),
		(uint32_t)(to - r->begin) };
}

struct span
sbpl_place(const struct sbpl_reader *r, struct sbpl_range at)
{
	return r->in->place(r->in->of, at.begin, at.end);
}

static struct text
slice(const unsigned char *from, const unsigned char *to)
{
	return (struct text){ (const char *)from, (uint32_t)(to - from) };
}

static struct sbpl_lexeme
bad(struct sbpl_reader *r, const unsigned char *from, const unsigned char *to,
    const char *what, const char *help)
{
	struct diag *diag = diag_at(r->diags, DIAG_SBPL_SYNTAX,
	    sbpl_place(r, range_of(r, from, to)), "%s", what);

	diag_help(r->diags, diag, "%s", help);
	r->failed = true;
	return (struct sbpl_lexeme){ .token = SBPL_TOK_BAD,
		.at = range_of(r, from, to) };
}

/* Bytes that an escape stands for: \n \t \r \xHH \ooo, else itself. */
static bool
unescape(struct sbpl_reader *r, const unsigned char *from,
    const unsigned char *to, unsigned char *ret_byte)
{
	unsigned char c = from[1];

	if (c >= '0' && c <= '7') {
		unsigned value = 0;

		for (const unsigned char *p = from + 1; p < to; p++)
			value = value * 8 + (unsigned)(*p - '0');
		*ret_byte = (unsigned char)value;
		if (value > 0xFF || value == 0) {
			(void)bad(r, from, to, value == 0
			    ? "this escape is a NUL byte; no path or name can "
			      "hold one"
			    : "this escape is more than a byte",
			    "octal escapes go from \\001 to \\377");
			return false;
		}
	} else if (c == 'x') {
		char two[3] = { (char)from[2], (char)from[3], '\0' };

		*ret_byte = (unsigned char)strtoul(two, NULL, 16);
		if (*ret_byte == 0) {
			(void)bad(r, from, to, "this escape is a NUL byte; no "
			    "path or name can hold one",
			    "hexadecimal escapes go from \\x01 to \\xff");
			return false;
		}
	} else {
		*ret_byte = c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r'
		    : c;
	}
	return true;
}

/* The string that opens at `open` and has escapes. */
static struct sbpl_lexeme
slow_string(struct sbpl_reader *r, const unsigned char *open)
{
	const unsigned char *p = open + 1, *end = r->end, *from;
	unsigned char *out, byte;
	uint32_t len = 0;

	/* Unescaped it is no longer than it is; find its end first. */
	while (p < end && *p != '"')
		p += *p == '\\' && end - p > 1 ? 2 : 1;
	if (p >= end)
		return bad(r, open, open + 1, "this string is not closed "
		    "before the end of the text",
		    "put \" where the string ends");
	out = arena_alloc(r->arena, (size_t)(p - open), 1);
	p = open + 1;
	for (;;) {
		from = p;
		/*!re2c
		["]	{ break; }
		[^"\\\x00]+ {
			memcpy(out + len, from, (size_t)(p - from));
			len += (uint32_t)(p - from);
			continue;
		}
		"\\x" hex hex | "\\" [0-7]{1,3} | "\\" [^x0-7\x00] {
			if (!unescape(r, from, p, &byte))
				return (struct sbpl_lexeme){
					.token = SBPL_TOK_BAD,
					.at = range_of(r, from, p) };
			out[len++] = byte;
			continue;
		}
		"\\x" hex? {
			return bad(r, from, p,
			    "\\x takes exactly two hexadecimal digits",
			    "a backslash itself is written \\\\");
		}
		* {
			return bad(r, open, open + 1,
			    "this string is not closed before the end of the "
			    "text", "put \" where the string ends");
		}
		*/
	}
	r->at = p;
	return (struct sbpl_lexeme){ .token = SBPL_TOK_STRING,
		.at = range_of(r, open, p),
		.text = { (const char *)out, len } };
}

static struct sbpl_lexeme
integer(struct sbpl_reader *r, const unsigned char *from,
    const unsigned char *to, int base)
{
	struct sbpl_lexeme token = { .token = SBPL_TOK_INTEGER,
		.at = range_of(r, from, to) };
	const unsigned char *digits = from + (*from == '#' ? 2 : 0);
	char copy[72];
	size_t len = (size_t)(to - digits);

	if (len >= sizeof(copy))
		return bad(r, from, to, "this number has too many digits",
		    "numbers have 64 bits");
	memcpy(copy, digits, len);
	copy[len] = '\0';
	errno = 0;
	token.integer = strtoll(copy, NULL, base);
	if (errno != 0)
		return bad(r, from, to, "this number is too large",
		    "numbers have 64 bits");
	return token;
}

/* The words that mean something to the grammar of a raw rule. */
static int
symbol(const struct sbpl_reader *r, struct text t)
{
	static const struct {
		const char *word;
		int token;
	} words[] = {
		{ "allow", SBPL_TOK_ALLOW },
		{ "deny", SBPL_TOK_DENY },
		{ "param", SBPL_TOK_PARAM },
		{ "regex-quote", SBPL_TOK_REGEX_QUOTE },
		{ "require-all", SBPL_TOK_REQUIRE_ALL },
		{ "require-any", SBPL_TOK_REQUIRE_ANY },
		{ "require-not", SBPL_TOK_REQUIRE_NOT },
		{ "string-append", SBPL_TOK_STRING_APPEND },
		{ "with", SBPL_TOK_WITH },
	};

	if (r->shape == SBPL_SHAPE_RULE)
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (text_is(t, words[i].word))
				return words[i].token;
	return SBPL_TOK_SYMBOL;
}

static int64_t
character(struct text name)
{
	if (text_is(name, "space"))
		return ' ';
	if (text_is(name, "newline"))
		return '\n';
	if (text_is(name, "tab"))
		return '\t';
	if (text_is(name, "return"))
		return '\r';
	return (unsigned char)name.s[0];
}

struct sbpl_lexeme
sbpl_scan(struct sbpl_reader *r)
{
	const unsigned char *p = r->at, *end = r->end, *marker, *from;
	struct sbpl_lexeme token = { 0 };

	for (;;) {
		from = p;
		/*!re2c
		[\x00]	{
			p = from;
			token.token = SBPL_TOK_YYEOF;
			break;
		}
		blank+ | (";" | "#!") [^\n\x00]* { continue; }
		"#|" ([^|\x00] | "|"+ [^|#\x00])* "|"+ "#" { continue; }
		"#|" {
			return bad(r, from, p, "this comment is not closed",
			    "put |# where the comment ends");
		}
		"("	{ token.token = SBPL_TOK_OPEN; break; }
		")"	{ token.token = SBPL_TOK_CLOSE; break; }
		"'"	{ token.token = SBPL_TOK_QUOTE; break; }
		"`"	{ token.token = SBPL_TOK_QUASIQUOTE; break; }
		","	{ token.token = SBPL_TOK_UNQUOTE; break; }
		",@"	{ token.token = SBPL_TOK_UNQUOTE_ALL; break; }
		"."	{ token.token = SBPL_TOK_DOT; break; }

		["] [^"\\\x00]* ["] {
			token.token = SBPL_TOK_STRING;
			token.text = slice(from + 1, p - 1);
			break;
		}
		["]	{ return slow_string(r, from); }
		"#\"" [^"\x00]* ["] {
			token.token = SBPL_TOK_STRING;
			token.text = slice(from + 2, p - 1);
			token.raw = true;
			break;
		}
		"#\"" {
			return bad(r, from, p, "this raw string is not closed "
			    "before the end of the text",
			    "put \" where the string ends; in #\"...\" no "
			    "escape, \\\" neither, has a meaning");
		}

		"#t" | "#f" {
			token.token = SBPL_TOK_BOOLEAN;
			token.integer = from[1] == 't';
			break;
		}
		"#\\" cut+ | "#\\" [ ()";] {
			token.token = SBPL_TOK_CHARACTER;
			token.text = slice(from + 2, p);
			token.integer = character(token.text);
			break;
		}
		[+-]? [0-9]+ { r->at = p; return integer(r, from, p, 10); }
		"#d" [+-]? [0-9]+ { r->at = p; return integer(r, from, p, 10); }
		"#x" [+-]? hex+ { r->at = p; return integer(r, from, p, 16); }
		"#o" [+-]? [0-7]+ { r->at = p; return integer(r, from, p, 8); }
		"#b" [+-]? [01]+ { r->at = p; return integer(r, from, p, 2); }
		[+-]? [0-9]* "." [0-9]+ ([eE] [+-]? [0-9]+)? {
			token.token = SBPL_TOK_REAL;
			token.text = slice(from, p);
			break;
		}
		lead cut* {
			token.text = slice(from, p);
			token.token = symbol(r, token.text);
			break;
		}
		"#" cut* {
			return bad(r, from, p, "nothing is written like this",
			    "after # stand t, f, x1f, o17, b101, \\a, "
			    "\"a raw string\" or |a comment|#");
		}
		* {
			return bad(r, from, p, "this byte belongs nowhere",
			    "take it out");
		}
		*/
	}
	r->at = p;
	token.at = range_of(r, from, p);
	return token;
}
