#include <config.h>

#include "runtime/launch.h"
#include "runtime/report.h"

enum { STDOUT = 1, STDERR = 2 };

/*
 * Reads a capability blob, applies it with Landlock, becomes the command.
 * Any step that cannot be done in full ends the process with status 125.
 */
int
main(int argc, char **argv)
{
	static _Alignas(LAUNCH_ALIGN) struct launch l;

	options_parse(&l, argc, argv);
	descriptors_close(&l);
	if (l.opt.probe)
		probe_print(&l);
	policy_read(&l);
	protect_self(&l);
	if (l.opt.within != NULL)
		within_read(&l);
	command_check(&l);
	filter_choose(&l);
	kernel_negotiate(&l);
	network_apply(&l);
	roots_open(&l);
	roots_inspect(&l);
	denies_resolve(&l);
	if (l.within != NULL)
		within_apply(&l);
	rules_apply(&l);
	if (l.opt.dry_run || l.opt.verbose)
		mounts_read(&l);
	environment_filter(&l);
	if (l.within != NULL)
		within_restrict(&l);
	kernel_restrict(&l);
	denies_verify(&l);
	policy_verify(&l);
	filter_install(&l);
	if (l.opt.dry_run) {
		summary_print(&l, STDOUT);
		done();
	}
	if (l.opt.verbose)
		summary_print(&l, STDERR);
	command_exec(&l);
}
