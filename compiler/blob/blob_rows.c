#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "compiler/blob/blob_rows.h"

void
put_u32(struct arena *a, struct bytes *b, uint32_t value)
{
	uint8_t *p;

	if (b->cap - b->n < sizeof(value))
		VEC_RESERVE(a, b, b->cap + (uint32_t)sizeof(value));
	p = b->v + b->n;
	for (unsigned i = 0; i < sizeof(value); i++)
		p[i] = (uint8_t)(value >> 8 * i);
	b->n += (uint32_t)sizeof(value);
}

void
put_u64(struct arena *a, struct bytes *b, uint64_t value)
{
	put_u32(a, b, (uint32_t)value);
	put_u32(a, b, (uint32_t)(value >> 32));
}

void
put_bytes(struct arena *a, struct bytes *b, const void *p, uint32_t n)
{
	VEC_RESERVE(a, b, n);
	if (n > 0)
		memcpy(b->v + b->n, p, n);
	b->n += n;
}

static unsigned
rank(char c)
{
	return c == '/' ? 0 : (uint8_t)c + 1U;
}

int
strings_compare(struct text a, struct text b)
{
	uint32_t n = a.len < b.len ? a.len : b.len;

	for (uint32_t i = 0; i < n; i++)
		if (a.s[i] != b.s[i])
			return rank(a.s[i]) < rank(b.s[i]) ? -1 : 1;
	return (a.len > b.len) - (a.len < b.len);
}

static int
compare_texts(const void *a, const void *b)
{
	return strings_compare(
	    *(const struct text *)a, *(const struct text *)b);
}

void
strings_add(struct arena *a, struct strings *s, struct text t)
{
	*VEC_PUSH(a, &s->v) = t;
}

void
strings_finish(struct arena *a, struct strings *s)
{
	uint32_t n = 0;

	if (s->v.n == 0)
		return;
	qsort(s->v.v, s->v.n, sizeof(*s->v.v), compare_texts);
	s->offsets = ARENA_ARRAY(a, s->v.n, uint32_t);
	for (uint32_t i = 0; i < s->v.n; i++) {
		if (n > 0 && text_equal(s->v.v[n - 1], s->v.v[i]))
			continue;
		/* Wraps only when the size is refused afterwards. */
		s->offsets[n] = (uint32_t)s->size;
		s->size += (uint64_t)s->v.v[i].len + 1;
		s->v.v[n++] = s->v.v[i];
	}
	s->v.n = n;
}

uint32_t
strings_offset(const struct strings *s, struct text t)
{
	const struct text *found =
	    bsearch(&t, s->v.v, s->v.n, sizeof(*s->v.v), compare_texts);

	return s->offsets[found - s->v.v];
}

void
strings_put(struct arena *a, const struct strings *s, struct bytes *b)
{
	for (uint32_t i = 0; i < s->v.n; i++) {
		put_bytes(a, b, s->v.v[i].s, s->v.v[i].len);
		*VEC_PUSH(a, b) = '\0';
	}
}

static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	for (int i = 0; i < 2; i++)
		if (x->key[i] != y->key[i])
			return x->key[i] < y->key[i] ? -1 : 1;
	return (x->index > y->index) - (x->index < y->index);
}

void
rows_sort(struct rows *r)
{
	if (r->n > 0)
		qsort(r->v, r->n, sizeof(*r->v), compare_rows);
}
