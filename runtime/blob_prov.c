#include <config.h>

#include <string.h>

#include "runtime/blob.h"
#include "runtime/blob_check.h"

/*
 * Provenance enforces nothing, yet it is held to the same rules, so that one
 * set of origins has one encoding and tools can read it without a check.
 */

static const char *
check_sizes(struct blob *b, struct blob_section *ret_strings)
{
	struct blob_section p = b->prov;
	uint64_t size;

	if (p.len < BLOB_PROV_HEADER)
		return "the PROV section has the wrong size";
	b->nsources = blob_u32(p.p + BLOB_R_SOURCES);
	b->norigins = blob_u32(p.p + BLOB_R_ORIGINS);
	b->nlinks = blob_u32(p.p + BLOB_R_LINKS);
	ret_strings->len = blob_u32(p.p + BLOB_R_STRINGS);
	size = BLOB_PROV_HEADER + (uint64_t)b->nsources * BLOB_SOURCE_SIZE +
	       (uint64_t)b->norigins * BLOB_ORIGIN_SIZE +
	       (uint64_t)b->nlinks * BLOB_LINK_SIZE + ret_strings->len;
	if (size != p.len)
		return "the PROV section has the wrong size";
	if (b->nsources < 1 || b->nsources > BLOB_SOURCES_MAX)
		return "the number of sources is not between 1 and 4096";
	ret_strings->p = p.p + p.len - ret_strings->len;
	return NULL;
}

static const char *
check_sources(const struct blob *b, struct blob_section strings)
{
	const uint8_t *r = b->prov.p + BLOB_PROV_HEADER;
	uint8_t bits[BLOB_WINDOW / 8];
	struct blob_marks m = {.bits = bits};
	uint64_t previous = 0;
	uint32_t count = 0;
	const char *why = blob_check_strings(strings, &count);

	if (why != NULL)
		return why;
	for (uint32_t i = 0; i < b->nsources; i++, r += BLOB_SOURCE_SIZE) {
		uint32_t kind = blob_u32(r + BLOB_S_KIND);
		uint32_t name = blob_u32(r + BLOB_S_NAME);
		uint64_t key = (uint64_t)kind << 32 | name;

		if (i > 0 &&
		    (key < previous ||
			(key == previous &&
			    memcmp(r - BLOB_SOURCE_SIZE + BLOB_S_DIGEST,
				r + BLOB_S_DIGEST, 32) >= 0)))
			return "the sources are not sorted and unique";
		previous = key;
		if (kind > BLOB_SOURCE_GROUP)
			return "a source has a kind that is not known";
		if (!blob_is_string(strings, name) || strings.p[name] == '\0')
			return "the name of a source is not one of its strings";
		for (const uint8_t *c = strings.p + name; *c != '\0'; c++)
			if (*c < 0x20 || *c == 0x7f)
				return "the name of a source has a control "
				       "byte";
	}
	for (uint32_t at = 0; at < strings.len; at += BLOB_WINDOW) {
		blob_marks_window(&m, at, strings.len);
		for (uint32_t i = 0; i < b->nsources; i++)
			blob_mark(
			    &m, blob_u32(b->prov.p + BLOB_PROV_HEADER +
					 i * BLOB_SOURCE_SIZE + BLOB_S_NAME));
	}
	return m.count == count ? NULL : "a string is not used by any source";
}

static bool
origin_ascends(struct blob_origin a, struct blob_origin b)
{
	if (a.via != b.via)
		return a.via < b.via;
	if (a.source != b.source)
		return a.source < b.source;
	if (a.line != b.line)
		return a.line < b.line;
	return a.column < b.column;
}

static const char *
check_origins(const struct blob *b)
{
	struct blob_origin previous = {0};

	for (uint32_t i = 0; i < b->norigins; i++) {
		struct blob_origin o = blob_origin(b, i);
		uint32_t length = 1;

		if (i > 0 && !origin_ascends(previous, o))
			return "the origins are not sorted and unique";
		previous = o;
		if (o.source >= b->nsources)
			return "an origin has a source that is not there";
		if (o.line == 0 || o.column == 0)
			return "an origin has no line or column";
		/* Vias before this one have been checked: this ends. */
		if (o.via > i)
			return "an origin comes before the one it refers to";
		for (; o.via != 0; o = blob_origin(b, o.via - 1))
			if (++length > BLOB_VIA_MAX)
				return "a chain of origins is too long";
	}
	return NULL;
}

/* Records that a link may point to. */
static uint32_t
records(const struct blob *b, uint32_t tag)
{
	switch (tag) {
	case BLOB_TARG:
		return BLOB_SETTINGS;
	case BLOB_PATH:
		return b->npaths;
	case BLOB_DENY:
		return b->ndenies;
	case BLOB_PORT:
		return b->nports;
	case BLOB_SECC:
		return b->nprograms;
	case BLOB_ENVF:
		return b->nenvs;
	case BLOB_CMDS:
		return b->ncmds;
	default:
		return 0;
	}
}

/* Sections in file order; 0 for none that has records. */
static unsigned
place(uint32_t tag)
{
	static const uint32_t order[] = {BLOB_TARG, BLOB_PATH, BLOB_DENY,
	    BLOB_PORT, BLOB_SECC, BLOB_ENVF, BLOB_CMDS};

	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (order[i] == tag)
			return i + 1;
	return 0;
}

static bool
link_ascends(struct blob_link a, struct blob_link b)
{
	if (a.tag != b.tag)
		return place(a.tag) < place(b.tag);
	if (a.record != b.record)
		return a.record < b.record;
	return a.origin < b.origin;
}

static const char *
check_links(const struct blob *b)
{
	struct blob_link previous = {0};

	for (uint32_t i = 0; i < b->nlinks; i++) {
		struct blob_link l = blob_link(b, i);

		if (i > 0 && !link_ascends(previous, l))
			return "the links are not sorted and unique";
		previous = l;
		if (l.record >= records(b, l.tag))
			return "a link refers to a rule that is not there";
		if (l.origin >= b->norigins)
			return "a link refers to an origin that is not there";
	}
	return NULL;
}

static const char *
check_all_used(const struct blob *b)
{
	uint8_t bits[BLOB_WINDOW / 8];
	struct blob_marks m = {.bits = bits};

	for (uint32_t at = 0; at < b->norigins; at += BLOB_WINDOW) {
		blob_marks_window(&m, at, b->norigins);
		for (uint32_t i = 0; i < b->nlinks; i++)
			blob_mark(&m, blob_link(b, i).origin);
		/* Without a via this marks BLOB_NO_STRING, which is none. */
		for (uint32_t i = 0; i < b->norigins; i++)
			blob_mark(&m, blob_origin(b, i).via - 1);
	}
	return m.count == b->norigins ? NULL : "an origin is not used";
}

const char *
blob_check_provenance(struct blob *b)
{
	struct blob_section strings = {0};
	const char *why;

	if ((why = check_sizes(b, &strings)) != NULL ||
	    (why = check_sources(b, strings)) != NULL ||
	    (why = check_origins(b)) != NULL ||
	    (why = check_links(b)) != NULL || (why = check_all_used(b)) != NULL)
		return why;
	return NULL;
}

/* Here, so that the loader carries no line of this file. */
bool
blob_open(
    struct blob *b, const void *bytes, uint32_t size, const char **ret_why)
{
	struct blob view;
	const char *why = NULL;

	if (!blob_open_enforcing(&view, bytes, size, ret_why))
		return false;
	if (view.prov.p != NULL)
		why = blob_check_provenance(&view);
	if (why != NULL) {
		*ret_why = why;
		return false;
	}
	*b = view;
	return true;
}
