#ifndef NONO_ARENA_H
#define NONO_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler/base/text.h"

/*
 * One arena per compilation: everything a pass makes lives in it and dies
 * with it.  Memory is zeroed.  Running out of memory prints one line and
 * exits with status 4; no caller checks for NULL.
 */
struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used;		    /* bytes handed out, for the tests */
};

void *arena_alloc(struct arena *a, size_t count, size_t size);
void arena_release(struct arena *a);

/* A copy of the slice, followed by a NUL that is not counted. */
struct text arena_text(struct arena *a, struct text t);
/* The same with its letters A to Z in lower case. */
struct text text_in_lower(struct arena *a, struct text t);
/* printf into the arena. */
struct text arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
struct text arena_vprintf(struct arena *a, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
/*
 * Grows an array that the arena owns: the old one stays (and is wasted)
 * unless it was the latest allocation, in which case it grows in place.
 */
void *arena_grow(struct arena *a, void *old, size_t old_count, size_t new_count,
    size_t size);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_alloc((a), (n), sizeof(type)))

#endif
