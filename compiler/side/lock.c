#include <config.h>

#include "compiler/side/lock.h"

#include <stdlib.h>

#include "compiler/base/json_print.h"
#include "compiler/base/status.h"
#include "compiler/blob/assemble.h"
#include "compiler/blob/dump.h"
#include "compiler/decode/decode_table.h"
#include "compiler/link/revision.h"
#include "compiler/read/read.h"
#include "compiler/side/blob_file.h"

#define LOCK_VERSION "1"

static struct text
hex(struct arena *a, const uint8_t *bytes, unsigned n)
{
	static const char digits[] = "0123456789abcdef";
	char *to = arena_alloc(a, 2 * (size_t)n + 1, 1);

	for (unsigned i = 0; i < n; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	return (struct text){to, 2 * n};
}

struct text
lock_id(struct arena *a, const struct blob *b)
{
	return hex(a, b->bytes + BLOB_H_ID, 32);
}

static int
by_name(const void *left, const void *right)
{
	const struct lock_file *a = left, *b = right;
	int c = text_compare(a->name, b->name);

	return c != 0 ? c : text_compare(a->digest, b->digest);
}

/* Where the file lies, but nothing of this machine. */
static struct text
input_name(const struct side_policy *p, const struct blob_source *s)
{
	for (uint32_t i = 0; i < p->files.n; i++)
		if (memcmp(p->files.v[i].digest, s->digest, 32) == 0 &&
		    p->files.v[i].path.len > 0 &&
		    p->files.v[i].path.s[0] != '/')
			return p->files.v[i].path;
	return text_of(s->name);
}

/* What an option named is none: the lock has the options, and what they say. */
static bool
is_input(const struct side_policy *p, const struct blob_source *s)
{
	for (uint32_t i = 0; i < p->files.n; i++)
		if (memcmp(p->files.v[i].digest, s->digest, 32) == 0)
			return true;
	return !p->compiled;
}

void
lock_inputs(struct arena *a, const struct side_policy *p,
    struct lock_policy *ret_policy)
{
	for (uint32_t i = 0; i < p->blob.nsources; i++) {
		struct blob_source s = blob_source(&p->blob, i);

		if (!is_input(p, &s))
			continue;
		*VEC_PUSH(a, &ret_policy->files) =
		    (struct lock_file){input_name(p, &s), hex(a, s.digest, 32)};
	}
	if (ret_policy->files.n > 1)
		qsort(ret_policy->files.v, ret_policy->files.n,
		    sizeof(*ret_policy->files.v), by_name);
}

/* What is enforced, a line an element: git shows what changes. */
static void
put_enforced(cJSON *list, const struct blob *b)
{
	char *text = NULL, *line, *end;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		diag_out_of_memory();
	blob_dump(b, false, out);
	if (fclose(out) != 0)
		diag_out_of_memory();
	for (line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		json_push(list, json_string(line));
	}
	free(text);
}

static void
put_policy(cJSON *to, struct arena *a, const struct side_policy *p)
{
	struct lock_policy locked = {0};
	cJSON *inputs;

	lock_inputs(a, p, &locked);
	json_put_string(to, "name", arena_text(a, p->key).s);
	json_put_string(to, "id", lock_id(a, &p->blob).s);
	inputs = json_put_array(to, "inputs");
	for (uint32_t i = 0; i < locked.files.n; i++) {
		cJSON *input = json_push_object(inputs);

		json_put_text(input, "file", a, locked.files.v[i].name);
		json_put_string(input, "sha256", locked.files.v[i].digest.s);
	}
	put_enforced(json_put_array(to, "enforces"), &p->blob);
}

static int
compare_options(const void *left, const void *right)
{
	return text_compare(
	    *(const struct text *)left, *(const struct text *)right);
}

static void
add_option(struct arena *a, struct lock *l, const char *option,
    const char *separator, struct text value)
{
	if (value.len > 0)
		*VEC_PUSH(a, &l->options) = arena_printf(
		    a, "%s%s%.*s", option, separator, (int)value.len, value.s);
}

/*
 * Where profiles are looked for is not among them: the inputs are, with their
 * digests.
 */
void
lock_options(struct arena *a, const struct target *t, struct lock *ret)
{
	struct text facts = TEXT("");
	const struct {
		const char *name;
		struct text value;
	} of[] = {
	    {"abi", t->abi == 0 ? TEXT("") : arena_printf(a, "%u", t->abi)},
	    {"id", t->id}, {"id_like", t->id_like}, {"variant", t->variant},
	    {"version", t->version}};

	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		if (of[i].value.len > 0)
			facts = arena_printf(a, "%.*s:%s=%.*s", (int)facts.len,
			    facts.s, of[i].name, (int)of[i].value.len,
			    of[i].value.s);
	if (facts.len > 0 || t->platform != PLATFORM_LINUX)
		*VEC_PUSH(a, &ret->options) = arena_printf(a, "--target %s%.*s",
		    t->platform == PLATFORM_LINUX ? "linux" : "macos",
		    (int)facts.len, facts.s);
	add_option(a, ret, "--home", " ", t->home);
	add_option(a, ret, "--cwd", " ", t->cwd);
	for (uint32_t i = 0; i < t->defines.n; i++)
		*VEC_PUSH(a, &ret->options) = arena_printf(a, "-D %.*s=%.*s",
		    (int)t->defines.v[i].name.len, t->defines.v[i].name.s,
		    (int)t->defines.v[i].value.len, t->defines.v[i].value.s);
	if (ret->options.n > 1)
		qsort(ret->options.v, ret->options.n, sizeof(*ret->options.v),
		    compare_options);
}

struct text
lock_print(struct arena *a, const struct side *s, const struct target *t)
{
	struct lock now = {0};
	cJSON *root = json_object(), *list;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct text copy;

	if (out == NULL)
		diag_out_of_memory();
	json_put_string(root, "lock_version", LOCK_VERSION);
	lock_options(a, t, &now);
	if (now.options.n > 0)
		list = json_put_array(root, "options");
	for (uint32_t i = 0; i < now.options.n; i++)
		json_push(list, json_string(arena_text(a, now.options.v[i]).s));
	list = json_put_array(root, "policies");
	for (uint32_t i = 0; i < s->policies.n; i++)
		put_policy(json_push_object(list), a, &s->policies.v[i]);
	json_finish(root, out);
	if (fclose(out) != 0)
		diag_out_of_memory();
	copy = arena_text(a, (struct text){text, (uint32_t)len});
	free(text);
	return copy;
}

struct reader {
	struct compile *c;
	struct lock *lock;
	int status;
};

static const struct node *
want(struct reader *r, const struct node *object, const char *key,
    enum node_kind kind)
{
	const struct pair *p =
	    object->kind == NODE_MAP ? decode_find(object, key) : NULL;

	if (p != NULL && p->value.kind == kind)
		return &p->value;
	diag_at(&r->c->diags, DIAG_BAD_LOCK, object->at,
	    "this is no lock: \"%s\" is missing or not %s", key,
	    node_kind_name(kind));
	r->status = EXIT_REJECTED;
	return NULL;
}

/* The text of `nonoc dump -e`, back to a policy. */
static void
assemble(struct reader *r, struct lock_policy *p, const struct node *lines)
{
	struct compile *c = r->c;
	struct blob_model model;
	const uint8_t *bytes;
	char *text = NULL;
	size_t len = 0;
	uint32_t source, size;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		diag_out_of_memory();
	for (uint32_t i = 0; i < lines->list.n; i++) {
		const struct node *line = &lines->list.v[i];

		if (line->kind == NODE_STRING)
			(void)fwrite(line->string.s, 1, line->string.len, out);
		(void)putc('\n', out);
	}
	if (fclose(out) != 0)
		diag_out_of_memory();
	r->status = EXIT_REJECTED;
	if (source_from_text(&c->sources, &c->arena, &c->diags,
		arena_printf(&c->arena, "%.*s: %.*s", (int)r->lock->path.len,
		    r->lock->path.s, (int)p->name.len, p->name.s)
		    .s,
		(struct text){text, (uint32_t)len}, &source) &&
	    blob_assemble(&c->arena, &c->diags, &c->sources, source, &model) &&
	    blob_write(&model, &c->arena, &c->diags, &bytes, &size))
		r->status = blob_file_open(
		    &c->diags, r->lock->path.s, bytes, size, &p->policy.blob);
	free(text);
}

static void
read_policy(struct reader *r, const struct node *object)
{
	const struct node *name = want(r, object, "name", NODE_STRING);
	const struct node *id = want(r, object, "id", NODE_STRING);
	const struct node *inputs = want(r, object, "inputs", NODE_LIST);
	const struct node *lines = want(r, object, "enforces", NODE_LIST);
	struct lock_policy p = {.at = object->at};

	if (name == NULL || id == NULL || inputs == NULL || lines == NULL)
		return;
	p.name = p.policy.key = name->string;
	p.id = id->string;
	p.policy.path = p.policy.shown = r->lock->path;
	for (uint32_t i = 0; i < inputs->list.n; i++) {
		const struct node *o = &inputs->list.v[i];
		const struct node *file = want(r, o, "file", NODE_STRING);
		const struct node *digest = want(r, o, "sha256", NODE_STRING);

		if (file != NULL && digest != NULL)
			*VEC_PUSH(&r->c->arena, &p.files) =
			    (struct lock_file){file->string, digest->string};
	}
	if (r->status != EXIT_HOLDS)
		return;
	assemble(r, &p, lines);
	if (r->status != EXIT_HOLDS)
		return;
	if (!text_equal(p.id, lock_id(&r->c->arena, &p.policy.blob))) {
		diag_at(&r->c->diags, DIAG_BAD_LOCK, id->at,
		    "the id is not that of what \"enforces\" says: somebody "
		    "changed one of them");
		r->status = EXIT_TRUST;
		return;
	}
	*VEC_PUSH(&r->c->arena, &r->lock->policies) = p;
}

/* They may be missing: none were given. */
static void
read_options(struct reader *r, const struct node *root)
{
	const struct pair *p = decode_find(root, "options");

	if (p == NULL || p->value.kind != NODE_LIST)
		return;
	for (uint32_t i = 0; i < p->value.list.n; i++)
		if (p->value.list.v[i].kind == NODE_STRING)
			*VEC_PUSH(&r->c->arena, &r->lock->options) =
			    p->value.list.v[i].string;
}

int
lock_read(struct lock *ret_lock, struct compile *c, const char *path)
{
	struct reader r = {.c = c, .lock = ret_lock};
	const struct node *root, *list, *version;
	uint32_t source;

	*ret_lock = (struct lock){.path = text_of(path)};
	/* A revision's own lock is asked for as a file of it. */
	if (!(c->sources.revision != NULL
		    ? source_read(&c->sources, &c->arena, &c->diags, path,
			  (struct span){0}, &source)
		    : revision_read(&c->store, path, &source)) ||
	    !read_json(&c->arena, &c->diags, &c->sources, source, &root))
		return EXIT_REJECTED;
	version = want(&r, root, "lock_version", NODE_STRING);
	list = want(&r, root, "policies", NODE_LIST);
	if (version == NULL || list == NULL)
		return r.status;
	if (!text_is(version->string, LOCK_VERSION)) {
		diag_at(&c->diags, DIAG_BAD_LOCK, version->at,
		    "the lock is of version \"%.*s\"; this nonoc knows version "
		    "\"" LOCK_VERSION "\"",
		    (int)version->string.len, version->string.s);
		return EXIT_REJECTED;
	}
	read_options(&r, root);
	for (uint32_t i = 0; i < list->list.n && r.status == EXIT_HOLDS; i++)
		read_policy(&r, &list->list.v[i]);
	return r.status;
}

const struct lock_policy *
lock_find(const struct lock *l, struct text name)
{
	for (uint32_t i = 0; i < l->policies.n; i++)
		if (text_equal(l->policies.v[i].name, name))
			return &l->policies.v[i];
	return NULL;
}

struct text
lock_name_of(const struct lock *l, struct text name)
{
	const struct lock_policy *found = lock_find(l, name);
	uint32_t n = 0;

	if (found != NULL)
		return name;
	for (uint32_t i = 0; i < l->policies.n; i++)
		if (side_ends_in(l->policies.v[i].name, name)) {
			found = &l->policies.v[i];
			n++;
		}
	return n == 1 ? found->name : name;
}
