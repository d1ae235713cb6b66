#include <config.h>

#include "compiler/decode/decode.h"

#include "compiler/decode/decode_table.h"
#include "grammar/path_scan.h"

#define SUPERVISOR "run-time only: nono's supervisor does it"
#define TOOLING "tooling only: it grants and denies nothing"
#define FLAG "it only permits a command-line flag of nono"

#define AT(member) (ptrdiff_t) offsetof(struct profile_ast, member)
#define FS(member) (ptrdiff_t) offsetof(struct filesystem_ast, member)

/* clang-format off */
#define NAMES(...) (const char *const[]){ __VA_ARGS__, NULL }

static const struct field meta_fields[] = {
	{ "name", FIELD_STRING, REQUIRED, AT(name),
	  .doc = "Name of the profile", .format = &format_plain },
	{ "version", FIELD_STRING, 0, AT(version),
	  .doc = "Version of the profile", .format = &format_plain },
	{ "description", FIELD_STRING, NULLABLE, AT(description),
	  .doc = "What the profile is for" },
	{ "author", FIELD_STRING, NULLABLE, NOT_STORED,
	  .doc = "Who keeps the profile" },
};
static const struct table meta_table = TABLE(meta_fields);

#define SIGNAL_NAMES NAMES("isolated", "allow_same_sandbox", "allow_all")

static const struct field security_fields[] = {
	{ "signal_mode", FIELD_ENUM, NULLABLE, AT(signal_mode),
	  .doc = "Which processes may be sent signals", .names = SIGNAL_NAMES },
	{ "process_info_mode", FIELD_ENUM, NULLABLE, AT(process_info_mode),
	  .doc = "Which processes may be looked at (macOS)", .names = SIGNAL_NAMES },
	{ "ipc_mode", FIELD_ENUM, NULLABLE, AT(ipc_mode),
	  .doc = "Which kinds of System V and POSIX IPC are open",
	  .names = NAMES("shared_memory_only", "full") },
	{ "capability_elevation", FIELD_BOOL, NULLABLE,
	  AT(capability_elevation), .doc = "Ask the user for more at run time",
	  .unenforced = SUPERVISOR },
	{ "wsl2_proxy_policy", FIELD_ENUM, NULLABLE, AT(wsl2_proxy_policy),
	  "What to do on WSL2 when the proxy cannot be enforced",
	  .names = NAMES("error", "insecure_proxy") },
	{ "approval_backends", FIELD_OBJECT_MAP, 0, NOT_STORED,
	  .doc = "Where prompts for approval go", .table = &approval_table,
	  .unenforced = SUPERVISOR },
	{ "approval_defaults", FIELD_ANY_MAP, NULLABLE, NOT_STORED,
	  .doc = "Which of them is used by default", .unenforced = SUPERVISOR },
	{ "groups", FIELD_STRINGS, 0, AT(include),
	  .doc = "Groups to include", .format = &format_group,
	  .instead = "groups.include" },
	{ "allowed_commands", FIELD_STRINGS, 0, AT(commands_allow),
	  .doc = "Commands to allow", .format = &format_command,
	  .instead = "commands.allow" },
};
static const struct table security_table = TABLE(security_fields);

static const struct field groups_fields[] = {
	{ "include", FIELD_ENTRIES, 0, AT(include),
	  .doc = "Groups to add to the default ones", .value_key = "name",
	  .format = &format_group },
	{ "exclude", FIELD_ENTRIES, 0, AT(exclude),
	  .doc = "Groups to take away", .value_key = "name",
	  .format = &format_group },
};
static const struct table groups_table = TABLE(groups_fields);

static const struct field commands_fields[] = {
	{ "allow", FIELD_STRINGS, 0, AT(commands_allow),
	  .doc = "Base names that are no longer refused at start-up",
	  .format = &format_command },
	{ "deny", FIELD_STRINGS, 0, AT(commands_deny),
	  .doc = "Base names that are refused at start-up",
	  .format = &format_command },
};
static const struct table commands_table = TABLE(commands_fields);

#define PATHS(key, more, about) \
	{ #key, FIELD_PATHS, (more), FS(key), .doc = (about), .value_key = "path" }

static const struct field filesystem_fields[] = {
	PATHS(allow, GRANTS, "Directories to read and write, with all below"),
	PATHS(read, GRANTS, "Directories or files to read, with all below"),
	PATHS(write, GRANTS, "Directories to write, with all below"),
	PATHS(allow_file, GRANTS, "Single files to read and write"),
	PATHS(read_file, GRANTS, "Single files to read"),
	PATHS(write_file, GRANTS, "Single files to write"),
	PATHS(unix_socket, 0, "Sockets to connect to"),
	PATHS(unix_socket_bind, 0, "Sockets to connect to or bind"),
	PATHS(unix_socket_dir, 0,
	    "Directories whose own sockets may be connected to"),
	PATHS(unix_socket_dir_bind, 0,
	    "Directories whose own sockets may be connected to or bound"),
	PATHS(unix_socket_subtree, 0,
	    "Directories below which any socket may be connected to"),
	PATHS(unix_socket_subtree_bind, 0,
	    "Directories below which any socket may be connected to or bound"),
	PATHS(deny, DENIES, "Paths that stay closed, with all below"),
	PATHS(bypass_protection, DENIES,
	    "Paths that a deny does not close, if something grants them"),
	{ "suppress_save_prompt", FIELD_ENTRIES, 0, FS(suppress_save_prompt),
	  .doc = "Paths that nono does not offer to add", .aliases = NAMES("ignore"),
	  .value_key = "path", .unenforced = TOOLING },
};
static const struct table filesystem_table = TABLE(filesystem_fields);

#define LEGACY_PATHS(key, more, successor) \
	{ key, FIELD_PATHS, (more), AT(filesystem) + FS(successor), \
	  .doc = "Legacy", .instead = "filesystem." #successor }

static const struct field policy_fields[] = {
	{ "exclude_groups", FIELD_STRINGS, 0, AT(exclude), .doc = "Legacy",
	  .format = &format_group, .instead = "groups.exclude" },
	LEGACY_PATHS("add_allow_read", GRANTS, read),
	LEGACY_PATHS("add_allow_write", GRANTS, write),
	LEGACY_PATHS("add_allow_readwrite", GRANTS, allow),
	LEGACY_PATHS("add_deny_access", DENIES, deny),
	{ "add_deny_commands", FIELD_STRINGS, 0, AT(commands_deny), .doc = "Legacy",
	  .format = &format_command, .instead = "commands.deny" },
	LEGACY_PATHS("override_deny", DENIES, bypass_protection),
};
static const struct table policy_table = TABLE(policy_fields);

static const struct field linux_fields[] = {
	{ "af_unix_mediation", FIELD_ENUM, NULLABLE, AT(unix_mediation),
	  .doc = "Whether sockets with a path need a grant",
	  .names = NAMES("off", "pathname") },
	{ "sandbox_policy", FIELD_ENUM, NULLABLE, AT(sandbox_policy),
	  .doc = "Which mechanism confines the process",
	  .names = NAMES("auto", "landlock", "external") },
};
static const struct table linux_table = TABLE(linux_fields);

static const struct field workdir_fields[] = {
	{ "access", FIELD_ENUM, 0, AT(workdir),
	  .doc = "Access to the working directory, once the user consents",
	  .names = NAMES("none", "read", "write", "readwrite") },
};
static const struct table workdir_table = TABLE(workdir_fields);

static const struct field environment_fields[] = {
	{ "allow_vars", FIELD_STRINGS, NULLABLE, AT(allow_vars),
	  .doc = "Variables to pass on, \"AWS_*\" for all that begin so",
	  .format = &format_variable_pattern },
	{ "deny_vars", FIELD_STRINGS, 0, AT(deny_vars),
	  .doc = "Variables to withhold, whatever is allowed",
	  .format = &format_variable_pattern },
	{ "set_vars", FIELD_STRING_MAP, 0, AT(set_vars),
	  .doc = "Variables to set; values may hold path variables",
	  .format = &format_set_variable },
};

/* A value is written into the policy, where these bytes have a meaning. */
static void
check_environment(struct decode *c, const struct node *object)
{
	const struct pair *set = decode_find(object, "set_vars");
	uint32_t n = set == NULL ? 0 : set->value.map.n;

	for (uint32_t i = 0; i < n; i++) {
		const struct node *value = &set->value.map.v[i].value;
		struct diag *diag;
		struct text bad;
		uint32_t begin;

		if (path_scan_forbidden(value->string, &bad) == PATH_CLEAN)
			continue;
		begin = (uint32_t)(bad.s - value->string.s);
		diag = diag_at(c->diags, DIAG_BAD_VALUE,
		    node_string_span(
			c->sources, value, begin, begin + bad.len),
		    "the value of a variable cannot hold \"%.*s\"",
		    (int)bad.len, bad.s);
		diag_help(c->diags, diag, "remove it");
	}
}

static const struct table environment_table =
    TABLE_CHECKED(environment_fields, check_environment,
	"[{ \"properties\": { \"set_vars\": { \"additionalProperties\":"
	"{ \"pattern\": \"^[^" FORBIDDEN_ESCAPED "]*$\" } } } }]");

static const struct field profile_fields[] = {
	{ "$schema", FIELD_STRING, NULLABLE, NOT_STORED,
	  .doc = "The schema that an editor uses" },
	{ "extends", FIELD_ONE_OR_MORE, NULLABLE | BLANK_OK, AT(extends),
	  .doc = "Base profiles, the later ones over the earlier ones" },
	{ "meta", FIELD_OBJECT, 0, 0,
	  .doc = "What the profile is called", .table = &meta_table },
	{ "groups", FIELD_OBJECT, 0, 0,
	  .doc = "Groups of rules", .table = &groups_table },
	{ "commands", FIELD_OBJECT, 0, 0,
	  .doc = "Which programs may be started first", .table = &commands_table },
	{ "security", FIELD_OBJECT, 0, 0,
	  .doc = "How far the process is kept from others",
	  .table = &security_table },
	{ "filesystem", FIELD_OBJECT, 0, AT(filesystem),
	  .doc = "Paths", .table = &filesystem_table },
	{ "policy", FIELD_OBJECT, 0, 0,
	  .doc = "Legacy: see filesystem, groups and commands",
	  .table = &policy_table },
	{ "network", FIELD_OBJECT, 0, AT(network),
	  .doc = "Network", .table = &network_table },
	{ "linux", FIELD_OBJECT, 0, 0,
	  .doc = "For Linux only", .table = &linux_table },
	{ "workdir", FIELD_OBJECT, 0, 0,
	  .doc = "The working directory", .table = &workdir_table },
	{ "environment", FIELD_OBJECT, NULLABLE, 0,
	  .doc = "Environment variables", .table = &environment_table },
	{ "allow_parent_of_protected", FIELD_BOOL, NULLABLE,
	  AT(allow_parent_of_protected),
	  .doc = "Grants may lie above nono's own state (macOS)" },
	{ "assert", FIELD_STRINGS, 0, AT(asserts),
	  .doc = "What must hold of the profile and of all that extend it" },
	{ "unsafe_macos_seatbelt_rules", FIELD_STRINGS, 0, AT(seatbelt_rules),
	  .doc = "Seatbelt rules, one form each (macOS)" },
	{ "allow_launch_services", FIELD_BOOL, NULLABLE,
	  AT(allow_launch_services), .doc = "Permit LaunchServices (macOS)",
	  .unenforced = FLAG },
	{ "allow_gpu", FIELD_BOOL, NULLABLE, AT(allow_gpu),
	  .doc = "Permit the GPU", .unenforced = FLAG },
	{ "packs", FIELD_STRINGS, 0, AT(packs),
	  .doc = "Packs that nono must have installed",
	  .unenforced = "run-time only: nono installs and verifies packs; "
			"their directories are not granted" },
	{ "env_credentials", FIELD_ENTRY_MAP, 0, NOT_STORED,
	  .doc = "Secrets to put into variables", .aliases = NAMES("secrets"),
	  .value_key = "env_var", .format = &format_credential_variable,
	  .unenforced = SUPERVISOR },
	{ "credential_capture", FIELD_OBJECT_MAP, 0, NOT_STORED,
	  .doc = "Commands that print secrets", .table = &capture_table,
	  .unenforced = SUPERVISOR },
	{ "credential_providers", FIELD_OBJECT_MAP, 0, NOT_STORED,
	  .doc = "Token endpoints that nono's proxy knows",
	  .table = &provider_table, .unenforced = SUPERVISOR },
	{ "credential_routes", FIELD_OBJECTS, 0, NOT_STORED,
	  .doc = "Routes of nono's proxy; only an empty list is accepted",
	  .table = &route_table,
	  .refused = "it sends traffic through nono's proxy, which a policy "
		     "cannot set up; name the hosts in network.allow_domain" },
	{ "command_policies", FIELD_OBJECT, 0, NOT_STORED,
	  .doc = "Sandboxes of single commands", .table = &command_policies_table,
	  .unenforced = "run-time only: nono starts these commands in "
			"sandboxes of their own" },
	{ "hooks", FIELD_OBJECT_MAP, 0, NOT_STORED,
	  .doc = "Hooks of applications", .table = &hook_table,
	  .unenforced = TOOLING },
	{ "session_hooks", FIELD_OBJECT, 0, NOT_STORED,
	  .doc = "Scripts around a session", .table = &session_hooks_table },
	{ "rollback", FIELD_OBJECT, 0, NOT_STORED,
	  .doc = "What snapshots leave out", .aliases = NAMES("undo"),
	  .table = &rollback_table, .unenforced = TOOLING },
	{ "open_urls", FIELD_OBJECT, NULLABLE, NOT_STORED,
	  .doc = "Addresses that nono may open in a browser",
	  .table = &open_urls_table, .unenforced = SUPERVISOR },
	{ "diagnostics", FIELD_OBJECT, 0, NOT_STORED,
	  .doc = "What nono does not report", .table = &diagnostics_table,
	  .unenforced = TOOLING },
	{ "skipdirs", FIELD_STRINGS, 0, NOT_STORED,
	  .doc = "Directories that nono does not scan", .unenforced = TOOLING },
	{ "binary", FIELD_STRING, NULLABLE, NOT_STORED,
	  .doc = "The program to run",
	  .unenforced = "run-time only: name the command to nono-load" },
	{ "command_args", FIELD_STRINGS, BLANK_OK, NOT_STORED,
	  .doc = "Arguments of the program", .aliases = NAMES("brokered_commands"),
	  .unenforced = "run-time only: name the arguments to nono-load" },
	{ "interactive", FIELD_BOOL, 0, NOT_STORED,
	  .doc = "Without effect", .unenforced = TOOLING },
	{ "platform_overrides", FIELD_ANY_MAP, NULLABLE, NOT_STORED,
	  .doc = "Keys for one system; only an empty object is accepted",
	  .refused = "give the entries a condition instead, such as "
		     "{ \"path\": \"/opt\", \"when\": \"macos\" }" },
};
/* clang-format on */

const struct table profile_table = TABLE(profile_fields);

bool
decode_profile(struct arena *a, struct diags *d, const struct sources *s,
    const struct node *root, const struct profile_ast **ret_profile)
{
	struct profile_ast *p = ARENA_NEW(a, struct profile_ast);
	struct decode c = {
	    .arena = a,
	    .diags = d,
	    .sources = s,
	    .root = &profile_table,
	};
	uint32_t errors = d->errors;
	const struct pair *pair;

	decode_object(&c, &profile_table, root, p);
	if (d->errors != errors)
		return false;
	p->at = root->at;
	pair = decode_find(root, "meta");
	if (pair != NULL)
		p->has_meta = (struct setting){pair->key_at, true, true};
	pair = decode_find(root, "environment");
	if (pair != NULL && pair->value.kind == NODE_MAP) {
		p->has_environment = true;
		p->environment_at = pair->key_at;
	}
	p->unenforced.v = c.unenforced.v;
	p->unenforced.n = c.unenforced.n;
	*ret_profile = p;
	return true;
}
