#include <config.h>

#include "compiler/sbpl/sbpl_value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/*
 * The procedures that Seatbelt files call.  An argument that is unknown, or
 * not of the kind that the procedure takes, gives an unknown value.
 */

/* Are all of the kind, and given? */
static bool
all(const struct value *args, uint32_t n, enum value_kind kind)
{
	for (uint32_t i = 0; i < n; i++)
		if (args[i].kind != kind)
			return false;
	return true;
}

static bool
any_symbolic(const struct value *args, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (args[i].symbolic || args[i].kind == VALUE_UNKNOWN)
			return true;
	return false;
}

static struct value
integer(int64_t i)
{
	return (struct value){.kind = VALUE_INTEGER, .integer = i};
}

static struct value
run_allow(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	sbpl_rule_add(m, call, true, args, n);
	return value_nothing;
}

static struct value
run_deny(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	sbpl_rule_add(m, call, false, args, n);
	return value_nothing;
}

static struct value
run_param(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	const struct sbpl_world *w = m->world;

	(void)call;
	if (n != 1 || args[0].kind != VALUE_STRING || args[0].symbolic)
		return value_unknown;
	for (uint32_t i = 0; i < w->param_n; i++)
		if (text_equal(w->params[i].name, args[0].text))
			return w->params[i].value.s == NULL
				   ? value_boolean(false)
				   : value_string(w->params[i].value, false);
	if (!w->symbolic)
		return value_boolean(false);
	return value_string(arena_printf(m->arena, "$%.*s",
				(int)args[0].text.len, args[0].text.s),
	    true);
}

static struct value
run_string_append(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	uint32_t len = 0;
	bool symbolic = false;
	char *s;

	for (uint32_t i = 0; i < n; i++) {
		if (args[i].kind == VALUE_BOOLEAN) {
			(void)sbpl_reject(m, call->at,
			    "string-append takes "
			    "strings, and one of these is %s: a parameter "
			    "that is not given",
			    args[i].truth ? "#t" : "#f");
			return value_unknown;
		}
		if (args[i].kind != VALUE_STRING ||
		    args[i].text.len > SOURCE_MAX - len)
			return value_unknown;
		len += args[i].text.len;
		symbolic = symbolic || args[i].symbolic;
	}
	s = arena_alloc(m->arena, (size_t)len + 1, 1);
	len = 0;
	for (uint32_t i = 0; i < n; i++) {
		memcpy(s + len, args[i].text.s, args[i].text.len);
		len += args[i].text.len;
	}
	return value_string((struct text){s, len}, symbolic);
}

/* Escapes ^ . [ $ ( ) | * + ? { and the backslash. */
static struct value
run_regex_quote(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	struct text t;
	uint32_t len = 0;
	char *s;

	(void)call;
	if (n != 1 || args[0].kind != VALUE_STRING)
		return value_unknown;
	t = args[0].text;
	s = arena_alloc(m->arena, (size_t)t.len * 2 + 1, 1);
	for (uint32_t i = 0; i < t.len; i++) {
		if (strchr("^.[$()|*+?{\\", t.s[i]) != NULL)
			s[len++] = '\\';
		s[len++] = t.s[i];
	}
	return value_string((struct text){s, len}, args[0].symbolic);
}

static struct value
run_string_length(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	(void)m;
	(void)call;
	if (n != 1 || args[0].kind != VALUE_STRING || args[0].symbolic)
		return value_unknown;
	return integer(args[0].text.len);
}

static struct value
run_substring(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	int64_t from, to;

	(void)m;
	(void)call;
	if (n < 2 || n > 3 || args[0].kind != VALUE_STRING ||
	    args[0].symbolic || !all(args + 1, n - 1, VALUE_INTEGER))
		return value_unknown;
	from = args[1].integer;
	to = n == 3 ? args[2].integer : (int64_t)args[0].text.len;
	if (from < 0 || to < from || to > (int64_t)args[0].text.len)
		return value_unknown;
	return value_string(
	    (struct text){args[0].text.s + from, (uint32_t)(to - from)}, false);
}

/* Values that are no lists. */
static bool
equal_atoms(struct value a, struct value b)
{
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case VALUE_NIL:
		return true;
	case VALUE_BOOLEAN:
		return a.truth == b.truth;
	case VALUE_INTEGER:
	case VALUE_CHARACTER:
		return a.integer == b.integer;
	case VALUE_STRING:
	case VALUE_SYMBOL:
		return text_equal(a.text, b.text);
	case VALUE_UNKNOWN:
	case VALUE_NOTHING:
	case VALUE_PAIR:
	case VALUE_OPERATION:
	case VALUE_FILTER:
	case VALUE_MODIFIER:
	case VALUE_MAKER:
	case VALUE_BUILTIN:
	case VALUE_CLOSURE:
		return false;
	}
	return false;
}

/* Lists of atoms, too; of lists in lists nothing is said. */
static struct value
equal(struct value a, struct value b)
{
	for (; a.kind == VALUE_PAIR && b.kind == VALUE_PAIR;
	     a = a.pair->tail, b = b.pair->tail) {
		if (a.pair->head.kind == VALUE_PAIR ||
		    any_symbolic(&a.pair->head, 1) ||
		    any_symbolic(&b.pair->head, 1))
			return value_unknown;
		if (!equal_atoms(a.pair->head, b.pair->head))
			return value_boolean(false);
	}
	return value_boolean(equal_atoms(a, b));
}

static struct value
run_equal(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	(void)m;
	(void)call;
	if (n != 2 || any_symbolic(args, n))
		return value_unknown;
	return equal(args[0], args[1]);
}

/* string=? takes strings, and a parameter that is not given is none. */
static struct value
run_string_equal(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	if (any_symbolic(args, n))
		return value_unknown;
	if (!all(args, n, VALUE_STRING)) {
		(void)sbpl_reject(m, call->at,
		    "string=? compares strings, and "
		    "one of these is none: a parameter that is not given "
		    "is #f");
		return value_unknown;
	}
	return run_equal(m, call, args, n);
}

static struct value
run_not(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	(void)m;
	(void)call;
	if (n != 1 || any_symbolic(args, n))
		return value_unknown;
	return value_boolean(args[0].kind == VALUE_BOOLEAN && !args[0].truth);
}

static struct value
is_kind(const struct value *args, uint32_t n, enum value_kind kind)
{
	if (n != 1 || any_symbolic(args, n))
		return value_unknown;
	return value_boolean(args[0].kind == kind);
}

static struct value
run_is_string(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	(void)m;
	(void)call;
	return is_kind(args, n, VALUE_STRING);
}

static struct value
run_is_null(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	(void)m;
	(void)call;
	return is_kind(args, n, VALUE_NIL);
}

static struct value
run_is_pair(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	(void)m;
	(void)call;
	return is_kind(args, n, VALUE_PAIR);
}

/* A chain of comparisons; `want` is what strcmp-like results may be. */
static struct value
compare(const struct value *args, uint32_t n, bool below, bool same, bool above)
{
	if (!all(args, n, VALUE_INTEGER))
		return value_unknown;
	for (uint32_t i = 1; i < n; i++) {
		int64_t a = args[i - 1].integer, b = args[i].integer;

		if (a < b ? !below : a > b ? !above : !same)
			return value_boolean(false);
	}
	return value_boolean(true);
}

#define COMPARISON(name, below, same, above)                                   \
	static struct value name(struct machine *m,                            \
	    const struct sbpl_node *call, const struct value *args,            \
	    uint32_t n)                                                        \
	{                                                                      \
		(void)m;                                                       \
		(void)call;                                                    \
		return compare(args, n, below, same, above);                   \
	}
COMPARISON(run_less, true, false, false)
COMPARISON(run_less_equal, true, true, false)
COMPARISON(run_same, false, true, false)
COMPARISON(run_more_equal, false, true, true)
COMPARISON(run_more, false, false, true)

static struct value
run_plus(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	int64_t sum = 0;

	(void)m;
	(void)call;
	if (!all(args, n, VALUE_INTEGER))
		return value_unknown;
	for (uint32_t i = 0; i < n; i++)
		if (__builtin_add_overflow(sum, args[i].integer, &sum))
			return value_unknown;
	return integer(sum);
}

static struct value
run_minus(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	int64_t left;

	(void)m;
	(void)call;
	if (n == 0 || !all(args, n, VALUE_INTEGER))
		return value_unknown;
	left = n == 1 ? 0 : args[0].integer;
	for (uint32_t i = n > 1; i < n; i++)
		if (__builtin_sub_overflow(left, args[i].integer, &left))
			return value_unknown;
	return integer(left);
}

static struct value
run_string_number(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	char copy[32], *end;
	long long value;

	(void)m;
	(void)call;
	if (n != 1 || args[0].kind != VALUE_STRING || args[0].symbolic ||
	    args[0].text.len == 0 || args[0].text.len >= sizeof(copy))
		return value_unknown;
	memcpy(copy, args[0].text.s, args[0].text.len);
	copy[args[0].text.len] = '\0';
	errno = 0;
	value = strtoll(copy, &end, 10);
	/* What is no integer may be a fraction. */
	if (errno != 0 || *end != '\0')
		return value_unknown;
	return integer(value);
}

static struct value
run_number_string(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	(void)call;
	if (n != 1 || args[0].kind != VALUE_INTEGER)
		return value_unknown;
	return value_string(
	    arena_printf(m->arena, "%" PRId64, args[0].integer), false);
}

static struct value
cons(struct machine *m, struct value head, struct value tail)
{
	struct cell *cell = ARENA_NEW(m->arena, struct cell);

	*cell = (struct cell){head, tail};
	return (struct value){.kind = VALUE_PAIR, .pair = cell};
}

static struct value
run_list(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	struct value list = {.kind = VALUE_NIL};

	(void)call;
	while (n > 0)
		list = cons(m, args[--n], list);
	return list;
}

static struct value
run_cons(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	(void)call;
	return n == 2 ? cons(m, args[0], args[1]) : value_unknown;
}

static struct value
run_car(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	(void)m;
	(void)call;
	return n == 1 && args[0].kind == VALUE_PAIR ? args[0].pair->head
						    : value_unknown;
}

static struct value
run_cdr(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	(void)m;
	(void)call;
	return n == 1 && args[0].kind == VALUE_PAIR ? args[0].pair->tail
						    : value_unknown;
}

/* (map f list), (for-each f list): one list. */
static struct value
run_map(struct machine *m, const struct sbpl_node *call,
    const struct value *args, uint32_t n)
{
	struct VEC(struct value) out = {0};
	struct value rest;

	if (n != 2)
		return value_unknown;
	for (rest = args[1]; rest.kind == VALUE_PAIR && !m->failed;
	     rest = rest.pair->tail) {
		struct value v =
		    sbpl_apply(m, call, args[0], &rest.pair->head, 1);

		if (v.kind == VALUE_UNKNOWN)
			return value_unknown;
		*VEC_PUSH(m->arena, &out) = v;
	}
	if (rest.kind != VALUE_NIL)
		return value_unknown;
	return run_list(m, call, out.v, out.n);
}

const struct builtin *
sbpl_builtin_find(struct text name)
{
	static const struct builtin builtins[] = {
	    {"+", run_plus},
	    {"-", run_minus},
	    {"<", run_less},
	    {"<=", run_less_equal},
	    {"=", run_same},
	    {">", run_more},
	    {">=", run_more_equal},
	    {"allow", run_allow},
	    {"car", run_car},
	    {"cdr", run_cdr},
	    {"cons", run_cons},
	    {"deny", run_deny},
	    {"eq?", run_equal},
	    {"equal?", run_equal},
	    {"eqv?", run_equal},
	    {"for-each", run_map},
	    {"getenv", run_param},
	    {"list", run_list},
	    {"map", run_map},
	    {"not", run_not},
	    {"null?", run_is_null},
	    {"number->string", run_number_string},
	    {"pair?", run_is_pair},
	    {"param", run_param},
	    {"regex-quote", run_regex_quote},
	    {"string->number", run_string_number},
	    {"string-append", run_string_append},
	    {"string-length", run_string_length},
	    {"string=?", run_string_equal},
	    {"string?", run_is_string},
	    {"substring", run_substring},
	};

	for (uint32_t i = 0; i < ARRAY_LEN(builtins); i++)
		if (text_is(name, builtins[i].name))
			return &builtins[i];
	return NULL;
}
