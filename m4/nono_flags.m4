dnl Compiler and linker flags, each tried on its own.
dnl
dnl A flag counts as known only when it passes without a warning: clang
dnl accepts much that it then calls unused.  That a known flag had its effect
dnl is for tests/style/hardening.test to say, which reads the binaries.

dnl NONO_FLAG_IF_COMPILES(VARIABLE, FLAG)
dnl Append FLAG to VARIABLE when $CC $CFLAGS FLAG compiles a file cleanly.
AC_DEFUN([NONO_FLAG_IF_COMPILES], [
AC_MSG_CHECKING([whether $CC compiles with $2])
nono_cflags=$CFLAGS
CFLAGS="$CFLAGS -Werror $2"
AC_COMPILE_IFELSE([AC_LANG_SOURCE([[
#include <string.h>
int main(void) { return 0; }
]])], [nono_known=yes], [nono_known=no])
CFLAGS=$nono_cflags
AC_MSG_RESULT([$nono_known])
AS_IF([test "$nono_known" = yes], [AS_VAR_APPEND([$1], [" $2"])])
])

dnl NONO_FLAG_IF_LINKS(VARIABLE, FLAG)
dnl Append FLAG to VARIABLE when $CC $CFLAGS $LDFLAGS FLAG links cleanly.
AC_DEFUN([NONO_FLAG_IF_LINKS], [
AC_MSG_CHECKING([whether $CC links with $2])
nono_cflags=$CFLAGS
nono_ldflags=$LDFLAGS
CFLAGS="$CFLAGS -Werror"
LDFLAGS="$LDFLAGS $2"
AC_LINK_IFELSE([AC_LANG_PROGRAM()], [nono_known=yes], [nono_known=no])
CFLAGS=$nono_cflags
LDFLAGS=$nono_ldflags
AC_MSG_RESULT([$nono_known])
AS_IF([test "$nono_known" = yes], [AS_VAR_APPEND([$1], [" $2"])])
])

dnl NONO_COMPILE_FLAGS(VARIABLE, FLAG...), NONO_LINK_FLAGS(VARIABLE, FLAG...)
dnl The same for a list of flags separated by white space.
AC_DEFUN([NONO_COMPILE_FLAGS],
[m4_foreach_w([nono_flag], [$2],
    [NONO_FLAG_IF_COMPILES([$1], m4_defn([nono_flag]))])])
AC_DEFUN([NONO_LINK_FLAGS],
[m4_foreach_w([nono_flag], [$2],
    [NONO_FLAG_IF_LINKS([$1], m4_defn([nono_flag]))])])
