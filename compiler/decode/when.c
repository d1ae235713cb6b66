#include <config.h>

#include "compiler/decode/when.h"

#include "grammar/when_scan.h"

/* One predicate while it is read. */
struct reader {
	struct diags *d;
	const struct node *node;
	struct when_scanner scan;
	enum when_token kind; /* the token not yet taken */
	struct text token;
	struct when_term term;
};

enum { SEGMENTS_MAX = 3 }; /* after the system */

static void
take(struct reader *r)
{
	r->kind = when_scan_token(&r->scan, &r->token);
}

/* The diagnostic, at the token not yet taken. */
static struct diag *
bad(struct reader *r, const char *what)
{
	uint32_t begin = (uint32_t)(r->token.s - r->node->string.s);
	struct span at = node_string_span(
	    r->d->sources, r->node, begin, begin + r->token.len);

	return diag_at(r->d, DIAG_BAD_WHEN, at, "%s in \"%.*s\"", what,
	    (int)r->node->string.len, r->node->string.s);
}

static bool
bad_help(struct reader *r, const char *what, const char *help)
{
	diag_help(r->d, bad(r, what), "%s", help);
	return false;
}

static bool
letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z');
}

static bool
word(struct reader *r, const char *missing, struct text *ret_word)
{
	switch (r->kind) {
	case WHEN_WORD:
		*ret_word = r->token;
		take(r);
		return true;
	case WHEN_NOT:
		return bad_help(r, "\"!\" is not at the start",
		    "one \"!\" before the system negates the whole "
		    "predicate, such as \"!linux:debian\"");
	case WHEN_COMPARE:
		return bad_help(r, "a comparison stands where a name is due",
		    "only a version is compared, such as "
		    "\"linux:debian:>=12\" or \"macos:>=15\"");
	case WHEN_BAD:
		return bad_help(r, "an unexpected character",
		    "names are made of letters, digits, \"_\", \".\" "
		    "and \"-\"");
	case WHEN_BLANK:
		return bad_help(r, "a blank", "write it without blanks");
	case WHEN_END:
	case WHEN_COLON:
		break;
	}
	return bad_help(r, missing,
	    "write \"linux[:ID[:VERSION[:VARIANT]]]\" or "
	    "\"macos[:VERSION]\"");
}

static enum when_compare
comparison(struct text t)
{
	if (text_is(t, ">="))
		return WHEN_GE;
	if (text_is(t, "<="))
		return WHEN_LE;
	if (text_is(t, ">"))
		return WHEN_GT;
	if (text_is(t, "<"))
		return WHEN_LT;
	return WHEN_EQ;
}

static bool
version(struct reader *r)
{
	const char *missing = "a version is missing";
	const char *help = "use ==, >=, <=, > or <; a version begins with a "
			   "letter or a digit";

	if (r->kind == WHEN_COMPARE) {
		r->term.compare = comparison(r->token);
		missing = "a version is missing after the comparison";
		take(r);
	}
	if (r->kind == WHEN_BAD || r->kind == WHEN_COMPARE)
		return bad_help(r, "an unknown comparison", help);
	if (r->kind == WHEN_WORD && !letter_or_digit(r->token.s[0])) {
		r->token.len = 1;
		return bad_help(r, "an unknown comparison", help);
	}
	return word(r, missing, &r->term.version);
}

static bool
identifier(struct reader *r)
{
	static const char like[] = "-like";
	const uint32_t n = sizeof(like) - 1;
	struct text *id = &r->term.id;

	if (!word(r, "a distribution is missing", id))
		return false;
	if (id->len > n && memcmp(id->s + id->len - n, like, n) == 0) {
		id->len -= n;
		r->term.id_like = true;
	}
	return true;
}

static bool
variant(struct reader *r)
{
	return word(r, "a variant is missing", &r->term.variant);
}

static bool
build(struct reader *r)
{
	struct when_term kept = r->term;
	bool ok = version(r);

	kept.variant = r->term.version;
	r->term = kept;
	return ok;
}

/* Of a system that no target is: well-formed, never true. */
static bool
unknown(struct reader *r)
{
	return build(r);
}

/* What may follow each system; the last entry is for all others. */
static const struct shape {
	const char *os;
	bool (*segments[SEGMENTS_MAX])(struct reader *r);
} shapes[] = {
    {"linux", {identifier, version, variant}},
    {"macos", {version}},
    {"windows", {version, build}},
    {NULL, {unknown, unknown, unknown}},
};

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
equal_but_for_case(struct text t, const char *s)
{
	if (t.len != strlen(s))
		return false;
	for (uint32_t i = 0; i < t.len; i++)
		if (lower(t.s[i]) != s[i])
			return false;
	return true;
}

/*
 * An unknown system never matches, so a slip in the name of a known one
 * would make an entry vanish without a word.
 */
static const char *
meant_system(struct text os)
{
	static const char *const known[] = {"linux", "macos", "windows"};
	static const char *const nicknames[] = {"darwin", "osx", "mac"};

	for (uint32_t i = 0; i < ARRAY_LEN(known); i++)
		if (equal_but_for_case(os, known[i]))
			return known[i];
	for (uint32_t i = 0; i < ARRAY_LEN(nicknames); i++)
		if (equal_but_for_case(os, nicknames[i]))
			return "macos";
	return diag_nearest(os, known, ARRAY_LEN(known));
}

static void
unknown_system(struct reader *r, const char *meant)
{
	uint32_t begin = (uint32_t)(r->token.s - r->node->string.s);
	struct diag *diag = bad(r, "an unknown system");

	diag_help(r->d, diag, "write \"%s\"", meant);
	diag_fix(r->d, diag, DIAG_FIX_BYTES,
	    node_string_span(
		r->d->sources, r->node, begin, begin + r->token.len),
	    "%s", meant);
}

static bool
system_name(struct reader *r, const struct shape **ret_shape)
{
	const struct shape *shape = shapes;
	struct text written = r->token;
	const char *meant;

	if (!word(r, "a system is missing", &r->term.os))
		return false;
	while (shape->os != NULL && !text_is(r->term.os, shape->os))
		shape++;
	if (shape->os == NULL) {
		meant = meant_system(r->term.os);
		if (meant != NULL) {
			r->token = written;
			unknown_system(r, meant);
			return false;
		}
	}
	*ret_shape = shape;
	return true;
}

static bool
ending(struct reader *r)
{
	if (r->kind == WHEN_BLANK)
		take(r);
	switch (r->kind) {
	case WHEN_END:
		return true;
	case WHEN_COLON:
		return bad_help(r, "one \":\" too many",
		    "write \"linux[:ID[:VERSION[:VARIANT]]]\" or "
		    "\"macos[:VERSION]\"");
	case WHEN_NOT:
		return bad_help(r, "\"!\" is not at the start",
		    "one \"!\" before the system negates the whole "
		    "predicate");
	case WHEN_COMPARE:
		return bad_help(r, "a comparison without \":\" before it",
		    "write \"macos:>=15\" or \"linux:debian:>=12\"");
	case WHEN_WORD:
		return bad_help(r, "a blank before this",
		    "write each predicate as a string of its own: "
		    "[\"linux\", \"macos\"]");
	case WHEN_BLANK:
	case WHEN_BAD:
		break;
	}
	return bad_help(r, "an unexpected character",
	    "names are made of letters, digits, \"_\", \".\" and \"-\"");
}

static bool
predicate(struct diags *d, const struct node *node, struct when_term *ret_term)
{
	struct text s = node->string;
	struct reader r = {
	    .d = d,
	    .node = node,
	    .scan = {s.s, s.s + s.len},
	    .term = {.at = node->at},
	};
	const struct shape *shape;

	take(&r);
	if (r.kind == WHEN_BLANK)
		take(&r);
	if (r.kind == WHEN_NOT) {
		r.term.negated = true;
		take(&r);
	}
	if (!system_name(&r, &shape))
		return false;
	for (uint32_t i = 0; i < SEGMENTS_MAX && shape->segments[i] != NULL &&
			     r.kind == WHEN_COLON;
	     i++) {
		take(&r);
		if (!shape->segments[i](&r))
			return false;
	}
	if (!ending(&r))
		return false;
	*ret_term = r.term;
	return true;
}

static bool
wrong_type(struct diags *d, const struct node *node)
{
	struct diag *diag = diag_at(d, DIAG_BAD_WHEN, node->at,
	    "\"when\" is a string or a list of strings, not %s",
	    node_kind_name(node->kind));

	diag_help(d, diag, "write \"linux\" or [\"linux\", \"macos:>=15\"]");
	return false;
}

bool
when_scan(struct arena *a, struct diags *d, const struct node *node,
    const struct when **ret_when)
{
	bool list = node->kind == NODE_LIST, ok = true;
	uint32_t n = list ? node->list.n : 1;
	struct when_term *terms;
	struct when *when;

	if (list && n == 0) {
		struct diag *diag = diag_at(d, DIAG_BAD_WHEN, node->at,
		    "an empty list of conditions is never true");

		diag_help(
		    d, diag, "remove \"when\" if the entry is always meant");
		return false;
	}
	terms = ARENA_ARRAY(a, n, struct when_term);
	for (uint32_t i = 0; i < n; i++) {
		const struct node *item = list ? &node->list.v[i] : node;

		if (item->kind != NODE_STRING)
			ok = wrong_type(d, item);
		else if (!predicate(d, item, &terms[i]))
			ok = false;
	}
	if (!ok)
		return false;
	when = ARENA_NEW(a, struct when);
	*when = (struct when){.at = node->at, .terms = terms, .n = n};
	*ret_when = when;
	return true;
}

static bool
next_segment(struct text *rest, struct text *ret_segment)
{
	const char *dot;

	if (rest->s == NULL)
		return false;
	dot = rest->len == 0 ? NULL : memchr(rest->s, '.', rest->len);
	if (dot == NULL) {
		*ret_segment = *rest;
		*rest = (struct text){0};
		return true;
	}
	*ret_segment = (struct text){rest->s, (uint32_t)(dot - rest->s)};
	rest->len -= ret_segment->len + 1;
	rest->s = dot + 1;
	return true;
}

static bool
number(struct text t, uint64_t *ret_number)
{
	uint64_t n = 0;

	if (t.len == 0)
		return false;
	for (uint32_t i = 0; i < t.len; i++) {
		if (t.s[i] < '0' || t.s[i] > '9' ||
		    __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, (uint64_t)(t.s[i] - '0'), &n))
			return false;
	}
	*ret_number = n;
	return true;
}

/*
 * Segments that are not both numbers are equal or the left one is less: no
 * order then, but nono's.
 */
static int
compare_segments(struct text a, struct text b)
{
	uint64_t m, n;

	if (number(a, &m) && number(b, &n))
		return (m > n) - (m < n);
	return text_equal(a, b) ? 0 : -1;
}

int
when_compare_versions(struct text a, struct text b)
{
	struct text x, y;
	int order;

	if (a.s == NULL)
		a = TEXT("");
	if (b.s == NULL)
		b = TEXT("");
	for (;;) {
		bool more_a = next_segment(&a, &x);
		bool more_b = next_segment(&b, &y);

		if (!more_a || !more_b)
			return more_a - more_b;
		order = compare_segments(x, y);
		if (order != 0)
			return order;
	}
}

static enum verdict
verdict(bool yes)
{
	return yes ? VERDICT_YES : VERDICT_NO;
}

/* A fact that the target does not state; an os-release states them all. */
static bool
unstated(const struct target *t, struct text fact)
{
	return fact.len == 0 && !t->os_release;
}

static bool
listed(struct text list, struct text word)
{
	uint32_t begin = 0;

	for (uint32_t i = 0; i <= list.len; i++) {
		if (i < list.len && list.s[i] != ' ' && list.s[i] != '\t')
			continue;
		if (text_equal(word, (struct text){list.s + begin, i - begin}))
			return true;
		begin = i + 1;
	}
	return false;
}

static enum verdict
decide_id(const struct when_term *term, const struct target *t)
{
	if (term->id.len == 0)
		return VERDICT_YES;
	if (unstated(t, t->id))
		return VERDICT_UNKNOWN;
	if (text_equal(term->id, t->id))
		return VERDICT_YES;
	if (!term->id_like)
		return VERDICT_NO;
	if (unstated(t, t->id_like))
		return VERDICT_UNKNOWN;
	return verdict(t->id_like.len != 0 && listed(t->id_like, term->id));
}

static enum verdict
decide_version(const struct when_term *term, const struct target *t)
{
	int order;

	if (term->version.len == 0)
		return VERDICT_YES;
	if (unstated(t, t->version))
		return VERDICT_UNKNOWN;
	if (t->version.len == 0)
		return VERDICT_NO;
	order = when_compare_versions(t->version, term->version);
	switch (term->compare) {
	case WHEN_EQ:
		return verdict(order == 0);
	case WHEN_GE:
		return verdict(order >= 0);
	case WHEN_LE:
		return verdict(order <= 0);
	case WHEN_GT:
		return verdict(order > 0);
	case WHEN_LT:
		return verdict(order < 0);
	}
	return VERDICT_NO;
}

static enum verdict
decide_variant(const struct when_term *term, const struct target *t)
{
	if (term->variant.len == 0)
		return VERDICT_YES;
	if (unstated(t, t->variant))
		return VERDICT_UNKNOWN;
	return verdict(text_equal(term->variant, t->variant));
}

static enum verdict
decide_term(const struct when_term *term, const struct target *t)
{
	const char *os = t->platform == PLATFORM_LINUX ? "linux" : "macos";
	enum verdict parts[] = {
	    verdict(text_is(term->os, os)),
	    decide_id(term, t),
	    decide_version(term, t),
	    decide_variant(term, t),
	};
	enum verdict all = VERDICT_YES;

	for (uint32_t i = 0; i < ARRAY_LEN(parts) && all != VERDICT_NO; i++)
		if (parts[i] != VERDICT_YES)
			all = parts[i];
	if (!term->negated || all == VERDICT_UNKNOWN)
		return all;
	return verdict(all == VERDICT_NO);
}

enum verdict
when_decide(const struct when *w, const struct target *t)
{
	enum verdict any = VERDICT_NO;

	if (w == NULL)
		return VERDICT_YES;
	for (uint32_t i = 0; i < w->n; i++) {
		enum verdict one = decide_term(&w->terms[i], t);

		if (one == VERDICT_YES)
			return VERDICT_YES;
		if (one == VERDICT_UNKNOWN)
			any = VERDICT_UNKNOWN;
	}
	return any;
}
