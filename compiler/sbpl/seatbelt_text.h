#ifndef NONO_SEATBELT_TEXT_H
#define NONO_SEATBELT_TEXT_H

#include "compiler/decode/path.h"

/*
 * Writing SBPL: the only place that knows how a string, a path or a rule is
 * spelt.  Text grows in an arena.
 */
enum {
	/* Apple's reader descends from one whose tokens end at 255 bytes. */
	SEATBELT_LITERAL_MAX = 200,
	/* libsandbox keeps the strings of a rule in 64 KiB. */
	SEATBELT_RULE_MAX = 12 << 10,
};

struct seatbelt_text {
	struct arena *arena;
	struct VEC(char) out;
	bool comments;	/* write where each filter comes from */
	bool bad_bytes; /* a control byte was met: the text is of no use */
	/* The rule that is being written. */
	struct text head, guard; /* "allow file-read*", "(param \"X\")" */
	uint32_t items;
	uint32_t begin; /* of the rule's filters */
};

void seatbelt_put(struct seatbelt_text *t, struct text s);
void seatbelt_puts(struct seatbelt_text *t, const char *s);
void seatbelt_printf(struct seatbelt_text *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * A string that the reader gives back byte for byte: `\` and `"` escaped, long
 * ones put together with string-append.  Control bytes set bad_bytes; the
 * byte that stands for the user's id becomes (param "UID").
 */
void seatbelt_string(struct seatbelt_text *t, struct text s);
/* What stands between the quotes of a string in a comment: bytes as \xHH. */
void seatbelt_quoted(struct seatbelt_text *t, struct text s);
/* Text that a regular expression matches literally, unquoted. */
struct text seatbelt_quote_regex(struct arena *a, struct text s);

/* How a filter says which paths it is about. */
enum seatbelt_filter {
	SEATBELT_LITERAL,
	SEATBELT_SUBPATH,
	SEATBELT_ANCESTORS, /* all above the path */
	SEATBELT_CHILDREN,  /* those directly in it */
	SEATBELT_TEMPORARY, /* PATH.tmp.N.N, as programs save files */
	SEATBELT_LOCKS,	    /* of the keychain library in a directory */
	SEATBELT_DATABASES, /* likewise */
	SEATBELT_FOLDED,    /* PATH and below, in whatever case of letters */
};

/* The path as a string, or what makes one. */
void seatbelt_path(struct seatbelt_text *t, struct path path);
/*
 * "/System/Volumes/Data" before the path: its other name.  SEATBELT_FOLDED
 * always has both.
 */
void seatbelt_filter(struct seatbelt_text *t, enum seatbelt_filter kind,
    struct path path, bool data_volume);
/* The parameter that stands for a root: "HOME"; NULL for "/". */
const char *seatbelt_parameter(enum blob_root root);

/*
 * A rule: seatbelt_rule, then before each filter seatbelt_item, then
 * seatbelt_rule_end.  It is split where it grows too long, and nothing is
 * written when it has no filter.  `guard` is an expression that must hold for
 * the rule to exist at all, or empty.
 */
void seatbelt_rule(
    struct seatbelt_text *t, struct text head, struct text guard);
void seatbelt_item(struct seatbelt_text *t);
void seatbelt_rule_end(struct seatbelt_text *t);
/*
 * Behind the filter: "\t; ", "groups/x.json:3", then what goes on there, " <-
 * ", "y.json:4".  Made safe by the caller.
 */
void seatbelt_comment(
    struct seatbelt_text *t, const char *before, struct text comment);

#endif
