#include <config.h>

#include "compiler/read/read.h"

#include <yaml.h>

#include "compiler/read/build.h"
#include "compiler/read/yaml_problem.h"
#include "grammar/yaml_plain.h"

/*
 * A strict subset of YAML, in libyaml's events: whatever a person and two
 * YAML programs might read in different ways is refused.  The reading stops
 * at the first refusal, and the builder counts depth and values as the events
 * come, so that libyaml never gets far into a hostile file.
 */
struct reader {
	struct build build;
	yaml_parser_t parser;
	uint32_t source;
	struct text text;
	size_t index;  /* libyaml counts characters, we bytes: */
	uint32_t byte; /* the same place in both */
	uint32_t last; /* end of the last scalar or bracket, in bytes */
};

static bool
is_inside_character(const struct reader *r, uint32_t byte)
{
	return byte < r->text.len &&
	       ((unsigned char)r->text.s[byte] & 0xC0) == 0x80;
}

/* Marks move forward but for a few steps, so this is linear over all. */
static uint32_t
byte_of(struct reader *r, size_t index)
{
	while (r->index < index && r->byte < r->text.len) {
		r->byte++;
		while (is_inside_character(r, r->byte))
			r->byte++;
		r->index++;
	}
	while (r->index > index && r->byte > 0) {
		r->byte--;
		while (is_inside_character(r, r->byte))
			r->byte--;
		r->index--;
	}
	return r->byte;
}

static struct span
span_of(struct reader *r, const yaml_event_t *e)
{
	uint32_t begin = byte_of(r, e->start_mark.index);

	return (struct span){r->source, begin, byte_of(r, e->end_mark.index)};
}

static struct span
point(const struct reader *r, uint32_t byte)
{
	return (struct span){r->source, byte, byte};
}

static struct span
character(const struct reader *r, uint32_t byte)
{
	return (struct span){
	    r->source, byte, byte + (byte < r->text.len ? 1 : 0)};
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* From a byte to the next blank. */
static struct span
word_at(const struct reader *r, uint32_t begin)
{
	uint32_t end = begin;

	while (end < r->text.len && !is_space(r->text.s[end]))
		end++;
	return (struct span){r->source, begin, end};
}

static bool
refuse(struct reader *r, enum diag_code code, struct span at,
    const char *message, const char *help)
{
	struct diag *diag = diag_at(r->build.diags, code, at, "%s", message);

	if (help != NULL)
		diag_help(r->build.diags, diag, "%s", help);
	return false;
}

static bool
refuse_by_libyaml(struct reader *r)
{
	const yaml_parser_t *y = &r->parser;
	const struct yaml_problem *p;
	struct diag *diag;
	uint32_t context, at;

	if (y->error == YAML_MEMORY_ERROR)
		diag_out_of_memory();
	p = yaml_problem_find(y->context, y->problem);
	if (y->error == YAML_READER_ERROR)
		return refuse(r, p->code,
		    character(r, (uint32_t)y->problem_offset), p->message,
		    p->help);

	context = byte_of(r, y->context_mark.index);
	at = byte_of(r, y->problem_mark.index);
	if (at < r->text.len && r->text.s[at] == '\t')
		p = yaml_problem_find(NULL, "found a tab character");
	if (p->at_context)
		return refuse(
		    r, p->code, character(r, context), p->message, p->help);
	diag = diag_at(
	    r->build.diags, p->code, character(r, at), "%s", p->message);
	if (y->context != NULL && context < at &&
	    (strncmp(y->context, "while parsing a block", 21) == 0 ||
		strncmp(y->context, "while parsing a flow", 20) == 0))
		diag_note(r->build.diags, diag, character(r, context),
		    "what is open here begins at this place");
	if (p->help != NULL)
		diag_help(r->build.diags, diag, "%s", p->help);
	return false;
}

/* True when a key is what comes next. */
static bool
wants_key(const struct reader *r)
{
	const struct build *b = &r->build;

	return b->frames.n != 0 && b->frames.v[b->frames.n - 1].is_map &&
	       !b->has_key;
}

static bool
refuse_properties(struct reader *r, const yaml_event_t *e,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	const struct yaml_problem *p;
	struct span at;

	if (anchor == NULL && tag == NULL)
		return true;
	at = word_at(r, byte_of(r, e->start_mark.index));
	p = yaml_problem_find(anchor != NULL ? "while scanning an anchor"
					     : "while scanning a tag",
	    NULL);
	return refuse(r, p->code, at, p->message, p->help);
}

/*
 * "? key" makes the same events as "key": looks for the mark in the text
 * between the last thing read and the key, which holds only blanks, comments
 * and punctuation.
 */
static bool
check_no_question_mark(struct reader *r, uint32_t key)
{
	for (uint32_t i = r->last; i < key; i++) {
		if (r->text.s[i] == '#')
			while (i < key && r->text.s[i] != '\n')
				i++;
		else if (r->text.s[i] == '?')
			return refuse(r, DIAG_YAML_FEATURE, character(r, i),
			    "keys marked with ? are refused",
			    "write the key, a colon and the value");
	}
	return true;
}

/*
 * What follows is refused, but the reading goes on, so that one run tells of
 * every such place.
 */
static struct diag *
misread(struct reader *r, struct span at, const char *message)
{
	r->build.failed = true;
	return diag_at(r->build.diags, DIAG_YAML_PLAIN, at, "%s", message);
}

static bool
refuse_empty_file(struct reader *r)
{
	struct diag *diag = diag_at(
	    r->build.diags, DIAG_EMPTY, point(r, 0), "the file holds no value");

	diag_help(r->build.diags, diag, "the smallest YAML file is {}");
	return false;
}

/* Where a value that is not there is missed: behind what comes before it. */
static void
refuse_empty(struct reader *r, uint32_t at)
{
	const struct build *b = &r->build;
	struct diag *diag;

	if (b->has_key) {
		diag = misread(r, b->pending.key_at, "this key has no value");
	} else {
		while (at > 0 && is_space(r->text.s[at - 1]))
			at--;
		diag = misread(
		    r, point(r, at), "this entry of the list has no value");
	}
	diag_help(b->diags, diag,
	    "write null, \"\", [] or {}, whichever is "
	    "meant");
}

/* Plain text that not every program takes for text. */
static void
refuse_plain(
    struct reader *r, struct span at, struct text t, enum yaml_plain kind)
{
	struct diags *d = r->build.diags;
	struct diag *diag;
	const char *taken = "a default value", *otherwise = NULL;

	if (kind == YAML_PLAIN_BOOL) {
		taken = "true or false";
		otherwise = "true or false";
	} else if (kind == YAML_PLAIN_NIL) {
		taken = "null";
		otherwise = "null";
	} else if (kind == YAML_PLAIN_NUMBER) {
		taken = "a number";
		otherwise = "a whole decimal number";
	} else if (kind == YAML_PLAIN_DATE) {
		taken = "a date";
	}
	diag = diag_at(d, DIAG_YAML_PLAIN, at,
	    "some YAML programs take %.*s "
	    "for %s, others for text",
	    (int)t.len, t.s, taken);
	diag_fix(d, diag, DIAG_FIX_BYTES, at, "\"%.*s\"", (int)t.len, t.s);
	if (otherwise == NULL)
		diag_help(d, diag, "write \"%.*s\"", (int)t.len, t.s);
	else
		diag_help(d, diag,
		    "write \"%.*s\" if text is meant, otherwise "
		    "%s",
		    (int)t.len, t.s, otherwise);
	r->build.failed = true;
}

/* The text of the scalar, in the source itself if it stands there so. */
static struct text
unescaped(struct reader *r, const yaml_event_t *e, struct span at)
{
	struct text raw = {r->text.s + at.begin, at.end - at.begin};
	struct text value = {(const char *)e->data.scalar.value,
	    (uint32_t)e->data.scalar.length};

	if (e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE && raw.len >= 2) {
		raw.s++;
		raw.len -= 2;
	}
	return text_equal(raw, value) ? raw : arena_text(r->build.arena, value);
}

static bool
integer(struct text t, int64_t *ret_value)
{
	bool negative = t.s[0] == '-';
	uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0), value = 0;

	for (uint32_t i = negative ? 1 : 0; i < t.len; i++) {
		uint64_t digit = (uint64_t)(t.s[i] - '0');

		if (value > (limit - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_value =
	    negative && value != 0 ? -(int64_t)(value - 1) - 1 : (int64_t)value;
	return true;
}

static bool
plain_key(struct reader *r, struct span at, struct text t, enum yaml_plain kind)
{
	struct diag *diag;

	switch (kind) {
	case YAML_PLAIN_TEXT:
		break;
	case YAML_PLAIN_EMPTY:
		return refuse(r, DIAG_YAML_PLAIN, character(r, at.begin),
		    "a key is missing before the colon",
		    "the empty key is written \"\"");
	case YAML_PLAIN_MERGE:
		return refuse(r, DIAG_YAML_FEATURE, at,
		    "merge keys (<<) are refused",
		    "write the entries where they are needed");
	case YAML_PLAIN_TRUE:
	case YAML_PLAIN_FALSE:
	case YAML_PLAIN_NULL:
	case YAML_PLAIN_INTEGER:
		diag = misread(r, at,
		    "this key is not text to every YAML "
		    "program");
		diag_help(
		    r->build.diags, diag, "write \"%.*s\"", (int)t.len, t.s);
		break;
	case YAML_PLAIN_BOOL:
	case YAML_PLAIN_NIL:
	case YAML_PLAIN_NUMBER:
	case YAML_PLAIN_DATE:
	case YAML_PLAIN_EQUALS:
		refuse_plain(r, at, t, kind);
		break;
	}
	return build_key(&r->build, at, t);
}

static bool
plain_value(
    struct reader *r, struct span at, struct text t, enum yaml_plain kind)
{
	struct node n = {.at = at, .kind = NODE_STRING, .string = t};

	switch (kind) {
	case YAML_PLAIN_TEXT:
		break;
	case YAML_PLAIN_TRUE:
	case YAML_PLAIN_FALSE:
		n.kind = NODE_BOOL;
		n.boolean = kind == YAML_PLAIN_TRUE;
		break;
	case YAML_PLAIN_NULL:
		n.kind = NODE_NULL;
		break;
	case YAML_PLAIN_INTEGER:
		n.kind = integer(t, &n.integer) ? NODE_INTEGER : NODE_NUMBER;
		break;
	case YAML_PLAIN_EMPTY:
		if (r->build.frames.n == 0)
			return refuse_empty_file(r);
		refuse_empty(r, at.begin);
		break;
	case YAML_PLAIN_BOOL:
	case YAML_PLAIN_NIL:
	case YAML_PLAIN_NUMBER:
	case YAML_PLAIN_DATE:
	case YAML_PLAIN_MERGE:
	case YAML_PLAIN_EQUALS:
		refuse_plain(r, at, t, kind);
		break;
	}
	return build_scalar(&r->build, n);
}

static bool
plain(struct reader *r, const yaml_event_t *e, struct span at, bool is_key)
{
	enum yaml_plain kind =
	    yaml_plain_scan((const char *)e->data.scalar.value);
	struct text t = unescaped(r, e, at);
	struct diag *diag;

	/* A forgotten "- " or "key:" joins two lines without a word. */
	if (memchr(r->text.s + at.begin, '\n', at.end - at.begin) != NULL) {
		diag = misread(
		    r, at, "text without quotes runs over several lines");
		diag_help(r->build.diags, diag,
		    "put it in quotes, or check the indentation");
		kind = YAML_PLAIN_TEXT;
	}
	return is_key ? plain_key(r, at, t, kind) : plain_value(r, at, t, kind);
}

static bool
scalar(struct reader *r, const yaml_event_t *e)
{
	struct span at = span_of(r, e);
	bool is_key = wants_key(r);

	if (!refuse_properties(r, e, e->data.scalar.anchor, e->data.scalar.tag))
		return false;
	if (is_key && !check_no_question_mark(r, at.begin))
		return false;
	/* A block ends where the next line begins. */
	while (at.end > at.begin && is_space(r->text.s[at.end - 1]))
		at.end--;
	if (at.end > r->last)
		r->last = at.end;
	if (e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return plain(r, e, at, is_key);
	struct text t = unescaped(r, e, at);

	if (is_key)
		return build_key(&r->build, at, t);
	return build_scalar(&r->build,
	    (struct node){.at = at, .kind = NODE_STRING, .string = t});
}

static bool
begin(struct reader *r, const yaml_event_t *e, bool is_map, bool is_flow,
    const yaml_char_t *anchor, const yaml_char_t *tag)
{
	uint32_t at = byte_of(r, e->start_mark.index);

	if (!refuse_properties(r, e, anchor, tag))
		return false;
	if (wants_key(r))
		return refuse(r, DIAG_YAML_FEATURE, character(r, at),
		    "a list or map cannot be a key", NULL);
	if (is_map && is_flow && r->text.s[at] != '{')
		return refuse(r, DIAG_YAML_FEATURE, word_at(r, at),
		    "a key inside [ ] makes a map that cannot be seen",
		    "put braces around it: [{key: value}]");
	if (is_flow)
		r->last = at + 1;
	return build_begin(&r->build, is_map, (struct span){r->source, at, at});
}

/* The end mark of a block collection sits on whatever comes next. */
static bool
end(struct reader *r, const yaml_event_t *e)
{
	const struct build *b = &r->build;
	uint32_t open = b->frames.v[b->frames.n - 1].at.begin;

	if (r->text.s[open] == '[' || r->text.s[open] == '{')
		r->last = byte_of(r, e->end_mark.index);
	return build_end(&r->build, point(r, r->last));
}

/*
 * libyaml's table of directives costs quadratic time, so it never sees one:
 * they can stand only before the first value, and after the document, which
 * is where the reading ends.
 */
static bool
check_no_directives(struct reader *r)
{
	const char *s = r->text.s;
	const struct yaml_problem *p;
	uint32_t i = 0;

	while (i < r->text.len && (is_space(s[i]) || s[i] == '#')) {
		if (s[i] == '#')
			i += (uint32_t)strcspn(s + i, "\n");
		else
			i++;
	}
	if (s[i] != '%' || (i > 0 && s[i - 1] != '\n'))
		return true;
	p = yaml_problem_find("while scanning a directive", NULL);
	return refuse(r, p->code, word_at(r, i), p->message, p->help);
}

static bool
check_nothing_follows(struct reader *r, uint32_t i)
{
	const char *s = r->text.s;

	while (i < r->text.len) {
		bool line_start = i == 0 || s[i - 1] == '\n';

		if (is_space(s[i]))
			i++;
		else if (s[i] == '#')
			i += (uint32_t)strcspn(s + i, "\n");
		else if (line_start && strncmp(s + i, "...", 3) == 0 &&
			 (s[i + 3] == '\0' || is_space(s[i + 3])))
			i += 3;
		else if (line_start &&
			 (strncmp(s + i, "---", 3) == 0 || s[i] == '%'))
			return refuse(r, DIAG_YAML_FEATURE, word_at(r, i),
			    "a second document begins here; a file holds one",
			    NULL);
		else
			return refuse(r, DIAG_SYNTAX, word_at(r, i),
			    "there is text after the end of the value: a file "
			    "holds one",
			    NULL);
	}
	return true;
}

/* False: given up, and diagnosed.  Sets *done at the end of the document. */
static bool
event(struct reader *r, const yaml_event_t *e, bool *done)
{
	const struct yaml_problem *p;

	switch (e->type) {
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_DOCUMENT_START_EVENT:
		return true;
	case YAML_STREAM_END_EVENT:
		return refuse_empty_file(r);
	case YAML_DOCUMENT_END_EVENT:
		*done = true;
		return check_nothing_follows(r, span_of(r, e).end);
	case YAML_ALIAS_EVENT:
		p = yaml_problem_find("while scanning an alias", NULL);
		return refuse(r, p->code, span_of(r, e), p->message, p->help);
	case YAML_SCALAR_EVENT:
		return scalar(r, e);
	case YAML_SEQUENCE_START_EVENT:
		return begin(r, e, false,
		    e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
		    e->data.sequence_start.anchor, e->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return begin(r, e, true,
		    e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
		    e->data.mapping_start.anchor, e->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return end(r, e);
	}
	return false;
}

static bool
document(struct reader *r)
{
	bool ok = true, done = false;

	if (!check_no_directives(r))
		return false;
	if (yaml_parser_initialize(&r->parser) == 0)
		diag_out_of_memory();
	/* Or it would look for UTF-16. */
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &r->parser, (const unsigned char *)r->text.s, r->text.len);
	while (ok && !done) {
		yaml_event_t e;

		if (yaml_parser_parse(&r->parser, &e) == 0) {
			ok = refuse_by_libyaml(r);
			break;
		}
		ok = event(r, &e, &done);
		yaml_event_delete(&e);
	}
	yaml_parser_delete(&r->parser);
	return ok;
}

bool
read_yaml(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, const struct node **ret_node)
{
	struct reader r = {
	    .build = {.arena = a, .diags = d},
	    .source = source,
	    .text = source_get(s, source)->text,
	};
	bool ok = read_check_characters(d, s, source) && document(&r);
	const struct node *root = build_finish(&r.build, ok);

	if (root == NULL)
		return false;
	*ret_node = root;
	return true;
}
