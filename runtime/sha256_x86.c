#include <config.h>

#include "runtime/sha256_blocks.h"

/* The SHA extensions of x86-64: Goldmont, Ice Lake, Zen and later. */
#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

/* clang-format off */
static const uint32_t K[16][4] = {
	{ 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5 },
	{ 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5 },
	{ 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3 },
	{ 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174 },
	{ 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc },
	{ 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da },
	{ 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7 },
	{ 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967 },
	{ 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13 },
	{ 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85 },
	{ 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3 },
	{ 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070 },
	{ 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5 },
	{ 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3 },
	{ 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208 },
	{ 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2 },
};
/* clang-format on */

/*
 * Leaf 7 alone: each CPUID costs 5 us under a hypervisor.  A processor so
 * old that it has no leaf 7 answers with leaf 5 or 6, where the bit is zero,
 * and one with the SHA extensions has SSE4.1 as well.
 */
bool
sha256_x86_usable(void)
{
	unsigned a, b, c, d;

	__cpuid_count(7, 0, a, b, c, d);
	return (b & 1U << 29) != 0;
}

/* Four rounds: w holds their message words, k their constants. */
#define ROUNDS(abef, cdgh, w, k)                                               \
	do {                                                                   \
		__m128i wk = _mm_add_epi32(                                    \
		    (w), _mm_loadu_si128((const __m128i *)(const void *)(k))); \
		(cdgh) = _mm_sha256rnds2_epu32((cdgh), (abef), wk);            \
		wk = _mm_shuffle_epi32(wk, 0x0e);                              \
		(abef) = _mm_sha256rnds2_epu32((abef), (cdgh), wk);            \
	} while (0)

/* The next four message words, from the last sixteen; replaces the oldest. */
#define SCHEDULE(w0, w1, w2, w3)                                               \
	((w0) = _mm_sha256msg2_epu32(                                          \
	     _mm_add_epi32(_mm_sha256msg1_epu32((w0), (w1)),                   \
		 _mm_alignr_epi8((w3), (w2), 4)),                              \
	     (w3)))

__attribute__((target("sha,sse4.1,ssse3"))) void
sha256_blocks_x86(uint32_t state[8], const uint8_t *p, size_t n)
{
	const __m128i swap =
	    _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i *s = (__m128i *)(void *)state;
	const __m128i *m = (const __m128i *)(const void *)p;
	__m128i dcba = _mm_shuffle_epi32(_mm_loadu_si128(s), 0xb1);
	__m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128(s + 1), 0x1b);
	/* The order that the instructions want: A B E F and C D G H. */
	__m128i abef = _mm_alignr_epi8(dcba, hgfe, 8);
	__m128i cdgh = _mm_blend_epi16(hgfe, dcba, 0xf0);

	for (; n > 0; n--, m += 4) {
		__m128i abef0 = abef, cdgh0 = cdgh;
		__m128i w0 = _mm_shuffle_epi8(_mm_loadu_si128(m), swap);
		__m128i w1 = _mm_shuffle_epi8(_mm_loadu_si128(m + 1), swap);
		__m128i w2 = _mm_shuffle_epi8(_mm_loadu_si128(m + 2), swap);
		__m128i w3 = _mm_shuffle_epi8(_mm_loadu_si128(m + 3), swap);

		for (unsigned i = 0;; i += 4) {
			ROUNDS(abef, cdgh, w0, K[i]);
			ROUNDS(abef, cdgh, w1, K[i + 1]);
			ROUNDS(abef, cdgh, w2, K[i + 2]);
			ROUNDS(abef, cdgh, w3, K[i + 3]);
			if (i == 12)
				break;
			SCHEDULE(w0, w1, w2, w3);
			SCHEDULE(w1, w2, w3, w0);
			SCHEDULE(w2, w3, w0, w1);
			SCHEDULE(w3, w0, w1, w2);
		}
		abef = _mm_add_epi32(abef, abef0);
		cdgh = _mm_add_epi32(cdgh, cdgh0);
	}
	dcba = _mm_shuffle_epi32(abef, 0x1b);
	hgfe = _mm_shuffle_epi32(cdgh, 0xb1);
	_mm_storeu_si128(s, _mm_blend_epi16(dcba, hgfe, 0xf0));
	_mm_storeu_si128(s + 1, _mm_alignr_epi8(hgfe, dcba, 8));
}

#endif
