/*
 * The grammar of assertions, as nono-assert(5) prints it.  Actions build
 * nodes and do nothing else; a statement that is wrong ends at its ";", and
 * reading goes on behind it.
 */
%require "3.8"
%define api.pure full
%define api.push-pull push
%define api.prefix {assert_yy}
%define api.token.prefix {TOK_}
%define api.location.type {struct span}
%define parse.error custom
%define parse.lac full
%locations
%expect 0
%param {struct assert_reader *r}

%code top {
#include <config.h>

#include <stdlib.h>
}

%code requires {
#include "grammar/assert_ast.h"

struct assert_reader;
}

%code {
#include "grammar/assert_scan.h"

struct assert_reader {
	const struct assert_input *in;
	struct assert_scanner scan;
	struct assert_file *file;
	int token; /* the last one that was fed, for messages */
	struct assert_word word;
	bool ok;
};

static void yyerror(
    const struct span *at, struct assert_reader *r, const char *what);

/* An empty rule is a point behind what stands left of it. */
#define YYLLOC_DEFAULT(at, rhs, n)                                          \
	((at) = (n) > 0                                                     \
		? (struct span){ YYRHSLOC(rhs, 1).source,                   \
			YYRHSLOC(rhs, 1).begin, YYRHSLOC(rhs, n).end }      \
		: (struct span){ YYRHSLOC(rhs, 0).source,                   \
			YYRHSLOC(rhs, 0).end, YYRHSLOC(rhs, 0).end })

static struct assert_words
words(struct assert_reader *r, struct assert_words list,
    struct assert_word word, struct span at)
{
	struct assert_word *w = ARENA_NEW(r->in->arena, struct assert_word);

	*w = word;
	if (list.last != NULL)
		list.last->next = w;
	else
		list.first = w;
	list.last = w;
	list.at = at;
	return list;
}

static struct assert_set
term(struct assert_reader *r, enum assert_term_kind kind,
    struct assert_word word, struct span at)
{
	struct assert_term *t = ARENA_NEW(r->in->arena, struct assert_term);

	*t = (struct assert_term){ .kind = kind, .word = word };
	return (struct assert_set){ t, t, at };
}

static struct assert_set
join(struct assert_set a, struct assert_set b, struct span at)
{
	a.last->next = b.first;
	return (struct assert_set){ a.first, b.last, at };
}

static const struct query *
query(struct assert_reader *r, struct query value)
{
	struct query *q = ARENA_NEW(r->in->arena, struct query);

	*q = value;
	return q;
}

static const struct query *
both(struct assert_reader *r, enum query_kind kind, const struct query *left,
    const struct query *right)
{
	return query(r, (struct query){
	    .kind = kind, .left = left, .right = right });
}

static struct assert_rule *
rule(struct assert_reader *r, struct assert_rule value)
{
	struct assert_rule *rule = ARENA_NEW(r->in->arena, struct assert_rule);

	*rule = value;
	return rule;
}

static void
statement(struct assert_reader *r, struct assert_statement value)
{
	struct assert_statement *s =
	    ARENA_NEW(r->in->arena, struct assert_statement);

	*s = value;
	if (r->file->last != NULL)
		r->file->last->next = s;
	else
		r->file->first = s;
	r->file->last = s;
}
}

%union {
	const struct query *query;
	struct assert_word word;
	struct assert_words words;
	struct assert_set set;
	struct assert_rule *rule;
	struct assert_scope scope;
}

/* The names in quotes are what a message calls a token. */
%token <word>
	PATH		"a path such as $HOME/.ssh/**"
	PORTS		"ports such as tcp:443"
	WORD		"a name"
	STRING		"a string in quotes"
	OPERATION	"an operation such as read or write"
	MACRO		"a list of operations such as %change"
	NUMBER		"a number"
	DATE		"a date such as 2027-01-31"
%token
	END 0		"the end"
	FILE_		"a file"
	RULE_		"a rule"
	QUERY_		"a query"
	SET_		"a set"
	BAD		"an unreadable token"
	JUNK		"something that is no word of the language"
	QUOTE		"an open quote"
	SEMICOLON	"\";\""
	COMMA		"\",\""
	COLON		"\":\""
	BAR		"\"|\""
	LBRACE		"\"{\""
	RBRACE		"\"}\""
	LPAREN		"\"(\""
	RPAREN		"\")\""
	EQUALS		"\"=\""
	AT_LEAST	"\">=\""
	LET		"let"
	ASSERT_		"assert"
	ASSUME		"assume"
	WAIVE		"waive"
	NEVER		"never"
	ALWAYS		"always"
	ONLY		"only"
	MAY		"may"
	ON		"on"
	TOGETHER	"together"
	EXCEPT		"except"
	FOR		"for"
	PROFILE		"profile"
	PLATFORM	"platform"
	ABI		"abi"
	ALL		"all"
	WITHIN		"within"
	DISJOINT	"disjoint"
	GROUP		"group"
	IS		"is"
	BECAUSE		"because"
	OWNER		"owner"
	UNTIL		"until"
	AND		"and"
	OR		"or"
	NOT		"not"
	UNDER		"under"
	FROM		"from"
	PATHS		"paths"
	PORTS_WORD	"ports"
	WHERE		"where"
	AMPERSAND	"\"&\""
	BANG		"\"!\""

%type <word> name op owner
%type <words> ops profiles
%type <set> set terms term except
%type <rule> rule
%type <scope> scope
%type <set> literal place places union
%type <query> query any all one atom kind

%%

input
	: FILE_ statements
	| RULE_ labelled
	| RULE_ labelled SEMICOLON
	| RULE_ error
	| QUERY_ query		{ r->file->query = $query; }
	| SET_ union		{ r->file->set = $union; }
	;

statements
	: %empty
	| statements statement SEMICOLON
	| statements error SEMICOLON	{ yyerrok; }
	;

statement
	: LET WORD EQUALS set
		{ statement(r, (struct assert_statement){
		    .kind = ASSERT_LET_SET, .at = @$, .name = $WORD,
		    .set = $set }); }
	| LET MACRO EQUALS ops
		{ statement(r, (struct assert_statement){
		    .kind = ASSERT_LET_OPS, .at = @$, .name = $MACRO,
		    .ops = $ops }); }
	| ASSUME PATH[root] IS PATH[place]
		{ statement(r, (struct assert_statement){
		    .kind = ASSERT_ASSUME, .at = @$, .name = $root,
		    .path = $place }); }
	| WAIVE WORD ON set scope BECAUSE STRING owner UNTIL DATE
		{ statement(r, (struct assert_statement){
		    .kind = ASSERT_WAIVE, .at = @$, .name = $WORD, .set = $set,
		    .scope = $scope,
		    .reason = $STRING, .owner = $owner, .until = $DATE }); }
	| ASSERT_ WORD COLON rule scope
		{ statement(r, (struct assert_statement){
		    .kind = ASSERT_ASSERT, .at = @$, .name = $WORD,
		    .rule = $rule, .scope = $scope }); }
	;

labelled
	: ASSERT_ WORD COLON rule scope
		{ statement(r, (struct assert_statement){
		    .kind = ASSERT_ASSERT, .at = @$, .name = $WORD,
		    .rule = $rule, .scope = $scope }); }
	| rule scope
		{ statement(r, (struct assert_statement){
		    .kind = ASSERT_ASSERT, .at = @$, .rule = $rule,
		    .scope = $scope }); }
	;

owner
	: %empty		{ $$ = (struct assert_word){ .at = @$ }; }
	| OWNER STRING		{ $$ = $STRING; }
	;

rule
	: NEVER ops ON set except
		{ $$ = rule(r, (struct assert_rule){ .kind = ASSERT_NEVER,
		    .at = @$, .ops = $ops, .set = $set, .except = $except }); }
	| NEVER ops TOGETHER ON set except
		{ $$ = rule(r, (struct assert_rule){ .kind = ASSERT_TOGETHER,
		    .at = @$, .ops = $ops, .set = $set, .except = $except }); }
	| ALWAYS ops ON set except
		{ $$ = rule(r, (struct assert_rule){ .kind = ASSERT_ALWAYS,
		    .at = @$, .ops = $ops, .set = $set, .except = $except }); }
	| ONLY LBRACE profiles RBRACE MAY ops ON set except
		{ $$ = rule(r, (struct assert_rule){ .kind = ASSERT_ONLY,
		    .at = @$, .profiles = $profiles, .ops = $ops, .set = $set,
		    .except = $except }); }
	| PROFILE name[left] WITHIN PROFILE name[right]
		{ $$ = rule(r, (struct assert_rule){ .kind = ASSERT_WITHIN,
		    .at = @$, .left = $left, .right = $right }); }
	| PROFILE name WITHIN STRING
		{ $$ = rule(r, (struct assert_rule){ .kind = ASSERT_WITHIN,
		    .at = @$, .left = $name, .right = $STRING,
		    .right_is_file = true }); }
	| DISJOINT LPAREN PROFILE name[left] COMMA PROFILE name[right] RPAREN
	  except
		{ $$ = rule(r, (struct assert_rule){ .kind = ASSERT_DISJOINT,
		    .at = @$, .left = $left, .right = $right,
		    .except = $except }); }
	;

ops
	: op			{ $$ = words(r, (struct assert_words){ 0 },
				    $op, @$); }
	| ops COMMA op		{ $$ = words(r, $1, $op, @$); }
	;

op	: OPERATION | MACRO ;

except
	: %empty		{ $$ = (struct assert_set){ .at = @$ }; }
	| EXCEPT set		{ $$ = $set; }
	;

set
	: term
	| set BAR term		{ $$ = join($1, $term, @$); }
	;

term
	: LBRACE terms RBRACE	{ $$ = $terms; $$.at = @$; }
	| WORD			{ $$ = term(r, ASSERT_NAME, $WORD, @$); }
	| literal
	;

literal
	: GROUP LPAREN name RPAREN	{ $$ = term(r, ASSERT_GROUP, $name, @$); }
	| PATH			{ $$ = term(r, ASSERT_PATH, $PATH, @$); }
	| STRING		{ $$ = term(r, ASSERT_PATH, $STRING, @$); }
	| PORTS			{ $$ = term(r, ASSERT_PORTS, $PORTS, @$); }
	;

terms
	: term
	| terms COMMA term	{ $$ = join($1, $term, @$); }
	;

profiles
	: PROFILE name		{ $$ = words(r, (struct assert_words){ 0 },
				    $name, @$); }
	| profiles COMMA PROFILE name	{ $$ = words(r, $1, $name, @$); }
	;

scope
	: %empty		{ $$ = (struct assert_scope){ 0 }; }
	| scope FOR profiles	{ $$ = $1; $$.profiles = $profiles; }
	| scope FOR PROFILE ALL	{ $$ = $1; $$.profiles =
				    (struct assert_words){ 0 }; }
	| scope FOR PLATFORM WORD	{ $$ = $1; $$.platform = $WORD; }
	| scope FOR ABI AT_LEAST NUMBER	{ $$ = $1; $$.abi = $NUMBER; }
	;

name	: WORD | STRING ;

query
	: any
	| kind WHERE any	{ $$ = both(r, QUERY_AND, $kind, $any); }
	;

kind
	: PATHS			{ $$ = query(r, (struct query){
				    .kind = QUERY_PATHS }); }
	| PORTS_WORD		{ $$ = query(r, (struct query){
				    .kind = QUERY_PORTS }); }
	;

any
	: all
	| any or all		{ $$ = both(r, QUERY_OR, $1, $all); }
	;

or	: OR | BAR ;

all
	: one
	| all and one		{ $$ = both(r, QUERY_AND, $1, $one); }
	;

and	: AND | AMPERSAND ;

one
	: atom
	| not one[operand]	{ $$ = both(r, QUERY_NOT, $operand, NULL); }
	| LPAREN any RPAREN	{ $$ = $any; }
	;

not	: NOT | BANG ;

atom
	: kind
	| OPERATION		{ $$ = query(r, (struct query){
				    .kind = QUERY_OPERATION,
				    .word = $OPERATION }); }
	| UNDER place		{ $$ = query(r, (struct query){
				    .kind = QUERY_UNDER, .set = $place }); }
	| ON place		{ $$ = query(r, (struct query){
				    .kind = QUERY_ON, .set = $place }); }
	| FROM LPAREN name RPAREN	{ $$ = query(r, (struct query){
				    .kind = QUERY_FROM, .word = $name }); }
	| GROUP LPAREN name RPAREN	{ $$ = query(r, (struct query){
				    .kind = QUERY_GROUP, .word = $name }); }
	;

/* Not a name: those are defined in a file, and a query is in none. */
place
	: LBRACE places RBRACE	{ $$ = $places; $$.at = @$; }
	| literal
	;

union
	: place
	| union BAR place	{ $$ = join($1, $place, @$); }
	;

places
	: place
	| places COMMA place	{ $$ = join($1, $place, @$); }
	;

%%

/* The words that may stand here and that `written` may have been meant for. */
static const char *
nearest(const yypcontext_t *at, struct text written)
{
	yysymbol_kind_t expected[YYNTOKENS];
	int n = yypcontext_expected_tokens(at, expected, YYNTOKENS);
	const char *names[2 * YYNTOKENS];
	uint32_t count = 0;

	for (int i = 0; i < n; i++) {
		const char *name = yysymbol_name(expected[i]);

		if (expected[i] == YYSYMBOL_OPERATION)
			for (int j = 0; assert_operations[j] != NULL; j++)
				names[count++] = assert_operations[j];
		else if (name[0] != '"' && strchr(name, ' ') == NULL)
			names[count++] = name;
	}
	return diag_nearest(written, names, count);
}

enum { EXPECTED_SHOWN = 6 };

/* "a, b or c", in the order of the grammar's list of tokens. */
static struct text
expected_list(struct assert_reader *r, const yypcontext_t *at)
{
	yysymbol_kind_t expected[YYNTOKENS];
	int n = yypcontext_expected_tokens(at, expected, YYNTOKENS);
	struct text list = { "", 0 };

	for (int i = 0; i < n && i < EXPECTED_SHOWN; i++) {
		const char *name = yysymbol_name(expected[i]);
		const char *quote =
		    name[0] != '"' && strchr(name, ' ') == NULL ? "\"" : "";

		list = arena_printf(r->in->arena, "%.*s%s%s%s%s",
		    (int)list.len, list.s,
		    i == 0 ? "" : i + 1 == n ? " or " : ", ", quote, name,
		    quote);
	}
	if (n > EXPECTED_SHOWN)
		list = arena_printf(r->in->arena, "%.*s, ...", (int)list.len,
		    list.s);
	return list;
}

static bool
is_expected(const yypcontext_t *at, yysymbol_kind_t symbol)
{
	yysymbol_kind_t expected[YYNTOKENS];
	int n = yypcontext_expected_tokens(at, expected, YYNTOKENS);

	for (int i = 0; i < n; i++)
		if (expected[i] == symbol)
			return true;
	return false;
}

/* What a rule begins with, in a profile as behind an assertion's name. */
static bool
is_verdict(int token)
{
	return token == TOK_NEVER || token == TOK_ALWAYS || token == TOK_ONLY ||
	    token == TOK_DISJOINT;
}

static int
yyreport_syntax_error(const yypcontext_t *at, struct assert_reader *r)
{
	struct span where = *yypcontext_location(at);
	struct diags *d = r->in->diags;
	struct text list, word = r->word.text;
	const char *near = NULL;
	struct diag *diag;

	r->ok = false;
	if (r->scan.spoken)
		return 0;
	list = expected_list(r, at);
	if (r->token == TOK_END)
		diag = diag_at(d, DIAG_ASSERT_SYNTAX, where,
		    "it ends where %.*s should follow", (int)list.len, list.s);
	else
		diag = diag_at(d, DIAG_ASSERT_SYNTAX, where,
		    "\"%.*s\" stands where %.*s should", (int)word.len,
		    word.s, (int)list.len, list.s);
	if (r->token != TOK_STRING && r->token != TOK_END)
		near = nearest(at, word);
	if (near != NULL) {
		diag_help(d, diag, "did you mean \"%s\"?", near);
		diag_fix(d, diag, DIAG_FIX_BYTES, where, "%s", near);
	} else if (is_verdict(r->token) && is_expected(at, YYSYMBOL_ASSERT_))
		diag_help(d, diag, "an assertion has a name: assert NAME: %.*s ...",
		    (int)word.len, word.s);
	return 0;
}

static void
yyerror(const struct span *at, struct assert_reader *r, const char *what)
{
	r->ok = false;
	diag_at(r->in->diags, DIAG_ASSERT_SYNTAX, *at, "%s", what);
}

static int
feed(struct assert_reader *r, yypstate *state, int token, struct span at)
{
	YYSTYPE value = { .word = r->word };

	r->token = token;
	return yypush_parse(state, token, &value, &at, r);
}

bool
assert_parse(
    const struct assert_input *in, const struct assert_file **ret_file)
{
	static const int starts[] = {
		[ASSERT_START_FILE] = TOK_FILE_,
		[ASSERT_START_RULE] = TOK_RULE_,
		[ASSERT_START_QUERY] = TOK_QUERY_,
		[ASSERT_START_SET] = TOK_SET_,
	};
	struct assert_reader r = {
		.in = in,
		.scan = { in, in->text.s, in->text.s + in->text.len, false },
		.file = ARENA_NEW(in->arena, struct assert_file),
		.ok = true,
	};
	struct span start = in->place(in->place_arg, 0, 0);
	yypstate *state = yypstate_new();
	int status;

	if (state == NULL)
		diag_out_of_memory();
	status = feed(&r, state, starts[in->start], start);
	while (status == YYPUSH_MORE) {
		int token = assert_scan(&r.scan, &r.word);

		status = feed(&r, state, token, r.word.at);
	}
	yypstate_delete(state);
	if (status != 0 || !r.ok)
		return false;
	*ret_file = r.file;
	return true;
}
