#include <config.h>

#include "compiler/sbpl/sbpl.h"

struct op_row {
	struct text name;
	enum sbpl_op parent;
	enum sbpl_own own;
	unsigned since;
};

static const struct op_row ops[SBPL_OPS] = {
#define SBPL_OP(id, name, parent, own, since)                                  \
	{{(name), sizeof(name) - 1}, SBPL_OP_##parent, SBPL_OWN_##own, (since)},
#include "compiler/sbpl/sbpl_op.def"
#undef SBPL_OP
};

static const char *const op_names[SBPL_OPS] = {
#define SBPL_OP(id, name, parent, own, since) (name),
#include "compiler/sbpl/sbpl_op.def"
#undef SBPL_OP
};

/* Other names of the same operation, in libsandbox's prelude. */
static const struct {
	const char *name;
	enum sbpl_op op;
} other_names[] = {
    {"file-fsctl", SBPL_OP_SYSTEM_FSCTL},
    {"file-unlink", SBPL_OP_FILE_WRITE_UNLINK},
    {"file-write-mount", SBPL_OP_FILE_MOUNT},
    {"file-write-unmount", SBPL_OP_FILE_UNMOUNT},
    {"iokit-open", SBPL_OP_IOKIT_OPEN_ANY},
    {"ipc-posix-sem", SBPL_OP_IPC_POSIX_SEM_ANY},
    {"ipc-posix-shm", SBPL_OP_IPC_POSIX_SHM_ANY},
    {"ipc-posix-shm-read*", SBPL_OP_IPC_POSIX_SHM_READ_DATA},
    {"process-exec", SBPL_OP_PROCESS_EXEC_ANY},
    {"system-misc", SBPL_OP_SYSTEM_ANY},
};

const char *
sbpl_op_name(enum sbpl_op op)
{
	return op < SBPL_OPS ? ops[op].name.s : "";
}

enum sbpl_op
sbpl_op_find(struct text name)
{
	uint32_t low = 0, high = SBPL_OPS;

	while (low < high) {
		uint32_t mid = (low + high) / 2;
		int d = text_compare(name, ops[mid].name);

		if (d == 0)
			return (enum sbpl_op)mid;
		if (d < 0)
			high = mid;
		else
			low = mid + 1;
	}
	for (uint32_t i = 0; i < ARRAY_LEN(other_names); i++)
		if (text_is(name, other_names[i].name))
			return other_names[i].op;
	return SBPL_OP_NONE;
}

bool
sbpl_op_is_gone(struct text name)
{
	return text_is(name, "mach-per-user-lookup") ||
	       text_is(name, "system-chud") || text_is(name, "qtn-download") ||
	       text_is(name, "ipc-posix-shm-read-metadata");
}

enum sbpl_op
sbpl_op_parent(enum sbpl_op op)
{
	return ops[op].parent;
}

enum sbpl_own
sbpl_op_own(enum sbpl_op op)
{
	return ops[op].own;
}

bool
sbpl_op_is_young(struct text name)
{
	enum sbpl_op op = sbpl_op_find(name);

	if (op == SBPL_OP_NONE)
		return !sbpl_op_is_gone(name);
	/* New spellings of what was there before. */
	return ops[op].since > 1012 || text_is(name, "iokit-open*") ||
	       text_is(name, "ipc-posix-shm-read*");
}

unsigned
sbpl_op_since(enum sbpl_op op)
{
	return ops[op].since;
}

bool
sbpl_op_named_under(enum sbpl_op wide, enum sbpl_op op)
{
	struct text w = ops[wide].name, o = ops[op].name;

	if (wide == op || wide == SBPL_OP_DEFAULT)
		return true;
	if (w.s[w.len - 1] != '*' || o.len < w.len)
		return false;
	return memcmp(w.s, o.s, w.len - 1) == 0 && o.s[w.len - 1] == '-';
}

/* How the names of the operations begin that a filter may stand for. */
static const char *const takers[SBPL_FACTS] = {
    [SBPL_FACT_PATH] = "file process-exec network",
    [SBPL_FACT_VNODE_TYPE] = "file network",
    [SBPL_FACT_FILE_MODE] = "file process-exec network",
    [SBPL_FACT_XATTR] = "file",
    [SBPL_FACT_IOCTL] = "file socket-ioctl",
    [SBPL_FACT_FSCTL] = "system-fsctl",
    [SBPL_FACT_LOCAL] = "network",
    [SBPL_FACT_REMOTE] = "network",
    [SBPL_FACT_CONTROL_NAME] = "network",
    [SBPL_FACT_SOCKET_DOMAIN] = "network socket system-socket",
    [SBPL_FACT_SOCKET_TYPE] = "network socket system-socket",
    [SBPL_FACT_SOCKET_PROTOCOL] = "network socket system-socket",
    [SBPL_FACT_GLOBAL_NAME] = "mach",
    [SBPL_FACT_LOCAL_NAME] = "mach",
    [SBPL_FACT_XPC_SERVICE_NAME] = "mach",
    [SBPL_FACT_SIGNAL_NUMBER] = "signal",
    [SBPL_FACT_SYSCTL_NAME] = "sysctl",
    [SBPL_FACT_SYSCALL_NUMBER] = "syscall",
    [SBPL_FACT_PREFERENCE_DOMAIN] = "user-preference managed-preference",
    [SBPL_FACT_IPC_POSIX_NAME] = "ipc-posix",
    [SBPL_FACT_IOKIT_CLASS] = "iokit",
    [SBPL_FACT_IOKIT_CONNECTION] = "iokit",
    [SBPL_FACT_IOKIT_PROPERTY] = "iokit",
    [SBPL_FACT_NVRAM_VARIABLE] = "nvram",
    [SBPL_FACT_INFO_TYPE] = "system-info",
};

bool
sbpl_op_takes(enum sbpl_op op, enum sbpl_fact fact)
{
	const char *begin, *end;
	struct text name;

	if (op >= SBPL_OPS || op == SBPL_OP_DEFAULT || fact >= SBPL_FACTS ||
	    takers[fact] == NULL)
		return true;
	name = ops[op].name;
	if (name.s[name.len - 1] == '*')
		name.len--;
	for (begin = takers[fact]; *begin != '\0'; begin = end) {
		size_t n;

		begin += strspn(begin, " ");
		end = begin + strcspn(begin, " ");
		n = (size_t)(end - begin) < name.len ? (size_t)(end - begin)
						     : name.len;
		/* process* has process-exec below it, whose filters it takes.
		 */
		if ((n == (size_t)(end - begin) ||
			ops[op].name.len > name.len) &&
		    memcmp(begin, name.s, n) == 0)
			return true;
	}
	return false;
}

const char *
sbpl_op_nearest(struct text name)
{
	return diag_nearest(name, op_names, SBPL_OPS);
}

/* sandbox_init(3) sees the path of the vnode, which is never a link. */
const struct sbpl_alias sbpl_aliases[] = {
    {"/etc", "/private/etc"},
    {"/home", "/System/Volumes/Data/home"},
    {"/tmp", "/private/tmp"},
    {"/var", "/private/var"},
};
const uint32_t sbpl_alias_n = ARRAY_LEN(sbpl_aliases);
