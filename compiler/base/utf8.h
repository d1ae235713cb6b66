#ifndef NONO_UTF8_H
#define NONO_UTF8_H

#include <stdint.h>

/*
 * Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above
 * U+10FFFF.  The one place that knows how code points become bytes.
 */

/* Bytes of the sequence at s, of which `left` may be read; 0: not valid. */
static inline uint32_t
utf8_decode(const char *s, uint32_t left, uint32_t *ret_code)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t n, code, least;

	if (left == 0)
		return 0;
	if (p[0] < 0x80) {
		*ret_code = p[0];
		return 1;
	}
	if (p[0] >= 0xC2 && p[0] <= 0xDF) {
		n = 2;
		code = p[0] & 0x1Fu;
		least = 0x80;
	} else if ((p[0] & 0xF0) == 0xE0) {
		n = 3;
		code = p[0] & 0x0Fu;
		least = 0x800;
	} else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
		n = 4;
		code = p[0] & 0x07u;
		least = 0x10000;
	} else {
		return 0;
	}
	if (n > left)
		return 0;
	for (uint32_t i = 1; i < n; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (p[i] & 0x3Fu);
	}
	if (code < least || code > 0x10FFFF ||
	    (code >= 0xD800 && code <= 0xDFFF))
		return 0;
	*ret_code = code;
	return n;
}

/* Writes a code point that is valid; returns its bytes, 1 to 4. */
static inline uint32_t
utf8_encode(uint32_t code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

#endif
