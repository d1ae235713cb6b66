#ifndef NONO_VARIABLE_H
#define NONO_VARIABLE_H

#include "compiler/decode/path.h"
#include "compiler/decode/target.h"

/* What a name in a path or in an environment value stands for. */
enum variable_kind {
	VARIABLE_NONE, /* nothing we know */
	VARIABLE_ROOT, /* a directory that the loader resolves */
	VARIABLE_TEXT, /* fixed on the command line */
	VARIABLE_UID,  /* the launching user's id */
};

struct variable {
	enum variable_kind kind;
	struct path path;  /* VARIABLE_ROOT */
	struct text value; /* VARIABLE_TEXT */
};

struct variable variable_find(
    struct arena *a, const struct target *t, struct text name);

/* The i-th name that there always is; NULL: no more. */
const char *variable_name_at(uint32_t i);
/* The known name nearest to one that is not, or NULL. */
const char *variable_nearest(struct text name);

/*
 * Where an XDG root lies below the home directory unless its environment
 * variable says otherwise; NULL for the other roots.
 */
const char *variable_usual_place(enum blob_root root);

#endif
