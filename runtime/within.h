#ifndef NONO_WITHIN_H
#define NONO_WITHIN_H

#include "runtime/launch.h"

/*
 * The part of --within that concerns the environment: a variable that the
 * policy passes on or sets otherwise than the base does, or how such begin;
 * NULL: there is none.
 */
const char *within_variable(const struct launch *l, const struct launch *base);

#endif
