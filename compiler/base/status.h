#ifndef NONO_STATUS_H
#define NONO_STATUS_H

/* What every verb exits with. */
enum exit_status {
	EXIT_HOLDS = 0,	      /* done; holds; no difference */
	EXIT_DIFFERS = 1,     /* does not hold; differs; denied */
	EXIT_USAGE = 2,	      /* the command line is wrong */
	EXIT_REJECTED = 3,    /* input rejected, with diagnostics */
	EXIT_ENVIRONMENT = 4, /* system error, or cannot tell */
	EXIT_INTERNAL = 5,    /* model and reality disagree */
	EXIT_TRUST = 6,	      /* digest, signature, owner */
};

#endif
