#include <config.h>

#include "compiler/lsp/lsp_context.h"

/* An object or list of which the beginning was seen, and no end. */
struct level {
	char kind;	       /* '{', '[', or ' ' for lines of YAML */
	bool expects_key;      /* in an object: no colon since the last comma */
	int32_t indent;	       /* of its keys, for lines of YAML */
	struct text key;       /* that its value is under */
	struct lsp_words keys; /* all so far */
};

struct scan {
	struct arena *arena;
	struct text t;
	uint32_t at, offset; /* nothing behind the offset counts */
	struct VEC(struct level) levels;
	struct lsp_words outermost; /* keys */
	bool in_comment;
};

static struct level *
top(struct scan *s)
{
	return s->levels.n == 0 ? NULL : &s->levels.v[s->levels.n - 1];
}

static void
push(struct scan *s, char kind, int32_t indent)
{
	*VEC_PUSH(s->arena, &s->levels) = (struct level){
	    .kind = kind, .expects_key = kind != '[', .indent = indent};
}

/* What words of the language are made of, paths and variables too. */
static bool
in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c & 0x80) != 0 ||
	       (c != '\0' && strchr("_$./~-@{}", c) != NULL && c != '}' &&
		   c != '{');
}

static void
take_key(struct scan *s, struct text key)
{
	struct level *l = top(s);

	if (l == NULL || l->kind == '[' || !l->expects_key)
		return;
	l->key = key;
	*VEC_PUSH(s->arena, &l->keys) = key;
	/* In YAML, too, the outermost object may stand in braces. */
	if (s->levels.n == 1 ||
	    (s->levels.n == 2 && s->levels.v[0].kind == ' ' &&
		s->levels.v[0].keys.n == 0))
		*VEC_PUSH(s->arena, &s->outermost) = key;
}

static bool
comment_begins(const struct scan *s, bool yaml)
{
	const char c = s->t.s[s->at];
	const char next = s->at + 1 < s->t.len ? s->t.s[s->at + 1] : '\0';

	return yaml ? c == '#' : c == '/' && (next == '/' || next == '*');
}

static void
skip_comment(struct scan *s)
{
	const bool block = s->t.s[s->at] == '/' && s->t.s[s->at + 1] == '*';

	for (s->at++; s->at < s->offset; s->at++) {
		if (block ? s->t.s[s->at] == '/' && s->t.s[s->at - 1] == '*'
			  : s->t.s[s->at] == '\n') {
			s->at++;
			return;
		}
	}
	s->in_comment = true;
}

/* A string up to its quote; false when the offset comes before that. */
static bool
skip_string(struct scan *s, struct text *ret_text)
{
	const uint32_t begin = s->at;
	const char quote = s->t.s[begin];

	for (s->at++; s->at < s->offset && s->t.s[s->at] != '\n'; s->at++) {
		if (s->t.s[s->at] == '\\' && quote == '"') {
			s->at++;
			continue;
		}
		if (s->t.s[s->at] != quote)
			continue;
		*ret_text =
		    (struct text){s->t.s + begin + 1, s->at - begin - 1};
		s->at++;
		return true;
	}
	if (s->at < s->offset) { /* the line ended before it did */
		*ret_text =
		    (struct text){s->t.s + begin + 1, s->at - begin - 1};
		return true;
	}
	s->at = begin;
	return false;
}

static void
skip_word(struct scan *s)
{
	while (s->at < s->offset && in_word(s->t.s[s->at]))
		s->at++;
}

/*
 * Brackets, strings and words from s->at to the offset, or to where the levels
 * above `floor` are closed.  False at the offset, s->at where its word begins.
 */
static bool
scan_flow(struct scan *s, uint32_t floor, bool yaml)
{
	while (s->at < s->offset) {
		const char c = s->t.s[s->at];
		const uint32_t begin = s->at;
		struct text word;

		if (comment_begins(s, yaml)) {
			skip_comment(s);
		} else if (c == '{' || c == '[') {
			push(s, c, 0);
			s->at++;
		} else if (c == '}' || c == ']') {
			s->at++;
			if (s->levels.n > floor)
				s->levels.n--;
			if (s->levels.n == floor)
				return true;
		} else if (c == ':' || c == ',') {
			if (top(s) != NULL)
				top(s)->expects_key =
				    c == ',' && top(s)->kind == '{';
			s->at++;
		} else if (c == '"' || (c == '\'' && yaml)) {
			if (!skip_string(s, &word))
				return false;
			take_key(s, word);
		} else if (in_word(c)) {
			skip_word(s);
			if (s->at == s->offset) {
				s->at = begin;
				return false;
			}
			take_key(
			    s, (struct text){s->t.s + begin, s->at - begin});
		} else {
			s->at++;
		}
	}
	return false;
}

/* The key that a line of YAML begins with, up to its colon. */
static bool
line_key(struct scan *s, uint32_t end, struct text *ret_key)
{
	const uint32_t begin = s->at;
	const char quote = s->t.s[begin];
	struct text key;

	if (quote == '"' || quote == '\'') {
		if (!skip_string(s, &key))
			return false;
	} else {
		while (s->at < end && in_word(s->t.s[s->at]))
			s->at++;
		key = (struct text){s->t.s + begin, s->at - begin};
	}
	while (s->at < end && s->t.s[s->at] == ' ')
		s->at++;
	if (key.len == 0 || s->at >= end || s->t.s[s->at] != ':' ||
	    (s->at + 1 < s->t.len &&
		strchr(" \r\n", s->t.s[s->at + 1]) == NULL)) {
		s->at = begin;
		return false;
	}
	s->at++;
	*ret_key = key;
	return true;
}

/* Closes what the indentation closes. */
static void
close_levels(struct scan *s, int32_t indent)
{
	while (s->levels.n > 1 && top(s)->indent > indent)
		s->levels.n--;
}

/* The dashes that the line begins with; an item may stand below its key. */
static bool
skip_dashes(struct scan *s, uint32_t begin, uint32_t end)
{
	bool item = false;

	while (s->at < end && s->t.s[s->at] == '-' &&
	       (s->at + 1 == end || s->t.s[s->at + 1] == ' ')) {
		close_levels(s, (int32_t)(s->at - begin));
		item = true;
		for (s->at++; s->at < end && s->t.s[s->at] == ' ';)
			s->at++;
	}
	return item;
}

/* A line from s->at to its end; false when the word at the offset is in it. */
static bool
scan_line(struct scan *s, uint32_t begin, uint32_t end)
{
	const bool item = skip_dashes(s, begin, end);
	const int32_t indent = (int32_t)(s->at - begin);
	struct text key;

	if (!item)
		close_levels(s, indent);
	if (indent > top(s)->indent)
		push(s, ' ', indent);
	top(s)->expects_key = true;
	if (line_key(s, end, &key)) {
		take_key(s, key);
		top(s)->expects_key = false;
		while (s->at < end && s->t.s[s->at] == ' ')
			s->at++;
	} else if (item) {
		/* A value of the list above, not a key beside it. */
		s->levels.n -= s->levels.n > 1;
		top(s)->expects_key = false;
	}
	if (s->at < end && (s->t.s[s->at] == '[' || s->t.s[s->at] == '{')) {
		if (!scan_flow(s, s->levels.n, true))
			return false;
		end = s->at;
	}
	if (end >= s->offset)
		return false;
	while (end < s->offset && s->t.s[end] != '\n')
		end++;
	s->at = end;
	return true;
}

/* Lines of YAML up to the offset, s->at where its word begins. */
static void
scan_lines(struct scan *s)
{
	push(s, ' ', 0);
	for (; s->at <= s->offset; s->at++) {
		const uint32_t begin = s->at;
		uint32_t end = begin;

		while (end < s->offset && s->t.s[end] != '\n')
			end++;
		while (s->at < end &&
		       (s->t.s[s->at] == ' ' || s->t.s[s->at] == '\r'))
			s->at++;
		if (s->at < end && s->t.s[s->at] == '#') {
			s->in_comment = end == s->offset;
			s->at = end;
		} else if (s->at == end && end < s->offset) {
			s->at = end;
		} else if (!scan_line(s, begin, end)) {
			return;
		}
	}
}

/* How far the word goes on behind the offset, with its quote. */
static uint32_t
word_end(struct text t, uint32_t begin, uint32_t offset)
{
	const char quote = begin < t.len ? t.s[begin] : '\0';
	const bool quoted = quote == '"' || quote == '\'';
	uint32_t end = offset;

	while (end < t.len && in_word(t.s[end]))
		end++;
	if (quoted && begin < offset)
		return end < t.len && t.s[end] == quote ? end + 1 : offset;
	return end;
}

bool
lsp_context_find(struct arena *a, struct text t, uint32_t offset, bool yaml,
    struct lsp_context *ret_context)
{
	struct scan s = {.arena = a, .t = t, .offset = offset};
	struct lsp_context c = {.begin = offset};
	const struct level *last;

	if (yaml)
		scan_lines(&s);
	else
		(void)scan_flow(&s, 0, false);
	if (s.in_comment || s.levels.n == 0)
		return false;
	last = &s.levels.v[s.levels.n - 1];
	c.begin = s.at < offset ? s.at : offset;
	c.end = word_end(t, c.begin, offset);
	c.quoted =
	    c.begin < offset && (t.s[c.begin] == '"' || t.s[c.begin] == '\'');
	c.is_key = last->kind != '[' && last->expects_key;
	c.beside = last->keys;
	for (uint32_t i = 0; i < s.levels.n; i++) {
		const struct level *l = &s.levels.v[i];

		if (l->kind != '[' && (l != last || !c.is_key))
			*VEC_PUSH(a, &c.path) = l->key;
	}
	*ret_context = c;
	return true;
}

struct lsp_words
lsp_outermost_keys(struct arena *a, struct text t, bool yaml)
{
	struct scan s = {.arena = a, .t = t, .offset = t.len};

	if (yaml)
		scan_lines(&s);
	else
		(void)scan_flow(&s, 0, false);
	return s.outermost;
}
