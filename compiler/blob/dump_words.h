#ifndef NONO_DUMP_WORDS_H
#define NONO_DUMP_WORDS_H

#include "runtime/blob.h"

/* The words of the text form, for the printer and the assembler alike. */

/* By enum blob_root, as a variable: "" for the root "/". */
extern const char *const dump_roots[BLOB_ROOTS];
extern const char *const dump_kinds[BLOB_KIND_FILE + 1];
extern const char *const dump_networks[BLOB_NET_PORTS + 1];
extern const char *const dump_source_kinds[BLOB_SOURCE_GROUP + 1];
extern const char *const dump_env_kinds[BLOB_ENV_SET + 1];
extern const char *const dump_settings[BLOB_SETTINGS];
enum { DUMP_PATH_FLAGS = 5, DUMP_OPTIONS = 3 };
extern const char *const dump_path_flags[DUMP_PATH_FLAGS]; /* by bit */
extern const char *const dump_options[DUMP_OPTIONS];	   /* by bit */
#define DUMP_PARENT "parent-if-missing"

/*
 * `read` and `write` abbreviate every right of their kind that the policy
 * handles and that such a rule can have.  Neither includes execute.
 */
uint64_t dump_read(uint64_t handled, enum blob_kind kind);
uint64_t dump_write(uint64_t handled, enum blob_kind kind);

/* What needs no quotes. */
bool dump_plain(unsigned char c);

/* "jeq" of a BPF instruction's code, or NULL. */
const char *dump_opcode(unsigned code);

#endif
