# shellcheck shell=sh
# What the tests under a real kernel share.  After tests/lib.sh:
#
#	. "$TOP_SRCDIR/tests/kernel/kernel.sh"
#	for_users main
#
# main is run as the caller and, if that is root, as an unprivileged user.
# $tmp/bin holds the loader and `try`; policies go to $tmp/policy, which no
# policy here may write.

users="self"
[ "$(id -u)" -ne 0 ] || users="self nobody"
chmod 755 "$tmp"
mkdir -p "$tmp/bin" "$tmp/policy"
cp "${NONO_LOAD:?}" "$tmp/bin/nono-load"
# On a machine without a compiler (tests/kernels) $TRY is there already.
if [ -n "${TRY:-}" ]; then
	cp "$TRY" "$tmp/bin/try"
else
	${CC:-cc} -static -o "$tmp/bin/try" "$TOP_SRCDIR/tests/kernel/try.c" ||
		skip_all "no static C library"
fi
load=$tmp/bin/nono-load

# A loader that is instrumented is a dynamic program, so that ld.so has a word
# in what happens; and it cannot look for leaks once it has confined itself.
dynamic=no
[ "${LOADER_LINKAGE:-static}" != dynamic ] || dynamic=yes
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS
try=$tmp/bin/try

# TCP and UDP ports that no other test uses at the same time, nor the kernel
# gives away: it does from 32768 on.
port1=$((10000 + $$ % 5000 * 4))
port2=$((port1 + 1))
port3=$((port1 + 2))
port4=$((port1 + 3))

# as COMMAND [ARG...]: as the user of this round.
as() {
	if [ "$user" = nobody ]; then
		"$tmp/bin/try" user 65534 "$@"
	else
		"$@"
	fi
}

# own PATH...: the user of this round gets them.
own() {
	[ "$user" != nobody ] || chown -R 65534:65534 "$@"
}

for_users() {
	for user in $users; do
		HOME=$tmp/home-$user
		mkdir -p "$HOME"
		own "$HOME"
		export HOME
		"$1"
	done
}
unset TMPDIR XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME
unset XDG_RUNTIME_DIR

# policy NAME <TEXT: $tmp/policy/NAME from its rules; what is handled comes
# from here.  "network" and "abi-min" have defaults.
policy() {
	cat >"$tmp/rules"
	{
		echo "nono-policy 1"
		echo "platform linux"
		grep '^abi-min' "$tmp/rules" || echo "abi-min 1"
		for right in execute write_file read_file read_dir remove_dir \
			remove_file make_char make_dir make_reg make_sock \
			make_fifo make_block make_sym; do
			echo "handle fs $right required"
		done
		for right in refer truncate ioctl_dev; do
			echo "handle fs $right best-effort"
		done
		grep '^handle' "$tmp/rules"
		echo "handle scope abstract_unix_socket best-effort"
		echo "handle scope signal best-effort"
		grep '^network' "$tmp/rules" || echo "network open"
		echo "path $tmp/bin/try any read,execute"
		grep -v -e '^handle' -e '^network' -e '^abi-min' "$tmp/rules"
	} >"$tmp/text"
	"${NONOC:?}" assemble "$tmp/text" -o "$tmp/policy/$1" ||
		not_ok "the policy $1 assembles" "$(cat "$tmp/text")"
	chmod 644 "$tmp/policy/$1"
}

# The Landlock ABI of this kernel; 0 where it has none or not enabled it.
policy abi <<-END
END
abi=$("$load" --dry-run "$tmp/policy/abi" 2>/dev/null |
	sed -n 's/^kernel  *Landlock ABI \([0-9]*\).*/\1/p')
abi=${abi:-0}

# since ABI NEW OLD: what to expect here of something that came with ABI.
since() {
	if [ "$abi" -ge "$1" ]; then echo "$2"; else echo "$3"; fi
}

# complaint: what the last `run` printed on stderr, but for the rights that
# this kernel lacks.
complaint() {
	grep -v "^nono-load: warning: Landlock ABI $abi lacks " "$tmp/err"
}

# mounted SCRIPT COMMAND...: with mounts of its own, which the script makes in
# $tmp/m.
mounted() {
	mounts=$1
	shift
	[ "$user" != nobody ] ||
		set -- "$tmp/bin/try" user 65534 "$@"
	unshare -m sh -ec "cd '$tmp/m'; $mounts"'; cd /; exec "$@"' sh "$@"
}

# stderr: what the last `run` said, one line.
stderr() {
	cat "$tmp/err"
}

# says DESCRIPTION PATTERN: the last `run` printed a line like that on stderr.
says() {
	if grep -e "$2" "$tmp/err" >/dev/null; then
		ok "$1"
	else
		not_ok "$1" "no $2 in:
$(cat "$tmp/err")"
	fi
}

# one_line DESCRIPTION: nothing on stdout, one line on stderr.
one_line() {
	is "$1: one line" "$(complaint | wc -l | tr -d ' ')$(cat "$tmp/out")" 1
}

# refuses DESCRIPTION PATTERN COMMAND [ARG...]: 125, one line, nothing run.
refuses() {
	refuses_what=$1
	refuses_line=$2
	shift 2
	exits "$refuses_what is refused" 125 "$@"
	says "$refuses_what: the reason" "$refuses_line"
	one_line "$refuses_what"
}

"$load" --version >"$tmp/.version" 2>&1 ||
	skip_all "the loader does not start: $(cat "$tmp/.version")"
