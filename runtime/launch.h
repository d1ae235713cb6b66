#ifndef NONO_LAUNCH_H
#define NONO_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "runtime/blob.h"
#include "runtime/path.h"

enum { KEEP_FEW = 24, KEEP_MAX = 1024, LINKED_MAX = 1024, VARS_MAX = 16384 };

/* The command line. */
struct options {
	bool allow_cwd, allow_writable_policy, strict, dry_run, verbose;
	bool probe, has_id;
	bool allow_gpu, allow_launch_services; /* macOS */
	uint8_t id[BLOB_ID_SIZE]; /* the one that the policy must have */
	const char *cwd, *home;	  /* NULL: not given */
	uint32_t proxy_port;	  /* 0: not given */
	const char *policy;
	const char *within; /* the base policy; NULL: none */
	char **command;	    /* ends with NULL; NULL for a dry run without one */
};

/* Rights by class: they are compared, lost and named alike. */
enum rights_class { RIGHTS_FS, RIGHTS_NET, RIGHTS_SCOPE, RIGHTS_CLASSES };
struct rights {
	uint64_t of[RIGHTS_CLASSES];
};

struct root {
	int fd;	       /* -1: not used, missing or withheld */
	bool withheld; /* the temporary directory holds the home directory */
	bool known;    /* `at` is valid, even if the directory is missing */
	bool listed;   /* listing_find() knows what is in it */
	struct path at;
	const char *given; /* what it was named; NULL: by no name */
	uint32_t denies;   /* index of its first denied path, and how many */
	uint32_t ndenies;
};

/*
 * Where a denied path really leads when a symbolic link lies on its way; or
 * where such a link lies itself, when its name is another.
 */
struct linked {
	uint32_t deny; /* index of the record */
	bool hop;      /* a link: may be read, must not be replaced */
	struct path at;
};

/* The symbolic links of one way, in their order. */
enum { LINKS_MAX = 8 }; /* more than that is left to the kernel and procfs */
struct links {
	unsigned n;
	struct path at[LINKS_MAX];
};

/* What became of a rule. */
enum outcome {
	OUTCOME_GRANTED,
	OUTCOME_GRANTED_LINK,	/* on what a symbolic link leads to */
	OUTCOME_GRANTED_PARENT, /* the path is missing: on its parent */
	OUTCOME_COVERED,	/* other rules give it already */
	OUTCOME_EMPTY,		/* nothing that this kernel could grant here */
	OUTCOME_MISSING,
	OUTCOME_WITHHELD, /* would open a denied path; warned */
	OUTCOME_UNASKED,  /* needs consent, got none */
	OUTCOME_SKIPPED,  /* cannot be opened or wrong type; warned */
	OUTCOME_LATER,	  /* not judged yet; none is left in the end */
	OUTCOMES,
};

/*
 * All that is known about one launch, in the order in which it becomes known.
 * There is one, it is static, and each step below fills its part or dies.
 *
 * It is aligned so that what every launch touches of it lies in one page.  The
 * linker puts what is aligned most first, so that is the page where .data ends.
 */
enum { LAUNCH_ALIGN = 2048 };
struct launch {
	struct options opt;

	struct path file; /* the policy's, where it really lies */
	struct blob blob;
	struct blob_target target;
	struct launch *within; /* the base policy's; NULL: there is none */
	unsigned abi;
	struct rights handled; /* by the ruleset that the kernel accepted */
	struct rights lost;    /* wanted, and nothing else does their work */
	int ruleset;

	struct blob_program program; /* the policy's, for here; n 0: none */
	bool filtered;		     /* by it, or for a terminal's sake */

	struct root roots[BLOB_ROOTS];
	unsigned nlinked;
	uint32_t count[OUTCOMES];
	uint8_t *outcomes; /* enum outcome of each path rule */
	uint8_t *present;  /* a bit for each denied path */
	struct bypass *bypasses;
	bool writes_alone; /* somewhere what is granted without reading */

	/* The command's environment, what is set last; and what it lost. */
	unsigned nvars, nset, nremoved;
	char **vars; /* ends with NULL */
	const char **removed;

	unsigned nkeep;
	int *keep;	   /* descriptors that stay open, ascending */
	int few[KEEP_FEW]; /* room for them, as long as it suffices */

	/* Arrays at the end, after what every launch touches. */
	struct place scratch; /* for one step at a time */
	struct linked linked[LINKED_MAX];
};

/*
 * `n` zeroed bytes that stay, aligned for anything.  There is no heap.  Room is
 * what will be kept next: `n` bytes of any value, which stay as far as they are
 * taken.  What is dropped is what was kept last, from `p` on.
 */
void *memory_keep(size_t n);
void *memory_room(size_t n);
void memory_take(size_t n);
void memory_drop(const void *p);

/* The steps, in order.  None returns unless all of it is done. */
void options_parse(struct launch *l, int argc, char **argv);
void options_check(const struct options *o); /* are they this platform's? */
void descriptors_close(struct launch *l);
_Noreturn void probe_print(const struct launch *l); /* instead of a launch */
void policy_read(struct launch *l);
void within_read(struct launch *l); /* these three with --within only */
void within_apply(struct launch *l);
void within_restrict(const struct launch *l);
void command_check(const struct launch *l);
void filter_choose(struct launch *l);
void kernel_negotiate(struct launch *l);
void network_apply(const struct launch *l);
void roots_open(struct launch *l);
void roots_inspect(struct launch *l);
void denies_resolve(struct launch *l);
void rules_apply(struct launch *l);
void environment_filter(struct launch *l);
void kernel_restrict(const struct launch *l);
void denies_verify(struct launch *l);
void policy_verify(const struct launch *l);
void filter_install(const struct launch *l);
void summary_print(const struct launch *l, int fd);
_Noreturn void command_exec(const struct launch *l);

/*
 * Reads l->opt.policy, at most `most` bytes, and one more where it grew
 * meanwhile; else that byte is 0.  Dies unless nobody else can have written it.
 */
uint32_t policy_file_read(struct launch *l, uint32_t most, uint8_t **ret_bytes);

/*
 * What the policy says about variables and start-up commands, whatever its
 * format.  Order does not matter.
 */
uint32_t policy_envs(const struct launch *l);
struct blob_env policy_env(const struct launch *l, uint32_t i);
uint32_t policy_commands(const struct launch *l);
const char *policy_command(const struct launch *l, uint32_t i);

/* Does the user agree to this access, "read, write"?  No: warned about. */
bool consent_given(const struct launch *l, const char *access, struct path at);
bool consent_possible(const struct launch *l); /* by asking */

/*
 * May the grant stand beside the denied paths?  False: withheld and warned
 * about; conflicts that a launch must not survive die.  Denied paths of the
 * rule's own root are compared too: the compiler has seen those, but neither
 * links nor the user's id.
 */
bool denies_allow(struct launch *l, const struct blob_path *rule,
    struct path grant, uint64_t rights);

/* The rule opens what is denied there, by bypass_protection. */
void denies_bypass(struct launch *l, struct path at, uint64_t rights);

/*
 * What became of a rule: it is about to grant these rights on `fd`; or it
 * grants nothing here.  Dies where the base policy grants less.  `by_name`:
 * the place is the one that the rule names.
 */
void within_grant(const struct launch *l, const struct blob_path *rule,
    struct path at, uint64_t rights, bool by_name, int fd);
void within_missing(const struct launch *l, const struct blob_path *rule);

/*
 * What must not be written: this program; a file.  `what` goes into the
 * message, ", the policy,".
 */
void protect_self(struct launch *l);
void protect_file(const struct stat *st, struct path at, const char *what);
/* Where `name` leads; the links on the way there must not be written. */
bool protect_way(const char *name, const char *what, struct place *ret);
/*
 * Dies where the grant lets them be written.  `fd` is what is granted; -1: it
 * does not exist.
 */
void protect_check(struct path grant, int fd, uint64_t rights);

/*
 * A rule grants what does not lie where it says: behind a link, or a parent.
 * In the end it dies where the command can have made such a link.  `links`:
 * all that were read and followed on the way; NULL: that is not known yet.
 */
void planted_grant(const struct root *root, const char *suffix, struct path at,
    uint64_t rights, int fd, const struct links *links);
void planted_roots(const struct launch *l); /* the same of these, before */
void planted_judge(const struct launch *l);

/* `fd` stays open until exec, in spite of descriptors_drop(). */
void descriptors_keep(struct launch *l, int fd);
void descriptors_drop(const struct launch *l);
/* Could it open files by way of io_uring?  It is no directory. */
bool descriptor_is_ring(int fd, const struct stat *st);
/* Closes `first` to `last`, both included. */
int close_all(unsigned first, unsigned last);
/*
 * open_path(), always close-on-exec.  Nothing closes these descriptors but
 * exec, or this function when there are too many: at most the last one that
 * it returned is valid, unless it was kept.
 */
int descriptors_open(
    struct launch *l, int dir, const char *path, int flags, uint64_t resolve);

/*
 * The usual place of a root, below the home directory, where that takes no
 * following of links.  False: it has to be opened as any path.
 */
bool root_open_below_home(
    struct launch *l, enum blob_root root, const char *path);

/* What the first component of a path below a listed root is. */
enum entry {
	ENTRY_UNKNOWN, /* perhaps a link; or the root is not listed */
	ENTRY_MISSING,
	ENTRY_PLAIN, /* there, and no link */
};

void listing_read(struct root *r);
enum entry listing_find(const struct root *r, const char *suffix);

/*
 * Replaces the first symbolic link on the way by what it leads to, and notes
 * where it lies.  Before byte `*from` no link is known to be; it is 0
 * afterwards.  False: there is none, or where it leads cannot be told this way.
 */
bool links_follow(struct place *p, size_t *from, struct links *links);

/* What the paths before this one have shown of those that follow. */
enum hint_kind {
	HINT_NONE,
	HINT_PRESENT, /* no link on the way, and there */
	HINT_MISSING,
	HINT_LINK,    /* on the way, or the last component itself */
	HINT_GRANTED, /* no link on the way, and all that is in it */
};
struct hint {
	const struct root *root;
	const char *path; /* a suffix of the policy, which stays */
	size_t len;	  /* so many bytes of it, whole components */
	enum hint_kind kind;
};

/* Of the suffix or of what is above it; never HINT_PRESENT. */
enum hint_kind hint_of(
    const struct hint *h, const struct root *r, const char *suffix);
void hint_set(struct hint *h, const struct root *r, const char *suffix,
    enum hint_kind kind);
/*
 * `suffix` is missing; is its directory, too?  `next`: the one that follows;
 * `room`: what is in it is lost.
 */
void hint_missing(struct hint *h, const struct root *r, const char *suffix,
    const char *next, struct place *room);

/* "read_file": the name of one right; what follows where it is missing. */
const char *right_name(enum rights_class class, uint64_t right);
const char *right_missed(enum rights_class class, uint64_t right);
/* The ABI that brought the right; 0: none that we know. */
unsigned right_abi(enum rights_class class, uint64_t right);
struct rights rights_of_abi(unsigned abi);
/* A ruleset that handles them, or -1. */
int rights_ruleset(const struct rights *r);
/* Asks the kernel for each right by itself and takes out those it refuses. */
void rights_confirm(struct rights *r);

/* For the report: what is mounted where the policy grants what is above. */
void mounts_read(const struct launch *l);
void mounts_print(int fd);

/* What was set and removed: names, no values. */
void environment_print(const struct launch *l, int fd);
/* "TCP ports" */
const char *network_name(enum blob_network mode);

/* The kernel's Landlock ABI; without Landlock it dies. */
unsigned kernel_abi(void);
/* Does the kernel filter system calls, as policies need it? */
bool filter_available(void);
/* The name of the architecture that this program is for. */
const char *filter_arch(void);
/* Is this the kernel of WSL2? */
bool wsl2_here(void);
/* Warns where rules may not hold: on what WSL2 shows of Windows. */
void wsl_check_drive(struct path at, int fd, bool is_root);

#endif
