#ifndef NONO_CMD_H
#define NONO_CMD_H

/*
 * The verbs.  Each takes its own arguments (argv[0] is the verb), prints
 * reports to stdout, diagnostics through diag.h, and returns the exit status.
 */
enum exit_status {
	EXIT_HOLDS = 0,	      /* done; holds; no difference */
	EXIT_DIFFERS = 1,     /* does not hold; differs; denied */
	EXIT_USAGE = 2,	      /* the command line is wrong */
	EXIT_REJECTED = 3,    /* input rejected, with diagnostics */
	EXIT_ENVIRONMENT = 4, /* system error, or cannot tell */
	EXIT_INTERNAL = 5,    /* model and reality disagree */
	EXIT_TRUST = 6,	      /* digest, signature, owner */
};

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
int cmd_verify(int argc, char **argv);
int cmd_probe(int argc, char **argv); /* not for people */
int cmd_strip(int argc, char **argv);

/*
 * What compile wrote: bytes to a temporary file beside `path`, then rename;
 * `path` is untouched on failure (N6002).  Mode 0644.  "-" is stdout.  Not
 * synced to the disk: what a power failure may cost can be compiled again, and
 * no loader takes half a policy.
 */
struct diags;
int output_write(
    struct diags *d, const char *path, const void *bytes, unsigned size);

#endif
