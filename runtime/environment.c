#include <config.h>

#include <string.h>
#include <unistd.h>

#include "runtime/launch.h"
#include "runtime/report.h"

extern char **environ;

/* What tells programs where the proxy is, and what not to ask it for. */
static const struct {
	const char *name;
	bool direct;
} proxy[] = {
    {"HTTP_PROXY", false},
    {"HTTPS_PROXY", false},
    {"ALL_PROXY", false},
    {"http_proxy", false},
    {"https_proxy", false},
    {"all_proxy", false},
    {"NO_PROXY", true},
    {"no_proxy", true},
};
enum { PROXY = sizeof(proxy) / sizeof(*proxy) };

/* The variables that are set, "NAME=VALUE", each ended by a NUL. */
static char text[128 * 1024];
static size_t used;

static void
put(const char *s, size_t n)
{
	if (n > sizeof(text) - used)
		die("environment", "the policy sets more than ",
		    decimal(sizeof(text)),
		    " bytes of variables, shorten them in the profile", NULL);
	memcpy(text + used, s, n);
	used += n;
}

static bool
same(const char *name, const char *var, size_t n)
{
	return strncmp(name, var, n) == 0 && name[n] == '\0';
}

/* A name, or how it begins and a star. */
static bool
matches(const char *pattern, const char *var, size_t n)
{
	for (; *pattern != '*'; pattern++, var++, n--) {
		if (n == 0)
			return *pattern == '\0';
		if (*pattern != *var)
			return false;
	}
	return true;
}

/* Does the policy itself give this variable a value? */
static bool
is_set(const struct launch *l, const char *var, size_t n)
{
	for (uint32_t i = 0, end = policy_envs(l); i < end; i++) {
		const struct blob_env e = policy_env(l, i);

		if (e.kind == BLOB_ENV_SET && same(e.name, var, n))
			return true;
	}
	return false;
}

static bool
is_proxy(const struct launch *l, const char *var, size_t n)
{
	if (l->target.network != BLOB_NET_PROXY)
		return false;
	for (size_t i = 0; i < PROXY; i++)
		if (same(proxy[i].name, var, n))
			return true;
	return false;
}

/* Denied goes before allowed; with no list of allowed ones, all are. */
static bool
passes(const struct launch *l, const char *var, size_t n)
{
	bool allowed = (l->target.flags & BLOB_F_ENV_ALLOW) == 0;

	/* At every launch, and nearly all differ in their first byte. */
	for (size_t i = 0; i < BLOB_ENV_NEVER; i++)
		if (*blob_env_never[i] == *var &&
		    matches(blob_env_never[i], var, n))
			return false;
	for (uint32_t i = 0, end = policy_envs(l); i < end; i++) {
		const struct blob_env e = policy_env(l, i);

		switch (e.kind) {
		case BLOB_ENV_ALLOW:
			allowed = allowed || matches(e.name, var, n);
			break;
		case BLOB_ENV_DENY:
			if (matches(e.name, var, n))
				return false;
			break;
		case BLOB_ENV_SET:
			break;
		}
	}
	return allowed;
}

static void
too_many(void)
{
	die("environment", "there are more than ", decimal(VARS_MAX),
	    " variables, start it with fewer", NULL);
}

static void
add(struct launch *l, char *var)
{
	l->vars[l->nvars++] = var;
}

static void
remove_from(struct launch *l, const char *var)
{
	l->removed[l->nremoved++] = var;
}

static size_t
name_length(const char *var)
{
	size_t n = 0;

	while (var[n] != '\0' && var[n] != '=')
		n++;
	return n;
}

/* A base policy for a proxy would not pass the caller's proxy on, either. */
static bool
is_proxy_of_base(const struct launch *l, const char *var, size_t n)
{
	return l->within != NULL && is_proxy(l->within, var, n);
}

/*
 * What the command inherits.  What is no variable at all is removed, too:
 * programs do not agree on what its name would be.
 */
static void
inherit(struct launch *l)
{
	for (char **v = environ; v != NULL && *v != NULL; v++) {
		const size_t n = name_length(*v);
		const bool named = n > 0 && (*v)[n] == '=';

		if (named && (is_set(l, *v, n) || is_proxy(l, *v, n)))
			continue;
		if (named && passes(l, *v, n) && !is_proxy_of_base(l, *v, n))
			add(l, *v);
		else
			remove_from(l, *v);
	}
}

/* A root's path where the value names it; false: it has none. */
static bool
put_root(const struct launch *l, enum blob_root root, bool slash_follows)
{
	const struct root *r = &l->roots[root];

	if (!r->known)
		return false;
	put(r->at.s, r->at.len);
	if (r->at.len == 0 && !slash_follows)
		put("/", 1);
	return true;
}

static bool
put_value(const struct launch *l, const char *value)
{
	for (const char *p = value; *p != '\0'; p++) {
		const unsigned c = (unsigned char)*p;

		if (c == BLOB_UID_BYTE) {
			const char *uid = decimal(getuid());

			put(uid, strlen(uid));
		} else if (c > BLOB_ROOT_BYTE &&
			   c < (unsigned)BLOB_ROOT_BYTE + BLOB_ROOTS) {
			if (!put_root(l, (enum blob_root)(c - BLOB_ROOT_BYTE),
				p[1] == '/'))
				return false;
		} else {
			put(p, 1);
		}
	}
	return true;
}

/* Set to nothing sensible it would mislead: it is left out instead. */
static void
set(struct launch *l, const char *name, const char *value)
{
	const size_t start = used;

	put(name, strlen(name));
	put("=", 1);
	if (!put_value(l, value)) {
		used = start;
		warn("the variable ", name,
		    " is not set: its value needs $XDG_RUNTIME_DIR", NULL);
		return;
	}
	put("", 1);
	add(l, text + start);
	l->nset++;
}

static void
set_proxy(struct launch *l)
{
	static char url[sizeof("http://127.0.0.1:65535")];
	const char *port = decimal(l->opt.proxy_port);
	static const char before[] = "http://127.0.0.1:";

	memcpy(url, before, sizeof(before));
	strncat(url, port, sizeof(url) - sizeof(before));
	for (size_t i = 0; i < PROXY; i++)
		if (!is_set(l, proxy[i].name, strlen(proxy[i].name)))
			set(l, proxy[i].name,
			    proxy[i].direct ? "localhost,127.0.0.1,::1" : url);
}

/* As many as there could be: all that is inherited, and all that is set. */
static void
make_room(struct launch *l)
{
	size_t n = policy_envs(l) + PROXY;

	for (char **v = environ; v != NULL && *v != NULL; v++)
		n++;
	if (n > VARS_MAX)
		too_many();
	l->vars = memory_keep((n + 1) * sizeof(*l->vars));
	l->removed = memory_keep(n * sizeof(*l->removed));
}

void
environment_filter(struct launch *l)
{
	make_room(l);
	inherit(l);
	for (uint32_t i = 0, end = policy_envs(l); i < end; i++) {
		const struct blob_env e = policy_env(l, i);

		if (e.kind == BLOB_ENV_SET)
			set(l, e.name, e.value);
	}
	if (l->target.network == BLOB_NET_PROXY)
		set_proxy(l);
	l->vars[l->nvars] = NULL;
}

/* The name alone: values are nobody's business. */
static void
print_variable(const char *var, const char *what, int fd)
{
	char name[256];
	size_t n = strcspn(var, "=");

	if (var[n] == '\0') /* it may be a value that lost its name */
		n = 0;
	if (n >= sizeof(name))
		n = sizeof(name) - 1;
	memcpy(name, var, n);
	name[n] = '\0';
	say(fd, "variable   ", n == 0 ? "without a name" : name, what, NULL);
}

void
environment_print(const struct launch *l, int fd)
{
	for (unsigned i = 0; i < l->nremoved; i++)
		print_variable(l->removed[i], " removed", fd);
	for (unsigned i = l->nvars - l->nset; i < l->nvars; i++)
		print_variable(l->vars[i], " set", fd);
}
