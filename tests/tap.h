#ifndef NONO_TAP_H
#define NONO_TAP_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/*
 * TAP for unit tests.  One program tests one module: main() states facts with
 * OK, IS_INT and IS_STR and ends with `return tap_end();`.  Nothing stops at
 * a failure; each fact is a point of its own.
 */
#define OK(fact) tap_point((fact), #fact, __FILE__, __LINE__)
#define IS_INT(got, want)                                                      \
	tap_int((long long)(got), (long long)(want), #got, __FILE__, __LINE__)
#define IS_STR(got, want) tap_str((got), (want), #got, __FILE__, __LINE__)

static int tap_points, tap_failures;

static inline bool
tap_point(bool good, const char *what, const char *file, int line)
{
	printf("%sok %d - %s\n", good ? "" : "not ", ++tap_points, what);
	if (!good) {
		tap_failures++;
		printf("# %s:%d\n", file, line);
	}
	return good;
}

static inline bool
tap_int(
    long long got, long long want, const char *what, const char *file, int line)
{
	bool good = tap_point(got == want, what, file, line);

	if (!good)
		printf("# got %lld, want %lld\n", got, want);
	return good;
}

static inline bool
tap_str(const char *got, const char *want, const char *what, const char *file,
    int line)
{
	bool same = got == want ||
		    (got != NULL && want != NULL && strcmp(got, want) == 0);

	if (!tap_point(same, what, file, line))
		printf("# got  %s\n# want %s\n", got == NULL ? "(null)" : got,
		    want == NULL ? "(null)" : want);
	return same;
}

/* Prints the plan; the exit status of the program. */
static inline int
tap_end(void)
{
	printf("1..%d\n", tap_points);
	return tap_failures != 0;
}

#endif
