#include <config.h>

#include "compiler/emit/emit_seatbelt.h"
#include "compiler/sbpl/sbpl.h"

void
seatbelt_raw_rules(struct seatbelt *s, bool allow)
{
	const struct cap_seatbelt *c = &s->caps->seatbelt;

	for (uint32_t i = 0; i < c->raw.n; i++) {
		const struct cap_raw *r = &c->raw.v[i];

		if (r->allow != allow)
			continue;
		seatbelt_put(&s->text, r->rule);
		seatbelt_origin(s, r->at, r->origin, 0);
		seatbelt_puts(&s->text, "\n");
	}
}

/* Is the operation one that our rules are about anyway? */
static bool
is_ours(struct text op)
{
	static const char ours[] =
	    " " OPS_READ " " OPS_WRITE " file-ioctl " OPS_SOCKET " ";
	const char *at = ours;

	while ((at = strchr(at, ' ')) != NULL) {
		at++;
		if (strncmp(at, op.s, op.len) == 0 && at[op.len] == ' ')
			return true;
	}
	return false;
}

/* Whose grant the operation belongs to. */
static unsigned
access_of(struct text op)
{
	if (text_begins(op, TEXT("file-read")) ||
	    text_begins(op, TEXT("process-exec")))
		return ACCESS_READ;
	return text_begins(op, TEXT("file-write")) ? ACCESS_WRITE : 0;
}

/* Is it one that places of this access are denied or lifted for by name? */
static bool
is_wanted(struct text op, unsigned access)
{
	return !is_ours(op) && (access == 0 || (access_of(op) & access) != 0);
}

void
seatbelt_places_and_raw(struct seatbelt *s, const char *head, unsigned access,
    const struct place_filters *l, const char *guard)
{
	const struct cap_seatbelt *c = &s->caps->seatbelt;
	int word = (int)strcspn(head, " "); /* "allow" or "deny" */
	const char *all = head;

	for (uint32_t i = 0; i < c->raw_operations.n; i++) {
		const struct text *op = &c->raw_operations.v[i];

		if (is_wanted(*op, access) && !sbpl_op_is_young(*op))
			all = arena_printf(
			    s->arena, "%s %.*s", all, (int)op->len, op->s)
				  .s;
	}
	seatbelt_places(s, all, l, guard);
	for (uint32_t i = 0; i < c->raw_operations.n; i++) {
		const struct text *op = &c->raw_operations.v[i];
		struct text rule, known;

		if (!is_wanted(*op, access) || !sbpl_op_is_young(*op))
			continue;
		rule = arena_printf(
		    s->arena, "%.*s %.*s", word, head, (int)op->len, op->s);
		known = arena_printf(
		    s->arena, "(defined? '%.*s)", (int)op->len, op->s);
		if (guard[0] != '\0')
			known = arena_printf(s->arena, "(and %.*s %s)",
			    (int)known.len, known.s, guard);
		seatbelt_places(s, rule.s, l, known.s);
	}
}
