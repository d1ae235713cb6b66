#include <config.h>

#include "compiler/sbpl/sbpl_judge.h"

#include <stdlib.h>

/* One filter against one request: yes, no, or it cannot be told. */

static bool
is_network(enum sbpl_op op)
{
	return op == SBPL_OP_NETWORK_ANY || op == SBPL_OP_NETWORK_BIND ||
	       op == SBPL_OP_NETWORK_INBOUND || op == SBPL_OP_NETWORK_OUTBOUND;
}

enum sbpl_told
sbpl_told(const struct sbpl_request *r, enum sbpl_fact fact)
{
	bool ends = r->facts[SBPL_FACT_REMOTE].len > 0 ||
		    r->facts[SBPL_FACT_LOCAL].len > 0;

	if (r->facts[fact].s != NULL)
		return r->facts[fact].len == 0 ? SBPL_NONE : SBPL_TOLD;
	if (!is_network(r->op))
		return SBPL_NOT_TOLD;
	/* An internet socket has no path, a unix socket no ports. */
	if (fact == SBPL_FACT_PATH && ends)
		return SBPL_NONE;
	if ((fact == SBPL_FACT_REMOTE || fact == SBPL_FACT_LOCAL ||
		fact == SBPL_FACT_CONTROL_NAME) &&
	    r->facts[SBPL_FACT_PATH].len > 0)
		return SBPL_NONE;
	return SBPL_NOT_TOLD;
}

bool
sbpl_path_is_plain(struct text t)
{
	if (t.len == 0 || (t.s[0] != '/' && t.s[0] != '$'))
		return false;
	return t.len == 1 || t.s[t.len - 1] != '/';
}

static bool
equal_folded(const char *a, const char *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (text_lower(a[i]) != text_lower(b[i]))
			return false;
	return true;
}

/* The first n bytes of both: YES the same, MAYBE but for their case. */
static enum sbpl_tri
same(const struct sbpl_request *r, enum sbpl_fact fact, const char *a,
    const char *b, uint32_t n)
{
	if (memcmp(a, b, n) == 0)
		return SBPL_YES;
	/* Whether macOS folds the case of paths is not known for sure. */
	if (r->exact_case ||
	    (fact != SBPL_FACT_PATH && fact != SBPL_FACT_PROCESS_PATH))
		return SBPL_NO;
	return equal_folded(a, b, n) ? SBPL_MAYBE : SBPL_NO;
}

static enum sbpl_tri
subpath(
    const struct sbpl_request *r, const struct sbpl_filter *f, struct text path)
{
	struct text top = f->text;
	enum sbpl_tri tri;

	if (!sbpl_path_is_plain(top)) {
		/* A slash at the end: nobody knows.  No slash: neither. */
		if (top.len == 0 || top.s[0] != '/')
			return SBPL_MAYBE;
		top.len--;
	}
	if (top.len == 1 && top.s[0] == '/')
		return SBPL_YES;
	if (path.len < top.len ||
	    (path.len > top.len && path.s[top.len] != '/'))
		return SBPL_NO;
	tri = same(r, f->fact, path.s, top.s, top.len);
	return tri == SBPL_YES && top.len < f->text.len ? SBPL_MAYBE : tri;
}

/* Is the path a proper ancestor of the filter's? */
static enum sbpl_tri
ancestor(
    const struct sbpl_request *r, const struct sbpl_filter *f, struct text path)
{
	bool named = f->text.len > 1 && f->text.s[0] == '$' &&
		     f->text.s[1] != '{'; /* a parameter, wherever it is */

	if (!named && (f->text.len == 0 || f->text.s[0] != '/'))
		return SBPL_MAYBE;
	if (path.len == 1 && path.s[0] == '/')
		return f->text.len > 1 ? SBPL_YES : SBPL_NO;
	if (named && path.s[0] == '/')
		return r->apart ? SBPL_NO : SBPL_MAYBE;
	if (f->text.len <= path.len || f->text.s[path.len] != '/')
		return SBPL_NO;
	return same(r, f->fact, path.s, f->text.s, path.len);
}

/* "tcp4 localhost:80", quotes around the second word or none. */
struct end {
	struct text protocol, host, port;
};

static bool
split(struct text t, struct end *ret_end)
{
	const char *space = memchr(t.s, ' ', t.len), *s, *end = t.s + t.len;
	const char *colon = NULL;

	if (space == NULL)
		return false;
	s = space + 1;
	if (s < end && *s == '"') {
		s++;
		end--;
	}
	for (const char *p = s; p < end; p++)
		if (*p == ':')
			colon = p; /* the last: IPv6 addresses have more */
	if (colon == NULL)
		return false;
	*ret_end = (struct end){
	    {t.s, (uint32_t)(space - t.s)},
	    {s, (uint32_t)(colon - s)},
	    {colon + 1, (uint32_t)(end - colon - 1)},
	};
	return true;
}

static bool
is_localhost(struct text host)
{
	return text_is(host, "localhost") || text_is(host, "::1") ||
	       text_is(host, "[::1]") ||
	       (host.len > 4 && memcmp(host.s, "127.", 4) == 0);
}

/* ip, tcp and udp hold their 4 and 6; of a request's tcp which is not told. */
static enum sbpl_tri
protocol(struct text filter, struct text request)
{
	char version = filter.s[filter.len - 1];
	bool any = memcmp(filter.s, "ip", 2) == 0;

	if (request.len < 3 || (!any && memcmp(filter.s, request.s, 3) != 0))
		return SBPL_NO;
	if (version != '4' && version != '6')
		return SBPL_YES;
	if (request.len == 3)
		return SBPL_MAYBE;
	return request.s[request.len - 1] == version ? SBPL_YES : SBPL_NO;
}

static enum sbpl_tri
both(enum sbpl_tri a, enum sbpl_tri b)
{
	if (a == SBPL_NO || b == SBPL_NO)
		return SBPL_NO;
	return a == SBPL_YES && b == SBPL_YES ? SBPL_YES : SBPL_MAYBE;
}

static enum sbpl_tri
connection(const struct sbpl_filter *f, struct text told)
{
	struct end want, have;
	enum sbpl_tri tri;

	if (!split(f->text, &want) || !split(told, &have))
		return SBPL_MAYBE;
	tri = protocol(want.protocol, have.protocol);
	if (text_is(want.host, "localhost"))
		tri = both(tri, is_localhost(have.host)	  ? SBPL_YES
				: text_is(have.host, "*") ? SBPL_MAYBE
							  : SBPL_NO);
	if (!text_is(want.port, "*"))
		tri = both(tri, text_equal(want.port, have.port) ? SBPL_YES
				: text_is(have.port, "*")	 ? SBPL_MAYBE
								 : SBPL_NO);
	return tri;
}

/* The local end of what connects out was not told: any end is one. */
static enum sbpl_tri
untold(const struct sbpl_request *r, const struct sbpl_filter *f)
{
	struct end end, remote;

	if (f->kind == SBPL_FILTER_END && f->fact == SBPL_FACT_LOCAL &&
	    r->facts[SBPL_FACT_REMOTE].len > 0 && split(f->text, &end) &&
	    split(r->facts[SBPL_FACT_REMOTE], &remote) &&
	    text_is(end.host, "*") && text_is(end.port, "*"))
		return protocol(end.protocol, remote.protocol);
	return SBPL_MAYBE;
}

static enum sbpl_tri
number(const struct sbpl_filter *f, struct text told)
{
	char copy[32], *end;
	long long n;

	if (told.len >= sizeof(copy))
		return SBPL_MAYBE;
	memcpy(copy, told.s, told.len);
	copy[told.len] = '\0';
	n = strtoll(copy, &end, 0);
	/* A name such as SIGKILL, whose number is the platform's. */
	if (*end != '\0')
		return SBPL_MAYBE;
	if (f->kind == SBPL_FILTER_BITS)
		return (n & f->number) != 0 ? SBPL_YES : SBPL_NO;
	return n == f->number ? SBPL_YES : SBPL_NO;
}

/* A constant's name against a number says nothing. */
static enum sbpl_tri
literal(
    const struct sbpl_request *r, const struct sbpl_filter *f, struct text told)
{
	if (f->bare && told.s[0] >= '0' && told.s[0] <= '9')
		return SBPL_MAYBE;
	if (f->fact == SBPL_FACT_PATH && !sbpl_path_is_plain(f->text))
		return SBPL_MAYBE;
	if (told.len != f->text.len)
		return SBPL_NO;
	return same(r, f->fact, told.s, f->text.s, told.len);
}

/*
 * Behind "^", and behind "(/private)?" and the like, which are names of the
 * top and say "from the root on" themselves.
 */
static struct text
anchored(struct text pattern)
{
	if (pattern.len < 2 || pattern.s[0] != '^')
		return (struct text){pattern.s, 0};
	pattern = (struct text){pattern.s + 1, pattern.len - 1};
	while (pattern.len > 2 && memcmp(pattern.s, "(/", 2) == 0) {
		uint32_t i = 2;

		while (i < pattern.len && strchr("()|\\", pattern.s[i]) == NULL)
			i++;
		if (i + 1 >= pattern.len || memcmp(pattern.s + i, ")?", 2) != 0)
			break;
		pattern = (struct text){pattern.s + i + 2, pattern.len - i - 2};
	}
	return pattern;
}

static bool
on_parameter(struct text pattern)
{
	const struct text t = anchored(pattern);

	return t.len > 1 && t.s[0] == '\\' && t.s[1] == '$';
}

/* A path under a parameter that is not given: where it lies is not known. */
static enum sbpl_tri
regex(struct sbpl_judge *j, const struct sbpl_filter *f, struct text told)
{
	enum sbpl_tri tri = sbpl_regex_match(j, f, told);

	if (tri != SBPL_NO || f->fact != SBPL_FACT_PATH || told.s[0] != '$')
		return tri;
	/* Anchored to a root, it says where it lies itself. */
	return on_parameter(f->text) || (anchored(f->text).len > 0 &&
					    anchored(f->text).s[0] == '/')
		   ? SBPL_NO
		   : SBPL_MAYBE;
}

bool
sbpl_may_lie_there(const struct sbpl_request *r, const struct sbpl_filter *f)
{
	struct text path = r->facts[SBPL_FACT_PATH], t = f->text;

	if (!r->anywhere || f->fact != SBPL_FACT_PATH || path.len == 0 ||
	    path.s[0] == '$')
		return false;
	if (f->kind == SBPL_FILTER_REGEX)
		return on_parameter(t);
	return t.len > 0 && t.s[0] == '$';
}

static enum sbpl_tri
leaf(struct sbpl_judge *j, const struct sbpl_request *r,
    const struct sbpl_filter *f)
{
	struct text told = {0};

	/* Wherever tcp "localhost:$PORT" leads, no socket with a path does. */
	if ((f->fact == SBPL_FACT_REMOTE || f->fact == SBPL_FACT_LOCAL) &&
	    sbpl_told(r, f->fact) == SBPL_NONE)
		return SBPL_NO;
	if (f->kind == SBPL_FILTER_UNKNOWN || sbpl_may_lie_there(r, f))
		return SBPL_MAYBE;
	switch (sbpl_told(r, f->fact)) {
	case SBPL_NONE:
		return SBPL_NO;
	case SBPL_NOT_TOLD:
		return untold(r, f);
	case SBPL_TOLD:
		told = r->facts[f->fact];
		break;
	}
	switch (f->kind) {
	case SBPL_FILTER_LITERAL:
		return literal(r, f, told);
	case SBPL_FILTER_SUBPATH:
		return subpath(r, f, told);
	case SBPL_FILTER_PREFIX:
		/* Wherever "$HOME" is, it begins so. */
		if (f->fact == SBPL_FACT_PATH && text_is(f->text, "/"))
			return SBPL_YES;
		return told.len < f->text.len
			   ? SBPL_NO
			   : same(r, f->fact, told.s, f->text.s, f->text.len);
	case SBPL_FILTER_REGEX:
		return regex(j, f, told);
	case SBPL_FILTER_ANCESTOR:
		return ancestor(r, f, told);
	case SBPL_FILTER_NUMBER:
	case SBPL_FILTER_BITS:
		return number(f, told);
	case SBPL_FILTER_END:
		return connection(f, told);
	case SBPL_FILTER_ANY:
	case SBPL_FILTER_ALL:
	case SBPL_FILTER_NOT:
	case SBPL_FILTER_UNKNOWN:
		break;
	}
	return SBPL_MAYBE;
}

/* ANY is ALL with yes and no exchanged. */
static enum sbpl_tri
joined(struct sbpl_judge *j, const struct sbpl_request *r,
    const struct sbpl_filter *f, const struct sbpl_filter **ret_leaf)
{
	enum sbpl_tri decides = f->kind == SBPL_FILTER_ANY ? SBPL_YES : SBPL_NO;
	enum sbpl_tri all = decides == SBPL_YES ? SBPL_NO : SBPL_YES;

	for (uint32_t i = 0; i < f->n; i++) {
		enum sbpl_tri tri = sbpl_match(j, r, f->parts[i], ret_leaf);

		if (tri == decides)
			return tri;
		if (tri == SBPL_MAYBE)
			all = SBPL_MAYBE;
	}
	return all;
}

enum sbpl_tri
sbpl_match(struct sbpl_judge *j, const struct sbpl_request *r,
    const struct sbpl_filter *f, const struct sbpl_filter **ret_leaf)
{
	enum sbpl_tri tri;

	switch (f->kind) {
	case SBPL_FILTER_ANY:
	case SBPL_FILTER_ALL:
		return joined(j, r, f, ret_leaf);
	case SBPL_FILTER_NOT:
		tri = sbpl_match(j, r, f->parts[0], ret_leaf);
		return tri == SBPL_MAYBE ? tri
		       : tri == SBPL_YES ? SBPL_NO
					 : SBPL_YES;
	case SBPL_FILTER_LITERAL:
	case SBPL_FILTER_SUBPATH:
	case SBPL_FILTER_PREFIX:
	case SBPL_FILTER_REGEX:
	case SBPL_FILTER_ANCESTOR:
	case SBPL_FILTER_NUMBER:
	case SBPL_FILTER_BITS:
	case SBPL_FILTER_END:
	case SBPL_FILTER_UNKNOWN:
		break;
	}
	tri = leaf(j, r, f);
	if (tri == SBPL_MAYBE)
		*ret_leaf = f;
	return tri;
}
