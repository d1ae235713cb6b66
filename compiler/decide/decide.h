#ifndef NONO_DECIDE_H
#define NONO_DECIDE_H

#include "compiler/base/vec.h"
#include "runtime/blob.h"

/*
 * The decider: what a compiled policy permits, from its bytes.  It shares
 * with the compiler nothing but blob.h, never looks at the host, and is
 * judged by the kernel (tests/decisions).  Whoever wants to know what a
 * policy does asks here and recomputes nothing.
 *
 *	decide_env_init(&env);			the newest kernel, roots unknown
 *	decide_env_place(&env, BLOB_ROOT_CWD, TEXT("/srv/project"));
 *	d = decide_open(&arena, &blob, &env);
 *	decide(d, &request, &answer);		one question
 *	decide_regions(d, &arena, &regions);	all of it, for comparisons
 */

/*
 * A path: a root and a suffix below it, as in a policy.  No leading, trailing
 * or double slash and no dots; BLOB_UID_BYTE stands for the user's id where
 * env.uid is not known.  "/usr" is {BLOB_ROOT_SLASH, "usr"}.
 */
struct decide_path {
	struct text suffix;
	enum blob_root root;
};

/*
 * Where the policy is launched.  A root's place is a path below "/", or below
 * a root that is its own place: then it is not known, and taken to lie away
 * from all that other paths name.
 */
struct decide_env {
	unsigned abi; /* Landlock's, 1 to BLOB_ABI_NEWEST */
	struct decide_path places[BLOB_ROOTS];
	int64_t uid;	     /* -1: not known */
	uint32_t arch;	     /* BLOB_ARCH_*: which seccomp program runs */
	uint32_t proxy_port; /* 0: not known, no port is taken for it */
	bool consent;	     /* to the working directory: --allow-cwd */
	/*
	 * What may be missing when a rule would then be granted on the parent
	 * directory (BLOB_MISSING_PARENT), is missing.
	 */
	bool absent;
	const struct decide_world *world; /* NULL: any file tree */
	/* With a world: the links by which a root was named. */
	const struct text *hops[BLOB_ROOTS];
	uint32_t nhops[BLOB_ROOTS];
};

/*
 * The newest ABI, consent; HOME, CWD and XDG_RUNTIME_DIR not known, the other
 * roots where the loader has them while their variables are unset: below HOME,
 * and /tmp.
 */
void decide_env_init(struct decide_env *ret_env);
/* `absolute` lives as long as env does.  False: not absolute, or has dots. */
bool decide_env_place(
    struct decide_env *env, enum blob_root root, struct text absolute);

/*
 * Numbers that the user's id could be so that `with`, which has it in it, and
 * `other`, which spells out a number there, speak of one place.
 */
struct decide_uids {
	int64_t v[8];
	uint32_t n;
};
void decide_uids_add(
    struct decide_uids *to, struct text with, struct text other);
/* The path of that user; -1: as it is. */
struct text decide_uid_text(struct arena *a, struct text suffix, int64_t uid);

/*
 * A file tree, for callers that know one: where links lead, what is missing,
 * what is a directory.  Every root is placed below "/" then; one that is not
 * is missing.  Without a world no path has a link in it, and each rule finds
 * at launch what it is for.
 */
struct decide_look {
	struct text real; /* canonical, without the leading slash */
	uint64_t id;	  /* the same for all names of one file; 0: none */
	bool there, directory, regular, socket;
	bool loop; /* links that lead nowhere: it cannot be opened */
	/* The links on the way, each by its own canonical path, in order. */
	const struct text *hops;
	uint32_t nhops;
};

struct decide_world {
	void *context;
	/*
	 * `path` has no leading slash.  Of something missing, `real` is where
	 * it would be.
	 */
	struct decide_look (*look)(void *context, struct text path);
};

struct decider;

/* The arena and the blob outlive the decider; env is copied. */
struct decider *decide_open(
    struct arena *a, const struct blob *b, const struct decide_env *env);

/*
 * The same policy where its roots lie elsewhere: of `env` only the places may
 * be others than those it was opened with, and there is no world.  Cheap.
 */
void decide_move(struct decider *d, const struct decide_env *env);

/*
 * Would the loader refuse to launch there?  Then nothing is permitted.  Of
 * what it refuses for, this leaves out what only the machine knows: the owner
 * of files, what cannot be opened, --proxy-port, the policy lying within what
 * may be written.
 */
enum decide_refusal {
	DECIDE_LAUNCHES,
	DECIDE_REFUSED_KERNEL, /* a required right is missing */
	DECIDE_REFUSED_ARCH,   /* there is no seccomp program for it */
	DECIDE_REFUSED_DENY,   /* a rule would open a denied path */
	DECIDE_REFUSED_OPEN,   /* a denied path is granted by another name */
	DECIDE_REFUSED_LINK,   /* the command can have made a link to it */
	DECIDE_REFUSED_TYPE,   /* a rule is for a directory, or for none */
	DECIDE_REFUSED_EMPTY,  /* no rule at all can be granted */
};
struct decide_refused {
	enum decide_refusal why;
	uint32_t rule, deny;	  /* indexes, where they mean something */
	uint64_t fs, net, scoped; /* DECIDE_REFUSED_KERNEL: what is missing */
};
struct decide_refused decide_refused(const struct decider *d);

/* The rights that a ruleset handles there: what is not is free. */
uint64_t decide_handled_fs(const struct decider *d);
uint64_t decide_handled_net(const struct decider *d);
uint64_t decide_scoped(const struct decider *d);

/* An object that a right is needed on. */
enum decide_kind {
	DECIDE_DIRECTORY, /* there at launch, a directory */
	DECIDE_FILE,	  /* there at launch, anything else */
	DECIDE_NEW,	  /* made after launch: rules at its path had none */
};
struct decide_object {
	struct decide_path path;
	enum decide_kind kind;
	uint64_t id; /* as in struct decide_look; 0: it has one name */
};

struct decide_rules VEC(uint32_t); /* indexes into PATH (or PORT) */

/*
 * The rights in effect on an object: what the rules on it and on the
 * directories above it grant together.  Only what is handled; of what is not
 * a directory also those that mean something on directories only, as in the
 * kernel.  ret_rules, which may be NULL, gets the rules that contribute, in
 * order, allocated in `a`.
 */
uint64_t decide_rights(const struct decider *d, const struct decide_object *o,
    struct arena *a, struct decide_rules *ret_rules);

/*
 * Operations, each as the kernel's checks see it.  `path` is what is operated
 * on; create, remove, rename and link are decided on its parent directory.
 */
enum decide_op {
	DECIDE_READ,	  /* open a file for reading */
	DECIDE_WRITE,	  /* open a file for writing or appending */
	DECIDE_UPDATE,	  /* open a file for both */
	DECIDE_OVERWRITE, /* open a file for writing and empty it */
	DECIDE_TRUNCATE,  /* truncate(2) */
	DECIDE_LIST,	  /* open a directory */
	DECIDE_EXECUTE,	  /* the file itself; not what interprets it */
	DECIDE_CREATE,	  /* make what `type` says; a socket: bind */
	DECIDE_WRITE_NEW, /* make a file and open it for writing */
	DECIDE_TMPFILE,	  /* O_TMPFILE for writing; path: the directory */
	DECIDE_REMOVE,	  /* unlink */
	DECIDE_REMOVE_DIR,
	DECIDE_RENAME,	     /* path to `to`, which `to_exists` or not */
	DECIDE_EXCHANGE,     /* path and `to` */
	DECIDE_LINK,	     /* a second name `to` for path */
	DECIDE_IOCTL,	     /* on a device that was opened for reading */
	DECIDE_CONNECT_UNIX, /* to a socket at `path`, of somebody outside */
	DECIDE_CONNECT_TCP,  /* to `port`, anywhere */
	DECIDE_BIND_TCP,     /* to `port`; 0: any */
	DECIDE_SEND_UDP,     /* to `port`, from a socket that is not bound */
	DECIDE_BIND_UDP,
	DECIDE_SOCKET,		 /* make one of `family`, `socktype`, `proto` */
	DECIDE_CONNECT_ABSTRACT, /* to an abstract socket outside */
	DECIDE_SIGNAL,		 /* to a process outside */
	DECIDE_METADATA, /* stat, chmod, chown, utime, xattr, chdir, locks */
	DECIDE_OPS,
};

enum decide_type {
	DECIDE_REGULAR,
	DECIDE_DIR,
	DECIDE_SYMLINK,
	DECIDE_SOCK,
	DECIDE_FIFO,
	DECIDE_CHAR,
	DECIDE_BLOCK,
	DECIDE_TYPES,
};

struct decide_request {
	enum decide_op op;
	struct decide_path path, to;
	enum decide_type type, to_type; /* of what is there, or is made */
	uint64_t id, to_id;		/* as in struct decide_object */
	bool to_exists;			/* rename onto something */
	uint32_t port;
	uint32_t family, socktype, proto; /* Linux numbers: AF_, SOCK_ */
};

/* Each right that the answer hangs on: needed there, and who gives it. */
struct decide_need {
	struct decide_object on;
	uint64_t rights;  /* needed */
	uint64_t missing; /* of these, neither granted nor free */
	uint64_t free;	  /* of these, not granted and not enforced */
};
enum { DECIDE_NEEDS = 3 };

enum decide_verdict {
	DECIDE_ALLOWED,
	DECIDE_DENIED,
	/* Allowed: no rule grants it, and this kernel enforces no such right */
	DECIDE_UNENFORCED,
	/* Denied, but for some places of the roots; see `elsewhere` */
	DECIDE_DEPENDS,
};

enum decide_reason {
	DECIDE_BY_RULES,   /* the rights of the needs, and no more */
	DECIDE_BY_LAUNCH,  /* refused, see decide_refused() */
	DECIDE_BY_REFER,   /* no right to move between directories */
	DECIDE_BY_GAIN,	   /* what is moved would gain rights */
	DECIDE_BY_FILTER,  /* the seccomp program */
	DECIDE_BY_SCOPE,   /* the scope */
	DECIDE_BY_PORT,	   /* the port's rules */
	DECIDE_BY_NOTHING, /* no policy restricts this operation */
};

struct decide_answer {
	enum decide_verdict verdict;
	enum decide_reason reason;
	int error; /* of a denial: Linux's errno, 1 EPERM, 13 EACCES, 18 EXDEV
		    */
	uint64_t gained;     /* DECIDE_BY_GAIN */
	uint64_t net, scope; /* the right that a port or scope is about */
	struct decide_need needs[DECIDE_NEEDS];
	unsigned nneeds;
	/*
	 * DECIDE_DEPENDS: an environment where it is allowed; in the
	 * decider's own it is denied as the rest of the answer says.
	 */
	const struct decide_env *elsewhere;
};

/* In exactly the environment that the decider was opened with. */
void decide_here(const struct decider *d, const struct decide_request *r,
    struct decide_answer *ret_answer);
/*
 * The same, and if it is denied there, then in each other placement of the
 * roots that are not known which could allow it: the working directory at or
 * above the path, in a directory that is granted, the home directory itself;
 * the home directory in /home or /root; paths that may be missing; the port
 * being that of the proxy; the user being one whose id is spelled out.  Where
 * the loader would refuse to launch nothing is allowed.  HOME is not thought to
 * lie within directories that a policy names by absolute paths other than
 * those two.
 */
void decide(const struct decider *d, const struct decide_request *r,
    struct arena *a, struct decide_answer *ret_answer);

/*
 * A smallest set of path rules that allow the request by themselves: without
 * any one of them it would be denied, and without all others it is not.  For
 * answers with rules behind them; empty when it is denied.  Port requests:
 * indexes into PORT.
 */
void decide_support(const struct decider *d, const struct decide_request *r,
    struct arena *a, struct decide_rules *ret_rules);
/* The same policy with only some rules: off[i] switches path rule i off. */
void decide_switch(struct decider *d, const bool *off);

/* Of each rule the denied path that withholds it, or DECIDE_NONE. */
void decide_withheld_all(const struct decider *d, uint32_t *ret_denies);
/* Was the rule withheld because of a denied path?  Which: *ret_deny. */
bool decide_withheld(
    const struct decider *d, uint32_t rule, uint32_t *ret_deny);
/*
 * Does a denied path concern these rights on a path: lies it at, above or
 * below?  For advice; UINT32_MAX: none.
 */
uint32_t decide_denied(
    const struct decider *d, const struct decide_path *path, uint64_t rights);

/*
 * The whole file policy as regions.  Rights only grow downwards, so that a
 * policy is a monotone labelling of the tree of paths, and is written down by
 * the places where it changes:
 *
 *	tree	in effect on `at` when that is a directory, and on all below it
 *		down to the next region
 *	file	in effect on `at` when that is anything else; only rights that
 *		mean something there (BLOB_FS_FILE)
 *
 * Outside of all regions nothing is granted.  So of every object that can be,
 * path and kind, exactly one mask is said, and two policies differ on it just
 * when the masks of their regions do: comparing regions is comparing policies
 * pointwise.  A region is there only if it changes something: equal policies
 * have equal regions, and the other way round.
 *
 * Regions are sorted by root and suffix, '/' before other bytes: a region is
 * followed by those within it.  Roots with a known place are replaced by it;
 * a rule on "/" is in the regions of every other root.  Of rules that
 * need consent, that may be missing and that are withheld, the environment
 * speaks.
 */
struct decide_region {
	struct decide_path at;
	uint64_t tree, file;
	uint32_t up; /* index of the region around it; DECIDE_NONE */
};
#define DECIDE_NONE UINT32_MAX
struct decide_regions VEC(struct decide_region);

void decide_regions(
    const struct decider *d, struct arena *a, struct decide_regions *ret);

/* The region at or nearest above a path, or NULL. */
const struct decide_region *decide_region_find(
    const struct decide_regions *r, const struct decide_path *path);
/* The mask that the regions say of a path. */
uint64_t decide_region_rights(const struct decide_regions *r,
    const struct decide_path *path, bool directory);

/*
 * Two labellings side by side, in one walk: a step for each place where
 * either changes, with the masks of both.  Below a step and above the next
 * ones within it, both `tree` masks hold.
 */
struct decide_step {
	struct decide_path at;
	uint64_t tree[2], file[2];
	uint32_t up; /* index of the step around it; DECIDE_NONE */
};
struct decide_steps VEC(struct decide_step);

void decide_merge(const struct decide_regions *one,
    const struct decide_regions *two, struct arena *a,
    struct decide_steps *ret);

/* Order of paths in regions: below, at or above zero. */
int decide_path_compare(
    const struct decide_path *a, const struct decide_path *b);
static inline bool
decide_path_equal(const struct decide_path *a, const struct decide_path *b)
{
	return a->root == b->root && text_equal(a->suffix, b->suffix);
}
/* Is `inner` at or below `outer`?  "/" is above every root. */
bool decide_path_covers(
    const struct decide_path *outer, const struct decide_path *inner);
/* What is called `below` in a directory; empty: that itself. */
struct decide_path decide_path_join(
    struct arena *a, struct decide_path dir, struct text below);

#endif
