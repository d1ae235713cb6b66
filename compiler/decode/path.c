#include <config.h>

#include "compiler/decode/path.h"

#include "grammar/path_scan.h"

static bool
blank(struct text t)
{
	for (uint32_t i = 0; i < t.len; i++)
		if (t.s[i] != ' ')
			return false;
	return true;
}

static struct span
span_of(struct diags *d, const struct node *string, struct text part)
{
	uint32_t begin = (uint32_t)(part.s - string->string.s);

	return node_string_span(d->sources, string, begin, begin + part.len);
}

static void
report_forbidden(struct diags *d, const struct node *string,
    enum path_forbidden kind, struct text c)
{
	struct span at = span_of(d, string, c);
	struct diag *diag;

	switch (kind) {
	case PATH_CONTROL:
		diag = diag_at(d, DIAG_BAD_TEMPLATE, at,
		    "the path holds the control character \"%.*s\"", (int)c.len,
		    c.s);
		diag_help(d, diag, "remove it");
		break;
	case PATH_BIDI:
		diag = diag_at(d, DIAG_BAD_TEMPLATE, at,
		    "the path holds \"%.*s\", which hides or reorders text",
		    (int)c.len, c.s);
		diag_help(d, diag, "remove it");
		break;
	case PATH_ENCODING:
		diag_at(d, DIAG_BAD_TEMPLATE, at, "the path is not UTF-8");
		break;
	case PATH_CLEAN:
		break;
	}
}

static void
report_token(struct diags *d, const struct node *string, enum path_token kind,
    struct text t)
{
	struct span at = span_of(d, string, t);
	struct diag *diag;

	switch (kind) {
	case PATH_BAD_TILDE:
		diag = diag_at(d, DIAG_BAD_TEMPLATE, at,
		    "\"%.*s\" does not stand for a home directory", (int)t.len,
		    t.s);
		diag_help(d, diag,
		    "write \"~/...\" for the home directory of whoever "
		    "launches, or another user's in full");
		break;
	case PATH_BAD_DIGIT:
		diag = diag_at(d, DIAG_BAD_TEMPLATE, at,
		    "\"%.*s\" is not a variable: a name begins with a "
		    "letter or \"_\"",
		    (int)t.len, t.s);
		diag_help(d, diag, "write $NAME or ${NAME}");
		break;
	case PATH_BAD_BRACE:
		diag = diag_at(d, DIAG_BAD_TEMPLATE, at,
		    "\"${\" is not followed by a name and \"}\"");
		diag_help(d, diag, "write ${NAME}, such as ${HOME}");
		break;
	case PATH_BAD_DOLLAR:
		diag = diag_at(d, DIAG_BAD_TEMPLATE, at,
		    "\"$\" is not followed by a name");
		diag_help(d, diag,
		    "write $NAME or ${NAME}; for a \"$\" itself, "
		    "${DOLLAR} and -D 'DOLLAR=$'");
		break;
	case PATH_END:
	case PATH_TEXT:
	case PATH_HOME:
	case PATH_VARIABLE:
		break;
	}
}

/* The name in a PATH_HOME or PATH_VARIABLE token. */
static struct text
name_of(struct text token)
{
	if (token.s[0] == '~')
		return TEXT("HOME");
	if (token.s[1] == '{')
		return (struct text){token.s + 2, token.len - 3};
	return (struct text){token.s + 1, token.len - 1};
}

/* Counts the pieces, or reports the first token that is none. */
static bool
count_pieces(struct diags *d, const struct node *string, uint32_t *ret_count)
{
	const char *s = string->string.s;
	struct path_scanner scan = {s, s, s + string->string.len};
	enum path_token kind;
	struct text token;
	uint32_t n = 0;

	while ((kind = path_scan(&scan, &token)) != PATH_END) {
		if (kind >= PATH_BAD_TILDE) {
			report_token(d, string, kind, token);
			return false;
		}
		n++;
	}
	*ret_count = n;
	return true;
}

bool
template_scan(struct arena *a, struct diags *d, const struct node *string,
    struct template *ret_template)
{
	struct text source = string->string, token, bad;
	struct path_scanner scan = {source.s, source.s, source.s + source.len};
	enum path_forbidden forbidden = path_scan_forbidden(source, &bad);
	struct piece *pieces;
	struct diag *diag;
	uint32_t n;

	if (blank(source)) {
		diag = diag_at(
		    d, DIAG_BAD_TEMPLATE, string->at, "the path is empty");
		diag_help(d, diag,
		    "write a path, such as \"~/.cache\", or "
		    "remove the entry");
		diag_fix(d, diag, DIAG_FIX_REMOVE, string->at, "%s", "");
		return false;
	}
	if (forbidden != PATH_CLEAN) {
		report_forbidden(d, string, forbidden, bad);
		return false;
	}
	if (!count_pieces(d, string, &n))
		return false;
	pieces = ARENA_ARRAY(a, n, struct piece);
	for (uint32_t i = 0; i < n; i++) {
		bool text = path_scan(&scan, &token) == PATH_TEXT;

		pieces[i] = (struct piece){
		    .text = text ? token : name_of(token),
		    .at = span_of(d, string, token),
		    .kind = text ? PIECE_TEXT : PIECE_VARIABLE,
		};
	}
	*ret_template = (struct template){
	    .at = string->at, .source = source, .pieces = pieces, .n = n};
	return true;
}

enum path_relation
path_relate(struct path a, struct path b)
{
	struct text shorter = a.suffix.len < b.suffix.len ? a.suffix : b.suffix;
	struct text longer = a.suffix.len < b.suffix.len ? b.suffix : a.suffix;

	if (a.root != b.root) {
		if (a.root == BLOB_ROOT_SLASH && a.suffix.len == 0)
			return PATH_ABOVE;
		if (b.root == BLOB_ROOT_SLASH && b.suffix.len == 0)
			return PATH_BELOW;
		return PATH_UNRELATED;
	}
	if (text_equal(a.suffix, b.suffix))
		return PATH_EQUAL;
	if (shorter.len == longer.len)
		return PATH_UNRELATED;
	if (shorter.len != 0 &&
	    (memcmp(shorter.s, longer.s, shorter.len) != 0 ||
		longer.s[shorter.len] != '/'))
		return PATH_UNRELATED;
	return a.suffix.len > b.suffix.len ? PATH_BELOW : PATH_ABOVE;
}

/* '/' before all others, so that a directory is followed by what it holds. */
static int
rank(char c)
{
	return c == '/' ? 0 : (unsigned char)c;
}

int
path_compare(struct path a, struct path b)
{
	struct text s = a.suffix, t = b.suffix;
	uint32_t n = s.len < t.len ? s.len : t.len;

	if (a.root != b.root)
		return a.root < b.root ? -1 : 1;
	for (uint32_t i = 0; i < n; i++)
		if (s.s[i] != t.s[i])
			return rank(s.s[i]) < rank(t.s[i]) ? -1 : 1;
	return (s.len > t.len) - (s.len < t.len);
}

static const char *
root_print(enum blob_root root)
{
	switch (root) {
	case BLOB_ROOT_SLASH:
		return "";
	case BLOB_ROOT_HOME:
		return "$HOME";
	case BLOB_ROOT_CWD:
		return "$CWD";
	case BLOB_ROOT_TMPDIR:
		return "$TMPDIR";
	case BLOB_ROOT_XDG_CONFIG:
		return "$XDG_CONFIG_HOME";
	case BLOB_ROOT_XDG_DATA:
		return "$XDG_DATA_HOME";
	case BLOB_ROOT_XDG_STATE:
		return "$XDG_STATE_HOME";
	case BLOB_ROOT_XDG_CACHE:
		return "$XDG_CACHE_HOME";
	case BLOB_ROOT_XDG_RUNTIME:
		return "$XDG_RUNTIME_DIR";
	case BLOB_ROOTS:
		break;
	}
	return "?";
}

static uint32_t
append(char *out, uint32_t at, const char *s, uint32_t len)
{
	if (len != 0)
		memcpy(out + at, s, len);
	return at + len;
}

struct text
path_print(struct arena *a, struct path p)
{
	static const char uid[] = "$UID";
	const char *root = root_print(p.root);
	uint32_t len = (uint32_t)strlen(root), at;
	size_t size = (size_t)len + 2;
	char *out;

	for (uint32_t i = 0; i < p.suffix.len; i++)
		size += p.suffix.s[i] == BLOB_UID_BYTE ? sizeof(uid) - 1 : 1;
	out = ARENA_ARRAY(a, size, char);
	at = append(out, 0, root, len);
	if (p.suffix.len != 0 || p.root == BLOB_ROOT_SLASH)
		at = append(out, at, "/", 1);
	for (uint32_t i = 0; i < p.suffix.len; i++) {
		if (p.suffix.s[i] == BLOB_UID_BYTE)
			at = append(out, at, uid, sizeof(uid) - 1);
		else
			at = append(out, at, &p.suffix.s[i], 1);
	}
	return (struct text){out, at};
}
