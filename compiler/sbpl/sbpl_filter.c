#include <config.h>

#include "compiler/sbpl/sbpl_value.h"

#include <stdlib.h>

/* What (literal "x"), (global-name-prefix "x"), (remote tcp "*:80") make. */

enum takes {
	TAKES_TEXT,	/* and has -prefix, -regex, -subpath */
	TAKES_CONSTANT, /* TTY, AF_UNIX, self, or a number */
	TAKES_BITS,
	TAKES_END,
	TAKES_PARTS,
	TAKES_NOTHING,
};

struct maker {
	const char *name;
	enum sbpl_fact fact;
	enum sbpl_filter_kind kind;
	enum takes takes;
};

static const struct maker makers[] = {
    {"appleevent-destination", SBPL_FACT_APPLEEVENT, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"control-name", SBPL_FACT_CONTROL_NAME, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"extension", SBPL_FACT_EXTENSION, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"extension-class", SBPL_FACT_EXTENSION_CLASS, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"file-mode", SBPL_FACT_FILE_MODE, SBPL_FILTER_BITS, TAKES_BITS},
    {"from", SBPL_FACT_LOCAL, SBPL_FILTER_END, TAKES_END},
    {"fsctl-command", SBPL_FACT_FSCTL, SBPL_FILTER_LITERAL, TAKES_CONSTANT},
    {"global-name", SBPL_FACT_GLOBAL_NAME, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"info-type", SBPL_FACT_INFO_TYPE, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"ioctl-command", SBPL_FACT_IOCTL, SBPL_FILTER_LITERAL, TAKES_CONSTANT},
    {"iokit-connection", SBPL_FACT_IOKIT_CONNECTION, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"iokit-property", SBPL_FACT_IOKIT_PROPERTY, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"iokit-registry-entry-class", SBPL_FACT_IOKIT_CLASS, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"iokit-user-client-class", SBPL_FACT_IOKIT_CLASS, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"ipc-posix-name", SBPL_FACT_IPC_POSIX_NAME, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"literal", SBPL_FACT_PATH, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"local", SBPL_FACT_LOCAL, SBPL_FILTER_END, TAKES_END},
    {"local-name", SBPL_FACT_LOCAL_NAME, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"mac-policy-name", SBPL_FACT_MAC_POLICY_NAME, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"mac-syscall-number", SBPL_FACT_MAC_SYSCALL, SBPL_FILTER_LITERAL,
	TAKES_CONSTANT},
    {"notification-name", SBPL_FACT_NOTIFICATION_NAME, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"nvram-variable", SBPL_FACT_NVRAM_VARIABLE, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"path", SBPL_FACT_PATH, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"path-ancestors", SBPL_FACT_PATH, SBPL_FILTER_ANCESTOR, TAKES_TEXT},
    {"path-literal", SBPL_FACT_PATH, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"preference-domain", SBPL_FACT_PREFERENCE_DOMAIN, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"prefix", SBPL_FACT_PATH, SBPL_FILTER_PREFIX, TAKES_TEXT},
    {"process-path", SBPL_FACT_PROCESS_PATH, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"process-subpath", SBPL_FACT_PROCESS_PATH, SBPL_FILTER_SUBPATH,
	TAKES_TEXT},
    {"regex", SBPL_FACT_PATH, SBPL_FILTER_REGEX, TAKES_TEXT},
    {"remote", SBPL_FACT_REMOTE, SBPL_FILTER_END, TAKES_END},
    {"require-all", SBPL_FACTS, SBPL_FILTER_ALL, TAKES_PARTS},
    {"require-any", SBPL_FACTS, SBPL_FILTER_ANY, TAKES_PARTS},
    {"require-entitlement", SBPL_FACT_ENTITLEMENT, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"require-not", SBPL_FACTS, SBPL_FILTER_NOT, TAKES_PARTS},
    {"right-name", SBPL_FACT_RIGHT_NAME, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"signal-number", SBPL_FACT_SIGNAL_NUMBER, SBPL_FILTER_LITERAL,
	TAKES_CONSTANT},
    {"signing-identifier", SBPL_FACT_SIGNING_ID, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
    {"socket-domain", SBPL_FACT_SOCKET_DOMAIN, SBPL_FILTER_LITERAL,
	TAKES_CONSTANT},
    {"socket-protocol", SBPL_FACT_SOCKET_PROTOCOL, SBPL_FILTER_LITERAL,
	TAKES_CONSTANT},
    {"socket-type", SBPL_FACT_SOCKET_TYPE, SBPL_FILTER_LITERAL, TAKES_CONSTANT},
    {"subpath", SBPL_FACT_PATH, SBPL_FILTER_SUBPATH, TAKES_TEXT},
    {"syscall-number", SBPL_FACT_SYSCALL_NUMBER, SBPL_FILTER_LITERAL,
	TAKES_CONSTANT},
    {"sysctl-name", SBPL_FACT_SYSCTL_NAME, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"target", SBPL_FACT_TARGET, SBPL_FILTER_LITERAL, TAKES_CONSTANT},
    {"to", SBPL_FACT_REMOTE, SBPL_FILTER_END, TAKES_END},
    {"tty", SBPL_FACT_VNODE_TYPE, SBPL_FILTER_LITERAL, TAKES_NOTHING},
    {"vnode-type", SBPL_FACT_VNODE_TYPE, SBPL_FILTER_LITERAL, TAKES_CONSTANT},
    {"xattr", SBPL_FACT_XATTR, SBPL_FILTER_LITERAL, TAKES_TEXT},
    {"xpc-service-name", SBPL_FACT_XPC_SERVICE_NAME, SBPL_FILTER_LITERAL,
	TAKES_TEXT},
};

static bool
exactly(struct text name, struct maker *ret_maker)
{
	for (uint32_t i = 0; i < ARRAY_LEN(makers); i++)
		if (text_is(name, makers[i].name)) {
			*ret_maker = makers[i];
			return true;
		}
	return false;
}

/* Also NAME-prefix, NAME-regex and NAME-subpath. */
static bool
find(struct text name, struct maker *ret_maker)
{
	static const struct {
		struct text suffix;
		enum sbpl_filter_kind kind;
	} families[] = {
	    {{"-prefix", 7}, SBPL_FILTER_PREFIX},
	    {{"-regex", 6}, SBPL_FILTER_REGEX},
	    {{"-subpath", 8}, SBPL_FILTER_SUBPATH},
	};

	if (exactly(name, ret_maker))
		return true;
	for (uint32_t i = 0; i < ARRAY_LEN(families); i++) {
		struct text suffix = families[i].suffix;
		struct text stem = {name.s, name.len - suffix.len};

		if (name.len <= suffix.len ||
		    memcmp(name.s + stem.len, suffix.s, suffix.len) != 0 ||
		    !exactly(stem, ret_maker) ||
		    ret_maker->takes != TAKES_TEXT ||
		    ret_maker->kind != SBPL_FILTER_LITERAL)
			continue;
		ret_maker->kind = families[i].kind;
		return true;
	}
	return false;
}

bool
sbpl_maker_find(struct text name)
{
	struct maker maker;

	return find(name, &maker);
}

const char *
sbpl_maker_nearest(struct text name)
{
	const char *names[ARRAY_LEN(makers)];

	for (uint32_t i = 0; i < ARRAY_LEN(makers); i++)
		names[i] = makers[i].name;
	return diag_nearest(name, names, ARRAY_LEN(names));
}

static struct sbpl_filter *
new_filter(struct machine *m, struct span at, enum sbpl_filter_kind kind,
    enum sbpl_fact fact)
{
	struct sbpl_filter *f = ARENA_NEW(m->arena, struct sbpl_filter);

	f->kind = kind;
	f->fact = fact;
	f->at = at;
	f->weight = 1;
	return f;
}

const struct sbpl_filter *
sbpl_filter_unknown(struct machine *m, struct span at, struct text what)
{
	struct sbpl_filter *f =
	    new_filter(m, at, SBPL_FILTER_UNKNOWN, SBPL_FACTS);

	f->text = what;
	return f;
}

/* A filter that a variable holds can be taken apart very often: no more. */
enum { FILTER_DEPTH_MAX = 64, FILTER_WEIGHT_MAX = 1 << 20 };

const struct sbpl_filter *
sbpl_filter_join(struct machine *m, struct span at, enum sbpl_filter_kind kind,
    const struct sbpl_filter *const *parts, uint32_t n)
{
	struct sbpl_filter *f = new_filter(m, at, kind, SBPL_FACTS);
	const struct sbpl_filter **copy =
	    ARENA_ARRAY(m->arena, n, const struct sbpl_filter *);
	uint64_t weight = 1;

	for (uint32_t i = 0; i < n; i++) {
		copy[i] = parts[i];
		weight += parts[i]->weight;
		if (parts[i]->depth >= f->depth)
			f->depth = parts[i]->depth + 1;
	}
	f->parts = copy;
	f->n = n;
	f->weight = (uint32_t)weight;
	if (f->depth <= FILTER_DEPTH_MAX && weight <= FILTER_WEIGHT_MAX)
		return f;
	sbpl_stop(m, at);
	return sbpl_filter_unknown(m, at, TEXT("filter"));
}

/* "*:80", "localhost:*": any other host or port rejects the whole profile. */
static bool
host_port(struct machine *m, struct span at, struct text t)
{
	const char *colon = memchr(t.s, ':', t.len);
	struct text host = {t.s, colon == NULL ? 0 : (uint32_t)(colon - t.s)};
	struct text port = {0};
	struct diag *diag;
	unsigned long n = 0;

	if (colon == NULL ||
	    (!text_is(host, "*") && !text_is(host, "localhost"))) {
		diag = sbpl_reject(m, at,
		    "macOS knows the hosts * and "
		    "localhost only, not \"%.*s\"",
		    (int)t.len, t.s);
		diag_help(m->diags, diag,
		    "write \"localhost:80\" or \"*:80\"; "
		    "other hosts need a proxy");
		return false;
	}
	port = (struct text){colon + 1, t.len - host.len - 1};
	for (uint32_t i = 0; i < port.len && n < 100000; i++)
		n = port.s[i] >= '0' && port.s[i] <= '9'
			? n * 10 + (unsigned long)(port.s[i] - '0')
			: 100000;
	if (!text_is(port, "*") && (n == 0 || n > 65535)) {
		diag = sbpl_reject(
		    m, at, "\"%.*s\" is no port", (int)port.len, port.s);
		diag_help(m->diags, diag, "a port is 1 to 65535 or *");
		return false;
	}
	return true;
}

/* (remote tcp "*:80"), (local ip), (remote unix-socket (literal "x")) */
static struct value
end_of(struct machine *m, const struct sbpl_node *call, enum sbpl_fact fact,
    const struct value *args, uint32_t n)
{
	static const char *const protocols[] = {
	    "ip", "ip4", "ip6", "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6"};
	struct text protocol = n > 0 && args[0].kind == VALUE_SYMBOL
				   ? args[0].text
				   : (struct text){"", 0};
	struct text where = TEXT("*:*");
	struct sbpl_filter *f;
	uint32_t i = 0;

	if (text_is(protocol, "unix-socket") || text_is(protocol, "unix")) {
		if (n == 2 && args[1].kind == VALUE_FILTER)
			return args[1];
		return (struct value){.kind = VALUE_FILTER,
		    .filter = sbpl_filter_unknown(m, call->at, protocol)};
	}
	while (i < ARRAY_LEN(protocols) && !text_is(protocol, protocols[i]))
		i++;
	if (i == ARRAY_LEN(protocols) || n > 2 ||
	    (n == 2 && args[1].kind != VALUE_STRING))
		return (struct value){.kind = VALUE_FILTER,
		    .filter =
			sbpl_filter_unknown(m, call->at, call->first->text)};
	if (n == 2)
		where = args[1].text;
	if (n == 2 && !args[1].symbolic && !host_port(m, call->at, where))
		return value_unknown;
	f = new_filter(m, call->at,
	    n == 2 && args[1].symbolic ? SBPL_FILTER_UNKNOWN : SBPL_FILTER_END,
	    fact);
	f->text = arena_printf(m->arena, "%.*s \"%.*s\"", (int)protocol.len,
	    protocol.s, (int)where.len, where.s);
	return (struct value){.kind = VALUE_FILTER, .filter = f};
}

static struct value
require(struct machine *m, const struct sbpl_node *call,
    enum sbpl_filter_kind kind, const struct value *args, uint32_t n)
{
	const struct sbpl_filter **parts =
	    ARENA_ARRAY(m->arena, n + 1, const struct sbpl_filter *);

	for (uint32_t i = 0; i < n; i++)
		parts[i] =
		    args[i].kind == VALUE_FILTER
			? args[i].filter
			: sbpl_filter_unknown(m, call->at, call->first->text);
	if (kind == SBPL_FILTER_NOT && n != 1) {
		(void)sbpl_reject(
		    m, call->at, "require-not takes exactly one filter");
		return value_unknown;
	}
	return (struct value){.kind = VALUE_FILTER,
	    .filter = sbpl_filter_join(m, call->at, kind, parts, n)};
}

static const struct sbpl_filter *
one(struct machine *m, const struct sbpl_node *call, struct span at,
    const struct maker *maker, struct value arg)
{
	struct sbpl_filter *f = new_filter(m, at, maker->kind, maker->fact);
	struct diag *diag;

	if (maker->takes == TAKES_CONSTANT && arg.kind == VALUE_SYMBOL) {
		f->text = arg.text;
		f->bare = true;
	} else if (maker->takes == TAKES_CONSTANT &&
		   arg.kind == VALUE_INTEGER) {
		f->kind = SBPL_FILTER_NUMBER;
		f->number = arg.integer;
	} else if (maker->takes == TAKES_BITS && arg.kind == VALUE_INTEGER) {
		f->number = arg.integer;
	} else if (maker->takes != TAKES_BITS && arg.kind == VALUE_STRING) {
		f->text = arg.text;
		if (f->kind == SBPL_FILTER_REGEX)
			f->id = m->policy->regexes++;
	} else if (maker->takes == TAKES_TEXT &&
		   (arg.kind == VALUE_BOOLEAN || arg.kind == VALUE_INTEGER)) {
		diag = sbpl_reject(m, f->at,
		    "this filter takes a string, not "
		    "%s",
		    arg.kind == VALUE_INTEGER ? "a number"
		    : arg.truth		      ? "#t"
				: "#f, which is a parameter that is not given");
		if (arg.kind == VALUE_BOOLEAN && !arg.truth)
			diag_help(m->diags, diag, "give it with -D NAME=VALUE");
	} else {
		f->kind = SBPL_FILTER_UNKNOWN;
		f->text =
		    call->kind == SBPL_LIST && call->first->kind == SBPL_SYMBOL
			? call->first->text
			: TEXT("filter");
	}
	return f;
}

struct value
sbpl_filter_make(struct machine *m, const struct sbpl_node *call,
    struct text name, const struct value *args, uint32_t n)
{
	const struct sbpl_filter **parts;
	const struct sbpl_node *node;
	struct maker maker;

	if (!find(name, &maker))
		return value_unknown;
	switch (maker.takes) {
	case TAKES_END:
		return end_of(m, call, maker.fact, args, n);
	case TAKES_PARTS:
		return require(m, call, maker.kind, args, n);
	case TAKES_NOTHING: {
		struct sbpl_filter *f =
		    new_filter(m, call->at, maker.kind, maker.fact);

		f->text = TEXT("TTY");
		f->bare = true;
		return (struct value){.kind = VALUE_FILTER, .filter = f};
	}
	case TAKES_TEXT:
	case TAKES_CONSTANT:
	case TAKES_BITS:
		break;
	}
	if (n == 0)
		return (struct value){.kind = VALUE_FILTER,
		    .filter = sbpl_filter_unknown(m, call->at, name)};
	/* An entitlement's second argument is its value. */
	if (maker.fact == SBPL_FACT_ENTITLEMENT && n > 1)
		return (struct value){.kind = VALUE_FILTER,
		    .filter = sbpl_filter_unknown(m, call->at, name)};
	parts = ARENA_ARRAY(m->arena, n, const struct sbpl_filter *);
	/* Of a call by map the arguments stand elsewhere. */
	node = call->kind == SBPL_LIST && call->first != NULL
		   ? call->first->next
		   : NULL;
	for (uint32_t i = 0; i < n && !m->failed; i++) {
		parts[i] = one(m, call, node == NULL ? call->at : node->at,
		    &maker, args[i]);
		node = node == NULL ? NULL : node->next;
	}
	if (m->failed)
		return value_unknown;
	return (struct value){.kind = VALUE_FILTER,
	    .filter = n == 1 ? parts[0]
			     : sbpl_filter_join(
				   m, call->at, SBPL_FILTER_ANY, parts, n)};
}
