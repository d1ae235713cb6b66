#include <config.h>

#include "compiler/lsp/lsp.h"

#include "compiler/assert/assert.h"
#include "compiler/base/json_print.h"
#include "compiler/read/read.h"

static void
check_profile(struct lsp_check *k)
{
	struct compile *c = &k->compile;
	const uint8_t *bytes;
	uint32_t size;

	if (compile_profile(c, k->doc->path.s) &&
	    compile_emit(c, true, &bytes, &size)) {
		k->bytes = bytes;
		k->size = size;
	}
}

static bool
was_read(const struct lsp_check *k, uint32_t *ret_source)
{
	const struct sources *s = &k->compile.sources;

	for (uint32_t i = 1; i < s->files.n; i++) {
		if (i == k->stand_in ||
		    lsp_document_at(k->lsp, s->files.v[i].path.s) != k->doc)
			continue;
		*ret_source = i;
		return true;
	}
	return false;
}

bool
lsp_check_source(struct lsp_check *k, uint32_t *ret_source)
{
	struct compile *c = &k->compile;

	return was_read(k, ret_source) ||
	       source_read(&c->sources, &c->arena, &c->diags, k->doc->path.s,
		   (struct span){0}, ret_source);
}

/* By itself, where no profile can have it under its name. */
static void
check_group_alone(struct lsp_check *k)
{
	struct compile *c = &k->compile;
	const struct group_ast *group;
	const struct node *root;
	uint32_t source;

	if (source_read(&c->sources, &c->arena, &c->diags, k->doc->path.s,
		(struct span){0}, &source) &&
	    read_source(&c->sources, &c->arena, &c->diags, source, &root))
		(void)decode_group(&c->arena, &c->diags, &c->sources, root,
		    store_name_of(k->doc->path), &group);
}

/* As a profile has it that includes this group and nothing else. */
static void
check_group(struct lsp_check *k)
{
	static const char name[] = "profile.json";
	struct compile *c = &k->compile;
	const struct text group = store_name_of(k->doc->path);
	struct text dir = {k->doc->path.s, k->doc->path.len}, text;
	const char *first;
	uint32_t source;

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
	if (!was_read(k, &source)) {
		k->bytes = NULL;
		diags_drop(&c->diags);
		check_group_alone(k);
	}
}

static void
check_assertions(struct lsp_check *k)
{
	struct compile *c = &k->compile;
	const struct assert_resolver r = {&c->store, &c->target};
	const struct assert_file *file;
	uint32_t source;

	if (source_read(&c->sources, &c->arena, &c->diags, k->doc->path.s,
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

	*k = (struct lsp_check){.lsp = l, .doc = doc};
	compile_init_like(&k->compile, l->options);
	k->compile.target = *t;
	k->compile.sources.overlay = &l->overlay;
	switch (doc->kind) {
	case LSP_PROFILE:
		check_profile(k);
		break;
	case LSP_GROUP:
		check_group(k);
		break;
	case LSP_ASSERT:
		check_assertions(k);
		break;
	case LSP_OTHER:
		break;
	}
}

void
lsp_check_release(struct lsp_check *k)
{
	diags_drop(&k->compile.diags);
	compile_finish(&k->compile);
}

bool
lsp_check_placed(const struct lsp_check *k, struct span at)
{
	return at.source != 0 && at.source != k->stand_in &&
	       at.source < k->compile.sources.files.n;
}

const struct lsp_lines *
lsp_check_lines(struct lsp_check *k, uint32_t source)
{
	struct arena *a = &k->compile.arena;

	while (k->lines.n <= source)
		(void)VEC_PUSH(a, &k->lines);
	if (k->lines.v[source].n == 0)
		k->lines.v[source] = lsp_lines_of(a,
		    source_get(&k->compile.sources, source)->text,
		    k->lsp->encoding);
	return &k->lines.v[source];
}

static cJSON *
position(struct lsp_position p)
{
	cJSON *o = json_object();

	json_put_number(o, "line", p.line);
	json_put_number(o, "character", p.character);
	return o;
}

cJSON *
lsp_range(const struct lsp_lines *lines, uint32_t begin, uint32_t end)
{
	cJSON *o = json_object();

	json_put(o, "start", position(lsp_position_of(lines, begin)));
	json_put(o, "end", position(lsp_position_of(lines, end)));
	return o;
}

cJSON *
lsp_check_range(struct lsp_check *k, struct span at)
{
	const struct lsp_lines nothing = {.begin = &(uint32_t){0}, .n = 1};

	if (!lsp_check_placed(k, at))
		return lsp_range(&nothing, 0, 0);
	return lsp_range(lsp_check_lines(k, at.source), at.begin, at.end);
}

/* As the editor has it, where it is open. */
struct text
lsp_check_uri(struct lsp_check *k, uint32_t source)
{
	struct arena *a = &k->compile.arena;
	const struct text path = source_get(&k->compile.sources, source)->path;
	const struct lsp_document *doc = lsp_document_at(k->lsp, path.s);

	if (doc != NULL)
		return doc->uri;
	/* An editor would take a way round for another file. */
	if (path.len > 0 &&
	    (path.s[0] != '/' || strstr(path.s, "/../") != NULL ||
		strstr(path.s, "/./") != NULL))
		return lsp_uri_of(a, lsp_real_path(a, path));
	return lsp_uri_of(a, path);
}

cJSON *
lsp_check_location(struct lsp_check *k, struct span at)
{
	cJSON *o = json_object();

	json_put_string(o, "uri",
	    lsp_check_placed(k, at) ? lsp_check_uri(k, at.source).s
				    : k->doc->uri.s);
	json_put(o, "range", lsp_check_range(k, at));
	return o;
}
