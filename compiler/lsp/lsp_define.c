#include <config.h>

#include "compiler/base/json_print.h"
#include "compiler/lsp/lsp_answer.h"
#include "compiler/lsp/lsp_spot.h"

bool
lsp_base_of(struct lsp_check *k, const struct node *name,
    const struct profile_file **ret_file)
{
	const struct name_entry entry = {.name = name->string, .at = name->at};
	struct profile_file self = {.path = k->doc->path};

	/* Where it is asked from matters, and that may be in pieces. */
	self.name = store_name_of(self.path);
	self.dir = (struct text){self.path.s, self.path.len};
	while (self.dir.len > 0 && self.dir.s[self.dir.len - 1] != '/')
		self.dir.len--;
	return store_base(&k->compile.store,
	    k->compile.profile != NULL ? k->compile.profile : &self, &entry,
	    ret_file);
}

bool
lsp_names_group(struct text path)
{
	return text_is(path, "groups.include") ||
	       text_is(path, "groups.exclude") ||
	       text_is(path, "security.groups") ||
	       text_is(path, "policy.exclude_groups");
}

/* The file that a base's or group's name leads to; 0: to none. */
static uint32_t
file_of(struct lsp_check *k, const struct lsp_spot *s)
{
	const struct name_entry entry = {
	    .name = s->value->string, .at = s->value->at};
	const struct profile_file *base;
	const struct group_file *group;

	if (text_is(s->path, "extends"))
		return lsp_base_of(k, s->value, &base) ? base->source : 0;
	if (lsp_names_group(s->path) &&
	    store_group(&k->compile.store, &entry, &group))
		return group->source;
	return 0;
}

cJSON *
lsp_definition(struct lsp *l, const cJSON *params)
{
	const struct lsp_document *doc = lsp_document_of(l, params);
	cJSON *o = NULL;
	struct lsp_spot spot;
	struct lsp_check k;
	uint32_t offset, source = 0;

	if (doc == NULL || !lsp_offset_in(l, doc, params, &offset))
		return NULL;
	lsp_check(l, doc, &l->targets[0], &k);
	if (lsp_spot_find(&k, offset, &spot) && spot.value != NULL)
		source = file_of(&k, &spot);
	if (source != 0)
		o = lsp_check_location(&k, (struct span){source, 0, 0});
	lsp_check_release(&k);
	return o == NULL ? cJSON_CreateNull() : o;
}
