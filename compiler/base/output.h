#ifndef NONO_OUTPUT_H
#define NONO_OUTPUT_H

#include "compiler/base/diag.h"

/*
 * Bytes to a temporary file beside `path`, then rename;
 * `path` is untouched on failure (N6002).  Mode 0644.  "-" is stdout.  Not
 * synced to the disk: what a power failure may cost can be compiled again, and
 * no loader takes half a policy.
 */
int output_write(
    struct diags *d, const char *path, const void *bytes, unsigned size);

#endif
