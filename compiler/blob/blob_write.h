#ifndef NONO_BLOB_WRITE_H
#define NONO_BLOB_WRITE_H

#include "compiler/base/diag.h"
#include "runtime/blob.h"

/*
 * What is in a blob, in memory and in any order: emit_landlock.c fills one
 * from the capset, blob_assemble.c from text, blob_strip from a blob.
 * blob_write() makes the one encoding of it.
 */
struct model_path {
	struct text suffix; /* "" is the root itself */
	enum blob_root root;
	enum blob_kind kind;
	enum blob_missing missing;
	unsigned flags; /* BLOB_PATH_* */
	uint64_t rights;
};

struct model_deny {
	struct text suffix;
	enum blob_root root;
	unsigned access; /* BLOB_DENY_READ | BLOB_DENY_WRITE */
	unsigned flags;	 /* BLOB_DENY_PROTECTED or 0 */
};

struct model_env {
	enum blob_env_kind kind;
	struct text name;
	struct text value; /* BLOB_ENV_SET only */
};

struct model_seccomp {
	uint32_t arch; /* AUDIT_ARCH_* */
	uint32_t n;
	const uint8_t *insns; /* n * 8 bytes, struct sock_filter */
};

struct model_source {
	uint32_t kind; /* enum blob_source_kind */
	struct text name;
	uint8_t digest[32];
};

struct model_origin {
	uint32_t source; /* index into sources */
	uint32_t line, column;
	uint32_t via; /* 1 + index into origins, or 0; always an earlier one */
};

struct model_link {
	uint32_t tag;	 /* BLOB_TARG (record 0), BLOB_PATH, BLOB_DENY, ... */
	uint32_t record; /* index into the array of the model, as given */
	uint32_t origin; /* index into origins */
};

/* An ancillary section that this version does not know, or SIGN. */
struct model_extra {
	uint32_t tag;
	uint32_t len;
	const uint8_t *bytes;
};

struct blob_model {
	struct blob_target target; /* .roots is computed by blob_write */
	struct VEC(struct model_path) paths;
	struct VEC(struct model_deny) denies;
	struct VEC(struct blob_port) ports;
	struct VEC(struct model_seccomp) seccomp;
	struct VEC(struct model_env) envs;
	struct VEC(struct text) commands;
	struct text name, version; /* both empty: no NAME section */
	struct VEC(struct model_source) sources; /* none: no PROV section */
	struct VEC(struct model_origin) origins;
	struct VEC(struct model_link) links;
	struct VEC(struct model_extra) extras;
};

/*
 * Sorts, merges (rules that differ only in their rights become one with the
 * rights of all), lays out and seals.  The provenance is brought into one
 * order too and origins that nothing refers to are dropped; sources are kept,
 * a group that granted nothing was read all the same.  Diagnoses N6001 when a
 * limit of the format is passed, or when the model says something that the
 * format does not allow.  The bytes live in the arena.  Whatever it writes,
 * blob_open() accepts.
 */
bool blob_write(const struct blob_model *m, struct arena *a, struct diags *d,
    const uint8_t **ret_bytes, uint32_t *ret_size);

/* The model of a valid blob, ancillary sections included. */
void blob_read_model(
    const struct blob *b, struct arena *a, struct blob_model *ret_model);

#endif
