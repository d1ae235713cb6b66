#include <config.h>

#include <string.h>

#include "runtime/blob.h"

/*
 * Reading a validated blob.  Nothing here can fail, because blob_open() has
 * looked at every byte that is read.  An index is below the count in struct
 * blob.
 */

static const char *
string(const struct blob *b, const uint8_t *field)
{
	return (const char *)b->strs.p + blob_u32(field);
}

struct blob_target
blob_target(const struct blob *b)
{
	const uint8_t *t = b->targ.p;

	return (struct blob_target){
	    .platform = blob_u32(t + BLOB_T_PLATFORM),
	    .abi_min = blob_u32(t + BLOB_T_ABI_MIN),
	    .roots = blob_u32(t + BLOB_T_ROOTS),
	    .flags = blob_u32(t + BLOB_T_FLAGS),
	    .network = (enum blob_network)blob_u32(t + BLOB_T_NETWORK),
	    .fs_handled = blob_u64(t + BLOB_T_FS_HANDLED),
	    .fs_required = blob_u64(t + BLOB_T_FS_REQUIRED),
	    .net_handled = blob_u64(t + BLOB_T_NET_HANDLED),
	    .net_required = blob_u64(t + BLOB_T_NET_REQUIRED),
	    .scoped = blob_u64(t + BLOB_T_SCOPED),
	    .scoped_required = blob_u64(t + BLOB_T_SCOPED_REQUIRED),
	};
}

struct blob_path
blob_path(const struct blob *b, uint32_t index)
{
	const uint8_t *r = b->path.p + (size_t)index * BLOB_PATH_SIZE;

	return (struct blob_path){
	    .suffix = string(b, r + BLOB_P_SUFFIX),
	    .root = (enum blob_root)r[BLOB_P_ROOT],
	    .kind = (enum blob_kind)r[BLOB_P_KIND],
	    .missing = (enum blob_missing)r[BLOB_P_MISSING],
	    .flags = r[BLOB_P_FLAGS],
	    .rights = blob_u64(r + BLOB_P_RIGHTS),
	};
}

/* '/' before any other byte. */
static int
suffix_order(const char *a, const char *b)
{
	for (; *a != '\0' && *a == *b; a++)
		b++;
	if (*a == *b)
		return 0;
	if (*a == '/' && *b != '\0')
		return -1;
	if (*b == '/' && *a != '\0')
		return 1;
	return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

uint32_t
blob_path_first(const struct blob *b, enum blob_root root, const char *suffix)
{
	uint32_t from = 0, end = b->npaths;

	while (from < end) {
		const uint32_t i = from + (end - from) / 2;
		const struct blob_path r = blob_path(b, i);

		if (r.root < root ||
		    (r.root == root && suffix_order(r.suffix, suffix) < 0))
			from = i + 1;
		else
			end = i;
	}
	return from;
}

struct blob_deny
blob_deny(const struct blob *b, uint32_t index)
{
	const uint8_t *r = b->deny.p + (size_t)index * BLOB_DENY_SIZE;

	return (struct blob_deny){
	    .suffix = string(b, r + BLOB_D_SUFFIX),
	    .root = (enum blob_root)r[BLOB_D_ROOT],
	    .access = r[BLOB_D_ACCESS],
	    .flags = r[BLOB_D_FLAGS],
	};
}

struct blob_port
blob_port(const struct blob *b, uint32_t index)
{
	const uint8_t *r = b->port.p + (size_t)index * BLOB_PORT_SIZE;

	return (struct blob_port){
	    .port = blob_u32(r + BLOB_N_PORT),
	    .rights = blob_u64(r + BLOB_N_RIGHTS),
	};
}

struct blob_program
blob_program(const struct blob *b, uint32_t index)
{
	const uint8_t *p = b->secc.p;

	for (; index > 0; index--)
		p += BLOB_SECC_HEADER +
		     (size_t)blob_u32(p + BLOB_A_COUNT) * BLOB_INSN_SIZE;
	return (struct blob_program){
	    .arch = blob_u32(p + BLOB_A_ARCH),
	    .n = blob_u32(p + BLOB_A_COUNT),
	    .insns = p + BLOB_SECC_HEADER,
	};
}

struct blob_env
blob_env(const struct blob *b, uint32_t index)
{
	const uint8_t *r = b->envf.p + (size_t)index * BLOB_ENV_SIZE;
	enum blob_env_kind kind = (enum blob_env_kind)blob_u32(r + BLOB_V_KIND);

	return (struct blob_env){
	    .name = string(b, r + BLOB_V_NAME),
	    .value = kind == BLOB_ENV_SET ? string(b, r + BLOB_V_VALUE) : NULL,
	    .kind = kind,
	};
}

const char *
blob_command(const struct blob *b, uint32_t index)
{
	return string(b, b->cmds.p + (size_t)index * BLOB_CMD_SIZE);
}

const char *
blob_profile_name(const struct blob *b)
{
	return b->name.p == NULL ? "" : (const char *)b->name.p;
}

const char *
blob_profile_version(const struct blob *b)
{
	const char *name = blob_profile_name(b);

	return b->name.p == NULL ? "" : name + strlen(name) + 1;
}

struct blob_source
blob_source(const struct blob *b, uint32_t index)
{
	const uint8_t *p = b->prov.p;
	const uint8_t *strings = p + b->prov.len - blob_u32(p + BLOB_R_STRINGS);
	const uint8_t *r =
	    p + BLOB_PROV_HEADER + (size_t)index * BLOB_SOURCE_SIZE;

	return (struct blob_source){
	    .kind = (enum blob_source_kind)blob_u32(r + BLOB_S_KIND),
	    .name = (const char *)strings + blob_u32(r + BLOB_S_NAME),
	    .digest = r + BLOB_S_DIGEST,
	};
}

struct blob_origin
blob_origin(const struct blob *b, uint32_t index)
{
	const uint8_t *r = b->prov.p + BLOB_PROV_HEADER +
			   (size_t)b->nsources * BLOB_SOURCE_SIZE +
			   (size_t)index * BLOB_ORIGIN_SIZE;

	return (struct blob_origin){
	    .source = blob_u32(r + BLOB_O_SOURCE),
	    .line = blob_u32(r + BLOB_O_LINE),
	    .column = blob_u32(r + BLOB_O_COLUMN),
	    .via = blob_u32(r + BLOB_O_VIA),
	};
}

struct blob_link
blob_link(const struct blob *b, uint32_t index)
{
	const uint8_t *r = b->prov.p + BLOB_PROV_HEADER +
			   (size_t)b->nsources * BLOB_SOURCE_SIZE +
			   (size_t)b->norigins * BLOB_ORIGIN_SIZE +
			   (size_t)index * BLOB_LINK_SIZE;

	return (struct blob_link){
	    .tag = blob_u32(r + BLOB_L_TAG),
	    .record = blob_u32(r + BLOB_L_RECORD),
	    .origin = blob_u32(r + BLOB_L_ORIGIN),
	};
}

struct blob_extra
blob_extra(const struct blob *b, uint32_t index)
{
	uint32_t i = b->nsections - b->nextras + index;
	const uint8_t *e =
	    b->bytes + BLOB_HEADER_SIZE + (size_t)i * BLOB_ENTRY_SIZE;

	return (struct blob_extra){
	    .tag = blob_u32(e + BLOB_E_TAG),
	    .contents = {.p = b->bytes + blob_u32(e + BLOB_E_OFFSET),
		.len = blob_u32(e + BLOB_E_LENGTH)},
	};
}
