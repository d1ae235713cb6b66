#include <config.h>

#include <string.h>

#include "compiler/blob/dump_words.h"

const char *const dump_roots[BLOB_ROOTS] = {
    [BLOB_ROOT_SLASH] = "",
    [BLOB_ROOT_HOME] = "HOME",
    [BLOB_ROOT_CWD] = "CWD",
    [BLOB_ROOT_TMPDIR] = "TMPDIR",
    [BLOB_ROOT_XDG_CONFIG] = "XDG_CONFIG_HOME",
    [BLOB_ROOT_XDG_DATA] = "XDG_DATA_HOME",
    [BLOB_ROOT_XDG_STATE] = "XDG_STATE_HOME",
    [BLOB_ROOT_XDG_CACHE] = "XDG_CACHE_HOME",
    [BLOB_ROOT_XDG_RUNTIME] = "XDG_RUNTIME_DIR",
};

const char *const dump_kinds[] = {"any", "dir", "file"};
const char *const dump_networks[] = {"open", "block", "proxy", "ports"};
const char *const dump_source_kinds[] = {"profile", "group"};
const char *const dump_env_kinds[] = {"env-allow", "env-deny", "env-set"};
const char *const dump_settings[BLOB_SETTINGS] = {
    "network", "signal", "abstract_unix", "pathname-sockets", "insecure-proxy"};
const char *const dump_path_flags[] = {
    "group", "consent", "bypass", "hold", "magic"};
const char *const dump_options[] = {
    "pathname-sockets", "env-allow-list", "insecure-proxy"};

static uint64_t
possible(uint64_t handled, enum blob_kind kind)
{
	return kind == BLOB_KIND_FILE ? handled & BLOB_FS_FILE : handled;
}

uint64_t
dump_read(uint64_t handled, enum blob_kind kind)
{
	return possible(handled, kind) & (BLOB_FS_READ_FILE | BLOB_FS_READ_DIR);
}

uint64_t
dump_write(uint64_t handled, enum blob_kind kind)
{
	/* Device nodes are no part of what a profile calls "write". */
	const uint64_t others = BLOB_FS_EXECUTE | BLOB_FS_READ_FILE |
				BLOB_FS_READ_DIR | BLOB_FS_IOCTL_DEV |
				BLOB_FS_RESOLVE_UNIX | BLOB_FS_MAKE_CHAR |
				BLOB_FS_MAKE_BLOCK;

	return possible(handled, kind) & ~others;
}

bool
dump_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("_-./+:@%=~*,", c) != NULL);
}

const char *
dump_opcode(unsigned code)
{
	static const struct {
		unsigned code;
		const char *name;
	} opcodes[] = {{0x05, "ja"}, {0x06, "ret"}, {0x15, "jeq"}, {0x20, "ld"},
	    {0x25, "jgt"}, {0x35, "jge"}, {0x45, "jset"}, {0x54, "and"}};

	for (size_t i = 0; i < sizeof(opcodes) / sizeof(opcodes[0]); i++)
		if (opcodes[i].code == code)
			return opcodes[i].name;
	return NULL;
}
