#include <config.h>

#include "compiler/read/build.h"

#include <stdlib.h>

/*
 * Values wait on one stack until the container around them is closed, and
 * are then copied once, packed, into the arena.  An open container's own
 * entry lies on the stack below its first child, holding its key.
 */

static bool
count_one(struct build *b, struct span at)
{
	if (b->count++ < NODE_COUNT_MAX)
		return true;
	struct diag *diag = diag_at(b->diags, DIAG_TOO_MANY, at,
	    "the file holds more than %d values", NODE_COUNT_MAX);

	diag_help(b->diags, diag, "split it into several files");
	return false;
}

/* Takes the pending key, inside a map. */
static struct pair *
push(struct build *b)
{
	struct pair *p = VEC_PUSH(&b->scratch, &b->stack);

	*p = b->pending;
	b->pending = (struct pair){0};
	b->has_key = false;
	return p;
}

bool
build_begin(struct build *b, bool is_map, struct span at)
{
	struct build_frame *frame;

	if (!count_one(b, at))
		return false;
	if (b->frames.n == NODE_DEPTH_MAX) {
		(void)diag_at(b->diags, DIAG_TOO_DEEP, at,
		    "lists and maps are nested more than %d deep",
		    NODE_DEPTH_MAX);
		return false;
	}
	struct pair *p = push(b);

	p->value.at = at;
	p->value.kind = is_map ? NODE_MAP : NODE_LIST;
	frame = VEC_PUSH(&b->scratch, &b->frames);
	frame->at = at;
	frame->first = b->stack.n;
	frame->is_map = is_map;
	return true;
}

static int
compare_pairs(const void *left, const void *right)
{
	const struct pair *const *a = left, *const *b = right;
	int c = text_compare((*a)->key, (*b)->key);

	return c != 0 ? c : (*a > *b) - (*a < *b);
}

static void
duplicate(struct build *b, const struct pair *first, const struct pair *again)
{
	struct diag *diag = diag_at(b->diags, DIAG_DUPLICATE_KEY, again->key_at,
	    "the key \"%.*s\" is given twice in one map", (int)again->key.len,
	    again->key.s);

	diag_note(b->diags, diag, first->key_at, "it is given here first");
	b->failed = true;
}

/* Sorted, so that a map of very many keys costs no more than n log n. */
static void
find_duplicates(struct build *b, const struct pair *v, uint32_t n)
{
	if (n < 2)
		return;
	const struct pair **sorted =
	    ARENA_ARRAY(&b->scratch, n, const struct pair *);
	const struct pair *first = NULL;

	for (uint32_t i = 0; i < n; i++)
		sorted[i] = &v[i];
	qsort(sorted, n, sizeof(*sorted), compare_pairs);
	for (uint32_t i = 0; i < n; i++) {
		if (first != NULL && text_equal(first->key, sorted[i]->key))
			duplicate(b, first, sorted[i]);
		else
			first = sorted[i];
	}
}

/* The value is complete: the root, or waiting in the container around it. */
static void
complete(struct build *b, const struct node *value)
{
	if (b->frames.n != 0)
		return;
	b->root = *value;
	b->done = true;
}

bool
build_end(struct build *b, struct span close)
{
	struct build_frame frame = b->frames.v[--b->frames.n];
	uint32_t n = b->stack.n - frame.first;
	const struct pair *children = &b->stack.v[frame.first];
	struct node *value = &b->stack.v[frame.first - 1].value;

	value->at.end = close.end;
	if (frame.is_map) {
		struct pair *v = ARENA_ARRAY(b->arena, n, struct pair);

		find_duplicates(b, children, n);
		for (uint32_t i = 0; i < n; i++)
			v[i] = children[i];
		value->map.v = v;
		value->map.n = n;
	} else {
		struct node *v = ARENA_ARRAY(b->arena, n, struct node);

		for (uint32_t i = 0; i < n; i++)
			v[i] = children[i].value;
		value->list.v = v;
		value->list.n = n;
	}
	b->stack.n = frame.first;
	complete(b, value);
	return true;
}

/* What neither keys nor values may be, whoever reads them. */
static bool
check_string(struct build *b, struct span at, struct text t)
{
	if (t.len > NODE_STRING_MAX) {
		(void)diag_at(b->diags, DIAG_BAD_STRING, at,
		    "this string is %u bytes long; %d is the most", t.len,
		    NODE_STRING_MAX);
		return false;
	}
	if (t.len != 0 && memchr(t.s, '\0', t.len) != NULL) {
		(void)diag_at(b->diags, DIAG_BAD_STRING, at,
		    "this string holds a NUL character; no path or name can");
		return false;
	}
	return true;
}

bool
build_key(struct build *b, struct span at, struct text key)
{
	if (!check_string(b, at, key))
		return false;
	b->pending = (struct pair){.key = key, .key_at = at};
	b->has_key = true;
	return true;
}

bool
build_scalar(struct build *b, struct node value)
{
	if (!count_one(b, value.at))
		return false;
	if ((value.kind == NODE_STRING || value.kind == NODE_NUMBER) &&
	    !check_string(b, value.at, value.string))
		return false;
	struct pair *p = push(b);

	p->value = value;
	complete(b, &p->value);
	return true;
}

const struct node *
build_finish(struct build *b, bool ok)
{
	struct node *root = NULL;

	if (ok && !b->failed && b->done) {
		root = ARENA_NEW(b->arena, struct node);
		*root = b->root;
	}
	arena_release(&b->scratch);
	return root;
}
