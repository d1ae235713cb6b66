#include <config.h>

#include "compiler/seatbelt/equiv.h"

/* Requests: at the borders of what the profile names, and at random. */
enum { PORTS_AROUND = 3, WORDS_MAX = 3, SCRATCH_MAX = 1 << 16 };

/* xorshift64*: the same requests on every machine. */
static uint32_t
next(struct equiv *e, uint32_t below)
{
	e->random ^= e->random >> 12;
	e->random ^= e->random << 25;
	e->random ^= e->random >> 27;
	return (uint32_t)((e->random * 0x2545f4914f6cdd1dULL) >> 33) % below;
}

static bool
is_for_directories(enum equiv_op op)
{
	return op == EQUIV_LIST || op == EQUIV_MKDIR || op == EQUIV_RMDIR;
}

static bool
is_two_names(enum equiv_op op)
{
	return op == EQUIV_RENAME || op == EQUIV_LINK;
}

static void
ask(struct equiv *e, enum equiv_op op, struct text path, struct text to)
{
	struct equiv_request r = {.op = op, .path = path};

	/* What must be a directory is one, and a file is not. */
	if (is_for_directories(op) ? equiv_is_file(e, path)
				   : equiv_is_directory(e, path))
		return;
	/* Nothing lies below a file. */
	if (equiv_is_below_file(e, path) || equiv_is_below_file(e, to))
		return;
	if (is_two_names(op)) {
		if (equiv_is_directory(e, to) || text_equal(path, to))
			return;
		r.to = to;
	}
	equiv_ask(e, &r);
}

static struct text
beside(struct arena *a, struct text path, const char *name)
{
	while (path.len > 0 && path.s[path.len - 1] != '/')
		path.len--;
	return arena_printf(a, "%.*s%s", (int)path.len, path.s, name);
}

static struct text
below(struct arena *a, struct text path, const char *name)
{
	return arena_printf(
	    a, "%.*s/%s", path.len > 1 ? (int)path.len : 0, path.s, name);
}

/* Every operation on one path; two names: to its own surroundings. */
static void
ask_all(struct equiv *e, struct text path)
{
	struct arena *a = &e->scratch;
	const struct text targets[] = {
	    beside(a, path, "other"),
	    below(a, path, "other"),
	    TEXT("/scratch/tmp/other"),
	    TEXT("/etc/other"),
	};

	for (enum equiv_op op = 0; op < EQUIV_PATH_OPS; op++) {
		if (!is_two_names(op)) {
			ask(e, op, path, (struct text){0});
			continue;
		}
		for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
			ask(e, op, path, targets[i]);
			ask(e, op, targets[i], path);
		}
	}
}

static void
ask_around(struct equiv *e, struct path named)
{
	struct arena *a = &e->scratch;
	struct text path = equiv_place_path(a, named), up = path;

	ask_all(e, path);
	ask_all(e, below(a, path, "file"));
	ask_all(e, below(a, path, "dir/file"));
	if (path.len > 1) {
		ask_all(e, arena_printf(a, "%.*sx", (int)path.len, path.s));
		ask_all(
		    e, arena_printf(a, "%.*s.tmp.1.2", (int)path.len, path.s));
		ask_all(e, beside(a, path, "beside"));
	}
	while (up.len > 1 && up.s[up.len - 1] != '/')
		up.len--;
	if (up.len > 1)
		ask_all(e, (struct text){up.s, up.len - 1});
	arena_release(a);
	*a = (struct arena){0};
}

static void
ask_port(struct equiv *e, enum equiv_op op, uint32_t port)
{
	/* Which port the kernel picks for 0 is not asked here. */
	for (int elsewhere = 0; port > 0 && port < 65536 && elsewhere < 2;
	     elsewhere++) {
		const struct equiv_request r = {.op = op,
		    .port = (uint16_t)port,
		    .elsewhere = elsewhere != 0};

		equiv_ask(e, &r);
	}
}

void
equiv_borders(struct equiv *e)
{
	const struct capset *c = &e->compile->caps;

	for (uint32_t i = 0; i < c->caps.n; i++)
		ask_around(e, c->caps.v[i].path);
	for (uint32_t i = 0; i < c->denies.n; i++)
		ask_around(e, c->denies.v[i].path);
	for (unsigned r = 0; r < BLOB_ROOTS; r++)
		ask_around(e, (struct path){(enum blob_root)r, {"", 0}});
	for (enum equiv_op op = EQUIV_PATH_OPS; op < EQUIV_OPS; op++) {
		ask_port(e, op, 443);
		ask_port(e, op, 8080);
		for (uint32_t i = 0; i < c->ports.n; i++)
			for (uint32_t p = 0; p < PORTS_AROUND; p++)
				ask_port(e, op, c->ports.v[i].port + p - 1);
	}
}

static struct text
random_path(struct equiv *e)
{
	static const char *const words[] = {"a", "b.txt", "tmp", ".ssh",
	    "x.tmp.1.2", "cache", "bin", "run", "lib", "git"};
	const struct capset *c = &e->compile->caps;
	struct arena *a = &e->scratch;
	uint32_t pick = next(e, c->caps.n + c->denies.n + BLOB_ROOTS);
	struct path named = {(enum blob_root)0, {"", 0}};
	struct text path;

	if (pick < c->caps.n)
		named = c->caps.v[pick].path;
	else if (pick < c->caps.n + c->denies.n)
		named = c->denies.v[pick - c->caps.n].path;
	else
		named.root = (enum blob_root)(pick - c->caps.n - c->denies.n);
	path = equiv_place_path(a, named);
	for (uint32_t n = next(e, WORDS_MAX + 1); n > 0; n--) {
		const char *word = words[next(e, ARRAY_LEN(words))];

		path = next(e, 4) == 0 ? beside(a, path, word)
				       : below(a, path, word);
	}
	return path;
}

void
equiv_random(struct equiv *e, uint64_t requests)
{
	while (e->count.asked < requests) {
		enum equiv_op op = (enum equiv_op)next(e, EQUIV_OPS);

		if (op < EQUIV_PATH_OPS)
			ask(e, op, random_path(e), random_path(e));
		else
			ask_port(e, op, 1 + next(e, 65535));
		if (e->scratch.used < SCRATCH_MAX)
			continue;
		arena_release(&e->scratch);
		e->scratch = (struct arena){0};
	}
}
