#ifndef NONO_TESTS_ACT_H
#define NONO_TESTS_ACT_H

#include <stdbool.h>

/*
 * What only macOS has, done: act_macos.c, and a stand-in for other systems.
 * False: there is no such thing to do.  *ret_status is 0, or -1 with errno.
 */
bool act_system(
    const char *what, const char *of, const char *to, int *ret_status);

#endif
