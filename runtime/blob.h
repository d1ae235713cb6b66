#ifndef NONO_BLOB_H
#define NONO_BLOB_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The capability blob, version 1: what `nonoc compile` writes and
 * `nono-load` applies.  nono-blob(5) documents every byte; this header is
 * the only thing that compiler and loader share besides SHA-256.
 *
 * All integers are little-endian.  A blob has exactly one encoding per
 * meaning: fixed section order, sorted unique records, every string used,
 * zero padding; blob_open() checks all of it, and after it has said yes no
 * accessor can fail.
 *
 *	0	header (BLOB_HEADER_SIZE bytes)
 *	96	section table: one BLOB_ENTRY_SIZE entry for each section
 *	...	sections, each at a multiple of 8, critical ones first
 */
enum {
	BLOB_MAX = 8 << 20,	  /* bytes of a whole blob */
	BLOB_RULES_MAX = 65535,	  /* path rules */
	BLOB_PATH_MAX = 4095,	  /* bytes of a suffix, and of any string */
	BLOB_COMPONENT_MAX = 255, /* bytes between two slashes */
	BLOB_SECTIONS_MAX = 32,
	BLOB_SECC_MAX = 4096,	 /* instructions of one seccomp program */
	BLOB_SOURCES_MAX = 4096, /* sources in the provenance */
	BLOB_VIA_MAX = 64,	 /* origins in one chain */

	BLOB_VERSION = 1,

	/* Header: offset of each field. */
	BLOB_H_MAGIC = 0,     /* 8 bytes, BLOB_MAGIC */
	BLOB_H_VERSION = 8,   /* u32, BLOB_VERSION */
	BLOB_H_LENGTH = 12,   /* u32, bytes of the whole blob */
	BLOB_H_FEATURES = 16, /* u64, required; an unknown bit: refuse */
	BLOB_H_SECTIONS = 24, /* u32, entries in the section table */
	BLOB_H_ZERO = 28,     /* u32, 0 */
	BLOB_H_ID = 32,	      /* 32 bytes, semantic id */
	BLOB_H_DIGEST = 64,   /* 32 bytes, file digest */
	BLOB_HEADER_SIZE = 96,
	BLOB_ID_SIZE = 32,

	/* Section table entry. */
	BLOB_E_TAG = 0,	    /* u32, four characters */
	BLOB_E_FLAGS = 4,   /* u16, BLOB_CRITICAL or 0 */
	BLOB_E_LAYER = 6,   /* u16, 0: room for more than one layer */
	BLOB_E_OFFSET = 8,  /* u32, from the start of the blob */
	BLOB_E_LENGTH = 12, /* u32, without padding */
	BLOB_ENTRY_SIZE = 16,

	BLOB_CRITICAL = 1, /* unknown and critical: refuse */
};

/* PNG's trick: shows 7-bit, CR-LF and ^Z damage.  "\x89nono\r\n\x1a" */
#define BLOB_MAGIC "\x89nono\r\n\x1a"

/*
 * Semantic id: SHA-256 over the version and feature fields (12 bytes), then
 * for each critical section in order its tag, flags, layer and length (12
 * bytes, as in the table, without the offset) and its contents.
 * File digest: SHA-256 over header and section table with the digest field
 * zeroed, then everything from the end of the last critical section's padding
 * to the end of the blob.  Together they cover every byte once; padding must
 * be zero.
 */

#define BLOB_TAG(a, b, c, d)                                                   \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 |            \
	    (uint32_t)(d) << 24)

/*
 * Sections in file order.  TARG, STRS and PATH always; others when not empty.
 * After PROV come ancillary sections that this version does not know, by
 * ascending tag (as four bytes, A-Z and 0-9), then SIGN.  Each at most once.
 * The blob ends with the zero padding of its last section.
 */
#define BLOB_TARG BLOB_TAG('T', 'A', 'R', 'G') /* critical: what is handled */
#define BLOB_STRS BLOB_TAG('S', 'T', 'R', 'S') /* critical: strings */
#define BLOB_PATH BLOB_TAG('P', 'A', 'T', 'H') /* critical: path rules */
#define BLOB_DENY BLOB_TAG('D', 'E', 'N', 'Y') /* critical: denied paths */
#define BLOB_PORT BLOB_TAG('P', 'O', 'R', 'T') /* critical: port rules */
#define BLOB_SECC BLOB_TAG('S', 'E', 'C', 'C') /* critical: seccomp filters */
#define BLOB_ENVF BLOB_TAG('E', 'N', 'V', 'F') /* critical: environment */
#define BLOB_CMDS BLOB_TAG('C', 'M', 'D', 'S') /* critical: commands */
#define BLOB_NAME BLOB_TAG('N', 'A', 'M', 'E') /* name and version */
#define BLOB_PROV BLOB_TAG('P', 'R', 'O', 'V') /* provenance */
#define BLOB_SIGN BLOB_TAG('S', 'I', 'G', 'N') /* reserved */

/* TARG: one record. */
enum {
	BLOB_T_PLATFORM = 0,	     /* u32, 1 = Linux */
	BLOB_T_ABI_MIN = 4,	     /* u32, refuse below; 1..11 */
	BLOB_T_FS_HANDLED = 8,	     /* u64, LANDLOCK_ACCESS_FS_* */
	BLOB_T_FS_REQUIRED = 16,     /* u64, subset: refuse where missing */
	BLOB_T_NET_HANDLED = 24,     /* u64, LANDLOCK_ACCESS_NET_* */
	BLOB_T_NET_REQUIRED = 32,    /* u64, subset */
	BLOB_T_SCOPED = 40,	     /* u64, LANDLOCK_SCOPE_* */
	BLOB_T_SCOPED_REQUIRED = 48, /* u64, subset */
	BLOB_T_NETWORK = 56,	     /* u32, enum blob_network */
	BLOB_T_ROOTS = 60,	     /* u32, 1 << root for each root used */
	BLOB_T_FLAGS = 64,	     /* u32, BLOB_F_* */
	BLOB_T_ZERO = 68,	     /* u32, 0 */
	BLOB_TARG_SIZE = 72,

	/* Pathname sockets mediated: RESOLVE_UNIX is required then. */
	BLOB_F_UNIX_PATHNAME = 1,
	/* An allow list exists, even if empty. */
	BLOB_F_ENV_ALLOW = 2,
	/* WSL2 below ABI 4: proxy unenforced is ok; with BLOB_NET_PROXY only.
	 */
	BLOB_F_PROXY_INSECURE = 4,
	BLOB_F_ALL = 7,
};

enum blob_network {
	BLOB_NET_OPEN,	/* not restricted: no net right is handled */
	BLOB_NET_BLOCK, /* nothing but AF_UNIX and the ports listed */
	BLOB_NET_PROXY, /* TCP to the local proxy port only */
	BLOB_NET_PORTS, /* TCP restricted to the ports listed */
};

/*
 * STRS: unique NUL-terminated strings in ascending order, '/' before any other
 * byte, each used by some record.  A record names one by its offset in the
 * section, so offsets order as the strings do and "sorted" is a comparison of
 * integers everywhere below.  0x7f and bytes below 0x20 do not occur, but for
 * those here.
 */
enum {
	/*
	 * In suffixes and ENVF values: the launching user's id, in decimal.
	 * Counts as ten bytes where a limit is checked.
	 */
	BLOB_UID_BYTE = 0x01,
	/* In ENVF values only: 0x10 + root, for a root other than "/". */
	BLOB_ROOT_BYTE = 0x10,
};

/* Where a path begins.  Resolved by the loader, once each. */
enum blob_root {
	BLOB_ROOT_SLASH,       /* "/" */
	BLOB_ROOT_HOME,	       /* $HOME, or --home */
	BLOB_ROOT_CWD,	       /* the working directory, or --cwd */
	BLOB_ROOT_TMPDIR,      /* $TMPDIR, else /tmp */
	BLOB_ROOT_XDG_CONFIG,  /* $XDG_CONFIG_HOME, else HOME/.config */
	BLOB_ROOT_XDG_DATA,    /* $XDG_DATA_HOME, else HOME/.local/share */
	BLOB_ROOT_XDG_STATE,   /* $XDG_STATE_HOME, else HOME/.local/state */
	BLOB_ROOT_XDG_CACHE,   /* $XDG_CACHE_HOME, else HOME/.cache */
	BLOB_ROOT_XDG_RUNTIME, /* $XDG_RUNTIME_DIR; unset: rules are skipped */
	BLOB_ROOTS,
};

/*
 * PATH: sorted by root, suffix, kind, missing, flags; no two alike in all of
 * these.  A suffix has no leading, trailing or double slash and no "." or
 * ".." component.
 */
enum {
	BLOB_P_SUFFIX = 0,  /* u32, string; empty: the root itself */
	BLOB_P_ROOT = 4,    /* u8, enum blob_root */
	BLOB_P_KIND = 5,    /* u8, enum blob_kind */
	BLOB_P_MISSING = 6, /* u8, enum blob_missing */
	BLOB_P_FLAGS = 7,   /* u8, BLOB_PATH_* */
	BLOB_P_RIGHTS = 8,  /* u64, subset of what is handled, not 0 */
	BLOB_PATH_SIZE = 16,
};

enum blob_kind {
	BLOB_KIND_ANY,	/* directory: with all below; else the file */
	BLOB_KIND_DIR,	/* must be a directory */
	BLOB_KIND_FILE, /* must not be a directory */
};

enum blob_missing {
	BLOB_MISSING_SKIP, /* say so with -v, go on */
	/* Grant on the parent directory instead; never on a root itself. */
	BLOB_MISSING_PARENT,
};

enum {
	/* A group's grant: withheld with a warning where a profile's refuses.
	 */
	BLOB_PATH_GROUP = 1,
	/* The working directory: needs --allow-cwd or a yes. */
	BLOB_PATH_CONSENT = 2,
	/* bypass_protection: stands although it is at or below a deny. */
	BLOB_PATH_BYPASS = 4,
	/* On procfs: keep the descriptor open so that the rule lives. */
	BLOB_PATH_HOLD = 8,
	/* /dev/stdin and its like: a magic link may be followed. */
	BLOB_PATH_MAGIC = 16,
	BLOB_PATH_FLAGS = 31,
};

/* DENY: sorted by root, suffix, flags.  Checked against grants of other roots.
 */
enum {
	BLOB_D_SUFFIX = 0, /* u32, string */
	BLOB_D_ROOT = 4,   /* u8, enum blob_root */
	BLOB_D_ACCESS = 5, /* u8, BLOB_DENY_READ | BLOB_DENY_WRITE, not 0 */
	BLOB_D_FLAGS = 6,  /* u8, BLOB_DENY_PROTECTED or 0 */
	BLOB_D_ZERO = 7,   /* u8, 0 */
	BLOB_DENY_SIZE = 8,

	BLOB_DENY_READ = 1,
	BLOB_DENY_WRITE = 2,
	/* Ours, not the profile's: any conflict refuses the launch. */
	BLOB_DENY_PROTECTED = 1,
};

/* PORT: sorted by port. */
enum {
	BLOB_N_PORT = 0,   /* u32, 0..65535 */
	BLOB_N_ZERO = 4,   /* u32, 0 */
	BLOB_N_RIGHTS = 8, /* u64, subset of net handled, not 0 */
	BLOB_PORT_SIZE = 16,
};

/*
 * SECC: for each architecture, ascending: u32 AUDIT_ARCH, u32 n (1 to
 * BLOB_SECC_MAX), n * 8 bytes: struct sock_filter.
 */
enum {
	BLOB_A_ARCH = 0,
	BLOB_A_COUNT = 4,
	BLOB_SECC_HEADER = 8,
	BLOB_INSN_SIZE = 8,
};

/* AUDIT_ARCH_*, those that a policy may have a program for. */
#define BLOB_ARCH_I386 UINT32_C(0x40000003)
#define BLOB_ARCH_ARM UINT32_C(0x40000028)
#define BLOB_ARCH_S390X UINT32_C(0x80000016)
#define BLOB_ARCH_PPC64LE UINT32_C(0xc0000015)
#define BLOB_ARCH_X86_64 UINT32_C(0xc000003e)
#define BLOB_ARCH_AARCH64 UINT32_C(0xc00000b7)
#define BLOB_ARCH_RISCV64 UINT32_C(0xc00000f3)
#define BLOB_ARCH_LOONGARCH64 UINT32_C(0xc0000102)

/*
 * ENVF: sorted by kind, name.  A name is not empty and has no '='; one that
 * allows or denies may be a pattern, with '*' as its last byte and nowhere
 * else.  Allows need BLOB_F_ENV_ALLOW.
 */
enum {
	BLOB_V_NAME = 0,  /* u32, string */
	BLOB_V_VALUE = 4, /* u32, string (BLOB_ENV_SET), else 0xffffffff */
	BLOB_V_KIND = 8,  /* u32, enum blob_env_kind */
	BLOB_V_ZERO = 12, /* u32, 0 */
	BLOB_ENV_SIZE = 16,
};
#define BLOB_NO_STRING UINT32_C(0xffffffff)

enum blob_env_kind { BLOB_ENV_ALLOW, BLOB_ENV_DENY, BLOB_ENV_SET };

/* CMDS: sorted by name; base names refused as COMMAND, without a slash. */
enum {
	BLOB_C_NAME = 0, /* u32, string */
	BLOB_CMD_SIZE = 4,
};

/*
 * NAME (ancillary): profile name and version, NUL-terminated each, not both
 * empty.
 * PROV (ancillary): a header; then the sources, origins, links and strings.
 * Sources are sorted by kind, name, digest; their strings follow the rules of
 * STRS.  Origins are sorted by via, source, line, column: that numbers the
 * trees of "via" breadth first, so an origin's via comes before it and the
 * order is unique.  Each origin is some link's or some other's via; no chain
 * is longer than BLOB_VIA_MAX.  Links are sorted by section, record, origin.
 */
enum {
	BLOB_R_SOURCES = 0,  /* u32, 1 to BLOB_SOURCES_MAX */
	BLOB_R_ORIGINS = 4,  /* u32 */
	BLOB_R_LINKS = 8,    /* u32 */
	BLOB_R_STRINGS = 12, /* u32, bytes */
	BLOB_PROV_HEADER = 16,

	BLOB_S_KIND = 0,   /* u32, enum blob_source_kind */
	BLOB_S_NAME = 4,   /* u32, offset in PROV's strings; not empty */
	BLOB_S_DIGEST = 8, /* 32 bytes, SHA-256 of the file */
	BLOB_SOURCE_SIZE = 40,

	BLOB_O_SOURCE = 0, /* u32, index of a source */
	BLOB_O_LINE = 4,   /* u32, from 1 */
	BLOB_O_COLUMN = 8, /* u32, from 1, in code points */
	BLOB_O_VIA = 12,   /* u32, 1 + index of an origin, or 0 */
	BLOB_ORIGIN_SIZE = 16,

	BLOB_L_TAG = 0,	   /* u32, any critical section but STRS */
	BLOB_L_RECORD = 4, /* u32, index of the record in it; TARG: a setting */
	BLOB_L_ORIGIN = 8, /* u32, index of an origin */
	BLOB_LINK_SIZE = 12,
};

/* What a link to TARG is about: it has one record and several settings. */
enum blob_setting {
	BLOB_SETTING_NETWORK,  /* the mode */
	BLOB_SETTING_SIGNAL,   /* the scope, and whether it is required */
	BLOB_SETTING_ABSTRACT, /* the same */
	BLOB_SETTING_PATHNAME, /* BLOB_F_UNIX_PATHNAME */
	BLOB_SETTING_PROXY,    /* BLOB_F_PROXY_INSECURE */
	BLOB_SETTINGS,
};

enum blob_source_kind { BLOB_SOURCE_PROFILE, BLOB_SOURCE_GROUP };

/* Landlock's numbers (uapi/linux/landlock.h of Linux 7.3), our own copy. */
#define BLOB_FS_EXECUTE UINT64_C(0x1)
#define BLOB_FS_WRITE_FILE UINT64_C(0x2)
#define BLOB_FS_READ_FILE UINT64_C(0x4)
#define BLOB_FS_READ_DIR UINT64_C(0x8)
#define BLOB_FS_REMOVE_DIR UINT64_C(0x10)
#define BLOB_FS_REMOVE_FILE UINT64_C(0x20)
#define BLOB_FS_MAKE_CHAR UINT64_C(0x40)
#define BLOB_FS_MAKE_DIR UINT64_C(0x80)
#define BLOB_FS_MAKE_REG UINT64_C(0x100)
#define BLOB_FS_MAKE_SOCK UINT64_C(0x200)
#define BLOB_FS_MAKE_FIFO UINT64_C(0x400)
#define BLOB_FS_MAKE_BLOCK UINT64_C(0x800)
#define BLOB_FS_MAKE_SYM UINT64_C(0x1000)
#define BLOB_FS_REFER UINT64_C(0x2000)	       /* ABI 2 */
#define BLOB_FS_TRUNCATE UINT64_C(0x4000)      /* ABI 3 */
#define BLOB_FS_IOCTL_DEV UINT64_C(0x8000)     /* ABI 5 */
#define BLOB_FS_RESOLVE_UNIX UINT64_C(0x10000) /* ABI 9 */
#define BLOB_FS_ALL UINT64_C(0x1ffff)
#define BLOB_FS_READS (BLOB_FS_EXECUTE | BLOB_FS_READ_FILE | BLOB_FS_READ_DIR)
/* What changes files or the names of files. */
#define BLOB_FS_WRITES                                                         \
	(BLOB_FS_ALL &                                                         \
	    ~(BLOB_FS_READS | BLOB_FS_IOCTL_DEV | BLOB_FS_RESOLVE_UNIX))
/* What may sit in a rule on anything but a directory. */
#define BLOB_FS_FILE                                                           \
	(BLOB_FS_EXECUTE | BLOB_FS_WRITE_FILE | BLOB_FS_READ_FILE |            \
	    BLOB_FS_TRUNCATE | BLOB_FS_IOCTL_DEV | BLOB_FS_RESOLVE_UNIX)

#define BLOB_NET_BIND_TCP UINT64_C(0x1)		/* ABI 4 */
#define BLOB_NET_CONNECT_TCP UINT64_C(0x2)	/* ABI 4 */
#define BLOB_NET_BIND_UDP UINT64_C(0x4)		/* ABI 10 */
#define BLOB_NET_CONNECT_SEND_UDP UINT64_C(0x8) /* ABI 10 */
#define BLOB_NET_ALL UINT64_C(0xf)

#define BLOB_SCOPE_ABSTRACT_UNIX UINT64_C(0x1) /* ABI 6 */
#define BLOB_SCOPE_SIGNAL UINT64_C(0x2)	       /* ABI 6 */
#define BLOB_SCOPE_ALL UINT64_C(0x3)

enum { BLOB_ABI_NEWEST = 11 };

/* The rights a kernel of this ABI knows; 0 below ABI 1. */
uint64_t blob_fs_rights(unsigned abi);
uint64_t blob_net_rights(unsigned abi);
uint64_t blob_scopes(unsigned abi);
/* "read_file"; NULL for an unknown or composite bit. */
const char *blob_fs_name(uint64_t right);
const char *blob_net_name(uint64_t right);
const char *blob_scope_name(uint64_t scope);
/* "x86_64"; NULL for what no policy may have a program for. */
const char *blob_arch_name(uint32_t arch);

/* A validated blob: a view of the caller's bytes, which must not change. */
struct blob_section {
	const uint8_t *p;
	uint32_t len;
};

struct blob {
	const uint8_t *bytes;
	uint32_t len;
	struct blob_section targ, strs, path, deny, port, secc, envf, cmds;
	struct blob_section name, prov; /* p is NULL when absent */
	uint32_t npaths, ndenies, nports, nprograms, nenvs, ncmds;
	uint32_t nsources, norigins, nlinks;
	uint32_t nsections, nextras; /* extras: unknown ancillary, and SIGN */
	bool names_uid;		     /* BLOB_UID_BYTE stands in a path */
};

/*
 * Checks everything; false with one sentence in *ret_why.  Digests included:
 * they come after the layout and before the contents, so that a damaged file
 * is called damaged.  `bytes` needs no alignment.
 */
bool blob_open(
    struct blob *b, const void *bytes, uint32_t size, const char **ret_why);
/*
 * The same, but for what provenance says: its bytes are under the digest, its
 * records are not looked at, and no accessor of it may be used.  For the
 * loader, which has no use for them.
 */
bool blob_open_enforcing(
    struct blob *b, const void *bytes, uint32_t size, const char **ret_why);
/* Is this the reason of a digest that does not match?  For the exit status. */
bool blob_why_is_digest(const char *why);

struct blob_target {
	uint32_t platform, abi_min, roots, flags;
	enum blob_network network;
	uint64_t fs_handled, fs_required;
	uint64_t net_handled, net_required;
	uint64_t scoped, scoped_required;
};

struct blob_path {
	const char *suffix;
	enum blob_root root;
	enum blob_kind kind;
	enum blob_missing missing;
	unsigned flags;
	uint64_t rights;
};

struct blob_deny {
	const char *suffix;
	enum blob_root root;
	unsigned access;
	unsigned flags;
};

struct blob_port {
	uint32_t port;
	uint64_t rights;
};

struct blob_program {
	uint32_t arch;
	uint32_t n;
	const uint8_t *insns; /* n * BLOB_INSN_SIZE bytes, perhaps unaligned */
};

struct blob_env {
	const char *name;
	const char *value; /* NULL but for BLOB_ENV_SET */
	enum blob_env_kind kind;
};

/*
 * Variables that are never passed on, whatever a policy allows; it can set
 * them.  Names, or how they begin and a star.
 */
enum { BLOB_ENV_NEVER = 34 };
extern const char *const blob_env_never[BLOB_ENV_NEVER];
/* Of a name, or of all that a pattern matches. */
bool blob_env_is_never(const char *pattern);

struct blob_source {
	enum blob_source_kind kind;
	const char *name;
	const uint8_t *digest; /* 32 bytes */
};

struct blob_origin {
	uint32_t source, line, column, via;
};

struct blob_link {
	uint32_t tag, record, origin;
};

struct blob_extra {
	uint32_t tag;
	struct blob_section contents;
};

struct blob_target blob_target(const struct blob *b);
struct blob_path blob_path(const struct blob *b, uint32_t index);
/* The first rule that is not before this root and suffix; or how many. */
uint32_t blob_path_first(
    const struct blob *b, enum blob_root root, const char *suffix);
struct blob_deny blob_deny(const struct blob *b, uint32_t index);
struct blob_port blob_port(const struct blob *b, uint32_t index);
struct blob_program blob_program(const struct blob *b, uint32_t index);
struct blob_env blob_env(const struct blob *b, uint32_t index);
const char *blob_command(const struct blob *b, uint32_t index);
const char *blob_profile_name(const struct blob *b); /* "" when stripped */
const char *blob_profile_version(const struct blob *b);
struct blob_source blob_source(const struct blob *b, uint32_t index);
struct blob_origin blob_origin(const struct blob *b, uint32_t index);
struct blob_link blob_link(const struct blob *b, uint32_t index);
struct blob_extra blob_extra(const struct blob *b, uint32_t index);

/*
 * Recomputes id and digest over a finished blob, in place: for the writer.
 * Leaves bytes alone whose header or section table blob_open() would refuse.
 */
void blob_seal(uint8_t *bytes, uint32_t size);

/*
 * Can a link be put into a directory in which these rights hold?  One is made,
 * or moved, or a directory that holds one is renamed, which takes two rights.
 */
static inline bool
blob_makes_links(uint64_t fs)
{
	const uint64_t renames = BLOB_FS_MAKE_DIR | BLOB_FS_REMOVE_DIR;

	return (fs & (BLOB_FS_MAKE_SYM | BLOB_FS_REFER)) != 0 ||
	       (fs & renames) == renames;
}

static inline uint16_t
blob_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t
blob_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static inline uint64_t
blob_u64(const uint8_t *p)
{
	return (uint64_t)blob_u32(p) | (uint64_t)blob_u32(p + 4) << 32;
}

#endif
