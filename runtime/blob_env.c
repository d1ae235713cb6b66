#include <config.h>

#include <string.h>

#include "runtime/blob.h"

/*
 * What makes loaders and interpreters run code that the command did not name,
 * and credentials that no tool needs.  None begins with a star.
 * docs/compatibility.md says which are ours, and which were left out and why.
 */
const char *const blob_env_never[BLOB_ENV_NEVER] = {
    "LD_*",
    "DYLD_*",
    "GCONV_PATH",
    "BASH_FUNC_*",
    "BASH_ENV",
    "ENV",
    "CDPATH",
    "GLOBIGNORE",
    "PROMPT_COMMAND",
    "IFS",
    "PS4",
    "PYTHONSTARTUP",
    "PYTHONPATH",
    "NODE_OPTIONS",
    "NODE_PATH",
    "PERL5OPT",
    "PERL5LIB",
    "PERLLIB",
    "PERL5DB",
    "RUBYOPT",
    "RUBYLIB",
    "GEM_PATH",
    "GEM_HOME",
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "DOTNET_STARTUP_HOOKS",
    "CORECLR_PROFILER*",
    "LUA_INIT*",
    "GOFLAGS",
    "OP_SESSION_*",
    "OP_SERVICE_ACCOUNT_TOKEN",
    "OP_CONNECT_TOKEN",
    "OP_CONNECT_HOST",
};

bool
blob_env_is_never(const char *pattern)
{
	for (size_t i = 0; i < BLOB_ENV_NEVER; i++) {
		const char *name = blob_env_never[i];
		const size_t n = strlen(name) - 1;

		if (name[n] == '*' ? strncmp(name, pattern, n) == 0
				   : strcmp(name, pattern) == 0)
			return true;
	}
	return false;
}
