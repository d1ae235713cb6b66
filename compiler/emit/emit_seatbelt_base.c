#include <config.h>

#include "compiler/emit/emit_seatbelt.h"

/*
 * What programs need that no path is about, and nothing that leads out of the
 * sandbox.  docs/seatbelt.md says what each line is for, and how well it is
 * known.
 */

/*
 * Open even under (deny default).  Left open: dynamic-code-generation, which
 * every JIT needs, file-test-existence, socket-ioctl and syscall-unix, without
 * which nothing runs.
 */
static const char stand_alone[] =
    "(deny file-link)\n"
    "(deny file-map-executable)\n"
    "(deny iokit-get-properties)\n"
    "(deny mach-cross-domain-lookup)\n"
    "(deny nvram*)\n"
    "(deny system-privilege)\n"
    "(if (defined? 'file-clone) (deny file-clone))\n"
    "(if (defined? 'darwin-notification-post) "
    "(deny darwin-notification-post))\n";

/* Look-ups of users, logs, preferences, power, file events. */
static const char *const services[] = {
    "(global-name \"com.apple.FSEvents\")",
    "(global-name \"com.apple.PowerManagement.control\")",
    "(global-name \"com.apple.bsd.dirhelper\")",
    "(global-name \"com.apple.cfprefsd.agent\")",
    "(global-name \"com.apple.cfprefsd.daemon\")",
    "(global-name \"com.apple.diagnosticd\")",
    "(global-name \"com.apple.logd\")",
    "(global-name \"com.apple.logd.events\")",
    "(global-name \"com.apple.system.DirectoryService.libinfo_v1\")",
    "(global-name \"com.apple.system.DirectoryService.membership_v1\")",
    "(global-name \"com.apple.system.logger\")",
    "(global-name \"com.apple.system.notification_center\")",
    "(global-name \"com.apple.system.opendirectoryd.libinfo\")",
    "(global-name \"com.apple.system.opendirectoryd.membership\")",
};

static const char *const keychain_services[] = {
    "(global-name \"com.apple.SecurityServer\")",
    "(global-name \"com.apple.secd\")",
    "(global-name \"com.apple.security.agent\")",
    "(global-name \"com.apple.security.keychaind\")",
    "(global-name \"com.apple.securityd\")",
    "(global-name \"com.apple.securityd.xpc\")",
};

/*
 * The machine and the system, by name: kern.procargs2 would give the
 * environment of the user's other processes, kern.proc their names.
 */
static const char *const sysctls[] = {
    "(sysctl-name \"kern.argmax\")",
    "(sysctl-name \"kern.boottime\")",
    "(sysctl-name \"kern.clockrate\")",
    "(sysctl-name \"kern.hostname\")",
    "(sysctl-name \"kern.hv_support\")",
    "(sysctl-name \"kern.iossupportversion\")",
    "(sysctl-name \"kern.job_control\")",
    "(sysctl-name \"kern.maxfiles\")",
    "(sysctl-name \"kern.maxfilesperproc\")",
    "(sysctl-name \"kern.maxproc\")",
    "(sysctl-name \"kern.maxprocperuid\")",
    "(sysctl-name \"kern.ngroups\")",
    "(sysctl-name \"kern.nisdomainname\")",
    "(sysctl-name \"kern.osproductversion\")",
    "(sysctl-name \"kern.osproductversioncompat\")",
    "(sysctl-name \"kern.osreldate\")",
    "(sysctl-name \"kern.osrelease\")",
    "(sysctl-name \"kern.ostype\")",
    "(sysctl-name \"kern.osvariant_status\")",
    "(sysctl-name \"kern.osversion\")",
    "(sysctl-name \"kern.safeboot\")",
    "(sysctl-name \"kern.saved_ids\")",
    "(sysctl-name \"kern.secure_kernel\")",
    "(sysctl-name \"kern.securelevel\")",
    "(sysctl-name \"kern.tcsm_available\")",
    "(sysctl-name \"kern.tcsm_enable\")",
    "(sysctl-name \"kern.usrstack64\")",
    "(sysctl-name \"kern.version\")",
    "(sysctl-name \"kern.waketime\")",
    "(sysctl-name \"kern.willshutdown\")",
    "(sysctl-name \"security.mac.lockdown_mode_state\")",
    "(sysctl-name \"sysctl.name2oid\")",
    "(sysctl-name \"sysctl.oidfmt\")",
    "(sysctl-name \"sysctl.proc_cputype\")",
    "(sysctl-name \"sysctl.proc_native\")",
    "(sysctl-name \"sysctl.proc_translated\")",
    "(sysctl-name \"vm.loadavg\")",
    "(sysctl-name \"vm.memory_pressure\")",
    "(sysctl-name \"vm.swapusage\")",
    "(sysctl-name-prefix \"hw.\")",
    "(sysctl-name-prefix \"kern.sched\")",
    "(sysctl-name-prefix \"machdep.cpu.\")",
    "(sysctl-name-prefix \"machdep.ptrauth\")",
    "(sysctl-name-prefix \"net.routetable.\")",
    "(sysctl-name-prefix \"vm.page\")",
};

/* The process's own terminal, and those that it opened itself. */
static const char *const terminals[] = {
    "(literal \"/dev/dtracehelper\")",
    "(literal \"/dev/ptmx\")",
    "(literal \"/dev/tty\")",
    "(regex \"^/dev/ttys[0-9]+$\")",
};
static const char *const own_terminals[] = {
    "(require-all (regex \"^/dev/ttys[0-9]+$\") "
    "(extension \"com.apple.sandbox.pty\"))",
};

static const char *const same_sandbox[] = {
    "(target self)",
    "(target same-sandbox)",
};

/* Sleep and wakefulness.  Old systems know the filter by another name only. */
static const char root_domain[] =
    "(if (defined? 'iokit-registry-entry-class)\n"
    "(allow iokit-open "
    "(iokit-registry-entry-class \"RootDomainUserClient\"))\n"
    "(allow iokit-open "
    "(iokit-user-client-class \"RootDomainUserClient\")))\n";

static const char *const any_application[] = {
    "(preference-domain \"kCFPreferencesAnyApplication\")",
};

static void
heading(struct seatbelt *s, const char *text)
{
	seatbelt_printf(&s->text, "\n;; %s\n", text);
}

static void
processes(struct seatbelt *s)
{
	const struct cap_seatbelt *c = &s->caps->seatbelt;
	size_t n = ARRAY_LEN(same_sandbox);

	heading(s, "Processes.");
	seatbelt_puts(&s->text, "(allow process-fork)\n");
	if (c->signal == SIGNAL_ALLOW_ALL)
		seatbelt_puts(&s->text, "(allow signal)\n");
	else
		seatbelt_fixed(s, "allow signal", same_sandbox, n);
	if (c->process_info == SIGNAL_ALLOW_ALL) {
		seatbelt_puts(&s->text,
		    "(allow process-info*)\n"
		    "(allow sysctl-read (sysctl-name-prefix "
		    "\"kern.proc.\"))\n");
	} else {
		seatbelt_puts(&s->text,
		    "(deny process-info*)\n"
		    "(if (defined? 'process-info-codesignature) "
		    "(deny process-info-codesignature))\n");
		seatbelt_fixed(s, "allow process-info*", same_sandbox, n);
		seatbelt_puts(&s->text,
		    "(if (defined? 'process-info-codesignature)\n"
		    "(allow process-info-codesignature\n"
		    "\t(target self)\n\t(target same-sandbox)\n))\n");
	}
}

static void
optional_devices(struct seatbelt *s)
{
	const struct cap_seatbelt *c = &s->caps->seatbelt;

	if (c->gpu) {
		heading(s, "The GPU, if the launch asks for it.");
		seatbelt_puts(&s->text,
		    "(if (equal? (param \"ALLOW_GPU\") \"1\")\n(begin\n"
		    "(allow iokit-get-properties)\n"
		    "(allow iokit-open\n"
		    "\t(iokit-connection \"IOAccelerator\")\n"
		    "\t(iokit-user-client-class \"AGXDeviceUserClient\")\n"
		    "\t(iokit-user-client-class "
		    "\"IOSurfaceRootUserClient\")\n)\n"
		    "(allow mach-lookup\n"
		    "\t(global-name \"com.apple.MTLCompilerService\")\n"
		    "\t(global-name \"com.apple.cvmsServ\")\n)))\n");
	}
	if (c->launch_services) {
		heading(s, "LaunchServices, if the launch asks for it: what "
			   "it opens is in no sandbox.");
		seatbelt_puts(&s->text,
		    "(if (equal? (param \"ALLOW_LAUNCH_SERVICES\") "
		    "\"1\")\n(begin\n"
		    "(allow lsopen)\n"
		    "(allow mach-lookup\n"
		    "\t(global-name "
		    "\"com.apple.CoreServices.coreservicesd\")\n"
		    "\t(global-name "
		    "\"com.apple.coreservices.launchservicesd\")\n"
		    "\t(global-name \"com.apple.lsd.mapdb\")\n)))\n");
	}
}

void
seatbelt_base(struct seatbelt *s)
{
	heading(s, "Open unless denied by name.");
	seatbelt_puts(&s->text, stand_alone);
	processes(s);
	heading(s, "Services.");
	seatbelt_fixed(s, "allow mach-lookup", services, ARRAY_LEN(services));
	if (seatbelt_keychain(s->caps))
		seatbelt_fixed(s, "allow mach-lookup", keychain_services,
		    ARRAY_LEN(keychain_services));
	seatbelt_fixed(s, "allow user-preference-read", any_application,
	    ARRAY_LEN(any_application));
	seatbelt_puts(&s->text, root_domain);
	heading(s, "Memory shared with other processes.");
	if (s->caps->seatbelt.ipc_full) {
		seatbelt_puts(&s->text,
		    "(allow ipc-posix-shm*)\n(allow ipc-posix-sem*)\n");
	} else {
		seatbelt_puts(&s->text, "(allow ipc-posix-shm-read-data)\n"
					"(allow ipc-posix-shm-write-data)\n"
					"(allow ipc-posix-shm-write-create)\n");
	}
	heading(s, "The machine and the system; no process but one's own.");
	seatbelt_fixed(s, "allow sysctl-read", sysctls, ARRAY_LEN(sysctls));
	/* How the Java runtime says which processor it wants. */
	seatbelt_puts(&s->text, "(allow sysctl-write "
				"(sysctl-name \"kern.grade_cputype\"))\n");
	/*
	 * Of what a file system can be asked by fsctl(2), only the flags of a
	 * file that nobody has changed meanwhile: Apple's own system.sb gives
	 * it to every application in a sandbox.
	 */
	seatbelt_puts(&s->text, "(if (defined? 'FSIOC_CAS_BSDFLAGS)\n"
				"(allow system-fsctl "
				"(fsctl-command FSIOC_CAS_BSDFLAGS)))\n"
				"(allow system-info)\n");
	heading(s, "Terminals.");
	seatbelt_puts(&s->text, "(allow pseudo-tty)\n");
	seatbelt_fixed(s, "allow file-ioctl", terminals, ARRAY_LEN(terminals));
	seatbelt_fixed(s, "allow file-read* file-write*", own_terminals,
	    ARRAY_LEN(own_terminals));
	/* Typing into the terminal that the sandbox was started from. */
	seatbelt_puts(&s->text, "(if (defined? 'TIOCSTI) "
				"(deny file-ioctl (ioctl-command TIOCSTI)))\n");
	optional_devices(s);
}
