#include <config.h>

#include "compiler/read/read.h"

#include "compiler/read/build.h"
#include "grammar/json_scan.h"

/*
 * Three productions by descent.  A comma may follow the last entry; nothing
 * else is looser than RFC 8259, and the first thing that does not fit ends
 * the reading.  The depth of the recursion is NODE_DEPTH_MAX, which
 * build_begin() enforces.
 */
struct parser {
	struct build build;
	struct json_scanner scan;
	struct json_lexeme token; /* the next one */
	struct span open;	  /* of the container around it, or none */
	uint32_t before;	  /* end of the token before it */
};

static void
next(struct parser *p)
{
	p->before = p->token.at.end;
	p->token = json_scan(&p->scan);
}

static const char *
container(const struct parser *p)
{
	const struct build *b = &p->build;

	return b->frames.v[b->frames.n - 1].is_map ? "map" : "list";
}

static void
note_open(struct parser *p, struct diag *diag)
{
	if (p->open.source != 0)
		diag_note(p->build.diags, diag, p->open, "the %s begins here",
		    container(p));
}

/* For the words that other programs write where JSON has none. */
static const char *
word_meant(struct text t)
{
	static const char *const words[][2] = {
	    {"True", "true"},
	    {"TRUE", "true"},
	    {"False", "false"},
	    {"FALSE", "false"},
	    {"Null", "null"},
	    {"NULL", "null"},
	    {"None", "null"},
	    {"nil", "null"},
	    {"undefined", "null"},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (text_is(t, words[i][0]))
			return words[i][1];
	return NULL;
}

/* Unquoted text in the place of a key or value. */
static void
bad_word(struct parser *p, bool key)
{
	struct diags *d = p->build.diags;
	struct text t = p->token.text;
	const char *meant = key ? NULL : word_meant(t);
	const char *digits = t.s + (t.s[0] == '-' || t.s[0] == '+');
	struct diag *diag;

	if (!key &&
	    (strncmp(digits, "Infinity", 8) == 0 || text_is(t, "NaN"))) {
		diag = diag_at(d, DIAG_BAD_NUMBER, p->token.at,
		    "JSON has no number \"%.*s\"", (int)t.len, t.s);
		diag_help(d, diag, "write digits, or text in double quotes");
		return;
	}
	diag = diag_at(d, DIAG_SYNTAX, p->token.at, "%s",
	    key ? "a key must stand in double quotes"
		: "text must stand in double quotes");
	if (meant != NULL) {
		diag_help(d, diag, "write %s", meant);
		diag_fix(d, diag, DIAG_FIX_BYTES, p->token.at, "%s", meant);
	} else {
		diag_help(d, diag, "write \"%.*s\"", (int)t.len, t.s);
		diag_fix(d, diag, DIAG_FIX_BYTES, p->token.at, "\"%.*s\"",
		    (int)t.len, t.s);
	}
}

static void
bad_single(struct parser *p)
{
	struct diags *d = p->build.diags;
	struct text t = p->token.text;
	struct diag *diag = diag_at(d, DIAG_SYNTAX, p->token.at,
	    "text stands in double quotes, not in single ones");
	bool closed = t.len > 1 && t.s[t.len - 1] == '\'';

	if (closed && memchr(t.s, '"', t.len) == NULL &&
	    memchr(t.s, '\\', t.len) == NULL) {
		diag_help(d, diag, "write \"%.*s\"", (int)t.len - 2, t.s + 1);
		diag_fix(d, diag, DIAG_FIX_BYTES, p->token.at, "\"%.*s\"",
		    (int)t.len - 2, t.s + 1);
	}
}

static const char *
token_name(enum json_token kind)
{
	switch (kind) {
	case JSON_STRING:
		return "string";
	case JSON_INTEGER:
	case JSON_NUMBER:
		return "number";
	case JSON_MAP_OPEN:
	case JSON_MAP_CLOSE:
	case JSON_LIST_OPEN:
	case JSON_LIST_CLOSE:
	case JSON_COLON:
	case JSON_COMMA:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
	case JSON_WORD:
	case JSON_SINGLE:
	case JSON_HASH:
	case JSON_OTHER:
	case JSON_END:
	case JSON_FAILED:
		return NULL;
	}
	return NULL;
}

/* The token does not fit; `expected` completes "expected ...". */
static bool
unexpected(struct parser *p, const char *expected)
{
	struct diags *d = p->build.diags;
	struct text t = p->token.text;
	const char *name = token_name(p->token.kind);
	struct diag *diag;

	if (p->token.kind == JSON_FAILED)
		return false;
	if (p->token.kind == JSON_HASH) {
		diag = diag_at(d, DIAG_SYNTAX, p->token.at,
		    "# does not begin a comment in JSON");
		diag_help(d, diag, "write // before it");
		return false;
	}
	if (p->token.kind == JSON_END)
		diag = diag_at(d, DIAG_SYNTAX, p->token.at,
		    "the file ends too early: expected %s", expected);
	else if (name != NULL)
		diag = diag_at(d, DIAG_SYNTAX, p->token.at,
		    "unexpected %s: expected %s", name, expected);
	else
		diag = diag_at(d, DIAG_SYNTAX, p->token.at,
		    "unexpected \"%.*s\": expected %s", (int)t.len, t.s,
		    expected);
	note_open(p, diag);
	return false;
}

static bool
unexpected_value(struct parser *p, bool key, const char *expected)
{
	if (p->token.kind == JSON_WORD)
		bad_word(p, key);
	else if (p->token.kind == JSON_SINGLE)
		bad_single(p);
	else
		return unexpected(p, expected);
	return false;
}

/* After an entry: neither a comma nor the end of the container. */
static bool
no_comma(struct parser *p, const char *expected)
{
	struct span gap = {p->scan.source, p->before, p->before};
	struct diag *diag;

	switch (p->token.kind) {
	case JSON_MAP_OPEN:
	case JSON_LIST_OPEN:
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL:
	case JSON_STRING:
	case JSON_INTEGER:
	case JSON_NUMBER:
	case JSON_WORD:
	case JSON_SINGLE:
		diag = diag_at(p->build.diags, DIAG_SYNTAX, gap,
		    "a comma is missing: expected %s", expected);
		diag_note(p->build.diags, diag, p->token.at,
		    "the next entry begins here");
		diag_fix(p->build.diags, diag, DIAG_FIX_BYTES, gap, ",");
		return false;
	case JSON_MAP_CLOSE:
	case JSON_LIST_CLOSE:
	case JSON_COLON:
	case JSON_COMMA:
	case JSON_HASH:
	case JSON_OTHER:
	case JSON_END:
	case JSON_FAILED:
		return unexpected(p, expected);
	}
	return false;
}

static struct node
integer(const struct json_lexeme *token)
{
	struct node n = {.at = token->at, .kind = NODE_INTEGER};
	struct text t = token->text;
	bool negative = t.s[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0), value = 0;

	for (uint32_t i = negative ? 1 : 0; i < t.len; i++) {
		uint64_t digit = (uint64_t)(t.s[i] - '0');

		if (value > (limit - digit) / 10) {
			n.kind = NODE_NUMBER;
			n.string = t;
			return n;
		}
		value = value * 10 + digit;
	}
	/* Not -(int64_t)value: that overflows for the lowest one. */
	n.integer =
	    negative && value != 0 ? -(int64_t)(value - 1) - 1 : (int64_t)value;
	return n;
}

static bool value(struct parser *p);

static bool
entry(struct parser *p)
{
	if (p->token.kind != JSON_STRING)
		return unexpected_value(p, true, "a key in double quotes or }");
	if (!build_key(&p->build, p->token.at, p->token.text))
		return false;
	next(p);
	if (p->token.kind != JSON_COLON)
		return unexpected(p, ": after the key");
	next(p);
	return value(p);
}

/* The opening bracket has been seen, and is the present token. */
static bool
bracketed(struct parser *p, bool is_map)
{
	struct span around = p->open;

	if (!build_begin(&p->build, is_map, p->token.at))
		return false;
	p->open = p->token.at;
	next(p);
	while (p->token.kind != (is_map ? JSON_MAP_CLOSE : JSON_LIST_CLOSE)) {
		if (!(is_map ? entry(p) : value(p)))
			return false;
		if (p->token.kind == JSON_COMMA)
			next(p);
		else if (p->token.kind !=
			 (is_map ? JSON_MAP_CLOSE : JSON_LIST_CLOSE))
			return no_comma(p, is_map ? ", or }" : ", or ]");
	}
	p->open = around;
	if (!build_end(&p->build, p->token.at))
		return false;
	next(p);
	return true;
}

static bool
value(struct parser *p)
{
	struct node n = {.at = p->token.at};

	switch (p->token.kind) {
	case JSON_MAP_OPEN:
		return bracketed(p, true);
	case JSON_LIST_OPEN:
		return bracketed(p, false);
	case JSON_NULL:
		n.kind = NODE_NULL;
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		n.kind = NODE_BOOL;
		n.boolean = p->token.kind == JSON_TRUE;
		break;
	case JSON_STRING:
		n.kind = NODE_STRING;
		n.string = p->token.text;
		break;
	case JSON_INTEGER:
		n = integer(&p->token);
		break;
	case JSON_NUMBER:
		n.kind = NODE_NUMBER;
		n.string = p->token.text;
		break;
	case JSON_MAP_CLOSE:
	case JSON_LIST_CLOSE:
	case JSON_COLON:
	case JSON_COMMA:
	case JSON_WORD:
	case JSON_SINGLE:
	case JSON_HASH:
	case JSON_OTHER:
	case JSON_END:
	case JSON_FAILED:
		return unexpected_value(p, false, "a value");
	}
	if (!build_scalar(&p->build, n))
		return false;
	next(p);
	return true;
}

static bool
document(struct parser *p)
{
	struct diags *d = p->build.diags;

	next(p);
	if (p->token.kind == JSON_END) {
		struct diag *diag =
		    diag_at(d, DIAG_EMPTY, (struct span){p->scan.source, 0, 0},
			p->token.at.begin == 0
			    ? "the file is empty"
			    : "the file holds nothing but blanks and comments");

		diag_help(d, diag, "the smallest JSON file is {}");
		return false;
	}
	if (!value(p))
		return false;
	if (p->token.kind == JSON_FAILED)
		return false;
	if (p->token.kind != JSON_END) {
		struct diag *diag = diag_at(d, DIAG_SYNTAX, p->token.at,
		    "there is text after the end of the value: a file holds "
		    "one");

		diag_note(d, diag, p->build.root.at, "the value is this one");
		return false;
	}
	return !p->scan.failed;
}

bool
read_json(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, const struct node **ret_node)
{
	struct text t = source_get(s, source)->text;
	const unsigned char *begin = (const unsigned char *)t.s;
	struct parser p = {
	    .build = {.arena = a, .diags = d},
	    .scan =
		{
		    .arena = a,
		    .diags = d,
		    .source = source,
		    .begin = begin,
		    .at = begin,
		    .end = begin + t.len,
		},
	};
	bool ok = read_check_characters(d, s, source) && document(&p);
	const struct node *root = build_finish(&p.build, ok);

	if (root == NULL)
		return false;
	*ret_node = root;
	return true;
}
