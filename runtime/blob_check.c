#include <config.h>

#include <string.h>

#include "runtime/blob.h"
#include "runtime/blob_check.h"

/*
 * What is in the enforcing sections.  Every function returns NULL, or one
 * sentence.  Keys of sorted records are packed into one integer each; since
 * offsets order as strings do, no string is compared but in STRS itself.
 */

static bool
subset(uint64_t part, uint64_t whole)
{
	return (part & ~whole) == 0;
}

/* '/' before any other byte; the terminator before that. */
static unsigned
rank(uint8_t c)
{
	return c == '\0' ? 0 : c == '/' ? 1 : c + 2U;
}

/* The lowest bit that is set belongs to the first of eight bytes that is 0. */
static uint64_t
zeros(uint64_t eight)
{
	return (eight - 0x0101010101010101u) & ~eight & 0x8080808080808080u;
}

/*
 * How many bytes from `p` on are not 0, and the same as those from `q` on if
 * there is one.  There is a 0 before `end`, and `q` lies before `p`.
 */
static size_t
run(const uint8_t *p, const uint8_t *q, const uint8_t *end)
{
	const uint8_t *begin = p;
	uint64_t stop;

	for (; end - p >= 8; p += 8) {
		stop = zeros(blob_u64(p));
		if (q != NULL)
			stop |= blob_u64(p) ^ blob_u64(q + (p - begin));
		if (stop != 0)
			return (size_t)(p - begin) +
			       (size_t)__builtin_ctzll(stop) / 8;
	}
	while (*p != '\0' && (q == NULL || *p == q[p - begin]))
		p++;
	return (size_t)(p - begin);
}

/* Eight bytes at a time: memchr() and its like pay on long strings only. */
const char *
blob_check_strings(struct blob_section s, uint32_t *ret_count)
{
	const uint8_t *end = s.p + s.len;
	const uint8_t *previous = NULL;
	uint32_t count = 0;

	if (s.len > 0 && end[-1] != '\0')
		return "the last string is not terminated";
	for (const uint8_t *p = s.p; p < end; count++) {
		const uint8_t *begin = p;

		if (previous != NULL) {
			size_t same = run(p, previous, end);

			p += same;
			if (rank(previous[same]) >= rank(*p))
				return "the strings are not sorted and unique";
		}
		p += run(p, NULL, end);
		if (p - begin > BLOB_PATH_MAX)
			return "a string is longer than 4095 bytes";
		previous = begin;
		p++;
	}
	*ret_count = count;
	return NULL;
}

/* Bytes of text that is shown and compared, never expanded. */
static const char *
check_text(const uint8_t *p)
{
	for (; *p != '\0'; p++)
		if (*p < 0x20 || *p == 0x7f)
			return "a string has a control byte";
	return NULL;
}

/* What ends a component, stands for something, or must not be there. */
static const bool is_special[256] = {
    ['/'] = true,
    [0x7f] = true,
#define FOUR(n) [n] = true, [(n) + 1] = true, [(n) + 2] = true, [(n) + 3] = true
    FOUR(0x00),
    FOUR(0x04),
    FOUR(0x08),
    FOUR(0x0c),
    FOUR(0x10),
    FOUR(0x14),
    FOUR(0x18),
    FOUR(0x1c),
#undef FOUR
};

static const char *
check_suffix(struct blob *b, const uint8_t *p)
{
	uint32_t total = 0, component = 0;

	if (*p == '\0')
		return NULL;
	for (;; p++) {
		const uint8_t *begin = p;

		while (!is_special[*p])
			p++;
		component += (uint32_t)(p - begin);
		if (*p == '/' || *p == '\0') {
			if (component == 0)
				return "a path has an empty component";
			if (p[-1] == '.' &&
			    (component == 1 ||
				(component == 2 && p[-2] == '.')))
				return "a path has a . or .. component";
			if (component > BLOB_COMPONENT_MAX)
				return "a path has a component longer than 255 "
				       "bytes";
			if (*p == '\0')
				break;
			total += component + 1;
			component = 0;
		} else if (*p == BLOB_UID_BYTE) {
			b->names_uid = true;
			component += 10;
		} else {
			return "a path has a control byte";
		}
	}
	if (total + component > BLOB_PATH_MAX)
		return "a path is longer than 4095 bytes";
	return NULL;
}

static const char *
check_targ(const struct blob *b)
{
	if (b->targ.len != BLOB_TARG_SIZE)
		return "the TARG section has the wrong size";
	if (blob_u32(b->targ.p + BLOB_T_ZERO) != 0)
		return "a field of TARG that must be zero is not";
	if (blob_u32(b->targ.p + BLOB_T_NETWORK) > BLOB_NET_PORTS)
		return "the network mode is not known";

	struct blob_target t = blob_target(b);

	if (t.platform != 1)
		return "the policy is for another platform than Linux";
	if (t.abi_min < 1 || t.abi_min > BLOB_ABI_NEWEST)
		return "the Landlock ABI that the policy needs is not known";
	if (!subset(t.fs_handled, BLOB_FS_ALL) ||
	    !subset(t.net_handled, BLOB_NET_ALL) ||
	    !subset(t.scoped, BLOB_SCOPE_ALL))
		return "the policy handles a right that is not known";
	if (!subset(t.fs_required, t.fs_handled) ||
	    !subset(t.net_required, t.net_handled) ||
	    !subset(t.scoped_required, t.scoped))
		return "the policy requires a right that it does not handle";
	if (!subset(t.fs_required, blob_fs_rights(t.abi_min)) ||
	    !subset(t.net_required, blob_net_rights(t.abi_min)) ||
	    !subset(t.scoped_required, blob_scopes(t.abi_min)))
		return "the policy requires a right that its lowest Landlock "
		       "ABI does not have";
	if (!subset(t.flags, BLOB_F_ALL))
		return "the policy has flags that are not known";
	if ((t.flags & BLOB_F_UNIX_PATHNAME) != 0 &&
	    (t.fs_required & BLOB_FS_RESOLVE_UNIX) == 0)
		return "pathname sockets are mediated but resolve_unix is not "
		       "required";
	if ((t.flags & BLOB_F_PROXY_INSECURE) != 0 &&
	    t.network != BLOB_NET_PROXY)
		return "the proxy may be insecure but there is no proxy";
	if (t.network == BLOB_NET_OPEN && t.net_handled != 0)
		return "the network is open but network rights are handled";
	return NULL;
}

static const char *
check_path(struct blob *b, const struct blob_target *t, uint32_t *roots)
{
	const uint8_t *r = b->path.p;
	uint64_t previous = 0;
	uint32_t checked = BLOB_NO_STRING;

	b->npaths = b->path.len / BLOB_PATH_SIZE;
	if (b->path.len % BLOB_PATH_SIZE != 0)
		return "the PATH section has the wrong size";
	if (b->npaths > BLOB_RULES_MAX)
		return "there are more than 65535 path rules";
	for (uint32_t i = 0; i < b->npaths; i++, r += BLOB_PATH_SIZE) {
		uint32_t suffix = blob_u32(r + BLOB_P_SUFFIX);
		uint8_t root = r[BLOB_P_ROOT], kind = r[BLOB_P_KIND];
		uint8_t missing = r[BLOB_P_MISSING], flags = r[BLOB_P_FLAGS];
		uint64_t rights = blob_u64(r + BLOB_P_RIGHTS);
		uint64_t key = (uint64_t)root << 56 | (uint64_t)suffix << 24 |
			       (uint64_t)kind << 16 | (uint64_t)missing << 8 |
			       flags;
		const char *why;

		if (i > 0 && key <= previous)
			return "the path rules are not sorted and unique";
		previous = key;
		if (root >= BLOB_ROOTS)
			return "a path has a root that is not known";
		*roots |= 1U << root;
		if (kind > BLOB_KIND_FILE || missing > BLOB_MISSING_PARENT ||
		    !subset(flags, BLOB_PATH_FLAGS))
			return "a path rule has a kind or flag that is not "
			       "known";
		if (rights == 0)
			return "a path rule grants nothing";
		if (!subset(rights, t->fs_handled))
			return "a path rule grants a right that the policy "
			       "does not handle";
		if (kind == BLOB_KIND_FILE && !subset(rights, BLOB_FS_FILE))
			return "a rule for a file grants a right that only "
			       "directories have";
		if (!blob_is_string(b->strs, suffix))
			return "a path is not one of the strings";
		if (missing == BLOB_MISSING_PARENT && b->strs.p[suffix] == '\0')
			return "a rule would grant the parent of a root";
		if (suffix != checked &&
		    (why = check_suffix(b, b->strs.p + suffix)) != NULL)
			return why;
		checked = suffix;
	}
	return NULL;
}

static const char *
check_deny(struct blob *b, uint32_t *roots)
{
	const uint8_t *r = b->deny.p;
	uint64_t previous = 0;

	b->ndenies = b->deny.len / BLOB_DENY_SIZE;
	if (b->deny.len % BLOB_DENY_SIZE != 0)
		return "the DENY section has the wrong size";
	if (b->ndenies > BLOB_RULES_MAX)
		return "there are more than 65535 denied paths";
	for (uint32_t i = 0; i < b->ndenies; i++, r += BLOB_DENY_SIZE) {
		uint32_t suffix = blob_u32(r + BLOB_D_SUFFIX);
		uint8_t root = r[BLOB_D_ROOT], access = r[BLOB_D_ACCESS];
		uint8_t flags = r[BLOB_D_FLAGS];
		uint64_t key =
		    (uint64_t)root << 40 | (uint64_t)suffix << 8 | flags;
		const char *why;

		if (i > 0 && key <= previous)
			return "the denied paths are not sorted and unique";
		previous = key;
		if (root >= BLOB_ROOTS)
			return "a denied path has a root that is not known";
		*roots |= 1U << root;
		if (access == 0 ||
		    !subset(access, BLOB_DENY_READ | BLOB_DENY_WRITE) ||
		    !subset(flags, BLOB_DENY_PROTECTED) || r[BLOB_D_ZERO] != 0)
			return "a denied path has an access or flag that is "
			       "not known";
		if (!blob_is_string(b->strs, suffix))
			return "a denied path is not one of the strings";
		if ((why = check_suffix(b, b->strs.p + suffix)) != NULL)
			return why;
	}
	return NULL;
}

static const char *
check_port(struct blob *b, const struct blob_target *t)
{
	const uint8_t *r = b->port.p;
	uint32_t previous = 0;

	b->nports = b->port.len / BLOB_PORT_SIZE;
	if (b->port.len % BLOB_PORT_SIZE != 0)
		return "the PORT section has the wrong size";
	for (uint32_t i = 0; i < b->nports; i++, r += BLOB_PORT_SIZE) {
		uint32_t port = blob_u32(r + BLOB_N_PORT);
		uint64_t rights = blob_u64(r + BLOB_N_RIGHTS);

		if (i > 0 && port <= previous)
			return "the port rules are not sorted and unique";
		previous = port;
		if (port > 65535 || blob_u32(r + BLOB_N_ZERO) != 0)
			return "a port is above 65535";
		if (rights == 0 || !subset(rights, t->net_handled))
			return "a port rule grants nothing, or a right that "
			       "the policy does not handle";
	}
	return NULL;
}

static const char *
check_secc(struct blob *b)
{
	uint32_t at = 0, previous = 0;

	for (; at < b->secc.len; b->nprograms++) {
		const uint8_t *p = b->secc.p + at;
		uint32_t left = b->secc.len - at;

		if (left < BLOB_SECC_HEADER)
			return "a seccomp program is cut short";

		uint32_t arch = blob_u32(p + BLOB_A_ARCH);
		uint32_t n = blob_u32(p + BLOB_A_COUNT);

		if (blob_arch_name(arch) == NULL)
			return "a seccomp program is for an architecture that "
			       "is not known";
		if (b->nprograms > 0 && arch <= previous)
			return "the seccomp programs are not sorted and unique";
		previous = arch;
		if (n == 0 || n > BLOB_SECC_MAX)
			return "a seccomp program is empty or longer than 4096 "
			       "instructions";
		if (n > (left - BLOB_SECC_HEADER) / BLOB_INSN_SIZE)
			return "a seccomp program is cut short";
		at += BLOB_SECC_HEADER + n * BLOB_INSN_SIZE;
	}
	return NULL;
}

static const char *
check_env_name(const uint8_t *p, uint32_t kind)
{
	const char *why = check_text(p);

	if (why != NULL)
		return why;
	if (*p == '\0')
		return "a variable has an empty name";
	for (; *p != '\0'; p++)
		if (*p == '=' ||
		    (kind != BLOB_ENV_SET && *p == '*' && p[1] != '\0'))
			return "the name of a variable has a = or an inner *";
	return NULL;
}

static const char *
check_env_value(const uint8_t *p, uint32_t *roots)
{
	for (; *p != '\0'; p++) {
		if (*p > BLOB_ROOT_BYTE && *p < BLOB_ROOT_BYTE + BLOB_ROOTS)
			*roots |= 1U << (*p - BLOB_ROOT_BYTE);
		else if ((*p < 0x20 && *p != BLOB_UID_BYTE) || *p == 0x7f)
			return "the value of a variable has a control byte";
	}
	return NULL;
}

static const char *
check_envf(struct blob *b, const struct blob_target *t, uint32_t *roots)
{
	const uint8_t *r = b->envf.p;
	uint64_t previous = 0;

	b->nenvs = b->envf.len / BLOB_ENV_SIZE;
	if (b->envf.len % BLOB_ENV_SIZE != 0)
		return "the ENVF section has the wrong size";
	for (uint32_t i = 0; i < b->nenvs; i++, r += BLOB_ENV_SIZE) {
		uint32_t name = blob_u32(r + BLOB_V_NAME);
		uint32_t value = blob_u32(r + BLOB_V_VALUE);
		uint32_t kind = blob_u32(r + BLOB_V_KIND);
		uint64_t key = (uint64_t)kind << 32 | name;
		const char *why;

		if (i > 0 && key <= previous)
			return "the variables are not sorted and unique";
		previous = key;
		if (kind > BLOB_ENV_SET || blob_u32(r + BLOB_V_ZERO) != 0)
			return "a variable has a kind that is not known";
		if (kind == BLOB_ENV_ALLOW &&
		    (t->flags & BLOB_F_ENV_ALLOW) == 0)
			return "a variable is allowed but there is no list of "
			       "allowed ones";
		if (!blob_is_string(b->strs, name))
			return "the name of a variable is not one of the "
			       "strings";
		if ((why = check_env_name(b->strs.p + name, kind)) != NULL)
			return why;
		if (kind != BLOB_ENV_SET && value != BLOB_NO_STRING)
			return "a variable has a value but is not set";
		if (kind == BLOB_ENV_SET && !blob_is_string(b->strs, value))
			return "the value of a variable is not one of the "
			       "strings";
		if (kind == BLOB_ENV_SET &&
		    (why = check_env_value(b->strs.p + value, roots)) != NULL)
			return why;
	}
	return NULL;
}

static const char *
check_base_name(const uint8_t *p)
{
	const char *why = check_text(p);

	if (why != NULL)
		return why;
	for (const uint8_t *c = p; *c != '\0'; c++)
		if (*c == '/')
			return "the name of a command has a slash";
	if (*p == '\0')
		return "a command has an empty name";
	return NULL;
}

static const char *
check_cmds(struct blob *b)
{
	uint32_t previous = 0;

	b->ncmds = b->cmds.len / BLOB_CMD_SIZE;
	if (b->cmds.len % BLOB_CMD_SIZE != 0)
		return "the CMDS section has the wrong size";
	for (uint32_t i = 0; i < b->ncmds; i++) {
		uint32_t name = blob_u32(b->cmds.p + i * BLOB_CMD_SIZE);
		const char *why;

		if (i > 0 && name <= previous)
			return "the commands are not sorted and unique";
		previous = name;
		if (!blob_is_string(b->strs, name))
			return "a command is not one of the strings";
		if ((why = check_base_name(b->strs.p + name)) != NULL)
			return why;
	}
	return NULL;
}

static void
mark_strings(const struct blob *b, struct blob_marks *m)
{
	for (uint32_t i = 0; i < b->path.len; i += BLOB_PATH_SIZE)
		blob_mark(m, blob_u32(b->path.p + i + BLOB_P_SUFFIX));
	for (uint32_t i = 0; i < b->deny.len; i += BLOB_DENY_SIZE)
		blob_mark(m, blob_u32(b->deny.p + i + BLOB_D_SUFFIX));
	for (uint32_t i = 0; i < b->envf.len; i += BLOB_ENV_SIZE) {
		blob_mark(m, blob_u32(b->envf.p + i + BLOB_V_NAME));
		if (blob_u32(b->envf.p + i + BLOB_V_KIND) == BLOB_ENV_SET)
			blob_mark(m, blob_u32(b->envf.p + i + BLOB_V_VALUE));
	}
	for (uint32_t i = 0; i < b->cmds.len; i += BLOB_CMD_SIZE)
		blob_mark(m, blob_u32(b->cmds.p + i));
}

static uint32_t
count_used(const struct blob *b, uint8_t *bits)
{
	struct blob_marks m = {.bits = bits};

	for (uint32_t at = 0; at < b->strs.len; at += BLOB_WINDOW) {
		blob_marks_window(&m, at, b->strs.len);
		mark_strings(b, &m);
	}
	return m.count;
}

/* By itself, so that only large policies need the stack for it. */
__attribute__((noinline)) static uint32_t
count_used_large(const struct blob *b)
{
	uint8_t bits[BLOB_WINDOW / 8];

	return count_used(b, bits);
}

/* All offsets are known to be strings: as many different ones as strings? */
static const char *
check_all_used(const struct blob *b, uint32_t strings)
{
	uint8_t bits[1024];
	const uint32_t n = b->strs.len <= sizeof(bits) * 8
			       ? count_used(b, bits)
			       : count_used_large(b);

	return n == strings ? NULL : "a string is not used by any rule";
}

static const char *
check_name(const struct blob *b)
{
	const uint8_t *p = b->name.p, *end = p + b->name.len;
	const char *why;

	for (int i = 0; i < 2; i++) {
		const uint8_t *nul = memchr(p, '\0', (size_t)(end - p));

		if (nul == NULL || nul - p > BLOB_PATH_MAX)
			return "the NAME section is malformed";
		if ((why = check_text(p)) != NULL)
			return why;
		p = nul + 1;
	}
	if (p != end || b->name.len == 2)
		return "the NAME section is malformed";
	return NULL;
}

const char *
blob_check_contents(struct blob *b)
{
	uint32_t strings = 0, roots = 0;
	struct blob_target t;
	const char *why = check_targ(b);

	if (why != NULL)
		return why;
	t = blob_target(b);
	if ((why = blob_check_strings(b->strs, &strings)) != NULL ||
	    (why = check_path(b, &t, &roots)) != NULL ||
	    (why = check_deny(b, &roots)) != NULL ||
	    (why = check_port(b, &t)) != NULL ||
	    (why = check_secc(b)) != NULL ||
	    (why = check_envf(b, &t, &roots)) != NULL ||
	    (why = check_cmds(b)) != NULL ||
	    (why = check_all_used(b, strings)) != NULL)
		return why;
	if (t.roots != roots)
		return "the roots named are not those that the rules use";
	return b->name.p == NULL ? NULL : check_name(b);
}
