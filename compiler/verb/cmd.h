#ifndef NONO_CMD_H
#define NONO_CMD_H

#include "compiler/base/status.h"

/*
 * The verbs.  Each takes its own arguments (argv[0] is the verb), prints
 * reports to stdout, diagnostics through diag.h, and returns an enum
 * exit_status.
 */
int cmd_compile(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_equiv(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_lint(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_schema(int argc, char **argv);
int cmd_why(int argc, char **argv);
int cmd_dump(int argc, char **argv);
int cmd_assemble(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_gate(int argc, char **argv);
int cmd_id(int argc, char **argv);
int cmd_lock(int argc, char **argv);
int cmd_lsp(int argc, char **argv);
int cmd_path(int argc, char **argv);
int cmd_query(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_probe(int argc, char **argv); /* not for people */
int cmd_strip(int argc, char **argv);

/*
 * How each is called, as it follows "usage: ": what --help prints, and where
 * completion and the manual page's test read the options.
 */
extern const char usage_assemble[];
extern const char usage_check[];
extern const char usage_compile[];
extern const char usage_diff[];
extern const char usage_dump[];
extern const char usage_equiv[];
extern const char usage_explain[];
extern const char usage_gate[];
extern const char usage_id[];
extern const char usage_lint[];
extern const char usage_list[];
extern const char usage_lock[];
extern const char usage_lsp[];
extern const char usage_path[];
extern const char usage_query[];
extern const char usage_schema[];
extern const char usage_show[];
extern const char usage_strip[];
extern const char usage_verify[];
extern const char usage_why[];

#endif
