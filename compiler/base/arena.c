#include <config.h>

#include "compiler/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "compiler/base/diag.h"

enum {
	BLOCK_FIRST = 4 << 10, /* many arenas are small; each next is double */
	BLOCK_SIZE = 256 << 10,
	MAPPED = 32 << 10, /* from here on mapped, and given back when freed */
	LARGE = BLOCK_SIZE / 4, /* from here on a block of its own */
};

struct arena_block {
	struct arena_block *next;
	size_t size; /* of data */
	size_t used; /* everything from here on is still zero */
	alignas(max_align_t) char data[];
};

static struct arena_block *
block_new(size_t size)
{
	struct arena_block *b;

	if (size > SIZE_MAX - sizeof(*b))
		diag_out_of_memory();
	/* calloc() writes to all of it; of a mapped one only what is used. */
	if (size < MAPPED) {
		b = calloc(1, sizeof(*b) + size);
	} else {
		b = mmap(NULL, sizeof(*b) + size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (b == MAP_FAILED)
			b = NULL;
	}
	if (b == NULL)
		diag_out_of_memory();
	b->size = size;
	return b;
}

/*
 * Every type's size is a multiple of its alignment, so the lowest bit of the
 * element size is alignment enough, and strings are packed.
 */
static size_t
align_of(size_t size)
{
	size_t lowest = size & (~size + 1);

	return lowest == 0 || lowest > alignof(max_align_t)
		   ? alignof(max_align_t)
		   : lowest;
}

static size_t
bytes_of(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		diag_out_of_memory();
	return bytes;
}

void *
arena_alloc(struct arena *a, size_t count, size_t size)
{
	size_t bytes = bytes_of(count, size);
	size_t align = align_of(size);
	struct arena_block *b = a->blocks;

	a->used += bytes;
	if (bytes >= LARGE && b != NULL) {
		/* Behind the newest, which goes on serving small ones. */
		struct arena_block *own = block_new(bytes);

		own->used = bytes;
		own->next = b->next;
		b->next = own;
		return own->data;
	}
	size_t at = b == NULL ? 0 : (b->used + align - 1) & ~(align - 1);

	if (b == NULL || at > b->size || bytes > b->size - at) {
		size_t next = b == NULL ? BLOCK_FIRST : b->size * 2;

		if (next > BLOCK_SIZE)
			next = BLOCK_SIZE;
		b = block_new(bytes > next ? bytes : next);
		b->next = a->blocks;
		a->blocks = b;
		at = 0;
	}
	b->used = at + bytes;
	return b->data + at;
}

void
arena_release(struct arena *a)
{
	struct arena_block *next;

	for (struct arena_block *b = a->blocks; b != NULL; b = next) {
		next = b->next;
		if (b->size < MAPPED)
			free(b);
		else
			(void)munmap(b, sizeof(*b) + b->size);
	}
	*a = (struct arena){0};
}

struct text
arena_text(struct arena *a, struct text t)
{
	char *s = arena_alloc(a, (size_t)t.len + 1, 1);

	if (t.len != 0)
		memcpy(s, t.s, t.len);
	return (struct text){s, t.len};
}

struct text
text_in_lower(struct arena *a, struct text t)
{
	char *copy = ARENA_ARRAY(a, (size_t)t.len + 1, char);

	for (uint32_t i = 0; i < t.len; i++)
		copy[i] = text_lower(t.s[i]);
	return (struct text){copy, t.len};
}

struct text
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	struct text t = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return t;
}

struct text
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		diag_out_of_memory();

	char *s = arena_alloc(a, (size_t)n + 1, 1);

	(void)vsnprintf(s, (size_t)n + 1, fmt, ap);
	return (struct text){s, (uint32_t)n};
}

void *
arena_grow(
    struct arena *a, void *old, size_t old_count, size_t new_count, size_t size)
{
	size_t had = bytes_of(old_count, size);
	size_t want = bytes_of(new_count, size);
	struct arena_block *b = a->blocks;

	if (want <= had)
		return old;
	if (old != NULL && b != NULL && had <= b->used &&
	    (char *)old == b->data + b->used - had &&
	    want - had <= b->size - b->used) {
		b->used += want - had;
		a->used += want - had;
		return old;
	}
	char *new = arena_alloc(a, new_count, size);

	if (had != 0)
		memcpy(new, old, had);
	return new;
}
