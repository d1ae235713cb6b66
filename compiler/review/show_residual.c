#include <config.h>

#include "compiler/review/show.h"

/*
 * Found by asking the decider, so that nothing is called closed that is not.
 */
static struct finding *
add(struct report *r, struct text subject, const char *what)
{
	struct finding *f = report_add(r, "residual", REPORT_NOTE, "open");

	f->sign = ' ';
	f->subject = subject;
	f->region = text_of(what);
	f->message = arena_printf(r->arena, "open      %s", what);
	return f;
}

/* What follows where the kernel lacks a right that the policy handles. */
static void
add_lost(const struct decider *d, const struct blob *b, struct text subject,
    struct report *r)
{
	/* clang-format off */
	static const struct {
		uint64_t fs, net, scope;
		const char *what;
	} lost[] = {
		{ BLOB_FS_TRUNCATE, 0, 0,
		  "files that may only be read can be emptied" },
		{ BLOB_FS_IOCTL_DEV, 0, 0, "ioctl on devices" },
		{ BLOB_FS_RESOLVE_UNIX, 0, 0,
		  "sockets in the file system, of Docker, D-Bus, ssh-agent" },
		{ 0, BLOB_NET_BIND_TCP, 0, "listening on TCP ports" },
		{ 0, BLOB_NET_CONNECT_TCP, 0, "TCP connections" },
		{ 0, BLOB_NET_BIND_UDP, 0, "binding UDP ports" },
		{ 0, BLOB_NET_CONNECT_SEND_UDP, 0,
		  "sending UDP, so DNS and QUIC too" },
		{ 0, 0, BLOB_SCOPE_ABSTRACT_UNIX, "abstract sockets" },
		{ 0, 0, BLOB_SCOPE_SIGNAL, "signals to other processes" },
	};
	/* clang-format on */
	const struct blob_target t = blob_target(b);
	const uint64_t fs = t.fs_handled & ~decide_handled_fs(d);
	const uint64_t net = t.net_handled & ~decide_handled_net(d);
	const uint64_t scope = t.scoped & ~decide_scoped(d);

	for (size_t i = 0; i < ARRAY_LEN(lost); i++)
		if (((fs & lost[i].fs) | (net & lost[i].net) |
			(scope & lost[i].scope)) != 0)
			(void)add(r, subject, lost[i].what);
	if ((fs & BLOB_FS_REFER) != 0)
		(void)add(r, subject,
		    "(closed, instead: moving files between directories)");
}

/* A port that the policy does not name. */
static uint32_t
other_port(const struct blob *b)
{
	uint32_t port = 9;

	for (uint32_t i = 0; i < b->nports; i++)
		if (blob_port(b, i).port == port)
			port++;
	return port;
}

static void
add_network(const struct decider *d, const struct blob *b, struct text subject,
    struct report *r)
{
	const uint32_t port = other_port(b);
	/* Linux's numbers of families and types. */
	const struct {
		struct decide_request request;
		uint64_t handled; /* then add_lost() has said it */
		const char *what;
	} asked[] = {
	    {{.op = DECIDE_CONNECT_TCP, .port = port}, BLOB_NET_CONNECT_TCP,
		"TCP connections"},
	    {{.op = DECIDE_BIND_TCP, .port = port}, BLOB_NET_BIND_TCP,
		"listening on TCP ports"},
	    {{.op = DECIDE_SEND_UDP, .port = port}, BLOB_NET_CONNECT_SEND_UDP,
		"UDP, so DNS and QUIC too"},
	    {{.op = DECIDE_SOCKET, .family = 2, .socktype = 1, .proto = 262}, 0,
		"MPTCP, which Landlock does not see"},
	    {{.op = DECIDE_SOCKET, .family = 2, .socktype = 3, .proto = 1}, 0,
		"raw sockets, for root"},
	    {{.op = DECIDE_SOCKET, .family = 2, .socktype = 2, .proto = 1}, 0,
		"ICMP"},
	    {{.op = DECIDE_SOCKET, .family = 16, .socktype = 3}, 0,
		"netlink sockets"},
	    {{.op = DECIDE_SOCKET, .family = 17, .socktype = 3}, 0,
		"packet sockets, for root"},
	    {{.op = DECIDE_SOCKET, .family = 40, .socktype = 1}, 0,
		"vsock sockets"},
	};
	const uint64_t handled = blob_target(b).net_handled;

	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		struct decide_answer answer;

		decide_here(d, &asked[i].request, &answer);
		if (answer.verdict != DECIDE_DENIED &&
		    (handled & asked[i].handled) == 0)
			(void)add(r, subject, asked[i].what);
	}
}

/* What is open because the profile says so, at the line that does. */
static void
add_setting(struct report *r, struct text subject, const struct side_policy *p,
    enum blob_setting setting, const char *what)
{
	enum { ORIGINS_SHOWN = 2 };

	(void)side_places(
	    r, add(r, subject, what), p, BLOB_TARG, setting, "", ORIGINS_SHOWN);
}

static void
add_scopes(const struct side_policy *p, struct text subject, struct report *r)
{
	const uint64_t scoped = blob_target(&p->blob).scoped;
	const uint64_t handled = blob_target(&p->blob).fs_handled;

	if ((scoped & BLOB_SCOPE_SIGNAL) == 0)
		add_setting(r, subject, p, BLOB_SETTING_SIGNAL,
		    "signals to other processes");
	if ((scoped & BLOB_SCOPE_ABSTRACT_UNIX) == 0)
		add_setting(
		    r, subject, p, BLOB_SETTING_ABSTRACT, "abstract sockets");
	if ((handled & BLOB_FS_RESOLVE_UNIX) == 0)
		(void)add(r, subject, "sockets in the file system");
}

void
show_residual(const struct decider *d, const struct side_policy *p,
    struct text subject, struct report *r)
{
	const struct blob *b = &p->blob;

	report_rule(r, "residual", "what stays open whatever the policy says");
	add_lost(d, b, subject, r);
	add_network(d, b, subject, r);
	add_scopes(p, subject, r);
	(void)add(r, subject,
	    "stat, chmod, chown, utime, extended attributes, file locks");
	(void)add(r, subject, "System V IPC, keyrings, descriptors left open");
}

void
show_unenforced(struct report *r, struct text subject, const struct compile *c)
{
	for (uint32_t i = 0; i < c->policy.unenforced.n; i++) {
		const struct unenforced *u = &c->policy.unenforced.v[i];
		const struct place at =
		    source_place(&c->sources, u->at.source, u->at.begin);
		struct finding *f =
		    report_add(r, "unenforced", REPORT_NOTE, "unenforced");

		f->sign = ' ';
		f->subject = subject;
		f->region = u->key;
		f->message = arena_printf(r->arena, "%-9s %.*s: %s",
		    "no policy", (int)u->key.len, u->key.s, u->why);
		report_place(r, f,
		    (struct report_place){
			.file = source_get(&c->sources, u->at.source)->name,
			.line = at.line,
			.column = at.column,
		    });
	}
}
