#include <config.h>

#include <stdlib.h>

#include "compiler/base/diag_record.h"
#include "compiler/seatbelt/sbpl_diff.h"
#include "tests/tap.h"

/*
 * Random small policies, written as text, read, run and judged; beside it a
 * model that walks the rules one by one, as docs/seatbelt.md states the two
 * readings.  What is not known (a rule under an unknown condition, a fact that
 * the request does not tell, whether case is folded) is a choice, and the
 * model tries every combination: where all agree the verdict is certain.  A
 * verdict of the judge must then be that one, and "unknown" wherever two
 * combinations differ.
 */
enum { RULES_MAX = 7, PARTS_MAX = 3, FILES = 6000, ASKED = 12 };

static const struct {
	const char *name, *parent; /* NULL: stands alone */
	bool alone_allows;
} model_ops[] = {
    {"default", NULL, false},
    {"file*", "default", false},
    {"file-read*", "file*", false},
    {"file-read-data", "file-read*", false},
    {"file-read-metadata", "file-read*", false},
    {"file-write*", "file*", false},
    {"file-write-unlink", "file-write*", false},
    {"file-link", NULL, true},
    {"file-write-setugid", NULL, false},
    {"network*", "default", false},
    {"network-inbound", "network*", false},
    {"network-bind", "network-inbound", false},
    {"process-info*", NULL, true},
    {"process-info-pidinfo", "process-info*", false},
};

enum model_filter_kind { LITERAL, SUBPATH, PREFIX, VNODE, REGEX };

struct model_filter {
	enum model_filter_kind kind;
	const char *text;
	bool negated;
};

enum join { JOIN_NONE, JOIN_OR, JOIN_ALL };

struct model_rule {
	bool allow, maybe;
	unsigned ops[2], op_n;
	enum join join;
	struct model_filter parts[PARTS_MAX];
	unsigned n;
};

struct model {
	struct model_rule rules[RULES_MAX];
	unsigned n;
};

struct model_request {
	unsigned op;
	const char *path;  /* NULL: not told */
	const char *vnode; /* NULL: not told */
};

/* One combination of what is not known. */
struct choice {
	unsigned present; /* bit i: rule i is there, if it is "maybe" */
	bool folds;
	const char *vnode, *path;
};

static uint64_t state;

static unsigned
below(unsigned n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 11) % n);
}

static const char *const paths[] = {
    "/", "/a", "/a/b", "/a/b/c", "/ab", "/A", "/A/b", "/a/B", "/c", "/a/bc"};
static const char *const vnodes[] = {"REGULAR-FILE", "DIRECTORY"};
static const char *const regexes[] = {"^/a$", "^/a/[^/]+$", "b(/|$)", "^/.b"};

static bool
path_below(const char *path, const char *top)
{
	size_t n = strlen(top);

	if (strcmp(top, "/") == 0)
		return true;
	return strncmp(path, top, n) == 0 &&
	       (path[n] == '\0' || path[n] == '/');
}

/* By hand: what the few expressions above mean. */
static bool
path_fits(const char *path, const char *regex)
{
	size_t n = strlen(path);

	if (strcmp(regex, "^/a$") == 0)
		return strcmp(path, "/a") == 0;
	if (strcmp(regex, "^/a/[^/]+$") == 0)
		return strncmp(path, "/a/", 3) == 0 && n > 3 &&
		       strchr(path + 3, '/') == NULL;
	if (strcmp(regex, "b(/|$)") == 0)
		return strstr(path, "b/") != NULL || path[n - 1] == 'b';
	return n >= 3 && path[0] == '/' && path[2] == 'b';
}

static void
lower(char *to, const char *from)
{
	do
		*to++ =
		    *from >= 'A' && *from <= 'Z' ? (char)(*from + 32) : *from;
	while (*from++ != '\0');
}

static bool
part_matches(const struct model_filter *f, const struct choice *c)
{
	char path[16], text[16];
	bool yes = false;

	(void)snprintf(path, sizeof(path), "%s", c->path);
	(void)snprintf(text, sizeof(text), "%s", f->text);
	if (c->folds && f->kind != REGEX && f->kind != VNODE) {
		lower(path, path);
		lower(text, text);
	}
	switch (f->kind) {
	case LITERAL:
		yes = strcmp(path, text) == 0;
		break;
	case SUBPATH:
		yes = path_below(path, text);
		break;
	case PREFIX:
		yes = strncmp(path, text, strlen(text)) == 0;
		break;
	case VNODE:
		yes = strcmp(c->vnode, f->text) == 0;
		break;
	case REGEX:
		yes = path_fits(path, f->text);
		break;
	}
	return yes != f->negated;
}

static bool
rule_matches(const struct model_rule *r, const struct choice *c)
{
	for (unsigned i = 0; i < r->n; i++)
		if (part_matches(&r->parts[i], c) == (r->join == JOIN_OR))
			return r->join == JOIN_OR;
	return r->join == JOIN_ALL;
}

static bool
there(const struct model *m, unsigned i, const struct choice *c)
{
	return !m->rules[i].maybe || (c->present >> i & 1) != 0;
}

static bool
names(const struct model_rule *r, unsigned op)
{
	return r->ops[0] == op || (r->op_n == 2 && r->ops[1] == op);
}

/* Below zero: nothing decides. */
static int
last_matching(
    const struct model *m, unsigned op, const struct choice *c, bool filtered)
{
	for (unsigned i = m->n; i > 0; i--) {
		const struct model_rule *r = &m->rules[i - 1];

		if (there(m, i - 1, c) && names(r, op) &&
		    (r->n > 0) == filtered && (!filtered || rule_matches(r, c)))
			return r->allow;
	}
	return -1;
}

static int
by_tree(const struct model *m, unsigned op, const struct choice *c)
{
	for (;;) {
		int found = last_matching(m, op, c, true);

		if (found < 0 || op == 0)
			found = last_matching(m, op, c, false);
		if (found >= 0)
			return found;
		if (op == 0)
			return -1;
		if (model_ops[op].parent == NULL)
			return model_ops[op].alone_allows;
		for (unsigned i = 0; i < ARRAY_LEN(model_ops); i++)
			if (strcmp(model_ops[i].name, model_ops[op].parent) ==
			    0) {
				op = i;
				break;
			}
	}
}

static bool
covers(const char *wide, const char *op)
{
	size_t n = strlen(wide);

	if (strcmp(wide, "default") == 0 || strcmp(wide, op) == 0)
		return true;
	return wide[n - 1] == '*' && strncmp(wide, op, n - 1) == 0 &&
	       op[n - 1] == '-';
}

static int
by_last(const struct model *m, unsigned op, const struct choice *c)
{
	for (unsigned i = m->n; i > 0; i--) {
		const struct model_rule *r = &m->rules[i - 1];

		if (!there(m, i - 1, c) || (r->n > 0 && !rule_matches(r, c)))
			continue;
		for (unsigned k = 0; k < r->op_n; k++)
			if (covers(
				model_ops[r->ops[k]].name, model_ops[op].name))
				return r->allow;
	}
	return -1;
}

/* Bits: 1 some combination denies, 2 some allows, 4 some decides nothing. */
static unsigned
outcomes(const struct model *m, const struct model_request *q, bool last)
{
	unsigned found = 0, maybe = 0;

	for (unsigned i = 0; i < m->n; i++)
		maybe |= (unsigned)m->rules[i].maybe << i;
	for (unsigned present = 0; present <= maybe; present++) {
		if ((present & ~maybe) != 0)
			continue;
		for (unsigned k = 0; k < 2 * 2 * ARRAY_LEN(paths); k++) {
			struct choice c = {.present = present,
			    .folds = k & 1,
			    .vnode = vnodes[k >> 1 & 1],
			    .path = paths[k >> 2]};
			int got;

			if (q->vnode != NULL && c.vnode != q->vnode)
				continue;
			if (q->path != NULL && c.path != q->path)
				continue;
			got = last ? by_last(m, q->op, &c)
				   : by_tree(m, q->op, &c);
			found |= got < 0 ? 4 : got > 0 ? 2 : 1;
		}
	}
	return found;
}

static void
random_part(struct model_filter *f)
{
	f->kind = (enum model_filter_kind)below(5);
	f->negated = below(6) == 0;
	f->text = f->kind == VNODE   ? vnodes[below(2)]
		  : f->kind == REGEX ? regexes[below(ARRAY_LEN(regexes))]
				     : paths[below(ARRAY_LEN(paths))];
}

static void
random_model(struct model *m)
{
	*m = (struct model){.n = 1 + below(RULES_MAX)};
	for (unsigned i = 0; i < m->n; i++) {
		struct model_rule *r = &m->rules[i];

		r->allow = below(2) == 0;
		r->maybe = below(8) == 0;
		r->op_n = 1 + (below(4) == 0);
		/* Most files begin with it. */
		if (i == 0 && below(5) != 0) {
			r->op_n = 1;
			r->maybe = false;
			continue;
		}
		for (unsigned k = 0; k < r->op_n; k++)
			r->ops[k] = below(ARRAY_LEN(model_ops));
		r->join = below(3) == 0	  ? JOIN_NONE
			  : below(3) == 0 ? JOIN_ALL
					  : JOIN_OR;
		if (r->join == JOIN_NONE || r->ops[0] == 0 ||
		    (r->op_n == 2 && r->ops[1] == 0))
			continue;
		r->n = 1 + below(PARTS_MAX);
		for (unsigned k = 0; k < r->n; k++)
			random_part(&r->parts[k]);
	}
}

static void
write_part(const struct model_filter *f, FILE *out)
{
	static const char *const words[] = {
	    "literal", "subpath", "prefix", "vnode-type", "regex"};

	if (f->negated)
		fputs("(require-not ", out);
	if (f->kind == VNODE)
		fprintf(out, "(vnode-type %s)", f->text);
	else if (f->kind == REGEX)
		fprintf(out, "(regex #\"%s\")", f->text);
	else
		fprintf(out, "(%s \"%s\")", words[f->kind], f->text);
	if (f->negated)
		putc(')', out);
}

static void
write_model(const struct model *m, FILE *out)
{
	fputs("(version 1)\n", out);
	for (unsigned i = 0; i < m->n; i++) {
		const struct model_rule *r = &m->rules[i];

		fprintf(out, "%s(%s", r->maybe ? "(if (param \"X\") " : "",
		    r->allow ? "allow" : "deny");
		for (unsigned k = 0; k < r->op_n; k++)
			fprintf(out, " %s", model_ops[r->ops[k]].name);
		if (r->n > 0 && r->join == JOIN_ALL)
			fputs(" (require-all", out);
		for (unsigned k = 0; k < r->n; k++) {
			putc(' ', out);
			write_part(&r->parts[k], out);
		}
		fputs(r->n > 0 && r->join == JOIN_ALL ? "))" : ")", out);
		fputs(r->maybe ? ")\n" : "\n", out);
	}
}

struct counts {
	unsigned long asked, certain, unknown, needless, wrong;
};

static void
ask(struct counts *n, struct sbpl_judge *j, const struct model *m,
    const struct model_request *q, bool last, const char *text)
{
	struct sbpl_request r = {
	    .op = sbpl_op_find(text_of(model_ops[q->op].name))};
	unsigned possible = outcomes(m, q, last);
	struct sbpl_answer answer;
	bool right;

	if (q->path != NULL)
		r.facts[SBPL_FACT_PATH] = text_of(q->path);
	if (q->vnode != NULL)
		r.facts[SBPL_FACT_VNODE_TYPE] = text_of(q->vnode);
	sbpl_decide(j, &r, &answer);
	n->asked++;
	if (answer.verdict == SBPL_UNKNOWN) {
		n->unknown++;
		n->needless += possible == 1 || possible == 2;
		return;
	}
	n->certain++;
	right = possible == (answer.verdict == SBPL_ALLOW ? 2 : 1);
	if (right && answer.rule != NULL)
		right = answer.rule->allow == (answer.verdict == SBPL_ALLOW);
	if (right || n->wrong++ > 2)
		return;
	printf("# %s%s %s vnode %s: judge %s, model %u\n# %s\n",
	    last ? "last: " : "", model_ops[q->op].name,
	    q->path == NULL ? "?" : q->path, q->vnode == NULL ? "?" : q->vnode,
	    answer.verdict == SBPL_ALLOW ? "allow" : "deny", possible, text);
}

static bool
one_file(struct counts *n)
{
	struct arena arena = {0};
	struct sources sources = {0};
	struct diags diags = {.arena = &arena, .sources = &sources};
	const struct sbpl_world world = {.symbolic = true};
	const struct sbpl_node *forms;
	struct sbpl_policy policy;
	struct sbpl_judge *tree, *last;
	struct model m;
	char *text = NULL;
	size_t size = 0;
	uint32_t source;
	bool good;
	FILE *out = open_memstream(&text, &size);

	random_model(&m);
	write_model(&m, out);
	(void)fclose(out);
	good = source_from_text(&sources, &arena, &diags, "random.sb",
		   text_of(text), &source) &&
	       sbpl_read(&arena, &diags, &sources, source, &forms) &&
	       sbpl_load(&arena, &diags, &sources, forms, &world, &policy);
	if (good) {
		tree = sbpl_judge_open(&arena, &policy, SBPL_READING_TREE);
		last = sbpl_judge_open(&arena, &policy, SBPL_READING_LAST);
		for (unsigned i = 0; i < ASKED; i++) {
			struct model_request q = {
			    .op = 1 + below(ARRAY_LEN(model_ops) - 1),
			    .path = below(12) == 0
					? NULL
					: paths[below(ARRAY_LEN(paths))],
			    .vnode = below(4) == 0 ? NULL : vnodes[below(2)]};

			ask(n, tree, &m, &q, false, text);
			ask(n, last, &m, &q, true, text);
		}
		sbpl_judge_close(tree);
		sbpl_judge_close(last);
	}
	free(text);
	arena_release(&arena);
	return good;
}

/* Two files that differ in a rule or two, or in the order of two. */
struct pair {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct sbpl_file files[2];
};

static bool
load_model(struct pair *p, const struct model *m, struct sbpl_file *f)
{
	const struct sbpl_world world = {.symbolic = true};
	const struct sbpl_node *forms;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	uint32_t source;
	bool good;

	write_model(m, out);
	(void)fclose(out);
	good = source_from_text(&p->sources, &p->arena, &p->diags, "random.sb",
		   arena_text(&p->arena, text_of(text)), &source) &&
	       sbpl_read(&p->arena, &p->diags, &p->sources, source, &forms) &&
	       sbpl_load(&p->arena, &p->diags, &p->sources, forms, &world,
		   &f->policy);
	free(text);
	if (good)
		f->tree =
		    sbpl_judge_open(&p->arena, &f->policy, SBPL_READING_TREE);
	return good;
}

static void
change(struct model *m)
{
	unsigned i = below(m->n), k = below(m->n);
	struct model_rule r = m->rules[i];

	switch (below(4)) {
	case 0:
		m->rules[i] = m->rules[k];
		m->rules[k] = r;
		return;
	case 1:
		m->rules[i] = m->rules[--m->n];
		return;
	case 2:
		m->rules[i].allow = !r.allow;
		return;
	default:
		if (r.n > 0)
			random_part(&m->rules[i].parts[below(r.n)]);
		return;
	}
}

/* What is said to be the same in both files is. */
static void
touched(unsigned long *untouched, unsigned long *changed, unsigned long *wrong)
{
	struct pair p = {0};
	struct sbpl_touch t;
	struct model m;

	p.diags = (struct diags){.arena = &p.arena, .sources = &p.sources};
	random_model(&m);
	if (!load_model(&p, &m, &p.files[0]))
		return;
	change(&m);
	if (load_model(&p, &m, &p.files[1])) {
		sbpl_touch_open(&p.arena, &p.files[0], &p.files[1], &t);
		for (unsigned i = 0; i < 40; i++) {
			enum sbpl_probed probed = SBPL_NOT_PROBED;
			struct sbpl_request r = {
			    .op = sbpl_op_find(text_of(
				model_ops[1 + below(ARRAY_LEN(model_ops) - 1)]
				    .name))};
			struct sbpl_answer one, other;
			bool differ;

			r.facts[SBPL_FACT_PATH] =
			    text_of(paths[below(ARRAY_LEN(paths))]);
			if (below(2) == 0)
				r.facts[SBPL_FACT_VNODE_TYPE] =
				    text_of(vnodes[below(2)]);
			sbpl_decide(p.files[0].tree, &r, &one);
			sbpl_decide(p.files[1].tree, &r, &other);
			differ = one.verdict != other.verdict;
			*changed += differ;
			if (sbpl_touched(&t, &r, &probed))
				continue;
			++*untouched;
			*wrong += differ;
		}
		sbpl_touch_close(&t);
		sbpl_judge_close(p.files[1].tree);
	}
	sbpl_judge_close(p.files[0].tree);
	arena_release(&p.arena);
}

int
main(int argc, char **argv)
{
	struct counts n = {0};
	unsigned long files = argc > 1 ? strtoul(argv[1], NULL, 10) : FILES;
	unsigned long untouched = 0, changed = 0, differ = 0;
	bool read = true;

	state = argc > 2 ? strtoul(argv[2], NULL, 10) : 20251125;
	for (unsigned long i = 0; i < files; i++)
		read = one_file(&n) && read;
	for (unsigned long i = 0; i < files; i++)
		touched(&untouched, &changed, &differ);
	OK(read);
	IS_INT(differ, 0);
	OK(untouched > files * 4 && changed > files);
	IS_INT(n.wrong, 0);
	OK(n.certain > n.asked / 3);
	OK(n.unknown > 0);
	/* Doubts are not correlated; it must not cost much. */
	OK(n.needless < n.asked / 20);
	printf("# %lu untouched, %lu changed\n", untouched, changed);
	printf("# %lu asked, %lu certain, %lu unknown, %lu of them needless\n",
	    n.asked, n.certain, n.unknown, n.needless);
	return tap_end();
}
