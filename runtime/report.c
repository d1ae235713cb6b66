#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "runtime/report.h"

enum {
	STDOUT = 1,
	STDERR = 2,
	LINE_MAX_BYTES = 24 * 1024,
	NUMBER_SLOTS = 8,
	HEX_BYTES_MAX = 32,
};

static const char digits[] = "0123456789abcdef";

/* The pending line.  One thread, one line at a time. */
static char line[LINE_MAX_BYTES];
static size_t used;

static const char *about; /* NULL: the launch itself */
static int lost;	  /* why a line of a report was not written, or 0 */

void
report_about(const char *base)
{
	about = base;
}

static void
put(char c)
{
	if (used < sizeof(line) - 1) /* the last byte is the newline's */
		line[used++] = c;
}

static void
put_hex(unsigned char c)
{
	put('\\');
	put('x');
	put(digits[c >> 4]);
	put(digits[c & 15]);
}

/* Code points that move the cursor, hide or reorder what is around them. */
static bool
harmless(uint32_t c)
{
	return c >= 0xa0 && c != 0xad && c != 0x61c &&
	       !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2060 && c <= 0x206f) && !(c >= 0xd800 && c <= 0xdfff) &&
	       c != 0xfeff && !(c >= 0xfff9 && c <= 0xfffb) && c <= 0xdffff;
}

/* Bytes of the harmless UTF-8 character at `p`, or 0. */
static size_t
character(const unsigned char *p)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	uint32_t c;

	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	c = p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80) /* the final NUL, at the latest */
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c >= least[n] && harmless(c) ? n : 0;
}

void
line_add(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;

	while (*p != '\0') {
		if (*p >= 0x20 && *p < 0x7f) {
			put((char)*p++);
		} else if ((n = character(p)) > 0) {
			while (n-- > 0)
				put((char)*p++);
		} else {
			put_hex(*p++);
		}
	}
}

static void
write_line(int fd)
{
	size_t done = 0;
	ssize_t n = 1;

	while (done < used && n > 0) {
		n = write(fd, line + done, used - done);
		done += n > 0 ? (size_t)n : 0;
	}
	if (n <= 0 && fd == STDOUT)
		lost = errno;
	used = 0;
}

/*
 * What is said about a launch must not end it: if nobody reads that, or the
 * file has no room, the exit status remains.  Of a report nothing would.
 */
void
line_ask(int fd)
{
	void (*broken)(int), (*full)(int);

	if (fd == STDOUT) {
		write_line(fd);
		return;
	}
	broken = signal(SIGPIPE, SIG_IGN);
	full = signal(SIGXFSZ, SIG_IGN);
	write_line(fd);
	(void)signal(SIGPIPE, broken);
	(void)signal(SIGXFSZ, full);
}

void
line_send(int fd)
{
	line[used++] = '\n';
	line_ask(fd);
}

void
line_die(void)
{
	line_send(STDERR);
	_exit(EXIT_REFUSED);
}

static void
add_all(va_list ap)
{
	const char *s;

	while ((s = va_arg(ap, const char *)) != NULL)
		line_add(s);
}

void
die(const char *stage, ...)
{
	va_list ap;

	line_add("nono-load: ");
	if (about != NULL) {
		line_add("within: ");
		line_add(about);
		line_add(": ");
	}
	line_add(stage);
	line_add(": ");
	va_start(ap, stage);
	add_all(ap);
	va_end(ap);
	line_die();
}

void
warn(const char *first, ...)
{
	va_list ap;

	if (about != NULL)
		return;
	line_add("nono-load: warning: ");
	line_add(first);
	va_start(ap, first);
	add_all(ap);
	va_end(ap);
	line_send(STDERR);
}

void
leave(int status, ...)
{
	va_list ap;

	line_add("nono-load: ");
	va_start(ap, status);
	add_all(ap);
	va_end(ap);
	line_send(STDERR);
	_exit(status);
}

void
done(void)
{
	if (lost != 0)
		die("report", "standard output: ", strerror(lost), NULL);
	_exit(0);
}

void
say(int fd, ...)
{
	va_list ap;

	va_start(ap, fd);
	add_all(ap);
	va_end(ap);
	line_send(fd);
}

static const char *
number(uint64_t n, unsigned base)
{
	static char slots[NUMBER_SLOTS][24];
	static unsigned next;
	char *p = slots[next++ % NUMBER_SLOTS] + sizeof(slots[0]) - 1;

	*p = '\0';
	do
		*--p = digits[n % base];
	while ((n /= base) > 0);
	if (base == 16) {
		*--p = 'x';
		*--p = '0';
	}
	return p;
}

const char *
decimal(uint64_t n)
{
	return number(n, 10);
}

const char *
hexadecimal(uint64_t n)
{
	return number(n, 16);
}

const char *
hexadecimals(const uint8_t *bytes, unsigned n)
{
	static char text[2 * HEX_BYTES_MAX + 1];
	unsigned i;

	for (i = 0; i < n && i < HEX_BYTES_MAX; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * i] = '\0';
	return text;
}

const char *
shown(const char *path)
{
	return *path == '\0' ? "/" : path;
}
