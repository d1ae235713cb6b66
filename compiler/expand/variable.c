#include <config.h>

#include "compiler/expand/variable.h"

/* The closed list: these stay symbolic until launch. */
/* clang-format off */
static const struct {
	const char *name;
	enum blob_root root;
	struct text tail; /* what the variable stands for below its root */
} roots[] = {
	{ "HOME",            BLOB_ROOT_HOME,        { "", 0 } },
	{ "CWD",             BLOB_ROOT_CWD,         { "", 0 } },
	{ "WORKDIR",         BLOB_ROOT_CWD,         { "", 0 } },
	{ "TMPDIR",          BLOB_ROOT_TMPDIR,      { "", 0 } },
	{ "XDG_CONFIG_HOME", BLOB_ROOT_XDG_CONFIG,  { "", 0 } },
	{ "XDG_DATA_HOME",   BLOB_ROOT_XDG_DATA,    { "", 0 } },
	{ "XDG_STATE_HOME",  BLOB_ROOT_XDG_STATE,   { "", 0 } },
	{ "XDG_CACHE_HOME",  BLOB_ROOT_XDG_CACHE,   { "", 0 } },
	{ "XDG_RUNTIME_DIR", BLOB_ROOT_XDG_RUNTIME, { "", 0 } },
	{ "NONO_CONFIG",     BLOB_ROOT_XDG_CONFIG,  { "nono", 4 } },
	{ "NONO_PACKAGES",   BLOB_ROOT_XDG_CONFIG,  { "nono/packages", 13 } },
};
/* clang-format on */

const char *
variable_usual_place(enum blob_root root)
{
	static const char *const below_home[BLOB_ROOTS] = {
	    [BLOB_ROOT_XDG_CONFIG] = ".config",
	    [BLOB_ROOT_XDG_DATA] = ".local/share",
	    [BLOB_ROOT_XDG_STATE] = ".local/state",
	    [BLOB_ROOT_XDG_CACHE] = ".cache",
	};

	return below_home[root];
}

/* --home fixes the home directory and what usually lies in it; --cwd $CWD. */
static bool
fixed(struct arena *a, const struct target *t, enum blob_root root,
    struct text tail, struct text *ret_value)
{
	const char *place = variable_usual_place(root);
	struct text base = root == BLOB_ROOT_CWD ? t->cwd : t->home;

	if (base.len == 0 ||
	    (root != BLOB_ROOT_CWD && root != BLOB_ROOT_HOME && place == NULL))
		return false;
	*ret_value = base;
	if (place != NULL)
		*ret_value =
		    arena_printf(a, "%.*s/%s%s%.*s", (int)base.len, base.s,
			place, tail.len > 0 ? "/" : "", (int)tail.len, tail.s);
	return true;
}

struct variable
variable_find(struct arena *a, const struct target *t, struct text name)
{
	struct variable v = {.kind = VARIABLE_NONE};

	for (size_t i = 0; i < ARRAY_LEN(roots); i++) {
		if (!text_is(name, roots[i].name))
			continue;
		v.kind = VARIABLE_TEXT;
		if (!fixed(a, t, roots[i].root, roots[i].tail, &v.value)) {
			v.kind = VARIABLE_ROOT;
			v.path = (struct path){roots[i].root, roots[i].tail};
		}
		return v;
	}
	for (uint32_t i = 0; i < t->defines.n; i++) {
		if (text_equal(t->defines.v[i].name, name)) {
			v.kind = VARIABLE_TEXT;
			v.value = t->defines.v[i].value;
			return v;
		}
	}
	if (text_is(name, "UID"))
		v.kind = VARIABLE_UID;
	return v;
}

const char *
variable_name_at(uint32_t i)
{
	if (i < ARRAY_LEN(roots))
		return roots[i].name;
	return i == ARRAY_LEN(roots) ? "UID" : NULL;
}

const char *
variable_nearest(struct text name)
{
	const char *names[ARRAY_LEN(roots) + 1];

	for (uint32_t i = 0; i < ARRAY_LEN(names); i++)
		names[i] = variable_name_at(i);
	return diag_nearest(name, names, ARRAY_LEN(names));
}
