#ifndef NONO_TESTS_RANDOM_H
#define NONO_TESTS_RANDOM_H

#include <stdint.h>

/* One of 0 to n - 1; the seed decides all that follows. */
static inline uint32_t
random_below(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(*seed >> 8) * n >> 24);
}

#endif
