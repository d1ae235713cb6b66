#ifndef NONO_TESTS_SBPL_TEXT_H
#define NONO_TESTS_SBPL_TEXT_H

#include <stdlib.h>

#include "compiler/base/diag_record.h"
#include "compiler/base/vec.h"
#include "compiler/seatbelt/sbpl_file.h"
#include "tests/unit/random.h"

/*
 * Random small Seatbelt texts, all paths of a small world to ask them about,
 * and two of them loaded.
 */
enum { PATHS_MAX = 512, TEXT_MAX = 2048 };

static uint32_t seed = 4711;
static char paths[PATHS_MAX][32];
static uint32_t path_n;

static inline void
fill_below(const char *top, unsigned depth)
{
	static const char *const names[] = {"a", "b", "A", "ab"};

	for (size_t i = 0; depth > 0 && i < ARRAY_LEN(names); i++) {
		char path[32];

		(void)snprintf(path, sizeof(path), "%.24s/%.4s", top, names[i]);
		memcpy(paths[path_n++], path, sizeof(path));
		fill_below(path, depth - 1);
	}
}

static inline void
fill_paths(void)
{
	static const char *const tops[] = {
	    "/Users", "/private/tmp", "$HOME", "$CWD"};

	strcpy(paths[path_n++], "/");
	fill_below("", 3);
	for (size_t i = 0; i < ARRAY_LEN(tops); i++) {
		strcpy(paths[path_n++], tops[i]);
		fill_below(tops[i], 2);
	}
}

static inline const char *
one_of(const char *const *list, uint32_t n)
{
	return list[random_below(&seed, n)];
}
#define ONE_OF(list) one_of((list), ARRAY_LEN(list))

static inline void
put_filter(char *to, unsigned depth)
{
	static const char *const kinds[] = {
	    "literal", "subpath", "subpath", "prefix", "path-ancestors"};
	static const char *const places[] = {"/", "/a", "/a/b", "/a/b/ab",
	    "/ab", "/A", "/b", "/b/A", "/Users", "/Users/a", "/Users/a/b"};
	static const char *const below[] = {
	    "", "/a", "/b", "/A", "/a/b", "/ab"};
	static const char *const regexes[] = {"^/a$", "^/a/[^/]+$", "b(/|$)",
	    "^/[ab]+(/|$)", "^/a/.*b$", "^(/a|/b)/a", "/A", "^/a/\\\\d",
	    "^\\\\$HOME/a", "^/Users/[^/]+/b$", "^/[^/]+$", "^/(a|b/)+$"};
	char text[128];

	if (depth > 0 && random_below(&seed, 6) == 0) {
		static const char *const joins[] = {
		    "require-any", "require-all", "require-not"};
		const char *join = ONE_OF(joins);

		sprintf(to + strlen(to), " (%s", join);
		put_filter(to, depth - 1);
		if (strcmp(join, "require-not") != 0)
			put_filter(to, depth - 1);
		strcat(to, ")");
		return;
	}
	switch (random_below(&seed, 4)) {
	case 0:
		(void)snprintf(
		    text, sizeof(text), " (regex \"%s\")", ONE_OF(regexes));
		break;
	case 1:
		(void)snprintf(text, sizeof(text),
		    " (subpath (string-append (param \"%s\") \"%s\"))",
		    random_below(&seed, 2) == 0 ? "HOME" : "CWD",
		    ONE_OF(below));
		break;
	default:
		(void)snprintf(text, sizeof(text), " (%s \"%s\")",
		    ONE_OF(kinds), ONE_OF(places));
		break;
	}
	strcat(to, text);
}

static inline void
random_text(char *to)
{
	static const char *const ops[] = {"file-read*", "file-write*",
	    "file-write-data", "file-read-data", "process-exec*",
	    "file-write-create file-read*", "file*"};

	strcpy(to, "(version 1)\n(deny default)\n");
	for (unsigned n = 1 + random_below(&seed, 4); n > 0; n--) {
		sprintf(to + strlen(to), "(%s %s",
		    random_below(&seed, 3) == 0 ? "deny" : "allow",
		    ONE_OF(ops));
		for (unsigned k = 1 + random_below(&seed, 2); k > 0; k--)
			put_filter(to, 1);
		strcat(to, ")\n");
	}
}

/* A root that neither text names is nobody's. */
static inline bool
is_named(const char *path, const char *const texts[2])
{
	const char *root = path[0] != '$'		    ? ""
			   : strncmp(path, "$HOME", 5) == 0 ? "\"HOME\""
							    : "\"CWD\"";

	return strstr(texts[0], root) != NULL || strstr(texts[1], root) != NULL;
}

struct loaded {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct sbpl_file files[2];
};

static inline bool
load(struct loaded *l, const char *const texts[2],
    const struct sbpl_param *params, uint32_t n)
{
	const struct sbpl_world world = {
	    .params = params, .param_n = n, .symbolic = true};

	*l = (struct loaded){.arena = {0}};
	l->diags.arena = &l->arena;
	l->diags.sources = &l->sources;
	for (unsigned i = 0; i < 2; i++) {
		uint32_t source;

		if (!source_from_text(&l->sources, &l->arena, &l->diags, "r.sb",
			text_of(texts[i]), &source) ||
		    !sbpl_file_open_source(&l->arena, &l->diags, &l->sources,
			"r.sb", source, &world, &l->files[i]))
			return false;
	}
	return true;
}

static inline void
unload(struct loaded *l)
{
	sbpl_file_close(&l->files[0]);
	sbpl_file_close(&l->files[1]);
	arena_release(&l->arena);
}

#endif
