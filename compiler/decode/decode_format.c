#include <config.h>

#include "compiler/decode/decode_table.h"
#include "grammar/path_scan.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static const char *
plain_fault(struct text t, enum diag_code *ret_code)
{
	struct text bad;

	*ret_code = DIAG_BAD_NAME;
	if (path_scan_forbidden(t, &bad) != PATH_CLEAN)
		return "holds a control character";
	return NULL;
}

const struct format format_plain = {
    "^[^" FORBIDDEN "]*$",
    plain_fault,
    NULL,
};

/* A group is a file of that name. */
static const char *
group_fault(struct text t, enum diag_code *ret_code)
{
	*ret_code = DIAG_BAD_NAME;
	for (uint32_t i = 0; i < t.len; i++)
		if (!is_letter(t.s[i]) && !is_digit(t.s[i]) &&
		    (i == 0 || (t.s[i] != '-' && t.s[i] != '.')))
			return "is not the name of a group";
	return t.len == 0 ? "is not the name of a group" : NULL;
}

const struct format format_group = {
    "^[A-Za-z0-9_][A-Za-z0-9_.-]*$",
    group_fault,
    "it is made of letters, digits, \"_\", \".\" and \"-\", such as "
    "\"node_runtime\"",
};

static const char *
command_fault(struct text t, enum diag_code *ret_code)
{
	*ret_code = DIAG_BAD_NAME;
	for (uint32_t i = 0; i < t.len; i++)
		if (t.s[i] == '/' || t.s[i] == ' ' || t.s[i] == 0x7f ||
		    (unsigned char)t.s[i] < 0x20)
			return "is not the name of a command";
	return t.len == 0 ? "is not the name of a command" : NULL;
}

const struct format format_command = {
    "^[^/\\u0000-\\u0020\\u007f]+$",
    command_fault,
    "it is the base name of a program, without directory and arguments, "
    "such as \"rm\"",
};

static const char *
variable_pattern_fault(struct text t, enum diag_code *ret_code)
{
	*ret_code = DIAG_BAD_VALUE;
	for (uint32_t i = 0; i < t.len; i++)
		if (t.s[i] == '=' || t.s[i] == 0x7f ||
		    (unsigned char)t.s[i] < 0x20 ||
		    (t.s[i] == '*' && i + 1 != t.len))
			return "matches no variable";
	return t.len == 0 ? "matches no variable" : NULL;
}

const struct format format_variable_pattern = {
    "^([^=*\\u0000-\\u001f\\u007f]+\\*?|\\*)$",
    variable_pattern_fault,
    "it is a name, or the beginning of names with one \"*\" at the end",
};

static const char *
set_variable_fault(struct text t, enum diag_code *ret_code)
{
	*ret_code = DIAG_BAD_NAME;
	for (uint32_t i = 0; i < t.len; i++)
		if (!is_letter(t.s[i]) && (i == 0 || !is_digit(t.s[i])))
			return "is not the name of a variable";
	if (t.len == 0)
		return "is not the name of a variable";
	*ret_code = DIAG_RESERVED_NAME;
	if (text_is(t, "PATH") || text_begins(t, TEXT("NONO_")))
		return "cannot be set by a profile";
	return NULL;
}

const struct format format_set_variable = {
    "^(?!PATH$|NONO_)[A-Za-z_][A-Za-z0-9_]*$",
    set_variable_fault,
    "any name of letters, digits and \"_\" can be set but for PATH and "
    "those that begin with NONO_",
};

/* Variables that change what a program runs before it runs. */
#define DANGEROUS_PREFIXES "LD_|DYLD_|BASH_FUNC_|OP_SESSION_"
#define DANGEROUS_NAMES                                                        \
	"BASH_ENV|ENV|CDPATH|GLOBIGNORE|PROMPT_COMMAND|IFS|PYTHONSTARTUP|"     \
	"PYTHONPATH|NODE_OPTIONS|NODE_PATH|PERL5OPT|PERL5LIB|RUBYOPT|RUBYLIB|" \
	"GEM_PATH|GEM_HOME|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|"                   \
	"DOTNET_STARTUP_HOOKS|GOFLAGS|OP_SERVICE_ACCOUNT_TOKEN|"               \
	"OP_CONNECT_TOKEN|OP_CONNECT_HOST"

/* Whether t is (or begins with) one of the alternatives. */
static bool
is_one_of(struct text t, const char *alternatives, bool prefix)
{
	const char *begin = alternatives, *end;

	for (; begin != NULL; begin = end == NULL ? NULL : end + 1) {
		struct text name;

		end = strchr(begin, '|');
		name = text_of(begin);
		if (end != NULL)
			name.len = (uint32_t)(end - begin);
		if (prefix ? t.len >= name.len &&
				 memcmp(t.s, name.s, name.len) == 0
			   : text_equal(t, name))
			return true;
	}
	return false;
}

static const char *
credential_variable_fault(struct text t, enum diag_code *ret_code)
{
	*ret_code = DIAG_BAD_NAME;
	for (uint32_t i = 0; i < t.len; i++)
		if (!is_letter(t.s[i]) && !is_digit(t.s[i]))
			return "is not the name of a variable";
	if (t.len == 0)
		return "is not the name of a variable";
	*ret_code = DIAG_RESERVED_NAME;
	if (is_one_of(t, DANGEROUS_PREFIXES, true) ||
	    is_one_of(t, DANGEROUS_NAMES, false))
		return "would change how programs start";
	return NULL;
}

const struct format format_credential_variable = {
    "^(?!(" DANGEROUS_PREFIXES ")|(" DANGEROUS_NAMES ")$)[A-Za-z0-9_]+$",
    credential_variable_fault,
    "use a name of letters, digits and \"_\" that no shell, linker or "
    "interpreter reads",
};

static const char *
duration_fault(struct text t, enum diag_code *ret_code)
{
	uint32_t n = t.len;

	*ret_code = DIAG_BAD_VALUE;
	if (n != 0 && strchr("smhd", t.s[n - 1]) != NULL)
		n--;
	if (n == 0 || t.s[0] == '0')
		return "is not a duration";
	for (uint32_t i = 0; i < n; i++)
		if (!is_digit(t.s[i]))
			return "is not a duration";
	return NULL;
}

const struct format format_duration = {
    "^[1-9][0-9]*[smhd]?$",
    duration_fault,
    "write a number and s, m, h or d, such as \"24h\"",
};
