#ifndef NONO_SOURCE_H
#define NONO_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "compiler/base/arena.h"
#include "compiler/base/text.h"
#include "compiler/base/vec.h"

/*
 * The files of one compilation, read once and kept to the end, so that an
 * excerpt always shows the bytes that were parsed.
 */
enum {
	SOURCE_MAX = 8 << 20, /* bytes of one file */
	SOURCES_MAX = 4096,   /* files of one compilation */
	SOURCE_STRIDE = 4096, /* bytes between two marks */
};

/* A stretch of one source, in byte offsets; begin == end is a point. */
struct span {
	uint32_t source; /* index into struct sources; 0 is "no source" */
	uint32_t begin;
	uint32_t end;
};

/* As they were read: what is said of equals must not hang on qsort(). */
static inline int
span_compare(struct span a, struct span b)
{
	if (a.source != b.source)
		return a.source < b.source ? -1 : 1;
	return (a.begin > b.begin) - (a.begin < b.begin);
}

/* What source_place() starts from; one for every SOURCE_STRIDE bytes. */
struct source_mark {
	uint32_t line;	     /* of that byte, from 1 */
	uint32_t line_begin; /* byte offsets of the line that it lies in */
	uint32_t line_end;
	uint32_t column; /* code points of the line before it */
};

struct source {
	struct text name; /* as diagnostics print it: what the user typed */
	struct text path; /* as it was opened */
	struct text text; /* followed by one NUL byte that is not counted */
	const struct source_mark *marks;
};

struct git;

/* Text that counts instead of what is on the disk: an editor's, unsaved. */
struct source_overlay {
	void *context;
	/* It lives as long as what is read. */
	bool (*find)(void *context, const char *path, struct text *ret_text);
};

struct sources {
	struct VEC(struct source) files; /* [0] is unused */
	/* What lies in its work tree is read from it; NULL: from the disk. */
	struct git *revision;
	const struct source_overlay *overlay; /* asked first; NULL: none */
	/* What source_exists() has opened, for source_read(); NULL: nothing. */
	const char *found;
	int found_fd;
};

struct diags;

/*
 * Reads a regular file whole, following symbolic links.  Refuses a missing
 * file, anything but a regular file (a FIFO or device is never waited for),
 * more than SOURCE_MAX bytes, a byte-order mark, a NUL byte and invalid
 * UTF-8, with a diagnostic.  `asked` is where the name was written, or no
 * source when it came from the command line.
 */
bool source_read(struct sources *s, struct arena *a, struct diags *d,
    const char *path, struct span asked, uint32_t *ret_source);

/*
 * Is there something that source_read() would open?  Who asks is expected to
 * read it next: it is open until the next one is asked for.  The path stays.
 */
bool source_exists(struct sources *s, const char *path);
/* Closes what was asked for and not read. */
void source_close(struct sources *s);
/* On the disk: for a message about what was named. */
bool source_is_directory(const char *path);
/* The base names of what lies in a directory; empty when there is none. */
struct name_array {
	const char **v;
	uint32_t n;
};
struct name_array source_list(
    const struct sources *s, struct arena *a, const char *dir);

/* Takes text that is in memory already; same checks. */
bool source_from_text(struct sources *s, struct arena *a, struct diags *d,
    const char *name, struct text text, uint32_t *ret_source);

static inline const struct source *
source_get(const struct sources *s, uint32_t source)
{
	return &s->files.v[source];
}

/* Where a byte offset is: line and column from 1, in code points. */
struct place {
	uint32_t line;
	uint32_t column;
	struct text line_text; /* without its newline */
};

/* Costs the same wherever the offset is and however long the line. */
struct place source_place(
    const struct sources *s, uint32_t source, uint32_t offset);

#endif
