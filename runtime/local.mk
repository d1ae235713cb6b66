# nono-load, and the blob format that the compiler shares with it.
#
# The loader has a tool chain of its own (m4/nono_loader.m4), so its objects
# have a suffix of their own.  What it is made of is listed once, in
# loader_sources; main is in load.c.

blob_sources = \
	runtime/blob.c \
	runtime/blob_access.c \
	runtime/blob_check.c \
	runtime/blob_prov.c \
	runtime/blob_rights.c \
	runtime/sha256.c
if X86_64
blob_sources += runtime/sha256_x86.c
endif

# Those of each platform stand apart.  memory.c comes last: what is kept then
# begins in the page where the small variables end, which is there anyway.
loader_common = \
	runtime/blob_env.c \
	runtime/consent.c \
	runtime/descriptors.c \
	runtime/environment.c \
	runtime/exec.c \
	runtime/options.c \
	runtime/path.c \
	runtime/policy_file.c \
	runtime/protect.c \
	runtime/report.c \
	runtime/roots.c

loader_linux = \
	$(blob_sources) \
	runtime/denies.c \
	runtime/descriptors_linux.c \
	runtime/filter.c \
	runtime/hints.c \
	runtime/kernel.c \
	runtime/landlock.c \
	runtime/links.c \
	runtime/listing.c \
	runtime/load.c \
	runtime/mounts.c \
	runtime/options_linux.c \
	runtime/path_linux.c \
	runtime/planted.c \
	runtime/policy.c \
	runtime/probe.c \
	runtime/protect_linux.c \
	runtime/rights.c \
	runtime/roots_linux.c \
	runtime/rules.c \
	runtime/rules_open.c \
	runtime/rules_told.c \
	runtime/summary.c \
	runtime/verify.c \
	runtime/within.c \
	runtime/within_environment.c \
	runtime/wsl.c

loader_macos = \
	runtime/macos/load.c \
	runtime/macos/place.c \
	runtime/macos/places.c \
	runtime/macos/policy.c \
	runtime/macos/process.c \
	runtime/macos/sandbox.c

if MACOS
loader_sources = $(loader_common) $(loader_macos) runtime/memory.c
else
loader_sources = $(loader_common) $(loader_linux) runtime/memory.c
endif

loader_headers = \
	runtime/blob.h \
	runtime/blob_check.h \
	runtime/landlock.h \
	runtime/launch.h \
	runtime/macos/darwin.h \
	runtime/macos/seatbelt.h \
	runtime/path.h \
	runtime/report.h \
	runtime/rules.h \
	runtime/sha256.h \
	runtime/sha256_blocks.h \
	runtime/within.h

noinst_HEADERS += $(loader_headers)
EXTRA_DIST += $(loader_common) $(loader_linux) $(loader_macos) \
	runtime/memory.c runtime/sha256_x86.c

# For the compiler and the unit tests, by $(CC).
noinst_LIBRARIES += runtime/libblob.a
runtime_libblob_a_SOURCES = $(blob_sources) runtime/blob_env.c

loader_objects = $(loader_sources:.c=.rto)
# Small, as pages of code have to be touched, too; fast is what runs for every
# byte, record or path of a policy.
LOADER_OPTIMIZE = -Os -g
loader_fast = \
	runtime/blob_access.rto \
	runtime/blob_check.rto \
	runtime/denies.rto \
	runtime/hints.rto \
	runtime/links.rto \
	runtime/path.rto \
	runtime/rules.rto \
	runtime/rules_open.rto \
	runtime/rules_told.rto \
	runtime/sha256.rto

loader_compile = $(LOADER_CC) $(DEFS) -I. -I$(top_srcdir) \
	$(LOADER_CPPFLAGS) $(LOADER_CFLAGS) $(LOADER_OPTIMIZE)
loader_link = $(LOADER_CC) $(LOADER_CFLAGS) $(LOADER_OPTIMIZE) \
	$(LOADER_LDFLAGS) $(LOADER_CRT_BEGIN)

SUFFIXES += .rto
.c.rto:
	$(AM_V_CC)$(MKDIR_P) $(@D) && \
	case " $(loader_fast) " in *" $@ "*) fast=-O2 ;; *) fast= ;; esac && \
	$(loader_compile) $$fast -c -o $@ $<

$(loader_objects): $(loader_headers) config.h

bin_PROGRAMS += nono-load
nono_load_SOURCES =
nono_load_LDADD = $(loader_objects) $(LOADER_CRT_END)
nono_load_LINK = $(loader_link) -o $@

CLEANFILES += $(loader_objects)

# What the loader for macOS is made of, for tests/macos.
macos-sources:
	@echo $(loader_common) $(loader_macos) runtime/memory.c

.PHONY: macos-sources
