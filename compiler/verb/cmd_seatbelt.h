#ifndef NONO_CMD_SEATBELT_H
#define NONO_CMD_SEATBELT_H

#include <stdbool.h>

/*
 * why and diff of Seatbelt files, ours or anybody's.  They have a command line
 * of their own: -D gives the parameters of the file, whose names are anything.
 */

/* Does an argument name one? */
bool seatbelt_named(int argc, char **argv);

int seatbelt_why(int argc, char **argv);
int seatbelt_diff(int argc, char **argv);

#endif
