#include <config.h>

#include "compiler/decode/decode_table.h"

/*
 * Keys of nono's supervisor and tooling.  No policy enforces them; they are
 * checked so that a slip is found, and none is stored.
 */

/* clang-format off */
#define NAMES(...) (const char *const[]){ __VA_ARGS__, NULL }
#define STRING(key, flags, about) \
	{ key, FIELD_STRING, (flags), NOT_STORED, .doc = (about) }
#define STRINGS(key, flags, about) \
	{ key, FIELD_STRINGS, (flags) | BLANK_OK, NOT_STORED, .doc = (about) }
#define COUNT(key, flags, about) \
	{ key, FIELD_COUNT, (flags), NOT_STORED, .doc = (about) }
#define BOOL(key, about) \
	{ key, FIELD_BOOL, 0, NOT_STORED, .doc = (about) }
#define ANY(key, about) \
	{ key, FIELD_ANY, 0, NOT_STORED, .doc = (about) }
#define ANY_LIST(key, about) \
	{ key, FIELD_ANY_LIST, 0, NOT_STORED, .doc = (about) }
#define ANY_MAP(key, flags, about) \
	{ key, FIELD_ANY_MAP, (flags), NOT_STORED, .doc = (about) }

static const struct field open_urls_fields[] = {
	{ "allow_origins", FIELD_ENTRIES, 0, NOT_STORED,
	  .doc = "Scheme and host, such as \"https://example.org\"",
	  .value_key = "origin" },
	BOOL("allow_localhost", "Addresses of this machine, too"),
};
const struct table open_urls_table = TABLE(open_urls_fields);

static const struct field redaction_fields[] = {
	STRINGS("extra_env_vars", 0, "Variables not to show"),
};
static const struct table redaction_table = TABLE(redaction_fields);

static const struct field diagnostics_fields[] = {
	STRINGS("suppress_system_services", 0, "Operations not to report"),
	{ "redaction", FIELD_OBJECT, 0, NOT_STORED,
	  .doc = "What not to show", .table = &redaction_table },
};
const struct table diagnostics_table = TABLE(diagnostics_fields);

static const struct field hook_fields[] = {
	STRING("event", REQUIRED, "When it runs"),
	STRING("matcher", REQUIRED, "For which tools"),
	STRING("script", REQUIRED, "What runs"),
};
const struct table hook_table = TABLE(hook_fields);

static const struct field session_hook_fields[] = {
	STRING("script", REQUIRED, "Absolute path of the script"),
	COUNT("timeout_secs", NULLABLE, "Seconds until it is ended"),
};
static const struct table session_hook_table = TABLE(session_hook_fields);

#define OUTSIDE "run-time only: nono runs it outside the sandbox"

static const struct field session_hooks_fields[] = {
	{ "before", FIELD_OBJECT, 0, NOT_STORED, .doc = "Before the command",
	  .table = &session_hook_table, .unenforced = OUTSIDE },
	{ "after", FIELD_OBJECT, 0, NOT_STORED, .doc = "After the command",
	  .table = &session_hook_table, .unenforced = OUTSIDE },
};
const struct table session_hooks_table = TABLE(session_hooks_fields);

static const struct field rollback_fields[] = {
	STRINGS("exclude_patterns", 0, "Parts of paths"),
	STRINGS("exclude_globs", 0, "Patterns of file names"),
};
const struct table rollback_table = TABLE(rollback_fields);

static const struct field approval_fields[] = {
	{ "type", FIELD_ENUM, REQUIRED, NOT_STORED, .doc = "Kind",
	  .names = NAMES("terminal", "webhook", "chain") },
	STRING("url", 0, "Address of a webhook"),
	COUNT("timeout_secs", 0, "Seconds until it counts as no"),
	{ "mode", FIELD_ENUM, 0, NOT_STORED, .doc = "How a chain decides",
	  .names = NAMES("all", "any") },
	STRINGS("backends", 0, "Members of a chain"),
};
const struct table approval_table = TABLE(approval_fields);

static const struct field capture_provider_fields[] = {
	STRINGS("command", REQUIRED, "Program and arguments"),
	ANY_MAP("config", 0, "For the program"),
};
static const struct table capture_provider_table =
    TABLE(capture_provider_fields);

static const struct field capture_fields[] = {
	STRINGS("command", 0, "Program and arguments that print the secret"),
	{ "provider", FIELD_OBJECT, 0, NOT_STORED,
	  .doc = "Program that speaks nono's protocol",
	  .table = &capture_provider_table },
	COUNT("timeout_secs", 0, "Seconds until it is ended"),
	{ "cache_ttl_secs", FIELD_COUNT, 0, NOT_STORED,
	  .doc = "Seconds that the secret is kept",
	  .aliases = NAMES("ttl_secs") },
	STRING("cache_path_regex", 0, "What the secret depends on"),
	{ "stdin", FIELD_ENUM, 0, NOT_STORED, .doc = "What it reads",
	  .names = NAMES("null", "request_json") },
	ANY("output", "How its output is read"),
	ANY_MAP("interaction", 0, "What it may ask the user"),
};
/* clang-format on */

static void
check_capture(struct decode *c, const struct node *object)
{
	bool command = decode_find(object, "command") != NULL;
	bool provider = decode_find(object, "provider") != NULL;
	struct text key = decode_key(c);
	struct diag *diag;

	if (command != provider)
		return;
	diag = diag_at(c->diags, DIAG_BAD_VALUE, object->at,
	    command ? "\"%.*s\" has a command and a provider"
		    : "\"%.*s\" has no command",
	    (int)key.len, key.s);
	diag_help(c->diags, diag, "give one of command and provider");
}

const struct table capture_table = TABLE_CHECKED(capture_fields, check_capture,
    "[{ \"oneOf\": [{ \"required\": [\"command\"] },"
    "{ \"required\": [\"provider\"] }] }]");

/* clang-format off */
static const struct field token_endpoint_fields[] = {
	STRING("host", REQUIRED, "https origin"),
	STRING("path", REQUIRED, "Path of the request"),
	ANY("response_fields", "Fields that hold secrets"),
	{ "request_body", FIELD_ENUM, 0, NOT_STORED, .doc = "Encoding",
	  .names = NAMES("auto", "json", "form") },
	STRINGS("request_nonce_fields", 0, "Fields that hold stand-ins"),
};
static const struct table token_endpoint_table =
    TABLE(token_endpoint_fields);

static const struct field provider_fields[] = {
	{ "type", FIELD_ENUM, REQUIRED, NOT_STORED, .doc = "Kind",
	  .names = NAMES("oauth_capture") },
	{ "token_endpoints", FIELD_OBJECTS, REQUIRED, NOT_STORED,
	  .doc = "Where tokens are issued", .table = &token_endpoint_table },
	STRINGS("api_hosts", REQUIRED, "https origins that take the tokens"),
	STRING("inject_header", NULLABLE, "Header"),
	STRING("credential_format", NULLABLE, "Header's value, {} the secret"),
	ANY_MAP("credential_store", NULLABLE, "Where a login is kept"),
	ANY_MAP("helpers", NULLABLE, "Commands to log in and out"),
};
const struct table provider_table = TABLE(provider_fields);

/* Only an empty list of these is accepted. */
static const struct field route_fields[] = {
	STRING("name", REQUIRED, "Name"),
	STRING("provider", REQUIRED, "Provider"),
};
const struct table route_table = TABLE(route_fields);

/* Below the keys of a command everything is nono's and accepted. */
static const struct field command_fields[] = {
	STRING("executable", 0, "The program itself"),
	BOOL("allow_writable_executable", "It may be writable"),
	STRINGS("can_use", 0, "Other commands that it may run"),
	ANY_MAP("sandbox", 0, "Its sandbox"),
	ANY_MAP("from", 0, "Its sandbox, by caller"),
	ANY_LIST("intercept", "What is answered instead of running it"),
	STRINGS("allow_direct_exec_bypass", 0, "Paths that may be run as is"),
	BOOL("allow_direct_exec_bypass_with_credentials",
	    "Even with credentials"),
	ANY_MAP("daemon_pid_source", 0, "How its daemon is found"),
	STRINGS("export_env", 0, "Variables that it passes on"),
};
static const struct table command_table = TABLE(command_fields);

static const struct field command_policies_fields[] = {
	STRINGS("executable_dirs", 0, "Where commands are looked up, too"),
	BOOL("allow_writable_executables", "Programs may be writable"),
	STRING("entrypoint", 0, "Legacy"),
	ANY_MAP("approval_backends", 0, "Where prompts for approval go"),
	ANY_MAP("approval_defaults", 0, "Which of them is used by default"),
	ANY_MAP("credentials", 0, "Credentials of commands"),
	{ "commands", FIELD_OBJECT_MAP, 0, NOT_STORED, .doc = "Commands",
	  .table = &command_table },
	STRINGS("deny_direct_exec_bypass", 0, "Paths never to run as is"),
	STRINGS("session_export_env", 0, "Variables for all commands"),
	STRINGS("session_can_use", 0, "Legacy"),
};
const struct table command_policies_table = TABLE(command_policies_fields);
/* clang-format on */
