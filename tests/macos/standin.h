#ifndef NONO_STANDIN_H
#define NONO_STANDIN_H

/*
 * The loader for macOS, compiled on Linux: what it calls of macOS, in front of
 * each of its files by -include.  standin.c has the calls; they record what
 * they are given and fail as they are told.
 */
#include <config.h>

#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#define F_GETPATH 50
#define O_NOFOLLOW_ANY 0x20000000

int standin_fcntl(int fd, int what, ...);
int standin_open(const char *path, int flags, ...);
int standin_openat(int dir, const char *path, int flags, ...);
int issetugid(void);

#define fcntl standin_fcntl
#define open standin_open
#define openat standin_openat

#endif
