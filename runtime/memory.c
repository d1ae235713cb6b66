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

void *
memory_keep(size_t n)
{
	static _Alignas(1) unsigned char memory[MEMORY + ALIGN];
	static size_t used;
	void *p = memory + -(uintptr_t)memory % ALIGN + used;

	if (n > MEMORY - used)
		die("memory",
		    "the policy and its paths are too long to be "
		    "kept, shorten them",
		    NULL);
	used += (n + ALIGN - 1) / ALIGN * ALIGN; /* MEMORY is a multiple */
	return p;
}
