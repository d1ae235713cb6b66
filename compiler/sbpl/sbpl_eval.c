#include <config.h>

#include "compiler/sbpl/sbpl_judge.h"

/*
 * The verdict on a request.  Each operation has a chain of the rules that
 * speak of it.  In a chain, literal and subpath filters lie in a hash table
 * that is asked once for each ancestor of the path, so that ten thousand paths
 * cost what ten do; every other filter is tried in turn, the last rule first,
 * down to the best rule that is known to match.
 *
 * Doubt is carried along: a rule that may match, or may not be there, makes
 * the verdict unknown only if it would change it.
 */

/* Numbers of rules, -1 for none; of each the last one is what counts. */
struct hits {
	int32_t sure;	     /* a rule that is there */
	int32_t maybe_allow; /* rules that may be there */
	int32_t maybe_deny;
};

struct slot {
	struct text text; /* as written in the file; s == NULL: empty */
	uint32_t hash;	  /* of the fact and of the text in lower case */
	enum sbpl_fact fact;
	struct hits literal, subpath;
};

struct trial {
	const struct sbpl_filter *filter; /* NULL: unknown rules */
	int32_t rule;
	bool maybe; /* the rule may not be there */
};

struct sbpl_chain {
	struct hits always;		 /* rules without a filter */
	struct hits by_fact[SBPL_FACTS]; /* of the slots, if it is not told */
	struct hits names;		 /* of the slots "$NAME/..." */
	uint64_t facts;			 /* which facts slots look at */
	struct slot *slots;
	uint32_t mask; /* number of slots less one */
	uint32_t used;
	struct VEC(struct trial) trials; /* in order */
};

static const struct hits no_hits = {-1, -1, -1};

static void
hit(struct hits *h, const struct sbpl_rule *rule, int32_t number, bool maybe)
{
	if (maybe || rule->opaque) {
		if (rule->allow || rule->opaque)
			h->maybe_allow = number;
		if (!rule->allow || rule->opaque)
			h->maybe_deny = number;
	} else {
		h->sure = number;
	}
}

static uint32_t
hash_step(uint32_t hash, char c)
{
	return (hash ^ (unsigned char)text_lower(c)) * 16777619u;
}

static uint32_t
hash_begin(enum sbpl_fact fact)
{
	return 2166136261u + (uint32_t)fact * 40503u;
}

static struct slot *
slot_of(struct sbpl_chain *c, enum sbpl_fact fact, struct text t)
{
	uint32_t hash = hash_begin(fact), i;

	for (i = 0; i < t.len; i++)
		hash = hash_step(hash, t.s[i]);
	for (i = hash & c->mask; c->slots[i].text.s != NULL;
	     i = (i + 1) & c->mask)
		if (c->slots[i].hash == hash && c->slots[i].fact == fact &&
		    text_equal(c->slots[i].text, t))
			return &c->slots[i];
	c->slots[i] = (struct slot){t, hash, fact, no_hits, no_hits};
	return &c->slots[i];
}

/* Can it be looked up? */
static bool
is_slot(const struct sbpl_filter *f)
{
	bool path = f->fact == SBPL_FACT_PATH;

	if (f->kind == SBPL_FILTER_SUBPATH)
		return path && sbpl_path_is_plain(f->text);
	return f->kind == SBPL_FILTER_LITERAL && !f->bare && f->text.len > 0 &&
	       (!path || sbpl_path_is_plain(f->text));
}

static void
add_filter(struct sbpl_judge *j, struct sbpl_chain *c,
    const struct sbpl_filter *f, int32_t number, bool maybe)
{
	const struct sbpl_rule *rule = &j->policy->rules.v[number];
	struct slot *slot;

	if (f != NULL && f->kind == SBPL_FILTER_ANY) {
		for (uint32_t i = 0; i < f->n; i++)
			add_filter(j, c, f->parts[i], number, maybe);
		return;
	}
	if (f == NULL || !is_slot(f)) {
		*VEC_PUSH(j->arena, &c->trials) =
		    (struct trial){f, number, maybe};
		return;
	}
	slot = slot_of(c, f->fact, f->text);
	hit(f->kind == SBPL_FILTER_SUBPATH ? &slot->subpath : &slot->literal,
	    rule, number, maybe);
	if (f->fact == SBPL_FACT_PATH && f->text.s[0] == '$')
		hit(&c->names, rule, number, true);
	/* Not told, each of them may match. */
	hit(&c->by_fact[f->fact], rule, number, true);
	c->facts |= UINT64_C(1) << f->fact;
}

static uint32_t
count_slots(const struct sbpl_filter *f)
{
	uint32_t n = 0;

	if (f == NULL)
		return 0;
	if (f->kind != SBPL_FILTER_ANY)
		return is_slot(f);
	for (uint32_t i = 0; i < f->n; i++)
		n += count_slots(f->parts[i]);
	return n;
}

/* Does the rule speak of the operation?  *ret_maybe: it is not known. */
static bool
speaks_of(const struct sbpl_judge *j, const struct sbpl_rule *r,
    enum sbpl_op op, bool *ret_maybe)
{
	bool maybe = false, speaks = r->opaque;

	for (uint32_t i = 0; i < r->n && !speaks; i++) {
		if (r->ops[i] == SBPL_OP_NONE)
			continue;
		speaks =
		    r->ops[i] == op || (j->reading == SBPL_READING_LAST &&
					   sbpl_op_named_under(r->ops[i], op));
		/* Up to 10.15 at least, sysctl-write is sysctl*. */
		if (r->ops[i] == SBPL_OP_SYSCTL_WRITE &&
		    (op == SBPL_OP_SYSCTL_ANY ||
			(op == SBPL_OP_SYSCTL_READ &&
			    j->reading == SBPL_READING_LAST)))
			maybe = true;
	}
	*ret_maybe = r->maybe || (maybe && !speaks);
	return speaks || maybe;
}

static struct sbpl_chain *
chain_of(struct sbpl_judge *j, enum sbpl_op op)
{
	const struct sbpl_policy *p = j->policy;
	struct sbpl_chain *c = j->chains[op];
	uint32_t slots = 0, size = 8;
	bool maybe;

	if (c != NULL)
		return c;
	c = j->chains[op] = ARENA_NEW(j->arena, struct sbpl_chain);
	c->always = no_hits;
	c->names = no_hits;
	for (uint32_t i = 0; i < SBPL_FACTS; i++)
		c->by_fact[i] = no_hits;
	for (uint32_t i = 0; i < p->rules.n; i++)
		if (speaks_of(j, &p->rules.v[i], op, &maybe))
			slots += count_slots(p->rules.v[i].filter);
	while (size < slots * 2)
		size *= 2;
	c->slots = ARENA_ARRAY(j->arena, size, struct slot);
	c->mask = size - 1;
	for (uint32_t i = 0; i < p->rules.n; i++) {
		const struct sbpl_rule *r = &p->rules.v[i];

		if (!speaks_of(j, r, op, &maybe))
			continue;
		/* Unknown rules may be with and without filters. */
		if (r->filter == NULL)
			hit(&c->always, r, (int32_t)i, maybe);
		if (r->filter != NULL || r->opaque)
			add_filter(j, c, r->filter, (int32_t)i, maybe);
	}
	return c;
}

/* What is found on the way down a chain. */
struct find {
	struct sbpl_judge *j;
	const struct sbpl_request *r;
	struct hits hits;
	int32_t doubt; /* the last rule in doubt */
	const struct sbpl_filter *doubt_filter;
};

static void
take(int32_t *have, int32_t number)
{
	if (number > *have)
		*have = number;
}

/* A rule that may match. */
static void
take_maybe(struct find *f, int32_t number, const struct sbpl_filter *why)
{
	const struct sbpl_rule *rule;

	if (number < 0)
		return;
	rule = &f->j->policy->rules.v[number];
	if (rule->allow || rule->opaque)
		take(&f->hits.maybe_allow, number);
	if (!rule->allow || rule->opaque)
		take(&f->hits.maybe_deny, number);
	if (number > f->doubt) {
		f->doubt = number;
		f->doubt_filter = why;
	}
}

static void
take_hits(struct find *f, const struct hits *h, bool sure)
{
	if (sure)
		take(&f->hits.sure, h->sure);
	else
		take_maybe(f, h->sure, NULL);
	take_maybe(f, h->maybe_allow, NULL);
	take_maybe(f, h->maybe_deny, NULL);
}

/* The slots of one text, whole or cut at a slash. */
static void
look_up(struct find *f, const struct sbpl_chain *c, enum sbpl_fact fact,
    struct text t, uint32_t hash, bool whole)
{
	bool folds = fact == SBPL_FACT_PATH || fact == SBPL_FACT_PROCESS_PATH;

	for (uint32_t i = hash & c->mask; c->slots[i].text.s != NULL;
	     i = (i + 1) & c->mask) {
		const struct slot *s = &c->slots[i];
		bool same;

		if (s->hash != hash || s->fact != fact || s->text.len != t.len)
			continue;
		same = memcmp(s->text.s, t.s, t.len) == 0;
		if (!same && (!folds || f->r->exact_case))
			continue;
		take_hits(f, &s->subpath, same);
		if (whole)
			take_hits(f, &s->literal, same);
	}
}

static void
look_up_path(struct find *f, const struct sbpl_chain *c, struct text path)
{
	uint32_t hash = hash_begin(SBPL_FACT_PATH);
	struct text root = {"/", 1};

	/* Everything is below "/"; a path "$HOME/x", too. */
	look_up(f, c, SBPL_FACT_PATH, root, hash_step(hash, '/'),
	    text_equal(path, root));
	if (text_equal(path, root))
		return;
	for (uint32_t i = 0; i < path.len; i++) {
		if (path.s[i] == '/' && i > 0)
			look_up(f, c, SBPL_FACT_PATH, (struct text){path.s, i},
			    hash, false);
		hash = hash_step(hash, path.s[i]);
	}
	look_up(f, c, SBPL_FACT_PATH, path, hash, true);
}

static void
look_up_fact(struct find *f, const struct sbpl_chain *c, enum sbpl_fact fact)
{
	struct text told = f->r->facts[fact];
	uint32_t hash = hash_begin(fact);

	switch (sbpl_told(f->r, fact)) {
	case SBPL_NONE:
		return;
	case SBPL_NOT_TOLD:
		take_hits(f, &c->by_fact[fact], true);
		return;
	case SBPL_TOLD:
		break;
	}
	if (fact == SBPL_FACT_PATH) {
		look_up_path(f, c, told);
		if (f->r->anywhere && told.s[0] != '$')
			take_hits(f, &c->names, false);
		return;
	}
	for (uint32_t i = 0; i < told.len; i++)
		hash = hash_step(hash, told.s[i]);
	look_up(f, c, fact, told, hash, true);
}

static void
try(struct find *f, const struct sbpl_chain *c)
{
	for (uint32_t i = c->trials.n; i > 0; i--) {
		const struct trial *t = &c->trials.v[i - 1];
		const struct sbpl_filter *leaf = NULL;
		enum sbpl_tri tri;

		if (t->rule < f->hits.sure)
			return;
		tri = t->filter == NULL
			  ? SBPL_MAYBE
			  : sbpl_match(f->j, f->r, t->filter, &leaf);
		if (tri == SBPL_YES && !t->maybe)
			take(&f->hits.sure, t->rule);
		else if (tri != SBPL_NO)
			take_maybe(f, t->rule, leaf);
	}
}

static void
search(struct find *f, const struct sbpl_chain *c)
{
	uint64_t facts = c->facts;

	for (uint32_t i = 0; facts != 0; i++, facts >>= 1)
		if ((facts & 1) != 0)
			look_up_fact(f, c, (enum sbpl_fact)i);
	try(f, c);
}

/*
 * Takes what a chain says.  True: it decides, doubts and all.  What it only
 * may say is kept for the chains above it.
 */
static bool
weigh(struct find *f, struct hits h, enum sbpl_reason reason, enum sbpl_op op,
    bool *may_allow, bool *may_deny, struct sbpl_answer *answer)
{
	const struct sbpl_rule *rules = f->j->policy->rules.v;

	*may_allow = *may_allow || h.maybe_allow > h.sure;
	*may_deny = *may_deny || h.maybe_deny > h.sure;
	if (h.sure < 0)
		return false;
	answer->rule = &rules[h.sure];
	answer->verdict = rules[h.sure].allow ? SBPL_ALLOW : SBPL_DENY;
	answer->reason = reason;
	answer->op = op;
	return true;
}

/* The maker of doubt, of the first chain that has one. */
static void
note_doubt(struct find *f, struct sbpl_answer *answer)
{
	if (answer->doubt != NULL || f->doubt <= f->hits.sure)
		return;
	answer->doubt = &f->j->policy->rules.v[f->doubt];
	answer->doubt_filter = f->doubt_filter;
}

/* An unfiltered rule in doubt counts from the last sure one on. */
static void
note_always(struct find *f, struct hits h)
{
	if (h.maybe_allow > h.sure)
		take_maybe(f, h.maybe_allow, NULL);
	if (h.maybe_deny > h.sure)
		take_maybe(f, h.maybe_deny, NULL);
}

static void
settle(bool may_allow, bool may_deny, struct sbpl_answer *answer)
{
	answer->otherwise = answer->verdict;
	may_allow = may_allow || answer->verdict == SBPL_ALLOW;
	may_deny = may_deny || answer->verdict == SBPL_DENY;
	if (answer->verdict == SBPL_UNKNOWN)
		return;
	if (may_allow && may_deny) {
		answer->verdict = SBPL_UNKNOWN;
		answer->reason = SBPL_BY_DOUBT;
		return;
	}
	answer->doubt = NULL;
	answer->doubt_filter = NULL;
}

/* No rule of the operation or of one above it decides. */
static void
by_itself(enum sbpl_op op, enum sbpl_own own, struct sbpl_answer *answer)
{
	answer->op = op;
	answer->reason = SBPL_BY_ITSELF;
	if (own == SBPL_OWN_ALLOW) {
		answer->verdict = SBPL_ALLOW;
	} else if (own == SBPL_OWN_DENY) {
		answer->verdict = SBPL_DENY;
	} else {
		answer->verdict = SBPL_UNKNOWN;
		answer->reason = SBPL_BY_NOTHING;
	}
}

static void
decide_tree(struct find *f, struct sbpl_answer *answer)
{
	bool may_allow = false, may_deny = false, decided = false;
	enum sbpl_op op = f->r->op;

	while (!decided) {
		const struct sbpl_chain *c = chain_of(f->j, op);
		enum sbpl_own own = sbpl_op_own(op);

		f->hits = no_hits;
		f->doubt = -1;
		if (op != SBPL_OP_DEFAULT)
			search(f, c);
		decided = weigh(f, f->hits, SBPL_BY_FILTER, op, &may_allow,
		    &may_deny, answer);
		if (!decided) {
			note_always(f, c->always);
			decided = weigh(f, c->always,
			    op == SBPL_OP_DEFAULT ? SBPL_BY_DEFAULT
						  : SBPL_BY_OPERATION,
			    op, &may_allow, &may_deny, answer);
		}
		note_doubt(f, answer);
		if (decided)
			break;
		if (own != SBPL_OWN_PARENT || op == SBPL_OP_DEFAULT) {
			by_itself(op,
			    op == SBPL_OP_DEFAULT ? SBPL_OWN_UNKNOWN : own,
			    answer);
			break;
		}
		op = sbpl_op_parent(op);
	}
	settle(may_allow, may_deny, answer);
}

static void
decide_last(struct find *f, struct sbpl_answer *answer)
{
	const struct sbpl_chain *c = chain_of(f->j, f->r->op);
	bool may_allow = false, may_deny = false;

	f->hits = c->always;
	f->doubt = -1;
	note_always(f, c->always);
	search(f, c);
	if (!weigh(f, f->hits, SBPL_BY_FILTER, f->r->op, &may_allow, &may_deny,
		answer))
		by_itself(f->r->op, SBPL_OWN_UNKNOWN, answer);
	else if (answer->rule->filter == NULL)
		answer->reason = SBPL_BY_OPERATION;
	note_doubt(f, answer);
	settle(may_allow, may_deny, answer);
}

/* What every file, socket or process has, whichever it is: not told. */
static bool
has_some(enum sbpl_fact fact)
{
	static const enum sbpl_fact facts[] = {SBPL_FACT_VNODE_TYPE,
	    SBPL_FACT_FILE_MODE, SBPL_FACT_SOCKET_DOMAIN, SBPL_FACT_SOCKET_TYPE,
	    SBPL_FACT_SOCKET_PROTOCOL, SBPL_FACT_PROCESS_PATH,
	    SBPL_FACT_SIGNING_ID, SBPL_FACT_ENTITLEMENT};

	for (size_t i = 0; i < ARRAY_LEN(facts); i++)
		if (facts[i] == fact)
			return true;
	return false;
}

struct sbpl_request
sbpl_request_about(enum sbpl_op op, enum sbpl_fact fact, struct text value)
{
	struct sbpl_request r = {.op = op, .apart = true};

	for (uint32_t i = 0; i < SBPL_FACTS; i++)
		if (!has_some((enum sbpl_fact)i))
			r.facts[i] = SBPL_HAS_NONE;
	r.facts[fact] = value;
	return r;
}

void
sbpl_decide(struct sbpl_judge *j, const struct sbpl_request *r,
    struct sbpl_answer *ret_answer)
{
	struct sbpl_answer answer = {.op = r->op};
	struct find f = {.j = j, .r = r, .hits = no_hits, .doubt = -1};

	if (j->reading == SBPL_READING_TREE)
		decide_tree(&f, &answer);
	else
		decide_last(&f, &answer);
	*ret_answer = answer;
}

const struct sbpl_filter *
sbpl_rule_part(struct sbpl_judge *j, const struct sbpl_request *r,
    const struct sbpl_rule *rule)
{
	const struct sbpl_filter *f = rule->filter, *leaf;
	const struct sbpl_filter *may = f;

	if (f == NULL || f->kind != SBPL_FILTER_ANY)
		return f;
	for (uint32_t i = 0; i < f->n; i++) {
		switch (sbpl_match(j, r, f->parts[i], &leaf)) {
		case SBPL_YES:
			return f->parts[i];
		case SBPL_MAYBE:
			may = may == f ? f->parts[i] : may;
			break;
		case SBPL_NO:
			break;
		}
	}
	return may;
}

struct sbpl_judge *
sbpl_judge_open(
    struct arena *a, const struct sbpl_policy *p, enum sbpl_reading reading)
{
	struct sbpl_judge *j = ARENA_NEW(a, struct sbpl_judge);

	j->arena = a;
	j->policy = p;
	j->reading = reading;
	j->regexes = ARENA_ARRAY(a, p->regexes + 1, struct sbpl_regex);
	return j;
}
