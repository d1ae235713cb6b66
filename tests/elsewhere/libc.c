#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * Preloaded: what another C library, file system and day may do otherwise.
 * Elements that compare equal are sorted the other way round, directories are
 * read from their end, and it is 2040.  A comparison that is no strict order
 * ends the program: what is sorted by it hangs on the library.
 */
static int
strict(const void *a, const void *b, int (*compare)(const void *, const void *))
{
	const int c = compare(a, b), d = compare(b, a);

	if ((c < 0) != (d > 0) || (c > 0) != (d < 0) || compare(a, a) != 0) {
		fputs("a comparison is no strict order\n", stderr);
		abort();
	}
	return c;
}

static void
merge(char *v, size_t n, size_t size, char *room,
    int (*compare)(const void *, const void *))
{
	const size_t half = n / 2;
	char *left = v, *right = v + half * size, *to = room;

	if (n < 2)
		return;
	merge(left, half, size, room, compare);
	merge(right, n - half, size, room, compare);
	while (left < v + half * size && right < v + n * size) {
		char **from =
		    strict(left, right, compare) <= 0 ? &left : &right;

		memcpy(to, *from, size);
		*from += size;
		to += size;
	}
	memcpy(to, left, (size_t)(v + half * size - left));
	to += v + half * size - left;
	memcpy(to, right, (size_t)(v + n * size - right));
	memcpy(v, room, n * size);
}

void
qsort(void *base, size_t n, size_t size,
    int (*compare)(const void *, const void *))
{
	char *v = base, *room = malloc(n * size + 1);

	if (room == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		memcpy(room + i * size, v + (n - 1 - i) * size, size);
	memcpy(v, room, n * size);
	merge(v, n, size, room, compare);
	/* What follows from two comparisons holds for a third. */
	for (size_t i = 2; i < n; i++)
		if (strict(v + (i - 2) * size, v + i * size, compare) > 0) {
			fputs("a comparison is not transitive\n", stderr);
			abort();
		}
	free(room);
}

struct dirent *
readdir(DIR *dir)
{
	static DIR *of;
	static struct dirent *entries;
	static size_t left;
	struct dirent *(*next)(DIR *);
	struct dirent *e;

	*(void **)&next = dlsym(RTLD_NEXT, "readdir");
	if (of != dir) {
		of = dir;
		for (left = 0; (e = next(dir)) != NULL; left++) {
			entries =
			    realloc(entries, (left + 1) * sizeof(*entries));
			if (entries == NULL)
				abort();
			memcpy(&entries[left], e, e->d_reclen);
		}
	}
	if (left == 0) {
		of = NULL;
		return NULL;
	}
	return &entries[--left];
}

time_t
time(time_t *t)
{
	if (t != NULL)
		*t = 2224022400;
	return 2224022400;
}
