# One directory a pass, and one for each thing that reviews what passes made.
# Each of the passes is an archive, as is all that stands behind them.  They are
# linked in the order of the arrows and once, so that a call against them does
# not link.

# no project type: memory, text, sources, diagnostics, git
noinst_LIBRARIES += compiler/libbase.a
compiler_libbase_a_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
compiler_libbase_a_SOURCES = \
	compiler/base/arena.c \
	compiler/base/arena.h \
	compiler/base/date.c \
	compiler/base/date.h \
	compiler/base/diag.c \
	compiler/base/diag.def \
	compiler/base/diag.h \
	compiler/base/diag_print.c \
	compiler/base/diag_record.h \
	compiler/base/git.c \
	compiler/base/git.h \
	compiler/base/git_run.c \
	compiler/base/git_run.h \
	compiler/base/json_print.c \
	compiler/base/json_print.h \
	compiler/base/output.c \
	compiler/base/output.h \
	compiler/base/source.c \
	compiler/base/source.h \
	compiler/base/status.h \
	compiler/base/text.h \
	compiler/base/unicode_form.c \
	compiler/base/unicode_form.def \
	compiler/base/unicode_form.h \
	compiler/base/utf8.h \
	compiler/base/vec.h

# bytes -> nodes
noinst_LIBRARIES += compiler/libread.a
compiler_libread_a_CFLAGS = $(AM_CFLAGS) $(YAML_CFLAGS)
compiler_libread_a_SOURCES = \
	compiler/read/build.c \
	compiler/read/build.h \
	compiler/read/node.c \
	compiler/read/node.h \
	compiler/read/node_span.c \
	compiler/read/read.c \
	compiler/read/read.h \
	compiler/read/read_json.c \
	compiler/read/read_yaml.c \
	compiler/read/yaml_problem.c \
	compiler/read/yaml_problem.h

# nodes -> AST: what keys, paths and conditions say
noinst_LIBRARIES += compiler/libdecode.a
compiler_libdecode_a_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
compiler_libdecode_a_SOURCES = \
	compiler/decode/ast.h \
	compiler/decode/ast_dump.c \
	compiler/decode/decode.c \
	compiler/decode/decode.h \
	compiler/decode/decode_format.c \
	compiler/decode/decode_group.c \
	compiler/decode/decode_list.c \
	compiler/decode/decode_network.c \
	compiler/decode/decode_profile.c \
	compiler/decode/decode_runtime.c \
	compiler/decode/decode_table.h \
	compiler/decode/path.c \
	compiler/decode/path.h \
	compiler/decode/schema.c \
	compiler/decode/target.c \
	compiler/decode/target.h \
	compiler/decode/when.c \
	compiler/decode/when.h

# ASTs -> statements
noinst_LIBRARIES += compiler/liblink.a
compiler_liblink_a_SOURCES = \
	compiler/link/link.c \
	compiler/link/link.h \
	compiler/link/revision.c \
	compiler/link/revision.h \
	compiler/link/stmt.h \
	compiler/link/stmt_dump.c \
	compiler/link/store.c \
	compiler/link/store.h

# statements -> capset
noinst_LIBRARIES += compiler/libexpand.a
compiler_libexpand_a_SOURCES = \
	compiler/expand/caps.c \
	compiler/expand/caps.h \
	compiler/expand/expand.c \
	compiler/expand/expand.h \
	compiler/expand/expand_env.c \
	compiler/expand/expand_links.c \
	compiler/expand/expand_settings.c \
	compiler/expand/variable.c \
	compiler/expand/variable.h

# the language of Seatbelt files: forms, rules, verdicts
noinst_LIBRARIES += compiler/libsbpl.a
compiler_libsbpl_a_SOURCES = \
	compiler/sbpl/sbpl.h \
	compiler/sbpl/sbpl_builtin.c \
	compiler/sbpl/sbpl_eval.c \
	compiler/sbpl/sbpl_fact.def \
	compiler/sbpl/sbpl_filter.c \
	compiler/sbpl/sbpl_form.c \
	compiler/sbpl/sbpl_judge.h \
	compiler/sbpl/sbpl_load.c \
	compiler/sbpl/sbpl_match.c \
	compiler/sbpl/sbpl_nfa.c \
	compiler/sbpl/sbpl_nfa.h \
	compiler/sbpl/sbpl_op.c \
	compiler/sbpl/sbpl_op.def \
	compiler/sbpl/sbpl_paths.c \
	compiler/sbpl/sbpl_paths.h \
	compiler/sbpl/sbpl_print.c \
	compiler/sbpl/sbpl_read.c \
	compiler/sbpl/sbpl_regex.c \
	compiler/sbpl/sbpl_regex_relation.c \
	compiler/sbpl/sbpl_regex_relation.h \
	compiler/sbpl/sbpl_scheme.c \
	compiler/sbpl/sbpl_sort.c \
	compiler/sbpl/sbpl_unrun.c \
	compiler/sbpl/sbpl_value.h \
	compiler/sbpl/seatbelt_text.c \
	compiler/sbpl/seatbelt_text.h

# model <-> bytes <-> text
noinst_LIBRARIES += compiler/libblob.a
compiler_libblob_a_SOURCES = \
	compiler/blob/assemble.h \
	compiler/blob/assemble_link.c \
	compiler/blob/assemble_scan.c \
	compiler/blob/blob_assemble.c \
	compiler/blob/blob_dump.c \
	compiler/blob/blob_read.c \
	compiler/blob/blob_rows.c \
	compiler/blob/blob_rows.h \
	compiler/blob/blob_write.c \
	compiler/blob/blob_write.h \
	compiler/blob/blob_write_prov.c \
	compiler/blob/dump.h \
	compiler/blob/dump_words.c \
	compiler/blob/dump_words.h

# what the target cannot express
noinst_LIBRARIES += compiler/libcheck.a
compiler_libcheck_a_SOURCES = \
	compiler/check/check.c \
	compiler/check/check.h \
	compiler/check/check_network.c \
	compiler/check/check_raw.c

# capset -> model, or Seatbelt text
noinst_LIBRARIES += compiler/libemit.a
compiler_libemit_a_SOURCES = \
	compiler/emit/emit.h \
	compiler/emit/emit_landlock.c \
	compiler/emit/emit_prov.c \
	compiler/emit/emit_prov.h \
	compiler/emit/emit_seatbelt.c \
	compiler/emit/emit_seatbelt.h \
	compiler/emit/emit_seatbelt_base.c \
	compiler/emit/emit_seatbelt_case.c \
	compiler/emit/emit_seatbelt_files.c \
	compiler/emit/emit_seatbelt_network.c \
	compiler/emit/emit_seatbelt_places.c \
	compiler/emit/emit_seatbelt_raw.c \
	compiler/emit/seccomp.c \
	compiler/emit/seccomp.h

# what a policy permits, from its bytes
noinst_LIBRARIES += compiler/libdecide.a
compiler_libdecide_a_SOURCES = \
	compiler/decide/decide.c \
	compiler/decide/decide.h \
	compiler/decide/decide_deny.c \
	compiler/decide/decide_model.h \
	compiler/decide/decide_net.c \
	compiler/decide/decide_op.c \
	compiler/decide/decide_planted.c \
	compiler/decide/decide_region.c \
	compiler/decide/decide_rights.c \
	compiler/decide/decide_uid.c \
	compiler/decide/decide_where.c \
	compiler/decide/placement.c \
	compiler/decide/placement.h

# the assertion language, read and judged
noinst_LIBRARIES += compiler/libassert.a
compiler_libassert_a_SOURCES = \
	compiler/assert/assert.h \
	compiler/assert/assert_dump.c \
	compiler/assert/assert_judge.c \
	compiler/assert/assert_judge.h \
	compiler/assert/assert_load.c \
	compiler/assert/assert_own.c \
	compiler/assert/assert_own.h \
	compiler/assert/assert_pair.c \
	compiler/assert/assert_ports.c \
	compiler/assert/assert_read.c \
	compiler/assert/assert_resolve.c \
	compiler/assert/assert_walk.c \
	compiler/assert/assert_walk.h \
	compiler/assert/assert_words.c

noinst_LIBRARIES += compiler/libnonoc.a
compiler_libnonoc_a_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
compiler_libnonoc_a_SOURCES =

# the driver
compiler_libnonoc_a_SOURCES += \
	compiler/compile.c \
	compiler/compile.h

# findings in every format
compiler_libnonoc_a_SOURCES += \
	compiler/report/finding.c \
	compiler/report/finding.def \
	compiler/report/finding.h \
	compiler/report/report.c \
	compiler/report/report.h \
	compiler/report/report_github.c \
	compiler/report/report_json.c \
	compiler/report/report_junit.c \
	compiler/report/report_markdown.c \
	compiler/report/report_print.h \
	compiler/report/report_sarif.c \
	compiler/report/report_text.c

# an argument -> compiled policies
compiler_libnonoc_a_SOURCES += \
	compiler/side/blob_file.c \
	compiler/side/blob_file.h \
	compiler/side/lock.c \
	compiler/side/lock.h \
	compiler/side/side.c \
	compiler/side/side.h \
	compiler/side/side_find.c

# diff, gate, prove
compiler_libnonoc_a_SOURCES += \
	compiler/diff/diff.c \
	compiler/diff/diff.h \
	compiler/diff/diff_env.c \
	compiler/diff/diff_link.c \
	compiler/diff/diff_model.h \
	compiler/diff/diff_net.c \
	compiler/diff/diff_path.c \
	compiler/diff/diff_place.c \
	compiler/diff/diff_place.h \
	compiler/diff/diff_place_say.c \
	compiler/diff/diff_place_search.c \
	compiler/diff/diff_report.c \
	compiler/diff/diff_report.h \
	compiler/diff/diff_rest.c \
	compiler/diff/diff_user.c \
	compiler/diff/diff_words.c \
	compiler/diff/gate_waiver.c \
	compiler/diff/gate_waiver.h \
	compiler/diff/prove.c \
	compiler/diff/prove.h \
	compiler/diff/prove_around.c \
	compiler/diff/prove_own.h \
	compiler/diff/prove_tree.c \
	compiler/diff/prove_tree.h \
	compiler/diff/witness.c \
	compiler/diff/witness.h

# show, why, query, path
compiler_libnonoc_a_SOURCES += \
	compiler/review/assert_report.c \
	compiler/review/assert_report.h \
	compiler/review/lock_report.c \
	compiler/review/lock_report.h \
	compiler/review/pathset.c \
	compiler/review/pathset.h \
	compiler/review/query.c \
	compiler/review/query.h \
	compiler/review/show.h \
	compiler/review/show_policy.c \
	compiler/review/show_residual.c \
	compiler/review/why.c \
	compiler/review/why.h \
	compiler/review/why_assert.c \
	compiler/review/why_edit.c \
	compiler/review/why_words.c

# the same of policies for macOS
compiler_libnonoc_a_SOURCES += \
	compiler/seatbelt/assert_own_seatbelt.c \
	compiler/seatbelt/assert_pair_seatbelt.c \
	compiler/seatbelt/assert_seatbelt.c \
	compiler/seatbelt/assert_seatbelt.h \
	compiler/seatbelt/assert_seatbelt_places.c \
	compiler/seatbelt/assert_seatbelt_ports.c \
	compiler/seatbelt/diff_seatbelt.c \
	compiler/seatbelt/equiv.c \
	compiler/seatbelt/equiv.h \
	compiler/seatbelt/equiv_class.c \
	compiler/seatbelt/equiv_request.c \
	compiler/seatbelt/sbpl_diff.c \
	compiler/seatbelt/sbpl_diff.h \
	compiler/seatbelt/sbpl_diff_ask.c \
	compiler/seatbelt/sbpl_diff_fold.c \
	compiler/seatbelt/sbpl_diff_lines.c \
	compiler/seatbelt/sbpl_diff_patterns.c \
	compiler/seatbelt/sbpl_diff_rules.c \
	compiler/seatbelt/sbpl_diff_touch.c \
	compiler/seatbelt/sbpl_disjoint.c \
	compiler/seatbelt/sbpl_disjoint.h \
	compiler/seatbelt/sbpl_file.c \
	compiler/seatbelt/sbpl_file.h \
	compiler/seatbelt/sbpl_lead.c \
	compiler/seatbelt/sbpl_place.c \
	compiler/seatbelt/sbpl_why.c \
	compiler/seatbelt/seatbelt_walk.h \
	compiler/seatbelt/show_seatbelt.c \
	compiler/seatbelt/side_seatbelt.c \
	compiler/seatbelt/side_seatbelt.h \
	compiler/seatbelt/why_seatbelt.c

# valid but risky
compiler_libnonoc_a_SOURCES += \
	compiler/lint/lint.h \
	compiler/lint/lint_policy.c \
	compiler/lint/lint_profile.c \
	compiler/lint/lint_seatbelt.c \
	compiler/lint/lint_seatbelt.h \
	compiler/lint/lint_seatbelt_deny.c \
	compiler/lint/lint_seatbelt_rule.c \
	compiler/lint/lint_std.c

# the language server
compiler_libnonoc_a_SOURCES += \
	compiler/lsp/lsp.h \
	compiler/lsp/lsp_action.c \
	compiler/lsp/lsp_answer.h \
	compiler/lsp/lsp_check.c \
	compiler/lsp/lsp_complete.c \
	compiler/lsp/lsp_context.c \
	compiler/lsp/lsp_context.h \
	compiler/lsp/lsp_define.c \
	compiler/lsp/lsp_document.c \
	compiler/lsp/lsp_edit.c \
	compiler/lsp/lsp_edit.h \
	compiler/lsp/lsp_frame.c \
	compiler/lsp/lsp_frame.h \
	compiler/lsp/lsp_hover.c \
	compiler/lsp/lsp_kind.c \
	compiler/lsp/lsp_lens.c \
	compiler/lsp/lsp_publish.c \
	compiler/lsp/lsp_serve.c \
	compiler/lsp/lsp_spot.c \
	compiler/lsp/lsp_spot.h \
	compiler/lsp/lsp_text.c \
	compiler/lsp/lsp_text.h

# the command line
compiler_libnonoc_a_SOURCES += \
	compiler/verb/cmd.h \
	compiler/verb/cmd_blob.c \
	compiler/verb/cmd_check.c \
	compiler/verb/cmd_compile.c \
	compiler/verb/cmd_diff.c \
	compiler/verb/cmd_equiv.c \
	compiler/verb/cmd_explain.c \
	compiler/verb/cmd_gate.c \
	compiler/verb/cmd_id.c \
	compiler/verb/cmd_lint.c \
	compiler/verb/cmd_list.c \
	compiler/verb/cmd_lock.c \
	compiler/verb/cmd_lsp.c \
	compiler/verb/cmd_path.c \
	compiler/verb/cmd_probe.c \
	compiler/verb/cmd_query.c \
	compiler/verb/cmd_schema.c \
	compiler/verb/cmd_seatbelt.c \
	compiler/verb/cmd_seatbelt.h \
	compiler/verb/cmd_show.c \
	compiler/verb/cmd_verify.c \
	compiler/verb/cmd_why.c \
	compiler/verb/options.c \
	compiler/verb/options.h

nonoc_libs = \
	compiler/libnonoc.a \
	compiler/libassert.a \
	compiler/libdecide.a \
	compiler/libemit.a \
	compiler/libcheck.a \
	compiler/libblob.a \
	compiler/libsbpl.a \
	compiler/libexpand.a \
	compiler/liblink.a \
	compiler/libdecode.a \
	compiler/libread.a \
	grammar/libgrammar.a \
	compiler/libbase.a \
	runtime/libblob.a \
	$(YAML_LIBS) $(CJSON_LIBS)

bin_PROGRAMS += nonoc
nonoc_SOURCES = compiler/verb/nonoc.c
nonoc_LDADD = $(nonoc_libs)

# It has the place of what is installed compiled in, and ./configure may have
# been told of another one.
compiler/verb/libnonoc_a-options.$(OBJEXT): config.status
