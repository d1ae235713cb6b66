#ifndef NONO_TEXT_H
#define NONO_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * A slice of bytes that somebody else owns (a source or an arena).  Not
 * NUL-terminated; never holds a NUL byte once a reader has let it through.
 */
struct text {
	const char *s;
	uint32_t len;
};

#define TEXT(literal) ((struct text){(literal), sizeof(literal) - 1})

static inline struct text
text_of(const char *s)
{
	return (struct text){s, (uint32_t)strlen(s)};
}

static inline bool
text_equal(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.s, b.s, a.len) == 0);
}

static inline bool
text_is(struct text a, const char *s)
{
	return text_equal(a, text_of(s));
}

static inline bool
text_begins(struct text t, struct text with)
{
	return t.len >= with.len &&
	       (with.len == 0 || memcmp(t.s, with.s, with.len) == 0);
}

/* Of the letters A to Z; no other is known to differ in case only. */
static inline char
text_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Byte order; a prefix sorts first.  Below, at or above zero. */
static inline int
text_compare(struct text a, struct text b)
{
	uint32_t n = a.len < b.len ? a.len : b.len;
	int d = n == 0 ? 0 : memcmp(a.s, b.s, n);

	return d != 0 ? d : (a.len > b.len) - (a.len < b.len);
}

#endif
