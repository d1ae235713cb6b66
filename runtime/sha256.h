#ifndef NONO_SHA256_H
#define NONO_SHA256_H

#include <stddef.h>
#include <stdint.h>

/*
 * SHA-256 (FIPS 180-4).  Shared by compiler and loader: a static loader
 * cannot drag a crypto library along.  Uses the processor's own
 * instructions where it has them; the digest is the same.
 */
enum { SHA256_SIZE = 32 };

struct sha256 {
	uint32_t state[8];
	uint64_t length; /* bytes so far */
	uint8_t block[64];
};

void sha256_init(struct sha256 *h);
void sha256_update(struct sha256 *h, const void *bytes, size_t size);
void sha256_final(struct sha256 *h, uint8_t ret_digest[SHA256_SIZE]);

#endif
