/*
 * Seatbelt files (SBPL), docs/seatbelt.md.  Two starts: any file, which is
 * Scheme data, and one raw rule of a profile, which is a whitelist of forms.
 * Actions build nodes and do nothing else.
 */
%require "3.8"
%define api.pure full
%define api.push-pull push
%define api.prefix {sbpl_yy}
%define api.token.prefix {SBPL_TOK_}
%define api.location.type {struct sbpl_range}
%define api.header.include {"grammar/sbpl_parse.h"}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {struct sbpl_reader *r}

%code top {
#include <config.h>
}

%code requires {
#include "grammar/sbpl_scan.h"
}

%code {
/* An empty rule is the point behind what stands before it. */
#define YYLLOC_DEFAULT(at, rhs, n)                                             \
	((at) = (n) > 0                                                        \
		? (struct sbpl_range){YYRHSLOC(rhs, 1).begin,                  \
			  YYRHSLOC(rhs, n).end}                                \
		: (struct sbpl_range){YYRHSLOC(rhs, 0).end,                    \
			  YYRHSLOC(rhs, 0).end})

static struct sbpl_node *
node(struct sbpl_reader *r, struct sbpl_range at, enum sbpl_kind kind)
{
	struct sbpl_node *n = ARENA_NEW(r->arena, struct sbpl_node);

	n->at = sbpl_place(r, at);
	n->kind = kind;
	r->nodes++;
	return n;
}

static struct sbpl_node *
atom(struct sbpl_reader *r, const struct sbpl_lexeme *token,
    enum sbpl_kind kind)
{
	struct sbpl_node *n = node(r, token->at, kind);

	n->raw = token->raw;
	if (kind == SBPL_INTEGER || kind == SBPL_CHARACTER)
		n->integer = token->integer;
	else if (kind == SBPL_BOOLEAN)
		n->truth = token->integer != 0;
	else
		n->text = token->text;
	return n;
}

static struct sbpl_node *
list(struct sbpl_reader *r, struct sbpl_range at, const struct sbpl_node *first)
{
	struct sbpl_node *n = node(r, at, SBPL_LIST);

	n->first = first;
	return n;
}

/* 'x is (quote x). */
static struct sbpl_node *
quoted(struct sbpl_reader *r, struct sbpl_range at, struct sbpl_range mark,
    const char *word, const struct sbpl_node *datum)
{
	struct sbpl_node *head = node(r, mark, SBPL_SYMBOL);

	head->text = text_of(word);
	head->next = datum;
	return list(r, at, head);
}

static struct sbpl_row
row(struct sbpl_node *only)
{
	return (struct sbpl_row){ only, only };
}

static struct sbpl_row
append(struct sbpl_row row, struct sbpl_node *next)
{
	if (row.last == NULL)
		return (struct sbpl_row){ next, next };
	row.last->next = next;
	row.last = next;
	return row;
}

static struct sbpl_row
prepend(struct sbpl_node *first, struct sbpl_row row)
{
	first->next = row.first;
	return (struct sbpl_row){ first, row.last == NULL ? first : row.last };
}

static void sbpl_yyerror(const struct sbpl_range *at, struct sbpl_reader *r,
    const char *text);
}

%union {
	struct sbpl_lexeme token;
	struct sbpl_node *node;
	struct sbpl_row {
		struct sbpl_node *first, *last;
	} row;
}

%token YYEOF 0 "the end"
%token START_FILE "a file" START_RULE "a rule"
%token BAD "something unreadable"
%token OPEN "(" CLOSE ")" DOT "a dot"
%token QUOTE "'" QUASIQUOTE "`" UNQUOTE "," UNQUOTE_ALL ",@"
%token <token> SYMBOL "a name"
%token <token> STRING "a string"
%token <token> INTEGER "a number" REAL "a number with a fraction"
%token <token> BOOLEAN "a boolean" CHARACTER "a character"
%token <token> ALLOW "allow" DENY "deny" WITH "with"
%token <token> REQUIRE_ALL "require-all" REQUIRE_ANY "require-any"
%token <token> REQUIRE_NOT "require-not"
%token <token> PARAM "param" STRING_APPEND "string-append"
%token <token> REGEX_QUOTE "regex-quote"

%type <node> datum list name string filter modifier part argument value
%type <row> data parts filters strings arguments

%%

start
	: START_FILE data		{ r->first = $data.first; }
	| START_RULE rule
	;

/* Any file. */

data
	: %empty			{ $$ = (struct sbpl_row){ 0 }; }
	| data datum			{ $$ = append($1, $datum); }
	;

datum
	: SYMBOL			{ $$ = atom(r, &$1, SBPL_SYMBOL); }
	| STRING			{ $$ = atom(r, &$1, SBPL_STRING); }
	| INTEGER			{ $$ = atom(r, &$1, SBPL_INTEGER); }
	| REAL				{ $$ = atom(r, &$1, SBPL_REAL); }
	| BOOLEAN			{ $$ = atom(r, &$1, SBPL_BOOLEAN); }
	| CHARACTER			{ $$ = atom(r, &$1, SBPL_CHARACTER); }
	| list
	| QUOTE datum[d]		{ $$ = quoted(r, @$, @1, "quote", $d); }
	| QUASIQUOTE datum[d]
		{ $$ = quoted(r, @$, @1, "quasiquote", $d); }
	| UNQUOTE datum[d]		{ $$ = quoted(r, @$, @1, "unquote", $d); }
	| UNQUOTE_ALL datum[d]
		{ $$ = quoted(r, @$, @1, "unquote-splicing", $d); }
	;

list
	: OPEN data CLOSE		{ $$ = list(r, @$, $data.first); }
	| OPEN data datum[head] DOT datum[tail] CLOSE
		{
			struct sbpl_row all = append(append($data, $head), $tail);

			$$ = list(r, @$, all.first);
			$$->dotted = true;
		}
	;

/* One raw rule of a profile. */

rule
	: OPEN ALLOW parts CLOSE
		{
			r->first = list(r, @$,
			    prepend(atom(r, &$2, SBPL_SYMBOL), $parts).first);
		}
	| OPEN DENY parts CLOSE
		{
			r->first = list(r, @$,
			    prepend(atom(r, &$2, SBPL_SYMBOL), $parts).first);
		}
	;

parts
	: part				{ $$ = row($1); }
	| parts part			{ $$ = append($1, $2); }
	;

part
	: name
	| filter
	| modifier
	;

name
	: SYMBOL			{ $$ = atom(r, &$1, SBPL_SYMBOL); }
	;

filter
	: OPEN name arguments CLOSE
		{ $$ = list(r, @$, prepend($name, $arguments).first); }
	| OPEN REQUIRE_ALL filters CLOSE
		{
			$$ = list(r, @$,
			    prepend(atom(r, &$2, SBPL_SYMBOL), $filters).first);
		}
	| OPEN REQUIRE_ANY filters CLOSE
		{
			$$ = list(r, @$,
			    prepend(atom(r, &$2, SBPL_SYMBOL), $filters).first);
		}
	| OPEN REQUIRE_NOT filter[inner] CLOSE
		{
			$$ = list(r, @$, prepend(atom(r, &$2, SBPL_SYMBOL),
			    row($inner)).first);
		}
	;

filters
	: filter			{ $$ = row($1); }
	| filters filter		{ $$ = append($1, $2); }
	;

arguments
	: argument			{ $$ = row($1); }
	| arguments argument		{ $$ = append($1, $2); }
	;

argument
	: string
	| name
	| INTEGER			{ $$ = atom(r, &$1, SBPL_INTEGER); }
	;

string
	: STRING			{ $$ = atom(r, &$1, SBPL_STRING); }
	| OPEN PARAM STRING CLOSE
		{
			$$ = list(r, @$, prepend(atom(r, &$2, SBPL_SYMBOL),
			    row(atom(r, &$3, SBPL_STRING))).first);
		}
	| OPEN STRING_APPEND strings CLOSE
		{
			$$ = list(r, @$,
			    prepend(atom(r, &$2, SBPL_SYMBOL), $strings).first);
		}
	| OPEN REGEX_QUOTE string[inner] CLOSE
		{
			$$ = list(r, @$, prepend(atom(r, &$2, SBPL_SYMBOL),
			    row($inner)).first);
		}
	;

strings
	: string			{ $$ = row($1); }
	| strings string		{ $$ = append($1, $2); }
	;

modifier
	: OPEN WITH name CLOSE
		{
			$$ = list(r, @$, prepend(atom(r, &$2, SBPL_SYMBOL),
			    row($name)).first);
		}
	| OPEN WITH name value CLOSE
		{
			$$ = list(r, @$, prepend(atom(r, &$2, SBPL_SYMBOL),
			    append(row($name), $value)).first);
		}
	;

value
	: STRING			{ $$ = atom(r, &$1, SBPL_STRING); }
	| name
	;

%%

/* Never called: with parse.error custom only memory gets here. */
static void
sbpl_yyerror(const struct sbpl_range *at, struct sbpl_reader *r,
    const char *text)
{
	(void)diag_at(r->diags, DIAG_SBPL_LIMIT, sbpl_place(r, *at), "%s", text);
	r->failed = true;
}

static struct diag *
wrong(struct sbpl_reader *r, struct sbpl_range at, const char *what)
{
	r->failed = true;
	return diag_at(r->diags, DIAG_SBPL_SYNTAX, sbpl_place(r, at), "%s",
	    what);
}

/*
 * The text ends inside a list.  Which ) is missing cannot be known, but a
 * form that begins at the left margin, inside another one, shows where.
 */
static void
never_closed(struct sbpl_reader *r)
{
	struct diag *diag = wrong(r, r->open[0],
	    "this list is not closed before the end of the text");
	uint32_t i;

	for (i = 1; i < r->depth; i++) {
		uint32_t at = r->open[i].begin;

		if (at > 0 && r->begin[at - 1] == '\n')
			break;
	}
	if (i < r->depth) {
		if (i > 1)
			diag_note(r->diags, diag,
			    sbpl_place(r, r->open[i - 1]),
			    "the innermost list that is open there begins "
			    "here");
		diag_help(r->diags, diag, "a form begins at the left margin "
		    "while it is open; the missing ) belongs before that");
		diag_note(r->diags, diag, sbpl_place(r, r->open[i]),
		    "this form begins at the left margin");
		return;
	}
	if (r->depth > 1)
		diag_note(r->diags, diag,
		    sbpl_place(r, r->open[r->depth - 1]),
		    "the innermost list that is open there begins here");
	diag_help(r->diags, diag, "put %s at the end",
	    r->depth == 1 ? "one )" : "the missing )");
}

/* What is wrong about the place of a token in a file. */
static void
misplaced(struct sbpl_reader *r, yysymbol_kind_t token, struct sbpl_range at)
{
	struct diag *diag;

	switch ((int)token) {
	case YYSYMBOL_CLOSE:
		if (r->depth == 0) {
			diag = wrong(r, at, "nothing is open that this ) could "
			    "close");
			diag_help(r->diags, diag, "take it out, or look for "
			    "one ) too many before it");
			return;
		}
		diag = wrong(r, at, "something is missing before this )");
		diag_help(r->diags, diag, "after ' and after a dot stands one "
		    "thing");
		return;
	case YYSYMBOL_YYEOF:
		if (r->depth > 0) {
			never_closed(r);
			return;
		}
		diag = wrong(r, at, "the text ends after a quote");
		diag_help(r->diags, diag, "after ' stands what is quoted");
		return;
	default:
		diag = wrong(r, at, "this does not belong behind a dot");
		diag_help(r->diags, diag, "a dot stands before the last thing "
		    "in a list, with blanks around it: (a . b)");
		return;
	}
}

/* A raw rule goes on otherwise than the grammar. */
static void
not_a_rule(struct sbpl_reader *r, const yypcontext_t *context,
    struct sbpl_range at)
{
	enum { MANY = 8 };
	yysymbol_kind_t expected[MANY];
	const char *got = yysymbol_name(yypcontext_token(context));
	int n = yypcontext_expected_tokens(context, expected, MANY);
	struct text wanted = { 0 };
	struct diag *diag;

	for (int i = 0; i < n; i++)
		wanted = arena_printf(r->arena, "%.*s%s%s", (int)wanted.len,
		    wanted.len > 0 ? wanted.s : "",
		    i == 0 ? "" : i + 1 < n ? ", " : " or ",
		    yysymbol_name(expected[i]));
	r->failed = true;
	diag = diag_at(r->diags, DIAG_SBPL_SYNTAX, sbpl_place(r, at),
	    "this rule has %s where %s may stand", got,
	    n > 0 ? wanted.s : "nothing more");
	if (r->forms > 0 && r->depth <= 1)
		diag_help(r->diags, diag, "one rule a string: give the next "
		    "one its own");
	else
		diag_help(r->diags, diag, "a rule is one form, (allow "
		    "OPERATION... FILTER... MODIFIER...) or (deny ...)");
}

static int
yyreport_syntax_error(const yypcontext_t *context, struct sbpl_reader *r)
{
	struct sbpl_range at = *yypcontext_location(context);
	yysymbol_kind_t token = yypcontext_token(context);

	if (r->failed)
		return 0;
	if (token == YYSYMBOL_YYEOF && r->depth > 0)
		never_closed(r);
	else if (r->shape == SBPL_SHAPE_RULE)
		not_a_rule(r, context, at);
	else
		misplaced(r, token, at);
	return 0;
}

/* Keeps the stack of open lists; false when it or the whole grows too much. */
static bool
track(struct sbpl_reader *r, const struct sbpl_lexeme *token)
{
	struct diag *diag;

	if (token->token == SBPL_TOK_OPEN) {
		if (r->depth == SBPL_DEPTH_MAX) {
			diag = diag_at(r->diags, DIAG_SBPL_LIMIT,
			    sbpl_place(r, token->at),
			    "more than %d lists, one in the other",
			    SBPL_DEPTH_MAX);
			diag_help(r->diags, diag,
			    "no Seatbelt file needs that");
			return false;
		}
		r->open[r->depth++] = token->at;
	} else if (token->token == SBPL_TOK_CLOSE && r->depth > 0) {
		r->depth--;
		r->forms += r->depth == 0;
	}
	if (r->nodes > SBPL_COUNT_MAX) {
		diag = diag_at(r->diags, DIAG_SBPL_LIMIT,
		    sbpl_place(r, token->at), "more than %d names and lists",
		    SBPL_COUNT_MAX);
		diag_help(r->diags, diag, "split the file");
		return false;
	}
	return true;
}

/* Quotes before quotes nest, too, but no list counts them. */
static bool
one_token(struct sbpl_reader *r, sbpl_yypstate *state, unsigned *quotes,
    int *ret_status)
{
	struct sbpl_lexeme token = sbpl_scan(r);
	SBPL_YYSTYPE value = { .token = token };

	if (r->failed || token.token == SBPL_TOK_BAD)
		return false;
	*quotes = token.token == SBPL_TOK_QUOTE ||
	    token.token == SBPL_TOK_QUASIQUOTE ||
	    token.token == SBPL_TOK_UNQUOTE ||
	    token.token == SBPL_TOK_UNQUOTE_ALL ? *quotes + 1 : 0;
	if (*quotes > 4) {
		struct diag *diag = diag_at(r->diags, DIAG_SBPL_LIMIT,
		    sbpl_place(r, token.at), "too many quotes in a row");

		diag_help(r->diags, diag, "one is enough");
		return false;
	}
	/* A ) is of the list that it closes until the parser has seen it. */
	if (token.token != SBPL_TOK_CLOSE && !track(r, &token))
		return false;
	*ret_status = sbpl_yypush_parse(state, token.token, &value, &token.at,
	    r);
	return token.token != SBPL_TOK_CLOSE || track(r, &token);
}

bool
sbpl_parse(struct arena *a, struct diags *d, const struct sbpl_input *in,
    enum sbpl_shape shape, const struct sbpl_node **ret_first)
{
	struct sbpl_reader *r = ARENA_NEW(a, struct sbpl_reader);
	sbpl_yypstate *state = sbpl_yypstate_new();
	struct sbpl_range zero = { 0 };
	SBPL_YYSTYPE none = { 0 };
	unsigned quotes = 0;
	int status;

	if (state == NULL)
		diag_out_of_memory();
	*r = (struct sbpl_reader){
		.arena = a,
		.diags = d,
		.in = in,
		.shape = shape,
		.begin = (const unsigned char *)in->text.s,
		.at = (const unsigned char *)in->text.s,
		.end = (const unsigned char *)in->text.s + in->text.len,
	};
	status = sbpl_yypush_parse(state, shape == SBPL_SHAPE_FILE
	    ? SBPL_TOK_START_FILE : SBPL_TOK_START_RULE, &none, &zero, r);
	while (status == YYPUSH_MORE && one_token(r, state, &quotes, &status))
		;
	sbpl_yypstate_delete(state);
	if (status != 0)
		return false;
	*ret_first = r->first;
	return true;
}

const char *
sbpl_kind_name(enum sbpl_kind kind)
{
	switch (kind) {
	case SBPL_LIST:
		return "a list";
	case SBPL_SYMBOL:
		return "a name";
	case SBPL_STRING:
		return "a string";
	case SBPL_INTEGER:
		return "a number";
	case SBPL_REAL:
		return "a number with a fraction";
	case SBPL_BOOLEAN:
		return "a boolean";
	case SBPL_CHARACTER:
		return "a character";
	}
	return "nothing";
}
