#ifndef NONO_REPORT_H
#define NONO_REPORT_H

#include <stdint.h>

/*
 * Everything the loader prints.  Lines are lists of strings, ended by NULL,
 * and every byte of every string goes through one escape: what a policy or
 * the environment put into a name cannot start a line or steer a terminal.
 */
enum { EXIT_REFUSED = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

/* "nono-load: STAGE: ..." on stderr; nothing has been run: exit 125. */
_Noreturn void die(const char *stage, ...) __attribute__((sentinel, cold));

/*
 * Until it is NULL again, what is said is about this base policy: refusals
 * name it, and warnings are left out, as it is not the one that is applied.
 */
void report_about(const char *base);

/* "nono-load: warning: ..." on stderr. */
void warn(const char *first, ...) __attribute__((sentinel, cold));

/* "nono-load: ..." on stderr, and that exit status: for failed execs. */
_Noreturn void leave(int status, ...) __attribute__((sentinel, cold));

/*
 * The question has been answered, as by --help: exit 0.  It dies where the
 * answer could not be written.
 */
_Noreturn void done(void);

/* One line of a report, without a prefix. */
void say(int fd, ...) __attribute__((sentinel));

/* A line in pieces: add, add, ..., then send it or die of it. */
void line_add(const char *text);
void line_send(int fd);
void line_ask(int fd); /* without ending it */
_Noreturn void line_die(void);

/* The number in decimal or hexadecimal; the last eight results stay valid. */
const char *decimal(uint64_t n);
const char *hexadecimal(uint64_t n);
/* Up to 32 bytes, two digits each; valid until the next call. */
const char *hexadecimals(const uint8_t *bytes, unsigned n);

/* A canonical path as people write it: the root is "/" and not "". */
const char *shown(const char *path);

#endif
