#ifndef NONO_STMT_H
#define NONO_STMT_H

#include <stdio.h>

#include "compiler/link/store.h"

/*
 * What link makes: the statements of a profile, its bases and its groups in
 * one list, each with the chain of how it got here, and the settings that
 * are left when bases and profile have been laid over each other.
 */
enum origin_kind { ORIGIN_PROFILE, ORIGIN_BASE, ORIGIN_GROUP };

struct origin {
	enum origin_kind kind;
	struct text name;	  /* of the profile or group */
	struct span at;		  /* the entry that asked; none for the top */
	const struct origin *via; /* whose entry it was; NULL for the top */
	uint32_t source;
};

enum stmt_kind { STMT_GRANT, STMT_DENY, STMT_BYPASS };

enum access {
	ACCESS_READ = 1, /* read, list, execute */
	ACCESS_WRITE = 2,
	ACCESS_CONNECT = 4, /* to a Unix socket */
	ACCESS_BIND = 8,    /* a Unix socket */
};

enum shape {
	SHAPE_DIR,	       /* a directory with all below it */
	SHAPE_ANY,	       /* that, or a file */
	SHAPE_FILE,	       /* one file */
	SHAPE_SOCKET,	       /* one Unix socket */
	SHAPE_SOCKET_CHILDREN, /* sockets directly in a directory */
	SHAPE_SOCKET_TREE,     /* sockets anywhere below */
};

struct stmt {
	const struct template *path;
	const struct origin *origin;
	enum stmt_kind kind;
	uint8_t access; /* STMT_GRANT */
	uint8_t shape;	/* enum shape */
};

struct scalar {
	int value;
	bool set;
	struct span at;
	const struct origin *origin;
	struct span other; /* a sibling base said otherwise; or no source */
};

enum scalar_name {
	SCALAR_SIGNAL_MODE,
	SCALAR_PROCESS_INFO_MODE,
	SCALAR_IPC_MODE,
	SCALAR_WSL2_PROXY,
	SCALAR_UNIX_MEDIATION,
	SCALAR_SANDBOX_POLICY,
	SCALAR_PARENT_OF_PROTECTED,
	SCALAR_LAUNCH_SERVICES,
	SCALAR_GPU,
	SCALAR_WORKDIR, /* "none" does not override */
	SCALAR_BLOCK,	/* true sticks */
	SCALARS,
};

struct string_scalar {
	struct text value;
	bool set, null;
	struct span at;
	const struct origin *origin;
	struct span other;
};

struct scalars {
	struct scalar v[SCALARS];
	struct string_scalar network_profile, upstream_proxy;
};

struct named {
	struct text name;
	struct span at;
	const struct origin *origin;
};

struct named_vec VEC(struct named);

struct port_stmt {
	uint16_t port;
	uint64_t rights; /* BLOB_NET_* it asks for */
	bool local;	 /* open_port: this machine only, where that exists */
	struct span at;
	const struct origin *origin;
};

/* A symbolic link that a group says the system has, and where it leads. */
struct link_stmt {
	struct string_pair pair;
	const struct origin *origin;
};

struct env_set {
	struct string_pair pair;
	const struct origin *origin;
};

struct group_use {
	const struct group_file *file;
	const struct origin *origin;
};

struct policy {
	struct text name, version;
	struct VEC(struct origin *) origins; /* every file that took part */
	struct VEC(struct group_use) groups; /* final, in order */
	struct VEC(uint32_t) group_sources;  /* of all that were looked at */
	struct VEC(struct stmt) stmts;
	struct scalars scalars;
	struct VEC(struct port_stmt) ports;
	struct named_vec allow_domain, credentials, upstream_bypass;
	struct named_vec commands_allow, commands_deny;
	struct named_vec allow_vars, deny_vars;
	bool has_allow_vars;
	struct VEC(struct env_set) set_vars;
	struct named_vec seatbelt_rules;
	struct named_vec asserts;
	struct VEC(struct link_stmt) links;
	struct VEC(struct unenforced) unenforced;
	bool deny_unlink, unlink_override;
};

/* The setting's value, or its default, which is always 0. */
static inline int
policy_scalar(const struct policy *p, enum scalar_name name)
{
	return p->scalars.v[name].set ? p->scalars.v[name].value : 0;
}

struct text access_print(struct arena *a, unsigned access);
const char *shape_name(enum shape shape);
const char *scalar_key(enum scalar_name name);
/* The setting's value in the profile's own words. */
const char *scalar_value(enum scalar_name name, int value);

/* Does the file hold a group of the policy's? */
bool policy_is_group(const struct policy *p, uint32_t source);
/*
 * A file as a policy names it: "groups/x.json", or a profile's base name.  No
 * directory of the machine that compiles is part of it.
 */
struct text policy_source_name(const struct policy *p, const struct sources *s,
    struct arena *a, uint32_t source);

/* nonoc show --stage=statements. */
void policy_print(const struct policy *p, const struct sources *s,
    struct arena *a, FILE *out);

#endif
