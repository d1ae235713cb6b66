#ifndef NONO_DECODE_H
#define NONO_DECODE_H

#include "compiler/decode/ast.h"

/*
 * node tree -> AST, driven by tables that also print the JSON Schema.
 * Reports everything wrong in one run (N2xxx); false when anything was.
 */
bool decode_profile(struct arena *a, struct diags *d, const struct sources *s,
    const struct node *root, const struct profile_ast **ret_profile);
bool decode_group(struct arena *a, struct diags *d, const struct sources *s,
    const struct node *root, struct text name,
    const struct group_ast **ret_group);

/* The profile's or group's JSON Schema as text, from the tables; free() it. */
enum schema_draft { SCHEMA_DRAFT_07, SCHEMA_2020_12 };
char *schema_print(bool group, enum schema_draft draft);

#endif
