#include <config.h>

#include <string.h>
#include <unistd.h>

#include "runtime/macos/seatbelt.h"
#include "runtime/report.h"

/*
 * The head of a Seatbelt file of ours, line by line as the compiler writes it
 * and in no other way: docs/seatbelt.md.  What follows is macOS's to read.
 */
enum { VALUE_MAX = 64 * 1024 };

static struct seatbelt_policy policy;

/* Where the reader is. */
static const char *name, *at;
static unsigned line = 1;
static unsigned declared; /* roots among the parameters */

static const char *const roots[BLOB_ROOTS] = {
    [BLOB_ROOT_HOME] = "HOME",
    [BLOB_ROOT_CWD] = "CWD",
    [BLOB_ROOT_TMPDIR] = "TMPDIR",
    [BLOB_ROOT_XDG_CONFIG] = "XDG_CONFIG_HOME",
    [BLOB_ROOT_XDG_DATA] = "XDG_DATA_HOME",
    [BLOB_ROOT_XDG_STATE] = "XDG_STATE_HOME",
    [BLOB_ROOT_XDG_CACHE] = "XDG_CACHE_HOME",
    [BLOB_ROOT_XDG_RUNTIME] = "XDG_RUNTIME_DIR",
};

const struct seatbelt_policy *
seatbelt_policy(void)
{
	return &policy;
}

const char *
seatbelt_root_name(enum blob_root root)
{
	return roots[root];
}

static _Noreturn void
bad(const char *what)
{
	die("policy", name, ": line ", decimal(line), " ", what,
	    ", compile it again", NULL);
}

static bool
eat(const char *word)
{
	const size_t n = strlen(word);

	if (strncmp(at, word, n) != 0)
		return false;
	at += n;
	return true;
}

static void
end_line(void)
{
	if (*at != '\n')
		bad("goes on where it should end");
	at++;
	line++;
}

/* A root by its name; BLOB_ROOTS: there is none. */
static enum blob_root
eat_root(void)
{
	const size_t n = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

	for (unsigned r = BLOB_ROOT_HOME; r < BLOB_ROOTS; r++) {
		if (strlen(roots[r]) == n && strncmp(at, roots[r], n) == 0) {
			at += n;
			return (enum blob_root)r;
		}
	}
	return BLOB_ROOTS;
}

static unsigned
digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = c == '\0' ? NULL : strchr(digits, c);

	if (p == NULL)
		bad("has an escape that is none");
	return (unsigned)(p - digits);
}

/* A byte of a string, which no root is hidden in. */
static char
string_byte(void)
{
	unsigned c;

	if (*at == '\n' || *at == '\0')
		bad("has a string without an end");
	if (*at != '\\')
		return *at++;
	if (*++at == '"' || *at == '\\')
		return *at++;
	if (*at++ != 'x')
		bad("has an escape that is none");
	c = digit(*at++) << 4;
	c |= digit(*at++);
	if (c == 0 || c == BLOB_UID_BYTE ||
	    (c >= BLOB_ROOT_BYTE && c < (unsigned)BLOB_ROOT_BYTE + BLOB_ROOTS))
		bad("has a byte that no text holds");
	return (char)c;
}

const char *
seatbelt_value(const char **words)
{
	static char value[VALUE_MAX];
	size_t n = 0;

	at = *words;
	while (*at == ' ' && at[1] != '=') {
		if (*++at == '"') {
			for (at++; *at != '"'; n++) {
				if (n == sizeof(value) - 2)
					bad("is too long");
				value[n] = string_byte();
			}
			at++;
		} else if (eat("UID")) {
			value[n++] = BLOB_UID_BYTE;
		} else {
			const enum blob_root root = eat_root();

			if (root == BLOB_ROOTS || (declared & 1u << root) == 0)
				bad("names a parameter that there is not");
			value[n++] = (char)(BLOB_ROOT_BYTE + root);
		}
		if (n >= sizeof(value) - 2)
			bad("is too long");
	}
	value[n] = '\0';
	*words = at;
	return value;
}

/* The value that follows, which stays. */
static const char *
keep_value(void)
{
	const char *value = seatbelt_value(&at);

	return path_copy((struct path){strlen(value), value}).s;
}

/* The same, of a name that is not empty. */
static const char *
keep_name(void)
{
	const char *value = keep_value();

	if (*value == '\0')
		bad("lacks a name");
	return value;
}

static void
count(uint32_t n)
{
	if (n == SEATBELT_LINES_MAX)
		bad("is one of too many");
}

static void
environment(struct launch *l)
{
	struct blob_env *e = &policy.envs[policy.nenvs];

	if (eat(" listed")) {
		l->target.flags |= BLOB_F_ENV_ALLOW;
		return;
	}
	count(policy.nenvs++);
	if (eat(" allow"))
		e->kind = BLOB_ENV_ALLOW;
	else if (eat(" deny"))
		e->kind = BLOB_ENV_DENY;
	else if (eat(" set"))
		e->kind = BLOB_ENV_SET;
	else
		bad("does not say what to do with variables");
	e->name = keep_name();
	if (e->kind != BLOB_ENV_SET)
		return;
	if (!eat(" ="))
		bad("sets a variable to nothing");
	e->value = keep_value();
}

static bool
is_root(unsigned char c)
{
	return c > BLOB_ROOT_BYTE && c < (unsigned)BLOB_ROOT_BYTE + BLOB_ROOTS;
}

/* A root and what follows it, or an absolute path. */
static void
place(enum seatbelt_line kind)
{
	struct seatbelt_place *p = &policy.places[policy.nplaces];
	const char *value;

	count(policy.nplaces++);
	p->kind = kind;
	p->read = eat(" all") || eat(" read");
	p->write = !p->read || at[-1] == 'l';
	if (!p->read && !eat(" write"))
		bad("does not say how a place is used");
	p->words = at;
	value = seatbelt_value(&at);
	if (is_root((unsigned char)*value))
		value++;
	else if (*value != '/')
		bad("names no place");
	if (*value != '/' && *value != '\0')
		bad("names no place");
	for (; *value != '\0'; value++)
		if (is_root((unsigned char)*value))
			bad("names no place");
}

/* A line for the loader, behind ";@ ". */
static void
for_the_loader(struct launch *l)
{
	if (eat("environment")) {
		environment(l);
	} else if (eat("refuse")) {
		count(policy.ncommands);
		policy.commands[policy.ncommands++] = keep_name();
	} else if (eat("denied")) {
		place(SEATBELT_DENIED);
	} else if (eat("granted")) {
		place(SEATBELT_GRANTED);
	} else if (eat("asked")) {
		place(SEATBELT_ASKED);
	} else {
		bad("says something that this loader does not know");
	}
	end_line();
}

/* The directories that a launch has to name. */
static void
parameters(struct launch *l)
{
	if (!eat(";; Real paths, as parameters:"))
		bad("does not name the parameters");
	while (eat(" ")) {
		const enum blob_root root = eat_root();

		if (root != BLOB_ROOTS && (l->target.roots & 1u << root) == 0)
			declared = l->target.roots |= 1u << root;
		else if (root == BLOB_ROOTS && !policy.proxy &&
			 eat("PROXY_PORT"))
			policy.proxy = true;
		else
			bad("names a parameter twice, or one that is unknown");
	}
	end_line();
}

static void
network(struct launch *l)
{
	static const char *const modes[] = {
	    [BLOB_NET_OPEN] = "open\n",
	    [BLOB_NET_BLOCK] = "block\n",
	    [BLOB_NET_PROXY] = "proxy\n",
	    [BLOB_NET_PORTS] = "ports\n",
	};

	if (!eat(";@ network "))
		bad("does not say what the network is");
	for (unsigned m = 0; m < sizeof(modes) / sizeof(*modes); m++) {
		if (!eat(modes[m]))
			continue;
		l->target.network = (enum blob_network)m;
		if (policy.proxy != (m == BLOB_NET_PROXY))
			bad("and the parameters do not agree on a proxy");
		line++;
		return;
	}
	bad("names no mode of the network");
}

static void
head(struct launch *l)
{
	if (!eat(";; A Seatbelt policy, written by nonoc"))
		die("policy", name,
		    ": is no Seatbelt policy of nonoc's: others' files run "
		    "with sandbox-exec -f, and capability blobs on Linux",
		    NULL);
	at += strcspn(at, "\n");
	end_line();
	parameters(l);
	if (!eat(";@ policy 1\n"))
		bad("is of another version than this loader");
	line++;
	network(l);
	while (eat(";@ "))
		for_the_loader(l);
	if (strncmp(at, "\n(version 1)\n(deny default)\n", 28) != 0)
		bad("is not what follows the lines for a loader");
	if (strstr(at, "\n;@") != NULL)
		die("policy", name,
		    ": has a line for a loader that stands too late, compile "
		    "it again",
		    NULL);
}

static void
check_bytes(uint32_t size)
{
	for (uint32_t i = 0; i < size; i++) {
		const unsigned char c = (unsigned char)policy.text[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			die("policy", name, ": has the control byte ",
			    hexadecimal(c), ", compile it again", NULL);
	}
}

void
policy_read(struct launch *l)
{
	uint8_t *bytes;
	uint32_t size;

	if (issetugid() != 0)
		die("policy", "this program must not be set-user-ID", NULL);
	name = l->opt.policy;
	size = policy_file_read(l, SEATBELT_MAX, &bytes);
	policy.text = (char *)bytes;
	check_bytes(size);
	if (policy.text[size] != '\0')
		die("policy", name, ": was changed while it was read", NULL);
	at = policy.text;
	head(l);
}

uint32_t
policy_envs(const struct launch *l)
{
	(void)l;
	return policy.nenvs;
}

struct blob_env
policy_env(const struct launch *l, uint32_t i)
{
	(void)l;
	return policy.envs[i];
}

uint32_t
policy_commands(const struct launch *l)
{
	(void)l;
	return policy.ncommands;
}

const char *
policy_command(const struct launch *l, uint32_t i)
{
	(void)l;
	return policy.commands[i];
}
