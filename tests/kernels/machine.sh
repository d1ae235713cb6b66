# shellcheck shell=sh
# One kernel of the matrix.  A test says which and what it has,
#
#	series=6.1	of what tests/kernels/fetch got
#	abi=2		of Landlock; 0 where there is none
#	append=		more for the command line of the kernel
#	all=yes		run all live tests, not only outcomes.test
#	. "${TOP_SRCDIR:?}/tests/kernels/machine.sh"
#
# and this boots it in qemu, with an initramfs of the loader, the compiler and
# the live tests, has these run as root and as nobody, and reports their
# points as its own.  No virtualisation is needed: tcg.
. "${TOP_SRCDIR:?}/tests/lib.sh"

here=$TOP_SRCDIR/tests/kernels
cache=${NONO_KERNELS:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/nonoc/kernels}
kernel=$cache/${series:?}

# The tests whose outcome depends on the kernel; NONO_TESTS names others.  The
# oldest and the newest have all of them, the others what is left of two
# minutes for the whole matrix.
tests=kernels/outcomes
[ "${all:-no}" = no ] ||
	tests=$tests,kernel/rights,kernel/confine,kernel/network,kernel/escape/escape
tests=${NONO_TESTS:-$tests}

have qemu-system-x86_64 || skip_all "qemu-system-x86_64 is not installed"
have busybox || skip_all "busybox is not installed"
[ "$(uname -m)" = x86_64 ] || inapplicable_all "the programs are of $(uname -m)"
[ -s "$kernel" ] ||
	skip_all "no Linux $series: make check-kernels fetches one"
[ "${LOADER_LINKAGE:-static}" != dynamic ] ||
	inapplicable_all "the loader is instrumented"

# put PROGRAM DIRECTORY: into the machine, with the libraries that it needs.
put() {
	mkdir -p "$root/$2"
	cp "$1" "$root/$2/" || return 1
	ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | sort -u | while read -r lib; do
		mkdir -p "$root/${lib%/*}"
		cp -L "$lib" "$root/$lib"
	done
}

root=$tmp/root
mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/root" \
	"$root/nonoc/tests" "$root/usr"
put "$(command -v busybox)" bin
put "${NONOC:?}" usr/bin
put "${NONO_LOAD:?}" usr/bin
${CC:-cc} -static -o "$root/usr/bin/try" "$TOP_SRCDIR/tests/kernel/try.c" ||
	skip_all "no static C library"
${CC:-cc} -O -static -no-pie -o "$root/usr/bin/escape" \
	"$TOP_SRCDIR/tests/kernel/escape"/*.c || not_ok "escape compiles"
echo "${LOADER_LINKAGE:-static}" >"$root/nonoc/linkage"
cp "$here/init" "$root/init"
cp -R "$TOP_SRCDIR/groups" "$TOP_SRCDIR/profiles" "$root/nonoc/"
cp -R "$TOP_SRCDIR/tests/lib.sh" "$TOP_SRCDIR/tests/kernel" "$here" \
	"$root/nonoc/tests/"
(cd "$root" && find . | busybox cpio -o -H newc) >"$tmp/initramfs" \
	2>/dev/null || not_ok "the initramfs is made"
rm -rf "$root"

# A busy machine takes ten times as long.
timeout 900 qemu-system-x86_64 -accel tcg -cpu max -m 512 -nodefaults \
	-no-user-config -no-reboot -display none -serial "file:$tmp/console" \
	-serial "file:$tmp/said" -kernel "$kernel" -initrd "$tmp/initramfs" \
	-append "console=ttyS0 loglevel=4 panic=-1 mitigations=off tests=$tests \
abi=$abi $append" </dev/null >"$tmp/qemu" 2>&1 ||
	not_ok "the machine stops by itself" "$(cat "$tmp/qemu")"
tr -d '\r' <"$tmp/said" >"$tmp/tap"

diag "Linux $(cat "$kernel.version"), Landlock ABI $abi" \
	"$(sed -n 's/^== release/it says it is/p' "$tmp/tap")"
if [ "$(tail -n 1 "$tmp/tap")" = "== end" ]; then
	ok "all tests ran to their end"
else
	not_ok "all tests ran to their end" "the console:
$(tail -n 30 "$tmp/console")
the tests:
$(tail -n 30 "$tmp/tap")"
fi
# The points of all, under one count; each file must have made as many as its
# plan says.
awk -v n="$points" '
function close_file() {
	if (name ~ /\//)
		print (points > 0 && plan == points ? "" : "not ") "ok " \
		    ++n " - " name ": the plan is kept"
}
/^== /  { close_file(); name = $2; points = 0; plan = -1; next }
/^(not )?ok / {
	points++
	sub(/ok [0-9]+ - /, "ok " ++n " - " name ": ")
}
/^1\.\.[0-9]+/ { plan = substr($1, 4) + 0; next }
{ print }
' "$tmp/tap" >"$tmp/points"
cat "$tmp/points"
points=$((points + $(grep -c -E '^(not )?ok ' "$tmp/points")))
failures=$((failures + $(grep -c '^not ok ' "$tmp/points")))
finish
