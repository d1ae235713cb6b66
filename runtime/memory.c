#include <config.h>

#include <string.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * What a launch keeps, side by side: each page that is touched costs more than
 * a microsecond, and arrays made for the largest policy would begin a page
 * each.  All of it stays below 2 MiB, where a kernel that maps huge pages by
 * itself would clear one for the first byte.
 *
 * The linker puts what is aligned least last: that no alignment is asked for
 * makes it begin in the page where the small variables end.
 */
enum { MEMORY = 1024 * 1024, ALIGN = 16 };

static _Alignas(1) unsigned char memory[MEMORY + ALIGN];
static size_t used;  /* bytes that are kept */
static size_t dirty; /* bytes that may not be zero */

static unsigned char *
begin(void)
{
	return memory + -(uintptr_t)memory % ALIGN;
}

void *
memory_room(size_t n)
{
	if (n > MEMORY - used)
		die("memory",
		    "the policy and its paths are too long to be "
		    "kept, shorten them",
		    NULL);
	if (dirty < used + n)
		dirty = used + n;
	return begin() + used;
}

void
memory_take(size_t n)
{
	used += (n + ALIGN - 1) / ALIGN * ALIGN; /* MEMORY is a multiple */
}

void *
memory_keep(size_t n)
{
	const size_t before = dirty;
	void *p = memory_room(n);

	if (before > used)
		memset(p, 0, before - used < n ? before - used : n);
	memory_take(n);
	return p;
}

void
memory_drop(const void *p)
{
	const size_t at = (uintptr_t)p - (uintptr_t)begin();

	if (at < used) {
		used = at / ALIGN * ALIGN;
		memory_take(at % ALIGN);
	}
}
