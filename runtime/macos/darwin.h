#ifndef NONO_DARWIN_H
#define NONO_DARWIN_H

#include <stdint.h>

/*
 * What libSystem exports and no header of the SDK declares, or only one that
 * brings much else.  The sandbox's calls are private, or called deprecated, and
 * have worked unchanged since 10.5; launchers and browsers rely on them.
 */

/* Names and values, then NULL.  0, or -1 and perhaps a message. */
int sandbox_init_with_parameters(const char *profile, uint64_t flags,
    const char *const parameters[], char **ret_message);
/* Without an operation: 1 when the process is in a sandbox, 0 when not. */
int sandbox_check(int pid, const char *operation, int filter, ...);

/* libproc.h: fills the buffer and tells how many bytes; 0 or less: errno. */
enum { PROCESS_DESCRIPTORS = 1 }; /* PROC_PIDLISTFDS */
struct process_descriptor {	  /* struct proc_fdinfo */
	int32_t fd;
	uint32_t type;
};
int proc_pidinfo(int pid, int what, uint64_t arg, void *buffer, int size);

/* mach-o/dyld.h: the name that this program was started by; 0: it fits. */
int _NSGetExecutablePath(char *buffer, uint32_t *size);

#endif
