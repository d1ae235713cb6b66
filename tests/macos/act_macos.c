#include "tests/macos/act.h"

#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <mach/mach.h>
#include <semaphore.h>
#include <string.h>
#include <sys/clonefile.h>
#include <sys/sysctl.h>
#include <unistd.h>

/* <servers/bootstrap.h>, which not every tool chain has. */
extern mach_port_t bootstrap_port;
kern_return_t bootstrap_look_up(mach_port_t, const char *, mach_port_t *);
enum { NOT_PRIVILEGED = 1100 };

/* "self", or "parent": whoever started the sandbox, outside of it. */
static pid_t
process(const char *of)
{
	return strcmp(of, "self") == 0 ? getpid() : getppid();
}

static int
info(const char *of)
{
	struct proc_bsdinfo b;

	return proc_pidinfo(process(of), PROC_PIDTBSDINFO, 0, &b, sizeof(b)) > 0
		   ? 0
		   : -1;
}

/* launchd says 1100, "not privileged", for what the sandbox denies. */
static int
look_up(const char *service)
{
	mach_port_t port = MACH_PORT_NULL;
	const kern_return_t k =
	    bootstrap_look_up(bootstrap_port, service, &port);

	if (k == KERN_SUCCESS)
		return 0;
	errno = k == NOT_PRIVILEGED ? EPERM : ENOENT;
	return -1;
}

/* Arguments and environment of a process. */
static int
procargs(const char *of)
{
	int name[] = {CTL_KERN, KERN_PROCARGS2, process(of)};
	static char args[1 << 20];
	size_t n = sizeof(args);

	return sysctl(name, 3, args, &n, NULL, 0);
}

static int
read_sysctl(const char *name)
{
	char value[4096];
	size_t n = sizeof(value);

	return sysctlbyname(name, value, &n, NULL, 0);
}

static int
semaphore(const char *name)
{
	sem_t *s = sem_open(name, O_CREAT, 0600, 1);

	if (s == SEM_FAILED)
		return -1;
	(void)sem_close(s);
	return sem_unlink(name);
}

bool
act_system(const char *what, const char *of, const char *to, int *ret_status)
{
	if (strcmp(what, "clone") == 0)
		*ret_status = clonefile(of, to, 0);
	else if (strcmp(what, "info") == 0)
		*ret_status = info(of);
	else if (strcmp(what, "mach") == 0)
		*ret_status = look_up(of);
	else if (strcmp(what, "procargs") == 0)
		*ret_status = procargs(of);
	else if (strcmp(what, "sem") == 0)
		*ret_status = semaphore(of);
	else if (strcmp(what, "sysctl") == 0)
		*ret_status = read_sysctl(of);
	else
		return false;
	return true;
}
