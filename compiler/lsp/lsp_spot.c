#include <config.h>

#include "compiler/lsp/lsp_spot.h"

#include "compiler/read/read.h"

bool
lsp_offset_in(const struct lsp *l, const struct lsp_document *doc,
    const cJSON *params, uint32_t *ret_offset)
{
	struct arena scratch = {0};
	struct lsp_position position;
	struct lsp_lines lines;

	if (!lsp_get_position(params, "position", &position))
		return false;
	lines = lsp_lines_of(&scratch, doc->text, l->encoding);
	*ret_offset = lsp_offset_of(&lines, position);
	arena_release(&scratch);
	return true;
}

bool
lsp_nodes(
    struct lsp_check *k, uint32_t *ret_source, const struct node **ret_root)
{
	struct compile *c = &k->compile;

	return k->doc->kind != LSP_ASSERT && k->doc->kind != LSP_OTHER &&
	       lsp_check_source(k, ret_source) &&
	       read_source(
		   &c->sources, &c->arena, &c->diags, *ret_source, ret_root);
}

const struct table *
lsp_table(const struct lsp_document *doc)
{
	return doc->kind == LSP_GROUP ? &group_table : &profile_table;
}

/* The end counts: it is where the cursor stands behind a word. */
static bool
holds(struct span at, uint32_t offset)
{
	return at.begin <= offset && offset <= at.end;
}

static const struct field *
field_of(const struct table *t, struct text key)
{
	for (uint32_t i = 0; t != NULL && i < t->n; i++)
		if (field_has_name(&t->fields[i], key))
			return &t->fields[i];
	return NULL;
}

static void find(struct lsp_check *k, struct lsp_spot *s, const struct table *t,
    const struct node *n, uint32_t offset);

/* Which keys stand in the objects of the value. */
static const struct table *
table_within(const struct field *f)
{
	return f == NULL ? NULL : f->table;
}

static void
find_in_pair(struct lsp_check *k, struct lsp_spot *s, const struct table *t,
    const struct pair *p, uint32_t offset)
{
	const struct field *f = field_of(t, p->key);
	const struct text name = f == NULL ? p->key : text_of(f->name);

	/* In {"path": ..., "when": ...} it is the list's key that counts. */
	if (t != NULL || s->field == NULL) {
		s->field = f;
		s->path = arena_printf(&k->compile.arena, "%.*s%s%.*s",
		    (int)s->path.len, s->path.s, s->path.len == 0 ? "" : ".",
		    (int)name.len, name.s);
	}
	s->pair = p;
	s->on_key = holds(p->key_at, offset);
	if (!s->on_key)
		find(k, s, table_within(f), &p->value, offset);
}

static void
find(struct lsp_check *k, struct lsp_spot *s, const struct table *t,
    const struct node *n, uint32_t offset)
{
	/* NAME: object; the names are the user's own. */
	const bool named = s->field != NULL &&
			   s->field->kind == FIELD_OBJECT_MAP &&
			   s->pair != NULL && &s->pair->value == n;

	switch (n->kind) {
	case NODE_STRING:
		s->value = n;
		break;
	case NODE_LIST:
		for (uint32_t i = 0; i < n->list.n; i++)
			if (holds(n->list.v[i].at, offset))
				find(k, s, t, &n->list.v[i], offset);
		break;
	case NODE_MAP:
		for (uint32_t i = 0; i < n->map.n; i++) {
			const struct pair *p = &n->map.v[i];

			if (named && holds(p->value.at, offset))
				find(k, s, t, &p->value, offset);
			else if (!named && (holds(p->key_at, offset) ||
					       holds(p->value.at, offset)))
				find_in_pair(k, s, t, p, offset);
		}
		break;
	case NODE_NULL:
	case NODE_BOOL:
	case NODE_INTEGER:
	case NODE_NUMBER:
		break;
	}
}

bool
lsp_spot_find(struct lsp_check *k, uint32_t offset, struct lsp_spot *ret_spot)
{
	struct lsp_spot s = {.path = TEXT("")};

	if (!lsp_nodes(k, &s.source, &s.root))
		return false;
	find(k, &s, lsp_table(k->doc), s.root, offset);
	if (s.pair == NULL)
		return false;
	*ret_spot = s;
	return true;
}
