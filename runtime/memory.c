#include <config.h>

#include <string.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * What a launch keeps, side by side: each page that is touched costs most of
 * a microsecond, and arrays made for the largest policy would begin a page
 * each.  All of it stays below 2 MiB, where a kernel that maps huge pages by
 * itself would clear one for the first byte.
 */
enum { MEMORY = 1024 * 1024 };

void *
memory_keep(size_t n)
{
	static struct {
		size_t used;
		_Alignas(16) unsigned char bytes[MEMORY];
	} memory;
	void *p = memory.bytes + memory.used;

	if (n > sizeof(memory.bytes) - memory.used)
		die("memory",
		    "the policy and its paths are too long to be "
		    "kept, shorten them",
		    NULL);
	memory.used += (n + 15) / 16 * 16; /* of which the size is a multiple */
	return p;
}
