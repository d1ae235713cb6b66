#include <config.h>

#include "compiler/decode/decode.h"

#include "compiler/decode/decode_table.h"

#define AT(member) (ptrdiff_t) offsetof(struct group_ast, member)

/* clang-format off */
#define NAMES(...) (const char *const[]){ __VA_ARGS__, NULL }

static const struct field allow_fields[] = {
	{ "read", FIELD_PATHS, 0, AT(read),
	  .doc = "Paths to read, with all below", .value_key = "path" },
	{ "write", FIELD_PATHS, 0, AT(write),
	  .doc = "Paths to write, with all below", .value_key = "path" },
	{ "readwrite", FIELD_PATHS, 0, AT(readwrite),
	  .doc = "Paths to read and write, with all below",
	  .value_key = "path" },
};
static const struct table allow_table = TABLE(allow_fields);

static const struct field deny_fields[] = {
	{ "access", FIELD_PATHS, DENIES, AT(deny),
	  .doc = "Paths that stay closed, with all below",
	  .value_key = "path" },
	{ "unlink", FIELD_BOOL, 0, AT(deny_unlink),
	  .doc = "Nothing may be deleted (macOS)" },
	{ "unlink_override_for_user_writable", FIELD_BOOL, 0,
	  AT(unlink_override),
	  .doc = "But for what a profile grants to write (macOS)" },
	{ "commands", FIELD_STRINGS, 0, AT(deny_commands),
	  .doc = "Base names that are refused at start-up",
	  .format = &format_command },
};
static const struct table deny_table = TABLE(deny_fields);

static const struct field group_fields[] = {
	{ "$schema", FIELD_STRING, NULLABLE, NOT_STORED,
	  .doc = "The schema that an editor uses" },
	{ "description", FIELD_STRING, REQUIRED, AT(description),
	  .doc = "What the group is for" },
	{ "platform", FIELD_ENUM, 0, AT(platform),
	  .doc = "The only system that the group is for",
	  .names = NAMES("linux", "macos") },
	{ "required", FIELD_BOOL, 0, AT(required),
	  .doc = "A profile cannot exclude it" },
	{ "allow", FIELD_OBJECT, 0, 0,
	  .doc = "What is granted", .table = &allow_table },
	{ "deny", FIELD_OBJECT, 0, 0,
	  .doc = "What is denied", .table = &deny_table },
	{ "assert", FIELD_STRINGS, 0, AT(asserts),
	  .doc = "What must hold of every profile that includes the group" },
	{ "symlink_pairs", FIELD_STRING_MAP, LINKS, AT(symlink_pairs),
	  .doc = "Symbolic links and where they lead (macOS)" },
};
/* clang-format on */

const struct table group_table = TABLE(group_fields);

bool
decode_group(struct arena *a, struct diags *d, const struct sources *s,
    const struct node *root, struct text name,
    const struct group_ast **ret_group)
{
	struct group_ast *g = ARENA_NEW(a, struct group_ast);
	struct decode c = {
	    .arena = a,
	    .diags = d,
	    .sources = s,
	    .root = &group_table,
	};
	uint32_t errors = d->errors;

	decode_object(&c, &group_table, root, g);
	if (d->errors != errors)
		return false;
	g->at = root->at;
	g->name = name;
	*ret_group = g;
	return true;
}
