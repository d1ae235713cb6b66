#include <config.h>

#include <string.h>
#include <sys/auxv.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/* The id has been computed anew from what enforces: it is no mere claim. */
static void
check_id(const struct launch *l)
{
	const uint8_t *id = l->blob.bytes + BLOB_H_ID;

	if (l->opt.has_id && memcmp(id, l->opt.id, BLOB_ID_SIZE) != 0)
		die("trust", l->opt.policy, ": its semantic id is ",
		    hexadecimals(id, BLOB_ID_SIZE),
		    ", not the one that --expect-id names: see with nonoc dump "
		    "what it grants before you name this one",
		    NULL);
}

/* What is to be done about bytes that are no policy. */
static const char *
advice(const uint8_t *bytes, uint32_t size)
{
	if (size == 0 || bytes[0] == (uint8_t)BLOB_MAGIC[0])
		return ", compile it again";
	if (bytes[0] == '(' || bytes[0] == ';')
		return ", but Seatbelt rules for macOS: compile for Linux";
	return ": nonoc compile makes one of a profile";
}

void
policy_read(struct launch *l)
{
	const char *name = l->opt.policy, *why;
	uint8_t *bytes;
	uint32_t size;

	if (getauxval(AT_SECURE) != 0)
		die("policy", "this program must not be set-user-ID", NULL);
	size = policy_file_read(l, BLOB_MAX, &bytes);
	if (!blob_open_enforcing(&l->blob, bytes, size, &why))
		die("policy", name, ": ", why, advice(bytes, size), NULL);
	/* It stands at the end, and nothing below reads it. */
	if (l->blob.prov.p != NULL)
		memory_drop(l->blob.prov.p);
	check_id(l);
	l->target = blob_target(&l->blob);
}

uint32_t
policy_envs(const struct launch *l)
{
	return l->blob.nenvs;
}

struct blob_env
policy_env(const struct launch *l, uint32_t i)
{
	return blob_env(&l->blob, i);
}

uint32_t
policy_commands(const struct launch *l)
{
	return l->blob.ncmds;
}

const char *
policy_command(const struct launch *l, uint32_t i)
{
	return blob_command(&l->blob, i);
}
