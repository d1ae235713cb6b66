#ifndef NONO_TREE_H
#define NONO_TREE_H

#include "compiler/decide/decide.h"

/*
 * A random file tree, really there: directories, files, devices, sockets,
 * links to all of them and second names.  The kernel decides on it and the
 * decider on what look() says of it.
 */
enum { NODES_MAX = 32, NODE_PATH_MAX = 512 };

struct node {
	char path[NODE_PATH_MAX]; /* absolute and canonical */
	enum decide_type type;
	uint64_t id; /* the inode, but of a directory */
	int vault;   /* number of its second name, to bring it back; -1 */
	int fd;	     /* of a socket that listens; -1 */
	bool filled; /* a directory with something in it */
};

struct tree {
	const char *base; /* holds the trees, the vault, the policies */
	unsigned serial;
	struct node nodes[NODES_MAX];
	unsigned n;
};

uint32_t below(uint32_t *seed, uint32_t n);

/* A new tree; the old one is gone.  `nodes[0]` is its top. */
void tree_make(struct tree *t, uint32_t *seed);
void tree_drop(struct tree *t);
/* A name that something in a tree could have. */
const char *tree_name(uint32_t *seed);
/* Another spelling of a path, through links, sometimes. */
void tree_alias(
    const struct tree *t, uint32_t *seed, const char *path, char *ret_path);
/* The node that a path is, or NULL. */
const struct node *tree_find(const struct tree *t, const char *path);
/* Brings a node back that was removed: the same inode under its old name. */
bool tree_restore(const struct tree *t, const struct node *node);

/* For struct decide_world: `context` is not used, the disk is asked. */
struct decide_look tree_look(void *context, struct text path);

#endif
