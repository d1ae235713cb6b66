#include <config.h>

#include "compiler/decide/decide_model.h"

/*
 * Where the roots lie: what is denied while they lie apart may be allowed
 * when one lies at, above or in what another names.  Only placements that can
 * change the answer are tried, each by a decider of its own.
 */
enum { TRIES = 64 };

struct search {
	const struct decider *d;
	const struct decide_request *r;
	struct arena *arena; /* of the answer */
	const struct decide_env *found;
	unsigned tries;
};

static bool
is_free(const struct decider *d, enum blob_root root)
{
	return root != BLOB_ROOT_SLASH && d->canon[root].root == root;
}

/* Has the policy rules whose place hangs on that root's? */
static bool
matters(const struct decider *d, enum blob_root root)
{
	for (unsigned r = 0; r < BLOB_ROOTS; r++)
		if (d->canon[r].root == root && d->first[r] < d->first[r + 1])
			return true;
	return false;
}

static void
try(struct search *s, const struct decide_env *env)
{
	struct arena scratch = {0};
	struct decide_answer answer;
	struct decide_request asked;
	struct decider *d;

	if (s->found != NULL || s->tries++ >= TRIES)
		return;
	d = decide_open(&scratch, s->d->blob, env);
	d->off = s->d->off;
	asked = *s->r;
	asked.path.suffix =
	    decide_uid_text(&scratch, asked.path.suffix, env->uid);
	asked.to.suffix = decide_uid_text(&scratch, asked.to.suffix, env->uid);
	decide_here(d, &asked, &answer);
	if (answer.verdict == DECIDE_ALLOWED) {
		struct decide_env *found =
		    ARENA_NEW(s->arena, struct decide_env);

		*found = *env;
		for (unsigned r = 0; r < BLOB_ROOTS; r++)
			found->places[r].suffix =
			    arena_text(s->arena, env->places[r].suffix);
		s->found = found;
	}
	arena_release(&scratch);
}

static void
try_place(struct search *s, enum blob_root root, const struct decide_path *at)
{
	struct decide_env env = s->d->env;

	env.places[root] = *at;
	try(s, &env);
}

/* "home/NAME", "Users/NAME" or "root": where home directories are. */
static bool
is_home(struct text suffix)
{
	const struct text up = suffix_parent(suffix);

	return text_is(suffix, "root") ||
	       (up.len > 0 && (text_is(up, "home") || text_is(up, "Users")));
}

static bool
plausible(enum blob_root root, const struct decide_path *at)
{
	if (root == BLOB_ROOT_CWD)
		return true;
	if (at->root != BLOB_ROOT_SLASH)
		return false;
	if (root == BLOB_ROOT_HOME)
		return is_home(at->suffix);
	return root == BLOB_ROOT_XDG_RUNTIME &&
	       text_is(suffix_parent(at->suffix), "run/user");
}

/* The root at the path and at each directory above it, nearest first. */
static void
try_above(struct search *s, enum blob_root root, const struct decide_path *path)
{
	struct decide_path at;
	SPOT_UNSET struct spot spot;

	spot_set(&spot, s->d, path);
	at = spot_path(&spot);
	if (at.root == root)
		return;
	for (;;) {
		if (plausible(root, &at))
			try_place(s, root, &at);
		if (at.suffix.len == 0)
			break;
		at.suffix = suffix_parent(at.suffix);
	}
}

/* The working directory in what other rules grant. */
static void
try_within(struct search *s, uint64_t wanted)
{
	static const struct decide_path devices = {{"dev", 3}, BLOB_ROOT_SLASH};
	const struct decider *d = s->d;

	for (uint32_t i = 0; i < d->entries.n && s->tries < TRIES; i++) {
		const struct entry *e = &d->entries.v[i];
		const struct decide_path at = {
		    e->suffix, (enum blob_root)e->root};

		/* What lies in /dev is no place to work in. */
		if (e->on != ON_FILE && (e->rights & wanted) != 0 &&
		    !decide_path_covers(&devices, &at) &&
		    d->canon[e->root].root != BLOB_ROOT_CWD &&
		    (d->off == NULL || !d->off[e->rule]))
			try_place(s, BLOB_ROOT_CWD, &at);
	}
}

static void
try_path(struct search *s, const struct decide_path *path, uint64_t wanted)
{
	static const struct decide_path homes[] = {
	    {{"home/user", 9}, BLOB_ROOT_SLASH},
	    {{"root", 4}, BLOB_ROOT_SLASH},
	};
	const struct decider *d = s->d;
	const enum blob_root base = d->canon[path->root].root;

	for (unsigned r = BLOB_ROOT_HOME; r < BLOB_ROOTS; r++)
		if (is_free(d, (enum blob_root)r) &&
		    matters(d, (enum blob_root)r))
			try_above(s, (enum blob_root)r, path);
	if (base == BLOB_ROOT_HOME)
		for (unsigned i = 0; i < ARRAY_LEN(homes); i++)
			if (matters(d, BLOB_ROOT_SLASH))
				try_place(s, BLOB_ROOT_HOME, &homes[i]);
	if (base == BLOB_ROOT_CWD)
		try_within(s, wanted);
}

/* The user whose id a path spells out, where the other one has $UID. */
static void
try_users(struct search *s)
{
	const struct text asked[] = {s->r->path.suffix, s->r->to.suffix};
	struct decide_env env = s->d->env;
	struct decide_uids uids = {0};

	if (env.uid >= 0)
		return;
	for (uint32_t i = 0; i < s->d->blob->npaths; i++) {
		const struct text t = text_of(blob_path(s->d->blob, i).suffix);

		for (size_t k = 0; k < ARRAY_LEN(asked); k++) {
			decide_uids_add(&uids, t, asked[k]);
			decide_uids_add(&uids, asked[k], t);
		}
	}
	for (uint32_t i = 0; i < uids.n; i++) {
		env.uid = uids.v[i];
		try(s, &env);
	}
}

static bool
may_widen(const struct decider *d)
{
	for (uint32_t i = 0; i < d->entries.n; i++)
		if (d->entries.v[i].may_widen)
			return true;
	return false;
}

/* The port that the policy lets the launch name, if it names this one. */
static void
try_proxy(struct search *s)
{
	struct decide_env env = s->d->env;

	if (s->d->target.network != BLOB_NET_PROXY || env.proxy_port != 0 ||
	    s->r->op != DECIDE_CONNECT_TCP || s->r->port == 0)
		return;
	env.proxy_port = s->r->port;
	try(s, &env);
}

static void
try_places(struct search *s, const struct decide_answer *answer)
{
	const struct decider *d = s->d;
	struct decide_env absent = d->env;
	uint64_t wanted = 0;

	if (answer->nneeds == 0)
		return;
	for (unsigned i = 0; i < answer->nneeds; i++)
		wanted |= answer->needs[i].missing;
	absent.absent = true;
	if (!d->env.absent && may_widen(d))
		try(s, &absent);
	try_users(s);
	try_path(s, &s->r->path, wanted);
	if (answer->nneeds > 1)
		try_path(s, &s->r->to, wanted);
}

void
decide(const struct decider *d, const struct decide_request *r, struct arena *a,
    struct decide_answer *ret_answer)
{
	struct search s = {.d = d, .r = r, .arena = a};

	decide_here(d, r, ret_answer);
	if (ret_answer->verdict != DECIDE_DENIED || d->env.world != NULL)
		return;
	try_proxy(&s);
	try_places(&s, ret_answer);
	if (s.found != NULL) {
		ret_answer->verdict = DECIDE_DEPENDS;
		ret_answer->elsewhere = s.found;
	}
}

/* All rules that have to do with a path and with the directory it is in. */
static void
candidates(const struct decider *d, const struct decide_path *path,
    struct arena *a, bool *off)
{
	static const enum decide_kind kinds[] = {
	    DECIDE_DIRECTORY, DECIDE_FILE, DECIDE_NEW};

	for (unsigned i = 0; i < ARRAY_LEN(kinds); i++) {
		const struct decide_object o = {*path, kinds[i], 0};
		struct decide_rules rules;

		(void)decide_rights(d, &o, a, &rules);
		for (uint32_t j = 0; j < rules.n; j++)
			off[rules.v[j]] = false;
	}
}

static void
support_ports(const struct decider *d, const struct decide_answer *answer,
    const struct decide_request *r, struct arena *a, struct decide_rules *ret)
{
	for (uint32_t i = 0; i < d->blob->nports; i++) {
		const struct blob_port p = blob_port(d->blob, i);
		const bool udp = r->op == DECIDE_SEND_UDP && p.port == 0 &&
				 (p.rights & BLOB_NET_BIND_UDP) != 0;
		uint64_t right = BLOB_NET_CONNECT_TCP;

		if (r->op == DECIDE_BIND_TCP)
			right = BLOB_NET_BIND_TCP;
		if (r->op == DECIDE_BIND_UDP)
			right = BLOB_NET_BIND_UDP;
		if (r->op == DECIDE_SEND_UDP)
			right = BLOB_NET_CONNECT_SEND_UDP;
		if (answer->reason == DECIDE_BY_PORT &&
		    (udp || (p.port == r->port && (p.rights & right) != 0)))
			*VEC_PUSH(a, ret) = i;
	}
}

void
decide_support(const struct decider *d, const struct decide_request *r,
    struct arena *a, struct decide_rules *ret_rules)
{
	struct decider some = *d;
	struct decide_answer all, now;
	struct arena scratch = {0};
	bool *off, again = true;

	*ret_rules = (struct decide_rules){0};
	decide_here(d, r, &all);
	if (all.verdict == DECIDE_DENIED)
		return;
	if (all.nneeds == 0) {
		support_ports(d, &all, r, a, ret_rules);
		return;
	}
	off = ARENA_ARRAY(&scratch, (size_t)d->blob->npaths + 1, bool);
	memset(off, true, d->blob->npaths);
	candidates(d, &r->path, &scratch, off);
	/* What is exchanged must not gain anything, so what it has counts. */
	if (all.nneeds > 1)
		candidates(d, &r->to, &scratch, off);
	if (r->id != 0 || r->to_id != 0)
		for (uint32_t i = 0; i < d->entries.n; i++)
			if (d->entries.v[i].id != 0 &&
			    (d->entries.v[i].id == r->id ||
				d->entries.v[i].id == r->to_id))
				off[d->entries.v[i].rule] = false;
	for (unsigned i = 0; i < all.nneeds; i++)
		candidates(d, &all.needs[i].on.path, &scratch, off);
	for (uint32_t i = 0; d->off != NULL && i < d->blob->npaths; i++)
		off[i] = off[i] || d->off[i];
	some.off = off;
	while (again) {
		again = false;
		for (uint32_t i = 0; i < d->blob->npaths; i++) {
			if (off[i])
				continue;
			off[i] = true;
			decide_here(&some, r, &now);
			off[i] = now.verdict == all.verdict;
			again = again || off[i];
		}
	}
	for (uint32_t i = 0; i < d->blob->npaths; i++)
		if (!off[i])
			*VEC_PUSH(a, ret_rules) = i;
	arena_release(&scratch);
}
