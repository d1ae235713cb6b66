#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "runtime/landlock.h"
#include "runtime/launch.h"
#include "runtime/report.h"

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

unsigned
kernel_abi(void)
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

/*
 * The ABI that is reported is not believed alone (some kernels report 6 and
 * know no scopes): where the kernel refuses the whole, each right is asked for
 * by itself, and the ruleset handles those that are there.
 */
static int
create(struct rights *h)
{
	int fd = rights_ruleset(h);

	if (fd < 0 && (errno == EINVAL || errno == E2BIG)) {
		rights_confirm(h);
		fd = rights_ruleset(h);
	}
	if (fd < 0)
		die("kernel", "it refuses the ruleset: ", strerror(errno),
		    NULL);
	return fd;
}

/* May the proxy go unenforced?  Where the profile says so, and on WSL2. */
static bool
insecure_proxy(const struct launch *l)
{
	return l->target.network == BLOB_NET_PROXY &&
	       (l->target.flags & BLOB_F_PROXY_INSECURE) != 0 && wsl2_here();
}

/* The ABI that is missing is the one that a proxy would need, and may go. */
static bool
waived(const struct launch *l)
{
	return l->target.abi_min <=
		   right_abi(RIGHTS_NET, BLOB_NET_CONNECT_TCP) &&
	       insecure_proxy(l);
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
			abi = right_abi((enum rights_class)c, m & -m);
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

	l->abi = kernel_abi();
	if (l->abi < l->target.abi_min && !waived(l))
		die("kernel", "the policy needs Landlock ABI ",
		    decimal(l->target.abi_min), ", this kernel has ",
		    decimal(l->abi), ", use a newer one", NULL);
	have = rights_of_abi(l->abi);
	for (unsigned c = 0; c < RIGHTS_CLASSES; c++)
		l->handled.of[c] = want.of[c] & have.of[c];
	l->ruleset = create(&l->handled);
	descriptors_keep(l, l->ruleset);
	judge_losses(l);
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
	else if (l->opt.proxy_port != 0 &&
		 (l->within == NULL ||
		     l->within->target.network != BLOB_NET_PROXY))
		warn("--proxy-port has no effect: the policy wants no proxy",
		    NULL);
	for (uint32_t i = 0; i < l->blob.nports; i++) {
		const struct blob_port p = blob_port(&l->blob, i);

		add_port(l, p.port, p.rights);
	}
}

/*
 * denies_verify() asks for what must be denied, at every launch: the kernel's
 * log need not hear of that.  It is silent about us then until exec, and about
 * the command it is anyway.
 */
static int
restrict_self(const struct launch *l)
{
	if (l->abi >= LANDLOCK_LOG_ABI &&
	    landlock_restrict(l->ruleset, LANDLOCK_LOG_SAME_EXEC_OFF) == 0)
		return 0;
	return landlock_restrict(l->ruleset, 0);
}

void
kernel_restrict(const struct launch *l)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die("restrict",
		    "cannot give up new privileges: ", strerror(errno), NULL);
	if (restrict_self(l) == 0)
		return;
	if (errno == E2BIG)
		die("restrict", "there are ", decimal(LANDLOCK_LAYERS_MAX),
		    " sandboxes around this process already and the kernel "
		    "has no room for more, start it outside of them",
		    NULL);
	die("restrict", "the kernel refuses the policy: ", strerror(errno),
	    NULL);
}
