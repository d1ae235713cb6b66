#include <config.h>

#include <dirent.h>
#include <stdlib.h>

#include "compiler/sbpl/sbpl.h"
#include "compiler/sbpl/seatbelt_text.h"
#include "tests/tap.h"

/*
 * Our own output, read back by our own grammar and judged.  First the text:
 * whatever bytes a path has, the filter is about that path.  Then whole files:
 * both readings of precedence give the same verdict on whatever a file names,
 * beside it, below and above.
 */
struct bench {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct sbpl_policy policy;
};

static const struct sbpl_param params[] = {
    {{"HOME", 4}, {"/Users/u.(x)", 12}},
    {{"CWD", 3}, {"/work/[p]", 9}},
    {{"TMPDIR", 6}, {"/private/var/folders/ab/T", 25}},
    {{"XDG_CONFIG_HOME", 15}, {"/Users/u.(x)/.config", 20}},
    {{"XDG_DATA_HOME", 13}, {"/Users/u.(x)/.local/share", 25}},
    {{"XDG_STATE_HOME", 14}, {"/Users/u.(x)/.local/state", 25}},
    {{"XDG_CACHE_HOME", 14}, {"/Users/u.(x)/.cache", 19}},
    {{"XDG_RUNTIME_DIR", 15}, {"/run/u", 6}},
    {{"UID", 3}, {"501", 3}},
    {{"PROXY_PORT", 10}, {"8080", 4}},
    {{"ALLOW_CWD", 9}, {"1", 1}},
};

static void
begin(struct bench *b)
{
	*b = (struct bench){0};
	b->diags = (struct diags){.arena = &b->arena, .sources = &b->sources};
	(void)VEC_PUSH(&b->arena, &b->sources.files);
}

static bool
load(struct bench *b, struct text text, uint32_t param_n)
{
	const struct sbpl_world world = {.params = params, .param_n = param_n};
	const struct sbpl_node *forms;
	uint32_t source;

	return source_from_text(
		   &b->sources, &b->arena, &b->diags, "t.sb", text, &source) &&
	       sbpl_read(&b->arena, &b->diags, &b->sources, source, &forms) &&
	       sbpl_load(&b->arena, &b->diags, &b->sources, forms, &world,
		   &b->policy);
}

/* One rule with one filter, read back: what it is about, or NULL. */
static const struct sbpl_filter *
filter(struct bench *b, enum seatbelt_filter kind, struct path path, bool data)
{
	struct seatbelt_text t = {.arena = &b->arena};

	seatbelt_puts(&t, "(version 1)\n(deny default)\n");
	seatbelt_rule(&t, TEXT("allow file-read*"), TEXT(""));
	seatbelt_item(&t);
	seatbelt_filter(&t, kind, path, data);
	seatbelt_rule_end(&t);
	if (t.bad_bytes ||
	    !load(b, (struct text){t.out.v, t.out.n}, ARRAY_LEN(params)) ||
	    b->policy.rules.n != 2)
		return NULL;
	return b->policy.rules.v[1].filter;
}

static bool
same_text(enum blob_root root, struct text suffix, bool data, const char *want)
{
	struct bench b;
	const struct sbpl_filter *f;
	bool same;

	begin(&b);
	f = filter(&b, SEATBELT_SUBPATH, (struct path){root, suffix}, data);
	same = f != NULL && f->kind == SBPL_FILTER_SUBPATH &&
	       text_is(f->text, want);
	arena_release(&b.arena);
	return same;
}

static void
spelling(void)
{
	OK(same_text(BLOB_ROOT_SLASH, TEXT(""), false, "/"));
	OK(same_text(BLOB_ROOT_SLASH, TEXT("usr/lib"), false, "/usr/lib"));
	OK(same_text(BLOB_ROOT_SLASH, TEXT("a\"b\\c"), false, "/a\"b\\c"));
	OK(same_text(BLOB_ROOT_SLASH, TEXT(") (allow default"), false,
	    "/) (allow default"));
	OK(same_text(BLOB_ROOT_SLASH, TEXT("a;b#|c|#"), false, "/a;b#|c|#"));
	OK(same_text(BLOB_ROOT_SLASH, TEXT("\\"), false, "/\\"));
	OK(same_text(BLOB_ROOT_SLASH, TEXT("\\\""), false, "/\\\""));
	OK(same_text(BLOB_ROOT_SLASH, TEXT("\\x41"), false, "/\\x41"));
	OK(same_text(BLOB_ROOT_SLASH, TEXT("\xc3\xa9"), false, "/\xc3\xa9"));
	OK(same_text(
	    BLOB_ROOT_SLASH, TEXT("x"), true, "/System/Volumes/Data/x"));
	OK(same_text(BLOB_ROOT_HOME, TEXT(""), false, "/Users/u.(x)"));
	OK(same_text(BLOB_ROOT_HOME, TEXT(".ssh"), false, "/Users/u.(x)/.ssh"));
	OK(same_text(BLOB_ROOT_HOME, TEXT(".ssh"), true,
	    "/System/Volumes/Data/Users/u.(x)/.ssh"));
	OK(same_text(BLOB_ROOT_TMPDIR, TEXT("a-\x01-b"), false,
	    "/private/var/folders/ab/T/a-501-b"));
	OK(same_text(BLOB_ROOT_SLASH, TEXT("\x01"), false, "/501"));
}

/* Control bytes: no text is made of them. */
static void
control_bytes(void)
{
	for (int c = 0; c < 256; c++) {
		struct bench b;
		struct seatbelt_text t;
		char byte = (char)c;
		bool control = (c < 0x20 || c == 0x7f) && c != BLOB_UID_BYTE;

		begin(&b);
		t = (struct seatbelt_text){.arena = &b.arena};
		seatbelt_string(&t, (struct text){&byte, 1});
		OK(t.bad_bytes == control);
		arena_release(&b.arena);
	}
}

/* A stretch of what a hostile name is made of, as valid UTF-8. */
static struct text
hostile(struct arena *a, unsigned *seed, uint32_t max)
{
	static const char *const pieces[] = {"\"", "\\", "(", ")", ";", "#",
	    "|", "'", "`", ",", ".", "*", "+", "?", "[", "]", "{", "}", "^",
	    "$", " ", "a", "x41", "n", "/b", "\xc3\xa9", "\xf0\x9f\x98\x80",
	    "#\"", "\\\"", "\")(allow default)", "${HOME}", "|#", "~", "-", "&",
	    "\xe2\x80\xa8"};
	uint32_t n = (uint32_t)(rand_r(seed) % (int)max) + 1;
	struct text t = {"", 0};

	while (n-- > 0)
		t = arena_printf(a, "%.*s%s", (int)t.len, t.s,
		    pieces[(size_t)rand_r(seed) % ARRAY_LEN(pieces)]);
	return t;
}

static void
hostile_names(void)
{
	unsigned seed = 5;
	bool all = true;

	for (unsigned i = 0; i < 4000 && all; i++) {
		struct arena a = {0};
		struct text name = hostile(&a, &seed, i % 10 == 0 ? 900 : 12);
		struct text home = arena_printf(
		    &a, "/Users/u.(x)/%.*s", (int)name.len, name.s);
		struct text slash =
		    arena_printf(&a, "/%.*s", (int)name.len, name.s);

		all = same_text(BLOB_ROOT_SLASH, name, false, slash.s) &&
		      same_text(BLOB_ROOT_HOME, name, false, home.s);
		if (!all)
			printf("# %.*s\n", (int)name.len, name.s);
		arena_release(&a);
	}
	OK(all);
}

/* No token is longer than what Apple's reader is known to take. */
static void
long_names(void)
{
	struct bench b;
	char name[4000];
	uint32_t in = 0, longest = 0;

	begin(&b);
	memset(name, 'a', sizeof(name));
	for (size_t i = 0; i + 1 < sizeof(name); i += 7)
		memcpy(name + i, "\xc3\xa9", 2);
	struct seatbelt_text t = {.arena = &b.arena};
	seatbelt_string(&t, (struct text){name, sizeof(name) - 1});
	for (uint32_t i = 0; i < t.out.n; i++) {
		in = t.out.v[i] == '"' ? 0 : in + 1;
		longest = in > longest ? in : longest;
	}
	OK(longest <= SEATBELT_LITERAL_MAX + 2);
	arena_release(&b.arena);
}

static enum sbpl_verdict
verdict(struct bench *b, enum sbpl_reading reading, const char *op,
    const char *path)
{
	struct sbpl_judge *j = sbpl_judge_open(&b->arena, &b->policy, reading);
	struct sbpl_request r = {
	    .op = sbpl_op_find(text_of(op)), .exact_case = true};
	struct sbpl_answer answer;

	r.facts[SBPL_FACT_PATH] = text_of(path);
	sbpl_decide(j, &r, &answer);
	sbpl_judge_close(j);
	return answer.verdict;
}

/* Filters that are regular expressions, on names that are not. */
static bool
matches(enum seatbelt_filter kind, enum blob_root root, const char *suffix,
    const char *path)
{
	struct bench b;
	const struct sbpl_filter *f;
	bool match;

	begin(&b);
	f = filter(&b, kind, (struct path){root, text_of(suffix)}, false);
	match = f != NULL && f->kind == SBPL_FILTER_REGEX &&
		verdict(&b, SBPL_READING_TREE, "file-read-data", path) ==
		    SBPL_ALLOW;
	arena_release(&b.arena);
	return match;
}

static void
regexes(void)
{
	const enum seatbelt_filter kids = SEATBELT_CHILDREN;
	const enum seatbelt_filter temp = SEATBELT_TEMPORARY;
	const enum seatbelt_filter fold = SEATBELT_FOLDED;

	OK(matches(kids, BLOB_ROOT_SLASH, "a.b[c]", "/a.b[c]/s"));
	OK(!matches(kids, BLOB_ROOT_SLASH, "a.b[c]", "/axb[c]/s"));
	OK(!matches(kids, BLOB_ROOT_SLASH, "a.b[c]", "/a.bc/s"));
	OK(!matches(kids, BLOB_ROOT_SLASH, "a.b[c]", "/a.b[c]/s/t"));
	OK(!matches(kids, BLOB_ROOT_SLASH, "a.b[c]", "/a.b[c]/"));
	OK(!matches(kids, BLOB_ROOT_SLASH, "a.b[c]", "/x/a.b[c]/s"));
	OK(matches(kids, BLOB_ROOT_HOME, "s", "/Users/u.(x)/s/one"));
	OK(!matches(kids, BLOB_ROOT_HOME, "s", "/Users/uy(x)/s/one"));
	OK(matches(kids, BLOB_ROOT_SLASH, "^$*+?{}|()\\", "/^$*+?{}|()\\/s"));
	OK(matches(temp, BLOB_ROOT_HOME, ".x.json",
	    "/Users/u.(x)/.x.json.tmp.12.345"));
	OK(!matches(temp, BLOB_ROOT_HOME, ".x.json",
	    "/Users/u.(x)/.x.json.tmp.12.345x"));
	OK(!matches(temp, BLOB_ROOT_HOME, ".x.json",
	    "/Users/u.(x)/.x.json.tmp.12/345"));
	OK(!matches(temp, BLOB_ROOT_HOME, ".x.json",
	    "/Users/u.(x)/.xyjson.tmp.12.345"));
	OK(matches(fold, BLOB_ROOT_HOME, ".Ssh-9[z", "/Users/u.(x)/.sSH-9[Z"));
	OK(matches(fold, BLOB_ROOT_HOME, ".ssh", "/Users/u.(x)/.ssh/id"));
	OK(matches(fold, BLOB_ROOT_HOME, ".ssh",
	    "/System/Volumes/Data/Users/u.(x)/.SSH/id"));
	OK(matches(fold, BLOB_ROOT_SLASH, "a", "/A"));
	OK(!matches(fold, BLOB_ROOT_SLASH, "a", "/b/A"));
	OK(!matches(fold, BLOB_ROOT_HOME, ".ssh", "/Users/u.(x)/.SSHX"));
	OK(!matches(fold, BLOB_ROOT_HOME, ".ssh", "/Users/u.(x)/xSSH"));
}

/* A rule grows to no more than libsandbox takes, and no filter is lost. */
static void
splitting(void)
{
	struct bench b;
	struct seatbelt_text t;
	uint32_t filters = 0;
	bool short_enough = true;

	begin(&b);
	t = (struct seatbelt_text){.arena = &b.arena};
	seatbelt_puts(&t, "(version 1)\n(deny default)\n");
	seatbelt_rule(&t, TEXT("allow file-read*"), TEXT(""));
	for (unsigned i = 0; i < 10000; i++) {
		struct text name = arena_printf(&b.arena, "dir/%u", i);

		seatbelt_item(&t);
		seatbelt_filter(&t, SEATBELT_SUBPATH,
		    (struct path){BLOB_ROOT_SLASH, name}, false);
	}
	seatbelt_rule_end(&t);
	OK(load(&b, (struct text){t.out.v, t.out.n}, 0));
	for (uint32_t i = 1; i < b.policy.rules.n; i++) {
		filters += b.policy.rules.v[i].filter->n;
		short_enough &= b.policy.rules.v[i].filter->n * 20 < 16 << 10;
	}
	OK(filters == 10000);
	OK(short_enough);
	arena_release(&b.arena);
}

/* Whole files. */

static const char *const path_operations[] = {"file-read-data",
    "file-read-metadata", "file-read-xattr", "file-write-data",
    "file-write-create", "file-write-unlink", "file-write-mode",
    "file-write-xattr", "file-link", "file-clone", "file-map-executable",
    "file-mknod", "process-exec*", "process-exec-interpreter",
    "network-outbound", "network-bind", "network-inbound"};

struct agreement {
	struct bench *b;
	struct sbpl_judge *tree, *last;
	unsigned asked, differ;
};

static void
ask(struct agreement *g, struct text path)
{
	for (size_t i = 0; i < ARRAY_LEN(path_operations); i++) {
		struct sbpl_request r = {
		    .op = sbpl_op_find(text_of(path_operations[i])),
		    .exact_case = true};
		struct sbpl_answer one, other;

		r.facts[SBPL_FACT_PATH] = path;
		r.facts[SBPL_FACT_EXTENSION] = SBPL_HAS_NONE;
		r.facts[SBPL_FACT_REMOTE] = SBPL_HAS_NONE;
		r.facts[SBPL_FACT_LOCAL] = SBPL_HAS_NONE;
		sbpl_decide(g->tree, &r, &one);
		sbpl_decide(g->last, &r, &other);
		g->asked++;
		if (one.verdict == other.verdict)
			continue;
		if (g->differ++ < 3)
			printf("# %s %.*s: %d and %d\n", path_operations[i],
			    (int)path.len, path.s, one.verdict, other.verdict);
	}
}

static struct text
other_case(struct arena *a, struct text path)
{
	char *s = arena_alloc(a, path.len + 1, 1);

	for (uint32_t i = 0; i < path.len; i++) {
		char c = path.s[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		s[i] = letter ? (char)(c ^ 0x20) : c;
	}
	return (struct text){s, path.len};
}

/* A path that a filter names, and its surroundings. */
static void
ask_around(struct agreement *g, struct text path)
{
	struct arena *a = &g->b->arena;
	struct text up = path;

	ask(g, path);
	ask(g, arena_printf(a, "%.*s/below", (int)path.len, path.s));
	ask(g, arena_printf(a, "%.*sx", (int)path.len, path.s));
	ask(g, arena_printf(a, "%.*s.tmp.1.2", (int)path.len, path.s));
	ask(g, other_case(a, path));
	ask(g, arena_printf(a, "%.*s/com.apple.launchd.x/Listeners",
		   (int)path.len, path.s));
	ask(g, arena_printf(a, "%.*s/ssh-x/agent.1", (int)path.len, path.s));
	while (up.len > 0 && up.s[up.len - 1] != '/')
		up.len--;
	ask(g, arena_printf(a, "%.*sbeside", (int)up.len, up.s));
	if (up.len > 1)
		ask(g, (struct text){up.s, up.len - 1});
	ask(g,
	    arena_printf(a, "/System/Volumes/Data%.*s", (int)path.len, path.s));
}

static void
ask_filter(struct agreement *g, const struct sbpl_filter *f)
{
	if (f == NULL)
		return;
	for (uint32_t i = 0; i < f->n; i++)
		ask_filter(g, f->parts[i]);
	if (f->fact == SBPL_FACT_PATH && f->text.len > 0 &&
	    f->text.s[0] == '/' && f->kind != SBPL_FILTER_REGEX)
		ask_around(g, f->text);
}

static void
agree(const char *path, uint32_t param_n)
{
	struct bench b;
	struct agreement g = {.b = &b};
	const struct sbpl_world world = {.params = params, .param_n = param_n};
	const struct sbpl_node *forms;
	uint32_t source;
	bool read;

	begin(&b);
	read =
	    source_read(&b.sources, &b.arena, &b.diags, path, (struct span){0},
		&source) &&
	    sbpl_read(&b.arena, &b.diags, &b.sources, source, &forms) &&
	    sbpl_load(&b.arena, &b.diags, &b.sources, forms, &world, &b.policy);
	OK(read && b.diags.warnings == 0);
	if (!read) {
		printf("# %s\n", path);
		arena_release(&b.arena);
		return;
	}
	g.tree = sbpl_judge_open(&b.arena, &b.policy, SBPL_READING_TREE);
	g.last = sbpl_judge_open(&b.arena, &b.policy, SBPL_READING_LAST);
	for (uint32_t i = 0; i < b.policy.rules.n; i++)
		ask_filter(&g, b.policy.rules.v[i].filter);
	OK(g.asked > 1000 && g.differ == 0);
	if (g.differ > 0)
		printf("# %s: of %u, %u\n", path, g.asked, g.differ);
	sbpl_judge_close(g.tree);
	sbpl_judge_close(g.last);
	arena_release(&b.arena);
}

static unsigned
agree_in(const char *dir)
{
	const char *top = getenv("TOP_SRCDIR");
	struct arena a = {0};
	struct text path =
	    arena_printf(&a, "%s/tests/%s", top == NULL ? "." : top, dir);
	DIR *listing = opendir(path.s);
	struct dirent *entry;
	unsigned files = 0;

	while (listing != NULL && (entry = readdir(listing)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.');
		const char *file =
		    arena_printf(&a, "%s/%s", path.s, entry->d_name).s;

		if (dot == NULL || strcmp(dot, ".sb") != 0)
			continue;
		/* The last parameter is the user's yes. */
		agree(file, ARRAY_LEN(params));
		agree(file, ARRAY_LEN(params) - 1);
		files++;
	}
	if (listing != NULL)
		(void)closedir(listing);
	arena_release(&a);
	return files;
}

int
main(void)
{
	spelling();
	control_bytes();
	hostile_names();
	long_names();
	regexes();
	splitting();
	OK(agree_in("shipped") > 0);
	OK(agree_in("golden") > 0);
	return tap_end();
}
