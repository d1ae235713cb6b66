#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
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

/*
 * What to do without when the kernel refuses a right that its ABI has (some
 * report 6 and know no scopes): the newest first, one step after the other.
 */
static const struct {
	enum rights_class class;
	uint64_t rights;
} ladder[] = {
	{RIGHTS_SCOPE, BLOB_SCOPE_ALL},
	{RIGHTS_NET, BLOB_NET_BIND_UDP | BLOB_NET_CONNECT_SEND_UDP},
	{RIGHTS_FS, BLOB_FS_RESOLVE_UNIX},
	{RIGHTS_FS, BLOB_FS_IOCTL_DEV},
	{RIGHTS_NET, BLOB_NET_ALL},
	{RIGHTS_FS, BLOB_FS_TRUNCATE},
	{RIGHTS_FS, BLOB_FS_REFER},
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
	case RIGHTS_CLASSES:
		break;
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

static struct rights
known(unsigned abi)
{
	return (struct rights){{
	    [RIGHTS_FS] = blob_fs_rights(abi),
	    [RIGHTS_NET] = blob_net_rights(abi),
	    [RIGHTS_SCOPE] = blob_scopes(abi),
	}};
}

static struct rights
wanted(const struct launch *l)
{
	return (struct rights){{
	    [RIGHTS_FS] = l->target.fs_handled,
	    [RIGHTS_NET] = l->target.net_handled,
	    [RIGHTS_SCOPE] = l->target.scoped,
	}};
}

static struct rights
required(const struct launch *l)
{
	return (struct rights){{
	    [RIGHTS_FS] = l->target.fs_required,
	    [RIGHTS_NET] = l->target.net_required,
	    [RIGHTS_SCOPE] = l->target.scoped_required,
	}};
}

static unsigned
probe(void)
{
	const int abi = landlock_abi();

	if (abi >= 1)
		return (unsigned)abi;
	if (abi < 0 && errno == ENOSYS)
		die("kernel",
		    "it has no Landlock, use Linux 5.13 or newer "
		    "built with CONFIG_SECURITY_LANDLOCK",
		    NULL);
	if (abi < 0 && errno == EOPNOTSUPP)
		die("kernel",
		    "Landlock is disabled, add landlock to the "
		    "lsm= list of the kernel command line",
		    NULL);
	die("kernel", "cannot ask for Landlock: ", strerror(errno),
	    ", a container may forbid it", NULL);
}

static int
create(struct rights *h)
{
	const size_t steps = sizeof(ladder) / sizeof(*ladder);
	int fd = -1;

	for (size_t i = 0; i <= steps; i++) {
		const struct landlock_ruleset r = {
		    .handled_fs = h->of[RIGHTS_FS],
		    .handled_net = h->of[RIGHTS_NET],
		    .scoped = h->of[RIGHTS_SCOPE],
		};

		fd = landlock_create(&r);
		if (fd >= 0)
			return fd;
		if (errno != EINVAL && errno != E2BIG)
			break;
		if (i < steps)
			h->of[ladder[i].class] &= ~ladder[i].rights;
	}
	die("kernel", "it refuses the ruleset: ", strerror(errno), NULL);
}

/* The ABI that brought the right; 0: none that we know. */
static unsigned
abi_of(enum rights_class class, uint64_t right)
{
	for (unsigned abi = 1; abi <= BLOB_ABI_NEWEST; abi++)
		if ((known(abi).of[class] & right) != 0)
			return abi;
	return 0;
}

/*
 * Whether the proxy may go unenforced: only where the profile says so, and
 * on WSL2, known by what its kernel shows and not by the environment.
 */
static bool
insecure_proxy(const struct launch *l)
{
	char version[256];
	ssize_t n;
	int fd;

	if (l->target.network != BLOB_NET_PROXY ||
	    (l->target.flags & BLOB_F_PROXY_INSECURE) == 0)
		return false;
	if (access("/proc/sys/fs/binfmt_misc/WSLInterop", F_OK) == 0)
		return true;
	fd = open("/proc/version", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, version, sizeof(version) - 1);
	close(fd);
	version[n < 0 ? 0 : n] = '\0';
	return strstr(version, "icrosoft") != NULL;
}

/* Dies naming each right that `missing` holds. */
static void
refuse(const struct launch *l, const struct rights *missing)
{
	unsigned newest = 0, abi;
	const char *sep = "nono-load: kernel: the policy needs ";

	for (unsigned c = 0; c < RIGHTS_CLASSES; c++) {
		for (uint64_t m = missing->of[c]; m != 0; m &= m - 1) {
			line_add(sep);
			line_add(right_name((enum rights_class)c, m & -m));
			sep = ", ";
			abi = abi_of((enum rights_class)c, m & -m);
			newest = abi > newest ? abi : newest;
		}
	}
	if (newest == 0)
		return;
	if (newest <= l->abi) {
		line_add(": this kernel refuses that although it reports "
			 "Landlock ABI ");
		line_add(decimal(l->abi));
	} else {
		line_add(" (Landlock ABI ");
		line_add(decimal(newest));
		line_add("): this kernel has ABI ");
		line_add(decimal(l->abi));
	}
	line_add(", use a newer one");
	line_die();
}

/*
 * Rights of kernels that few have yet: without them things are as they have
 * always been, which the summary says and nobody needs to hear every day.
 */
static const struct rights silent = {{
    [RIGHTS_FS] = BLOB_FS_RESOLVE_UNIX,
}};

/*
 * Where the policy's program blocks the network it does so on every kernel;
 * of Landlock's rights it needs those of the ports that are left, which the
 * policy requires.
 */
static bool
blocked_without(const struct launch *l)
{
	return l->target.network == BLOB_NET_BLOCK && l->program.n > 0;
}

static void
judge_losses(struct launch *l)
{
	struct rights want = wanted(l), need = required(l);

	if (blocked_without(l))
		want.of[RIGHTS_NET] = need.of[RIGHTS_NET];
	if (l->opt.strict)
		need = want;
	if (insecure_proxy(l))
		need.of[RIGHTS_NET] = 0;
	for (unsigned c = 0; c < RIGHTS_CLASSES; c++) {
		l->lost.of[c] = want.of[c] & ~l->handled.of[c];
		need.of[c] &= ~l->handled.of[c];
	}
	refuse(l, &need);
	for (unsigned c = 0; c < RIGHTS_CLASSES; c++)
		for (uint64_t m = l->lost.of[c] & ~silent.of[c]; m != 0;
		     m &= m - 1)
			warn("Landlock ABI ", decimal(l->abi), " lacks ",
			    right_name((enum rights_class)c, m & -m), ": ",
			    right_missed((enum rights_class)c, m & -m), NULL);
}

void
kernel_negotiate(struct launch *l)
{
	const struct rights want = wanted(l);
	struct rights have;

	l->abi = probe();
	l->errata = landlock_errata();
	if (l->abi < l->target.abi_min)
		die("kernel", "the policy needs Landlock ABI ",
		    decimal(l->target.abi_min), ", this kernel has ",
		    decimal(l->abi), ", use a newer one", NULL);
	have = known(l->abi < BLOB_ABI_NEWEST ? l->abi : BLOB_ABI_NEWEST);
	for (unsigned c = 0; c < RIGHTS_CLASSES; c++)
		l->handled.of[c] = want.of[c] & have.of[c];
	l->ruleset = create(&l->handled);
	descriptors_keep(l, l->ruleset);
	judge_losses(l);
	if ((l->target.flags & BLOB_F_UNIX_PATHNAME) != 0 &&
	    (l->handled.of[RIGHTS_FS] & BLOB_FS_RESOLVE_UNIX) == 0)
		die("kernel",
		    "the policy mediates sockets in the file system, "
		    "which needs Landlock ABI 9: this kernel has ABI ",
		    decimal(l->abi), ", use a newer one", NULL);
}

static void
add_port(const struct launch *l, uint32_t port, uint64_t rights)
{
	rights &= l->handled.of[RIGHTS_NET];
	if (rights != 0 && landlock_add_port(l->ruleset, port, rights) != 0)
		die("network", "the kernel refuses port ", decimal(port), ": ",
		    strerror(errno), NULL);
}

/* The mode must be one that the handled rights really give. */
static void
check_mode(const struct launch *l)
{
	uint64_t need = 0;

	switch (l->target.network) {
	case BLOB_NET_OPEN:
		break;
	case BLOB_NET_PORTS: /* as much as is handled, see judge_losses() */
		if (l->target.net_handled == 0)
			die("network",
			    "the policy restricts ports and handles none, "
			    "compile it again",
			    NULL);
		break;
	case BLOB_NET_BLOCK:
		if (!blocked_without(l))
			need = BLOB_NET_BIND_TCP | BLOB_NET_CONNECT_TCP;
		break;
	case BLOB_NET_PROXY:
		need = BLOB_NET_CONNECT_TCP;
		if (l->opt.proxy_port == 0)
			die("network",
			    "the policy allows the proxy only, "
			    "start one and name its port with --proxy-port",
			    NULL);
		break;
	}
	if ((need & ~l->handled.of[RIGHTS_NET]) != 0 && !insecure_proxy(l))
		die("network",
		    "this kernel cannot block TCP, "
		    "use one with Landlock ABI 4 or newer",
		    NULL);
}

void
network_apply(const struct launch *l)
{
	check_mode(l);
	if (l->target.network == BLOB_NET_PROXY)
		add_port(l, l->opt.proxy_port, BLOB_NET_CONNECT_TCP);
	else if (l->opt.proxy_port != 0)
		warn("--proxy-port has no effect: the policy wants no proxy",
		    NULL);
	for (uint32_t i = 0; i < l->blob.nports; i++) {
		const struct blob_port p = blob_port(&l->blob, i);

		add_port(l, p.port, p.rights);
	}
}

void
kernel_restrict(const struct launch *l)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die("restrict",
		    "cannot give up new privileges: ", strerror(errno), NULL);
	if (landlock_restrict(l->ruleset) == 0)
		return;
	if (errno == E2BIG)
		die("restrict", "there are ", decimal(LANDLOCK_LAYERS_MAX),
		    " sandboxes around this process already and the kernel "
		    "has no room for more, start it outside of them",
		    NULL);
	die("restrict", "the kernel refuses the policy: ", strerror(errno),
	    NULL);
}
