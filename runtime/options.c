#include <config.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/launch.h"
#include "runtime/report.h"

enum { STDOUT = 1, PORT_MAX = 65535 };

enum option {
	OPT_ALLOW_CWD,
	OPT_ALLOW_GPU,
	OPT_ALLOW_LAUNCH_SERVICES,
	OPT_ALLOW_WRITABLE_POLICY,
	OPT_CWD,
	OPT_DRY_RUN,
	OPT_EXPECT_ID,
	OPT_HELP,
	OPT_HOME,
	OPT_KEEP_FD,
	OPT_PROBE,
	OPT_PROXY_PORT,
	OPT_STRICT,
	OPT_VERBOSE,
	OPT_VERSION,
	OPT_WITHIN,
	OPTIONS,
};

static const struct {
	const char *name;
	bool takes_value;
} options[OPTIONS] = {
    [OPT_ALLOW_CWD] = {"--allow-cwd", false},
    [OPT_ALLOW_GPU] = {"--allow-gpu", false},
    [OPT_ALLOW_LAUNCH_SERVICES] = {"--allow-launch-services", false},
    [OPT_ALLOW_WRITABLE_POLICY] = {"--allow-writable-policy", false},
    [OPT_CWD] = {"--cwd", true},
    [OPT_DRY_RUN] = {"--dry-run", false},
    [OPT_EXPECT_ID] = {"--expect-id", true},
    [OPT_HELP] = {"--help", false},
    [OPT_HOME] = {"--home", true},
    [OPT_KEEP_FD] = {"--keep-fd", true},
    [OPT_PROBE] = {"--probe", false},
    [OPT_PROXY_PORT] = {"--proxy-port", true},
    [OPT_STRICT] = {"--strict", false},
    [OPT_VERBOSE] = {"-v", false},
    [OPT_VERSION] = {"--version", false},
    [OPT_WITHIN] = {"--within", true},
};

static const char *const help[] = {
    "usage: nono-load [OPTION...] POLICY -- COMMAND [ARG...]",
    "",
    "Runs COMMAND under POLICY: a capability blob on Linux, a Seatbelt file of",
    "nonoc's on macOS.",
    "",
    "  --allow-cwd              grant the working directory without asking",
    "  --allow-gpu              grant the GPU where POLICY permits it (macOS)",
    "  --allow-launch-services  the same for opening URLs (macOS)",
    "  --cwd DIR                change to DIR first",
    "  --expect-id ID           refuse a POLICY with another semantic id",
    "  --home DIR               the home directory, instead of $HOME",
    "  --keep-fd N              leave descriptor N open (may be repeated)",
    "  --proxy-port N           local port of the proxy the policy wants",
    "  --allow-writable-policy  let COMMAND write POLICY or this program",
    "  --strict                 refuse what this kernel cannot restrict",
    "  --within BASE            refuse what the policy BASE does not grant",
    "  --dry-run                say what would be granted; run nothing",
    "  -v                       say what is granted",
    "  --probe                  say what this kernel can enforce, alone",
    "  --version, --help",
};

static enum option
find(const char *arg, const char **ret_value)
{
	for (unsigned i = 0; i < OPTIONS; i++) {
		const size_t n = strlen(options[i].name);

		if (strncmp(arg, options[i].name, n) != 0)
			continue;
		if (arg[n] == '=' && options[i].takes_value) {
			*ret_value = arg + n + 1;
			return (enum option)i;
		}
		if (arg[n] == '\0')
			return (enum option)i;
	}
	if (strcmp(arg, "--") == 0)
		die("usage", "name a POLICY before --; try --help", NULL);
	die("usage", "no option ", arg, "; try --help", NULL);
}

static uint32_t
whole(const char *option, const char *text, uint32_t least, uint32_t most)
{
	uint32_t n = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9' && n <= most; p++)
		n = n * 10 + (uint32_t)(*p - '0');
	if (p == text || *p != '\0' || n < least || n > most)
		die("usage", option, " ", text, ": give a number from ",
		    decimal(least), " to ", decimal(most), NULL);
	return n;
}

static void
keep(struct launch *l, const char *text)
{
	const int fd = (int)whole("--keep-fd", text, 0, INT_MAX / 10);

	if (fd <= 2) /* always kept */
		return;
	for (unsigned i = 0; i < l->nkeep; i++)
		if (l->keep[i] == fd)
			return;
	descriptors_keep(l, fd);
}

/* The value of a hexadecimal digit; 16: it is none. */
static unsigned
digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *p = c == '\0' ? NULL : strchr(digits, c);

	return p == NULL ? 16 : (unsigned)(p - digits) % 16;
}

/*
 * A limit that the last of two would lift, as where a script has set one and
 * goes on with what it was given.
 */
static void
once(const char *option, bool given)
{
	if (given)
		die("usage", option, " is given twice: leave one out", NULL);
}

static void
expect(struct options *o, const char *text)
{
	size_t n = 0;

	once("--expect-id", o->has_id);
	while (n < 2 * BLOB_ID_SIZE && digit(text[n]) < 16)
		n++;
	if (n < 2 * BLOB_ID_SIZE || text[n] != '\0')
		die("usage", "--expect-id ", text, ": give the ",
		    decimal(2 * BLOB_ID_SIZE),
		    " hexadecimal digits that nonoc id prints", NULL);
	for (n = 0; n < BLOB_ID_SIZE; n++)
		o->id[n] =
		    (uint8_t)(digit(text[2 * n]) << 4 | digit(text[2 * n + 1]));
	o->has_id = true;
}

static void
set(struct launch *l, enum option option, const char *value)
{
	struct options *o = &l->opt;

	switch (option) {
	case OPT_ALLOW_CWD:
		o->allow_cwd = true;
		break;
	case OPT_ALLOW_GPU:
		o->allow_gpu = true;
		break;
	case OPT_ALLOW_LAUNCH_SERVICES:
		o->allow_launch_services = true;
		break;
	case OPT_ALLOW_WRITABLE_POLICY:
		o->allow_writable_policy = true;
		break;
	case OPT_CWD:
		o->cwd = value;
		break;
	case OPT_DRY_RUN:
		o->dry_run = true;
		break;
	case OPT_EXPECT_ID:
		expect(o, value);
		break;
	case OPT_HELP:
		for (size_t i = 0; i < sizeof(help) / sizeof(*help); i++)
			say(STDOUT, help[i], NULL);
		done();
	case OPT_HOME:
		o->home = value;
		break;
	case OPT_KEEP_FD:
		keep(l, value);
		break;
	case OPT_PROBE:
		o->probe = true;
		break;
	case OPT_PROXY_PORT:
		o->proxy_port = whole("--proxy-port", value, 1, PORT_MAX);
		break;
	case OPT_STRICT:
		o->strict = true;
		break;
	case OPT_VERBOSE:
		o->verbose = true;
		break;
	case OPT_VERSION:
		say(STDOUT, "nono-load ", PACKAGE_VERSION, NULL);
		done();
	case OPT_WITHIN:
		once("--within", o->within != NULL);
		o->within = value;
		break;
	case OPTIONS:  /* their number.  GCOV_EXCL_LINE: is none of them */
		break; /* GCOV_EXCL_LINE */
	}
}

void
options_parse(struct launch *l, int argc, char **argv)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		const char *value = "";
		const enum option option = find(argv[i], &value);

		if (options[option].takes_value &&
		    strchr(argv[i], '=') == NULL) {
			if (++i == argc)
				die("usage", argv[i - 1], " needs a value",
				    NULL);
			value = argv[i];
		}
		set(l, option, value);
	}
	options_check(&l->opt);
	if (l->opt.probe) {
		if (i != argc)
			die("usage", "--probe takes no POLICY, leave out ",
			    argv[i], NULL);
		return;
	}
	if (i == argc)
		die("usage", "name a POLICY; try --help", NULL);
	l->opt.policy = argv[i++];
	if (i < argc && strcmp(argv[i], "--") != 0 && argv[i][0] == '-')
		die("usage", "put ", argv[i], " before POLICY", NULL);
	if (i < argc && strcmp(argv[i], "--") != 0)
		die("usage", "put -- between POLICY and ", argv[i], NULL);
	if (i + 1 < argc)
		l->opt.command = argv + i + 1;
	else if (!l->opt.dry_run)
		die("usage", "name a COMMAND after POLICY --; try --help",
		    NULL);
}
