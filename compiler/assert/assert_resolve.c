#include <config.h>

#include "compiler/assert/assert.h"

#include <stdlib.h>

#include "compiler/base/date.h"
#include "compiler/expand/expand.h"
#include "compiler/expand/variable.h"

/* Assertions as written -> sets of paths and ports, masks of operations. */
struct resolver {
	const struct assert_resolver *in;
	struct arena *arena;
	struct diags *diags;
	struct assertions *to;
	uint32_t first; /* whose names matter: 0, or none before this */
	struct VEC(const struct assert_statement *) lets;
	bool ok;
};

/* The message is the word with what stands before and behind it. */
static struct diag *
fault(struct resolver *r, enum diag_code code, struct span at,
    const char *before, struct text word, const char *behind)
{
	r->ok = false;
	return diag_at(r->diags, code, at, "%s%.*s%s", before, (int)word.len,
	    word.s, behind);
}

static const struct assert_statement *
find_let(struct resolver *r, struct text name, enum assert_statement_kind kind)
{
	for (uint32_t i = 0; i < r->lets.n; i++)
		if (r->lets.v[i]->kind == kind &&
		    text_equal(r->lets.v[i]->name.text, name))
			return r->lets.v[i];
	return NULL;
}

static void
unknown_let(struct resolver *r, const struct assert_word *w,
    enum assert_statement_kind kind)
{
	const char **names = ARENA_ARRAY(r->arena, r->lets.n + 1, const char *);
	bool ops = kind == ASSERT_LET_OPS;
	const char *near;
	struct diag *diag;
	uint32_t n = 0;

	for (uint32_t i = 0; i < r->lets.n; i++)
		if (r->lets.v[i]->kind == kind)
			names[n++] =
			    arena_text(r->arena, r->lets.v[i]->name.text).s;
	near = diag_nearest(w->text, names, n);
	diag = fault(r, DIAG_ASSERT_UNKNOWN, w->at,
	    ops ? "no list of operations is named \"%" : "no set is named \"",
	    w->text, "\"");
	if (near != NULL) {
		diag_help(r->diags, diag, "did you mean \"%s%s\"?",
		    ops ? "%" : "", near);
		diag_fix(r->diags, diag, DIAG_FIX_BYTES, w->at, "%s%s",
		    ops ? "%" : "", near);
	} else if (ops) {
		diag_help(r->diags, diag,
		    "give it one above: let %%%.*s = write, create;",
		    (int)w->text.len, w->text.s);
	} else {
		diag_help(r->diags, diag,
		    "give it one above: let %.*s = { $HOME/.ssh/** };",
		    (int)w->text.len, w->text.s);
	}
}

static unsigned
operation(struct text word)
{
	unsigned op = 0;

	while (!text_is(word, assert_operations[op]))
		op++;
	return 1U << op;
}

static unsigned
resolve_ops(struct resolver *r, const struct assert_words *words)
{
	unsigned ops = 0;

	for (const struct assert_word *w = words->first; w != NULL;
	     w = w->next) {
		const struct assert_statement *let;

		if (!w->macro) {
			ops |= operation(w->text);
			continue;
		}
		let = find_let(r, w->text, ASSERT_LET_OPS);
		if (let == NULL)
			unknown_let(r, w, ASSERT_LET_OPS);
		else /* it stands above, so this ends */
			ops |= resolve_ops(r, &let->ops);
	}
	return ops;
}

static void
add_region(struct resolver *r, struct region_set *set, struct path path,
    bool tree, struct span at)
{
	*VEC_PUSH(r->arena, &set->paths) = (struct region){path, tree, at};
}

static void
bad_pattern(struct resolver *r, const struct assert_word *w)
{
	struct diag *diag = fault(r, DIAG_ASSERT_PATTERN, w->at, "\"", w->text,
	    "\" is a pattern that assertions do not have");

	diag_help(r->diags, diag,
	    "a path stands for itself, and with \"/**\" at its end for all "
	    "below it as well");
}

/* A template, expanded as in a profile. */
static bool
resolve_path(
    struct resolver *r, struct text text, struct span at, struct path *ret_path)
{
	const struct node node = {
	    .at = at, .kind = NODE_STRING, .string = text};
	struct template tpl;

	if (template_scan(r->arena, r->diags, &node, &tpl) &&
	    expand_template(r->arena, r->diags, &tpl, r->in->target, ret_path))
		return true;
	r->ok = false;
	return false;
}

static void
add_path(
    struct resolver *r, struct region_set *set, const struct assert_word *w)
{
	struct text t = w->text;
	bool tree = t.len >= 3 && memcmp(t.s + t.len - 3, "/**", 3) == 0;
	struct path path;

	if (tree)
		t.len = t.len == 3 ? 1 : t.len - 3;
	if (memchr(t.s, '*', t.len) != NULL)
		bad_pattern(r, w);
	else if (resolve_path(r, t, w->at, &path))
		add_region(r, set, path, tree, w->at);
}

static bool
port_number(struct text t, uint32_t *at, uint16_t *ret_port)
{
	uint32_t begin = *at, value = 0;

	for (; *at < t.len && t.s[*at] >= '0' && t.s[*at] <= '9'; ++*at) {
		value = value * 10 + (uint32_t)(t.s[*at] - '0');
		if (value > UINT16_MAX)
			return false;
	}
	*ret_port = (uint16_t)value;
	return *at > begin;
}

static void
add_ports(
    struct resolver *r, struct region_set *set, const struct assert_word *w)
{
	struct port_region p = {.udp = w->text.s[0] == 'u', .last = UINT16_MAX};
	struct text t = {w->text.s + 4, w->text.len - 4};
	struct diag *diag;
	uint32_t at = 0;
	bool good = text_is(t, "*");

	if (!good && port_number(t, &at, &p.first)) {
		p.last = p.first;
		good = true;
		if (at < t.len && t.s[at] == '-') {
			at++;
			good = port_number(t, &at, &p.last);
		}
		good = good && at == t.len && p.first <= p.last;
	}
	if (good) {
		*VEC_PUSH(r->arena, &set->ports) = p;
		return;
	}
	diag = fault(
	    r, DIAG_ASSERT_VALUE, w->at, "\"", w->text, "\" names no ports");
	diag_help(r->diags, diag,
	    "write tcp:443, tcp:1-1023 or tcp:*; ports go up to 65535");
}

static void
add_paths(
    struct resolver *r, struct region_set *set, const struct path_list *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		const struct path_entry *e = &list->v[i];
		struct path path;

		if (e->dynamic ||
		    when_decide(e->when, r->in->target) == VERDICT_NO)
			continue;
		if (expand_template(
			r->arena, r->diags, &e->path, r->in->target, &path))
			add_region(r, set, path, true, e->path.at);
		else
			r->ok = false;
	}
}

/* What the group denies, if it denies any path, else what it grants. */
static void
add_group(
    struct resolver *r, struct region_set *set, const struct assert_word *w)
{
	const struct name_entry name = {.name = w->text, .at = w->at};
	const struct group_file *file;

	if (!store_group(r->in->store, &name, &file)) {
		r->ok = false;
		return;
	}
	if (file->ast->platform.set &&
	    file->ast->platform.value != (int)r->in->target->platform)
		return;
	if (file->ast->deny.n > 0) {
		add_paths(r, set, &file->ast->deny);
		return;
	}
	add_paths(r, set, &file->ast->read);
	add_paths(r, set, &file->ast->write);
	add_paths(r, set, &file->ast->readwrite);
}

static void
add_set(struct resolver *r, struct region_set *to, const struct assert_set *set)
{
	for (const struct assert_term *t = set->first; t != NULL; t = t->next) {
		const struct assert_statement *let;

		switch (t->kind) {
		case ASSERT_PATH:
			add_path(r, to, &t->word);
			break;
		case ASSERT_PORTS:
			add_ports(r, to, &t->word);
			break;
		case ASSERT_GROUP:
			add_group(r, to, &t->word);
			break;
		case ASSERT_NAME:
			let = find_let(r, t->word.text, ASSERT_LET_SET);
			if (let == NULL)
				unknown_let(r, &t->word, ASSERT_LET_SET);
			else
				add_set(r, to, &let->set);
			break;
		}
	}
}

static struct region_set
resolve_set(struct resolver *r, const struct assert_set *set)
{
	struct region_set to = {.at = set->at};

	add_set(r, &to, set);
	return to;
}

/* A set may be empty where another platform's would not be. */
static void
warn_empty(struct resolver *r, const struct region_set *set)
{
	struct diag *diag;

	if (set->paths.n > 0 || set->ports.n > 0)
		return;
	diag = diag_at(r->diags, DIAG_ASSERT_EMPTY, set->at,
	    "the set is empty on this target");
	diag_help(r->diags, diag,
	    "add \"for platform linux\" or \"for platform macos\" if it is "
	    "meant for the other one");
}

static const unsigned port_ops = 1U << OP_CONNECT | 1U << OP_BIND;

static void
check_fit(struct resolver *r, unsigned ops, const struct region_set *set)
{
	struct text names;
	struct diag *diag;

	if ((set->ports.n > 0 && (ops & ~port_ops) != 0) ||
	    (set->paths.n > 0 && (ops & port_ops) != 0)) {
		names = assert_ops_print(r->arena,
		    set->ports.n > 0 ? ops & ~port_ops : ops & port_ops);
		diag = fault(r, DIAG_ASSERT_MISMATCH, set->at, "", names,
		    set->ports.n > 0 ? ": no operation on ports"
				     : ": no operation on paths");
		diag_help(r->diags, diag,
		    "connect and bind go with ports such as tcp:443, all "
		    "others with paths; a socket in the file system is "
		    "reached by unix");
	}
}

/* Is the target the one that is asked for, if any? */
static bool
platform_fits(struct resolver *r, const struct assert_word *w)
{
	static const char *const platforms[] = {
	    [PLATFORM_LINUX] = "linux", [PLATFORM_MACOS] = "macos"};
	struct diag *diag;

	if (w->text.len == 0 ||
	    text_is(w->text, platforms[r->in->target->platform]))
		return true;
	if (!text_is(w->text, "linux") && !text_is(w->text, "macos")) {
		diag = fault(r, DIAG_ASSERT_VALUE, w->at,
		    "no platform is named \"", w->text, "\"");
		diag_help(r->diags, diag, "write linux or macos");
	}
	return false;
}

static void
resolve_scope(
    struct resolver *r, const struct assert_scope *s, struct assertion *to)
{
	struct text abi = s->abi.text;
	struct diag *diag;

	to->profiles = &s->profiles;
	to->other_platform = !platform_fits(r, &s->platform);
	if (abi.len == 0)
		return;
	to->abi = abi.len > 2 ? 0
			      : (unsigned)strtoul(
				    arena_text(r->arena, abi).s, NULL, 10);
	if (to->abi < 1 || to->abi > BLOB_ABI_NEWEST) {
		diag = fault(r, DIAG_ASSERT_VALUE, s->abi.at,
		    "there is no Landlock ABI ", abi, "");
		diag_help(r->diags, diag, "write a number from 1 to %d",
		    BLOB_ABI_NEWEST);
	}
	if (r->in->target->platform != PLATFORM_LINUX)
		to->other_platform = true;
}

static void
check_twice(struct resolver *r, const struct assert_word *name,
    struct text other, struct span other_at)
{
	struct diag *diag;

	if (!text_equal(name->text, other))
		return;
	diag = fault(r, DIAG_ASSERT_TWICE, name->at, "\"", name->text,
	    "\" has been given already");
	diag_note(r->diags, diag, other_at, "here");
	diag_help(r->diags, diag, "choose another name");
}

/* Waivers and people tell assertions by their names, across files. */
static void
check_unique(struct resolver *r, const struct assert_word *name)
{
	for (uint32_t i = r->first; i < r->to->list.n; i++)
		check_twice(
		    r, name, r->to->list.v[i].name, r->to->list.v[i].at);
}

static void
resolve_assertion(struct resolver *r, const struct assert_statement *s)
{
	const struct assert_rule *rule = s->rule;
	struct assertion a = {
	    .name = s->name.text,
	    .at = s->at,
	    .kind = rule->kind,
	    .only = &rule->profiles,
	    .rule = rule,
	};

	a.ops = resolve_ops(r, &rule->ops);
	a.set = resolve_set(r, &rule->set);
	a.except = resolve_set(r, &rule->except);
	resolve_scope(r, &s->scope, &a);
	check_fit(r, a.ops, &a.set);
	check_fit(r, a.ops, &a.except);
	if (a.name.len > 0)
		check_unique(r, &s->name);
	if (rule->set.first != NULL && !a.other_platform && r->ok)
		warn_empty(r, &a.set);
	*VEC_PUSH(r->arena, &r->to->list) = a;
}

static void
resolve_waiver(struct resolver *r, const struct assert_statement *s)
{
	struct waiver w = {
	    .assertion = UINT32_MAX,
	    .reason = s->reason.text,
	    .owner = s->owner.text,
	    .until = s->until.text,
	    .profiles = &s->scope.profiles,
	    .at = s->at,
	};
	struct diag *diag;

	for (uint32_t i = r->first; i < r->to->list.n; i++)
		if (text_equal(r->to->list.v[i].name, s->name.text))
			w.assertion = i;
	if (w.assertion == UINT32_MAX) {
		diag = fault(r, DIAG_ASSERT_UNKNOWN, s->name.at,
		    "no assertion is named \"", s->name.text, "\"");
		diag_help(r->diags, diag,
		    "a waiver stands below its assertion, or in a file that "
		    "is given after it");
	}
	if (!date_valid(s->until.text))
		fault(r, DIAG_ASSERT_VALUE, s->until.at, "there is no day ",
		    s->until.text, "");
	if (s->reason.text.len == 0) {
		diag = fault(r, DIAG_ASSERT_VALUE, s->reason.at,
		    "the reason is empty", s->reason.text, "");
		diag_help(r->diags, diag,
		    "say why the assertion does not hold here and what would "
		    "make it hold");
	}
	if (s->scope.abi.text.len > 0)
		fault(r, DIAG_ASSERT_VALUE, s->scope.abi.at,
		    "a waiver is for every ABI: remove \"for abi >= ",
		    s->scope.abi.text, "\"");
	w.set = resolve_set(r, &s->set);
	if (platform_fits(r, &s->scope.platform))
		*VEC_PUSH(r->arena, &r->to->waivers) = w;
}

static void
resolve_assumption(struct resolver *r, const struct assert_statement *s)
{
	struct assumption a = {.at = s->at};
	struct path root;
	struct diag *diag;

	if (!resolve_path(r, s->name.text, s->name.at, &root) ||
	    !resolve_path(r, s->path.text, s->path.at, &a.place))
		return;
	a.root = root.root;
	if (root.root == BLOB_ROOT_SLASH || root.suffix.len > 0 ||
	    a.place.root == root.root) {
		diag = fault(r, DIAG_ASSERT_VALUE, s->name.at, "\"",
		    s->name.text, "\" is not a root that could lie anywhere");
		diag_help(r->diags, diag,
		    "write assume $CWD is $HOME/project; roots are $HOME, "
		    "$CWD, $TMPDIR and the $XDG directories");
		return;
	}
	*VEC_PUSH(r->arena, &r->to->assumptions) = a;
}

static void
resolve_statement(struct resolver *r, const struct assert_statement *s)
{
	switch (s->kind) {
	case ASSERT_LET_SET:
	case ASSERT_LET_OPS:
		for (uint32_t i = 0; i < r->lets.n; i++)
			if (r->lets.v[i]->kind == s->kind)
				check_twice(r, &s->name,
				    r->lets.v[i]->name.text,
				    r->lets.v[i]->name.at);
		/* Judged even if nothing uses it. */
		if (s->kind == ASSERT_LET_SET)
			(void)resolve_set(r, &s->set);
		else
			(void)resolve_ops(r, &s->ops);
		*VEC_PUSH(r->arena, &r->lets) = s;
		break;
	case ASSERT_ASSERT:
		resolve_assertion(r, s);
		break;
	case ASSERT_ASSUME:
		resolve_assumption(r, s);
		break;
	case ASSERT_WAIVE:
		resolve_waiver(r, s);
		break;
	}
}

static struct resolver
resolver_of(const struct assert_resolver *in, struct assertions *to)
{
	return (struct resolver){
	    .in = in,
	    .arena = in->store->arena,
	    .diags = in->store->diags,
	    .to = to,
	    .ok = true,
	};
}

bool
assert_resolve(const struct assert_resolver *in, const struct assert_file *f,
    struct assertions *to)
{
	struct resolver r = resolver_of(in, to);

	for (const struct assert_statement *s = f->first; s != NULL;
	     s = s->next)
		resolve_statement(&r, s);
	return r.ok;
}

bool
assert_resolve_rule(const struct assert_resolver *in,
    const struct assert_statement *s, struct assertions *to)
{
	struct resolver r = resolver_of(in, to);

	r.first = to->list.n;
	resolve_assertion(&r, s);
	return r.ok;
}

bool
assert_resolve_set(const struct assert_resolver *in,
    const struct assert_set *set, struct region_set *ret_set)
{
	struct resolver r = resolver_of(in, NULL);

	*ret_set = resolve_set(&r, set);
	if (r.ok)
		warn_empty(&r, ret_set);
	return r.ok;
}

void
assert_expire(struct assertions *a, const char *today)
{
	for (uint32_t i = 0; i < a->waivers.n; i++) {
		struct waiver *w = &a->waivers.v[i];

		w->expired = text_compare(text_of(today), w->until) > 0;
	}
}

bool
assert_applies(const struct assert_words *profiles, struct text name)
{
	const struct assert_word *w = profiles->first;

	while (w != NULL && !text_equal(w->text, name))
		w = w->next;
	return w != NULL || profiles->first == NULL;
}
