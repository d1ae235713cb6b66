#include <config.h>

#include "compiler/emit/emit_seatbelt.h"

#include <stdlib.h>

#include "compiler/expand/expand.h"

void
seatbelt_add(struct seatbelt *s, struct place_filters *l, struct place_filter f)
{
	const struct cap_seatbelt *c = &s->caps->seatbelt;

	*VEC_PUSH(s->arena, l) = f;
	for (uint32_t i = 0; i < c->links.n; i++) {
		struct place_filter other = f;

		if (path_move(s->arena, f.path, c->links.v[i].target,
			c->links.v[i].link, &other.path))
			*VEC_PUSH(s->arena, l) = other;
	}
}

static int
compare_filters(const void *pa, const void *pb)
{
	const struct place_filter *a = pa, *b = pb;
	int d = path_compare(a->path, b->path);

	if (d != 0)
		return d;
	if (a->data_volume != b->data_volume)
		return a->data_volume ? 1 : -1;
	/* A tree before what it implies. */
	if (a->kind != b->kind) {
		if (a->kind == SEATBELT_SUBPATH || b->kind == SEATBELT_SUBPATH)
			return a->kind == SEATBELT_SUBPATH ? -1 : 1;
		return a->kind < b->kind ? -1 : 1;
	}
	return span_compare(a->at, b->at);
}

/* Does one filter of the list make the other, behind it, superfluous? */
static bool
covers(const struct place_filter *over, const struct place_filter *f)
{
	enum path_relation r = path_relate(f->path, over->path);

	if (over->data_volume != f->data_volume)
		return false;
	if (over->kind == SEATBELT_SUBPATH && f->kind != SEATBELT_ANCESTORS &&
	    f->kind != SEATBELT_TEMPORARY)
		return r == PATH_BELOW || r == PATH_EQUAL;
	return over->kind == f->kind && r == PATH_EQUAL;
}

/*
 * The kept one that makes `f` superfluous, or NULL.  In path order it is "/",
 * which stands first, or among those just before: what lies below a kept tree
 * was not kept.
 */
static struct place_filter *
find_cover(struct place_filters *l, uint32_t n, const struct place_filter *f)
{
	for (uint32_t i = n; i > 0; i--) {
		struct place_filter *over = &l->v[i - 1];

		if (covers(over, f))
			return over;
		if (path_relate(f->path, over->path) == PATH_UNRELATED)
			break;
	}
	return n > 0 && covers(&l->v[0], f) ? &l->v[0] : NULL;
}

void
seatbelt_tidy(struct place_filters *l)
{
	uint32_t n = 0;

	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), compare_filters);
	for (uint32_t i = 0; i < l->n; i++) {
		struct place_filter *over = find_cover(l, n, &l->v[i]);

		if (over == NULL)
			l->v[n++] = l->v[i];
		else if (path_compare(over->path, l->v[i].path) == 0)
			over->others++;
	}
	l->n = n;
}

/* "groups/x.json:3", of no byte that ends a comment. */
static struct text
name_place(struct seatbelt *s, struct span at)
{
	uint32_t slot = (at.begin ^ at.source * 31) % ARRAY_LEN(s->places);
	struct text name;
	struct place place;

	if (s->places[slot].at.source == at.source &&
	    s->places[slot].at.begin == at.begin)
		return s->places[slot].text;
	name = diag_safe(s->arena, policy_source_name(s->caps->policy,
				       s->sources, s->arena, at.source));
	place = source_place(s->sources, at.source, at.begin);
	s->places[slot].at = at;
	s->places[slot].text = arena_printf(
	    s->arena, "%.*s:%u", (int)name.len, name.s, place.line);
	return s->places[slot].text;
}

void
seatbelt_origin(struct seatbelt *s, struct span at, const struct origin *origin,
    uint32_t others)
{
	if (!s->text.comments || at.source == 0)
		return;
	seatbelt_comment(&s->text, "\t; ", name_place(s, at));
	for (const struct origin *o = origin; o != NULL && o->via != NULL;
	     o = o->via)
		seatbelt_comment(&s->text, " <- ", name_place(s, o->at));
	if (others > 0)
		seatbelt_comment(&s->text, ", ",
		    arena_printf(s->arena, "and %u more", others));
}

/*
 * (subpath "/System") would open the data volume, the users' files with it, by
 * a name that no deny is written in.
 */
static bool
holds_data_volume(const struct place_filter *f)
{
	return f->kind == SEATBELT_SUBPATH && f->path.root == BLOB_ROOT_SLASH &&
	       (text_is(f->path.suffix, "System") ||
		   text_is(f->path.suffix, "System/Volumes"));
}

void
seatbelt_places(struct seatbelt *s, const char *head,
    const struct place_filters *l, const char *guard)
{
	bool allow = strncmp(head, "allow", 5) == 0, runtime = false;

	struct text there = TEXT("(param \"XDG_RUNTIME_DIR\")");

	if (guard[0] != '\0')
		there = arena_printf(
		    s->arena, "(and %s %.*s)", guard, (int)there.len, there.s);
	seatbelt_rule(&s->text, text_of(head), text_of(guard));
	for (uint32_t i = 0; i < l->n; i++) {
		const struct place_filter *f = &l->v[i];

		/* The last root: the parameter may be missing. */
		if (f->path.root == BLOB_ROOT_XDG_RUNTIME && !runtime) {
			runtime = true;
			seatbelt_rule_end(&s->text);
			seatbelt_rule(&s->text, text_of(head), there);
		}
		seatbelt_item(&s->text);
		if (allow && holds_data_volume(f))
			seatbelt_puts(&s->text, "(require-all ");
		seatbelt_filter(&s->text, (enum seatbelt_filter)f->kind,
		    f->path, f->data_volume);
		if (allow && holds_data_volume(f))
			seatbelt_puts(&s->text, " (require-not (subpath "
						"\"/System/Volumes/Data\")))");
		seatbelt_origin(s, f->at, f->origin, f->others);
	}
	seatbelt_rule_end(&s->text);
}

void
seatbelt_fixed(
    struct seatbelt *s, const char *head, const char *const *filters, size_t n)
{
	seatbelt_rule(&s->text, text_of(head), TEXT(""));
	for (size_t i = 0; i < n; i++) {
		seatbelt_item(&s->text);
		seatbelt_puts(&s->text, filters[i]);
	}
	seatbelt_rule_end(&s->text);
}
