# The little languages.  What re2c and bison write is built, shipped in the
# tarball and never committed, and compiles under the same warnings as the
# rest.  No line numbers, dates or versions in it: two builds of one source
# give the same bytes.
#
# To add a scanner: NAME.re in grammar_re, NAME.c in grammar_scan.  To add a
# parser: NAME_parse.y in grammar_y, NAME_parse.c in grammar_parse; bison
# writes NAME_parse.h with it.

grammar_re = \
	grammar/assert_scan.re \
	grammar/json_scan.re \
	grammar/path_scan.re \
	grammar/sbpl_scan.re \
	grammar/when_scan.re \
	grammar/yaml_plain.re

grammar_scan = \
	grammar/assert_scan.c \
	grammar/json_scan.c \
	grammar/path_scan.c \
	grammar/sbpl_scan.c \
	grammar/when_scan.c \
	grammar/yaml_plain.c

grammar_y = \
	grammar/assert_parse.y \
	grammar/sbpl_parse.y

grammar_parse = \
	grammar/assert_parse.c \
	grammar/sbpl_parse.c

grammar_h = \
	grammar/assert_ast.h \
	grammar/assert_scan.h \
	grammar/json_scan.h \
	grammar/path_scan.h \
	grammar/sbpl_scan.h \
	grammar/sbpl_tree.h \
	grammar/when_scan.h \
	grammar/yaml_plain.h

grammar_parse_h = $(grammar_parse:.c=.h)

EXTRA_DIST += $(grammar_re) $(grammar_y)
BUILT_SOURCES += $(grammar_parse_h)
MAINTAINERCLEANFILES += $(grammar_scan) $(grammar_parse) $(grammar_parse_h)

noinst_LIBRARIES += grammar/libgrammar.a
grammar_libgrammar_a_SOURCES = $(grammar_h)
grammar_libgrammar_a_SOURCES += $(grammar_scan) $(grammar_parse) \
	$(grammar_parse_h)

RE2CFLAGS = -W -Werror -i --no-generation-date --no-version
BISONFLAGS = -Wall -Wcounterexamples -Werror --no-lines

SUFFIXES += .re .y
.re.c:
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(RE2C) $(RE2CFLAGS) -o $@ $<
.y.c:
	$(AM_V_GEN)$(MKDIR_P) $(@D) && \
	    $(BISON) $(BISONFLAGS) --header=$(@:.c=.h) -o $@ $<

# One run of bison writes both; a header that was lost has it run again.
$(grammar_parse_h): $(grammar_parse)
	@test -f $@ || { rm -f $(grammar_parse) && \
	    $(MAKE) $(AM_MAKEFLAGS) $(grammar_parse); }
