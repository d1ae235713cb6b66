#include <config.h>

#include "compiler/base/git.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/base/git_run.h"
#include "compiler/base/vec.h"

enum { MODE_TYPE = 0170000, MODE_FILE = 0100000, MODE_LINK = 0120000 };

struct git_entry {
	struct text name; /* in the repository */
	const char *object;
	bool regular;
	bool link;     /* symbolic */
	bool conflict; /* staged: a merge has left several of it */
};

struct git {
	struct arena *arena;
	const char *revision;
	const char *top;
	const char *cwd;
	struct VEC(struct git_entry) entries; /* by name */
	struct git_child contents;	      /* git cat-file --batch */
	struct VEC(struct text) spared;	      /* absolute, normal */
};

/* The first line of what a command printed; false: *ret_why. */
static bool
ask(struct arena *a, const char *const *argv, struct text *ret_line,
    struct text *ret_why)
{
	struct text said;
	const char *end;

	if (!git_run(a, argv, &said, ret_why))
		return false;
	end = memchr(said.s, '\n', said.len);
	*ret_line = arena_text(
	    a, (struct text){
		   said.s, end == NULL ? said.len : (uint32_t)(end - said.s)});
	return true;
}

static int
by_name(const void *left, const void *right)
{
	const struct git_entry *a = left, *b = right;

	return text_compare(a->name, b->name);
}

/*
 * "100644 blob OBJECT\tNAME\0" of ls-tree, "100644 OBJECT STAGE\tNAME\0" of
 * ls-files.
 */
static bool
parse_listing(struct git *g, struct text list, bool index)
{
	uint32_t i = 0;

	while (i < list.len) {
		const char *line = list.s + i;
		const char *nul = memchr(line, '\0', list.len - i);
		const char *tab, *object, *object_end;
		struct git_entry *e;
		unsigned long mode;
		struct text name;

		if (nul == NULL || (tab = strchr(line, '\t')) == NULL ||
		    (object = strchr(line, ' ')) == NULL)
			return false;
		object++;
		if (!index && (object = strchr(object, ' ')) == NULL)
			return false;
		object += index ? 0 : 1;
		object_end = object + strspn(object, "0123456789abcdef");
		if (object_end == object || object_end > tab)
			return false;
		name = (struct text){tab + 1, (uint32_t)(nul - tab - 1)};
		i += (uint32_t)(nul - line) + 1;
		/* Up to three entries that a merge has left, one by one. */
		if (g->entries.n > 0 &&
		    text_equal(g->entries.v[g->entries.n - 1].name, name))
			continue;
		e = VEC_PUSH(g->arena, &g->entries);
		e->name = name;
		e->conflict = index && tab[-1] != '0';
		e->object = arena_text(g->arena,
		    (struct text){object, (uint32_t)(object_end - object)})
				.s;
		mode = strtoul(line, NULL, 8) & MODE_TYPE;
		e->regular = mode == MODE_FILE;
		e->link = mode == MODE_LINK;
	}
	if (g->entries.n > 1)
		qsort(
		    g->entries.v, g->entries.n, sizeof(*g->entries.v), by_name);
	return true;
}

static bool
list_all(struct git *g, const char *tree, struct text *ret_why)
{
	const bool index = tree == NULL;
	/* The monitor is a command that the repository names. */
	const char *const of_index[] = {"git", "-c", "core.fsmonitor=false",
	    "ls-files", "-s", "-z", "--full-name", "--", ":/", NULL};
	const char *const of_tree[] = {
	    "git", "ls-tree", "-r", "-z", "--full-tree", tree, NULL};
	struct text list;

	if (!git_run(g->arena, index ? of_index : of_tree, &list, ret_why))
		return false;
	if (parse_listing(g, list, index))
		return true;
	*ret_why = TEXT("git listed files in a way that is not understood");
	return false;
}

/* The work tree; a bare repository has none, and nothing lies in it. */
static bool
find_top(struct git *g, struct text *ret_why)
{
	static const char *const top[] = {
	    "git", "rev-parse", "--show-toplevel", NULL};
	static const char *const bare[] = {
	    "git", "rev-parse", "--absolute-git-dir", NULL};
	struct text line, unused;

	if (!ask(g->arena, bare, &line, ret_why))
		return false;
	if (!ask(g->arena, top, &line, &unused) &&
	    !ask(g->arena, bare, &line, ret_why))
		return false;
	g->top = line.s;
	return true;
}

static bool
resolve(struct git *g, struct text *ret_tree, struct text *ret_why)
{
	struct text spec = arena_printf(g->arena, "%s^{tree}", g->revision);
	const char *const argv[] = {"git", "rev-parse", "--verify", "--quiet",
	    "--end-of-options", spec.s, NULL};

	if (g->revision[0] != '-' && ask(g->arena, argv, ret_tree, ret_why) &&
	    ret_tree->len > 0)
		return true;
	*ret_why =
	    arena_printf(g->arena, "there is no revision \"%s\"", g->revision);
	return false;
}

bool
git_open(struct arena *a, const char *revision, struct git **ret_git,
    struct text *ret_why)
{
	static const char *const contents[] = {
	    "git", "cat-file", "--batch", NULL};
	struct git *g = ARENA_NEW(a, struct git);
	struct text tree = {NULL, 0};
	char *cwd = getcwd(NULL, 0);

	g->arena = a;
	g->revision = arena_text(a, text_of(revision)).s;
	g->cwd = arena_text(a, text_of(cwd == NULL ? "/" : cwd)).s;
	free(cwd);
	if (!find_top(g, ret_why) ||
	    (*revision != '\0' && !resolve(g, &tree, ret_why)) ||
	    !list_all(g, *revision == '\0' ? NULL : tree.s, ret_why) ||
	    !git_start(&g->contents, contents, ret_why))
		return false;
	*ret_git = g;
	return true;
}

void
git_close(struct git *g)
{
	git_stop(&g->contents);
}

const char *
git_revision(const struct git *g)
{
	return g->revision;
}

const char *
git_top(const struct git *g)
{
	return g->top;
}

/* Absolute, without "." and ".." and double slashes: as text alone. */
static struct text
normal(const struct git *g, const char *path)
{
	struct text full = *path == '/'
			       ? text_of(path)
			       : arena_printf(g->arena, "%s/%s", g->cwd, path);
	char *to = arena_alloc(g->arena, (size_t)full.len + 2, 1);
	uint32_t n = 0;

	for (uint32_t i = 0; i < full.len;) {
		const char *part = full.s + i;
		const char *slash = memchr(part, '/', full.len - i);
		uint32_t len =
		    slash == NULL ? full.len - i : (uint32_t)(slash - part);

		i += len + 1;
		if (len == 0 || (len == 1 && part[0] == '.'))
			continue;
		if (len == 2 && memcmp(part, "..", 2) == 0) {
			while (n > 0 && to[--n] != '/')
				;
			continue;
		}
		to[n++] = '/';
		memcpy(to + n, part, len);
		n += len;
	}
	return (struct text){to, n};
}

static int
compare_name(const void *entry, const void *name)
{
	return text_compare(((const struct git_entry *)entry)->name,
	    *(const struct text *)name);
}

/* The first entry that is not before the name. */
static uint32_t
first_from(const struct git *g, struct text name)
{
	return VEC_LOWER_BOUND(&g->entries, &name, compare_name);
}

static bool
is_below(struct text name, struct text dir)
{
	return dir.len == 0 || (name.len > dir.len && name.s[dir.len] == '/' &&
				   memcmp(name.s, dir.s, dir.len) == 0);
}

/* As far as it is there now: links on the way to it are followed. */
static struct text
resolve_links(const struct git *g, struct text full)
{
	uint32_t n = full.len;

	while (n > 0) {
		const struct text head = {full.s, n};
		char *const real = realpath(arena_text(g->arena, head).s, NULL);

		if (real != NULL) {
			full = arena_printf(g->arena, "%s%.*s", real,
			    (int)(full.len - n), full.s + n);
			free(real);
			return full;
		}
		while (n > 0 && full.s[--n] != '/')
			;
	}
	return full;
}

/*
 * The work tree can be named through a link, as where a shell's $PWD is: what
 * lies in it is in the repository all the same.
 */
static struct text
in_repository(const struct git *g, const char *path)
{
	const struct text full = normal(g, path), top = text_of(g->top);

	return text_equal(full, top) || is_below(full, top)
		   ? full
		   : resolve_links(g, full);
}

/* "DIR/": what lies in it is sorted from here on. */
static uint32_t
first_in(const struct git *g, struct text dir)
{
	return dir.len == 0 ? 0
			    : first_from(g, arena_printf(g->arena, "%.*s/",
						(int)dir.len, dir.s));
}

static bool
is_spared(const struct git *g, struct text full)
{
	for (uint32_t i = 0; i < g->spared.n; i++)
		if (text_equal(full, g->spared.v[i]) ||
		    is_below(full, g->spared.v[i]))
			return true;
	return false;
}

void
git_spare(struct git *g, const char *dir)
{
	struct text name;

	if (dir != NULL && git_find(g, dir, &name) == GIT_MISSING)
		*VEC_PUSH(g->arena, &g->spared) = in_repository(g, dir);
}

enum git_kind
git_find(const struct git *g, const char *path, struct text *ret_name)
{
	struct text full = in_repository(g, path), top = text_of(g->top), name;
	uint32_t i;

	if ((!text_equal(full, top) && !is_below(full, top)) ||
	    is_spared(g, full))
		return GIT_OUTSIDE;
	name = full.len == top.len ? (struct text){"", 0}
				   : (struct text){full.s + top.len + 1,
					 full.len - top.len - 1};
	*ret_name = name;
	i = first_from(g, name);
	if (i < g->entries.n && text_equal(g->entries.v[i].name, name))
		return g->entries.v[i].regular ? GIT_FILE : GIT_LINK;
	i = first_in(g, name);
	if (name.len == 0 ||
	    (i < g->entries.n && is_below(g->entries.v[i].name, name)))
		return GIT_DIR;
	return GIT_MISSING;
}

static const char in_conflict[] =
    "it is in conflict: solve that and git add it";

bool
git_read(struct git *g, struct text name, uint32_t max, struct text *ret_text,
    const char **ret_why)
{
	uint32_t i = first_from(g, name);

	if (i == g->entries.n || !text_equal(g->entries.v[i].name, name) ||
	    !g->entries.v[i].regular) {
		*ret_why = "there is no such file in this revision";
		return false;
	}
	if (g->entries.v[i].conflict) {
		*ret_why = in_conflict;
		return false;
	}
	return git_contents(&g->contents, g->arena, g->entries.v[i].object, max,
	    ret_text, ret_why);
}

bool
git_read_link(struct git *g, struct text name, struct text *ret_target,
    const char **ret_why)
{
	enum { TARGET_MAX = 4095 };
	const uint32_t i = first_from(g, name);

	if (i == g->entries.n || !text_equal(g->entries.v[i].name, name) ||
	    !g->entries.v[i].link) {
		*ret_why = "there is no such link in this revision";
		return false;
	}
	if (g->entries.v[i].conflict) {
		*ret_why = in_conflict;
		return false;
	}
	return git_contents(&g->contents, g->arena, g->entries.v[i].object,
	    TARGET_MAX, ret_target, ret_why);
}

struct name_array
git_list(const struct git *g, struct arena *a, struct text dir)
{
	struct VEC(const char *) names = {0};
	struct text inner = {"", 0}; /* the directory before */
	uint32_t skip = dir.len == 0 ? 0 : dir.len + 1;

	for (uint32_t i = first_in(g, dir);
	     i < g->entries.n && is_below(g->entries.v[i].name, dir); i++) {
		struct text name = g->entries.v[i].name;
		struct text base = {name.s + skip, name.len - skip};

		const char *slash = memchr(base.s, '/', base.len);

		if (slash != NULL)
			base.len = (uint32_t)(slash - base.s);
		if (slash == NULL || !text_equal(base, inner))
			*VEC_PUSH(a, &names) = arena_text(a, base).s;
		if (slash != NULL)
			inner = base;
	}
	return (struct name_array){names.v, names.n};
}
