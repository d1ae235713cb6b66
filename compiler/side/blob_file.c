#include <config.h>

#include "compiler/side/blob_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/status.h"
#include "compiler/link/store.h"

static bool
has_profile_suffix(const char *name)
{
	const char *slash = strrchr(name, '/');

	return store_name_of(text_of(name)).len !=
	       strlen(slash == NULL ? name : slash + 1);
}

static int
refuse(struct diags *d, const char *name, const char *why)
{
	struct diag *diag = diag_at(d, DIAG_BAD_BLOB, (struct span){0},
	    "cannot read policy \"%s\": %s", name, why);

	if (has_profile_suffix(name))
		diag_help(d, diag,
		    "by its name it is a profile: nonoc compile makes a policy "
		    "of it, nonoc show prints what that permits");
	return EXIT_REJECTED;
}

/* Reads up to `size` bytes, fewer at the end; -1 with errno. */
static ssize_t
read_all(int fd, uint8_t *to, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = read(fd, to + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

int
blob_file_open(struct diags *d, const char *name, const void *bytes,
    size_t size, struct blob *ret_blob)
{
	const char *why;

	if (size > BLOB_MAX)
		return refuse(d, name, "the file is larger than 8 MiB");
	if (blob_open(ret_blob, bytes, (uint32_t)size, &why))
		return EXIT_HOLDS;
	refuse(d, name, why);
	return blob_why_is_digest(why) ? EXIT_TRUST : EXIT_REJECTED;
}

static int
read_blob(struct arena *a, struct diags *d, const char *path, int fd,
    struct blob *ret_blob)
{
	uint8_t *bytes;
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return refuse(d, path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(d, path, "it is not a regular file");
	if (st.st_size > BLOB_MAX)
		return refuse(d, path, "the file is larger than 8 MiB");
	bytes = ARENA_ARRAY(a, (size_t)st.st_size + 1, uint8_t);
	n = read_all(fd, bytes, (size_t)st.st_size + 1);
	if (n < 0)
		return refuse(d, path, strerror(errno));
	if (n != st.st_size)
		return refuse(d, path, "the file changed while it was read");
	return blob_file_open(d, path, bytes, (size_t)n, ret_blob);
}

/* A FIFO or device must not keep us waiting: it is refused unread. */
static int
open_quietly(const char *path)
{
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

int
blob_file_read(
    struct arena *a, struct diags *d, const char *path, struct blob *ret_blob)
{
	int fd = open_quietly(path);
	int status;

	if (fd < 0)
		return refuse(d, path, strerror(errno));
	status = read_blob(a, d, path, fd, ret_blob);
	(void)close(fd);
	return status;
}

bool
blob_is_policy(const void *bytes, size_t size)
{
	const size_t n = sizeof(BLOB_MAGIC) - 1;

	return size >= n && memcmp(bytes, BLOB_MAGIC, n) == 0;
}

bool
blob_file_is_policy(const char *path)
{
	uint8_t head[sizeof(BLOB_MAGIC) - 1];
	int fd = open_quietly(path);
	struct stat st;
	bool good = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    read_all(fd, head, sizeof(head)) == sizeof(head) &&
		    blob_is_policy(head, sizeof(head));

	if (fd >= 0)
		(void)close(fd);
	return good;
}
