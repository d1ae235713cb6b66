# Three layers, each an archive: libbase <- libgrammar <- libnonoc.  They are
# linked in that order and once, so a call against the arrow does not link.

noinst_LIBRARIES += compiler/libbase.a
compiler_libbase_a_SOURCES = \
	compiler/arena.c \
	compiler/arena.h \
	compiler/diag.c \
	compiler/diag.def \
	compiler/diag.h \
	compiler/diag_print.c \
	compiler/diag_record.h \
	compiler/finding.c \
	compiler/finding.def \
	compiler/finding.h \
	compiler/git.c \
	compiler/git.h \
	compiler/git_run.c \
	compiler/git_run.h \
	compiler/source.c \
	compiler/source.h \
	compiler/text.h \
	compiler/utf8.h \
	compiler/vec.h

noinst_LIBRARIES += compiler/libnonoc.a
compiler_libnonoc_a_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS) $(CJSON_CFLAGS)
compiler_libnonoc_a_SOURCES = \
	compiler/assemble.h \
	compiler/assemble_link.c \
	compiler/assemble_scan.c \
	compiler/assert.h \
	compiler/assert_dump.c \
	compiler/assert_judge.c \
	compiler/assert_judge.h \
	compiler/assert_own.c \
	compiler/assert_own.h \
	compiler/assert_pair.c \
	compiler/assert_read.c \
	compiler/assert_report.c \
	compiler/assert_report.h \
	compiler/assert_resolve.c \
	compiler/assert_walk.c \
	compiler/assert_words.c \
	compiler/ast.h \
	compiler/ast_dump.c \
	compiler/blob_assemble.c \
	compiler/blob_dump.c \
	compiler/blob_file.c \
	compiler/blob_file.h \
	compiler/blob_read.c \
	compiler/blob_rows.c \
	compiler/blob_rows.h \
	compiler/blob_write.c \
	compiler/blob_write.h \
	compiler/blob_write_prov.c \
	compiler/build.c \
	compiler/build.h \
	compiler/caps.c \
	compiler/caps.h \
	compiler/check.c \
	compiler/check_network.c \
	compiler/check.h \
	compiler/cmd.h \
	compiler/cmd_blob.c \
	compiler/cmd_check.c \
	compiler/cmd_compile.c \
	compiler/cmd_id.c \
	compiler/cmd_lint.c \
	compiler/cmd_list.c \
	compiler/cmd_schema.c \
	compiler/cmd_show.c \
	compiler/compile.c \
	compiler/compile.h \
	compiler/decide.c \
	compiler/decide.h \
	compiler/decide_deny.c \
	compiler/decide_model.h \
	compiler/decide_net.c \
	compiler/decide_op.c \
	compiler/decide_region.c \
	compiler/decide_rights.c \
	compiler/decide_where.c \
	compiler/decode.c \
	compiler/decode.h \
	compiler/decode_format.c \
	compiler/decode_group.c \
	compiler/decode_list.c \
	compiler/decode_network.c \
	compiler/decode_profile.c \
	compiler/decode_runtime.c \
	compiler/decode_table.h \
	compiler/dump.h \
	compiler/dump_words.c \
	compiler/dump_words.h \
	compiler/emit.h \
	compiler/emit_landlock.c \
	compiler/expand.c \
	compiler/expand_env.c \
	compiler/expand.h \
	compiler/expand_settings.c \
	compiler/json_print.c \
	compiler/json_print.h \
	compiler/link.c \
	compiler/link.h \
	compiler/lint.h \
	compiler/lint_policy.c \
	compiler/lint_profile.c \
	compiler/lint_std.c \
	compiler/node.c \
	compiler/node.h \
	compiler/node_span.c \
	compiler/options.c \
	compiler/options.h \
	compiler/output.c \
	compiler/path.c \
	compiler/path.h \
	compiler/read.c \
	compiler/read.h \
	compiler/read_json.c \
	compiler/read_yaml.c \
	compiler/report.c \
	compiler/report.h \
	compiler/report_github.c \
	compiler/report_json.c \
	compiler/report_junit.c \
	compiler/report_markdown.c \
	compiler/report_print.h \
	compiler/report_sarif.c \
	compiler/report_text.c \
	compiler/sbpl.h \
	compiler/sbpl_builtin.c \
	compiler/sbpl_eval.c \
	compiler/sbpl_fact.def \
	compiler/sbpl_filter.c \
	compiler/sbpl_form.c \
	compiler/sbpl_judge.h \
	compiler/sbpl_load.c \
	compiler/sbpl_match.c \
	compiler/sbpl_op.c \
	compiler/sbpl_op.def \
	compiler/sbpl_print.c \
	compiler/sbpl_read.c \
	compiler/sbpl_regex.c \
	compiler/sbpl_scheme.c \
	compiler/sbpl_value.h \
	compiler/schema.c \
	compiler/seccomp.c \
	compiler/seccomp.h \
	compiler/side.c \
	compiler/side.h \
	compiler/stmt.h \
	compiler/stmt_dump.c \
	compiler/store.c \
	compiler/store.h \
	compiler/target.c \
	compiler/target.h \
	compiler/variable.c \
	compiler/variable.h \
	compiler/when.c \
	compiler/when.h \
	compiler/yaml_problem.c \
	compiler/yaml_problem.h

nonoc_libs = \
	compiler/libnonoc.a \
	grammar/libgrammar.a \
	compiler/libbase.a \
	runtime/libblob.a \
	$(YAML_LIBS) $(CJSON_LIBS)

bin_PROGRAMS += nonoc
nonoc_SOURCES = compiler/nonoc.c
nonoc_LDADD = $(nonoc_libs)
