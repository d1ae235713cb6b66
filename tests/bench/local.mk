# make bench: tests/bench/run, which builds what it times by itself, with the
# tool chain of the loader.

EXTRA_DIST += \
	tests/bench/assert \
	tests/bench/compile \
	tests/bench/gen-limit \
	tests/bench/launch.c \
	tests/bench/limit.c \
	tests/bench/read.c \
	tests/bench/review \
	tests/bench/run \
	tests/bench/steps \
	tests/bench/true.c \
	tests/bench/verdict

# Linked with the compiler; run builds everything else.
EXTRA_PROGRAMS += tests/bench/sbpl
bench: tests/bench/sbpl$(EXEEXT)
