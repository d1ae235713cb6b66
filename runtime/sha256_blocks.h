#ifndef NONO_SHA256_BLOCKS_H
#define NONO_SHA256_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The compression function by itself, for sha256.c and its test: `n` whole
 * blocks of 64 bytes, which need no alignment.
 */
void sha256_blocks_portable(uint32_t state[8], const uint8_t *p, size_t n);

#if defined(__x86_64__)
/* Asks the processor: slow under a hypervisor, so the answer is kept. */
bool sha256_x86_usable(void);
void sha256_blocks_x86(uint32_t state[8], const uint8_t *p, size_t n);
#else
static inline bool
sha256_x86_usable(void)
{
	return false;
}

static inline void
sha256_blocks_x86(uint32_t state[8], const uint8_t *p, size_t n)
{
	sha256_blocks_portable(state, p, n);
}
#endif

#endif
