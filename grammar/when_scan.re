#include <config.h>

#include <stddef.h>

#include "grammar/when_scan.h"

/* As in path_scan.re: the end is peeked as a NUL, which no text holds. */
enum when_token
when_scan_token(struct when_scanner *s, struct text *ret_token)
{
	const char *begin = s->at, *p = begin, *end = s->end;
	enum when_token kind;

	/*!re2c
	re2c:api = custom;
	re2c:api:style = free-form;
	re2c:define:YYCTYPE = "unsigned char";
	re2c:define:YYPEEK = "(p < end ? (unsigned char)*p : 0)";
	re2c:define:YYSKIP = "p++;";
	re2c:yyfill:enable = 0;

	*			{ kind = WHEN_BAD; goto done; }
	[\x00]			{ kind = WHEN_END; p = begin; goto done; }
	[ \t\r\n]+		{ kind = WHEN_BLANK; goto done; }
	"!"			{ kind = WHEN_NOT; goto done; }
	":"			{ kind = WHEN_COLON; goto done; }
	"==" | [<>] "="?	{ kind = WHEN_COMPARE; goto done; }
	[A-Za-z0-9_.-]+		{ kind = WHEN_WORD; goto done; }
	[^\x00-\x7f]+		{ kind = WHEN_BAD; goto done; }
	*/
done:
	s->at = p;
	*ret_token = (struct text){ begin, (uint32_t)(p - begin) };
	return kind;
}
