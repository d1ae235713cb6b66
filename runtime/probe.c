#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runtime/landlock.h"
#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * What this kernel enforces, here: one line for each fact, a key, perhaps a
 * name, and a value.  Nothing is concluded from a version that can be tried:
 * this process asks for each right, confines itself, sees whether that holds,
 * and goes on until the kernel has no room for more.  It ends with that, so
 * there is nothing to undo and no second process.
 */
enum { STDOUT = 1 };

struct findings {
	unsigned abi;
	struct rights reported, there;
	unsigned layers; /* that could still be stacked */
	bool filter, wsl2, verbose;
};

static const char *
yes(bool value)
{
	return value ? "yes" : "no";
}

static bool
has(const struct findings *f, enum rights_class class, uint64_t rights)
{
	return (rights & ~f->there.of[class]) == 0;
}

static void
print_rights(const struct findings *f, enum rights_class class, const char *key,
    uint64_t all)
{
	for (; all != 0; all &= all - 1) {
		const uint64_t right = all & -all;

		line_add(key);
		line_add(right_name(class, right));
		if (has(f, class, right))
			line_add(" yes");
		else if ((f->reported.of[class] & right) != 0)
			line_add(" refused"); /* in spite of the ABI */
		else
			line_add(" no");
		if (f->verbose && !has(f, class, right)) {
			line_add(": ABI ");
			line_add(decimal(right_abi(class, right)));
			line_add(", without it ");
			line_add(right_missed(class, right));
		}
		line_send(STDOUT);
	}
}

static void
print_errata(const struct findings *f)
{
	static const char *const effects[] = {
	    "MPTCP, SMC and SCTP are not taken for TCP",
	    "threads of one process can signal each other",
	    "nothing gains rights by moving through a directory that lies "
	    "outside of its mount",
	    "overlayfs needs no make_char to remove files",
	};
	const unsigned fixed = landlock_errata();

	say(STDOUT, "errata ", hexadecimal(fixed), NULL);
	if (!f->verbose)
		return;
	for (unsigned i = 0; i < sizeof(effects) / sizeof(*effects); i++)
		say(STDOUT, "erratum ", decimal(i + 1),
		    (fixed >> i & 1) != 0 ? " fixed: " : " not known fixed: ",
		    effects[i], NULL);
}

/* Confines this process; then what is not granted must fail. */
static void
try_enforcing(void)
{
	const struct rights r = {{[RIGHTS_FS] = BLOB_FS_READ_DIR}};
	const int ruleset = rights_ruleset(&r);
	int fd;

	if (ruleset < 0)
		die("kernel", "it refuses a ruleset: ", strerror(errno), NULL);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die("kernel",
		    "cannot give up new privileges: ", strerror(errno), NULL);
	if (landlock_restrict(ruleset, 0) != 0) {
		if (errno != E2BIG)
			die("kernel",
			    "it refuses to enforce: ", strerror(errno),
			    ", a container may forbid it", NULL);
		say(STDOUT, "layers 0 of ", decimal(LANDLOCK_LAYERS_MAX), NULL);
		die("kernel", "there are ", decimal(LANDLOCK_LAYERS_MAX),
		    " sandboxes around this process and no room for more, "
		    "start it outside of them",
		    NULL);
	}
	fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 || errno != EACCES)
		die("kernel",
		    "it takes a ruleset and does not enforce it: "
		    "do not rely on Landlock here",
		    NULL);
	close(ruleset);
}

/* Those that fit in beside the one of try_enforcing(), and that one. */
static unsigned
count_layers(void)
{
	const struct rights r = {{[RIGHTS_FS] = BLOB_FS_READ_DIR}};
	const int ruleset = rights_ruleset(&r);
	unsigned n = 1;

	while (n <= LANDLOCK_LAYERS_MAX && landlock_restrict(ruleset, 0) == 0)
		n++;
	close(ruleset);
	return n;
}

static void
print_feature(const char *name, bool enforced, const char *otherwise)
{
	say(STDOUT, "feature ", name, enforced ? " enforced" : otherwise, NULL);
}

/* What the keys of a profile come to. */
static void
print_features(const struct findings *f)
{
	const uint64_t tcp = BLOB_NET_BIND_TCP | BLOB_NET_CONNECT_TCP;
	const uint64_t udp = BLOB_NET_BIND_UDP | BLOB_NET_CONNECT_SEND_UDP;
	const bool ports = f->filter && has(f, RIGHTS_NET, tcp);

	print_feature("filesystem", true, "");
	print_feature("network.block", f->filter, " refused: needs seccomp");
	print_feature("network.ports", ports,
	    " refused: needs Landlock ABI 4 and seccomp");
	print_feature("network.udp_ports", ports && has(f, RIGHTS_NET, udp),
	    " refused: needs Landlock ABI 10 and seccomp");
	print_feature("network.proxy", ports,
	    f->wsl2 && f->filter
		? " refused: needs Landlock ABI 4; goes unenforced where the "
		  "profile has wsl2_proxy_policy insecure_proxy"
		: " refused: needs Landlock ABI 4 and seccomp");
	print_feature("linux.af_unix_mediation",
	    has(f, RIGHTS_FS, BLOB_FS_RESOLVE_UNIX),
	    " refused: needs Landlock ABI 9");
	print_feature("signals", has(f, RIGHTS_SCOPE, BLOB_SCOPE_SIGNAL),
	    " open: needs Landlock ABI 6");
	print_feature("abstract_sockets",
	    has(f, RIGHTS_SCOPE, BLOB_SCOPE_ABSTRACT_UNIX),
	    " open: needs Landlock ABI 6");
	print_feature("device_ioctl", has(f, RIGHTS_FS, BLOB_FS_IOCTL_DEV),
	    " open: needs Landlock ABI 5");
	if (f->wsl2)
		say(STDOUT,
		    "feature windows_drives unreliable: rules on 9p, as in "
		    "/mnt/c, may not hold",
		    NULL);
}

void
probe_print(const struct launch *l)
{
	struct findings f = {.verbose = l->opt.verbose};
	struct utsname u;

	if (uname(&u) != 0)
		die("kernel", "uname: ", strerror(errno), NULL);
	f.filter = filter_available();
	f.wsl2 = wsl2_here();
	say(STDOUT, "kernel ", u.release, NULL);
	say(STDOUT, "wsl2 ", yes(f.wsl2), NULL);
	say(STDOUT, "seccomp ", f.filter ? filter_arch() : "no", NULL);
	if (landlock_abi() < 1)
		say(STDOUT, "landlock no", NULL);
	f.abi = kernel_abi();
	f.reported = f.there = rights_of_abi(f.abi);
	rights_confirm(&f.there);
	say(STDOUT, "landlock ", decimal(f.abi), NULL);
	print_errata(&f);
	print_rights(&f, RIGHTS_FS, "fs ", BLOB_FS_ALL);
	print_rights(&f, RIGHTS_NET, "net ", BLOB_NET_ALL);
	print_rights(&f, RIGHTS_SCOPE, "scope ", BLOB_SCOPE_ALL);
	try_enforcing();
	f.layers = count_layers();
	say(STDOUT, "layers ", decimal(f.layers), " of ",
	    decimal(LANDLOCK_LAYERS_MAX), NULL);
	say(STDOUT, "enforcing yes", NULL);
	if (f.verbose || f.wsl2)
		print_features(&f);
	done();
}
