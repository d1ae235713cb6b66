#ifndef NONO_DIAG_H
#define NONO_DIAG_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/base/source.h"

/*
 * Diagnostics: the only way to stderr.  A pass reports and goes on where it
 * can; nothing is printed until diags_flush, which sorts by file and offset.
 * Codes are never renumbered or reused; docs/errors.md has a section for
 * each.
 */
enum severity { SEVERITY_ERROR, SEVERITY_WARNING };

enum diag_code {
#define DIAG(number, severity, name, slug) DIAG_##name = (number),
#include "compiler/base/diag.def"
#undef DIAG
};

enum { DIAG_ERRORS_SHOWN = 20 }; /* then only a count */

struct diag;

struct diags {
	struct arena *arena;
	const struct sources *sources;
	struct VEC(struct diag *) list;
	uint32_t errors; /* all so far, printed or not */
	uint32_t warnings;
	uint32_t unlisted_errors; /* counted, but too many to keep */
	uint32_t unlisted_warnings;
};

/*
 * Records a diagnostic.  `at` may be {0}: then it speaks of the command line
 * or of a whole file (begin == end == 0 with a source).  The message is one
 * sentence in the user's words without a full stop; text from a profile goes
 * in as %.*s and is made safe for a terminal when printed.
 *
 * When a great many are on record already it is only counted and NULL comes
 * back, which diag_note and diag_help take.
 */
struct diag *diag_at(struct diags *d, enum diag_code code, struct span at,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* A further place that belongs to the diagnostic; printed in order. */
void diag_note(struct diags *d, struct diag *diag, struct span at,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* What would be right: one line, printed last as "help: ...". */
void diag_help(struct diags *d, struct diag *diag, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * An edit of the sources that would be right, for an editor to offer.  Several
 * are alternatives.
 */
enum diag_fix_kind {
	DIAG_FIX_BYTES,	   /* the bytes at `at` become the text */
	DIAG_FIX_WORD,	   /* the key or string becomes the text, quoted so */
	DIAG_FIX_VARIABLE, /* $NAME or ${NAME} becomes that of the text */
	DIAG_FIX_REMOVE,   /* the entry, or the key with its value, goes */
	DIAG_FIX_MOVE,	   /* the key's value goes to the key "OBJECT.KEY" */
	DIAG_FIX_COPY,	   /* the entry joins the list "OBJECT.KEY", too */
};
void diag_fix(struct diags *d, struct diag *diag, enum diag_fix_kind kind,
    struct span at, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/*
 * Prints everything recorded so far to stderr and forgets it; the totals in
 * `errors` and `warnings` stay.
 */
void diags_flush(struct diags *d);

/* Forgets them unprinted. */
void diags_drop(struct diags *d);
/* Forgets all but those of one code. */
void diags_keep(struct diags *d, enum diag_code code);

/* The slug ("unknown-key") of a code, or NULL. */
const char *diag_slug(unsigned code);

/*
 * The nearest of `count` names to what was written, or NULL: one or two
 * edits away (a transposition counts one), never for very short words.
 */
const char *diag_nearest(
    struct text written, const char *const *names, uint32_t count);

/*
 * Appends `t` to the arena with control, escape and bidirectional characters
 * and invalid UTF-8 spelled out as \x1b or \u{202e}.
 */
struct text diag_safe(struct arena *a, struct text t);

/* Is it a terminal, and has nobody said NO_COLOR? */
bool diag_wants_color(int fd);

/* One line, exit status 4: for the arena and the edges of libraries. */
_Noreturn void diag_out_of_memory(void);

#endif
