#include <config.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "runtime/landlock.h"
#include "runtime/launch.h"
#include "runtime/report.h"

/* Printed after the kernel has accepted the policy, and never before. */

static void
add_rights(enum rights_class class, uint64_t rights)
{
	const char *sep = "";

	for (; rights != 0; rights &= rights - 1) {
		line_add(sep);
		line_add(right_name(class, rights & -rights));
		sep = ",";
	}
}

static void
print_policy(const struct launch *l, int fd)
{
	const uint8_t *id = l->blob.bytes + BLOB_H_ID;
	const char *name = blob_profile_name(&l->blob);

	say(fd, "policy     ", *name == '\0' ? "(stripped)" : name, " ",
	    blob_profile_version(&l->blob), NULL);
	say(fd, "id         ", hexadecimals(id, BLOB_ID_SIZE), NULL);
	if (l->within != NULL)
		say(fd, "within     ", l->opt.within, ", id ",
		    hexadecimals(
			l->within->blob.bytes + BLOB_H_ID, BLOB_ID_SIZE),
		    NULL);
	say(fd, "kernel     Landlock ABI ", decimal(l->abi), ", errata ",
	    hexadecimal(landlock_errata()), NULL);
}

const char *
network_name(enum blob_network mode)
{
	static const char *const names[] = {
	    [BLOB_NET_OPEN] = "not restricted",
	    [BLOB_NET_BLOCK] = "blocked",
	    [BLOB_NET_PROXY] = "local proxy only",
	    [BLOB_NET_PORTS] = "TCP ports",
	};

	return names[mode];
}

static void
print_network(const struct launch *l, int fd)
{
	const char *port = decimal(l->opt.proxy_port);

	if (l->target.network == BLOB_NET_PROXY)
		say(fd, "network    ", network_name(l->target.network),
		    ", port ", port, NULL);
	else
		say(fd, "network    ", network_name(l->target.network), NULL);
	for (uint32_t i = 0; i < l->blob.nports; i++) {
		const struct blob_port p = blob_port(&l->blob, i);

		line_add("port       ");
		line_add(decimal(p.port));
		line_add(" ");
		add_rights(RIGHTS_NET, p.rights & l->handled.of[RIGHTS_NET]);
		line_send(fd);
	}
}

static void
print_handled(const struct launch *l, int fd)
{
	static const char *const names[] = {
	    [RIGHTS_FS] = "handled    fs ",
	    [RIGHTS_NET] = "handled    net ",
	    [RIGHTS_SCOPE] = "handled    scoped ",
	};

	for (unsigned c = 0; c < RIGHTS_CLASSES; c++) {
		line_add(names[c]);
		line_add(hexadecimal(l->handled.of[c]));
		line_add(" ");
		add_rights((enum rights_class)c, l->handled.of[c]);
		line_send(fd);
	}
}

static void
print_filter(const struct launch *l, int fd)
{
	line_add("seccomp    ");
	if (l->program.n > 0) {
		line_add("the policy's program, ");
		line_add(decimal(l->program.n));
		line_add(" instructions; ");
	}
	line_add(l->filtered ? "no typing into terminals" : "none");
	line_send(fd);
}

static const char *
label(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_GRANTED:
	case OUTCOME_GRANTED_LINK:
	case OUTCOME_GRANTED_PARENT:
		return "granted    ";
	case OUTCOME_COVERED:
		return "covered    ";
	case OUTCOME_EMPTY:
		return "no effect  ";
	case OUTCOME_MISSING:
		return "missing    ";
	case OUTCOME_WITHHELD:
		return "withheld   ";
	case OUTCOME_UNASKED:
		return "unasked    ";
	case OUTCOME_SKIPPED:
		return "skipped    ";
	/* GCOV_EXCL_START: in the end no rule has these outcomes. */
	case OUTCOME_LATER:
	case OUTCOMES:
		break;
	}
	return "";
	/* GCOV_EXCL_STOP */
}

static void
print_rule(const struct launch *l, uint32_t i, int fd)
{
	const struct blob_path r = blob_path(&l->blob, i);
	const struct root *root = &l->roots[r.root];
	const enum outcome outcome = (enum outcome)l->outcomes[i];
	const char *suffix = path_suffix(&l->blob, r.suffix);

	line_add(label(outcome));
	line_add(hexadecimal(r.rights & l->handled.of[RIGHTS_FS]));
	line_add(" ");
	line_add(root->known ? root->at.s : "$XDG_RUNTIME_DIR");
	line_add(*r.suffix == '\0' && root->at.len > 0 ? "" : "/");
	line_add(suffix);
	if (outcome == OUTCOME_GRANTED_LINK)
		line_add(" (through a link)");
	if (outcome == OUTCOME_GRANTED_PARENT)
		line_add(" (missing: its parent)");
	line_send(fd);
}

static void
print_lost(const struct launch *l, int fd)
{
	for (unsigned c = 0; c < RIGHTS_CLASSES; c++)
		for (uint64_t m = l->lost.of[c]; m != 0; m &= m - 1)
			say(fd, "lost       ",
			    right_name((enum rights_class)c, m & -m), ": ",
			    right_missed((enum rights_class)c, m & -m), NULL);
}

/* Has the policy a rule for a port with one of these rights? */
static bool
has_port(const struct launch *l, uint64_t rights)
{
	for (uint32_t i = 0; i < l->blob.nports; i++)
		if ((blob_port(&l->blob, i).rights & rights) != 0)
			return true;
	return false;
}

/*
 * Whether the policy's program leaves sockets on which these rights are used
 * at all.  What it is for follows from the mode; see nono-blob(5).
 */
static bool
has_sockets(const struct launch *l, uint64_t rights)
{
	if (l->program.n == 0)
		return true;
	switch (l->target.network) {
	case BLOB_NET_OPEN:
	case BLOB_NET_PORTS:
		break;
	case BLOB_NET_BLOCK:
		return has_port(l, rights);
	case BLOB_NET_PROXY:
		return (rights & BLOB_NET_CONNECT_TCP) != 0;
	}
	return true;
}

/* May /proc be read? */
static bool
reads_processes(const struct launch *l)
{
	static const struct path proc = {sizeof("/proc") - 1, "/proc"};

	for (uint32_t i = 0; i < l->blob.npaths; i++) {
		const struct blob_path r = blob_path(&l->blob, i);

		if (l->outcomes[i] == OUTCOME_GRANTED &&
		    (r.rights & BLOB_FS_READ_FILE) != 0 &&
		    path_covers_below(l->roots[r.root].at, r.suffix, proc))
			return true;
	}
	return false;
}

/* What stays open on this kernel whatever the policy says. */
static void
print_residual(const struct launch *l, int fd)
{
	const enum blob_network mode = l->target.network;
	const bool program = l->program.n > 0;
	const uint64_t fs = l->handled.of[RIGHTS_FS];
	const uint64_t net = l->handled.of[RIGHTS_NET];
	const uint64_t scope = l->handled.of[RIGHTS_SCOPE];
	const uint64_t tcp = BLOB_NET_BIND_TCP | BLOB_NET_CONNECT_TCP;
	const uint64_t udp = BLOB_NET_BIND_UDP | BLOB_NET_CONNECT_SEND_UDP;
	const struct {
		bool open;
		const char *what;
	} residual[] = {
	    {has_sockets(l, tcp) && (net & tcp) != tcp, "TCP"},
	    {has_sockets(l, tcp) && (net & BLOB_NET_BIND_TCP) != 0,
		"listening on a TCP port that the kernel chooses"},
	    {has_sockets(l, udp) && (net & udp) != udp,
		"UDP, so DNS and QUIC too"},
	    {program && mode == BLOB_NET_PORTS,
		"ICMP, netlink and vsock sockets"},
	    {program && mode == BLOB_NET_PROXY, "netlink sockets"},
	    {!program || mode == BLOB_NET_OPEN,
		"ICMP, raw, packet, netlink and vsock sockets"},
	    {!program && (net & tcp) != 0,
		"MPTCP, SCTP and SMC sockets, TCP Fast Open"},
	    {(fs & BLOB_FS_RESOLVE_UNIX) == 0,
		"sockets in the file system, of Docker, D-Bus, ssh-agent"},
	    {(scope & BLOB_SCOPE_ABSTRACT_UNIX) == 0, "abstract sockets"},
	    {(scope & BLOB_SCOPE_SIGNAL) == 0, "signals to other processes"},
	    {true,
		"stat, chmod, chown, utime, extended attributes, file locks"},
	    {true, "executing whatever may be read, by its interpreter"},
	    {geteuid() == 0 && reads_processes(l),
		"environments and memory maps of all processes, read by root "
		"in /proc"},
	    {true, "processor time, memory, processes without limit"},
	    {true, "System V IPC, keyrings"},
	};

	for (size_t i = 0; i < sizeof(residual) / sizeof(*residual); i++)
		if (residual[i].open)
			say(fd, "residual   ", residual[i].what, NULL);
	mounts_print(fd);
	line_add("residual   descriptors 0, 1, 2");
	for (unsigned i = 0; i < l->nkeep; i++) {
		const int flags = fcntl(l->keep[i], F_GETFD);

		if (flags < 0 || (flags & FD_CLOEXEC) != 0)
			continue; /* the loader's own */
		line_add(", ");
		line_add(decimal((uint64_t)l->keep[i]));
	}
	line_add(" as they were opened");
	line_send(fd);
}

void
summary_print(const struct launch *l, int fd)
{
	const uint32_t granted = l->count[OUTCOME_GRANTED] +
				 l->count[OUTCOME_GRANTED_LINK] +
				 l->count[OUTCOME_GRANTED_PARENT];

	print_policy(l, fd);
	print_network(l, fd);
	print_handled(l, fd);
	print_filter(l, fd);
	say(fd, "rules      ", decimal(l->blob.npaths), ": ", decimal(granted),
	    " granted, ", decimal(l->count[OUTCOME_MISSING]), " missing, ",
	    decimal(l->count[OUTCOME_WITHHELD] + l->count[OUTCOME_UNASKED]),
	    " withheld, ", decimal(l->count[OUTCOME_SKIPPED]), " skipped; ",
	    decimal(l->blob.ndenies), " denied", NULL);
	for (uint32_t i = 0; i < l->blob.npaths; i++)
		print_rule(l, i, fd);
	environment_print(l, fd);
	print_lost(l, fd);
	print_residual(l, fd);
}
