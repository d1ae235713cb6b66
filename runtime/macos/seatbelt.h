#ifndef NONO_SEATBELT_H
#define NONO_SEATBELT_H

#include "runtime/launch.h"

/*
 * The loader for macOS: how it sees a Seatbelt file of ours.  The whole text
 * goes to macOS as it is; the lines at its head that are meant for the loader
 * are read here, and nothing else.
 */
enum {
	SEATBELT_MAX = 8 << 20,	    /* bytes of a file */
	SEATBELT_LINES_MAX = 20000, /* of one kind, for the loader */
};

/* What the lines say about places. */
enum seatbelt_line {
	SEATBELT_DENIED,
	SEATBELT_GRANTED,
	SEATBELT_ASKED, /* granted when the user agrees to the working directory
			 */
};

struct seatbelt_place {
	enum seatbelt_line kind;
	bool read, write;
	const char *words; /* in the text, of seatbelt_value() */
};

struct seatbelt_policy {
	char *text; /* as read, ended by NUL */
	bool proxy; /* it has the parameter PROXY_PORT */
	uint32_t nenvs, ncommands, nplaces;
	struct blob_env envs[SEATBELT_LINES_MAX];
	const char *commands[SEATBELT_LINES_MAX];
	struct seatbelt_place places[SEATBELT_LINES_MAX];
};

/* The one that policy_read() has read. */
const struct seatbelt_policy *seatbelt_policy(void);

/*
 * What the words say, up to the end of the line or " =": text in which bytes
 * stand for roots and for the user's id, as in a blob.  Valid until the next
 * call.  They were read once before, so that this cannot fail.
 */
const char *seatbelt_value(const char **words);

/* "HOME"; NULL for the root directory. */
const char *seatbelt_root_name(enum blob_root root);

/*
 * What macOS puts in for (param "NAME"): names and values in turn, then NULL.
 */
enum { SEATBELT_PARAMETERS = BLOB_ROOTS + 5 };
struct seatbelt_parameters {
	unsigned n; /* strings */
	const char *v[2 * SEATBELT_PARAMETERS + 1];
};

/* Fills in the parameters; the working directory has been agreed to, or not. */
void seatbelt_fill(const struct launch *l, bool agreed,
    struct seatbelt_parameters *ret_parameters);
/*
 * Dies where a denied place is open by another name, or our files are; warns
 * of grants that give nothing.
 */
void places_check(const struct launch *l, bool agreed);
/* Is this process in a sandbox, which it could not leave? */
bool seatbelt_sandboxed(void);
/* Puts the text into force, or dies. */
void seatbelt_restrict(
    const char *text, const struct seatbelt_parameters *parameters);

#endif
