dnl The loader's own tool chain.
dnl
dnl A launcher is started far more often than a compiler, and a static musl
dnl program starts in a third of the time of a static glibc one.  So musl-gcc
dnl builds the loader where it is installed, $CC otherwise; --with-loader-cc
dnl overrides.  Everything else in the tree is built by $CC.

dnl NONO_LOADER_STATIC(ACTION-IF-STATIC, ACTION-IF-NOT)
dnl Link a program with the current CC, CFLAGS and LDFLAGS and look at it.
dnl The musl-gcc wrapper of Debian takes -static-pie and links a dynamic
dnl program, so an exit status proves nothing.
AC_DEFUN([NONO_LOADER_STATIC], [
nono_static=no
AC_LINK_IFELSE([AC_LANG_PROGRAM()],
    [AS_IF([$READELF -lW conftest$ac_exeext >conftest.elf 2>/dev/null &&
	! grep INTERP conftest.elf >/dev/null],
	[nono_static=yes])])
rm -f conftest.elf
AS_IF([test "$nono_static" = yes], [$1], [$2])
])

dnl NONO_LOADER
dnl Substitutes LOADER_CC, LOADER_CPPFLAGS, LOADER_CFLAGS, LOADER_LDFLAGS,
dnl LOADER_CRT_BEGIN, LOADER_CRT_END and LOADER_LINKAGE (static-pie, static,
dnl dynamic).
AC_DEFUN([NONO_LOADER], [
AC_REQUIRE([AC_CANONICAL_HOST])
AC_REQUIRE([AC_PROG_CC])
AC_CHECK_TOOL([READELF], [readelf], [false])
AC_ARG_WITH([loader-cc],
    [AS_HELP_STRING([--with-loader-cc=CC],
	[compiler of nono-load (musl-gcc if found, else $CC)])],
    [], [with_loader_cc=auto])
AS_CASE([$with_loader_cc],
    [no], [LOADER_CC=$CC],
    [auto|yes], [AC_CHECK_PROG([LOADER_CC], [musl-gcc], [musl-gcc], [$CC])],
    [LOADER_CC=$with_loader_cc])
dnl What instruments or measures a program needs the ordinary run time; and a
dnl musl-gcc of this machine is for this machine.
AS_IF([test -n "$INSTRUMENT_CFLAGS" || {
	test "$with_loader_cc" = auto && test "$host" != "$build"; }],
    [LOADER_CC=$CC])

nono_save_CC=$CC nono_save_CFLAGS=$CFLAGS
nono_save_CPPFLAGS=$CPPFLAGS nono_save_LDFLAGS=$LDFLAGS
CC=$LOADER_CC CPPFLAGS= LDFLAGS=
LOADER_CPPFLAGS= LOADER_LDFLAGS= LOADER_CRT_BEGIN= LOADER_CRT_END=

AS_IF([test -n "$INSTRUMENT_CFLAGS"], [
    LOADER_CFLAGS=$AM_CFLAGS
    LOADER_LDFLAGS=$AM_LDFLAGS
    LOADER_LINKAGE=dynamic
], [
    CFLAGS=
    LOADER_CFLAGS="-std=c11 $WARNING_CFLAGS"
    NONO_COMPILE_FLAGS([LOADER_CFLAGS], [
	-fPIE -fvisibility=hidden -fno-common
	-ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
	-fstack-protector-strong -fstack-clash-protection -fcf-protection
	-ftrivial-auto-var-init=zero])
    NONO_LINK_FLAGS([LOADER_LDFLAGS], [
	-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,noseparate-code
	-Wl,--gc-sections -Wl,--as-needed])
    # Small variables side by side, and not each in a page of its own between
    # large arrays: a page that is touched costs more than a microsecond.
    NONO_LINK_FLAGS([LOADER_LDFLAGS], [-Wl,--sort-section=alignment])

    # Kernel headers, and nothing but kernel headers: musl brings none, and
    # /usr/include on the search path would let glibc's headers in.
    AC_MSG_CHECKING([for the kernel headers of $LOADER_CC])
    m4_define([NONO_UAPI], [AC_LANG_PROGRAM([[
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
]])])
    nono_uapi=none
    AC_COMPILE_IFELSE([NONO_UAPI], [nono_uapi="its own"], [
	nono_multiarch=`$nono_save_CC -print-multiarch 2>/dev/null`
	rm -rf uapi && AS_MKDIR_P([uapi])
	for nono_dir in linux asm asm-generic; do
	    for nono_from in "/usr/include/$nono_multiarch" /usr/include; do
		AS_IF([test -d "$nono_from/$nono_dir"],
		    [ln -s "$nono_from/$nono_dir" "uapi/$nono_dir"; break])
	    done
	done
	CPPFLAGS="-isystem uapi"
	AC_COMPILE_IFELSE([NONO_UAPI], [
	    nono_uapi=uapi/
	    LOADER_CPPFLAGS='-isystem $(abs_top_builddir)/uapi'
	])
	CPPFLAGS=
    ])
    AC_MSG_RESULT([$nono_uapi])

    AC_MSG_CHECKING([how $LOADER_CC links statically])
    LOADER_LINKAGE=
    CFLAGS=-fPIE
    # The musl-gcc wrapper knows no static-pie; musl does.  Give the linker
    # the start files by hand.
    for nono_crt in "/usr/lib/`uname -m`-linux-musl" /usr/lib/musl/lib \
	    "/usr/`uname -m`-linux-musl/lib64" "/usr/`uname -m`-linux-musl/lib" \
	    /usr/local/musl/lib; do
	AS_CASE([$LOADER_CC], [*musl-gcc*], [], [break])
	AS_IF([test -z "$LOADER_LINKAGE" && test -f "$nono_crt/rcrt1.o"], [
	    nono_begin="$nono_crt/rcrt1.o $nono_crt/crti.o"
	    nono_end=$nono_crt/crtn.o
	    nono_flags="-static -nostartfiles -Wl,-pie,--no-dynamic-linker"
	    LDFLAGS="$nono_flags -Wl,-z,text $nono_begin"
	    LIBS=$nono_end
	    NONO_LOADER_STATIC([
		LOADER_LINKAGE=static-pie
		LOADER_CRT_BEGIN=$nono_begin
		LOADER_CRT_END=$nono_end
		AS_VAR_APPEND([LOADER_LDFLAGS], [" $nono_flags -Wl,-z,text"])
	    ], [:])
	    LIBS=
	])
    done
    for nono_flags in -static-pie -static; do
	AS_IF([test -z "$LOADER_LINKAGE"], [
	    LDFLAGS=$nono_flags
	    NONO_LOADER_STATIC([
		AS_VAR_APPEND([LOADER_LDFLAGS], [" $nono_flags"])
		LOADER_LINKAGE=`echo "x$nono_flags" | sed 's/x-//'`
	    ], [:])
	])
    done
    # No static libc, as on macOS.
    AS_IF([test -z "$LOADER_LINKAGE"], [LOADER_LINKAGE=dynamic])
    AC_MSG_RESULT([$LOADER_LINKAGE])
])

CC=$nono_save_CC CFLAGS=$nono_save_CFLAGS
CPPFLAGS=$nono_save_CPPFLAGS LDFLAGS=$nono_save_LDFLAGS
AC_SUBST([LOADER_CC])
AC_SUBST([LOADER_CPPFLAGS])
AC_SUBST([LOADER_CFLAGS])
AC_SUBST([LOADER_LDFLAGS])
AC_SUBST([LOADER_CRT_BEGIN])
AC_SUBST([LOADER_CRT_END])
AC_SUBST([LOADER_LINKAGE])
])
