# make check-kernels: the live tests on kernels other than this machine's.
kernel_tests = \
	tests/kernels/5.10.test \
	tests/kernels/6.1-off.test \
	tests/kernels/6.1.test \
	tests/kernels/6.12.test \
	tests/kernels/7.0.test \
	tests/kernels/7.1.test \
	tests/kernels/7.2.test \
	tests/kernels/7.3.test

EXTRA_DIST += \
	$(kernel_tests) \
	tests/kernels/fetch \
	tests/kernels/init \
	tests/kernels/machine.sh \
	tests/kernels/outcomes.tab \
	tests/kernels/profiles

check-kernels: all
	@$(SHELL) $(srcdir)/tests/kernels/fetch
	@$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(kernel_tests)'

.PHONY: check-kernels
