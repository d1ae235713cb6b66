#ifndef NONO_BLOB_ROWS_H
#define NONO_BLOB_ROWS_H

#include "compiler/blob/blob_write.h"

/*
 * What blob_write.c and blob_write_prov.c share: a byte buffer, a string
 * table, and rows, which stand for records while they are sorted.
 */
struct bytes VEC(uint8_t);

void put_u32(struct arena *a, struct bytes *b, uint32_t value);
void put_u64(struct arena *a, struct bytes *b, uint64_t value);
void put_bytes(struct arena *a, struct bytes *b, const void *p, uint32_t n);

/* A section's strings: add all, finish, then ask for offsets. */
struct strings {
	struct VEC(struct text) v; /* sorted and unique once finished */
	uint32_t *offsets;	   /* of each */
	uint64_t size;		   /* bytes of all, terminators included */
};

void strings_add(struct arena *a, struct strings *s, struct text t);
void strings_finish(struct arena *a, struct strings *s);
uint32_t strings_offset(const struct strings *s, struct text t);
void strings_put(struct arena *a, const struct strings *s, struct bytes *b);
/* Order of the format: '/' before any other byte. */
int strings_compare(struct text a, struct text b);

struct row {
	uint64_t key[2]; /* sorted by these, */
	uint32_t index;	 /* then by this: the record's index in the model */
};

struct rows VEC(struct row);

void rows_sort(struct rows *r);

static inline bool
row_same(const struct row *a, const struct row *b)
{
	return a->key[0] == b->key[0] && a->key[1] == b->key[1];
}

/* For each array of the model: where its records went. */
struct placed {
	uint32_t *path, *deny, *port, *secc, *env, *command;
};

/* The PROV section, when the model has sources. */
bool put_provenance(const struct blob_model *m, const struct placed *placed,
    struct arena *a, struct diags *d, struct bytes *b);

#endif
