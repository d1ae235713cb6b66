#include <config.h>

#include <stdlib.h>
#include <unistd.h>

#include "compiler/decode/target.h"
#include "tests/tap.h"

static struct arena arena;
static struct sources sources;
static struct diags diags = {.arena = &arena, .sources = &sources};

static bool
parse(const char *spec, struct target *ret_target)
{
	uint32_t errors = diags.errors;
	bool ok = target_parse(&arena, &diags, spec, ret_target);

	OK(ok == (diags.errors == errors));
	return ok;
}

static void
specs(void)
{
	static const char *const bad[] = {"", "Linux", "windows",
	    "linux:", "linux:abi", "linux:abi=", "linux:abi=0", "linux:abi=12",
	    "linux:abi=06", "linux:abi=6x", "linux:abi=99999999999",
	    "linux:abi=6:abi=6", "linux:id=", "linux:id=a b", "linux:id=a:id=b",
	    "linux:colour=red", "macos:id=x", "macos:abi=3", "macos:version=",
	    "linux:abi=6:", "linux:id_like=", "linux:id_like=a,,b"};
	struct target t;

	OK(parse("linux", &t));
	OK(t.platform == PLATFORM_LINUX && t.abi == 0 && t.id.len == 0);
	OK(parse("macos", &t));
	OK(t.platform == PLATFORM_MACOS);
	OK(parse("linux:abi=11", &t));
	IS_INT(t.abi, 11);
	OK(parse("linux:id=debian:version=12", &t));
	OK(text_is(t.id, "debian") && text_is(t.version, "12"));
	OK(parse(
	    "linux:id=fedora:id_like=rhel,centos:variant=server:abi=6", &t));
	OK(text_is(t.id_like, "rhel centos") && text_is(t.variant, "server"));
	IS_INT(t.abi, 6);
	OK(parse("macos:version=15.5", &t));
	OK(text_is(t.version, "15.5"));
	for (uint32_t i = 0; i < ARRAY_LEN(bad); i++)
		if (!OK(!parse(bad[i], &t)))
			printf("# %s\n", bad[i]);
}

static bool
os_release(const char *content, struct target *t)
{
	char path[] = "/tmp/os-release.XXXXXX";
	int fd = mkstemp(path);
	size_t n = strlen(content);
	bool ok;

	OK(fd >= 0 && write(fd, content, n) == (ssize_t)n);
	close(fd);
	ok = target_os_release(&arena, &diags, &sources, path, t);
	unlink(path);
	return ok;
}

static void
os_releases(void)
{
	struct target t = {.platform = PLATFORM_LINUX};

	OK(os_release("# comment\nNAME=\"A B\"\nID=fedora\r\n"
		      "ID_LIKE=\"rhel centos\"\nVERSION_ID='43'  \n"
		      "VARIANT_ID=workstation",
	    &t));
	OK(t.os_release);
	OK(text_is(t.id, "fedora"));
	OK(text_is(t.id_like, "rhel centos"));
	OK(text_is(t.version, "43"));
	OK(text_is(t.variant, "workstation"));
	OK(!os_release("ID=debian\n", &t)); /* stated already */

	t = (struct target){.platform = PLATFORM_LINUX};
	OK(os_release("VERSION_CODENAME=x\n", &t));
	OK(text_is(t.id, "linux") && t.version.len == 0);

	t = (struct target){.platform = PLATFORM_LINUX};
	OK(!os_release("ID=\"de bian\"\n", &t));
	t = (struct target){.platform = PLATFORM_LINUX};
	OK(os_release("ID=\n", &t) && text_is(t.id, "linux"));
	t = (struct target){.platform = PLATFORM_MACOS};
	OK(!os_release("ID=debian\n", &t));
	t = (struct target){.platform = PLATFORM_LINUX};
	OK(!target_os_release(
	    &arena, &diags, &sources, "/nonexistent/os-release", &t));
}

static void
definitions(void)
{
	static const char *const bad[] = {"", "=", "X", "1X=a", "X-Y=a",
	    "X=a\tb", "X=\xc2\x85", "X=\xff", "TMPDIR=/x", "UID=0",
	    "XDG_RUNTIME_DIR=/x", "NONO_CONFIG=/x", "HOME=", "HOME=rel",
	    "HOME=/a/../b", "HOME=/a/..", "CWD=.", "GOROOT=/again"};
	struct target t = {.platform = PLATFORM_LINUX};

	OK(target_define(&arena, &diags, &t, "GOROOT=/usr/lib/go"));
	OK(target_define(&arena, &diags, &t, "DOLLAR=$"));
	OK(target_define(&arena, &diags, &t, "EMPTY="));
	OK(target_define(&arena, &diags, &t, "_x1=a=b"));
	IS_INT(t.defines.n, 4);
	OK(text_is(t.defines.v[0].name, "GOROOT"));
	OK(text_is(t.defines.v[0].value, "/usr/lib/go"));
	OK(text_is(t.defines.v[3].value, "a=b"));
	for (uint32_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint32_t errors = diags.errors;

		if (!OK(!target_define(&arena, &diags, &t, bad[i])))
			printf("# %s\n", bad[i]);
		IS_INT(diags.errors - errors, 1);
	}
	IS_INT(t.defines.n, 4);
	OK(t.home.len == 0 && t.cwd.len == 0);
	OK(target_define(&arena, &diags, &t, "HOME=//home/./u//"));
	OK(text_is(t.home, "/home/u"));
	OK(target_define(&arena, &diags, &t, "WORKDIR=/"));
	OK(text_is(t.cwd, "/"));
	OK(!target_define(&arena, &diags, &t, "HOME=/home/u"));
	OK(!target_define(&arena, &diags, &t, "CWD=/src"));
}

int
main(void)
{
	VEC_PUSH(&arena, &sources.files);
	specs();
	os_releases();
	definitions();
	arena_release(&arena);
	return tap_end();
}
