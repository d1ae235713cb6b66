#include <config.h>

#include "compiler/seatbelt/sbpl_file.h"

/*
 * Where a rule comes from.  In a policy that nonoc wrote, each filter has a
 * line of its own and behind it "; groups/x.json:3 <- y.json:14, and 2 more".
 */

/* The comment behind the byte, without its "; ". */
static bool
comment_behind(const struct sources *s, struct span at, struct text *ret)
{
	const struct place p = source_place(s, at.source, at.begin);
	const struct text line = p.line_text;
	uint32_t i = line.len;

	/* No string of ours has a tab in it. */
	while (i > 2 && memcmp(line.s + i - 3, "\t; ", 3) != 0)
		i--;
	if (i <= 2)
		return false;
	*ret = (struct text){line.s + i, line.len - i};
	return true;
}

/* "groups/x.json:3" */
static bool
split(struct text t, struct text *ret_name, uint32_t *ret_line)
{
	uint32_t line = 0, i = t.len;

	while (i > 0 && t.s[i - 1] >= '0' && t.s[i - 1] <= '9')
		i--;
	if (i == t.len || i < 2 || t.s[i - 1] != ':' || t.len - i > 8)
		return false;
	for (uint32_t k = i; k < t.len; k++)
		line = line * 10 + (uint32_t)(t.s[k] - '0');
	*ret_name = (struct text){t.s, i - 1};
	*ret_line = line;
	return line > 0;
}

static struct report_place
place_of(const struct sbpl_file *f, struct text name, uint32_t line)
{
	struct report_place place = {.file = name, .line = line};

	for (uint32_t i = 0; i < f->origins.n; i++) {
		const struct sbpl_origin *o = &f->origins.v[i];

		if (!text_equal(o->name, name))
			continue;
		place.file = o->path;
		place.revision = o->revision;
		break;
	}
	return place;
}

/* False: it names no line. */
static bool
add_chain(struct report *r, struct finding *g, const struct sbpl_file *f,
    struct text comment, const char *what)
{
	static const char arrow[] = " <- ";
	const uint32_t n = sizeof(arrow) - 1;
	bool any = false;

	while (comment.len > 0) {
		struct text one = comment, name;
		struct report_place place;
		uint32_t i = 0, line;

		while (i < comment.len &&
		       (comment.len - i < n ||
			   memcmp(comment.s + i, arrow, n) != 0))
			i++;
		one.len = i;
		comment.s += i < comment.len ? i + n : i;
		comment.len -= i < comment.len ? i + n : i;
		/* ", and 2 more" */
		for (uint32_t k = 0; k < one.len; k++)
			if (one.len - k > 6 &&
			    memcmp(one.s + k, ", and ", 6) == 0)
				one.len = k;
		if (!split(one, &name, &line))
			return any;
		place = place_of(f, name, line);
		place.what = text_of(any ? "via" : what);
		report_place(r, g, place);
		any = true;
	}
	return any;
}

bool
sbpl_file_has_place(const struct sbpl_file *f, struct span at)
{
	struct text comment;

	return !f->compiled || comment_behind(f->policy.sources, at, &comment);
}

bool
sbpl_file_is_group(const struct sbpl_file *f, struct span at)
{
	static const char dir[] = "groups/";
	struct text comment;

	return f->compiled && comment_behind(f->policy.sources, at, &comment) &&
	       comment.len >= strlen(dir) &&
	       memcmp(comment.s, dir, strlen(dir)) == 0;
}

void
sbpl_file_places(struct report *r, struct finding *g, const struct sbpl_file *f,
    struct span at, const char *what)
{
	struct text comment;
	struct place p;

	if (!f->compiled) {
		p = source_place(f->policy.sources, at.source, at.begin);
		report_place(r, g,
		    (struct report_place){.file = text_of(f->name),
			.line = p.line,
			.column = p.column,
			.what = text_of(what)});
		return;
	}
	if (!comment_behind(f->policy.sources, at, &comment) ||
	    !add_chain(r, g, f, comment, what))
		report_place(r, g,
		    (struct report_place){
			.file = f->profile, .what = text_of(what)});
}
