#ifndef NONO_ACT_H
#define NONO_ACT_H

#include <stdint.h>

/*
 * What the harness asks of the agent that it has launched: a request on its
 * standard input, the errno (0: it worked) on its standard output.
 */
struct act {
	uint32_t size; /* of the whole request, both strings included */
	uint8_t op;    /* enum decide_op */
	uint8_t type;  /* enum decide_type, of what is made */
	uint16_t port;
	uint32_t family, socktype, proto;
	int32_t pid;	 /* to signal */
	uint16_t length; /* of the first string, with its NUL */
	uint16_t zero;
	/* path, NUL, to (or the name of an abstract socket), NUL */
};

/* Two paths and the head; many fit into a pipe. */
enum { ACT_MAX = 2048 };

#endif
