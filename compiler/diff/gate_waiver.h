#ifndef NONO_GATE_WAIVER_H
#define NONO_GATE_WAIVER_H

#include "compiler/compile.h"
#include "compiler/decode/ast.h"

/*
 * A file of waivers: what a gate may let through, why, on whose word, and for
 * how long.  One that is past its day or matches nothing is an error of the
 * gate, so that a file of waivers never grows old unseen.
 */
struct gate_waiver {
	struct span at;
	struct string_setting policy; /* the subject of the finding */
	struct string_setting allow;  /* its line, without the "+ " */
	struct string_setting reason, owner;
	struct string_setting until; /* YYYY-MM-DD, that day included */
	bool used;
};

struct gate_waivers {
	struct VEC(struct gate_waiver) v;
};

/* False: diagnosed. */
bool gate_waivers_read(
    struct compile *c, const char *path, struct gate_waivers *ret_waivers);
/* The waiver of a line of the gate, or NULL; marks it used. */
struct gate_waiver *gate_waivers_find(
    struct gate_waivers *w, struct text policy, struct text line);

#endif
