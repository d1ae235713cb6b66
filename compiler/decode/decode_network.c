#include <config.h>

#include "compiler/decode/decode_table.h"

#define PROXY "run-time only: nono's proxy does it"

#define AT(member) (ptrdiff_t) offsetof(struct network_ast, member)

/* clang-format off */
#define NAMES(...) (const char *const[]){ __VA_ARGS__, NULL }
#define STRING(key, flags, about) \
	{ key, FIELD_STRING, (flags), NOT_STORED, .doc = (about) }

static const struct field endpoint_fields[] = {
	STRING("method", REQUIRED, "HTTP method, or \"*\""),
	STRING("path", REQUIRED, "Path of the request, with \"*\" and \"**\""),
};
static const struct table endpoint_table = TABLE(endpoint_fields);

static const struct field domain_fields[] = {
	STRING("domain", REQUIRED, "Host name"),
	{ "endpoints", FIELD_OBJECTS, REQUIRED, NOT_STORED,
	  .doc = "Requests that nono's proxy lets through",
	  .table = &endpoint_table, .unenforced = PROXY },
};
static const struct table domain_table = TABLE(domain_fields);

static const struct field intercept_fields[] = {
	{ "ca_lifecycle", FIELD_ENUM, 0, NOT_STORED,
	  .doc = "How long a certificate authority is kept",
	  .names = NAMES("session", "trusted") },
	{ "ca_validity", FIELD_STRING, 0, NOT_STORED,
	  .doc = "How long its certificate is valid",
	  .format = &format_duration },
	{ "leaf_validity", FIELD_STRING, 0, NOT_STORED,
	  .doc = "How long a host's certificate is valid",
	  .format = &format_duration },
	{ "ca_env_vars", FIELD_STRINGS, 0, NOT_STORED,
	  .doc = "Variables that name the certificate" },
};
static const struct table intercept_table = TABLE(intercept_fields);

#define INJECT_MODES NAMES("header", "url_path", "query_param", "basic_auth")

static const struct field oauth_fields[] = {
	STRING("token_url", REQUIRED, "Where tokens are issued"),
	STRING("client_id", 0, "Client"),
	STRING("client_secret", 0, "Secret of the client"),
	STRING("scope", 0, "Scopes, separated by blanks"),
	{ "client_assertion", FIELD_ANY_MAP, NULLABLE, NOT_STORED,
	  .doc = "Assertion instead of the secret" },
	{ "extra_params", FIELD_STRING_MAP, 0, NOT_STORED,
	  .doc = "More parameters of the request" },
};
static const struct table oauth_table = TABLE(oauth_fields);

static const struct field aws_fields[] = {
	STRING("profile", NULLABLE, "AWS profile"),
	STRING("region", NULLABLE, "Region to sign for"),
	STRING("service", NULLABLE, "Service to sign for"),
};
static const struct table aws_table = TABLE(aws_fields);

static const struct field inject_fields[] = {
	{ "inject_mode", FIELD_ENUM, NULLABLE, NOT_STORED,
	  .doc = "Where the secret stands", .names = INJECT_MODES },
	STRING("inject_header", NULLABLE, "Header"),
	STRING("credential_format", NULLABLE, "Header's value, {} the secret"),
	STRING("path_pattern", NULLABLE, "Path, {} the secret"),
	STRING("path_replacement", NULLABLE, "New path"),
	STRING("query_param_name", NULLABLE, "Query parameter"),
};
static const struct table inject_table = TABLE(inject_fields);

static const struct field credential_fields[] = {
	STRING("upstream", REQUIRED,
	    "https address, or http one of this machine"),
	STRING("credential_key", NULLABLE, "Account or reference of a secret"),
	{ "auth", FIELD_OBJECT, NULLABLE, NOT_STORED,
	  .doc = "OAuth 2", .table = &oauth_table },
	{ "aws_auth", FIELD_OBJECT, NULLABLE, NOT_STORED,
	  .doc = "AWS signatures", .table = &aws_table },
	{ "spiffe", FIELD_ANY_MAP, NULLABLE, NOT_STORED, .doc = "SPIFFE" },
	{ "inject_mode", FIELD_ENUM, 0, NOT_STORED,
	  .doc = "Where the secret stands", .names = INJECT_MODES },
	STRING("inject_header", 0, "Header"),
	STRING("credential_format", NULLABLE, "Header's value, {} the secret"),
	STRING("path_pattern", NULLABLE, "Path, {} the secret"),
	STRING("path_replacement", NULLABLE, "New path"),
	STRING("query_param_name", NULLABLE, "Query parameter"),
	{ "proxy", FIELD_OBJECT, NULLABLE, NOT_STORED,
	  .doc = "Where the proxy finds the stand-in for the secret",
	  .table = &inject_table },
	STRING("env_var", NULLABLE, "Variable that holds the stand-in"),
	{ "endpoint_rules", FIELD_OBJECTS, 0, NOT_STORED,
	  .doc = "Requests to let through", .table = &endpoint_table },
	{ "endpoint_policy", FIELD_ANY_MAP, NULLABLE, NOT_STORED,
	  .doc = "Requests to let through, ask about or refuse" },
	STRING("tls_ca", NULLABLE, "Certificate authority of the host"),
	STRING("tls_client_cert", NULLABLE, "Certificate of the client"),
	STRING("tls_client_key", NULLABLE, "Key of the client"),
	{ "rate_limit", FIELD_ANY_MAP, NULLABLE, NOT_STORED,
	  .doc = "Requests in a minute" },
};
/* clang-format on */

/* A value that is there and not null. */
static const struct node *
value_of(const struct node *object, const char *key)
{
	const struct pair *pair = decode_find(object, key);

	if (pair == NULL || pair->value.kind == NODE_NULL)
		return NULL;
	return &pair->value;
}

/* What follows the prefix; its text is NULL if t does not begin so. */
static struct text
after(struct text t, const char *prefix)
{
	uint32_t n = (uint32_t)strlen(prefix);

	if (t.len < n || memcmp(t.s, prefix, n) != 0)
		return (struct text){0};
	return (struct text){t.s + n, t.len - n};
}

/* "user@host:port/path" -> "host" */
static struct text
host_of(struct text address)
{
	struct text host = address;

	for (uint32_t i = 0; i < host.len; i++)
		if (strchr("/?#\\", host.s[i]) != NULL)
			host.len = i;
	for (uint32_t i = host.len; i > 0; i--) {
		if (host.s[i - 1] != '@')
			continue;
		host = (struct text){host.s + i, host.len - i};
		break;
	}
	for (uint32_t i = 0; i < host.len; i++)
		if (host.s[i] == ':' && host.s[0] != '[')
			host.len = i;
		else if (host.s[i] == ']')
			host.len = i + 1;
	return host;
}

static bool
is_this_machine(struct text host)
{
	struct text rest = after(host, "127.");
	uint32_t digits = 0, dots = 0;

	if (text_is(host, "localhost") || text_is(host, "[::1]") ||
	    text_is(host, "0.0.0.0"))
		return true;
	for (uint32_t i = 0; i < rest.len; i++) {
		if (rest.s[i] >= '0' && rest.s[i] <= '9')
			digits++;
		else if (rest.s[i] == '.' && digits != 0)
			dots++;
		else
			return false;
	}
	return rest.len != 0 && dots == 2 && rest.s[rest.len - 1] != '.';
}

static void
check_upstream(struct decode *c, const struct node *upstream)
{
	struct text url = upstream->string, http = after(url, "http://");
	struct diag *diag;

	if (after(url, "https://").len != 0 ||
	    (http.s != NULL && is_this_machine(host_of(http))))
		return;
	diag = diag_at(c->diags, DIAG_BAD_VALUE, upstream->at,
	    http.s != NULL ? "a secret would be sent to \"%.*s\" in the clear"
			   : "\"%.*s\" is no https:// address",
	    (int)url.len, url.s);
	diag_help(c->diags, diag,
	    "write an https:// address; http:// is for this machine only");
}

static void
check_credential(struct decode *c, const struct node *object)
{
	static const char *const sources[] = {
	    "credential_key", "auth", "aws_auth", "spiffe"};
	static const char *const managers[] = {
	    "op://", "bw://", "apple-password://", "file://", "cmd://"};
	const struct node *key = value_of(object, "credential_key");
	struct text name = decode_key(c);
	struct diag *diag;
	uint32_t n = 0;

	for (uint32_t i = 0; i < ARRAY_LEN(sources); i++)
		n += value_of(object, sources[i]) != NULL;
	if (n != 1) {
		diag = diag_at(c->diags, DIAG_BAD_VALUE, object->at,
		    n == 0 ? "\"%.*s\" does not say where its secret is"
			   : "\"%.*s\" has more than one secret",
		    (int)name.len, name.s);
		diag_help(c->diags, diag,
		    "give one of credential_key, auth, aws_auth and spiffe");
	}
	check_upstream(c, value_of(object, "upstream"));
	for (uint32_t i = 0; key != NULL && i < ARRAY_LEN(managers); i++) {
		if (after(key->string, managers[i]).s == NULL ||
		    value_of(object, "env_var") != NULL)
			continue;
		diag = diag_at(c->diags, DIAG_MISSING_KEY, key->at,
		    "\"%.*s\" has no \"env_var\"", (int)name.len, name.s);
		diag_help(c->diags, diag,
		    "a reference such as \"%.*s\" does not name a variable: "
		    "give env_var",
		    (int)key->string.len, key->string.s);
	}
}

/* What check_credential says; compare host_of and is_this_machine. */
/* clang-format off */
#define GIVEN(key) \
	"{ \"required\": [\"" key "\"]," \
	"  \"properties\": { \"" key "\": { \"not\": { \"type\": \"null\" } } } }"
#define SLASH "/?#\\\\\\\\" /* ends a host; a backslash, for C, JSON and the class */
#define PORT "[^@" SLASH "]*"
static const char credential_also[] =
	"[{ \"oneOf\": ["
	GIVEN("credential_key") "," GIVEN("auth") ","
	GIVEN("aws_auth") "," GIVEN("spiffe") "] },"
	"{ \"properties\": { \"upstream\": { \"anyOf\": ["
	"{ \"pattern\": \"^https://[\\\\s\\\\S]+$\" },"
	"{ \"pattern\": \"^http://([^" SLASH "]*@)?"
	"((localhost|0\\\\.0\\\\.0\\\\.0|127\\\\.[0-9]+\\\\.[0-9]*\\\\.[0-9]+)"
	"(:" PORT ")?|\\\\[::1\\\\]" PORT ")([" SLASH "][\\\\s\\\\S]*)?$\" }"
	"] } } },"
	"{ \"if\": { \"required\": [\"credential_key\"], \"properties\": {"
	"\"credential_key\": { \"type\": \"string\", \"pattern\":"
	"\"^(op|bw|apple-password|file|cmd)://[\\\\s\\\\S]*$\" } } },"
	"\"then\": " GIVEN("env_var") " }]";
/* clang-format on */

static const struct table credential_table =
    TABLE_CHECKED(credential_fields, check_credential, credential_also);

/* clang-format off */
static const struct field network_fields[] = {
	{ "block", FIELD_BOOL, 0, AT(block),
	  .doc = "Close the network, but for the ports below" },
	{ "allow_http2", FIELD_BOOL, 0, AT(allow_http2),
	  .doc = "Let the proxy speak HTTP/2", .unenforced = PROXY },
	{ "network_profile", FIELD_STRING, NULL_SETS, AT(network_profile),
	  .doc = "nono's list of hosts for the proxy; null clears a base's",
	  .format = &format_plain },
	{ "allow_domain", FIELD_STRING_OR_OBJECTS, 0, AT(allow_domain),
	  .doc = "Hosts that the proxy lets through",
	  .aliases = NAMES("proxy_allow", "allow_proxy"),
	  .table = &domain_table, .value_key = "domain" },
	{ "credentials", FIELD_STRINGS, NULLABLE | BLANK_OK, AT(credentials),
	  .doc = "Credentials that the proxy adds; [] clears a base's",
	  .aliases = NAMES("proxy_credentials") },
	{ "open_port", FIELD_PORTS, 0, AT(open_port),
	  .doc = "Local TCP ports to connect to and to listen on",
	  .aliases = NAMES("port_allow", "allow_port") },
	{ "open_port_range", FIELD_PORT_RANGES, 0, AT(open_port),
	  .doc = "The same as pairs of first and last port" },
	{ "listen_port", FIELD_PORTS, 0, AT(listen_port),
	  .doc = "TCP ports to listen on" },
	{ "listen_port_range", FIELD_PORT_RANGES, 0, AT(listen_port),
	  .doc = "The same as pairs of first and last port" },
	{ "connect_port", FIELD_PORTS, 0, AT(connect_port),
	  .doc = "TCP ports to connect to (Linux)" },
	{ "listen_udp_port", FIELD_PORTS, 0, AT(listen_udp_port),
	  .doc = "UDP ports to bind (Linux)" },
	{ "connect_udp_port", FIELD_PORTS, 0, AT(connect_udp_port),
	  .doc = "UDP ports to send to (Linux)" },
	{ "upstream_proxy", FIELD_STRING, NULLABLE, AT(upstream_proxy),
	  .doc = "HOST:PORT of a proxy behind nono's",
	  .aliases = NAMES("external_proxy"), .format = &format_plain },
	{ "upstream_bypass", FIELD_STRINGS, 0, AT(upstream_bypass),
	  .doc = "Hosts that are reached without it",
	  .aliases = NAMES("external_proxy_bypass"), .unenforced = PROXY },
	{ "custom_credentials", FIELD_OBJECT_MAP, 0, AT(custom_credentials),
	  .doc = "Credentials beside nono's own",
	  .table = &credential_table, .unenforced = PROXY },
	{ "tls_intercept", FIELD_OBJECT, NULLABLE, NOT_STORED,
	  .doc = "Certificates of the proxy",
	  .table = &intercept_table, .unenforced = PROXY },
	{ "no_proxy", FIELD_STRINGS, 0, NOT_STORED,
	  .doc = "What programs are told to reach without the proxy",
	  .unenforced = PROXY },
	{ "deny_domain", FIELD_STRINGS, 0, NOT_STORED,
	  .doc = "Only an empty list is accepted",
	  .refused = "a policy has no hosts to deny: list in allow_domain "
		     "those that are meant, or leave it to another proxy" },
};
/* clang-format on */

const struct table network_table = TABLE(network_fields);
