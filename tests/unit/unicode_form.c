#include <config.h>

#include "compiler/base/unicode_form.h"
#include "compiler/base/utf8.h"
#include "compiler/base/vec.h"
#include "tests/tap.h"

/* Letters and marks, composed and apart. */

static const uint16_t composed[] = {
#define FORM(composed, base, mark) 0x##composed,
#include "compiler/base/unicode_form.def"
#undef FORM
};

static void
check(struct arena *a, const char *one, const char *apart)
{
	char shown[64];

	(void)snprintf(shown, sizeof(shown), "%s: apart", one);
	tap_point(text_is(unicode_decompose(a, text_of(one)), apart), shown,
	    __FILE__, __LINE__);
	(void)snprintf(shown, sizeof(shown), "%s: composed", one);
	tap_point(text_is(unicode_compose(a, text_of(apart)), one), shown,
	    __FILE__, __LINE__);
}

static void
there_and_back(struct arena *a, uint32_t code)
{
	char s[8] = "";
	struct text t = {s, utf8_encode(code, s)};
	struct text apart = unicode_decompose(a, t);

	if (text_equal(apart, t) || !text_equal(unicode_compose(a, apart), t))
		tap_point(false, "there and back", s, (int)code);
}

int
main(void)
{
	static const char *const same[] = {
	    "", "/Users/me/x", "\xff\xfe", "\xc3", "\xe4\xb8\xad", "e\xcc"};
	struct arena a = {0};

	check(&a, "\xc3\xa9", "e\xcc\x81");
	check(&a, "a/\xc3\xbc/b", "a/u\xcc\x88/b");
	/* A mark below and one above: in the order of the standard. */
	check(&a, "\xe1\xbb\x87", "e\xcc\xa3\xcc\x82");
	check(&a, "\xd0\xb9", "\xd0\xb8\xcc\x86");
	check(&a, "\xe3\x81\x8c", "\xe3\x81\x8b\xe3\x82\x99");
	check(&a, "\xed\x95\x9c", "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab");
	check(&a, "\xea\xb0\x80", "\xe1\x84\x80\xe1\x85\xa1");
	for (size_t i = 0; i < ARRAY_LEN(composed); i++)
		there_and_back(&a, composed[i]);
	for (uint32_t code = 0xAC00; code < 0xAC00 + 11172; code++)
		there_and_back(&a, code);
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		OK(text_is(unicode_compose(&a, text_of(same[i])), same[i]));
		OK(text_is(unicode_decompose(&a, text_of(same[i])), same[i]));
	}
	arena_release(&a);
	return tap_end();
}
