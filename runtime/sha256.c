#include <config.h>

#include <string.h>

#include "runtime/sha256.h"
#include "runtime/sha256_blocks.h"

enum {
	BLOCK = 64,
	/*
	 * Blocks in one piece from which asking the processor what it can do
	 * is worth while: CPUID takes 5 us in a virtual machine, a block in
	 * plain C 0.2 us.
	 */
	ASK_FROM = 16,
};

/* clang-format off */
static const uint32_t K[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};
/* clang-format on */

static inline uint32_t
rotr(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static inline uint32_t
load_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline void
store_be32(uint8_t *p, uint32_t x)
{
	p[0] = (uint8_t)(x >> 24);
	p[1] = (uint8_t)(x >> 16);
	p[2] = (uint8_t)(x >> 8);
	p[3] = (uint8_t)x;
}

/* The next message word, in place of the one from 16 rounds ago. */
static inline uint32_t
schedule(uint32_t w[16], unsigned i)
{
	uint32_t x = w[(i + 1) % 16], y = w[(i + 14) % 16];

	w[i] += w[(i + 9) % 16] + (rotr(x, 7) ^ rotr(x, 18) ^ x >> 3) +
		(rotr(y, 17) ^ rotr(y, 19) ^ y >> 10);
	return w[i];
}

/* One round; the caller renames the eight words instead of moving them. */
#define ROUND(a, b, c, d, e, f, g, h, kw)                                      \
	do {                                                                   \
		uint32_t t = (h) + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) +  \
			     ((g) ^ ((e) & ((f) ^ (g)))) + (kw);               \
		(d) += t;                                                      \
		(h) = t + (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) +           \
		      (((a) & (b)) | ((c) & ((a) | (b))));                     \
	} while (0)

#define EIGHT(i, word)                                                         \
	do {                                                                   \
		ROUND(a, b, c, d, e, f, g, h, k[(i)] + word((i)));             \
		ROUND(h, a, b, c, d, e, f, g, k[(i) + 1] + word((i) + 1));     \
		ROUND(g, h, a, b, c, d, e, f, k[(i) + 2] + word((i) + 2));     \
		ROUND(f, g, h, a, b, c, d, e, k[(i) + 3] + word((i) + 3));     \
		ROUND(e, f, g, h, a, b, c, d, k[(i) + 4] + word((i) + 4));     \
		ROUND(d, e, f, g, h, a, b, c, k[(i) + 5] + word((i) + 5));     \
		ROUND(c, d, e, f, g, h, a, b, k[(i) + 6] + word((i) + 6));     \
		ROUND(b, c, d, e, f, g, h, a, k[(i) + 7] + word((i) + 7));     \
	} while (0)

#define LOADED(i) (w[(i)] = load_be32(p + 4 * (i)))
#define SCHEDULED(i) schedule(w, (i))

/* FIPS 180-4, 6.2.2; w[] holds the last 16 words of the message schedule. */
static void
one_block(uint32_t state[8], const uint8_t *p)
{
	uint32_t w[16];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
	const uint32_t *k = K;

	EIGHT(0, LOADED);
	EIGHT(8, LOADED);
	for (k += 16; k < K + 64; k += 16) {
		EIGHT(0, SCHEDULED);
		EIGHT(8, SCHEDULED);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void
sha256_blocks_portable(uint32_t state[8], const uint8_t *p, size_t n)
{
	for (; n > 0; n--, p += BLOCK)
		one_block(state, p);
}

static void
blocks(uint32_t state[8], const uint8_t *p, size_t n)
{
	/* 0: not asked yet.  A race would only ask twice. */
	static signed char usable;

	if (usable == 0 && n >= ASK_FROM)
		usable = sha256_x86_usable() ? 1 : -1;
	if (usable > 0)
		sha256_blocks_x86(state, p, n);
	else
		sha256_blocks_portable(state, p, n);
}

void
sha256_init(struct sha256 *h)
{
	*h = (struct sha256){
	    .state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19},
	};
}

void
sha256_update(struct sha256 *h, const void *bytes, size_t size)
{
	const uint8_t *p = bytes;
	size_t have = (size_t)(h->length % BLOCK);

	if (size == 0)
		return;
	h->length += size;
	if (have > 0) {
		size_t n = BLOCK - have < size ? BLOCK - have : size;

		memcpy(h->block + have, p, n);
		p += n;
		size -= n;
		if (have + n < BLOCK)
			return;
		blocks(h->state, h->block, 1);
	}
	blocks(h->state, p, size / BLOCK);
	memcpy(h->block, p + size / BLOCK * BLOCK, size % BLOCK);
}

void
sha256_final(struct sha256 *h, uint8_t ret_digest[SHA256_SIZE])
{
	size_t have = (size_t)(h->length % BLOCK);
	uint64_t bits = h->length * 8;

	h->block[have++] = 0x80;
	if (have > BLOCK - 8) {
		memset(h->block + have, 0, BLOCK - have);
		blocks(h->state, h->block, 1);
		have = 0;
	}
	memset(h->block + have, 0, BLOCK - 8 - have);
	store_be32(h->block + BLOCK - 8, (uint32_t)(bits >> 32));
	store_be32(h->block + BLOCK - 4, (uint32_t)bits);
	blocks(h->state, h->block, 1);
	for (size_t i = 0; i < 8; i++)
		store_be32(ret_digest + 4 * i, h->state[i]);
}
