#define _XOPEN_SOURCE 700 /* nftw() */

#include <config.h>

#include "compiler/diff/prove_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/diff/diff_model.h"

static const char *const names[BLOB_ROOTS] = {
    [BLOB_ROOT_SLASH] = "slash",
    [BLOB_ROOT_HOME] = "home",
    [BLOB_ROOT_CWD] = "cwd",
    [BLOB_ROOT_TMPDIR] = "tmp",
    [BLOB_ROOT_XDG_CONFIG] = "config",
    [BLOB_ROOT_XDG_DATA] = "data",
    [BLOB_ROOT_XDG_STATE] = "state",
    [BLOB_ROOT_XDG_CACHE] = "cache",
    [BLOB_ROOT_XDG_RUNTIME] = "run",
};

/* Under its canonical name: the loader compares canonical names. */
bool
prove_tree_make(struct prove_tree *t)
{
	const char *tmp = getenv("TMPDIR");
	struct text pattern = arena_printf(t->arena, "%s/nonoc-prove-XXXXXX",
	    tmp != NULL && *tmp == '/' ? tmp : "/tmp");
	char *made = arena_alloc(t->arena, (size_t)pattern.len + 1, 1);
	char *real;

	memcpy(made, pattern.s, pattern.len);
	if (mkdtemp(made) == NULL)
		return false;
	real = realpath(made, NULL);
	t->top = arena_text(t->arena, text_of(real == NULL ? made : real));
	free(real);
	for (int i = 0; i < BLOB_ROOTS; i++)
		if (mkdir(prove_root(t, (enum blob_root)i).s, 0700) != 0)
			return false;
	return true;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	(void)remove(path);
	return 0;
}

void
prove_tree_clear(struct text place)
{
	(void)nftw(place.s, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void
prove_tree_remove(const struct prove_tree *t)
{
	if (t->top.len > 0)
		prove_tree_clear(t->top);
}

struct text
prove_root(const struct prove_tree *t, enum blob_root root)
{
	if (t->env != NULL && t->env->places[root].root != root)
		return prove_place(t, &t->env->places[root]);
	return arena_printf(t->arena, "%s/%s", t->top.s, names[root]);
}

struct text
prove_place(const struct prove_tree *t, const struct decide_path *path)
{
	struct text uid =
	    arena_printf(t->arena, "%lu", (unsigned long)getuid());
	struct text suffix = diff_uid(t->arena, path->suffix, uid.s);
	struct text root = prove_root(t, path->root);

	if (suffix.len == 0)
		return root;
	return arena_printf(
	    t->arena, "%s/%.*s", root.s, (int)suffix.len, suffix.s);
}

/* The directories above a path; a file in the way becomes one. */
static bool
make_parents(const struct prove_tree *t, struct text path)
{
	char *copy = arena_alloc(t->arena, (size_t)path.len + 1, 1);

	memcpy(copy, path.s, path.len);
	for (uint32_t i = t->top.len + 1; i < path.len; i++) {
		if (copy[i] != '/')
			continue;
		copy[i] = '\0';
		if (mkdir(copy, 0700) != 0 && errno == EEXIST) {
			struct stat st;

			if (lstat(copy, &st) != 0 ||
			    (!S_ISDIR(st.st_mode) &&
				(unlink(copy) != 0 || mkdir(copy, 0700)))) {
				copy[i] = '/';
				return false;
			}
		}
		copy[i] = '/';
	}
	return true;
}

static bool
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);

	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

void
prove_tree_root(const struct prove_tree *t, enum blob_root root)
{
	struct text place = prove_root(t, root);

	if (make_parents(t, place))
		(void)mkdir(place.s, 0700);
}

void
prove_tree_fill(const struct prove_tree *t, const struct blob *b, bool absent)
{
	for (uint32_t i = 0; i < b->npaths; i++) {
		struct blob_path p = blob_path(b, i);
		struct decide_path at = {text_of(p.suffix), p.root};
		struct text place = prove_place(t, &at);

		if (!make_parents(t, place) ||
		    (absent && p.missing == BLOB_MISSING_PARENT))
			continue;
		if (p.kind == BLOB_KIND_FILE)
			(void)make_file(place.s);
		else
			(void)mkdir(place.s, 0700);
	}
}

bool
prove_tree_set(const struct prove_tree *t, const struct witness *w)
{
	return prove_tree_put(
	    t, prove_place(t, &w->request.path), w->there, w->directory);
}

bool
prove_tree_put(
    const struct prove_tree *t, struct text place, bool there, bool directory)
{
	struct stat st;
	const bool is = lstat(place.s, &st) == 0;

	if (!make_parents(t, place))
		return false;
	if (is && there && S_ISDIR(st.st_mode) == directory)
		return true;
	if (is && remove(place.s) != 0)
		return false;
	if (!there)
		return true;
	return directory ? mkdir(place.s, 0700) == 0 : make_file(place.s);
}

static struct text
moved(const struct prove_tree *t, struct text suffix)
{
	struct decide_path at = {suffix, BLOB_ROOT_SLASH};
	struct text place = prove_place(t, &at);

	return (struct text){place.s + 1, place.len - 1};
}

/* What a dynamic program needs to start; nothing of it is in the tree. */
static void
add_program(struct arena *a, struct blob_model *m, const char *program)
{
	const char *const needed[] = {"usr", "lib", "lib32", "lib64", "bin",
	    "etc/ld.so.cache", "nix/store", program + 1};
	const uint64_t rights =
	    BLOB_FS_READ_FILE | BLOB_FS_READ_DIR | BLOB_FS_EXECUTE;

	for (size_t i = 0; i < ARRAY_LEN(needed); i++)
		if ((rights & m->target.fs_handled) != 0)
			*VEC_PUSH(a, &m->paths) = (struct model_path){
			    .suffix = text_of(needed[i]),
			    .root = BLOB_ROOT_SLASH,
			    .kind = BLOB_KIND_ANY,
			    .flags = BLOB_PATH_GROUP,
			    .rights = rights & m->target.fs_handled,
			};
}

bool
prove_policy(const struct prove_tree *t, struct diags *d, const struct blob *b,
    const char *program, const uint8_t **ret_bytes, uint32_t *ret_size)
{
	struct blob_model m;

	blob_read_model(b, t->arena, &m);
	for (uint32_t i = 0; i < m.paths.n; i++)
		if (m.paths.v[i].root == BLOB_ROOT_SLASH)
			m.paths.v[i].suffix = moved(t, m.paths.v[i].suffix);
	for (uint32_t i = 0; i < m.denies.n; i++)
		if (m.denies.v[i].root == BLOB_ROOT_SLASH)
			m.denies.v[i].suffix = moved(t, m.denies.v[i].suffix);
	m.sources.n = m.origins.n = m.links.n = m.extras.n = 0;
	/* It is the tree that is asked about, not who may start what. */
	m.commands.n = 0;
	add_program(t->arena, &m, program);
	return blob_write(&m, t->arena, d, ret_bytes, ret_size);
}
