#include <config.h>

#include "compiler/decode/target.h"

#include "grammar/path_scan.h"
#include "runtime/blob.h"

enum { ABI_DIGITS_MAX = 2 };

/* Cuts the text before `at` off *rest, and the byte itself. */
static struct text
cut(struct text *rest, char at)
{
	const char *p = rest->len == 0 ? NULL : memchr(rest->s, at, rest->len);
	struct text head = *rest;

	if (p == NULL) {
		*rest = (struct text){rest->s + rest->len, 0};
		return head;
	}
	head.len = (uint32_t)(p - rest->s);
	*rest = (struct text){p + 1, rest->len - head.len - 1};
	return head;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What a `when` predicate can ask for. */
static bool
is_word(struct text t)
{
	for (uint32_t i = 0; i < t.len; i++)
		if (!is_letter(t.s[i]) && !is_digit(t.s[i]) &&
		    strchr("_.-", t.s[i]) == NULL)
			return false;
	return t.len != 0;
}

static bool
bad_target(struct diags *d, struct text part, const char *what)
{
	struct diag *diag = diag_at(d, DIAG_BAD_VALUE, (struct span){0},
	    "--target: \"%.*s\" %s", (int)part.len, part.s, what);

	diag_help(d, diag,
	    "write \"linux\" or \"macos\", then facts such as "
	    "\"linux:abi=6:id=debian:version=12\" or \"macos:version=15.5\"");
	return false;
}

static bool
parse_abi(
    struct diags *d, struct text fact, struct text value, unsigned *ret_abi)
{
	unsigned abi = 0;

	for (uint32_t i = 0; i < value.len && i <= ABI_DIGITS_MAX; i++)
		abi = is_digit(value.s[i])
			  ? abi * 10 + (unsigned)(value.s[i] - '0')
			  : BLOB_ABI_NEWEST + 1;
	if (value.len == 0 || value.len > ABI_DIGITS_MAX || value.s[0] == '0' ||
	    abi > BLOB_ABI_NEWEST)
		return bad_target(d, fact,
		    "is not a Landlock ABI, which is a number from 1 to 11");
	*ret_abi = abi;
	return true;
}

/* "rhel,centos" as os-release has it: "rhel centos". */
static bool
parse_like(struct arena *a, struct diags *d, struct text fact,
    struct text value, struct text *ret_like)
{
	char *copy = ARENA_ARRAY(a, (size_t)value.len + 1, char);
	struct text rest = value;

	while (rest.len != 0)
		if (!is_word(cut(&rest, ',')))
			return bad_target(d, fact,
			    "is not a list of distributions joined by \",\"");
	for (uint32_t i = 0; i < value.len; i++)
		copy[i] = value.s[i] == ',' ? ' ' : value.s[i];
	*ret_like = (struct text){copy, value.len};
	return true;
}

static bool
parse_fact(struct arena *a, struct diags *d, struct text fact, struct target *t)
{
	bool linux_target = t->platform == PLATFORM_LINUX;
	struct text value = fact, key = cut(&value, '='), *place = NULL;

	if (text_is(key, "version"))
		place = &t->version;
	else if (linux_target && text_is(key, "id"))
		place = &t->id;
	else if (linux_target && text_is(key, "variant"))
		place = &t->variant;
	else if (linux_target && text_is(key, "id_like"))
		place = &t->id_like;
	else if (!linux_target || !text_is(key, "abi"))
		return bad_target(d, fact,
		    linux_target ? "is none of abi=, id=, id_like=, "
				   "version= and variant="
				 : "is not version=");
	if (place == NULL ? t->abi != 0 : place->len != 0)
		return bad_target(d, fact, "states a fact again");
	if (place == NULL)
		return parse_abi(d, fact, value, &t->abi);
	if (place == &t->id_like && value.len != 0)
		return parse_like(a, d, fact, value, place);
	if (!is_word(value))
		return bad_target(d, fact,
		    "has no value made of letters, digits, \"_\", \".\" "
		    "and \"-\"");
	*place = value;
	return true;
}

bool
target_parse(struct arena *a, struct diags *d, const char *spec,
    struct target *ret_target)
{
	struct text rest = arena_text(a, text_of(spec));
	struct text name = cut(&rest, ':');
	bool facts = strchr(spec, ':') != NULL;
	/* What other options have said stays, whatever their order. */
	struct target t = {.home = ret_target->home,
	    .cwd = ret_target->cwd,
	    .defines = ret_target->defines};

	if (text_is(name, "linux"))
		t.platform = PLATFORM_LINUX;
	else if (text_is(name, "macos"))
		t.platform = PLATFORM_MACOS;
	else
		return bad_target(d, name, "is no system to compile for");
	while (facts) {
		const char *end = rest.s + rest.len;
		struct text fact = cut(&rest, ':');

		if (!parse_fact(a, d, fact, &t))
			return false;
		facts = fact.s + fact.len != end;
	}
	*ret_target = t;
	return true;
}

/* The value of an os-release line: one pair of quotes is taken off. */
static struct text
unquote(struct text t)
{
	while (t.len != 0 && strchr(" \t\r", t.s[t.len - 1]) != NULL)
		t.len--;
	if (t.len >= 2 && (t.s[0] == '"' || t.s[0] == '\'') &&
	    t.s[t.len - 1] == t.s[0])
		return (struct text){t.s + 1, t.len - 2};
	return t;
}

static bool
check_fact(struct diags *d, uint32_t source, struct text file,
    struct text value, bool words)
{
	struct text rest = value;
	bool ok = true;

	while (ok && rest.len != 0) {
		struct text word = words ? cut(&rest, ' ') : rest;

		ok = is_word(word) || (words && word.len == 0);
		if (!words)
			break;
	}
	if (!ok) {
		uint32_t begin = (uint32_t)(value.s - file.s);

		diag_at(d, DIAG_BAD_VALUE,
		    (struct span){source, begin, begin + value.len},
		    "\"%.*s\" is not made of letters, digits, \"_\", \".\" "
		    "and \"-\"",
		    (int)value.len, value.s);
	}
	return ok;
}

bool
target_os_release(struct arena *a, struct diags *d, struct sources *s,
    const char *path, struct target *t)
{
	struct text file, rest, id = TEXT(""), like = TEXT("");
	struct text version = TEXT(""), variant = TEXT("");
	const struct {
		const char *key;
		struct text *value;
	} facts[] = {
	    {"ID", &id},
	    {"ID_LIKE", &like},
	    {"VERSION_ID", &version},
	    {"VARIANT_ID", &variant},
	};
	uint32_t source;

	if (t->platform != PLATFORM_LINUX ||
	    t->id.len + t->id_like.len + t->version.len + t->variant.len != 0) {
		diag_at(d, DIAG_BAD_VALUE, (struct span){0},
		    "--os-release is for a Linux target that does not state "
		    "its distribution itself");
		return false;
	}
	if (!source_read(s, a, d, path, (struct span){0}, &source))
		return false;
	file = rest = source_get(s, source)->text;
	while (rest.len != 0) {
		struct text value = cut(&rest, '\n'), key = cut(&value, '=');

		for (uint32_t i = 0; i < ARRAY_LEN(facts); i++) {
			if (!text_is(key, facts[i].key))
				continue;
			*facts[i].value = unquote(value);
			if (!check_fact(d, source, file, *facts[i].value,
				facts[i].value == &like))
				return false;
		}
	}
	t->id = id.len == 0 ? TEXT("linux") : id;
	t->id_like = like;
	t->version = version;
	t->variant = variant;
	t->os_release = true;
	return true;
}

static bool
bad_define(
    struct diags *d, struct text name, const char *what, const char *help)
{
	struct diag *diag = diag_at(d, DIAG_BAD_DEFINE, (struct span){0},
	    "%.*s%s", (int)name.len, name.s, what);

	if (help != NULL)
		diag_help(d, diag, "%s", help);
	return false;
}

/* Absolute and without "..": slashes and "." components are tidied. */
static bool
normal_path(struct arena *a, struct diags *d, struct text name,
    struct text value, struct text *ret_path)
{
	char *out = ARENA_ARRAY(a, (size_t)value.len + 2, char);
	struct text rest = value;
	uint32_t n = 0;

	if (value.len == 0 || value.s[0] != '/')
		return bad_define(d, name, " is not an absolute path",
		    "write it from the root, such as /home/user");
	while (rest.len != 0) {
		struct text part = cut(&rest, '/');

		if (part.len == 0 || text_is(part, "."))
			continue;
		if (text_is(part, ".."))
			return bad_define(d, name, " has a \"..\" in it",
			    "write the path without it");
		out[n++] = '/';
		memcpy(out + n, part.s, part.len);
		n += part.len;
	}
	if (n > BLOB_PATH_MAX)
		return bad_define(d, name, " is longer than 4095 bytes", NULL);
	if (n == 0)
		out[n++] = '/';
	*ret_path = (struct text){out, n};
	return true;
}

static bool
is_name(struct text t)
{
	for (uint32_t i = 0; i < t.len; i++)
		if (!is_letter(t.s[i]) && t.s[i] != '_' &&
		    (i == 0 || !is_digit(t.s[i])))
			return false;
	return t.len != 0;
}

/* Known when the policy is applied, not before. */
static bool
is_built_in(struct text name)
{
	static const char *const names[] = {"TMPDIR", "UID", "XDG_CONFIG_HOME",
	    "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME",
	    "XDG_RUNTIME_DIR", "NONO_CONFIG", "NONO_PACKAGES"};

	for (uint32_t i = 0; i < ARRAY_LEN(names); i++)
		if (text_is(name, names[i]))
			return true;
	return false;
}

static bool
check_define(struct diags *d, struct text assignment, struct text name,
    struct text value)
{
	struct text bad;

	if (memchr(assignment.s, '=', assignment.len) == NULL)
		return bad_define(d, assignment, " is not NAME=VALUE", NULL);
	if (!is_name(name))
		return bad_define(d, assignment,
		    " does not begin with the name of a variable",
		    "a name is made of letters, digits and \"_\" and does "
		    "not begin with a digit");
	if (is_built_in(name))
		return bad_define(d, name, " cannot be defined",
		    "it is resolved where the policy is applied; only HOME "
		    "and CWD can be fixed");
	switch (path_scan_forbidden(value, &bad)) {
	case PATH_CLEAN:
		return true;
	case PATH_CONTROL:
	case PATH_BIDI:
		return bad_define(
		    d, name, " has a control character in it", NULL);
	case PATH_ENCODING:
		break;
	}
	return bad_define(d, name, " is not UTF-8", NULL);
}

bool
target_define(
    struct arena *a, struct diags *d, struct target *t, const char *assignment)
{
	struct text whole = arena_text(a, text_of(assignment));
	struct text value = whole, name = cut(&value, '='), *place = NULL;

	if (!check_define(d, whole, name, value))
		return false;
	if (text_is(name, "HOME"))
		place = &t->home;
	else if (text_is(name, "CWD") || text_is(name, "WORKDIR"))
		place = &t->cwd;
	for (uint32_t i = 0; i < t->defines.n; i++)
		if (text_equal(t->defines.v[i].name, name))
			return bad_define(d, name, " is defined twice", NULL);
	if (place != NULL) {
		if (place->len != 0)
			return bad_define(d, name, " is defined twice", NULL);
		if (!normal_path(a, d, name, value, place))
			return false;
		if (place != &t->home || place->len > 1)
			return true;
		*place = (struct text){NULL, 0};
		return bad_define(d, name, " cannot be the root directory",
		    "every path on the machine would be in the home directory");
	}
	*VEC_PUSH(a, &t->defines) = (struct define){name, value};
	return true;
}
