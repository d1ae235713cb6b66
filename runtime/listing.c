#include <config.h>

#include <dirent.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/launch.h"

/*
 * What is in the home directory.  Half of a policy's paths begin there, and
 * on any one machine most of them do not exist: one look at the directory
 * answers for all, where asking for each costs a system call.  A home too
 * large for the buffer is not listed; then each path is asked for.
 */
enum { BUFFER = 24 * 1024 };

/* struct linux_dirent64: u64 inode, u64 offset, u16 length, u8 type, name. */
enum { D_LENGTH = 16, D_TYPE = 18, D_NAME = 19 };

static struct {
	const unsigned char *bytes;
	uint16_t *slots; /* 1 + offset in bytes / 8; 0: free */
	unsigned mask;	 /* slots - 1; they are a power of two */
} table;

static unsigned char
fold(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static unsigned
hash(const char *s, size_t n)
{
	unsigned h = 2166136261u;

	/* The bit that tells capitals apart, and more: equal names stay so. */
	for (size_t i = 0; i < n; i++)
		h = (h ^ ((unsigned char)s[i] | 0x20)) * 16777619u;
	return (h ^ h >> 15) & table.mask;
}

static const unsigned char *
entry_at(unsigned slot)
{
	return table.bytes + (size_t)(table.slots[slot] - 1) * 8;
}

static bool
same_but_for_case(const char *s, const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] == '\0' || fold(s[i]) != fold(name[i]))
			return false;
	return s[n] == '\0';
}

/*
 * The slot of the name, or the free one where it would be.  Case does not
 * count: in a directory that folds it, another spelling is the same file.
 */
static unsigned
slot_of(const char *name, size_t n)
{
	unsigned at = hash(name, n);

	while (table.slots[at] != 0 &&
	       !same_but_for_case((const char *)entry_at(at) + D_NAME, name, n))
		at = (at + 1) & table.mask;
	return at;
}

static size_t
length_of(const unsigned char *e)
{
	return (size_t)(e[D_LENGTH] | e[D_LENGTH + 1] << 8);
}

static void
index_entries(const unsigned char *bytes, size_t size)
{
	size_t count = 0, slots = 2, at;

	for (at = 0; at < size; at += length_of(bytes + at))
		count++;
	while (slots < 2 * count)
		slots *= 2;
	table.bytes = bytes;
	table.slots = memory_keep(slots * sizeof(*table.slots));
	table.mask = (unsigned)slots - 1;
	for (at = 0; at < size; at += length_of(bytes + at)) {
		const char *name = (const char *)bytes + at + D_NAME;

		table.slots[slot_of(name, strlen(name))] =
		    (uint16_t)(at / 8 + 1);
	}
}

void
listing_read(struct root *r)
{
	unsigned char *bytes = memory_room(BUFFER);
	size_t size = 0;
	ssize_t n;

	do {
		n = syscall(SYS_getdents64, r->fd, bytes + size, BUFFER - size);
		size += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	if (n < 0)
		return;
	memory_take(size);
	index_entries(bytes, size);
	r->listed = true;
}

enum entry
listing_find(const struct root *r, const char *suffix)
{
	size_t n = 0;
	unsigned at;

	if (!r->listed || *suffix == '\0')
		return ENTRY_UNKNOWN;
	while (suffix[n] != '\0' && suffix[n] != '/')
		n++;
	at = slot_of(suffix, n);
	if (table.slots[at] == 0)
		return ENTRY_MISSING;
	if (strncmp((const char *)entry_at(at) + D_NAME, suffix, n) != 0)
		return ENTRY_UNKNOWN;
	switch (entry_at(at)[D_TYPE]) {
	case DT_LNK:
	case DT_UNKNOWN:
		return ENTRY_UNKNOWN;
	default:
		return ENTRY_PLAIN;
	}
}
