#ifndef NONO_ASSEMBLE_H
#define NONO_ASSEMBLE_H

#include "compiler/blob/dump.h"

/*
 * What the parts of the assembler share.  A line is cut into words first;
 * then its first word says how to read the others.
 */
struct word {
	struct span at;
	struct text raw; /* as written */
	/*
	 * Escapes undone; ${UID} is BLOB_UID_BYTE and a root is BLOB_ROOT_BYTE
	 * + root, which nothing else can become.
	 */
	struct text value;
};

/* Which record a line or a link speaks of. */
struct record_key {
	uint32_t tag;
	uint32_t number; /* a port, an architecture, or packed small fields */
	struct text name;
};

struct record {
	struct record_key key;
	uint32_t index; /* in its array of the model */
	struct span at;
};

struct source_key {
	uint32_t kind;
	uint32_t nth; /* from 1, of that kind and name */
	struct text name;
};

/* The words "read" and "write" of a path line. */
struct rights {
	struct span at;
	bool read, write;
};

/* One origin of a link's chain. */
struct step {
	struct source_key key;
	struct span at;
	uint32_t line, column;
};

struct pending_link {
	struct record_key key;
	struct span at;
	uint32_t first, count; /* into steps */
};

struct program {
	uint32_t arch;
	struct VEC(uint8_t) insns;
};

struct partial_extra {
	uint32_t tag;
	struct VEC(uint8_t) bytes;
};

struct assemble {
	struct arena *arena;
	struct diags *diags;
	uint32_t source;
	struct blob_model *m;
	struct VEC(struct word) words; /* of the line at hand */
	uint32_t next;		       /* the word to read */
	struct span line;
	unsigned seen; /* 1 << each kind of line that may come once */
	struct VEC(struct record) records;
	struct VEC(struct source_key) sources; /* as in the model */
	/* Of each path; what they mean is known after all "handle" lines. */
	struct VEC(struct rights) rights;
	struct VEC(struct program) programs;
	struct VEC(struct partial_extra) extras;
	/* These wait until all records and sources are known. */
	struct VEC(struct pending_link) links;
	struct VEC(struct step) steps;
};

/* N6004 at a place; always false. */
bool assemble_bad(struct assemble *as, struct span at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Cuts [begin, end) of the source into as->words. */
bool assemble_scan(
    struct assemble *as, const char *text, uint32_t begin, uint32_t end);

/* The next word, or NULL and a diagnostic that says what is expected. */
const struct word *assemble_take(struct assemble *as, const char *what);
/* Is the next word this one?  Takes it then. */
bool assemble_have(struct assemble *as, const char *word);
bool assemble_end(struct assemble *as);
bool assemble_choice(struct assemble *as, const char *what,
    const char *const *names, uint32_t count, uint32_t *ret_index);
bool assemble_number(
    struct assemble *as, const char *what, uint64_t max, uint64_t *ret_number);
bool assemble_string(
    struct assemble *as, const char *what, struct text *ret_text);
bool assemble_path(
    struct assemble *as, enum blob_root *ret_root, struct text *ret_suffix);
bool assemble_hex(
    struct assemble *as, struct span at, struct text hex, uint8_t *ret_bytes);

/* A packed key of small fields. */
struct record_key assemble_path_key(const struct model_path *p);
struct record_key assemble_deny_key(const struct model_deny *p);

/* PATH KIND [RIGHTS] [FLAGS], where only a rule has rights. */
bool assemble_path_words(struct assemble *as, bool has_rights,
    struct model_path *ret_path, struct rights *ret_rights);
bool assemble_deny_words(
    struct assemble *as, bool has_access, struct model_deny *ret_deny);
bool assemble_arch(struct assemble *as, uint32_t *ret_arch);

/* "source" and "link" lines; their first word has been taken. */
bool assemble_source(struct assemble *as);
bool assemble_link(struct assemble *as);
/* When all lines are read: duplicate records, and links to indexes. */
bool assemble_resolve(struct assemble *as);

#endif
