#include <config.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"
#include "runtime/within.h"

/*
 * --within BASE: the policy may grant nothing that the base policy does not
 * grant here, or the launch is refused before anything is restricted.
 *
 * What the records say is compared as it is written.  Paths are compared as
 * they are granted: where roots lie and where links lead decides what a rule
 * opens, so the base goes through the very steps that the policy goes through,
 * up to a ruleset of its own, and each of the policy's grants must lie in what
 * came of that.  A rule that grants nothing today, as its path is missing,
 * must lie in some rule of the base by its name.
 *
 * In the end the base's ruleset, and its seccomp program where that is
 * another, are put into force beneath the policy's.  They take nothing away,
 * and what was compared is then what the kernel holds the command to.
 */
enum { ELSEWHERE_MAX = 1024 };

static struct launch base;

/*
 * Rules of the base that did not grant what their name says: through a link,
 * on the parent, or with the user's id in it.
 */
static struct {
	uint64_t rights;
	unsigned flags;
	struct path at;
} elsewhere[ELSEWHERE_MAX];
static unsigned nelsewhere;

static _Noreturn void
exceed(const struct launch *l, const char *what, const char *name)
{
	die("within", l->opt.policy, " ", what, name, ", and ", l->opt.within,
	    " does not: take it out of the profile or use a wider base", NULL);
}

/*
 * What the base restricts the policy must, too.  What it insists on need not
 * be compared: whether this kernel has it the base's own steps will say.
 */
static void
compare_handled(const struct launch *l)
{
	const struct blob_target *p = &l->target, *b = &base.target;
	const uint64_t loose[] = {b->fs_handled & ~p->fs_handled,
	    b->net_handled & ~p->net_handled, b->scoped & ~p->scoped};

	for (unsigned c = 0; c < RIGHTS_CLASSES; c++) {
		if (loose[c] != 0)
			exceed(l, "leaves unrestricted: ",
			    right_name(
				(enum rights_class)c, loose[c] & -loose[c]));
	}
	if (b->network != BLOB_NET_OPEN &&
	    (p->flags & ~b->flags & BLOB_F_PROXY_INSECURE) != 0)
		exceed(l, "lets the proxy go unenforced", "");
}

/* The rights that the base gives on a port. */
static uint64_t
port_rights(const struct launch *l, uint32_t port)
{
	uint64_t rights = ~base.target.net_handled;

	if (base.target.network == BLOB_NET_PROXY && port == l->opt.proxy_port)
		rights |= BLOB_NET_CONNECT_TCP;
	for (uint32_t i = 0; i < base.blob.nports; i++)
		if (blob_port(&base.blob, i).port == port)
			rights |= blob_port(&base.blob, i).rights;
	return rights;
}

static void
compare_network(const struct launch *l)
{
	/* Ports leave UDP and ICMP open, a proxy netlink; blocked is blocked */
	enum {
		BLOCK = 1 << BLOB_NET_BLOCK,
		PROXY = BLOCK | 1 << BLOB_NET_PROXY,
		PORTS = PROXY | 1 << BLOB_NET_PORTS,
		OPEN = PORTS | 1 << BLOB_NET_OPEN,
	};
	static const unsigned narrower[] = {
	    [BLOB_NET_OPEN] = OPEN,
	    [BLOB_NET_BLOCK] = BLOCK,
	    [BLOB_NET_PROXY] = PROXY,
	    [BLOB_NET_PORTS] = PORTS,
	};
	const enum blob_network mode = l->target.network;

	if ((narrower[base.target.network] >> mode & 1) == 0)
		exceed(l, "opens more of the network: ", network_name(mode));
	if (base.target.network == BLOB_NET_OPEN)
		return;
	for (uint32_t i = 0; i < l->blob.nports; i++) {
		const struct blob_port p = blob_port(&l->blob, i);

		if ((p.rights & ~port_rights(l, p.port)) != 0)
			exceed(l, "opens port ", decimal(p.port));
	}
	if (mode == BLOB_NET_PROXY &&
	    (port_rights(l, l->opt.proxy_port) & BLOB_NET_CONNECT_TCP) == 0)
		exceed(
		    l, "opens the proxy's port ", decimal(l->opt.proxy_port));
}

static void
compare_commands(const struct launch *l)
{
	for (uint32_t i = 0; i < base.blob.ncmds; i++) {
		const char *name = blob_command(&base.blob, i);
		uint32_t j = 0;

		while (j < l->blob.ncmds &&
		       strcmp(blob_command(&l->blob, j), name) != 0)
			j++;
		if (j == l->blob.ncmds)
			exceed(l, "starts ", name);
	}
}

void
within_read(struct launch *l)
{
	const char *variable;

	base.opt = l->opt;
	base.opt.policy = l->opt.within;
	base.opt.within = NULL;
	base.opt.has_id = false;
	base.opt.allow_cwd = true; /* nothing is asked for the base's sake */
	base.opt.allow_writable_policy = true; /* the policy is looked at */
	report_about(base.opt.policy);
	policy_read(&base);
	report_about(NULL);
	compare_handled(l);
	compare_network(l);
	variable = within_variable(l, &base);
	if (variable != NULL)
		exceed(l, "passes on or sets the variable ", variable);
	compare_commands(l);
	l->within = &base;
	l->target.roots |= base.target.roots;
}

void
within_apply(struct launch *l)
{
	memcpy(base.roots, l->roots, sizeof(base.roots));
	for (unsigned i = 0; i < BLOB_ROOTS; i++)
		base.roots[i].denies = base.roots[i].ndenies = 0;
	base.keep = l->keep; /* where there may be room for its own */
	base.nkeep = l->nkeep;
	report_about(base.opt.policy);
	filter_choose(&base);
	kernel_negotiate(&base);
	network_apply(&base);
	denies_resolve(&base);
	rules_apply(&base);
	report_about(NULL);
	l->keep = base.keep;
	l->nkeep = base.nkeep;
}

void
within_restrict(const struct launch *l)
{
	const struct blob_program *p = &l->program, *b = &base.program;

	kernel_restrict(&base);
	if (b->n > 0 &&
	    (b->n != p->n ||
		memcmp(b->insns, p->insns, (size_t)b->n * BLOB_INSN_SIZE) != 0))
		filter_install(&base);
}

/*
 * May the base's rule serve this one?  What needs consent serves what needs it,
 * too, and all once it has been given.
 */
static bool
serves(const struct launch *l, unsigned flags, unsigned rule_flags)
{
	return l->opt.allow_cwd || (flags & BLOB_PATH_CONSENT) == 0 ||
	       (rule_flags & BLOB_PATH_CONSENT) != 0;
}

/* The rights of the base's rules for this very path, or those of any outcome */
static uint64_t
rights_at(const struct launch *l, enum blob_root root, const char *suffix,
    unsigned rule_flags, bool granted)
{
	uint64_t rights = 0;

	for (uint32_t i = blob_path_first(&base.blob, root, suffix);
	     i < base.blob.npaths; i++) {
		const struct blob_path r = blob_path(&base.blob, i);

		if (r.root != root || strcmp(r.suffix, suffix) != 0)
			break;
		if (serves(l, r.flags, rule_flags) &&
		    (!granted || base.outcomes[i] == OUTCOME_GRANTED))
			rights |= r.rights;
	}
	return rights;
}

/* The same of the path, and of each above it up to the root. */
static uint64_t
rights_above(const struct launch *l, enum blob_root root, const char *suffix,
    unsigned rule_flags, bool granted)
{
	static struct place p;
	uint64_t rights = 0;

	place_set(&p, (struct path){strlen(suffix), suffix});
	for (;;) {
		rights |= rights_at(l, root, p.s, rule_flags, granted);
		if (p.len == 0)
			return rights;
		while (p.len > 0 && p.s[--p.len] != '/')
			;
		p.s[p.len] = '\0';
	}
}

static uint64_t
rights_elsewhere(const struct launch *l, struct path at, unsigned rule_flags)
{
	uint64_t rights = 0;

	for (unsigned i = 0; i < nelsewhere; i++)
		if (path_covers(elsewhere[i].at, at) &&
		    serves(l, elsewhere[i].flags, rule_flags))
			rights |= elsewhere[i].rights;
	return rights;
}

/* What the base gives at a place, whatever root it is seen from. */
static uint64_t
rights_of(
    const struct launch *l, struct path at, unsigned rule_flags, bool granted)
{
	uint64_t rights = rights_elsewhere(l, at, rule_flags);

	for (unsigned i = 0; i < BLOB_ROOTS; i++) {
		const struct root *r = &base.roots[i];

		if (r->known && path_covers(r->at, at))
			rights |= rights_above(l, (enum blob_root)i,
			    at.s + r->at.len + (at.len > r->at.len), rule_flags,
			    granted);
	}
	return rights;
}

static void
note(const struct blob_path *rule, struct path at, uint64_t rights)
{
	if (nelsewhere == ELSEWHERE_MAX)
		die("rules", "more than ", decimal(ELSEWHERE_MAX),
		    " of its rules lead elsewhere than their names say", NULL);
	elsewhere[nelsewhere].rights = rights;
	elsewhere[nelsewhere].flags = rule->flags;
	elsewhere[nelsewhere++].at = path_copy(at);
}

/* The rights that the place does not have from the base: dies of them. */
static void
judge(const struct launch *l, const char *at, uint64_t rights)
{
	if (rights != 0)
		die("within", l->opt.policy, " grants ",
		    right_name(RIGHTS_FS, rights & -rights), " on ", shown(at),
		    ", and ", l->opt.within,
		    " does not: take it out of the profile or use a wider "
		    "base",
		    NULL);
}

void
within_grant(const struct launch *l, const struct blob_path *rule,
    struct path at, uint64_t rights, bool by_name, int fd)
{
	struct stat st;

	if (l == &base) {
		if (!by_name)
			note(rule, at, rights);
		return;
	}
	if (l->within == NULL)
		return;
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rights &= BLOB_FS_FILE;
	judge(l, at.s, rights & ~rights_of(l, at, rule->flags, true));
}

void
within_missing(const struct launch *l, const struct blob_path *rule)
{
	const char *suffix = path_suffix(&l->blob, rule->suffix);
	const struct root *r = &l->roots[rule->root];
	static struct place at;
	uint64_t rights = rule->rights & l->handled.of[RIGHTS_FS];

	if (l->within == NULL)
		return;
	rights &=
	    ~rights_above(l, rule->root, rule->suffix, rule->flags, false);
	if (r->known) {
		place_set(&at, r->at);
		if (place_join(&at, suffix, strlen(suffix)))
			rights &=
			    ~rights_of(l, path_of(&at), rule->flags, false);
		suffix = at.s;
	}
	judge(l, suffix, rights);
}
