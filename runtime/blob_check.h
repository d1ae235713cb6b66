#ifndef NONO_BLOB_CHECK_H
#define NONO_BLOB_CHECK_H

#include <string.h>

#include "runtime/blob.h"

/*
 * The steps of blob_open(), each of which relies on the ones before.  They
 * return NULL, or one sentence that says what is wrong.
 */

/* Contents of the enforcing sections and NAME; fills in the counts. */
const char *blob_check_contents(struct blob *b);
/* Contents of PROV; the enforcing sections are known to be good. */
const char *blob_check_provenance(struct blob *b);

/*
 * Strings of a section: terminated, ascending, unique, none too long.  Their
 * bytes are looked at where they are used.
 */
const char *blob_check_strings(struct blob_section s, uint32_t *ret_count);

/* Does a string begin at this offset? */
static inline bool
blob_is_string(struct blob_section s, uint32_t offset)
{
	return offset < s.len && (offset == 0 || s.p[offset - 1] == '\0');
}

/*
 * Which numbers occurred?  Only those of a window that starts at `base` are
 * looked at, so that no heap is needed; one pass over the records for each
 * window, and one window is enough for any policy of ordinary size.
 */
enum { BLOB_WINDOW = 1 << 16 };

struct blob_marks {
	uint32_t base, n; /* the window */
	uint32_t count;	  /* different numbers seen, all windows together */
	uint8_t *bits;	  /* BLOB_WINDOW of them, or as many as there are */
};

/* Moves the window to `base`; numbers are below `total`. */
static inline void
blob_marks_window(struct blob_marks *m, uint32_t base, uint32_t total)
{
	m->base = base;
	m->n = total - base < BLOB_WINDOW ? total - base : BLOB_WINDOW;
	memset(m->bits, 0, (m->n + 7) / 8);
}

static inline void
blob_mark(struct blob_marks *m, uint32_t number)
{
	uint32_t i = number - m->base; /* wraps below the base: too large */

	if (i < m->n && (m->bits[i / 8] & 1 << i % 8) == 0) {
		m->bits[i / 8] |= (uint8_t)(1 << i % 8);
		m->count++;
	}
}

#endif
