#ifndef NONO_READ_H
#define NONO_READ_H

#include "compiler/read/node.h"

/*
 * bytes -> node tree.  The dialect goes by the file's name: .json and .jsonc
 * are JSON with comments and trailing commas, nothing looser; .yaml and .yml
 * the strict YAML subset.  Any other name is refused (N1014).  What the node
 * tree says points into the source where nothing was escaped.
 */
bool read_source(struct sources *s, struct arena *a, struct diags *d,
    uint32_t source, const struct node **ret_node);

bool read_json(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, const struct node **ret_node);
bool read_yaml(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, const struct node **ret_node);

/*
 * For both readers: refuses lone carriage returns and characters that control
 * a terminal, end a line only for some programs, or reorder it (N1004).
 */
bool read_check_characters(
    struct diags *d, const struct sources *s, uint32_t source);

#endif
