#ifndef NONO_LSP_ANSWER_H
#define NONO_LSP_ANSWER_H

#include "compiler/lsp/lsp.h"

/* The answers to requests; NULL: the parameters are none. */
cJSON *lsp_hover(struct lsp *l, const cJSON *params);
cJSON *lsp_lenses(struct lsp *l, const cJSON *params);
cJSON *lsp_actions(struct lsp *l, const cJSON *params);
cJSON *lsp_complete(struct lsp *l, const cJSON *params);
cJSON *lsp_definition(struct lsp *l, const cJSON *params);

/* How much there is of what grants, and of what denies. */
struct lsp_count {
	uint32_t grants, denies, bypasses, ports, commands;
};
/* "grants 3 paths, denies 1 path"; "grants nothing". */
struct text lsp_count_print(struct arena *a, const struct lsp_count *n);
/* What comes in where a base or group is named, which is what its lens says. */
struct text lsp_count_entry(
    const struct compile *c, struct span at, struct arena *a);
/* What stands in one file. */
struct lsp_count lsp_count_file(const struct profile_ast *p);

/* Is it a key whose strings are names of groups? */
bool lsp_names_group(struct text path);
/* The profile that a string under "extends" names; false: diagnosed. */
bool lsp_base_of(struct lsp_check *k, const struct node *name,
    const struct profile_file **ret_file);

#endif
