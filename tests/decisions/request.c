#define _GNU_SOURCE
#include <config.h>

#include "tests/decisions/request.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* clang-format off */
const char *const op_names[DECIDE_OPS] = {
	[DECIDE_READ] = "read",
	[DECIDE_WRITE] = "write",
	[DECIDE_UPDATE] = "update",
	[DECIDE_OVERWRITE] = "overwrite",
	[DECIDE_TRUNCATE] = "truncate",
	[DECIDE_LIST] = "list",
	[DECIDE_EXECUTE] = "execute",
	[DECIDE_CREATE] = "create",
	[DECIDE_WRITE_NEW] = "write-new",
	[DECIDE_TMPFILE] = "tmpfile",
	[DECIDE_REMOVE] = "remove",
	[DECIDE_REMOVE_DIR] = "remove-dir",
	[DECIDE_RENAME] = "rename",
	[DECIDE_EXCHANGE] = "exchange",
	[DECIDE_LINK] = "link",
	[DECIDE_IOCTL] = "ioctl",
	[DECIDE_CONNECT_UNIX] = "connect-unix",
	[DECIDE_CONNECT_TCP] = "connect-tcp",
	[DECIDE_BIND_TCP] = "bind-tcp",
	[DECIDE_SEND_UDP] = "send-udp",
	[DECIDE_BIND_UDP] = "bind-udp",
	[DECIDE_SOCKET] = "socket",
	[DECIDE_CONNECT_ABSTRACT] = "connect-abstract",
	[DECIDE_SIGNAL] = "signal",
	[DECIDE_METADATA] = "metadata",
};
/* clang-format on */

static struct decide_path
absolute(const char *path)
{
	return (struct decide_path){text_of(path + 1), BLOB_ROOT_SLASH};
}

static void
set_path(struct question *q, const struct node *node)
{
	snprintf(q->path, sizeof(q->path), "%s", node->path);
	q->request.path = absolute(q->path);
	q->request.type = node->type;
	q->request.id = node->id;
}

static void
set_to(struct question *q, const struct node *node)
{
	snprintf(q->to, sizeof(q->to), "%s", node->path);
	q->request.to = absolute(q->to);
	q->request.to_type = node->type;
	q->request.to_id = node->id;
	q->request.to_exists = true;
}

/* A name that is free, in some directory. */
static bool
free_name(const struct tree *t, uint32_t *seed, char *ret_path)
{
	const struct node *in = &t->nodes[below(seed, t->n)];

	if (in->type != DECIDE_DIR)
		return false;
	return snprintf(ret_path, NODE_PATH_MAX, "%s/%s", in->path,
		   tree_name(seed)) < NODE_PATH_MAX - 64 &&
	       tree_find(t, ret_path) == NULL;
}

/* One of this type; DECIDE_TYPES: of any but a directory or a link. */
static const struct node *
some_node(const struct tree *t, uint32_t *seed, enum decide_type type)
{
	for (unsigned tries = 0; tries < 32; tries++) {
		const struct node *n = &t->nodes[below(seed, t->n)];

		if (type != DECIDE_TYPES
			? n->type == type
			: n->type != DECIDE_DIR && n->type != DECIDE_SYMLINK)
			return n;
	}
	return NULL;
}

/* What may be removed or moved: a directory comes back by itself only. */
static bool
movable(const struct tree *t, const struct node *n)
{
	return n != &t->nodes[0] && (n->type != DECIDE_DIR || n->filled);
}

static bool
lies_in(const char *inner, const char *outer)
{
	const size_t n = strlen(outer);

	return strncmp(inner, outer, n) == 0 &&
	       (inner[n] == '/' || inner[n] == '\0');
}

static bool
make_move(
    struct question *q, uint32_t *seed, const struct tree *t, enum decide_op op)
{
	const struct node *from = &t->nodes[below(seed, t->n)];
	const struct node *to = &t->nodes[below(seed, t->n)];

	if (!movable(t, from))
		return false;
	set_path(q, from);
	if (op == DECIDE_EXCHANGE ||
	    (op == DECIDE_RENAME && below(seed, 3) == 0)) {
		if (!movable(t, to))
			return false;
		set_to(q, to);
	} else if (free_name(t, seed, q->to)) {
		q->request.to = absolute(q->to);
	} else {
		return false;
	}
	/* Of one within the other the kernel has its own opinion, first. */
	return !lies_in(q->to, q->path) && !lies_in(q->path, q->to);
}

static bool
make_on_node(struct question *q, const struct node *node)
{
	if (node == NULL)
		return false;
	set_path(q, node);
	return true;
}

static bool
make_file(
    struct question *q, uint32_t *seed, const struct tree *t, enum decide_op op)
{
	switch ((unsigned)op) {
	case DECIDE_OVERWRITE:
	case DECIDE_TRUNCATE:
	case DECIDE_EXECUTE:
		return make_on_node(q, some_node(t, seed, DECIDE_REGULAR));
	case DECIDE_LIST:
	case DECIDE_TMPFILE:
		return make_on_node(q, some_node(t, seed, DECIDE_DIR));
	case DECIDE_IOCTL:
		return make_on_node(q, some_node(t, seed, DECIDE_CHAR));
	case DECIDE_CONNECT_UNIX:
		return make_on_node(q, some_node(t, seed, DECIDE_SOCK));
	case DECIDE_METADATA:
		return make_on_node(q, &t->nodes[below(seed, t->n)]);
	case DECIDE_REMOVE:
	case DECIDE_REMOVE_DIR: {
		const struct node *n = &t->nodes[below(seed, t->n)];

		return movable(t, n) && make_on_node(q, n);
	}
	default:
		return make_on_node(q, some_node(t, seed, DECIDE_TYPES));
	}
}

static void
make_socket(struct question *q, uint32_t *seed)
{
	static const uint32_t families[] = {1, 2, 2, 10, 16, 17, 40, 43};
	static const uint32_t types[] = {1, 2, 3, 1 | 02000000, 2 | 04000};
	static const uint32_t protos[] = {0, 0, 6, 17, 1, 58, 132, 262};

	q->request.family = families[below(seed, ARRAY_LEN(families))];
	q->request.socktype = types[below(seed, ARRAY_LEN(types))];
	q->request.proto = protos[below(seed, ARRAY_LEN(protos))];
}

/* As the agent gets it: with paths spelled through links, sometimes. */
static void
pack(struct question *q, uint32_t *seed, const struct tree *t,
    const struct outside *o)
{
	const struct decide_request *r = &q->request;
	struct act *act = &q->act.act;
	char path[NODE_PATH_MAX], to[NODE_PATH_MAX];
	size_t n, m;

	tree_alias(t, seed, q->path, path);
	tree_alias(t, seed, q->to, to);
	/* The address of a socket is short. */
	if (r->type == DECIDE_SOCK || r->op == DECIDE_CONNECT_UNIX)
		snprintf(path, sizeof(path), "%s", q->path);
	if (r->op == DECIDE_CONNECT_ABSTRACT)
		snprintf(to, sizeof(to), "%s", o->abstract);
	n = strlen(path) + 1;
	m = strlen(to) + 1;
	*act = (struct act){
	    .size = (uint32_t)((sizeof(*act) + n + m + 7) / 8 * 8),
	    .op = (uint8_t)r->op,
	    .type = (uint8_t)r->type,
	    .port = (uint16_t)r->port,
	    .family = r->family,
	    .socktype = r->socktype,
	    .proto = r->proto,
	    .pid = o->pid,
	    .length = (uint16_t)n,
	};
	memcpy(q->act.bytes + sizeof(*act), path, n);
	memcpy(q->act.bytes + sizeof(*act) + n, to, m);
}

bool
question_make(struct question *q, uint32_t *seed, const struct tree *t,
    const struct outside *o, enum decide_op op)
{
	bool good = true;

	memset(&q->request, 0, sizeof(q->request));
	q->request.op = op;
	q->path[0] = q->to[0] = '\0';
	switch ((unsigned)op) {
	case DECIDE_CREATE:
	case DECIDE_WRITE_NEW:
		good = free_name(t, seed, q->path);
		q->request.path = absolute(q->path);
		if (op == DECIDE_CREATE)
			q->request.type =
			    (enum decide_type)below(seed, DECIDE_TYPES);
		good = good && (q->request.type != DECIDE_SOCK ||
				   strlen(q->path) < 100);
		break;
	case DECIDE_RENAME:
	case DECIDE_EXCHANGE:
	case DECIDE_LINK:
		good = make_move(q, seed, t, op);
		break;
	case DECIDE_CONNECT_TCP:
	case DECIDE_BIND_TCP:
	case DECIDE_SEND_UDP:
	case DECIDE_BIND_UDP:
		q->request.port = PORT_FIRST + below(seed, PORT_COUNT);
		if (below(seed, 6) == 0 &&
		    (op == DECIDE_BIND_TCP || op == DECIDE_BIND_UDP))
			q->request.port = 0;
		break;
	case DECIDE_SOCKET:
		make_socket(q, seed);
		break;
	case DECIDE_CONNECT_ABSTRACT:
	case DECIDE_SIGNAL:
		break;
	default:
		good = make_file(q, seed, t, op);
		break;
	}
	if (good)
		pack(q, seed, t, o);
	return good;
}

bool
question_changes(const struct question *q, const struct decide_answer *expected)
{
	switch ((unsigned)q->request.op) {
	case DECIDE_WRITE_NEW: /* denied, and there it is all the same */
		return expected->needs[1].missing == 0;
	case DECIDE_CREATE:
	case DECIDE_REMOVE:
	case DECIDE_REMOVE_DIR:
	case DECIDE_RENAME:
	case DECIDE_EXCHANGE:
	case DECIDE_LINK:
		return expected->verdict != DECIDE_DENIED;
	default:
		return false;
	}
}

static bool
gone(const char *path)
{
	struct stat st;

	return lstat(path, &st) != 0;
}

bool
question_undo(const struct question *q, const struct tree *t, int error)
{
	const struct node *node = tree_find(t, q->path);
	const struct node *to = tree_find(t, q->to);

	switch ((unsigned)q->request.op) {
	case DECIDE_CREATE:
	case DECIDE_WRITE_NEW:
		return gone(q->path) || remove(q->path) == 0;
	case DECIDE_REMOVE:
	case DECIDE_REMOVE_DIR:
		return !gone(q->path) || tree_restore(t, node);
	case DECIDE_LINK:
		return gone(q->to) || remove(q->to) == 0;
	case DECIDE_EXCHANGE:
		return error != 0 || syscall(SYS_renameat2, AT_FDCWD, q->path,
					 AT_FDCWD, q->to, RENAME_EXCHANGE) == 0;
	case DECIDE_RENAME:
		if (gone(q->path) && rename(q->to, q->path) != 0)
			return false;
		return to == NULL || !gone(q->to) || tree_restore(t, to);
	default:
		return true;
	}
}

static int
socket_outside(const struct decide_request *r)
{
	const int fd = socket((int)r->family, (int)r->socktype, (int)r->proto);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

bool
question_agrees(
    const struct question *q, const struct decide_answer *expected, int error)
{
	if (expected->verdict == DECIDE_DENIED)
		return error == expected->error;
	switch ((unsigned)q->request.op) {
	case DECIDE_SIGNAL:
	case DECIDE_CONNECT_ABSTRACT:
		return error != EPERM;
	case DECIDE_SOCKET: /* the kernel refuses some to everybody */
		return error == socket_outside(&q->request);
	case DECIDE_CONNECT_TCP:
	case DECIDE_BIND_TCP:
	case DECIDE_SEND_UDP:
	case DECIDE_BIND_UDP:
		return error != EACCES;
	default:
		return error != EACCES && error != EXDEV;
	}
}
