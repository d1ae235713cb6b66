#include <config.h>

#include "compiler/read/read.h"

#include "compiler/base/utf8.h"

static bool
ends_with(struct text t, const char *suffix)
{
	struct text end = text_of(suffix);

	return t.len > end.len &&
	       memcmp(t.s + t.len - end.len, end.s, end.len) == 0;
}

bool
read_source(struct sources *s, struct arena *a, struct diags *d,
    uint32_t source, const struct node **ret_node)
{
	struct text name = source_get(s, source)->name;

	if (ends_with(name, ".json") || ends_with(name, ".jsonc"))
		return read_json(a, d, s, source, ret_node);
	if (ends_with(name, ".yaml") || ends_with(name, ".yml"))
		return read_yaml(a, d, s, source, ret_node);

	struct diag *diag = diag_at(d, DIAG_UNKNOWN_DIALECT,
	    (struct span){source, 0, 0},
	    "the name of this file does not say whether it is JSON or YAML");

	diag_help(d, diag,
	    "JSON files are named .json or .jsonc, YAML files "
	    ".yaml or .yml");
	return false;
}

/*
 * Characters that make a line end, or run, where a reader does not expect
 * it: in an editor a comment would end that goes on for us, or the other way
 * round.
 */
static bool
is_deceptive(uint32_t code)
{
	return (code >= 0x7F && code <= 0x9F) || /* DEL, C1; 85 is a newline */
	       code == 0x2028 || code == 0x2029 ||   /* line separators */
	       (code >= 0x202A && code <= 0x202E) || /* direction overrides */
	       (code >= 0x2066 && code <= 0x2069) || /* direction isolates */
	       code == 0xFEFF;
}

bool
read_check_characters(struct diags *d, const struct sources *s, uint32_t source)
{
	struct text t = source_get(s, source)->text;
	struct diag *diag;

	for (uint32_t i = 0;; i++) {
		/* Their first bytes, and what else may be one of them. */
		i += (uint32_t)strcspn(t.s + i, "\r\x7f\xc2\xe2\xef");
		if (i >= t.len)
			return true;
		if (t.s[i] == '\r' && t.s[i + 1] == '\n')
			continue;
		uint32_t code, n = utf8_decode(t.s + i, t.len - i, &code);

		if (n == 0 || (code != '\r' && !is_deceptive(code)))
			continue;
		struct span at = {source, i, i + n};

		if (code == '\r') {
			diag = diag_at(d, DIAG_ENCODING, at,
			    "a carriage return without a line feed: programs "
			    "disagree about where this line ends");
			diag_help(d, diag,
			    "end lines with LF or CR LF; in "
			    "double quotes write \\r");
		} else {
			diag = diag_at(d, DIAG_ENCODING, at,
			    "the character U+%04X can make the text look "
			    "different from what it says",
			    code);
			diag_help(d, diag,
			    "take it out; if it is meant, write "
			    "\\u%04x in double quotes",
			    code);
			diag_fix(d, diag, DIAG_FIX_BYTES, at, "%s", "");
		}
		return false;
	}
}
