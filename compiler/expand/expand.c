#include <config.h>

#include "compiler/expand/expand.h"

#include <stdlib.h>

#include "compiler/expand/variable.h"

enum { COMPONENT_MAX = 255 };

/* A path while it is put together. */
struct draft {
	struct arena *arena;
	struct diags *diags;
	const struct template *tpl;
	const struct target *target;
	enum blob_root root;
	bool rooted; /* a root variable has been seen */
	char text[BLOB_PATH_MAX + 2];
	uint32_t len;
	bool too_long;
};

static void
append(struct draft *d, const char *s, uint32_t len)
{
	if (len > sizeof(d->text) - d->len) {
		d->too_long = true;
		return;
	}
	memcpy(d->text + d->len, s, len);
	d->len += len;
}

static bool
not_first(struct draft *d, const struct piece *p)
{
	struct diag *diag = diag_at(d->diags, DIAG_ROOT_NOT_FIRST, p->at,
	    "$%.*s is a whole path and can only begin one", (int)p->text.len,
	    p->text.s);

	diag_help(d->diags, diag,
	    "write the path from its own root, or fix $HOME or $CWD with "
	    "--home or --cwd");
	return false;
}

static bool
undefined(struct draft *d, const struct piece *p)
{
	const char *near = variable_nearest(p->text);
	struct diag *diag = diag_at(d->diags, DIAG_UNDEFINED, p->at,
	    "$%.*s is not defined", (int)p->text.len, p->text.s);

	if (near != NULL) {
		diag_help(d->diags, diag, "did you mean $%s?", near);
		diag_fix(d->diags, diag, DIAG_FIX_VARIABLE, p->at, "%s", near);
	}
	diag_help(d->diags, diag,
	    "the environment is never asked: give -D %.*s=VALUE, or use one "
	    "of $HOME $CWD $TMPDIR $UID $XDG_*_HOME $XDG_RUNTIME_DIR",
	    (int)p->text.len, p->text.s);
	return false;
}

static bool
append_variable(struct draft *d, const struct piece *p)
{
	static const char uid = BLOB_UID_BYTE;
	struct variable v = variable_find(d->arena, d->target, p->text);

	switch (v.kind) {
	case VARIABLE_ROOT:
		if (d->len > 0 || d->rooted)
			return not_first(d, p);
		d->root = v.path.root;
		d->rooted = true;
		if (v.path.suffix.len > 0) {
			append(d, "/", 1);
			append(d, v.path.suffix.s, v.path.suffix.len);
		}
		return true;
	case VARIABLE_TEXT:
		append(d, v.value.s, v.value.len);
		return true;
	case VARIABLE_UID:
		append(d, &uid, 1);
		return true;
	case VARIABLE_NONE:
		break;
	}
	return undefined(d, p);
}

static void
below_cwd(struct draft *d, struct diag *diag, struct text src)
{
	struct text below = src;

	if (text_is(src, ".") || text_is(src, "./")) {
		diag_help(
		    d->diags, diag, "write \"$CWD\" for the working directory");
		diag_fix(d->diags, diag, DIAG_FIX_WORD, d->tpl->at, "$CWD");
		return;
	}
	if (src.len >= 2 && memcmp(src.s, "./", 2) == 0)
		below = (struct text){src.s + 2, src.len - 2};
	diag_help(d->diags, diag,
	    "write \"$CWD/%.*s\" for a path below the working directory, or "
	    "an absolute path",
	    (int)below.len, below.s);
	diag_fix(d->diags, diag, DIAG_FIX_WORD, d->tpl->at, "$CWD/%.*s",
	    (int)below.len, below.s);
}

/* "c:\\x" or "C:/x", as Windows has it. */
static bool
has_drive(struct text t)
{
	return t.len > 2 && t.s[1] == ':' &&
	       (t.s[2] == '\\' || t.s[2] == '/') &&
	       ((t.s[0] >= 'A' && t.s[0] <= 'Z') ||
		   (t.s[0] >= 'a' && t.s[0] <= 'z'));
}

/* What nobody means to lie in the working directory. */
static bool
foreign(struct draft *d, struct diag *diag, struct text src)
{
	const bool up = src.len >= 2 && memcmp(src.s, "..", 2) == 0 &&
			(src.len == 2 || src.s[2] == '/');

	if (up)
		diag_help(d->diags, diag,
		    "write it from $HOME or \"/\": what is above the working "
		    "directory is another place in each");
	else if (has_drive(src))
		diag_help(d->diags, diag,
		    "Windows has such paths; WSL has the drive as \"/mnt/%c\", "
		    "and \"/\" between names",
		    src.s[0] | 0x20);
	else if (src.s[0] == ' ' || src.s[0] == '\t')
		diag_help(d->diags, diag,
		    "begin with \"/\" or $NAME, without a blank before it");
	else
		return false;
	return true;
}

static bool
relative(struct draft *d)
{
	struct text src = d->tpl->source;
	struct diag *diag = diag_at(d->diags, DIAG_RELATIVE, d->tpl->at,
	    "\"%.*s\" does not say where it begins", (int)src.len, src.s);

	if (d->rooted)
		diag_help(d->diags, diag,
		    "put a \"/\" behind the variable that it begins with");
	else if (src.len > 0 && memchr(src.s, '*', src.len) != NULL)
		diag_help(d->diags, diag,
		    "there are no patterns: name each file or directory, "
		    "from $CWD, $HOME or \"/\"");
	else if (src.len == 0 || !foreign(d, diag, src))
		below_cwd(d, diag, src);
	return false;
}

/* The suffix is mostly the end of what was written: then it is no copy. */
static struct text
keep(const struct draft *d, uint32_t len)
{
	const struct piece *last =
	    d->tpl->n > 0 ? &d->tpl->pieces[d->tpl->n - 1] : NULL;

	if (last != NULL && last->kind == PIECE_TEXT && last->text.len >= len) {
		const char *end = last->text.s + (last->text.len - len);

		if (memcmp(end, d->text, len) == 0)
			return (struct text){end, len};
	}
	return arena_text(d->arena, (struct text){d->text, len});
}

/* Drops "//", "/./" and a trailing slash; refuses ".." and long names. */
static bool
normalise(struct draft *d, struct text *ret_suffix)
{
	uint32_t out = 0, i = 0;

	while (i < d->len) {
		uint32_t begin = i, n;

		while (i < d->len && d->text[i] != '/')
			i++;
		n = i++ - begin;
		if (n == 0 || (n == 1 && d->text[begin] == '.'))
			continue;
		if (n == 2 && memcmp(d->text + begin, "..", 2) == 0) {
			struct diag *diag = diag_at(d->diags, DIAG_DOT_DOT,
			    d->tpl->at, "\"..\" in a path");
			diag_help(d->diags, diag,
			    "write the path it leads to: what is above a "
			    "directory may differ where it is a link");
			return false;
		}
		if (n > COMPONENT_MAX)
			d->too_long = true;
		if (out > 0)
			d->text[out++] = '/';
		memmove(d->text + out, d->text + begin, n);
		out += n;
	}
	if (d->too_long || out > BLOB_PATH_MAX) {
		diag_at(d->diags, DIAG_PATH_TOO_LONG, d->tpl->at,
		    "a path has at most %d bytes and %d in each part",
		    BLOB_PATH_MAX, COMPONENT_MAX);
		return false;
	}
	*ret_suffix = keep(d, out);
	return true;
}

bool
expand_template(struct arena *a, struct diags *d, const struct template *tpl,
    const struct target *t, struct path *ret_path)
{
	struct draft draft;
	struct text suffix;

	draft.arena = a;
	draft.diags = d;
	draft.tpl = tpl;
	draft.target = t;
	draft.root = BLOB_ROOT_SLASH;
	draft.rooted = false;
	draft.len = 0;
	draft.too_long = false;
	for (uint32_t i = 0; i < tpl->n; i++) {
		const struct piece *p = &tpl->pieces[i];

		if (p->kind == PIECE_TEXT)
			append(&draft, p->text.s, p->text.len);
		else if (!append_variable(&draft, p))
			return false;
	}
	if (!draft.too_long && (draft.rooted ? draft.len > 0 : true) &&
	    (draft.len == 0 || draft.text[0] != '/'))
		return relative(&draft);
	if (!normalise(&draft, &suffix))
		return false;
	*ret_path = (struct path){draft.root, suffix};
	return true;
}

struct expander {
	struct arena *arena;
	struct diags *diags;
	const struct target *target;
	const struct policy *policy;
	struct capset *caps;
	struct cap_item *items;
	uint32_t n;
	bool ok;
};

static bool
at_or_below(struct path p, const char *dir)
{
	uint32_t n = (uint32_t)strlen(dir);

	return p.root == BLOB_ROOT_SLASH && p.suffix.len >= n &&
	       memcmp(p.suffix.s, dir, n) == 0 &&
	       (p.suffix.len == n || p.suffix.s[n] == '/');
}

static void
add_item(struct expander *e, struct cap_item item)
{
	if (item.access != 0)
		e->items[e->n++] = item;
}

/*
 * Linux paths that do not mean what they say.  A rule on an entry of procfs
 * dies with its inode, and /proc/self is another directory in every child:
 * reading it is granted as reading /proc, where Landlock itself still keeps
 * other processes' memory, environment and descriptors out of reach.  The
 * descriptor directories lead to files whose own rules decide, so writing
 * "to" them needs none.  The rest below /proc keeps its descriptor open.
 */
static void
add_linux(struct expander *e, struct cap_item item)
{
	static const char *const self[] = {"proc/self", "proc/thread-self"};
	static const char *const fds[] = {
	    "proc/self/fd", "proc/thread-self/fd", "dev/fd"};
	static const char *const std[] = {
	    "dev/stdin", "dev/stdout", "dev/stderr"};
	struct path proc = {BLOB_ROOT_SLASH, TEXT("proc")};
	struct path p = item.path;

	if (at_or_below(p, "dev"))
		item.flags |= CAP_DEVICE;
	for (size_t i = 0; i < ARRAY_LEN(std); i++)
		if (p.root == BLOB_ROOT_SLASH && text_is(p.suffix, std[i]))
			item.flags |= CAP_MAGIC;
	for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
		if (p.root != BLOB_ROOT_SLASH || !text_is(p.suffix, fds[i]))
			continue;
		item.path = proc;
		item.shape = SHAPE_DIR;
		item.flags &= (uint8_t)~CAP_DEVICE;
		item.access &= ACCESS_READ;
		add_item(e, item);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(self); i++) {
		struct cap_item read = item;

		if (p.root != BLOB_ROOT_SLASH || !text_is(p.suffix, self[i]))
			continue;
		read.path = proc;
		read.shape = SHAPE_DIR;
		read.access &= ACCESS_READ;
		add_item(e, read);
		item.access &= (uint8_t)~ACCESS_READ;
	}
	if (at_or_below(p, "proc") && !text_is(p.suffix, "proc"))
		item.flags |= CAP_HOLD;
	add_item(e, item);
}

static void
expand_grant(
    struct expander *e, const struct stmt *s, uint32_t index, struct path path)
{
	struct cap_item item = {
	    .path = path,
	    .stmt = index,
	    .access = s->access,
	    .shape = s->shape,
	    .flags = s->origin->kind == ORIGIN_GROUP ? CAP_GROUP : 0,
	};

	if (s->shape >= SHAPE_SOCKET_CHILDREN && path.suffix.len == 0 &&
	    path.root == BLOB_ROOT_SLASH) {
		diag_at(e->diags, DIAG_ROOT_SOCKET_DIR, s->path->at,
		    "a socket directory cannot be \"/\"");
		e->ok = false;
		return;
	}
	if (e->target->platform == PLATFORM_LINUX) {
		add_linux(e, item);
		return;
	}
	if (at_or_below(path, "dev"))
		item.flags |= CAP_DEVICE;
	add_item(e, item);
}

static void
expand_stmts(struct expander *e)
{
	const struct policy *p = e->policy;

	for (uint32_t i = 0; i < p->stmts.n; i++) {
		const struct stmt *s = &p->stmts.v[i];
		struct path path;

		if (!expand_template(
			e->arena, e->diags, s->path, e->target, &path)) {
			e->ok = false;
			continue;
		}
		path = expand_canonical(e->arena, e->caps, path);
		switch (s->kind) {
		case STMT_GRANT:
			expand_grant(e, s, i, path);
			break;
		case STMT_DENY:
			*VEC_PUSH(e->arena, &e->caps->denies) = (struct deny){
			    .path = path,
			    .access = ACCESS_READ | ACCESS_WRITE,
			    .group = s->origin->kind == ORIGIN_GROUP,
			    .at = s->path->at,
			    .origin = s->origin,
			};
			break;
		case STMT_BYPASS:
			*VEC_PUSH(e->arena, &e->caps->bypasses) =
			    (struct bypass){path, s->path->at, s->origin};
			break;
		}
	}
}

/* The state, packs and profiles that later launches trust. */
static void
add_protected(struct expander *e)
{
	static const struct {
		const char *variable;
		const char *tail;
		uint8_t access;
	} own[] = {
	    {"HOME", "/.nono", ACCESS_READ | ACCESS_WRITE},
	    {"XDG_STATE_HOME", "/nono", ACCESS_READ | ACCESS_WRITE},
	    {"XDG_CONFIG_HOME", "/nono/packages", ACCESS_WRITE},
	    {"XDG_CONFIG_HOME", "/nono/profiles", ACCESS_WRITE},
	};

	for (size_t i = 0; i < ARRAY_LEN(own); i++) {
		const struct piece pieces[] = {
		    {text_of(own[i].variable), {0}, PIECE_VARIABLE},
		    {text_of(own[i].tail), {0}, PIECE_TEXT},
		};
		const struct template tpl = {.pieces = pieces, .n = 2};
		struct path path;

		if (expand_template(e->arena, e->diags, &tpl, e->target, &path))
			*VEC_PUSH(e->arena, &e->caps->denies) = (struct deny){
			    .path = expand_canonical(e->arena, e->caps, path),
			    .access = own[i].access,
			    .protected = true,
			};
	}
}

static int
compare_denies(const void *pa, const void *pb)
{
	const struct deny *a = pa, *b = pb;
	int d = path_compare(a->path, b->path);

	if (d != 0)
		return d;
	if (a->protected != b->protected)
		return a->protected ? -1 : 1;
	if (a->group != b->group)
		return a->group ? 1 : -1;
	return span_compare(a->at, b->at);
}

/* One entry a path: the strictest, with all the access. */
static void
sort_denies(struct capset *c)
{
	uint32_t n = 0;

	if (c->denies.n > 1)
		qsort(c->denies.v, c->denies.n, sizeof(*c->denies.v),
		    compare_denies);
	for (uint32_t i = 0; i < c->denies.n; i++) {
		struct deny *last = n > 0 ? &c->denies.v[n - 1] : NULL;

		if (last != NULL &&
		    last->protected == c->denies.v[i].protected &&
		    path_compare(last->path, c->denies.v[i].path) == 0)
			last->access |= c->denies.v[i].access;
		else
			c->denies.v[n++] = c->denies.v[i];
	}
	c->denies.n = n;
}

static void
expand_workdir(struct expander *e)
{
	static const uint8_t access[] = {
	    [WORKDIR_NONE] = 0,
	    [WORKDIR_READ] = ACCESS_READ,
	    [WORKDIR_WRITE] = ACCESS_WRITE,
	    [WORKDIR_READWRITE] = ACCESS_READ | ACCESS_WRITE,
	};
	struct cap_item item = {
	    .path = {BLOB_ROOT_CWD, {"", 0}},
	    .stmt = UINT32_MAX,
	    .access = access[policy_scalar(e->policy, SCALAR_WORKDIR)],
	    .shape = SHAPE_DIR,
	    .flags = CAP_CONSENT,
	};

	if (e->target->cwd.len > 0)
		item.path = (struct path){
		    BLOB_ROOT_SLASH,
		    {e->target->cwd.s + 1, e->target->cwd.len - 1},
		};
	item.path = expand_canonical(e->arena, e->caps, item.path);
	add_item(e, item);
}

bool
expand_policy(struct arena *a, struct diags *d, const struct policy *p,
    const struct target *t, struct capset *ret_caps)
{
	struct capset caps = {.policy = p};
	struct expander e = {
	    .arena = a,
	    .diags = d,
	    .target = t,
	    .policy = p,
	    .caps = &caps,
	    .ok = true,
	};

	/* A statement makes two entries at most; the setting makes one. */
	e.items = calloc((size_t)p->stmts.n * 2 + 1, sizeof(*e.items));
	if (e.items == NULL)
		diag_out_of_memory();
	if (t->platform == PLATFORM_MACOS)
		e.ok = expand_links(a, d, p, t, &caps);
	expand_stmts(&e);
	add_protected(&e);
	sort_denies(&caps);
	expand_workdir(&e);
	expand_settings(a, p, t, &caps);
	e.ok = expand_environment(a, d, p, t, &caps) && e.ok;
	caps_build(&caps, a, e.items, e.n);
	free(e.items);
	if (!e.ok)
		return false;
	*ret_caps = caps;
	return true;
}
