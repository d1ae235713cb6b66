#include <config.h>

#include "compiler/sbpl/sbpl_paths.h"

/*
 * All paths, byte by byte, as states of what their beginnings can still match:
 * the shortest first, and no state twice.
 */

enum { NOTHING = UINT32_MAX, NO_MARK = NOTHING >> 1 };
/* In a trie: at a node of it, or else behind the mark that was passed last. */
static const uint32_t alive = UINT32_C(1) << 31;

/* What the next byte may be, in a path. */
enum where {
	PLACE_START,
	PLACE_ROOT,  /* "/" */
	PLACE_SLASH, /* behind another one: a name has to follow */
	PLACE_DOT,   /* "." and ".." are no names */
	PLACE_DOTS,
	PLACE_NAME,
};

/* The words of a state, before the nodes of the automaton. */
enum { EXACT, FOLDED, PLACE, NODES };

struct state {
	uint32_t words, n; /* in walk.words */
	uint32_t from;
	uint32_t root; /* 0, or 1 + the root that it is */
	bool named;    /* begins with a root */
	unsigned char byte;
};

struct word_list {
	uint32_t words, n; /* in walk.words */
	uint32_t hash;
};

/* Lists of words, each once. */
struct table {
	uint32_t *slots; /* 1 + an index into lists; 0 is free */
	uint32_t mask;
	struct VEC(struct word_list) lists;
};

struct walk {
	struct sbpl_paths *p;
	struct arena *arena;
	struct VEC(uint32_t) words;
	struct VEC(struct state) states;
	struct table known, sorts;
	struct sbpl_nfa_set from, to;
	struct sbpl_sorts *found;
};

static uint32_t
hash_of(const uint32_t *words, uint32_t n)
{
	uint32_t h = 2166136261u;

	for (uint32_t i = 0; i < n; i++) {
		h = (h ^ (words[i] & 0xffff)) * 16777619u;
		h = (h ^ words[i] >> 16) * 16777619u;
	}
	return h ^ h >> 15;
}

static void
grow(struct arena *a, struct table *t)
{
	const uint32_t size = t->mask == 0 ? 1024 : (t->mask + 1) * 4;

	t->slots = ARENA_ARRAY(a, size, uint32_t);
	t->mask = size - 1;
	for (uint32_t i = 0; i < t->lists.n; i++) {
		uint32_t k = t->lists.v[i].hash & t->mask;

		while (t->slots[k] != 0)
			k = (k + 1) & t->mask;
		t->slots[k] = i + 1;
	}
}

/* Is the list that ends the words new?  Else they are taken away again. */
static bool
is_new(struct walk *w, struct table *t, uint32_t at)
{
	const uint32_t n = w->words.n - at;
	const uint32_t hash = hash_of(w->words.v + at, n);
	uint32_t k;

	if (t->lists.n * 2 >= t->mask)
		grow(w->arena, t);
	for (k = hash & t->mask; t->slots[k] != 0; k = (k + 1) & t->mask) {
		const struct word_list *l = &t->lists.v[t->slots[k] - 1];

		if (l->hash == hash && l->n == n &&
		    memcmp(w->words.v + l->words, w->words.v + at,
			n * sizeof(uint32_t)) == 0) {
			w->words.n = at;
			return false;
		}
	}
	*VEC_PUSH(w->arena, &t->lists) = (struct word_list){at, n, hash};
	t->slots[k] = t->lists.n;
	return true;
}

static void
push(struct walk *w, uint32_t word)
{
	*VEC_PUSH(w->arena, &w->words) = word;
}

static uint32_t
trie_step(const struct sbpl_trie *t, uint32_t at, char c)
{
	const struct sbpl_trie_node *n;
	uint32_t mark;

	if ((at & alive) == 0)
		return at;
	n = &t->nodes.v[at & ~alive];
	for (uint32_t i = n->child; i != 0; i = t->nodes.v[i].sibling)
		if (t->nodes.v[i].byte == c)
			return i | alive;
	mark = c == '/' ? n->at_slash : n->at_other;
	return mark == NOTHING ? NO_MARK : mark;
}

/* By what matches, if the text ends there. */
static uint32_t
trie_sort(const struct sbpl_trie *t, uint32_t at)
{
	const struct sbpl_trie_node *n;

	if ((at & alive) == 0)
		return at;
	n = &t->nodes.v[at & ~alive];
	if (n->literal)
		return at;
	if (n->subpath)
		return n->at_slash;
	return n->at_other == NOTHING ? NO_MARK : n->at_other;
}

/* PLACE_START: no path goes on so. */
static enum where
place_step(const struct walk *w, enum where place, char c)
{
	if (w->p->universe == SBPL_ALL_NAMES)
		return PLACE_NAME;
	switch (place) {
	case PLACE_START:
		return c == '/' ? PLACE_ROOT : PLACE_START;
	case PLACE_ROOT:
	case PLACE_SLASH:
		return c == '/'	  ? PLACE_START
		       : c == '.' ? PLACE_DOT
				  : PLACE_NAME;
	case PLACE_DOT:
	case PLACE_DOTS:
		if (c == '/')
			return PLACE_START;
		return c == '.' && place == PLACE_DOT ? PLACE_DOTS : PLACE_NAME;
	case PLACE_NAME:
		break;
	}
	return c == '/' ? PLACE_SLASH : PLACE_NAME;
}

static bool
is_path(enum where place)
{
	return place == PLACE_ROOT || place == PLACE_NAME;
}

static struct text
text_of_state(const struct walk *w, uint32_t state)
{
	const struct sbpl_paths *p = w->p;
	struct text root = {"", 0};
	uint32_t n = 0, i;
	char *s;

	for (i = state; i != 0; i = w->states.v[i].from) {
		if (w->states.v[i].root > 0)
			root = p->roots.v[w->states.v[i].root - 1];
		else
			n++;
	}
	s = ARENA_ARRAY(w->arena, (size_t)n + root.len + 1, char);
	memcpy(s, root.s, root.len);
	n += root.len;
	for (uint32_t k = n, at = state; at != 0; at = w->states.v[at].from)
		if (w->states.v[at].root == 0)
			s[--k] = (char)w->states.v[at].byte;
	return (struct text){s, n};
}

/* Which filters match what ends in the state? */
static void
sort(struct walk *w, uint32_t state)
{
	const struct state s = w->states.v[state];
	const uint32_t at = w->words.n;
	const uint32_t exact = w->words.v[s.words + EXACT];
	const uint32_t folded = w->words.v[s.words + FOLDED];

	if (!is_path((enum where)w->words.v[s.words + PLACE]))
		return;
	push(w, trie_sort(&w->p->exact, exact));
	push(w, trie_sort(&w->p->folded, folded));
	/* A pattern may match the path that a name stands for. */
	push(w, s.named);
	for (uint32_t i = NODES; i < s.n; i++) {
		const struct sbpl_nfa_node *n =
		    &w->p->nfa.nodes.v[w->words.v[s.words + i]];

		if (sbpl_nfa_matches(n) &&
		    (w->words.n == at + 3 ||
			w->words.v[w->words.n - 1] != n->regex))
			push(w, n->regex);
	}
	if (is_new(w, &w->sorts, at))
		*VEC_PUSH(w->arena, w->found) = text_of_state(w, state);
}

/* The state that `words` and w->to make, if it is new. */
static void
arrive(struct walk *w, const uint32_t words[NODES], struct state s)
{
	s.words = w->words.n;
	for (unsigned i = 0; i < NODES; i++)
		push(w, words[i]);
	for (uint32_t i = 0; i < w->to.n; i++)
		push(w, w->to.v[i]);
	s.n = w->words.n - s.words;
	if (!is_new(w, &w->known, s.words))
		return;
	*VEC_PUSH(w->arena, &w->states) = s;
	sort(w, w->states.n - 1);
}

static void
step(struct walk *w, uint32_t words[NODES], char c)
{
	words[EXACT] = trie_step(&w->p->exact, words[EXACT], c);
	words[FOLDED] = trie_step(&w->p->folded, words[FOLDED], text_lower(c));
	sbpl_nfa_step(&w->p->nfa, &w->from, (unsigned char)c, &w->to);
}

/* Bytes by what they do in a state. */
struct kinds {
	struct sbpl_bytes v[256];
	uint32_t n;
};

static void
split(struct kinds *k, const struct sbpl_bytes *by)
{
	const uint32_t n = k->n;

	for (uint32_t i = 0; i < n; i++) {
		struct sbpl_bytes in, out;
		uint64_t any_in = 0, any_out = 0;

		for (unsigned b = 0; b < 4; b++) {
			in.bits[b] = k->v[i].bits[b] & by->bits[b];
			out.bits[b] = k->v[i].bits[b] & ~by->bits[b];
			any_in |= in.bits[b];
			any_out |= out.bits[b];
		}
		if (any_in == 0 || any_out == 0)
			continue;
		k->v[i] = in;
		k->v[k->n++] = out;
	}
}

static void
split_off(struct kinds *k, char c)
{
	struct sbpl_bytes one = {{0}};

	one.bits[(unsigned char)c >> 6] |= UINT64_C(1) << (c & 63);
	split(k, &one);
}

static void
split_by_trie(struct kinds *k, const struct sbpl_trie *t, uint32_t at)
{
	if ((at & alive) == 0)
		return;
	for (uint32_t i = t->nodes.v[at & ~alive].child; i != 0;
	     i = t->nodes.v[i].sibling) {
		const char c = t->nodes.v[i].byte;

		split_off(k, c);
		if (c >= 'a' && c <= 'z')
			split_off(k, (char)(c - 'a' + 'A'));
	}
}

/* One of them, as people write it if that can be. */
static unsigned char
pick(const struct sbpl_bytes *s)
{
	static const char liked[] = "xabcdefghijklmnopqrstuvwyz0123456789"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-.+,=@%~:;#!&";

	for (size_t i = 0; i + 1 < sizeof(liked); i++)
		if (sbpl_bytes_has(s, (unsigned char)liked[i]))
			return (unsigned char)liked[i];
	for (unsigned c = ' '; c < 256; c++)
		if (sbpl_bytes_has(s, (unsigned char)c))
			return (unsigned char)c;
	for (unsigned c = 1; c < ' '; c++)
		if (sbpl_bytes_has(s, (unsigned char)c))
			return (unsigned char)c;
	return 0;
}

static void
find_kinds(const struct walk *w, const uint32_t words[NODES], struct kinds *k)
{
	k->v[0] = (struct sbpl_bytes){
	    {~UINT64_C(1), UINT64_MAX, UINT64_MAX, UINT64_MAX}};
	k->n = 1;
	split_off(k, '/');
	split_off(k, '.');
	split_by_trie(k, &w->p->exact, words[EXACT]);
	split_by_trie(k, &w->p->folded, words[FOLDED]);
	for (uint32_t i = 0; i < w->from.n; i++)
		if (w->p->nfa.nodes.v[w->from.v[i]].kind == SBPL_NFA_BYTES)
			split(k, &w->p->nfa.nodes.v[w->from.v[i]].set);
}

static void
leave(struct walk *w, uint32_t state)
{
	const struct state s = w->states.v[state];
	uint32_t words[NODES];
	struct kinds kinds;

	memcpy(words, w->words.v + s.words, sizeof(words));
	w->from.n = 0;
	for (uint32_t i = NODES; i < s.n; i++)
		*VEC_PUSH(w->arena, &w->from) = w->words.v[s.words + i];
	find_kinds(w, words, &kinds);
	for (uint32_t i = 0; i < kinds.n; i++) {
		const unsigned char c = pick(&kinds.v[i]);
		uint32_t next[NODES] = {words[EXACT], words[FOLDED], 0};

		next[PLACE] = place_step(w, (enum where)words[PLACE], (char)c);
		if (next[PLACE] == PLACE_START)
			continue;
		step(w, next, (char)c);
		arrive(w, next,
		    (struct state){.from = state, .named = s.named, .byte = c});
	}
}

static void
leave_by_root(struct walk *w, uint32_t root)
{
	const struct text name = w->p->roots.v[root];
	uint32_t words[NODES] = {alive, alive, PLACE_NAME};

	sbpl_nfa_begin(&w->p->nfa, &w->to);
	for (uint32_t i = 0; i < name.len; i++) {
		w->from.n = 0;
		for (uint32_t k = 0; k < w->to.n; k++)
			*VEC_PUSH(w->arena, &w->from) = w->to.v[k];
		step(w, words, name.s[i]);
	}
	arrive(w, words, (struct state){.root = root + 1, .named = true});
}

bool
sbpl_paths_sort(
    struct sbpl_paths *p, uint32_t max, struct sbpl_sorts *ret_sorts)
{
	struct walk w = {.p = p, .arena = p->arena, .found = ret_sorts};
	const uint32_t words[NODES] = {alive, alive, PLACE_START};

	sbpl_trie_mark(&p->exact);
	sbpl_trie_mark(&p->folded);
	sbpl_nfa_begin(&p->nfa, &w.to);
	arrive(&w, words, (struct state){0});
	for (uint32_t i = 0; p->universe == SBPL_ALL_PATHS && i < p->roots.n;
	     i++)
		leave_by_root(&w, i);
	for (uint32_t i = 0; i < w.states.n; i++) {
		if (w.states.n > max)
			return false;
		leave(&w, i);
	}
	return !p->incomplete;
}
