#include <config.h>

#include "compiler/assert/assert_judge.h"

/* How operations, witnesses and kernels are called in messages. */

struct text
assert_ops_print(struct arena *a, unsigned ops)
{
	struct text t = {"", 0};

	for (unsigned i = 0; i < OPS; i++)
		if ((ops & 1U << i) != 0)
			t = arena_printf(a, "%.*s%s%s", (int)t.len, t.s,
			    t.len > 0 ? ", " : "", assert_operations[i]);
	return t;
}

/* The working directory is shown as such wherever it is taken to lie. */
struct text
assert_witness(struct arena *a, const struct hit *h)
{
	const struct decide_path *cwd = &h->view->env.places[BLOB_ROOT_CWD];
	struct path p = {h->path.root, h->path.suffix};

	if (cwd->suffix.len > 0 && decide_path_covers(cwd, &h->path)) {
		p.root = BLOB_ROOT_CWD;
		p.suffix.s += cwd->suffix.len;
		p.suffix.len -= cwd->suffix.len;
		if (p.suffix.len > 0) {
			p.suffix.s++;
			p.suffix.len--;
		}
	}
	return path_print(a, p);
}

struct text
assert_use_print(struct arena *a, unsigned asked, struct text place)
{
	const struct text ops = assert_ops_print(a, asked);

	if (asked == 1U << OP_UNIX)
		return arena_printf(
		    a, "reach sockets at %.*s", (int)place.len, place.s);
	return arena_printf(
	    a, "%.*s %.*s", (int)ops.len, ops.s, (int)place.len, place.s);
}

struct text
assert_hit_print(struct arena *a, const struct hit *h)
{
	struct text ops = assert_ops_print(a, h->ops);

	if (h->what != NULL)
		return text_of(h->what);
	if (h->is_port)
		return arena_printf(a, "%.*s %s:%u", (int)ops.len, ops.s,
		    h->port.udp ? "udp" : "tcp", (unsigned)h->port.first);
	return assert_use_print(a, h->ops, assert_witness(a, h));
}

const char *
assert_hit_verb(enum hit_kind kind)
{
	switch (kind) {
	case HIT_GRANTED:
	case HIT_UNENFORCED:
		break;
	case HIT_DENIED:
		return "may not";
	case HIT_UNASKED:
		return "is not asked on every kernel whether it may";
	}
	return "may";
}

unsigned
assert_hit_abi(const struct hit *h)
{
	uint64_t rights = 0;
	unsigned abi = 1;

	for (unsigned op = 0; op < OP_CONNECT; op++)
		if ((h->ops & 1U << op) != 0)
			rights |= judge_rights((enum assert_op)op);
	while (abi < BLOB_ABI_NEWEST && (rights & ~blob_fs_rights(abi)) != 0)
		abi++;
	return abi;
}
