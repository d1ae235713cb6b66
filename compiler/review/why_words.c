#include <config.h>

#include "compiler/review/why.h"

/* What can be asked, by the words of the command line. */

/* clang-format off */
static const struct why_word words[] = {
	{ "read", DECIDE_READ, DECIDE_REGULAR, WHY_PATH,
	  "open a file for reading" },
	{ "write", DECIDE_WRITE, DECIDE_REGULAR, WHY_PATH,
	  "open a file for writing" },
	{ "update", DECIDE_UPDATE, DECIDE_REGULAR, WHY_PATH,
	  "open a file for reading and writing" },
	{ "overwrite", DECIDE_OVERWRITE, DECIDE_REGULAR, WHY_PATH,
	  "open a file for writing and empty it" },
	{ "truncate", DECIDE_TRUNCATE, DECIDE_REGULAR, WHY_PATH,
	  "shorten a file" },
	{ "list", DECIDE_LIST, DECIDE_DIR, WHY_PATH, "list a directory" },
	{ "execute", DECIDE_EXECUTE, DECIDE_REGULAR, WHY_PATH,
	  "run a program" },
	{ "create", DECIDE_WRITE_NEW, DECIDE_REGULAR, WHY_PATH,
	  "make a file and write it" },
	{ "mkdir", DECIDE_CREATE, DECIDE_DIR, WHY_PATH, "make a directory" },
	{ "symlink", DECIDE_CREATE, DECIDE_SYMLINK, WHY_PATH,
	  "make a symbolic link" },
	{ "mkfifo", DECIDE_CREATE, DECIDE_FIFO, WHY_PATH,
	  "make a named pipe" },
	{ "mknod", DECIDE_CREATE, DECIDE_CHAR, WHY_PATH,
	  "make a character device" },
	{ "tmpfile", DECIDE_TMPFILE, DECIDE_DIR, WHY_PATH,
	  "make a file without a name in a directory" },
	{ "remove", DECIDE_REMOVE, DECIDE_REGULAR, WHY_PATH,
	  "remove a file" },
	{ "rmdir", DECIDE_REMOVE_DIR, DECIDE_DIR, WHY_PATH,
	  "remove a directory" },
	{ "rename", DECIDE_RENAME, DECIDE_REGULAR, WHY_TWO,
	  "move to a new name" },
	{ "replace", DECIDE_RENAME, DECIDE_REGULAR, WHY_TWO,
	  "move over something that is there" },
	{ "exchange", DECIDE_EXCHANGE, DECIDE_REGULAR, WHY_TWO,
	  "exchange two files" },
	{ "link", DECIDE_LINK, DECIDE_REGULAR, WHY_TWO,
	  "make a second name" },
	{ "ioctl", DECIDE_IOCTL, DECIDE_CHAR, WHY_PATH, "control a device" },
	{ "stat", DECIDE_METADATA, DECIDE_REGULAR, WHY_PATH,
	  "look at size, owner and times" },
	{ "chmod", DECIDE_METADATA, DECIDE_REGULAR, WHY_PATH,
	  "change mode, owner or times" },
	{ "unix", DECIDE_CONNECT_UNIX, DECIDE_SOCK, WHY_PATH,
	  "connect to a socket in the file system" },
	{ "unix-bind", DECIDE_CREATE, DECIDE_SOCK, WHY_PATH,
	  "make a socket in the file system" },
	{ "abstract", DECIDE_CONNECT_ABSTRACT, DECIDE_REGULAR, WHY_NONE,
	  "connect to abstract sockets outside" },
	{ "connect", DECIDE_CONNECT_TCP, DECIDE_REGULAR, WHY_PORT,
	  "connect to a TCP port" },
	{ "bind", DECIDE_BIND_TCP, DECIDE_REGULAR, WHY_PORT,
	  "listen on a TCP port" },
	{ "udp-send", DECIDE_SEND_UDP, DECIDE_REGULAR, WHY_PORT,
	  "send to a UDP port" },
	{ "udp-bind", DECIDE_BIND_UDP, DECIDE_REGULAR, WHY_PORT,
	  "receive on a UDP port" },
	{ "socket", DECIDE_SOCKET, DECIDE_REGULAR, WHY_FAMILY,
	  "make a socket of inet, inet6, unix, netlink, packet or vsock" },
	{ "signal", DECIDE_SIGNAL, DECIDE_REGULAR, WHY_NONE,
	  "signal processes outside" },
};
/* clang-format on */

const struct why_word *
why_word(struct text word)
{
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (text_is(word, words[i].word))
			return &words[i];
	return NULL;
}

const struct why_word *
why_word_at(uint32_t i)
{
	return i < ARRAY_LEN(words) ? &words[i] : NULL;
}
