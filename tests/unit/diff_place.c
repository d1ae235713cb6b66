#include <config.h>

#include <stdlib.h>

#include "compiler/blob/blob_write.h"
#include "compiler/diff/diff.h"
#include "tests/tap.h"
#include "tests/unit/blob_random.h"

/*
 * "Nothing is gained" has to hold wherever the roots lie (placement.h), and to
 * obey the laws of a partial order.  Held to both on triples of random policies
 * over two small universes: in the one HOME and CWD are put at every place
 * there is, in the other up to four roots at once at random places, and where
 * the other comparisons of the triple have found something.  NONO_DIFF_PLACES
 * says how many triples.
 */
enum { MANY = 12 };
struct universe {
	const char *name;
	enum blob_root roots[MANY];
	const char *suffixes[MANY];
	unsigned nroots, nsuffixes;
	bool every; /* place there is */
};

static const struct universe universes[] = {
    {.name = "two roots",
	.roots = {BLOB_ROOT_SLASH, BLOB_ROOT_HOME, BLOB_ROOT_CWD},
	.nroots = 3,
	.suffixes = {"", "a", "a/b", "home", "home/a", "home/a/b", "home/b"},
	.nsuffixes = 7,
	.every = true},
    {.name = "more roots",
	.roots = {BLOB_ROOT_SLASH, BLOB_ROOT_HOME, BLOB_ROOT_CWD,
	    BLOB_ROOT_TMPDIR, BLOB_ROOT_XDG_CACHE, BLOB_ROOT_XDG_RUNTIME},
	.nroots = 6,
	.suffixes = {"", "a", "b", "a/b", "home", "home/a", "home/a/b",
	    ".cache", ".cache/a", "run/user/a", "a/b/a", "run"},
	.nsuffixes = 12},
};

static struct text
join(struct arena *a, struct text above, struct text below)
{
	if (above.len == 0 || below.len == 0)
		return above.len == 0 ? below : above;
	return arena_printf(
	    a, "%.*s/%.*s", (int)above.len, above.s, (int)below.len, below.s);
}

static struct text
any_suffix(const struct universe *u, uint32_t *seed)
{
	return text_of(u->suffixes[random_below(seed, u->nsuffixes)]);
}

/* Few roots are in one policy, so that they have to do with each other. */
static enum blob_root
any_root(const struct universe *u, uint32_t *seed, unsigned cast)
{
	const unsigned r = random_below(seed, 3);

	if (u->every || r == 0)
		return u->roots[u->every ? r : 0];
	return u->roots[1 + (cast + r) % (u->nroots - 1)];
}

static void
any_rule(const struct universe *u, uint32_t *seed, unsigned cast,
    struct arena *a, struct blob_model *m)
{
	static const uint64_t few[] = {BLOB_FS_READ_FILE,
	    BLOB_FS_READ_FILE | BLOB_FS_READ_DIR, BLOB_FS_WRITE_FILE,
	    BLOB_FS_READ_FILE | BLOB_FS_WRITE_FILE | BLOB_FS_MAKE_REG};
	struct model_path p = {
	    .suffix = any_suffix(u, seed),
	    .root = any_root(u, seed, cast),
	    .kind = (enum blob_kind)random_below(seed, 3),
	    .rights = few[random_below(seed, 4)] & m->target.fs_handled,
	    .flags = random_below(seed, 2) == 0 ? BLOB_PATH_GROUP : 0,
	};

	if (random_below(seed, p.root == BLOB_ROOT_CWD ? 2 : 8) == 0)
		p.flags |= BLOB_PATH_CONSENT;
	if (random_below(seed, 8) == 0)
		p.flags |= BLOB_PATH_BYPASS;
	if (p.suffix.len > 0 && random_below(seed, 6) == 0)
		p.missing = BLOB_MISSING_PARENT;
	if (p.kind == BLOB_KIND_FILE)
		p.rights &= BLOB_FS_FILE;
	if (p.rights == 0)
		p.rights = BLOB_FS_READ_FILE;
	*VEC_PUSH(a, &m->paths) = p;
}

static void
any_deny(const struct universe *u, uint32_t *seed, unsigned cast,
    struct arena *a, struct blob_model *m)
{
	*VEC_PUSH(a, &m->denies) = (struct model_deny){
	    .suffix = any_suffix(u, seed),
	    .root = any_root(u, seed, cast),
	    .access = 1 + random_below(seed, 3),
	    .flags = random_below(seed, 6) == 0 ? BLOB_DENY_PROTECTED : 0,
	};
}

static struct blob_model
any_model(
    const struct universe *u, uint32_t *seed, unsigned cast, struct arena *a)
{
	struct blob_model m = {.target = {
				   .platform = 1,
				   .abi_min = 1,
				   .fs_handled = BLOB_FS_ALL,
			       }};

	if (random_below(seed, 12) == 0)
		m.target.fs_handled = BLOB_FS_READ_FILE | BLOB_FS_WRITE_FILE;
	for (uint32_t n = 1 + random_below(seed, 3); n > 0; n--)
		any_rule(u, seed, cast, a, &m);
	for (uint32_t n = random_below(seed, 4); n > 0; n--)
		any_deny(u, seed, cast, a, &m);
	return m;
}

/* A neighbour, narrower more often than not, that denies as much or more. */
static struct blob_model
neighbour(const struct universe *u, const struct blob_model *m, uint32_t *seed,
    unsigned cast, struct arena *a)
{
	struct blob_model n = {.target = m->target};

	if (random_below(seed, 8) == 0)
		return any_model(u, seed, cast, a);
	for (uint32_t i = 0; i < m->denies.n; i++) {
		struct model_deny d = m->denies.v[i];

		if (random_below(seed, 12) == 0)
			continue;
		if (random_below(seed, 12) == 0)
			d.suffix = TEXT("a");
		*VEC_PUSH(a, &n.denies) = d;
	}
	if (random_below(seed, 8) == 0)
		any_deny(u, seed, cast, a, &n);
	for (uint32_t i = 0; i < m->paths.n; i++) {
		struct model_path p = m->paths.v[i];

		switch (random_below(seed, 6)) {
		case 0:
			continue;
		case 1:
			p.suffix = join(a, p.suffix, TEXT("a"));
			break;
		case 2:
			p.rights = BLOB_FS_READ_FILE;
			break;
		case 3:
			p.flags ^= BLOB_PATH_GROUP;
			break;
		default:
			break;
		}
		*VEC_PUSH(a, &n.paths) = p;
	}
	if (n.paths.n == 0 || random_below(seed, 6) == 0)
		any_rule(u, seed, cast, a, &n);
	return n;
}

static struct decide_path
whole(struct arena *a, const struct decide_env *env, struct decide_path p)
{
	for (unsigned i = 0; i < BLOB_ROOTS; i++) {
		const struct decide_path at = env->places[p.root];

		if (at.root == p.root)
			break;
		p.suffix = join(a, at.suffix, p.suffix);
		p.root = at.root;
	}
	return p;
}

static struct decide_path
root_at(struct arena *a, const struct decide_env *env, enum blob_root root)
{
	return whole(a, env, (struct decide_path){{"", 0}, root});
}

/* Placements; what placement.h says of them, once more. */
static bool
is_thought_of(struct arena *a, const struct decide_env *env)
{
	const struct decide_path home = root_at(a, env, BLOB_ROOT_HOME);

	for (unsigned r = 0; r < BLOB_ROOTS; r++) {
		struct decide_path at = {{"", 0}, (enum blob_root)r};
		unsigned n = 0;

		for (; env->places[at.root].root != at.root; n++) {
			if (n == BLOB_ROOTS)
				return false; /* in a circle */
			at = env->places[at.root];
		}
	}
	if (home.root == BLOB_ROOT_SLASH)
		return home.suffix.len > 5 &&
		       memcmp(home.suffix.s, "home/", 5) == 0 &&
		       memchr(home.suffix.s + 5, '/', home.suffix.len - 5) ==
			   NULL;
	return home.root == BLOB_ROOT_HOME ||
	       ((home.root == BLOB_ROOT_CWD || home.root == BLOB_ROOT_TMPDIR) &&
		   home.suffix.len > 0);
}

static struct decide_path
any_place(const struct universe *u, uint32_t *seed, struct arena *a,
    enum blob_root root)
{
	static const char *const own[BLOB_ROOTS] = {[BLOB_ROOT_HOME] = "h",
	    [BLOB_ROOT_CWD] = "c",
	    [BLOB_ROOT_TMPDIR] = "t"};
	const enum blob_root in = u->roots[random_below(seed, u->nroots)];
	struct decide_path at = {any_suffix(u, seed), in};

	if (root == BLOB_ROOT_XDG_CACHE)
		return (struct decide_path){TEXT(".cache"), BLOB_ROOT_HOME};
	if (root == BLOB_ROOT_XDG_RUNTIME)
		return (struct decide_path){random_below(seed, 2) == 0
						? TEXT("run/user/a")
						: TEXT("run/user/r"),
		    BLOB_ROOT_SLASH};
	if (random_below(seed, 2) == 0)
		at.suffix = join(a, at.suffix, text_of(own[root]));
	if (root == BLOB_ROOT_HOME && in == BLOB_ROOT_SLASH)
		at.suffix = random_below(seed, 2) == 0 ? TEXT("home/a")
						       : TEXT("home/h");
	return at;
}

/* False: not one that is thought of. */
static bool
any_placement(const struct universe *u, uint32_t *seed, struct arena *a,
    struct decide_env *env)
{
	for (unsigned i = 1; i < u->nroots; i++) {
		const enum blob_root root = u->roots[i];
		struct decide_path at;

		if (random_below(seed, 2) == 0)
			continue;
		at = any_place(u, seed, a, root);
		if (at.root != root) /* else it stays away from all */
			env->places[root] = at;
	}
	return is_thought_of(a, env);
}

enum { HOMES = 12, CWDS = 30 };

/* Number i of all that there are of HOME and CWD. */
static bool
each_placement(const struct universe *u, uint32_t i, struct arena *a,
    struct decide_env *env)
{
	const uint32_t h = i / CWDS, c = i % CWDS;

	if (h > 0 && h <= 3) {
		static const char *const homes[] = {
		    "home/a", "home/b", "home/c"};

		env->places[BLOB_ROOT_HOME] = (struct decide_path){
		    text_of(homes[h - 1]), BLOB_ROOT_SLASH};
	} else if (h > 3) {
		env->places[BLOB_ROOT_HOME] = (struct decide_path){
		    join(a, text_of(u->suffixes[(h - 4) % u->nsuffixes]),
			h < 11 ? TEXT("c") : TEXT("")),
		    BLOB_ROOT_CWD};
	}
	if (c > 0)
		env->places[BLOB_ROOT_CWD] = (struct decide_path){
		    join(a, text_of(u->suffixes[(c - 1) / 4 % u->nsuffixes]),
			c % 2 == 0 ? TEXT("d") : TEXT("")),
		    u->roots[(c - 1) / 2 % 2]};
	return is_thought_of(a, env);
}

/* With consent where it is launched so, else without; NULL: neither. */
static const struct decider *
launched(struct arena *a, const struct blob *b, struct decide_env env)
{
	for (unsigned consent = env.consent + 1; consent-- > 0;) {
		const struct decider *d;

		env.consent = consent == 1;
		d = decide_open(a, b, &env);
		if (decide_refused(d).why == DECIDE_LAUNCHES)
			return d;
	}
	return NULL;
}

/* There is a directory where some root is or leads through. */
static bool
is_directory(const struct universe *u, struct arena *a,
    const struct decide_env *env, struct decide_path p)
{
	const struct decide_path at = whole(a, env, p);

	for (unsigned r = 0; r < u->nroots; r++) {
		const struct decide_path root = root_at(a, env, u->roots[r]);

		if (decide_path_covers(&at, &root))
			return true;
	}
	return false;
}

static bool
object_more(const struct decider *const d[2], const struct decide_object *o)
{
	uint64_t was = 0, is = decide_rights(d[1], o, NULL, NULL);

	if (d[0] != NULL)
		was = decide_rights(d[0], o, NULL, NULL) |
		      (BLOB_FS_ALL & ~decide_handled_fs(d[0]));
	if (o->kind == DECIDE_FILE)
		is &= BLOB_FS_FILE;
	return (is & ~was) != 0;
}

/* Is there something that only `to` permits, where the roots lie like that? */
static bool
permits_more(const struct universe *u, const struct blob *from,
    const struct blob *to, const struct decide_env *env)
{
	struct arena a = {0};
	const struct decider *d[2] = {
	    launched(&a, from, *env), launched(&a, to, *env)};
	bool more = false;

	for (unsigned r = 0; r < u->nroots && d[1] != NULL; r++)
		for (unsigned i = 0; i < u->nsuffixes && !more; i++)
			for (int k = 0; k <= DECIDE_FILE; k++) {
				const struct decide_object o = {
				    .path = {text_of(u->suffixes[i]),
					u->roots[r]},
				    .kind = (enum decide_kind)k};

				if (object_more(d, &o) &&
				    (k == DECIDE_DIRECTORY ||
					!is_directory(u, &a, env, o.path)))
					more = true;
			}
	arena_release(&a);
	return more;
}

/* Launches: with consent to the working directory, with paths missing. */
struct mode {
	bool consent, absent;
};
struct modes VEC(struct mode);

/* Those of two policies that differ, and that `to` is ever launched in. */
static struct modes
modes_of(const struct blob *from, const struct blob *to, struct arena *a)
{
	const struct blob *const both[2] = {from, to};
	struct modes modes = {0};
	bool consent = false, missing = false;

	for (unsigned k = 0; k < 2; k++)
		for (uint32_t i = 0; i < both[k]->npaths; i++) {
			const struct blob_path p = blob_path(both[k], i);

			consent |= (p.flags & BLOB_PATH_CONSENT) != 0;
			missing |= p.missing == BLOB_MISSING_PARENT;
		}
	for (unsigned i = 0; i < 4; i++) {
		const struct mode m = {i % 2 == 0, i / 2 == 1};
		struct decide_env env;

		diff_environment(&env, DIFF_ALWAYS);
		env.consent = m.consent;
		env.absent = m.absent;
		if ((m.consent || consent) && (!m.absent || missing) &&
		    launched(a, to, env) != NULL)
			*VEC_PUSH(a, &modes) = m;
	}
	return modes;
}

/* Is something gained in some placement?  In which: *ret_env. */
static bool
anywhere_more(const struct universe *u, const struct blob *from,
    const struct blob *to, uint32_t *seed, struct arena *a,
    struct decide_env *ret_env)
{
	const uint32_t n = u->every ? HOMES * CWDS : 100;
	const struct modes modes = modes_of(from, to, a);

	for (uint32_t i = 0; i < n; i++) {
		diff_environment(ret_env, DIFF_ALWAYS);
		if (!(u->every ? each_placement(u, i, a, ret_env)
			       : any_placement(u, seed, a, ret_env)))
			continue;
		for (uint32_t k = 0; k < modes.n; k++) {
			ret_env->consent = modes.v[k].consent;
			ret_env->absent = modes.v[k].absent;
			if (permits_more(u, from, to, ret_env))
				return true;
		}
	}
	return false;
}

/* Is what a line says so, just where it says? */
static bool
is_founded(const struct universe *u, const struct diff *d,
    const struct diff_change *c, struct arena *a)
{
	const struct blob *from = d->blob[!c->gained], *to = d->blob[c->gained];
	struct decide_env env = *c->env;

	if (!is_thought_of(a, &env))
		return false;
	for (unsigned consent = 0; consent < 2; consent++) {
		const struct decider *o[2];
		const struct decide_object what = {.path = c->at,
		    .kind = c->tree != 0 ? DECIDE_DIRECTORY : DECIDE_FILE};

		env.consent = consent == 1;
		o[0] = launched(a, from, env);
		o[1] = launched(a, to, env);
		if (o[1] == NULL ||
		    (text_is(c->what, "launch") && o[0] != NULL))
			continue;
		if (object_more(o, &what) &&
		    (c->tree != 0 || !is_directory(u, a, &env, c->at)))
			return true;
	}
	return false;
}

static void
show(const char *what, const struct blob *b)
{
	static const char *const names[BLOB_ROOTS] = {"", "$HOME", "$CWD",
	    "$TMPDIR", "$CONFIG", "$DATA", "$STATE", "$CACHE", "$RUN"};

	printf("# %s:", what);
	for (uint32_t i = 0; i < b->npaths; i++) {
		const struct blob_path p = blob_path(b, i);

		printf(" %s/%s=%llx,k%d,f%u%s", names[p.root], p.suffix,
		    (unsigned long long)p.rights, p.kind, p.flags,
		    p.missing == BLOB_MISSING_PARENT ? ",parent" : "");
	}
	for (uint32_t i = 0; i < b->ndenies; i++) {
		const struct blob_deny d = blob_deny(b, i);

		printf(" !%s/%s=%u,%u", names[d.root], d.suffix, d.access,
		    d.flags);
	}
	printf("\n");
}

static void
show_places(const struct decide_env *env)
{
	for (unsigned r = 1; r < BLOB_ROOTS; r++)
		if (env->places[r].root != r)
			printf("# root %u: root %d /%.*s\n", r,
			    (int)env->places[r].root,
			    (int)env->places[r].suffix.len,
			    env->places[r].suffix.s);
}

static void
show_diff(const char *what, const struct diff *d)
{
	printf("# %s: %u gained\n", what, d->gained);
	for (uint32_t k = 0; k < d->changes.n; k++)
		if (d->changes.v[k].kind == DIFF_PLACE)
			printf("# %c %s %s (%s)\n",
			    d->changes.v[k].gained ? '+' : '-',
			    d->changes.v[k].what.s, d->changes.v[k].region.s,
			    d->changes.v[k].aside.s);
}

struct verdict {
	uint32_t unsaid, unfounded, mirror, reflexive, transitive;
	uint32_t placed, none, chains, equals;
};

static uint32_t
faults(const struct verdict *v)
{
	return v->unsaid + v->unfounded + v->mirror + v->reflexive +
	       v->transitive;
}

static void
judge(const struct universe *u, const struct blob b[3], uint32_t *seed,
    struct arena *a, struct verdict *v)
{
	struct diff ab, ba, bc, ac, aa;
	struct decide_env env = {0};
	bool place = false, more;

	diff_policies(&ab, a, &b[0], &b[1]);
	diff_policies(&ba, a, &b[1], &b[0]);
	diff_policies(&bc, a, &b[1], &b[2]);
	diff_policies(&ac, a, &b[0], &b[2]);
	diff_policies(&aa, a, &b[0], &b[0]);
	for (uint32_t k = 0; k < ab.changes.n; k++) {
		const struct diff_change *c = &ab.changes.v[k];

		if (c->kind != DIFF_PLACE)
			continue;
		place = place || c->gained;
		v->unfounded += c->env == NULL || !is_founded(u, &ab, c, a);
	}
	more = ab.gained == 0 && anywhere_more(u, &b[0], &b[1], seed, a, &env);
	v->unsaid += more;
	v->mirror += ab.gained != ba.lost || ab.lost != ba.gained;
	v->reflexive += aa.gained + aa.lost > 0;
	v->chains += ab.gained == 0 && bc.gained == 0;
	v->transitive += ab.gained == 0 && bc.gained == 0 && ac.gained > 0;
	v->equals += ab.gained == 0 && ab.lost == 0;
	v->placed += place;
	v->none += ab.gained == 0;
	if (faults(v) == 0)
		return;
	show("A", &b[0]);
	show("B", &b[1]);
	show("C", &b[2]);
	show_diff("A B", &ab);
	show_diff("B C", &bc);
	show_diff("A C", &ac);
	if (more)
		show_places(&env);
}

static void
test_triples(const struct universe *u, uint32_t triples, uint32_t seed)
{
	struct verdict v = {0};

	for (uint32_t i = 0; i < triples && faults(&v) == 0; i++) {
		const unsigned cast = random_below(&seed, u->nroots);
		struct arena a = {0};
		struct blob_model m[3];
		struct blob b[3];

		m[0] = any_model(u, &seed, cast, &a);
		for (unsigned k = 1; k < 3; k++)
			m[k] = neighbour(u, &m[k - 1], &seed, cast, &a);
		for (unsigned k = 0; k < 3; k++)
			b[k] = written(&m[k], &a);
		judge(u, b, &seed, &a, &v);
		if (faults(&v) > 0)
			printf("# %s: triple %u\n", u->name, i);
		arena_release(&a);
	}
	IS_INT(v.unsaid, 0);
	IS_INT(v.unfounded, 0);
	IS_INT(v.mirror, 0);
	IS_INT(v.reflexive, 0);
	IS_INT(v.transitive, 0);
	/* Or there would have been nothing to hold to the laws. */
	OK(v.placed > triples / 100);
	OK(v.none > triples / 100);
	OK(v.chains > triples / 100);
	OK(v.equals > triples / 100);
	printf(
	    "# %s: %u of %u pairs hang on the places, %u gain nothing, %u are "
	    "equal, %u triples are chains\n",
	    u->name, v.placed, triples, v.none, v.equals, v.chains);
}

/*
 * Nothing lies in a file, but it may lie in what is denied: with all rights it
 * is withheld there, and to be read it is not.
 */
static void
test_file(void)
{
	const uint64_t rights[2] = {
	    BLOB_FS_READ_FILE | BLOB_FS_WRITE_FILE, BLOB_FS_READ_FILE};
	struct arena a = {0};
	struct blob b[2];
	struct diff d;
	bool said = false;

	for (unsigned k = 0; k < 2; k++) {
		struct blob_model m = {.target = {.platform = 1,
					   .abi_min = 1,
					   .fs_handled = BLOB_FS_ALL}};

		*VEC_PUSH(&a, &m.paths) =
		    (struct model_path){.suffix = TEXT("home/a/b"),
			.root = BLOB_ROOT_SLASH,
			.kind = BLOB_KIND_FILE,
			.flags = BLOB_PATH_GROUP,
			.rights = rights[k]};
		*VEC_PUSH(&a, &m.denies) =
		    (struct model_deny){.suffix = TEXT("a"),
			.root = BLOB_ROOT_CWD,
			.access = BLOB_DENY_WRITE};
		/* So that it is launched at all. */
		*VEC_PUSH(&a, &m.paths) =
		    (struct model_path){.suffix = TEXT("usr"),
			.root = BLOB_ROOT_SLASH,
			.kind = BLOB_KIND_DIR,
			.flags = BLOB_PATH_GROUP,
			.rights = BLOB_FS_READ_FILE};
		b[k] = written(&m, &a);
	}
	diff_policies(&d, &a, &b[0], &b[1]);
	for (uint32_t i = 0; i < d.changes.n; i++)
		said = said || (d.changes.v[i].kind == DIFF_PLACE &&
				   d.changes.v[i].gained &&
				   text_is(d.changes.v[i].aside,
				       "where $CWD is /home"));
	OK(said);
	arena_release(&a);
}

int
main(void)
{
	const char *n = getenv("NONO_DIFF_PLACES"), *seed = getenv("NONO_SEED");

	for (size_t i = 0; i < ARRAY_LEN(universes); i++)
		test_triples(&universes[i],
		    n == NULL ? 1000 : (uint32_t)strtoul(n, NULL, 10),
		    seed == NULL ? 1 : (uint32_t)strtoul(seed, NULL, 10));
	test_file();
	return tap_end();
}
