#include <config.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "runtime/sha256.h"
#include "runtime/sha256_blocks.h"
#include "tests/tap.h"

/* Digest as hex, fed in pieces of `piece` bytes. */
static const char *
hex(const void *bytes, size_t size, size_t piece)
{
	static char text[2 * SHA256_SIZE + 1];
	const uint8_t *p = bytes;
	uint8_t digest[SHA256_SIZE];
	struct sha256 h;

	sha256_init(&h);
	for (size_t at = 0; at < size; at += piece)
		sha256_update(
		    &h, p + at, size - at < piece ? size - at : piece);
	sha256_final(&h, digest);
	for (size_t i = 0; i < SHA256_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	return text;
}

/* FIPS 180-4 examples and NIST's million times 'a'. */
static void
test_vectors(void)
{
	static char million[1000000];
	static const struct {
		const char *message, *digest;
	} cases[] = {
	    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
		 "7852b855"},
	    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
		    "f20015ad"},
	    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd4"
		"19db06c1"},
	    {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhij"
	     "klmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac4503"
		"7afee9d1"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].message);

		IS_STR(hex(cases[i].message, n, 1000), cases[i].digest);
	}
	memset(million, 'a', sizeof(million));
	IS_STR(hex(million, sizeof(million), 4096),
	    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void
fill(uint8_t *p, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		p[i] = (uint8_t)(seed >> 24);
	}
}

/*
 * Lengths 0 to 300 in one piece and in all small pieces.  What is expected is
 * what sha256sum says of the 301 digests in hex, a line each, every one of
 * them made by sha256sum too.
 */
static void
test_lengths(void)
{
	static char all[301 * 65];
	uint8_t bytes[300];
	bool same = true;

	fill(bytes, sizeof(bytes), 1);
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		char whole[2 * SHA256_SIZE + 1];

		memcpy(whole, hex(bytes, n, 1000), sizeof(whole));
		memcpy(all + 65 * n, whole, 64);
		all[65 * n + 64] = '\n';
		for (size_t piece = 1; piece <= 130; piece++)
			same = same && strcmp(whole, hex(bytes, n, piece)) == 0;
	}
	OK(same);
	IS_STR(hex(all, sizeof(all), 1 << 20),
	    "2f984671a0a4dcbce64aefb60ffc258aeded4af42203a4ab578bd917005bec5c");
}

static void
test_paths(void)
{
	static uint8_t bytes[64 * 40 + 1];
	bool same = true;

	if (!sha256_x86_usable()) {
		printf("ok %d # SKIP no SHA instructions\n", ++tap_points);
		return;
	}
	for (uint32_t round = 0; round < 200; round++) {
		uint32_t a[8], b[8];

		fill(bytes, sizeof(bytes), round);
		memcpy(a, bytes, sizeof(a));
		memcpy(b, bytes, sizeof(b));
		/* Off alignment by one on purpose. */
		sha256_blocks_portable(a, bytes + 1, round % 41);
		sha256_blocks_x86(b, bytes + 1, round % 41);
		same = same && memcmp(a, b, sizeof(a)) == 0;
	}
	OK(same);
}

int
main(void)
{
	test_vectors();
	test_lengths();
	test_paths();
	return tap_end();
}
