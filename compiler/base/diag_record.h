#ifndef NONO_DIAG_RECORD_H
#define NONO_DIAG_RECORD_H

#include <stdio.h>

#include "compiler/base/diag.h"

/*
 * What diag.c records, and diag_print.c renders for a person, compiler/lsp for
 * an editor; nobody else looks inside.
 */
struct diag_line {
	struct diag_line *next;
	struct span at; /* notes only */
	struct text text;
};

struct diag_fix {
	struct diag_fix *next;
	enum diag_fix_kind kind;
	struct span at;
	struct text text;
};

struct diag {
	enum diag_code code;
	uint32_t order; /* of recording, to make the sort stable */
	struct span at;
	struct text text;	 /* as it came: made safe when printed */
	struct diag_line *notes; /* in print order */
	struct diag_line *helps;
	struct diag_fix *fixes;
};

enum severity diag_severity(enum diag_code code);

/* Brings them into the order of their places; the same is there once. */
void diags_sort(struct diags *d);

/* diags_flush to any stream; `bold` for a terminal. */
void diags_print(struct diags *d, FILE *out, bool bold);

#endif
