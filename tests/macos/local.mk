# make check-macos: the loader for macOS, linked for it by a tool chain that is
# fetched.  make check-seatbelt: on a Mac, what it does against what we say.

macos_tests = \
	tests/macos/cross.test \
	tests/macos/selftest.test

EXTRA_DIST += \
	$(macos_tests) \
	tests/macos/act.c \
	tests/macos/act.h \
	tests/macos/act_macos.c \
	tests/macos/act_other.c \
	tests/macos/mutants \
	tests/macos/mutants.list \
	tests/macos/seatbelt.json \
	tests/macos/seatbelt.tab \
	tests/macos/seatbelt.test

check-macos: all
	@$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(macos_tests)'

check-seatbelt: all
	@$(run_env) CC='$(CC)' LC_ALL=C $(SHELL) \
	    $(srcdir)/tests/macos/seatbelt.test

.PHONY: check-macos check-seatbelt
