# make check: unit programs and *.test scripts, all TAP, through one driver.
#
# A unit test is tests/unit/NAME.c, with its program in unit_programs.  A
# script is tests/**/NAME.test, executable, in script_tests.  What scripts
# read, goldens and the like, lies in a directory of test_data, which is
# packed whole.

unit_programs = \
	tests/unit/arena \
	tests/unit/assert \
	tests/unit/blob \
	tests/unit/blob_every \
	tests/unit/blob_write \
	tests/unit/decide \
	tests/unit/decide_world \
	tests/unit/decode \
	tests/unit/diag \
	tests/unit/diff \
	tests/unit/diff_place \
	tests/unit/json \
	tests/unit/lsp \
	tests/unit/node \
	tests/unit/node_place \
	tests/unit/path \
	tests/unit/pathset \
	tests/unit/query \
	tests/unit/report \
	tests/unit/sbpl_compare \
	tests/unit/sbpl_decide \
	tests/unit/sbpl_disjoint \
	tests/unit/sbpl_random \
	tests/unit/sbpl_regex_relation \
	tests/unit/sbpl_why \
	tests/unit/schema \
	tests/unit/seatbelt \
	tests/unit/seccomp \
	tests/unit/sha256 \
	tests/unit/source \
	tests/unit/support \
	tests/unit/target \
	tests/unit/unicode_form \
	tests/unit/when \
	tests/unit/yaml

style_tests = \
	tests/style/dist.test \
	tests/style/errors.test \
	tests/style/hardening.test \
	tests/style/loader-deps.test \
	tests/style/man.test \
	tests/style/style.test

script_tests = \
	tests/abi.test \
	tests/canonical.test \
	tests/check.test \
	tests/cli.test \
	tests/completions.test \
	tests/conformance.test \
	tests/contract.test \
	tests/decisions/agree.test \
	tests/decisions/laws.test \
	tests/decisions/tables.test \
	tests/diff.test \
	tests/docs.test \
	tests/elsewhere.test \
	tests/equal.test \
	tests/equiv.test \
	tests/example.test \
	tests/gate.test \
	tests/hidden.test \
	tests/golden.test \
	tests/install.test \
	tests/kernel/around.test \
	tests/kernel/confine.test \
	tests/kernel/denies.test \
	tests/kernel/environment.test \
	tests/kernel/escape/escape.test \
	tests/kernel/fault.test \
	tests/kernel/links.test \
	tests/kernel/names.test \
	tests/kernel/network.test \
	tests/kernel/paths.test \
	tests/kernel/probe.test \
	tests/kernel/prove.test \
	tests/kernel/race.test \
	tests/kernel/rare.test \
	tests/kernel/refuse.test \
	tests/kernel/rights.test \
	tests/kernel/trust.test \
	tests/kernel/within.test \
	tests/kernels/outcomes.test \
	tests/lint.test \
	tests/lint_macos.test \
	tests/lock.test \
	tests/lsp.test \
	tests/macos/load.test \
	tests/origins.test \
	tests/path.test \
	tests/query.test \
	tests/reject.test \
	tests/review_macos.test \
	tests/sbpl.test \
	tests/schema.test \
	tests/seatbelt.test \
	tests/shipped.test \
	tests/side.test \
	tests/speed.test \
	tests/std.test \
	tests/why.test

test_data = \
	tests/conformance \
	tests/equal \
	tests/equiv \
	tests/golden \
	tests/lsp \
	tests/reject \
	tests/sbpl \
	tests/schema \
	tests/shipped

test_tools = \
	tests/coverage/run \
	tests/coverage/wrap.c \
	tests/decisions/agent.c \
	tests/decisions/blocked.json \
	tests/abi.tab \
	tests/contract.tab \
	tests/decisions/blocked.tab \
	tests/decisions/files.json \
	tests/decisions/files.tab \
	tests/decisions/mutants \
	tests/decisions/mutants.list \
	tests/decisions/network.json \
	tests/decisions/network.tab \
	tests/decisions/prove/new-unhandled.txt \
	tests/decisions/prove/new.txt \
	tests/decisions/prove/old-unhandled.txt \
	tests/decisions/prove/old.txt \
	tests/elsewhere/libc.c \
	tests/differ/differ.py \
	tests/kernel/escape/README.md \
	tests/kernel/escape/attacks.tab \
	tests/kernel/escape/escape.c \
	tests/kernel/escape/escape.h \
	tests/kernel/escape/left.c \
	tests/kernel/escape/paths.c \
	tests/kernel/escape/processes.c \
	tests/kernel/fault.c \
	tests/kernel/kernel.sh \
	tests/kernel/old.c \
	tests/kernel/race.c \
	tests/kernel/try.c \
	tests/lib.sh \
	tests/macos/standin.c \
	tests/mutants \
	tests/mutants.list \
	tests/origins/origins.py \
	tests/regen \
	tests/report_check.py

check_PROGRAMS += $(unit_programs) tests/canonical/rewrites tests/decisions/agree tests/decisions/laws tests/differ/decode
tests_decisions_agree_SOURCES = \
	tests/decisions/act.h \
	tests/decisions/agree.c \
	tests/decisions/policy.c \
	tests/decisions/policy.h \
	tests/decisions/request.c \
	tests/decisions/request.h \
	tests/decisions/tree.c \
	tests/decisions/tree.h
tests_decisions_laws_SOURCES = \
	tests/decisions/laws.c \
	tests/decisions/policy.c \
	tests/decisions/policy.h \
	tests/decisions/tree.c \
	tests/decisions/tree.h
LDADD = $(nonoc_libs)
tests_unit_lsp_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
tests_unit_report_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)

noinst_HEADERS += tests/fuzz/reading.h tests/macos/standin.h tests/tap.h tests/unit/blob_clay.h tests/unit/blob_random.h tests/unit/query_random.h tests/unit/random.h tests/unit/reading.h tests/unit/sbpl_text.h
EXTRA_DIST += $(script_tests) $(style_tests) $(test_data) $(test_tools)

TESTS += $(unit_programs) $(script_tests) $(style_tests)
TEST_EXTENSIONS = .test
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(tap_driver)
TEST_LOG_DRIVER = $(tap_driver)

AM_TESTS_ENVIRONMENT = \
	$(run_env) LC_ALL=C \
	CC='$(CC)' MAKE='$(MAKE)' READELF='$(READELF)' \
	LOADER_LINKAGE='$(LOADER_LINKAGE)' \
	INSTRUMENT_CFLAGS='$(INSTRUMENT_CFLAGS)'; \
	export NONOC NONO_LOAD DATA TOP_SRCDIR TOP_BUILDDIR srcdir builddir \
	    LC_ALL CC MAKE READELF LOADER_LINKAGE INSTRUMENT_CFLAGS;

# The harness prints this string into the head of its summary.  It ends in a
# trap, so that the last line, after a failure too, is the count.
AM_TESTSUITE_SUMMARY_HEADER = ' of $(PACKAGE_STRING)'; \
	trap 'echo "$$pass passed, \
	`expr $$fail + $$xpass + $$error` failed, $$skip skipped"' 0; printf ''

include $(srcdir)/tests/bench/local.mk
include $(srcdir)/tests/fuzz/local.mk
include $(srcdir)/tests/kernels/local.mk
include $(srcdir)/tests/macos/local.mk
