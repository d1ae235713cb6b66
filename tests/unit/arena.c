#include <config.h>

#include "compiler/base/arena.h"

#include <stdlib.h>

#include "compiler/base/vec.h"
#include "tests/tap.h"

static bool
all_zero(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] != 0)
			return false;
	return true;
}

static void
test_alloc(void)
{
	struct arena a = {0};
	bool zero = true, aligned = true;

	for (size_t i = 0; i < 5000; i++) {
		char *s = arena_alloc(&a, i % 37, 1);
		uint64_t *n = ARENA_NEW(&a, uint64_t);

		zero = zero && all_zero(s, i % 37) && *n == 0;
		aligned = aligned && (uintptr_t)n % sizeof(*n) == 0;
		memset(s, 0xFF, i % 37);
		*n = UINT64_MAX;
	}
	OK(zero);
	OK(aligned);

	char *large = arena_alloc(&a, 1 << 20, 1);
	char *small = arena_alloc(&a, 1, 1);

	OK(all_zero(large, 1 << 20));
	OK(small != NULL);
	OK(arena_alloc(&a, 0, 8) != NULL);
	OK(a.used > 1 << 20);
	arena_release(&a);
	IS_INT(a.used, 0);
	OK(a.blocks == NULL);
}

static void
test_grow(void)
{
	struct arena a = {0};
	char *first = arena_alloc(&a, 4, 1);
	char *same = arena_grow(&a, first, 4, 8, 1);

	OK(same == first);
	OK(all_zero(same, 8));
	memcpy(same, "12345678", 8);
	(void)arena_alloc(&a, 1, 1);

	char *moved = arena_grow(&a, same, 8, 16, 1);

	OK(moved != same);
	OK(memcmp(moved, "12345678", 8) == 0 && all_zero(moved + 8, 8));
	OK(memcmp(same, "12345678", 8) == 0);
	OK(arena_grow(&a, moved, 16, 4, 1) == moved);

	struct VEC(uint32_t) v = {0};
	bool good = true;

	for (uint32_t i = 0; i < 100000; i++)
		*VEC_PUSH(&a, &v) = i;
	for (uint32_t i = 0; i < 100000; i++)
		good = good && v.v[i] == i;
	OK(good);
	arena_release(&a);
}

static void
test_text(void)
{
	struct arena a = {0};
	struct text t = arena_text(&a, TEXT("hello"));

	OK(text_is(t, "hello"));
	IS_STR(t.s, "hello");
	IS_STR(arena_text(&a, (struct text){0}).s, "");
	t = arena_printf(&a, "%d-%s", 42, "x");
	OK(text_is(t, "42-x"));
	OK(text_compare(TEXT("a"), TEXT("ab")) < 0);
	OK(text_compare(TEXT("b"), TEXT("ab")) > 0);
	OK(text_compare(TEXT("\xff"), TEXT("a")) > 0);
	IS_INT(text_compare(TEXT("a"), TEXT("a")), 0);
	OK(text_equal((struct text){0}, TEXT("")));
	arena_release(&a);
}

int
main(void)
{
	test_alloc();
	test_grow();
	test_text();
	return tap_end();
}
