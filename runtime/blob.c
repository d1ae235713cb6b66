#include <config.h>

#include <string.h>

#include "runtime/blob.h"
#include "runtime/blob_check.h"
#include "runtime/sha256.h"

/*
 * The shell of a blob: header, section table, padding, digests.  What is in
 * the sections is checked by blob_check.c.
 */

static const char bad_id[] =
    "the semantic id does not match: the policy was damaged or changed";
static const char bad_digest[] =
    "the file digest does not match: the policy was damaged or changed";

/* Known sections in file order; the first CRITICAL_KNOWN are critical. */
static const uint32_t known[] = {BLOB_TARG, BLOB_STRS, BLOB_PATH, BLOB_DENY,
    BLOB_PORT, BLOB_SECC, BLOB_ENVF, BLOB_CMDS, BLOB_NAME, BLOB_PROV};

enum {
	KNOWN = sizeof(known) / sizeof(known[0]),
	CRITICAL_KNOWN = 8,
	PLACE_UNKNOWN = KNOWN,
	PLACE_LAST, /* SIGN */
};

/* What the table says, once it is known to be right. */
struct layout {
	uint32_t critical;     /* critical sections */
	uint32_t critical_end; /* where their padding ends */
};

static const char *
check_header(const uint8_t *p, uint32_t size)
{
	if (size < BLOB_HEADER_SIZE)
		return "the file is too short for a policy";
	if (memcmp(p + BLOB_H_MAGIC, BLOB_MAGIC, 8) != 0)
		return "the file is not a compiled policy";
	if (blob_u32(p + BLOB_H_VERSION) != BLOB_VERSION)
		return "the policy has a format version that is not known";
	if (size > BLOB_MAX)
		return "the policy is larger than 8 MiB";
	if (blob_u32(p + BLOB_H_LENGTH) != size)
		return "the policy is cut short or has bytes after its end";
	if (blob_u64(p + BLOB_H_FEATURES) != 0)
		return "the policy needs a feature that is not known";
	if (blob_u32(p + BLOB_H_ZERO) != 0)
		return "a header field that must be zero is not";

	uint32_t n = blob_u32(p + BLOB_H_SECTIONS);

	if (n > BLOB_SECTIONS_MAX)
		return "the policy has too many sections";
	if (BLOB_HEADER_SIZE + n * BLOB_ENTRY_SIZE > size)
		return "the section table does not fit into the policy";
	return NULL;
}

static uint32_t
place_of(uint32_t tag)
{
	if (tag == BLOB_SIGN)
		return PLACE_LAST;
	for (uint32_t i = 0; i < KNOWN; i++)
		if (known[i] == tag)
			return i;
	return PLACE_UNKNOWN;
}

static bool
tag_is_plain(const uint8_t *tag)
{
	for (int i = 0; i < 4; i++)
		if (!(tag[i] >= 'A' && tag[i] <= 'Z') &&
		    !(tag[i] >= '0' && tag[i] <= '9'))
			return false;
	return true;
}

static const char *
check_entry(const uint8_t *entry, uint32_t place)
{
	uint16_t flags = blob_u16(entry + BLOB_E_FLAGS);
	uint32_t length = blob_u32(entry + BLOB_E_LENGTH);

	if (!tag_is_plain(entry + BLOB_E_TAG))
		return "a section has a malformed tag";
	if ((flags & ~BLOB_CRITICAL) != 0)
		return "a section has flags that are not known";
	if (place >= PLACE_UNKNOWN && flags != 0)
		return "the policy has a critical section that is not known";
	if ((place < CRITICAL_KNOWN) != (flags != 0))
		return "a section is critical that must not be, or is not "
		       "critical that must be";
	if (blob_u16(entry + BLOB_E_LAYER) != 0)
		return "the policy has more than one layer";
	if (length == 0 && place < KNOWN && known[place] != BLOB_STRS &&
	    known[place] != BLOB_PATH)
		return "a section is empty that could be left out";
	return NULL;
}

static void
set_section(struct blob *b, uint32_t place, struct blob_section section)
{
	struct blob_section *fields[KNOWN] = {&b->targ, &b->strs, &b->path,
	    &b->deny, &b->port, &b->secc, &b->envf, &b->cmds, &b->name,
	    &b->prov};

	if (place < KNOWN)
		*fields[place] = section;
	else
		b->nextras++;
}

/* The table, and that the sections follow each other without a gap. */
static const char *
check_layout(struct blob *b, struct layout *l)
{
	const uint8_t *entry = b->bytes + BLOB_HEADER_SIZE;
	uint32_t at = BLOB_HEADER_SIZE + b->nsections * BLOB_ENTRY_SIZE;
	uint32_t last = 0;

	for (uint32_t i = 0; i < b->nsections; i++, entry += BLOB_ENTRY_SIZE) {
		uint32_t place = place_of(blob_u32(entry + BLOB_E_TAG));
		uint32_t length = blob_u32(entry + BLOB_E_LENGTH);
		const char *why = check_entry(entry, place);

		if (why != NULL)
			return why;
		if (i > 0 &&
		    (place < last ||
			(place == last && (place != PLACE_UNKNOWN ||
					      memcmp(entry - BLOB_ENTRY_SIZE,
						  entry, 4) >= 0))))
			return "the sections are not in order";
		last = place;
		if (blob_u32(entry + BLOB_E_OFFSET) != at)
			return "a section is not where the one before it ends";
		if (length > b->len - at)
			return "a section reaches beyond the policy's end";
		set_section(b, place,
		    (struct blob_section){.p = b->bytes + at, .len = length});
		for (at += length; at % 8 != 0; at++)
			if (at == b->len || b->bytes[at] != 0)
				return "the padding after a section is wrong";
		if (place < CRITICAL_KNOWN)
			*l = (struct layout){
			    .critical = i + 1, .critical_end = at};
	}
	if (at != b->len)
		return "there are bytes after the last section";
	if (b->targ.p == NULL || b->strs.p == NULL || b->path.p == NULL)
		return "a section is missing";
	return NULL;
}

static const char *
check_shell(struct blob *b, struct layout *l)
{
	const char *why = check_header(b->bytes, b->len);

	if (why != NULL)
		return why;
	b->nsections = blob_u32(b->bytes + BLOB_H_SECTIONS);
	return check_layout(b, l);
}

/* The entries and contents of the critical sections. */
static void
semantic_id(const uint8_t *p, const struct layout *l, uint8_t *ret_id)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, p + BLOB_H_VERSION, 4);
	sha256_update(&h, p + BLOB_H_FEATURES, 8);
	for (uint32_t i = 0; i < l->critical; i++) {
		const uint8_t *entry =
		    p + BLOB_HEADER_SIZE + (size_t)i * BLOB_ENTRY_SIZE;
		uint32_t length = blob_u32(entry + BLOB_E_LENGTH);

		sha256_update(&h, entry, BLOB_E_OFFSET);
		sha256_update(&h, entry + BLOB_E_LENGTH, 4);
		sha256_update(&h, p + blob_u32(entry + BLOB_E_OFFSET), length);
	}
	sha256_final(&h, ret_id);
}

/* Everything else, the id included. */
static void
file_digest(const uint8_t *p, uint32_t size, const struct layout *l,
    uint8_t *ret_digest)
{
	static const uint8_t zero[SHA256_SIZE];
	uint32_t table = blob_u32(p + BLOB_H_SECTIONS) * BLOB_ENTRY_SIZE;
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, p, BLOB_H_DIGEST);
	sha256_update(&h, zero, sizeof(zero));
	sha256_update(&h, p + BLOB_HEADER_SIZE, table);
	sha256_update(&h, p + l->critical_end, size - l->critical_end);
	sha256_final(&h, ret_digest);
}

static const char *
check_digests(const struct blob *b, const struct layout *l)
{
	uint8_t digest[SHA256_SIZE];

	semantic_id(b->bytes, l, digest);
	if (memcmp(digest, b->bytes + BLOB_H_ID, sizeof(digest)) != 0)
		return bad_id;
	file_digest(b->bytes, b->len, l, digest);
	if (memcmp(digest, b->bytes + BLOB_H_DIGEST, sizeof(digest)) != 0)
		return bad_digest;
	return NULL;
}

bool
blob_open_enforcing(
    struct blob *b, const void *bytes, uint32_t size, const char **ret_why)
{
	struct blob view = {.bytes = bytes, .len = size};
	struct layout l = {0};
	const char *why = check_shell(&view, &l);

	if (why == NULL)
		why = check_digests(&view, &l);
	if (why == NULL)
		why = blob_check_contents(&view);
	if (why != NULL) {
		*ret_why = why;
		return false;
	}
	*b = view;
	return true;
}

bool
blob_why_is_digest(const char *why)
{
	return why == bad_id || why == bad_digest;
}

void
blob_seal(uint8_t *bytes, uint32_t size)
{
	struct blob view = {.bytes = bytes, .len = size};
	struct layout l = {0};

	if (check_shell(&view, &l) != NULL)
		return;
	semantic_id(bytes, &l, bytes + BLOB_H_ID);
	file_digest(bytes, size, &l, bytes + BLOB_H_DIGEST);
}
