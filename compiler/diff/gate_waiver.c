#include <config.h>

#include "compiler/diff/gate_waiver.h"

#include "compiler/base/date.h"
#include "compiler/decode/decode_table.h"
#include "compiler/link/revision.h"
#include "compiler/read/read.h"

static const char *
date_fault(struct text t, enum diag_code *ret_code)
{
	*ret_code = DIAG_BAD_VALUE;
	return date_valid(t) ? NULL : "is not a date of the calendar";
}

static const struct format format_date = {
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    date_fault,
    "a date is written YYYY-MM-DD, such as \"2027-01-31\"",
};

#define AT(member) (ptrdiff_t) offsetof(struct gate_waiver, member)

/* clang-format off */
static const struct field waiver_fields[] = {
	{ "policy", FIELD_STRING, REQUIRED, AT(policy),
	  .doc = "Profile or policy that the waiver is for" },
	{ "allow", FIELD_STRING, REQUIRED, AT(allow),
	  .doc = "Line of the gate, without its \"+ \"" },
	{ "reason", FIELD_STRING, REQUIRED, AT(reason),
	  .doc = "Why" },
	{ "owner", FIELD_STRING, REQUIRED, AT(owner),
	  .doc = "Who answers for it" },
	{ "until", FIELD_STRING, REQUIRED, AT(until),
	  .doc = "Last day", .format = &format_date },
};
static const struct table waiver_table = TABLE(waiver_fields);

static const struct field file_fields[] = {
	{ "waivers", FIELD_ANY_LIST, REQUIRED, NOT_STORED,
	  .doc = "The waivers" },
};
/* clang-format on */
static const struct table file_table = TABLE(file_fields);

bool
gate_waivers_read(
    struct compile *c, const char *path, struct gate_waivers *ret_waivers)
{
	struct decode d = {
	    .arena = &c->arena,
	    .diags = &c->diags,
	    .sources = &c->sources,
	    .root = &file_table,
	};
	const uint32_t errors = c->diags.errors;
	const struct node *root;
	const struct pair *list;
	uint32_t source;

	if (!revision_read(&c->store, path, &source) ||
	    !read_source(&c->sources, &c->arena, &c->diags, source, &root))
		return false;
	decode_object(&d, &file_table, root, NULL);
	if (c->diags.errors != errors)
		return false;
	list = decode_find(root, "waivers");
	d.root = &waiver_table;
	for (uint32_t i = 0; i < list->value.list.n; i++) {
		struct gate_waiver *w = VEC_PUSH(&c->arena, &ret_waivers->v);

		w->at = list->value.list.v[i].at;
		decode_object(&d, &waiver_table, &list->value.list.v[i], w);
	}
	return c->diags.errors == errors;
}

struct gate_waiver *
gate_waivers_find(struct gate_waivers *w, struct text policy, struct text line)
{
	struct gate_waiver *found = NULL;

	for (uint32_t i = 0; i < w->v.n; i++) {
		struct gate_waiver *one = &w->v.v[i];

		if (!text_equal(one->policy.value, policy) ||
		    !text_equal(one->allow.value, line))
			continue;
		one->used = true;
		/* Of two the one that holds longer. */
		if (found == NULL ||
		    text_compare(one->until.value, found->until.value) > 0)
			found = one;
	}
	return found;
}
