#include <config.h>

#include "compiler/seatbelt/sbpl_diff.h"

/*
 * The lines for a launcher, ";@ ...": what Seatbelt has no rule for, and the
 * denied places by name.  A deny shows in the rules where a grant is seen to
 * lie around it; one below $CWD matters where that lies in what is granted,
 * and no request tells.
 */
struct side {
	const struct sbpl_file *file;
	struct text text;
	bool listed; /* only variables that are allowed pass */
};

struct lines {
	struct report *report;
	struct text subject;
	struct side side[2];
	uint32_t gained, lost, max, left_off;
};

/* Steps through them: *at is where the next line begins. */
static bool
next(struct text text, uint32_t *at, struct text *ret_line)
{
	while (*at < text.len) {
		const char *line = text.s + *at;
		const char *end = memchr(line, '\n', text.len - *at);
		const uint32_t n =
		    end == NULL ? text.len - *at : (uint32_t)(end - line);

		*at += n + 1;
		/* They stand before the first rule. */
		if (n > 0 && line[0] == '(')
			return false;
		if (n < 4 || memcmp(line, ";@ ", 3) != 0)
			continue;
		*ret_line = (struct text){line + 3, n - 3};
		return true;
	}
	return false;
}

static bool
begins(struct text line, const char *word, struct text *ret_rest)
{
	const struct text with = text_of(word);

	if (!text_begins(line, with))
		return false;
	*ret_rest = (struct text){line.s + with.len, line.len - with.len};
	return true;
}

/* HOME "/.ssh/x" in HOME "/.ssh"; HOME "/.ssh" in HOME. */
static bool
is_in(struct text place, struct text around)
{
	char behind = ' ';

	if (around.len > 0 && around.s[around.len - 1] == '"') {
		around.len--;
		behind = '/';
	}
	return place.len > around.len &&
	       memcmp(place.s, around.s, around.len) == 0 &&
	       place.s[around.len] == behind;
}

/* "X" and "X*": does the pattern hold for all that the name holds for? */
static bool
is_matched(struct text name, struct text pattern)
{
	return pattern.len > 2 && pattern.s[pattern.len - 2] == '*' &&
	       name.len >= pattern.len - 1 &&
	       memcmp(name.s, pattern.s, pattern.len - 2) == 0;
}

/* Does the other line say all that this one says? */
static bool
holds(struct text line, struct text other)
{
	struct text l, o;

	if (text_equal(line, other))
		return true;
	if (begins(line, "denied ", &l) && begins(other, "denied ", &o)) {
		const bool all = begins(o, "all ", &o);

		if (!all && !begins(o, "write ", &o) && !begins(o, "read ", &o))
			return false;
		if (begins(l, "all ", &l))
			return all && is_in(l, o);
		/* What is denied for one use: by the same word, or by "all". */
		if (!all && other.s[strlen("denied ")] != l.s[0])
			return false;
		return (begins(l, "write ", &l) || begins(l, "read ", &l)) &&
		       (text_equal(l, o) || is_in(l, o));
	}
	if (begins(line, "environment deny ", &l))
		return begins(other, "environment deny ", &o) &&
		       is_matched(l, o);
	if (begins(line, "environment allow ", &l))
		return begins(other, "environment allow ", &o) &&
		       is_matched(l, o);
	return false;
}

static bool
has(const struct side *s, struct text line)
{
	struct text other;
	uint32_t at = 0;

	while (next(s->text, &at, &other))
		if (holds(line, other))
			return true;
	return false;
}

static void
say(struct lines *d, unsigned to, struct text message)
{
	const bool gained = to == 1;
	struct report *r = d->report;
	struct finding *g;

	*(gained ? &d->gained : &d->lost) += 1;
	if (r->findings.n >= d->max) {
		d->left_off++;
		return;
	}
	g = report_add(r, gained ? "seatbelt-gained" : "seatbelt-lost",
	    gained ? REPORT_ERROR : REPORT_NOTE, gained ? "gained" : "lost");
	g->sign = gained ? '+' : '-';
	g->subject = d->subject;
	g->region = g->identity = g->message = message;
	report_place(r, g,
	    (struct report_place){
		.file = d->side[to].file->compiled
			    ? d->side[to].file->profile
			    : text_of(d->side[to].file->name)});
}

/* A line that one has and the other has not: who permits more by it? */
static void
judge(struct lines *d, unsigned own, struct text line)
{
	struct arena *a = d->report->arena;
	const unsigned other = !own;
	struct text rest;

	if (begins(line, "denied ", &rest))
		say(d, other,
		    arena_printf(
			a, "deny no more %.*s", (int)rest.len, rest.s));
	else if (begins(line, "refuse ", &rest))
		say(d, other,
		    arena_printf(a, "start %.*s", (int)rest.len, rest.s));
	else if (text_is(line, "environment listed"))
		say(d, other, TEXT("inherit variables that are not listed"));
	else if (begins(line, "environment deny ", &rest))
		say(d, other,
		    arena_printf(a, "inherit %.*s", (int)rest.len, rest.s));
	else if (begins(line, "environment set ", &rest))
		say(d, own, arena_printf(a, "set %.*s", (int)rest.len, rest.s));
	/* Without a list on the other side everything passes there. */
	else if (begins(line, "environment allow ", &rest) &&
		 d->side[other].listed)
		say(d, own,
		    arena_printf(a, "inherit %.*s", (int)rest.len, rest.s));
}

void
sbpl_diff_lines(struct report *r, const struct sbpl_file *from,
    const struct sbpl_file *to, struct text subject, uint32_t max,
    struct sbpl_difference *difference)
{
	struct lines d = {.report = r,
	    .subject = subject,
	    .side = {{.file = from, .text = from->text},
		{.file = to, .text = to->text}},
	    .max = max};

	if (text_equal(from->text, to->text))
		return;
	for (unsigned s = 0; s < 2; s++)
		d.side[s].listed = has(&d.side[s], TEXT("environment listed"));
	for (unsigned s = 0; s < 2; s++) {
		struct text line;
		uint32_t at = 0;

		while (next(d.side[s].text, &at, &line))
			if (!has(&d.side[!s], line))
				judge(&d, s, line);
	}
	difference->gained += d.gained;
	difference->lost += d.lost;
	difference->left_off += d.left_off;
}
