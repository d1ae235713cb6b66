#ifndef NONO_LSP_FRAME_H
#define NONO_LSP_FRAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Messages of the language server protocol on a byte stream: a header with
 * "Content-Length: N", an empty line, N bytes.  What is announced is not
 * believed: memory grows with what has arrived, a message that is too long is
 * passed over, and behind a header that says nothing the next one is looked
 * for.
 */
enum {
	FRAME_MAX = 64 << 20,  /* a file of SOURCE_MAX, its bytes escaped */
	FRAME_HEADER = 8 << 10 /* bytes of one header */
};

struct frame_input {
	int fd;
	char *v;		 /* malloc: it lives as long as the process */
	size_t begin, end, cap;	 /* [begin, end): arrived and not taken */
	unsigned long long skip; /* still to come of what is passed over */
	bool lost;		 /* looking for a header */
};

enum frame_result {
	FRAME_MESSAGE,
	FRAME_BROKEN, /* *ret_fault says why; the next one may be whole */
	FRAME_END,    /* nothing more will come */
};

struct frame {
	const char *s; /* valid until the next is taken; no NUL behind it */
	size_t len;
};

enum frame_result frame_next(
    struct frame_input *in, struct frame *ret_frame, const char **ret_fault);

/* Has something arrived that was not taken yet? */
bool frame_waiting(const struct frame_input *in);

/* Writes one message, whole; false: errno says why not. */
bool frame_write(int fd, const char *s, size_t len);

void frame_release(struct frame_input *in);

#endif
