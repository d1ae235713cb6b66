#include <config.h>

#include <string.h>

#include "runtime/macos/seatbelt.h"
#include "runtime/report.h"

enum { STDOUT = 1, STDERR = 2 };

void
options_check(const struct options *o)
{
	if (o->within != NULL || o->has_id)
		die("usage", o->within != NULL ? "--within" : "--expect-id",
		    " is for capability blobs, which Linux has: leave it out",
		    NULL);
}

static void
check_network(const struct launch *l)
{
	if (l->target.network == BLOB_NET_PROXY && l->opt.proxy_port == 0)
		die("network",
		    "the policy allows a local proxy only: give its port with "
		    "--proxy-port",
		    NULL);
}

/* "/" as a parameter would make "//x" of what lies below. */
static void
check_roots(const struct launch *l)
{
	for (unsigned r = BLOB_ROOT_HOME; r < BLOB_ROOTS; r++)
		if (l->roots[r].known && l->roots[r].at.len == 0)
			die("roots", seatbelt_root_name((enum blob_root)r),
			    " is the root directory, choose another", NULL);
	if (l->roots[BLOB_ROOT_TMPDIR].withheld)
		die("roots",
		    "so $TMPDIR cannot be used: set it to another directory",
		    NULL);
}

/* Does the policy grant anything in the working directory, and may it? */
static bool
agree(const struct launch *l)
{
	const struct seatbelt_policy *policy = seatbelt_policy();
	bool read = false, write = false;

	for (uint32_t i = 0; i < policy->nplaces; i++) {
		const struct seatbelt_place *p = &policy->places[i];

		read = read || (p->kind == SEATBELT_ASKED && p->read);
		write = write || (p->kind == SEATBELT_ASKED && p->write);
	}
	return (read || write) && consent_given(l,
				      read && write ? "read, write"
				      : write	    ? "write"
						    : "read",
				      l->roots[BLOB_ROOT_CWD].at);
}

static void
print_summary(
    const struct launch *l, const struct seatbelt_parameters *p, int fd)
{
	const struct seatbelt_policy *policy = seatbelt_policy();

	say(fd, "policy     ", l->opt.policy, ", ",
	    decimal(strlen(policy->text)), " bytes", NULL);
	for (unsigned i = 0; i < p->n; i += 2)
		say(fd, "parameter  ", p->v[i], " ", p->v[i + 1], NULL);
	environment_print(l, fd);
	say(fd,
	    "residual   setting up a socket without using it; setting sockets "
	    "non-blocking",
	    NULL);
	say(fd, "residual   whether a file exists, where the policy is silent",
	    NULL);
	say(fd, "residual   processor time, memory, processes without limit",
	    NULL);
	say(fd, "residual   what is open already, as it was opened", NULL);
}

/*
 * Reads a Seatbelt policy, has macOS apply it, becomes the command.  Any step
 * that cannot be done in full ends the process with status 125.
 */
int
main(int argc, char **argv)
{
	static struct launch l;
	static struct seatbelt_parameters parameters;
	bool agreed;

	options_parse(&l, argc, argv);
	descriptors_close(&l);
	if (l.opt.probe)
		probe_print(&l);
	policy_read(&l);
	protect_self(&l);
	command_check(&l);
	check_network(&l);
	roots_open(&l);
	check_roots(&l);
	agreed = agree(&l);
	seatbelt_fill(&l, agreed, &parameters);
	places_check(&l, agreed);
	environment_filter(&l);
	seatbelt_restrict(seatbelt_policy()->text, &parameters);
	if (l.opt.dry_run) {
		print_summary(&l, &parameters, STDOUT);
		done();
	}
	if (l.opt.verbose)
		print_summary(&l, &parameters, STDERR);
	command_exec(&l);
}
