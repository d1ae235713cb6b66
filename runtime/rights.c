#include <config.h>

#include <stddef.h>
#include <unistd.h>

#include "runtime/landlock.h"
#include "runtime/launch.h"
#include "runtime/report.h"

/* clang-format off */
static const struct {
	enum rights_class class;
	uint64_t right;
	const char *missed;
} consequences[] = {
	{RIGHTS_FS, BLOB_FS_REFER,
	    "moving and linking files between directories fails"},
	{RIGHTS_FS, BLOB_FS_TRUNCATE,
	    "files that may only be read can be truncated"},
	{RIGHTS_FS, BLOB_FS_IOCTL_DEV, "ioctl on devices stays open"},
	{RIGHTS_FS, BLOB_FS_RESOLVE_UNIX,
	    "every socket in the file system can be connected to"},
	{RIGHTS_NET, BLOB_NET_BIND_TCP, "binding TCP ports stays open"},
	{RIGHTS_NET, BLOB_NET_CONNECT_TCP, "TCP connections stay open"},
	{RIGHTS_NET, BLOB_NET_BIND_UDP, "binding UDP ports stays open"},
	{RIGHTS_NET, BLOB_NET_CONNECT_SEND_UDP, "sending UDP stays open"},
	{RIGHTS_SCOPE, BLOB_SCOPE_ABSTRACT_UNIX,
	    "abstract sockets of others can be connected to"},
	{RIGHTS_SCOPE, BLOB_SCOPE_SIGNAL,
	    "processes outside the sandbox can be signalled"},
};
/* clang-format on */

const char *
right_name(enum rights_class class, uint64_t right)
{
	const char *name = NULL;

	switch (class) {
	case RIGHTS_FS:
		name = blob_fs_name(right);
		break;
	case RIGHTS_NET:
		name = blob_net_name(right);
		break;
	case RIGHTS_SCOPE:
		name = blob_scope_name(right);
		break;
	case RIGHTS_CLASSES: /* GCOV_EXCL_LINE: their number, is none of them */
		break;	     /* GCOV_EXCL_LINE */
	}
	return name == NULL ? hexadecimal(right) : name;
}

const char *
right_missed(enum rights_class class, uint64_t right)
{
	for (size_t i = 0; i < sizeof(consequences) / sizeof(*consequences);
	     i++)
		if (consequences[i].class == class &&
		    consequences[i].right == right)
			return consequences[i].missed;
	return "what it stands for stays open";
}

unsigned
right_abi(enum rights_class class, uint64_t right)
{
	for (unsigned abi = 1; abi <= BLOB_ABI_NEWEST; abi++)
		if ((rights_of_abi(abi).of[class] & right) != 0)
			return abi;
	return 0; /* GCOV_EXCL_LINE: a policy with such a right is refused */
}

struct rights
rights_of_abi(unsigned abi)
{
	if (abi > BLOB_ABI_NEWEST)
		abi = BLOB_ABI_NEWEST;
	return (struct rights){{
	    [RIGHTS_FS] = blob_fs_rights(abi),
	    [RIGHTS_NET] = blob_net_rights(abi),
	    [RIGHTS_SCOPE] = blob_scopes(abi),
	}};
}

int
rights_ruleset(const struct rights *r)
{
	const struct landlock_ruleset attr = {
	    .handled_fs = r->of[RIGHTS_FS],
	    .handled_net = r->of[RIGHTS_NET],
	    .scoped = r->of[RIGHTS_SCOPE],
	};

	return landlock_create(&attr);
}

void
rights_confirm(struct rights *r)
{
	for (unsigned c = 0; c < RIGHTS_CLASSES; c++) {
		for (uint64_t m = r->of[c]; m != 0; m &= m - 1) {
			struct rights one = {{0}};
			int fd;

			one.of[c] = m & -m;
			fd = rights_ruleset(&one);
			if (fd < 0)
				r->of[c] &= ~one.of[c];
			else
				close(fd);
		}
	}
}
