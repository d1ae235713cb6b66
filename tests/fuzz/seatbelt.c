#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "compiler/sbpl/sbpl.h"
#include "compiler/sbpl/seatbelt_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/*
 * The one place that escapes: whatever bytes a name has, what is written of it
 * reads back as that name and nothing more.  As a literal and a subpath it is
 * the same text; as a regular expression it matches exactly that name; in a
 * comment it stays in it.  What no Seatbelt file can hold is said to be so.
 */
static void
must(bool fact)
{
	if (!fact)
		abort();
}

struct back {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct sbpl_policy policy;
	bool good;
};

static const struct sbpl_param params[] = {
    {{"HOME", 4}, {"/Users/u.(x)[y]", 15}},
    {{"UID", 3}, {"501", 3}},
};

static void
begin(struct back *b)
{
	*b = (struct back){0};
	b->diags = (struct diags){.arena = &b->arena, .sources = &b->sources};
	(void)VEC_PUSH(&b->arena, &b->sources.files);
}

static void
read_back(struct back *b, const struct seatbelt_text *t)
{
	const struct sbpl_world world = {
	    .params = params, .param_n = ARRAY_LEN(params)};
	const struct sbpl_node *forms;
	uint32_t source;

	b->good =
	    source_from_text(&b->sources, &b->arena, &b->diags, "f.sb",
		(struct text){t->out.v, t->out.n}, &source) &&
	    sbpl_read(&b->arena, &b->diags, &b->sources, source, &forms) &&
	    sbpl_load(
		&b->arena, &b->diags, &b->sources, forms, &world, &b->policy);
}

/* (deny default) and one rule with one filter. */
static const struct sbpl_filter *
only_filter(struct back *b, struct seatbelt_text *t, enum seatbelt_filter kind,
    struct path path, bool data)
{
	*t = (struct seatbelt_text){.arena = &b->arena, .comments = true};
	seatbelt_puts(t, "(version 1)\n(deny default)\n");
	seatbelt_rule(t, TEXT("allow file-read*"), TEXT(""));
	seatbelt_item(t);
	seatbelt_filter(t, kind, path, data);
	seatbelt_comment(t, "\t; ", diag_safe(&b->arena, path.suffix));
	seatbelt_rule_end(t);
	if (t->bad_bytes)
		return NULL;
	read_back(b, t);
	must(b->good && b->policy.rules.n == 2);
	must(!b->policy.rules.v[0].allow && b->policy.rules.v[1].allow);
	return b->policy.rules.v[1].filter;
}

/* The name as macOS gets it. */
static struct text
spelled(struct arena *a, const char *before, struct text name)
{
	struct text t = arena_printf(a, "%s/", before);

	for (uint32_t i = 0; i < name.len; i++)
		t = name.s[i] == BLOB_UID_BYTE
			? arena_printf(a, "%.*s501", (int)t.len, t.s)
			: arena_printf(a, "%.*s%c", (int)t.len, t.s, name.s[i]);
	return t;
}

static bool
is_control(struct text name)
{
	for (uint32_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.s[i];

		if ((c < 0x20 && c != BLOB_UID_BYTE) || c == 0x7f)
			return true;
	}
	return false;
}

static void
same_text(struct text name, enum blob_root root, bool data)
{
	static const enum seatbelt_filter kinds[] = {
	    SEATBELT_LITERAL, SEATBELT_SUBPATH};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct back b;
		struct seatbelt_text t;
		const struct sbpl_filter *f;
		struct text home, want;

		begin(&b);
		home = root == BLOB_ROOT_HOME ? params[0].value : TEXT("");
		want = spelled(&b.arena,
		    arena_printf(&b.arena, "%s%.*s",
			data ? "/System/Volumes/Data" : "", (int)home.len,
			home.s)
			.s,
		    name);
		f = only_filter(
		    &b, &t, kinds[i], (struct path){root, name}, data);
		must((f == NULL) == is_control(name));
		must(f == NULL ||
		     (f->fact == SBPL_FACT_PATH && text_equal(f->text, want)));
		arena_release(&b.arena);
	}
}

static bool
allows(struct back *b, struct text path)
{
	struct sbpl_judge *j =
	    sbpl_judge_open(&b->arena, &b->policy, SBPL_READING_TREE);
	struct sbpl_request r = {
	    .op = SBPL_OP_FILE_READ_DATA, .exact_case = true};
	struct sbpl_answer answer;

	r.facts[SBPL_FACT_PATH] = path;
	sbpl_decide(j, &r, &answer);
	must(answer.verdict != SBPL_UNKNOWN);
	sbpl_judge_close(j);
	return answer.verdict == SBPL_ALLOW;
}

/* The name, a child, and each with one byte that is another. */
static void
matches_that(struct text name, enum seatbelt_filter kind)
{
	const char *tail = kind == SEATBELT_CHILDREN ? "/x" : "";
	struct back b;
	struct seatbelt_text t;
	struct text path, near;

	begin(&b);
	if (only_filter(&b, &t, kind, (struct path){BLOB_ROOT_HOME, name},
		false) == NULL) {
		arena_release(&b.arena);
		return;
	}
	path = spelled(&b.arena, params[0].value.s, name);
	path = arena_printf(&b.arena, "%.*s%s", (int)path.len, path.s, tail);
	must(allows(&b, path));
	for (uint32_t i = 0; i < path.len; i++) {
		char *other = arena_alloc(&b.arena, path.len + 1, 1);
		char *c = &other[i];

		memcpy(other, path.s, path.len);
		near = (struct text){other, path.len};
		*c = *c == 'q' ? 'r' : 'q';
		must(!allows(&b, near) ||
		     (kind == SEATBELT_CHILDREN && i + 1 == path.len) ||
		     /* In whatever case: q is not r, but it is Q. */
		     (kind == SEATBELT_FOLDED && path.s[i] == 'Q'));
	}
	must(!allows(
	    &b, arena_printf(&b.arena, "/z%.*s", (int)path.len, path.s)));
	must(!allows(&b, (struct text){path.s, path.len - 1}));
	arena_release(&b.arena);
}

/* Between quotes in a comment: on one line, and read again as it was. */
static void
in_comment(struct text name)
{
	struct back b;
	struct seatbelt_text t;

	begin(&b);
	t = (struct seatbelt_text){.arena = &b.arena};
	seatbelt_puts(&t, "(version 1)\n(deny default)\n;@ refuse \"");
	seatbelt_quoted(&t, name);
	seatbelt_puts(&t, "\"\n");
	read_back(&b, &t);
	must(b.good && b.policy.rules.n == 1);
	t = (struct seatbelt_text){.arena = &b.arena};
	seatbelt_puts(&t, "(version 1)\n(allow file-read* (literal \"");
	seatbelt_quoted(&t, name);
	seatbelt_puts(&t, "\"))\n");
	read_back(&b, &t);
	must(b.good && b.policy.rules.n == 1 &&
	     text_equal(b.policy.rules.v[0].filter->text, name));
	arena_release(&b.arena);
}

static bool
is_utf8(struct text name)
{
	struct back b;
	uint32_t source;
	bool good;

	/* Sources are checked: control bytes are no matter here. */
	begin(&b);
	good = source_from_text(&b.sources, &b.arena, &b.diags, "name",
	    arena_printf(&b.arena, "x%.*sx", (int)name.len, name.s), &source);
	arena_release(&b.arena);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct text name = {(const char *)bytes, (uint32_t)n};

	if (n == 0 || n > 400 || memchr(bytes, '\0', n) != NULL ||
	    memchr(bytes, '/', n) != NULL)
		return 0;
	if (is_control(name)) {
		same_text(name, BLOB_ROOT_SLASH, false);
		return 0;
	}
	if (!is_utf8(name))
		return 0; /* no profile holds it */
	same_text(name, BLOB_ROOT_SLASH, false);
	same_text(name, BLOB_ROOT_HOME, false);
	same_text(name, BLOB_ROOT_HOME, true);
	if (memchr(bytes, BLOB_UID_BYTE, n) == NULL)
		in_comment(name);
	if (n > 100)
		return 0;
	matches_that(name, SEATBELT_CHILDREN);
	matches_that(name, SEATBELT_FOLDED);
	return 0;
}
