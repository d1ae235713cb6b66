#include <config.h>

#include "compiler/sbpl/sbpl_paths.h"

#include "compiler/sbpl/sbpl_judge.h"

/* The texts of filters as tries, and their expressions as an automaton. */

enum { NOTHING = UINT32_MAX };

static uint32_t
child_of(const struct sbpl_trie *t, uint32_t node, char byte)
{
	uint32_t i = t->nodes.v[node].child;

	while (i != 0 && t->nodes.v[i].byte != byte)
		i = t->nodes.v[i].sibling;
	return i;
}

static uint32_t
insert(struct arena *a, struct sbpl_trie *t, struct text text, bool fold)
{
	uint32_t node = 0;

	for (uint32_t i = 0; i < text.len; i++) {
		const char c = fold ? text_lower(text.s[i]) : text.s[i];
		uint32_t next = child_of(t, node, c);

		if (next == 0) {
			next = t->nodes.n;
			*VEC_PUSH(a, &t->nodes) = (struct sbpl_trie_node){
			    .byte = c,
			    .parent = node,
			    .sibling = t->nodes.v[node].child,
			};
			t->nodes.v[node].child = next;
		}
		node = next;
	}
	return node;
}

/* "$HOME" of "$HOME/x" */
static struct text
root_of(struct text t)
{
	struct text root = {t.s, 0};

	if (t.len < 2 || t.s[0] != '$')
		return root;
	while (root.len < t.len && t.s[root.len] != '/')
		root.len++;
	return root;
}

void
sbpl_paths_add_root(struct sbpl_paths *p, struct text root)
{
	for (uint32_t i = 0; i < p->roots.n; i++)
		if (text_equal(p->roots.v[i], root))
			return;
	if (root.len > 1)
		*VEC_PUSH(p->arena, &p->roots) = root;
}

static void
add_text(struct sbpl_paths *p, enum sbpl_filter_kind kind, struct text t)
{
	struct sbpl_trie *const tries[] = {&p->exact, &p->folded};

	if (t.len == 0)
		return;
	sbpl_paths_add_root(p, root_of(t));
	for (unsigned i = 0; i < 2; i++) {
		const uint32_t at = insert(p->arena, tries[i], t, i == 1);
		struct sbpl_trie_node *n = &tries[i]->nodes.v[at];

		n->literal |= kind == SBPL_FILTER_LITERAL;
		/* All is below "/". */
		n->subpath |= kind == SBPL_FILTER_SUBPATH && t.len > 1;
		n->prefix |= kind == SBPL_FILTER_PREFIX;
	}
}

static void
add_regex(struct sbpl_paths *p, struct text pattern)
{
	/* Behind "^" and an escaped $ stands a parameter that is not given. */
	if (pattern.len > 3 && memcmp(pattern.s, "^\\$", 3) == 0) {
		uint32_t n = 3;

		while (n < pattern.len &&
		       ((pattern.s[n] >= 'A' && pattern.s[n] <= 'Z') ||
			   pattern.s[n] == '_'))
			n++;
		sbpl_paths_add_root(p, (struct text){pattern.s + 2, n - 2});
	}
	/* What is beyond the agreed language matches in doubt, everywhere. */
	if (!sbpl_nfa_add(&p->nfa, pattern) && sbpl_regex_is_common(pattern))
		p->incomplete = true;
}

void
sbpl_paths_add(
    struct sbpl_paths *p, const struct sbpl_filter *f, enum sbpl_fact fact)
{
	struct text t;

	if (f == NULL)
		return;
	for (uint32_t i = 0; i < f->n; i++)
		sbpl_paths_add(p, f->parts[i], fact);
	if (f->n > 0 || f->fact != fact)
		return;
	t = f->text;
	switch (f->kind) {
	case SBPL_FILTER_LITERAL:
	case SBPL_FILTER_PREFIX:
		add_text(p, f->kind, t);
		return;
	case SBPL_FILTER_SUBPATH:
		/* With a slash at the end it is in doubt where it matches. */
		if (t.len > 1 && t.s[t.len - 1] == '/')
			t.len--;
		add_text(p, f->kind, t);
		return;
	case SBPL_FILTER_ANCESTOR:
		for (uint32_t i = 1; i < t.len; i++)
			if (t.s[i] == '/')
				add_text(p, SBPL_FILTER_LITERAL,
				    (struct text){t.s, i});
		return;
	case SBPL_FILTER_REGEX:
		add_regex(p, t);
		return;
	case SBPL_FILTER_ANY:
	case SBPL_FILTER_ALL:
	case SBPL_FILTER_NOT:
	case SBPL_FILTER_NUMBER:
	case SBPL_FILTER_BITS:
	case SBPL_FILTER_END:
	case SBPL_FILTER_UNKNOWN:
		return;
	}
}

void
sbpl_paths_add_policy(
    struct sbpl_paths *p, const struct sbpl_policy *policy, enum sbpl_fact fact)
{
	for (uint32_t i = 0; i < policy->rules.n; i++)
		sbpl_paths_add(p, policy->rules.v[i].filter, fact);
}

void
sbpl_paths_add_place(struct sbpl_paths *p, struct text path, bool tree)
{
	add_text(p, tree ? SBPL_FILTER_SUBPATH : SBPL_FILTER_LITERAL, path);
}

void
sbpl_paths_init(
    struct sbpl_paths *p, struct arena *a, enum sbpl_universe universe)
{
	*p = (struct sbpl_paths){.arena = a, .universe = universe};
	p->nfa.arena = a;
	(void)VEC_PUSH(a, &p->exact.nodes);
	(void)VEC_PUSH(a, &p->folded.nodes);
	/* It is above all others, and below none. */
	if (universe == SBPL_ALL_PATHS)
		add_text(p, SBPL_FILTER_LITERAL, TEXT("/"));
}

/* Parents come before their children. */
void
sbpl_trie_mark(struct sbpl_trie *t)
{
	for (uint32_t i = 0; i < t->nodes.n; i++) {
		struct sbpl_trie_node *n = &t->nodes.v[i];
		const struct sbpl_trie_node *up = &t->nodes.v[n->parent];
		uint32_t before = NOTHING;

		if (i > 0)
			before = n->byte == '/' ? up->at_slash : up->at_other;
		n->at_other = n->prefix ? 2 * i : before;
		n->at_slash = n->prefix || n->subpath ? 2 * i + 1 : before;
	}
}
