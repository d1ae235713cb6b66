#include <config.h>

#include <stdio.h>

#include "compiler/verb/cmd.h"
#include "compiler/verb/options.h"

/*
 * The section of the documentation about a code.  What is printed is the
 * installed page, whose examples the tests run: there is one text of each.
 */
const char usage_explain[] =
    "nonoc explain [--data DIR] CODE... | --list\n"
    "  CODE  N2001, 2001, unknown-key or path-gained; --list shows all\n";

static const char *const pages[] = {
    "docs/errors.md", "docs/findings.md", "docs/reports.md"};

struct explain {
	struct compile options; /* for --data, sources and diagnostics */
	struct text page[ARRAY_LEN(pages)];
	struct VEC(const char *) names; /* codes and slugs, for suggestions */
};

/* One line off the front, without its newline. */
static bool
next_line(struct text *rest, struct text *ret_line)
{
	uint32_t n = 0;

	if (rest->len == 0)
		return false;
	while (n < rest->len && rest->s[n] != '\n')
		n++;
	*ret_line = (struct text){rest->s, n};
	n += n < rest->len;
	*rest = (struct text){rest->s + n, rest->len - n};
	return true;
}

/* "## N2001 unknown-key": its two words; of "## path-gained" twice the one. */
static bool
heading(struct text line, struct text *ret_code, struct text *ret_slug)
{
	uint32_t n = 3;

	if (!text_begins(line, TEXT("## ")))
		return false;
	while (n < line.len && line.s[n] != ' ')
		n++;
	*ret_code = *ret_slug = (struct text){line.s + 3, n - 3};
	if (n < line.len)
		*ret_slug = (struct text){line.s + n + 1, line.len - n - 1};
	return true;
}

static bool
load(struct explain *e)
{
	struct compile *c = &e->options;

	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		struct text rest, line, code, slug;
		uint32_t source;
		const char *path =
		    arena_printf(&c->arena, "%s/%s", c->store.data, pages[i]).s;

		if (!source_exists(&c->sources, path))
			return store_no_data(&c->store, pages[i]);
		if (!source_read(&c->sources, &c->arena, &c->diags, path,
			(struct span){0}, &source))
			return false;
		e->page[i] = rest = source_get(&c->sources, source)->text;
		while (next_line(&rest, &line)) {
			if (!heading(line, &code, &slug))
				continue;
			*VEC_PUSH(&c->arena, &e->names) =
			    arena_text(&c->arena, code).s;
			*VEC_PUSH(&c->arena, &e->names) =
			    arena_text(&c->arena, slug).s;
		}
	}
	return true;
}

/* The marks that say what an example is for are for the tests. */
static void
print_line(struct text line)
{
	if (text_begins(line, TEXT("<!-- fails: ")) ||
	    text_begins(line, TEXT("<!-- finds: ")))
		fputs("For example:\n", stdout);
	else if (text_begins(line, TEXT("<!-- ")))
		fputs("Corrected:\n", stdout);
	else
		printf("%.*s\n", (int)line.len, line.s);
}

static bool
asked_for(struct text word, struct text code, struct text slug)
{
	return text_equal(word, code) || text_equal(word, slug) ||
	       (code.s[0] == 'N' &&
		   text_equal(word, (struct text){code.s + 1, code.len - 1}));
}

static void
print_name(struct text code, struct text slug)
{
	printf("%.*s", (int)code.len, code.s);
	if (!text_equal(code, slug))
		printf(" %.*s", (int)slug.len, slug.s);
	putchar('\n');
}

static bool
print_section(struct explain *e, struct text word)
{
	bool found = false;

	for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
		struct text rest = e->page[i], line, code, slug;
		bool inside = false;

		while (next_line(&rest, &line)) {
			if (heading(line, &code, &slug)) {
				inside = asked_for(word, code, slug);
				found = found || inside;
				if (inside)
					print_name(code, slug);
			} else if (text_begins(line, TEXT("# "))) {
				inside = false;
			} else if (inside) {
				print_line(line);
			}
		}
	}
	return found;
}

static void
print_list(struct explain *e)
{
	for (uint32_t i = 0; i + 1 < e->names.n; i += 2)
		print_name(text_of(e->names.v[i]), text_of(e->names.v[i + 1]));
}

static int
explain(struct explain *e, const char *word)
{
	const char *near;

	if (print_section(e, text_of(word)))
		return EXIT_HOLDS;
	near = diag_nearest(text_of(word), e->names.v, e->names.n);
	return option_usage("explain", NULL,
	    "%s is the code of no diagnostic, finding or report%s%s%s", word,
	    near == NULL ? "" : "; did you mean ", near == NULL ? "" : near,
	    near == NULL ? "" : "?");
}

static int
run(struct explain *e, int argc, char **argv)
{
	struct VEC(const char *) words = {0};
	bool list = false;
	int status = EXIT_HOLDS;
	const char *v;

	for (int i = 1; i < argc; i++) {
		if (option_value("explain", "--data", argc, argv, &i, &v)) {
			if (v == NULL)
				return EXIT_USAGE;
			e->options.store.data = v;
		} else if (strcmp(argv[i], "--list") == 0) {
			list = true;
		} else if (argv[i][0] == '-') {
			return option_unknown(
			    "explain", usage_explain, argv[i]);
		} else {
			*VEC_PUSH(&e->options.arena, &words) = argv[i];
		}
	}
	if (words.n == 0 && !list)
		return option_usage("explain", usage_explain, "which code?");
	if (!load(e))
		return EXIT_REJECTED;
	if (list)
		print_list(e);
	for (uint32_t i = 0; i < words.n && status == EXIT_HOLDS; i++)
		status = explain(e, words.v[i]);
	return status;
}

int
cmd_explain(int argc, char **argv)
{
	struct explain e = {0};
	int status;

	option_init(&e.options);
	status = run(&e, argc, argv);
	compile_finish(&e.options);
	return status;
}
