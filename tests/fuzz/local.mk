# libFuzzer targets, built with --enable-fuzzers.  tests/fuzz/NAME.c fuzzes
# NAME; its seeds lie in tests/fuzz/corpus/NAME.  A new target needs its name
# in fuzz_programs and a line for its link.

fuzz_programs =

fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer

EXTRA_PROGRAMS += $(fuzz_programs)
if FUZZERS
noinst_PROGRAMS += $(fuzz_programs)
endif
