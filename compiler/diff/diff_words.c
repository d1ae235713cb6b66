#include <config.h>

#include "compiler/blob/dump_words.h"
#include "compiler/diff/diff_model.h"

struct text
diff_join(
    struct arena *a, struct text list, const char *separator, const char *next)
{
	if (list.len == 0)
		return arena_text(a, text_of(next));
	return arena_printf(
	    a, "%.*s%s%s", (int)list.len, list.s, separator, next);
}

struct text
diff_uid(struct arena *a, struct text t, const char *instead)
{
	const char *byte =
	    t.len == 0 ? NULL : memchr(t.s, BLOB_UID_BYTE, t.len);
	struct text rest;
	uint32_t before;

	if (byte == NULL)
		return t;
	before = (uint32_t)(byte - t.s);
	rest =
	    diff_uid(a, (struct text){byte + 1, t.len - before - 1}, instead);
	return arena_printf(
	    a, "%.*s%s%.*s", (int)before, t.s, instead, (int)rest.len, rest.s);
}

struct text
diff_path_text(struct arena *a, const struct decide_path *p)
{
	struct text suffix = diff_uid(a, p->suffix, "$UID");
	const char *root = dump_roots[p->root];
	const char *dollar = *root == '\0' ? "" : "$";

	if (suffix.len == 0)
		return *root == '\0' ? TEXT("/") : arena_printf(a, "$%s", root);
	return arena_printf(
	    a, "%s%s/%.*s", dollar, root, (int)suffix.len, suffix.s);
}

/* The words of `nonoc dump`, and one for writing where nothing is removed. */
struct text
diff_rights_text(struct arena *a, uint64_t rights, bool directory)
{
	const enum blob_kind kind = directory ? BLOB_KIND_DIR : BLOB_KIND_FILE;
	const uint64_t remove = BLOB_FS_REMOVE_DIR | BLOB_FS_REMOVE_FILE;
	const uint64_t read = dump_read(BLOB_FS_ALL, kind);
	const uint64_t write = dump_write(BLOB_FS_ALL, kind);
	struct text list = {"", 0};

	if ((rights & read) == read) {
		list = diff_join(a, list, ", ", "read");
		rights &= ~read;
	}
	if ((rights & write) == write) {
		list = diff_join(a, list, ", ", "write");
		rights &= ~write;
	} else if (directory && (rights & write) == (write & ~remove)) {
		list = diff_join(a, list, ", ", "write (but not remove)");
		rights &= ~write;
	}
	for (uint64_t bit = 1; bit <= BLOB_FS_ALL; bit <<= 1)
		if ((rights & bit) != 0)
			list = diff_join(a, list, ", ", blob_fs_name(bit));
	return list;
}

/* The value of a variable: roots and the user's id are bytes in it. */
struct text
diff_value(struct arena *a, const char *value)
{
	struct text list = {"", 0};

	for (const char *p = value; *p != '\0'; p++) {
		const unsigned c = (unsigned char)*p;

		if (c == BLOB_UID_BYTE)
			list = diff_join(a, list, "", "$UID");
		else if (c > BLOB_ROOT_BYTE && c < BLOB_ROOT_BYTE + BLOB_ROOTS)
			list = arena_printf(a, "%.*s$%s", (int)list.len, list.s,
			    dump_roots[c - BLOB_ROOT_BYTE]);
		else
			list = arena_printf(
			    a, "%.*s%c", (int)list.len, list.s, *p);
	}
	return list;
}
