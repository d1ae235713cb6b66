#ifndef NONO_DIFF_MODEL_H
#define NONO_DIFF_MODEL_H

#include "compiler/diff/diff.h"

/* What the parts of the comparison and of its proof share. */
struct diff_change *diff_add(struct diff *d, enum diff_kind kind, bool gained);

/* The change is about a setting: enum blob_setting, as PROV has it. */
void diff_about(
    struct diff *d, struct diff_change *c, enum blob_setting setting);

void diff_paths(struct diff *d, const struct decider *const deciders[2],
    enum diff_when when);
/* The deciders are moved about, and back. */
void diff_placements(
    struct diff *d, struct decider *const deciders[2], enum diff_when when);
/* Behind diff_paths() of DIFF_ALWAYS. */
void diff_users(struct diff *d, const struct decider *const deciders[2]);
void diff_links(struct diff *d, const struct decider *const deciders[2]);
void diff_terms(struct diff *d);
void diff_denies(struct diff *d);
void diff_network(struct diff *d, const struct decider *const deciders[2]);
void diff_variables(struct diff *d);
void diff_commands(struct diff *d);
void diff_kernel(struct diff *d);

/* "make an inet socket (stream)" */
struct text diff_socket_text(
    struct arena *a, uint32_t family, uint32_t socktype);

/* Does it permit that, enforced or not? */
bool diff_allows(const struct decider *d, const struct decide_request *r);

/* "$HOME/.ssh", "/usr", "$CWD". */
struct text diff_path_text(struct arena *a, const struct decide_path *p);
/* "read, write"; what such an object can have of them. */
struct text diff_rights_text(struct arena *a, uint64_t rights, bool directory);
/* A suffix with something in the place of the user's id. */
struct text diff_uid(struct arena *a, struct text t, const char *instead);
/* "a, b": with `separator` between. */
struct text diff_join(
    struct arena *a, struct text list, const char *separator, const char *next);

#endif
