#ifndef NONO_AST_H
#define NONO_AST_H

#include "compiler/decode/path.h"
#include "compiler/decode/when.h"

/*
 * The typed tree of one file: what decode makes and link reads.  Legacy keys
 * and aliases have been folded into their successors (canonical entries
 * first), every string keeps its span, conditions are kept undecided, and
 * nothing is expanded.
 */

/* A scalar that may be absent; `value` is an index into the enum's names. */
struct setting {
	struct span at;
	int value;
	bool set;
};

struct string_setting {
	struct span at;
	struct text value;
	bool set;
	bool null; /* given as null, where that means something */
};

struct name_entry {
	struct text name;
	struct span at;
	const struct when *when; /* NULL: always */
};

struct name_list {
	struct name_entry *v;
	uint32_t n;
	struct span at;
	bool given; /* an empty list is not the same as none */
};

struct path_entry {
	struct template path;
	const struct when *when;
	bool dynamic; /* an "@git:..." token: pieces is empty */
};

struct path_list {
	struct path_entry *v;
	uint32_t n;
};

struct port_list {
	struct port_entry {
		struct span at;
		uint16_t port;
	} * v;
	uint32_t n;
};

struct string_pair {
	struct text key;
	struct span key_at;
	struct text value;
	struct span value_at;
};

struct string_map {
	struct string_pair *v;
	uint32_t n;
};

/* A key that no policy enforces: kept for `nonoc show`. */
struct unenforced {
	struct text key; /* dotted: "session_hooks.before" */
	struct span at;
	const char *why; /* "run-time only", ... in the user's words */
};

struct unenforced_list {
	struct unenforced *v;
	uint32_t n;
};

/* Values are in the order of the names that decode_profile.c lists. */
enum signal_mode { SIGNAL_ISOLATED, SIGNAL_SAME_SANDBOX, SIGNAL_ALLOW_ALL };
enum ipc_mode { IPC_SHARED_MEMORY_ONLY, IPC_FULL };
enum wsl2_proxy { WSL2_PROXY_ERROR, WSL2_PROXY_INSECURE };
enum unix_mediation { UNIX_OFF, UNIX_PATHNAME };
enum sandbox_policy { SANDBOX_AUTO, SANDBOX_LANDLOCK, SANDBOX_EXTERNAL };
enum workdir_access {
	WORKDIR_NONE,
	WORKDIR_READ,
	WORKDIR_WRITE,
	WORKDIR_READWRITE,
};

struct filesystem_ast {
	struct path_list allow, read, write;
	struct path_list allow_file, read_file, write_file;
	struct path_list unix_socket, unix_socket_bind;
	struct path_list unix_socket_dir, unix_socket_dir_bind;
	struct path_list unix_socket_subtree, unix_socket_subtree_bind;
	struct path_list deny, bypass_protection;
	struct name_list suppress_save_prompt;
};

struct network_ast {
	struct setting block;
	struct setting allow_http2;
	struct string_setting network_profile; /* null clears */
	struct name_list allow_domain;	       /* the domain of each entry */
	struct name_list credentials;	       /* given and empty clears */
	struct port_list open_port, listen_port, connect_port;
	struct port_list listen_udp_port, connect_udp_port; /* ours, ABI 10 */
	struct string_setting upstream_proxy;
	struct name_list upstream_bypass;
	struct name_list custom_credentials; /* names only */
};

struct profile_ast {
	struct span at;
	struct name_list extends;

	struct string_setting name, version, description;
	struct setting has_meta;

	struct setting signal_mode, process_info_mode, ipc_mode;
	struct setting capability_elevation, wsl2_proxy_policy;

	struct name_list include, exclude;		/* groups */
	struct name_list commands_allow, commands_deny; /* start-up only */

	struct filesystem_ast filesystem;
	struct network_ast network;

	struct setting unix_mediation, sandbox_policy; /* linux.* */
	struct setting workdir;

	struct name_list allow_vars, deny_vars; /* environment.* */
	struct string_map set_vars;
	struct span environment_at;
	bool has_environment;

	struct setting allow_launch_services, allow_gpu;
	struct setting allow_parent_of_protected;
	struct name_list packs;
	struct name_list seatbelt_rules;
	struct name_list asserts; /* ours: rules of nono-assert(5) */

	struct unenforced_list unenforced;
};

struct group_ast {
	struct span at;
	struct text name; /* of the file */
	struct string_setting description;
	struct setting platform; /* enum platform, if set */
	struct setting required;
	struct path_list read, write, readwrite; /* allow.* */
	struct path_list deny;			 /* deny.access */
	struct name_list deny_commands;
	struct setting deny_unlink, unlink_override;
	struct string_map symlink_pairs;
	struct name_list asserts;
};

/* nonoc show --stage=ast. */
void profile_ast_print(const struct profile_ast *p, FILE *out);
void group_ast_print(const struct group_ast *g, FILE *out);

#endif
