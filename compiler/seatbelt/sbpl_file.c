#include <config.h>

#include "compiler/seatbelt/sbpl_file.h"

/* Opening a file, and questions in words. */

bool
sbpl_file_open(struct arena *a, struct diags *d, struct sources *s,
    const char *name, const struct sbpl_world *world,
    struct sbpl_file *ret_file)
{
	struct span command_line = {0};
	uint32_t source;

	return source_read(s, a, d, name, command_line, &source) &&
	       sbpl_file_open_source(a, d, s, name, source, world, ret_file);
}

bool
sbpl_file_open_source(struct arena *a, struct diags *d, struct sources *s,
    const char *name, uint32_t source, const struct sbpl_world *world,
    struct sbpl_file *ret_file)
{
	const struct sbpl_node *forms;

	*ret_file = (struct sbpl_file){
	    .name = name, .text = source_get(s, source)->text};
	if (!sbpl_read(a, d, s, source, &forms) ||
	    !sbpl_load(a, d, s, forms, world, &ret_file->policy))
		return false;
	ret_file->tree =
	    sbpl_judge_open(a, &ret_file->policy, SBPL_READING_TREE);
	ret_file->last =
	    sbpl_judge_open(a, &ret_file->policy, SBPL_READING_LAST);
	return true;
}

void
sbpl_file_close(struct sbpl_file *f)
{
	sbpl_judge_close(f->tree);
	sbpl_judge_close(f->last);
}

/* Words for operations, the same as for policies of Linux. */
static const struct {
	const char *word;
	enum sbpl_op op;
} words_of_ops[] = {
    {"connect", SBPL_OP_NETWORK_OUTBOUND},
    {"create", SBPL_OP_FILE_WRITE_CREATE},
    {"delete", SBPL_OP_FILE_WRITE_UNLINK},
    {"execute", SBPL_OP_PROCESS_EXEC_ANY},
    {"list", SBPL_OP_FILE_READ_DATA},
    {"listen", SBPL_OP_NETWORK_INBOUND},
    {"read", SBPL_OP_FILE_READ_DATA},
    {"stat", SBPL_OP_FILE_READ_METADATA},
    {"write", SBPL_OP_FILE_WRITE_DATA},
};

static enum sbpl_op
find_op(const char *operation)
{
	for (uint32_t i = 0; i < ARRAY_LEN(words_of_ops); i++)
		if (strcmp(operation, words_of_ops[i].word) == 0)
			return words_of_ops[i].op;
	return sbpl_op_find(text_of(operation));
}

/* What a bare word is, by the operation's name. */
static enum sbpl_fact
fact_of(enum sbpl_op op)
{
	static const struct {
		const char *prefix;
		enum sbpl_fact fact;
	} facts[] = {
	    {"appleevent-", SBPL_FACT_APPLEEVENT},
	    {"authorization-right-", SBPL_FACT_RIGHT_NAME},
	    {"file", SBPL_FACT_PATH},
	    {"iokit-", SBPL_FACT_IOKIT_CLASS},
	    {"ipc-posix", SBPL_FACT_IPC_POSIX_NAME},
	    {"mach-lookup", SBPL_FACT_GLOBAL_NAME},
	    {"mach-register", SBPL_FACT_GLOBAL_NAME},
	    {"mach-task", SBPL_FACT_TARGET},
	    {"network-outbound", SBPL_FACT_REMOTE},
	    {"network", SBPL_FACT_LOCAL},
	    {"nvram", SBPL_FACT_NVRAM_VARIABLE},
	    {"process-exec", SBPL_FACT_PATH},
	    {"process-info", SBPL_FACT_TARGET},
	    {"signal", SBPL_FACT_TARGET},
	    {"sysctl", SBPL_FACT_SYSCTL_NAME},
	    {"system-socket", SBPL_FACT_SOCKET_DOMAIN},
	    {"user-preference", SBPL_FACT_PREFERENCE_DOMAIN},
	};
	const char *name = sbpl_op_name(op);

	for (uint32_t i = 0; i < ARRAY_LEN(facts); i++)
		if (strncmp(name, facts[i].prefix, strlen(facts[i].prefix)) ==
		    0)
			return facts[i].fact;
	return SBPL_FACTS;
}

struct text
sbpl_real_path(struct arena *a, struct text t)
{
	while (t.len > 1 && t.s[t.len - 1] == '/')
		t.len--;
	for (uint32_t i = 0; i < sbpl_alias_n; i++) {
		struct text link = text_of(sbpl_aliases[i].link);

		if (t.len < link.len || memcmp(t.s, link.s, link.len) != 0 ||
		    (t.len > link.len && t.s[link.len] != '/'))
			continue;
		return arena_printf(a, "%s%.*s", sbpl_aliases[i].real,
		    (int)(t.len - link.len), t.s + link.len);
	}
	return t;
}

/* FACT=VALUE; the fact must be one there is. */
static bool
named_fact(const char *word, enum sbpl_fact *ret_fact, const char **ret_value)
{
	const char *equals = strchr(word, '=');

	if (equals == NULL || word[0] == '/' || word[0] == '$')
		return false;
	*ret_fact =
	    sbpl_fact_find((struct text){word, (uint32_t)(equals - word)});
	*ret_value = equals + 1;
	return *ret_fact != SBPL_FACTS;
}

static bool
add_word(struct arena *a, const char *word, struct sbpl_request *r,
    struct text *ret_why)
{
	enum sbpl_fact fact;
	const char *value = word;
	struct text t;

	if (!named_fact(word, &fact, &value)) {
		fact = fact_of(r->op);
		if (word[0] == '/' || word[0] == '$')
			fact = SBPL_FACT_PATH;
	}
	if (fact == SBPL_FACTS) {
		*ret_why = arena_printf(a,
		    "%s is about nothing that \"%s\" could be; write "
		    "FACT=VALUE, as in target=self",
		    sbpl_op_name(r->op), word);
		return false;
	}
	t = text_of(value);
	if (t.len > 0 && fact == SBPL_FACT_PATH) {
		if (t.s[0] != '/' && t.s[0] != '$') {
			*ret_why =
			    arena_printf(a, "\"%s\" is no absolute path", word);
			return false;
		}
		t = sbpl_real_path(a, t);
	} else if ((fact == SBPL_FACT_REMOTE || fact == SBPL_FACT_LOCAL) &&
		   t.len > 0 && memchr(t.s, ' ', t.len) == NULL) {
		t = arena_printf(a, "tcp %s%s", value,
		    strchr(value, ':') == NULL ? ":*" : "");
	}
	r->facts[fact] = t.len == 0 ? SBPL_HAS_NONE : t;
	return true;
}

bool
sbpl_ask(struct arena *a, const char *operation, const char *const *words,
    uint32_t n, struct sbpl_request *ret_request, struct text *ret_why)
{
	struct sbpl_request r = {.op = find_op(operation), .anywhere = true};
	const char *nearest;

	if (r.op == SBPL_OP_NONE) {
		nearest = sbpl_op_nearest(text_of(operation));
		*ret_why = arena_printf(a, "no operation is named \"%s\"%s%s%s",
		    operation, nearest == NULL ? "" : "; did you mean ",
		    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
		return false;
	}
	for (uint32_t i = 0; i < n; i++)
		if (!add_word(a, words[i], &r, ret_why))
			return false;
	/* A name is that of one kind of service. */
	if (r.facts[SBPL_FACT_GLOBAL_NAME].len > 0) {
		if (r.facts[SBPL_FACT_LOCAL_NAME].s == NULL)
			r.facts[SBPL_FACT_LOCAL_NAME] = SBPL_HAS_NONE;
		if (r.facts[SBPL_FACT_XPC_SERVICE_NAME].s == NULL)
			r.facts[SBPL_FACT_XPC_SERVICE_NAME] = SBPL_HAS_NONE;
	}
	*ret_request = r;
	return true;
}

struct text
sbpl_request_print(struct arena *a, const struct sbpl_request *r)
{
	struct text said = text_of(sbpl_op_name(r->op));

	for (uint32_t i = 0; i < SBPL_FACTS; i++) {
		struct text t = r->facts[i];
		enum sbpl_fact fact = (enum sbpl_fact)i;
		bool bare = fact == SBPL_FACT_PATH || fact == fact_of(r->op);

		if (t.len == 0)
			continue;
		said = arena_printf(a, "%.*s %s%s%.*s", (int)said.len, said.s,
		    bare ? "" : sbpl_fact_name(fact), bare ? "" : "=",
		    (int)t.len, t.s);
	}
	return said;
}
