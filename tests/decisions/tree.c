#define _GNU_SOURCE
#include <config.h>

#include "tests/decisions/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINKS_MAX = 40, LOOK_MAX = 4096 };

uint32_t
below(uint32_t *seed, uint32_t n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(*seed >> 8) * n >> 24);
}

static void
broken(const char *what, const char *path)
{
	printf("Bail out! %s %s: %s\n", what, path, strerror(errno));
	exit(1);
}

/* All three after each other; what does not fit is no path of ours. */
static void
concat(char *to, size_t size, const char *a, const char *b, const char *c)
{
	const size_t na = strlen(a), nb = strlen(b), nc = strlen(c);

	errno = ENAMETOOLONG;
	if (na + nb + nc >= size)
		broken("spell", a);
	memcpy(to, a, na);
	memcpy(to + na, b, nb);
	memcpy(to + na + nb, c, nc + 1);
}

const char *
tree_name(uint32_t *seed)
{
	static char own[24];
	static const char *const names[] = {
	    "a", "ab", "b", "c.d", ".config", ".cache", "a-b"};
	const uint32_t i = below(seed, ARRAY_LEN(names) + 1);

	snprintf(own, sizeof(own), "u%u", (unsigned)getuid());
	return i == ARRAY_LEN(names) ? own : names[i];
}

static int
listening(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || strlen(path) >= sizeof(a.sun_path))
		return -1;
	memcpy(a.sun_path, path, strlen(path) + 1);
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    listen(fd, 64) == 0)
		return fd;
	close(fd);
	return -1;
}

/* A directory of the tree, by chance; never a deep one. */
static struct node *
some_directory(struct tree *t, uint32_t *seed)
{
	for (;;) {
		struct node *d = &t->nodes[below(seed, t->n)];
		unsigned depth = 0;

		for (const char *s = d->path + strlen(t->nodes[0].path);
		     *s != '\0'; s++)
			depth += *s == '/';
		if (d->type == DECIDE_DIR && depth < 4)
			return d;
	}
}

static const struct node *
some_file(const struct tree *t, uint32_t *seed)
{
	const struct node *n = &t->nodes[below(seed, t->n)];

	return n->vault < 0 ? NULL : n;
}

static bool
make_link(const struct tree *t, uint32_t *seed, const char *path)
{
	const struct node *to = &t->nodes[below(seed, t->n)];
	char missing[NODE_PATH_MAX + 16];

	/* Relative, to what is beside it; to something missing; absolute. */
	if (below(seed, 4) == 0)
		return symlink(tree_name(seed), path) == 0;
	if (below(seed, 6) == 0) {
		snprintf(missing, sizeof(missing), "%s/%s", to->path,
		    tree_name(seed));
		return symlink(missing, path) == 0;
	}
	return symlink(to->path, path) == 0;
}

static bool
make_object(struct tree *t, uint32_t *seed, struct node *node)
{
	const struct node *other;
	const char *path = node->path;

	switch (below(seed, 20)) {
	case 0:
	case 1:
		node->type = DECIDE_SYMLINK;
		return make_link(t, seed, path);
	case 2:
	case 3:
	case 11: /* a second name */
		other = some_file(t, seed);
		if (other == NULL)
			return false;
		node->type = other->type;
		return link(other->path, path) == 0;
	case 4:
		node->type = DECIDE_FIFO;
		return mkfifo(path, 0666) == 0;
	case 5:
		node->type = DECIDE_SOCK;
		node->fd = listening(path);
		return node->fd >= 0;
	case 6:
	case 7: /* root can make one, others do without */
		node->type = DECIDE_CHAR;
		if (mknod(path, S_IFCHR | 0666, makedev(1, 3)) == 0)
			return true;
		node->type = DECIDE_REGULAR;
		return mknod(path, S_IFREG | 0777, 0) == 0;
	case 8:
	case 9:
	case 10:
		node->type = DECIDE_REGULAR;
		return mknod(path, S_IFREG | 0777, 0) == 0;
	default:
		node->type = DECIDE_DIR;
		return mkdir(path, 0777) == 0;
	}
}

static void
vault_path(const struct tree *t, const struct node *node, char *ret_path)
{
	snprintf(ret_path, NODE_PATH_MAX, "%s/vault/%d", t->base, node->vault);
}

static void
add_node(struct tree *t, uint32_t *seed)
{
	struct node *parent = some_directory(t, seed);
	struct node *node = &t->nodes[t->n];
	char vault[NODE_PATH_MAX];
	struct stat st;

	*node = (struct node){.vault = -1, .fd = -1};
	if (strlen(parent->path) > NODE_PATH_MAX - 128)
		return;
	concat(
	    node->path, sizeof(node->path), parent->path, "/", tree_name(seed));
	if (tree_find(t, node->path) != NULL || !make_object(t, seed, node))
		return;
	if (lstat(node->path, &st) != 0)
		broken("stat", node->path);
	parent->filled = true;
	t->n++;
	if (node->type == DECIDE_DIR)
		return;
	node->id = st.st_ino;
	node->vault = (int)t->n;
	vault_path(t, node, vault);
	if (linkat(AT_FDCWD, node->path, AT_FDCWD, vault, 0) != 0)
		broken("link", vault);
}

void
tree_make(struct tree *t, uint32_t *seed)
{
	char vault[NODE_PATH_MAX], number[16];
	const unsigned want = 8 + below(seed, NODES_MAX - 8);

	tree_drop(t);
	snprintf(vault, sizeof(vault), "%s/vault", t->base);
	if (mkdir(vault, 0777) != 0)
		broken("mkdir", vault);
	t->nodes[0] = (struct node){.type = DECIDE_DIR, .vault = -1, .fd = -1};
	snprintf(number, sizeof(number), "%u", t->serial++);
	concat(t->nodes[0].path, NODE_PATH_MAX, t->base, "/t", number);
	if (mkdir(t->nodes[0].path, 0777) != 0)
		broken("mkdir", t->nodes[0].path);
	t->n = 1;
	for (unsigned tries = 0; t->n < want && tries < 4 * want; tries++)
		add_node(t, seed);
}

static int
drop_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void
tree_drop(struct tree *t)
{
	char vault[NODE_PATH_MAX];

	snprintf(vault, sizeof(vault), "%s/vault", t->base);
	(void)nftw(vault, drop_one, 8, FTW_DEPTH | FTW_PHYS);
	if (t->n == 0)
		return;
	for (unsigned i = 0; i < t->n; i++)
		if (t->nodes[i].fd >= 0)
			close(t->nodes[i].fd);
	if (nftw(t->nodes[0].path, drop_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
		broken("remove", t->nodes[0].path);
	t->n = 0;
}

const struct node *
tree_find(const struct tree *t, const char *path)
{
	for (unsigned i = 0; i < t->n; i++)
		if (strcmp(t->nodes[i].path, path) == 0)
			return &t->nodes[i];
	return NULL;
}

bool
tree_restore(const struct tree *t, const struct node *node)
{
	char vault[NODE_PATH_MAX];

	vault_path(t, node, vault);
	return linkat(AT_FDCWD, vault, AT_FDCWD, node->path, 0) == 0;
}

void
tree_alias(
    const struct tree *t, uint32_t *seed, const char *path, char *ret_path)
{
	const struct node *link = &t->nodes[below(seed, t->n)];
	struct decide_look at;
	size_t n;

	concat(ret_path, NODE_PATH_MAX, path, "", "");
	if (link->type != DECIDE_SYMLINK)
		return;
	at = tree_look(NULL,
	    (struct text){link->path + 1, (uint32_t)strlen(link->path + 1)});
	if (!at.there || !at.directory)
		return;
	n = at.real.len;
	if (strncmp(path + 1, at.real.s, n) == 0 && path[1 + n] == '/' &&
	    strlen(link->path) + strlen(path + 1 + n) < NODE_PATH_MAX - 64)
		concat(ret_path, NODE_PATH_MAX, link->path, path + 1 + n, "");
}

/* Cuts the last component off; the top stays. */
static void
up(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash != NULL)
		*slash = '\0';
}

/*
 * Follows links by hand, those that lead to something missing, too: `real`
 * grows by one component after the other of what is left.
 */
struct decide_look
tree_look(void *context, struct text path)
{
	static char real[LOOK_MAX], rest[LOOK_MAX], next[LOOK_MAX];
	char target[NODE_PATH_MAX + 64];
	static char hops[LINKS_MAX + 1][LOOK_MAX];
	static struct text texts[LINKS_MAX + 1];
	struct decide_look look = {.hops = texts};
	struct stat st;
	int links = 0;

	(void)context;
	real[0] = '\0';
	snprintf(rest, sizeof(rest), "%.*s", (int)path.len, path.s);
	look.there = true;
	while (*rest != '\0') {
		const size_t n = strcspn(rest, "/"), had = strlen(real);
		ssize_t len;

		concat(next, sizeof(next), rest + n + (rest[n] == '/'), "", "");
		rest[n] = '\0';
		if (strcmp(rest, "..") == 0)
			up(real);
		else if (n > 0)
			concat(real + had, sizeof(real) - had, "/", rest, "");
		len = look.there && n > 0
			  ? readlink(real, target, sizeof(target) - 1)
			  : -1;
		if (len > 0) {
			concat(
			    hops[links], sizeof(hops[links]), real + 1, "", "");
			texts[links] = text_of(hops[links]);
			look.nhops = (uint32_t)links + 1;
		}
		if (len > 0 && ++links > LINKS_MAX) {
			look.loop = true;
			look.there = false;
			break;
		}
		if (len > 0) {
			target[len] = '\0';
			if (*target == '/')
				real[0] = '\0';
			else
				up(real);
			concat(rest, sizeof(rest), target,
			    *next == '\0' ? "" : "/", next);
			continue;
		}
		memcpy(rest, next, sizeof(rest));
		if (n > 0)
			look.there = look.there && stat(real, &st) == 0;
	}
	if (*real == '\0')
		look.directory = true;
	else if (look.there) {
		look.directory = S_ISDIR(st.st_mode);
		look.regular = S_ISREG(st.st_mode);
		look.socket = S_ISSOCK(st.st_mode);
		look.id = look.directory ? 0 : st.st_ino;
	}
	look.real = text_of(*real == '\0' ? "" : real + 1);
	return look;
}
