#include <config.h>

#include "tests/unit/blob_clay.h"

/*
 * Validation.  A good blob is changed a little; where the digests alone would
 * refuse it, it is sealed again first, so that the check behind is reached.
 */
/* The table entry of a section. */
static uint8_t *
entry(struct clay c, uint32_t tag)
{
	uint8_t *e = c.p + BLOB_HEADER_SIZE;

	while (blob_u32(e) != tag)
		e += BLOB_ENTRY_SIZE;
	return e;
}

static uint8_t *
section(struct clay c, uint32_t tag)
{
	return c.p + blob_u32(entry(c, tag) + BLOB_E_OFFSET);
}

/* The same with a section of another length; what is new in it is zero. */
static struct clay
resized(struct clay c, uint32_t tag, uint32_t len)
{
	const uint32_t old = blob_u32(entry(c, tag) + BLOB_E_LENGTH);
	const uint32_t begin = blob_u32(entry(c, tag) + BLOB_E_OFFSET);
	const uint32_t end = begin + (old + 7) / 8 * 8;
	const uint32_t new_end = begin + (len + 7) / 8 * 8;
	const uint32_t n = c.n - end + new_end;
	struct clay ret = {ARENA_ARRAY(&arena, n + 64, uint8_t), n};

	memset(ret.p, 0, ret.n);
	memcpy(ret.p, c.p, begin + (len < old ? len : old));
	memcpy(ret.p + new_end, c.p + end, c.n - end);
	for (uint32_t i = 0; i < blob_u32(c.p + BLOB_H_SECTIONS); i++) {
		uint8_t *e =
		    ret.p + BLOB_HEADER_SIZE + (size_t)i * BLOB_ENTRY_SIZE;
		const uint32_t at = blob_u32(e + BLOB_E_OFFSET);

		if (at > begin)
			set_u32(e + BLOB_E_OFFSET, at - end + new_end);
	}
	set_u32(entry(ret, tag) + BLOB_E_LENGTH, len);
	set_u32(ret.p + BLOB_H_LENGTH, ret.n);
	return ret;
}

static uint32_t
string_at(struct clay c, const char *s)
{
	const uint8_t *strs = section(c, BLOB_STRS);
	uint32_t at = 0;

	while (strcmp((const char *)strs + at, s) != 0)
		at += (uint32_t)strlen((const char *)strs + at) + 1;
	return at;
}

static void
swap(uint8_t *a, uint8_t *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint8_t t = a[i];

		a[i] = b[i];
		b[i] = t;
	}
}

/* Every reason, by the change that leads to it. */
#define REFUSED(reason, ...)                                                   \
	do {                                                                   \
		struct clay c = fresh();                                       \
		__VA_ARGS__;                                                   \
		blob_seal(c.p, c.n);                                           \
		IS_STR(why_of(c), reason);                                     \
	} while (0)

static struct clay original;

static struct clay
fresh(void)
{
	struct clay c = {
	    ARENA_ARRAY(&arena, original.n + 64, uint8_t), original.n};

	memcpy(c.p, original.p, c.n);
	return c;
}

#define SECTION(tag) section(c, BLOB_##tag)
#define ENTRY(tag) entry(c, BLOB_##tag)
#define FIELD(tag, at, value) set_u32(SECTION(tag) + (at), (value))

static void
test_shell(void)
{
	REFUSED("the file is too short for a policy", c.n = 95);
	REFUSED("the file is not a compiled policy", c.p[4] = 'a');
	REFUSED("the policy has a format version that is not known",
	    c.p[BLOB_H_VERSION] = 2);
	REFUSED("the policy is cut short or has bytes after its end",
	    c.p[BLOB_H_LENGTH] ^= 8);
	REFUSED("the policy is cut short or has bytes after its end", c.n--);
	REFUSED("the policy needs a feature that is not known",
	    c.p[BLOB_H_FEATURES + 7] = 0x80);
	REFUSED(
	    "a header field that must be zero is not", c.p[BLOB_H_ZERO] = 1);
	REFUSED("the policy has too many sections", c.p[BLOB_H_SECTIONS] = 33);
	REFUSED("the section table does not fit into the policy",
	    (c.n = 100, c.p[BLOB_H_LENGTH] = 100, c.p[BLOB_H_LENGTH + 1] = 0));
	REFUSED("a section has a malformed tag", ENTRY(NAME)[0] = 'n');
	REFUSED("a section has flags that are not known",
	    ENTRY(PATH)[BLOB_E_FLAGS] = 3);
	REFUSED("the policy has a critical section that is not known",
	    ENTRY(PATH)[0] = 'Q');
	REFUSED("a section is critical that must not be, or is not critical "
		"that must be",
	    ENTRY(PATH)[BLOB_E_FLAGS] = 0);
	REFUSED("a section is critical that must not be, or is not critical "
		"that must be",
	    ENTRY(NAME)[BLOB_E_FLAGS] = 1);
	REFUSED("the policy has more than one layer",
	    ENTRY(PATH)[BLOB_E_LAYER] = 1);
	REFUSED("a section is empty that could be left out",
	    set_u32(ENTRY(DENY) + BLOB_E_LENGTH, 0));
	REFUSED(
	    "the sections are not in order", swap(ENTRY(DENY), ENTRY(PORT), 4));
	REFUSED("the sections are not in order",
	    memcpy(ENTRY(PORT), ENTRY(DENY), 4));
	REFUSED("the sections are not in order",
	    entry(c, BLOB_TAG('Z', 'Z', 'Z', '1'))[3] = '0');
	REFUSED("a section is not where the one before it ends",
	    ENTRY(PATH)[BLOB_E_OFFSET] += 8);
	REFUSED("a section reaches beyond the policy's end",
	    set_u32(ENTRY(PATH) + BLOB_E_LENGTH, 0xfffffff0));
	REFUSED("the padding after a section is wrong",
	    SECTION(NAME)[blob_u32(ENTRY(NAME) + BLOB_E_LENGTH)] = 1);
	REFUSED("the padding after a section is wrong", c.p[c.n - 1] = 1);
	REFUSED("there are bytes after the last section",
	    (c.n += 8, set_u32(c.p + BLOB_H_LENGTH, c.n)));
	REFUSED("a section is missing", c.p[BLOB_H_SECTIONS] = 0,
	    c.n = BLOB_HEADER_SIZE, set_u32(c.p + BLOB_H_LENGTH, c.n));
}

/* A size that only the header can tell, and a string that is too long. */
static void
test_large(void)
{
	static uint8_t bytes[BLOB_MAX + 8];
	struct clay c = {bytes, sizeof(bytes)};
	struct blob_model m = full_model();
	uint8_t *strings;

	memcpy(bytes, original.p, BLOB_HEADER_SIZE);
	IS_STR(why_of(c), "the policy is larger than 8 MiB");
	for (int i = 0; i < 2; i++)
		m.commands.v[i] = arena_printf(&arena, "%0*d", 4095, i);
	c = write_model(&m);
	strings = section(c, BLOB_STRS);
	strings[string_at(c, (const char *)m.commands.v[0].s) + 4095] = 'x';
	blob_seal(c.p, c.n);
	IS_STR(why_of(c), "a string is longer than 4095 bytes");
}

/* Limits of paths, which the writer keeps as well. */
static void
test_long_paths(void)
{
	struct blob_model m = full_model();
	char s[1024];
	uint8_t *path;
	struct clay c;

	memset(s, 'x', sizeof(s));
	memcpy(s, "\xfe/", 2);
	for (size_t i = 3; i < sizeof(s); i += 2)
		s[i] = '/';
	m.paths.v[4].suffix = (struct text){s, 801};
	c = write_model(&m);
	IS_STR(why_of(c), "");
	s[801] = '\0';
	path = section(c, BLOB_STRS) + string_at(c, s);
	for (size_t i = 2; i < 801; i += 2)
		path[i] = BLOB_UID_BYTE;
	blob_seal(c.p, c.n);
	IS_STR(why_of(c), "a path is longer than 4095 bytes");
	memset(path + 2, 'x', 799);
	blob_seal(c.p, c.n);
	IS_STR(why_of(c), "a path has a component longer than 255 bytes");
}

static void
test_digests(void)
{
	struct clay c = fresh();

	SECTION(PATH)[8] ^= 1;
	OK(blob_why_is_digest(why_of(c)));
	c = fresh();
	c.p[BLOB_H_DIGEST] ^= 1;
	OK(blob_why_is_digest(why_of(c)));
	c = fresh();
	SECTION(PROV)[20] ^= 1;
	OK(blob_why_is_digest(why_of(c)));
	OK(!blob_why_is_digest("another reason"));
	blob_seal(c.p, c.n);
	OK(!blob_why_is_digest(why_of(c)));
}

static void
test_target(void)
{
	REFUSED("the TARG section has the wrong size",
	    ENTRY(TARG)[BLOB_E_LENGTH] -= 1);
	REFUSED("a field of TARG that must be zero is not",
	    FIELD(TARG, BLOB_T_ZERO, 1));
	REFUSED(
	    "the network mode is not known", FIELD(TARG, BLOB_T_NETWORK, 4));
	REFUSED("the policy is for another platform than Linux",
	    FIELD(TARG, BLOB_T_PLATFORM, 2));
	REFUSED("the Landlock ABI that the policy needs is not known",
	    FIELD(TARG, BLOB_T_ABI_MIN, 0));
	REFUSED("the Landlock ABI that the policy needs is not known",
	    FIELD(TARG, BLOB_T_ABI_MIN, BLOB_ABI_NEWEST + 1));
	REFUSED("the policy handles a right that is not known",
	    FIELD(TARG, BLOB_T_FS_HANDLED, 0x3ffff));
	REFUSED("the policy handles a right that is not known",
	    FIELD(TARG, BLOB_T_NET_HANDLED + 4, 1));
	REFUSED("the policy handles a right that is not known",
	    FIELD(TARG, BLOB_T_SCOPED, 7));
	REFUSED("the policy requires a right that it does not handle",
	    FIELD(TARG, BLOB_T_FS_HANDLED, 0xffff));
	REFUSED("the policy requires a right that it does not handle",
	    FIELD(TARG, BLOB_T_SCOPED_REQUIRED, 4));
	REFUSED("the policy requires a right that its lowest Landlock ABI does "
		"not have",
	    FIELD(TARG, BLOB_T_ABI_MIN, 8));
	REFUSED("the policy requires a right that its lowest Landlock ABI does "
		"not have",
	    (FIELD(TARG, BLOB_T_ABI_MIN, 9),
		FIELD(TARG, BLOB_T_NET_REQUIRED, 4)));
	REFUSED("the policy has flags that are not known",
	    FIELD(TARG, BLOB_T_FLAGS, 15));
	REFUSED("pathname sockets are mediated but resolve_unix is not "
		"required",
	    FIELD(TARG, BLOB_T_FS_REQUIRED, 0));
	REFUSED("the proxy may be insecure but there is no proxy",
	    FIELD(TARG, BLOB_T_NETWORK, BLOB_NET_BLOCK));
	REFUSED("the network is open but network rights are handled",
	    (FIELD(TARG, BLOB_T_NETWORK, BLOB_NET_OPEN),
		FIELD(TARG, BLOB_T_FLAGS, BLOB_F_ENV_ALLOW)));
	REFUSED("the roots named are not those that the rules use",
	    FIELD(TARG, BLOB_T_ROOTS, 0x1ff));
	REFUSED("the roots named are not those that the rules use",
	    FIELD(TARG, BLOB_T_ROOTS, 0));
}

/* Overwrites a string in place; the new one is not longer. */
static void
rename_string(struct clay c, const char *from, const char *to)
{
	memcpy(section(c, BLOB_STRS) + string_at(c, from), to, strlen(to));
}

static void
test_strings(void)
{
	uint32_t end = blob_u32(entry(original, BLOB_STRS) + BLOB_E_LENGTH);

	REFUSED(
	    "the last string is not terminated", SECTION(STRS)[end - 1] = 'x');
	REFUSED("the strings are not sorted and unique",
	    rename_string(c, "rm", "zz"));
	REFUSED("the strings are not sorted and unique",
	    rename_string(c, "rm", "bin"));
	REFUSED("a string is not used by any rule",
	    FIELD(DENY, 8, string_at(c, "usr/lib")));
	REFUSED("a path has an empty component",
	    rename_string(c, "usr/lib", "usr/li/"));
	REFUSED("a path has an empty component",
	    rename_string(c, "usr/lib", "usr//ib"));
	REFUSED("a path has a . or .. component",
	    rename_string(c, "usr/lib", "us/./ib"));
	REFUSED("a path has a . or .. component",
	    rename_string(c, "usr/lib", "us/../b"));
	REFUSED("a path has a . or .. component",
	    rename_string(c, "usr/lib", "usr/./b"));
	REFUSED("a path has a control byte",
	    rename_string(c, "usr/lib", "usr/l\nb"));
	REFUSED("a path has a control byte",
	    rename_string(c, "usr/lib", "usr/l\x11z"));
	REFUSED("a path has a control byte",
	    rename_string(c, "usr/lib", "usr/l\x7fz"));
	REFUSED(
	    "a string has a control byte", rename_string(c, "sudo", "su\x01o"));
	REFUSED(
	    "a string has a control byte", rename_string(c, "PATH", "P\x02TH"));
}

static void
test_paths(void)
{
	REFUSED("the PATH section has the wrong size",
	    ENTRY(PATH)[BLOB_E_LENGTH] -= 1);
	REFUSED("there are more than 65535 path rules",
	    c = resized(c, BLOB_PATH, 65536 * BLOB_PATH_SIZE));
	REFUSED("the path rules are not sorted and unique",
	    swap(SECTION(PATH), SECTION(PATH) + 16, 16));
	REFUSED("the path rules are not sorted and unique",
	    memcpy(SECTION(PATH) + 16, SECTION(PATH), 16));
	REFUSED("a path has a root that is not known",
	    SECTION(PATH)[4 * 16 + BLOB_P_ROOT] = BLOB_ROOTS);
	REFUSED("a path rule has a kind or flag that is not known",
	    SECTION(PATH)[4 * 16 + BLOB_P_KIND] = 3);
	REFUSED("a path rule has a kind or flag that is not known",
	    SECTION(PATH)[4 * 16 + BLOB_P_MISSING] = 2);
	REFUSED("a path rule has a kind or flag that is not known",
	    SECTION(PATH)[4 * 16 + BLOB_P_FLAGS] = 32);
	REFUSED("a path rule grants nothing", FIELD(PATH, BLOB_P_RIGHTS, 0));
	REFUSED("a path rule grants a right that the policy does not handle",
	    FIELD(PATH, BLOB_P_RIGHTS + 4, 1));
	REFUSED("a rule for a file grants a right that only directories have",
	    FIELD(PATH, 16 + BLOB_P_RIGHTS, 8));
	REFUSED("a path is not one of the strings",
	    FIELD(PATH, 4 * 16, 0x7fffffff));
	REFUSED("a path is not one of the strings",
	    FIELD(PATH, 3 * 16, string_at(c, ".ab") + 1));
	REFUSED("a rule would grant the parent of a root",
	    SECTION(PATH)[4 * 16 + BLOB_P_MISSING] = 1);
}

static void
test_denies_and_ports(void)
{
	REFUSED("the DENY section has the wrong size",
	    ENTRY(DENY)[BLOB_E_LENGTH] -= 1, SECTION(DENY)[15] = 0);
	REFUSED("there are more than 65535 denied paths",
	    c = resized(c, BLOB_DENY, 65536 * BLOB_DENY_SIZE));
	REFUSED("the denied paths are not sorted and unique",
	    swap(SECTION(DENY), SECTION(DENY) + 8, 8));
	REFUSED("a denied path has a root that is not known",
	    SECTION(DENY)[8 + BLOB_D_ROOT] = 200);
	REFUSED("a denied path has an access or flag that is not known",
	    SECTION(DENY)[BLOB_D_ACCESS] = 4);
	REFUSED("a denied path has an access or flag that is not known",
	    SECTION(DENY)[BLOB_D_ACCESS] = 0);
	REFUSED("a denied path has an access or flag that is not known",
	    SECTION(DENY)[BLOB_D_FLAGS] = 2);
	REFUSED("a denied path has an access or flag that is not known",
	    SECTION(DENY)[BLOB_D_ZERO] = 1);
	REFUSED("a denied path is not one of the strings",
	    FIELD(DENY, 8, 0x10000000));
	REFUSED("the PORT section has the wrong size",
	    ENTRY(PORT)[BLOB_E_LENGTH] -= 1);
	REFUSED(
	    "the port rules are not sorted and unique", FIELD(PORT, 0, 443));
	REFUSED("a port is above 65535", FIELD(PORT, 16, 65536));
	REFUSED("a port is above 65535", FIELD(PORT, 16 + BLOB_N_ZERO, 1));
	REFUSED("a port rule grants nothing, or a right that the policy does "
		"not handle",
	    FIELD(PORT, BLOB_N_RIGHTS, 16));
	REFUSED("a port rule grants nothing, or a right that the policy does "
		"not handle",
	    FIELD(PORT, BLOB_N_RIGHTS, 0));
}

static void
test_process(void)
{
	REFUSED("a seccomp program is cut short", FIELD(SECC, 24 + 4, 2));
	REFUSED("a seccomp program is cut short", FIELD(SECC, 4, 5));
	REFUSED(
	    "a seccomp program is cut short", c = resized(c, BLOB_SECC, 44));
	REFUSED("the PROV section has the wrong size",
	    c = resized(c, BLOB_PROV, BLOB_PROV_HEADER - 8));
	REFUSED("a seccomp program is for an architecture that is not known",
	    FIELD(SECC, 0, 62));
	REFUSED("the seccomp programs are not sorted and unique",
	    FIELD(SECC, 0, BLOB_ARCH_AARCH64),
	    FIELD(SECC, 24, BLOB_ARCH_X86_64));
	REFUSED("a seccomp program is empty or longer than 4096 instructions",
	    FIELD(SECC, 4, 0));
	REFUSED("a seccomp program is empty or longer than 4096 instructions",
	    FIELD(SECC, 4, 4097));
	REFUSED("the ENVF section has the wrong size",
	    ENTRY(ENVF)[BLOB_E_LENGTH] -= 1);
	REFUSED("the variables are not sorted and unique",
	    swap(SECTION(ENVF) + 32, SECTION(ENVF) + 48, 16));
	REFUSED("a variable has a kind that is not known",
	    FIELD(ENVF, 48 + BLOB_V_KIND, 3));
	REFUSED("a variable has a kind that is not known",
	    FIELD(ENVF, BLOB_V_ZERO, 1));
	REFUSED("a variable is allowed but there is no list of allowed ones",
	    FIELD(TARG, BLOB_T_FLAGS, BLOB_F_UNIX_PATHNAME));
	REFUSED("the name of a variable is not one of the strings",
	    FIELD(ENVF, 0, 0xffffffff));
	REFUSED("a variable has an empty name", FIELD(ENVF, 0, 0));
	REFUSED("the name of a variable has a = or an inner *",
	    rename_string(c, "PATH", "PA*H"));
	REFUSED("a variable has a value but is not set",
	    FIELD(ENVF, BLOB_V_VALUE, 0));
	REFUSED("the value of a variable is not one of the strings",
	    FIELD(ENVF, 32 + BLOB_V_VALUE, BLOB_NO_STRING));
	REFUSED("the value of a variable has a control byte",
	    rename_string(c, "\x13/x", "\x10/x"));
	REFUSED("the value of a variable has a control byte",
	    rename_string(c, "\x13/x", "\x19/x"));
	REFUSED("the CMDS section has the wrong size",
	    ENTRY(CMDS)[BLOB_E_LENGTH] -= 1, SECTION(CMDS)[7] = 0);
	REFUSED("the commands are not sorted and unique",
	    swap(SECTION(CMDS), SECTION(CMDS) + 4, 4));
	REFUSED(
	    "a command is not one of the strings", FIELD(CMDS, 4, 0xffffffff));
	REFUSED("a command has an empty name", FIELD(CMDS, 0, 0));
	REFUSED("the name of a command has a slash",
	    rename_string(c, "sudo", "su/o"));
}

static void
test_ancillary(void)
{
	uint32_t origins = BLOB_PROV_HEADER + 2 * BLOB_SOURCE_SIZE;
	uint32_t links = origins + 2 * BLOB_ORIGIN_SIZE;
	uint32_t strings = links + 2 * BLOB_LINK_SIZE;

	REFUSED("the NAME section is malformed", SECTION(NAME)[4] = 'x');
	REFUSED("the NAME section is malformed", SECTION(NAME)[5] = 0);
	REFUSED("a string has a control byte", SECTION(NAME)[0] = 27);
	REFUSED("the PROV section has the wrong size", FIELD(PROV, 0, 3));
	REFUSED("the PROV section has the wrong size", FIELD(PROV, 12, 3));
	REFUSED("the number of sources is not between 1 and 4096",
	    FIELD(PROV, 0, 0), FIELD(PROV, 12, 4 + 2 * BLOB_SOURCE_SIZE));
	REFUSED("the last string is not terminated",
	    SECTION(PROV)[strings + 3] = 'x');
	REFUSED("the sources are not sorted and unique",
	    FIELD(PROV, BLOB_PROV_HEADER, 1),
	    SECTION(PROV)[BLOB_PROV_HEADER + BLOB_S_DIGEST] = 9);
	REFUSED("a source has a kind that is not known",
	    FIELD(PROV, BLOB_PROV_HEADER + 40, 2));
	REFUSED("the name of a source is not one of its strings",
	    FIELD(PROV, BLOB_PROV_HEADER + 40 + BLOB_S_NAME, 1));
	REFUSED("the name of a source is not one of its strings",
	    SECTION(PROV)[strings] = 0);
	REFUSED("the name of a source has a control byte",
	    SECTION(PROV)[strings] = 1);
	REFUSED("a string is not used by any source",
	    memcpy(SECTION(PROV) + strings, "a\0e", 3));
	REFUSED("the origins are not sorted and unique",
	    FIELD(PROV, origins + 16 + BLOB_O_SOURCE, 0),
	    FIELD(PROV, origins + 16 + BLOB_O_LINE, 1),
	    FIELD(PROV, origins + 16 + BLOB_O_VIA, 0));
	REFUSED("an origin has a source that is not there",
	    FIELD(PROV, origins, 2));
	REFUSED("an origin has no line or column",
	    FIELD(PROV, origins + BLOB_O_LINE, 0));
	REFUSED("an origin has no line or column",
	    FIELD(PROV, origins + BLOB_O_COLUMN, 0));
	REFUSED("an origin comes before the one it refers to",
	    FIELD(PROV, origins + 16 + BLOB_O_VIA, 2));
	REFUSED("the links are not sorted and unique",
	    swap(SECTION(PROV) + links, SECTION(PROV) + links + 12, 12));
	REFUSED("a link refers to a rule that is not there",
	    FIELD(PROV, links + BLOB_L_RECORD, 5));
	REFUSED("a link refers to a rule that is not there",
	    FIELD(PROV, links + BLOB_L_TAG, BLOB_STRS));
	REFUSED("a link refers to an origin that is not there",
	    FIELD(PROV, links + BLOB_L_ORIGIN, 2));
	REFUSED("an origin is not used", FIELD(PROV, links + BLOB_L_ORIGIN, 0));
}

/* A chain of 64 is good, one of 65 is not: made by hand, the writer refuses. */
static void
test_chain(void)
{
	struct blob_model m = full_model();
	uint8_t *origins;
	struct clay c;

	m.origins.n = m.links.n = 0;
	for (uint32_t i = 0; i < BLOB_VIA_MAX; i++)
		*VEC_PUSH(&arena, &m.origins) =
		    (struct model_origin){0, 1, 1 + i, i};
	*VEC_PUSH(&arena, &m.origins) = (struct model_origin){1, 1, 1, 1};
	*VEC_PUSH(&arena, &m.links) =
	    (struct model_link){BLOB_TARG, 0, BLOB_VIA_MAX - 1};
	*VEC_PUSH(&arena, &m.links) =
	    (struct model_link){BLOB_TARG, 0, BLOB_VIA_MAX};
	c = write_model(&m);
	origins =
	    section(c, BLOB_PROV) + BLOB_PROV_HEADER + 2 * BLOB_SOURCE_SIZE;
	IS_STR(why_of(c), "");
	/* The sibling is third: put it between the second and the fourth. */
	set_u32(origins + 2 * BLOB_ORIGIN_SIZE + BLOB_O_VIA, 2);
	set_u32(origins + 3 * BLOB_ORIGIN_SIZE + BLOB_O_VIA, 3);
	blob_seal(c.p, c.n);
	IS_STR(why_of(c), "a chain of origins is too long");
	m.origins.v[BLOB_VIA_MAX] =
	    (struct model_origin){1, 1, 1, BLOB_VIA_MAX};
	diags.errors = 0;
	OK(write_model(&m).n == 0);
}

static void
test_rights(void)
{
	OK(blob_fs_rights(0) == 0 && blob_fs_rights(1) == 0x1fff);
	OK(blob_fs_rights(2) == 0x3fff && blob_fs_rights(3) == 0x7fff);
	OK(blob_fs_rights(4) == 0x7fff && blob_fs_rights(5) == 0xffff);
	OK(blob_fs_rights(8) == 0xffff && blob_fs_rights(9) == BLOB_FS_ALL);
	OK(blob_fs_rights(99) == BLOB_FS_ALL);
	OK(blob_net_rights(3) == 0 && blob_net_rights(4) == 3);
	OK(blob_net_rights(9) == 3 && blob_net_rights(10) == BLOB_NET_ALL);
	OK(blob_scopes(5) == 0 && blob_scopes(6) == BLOB_SCOPE_ALL);
	IS_STR(blob_fs_name(BLOB_FS_EXECUTE), "execute");
	IS_STR(blob_fs_name(BLOB_FS_MAKE_SYM), "make_sym");
	IS_STR(blob_fs_name(BLOB_FS_RESOLVE_UNIX), "resolve_unix");
	IS_STR(blob_fs_name(BLOB_FS_ALL + 1), NULL);
	IS_STR(blob_fs_name(3), NULL);
	IS_STR(blob_fs_name(0), NULL);
	IS_STR(blob_net_name(BLOB_NET_CONNECT_SEND_UDP), "connect_send_udp");
	IS_STR(blob_scope_name(BLOB_SCOPE_SIGNAL), "signal");
	IS_STR(blob_arch_name(BLOB_ARCH_X86_64), "x86_64");
	IS_STR(blob_arch_name(62), NULL);
}

int
main(void)
{
	struct blob_model m = full_model();

	original = write_model(&m);
	IS_STR(why_of(original), "");
	test_shell();
	test_large();
	test_long_paths();
	test_digests();
	test_target();
	test_strings();
	test_paths();
	test_denies_and_ports();
	test_process();
	test_ancillary();
	test_chain();
	test_rights();
	arena_release(&arena);
	return tap_end();
}
