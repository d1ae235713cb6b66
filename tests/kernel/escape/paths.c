#define _GNU_SOURCE
#include "escape.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The path below the victim's home, in one of four buffers. */
static const char *
in(const struct victim *v, const char *path)
{
	static char buffers[4][4096];
	static unsigned next;
	char *b = buffers[next++ % 4];

	snprintf(b, sizeof(buffers[0]), "%s/%s", v->home, path);
	return b;
}

int
open_in(const struct victim *v, const char *path, int flags)
{
	return open(in(v, path), flags, 0600);
}

int
reads_secret(int fd)
{
	char text[16] = "";

	if (fd < 0)
		return -1;
	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		return -1;
	errno = ENOENT;
	return strncmp(text, "secret", 6) == 0 ? 0 : -1;
}

static int
reads(const struct victim *v, const char *path)
{
	return reads_secret(open_in(v, path, O_RDONLY));
}

/* T-17: what is protected is moved to where it may be read. */
int
paths_rename_out(const struct victim *v)
{
	if (rename(in(v, "no/secret"), in(v, "rw/stolen")) != 0)
		return -1;
	return reads(v, "rw/stolen");
}

int
paths_rename_parent(const struct victim *v)
{
	if (rename(in(v, "no"), in(v, "rw/no")) != 0)
		return -1;
	return reads(v, "rw/no/secret");
}

/* T-17: mv x .git/hooks/pre-commit. */
int
paths_rename_onto(const struct victim *v)
{
	return rename(in(v, "rw/file"), in(v, "ro/file"));
}

int
paths_exchange(const struct victim *v)
{
	if (syscall(SYS_renameat2, AT_FDCWD, in(v, "no/secret"), AT_FDCWD,
		in(v, "rw/file"), 2 /* RENAME_EXCHANGE */) != 0)
		return -1;
	return reads(v, "rw/file");
}

/* T-18: another name for it, where names are granted. */
int
paths_link_denied(const struct victim *v)
{
	if (link(in(v, "no/secret"), in(v, "rw/stolen")) != 0)
		return -1;
	return reads(v, "rw/stolen");
}

int
paths_link_readonly(const struct victim *v)
{
	int fd;

	if (link(in(v, "ro/file"), in(v, "rw/stolen")) != 0)
		return -1;
	fd = open_in(v, "rw/stolen", O_WRONLY);
	return fd >= 0 && write(fd, "x", 1) == 1 ? 0 : -1;
}

/* T-11, T-16: a link of one's own making. */
int
paths_symlink(const struct victim *v)
{
	if (symlink("../no/secret", in(v, "rw/stolen")) != 0)
		return -1;
	return reads(v, "rw/stolen");
}

/* T-32: the same place by other ways. */
int
paths_dot_dot(const struct victim *v)
{
	return reads(v, "rw/../no/../no/secret");
}

int
paths_chdir(const struct victim *v)
{
	if (chdir(in(v, "no")) != 0)
		return -1;
	return reads_secret(open("secret", O_RDONLY));
}

/* T-32: with another root; who is not root becomes it in a user namespace. */
int
paths_chroot(const struct victim *v)
{
	const char *no = in(v, "no");

	if (chroot(no) != 0 && (unshare(CLONE_NEWUSER) != 0 || chroot(no) != 0))
		return -1;
	return reads_secret(open("/secret", O_RDONLY));
}

/* T-32: mounted where it is granted. */
int
paths_bind_mount(const struct victim *v)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 ||
	    mount(in(v, "no"), in(v, "rw/dir"), NULL, MS_BIND, NULL) != 0)
		return -1;
	return reads(v, "rw/dir/secret");
}

/* T-36: the magic links of /proc. */
static int
by_proc(const char *link, const char *path)
{
	char name[4096];

	snprintf(name, sizeof(name), "/proc/%s%s", link, path);
	return reads_secret(open(name, O_RDONLY));
}

int
paths_proc_root(const struct victim *v)
{
	return by_proc("self/root", in(v, "no/secret"));
}

int
paths_proc_pid_root(const struct victim *v)
{
	char link[64];

	snprintf(link, sizeof(link), "%d/root", v->pid);
	return by_proc(link, in(v, "no/secret"));
}

int
paths_proc_cwd(const struct victim *v)
{
	char link[128];

	snprintf(
	    link, sizeof(link), "%d/cwd/../../../../../../../../..", v->pid);
	return by_proc(link, in(v, "no/secret"));
}

/* A descriptor that opens nothing, opened again. */
int
paths_proc_fd(const struct victim *v)
{
	char link[64];
	const int fd = open_in(v, "no/secret", O_PATH);

	snprintf(link, sizeof(link), "self/fd/%d", fd);
	return fd < 0 ? -1 : by_proc(link, "");
}

int
paths_dev_fd(const struct victim *v)
{
	char name[64];
	const int fd = open_in(v, "no", O_PATH | O_DIRECTORY);

	snprintf(name, sizeof(name), "/dev/fd/%d/secret", fd);
	return fd < 0 ? -1 : reads_secret(open(name, O_RDONLY));
}

/* T-32: by the number of the file, for which root needs no path. */
int
paths_handle(const struct victim *v)
{
	struct {
		struct file_handle handle;
		char bytes[MAX_HANDLE_SZ];
	} h = {.handle.handle_bytes = MAX_HANDLE_SZ};
	const int at = open_in(v, "rw", O_RDONLY | O_DIRECTORY);
	int id;

	if (at < 0 || name_to_handle_at(
			  AT_FDCWD, in(v, "no/secret"), &h.handle, &id, 0) != 0)
		return -1;
	return reads_secret(open_by_handle_at(at, &h.handle, O_RDONLY));
}

/* T-43: metadata; documented as not restricted. */
int
paths_chmod(const struct victim *v)
{
	return chmod(in(v, "no/secret"), 0600);
}

/* To a time that the file has not had. */
int
paths_utime(const struct victim *v)
{
	const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
	const char *path = in(v, "no/secret");
	struct stat st;

	if (utimensat(AT_FDCWD, path, times, 0) != 0 || stat(path, &st) != 0)
		return -1;
	return st.st_mtime == 1 ? 0 : -1;
}

int
paths_attribute(const struct victim *v)
{
	return setxattr(in(v, "no/secret"), "user.nono", "x", 1, 0);
}

/* What may be read and not executed, where a loader would put it. */
int
paths_map(const struct victim *v)
{
	const int fd = open_in(v, "ro/file", O_RDONLY);

	return mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) ==
		       MAP_FAILED
		   ? -1
		   : 0;
}
