#include <config.h>

#include "compiler/lsp/lsp_frame.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "compiler/base/diag.h"

enum {
	READ_AT_ONCE = 64 << 10,
	BUFFER_KEPT = 1 << 20, /* a larger one is given back when empty */
};

static const char length_key[] = "Content-Length:";
enum { LENGTH_KEY = sizeof(length_key) - 1 };

static void
take(struct frame_input *in, size_t n)
{
	in->begin += n;
	if (in->begin != in->end)
		return;
	in->begin = in->end = 0;
	if (in->cap > BUFFER_KEPT)
		frame_release(in);
}

static void
make_room(struct frame_input *in)
{
	if (in->cap - in->end >= READ_AT_ONCE)
		return;
	if (in->begin > 0) {
		memmove(in->v, in->v + in->begin, in->end - in->begin);
		in->end -= in->begin;
		in->begin = 0;
	}
	if (in->cap - in->end >= READ_AT_ONCE)
		return;
	in->cap = 2 * in->cap + READ_AT_ONCE;
	in->v = realloc(in->v, in->cap);
	if (in->v == NULL)
		diag_out_of_memory();
}

/* False at the end of the stream, and where it cannot be read. */
static bool
fill(struct frame_input *in)
{
	ssize_t n;

	make_room(in);
	do
		n = read(in->fd, in->v + in->end, in->cap - in->end);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	in->end += (size_t)n;
	return true;
}

/* Passes over what is known to be no message; false at the end. */
static bool
skip(struct frame_input *in)
{
	while (in->skip > 0) {
		size_t n = in->end - in->begin;

		if (n > in->skip)
			n = (size_t)in->skip;
		in->skip -= n;
		take(in, n);
		if (in->skip > 0 && !fill(in))
			return false;
	}
	return true;
}

/* Goes on to where a header may begin; false at the end. */
static bool
search(struct frame_input *in)
{
	while (in->lost) {
		const size_t n = in->end - in->begin;
		size_t i = 0;

		while (i + LENGTH_KEY <= n && strncasecmp(in->v + in->begin + i,
						  length_key, LENGTH_KEY) != 0)
			i++;
		in->lost = i + LENGTH_KEY > n;
		if (in->lost) /* its beginning may stand at the end */
			i = n < LENGTH_KEY ? 0 : n - LENGTH_KEY + 1;
		if (i > 0)
			take(in, i);
		if (in->lost && !fill(in))
			return false;
	}
	return true;
}

/* One line off the front of a header, without its end. */
static bool
next_line(
    const char **at, const char *end, const char **ret_line, size_t *ret_n)
{
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));

	if (newline == NULL)
		return false;
	*ret_line = *at;
	*ret_n = (size_t)(newline - *at);
	if (*ret_n > 0 && newline[-1] == '\r')
		(*ret_n)--;
	*at = newline + 1;
	return true;
}

/* The digits of a length, blanks around them. */
static bool
read_length(const char *s, size_t n, unsigned long long *ret_length)
{
	unsigned long long length = 0;
	size_t i = 0;

	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	if (i == n)
		return false;
	for (; i < n; i++) {
		if (s[i] < '0' || s[i] > '9' ||
		    __builtin_mul_overflow(length, 10ULL, &length) ||
		    __builtin_add_overflow(
			length, (unsigned long long)(s[i] - '0'), &length))
			return false;
	}
	*ret_length = length;
	return true;
}

enum header { HEADER_GOOD, HEADER_BAD, HEADER_UNFINISHED };

/* The header at the front: its bytes, and the length that it announces. */
static enum header
read_header(const struct frame_input *in, size_t *ret_bytes,
    unsigned long long *ret_length, const char **ret_fault)
{
	const char *at, *end, *line;
	bool has_length = false;
	size_t n;

	*ret_fault = NULL;
	if (in->begin == in->end)
		return HEADER_UNFINISHED;
	at = in->v + in->begin;
	end = in->v + in->end;
	while (next_line(&at, end, &line, &n)) {
		if (n == 0) {
			*ret_bytes = (size_t)(at - (in->v + in->begin));
			if (*ret_fault == NULL && !has_length)
				*ret_fault = "a header without Content-Length";
			return *ret_fault == NULL ? HEADER_GOOD : HEADER_BAD;
		}
		if (n < LENGTH_KEY ||
		    strncasecmp(line, length_key, LENGTH_KEY) != 0)
			continue;
		if (has_length)
			*ret_fault = "a header with two Content-Length";
		else if (!read_length(
			     line + LENGTH_KEY, n - LENGTH_KEY, ret_length))
			*ret_fault = "Content-Length is not a number of bytes";
		has_length = true;
	}
	return HEADER_UNFINISHED;
}

static enum frame_result
broken(struct frame_input *in, size_t bytes, const char *fault,
    const char **ret_fault)
{
	take(in, bytes);
	in->lost = true;
	*ret_fault = fault;
	return FRAME_BROKEN;
}

enum frame_result
frame_next(
    struct frame_input *in, struct frame *ret_frame, const char **ret_fault)
{
	unsigned long long length;
	const char *fault;
	enum header header;
	size_t bytes;

	take(in, 0);
	if (!skip(in) || !search(in))
		return FRAME_END;
	for (;;) {
		header = read_header(in, &bytes, &length, &fault);
		if (header != HEADER_UNFINISHED)
			break;
		if (in->end - in->begin > FRAME_HEADER)
			return broken(
			    in, 1, "a header that does not end", ret_fault);
		if (!fill(in))
			return FRAME_END;
	}
	if (header == HEADER_BAD)
		return broken(in, bytes, fault, ret_fault);
	if (length > FRAME_MAX) {
		take(in, bytes);
		in->skip = length;
		*ret_fault = "a message of more than 64 MiB";
		return FRAME_BROKEN;
	}
	while (in->end - in->begin - bytes < length)
		if (!fill(in))
			return FRAME_END;
	*ret_frame = (struct frame){in->v + in->begin + bytes, (size_t)length};
	/* Not take(): the bytes stay until the next is asked for. */
	in->begin += bytes + (size_t)length;
	return FRAME_MESSAGE;
}

bool
frame_waiting(const struct frame_input *in)
{
	struct pollfd p = {.fd = in->fd, .events = POLLIN};

	return in->begin != in->end || poll(&p, 1, 0) > 0;
}

static bool
write_all(int fd, const char *s, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, s, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		s += n;
		len -= (size_t)n;
	}
	return true;
}

bool
frame_write(int fd, const char *s, size_t len)
{
	char header[64];
	int n =
	    snprintf(header, sizeof(header), "%s %zu\r\n\r\n", length_key, len);

	return write_all(fd, header, (size_t)n) && write_all(fd, s, len);
}

void
frame_release(struct frame_input *in)
{
	free(in->v);
	in->v = NULL;
	in->begin = in->end = in->cap = 0;
}
