#include <config.h>

#include <stddef.h>

#include "grammar/assert_parse.h"
#include "grammar/assert_scan.h"

const char *const assert_operations[] = {
	"read", "list", "exec", "write", "truncate", "create", "remove",
	"refer", "ioctl", "unix", "connect", "bind", NULL,
};

/*
 * Says what is wrong with the token itself; the parser then keeps silent.  A
 * token that nothing can be made of ends the line, not the file.
 */
static int
bad(struct assert_scanner *s, struct assert_word *word, const char *what,
    const char *help)
{
	struct diag *diag;

	diag = diag_at(s->in->diags, DIAG_ASSERT_SYNTAX, word->at, "%s", what);
	diag_help(s->in->diags, diag, "%s", help);
	s->spoken = true;
	return TOK_BAD;
}

/* Without its quotes, and without the backslashes before \" and \\. */
static struct text
unquoted(const struct assert_scanner *s, struct text t)
{
	uint32_t n = 0;
	char *copy;

	t = (struct text){ t.s + 1, t.len - 2 };
	if (memchr(t.s, '\\', t.len) == NULL)
		return t;
	copy = ARENA_ARRAY(s->in->arena, t.len, char);
	for (uint32_t i = 0; i < t.len; i++) {
		if (t.s[i] == '\\')
			i++;
		copy[n++] = t.s[i];
	}
	return (struct text){ copy, n };
}

static void
take(struct assert_scanner *s, const char *begin, struct assert_word *word)
{
	const char *base = s->in->text.s;
	uint32_t from = (uint32_t)(begin - base);

	word->text = (struct text){ begin, (uint32_t)(s->at - begin) };
	word->at = s->in->place(
	    s->in->place_arg, from, from + word->text.len);
}

/* Words that only a query reserves: in a file they may be names. */
static int
query_word(struct text word)
{
	static const struct {
		const char *word;
		int token;
	} words[] = {
		{ "and", TOK_AND }, { "or", TOK_OR }, { "not", TOK_NOT },
		{ "under", TOK_UNDER }, { "from", TOK_FROM },
		{ "paths", TOK_PATHS }, { "ports", TOK_PORTS_WORD },
		{ "where", TOK_WHERE },
	};

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_is(word, words[i].word))
			return words[i].token;
	return TOK_WORD;
}

/* As in path_scan.re: the end is peeked as a NUL, which no text holds. */
int
assert_scan(struct assert_scanner *s, struct assert_word *ret_word)
{
	const char *begin, *p, *end = s->end, *marker = NULL;
	int kind;

	s->spoken = false;
again:
	begin = p = s->at;
	/*!re2c
	re2c:api = custom;
	re2c:api:style = free-form;
	re2c:define:YYCTYPE = "unsigned char";
	re2c:define:YYPEEK = "(p < end ? (unsigned char)*p : 0)";
	re2c:define:YYSKIP = "p++;";
	re2c:define:YYBACKUP = "marker = p;";
	re2c:define:YYRESTORE = "p = marker;";
	re2c:yyfill:enable = 0;

	digit = [0-9];
	word = [A-Za-z_][A-Za-z0-9_.-]*;
	rest = [^\x00-\x20,;{}()|"];
	junk = rest \ [A-Za-z0-9_/~$%:=&!];

	*			{ kind = TOK_JUNK; goto done; }
	[\x00]			{ kind = TOK_END; p = begin; goto done; }
	[ \t\r\n]+		{ s->at = p; goto again; }
	"#" [^\n\x00]*		{ s->at = p; goto again; }

	";"	{ kind = TOK_SEMICOLON; goto done; }
	","	{ kind = TOK_COMMA; goto done; }
	":"	{ kind = TOK_COLON; goto done; }
	"|"	{ kind = TOK_BAR; goto done; }
	"{"	{ kind = TOK_LBRACE; goto done; }
	"}"	{ kind = TOK_RBRACE; goto done; }
	"("	{ kind = TOK_LPAREN; goto done; }
	")"	{ kind = TOK_RPAREN; goto done; }
	"="	{ kind = TOK_EQUALS; goto done; }
	"&"	{ kind = TOK_AMPERSAND; goto done; }
	"!"	{ kind = TOK_BANG; goto done; }
	">="	{ kind = TOK_AT_LEAST; goto done; }

	"let"		{ kind = TOK_LET; goto done; }
	"assert"	{ kind = TOK_ASSERT_; goto done; }
	"assume"	{ kind = TOK_ASSUME; goto done; }
	"waive"		{ kind = TOK_WAIVE; goto done; }
	"never"		{ kind = TOK_NEVER; goto done; }
	"always"	{ kind = TOK_ALWAYS; goto done; }
	"only"		{ kind = TOK_ONLY; goto done; }
	"may"		{ kind = TOK_MAY; goto done; }
	"on"		{ kind = TOK_ON; goto done; }
	"together"	{ kind = TOK_TOGETHER; goto done; }
	"except"	{ kind = TOK_EXCEPT; goto done; }
	"for"		{ kind = TOK_FOR; goto done; }
	"profile"	{ kind = TOK_PROFILE; goto done; }
	"platform"	{ kind = TOK_PLATFORM; goto done; }
	"abi"		{ kind = TOK_ABI; goto done; }
	"all"		{ kind = TOK_ALL; goto done; }
	"within"	{ kind = TOK_WITHIN; goto done; }
	"disjoint"	{ kind = TOK_DISJOINT; goto done; }
	"group"		{ kind = TOK_GROUP; goto done; }
	"is"		{ kind = TOK_IS; goto done; }
	"because"	{ kind = TOK_BECAUSE; goto done; }
	"owner"		{ kind = TOK_OWNER; goto done; }
	"until"		{ kind = TOK_UNTIL; goto done; }

	"read" | "list" | "exec" | "write" | "truncate" | "create" |
	"remove" | "refer" | "ioctl" | "unix" | "connect" | "bind"
				{ kind = TOK_OPERATION; goto done; }

	word			{ kind = TOK_WORD; goto done; }
	"%" word		{ kind = TOK_MACRO; goto done; }
	digit+			{ kind = TOK_NUMBER; goto done; }
	digit{4} "-" digit{2} "-" digit{2}	{ kind = TOK_DATE; goto done; }
	("tcp" | "udp") ":" rest+	{ kind = TOK_PORTS; goto done; }
	[/~$] rest*		{ kind = TOK_PATH; goto done; }
	["] ([^"\\\n\x00] | "\\" ["\\])* ["]	{ kind = TOK_STRING; goto done; }
	["]			{ kind = TOK_QUOTE; goto done; }
	junk rest*		{ kind = TOK_JUNK; goto done; }
	*/
done:
	s->at = p;
	*ret_word = (struct assert_word){ .macro = kind == TOK_MACRO };
	take(s, begin, ret_word);
	switch (kind) {
	case TOK_WORD:
		if (s->in->start == ASSERT_START_QUERY)
			return query_word(ret_word->text);
		break;
	case TOK_MACRO:
		ret_word->text.s++;
		ret_word->text.len--;
		break;
	case TOK_STRING:
		ret_word->text = unquoted(s, ret_word->text);
		break;
	case TOK_QUOTE:
		/* Its line is lost; a quote on another is not its end. */
		while (s->at < end && *s->at != '\n')
			s->at++;
		if (s->at[-1] == ';')
			s->at--;
		take(s, begin, ret_word);
		return bad(s, ret_word,
		    "the string is not closed on its line, or holds a \"\\\" "
		    "that is not part of \\\" or \\\\",
		    "end it with '\"'; inside, write \\\" and \\\\");
	}
	return kind;
}
