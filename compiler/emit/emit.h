#ifndef NONO_EMIT_H
#define NONO_EMIT_H

#include "compiler/blob/blob_write.h"
#include "compiler/decode/target.h"
#include "compiler/expand/caps.h"

/* Capset -> capability blob.  Diagnoses N6001. */
bool emit_landlock(struct arena *a, struct diags *d, const struct sources *s,
    const struct capset *c, const struct target *t, bool provenance,
    const uint8_t **ret_bytes, uint32_t *ret_size);

/* Capset -> Seatbelt file, the text of it.  Diagnoses N2005. */
bool emit_seatbelt(struct arena *a, struct diags *d, const struct sources *s,
    const struct capset *c, bool provenance, const uint8_t **ret_bytes,
    uint32_t *ret_size);

#endif
