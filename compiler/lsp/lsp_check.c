#include <config.h>

#include "compiler/lsp/lsp.h"

#include "compiler/assert/assert.h"
#include "compiler/read/read.h"

static void
check_profile(struct lsp_check *k, const struct lsp_document *doc)
{
	struct compile *c = &k->compile;
	const uint8_t *bytes;
	uint32_t size;

	if (compile_profile(c, doc->path.s) &&
	    compile_emit(c, true, &bytes, &size)) {
		k->bytes = bytes;
		k->size = size;
	}
}

static bool
was_read(const struct lsp *l, const struct lsp_check *k,
    const struct lsp_document *doc)
{
	const struct sources *s = &k->compile.sources;

	for (uint32_t i = 1; i < s->files.n; i++)
		if (i != k->stand_in &&
		    lsp_document_at(l, s->files.v[i].path.s) == doc)
			return true;
	return false;
}

/* By itself, where no profile can have it under its name. */
static void
check_group_alone(struct lsp_check *k, const struct lsp_document *doc)
{
	struct compile *c = &k->compile;
	const struct group_ast *group;
	const struct node *root;
	uint32_t source;

	if (source_read(&c->sources, &c->arena, &c->diags, doc->path.s,
		(struct span){0}, &source) &&
	    read_source(&c->sources, &c->arena, &c->diags, source, &root))
		(void)decode_group(&c->arena, &c->diags, &c->sources, root,
		    store_name_of(doc->path), &group);
}

/* As a profile has it that includes this group and nothing else. */
static void
check_group(
    const struct lsp *l, struct lsp_check *k, const struct lsp_document *doc)
{
	static const char name[] = "profile.json";
	struct compile *c = &k->compile;
	const struct text group = store_name_of(doc->path);
	struct text dir = {doc->path.s, doc->path.len}, text;
	const char *first;

	/* DIR/groups/NAME.json is found with -I DIR. */
	for (int up = 0; up < 2; up++)
		while (dir.len > 0 && dir.s[--dir.len] != '/')
			;
	first = dir.len == 0 ? "/" : arena_text(&c->arena, dir).s;
	*VEC_PUSH(&c->arena, &c->store.includes) = first;
	text = arena_printf(&c->arena,
	    "{ \"groups\": { \"include\": "
	    "[\"%.*s\"] } }",
	    (int)group.len, group.s);
	if (store_profile_text(&c->store, name, text, &c->profile)) {
		k->stand_in = c->profile->source;
		if (!compile_linked(c) ||
		    !compile_emit(c, true, &k->bytes, &k->size))
			k->bytes = NULL;
	}
	/* It cannot be named so, or one that is installed comes before it. */
	if (!was_read(l, k, doc)) {
		k->bytes = NULL;
		diags_drop(&c->diags);
		check_group_alone(k, doc);
	}
}

static void
check_assertions(struct lsp_check *k, const struct lsp_document *doc)
{
	struct compile *c = &k->compile;
	const struct assert_resolver r = {&c->store, &c->target};
	const struct assert_file *file;
	uint32_t source;

	if (source_read(&c->sources, &c->arena, &c->diags, doc->path.s,
		(struct span){0}, &source) &&
	    assert_read_source(
		&c->arena, &c->diags, &c->sources, source, &file))
		(void)assert_resolve(&r, file, &c->assertions);
}

void
lsp_check(const struct lsp *l, const struct lsp_document *doc,
    const struct target *t, struct lsp_check *ret_check)
{
	struct lsp_check *k = ret_check;

	*k = (struct lsp_check){.bytes = NULL};
	compile_init_like(&k->compile, l->options);
	k->compile.target = *t;
	k->compile.sources.overlay = &l->overlay;
	switch (doc->kind) {
	case LSP_PROFILE:
		check_profile(k, doc);
		break;
	case LSP_GROUP:
		check_group(l, k, doc);
		break;
	case LSP_ASSERT:
		check_assertions(k, doc);
		break;
	case LSP_OTHER:
		break;
	}
}

void
lsp_check_release(struct lsp_check *check)
{
	diags_drop(&check->compile.diags);
	compile_finish(&check->compile);
}
