#ifndef NONO_BLOB_FILE_H
#define NONO_BLOB_FILE_H

#include "compiler/base/diag.h"
#include "runtime/blob.h"

/*
 * Compiled policies as files.  Both return an exit status: EXIT_HOLDS, or
 * EXIT_REJECTED or EXIT_TRUST, diagnosed.  The blob is a view of bytes in the
 * arena.
 */
int blob_file_read(
    struct arena *a, struct diags *d, const char *path, struct blob *ret_blob);
/* The same of bytes at hand, which stay; `name` is for messages. */
int blob_file_open(struct diags *d, const char *name, const void *bytes,
    size_t size, struct blob *ret_blob);

/* Does the file begin like a policy?  False, too, when it cannot be read. */
bool blob_file_is_policy(const char *path);
bool blob_is_policy(const void *bytes, size_t size);

#endif
