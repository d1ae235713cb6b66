#include <config.h>

#include "compiler/link/store.h"

#include <stdlib.h>

#include "compiler/read/read.h"

/* clang-format off */
static const char *const suffixes[] = { ".jsonc", ".json", ".yaml", ".yml" };
/* What comes with nonoc is JSON: no look at anything else before it. */
static const char *const installed_suffixes[] = { ".json", ".jsonc", ".yaml", ".yml" };
/* clang-format on */

static struct text
cut_dir(struct text path)
{
	uint32_t n = path.len;

	while (n > 0 && path.s[n - 1] != '/')
		n--;
	return (struct text){path.s, n};
}

static struct text
cut_suffix(struct text base)
{
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		uint32_t n = (uint32_t)strlen(suffixes[i]);

		if (base.len > n &&
		    memcmp(base.s + base.len - n, suffixes[i], n) == 0)
			return (struct text){base.s, base.len - n};
	}
	return base;
}

struct text
store_name_of(struct text path)
{
	struct text dir = cut_dir(path);

	return cut_suffix((struct text){path.s + dir.len, path.len - dir.len});
}

static bool
has_suffix(struct text name)
{
	return cut_suffix(name).len != name.len;
}

/*
 * A profile's name: letters, digits and inner dashes.  A registry name has
 * one slash more, and neither side may climb out of a directory.
 */
static bool
plain_name(struct text t)
{
	if (t.len == 0 || t.s[0] == '-' || t.s[t.len - 1] == '-')
		return false;
	for (uint32_t i = 0; i < t.len; i++) {
		char c = t.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

static bool
registry_name(struct text t, struct text *ret_without_version)
{
	const char *slash = t.len > 0 ? memchr(t.s, '/', t.len) : NULL;
	const char *at = t.len > 0 ? memchr(t.s, '@', t.len) : NULL;
	uint32_t len = at != NULL ? (uint32_t)(at - t.s) : t.len;

	if (slash == NULL || slash == t.s || slash + 1 >= t.s + len ||
	    t.s[0] == '.' || slash[1] == '.' || has_suffix(t))
		return false;
	for (uint32_t i = 0; i < len; i++) {
		char c = t.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '_' ||
			c == '.' || &t.s[i] == slash))
			return false;
	}
	*ret_without_version = (struct text){t.s, len};
	return true;
}

/* What has been read as f->source. */
static bool
decode(struct store *s, struct profile_file *f)
{
	const struct node *root;

	return read_source(s->sources, s->arena, s->diags, f->source, &root) &&
	       decode_profile(s->arena, s->diags, s->sources, root, &f->ast);
}

static bool
load(struct store *s, struct text path, struct text shown,
    enum store_place place, struct span asked,
    const struct profile_file **ret_file)
{
	struct profile_file *f;
	uint32_t source;

	for (uint32_t i = 0; i < s->profiles.n; i++) {
		f = s->profiles.v[i];
		if (text_equal(f->path, path) && f->place == place) {
			*ret_file = f;
			return f->ast != NULL;
		}
	}
	f = ARENA_NEW(s->arena, struct profile_file);
	f->path = path;
	f->dir = cut_dir(path);
	f->name = store_name_of(path);
	f->place = place;
	*VEC_PUSH(s->arena, &s->profiles) = f;
	if (!source_read(
		s->sources, s->arena, s->diags, path.s, asked, &source))
		return false;
	if (place == STORE_INSTALLED)
		s->sources->files.v[source].name = shown;
	f->source = source;
	if (!decode(s, f))
		return false;
	*ret_file = f;
	return true;
}

bool
store_profile_text(struct store *s, const char *name, struct text text,
    const struct profile_file **ret_file)
{
	struct profile_file *f = ARENA_NEW(s->arena, struct profile_file);

	f->path = text_of(name);
	f->name = store_name_of(f->path);
	f->place = STORE_INSTALLED;
	if (!source_from_text(
		s->sources, s->arena, s->diags, name, text, &f->source) ||
	    !decode(s, f))
		return false;
	*ret_file = f;
	return true;
}

/* DIR/NAME with each suffix in turn; an empty text when there is none. */
static struct text
find_in(struct store *s, struct text dir, struct text name,
    const struct profile_file *but)
{
	const bool own = dir.len > strlen(s->data) &&
			 memcmp(dir.s, s->data, strlen(s->data)) == 0;

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		struct text path =
		    arena_printf(s->arena, "%.*s%s%.*s%s", (int)dir.len, dir.s,
			dir.len == 0 || dir.s[dir.len - 1] == '/' ? "" : "/",
			(int)name.len, name.s,
			(own ? installed_suffixes : suffixes)[i]);

		if ((but == NULL || !text_equal(path, but->path)) &&
		    source_exists(s->sources, path.s))
			return path;
	}
	return (struct text){NULL, 0};
}

static struct text
installed_name(struct store *s, struct text path)
{
	struct text dir = cut_dir(path);

	return arena_printf(s->arena, "profiles/%.*s",
	    (int)(path.len - dir.len), path.s + dir.len);
}

static struct text
data_dir(struct store *s, const char *what)
{
	return arena_printf(s->arena, "%s/%s", s->data, what);
}

/*
 * Looks a name up in the order -I, user, installed; what was not found leaves
 * *ret_path empty.
 */
static enum store_place
find_named(struct store *s, struct text name, const struct profile_file *but,
    struct text *ret_path)
{
	for (uint32_t i = 0; i < s->includes.n; i++) {
		*ret_path = find_in(s, text_of(s->includes.v[i]), name, but);
		if (ret_path->len > 0)
			return STORE_INCLUDE;
	}
	if (s->user != NULL) {
		*ret_path = find_in(s, text_of(s->user), name, but);
		if (ret_path->len > 0)
			return STORE_USER;
	}
	*ret_path = find_in(s, data_dir(s, "profiles"), name, but);
	return STORE_INSTALLED;
}

/* Suggests the installed profile whose name is nearest. */
static void
suggest_profile(
    struct store *s, struct diag *diag, struct text name, struct span at)
{
	struct name_array all = store_list_profiles(s, STORE_INSTALLED);
	const char *near = diag_nearest(name, all.v, all.n);

	if (near == NULL)
		return;
	diag_help(s->diags, diag, "did you mean \"%s\"?", near);
	diag_fix(s->diags, diag, DIAG_FIX_WORD, at, "%s", near);
}

static const char default_profile[] = "profiles/default.json";

bool
store_no_data(struct store *s, const char *what)
{
	struct diag *diag = diag_at(s->diags, DIAG_NO_DATA, (struct span){0},
	    "%s/%s is missing: what comes with nonoc is not there", s->data,
	    what);

	diag_help(s->diags, diag,
	    "install nonoc, or say with --data DIR where it lies");
	return false;
}

bool
store_profile(
    struct store *s, const char *argument, const struct profile_file **ret_file)
{
	struct text name = text_of(argument);
	struct text path;
	enum store_place place;
	struct diag *diag;

	if (has_suffix(name) || memchr(name.s, '/', name.len) != NULL)
		return load(s, arena_text(s->arena, name), name, STORE_FILE,
		    (struct span){0}, ret_file);
	if (plain_name(name)) {
		place = find_named(s, name, NULL, &path);
		if (path.len > 0)
			return load(s, path, installed_name(s, path), place,
			    (struct span){0}, ret_file);
	}
	if (find_in(s, data_dir(s, "profiles"), TEXT("default"), NULL).len == 0)
		return store_no_data(s, default_profile);
	diag = diag_at(s->diags, DIAG_BASE_MISSING, (struct span){0},
	    "no profile is named \"%s\"", argument);
	suggest_profile(s, diag, name, (struct span){0});
	if (source_is_directory(argument))
		diag_help(s->diags, diag,
		    "that is a directory, and this takes one profile, as in "
		    "%s/agent.json",
		    argument);
	else if (source_exists(s->sources, argument))
		diag_help(s->diags, diag,
		    "the file of that name is no profile: those end in .json, "
		    ".jsonc, .yaml or .yml");
	else if (*argument != '\0')
		diag_help(s->diags, diag,
		    "a file is named with its directory or suffix: ./%s.json",
		    argument);
	return false;
}

static void
missing_base(struct store *s, const struct name_entry *name, bool registry)
{
	struct diag *diag = diag_at(s->diags, DIAG_BASE_MISSING, name->at,
	    "base profile \"%.*s\" not found", (int)name->name.len,
	    name->name.s);

	suggest_profile(s, diag, name->name, name->at);
	if (registry)
		diag_help(s->diags, diag,
		    "it names a pack of a registry; nonoc never downloads: "
		    "save its profile as DIR/%.*s.json and give -I DIR",
		    (int)name->name.len, name->name.s);
	else
		diag_help(s->diags, diag,
		    "looked for %.*s.json (.jsonc, .yaml) beside this file, "
		    "in -I directories%s and among the installed profiles",
		    (int)name->name.len, name->name.s,
		    s->user != NULL ? ", in your profile directory" : "");
}

bool
store_base(struct store *s, const struct profile_file *from,
    const struct name_entry *name, const struct profile_file **ret_file)
{
	struct text key = name->name, path = {NULL, 0};
	bool plain = plain_name(key);
	bool registry = !plain && registry_name(key, &key);
	enum store_place place = STORE_SIBLING;

	if (!plain && !registry) {
		struct diag *diag = diag_at(s->diags, DIAG_BAD_BASE_NAME,
		    name->at, "\"%.*s\" is not the name of a profile",
		    (int)name->name.len, name->name.s);
		struct text dir = cut_dir(name->name);
		struct text base = cut_suffix((struct text){
		    name->name.s + dir.len, name->name.len - dir.len});

		if (plain_name(base)) {
			diag_help(s->diags, diag,
			    "a base is named, not addressed: write \"%.*s\"; "
			    "a file of that name beside this one is found "
			    "first",
			    (int)base.len, base.s);
			diag_fix(s->diags, diag, DIAG_FIX_WORD, name->at,
			    "%.*s", (int)base.len, base.s);
		} else {
			diag_help(s->diags, diag,
			    "a name is made of letters, digits and dashes "
			    "between them, such as \"python-dev\"");
		}
		return false;
	}
	/* What the user or the distribution installed looks at no siblings. */
	if (from->place < STORE_USER)
		path = find_in(s, from->dir, key, from);
	if (path.len == 0)
		place = find_named(s, key, from, &path);
	if (path.len == 0 && text_equal(key, from->name)) {
		diag_at(s->diags, DIAG_CYCLE, name->at,
		    "\"%.*s\" extends itself, and there is no other profile "
		    "of that name",
		    (int)key.len, key.s);
		return false;
	}
	if (path.len == 0) {
		missing_base(s, name, registry);
		return false;
	}
	return load(
	    s, path, installed_name(s, path), place, name->at, ret_file);
}

bool
store_default(struct store *s, const struct profile_file **ret_file)
{
	struct text path =
	    find_in(s, data_dir(s, "profiles"), TEXT("default"), NULL);

	if (path.len == 0)
		return store_no_data(s, default_profile);
	return load(s, path, installed_name(s, path), STORE_INSTALLED,
	    (struct span){0}, ret_file);
}

static bool
group_name_ok(struct text t)
{
	for (uint32_t i = 0; i < t.len; i++) {
		char c = t.s[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '_' || c == '-' ||
			(c == '.' && i > 0)))
			return false;
	}
	return t.len > 0 && t.len <= 128;
}

/*
 * The installed group wins: a directory of one's own can add groups, but not
 * replace deny_credentials.
 */
static struct text
find_group(struct store *s, struct text name, bool *ret_installed)
{
	struct text path;

	*ret_installed = true;
	if (!group_name_ok(name))
		return (struct text){NULL, 0};
	path = find_in(s, data_dir(s, "groups"), name, NULL);
	for (uint32_t i = 0; path.len == 0 && i < s->includes.n; i++) {
		struct text dir =
		    arena_printf(s->arena, "%s/groups", s->includes.v[i]);

		*ret_installed = false;
		path = find_in(s, dir, name, NULL);
	}
	return path;
}

bool
store_has_group(struct store *s, struct text name)
{
	bool installed;

	return find_group(s, name, &installed).len > 0;
}

static bool
missing_group(struct store *s, const struct name_entry *name)
{
	struct name_array all = store_list_groups(s);
	const char *near = diag_nearest(name->name, all.v, all.n);
	struct diag *diag = diag_at(s->diags, DIAG_GROUP_MISSING, name->at,
	    "no group is named \"%.*s\"", (int)name->name.len, name->name.s);

	if (all.n == 0)
		return store_no_data(s, "groups");
	if (near != NULL) {
		diag_help(s->diags, diag, "did you mean \"%s\"?", near);
		diag_fix(s->diags, diag, DIAG_FIX_WORD, name->at, "%s", near);
	} else {
		diag_help(s->diags, diag,
		    "nonoc list groups shows them all; a group of your own is "
		    "DIR/groups/%.*s.json with -I DIR",
		    (int)name->name.len, name->name.s);
	}
	return false;
}

bool
store_group(struct store *s, const struct name_entry *name,
    const struct group_file **ret_file)
{
	const struct node *root;
	struct group_file *f;
	struct text path;
	bool installed;

	for (uint32_t i = 0; i < s->groups.n; i++) {
		if (text_equal(s->groups.v[i]->name, name->name)) {
			*ret_file = s->groups.v[i];
			return s->groups.v[i]->ast != NULL;
		}
	}
	path = find_group(s, name->name, &installed);
	if (path.len == 0)
		return missing_group(s, name);
	f = ARENA_NEW(s->arena, struct group_file);
	f->name = name->name;
	*VEC_PUSH(s->arena, &s->groups) = f;
	if (!source_read(
		s->sources, s->arena, s->diags, path.s, name->at, &f->source))
		return false;
	if (installed)
		s->sources->files.v[f->source].name = arena_printf(s->arena,
		    "groups/%.*s", (int)(path.len - cut_dir(path).len),
		    path.s + cut_dir(path).len);
	if (!read_source(s->sources, s->arena, s->diags, f->source, &root) ||
	    !decode_group(
		s->arena, s->diags, s->sources, root, f->name, &f->ast))
		return false;
	*ret_file = f;
	return true;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct name_array
store_list_in(struct store *s, const char *dir)
{
	struct name_array files = source_list(s->sources, s->arena, dir);
	struct VEC(const char *) names = {0};

	for (uint32_t i = 0; i < files.n; i++) {
		struct text file = text_of(files.v[i]);

		if (has_suffix(file) && file.s[0] != '.')
			*VEC_PUSH(s->arena, &names) =
			    arena_text(s->arena, cut_suffix(file)).s;
	}
	if (names.n > 1)
		qsort(names.v, names.n, sizeof(*names.v), by_name);
	return (struct name_array){names.v, names.n};
}

struct name_array
store_list_groups(struct store *s)
{
	return store_list_in(s, data_dir(s, "groups").s);
}

struct name_array
store_list_profiles(struct store *s, enum store_place place)
{
	if (place == STORE_USER)
		return s->user == NULL ? (struct name_array){NULL, 0}
				       : store_list_in(s, s->user);
	return store_list_in(s, data_dir(s, "profiles").s);
}
