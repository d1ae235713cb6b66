/*
 * What decode says of documents: one a line on standard input, JSON; a line
 * for each on standard output: "good", the codes of its errors, or "unread".
 *
 *	decode profile|group <documents
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/base/diag_record.h"
#include "compiler/decode/decode.h"
#include "compiler/read/read.h"

static void
print_codes(const struct diags *d)
{
	const char *before = "";

	for (uint32_t i = 0; i < d->list.n; i++) {
		const struct diag *one = d->list.v[i];

		if (diag_severity(one->code) != SEVERITY_ERROR)
			continue;
		printf("%sN%04u", before, (unsigned)one->code);
		before = " ";
	}
	putchar('\n');
}

static void
judge(const char *line, size_t len, bool group)
{
	struct arena a = {0};
	struct sources sources = {0};
	struct diags d = {.arena = &a, .sources = &sources};
	const struct profile_ast *profile;
	const struct group_ast *g;
	const struct node *root;
	uint32_t source;
	bool good;

	VEC_PUSH(&a, &sources.files);
	if (!source_from_text(&sources, &a, &d, "document.json",
		(struct text){line, (uint32_t)len}, &source) ||
	    !read_source(&sources, &a, &d, source, &root)) {
		puts("unread");
		arena_release(&a);
		return;
	}
	good = group ? decode_group(&a, &d, &sources, root, TEXT("g"), &g)
		     : decode_profile(&a, &d, &sources, root, &profile);
	if (good)
		puts("good");
	else
		print_codes(&d);
	arena_release(&a);
}

int
main(int argc, char **argv)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	if (argc != 2)
		return 2;
	while ((n = getline(&line, &room, stdin)) > 0) {
		if (line[n - 1] == '\n')
			n--;
		judge(line, (size_t)n, strcmp(argv[1], "group") == 0);
	}
	free(line);
	return fflush(stdout) == 0 ? 0 : 1;
}
