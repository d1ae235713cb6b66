#include <config.h>

#include <stdlib.h>

#include "compiler/decode/path.h"
#include "compiler/decode/when.h"

/*
 * Path templates and `when` predicates: any string is refused with exactly
 * one diagnostic, or accepted; then what was cut from it, put together again
 * from the pieces' own places, is the string.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool fact)
{
	if (!fact)
		abort();
}

static void
check_template(const struct template *t, struct text whole)
{
	uint32_t at = 1; /* behind the quote */

	must(t->n != 0);
	for (uint32_t i = 0; i < t->n; i++) {
		const struct piece *p = &t->pieces[i];
		uint32_t len = p->at.end - p->at.begin;
		const char *written = whole.s + p->at.begin - 1;

		must(p->at.begin == at && len != 0);
		at = p->at.end;
		if (p->kind == PIECE_TEXT) {
			must(text_equal(p->text, (struct text){written, len}));
		} else if (written[0] == '~') {
			must(i == 0 && len == 1 && text_is(p->text, "HOME"));
		} else {
			bool braces = written[1] == '{';

			must(written[0] == '$');
			must(len == p->text.len + (braces ? 3 : 1));
			must(p->text.s == written + (braces ? 2 : 1));
		}
	}
	must(at == whole.len + 1);
}

/* The fields of a term, with what stood between them. */
static void
check_when(const struct when *w, struct text whole)
{
	const struct when_term *t = &w->terms[0];
	uint32_t len = t->os.len + t->id.len + (t->id_like ? 5 : 0) +
		       t->version.len + t->variant.len + t->negated;

	must(w->n == 1 && t->os.len != 0 && len <= whole.len);
	/* Of an unknown system only one of the further words is kept. */
	for (uint32_t i = 0; i < whole.len; i++)
		must(strchr(" \t\r\n!:=<>", whole.s[i]) != NULL ||
		     memchr("_.-", whole.s[i], 3) != NULL ||
		     (whole.s[i] >= '0' && whole.s[i] <= '9') ||
		     ((whole.s[i] | 32) >= 'a' && (whole.s[i] | 32) <= 'z'));
	must(when_decide(w, &(struct target){.platform = PLATFORM_LINUX}) <=
	     VERDICT_UNKNOWN);
	must(when_compare_versions(t->version, t->version) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct sources s = {0};
	struct diags d = {.arena = &a, .sources = &s};
	struct text whole;
	struct template t;
	const struct when *w;
	struct node node;
	char *quoted;

	if (size > 4096 || memchr(data, '\0', size) != NULL ||
	    memchr(data, '\\', size) != NULL || memchr(data, '"', size) != NULL)
		return 0;
	quoted = ARENA_ARRAY(&a, size + 3, char);
	quoted[0] = quoted[size + 1] = '"';
	if (size != 0)
		memcpy(quoted + 1, data, size);
	whole = (struct text){quoted + 1, (uint32_t)size};
	VEC_PUSH(&a, &s.files);
	VEC_PUSH(&a, &s.files)->text =
	    (struct text){quoted, (uint32_t)size + 2};
	node = (struct node){
	    .at = {1, 0, (uint32_t)size + 2},
	    .kind = NODE_STRING,
	    .string = whole,
	};
	if (template_scan(&a, &d, &node, &t))
		check_template(&t, whole);
	else
		must(d.errors == 1);
	d.errors = 0;
	if (when_scan(&a, &d, &node, &w))
		check_when(w, whole);
	else
		must(d.errors == 1);
	arena_release(&a);
	return 0;
}
