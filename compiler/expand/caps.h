#ifndef NONO_CAPS_H
#define NONO_CAPS_H

#include "compiler/link/stmt.h"

/*
 * The canonical capability set: what may be done, sorted and merged, with
 * roots symbolic.  Same meaning, same capset, whatever the order, repetition,
 * file format or nesting of the input.  Backends see nothing else.  Each
 * entry points at the statements behind it, which no backend acts on.
 */
enum cap_flag {
	CAP_GROUP = 1,	 /* only groups ask for it: withheld, not refused */
	CAP_CONSENT = 2, /* the working directory: needs the user's yes */
	CAP_BYPASS = 4,	 /* stands at or below a deny */
	CAP_HOLD = 8,	 /* procfs: the rule lives as long as its descriptor */
	CAP_MAGIC = 16,	 /* /dev/stdin and its like */
	CAP_DEVICE = 32, /* below /dev: ioctl belongs to write */
};

enum { CAP_NONE = -1 };

struct cap {
	struct path path;
	uint8_t access; /* enum access */
	uint8_t shape;	/* enum shape */
	uint8_t flags;	/* enum cap_flag */
	uint32_t first; /* its statements: capset.order[first .. first + n) */
	uint32_t n;	/* 0: made by a setting (the working directory) */
	int32_t parent; /* nearest entry before it, above it or at its path */
};

struct deny {
	struct path path;
	uint8_t access; /* of ACCESS_READ, ACCESS_WRITE */
	bool group;
	bool protected; /* ours: nothing bypasses it */
	struct span at;
	const struct origin *origin;
};

struct bypass {
	struct path path;
	struct span at;
	const struct origin *origin;
};

struct cap_port {
	uint16_t port;
	uint64_t rights;
	uint64_t wide; /* of these: not only to and from this machine */
	struct span at;
	const struct origin *origin;
};

struct cap_env {
	enum blob_env_kind kind;
	struct text name, value;
	uint32_t order; /* a later one replaces an earlier */
	struct span at;
	const struct origin *origin;
};

/* A symbolic link of the system: paths are kept in the target's spelling. */
struct cap_link {
	struct path link, target;
};

/* A rule of unsafe_macos_seatbelt_rules, in nonoc's spelling. */
struct cap_raw {
	struct text rule;
	bool allow;
	struct span at;
	const struct origin *origin;
};

/* What only Seatbelt can express; zero for Linux, but for the raw rules. */
struct cap_seatbelt {
	struct VEC(struct cap_link) links; /* by link; unique */
	enum signal_mode signal, process_info;
	bool ipc_full;
	bool parent_of_protected;	/* grants may lie above our state */
	bool launch_services, gpu;	/* the launch may ask for them */
	struct VEC(struct cap_raw) raw; /* in order */
	/* Operations that they allow, which denies have to name, too. */
	struct VEC(struct text) raw_operations;
};

struct capset {
	struct VEC(struct cap) caps;	/* by path, shape, flags; unique */
	struct VEC(uint32_t) order;	/* indexes into policy->stmts */
	struct VEC(struct deny) denies; /* by path; unique */
	struct VEC(struct bypass) bypasses;
	enum blob_network network;
	struct VEC(struct cap_port) ports; /* by port; unique */
	bool net_tcp, net_udp;		   /* restricted to the ports */
	uint64_t scoped, scoped_required;  /* BLOB_SCOPE_* */
	bool unix_pathname; /* sockets by path are mediated, required */
	bool proxy_insecure;
	bool no_unlink; /* write does not include removing */
	bool has_allow_vars;
	struct VEC(struct cap_env) envs;
	struct named_vec commands; /* base names refused at start */
	struct cap_seatbelt seatbelt;
	const struct policy *policy;
};

/* Brings entries into canonical order, merges equal ones, sets parents. */
struct cap_item {
	struct path path;
	uint32_t stmt; /* UINT32_MAX: none */
	uint8_t access, shape, flags;
};

void caps_build(
    struct capset *c, struct arena *a, struct cap_item *items, uint32_t n);
void caps_set_parents(struct capset *c);

/* First entry at or after a path; caps.n when there is none. */
uint32_t caps_lower_bound(const struct capset *c, struct path p);
/* Likewise among the denies. */
uint32_t caps_deny_lower_bound(const struct capset *c, struct path p);
/*
 * The deny at or above a path that covers some of the access, or NULL: the
 * nearest, but one of ours before any other, which a bypass would lift.
 */
const struct deny *caps_deny_over(
    const struct capset *c, struct path p, unsigned access);
/* What the profile's own grants at a path, or over it as trees, give. */
unsigned caps_own_access(const struct capset *c, struct path p);
/* One component up; false at the top.  "/" is above every root. */
bool path_up(struct path *p);
/* Can it cover paths below its own? */
static inline bool
cap_is_tree(const struct cap *cap)
{
	return cap->shape != SHAPE_FILE && cap->shape != SHAPE_SOCKET;
}

/* The place that granted it first, for messages; no source if a setting. */
struct span cap_span(const struct capset *c, const struct cap *cap);
const struct origin *cap_origin(const struct capset *c, const struct cap *cap);

/* nonoc show --stage=capset. */
void caps_print(const struct capset *c, struct arena *a, FILE *out);

#endif
