#ifndef NONO_DUMP_H
#define NONO_DUMP_H

#include <stdio.h>

#include "compiler/blob/blob_write.h"

/*
 * The text form of a blob: one record a line, sorted, stable; the form to
 * diff.  With `provenance` the whole blob is in it, and blob_assemble() makes
 * the identical bytes of it again.
 */
void blob_dump(const struct blob *b, bool provenance, FILE *out);

/* Text of that form -> model; diagnoses N6004 with line and column. */
bool blob_assemble(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, struct blob_model *ret_model);

#endif
