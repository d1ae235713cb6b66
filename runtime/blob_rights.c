#include <config.h>

#include <stddef.h>

#include "runtime/blob.h"

/* Landlock's rights by ABI, from the history of uapi/linux/landlock.h. */

uint64_t
blob_fs_rights(unsigned abi)
{
	uint64_t rights = 0;

	if (abi >= 1)
		rights = BLOB_FS_REFER - 1;
	if (abi >= 2)
		rights |= BLOB_FS_REFER;
	if (abi >= 3)
		rights |= BLOB_FS_TRUNCATE;
	if (abi >= 5)
		rights |= BLOB_FS_IOCTL_DEV;
	if (abi >= 9)
		rights |= BLOB_FS_RESOLVE_UNIX;
	return rights;
}

uint64_t
blob_net_rights(unsigned abi)
{
	uint64_t rights = 0;

	if (abi >= 4)
		rights = BLOB_NET_BIND_TCP | BLOB_NET_CONNECT_TCP;
	if (abi >= 10)
		rights |= BLOB_NET_BIND_UDP | BLOB_NET_CONNECT_SEND_UDP;
	return rights;
}

uint64_t
blob_scopes(unsigned abi)
{
	return abi >= 6 ? BLOB_SCOPE_ALL : 0;
}

/* The name of the only bit that is set. */
static const char *
bit_name(uint64_t bit, const char *const *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (bit == UINT64_C(1) << i)
			return names[i];
	return NULL;
}

const char *
blob_fs_name(uint64_t right)
{
	static const char *const names[] = {"execute", "write_file",
	    "read_file", "read_dir", "remove_dir", "remove_file", "make_char",
	    "make_dir", "make_reg", "make_sock", "make_fifo", "make_block",
	    "make_sym", "refer", "truncate", "ioctl_dev", "resolve_unix"};

	return bit_name(right, names, sizeof(names) / sizeof(names[0]));
}

const char *
blob_net_name(uint64_t right)
{
	static const char *const names[] = {
	    "bind_tcp", "connect_tcp", "bind_udp", "connect_send_udp"};

	return bit_name(right, names, sizeof(names) / sizeof(names[0]));
}

const char *
blob_scope_name(uint64_t scope)
{
	static const char *const names[] = {"abstract_unix_socket", "signal"};

	return bit_name(scope, names, sizeof(names) / sizeof(names[0]));
}

const char *
blob_arch_name(uint32_t arch)
{
	static const struct {
		uint32_t arch;
		const char *name;
	} archs[] = {
	    {BLOB_ARCH_I386, "i386"},
	    {BLOB_ARCH_ARM, "arm"},
	    {BLOB_ARCH_S390X, "s390x"},
	    {BLOB_ARCH_PPC64LE, "ppc64le"},
	    {BLOB_ARCH_X86_64, "x86_64"},
	    {BLOB_ARCH_AARCH64, "aarch64"},
	    {BLOB_ARCH_RISCV64, "riscv64"},
	    {BLOB_ARCH_LOONGARCH64, "loongarch64"},
	};

	for (size_t i = 0; i < sizeof(archs) / sizeof(archs[0]); i++)
		if (archs[i].arch == arch)
			return archs[i].name;
	return NULL;
}
