#ifndef NONO_VEC_H
#define NONO_VEC_H

#include "compiler/base/arena.h"

/*
 * A growable array in an arena.  Declare `struct foo_vec VEC(struct foo);`
 * and push with VEC_PUSH; elements move when it grows, so keep indexes, not
 * pointers, while it does.
 */
#define VEC(type)                                                              \
	{                                                                      \
		type *v;                                                       \
		uint32_t n;                                                    \
		uint32_t cap;                                                  \
	}

/* Makes room for one more and yields a pointer to the new, zeroed element. */
#define VEC_PUSH(arena, vec)                                                   \
	((vec)->n == (vec)->cap                                                \
		? (void)((vec)->v = arena_grow((arena), (vec)->v, (vec)->cap,  \
			     (vec)->cap == 0 ? 8 : (size_t)(vec)->cap * 2,     \
			     sizeof(*(vec)->v)),                               \
		      (vec)->cap = (vec)->cap == 0 ? 8 : (vec)->cap * 2)       \
		: (void)0,                                                     \
	    &(vec)->v[(vec)->n++])

/* Room for n more in one piece: nothing is wasted by growing to it. */
#define VEC_RESERVE(arena, vec, more)                                          \
	((vec)->cap - (vec)->n >= (more)                                       \
		? (void)0                                                      \
		: (void)((vec)->v = arena_grow((arena), (vec)->v, (vec)->cap,  \
			     (size_t)(vec)->n + (more), sizeof(*(vec)->v)),    \
		      (vec)->cap = (vec)->n + (more)))

/*
 * The index of the first of `n` ascending elements that is not before the key;
 * `n` where all are.  Unlike bsearch(3) it finds where a range begins.
 */
static inline uint32_t
lower_bound(const void *v, uint32_t n, size_t size, const void *key,
    int (*compare)(const void *element, const void *key))
{
	uint32_t low = 0;

	while (low < n) {
		const uint32_t middle = low + (n - low) / 2;
		const char *element = (const char *)v + (size_t)middle * size;

		if (compare(element, key) < 0)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}
#define VEC_LOWER_BOUND(vec, key, compare)                                     \
	lower_bound((vec)->v, (vec)->n, sizeof(*(vec)->v), (key), (compare))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
