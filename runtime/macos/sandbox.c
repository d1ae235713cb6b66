#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runtime/macos/darwin.h"
#include "runtime/macos/seatbelt.h"
#include "runtime/report.h"

enum { STDOUT = 1 };

static void
add(struct seatbelt_parameters *p, const char *name, const char *value)
{
	p->v[p->n++] = name;
	p->v[p->n++] = value;
	p->v[p->n] = NULL;
}

/* decimal() is asked for more numbers than it remembers. */
static const char *
number(uint64_t n)
{
	const char *s = decimal(n);

	return path_copy((struct path){strlen(s), s}).s;
}

/*
 * A withheld working directory keeps its real path, as what is denied in it
 * stays denied; what is granted in it asks for ALLOW_CWD.
 */
void
seatbelt_fill(const struct launch *l, bool agreed,
    struct seatbelt_parameters *ret_parameters)
{
	struct seatbelt_parameters *p = ret_parameters;

	for (unsigned r = BLOB_ROOT_HOME; r < BLOB_ROOTS; r++)
		if (l->roots[r].known)
			add(p, seatbelt_root_name((enum blob_root)r),
			    l->roots[r].at.s);
	add(p, "UID", number(getuid()));
	add(p, "ALLOW_CWD", agreed ? "1" : "0");
	add(p, "ALLOW_GPU", l->opt.allow_gpu ? "1" : "0");
	add(p, "ALLOW_LAUNCH_SERVICES",
	    l->opt.allow_launch_services ? "1" : "0");
	if (seatbelt_policy()->proxy)
		add(p, "PROXY_PORT", number(l->opt.proxy_port));
}

bool
seatbelt_sandboxed(void)
{
	const int answer = sandbox_check(getpid(), NULL, 0);

	if (answer < 0)
		die("restrict",
		    "macOS does not say whether this process is in a sandbox: ",
		    strerror(errno), NULL);
	return answer != 0;
}

void
seatbelt_restrict(
    const char *text, const struct seatbelt_parameters *parameters)
{
	char *message = NULL;
	int error;

	if (seatbelt_sandboxed())
		die("restrict",
		    "this process is in a sandbox already, and macOS does not "
		    "put one into another: start it outside",
		    NULL);
	errno = 0;
	if (sandbox_init_with_parameters(text, 0, parameters->v, &message) !=
	    0) {
		error = errno;
		die("restrict", "macOS refuses the policy: ",
		    message != NULL ? message
		    : error != 0    ? strerror(error)
				    : "it does not say why",
		    NULL);
	}
	if (!seatbelt_sandboxed())
		die("restrict",
		    "macOS takes the policy and does not put it into force",
		    NULL);
}

/*
 * One line for each fact, a key and a value.  This process confines itself and
 * ends with that, so there is nothing to undo.
 */
void
probe_print(const struct launch *l)
{
	static const char trial[] = "(version 1)\n(allow default)\n"
				    "(deny file-read* (literal \"/\"))\n";
	static const struct seatbelt_parameters none;
	const bool sandboxed = seatbelt_sandboxed();
	struct utsname u;
	int fd;

	(void)l;
	if (uname(&u) != 0)
		die("kernel", "uname: ", strerror(errno), NULL);
	say(STDOUT, "kernel ", u.release, NULL);
	say(STDOUT, "sandboxed ", sandboxed ? "yes" : "no", NULL);
	seatbelt_restrict(trial, &none);
	fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 || errno != EPERM)
		die("kernel",
		    "it takes a policy and does not enforce it: do not rely on "
		    "Seatbelt here",
		    NULL);
	say(STDOUT, "enforcing yes", NULL);
	done();
}
