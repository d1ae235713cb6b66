#ifndef NONO_PATH_H
#define NONO_PATH_H

#include "compiler/read/node.h"
#include "runtime/blob.h"

/*
 * Path templates: "~/x", "$HOME/x", "${HOME}/x", "$TMPDIR/a-$UID", "/usr".
 * A template is a list of pieces; a name is a maximal run of [A-Za-z0-9_]
 * that does not begin with a digit.  Values are never scanned again.
 */
enum piece_kind {
	PIECE_TEXT,
	PIECE_VARIABLE, /* text is the name, without $ and braces; ~ is HOME */
};

struct piece {
	struct text text;
	struct span at;
	enum piece_kind kind;
};

struct template
{
	struct span at;	    /* the whole string, quotes included */
	struct text source; /* as written, unescaped: for messages and show */
	const struct piece *pieces;
	uint32_t n;
};

/* Scans the string; diagnoses N2005.  The empty string is diagnosed too. */
bool template_scan(struct arena *a, struct diags *d, const struct node *string,
    struct template *ret_template);

/*
 * A path with its root symbolic: what the capset and the policy hold.  The
 * suffix has no leading, trailing or double slash and no "." or ".."
 * component; empty means the root itself.  The byte BLOB_UID_BYTE in it
 * stands for the decimal user id of whoever launches.
 */
struct path {
	enum blob_root root;
	struct text suffix;
};

enum path_relation {
	PATH_UNRELATED, /* or not known before launch: different roots */
	PATH_EQUAL,
	PATH_BELOW, /* a lies strictly below b */
	PATH_ABOVE, /* a lies strictly above b */
};

/* By components: /a does not cover /ab.  The root "/" is above every root. */
enum path_relation path_relate(struct path a, struct path b);
/* Total order: root, then suffix with '/' before every other byte. */
int path_compare(struct path a, struct path b);
/* "$HOME/.ssh", "/usr/lib", "$CWD"; UID as "$UID". */
struct text path_print(struct arena *a, struct path p);

#endif
