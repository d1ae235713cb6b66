#ifndef NONO_TARGET_H
#define NONO_TARGET_H

#include "compiler/base/diag.h"

/*
 * What the policy is compiled for: an argument, never the host.  Unstated
 * facts are empty and make a `when` that asks for them undecided.
 */
enum platform { PLATFORM_LINUX, PLATFORM_MACOS };

struct define {
	struct text name;
	struct text value;
};

struct target {
	enum platform platform;
	unsigned abi;	     /* Landlock ABI to rely on: 0 or 1..11 */
	struct text id;	     /* os-release ID */
	struct text id_like; /* os-release ID_LIKE, blank-separated */
	struct text version; /* VERSION_ID, or the macOS version */
	struct text variant; /* VARIANT_ID */
	bool os_release;     /* all four stated; an empty one is absent */
	struct text home;    /* --home: fixed at compile time; or empty */
	struct text cwd;     /* --cwd */
	struct VEC(struct define) defines; /* -D NAME=VALUE */
};

/*
 * "linux", "macos", "linux:abi=6", "linux:id=debian:version=12",
 * "linux:id=fedora:id_like=rhel,centos:version=43:variant=workstation",
 * "macos:version=15.5".  Diagnoses N2012.  home, cwd and defines are left as
 * they are.
 */
bool target_parse(struct arena *a, struct diags *d, const char *spec,
    struct target *ret_target);
/*
 * Takes ID, ID_LIKE, VERSION_ID and VARIANT_ID of an os-release file, for a
 * Linux target that states none of them.  Diagnoses N2012.
 */
bool target_os_release(struct arena *a, struct diags *d, struct sources *s,
    const char *path, struct target *t);
/*
 * -D NAME=VALUE; --home X is "HOME=X" and --cwd X is "CWD=X".  HOME and CWD
 * (also WORKDIR) must be absolute; they go into `home` and `cwd` without
 * double or trailing slashes.  The other built-in variables cannot be fixed.
 * Diagnoses N4006.
 */
bool target_define(
    struct arena *a, struct diags *d, struct target *t, const char *assignment);

#endif
