#include <config.h>

#include "compiler/side/side.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/git.h"
#include "compiler/base/status.h"
#include "compiler/link/revision.h"
#include "compiler/sbpl/sbpl.h"
#include "compiler/side/blob_file.h"
#include "compiler/side/lock.h"
#include "runtime/sha256.h"

struct loader {
	struct side *side;
	struct compile *options;
	struct git *revision;
	struct text below; /* the directory's: "", "team/" */
	bool warnings;
};

/* Directories in directories that are looked into. */
enum { DEPTH_MAX = 32 };

static const char policy_suffix[] = ".nono", lock_suffix[] = ".lock";

static bool
for_macos(const struct loader *l)
{
	return l->options->target.platform == PLATFORM_MACOS;
}

static bool
has_suffix(const char *name, const char *suffix)
{
	const size_t n = strlen(name), m = strlen(suffix);

	return n > m && strcmp(name + n - m, suffix) == 0;
}

static struct text
key_of(const struct loader *l, const char *path)
{
	static const char *const suffixes[] = {policy_suffix, ".sb", ".sbpl"};
	struct text name = store_name_of(text_of(path));

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (has_suffix(path, suffixes[i]))
			name.len -= (uint32_t)strlen(suffixes[i]);
	return arena_printf(&l->options->arena, "%.*s%.*s", (int)l->below.len,
	    l->below.s, (int)name.len, name.s);
}

/* A path below the working directory, as a repository would call it. */
static struct text
relative(struct arena *a, struct text path)
{
	char *cwd = getcwd(NULL, 0);
	size_t n = cwd == NULL ? 0 : strlen(cwd);

	if (n > 1 && path.len > n + 1 && memcmp(path.s, cwd, n) == 0 &&
	    path.s[n] == '/')
		path =
		    (struct text){path.s + n + 1, path.len - (uint32_t)n - 1};
	free(cwd);
	while (path.len > 2 && memcmp(path.s, "./", 2) == 0)
		path = (struct text){path.s + 2, path.len - 2};
	return arena_text(a, path);
}

static void
note_files(struct loader *l, struct side_policy *p,
    const struct compile *compiled, uint32_t first)
{
	struct arena *a = &l->options->arena;

	for (uint32_t i = first; i < compiled->sources.files.n; i++) {
		const struct source *s = source_get(&compiled->sources, i);
		struct side_file *f = VEC_PUSH(a, &p->files);
		struct text name = s->name;
		struct sha256 h;

		if (l->revision != NULL &&
		    git_find(l->revision, s->path.s, &name) != GIT_OUTSIDE) {
			f->revision = text_of(git_revision(l->revision));
			f->path = arena_text(a, name);
		} else {
			f->path = relative(a, name);
		}
		if (for_macos(l))
			f->name =
			    arena_text(a, policy_source_name(&compiled->policy,
					      &compiled->sources, a, i));
		sha256_init(&h);
		sha256_update(&h, s->text.s, s->text.len);
		sha256_final(&h, f->digest);
	}
}

static int
load_profile(struct loader *l, struct side_policy *p, const char *argument)
{
	struct text copy;
	struct compile c;
	const uint8_t *bytes;
	uint32_t size;
	bool good;
	int status = EXIT_REJECTED;

	compile_init_like(&c, l->options);
	c.sources.revision = l->revision;
	good = compile_profile(&c, argument) &&
	       compile_emit(&c, true, &bytes, &size);
	if (good) {
		copy = arena_text(&l->options->arena,
		    (struct text){(const char *)bytes, size});
		p->compiled = true;
		p->name = arena_text(&l->options->arena, c.policy.name);
		if (for_macos(l)) {
			p->seatbelt = copy;
			status = EXIT_HOLDS;
		} else {
			status = blob_file_open(
			    &c.diags, argument, copy.s, copy.len, &p->blob);
		}
		note_files(l, p, &c, 1);
	}
	/* What holds for this target only is no secret of whoever compiles. */
	if (status == EXIT_HOLDS && !l->warnings)
		diags_keep(&c.diags, DIAG_WHEN_UNDECIDED);
	compile_finish(&c);
	return status;
}

/* What is for the other platform would be read as something that it is not. */
static int
other_platform(struct loader *l, const struct side_policy *p)
{
	struct diag *diag = diag_at(&l->options->diags, DIAG_SEATBELT,
	    (struct span){0}, "\"%.*s\" is a policy for %s", (int)p->shown.len,
	    p->shown.s, for_macos(l) ? "Linux" : "macOS");

	diag_help(&l->options->diags, diag,
	    for_macos(l) ? "leave out --target macos to ask about it"
			 : "--target macos asks about it");
	return EXIT_REJECTED;
}

static int
load_seatbelt(struct loader *l, struct side_policy *p, const char *path)
{
	struct compile *c = l->options;
	uint32_t source;

	if (!source_read(&c->sources, &c->arena, &c->diags, path,
		(struct span){0}, &source))
		return EXIT_REJECTED;
	p->seatbelt = source_get(&c->sources, source)->text;
	return EXIT_HOLDS;
}

/* path: absolute, in the work tree of the revision. */
static int
load_revision(
    struct loader *l, struct side_policy *p, const char *path, struct text name)
{
	struct diags *d = &l->options->diags;
	const char *why;
	struct text text;

	if (!git_read(l->revision, name, BLOB_MAX, &text, &why)) {
		diag_at(d, DIAG_CANNOT_READ, (struct span){0},
		    "cannot read \"%.*s\": %s", (int)p->shown.len, p->shown.s,
		    why);
		return EXIT_REJECTED;
	}
	if (sbpl_file_name(path)) {
		p->seatbelt = text;
		return for_macos(l) ? EXIT_HOLDS : other_platform(l, p);
	}
	if (has_suffix(path, policy_suffix) || blob_is_policy(text.s, text.len))
		return for_macos(l) ? other_platform(l, p)
				    : blob_file_open(d, p->shown.s, text.s,
					  text.len, &p->blob);
	return load_profile(l, p, path);
}

/* What was there when it was locked: names, and what they were to permit. */
static int
load_lock(struct loader *l, const char *path)
{
	struct compile *c = l->options;
	struct lock lock;
	int status;

	c->sources.revision = l->revision;
	status = lock_read(&lock, c, path);
	c->sources.revision = NULL;
	l->side->directory = l->side->lock = true;
	for (uint32_t i = 0; status == EXIT_HOLDS && i < lock.policies.n; i++)
		*VEC_PUSH(&c->arena, &l->side->policies) =
		    lock.policies.v[i].policy;
	return status;
}

/* One policy, which is appended; path: as the file system knows it. */
static int
load(struct loader *l, const char *path)
{
	struct arena *a = &l->options->arena;
	struct side_policy p = {.key = key_of(l, path)};
	struct text name;
	int status;

	if (has_suffix(path, lock_suffix) && !for_macos(l))
		return load_lock(l, path);
	if (has_suffix(path, lock_suffix)) {
		p.shown = text_of(path);
		return other_platform(l, &p); /* locks are of blobs */
	}
	if (l->revision != NULL) {
		(void)git_find(l->revision, path, &name);
		p.path = arena_text(a, name);
		p.shown = arena_printf(a, "%s:%.*s", git_revision(l->revision),
		    (int)name.len, name.s);
		status = load_revision(l, &p, path, name);
	} else {
		p.path = p.shown = relative(a, text_of(path));
		if (sbpl_file_name(path))
			status = for_macos(l) ? load_seatbelt(l, &p, path)
					      : other_platform(l, &p);
		else if (!has_suffix(path, policy_suffix) &&
			 !blob_file_is_policy(path))
			status = load_profile(l, &p, path);
		else
			status = for_macos(l)
				     ? other_platform(l, &p)
				     : blob_file_read(a, &l->options->diags,
					   path, &p.blob);
	}
	if (status == EXIT_HOLDS)
		*VEC_PUSH(a, &l->side->policies) = p;
	return status;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Not what is neither a profile nor a policy. */
static bool
wanted(const struct loader *l, const char *name)
{
	if (has_suffix(name, policy_suffix))
		return !for_macos(l);
	return (sbpl_file_name(name) && for_macos(l)) ||
	       store_name_of(text_of(name)).len != strlen(name);
}

/* Two files of one name would be one policy. */
static bool
clash(struct loader *l, const char *file)
{
	const struct side_policy *other = side_find(l->side, key_of(l, file));
	struct diag *diag;

	if (other == NULL)
		return false;
	diag = diag_at(&l->options->diags, DIAG_TWO_OF_A_NAME, (struct span){0},
	    "\"%.*s\" and \"%s\" have one name", (int)other->path.len,
	    other->path.s, file);
	diag_help(&l->options->diags, diag,
	    "of a directory each profile or policy is compared with the one of "
	    "the same name: keep the other elsewhere");
	return true;
}

/* Not what is hidden, and not where groups lie. */
static bool
passed_over(const char *name)
{
	return *name == '.' || strcmp(name, "groups") == 0;
}

static bool
is_directory(const struct loader *l, const char *path)
{
	struct text unused;
	struct stat st;

	if (l->revision != NULL)
		return git_find(l->revision, path, &unused) == GIT_DIR;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Where a link of a revision leads within it: to no directory for sure? */
static bool
is_link_to_file(const struct loader *l, const char *path, struct text name)
{
	const char *const slash = strrchr(path, '/');
	struct arena *a = &l->options->arena;
	struct text target;
	const char *why;

	if (!git_read_link(l->revision, name, &target, &why))
		return false;
	if (target.len == 0 || target.s[0] != '/')
		target = arena_printf(a, "%.*s/%.*s", (int)(slash - path), path,
		    (int)target.len, target.s);
	return git_find(l->revision, target.s, &name) == GIT_FILE;
}

/*
 * What would not be looked at although profiles may lie in it, or be it: who
 * compares two sides must not take it for gone.
 */
static bool
overlooked(struct loader *l, const char *path, const char *name, unsigned depth)
{
	struct text in_git;
	struct stat st;

	if (depth == DEPTH_MAX && is_directory(l, path))
		return true;
	if (l->revision == NULL)
		return lstat(path, &st) == 0 && S_ISLNK(st.st_mode) &&
		       is_directory(l, path);
	return git_find(l->revision, path, &in_git) == GIT_LINK &&
	       (wanted(l, name) || !is_link_to_file(l, path, in_git));
}

static int
refuse_overlooked(struct loader *l, const char *path, unsigned depth)
{
	struct diags *d = &l->options->diags;
	struct text in_git;
	struct diag *diag;

	if (l->revision != NULL &&
	    git_find(l->revision, path, &in_git) != GIT_OUTSIDE)
		path = arena_printf(&l->options->arena, "%s:%.*s",
		    git_revision(l->revision), (int)in_git.len, in_git.s)
			   .s;
	if (depth == DEPTH_MAX)
		diag = diag_at(d, DIAG_NOT_REGULAR, (struct span){0},
		    "\"%s\" lies deeper than %d directories", path, DEPTH_MAX);
	else
		diag = diag_at(d, DIAG_NOT_REGULAR, (struct span){0},
		    "\"%s\" is a symbolic link%s", path,
		    l->revision == NULL ? " to a directory"
					: " or a submodule");
	diag_help(d, diag,
	    "what it leads to would not be looked at: put it there itself, or "
	    "name what is in it as a side of its own");
	return EXIT_REJECTED;
}

static int
load_below(struct loader *l, const char *dir, unsigned depth)
{
	struct arena *a = &l->options->arena;
	struct sources where = {.revision = l->revision};
	struct name_array names = source_list(&where, a, dir);
	const struct text below = l->below;
	int status = EXIT_HOLDS;

	if (names.n > 1)
		qsort(names.v, names.n, sizeof(*names.v), by_name);
	for (uint32_t i = 0; i < names.n; i++) {
		const struct text path =
		    arena_printf(a, "%s/%s", dir, names.v[i]);
		int s = EXIT_HOLDS;

		if (passed_over(names.v[i]))
			continue;
		if (overlooked(l, path.s, names.v[i], depth)) {
			s = refuse_overlooked(l, path.s, depth);
		} else if (is_directory(l, path.s)) {
			l->below = arena_printf(
			    a, "%.*s%s/", (int)below.len, below.s, names.v[i]);
			s = load_below(l, path.s, depth + 1);
			l->below = below;
		} else if (wanted(l, names.v[i])) {
			s = clash(l, path.s) ? EXIT_REJECTED : load(l, path.s);
		}
		if (s != EXIT_HOLDS)
			status = s;
	}
	return status;
}

static int
by_key(const void *left, const void *right)
{
	const struct side_policy *a = left, *b = right;

	return text_compare(a->key, b->key);
}

static int
load_directory(struct loader *l, const char *dir)
{
	const int status = load_below(l, dir, 0);
	struct side *s = l->side;

	s->directory = true;
	if (s->policies.n > 1)
		qsort(s->policies.v, s->policies.n, sizeof(*s->policies.v),
		    by_key);
	return status;
}

static int
refuse(struct loader *l, const char *why)
{
	revision_refuse(&l->options->store, l->side->argument, why);
	return EXIT_REJECTED;
}

static int
load_in_git(struct loader *l)
{
	const char *path;
	struct text name;
	int status = EXIT_REJECTED;

	l->revision =
	    revision_open(&l->options->store, l->side->argument, &path);
	if (l->revision == NULL)
		return EXIT_REJECTED;
	switch (git_find(l->revision, path, &name)) {
	case GIT_FILE:
		status = load(l, path);
		break;
	case GIT_DIR:
		status = load_directory(l, path);
		break;
	case GIT_LINK:
		status = refuse(l, revision_link);
		break;
	case GIT_OUTSIDE:
		status = refuse(l, revision_outside);
		break;
	case GIT_MISSING:
		status = refuse(l, revision_missing);
		break;
	}
	git_close(l->revision);
	return status;
}

static int
refuse_macos(struct compile *options, const char *argument)
{
	struct diag *diag =
	    diag_at(&options->diags, DIAG_SEATBELT, (struct span){0},
		"only policies for Linux have what this verb works on: \"%s\"",
		argument);

	diag_help(&options->diags, diag,
	    options->target.platform == PLATFORM_LINUX
		? "nonoc show, why, diff, gate, check and lint take it, with "
		  "--target macos"
		: "leave out --target macos; nonoc show, why, diff, gate, "
		  "check and lint take it");
	return EXIT_REJECTED;
}

int
side_load(struct side *ret_side, struct compile *options, const char *argument,
    bool warnings)
{
	if (options->target.platform != PLATFORM_LINUX ||
	    sbpl_file_name(argument))
		return refuse_macos(options, argument);
	return side_load_any(ret_side, options, argument, warnings);
}

int
side_compiled(struct side_policy *ret_policy, struct compile *c,
    const char *argument, uint32_t first, const uint8_t *bytes, uint32_t size)
{
	struct loader l = {.options = c, .below = TEXT("")};
	struct side_policy p = {
	    .key = key_of(&l, argument),
	    .shown = relative(&c->arena, text_of(argument)),
	    .compiled = true,
	    .name = c->policy.name,
	};
	int status;

	if (c->target.platform != PLATFORM_LINUX)
		return refuse_macos(c, argument);
	p.path = p.shown;
	note_files(&l, &p, c, first);
	status = blob_file_open(
	    &c->diags, argument, (const char *)bytes, size, &p.blob);
	if (status == EXIT_HOLDS)
		*ret_policy = p;
	return status;
}

int
side_load_any(struct side *ret_side, struct compile *options,
    const char *argument, bool warnings)
{
	struct loader l = {
	    .side = ret_side, .options = options, .warnings = warnings};
	bool in_git;

	l.below = TEXT("");
	*ret_side = (struct side){.argument = argument};
	if (!revision_named(&options->store, argument, &in_git))
		return EXIT_REJECTED;
	if (in_git)
		return load_in_git(&l);
	return is_directory(&l, argument) ? load_directory(&l, argument)
					  : load(&l, argument);
}

int
side_load_one_any(struct side_policy *ret_policy, struct compile *options,
    const char *argument, bool warnings)
{
	struct side s;
	const int status = side_load_any(&s, options, argument, warnings);

	if (status == EXIT_HOLDS && s.directory) {
		diag_at(&options->diags, DIAG_NOT_REGULAR, (struct span){0},
		    "\"%s\" is a directory; this verb takes one profile or "
		    "policy",
		    argument);
		return EXIT_REJECTED;
	}
	if (status == EXIT_HOLDS)
		*ret_policy = s.policies.v[0];
	return status;
}

int
side_load_one(struct side_policy *ret_policy, struct compile *options,
    const char *argument, bool warnings)
{
	if (options->target.platform != PLATFORM_LINUX)
		return refuse_macos(options, argument);
	return side_load_one_any(ret_policy, options, argument, warnings);
}
