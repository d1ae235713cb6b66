#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/compile.h"
#include "runtime/sha256.h"

/*
 * rewrites DIRECTORY DATA SEED POLICIES
 *
 * The canonical form: of random profiles, every rewriting that keeps the
 * meaning gives the same bytes, and no change of the meaning does.  DIRECTORY
 * is where the profiles are written.  Prints TAP points for a number of
 * policies at a time; a failure is printed with both texts.
 */
enum {
	REWRITES = 20, /* of each policy */
	ENTRIES_MAX = 12,
	DENIES_MAX = 3,
	PORTS_MAX = 3,
	VARS_MAX = 3,
	TEXT_MAX = 1 << 16,
	BATCH = 100, /* policies a TAP point */
};

enum field { ALLOW, READ, WRITE, ALLOW_FILE, READ_FILE, WRITE_FILE, FIELDS };

static const char *const field_names[FIELDS] = {
    "allow", "read", "write", "allow_file", "read_file", "write_file"};

/* A path is a root, a name that no other entry has, and perhaps one below. */
struct entry {
	unsigned root;
	unsigned name;
	bool below;
	enum field field;
	bool only_macos; /* behind a condition that does not hold */
};

enum { ROOTS = 5 };
/* Each root in all ways to write it. */
static const char *const roots[ROOTS][4] = {
    {"$HOME", "~", "${HOME}", "$HOME/."},
    {"$CWD", "${CWD}", "$WORKDIR", "${WORKDIR}"},
    {"/opt", "//opt", "/./opt", "/opt/."},
    {"$XDG_CONFIG_HOME", "${XDG_CONFIG_HOME}", "$XDG_CONFIG_HOME/.",
	"$XDG_CONFIG_HOME"},
    {"$TMPDIR", "${TMPDIR}", "$TMPDIR/.", "$TMPDIR"},
};

struct model {
	struct entry entries[ENTRIES_MAX];
	unsigned nentries;
	unsigned denies[DENIES_MAX], ndenies; /* names below $HOME/.denied */
	unsigned ports[PORTS_MAX], nports;
	unsigned vars[VARS_MAX], nvars; /* names of denied variables */
	unsigned workdir;		/* none, read, write, readwrite */
	bool block;
};

static uint64_t state;

static unsigned
below(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 20) % n);
}

static bool
chance(unsigned in)
{
	return below(in) == 0;
}

static struct entry
random_entry(unsigned name)
{
	return (struct entry){
	    .root = below(ROOTS),
	    .name = name,
	    .below = chance(3),
	    .field = (enum field)below(FIELDS),
	};
}

static void
random_model(struct model *m)
{
	*m = (struct model){.workdir = below(4), .block = chance(3)};
	m->nentries = 1 + below(ENTRIES_MAX - 1);
	for (unsigned i = 0; i < m->nentries; i++)
		m->entries[i] = random_entry(i);
	m->ndenies = below(DENIES_MAX);
	for (unsigned i = 0; i < m->ndenies; i++)
		m->denies[i] = i;
	m->nports = m->block ? 0 : below(PORTS_MAX);
	for (unsigned i = 0; i < m->nports; i++)
		m->ports[i] = 1000 + i * 7 + below(7);
	m->nvars = below(VARS_MAX);
	for (unsigned i = 0; i < m->nvars; i++)
		m->vars[i] = i;
}

/* Changes what the model means, in one place. */
static void
mutate(struct model *m)
{
	struct entry *e = &m->entries[below(m->nentries)];

	switch (below(9)) {
	case 0: /* one path more */
		m->entries[m->nentries] = random_entry(m->nentries);
		m->nentries++;
		break;
	case 1: /* another access or kind */
		e->field =
		    (enum field)((e->field + 1 + below(FIELDS - 1)) % FIELDS);
		break;
	case 2: /* another path */
		e->name += 100;
		break;
	case 3:
		e->below = !e->below;
		break;
	case 4:
		e->root = (e->root + 1 + below(ROOTS - 1)) % ROOTS;
		break;
	case 5:
		m->workdir = (m->workdir + 1 + below(3)) % 4;
		break;
	case 6:
		m->denies[m->ndenies] = 10;
		m->ndenies++;
		break;
	case 7:
		if (m->block)
			m->block = false;
		else
			m->ports[m->nports++] = 2000;
		break;
	case 8:
		m->vars[m->nvars++] = 10;
		break;
	}
}

/* --- Writing it down, in one of many ways -------------------------------- */

struct writer {
	char text[TEXT_MAX];
	size_t n;
	bool yaml, comments, shuffle, respell;
};

static void __attribute__((format(printf, 2, 3)))
put(struct writer *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	w->n +=
	    (size_t)vsnprintf(w->text + w->n, sizeof(w->text) - w->n, fmt, ap);
	va_end(ap);
	if (w->n >= sizeof(w->text))
		abort();
}

/* Blank space and comments where the language takes them. */
static void
gap(struct writer *w)
{
	static const char *const gaps[] = {
	    " ", "\n", "\t", " /* a: [] */ ", "// }\n", "\r\n"};

	if (!w->yaml && w->comments)
		put(w, "%s", gaps[below(6)]);
}

static void
put_string(struct writer *w, const char *s)
{
	put(w, "\"");
	for (; *s != '\0'; s++) {
		if (w->respell && chance(12))
			put(w, "\\u%04x", (unsigned)*s);
		else
			put(w, "%c", *s);
	}
	put(w, "\"");
}

static void
put_path(struct writer *w, const struct entry *e)
{
	char path[128];
	const char *root = roots[e->root][w->respell ? below(4) : 0];
	const char *slash = w->respell && chance(4) ? "//" : "/";

	snprintf(path, sizeof(path), "%s%sname%u%s%s", root, slash, e->name,
	    e->below ? "/below" : "", w->respell && chance(4) ? "/" : "");
	if (e->only_macos || (w->respell && chance(6))) {
		put(w, w->yaml ? "{path: " : "{\"path\":");
		put_string(w, path);
		put(w, w->yaml ? ", when: %s}" : ",\"when\":\"%s\"}",
		    e->only_macos ? "macos" : "linux");
	} else {
		put_string(w, path);
	}
}

/* "key: [", its items by `item`, "]": the same in both languages. */
static void
put_list(struct writer *w, const char *key, unsigned n,
    void (*item)(struct writer *w, const void *context, unsigned i),
    const void *context)
{
	put(w, w->yaml ? "  %s: [" : "\"%s\":[", key);
	for (unsigned i = 0; i < n; i++) {
		gap(w);
		item(w, context, i);
		if (i + 1 < n || (w->comments && chance(2)))
			put(w, ",%s", w->yaml ? " " : "");
	}
	put(w, "]%s", w->yaml ? "\n" : "");
}

static void
shuffle(void *v, size_t n, size_t size)
{
	char *p = v, tmp[64];

	for (size_t i = n; i > 1; i--) {
		char *a = p + (i - 1) * size;
		char *b = p + below((unsigned)i) * size;

		memcpy(tmp, a, size);
		memcpy(a, b, size);
		memcpy(b, tmp, size);
	}
}

static void
item_entry(struct writer *w, const void *context, unsigned i)
{
	put_path(w, (const struct entry *)context + i);
}

static void
item_deny(struct writer *w, const void *context, unsigned i)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/.denied/%u",
	    roots[0][w->respell ? below(3) : 0],
	    ((const unsigned *)context)[i]);
	put_string(w, path);
}

static void
item_port(struct writer *w, const void *context, unsigned i)
{
	put(w, "%u", ((const unsigned *)context)[i]);
}

static void
item_var(struct writer *w, const void *context, unsigned i)
{
	char name[64];

	snprintf(name, sizeof(name), "VAR%u", ((const unsigned *)context)[i]);
	put_string(w, name);
}

static void
open_object(struct writer *w, const char *key)
{
	put(w, w->yaml ? "%s:\n" : "\"%s\":{", key);
}

static void
next_key(struct writer *w, bool *first)
{
	if (!w->yaml && !*first)
		put(w, ",");
	gap(w);
	*first = false;
}

static void
put_filesystem(struct writer *w, const struct entry *e, unsigned n,
    const unsigned *denies, unsigned ndenies)
{
	unsigned order[FIELDS] = {0, 1, 2, 3, 4, 5};
	struct entry of[4 * ENTRIES_MAX];
	bool first = true;

	if (n == 0 && ndenies == 0)
		return;
	if (w->shuffle)
		shuffle(order, FIELDS, sizeof(*order));
	open_object(w, "filesystem");
	for (unsigned f = 0; f < FIELDS; f++) {
		unsigned found = 0;

		for (unsigned i = 0; i < n; i++)
			if (e[i].field == order[f])
				of[found++] = e[i];
		if (found == 0)
			continue;
		next_key(w, &first);
		put_list(w, field_names[order[f]], found, item_entry, of);
	}
	if (ndenies > 0) {
		next_key(w, &first);
		put_list(w, "deny", ndenies, item_deny, denies);
	}
	put(w, w->yaml ? "" : "}");
}

static void
put_settings(struct writer *w, const struct model *m, unsigned which)
{
	static const char *const access[] = {
	    "none", "read", "write", "readwrite"};

	switch (which) {
	case 0:
		open_object(w, "workdir");
		put(w, w->yaml ? "  access: %s\n" : "\"access\":\"%s\"}",
		    access[m->workdir]);
		break;
	case 1:
		open_object(w, "network");
		if (m->block)
			put(w, w->yaml ? "  block: true\n" : "\"block\":true");
		else
			put_list(
			    w, "connect_port", m->nports, item_port, m->ports);
		put(w, w->yaml ? "" : "}");
		break;
	case 2:
		open_object(w, "environment");
		put_list(w, "deny_vars", m->nvars, item_var, m->vars);
		put(w, w->yaml ? "" : "}");
		break;
	}
}

static void
put_head(struct writer *w, const char *name, bool extends)
{
	if (w->yaml) {
		put(w, "meta: {name: \"%s\"}\n", name);
		if (extends)
			put(w, "extends: base\n");
		return;
	}
	put(w, "{");
	gap(w);
	put(w, "\"meta\":{\"name\":\"%s\"}", name);
	if (extends)
		put(w, ",\"extends\":%s",
		    chance(2) ? "\"base\"" : "[\"base\"]");
}

/* The whole profile; entries from `from` on are left to the base. */
static void
write_profile(struct writer *w, const struct model *m, const struct entry *e,
    unsigned n, bool extends)
{
	unsigned order[4] = {0, 1, 2, 3};

	w->n = 0;
	put_head(w, "random", extends);
	if (w->shuffle)
		shuffle(order, 4, sizeof(*order));
	for (unsigned i = 0; i < 4; i++) {
		const bool empty =
		    order[i] == 3
			? n == 0 && m->ndenies == 0
			: (order[i] == 1 && m->nports == 0 && !m->block) ||
			      (order[i] == 2 && m->nvars == 0);

		if (empty)
			continue;
		if (!w->yaml)
			put(w, ",");
		gap(w);
		if (order[i] == 3)
			put_filesystem(w, e, n, m->denies, m->ndenies);
		else
			put_settings(w, m, order[i]);
	}
	if (!w->yaml)
		put(w, "%s}", w->comments && chance(2) ? "," : "");
	gap(w);
}

/* Twice the same, `allow_file` in halves, a condition that does not hold. */
static unsigned
rewrite_entries(struct entry *e, unsigned n)
{
	const unsigned all = n;

	for (unsigned i = 0; i < all; i++) {
		if (chance(4))
			e[n++] = e[i];
		/* Not `allow`: `read` would take a file, too. */
		if (chance(4) && e[i].field == ALLOW_FILE) {
			e[n] = e[i];
			e[n++].field = WRITE_FILE;
			e[i].field = READ_FILE;
		}
		if (chance(6)) {
			e[n] = random_entry(900);
			e[n++].only_macos = true;
		}
	}
	shuffle(e, n, sizeof(*e));
	return n;
}

/* --- Compiling it -------------------------------------------------------- */

static const char *directory, *data;

static void
save(const char *name, const struct writer *w)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	f = fopen(path, "w");
	if (f == NULL || fwrite(w->text, 1, w->n, f) != w->n ||
	    fclose(f) != 0) {
		perror(path);
		exit(2);
	}
}

/* The bytes without provenance; NULL: it was refused. */
static uint8_t *
compile_file(const char *name, uint32_t *ret_size)
{
	char path[512];
	const uint8_t *bytes;
	uint8_t *copy = NULL;
	struct compile c;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	compile_init(&c);
	c.store.data = data;
	if (compile_profile(&c, path) &&
	    compile_emit(&c, false, &bytes, ret_size)) {
		copy = malloc(*ret_size);
		if (copy == NULL)
			abort();
		memcpy(copy, bytes, *ret_size);
	}
	compile_finish(&c);
	return copy;
}

static uint8_t *
compile_plain(const struct model *m, struct writer *w, uint32_t *ret_size)
{
	*w = (struct writer){0};
	write_profile(w, m, m->entries, m->nentries, false);
	save("plain.json", w);
	return compile_file("plain.json", ret_size);
}

static uint8_t *
compile_rewritten(const struct model *m, struct writer *w, uint32_t *ret_size)
{
	static struct writer base;
	const bool extends = chance(3);
	struct entry e[4 * ENTRIES_MAX];
	unsigned n = m->nentries, mine;
	const char *name;

	memcpy(e, m->entries, n * sizeof(*e));
	n = rewrite_entries(e, n);
	mine = extends ? below(n + 1) : n;
	w->yaml = chance(3);
	w->comments = !w->yaml && chance(2);
	w->shuffle = chance(2);
	w->respell = chance(2);
	name = w->yaml ? "other.yaml" : "other.json";
	if (extends) {
		const struct model empty = {0};

		base = *w;
		base.yaml = false;
		write_profile(&base, &empty, e + mine, n - mine, false);
		save("base.json", &base);
	}
	write_profile(w, m, e, mine, extends);
	save(name, w);
	return compile_file(name, ret_size);
}

static bool
complain(const char *what, const struct writer *a, const struct writer *b)
{
	printf("# %s\n# --- one:\n", what);
	for (const struct writer *w = a; w != NULL; w = w == a ? b : NULL) {
		if (w == b)
			printf("# --- other:\n");
		printf("# ");
		for (size_t i = 0; i < w->n; i++) {
			putchar(w->text[i]);
			if (w->text[i] == '\n')
				printf("# ");
		}
		putchar('\n');
	}
	return false;
}

/* One policy, its rewritings and one change of it. */
static bool
try(void)
{
	static struct writer plain, other;
	struct model m, changed;
	uint32_t size, size2;
	uint8_t *bytes, *bytes2;
	bool good = true, same;

	random_model(&m);
	bytes = compile_plain(&m, &plain, &size);
	if (bytes == NULL)
		return complain("refused", &plain, NULL);
	for (unsigned i = 0; i < REWRITES && good; i++) {
		bytes2 = compile_rewritten(&m, &other, &size2);
		if (bytes2 == NULL)
			good = complain("refused", &plain, &other);
		else if (size != size2 || memcmp(bytes, bytes2, size) != 0)
			good = complain("the bytes differ", &plain, &other);
		free(bytes2);
	}
	changed = m;
	mutate(&changed);
	bytes2 = compile_plain(&changed, &other, &size2);
	same = bytes2 != NULL &&
	       memcmp(bytes + BLOB_H_ID, bytes2 + BLOB_H_ID, SHA256_SIZE) == 0;
	if (bytes2 == NULL)
		good = complain("refused", &other, NULL);
	else if (same)
		good = complain("the ids are the same", &plain, &other);
	free(bytes);
	free(bytes2);
	return good;
}

int
main(int argc, char **argv)
{
	unsigned long policies, point = 0;
	bool all = true;

	if (argc != 5) {
		fprintf(stderr, "usage: rewrites DIR DATA SEED POLICIES\n");
		return 2;
	}
	directory = argv[1];
	data = argv[2];
	state = strtoull(argv[3], NULL, 0) * 2654435761u + 1;
	policies = strtoul(argv[4], NULL, 0);
	/* Warnings, of what is said twice: thousands of them. */
	if (freopen("/dev/null", "w", stderr) == NULL)
		return 2;
	for (unsigned long i = 0; i < policies; i += BATCH) {
		bool good = true;

		for (unsigned long n = i; n < i + BATCH && n < policies; n++)
			good = try() && good;
		printf(
		    "%s %lu - %d policies, %d rewritings and a change each\n",
		    good ? "ok" : "not ok", ++point, BATCH, REWRITES);
		fflush(stdout);
		all = all && good;
	}
	printf("1..%lu\n", point);
	return all ? 0 : 1;
}
