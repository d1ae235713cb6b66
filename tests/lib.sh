# shellcheck shell=sh
# TAP for shell tests.  Read it with
#
#	. "${TOP_SRCDIR:?}/tests/lib.sh"
#
# state facts with the functions below, and end with `finish`.  `make check`
# sets NONOC, NONO_LOAD, DATA (holds groups/ and profiles/), TOP_SRCDIR,
# TOP_BUILDDIR, srcdir and builddir, all absolute, and LC_ALL=C.
#
# $tmp is a directory of the test's own, removed at its end.

points=0
failures=0

tmp=$(mktemp -d "${TMPDIR:-/tmp}/nono-test.XXXXXX") || exit 1
: >"$tmp/.nono-test"
# Remove only what carries our marker, whatever has become of $tmp.
cleanup() {
	[ -f "$tmp/.nono-test" ] || return 0
	chmod -R u+rwx "$tmp" 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# diag TEXT...: a comment, any number of lines.
diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

# ok DESCRIPTION / not_ok DESCRIPTION [DETAIL...]
ok() {
	points=$((points + 1))
	printf 'ok %d - %s\n' "$points" "$1"
}
not_ok() {
	points=$((points + 1))
	failures=$((failures + 1))
	printf 'not ok %d - %s\n' "$points" "$1"
	shift
	[ $# -eq 0 ] || diag "$@"
	return 1
}

# check DESCRIPTION COMMAND [ARG...]: the command succeeds.
check() {
	check_what=$1
	shift
	if "$@" >"$tmp/.check" 2>&1; then
		ok "$check_what"
	else
		not_ok "$check_what" "status $? of: $*" "
$(head -n 40 "$tmp/.check")"
	fi
}

# fails DESCRIPTION COMMAND [ARG...]: the command does not succeed.
fails() {
	check_what=$1
	shift
	if "$@" >"$tmp/.check" 2>&1; then
		not_ok "$check_what" "succeeded: $*"
	else
		ok "$check_what"
	fi
}

# is DESCRIPTION GOT WANT: two strings are equal.
is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got:  $2
want: $3"
	fi
}

# same DESCRIPTION GOT-FILE WANT-FILE: two files are equal.
same() {
	if diff -u "$3" "$2" >"$tmp/.diff" 2>&1; then
		ok "$1"
	else
		not_ok "$1" "$(head -n 60 "$tmp/.diff")"
	fi
}

# run COMMAND [ARG...]: runs it; leaves $status, $tmp/out and $tmp/err.
run() {
	run_on /dev/null "$@"
}
# run_on FILE COMMAND [ARG...]: the same with the file as its input.
run_on() {
	run_input=$1
	shift
	status=0
	"$@" >"$tmp/out" 2>"$tmp/err" <"$run_input" || status=$?
}

# exits DESCRIPTION STATUS COMMAND [ARG...]: `run`, and judges the status.
exits() {
	exits_what=$1
	exits_want=$2
	shift 2
	run "$@"
	if [ "$status" -eq "$exits_want" ]; then
		ok "$exits_what"
	else
		not_ok "$exits_what" "status $status, want $exits_want: $*
$(head -n 20 "$tmp/err")"
	fi
}

# shows DESCRIPTION LINE: the last `run` printed just this line.
shows() {
	if grep -qxF -e "$2" "$tmp/out"; then
		ok "$1"
	else
		not_ok "$1" "want: $2
got:
$(head -n 40 "$tmp/out" "$tmp/err")"
	fi
}

# skip DESCRIPTION REASON: this machine lacks something.  NONO_MUST_WORK=1
# says that it has everything, and makes a failure of it.
skip() {
	if [ "${NONO_MUST_WORK:-0}" = 1 ]; then
		not_ok "$1" "$2; NONO_MUST_WORK=1 forbids the skip"
	else
		points=$((points + 1))
		printf 'ok %d - %s # SKIP %s\n' "$points" "$1" "$2"
	fi
}

# inapplicable DESCRIPTION REASON: the fact has no meaning in this build (a
# sanitized binary, a tarball without git).  Visible, always allowed.
inapplicable() {
	points=$((points + 1))
	printf 'ok %d - %s # SKIP %s\n' "$points" "$1" "$2"
}

# skip_all REASON / inapplicable_all REASON: the same for the whole file.
skip_all() {
	[ "$points" -eq 0 ] || { skip "the rest" "$1"; finish; }
	if [ "${NONO_MUST_WORK:-0}" = 1 ]; then
		not_ok "${0##*/}" "$1; NONO_MUST_WORK=1 forbids the skip"
		finish
	fi
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}
inapplicable_all() {
	[ "$points" -eq 0 ] || { inapplicable "the rest" "$1"; finish; }
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

# once: for a test whose outcome no compiler can change.  NONO_ONCE=yes says
# that it ran in another build of the same tree.
once() {
	[ "${NONO_ONCE:-}" != yes ] ||
		inapplicable_all "the same in the build that was tested before"
}

# have COMMAND: is it installed?
have() {
	command -v "$1" >/dev/null 2>&1
}

# finish: the plan; a file without a single point is a failure.
finish() {
	[ "$points" -gt 0 ] || not_ok "${0##*/} tests something"
	printf '1..%d\n' "$points"
	[ "$failures" -eq 0 ]
	exit
}
