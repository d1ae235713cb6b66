#ifndef NONO_QUERY_RANDOM_H
#define NONO_QUERY_RANDOM_H

#include "compiler/review/query.h"
#include "tests/unit/random.h"

/*
 * Random expressions of nonoc query, over the few paths and sources of the
 * policies that they are asked of, and how people could write them.
 */
static const enum blob_root roots[] = {
    BLOB_ROOT_SLASH, BLOB_ROOT_HOME, BLOB_ROOT_CWD};
static inline struct path
any_path(uint32_t *seed)
{
	static const char *const few[] = {"", "a", "b", "a/a", "a/b", "b/a"};

	return (struct path){roots[random_below(seed, 3)],
	    text_of(few[random_below(seed, ARRAY_LEN(few))])};
}

/* The last two are groups. */
enum { SOURCES = 3 };
static const char *const source_names[SOURCES] = {
    "p.json", "groups/std.json", "groups/net.yaml"};

/* refer and ioctl have no request of their own. */
static const enum assert_op some_ops[] = {OP_READ, OP_LIST, OP_EXEC, OP_WRITE,
    OP_TRUNCATE, OP_CREATE, OP_REMOVE, OP_UNIX, OP_CONNECT, OP_BIND};

/* An expression as it was made, to be judged without any of its code. */
struct expr {
	enum query_kind kind;
	enum assert_op op;
	struct path path; /* of the set: or, of ports, those up to a number */
	bool tree, udp;
	uint32_t last; /* 0: a set of paths */
	unsigned source;
	const struct expr *left, *right;
};

static inline const struct expr *
any_expr(uint32_t *seed, struct arena *a, unsigned depth)
{
	struct expr *x = ARENA_NEW(a, struct expr);

	x->kind = (enum query_kind)random_below(
	    seed, depth == 0 ? QUERY_NOT : QUERY_OR + 1);
	x->op = some_ops[random_below(seed, ARRAY_LEN(some_ops))];
	x->path = any_path(seed);
	x->tree = random_below(seed, 2) == 0;
	x->udp = random_below(seed, 2) == 0;
	if (random_below(seed, 3) == 0)
		x->last = random_below(seed, 2) == 0
			      ? UINT16_MAX
			      : 1 + random_below(seed, 7);
	x->source = random_below(seed, SOURCES);
	if (x->kind == QUERY_GROUP && x->source == 0)
		x->source = 1;
	if (x->kind >= QUERY_NOT)
		x->left = any_expr(seed, a, depth - 1);
	if (x->kind > QUERY_NOT)
		x->right = any_expr(seed, a, depth - 1);
	return x;
}

static inline struct text
spell_set(uint32_t *seed, struct arena *a, const struct expr *x)
{
	struct text p = path_print(a, x->path);
	const char *slash = p.s[p.len - 1] == '/' ? "" : "/";

	if (x->last > 0)
		return arena_printf(
		    a, "%s:0-%u", x->udp ? "udp" : "tcp", (unsigned)x->last);
	p = arena_printf(a, "%.*s%s", (int)p.len, p.s,
	    !x->tree	     ? ""
	    : *slash == '\0' ? "**"
			     : "/**");
	return random_below(seed, 2) == 0
		   ? p
		   : arena_printf(a, "{ %.*s }", (int)p.len, p.s);
}

/* In some spelling; and binds closer than or, not closer than both. */
static inline struct text
spell(uint32_t *seed, struct arena *a, const struct expr *x, unsigned above)
{
	static const char *const words[][2] = {[QUERY_NOT] = {"not ", "!"},
	    [QUERY_AND] = {" and ", " & "},
	    [QUERY_OR] = {" or ", " | "}};
	static const char *const sources[][SOURCES] = {
	    {"p.json", "std", "net.yaml"}, {"p", "std.json", "net"},
	    {"\"p.json\"", "\"groups/std.json\"", "\"groups/net.yaml\""}};
	const char *word =
	    x->kind < QUERY_NOT ? "" : words[x->kind][random_below(seed, 2)];
	const unsigned binds = x->kind == QUERY_OR    ? 1
			       : x->kind == QUERY_AND ? 2
						      : 3;
	struct text l, r = {"", 0};
	bool open = binds < above || random_below(seed, 8) == 0;

	switch (x->kind) {
	case QUERY_OPERATION:
		return text_of(assert_operations[x->op]);
	case QUERY_PATHS:
		return TEXT("paths");
	case QUERY_PORTS:
		return TEXT("ports");
	case QUERY_UNDER:
	case QUERY_ON:
		l = spell_set(seed, a, x);
		return arena_printf(a, "%s %.*s",
		    x->kind == QUERY_ON ? "on" : "under", (int)l.len, l.s);
	case QUERY_FROM:
	case QUERY_GROUP:
		return arena_printf(a, "%s(%s)",
		    x->kind == QUERY_FROM ? "from" : "group",
		    sources[random_below(seed, 3)][x->source]);
	case QUERY_NOT:
		r = spell(seed, a, x->left, binds);
		return arena_printf(a, "%s%.*s", word, (int)r.len, r.s);
	case QUERY_AND:
	case QUERY_OR:
		break;
	}
	l = spell(seed, a, x->left, binds);
	r = spell(seed, a, x->right, binds);
	return arena_printf(a, "%s%.*s%s%.*s%s", open ? "(" : "", (int)l.len,
	    l.s, word, (int)r.len, r.s, open ? ")" : "");
}

#endif
