#include <config.h>

#include <cjson/cJSON.h>

#include "tests/fuzz/reading.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/*
 * The oracle is cJSON: whatever we accept, comments and trailing commas taken
 * out, it accepts too and understands alike.  The other way round says
 * nothing, since cJSON accepts a great deal that is not JSON.
 */

/* Blanks comments and trailing commas; the text is one that we accept. */
static void
make_strict(char *s, size_t n)
{
	char *comma = NULL;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '"') {
			for (i++; s[i] != '"'; i++)
				if (s[i] == '\\')
					i++;
			comma = NULL;
		} else if (s[i] == '/' && s[i + 1] == '/') {
			while (i < n && s[i] != '\n')
				s[i++] = ' ';
		} else if (s[i] == '/') {
			char *close = strstr(s + i + 2, "*/");

			must(close != NULL);
			memset(s + i, ' ', (size_t)(close + 2 - (s + i)));
			i = (size_t)(close + 1 - s);
		} else if (s[i] == ',') {
			comma = &s[i];
		} else if (s[i] == ']' || s[i] == '}') {
			if (comma != NULL)
				*comma = ' ';
			comma = NULL;
		} else if (strchr(" \t\r\n", s[i]) == NULL) {
			comma = NULL;
		}
	}
}

static void
same_string(struct text ours, const char *theirs)
{
	must(theirs != NULL && text_equal(ours, text_of(theirs)));
}

static void
same(const struct node *ours, const cJSON *theirs)
{
	const cJSON *child;

	must(theirs != NULL);
	child = theirs->child;
	switch (ours->kind) {
	case NODE_NULL:
		must(cJSON_IsNull(theirs));
		return;
	case NODE_BOOL:
		must(cJSON_IsBool(theirs));
		must((bool)cJSON_IsTrue(theirs) == ours->boolean);
		return;
	case NODE_INTEGER:
		must(cJSON_IsNumber(theirs));
		must(theirs->valuedouble == (double)ours->integer);
		return;
	case NODE_NUMBER:
		must(cJSON_IsNumber(theirs));
		return;
	case NODE_STRING:
		must(cJSON_IsString(theirs));
		same_string(ours->string, theirs->valuestring);
		return;
	case NODE_LIST:
		must(cJSON_IsArray(theirs));
		for (uint32_t i = 0; i < ours->list.n; i++) {
			same(&ours->list.v[i], child);
			child = child->next;
		}
		must(child == NULL);
		return;
	case NODE_MAP:
		must(cJSON_IsObject(theirs));
		for (uint32_t i = 0; i < ours->map.n; i++) {
			must(child != NULL);
			same_string(ours->map.v[i].key, child->string);
			same(&ours->map.v[i].value, child);
			child = child->next;
		}
		must(child == NULL);
		return;
	}
}

/* cJSON copies a number to 63 bytes and stumbles over what is left. */
static bool
has_long_number(const struct node *n)
{
	if (n->kind == NODE_NUMBER)
		return n->string.len > 60;
	if (n->kind == NODE_LIST)
		for (uint32_t i = 0; i < n->list.n; i++)
			if (has_long_number(&n->list.v[i]))
				return true;
	if (n->kind == NODE_MAP)
		for (uint32_t i = 0; i < n->map.n; i++)
			if (has_long_number(&n->map.v[i].value))
				return true;
	return false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct reading r;

	reading_begin(&r, "f.json", bytes, n);
	if (r.root != NULL && !has_long_number(r.root)) {
		char *strict = malloc(n + 1);

		must(strict != NULL);
		memcpy(strict, bytes, n);
		strict[n] = '\0';
		make_strict(strict, n);

		cJSON *theirs = cJSON_ParseWithOpts(strict, NULL, 1);

		same(r.root, theirs);
		cJSON_Delete(theirs);
		free(strict);
	}
	reading_end(&r);
	return 0;
}
