# make bench: tests/bench/run, and the programs that it runs.

bench_programs =

EXTRA_PROGRAMS += $(bench_programs)
CLEANFILES += $(bench_programs)
