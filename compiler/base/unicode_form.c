#include <config.h>

#include "compiler/base/unicode_form.h"

#include "compiler/base/utf8.h"
#include "compiler/base/vec.h"

static const struct {
	uint16_t composed, base, mark;
} forms[] = {
#define FORM(composed, base, mark) {0x##composed, 0x##base, 0x##mark},
#include "compiler/base/unicode_form.def"
#undef FORM
};

/* A syllable of Hangul is computed from its letters. */
enum {
	SYLLABLE = 0xAC00,
	SYLLABLES = 11172,
	LEAD = 0x1100,
	LEADS = 19,
	VOWEL = 0x1161,
	VOWELS = 21,
	TAIL = 0x11A7, /* is none */
	TAILS = 28,
};

struct codes VEC(uint32_t);

static bool
decode(struct arena *a, struct text t, struct codes *to)
{
	for (uint32_t i = 0, n; i < t.len; i += n) {
		uint32_t code = 0;

		n = utf8_decode(t.s + i, t.len - i, &code);
		if (n == 0)
			return false;
		*VEC_PUSH(a, to) = code;
	}
	return true;
}

static struct text
encode(struct arena *a, const struct codes *from)
{
	char *s = ARENA_ARRAY(a, (size_t)from->n * 4 + 1, char);
	uint32_t n = 0;

	for (uint32_t i = 0; i < from->n; i++)
		n += utf8_encode(from->v[i], s + n);
	return (struct text){s, n};
}

static void
take_apart(struct arena *a, uint32_t code, struct codes *to)
{
	if (code >= SYLLABLE && code < SYLLABLE + SYLLABLES) {
		const uint32_t i = code - SYLLABLE;

		*VEC_PUSH(a, to) = LEAD + i / (VOWELS * TAILS);
		*VEC_PUSH(a, to) = VOWEL + i / TAILS % VOWELS;
		if (i % TAILS != 0)
			*VEC_PUSH(a, to) = TAIL + i % TAILS;
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (forms[i].composed == code) {
			take_apart(a, forms[i].base, to);
			*VEC_PUSH(a, to) = forms[i].mark;
			return;
		}
	*VEC_PUSH(a, to) = code;
}

/* 0: the two are no one code point. */
static uint32_t
put_together(uint32_t base, uint32_t mark)
{
	if (base >= LEAD && base < LEAD + LEADS && mark >= VOWEL &&
	    mark < VOWEL + VOWELS)
		return SYLLABLE +
		       ((base - LEAD) * VOWELS + mark - VOWEL) * TAILS;
	if (base >= SYLLABLE && base < SYLLABLE + SYLLABLES &&
	    (base - SYLLABLE) % TAILS == 0 && mark > TAIL &&
	    mark < TAIL + TAILS)
		return base + mark - TAIL;
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (forms[i].base == base && forms[i].mark == mark)
			return forms[i].composed;
	return 0;
}

struct text
unicode_decompose(struct arena *a, struct text t)
{
	struct codes from = {0}, to = {0};

	if (!decode(a, t, &from))
		return t;
	for (uint32_t i = 0; i < from.n; i++)
		take_apart(a, from.v[i], &to);
	return encode(a, &to);
}

struct text
unicode_compose(struct arena *a, struct text t)
{
	struct codes from = {0}, to = {0};

	if (!decode(a, t, &from))
		return t;
	for (uint32_t i = 0; i < from.n; i++) {
		const uint32_t one =
		    to.n == 0 ? 0 : put_together(to.v[to.n - 1], from.v[i]);

		if (one != 0)
			to.v[to.n - 1] = one;
		else
			*VEC_PUSH(a, &to) = from.v[i];
	}
	return encode(a, &to);
}
