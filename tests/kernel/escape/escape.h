#ifndef ESCAPE_H
#define ESCAPE_H

/*
 * Ways out of a sandbox.  Each tries one, and returns 0 when it got out: the
 * effect is there, not only a call that did not fail.  Else -1 and errno.
 * `home` has no/secret, which nothing grants, ro/file, which may be read, and
 * rw/file, which may be written; `pid` is a process outside and `name` an
 * abstract socket that it listens on; a datagram socket has ".d" after it.
 */
struct victim {
	const char *home;
	int pid;
	const char *name;
};

/* Descriptors that somebody left open across exec; see leave_open(). */
enum { LEFT_DIRECTORY = 70, LEFT_FILE = 71, LEFT_SOCKET = 72, LEFT_RING = 73 };

int open_in(const struct victim *v, const char *path, int flags);
int reads_secret(int fd);

int paths_rename_out(const struct victim *v);
int paths_rename_parent(const struct victim *v);
int paths_rename_onto(const struct victim *v);
int paths_exchange(const struct victim *v);
int paths_link_denied(const struct victim *v);
int paths_link_readonly(const struct victim *v);
int paths_symlink(const struct victim *v);
int paths_dot_dot(const struct victim *v);
int paths_chdir(const struct victim *v);
int paths_chroot(const struct victim *v);
int paths_bind_mount(const struct victim *v);
int paths_proc_root(const struct victim *v);
int paths_proc_pid_root(const struct victim *v);
int paths_proc_cwd(const struct victim *v);
int paths_proc_fd(const struct victim *v);
int paths_dev_fd(const struct victim *v);
int paths_handle(const struct victim *v);
int paths_chmod(const struct victim *v);
int paths_utime(const struct victim *v);
int paths_attribute(const struct victim *v);
int paths_map(const struct victim *v);

int left_directory(const struct victim *v);
int left_file(const struct victim *v);
int left_socket(const struct victim *v);
int left_ring(const struct victim *v);
int leave_open(const struct victim *v);

int process_trace(const struct victim *v);
int process_memory(const struct victim *v);
int process_proc_mem(const struct victim *v);
int process_environ(const struct victim *v);
int process_descriptor(const struct victim *v);
int process_kill(const struct victim *v);
int process_queue(const struct victim *v);
int process_pidfd(const struct victim *v);
int process_abstract(const struct victim *v);
int process_datagram(const struct victim *v);
int process_set_user_id(const struct victim *v);
int process_memfd(const struct victim *v);

#endif
