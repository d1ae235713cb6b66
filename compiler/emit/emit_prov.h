#ifndef NONO_EMIT_PROV_H
#define NONO_EMIT_PROV_H

#include "compiler/blob/blob_write.h"
#include "compiler/expand/caps.h"

/*
 * The provenance of a model that has all its records.  `rule`: of each cap,
 * 1 + its index among the model's paths; 0: it has no rule of its own.
 */
void emit_provenance(struct blob_model *m, struct arena *a,
    const struct sources *s, const struct capset *c, const uint32_t *rule);

#endif
