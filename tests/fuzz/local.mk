# libFuzzer targets, built with --enable-fuzzers.  tests/fuzz/NAME.c fuzzes
# NAME; its seeds lie in tests/fuzz/corpus/NAME.  A new target needs its name
# in fuzz_programs and a line for its link.

fuzz_programs = \
	tests/fuzz/assert \
	tests/fuzz/blob \
	tests/fuzz/json \
	tests/fuzz/lsp \
	tests/fuzz/path \
	tests/fuzz/sbpl \
	tests/fuzz/seatbelt \
	tests/fuzz/yaml

fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_assert_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_blob_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_json_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_lsp_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
tests_fuzz_lsp_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_path_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_sbpl_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_seatbelt_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_yaml_LDFLAGS = $(fuzz_ldflags)

EXTRA_DIST += tests/fuzz/corpus

EXTRA_PROGRAMS += $(fuzz_programs)
if FUZZERS
noinst_PROGRAMS += $(fuzz_programs)
endif
