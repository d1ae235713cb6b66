#include <config.h>

#include <stdlib.h>
#include <string.h>

#include "compiler/blob/assemble.h"
#include "compiler/blob/dump_words.h"

/* Provenance: lines that name other lines. */

struct record_key
assemble_path_key(const struct model_path *p)
{
	return (struct record_key){BLOB_PATH,
	    (uint32_t)p->root << 24 | (uint32_t)p->kind << 16 |
		(uint32_t)p->missing << 8 | p->flags,
	    p->suffix};
}

struct record_key
assemble_deny_key(const struct model_deny *p)
{
	return (struct record_key){
	    BLOB_DENY, (uint32_t)p->root << 24 | p->flags, p->suffix};
}

static int
compare_keys(const struct record_key *x, const struct record_key *y)
{
	if (x->tag != y->tag)
		return x->tag < y->tag ? -1 : 1;
	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return text_compare(x->name, y->name);
}

static int
compare_records(const void *a, const void *b)
{
	const struct record *x = a, *y = b;
	int d = compare_keys(&x->key, &y->key);

	return d != 0
		   ? d
		   : (x->at.begin > y->at.begin) - (x->at.begin < y->at.begin);
}

static int
find_record(const void *a, const void *b)
{
	return compare_keys(&((const struct pending_link *)a)->key,
	    &((const struct record *)b)->key);
}

static bool
source_key(struct assemble *as, struct source_key *ret_key)
{
	static const char expected[] =
	    "profile, group or, for the second of a name, profile/2";
	const struct word *w = assemble_take(as, expected);
	struct source_key key = {.nth = 1};
	const char *slash;
	struct text kind;

	if (w == NULL)
		return false;
	kind = w->raw;
	slash = memchr(kind.s, '/', kind.len);
	if (slash != NULL) {
		kind.len = (uint32_t)(slash - kind.s);
		key.nth = 0;
		for (uint32_t i = kind.len + 1; i < w->raw.len; i++) {
			unsigned digit = (unsigned)(w->raw.s[i] - '0');

			key.nth = key.nth * 10 + digit;
			if (digit > 9 || key.nth > BLOB_SOURCES_MAX)
				return assemble_bad(
				    as, w->at, "expected %s", expected);
		}
	}
	for (; key.kind <= BLOB_SOURCE_GROUP; key.kind++)
		if (text_is(kind, dump_source_kinds[key.kind]))
			break;
	if (key.kind > BLOB_SOURCE_GROUP || key.nth == 0)
		return assemble_bad(as, w->at, "expected %s", expected);
	if (!assemble_string(as, "the name of a source", &key.name))
		return false;
	*ret_key = key;
	return true;
}

static bool
same_source(const struct source_key *x, const struct source_key *y)
{
	return x->kind == y->kind && x->nth == y->nth &&
	       text_equal(x->name, y->name);
}

bool
assemble_source(struct assemble *as)
{
	struct model_source s = {0};
	struct source_key key;
	const struct word *w;
	struct text hex;

	if (!source_key(as, &key) ||
	    (w = assemble_take(as, "sha256: and 64 digits")) == NULL)
		return false;
	if (key.name.len == 0)
		return assemble_bad(as, as->line, "expected a name");
	if (w->raw.len != 7 + 64 || memcmp(w->raw.s, "sha256:", 7) != 0)
		return assemble_bad(
		    as, w->at, "expected sha256: and 64 digits");
	hex = (struct text){w->raw.s + 7, 64};
	if (!assemble_hex(as, w->at, hex, s.digest))
		return false;
	if (as->sources.n == BLOB_SOURCES_MAX)
		return assemble_bad(
		    as, as->line, "expected no more than 4096 sources");
	for (uint32_t i = 0; i < as->sources.n; i++)
		if (same_source(&as->sources.v[i], &key))
			return assemble_bad(
			    as, as->line, "expected each source only once");
	s.kind = key.kind;
	s.name = key.name;
	*VEC_PUSH(as->arena, &as->sources) = key;
	*VEC_PUSH(as->arena, &as->m->sources) = s;
	return assemble_end(as);
}

/* What the link speaks of, in the words of that record's own line. */
static bool
link_record(struct assemble *as, struct record_key *ret_key)
{
	static const char *const words[] = {"target", "path", "deny", "port",
	    "seccomp", "env-allow", "env-deny", "env-set", "refuse-command"};
	struct record_key key = {0};
	struct model_path path;
	struct model_deny deny;
	struct rights unused;
	uint64_t port = 0;
	uint32_t i;

	if (!assemble_choice(as,
		"target, path, deny, port, seccomp, env-allow, env-deny, "
		"env-set or refuse-command",
		words, ARRAY_LEN(words), &i))
		return false;
	switch (i) {
	case 0:
		key.tag = BLOB_TARG;
		if (!assemble_choice(as,
			"network, signal, abstract_unix, pathname-sockets or "
			"insecure-proxy",
			dump_settings, BLOB_SETTINGS, &key.number))
			return false;
		break;
	case 1:
		if (!assemble_path_words(as, false, &path, &unused))
			return false;
		key = assemble_path_key(&path);
		break;
	case 2:
		if (!assemble_deny_words(as, false, &deny))
			return false;
		key = assemble_deny_key(&deny);
		break;
	case 3:
		key.tag = BLOB_PORT;
		if (!assemble_number(as, "a port, 0 to 65535", 65535, &port))
			return false;
		key.number = (uint32_t)port;
		break;
	case 4:
		key.tag = BLOB_SECC;
		if (!assemble_arch(as, &key.number))
			return false;
		break;
	default:
		key.tag = i == 8 ? BLOB_CMDS : BLOB_ENVF;
		key.number = i == 8 ? 0 : i - 5; /* enum blob_env_kind */
		if (!assemble_string(as, "a name", &key.name))
			return false;
		break;
	}
	*ret_key = key;
	return true;
}

/* LINE:COLUMN, both from 1. */
static bool
position(struct assemble *as, struct step *s)
{
	const struct word *w = assemble_take(as, "LINE:COLUMN");
	uint64_t n[2] = {0, 0};
	uint32_t colons = 0;

	if (w == NULL)
		return false;
	for (uint32_t i = 0; i < w->raw.len; i++) {
		unsigned digit = (unsigned)(w->raw.s[i] - '0');

		if (w->raw.s[i] == ':' && colons == 0) {
			colons = 1;
			continue;
		}
		n[colons] = n[colons] * 10 + digit;
		if (digit > 9 || n[colons] > UINT32_MAX)
			return assemble_bad(as, w->at, "expected LINE:COLUMN");
	}
	if (n[0] == 0 || n[1] == 0)
		return assemble_bad(as, w->at, "expected LINE:COLUMN");
	s->line = (uint32_t)n[0];
	s->column = (uint32_t)n[1];
	return true;
}

bool
assemble_link(struct assemble *as)
{
	struct pending_link l = {.at = as->line, .first = as->steps.n};
	struct span end = {as->source, as->line.end, as->line.end};

	if (!link_record(as, &l.key))
		return false;
	if (!assemble_have(as, "from"))
		return assemble_bad(as,
		    as->next < as->words.n ? as->words.v[as->next].at : end,
		    "expected from and a source");
	do {
		struct step s = {.at = as->line};

		if (as->next < as->words.n)
			s.at = as->words.v[as->next].at;
		if (!source_key(as, &s.key) || !position(as, &s))
			return false;
		*VEC_PUSH(as->arena, &as->steps) = s;
	} while (assemble_have(as, "via"));
	l.count = as->steps.n - l.first;
	*VEC_PUSH(as->arena, &as->links) = l;
	return assemble_end(as);
}

/* The last step first, so that a via is always an earlier origin. */
static bool
resolve_steps(
    struct assemble *as, const struct pending_link *l, uint32_t *ret_origin)
{
	uint32_t via = 0;

	for (uint32_t i = l->first + l->count; i > l->first; i--) {
		const struct step *s = &as->steps.v[i - 1];
		uint32_t source = 0;

		while (source < as->sources.n &&
		       !same_source(&as->sources.v[source], &s->key))
			source++;
		if (source == as->sources.n)
			return assemble_bad(as, s->at,
			    "expected a source that has a line of its own");
		*VEC_PUSH(as->arena, &as->m->origins) = (struct model_origin){
		    .source = source,
		    .line = s->line,
		    .column = s->column,
		    .via = via,
		};
		via = as->m->origins.n;
	}
	*ret_origin = via - 1;
	return true;
}

static bool
resolve_link(struct assemble *as, const struct pending_link *l)
{
	const struct record *r = NULL;
	uint32_t origin = 0;

	if (as->records.n > 0)
		r = bsearch(l, as->records.v, as->records.n,
		    sizeof(*as->records.v), find_record);
	if (r == NULL && l->key.tag != BLOB_TARG)
		return assemble_bad(
		    as, l->at, "expected a rule that has a line of its own");
	if (!resolve_steps(as, l, &origin))
		return false;
	*VEC_PUSH(as->arena, &as->m->links) = (struct model_link){
	    .tag = l->key.tag,
	    .record = r == NULL ? l->key.number : r->index,
	    .origin = origin,
	};
	return true;
}

bool
assemble_resolve(struct assemble *as)
{
	struct record *r = as->records.v;
	bool good = true;

	if (as->records.n > 0)
		qsort(r, as->records.n, sizeof(*r), compare_records);
	for (uint32_t i = 1; i < as->records.n; i++)
		if (compare_keys(&r[i - 1].key, &r[i].key) == 0)
			good = assemble_bad(as, r[i].at,
			    "expected each rule only once, with all its "
			    "rights");
	for (uint32_t i = 0; i < as->links.n; i++)
		good = resolve_link(as, &as->links.v[i]) && good;
	return good;
}
