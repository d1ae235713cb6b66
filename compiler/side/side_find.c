#include <config.h>

#include "compiler/side/side.h"

const struct side_policy *
side_find(const struct side *s, struct text key)
{
	for (uint32_t i = 0; i < s->policies.n; i++)
		if (text_equal(s->policies.v[i].key, key))
			return &s->policies.v[i];
	return NULL;
}

bool
side_ends_in(struct text whole, struct text key)
{
	return text_equal(whole, key) ||
	       (whole.len > key.len &&
		   whole.s[whole.len - key.len - 1] == '/' &&
		   memcmp(whole.s + whole.len - key.len, key.s, key.len) == 0);
}

const struct side_policy *
side_find_single(const struct side *s, struct text key)
{
	const struct side_policy *found = side_find(s, key);
	uint32_t n = 0;

	for (uint32_t i = 0; found == NULL && i < s->policies.n; i++)
		n += side_ends_in(s->policies.v[i].key, key);
	for (uint32_t i = 0; n == 1 && found == NULL; i++)
		if (side_ends_in(s->policies.v[i].key, key))
			found = &s->policies.v[i];
	return found;
}

struct report_place
side_place(const struct side_policy *p, uint32_t origin)
{
	struct blob_origin o = blob_origin(&p->blob, origin);
	struct blob_source s = blob_source(&p->blob, o.source);
	struct report_place place = {
	    .file = text_of(s.name), .line = o.line, .column = o.column};

	for (uint32_t i = 0; i < p->files.n; i++) {
		const struct side_file *f = &p->files.v[i];

		if (memcmp(f->digest, s.digest, sizeof(f->digest)) != 0)
			continue;
		place.file = f->path;
		place.revision = f->revision;
		break;
	}
	return place;
}

/* Links are sorted by section, in the order of the file, and by record. */
static unsigned
rank(uint32_t tag)
{
	static const uint32_t order[] = {BLOB_TARG, BLOB_PATH, BLOB_DENY,
	    BLOB_PORT, BLOB_SECC, BLOB_ENVF, BLOB_CMDS};
	unsigned i = 0;

	while (i < ARRAY_LEN(order) && order[i] != tag)
		i++;
	return i;
}

uint32_t
side_first_link(const struct blob *b, uint32_t tag, uint32_t record)
{
	uint32_t low = 0, high = b->nlinks;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct blob_link link = blob_link(b, middle);

		if (rank(link.tag) < rank(tag) ||
		    (link.tag == tag && link.record < record))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
side_places(struct report *r, struct finding *f, const struct side_policy *p,
    uint32_t tag, uint32_t record, const char *what, uint32_t max)
{
	const struct blob *b = &p->blob;
	uint32_t n = 0;

	for (uint32_t i = side_first_link(b, tag, record); i < b->nlinks; i++) {
		struct blob_link link = blob_link(b, i);
		struct report_place place;

		if (link.tag != tag || link.record != record || n++ == max)
			break;
		place = side_place(p, link.origin);
		place.what = text_of(what);
		report_place(r, f, place);
	}
	return n > 0;
}

bool
side_has_some(struct compile *options, const struct side *s)
{
	struct diag *diag;

	if (s->policies.n > 0)
		return true;
	diag = diag_at(&options->diags, DIAG_NOTHING_THERE, (struct span){0},
	    "\"%s\" has no profile or policy in it", s->argument);
	diag_help(&options->diags, diag,
	    "profiles end in .json, .jsonc, .yaml or .yml, policies in .nono, "
	    "for macOS in .sb; hidden directories and groups are not looked "
	    "into");
	return false;
}
