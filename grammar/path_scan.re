#include <config.h>

#include <stddef.h>

#include "grammar/path_scan.h"

/*
 * A slice is not followed by a NUL, so the end is peeked as one; no text
 * holds a NUL byte of its own.
 */
/*!re2c
	re2c:api = custom;
	re2c:api:style = free-form;
	re2c:define:YYCTYPE = "unsigned char";
	re2c:define:YYPEEK = "(p < end ? (unsigned char)*p : 0)";
	re2c:define:YYSKIP = "p++;";
	re2c:define:YYBACKUP = "marker = p;";
	re2c:define:YYRESTORE = "p = marker;";
	re2c:yyfill:enable = 0;

	name = [A-Za-z_][A-Za-z0-9_]*;
	tail = [\x80-\xbf];
*/

static enum path_token
token(const char **at, const char *end, struct text *ret_token)
{
	const char *begin = *at, *p = *at;
	enum path_token kind;

	/*!re2c
	*		{ kind = PATH_END; p = begin; goto done; }
	"$" name	{ kind = PATH_VARIABLE; goto done; }
	"${" name "}"	{ kind = PATH_VARIABLE; goto done; }
	"${" name?	{ kind = PATH_BAD_BRACE; goto done; }
	"$" [0-9]+	{ kind = PATH_BAD_DIGIT; goto done; }
	"$"		{ kind = PATH_BAD_DOLLAR; goto done; }
	[^$\x00]+	{ kind = PATH_TEXT; goto done; }
	*/
done:
	*at = p;
	*ret_token = (struct text){ begin, (uint32_t)(p - begin) };
	return kind;
}

static enum path_token
tilde(const char **at, const char *end, struct text *ret_token)
{
	const char *begin = *at, *p = *at;
	enum path_token kind;

	/*!re2c
	*		{ return token(at, end, ret_token); }
	"~"		{ kind = PATH_HOME; goto done; }
	"~" [^/\x00]+	{ kind = PATH_BAD_TILDE; goto done; }
	*/
done:
	*at = p;
	*ret_token = (struct text){ begin, (uint32_t)(p - begin) };
	return kind;
}

enum path_token
path_scan(struct path_scanner *s, struct text *ret_token)
{
	if (s->at == s->begin)
		return tilde(&s->at, s->end, ret_token);
	return token(&s->at, s->end, ret_token);
}

enum path_forbidden
path_scan_forbidden(struct text t, struct text *ret_character)
{
	const char *p = t.s, *end = t.s + t.len, *begin, *marker;
	enum path_forbidden kind;

	for (;;) {
		begin = p;
		if (p == end)
			return PATH_CLEAN;
		/*!re2c
		*		{ kind = PATH_ENCODING; break; }

		[\x00-\x1f\x7f]		{ kind = PATH_CONTROL; break; }
		"\xc2" [\x80-\x9f]	{ kind = PATH_CONTROL; break; }

		"\xd8\x9c"		{ kind = PATH_BIDI; break; }
		"\xe2\x80" [\x8e\x8f\xa8-\xae]	{ kind = PATH_BIDI; break; }
		"\xef\xbb\xbf"		{ kind = PATH_BIDI; break; }
		"\xe2\x81" [\xa6-\xa9]	{ kind = PATH_BIDI; break; }

		[\x20-\x7e]		{ continue; }
		[\xc2-\xdf] tail	{ continue; }
		"\xe0" [\xa0-\xbf] tail	{ continue; }
		[\xe1-\xec\xee\xef] tail{2}	{ continue; }
		"\xed" [\x80-\x9f] tail	{ continue; }
		"\xf0" [\x90-\xbf] tail{2}	{ continue; }
		[\xf1-\xf3] tail{3}	{ continue; }
		"\xf4" [\x80-\x8f] tail{2}	{ continue; }
		*/
	}
	*ret_character = (struct text){ begin, (uint32_t)(p - begin) };
	return kind;
}
