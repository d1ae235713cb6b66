#include <config.h>

#include <string.h>
#include <sys/stat.h>

#include "runtime/launch.h"
#include "runtime/report.h"

/*
 * Links that an earlier run of the command may have left.  What a link leads
 * to is granted, and where the policy lets the command make links, the command
 * decides where they lead: it would choose what the next launch grants.  Such
 * a link refuses the launch, unless what it leads to is granted by its own
 * name, too, which nobody but the profile has chosen.
 *
 * Whether a link can be made where it lies is known when all rules are judged;
 * until then what does not lie where its rule says is kept.
 */
struct elsewhere {
	struct elsewhere *next;
	const struct root *root; /* it is one of these, and no grant */
	struct path at;
	uint64_t rights;
};
struct hop {
	struct hop *next;
	struct path link;
	const struct elsewhere *to;
};

static struct elsewhere *places;
static struct hop *hops;

static void
remember(const struct elsewhere *to, struct path link)
{
	struct hop *h = memory_keep(sizeof(*h));

	*h = (struct hop){.next = hops, .link = link, .to = to};
	hops = h;
}

/* For place_resolve(), where the link does not stay. */
static void
visit(void *to, struct path link)
{
	remember(to, path_copy(link));
}

/* A link that is another one by now may hide who made it. */
static bool
is_same(struct path at, int fd)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && lstat(shown(at.s), &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/*
 * Links that were read, and what they lead to then opened as a path without
 * any, need no second look: it was these that decided, whatever they are now.
 */
void
planted_grant(const struct root *root, const char *suffix, struct path at,
    uint64_t rights, int fd, const struct links *links)
{
	static struct place real;
	struct elsewhere *e;
	struct stat st;

	/* Rights on what a directory holds are none on a file. */
	if ((rights & BLOB_FS_FILE) == 0 && fstat(fd, &st) == 0 &&
	    !S_ISDIR(st.st_mode))
		return;
	e = memory_keep(sizeof(*e));
	*e = (struct elsewhere){
	    .next = places, .at = path_copy(at), .rights = rights};
	places = e;
	for (unsigned i = 0; links != NULL && i < links->n; i++)
		remember(e, links->at[i]);
	if (links == NULL &&
	    (!place_resolve(root->at, suffix, visit, e, &real) ||
		!is_same(path_of(&real), fd)))
		die("rules", "what leads to ", shown(at.s),
		    " changes while it is looked at: try again", NULL);
}

/* Was the root found by its name without any link? */
static bool
is_canonical(const struct root *home, const struct root *r)
{
	if (*r->given == '/')
		return strcmp(r->given, shown(r->at.s)) == 0;
	return path_covers(home->at, r->at) && r->at.len > home->at.len &&
	       strcmp(r->given, r->at.s + home->at.len + 1) == 0;
}

/* A relative working directory began in one that is not known any more. */
static bool
is_resolvable(const struct launch *l, const struct root *r)
{
	return r->given != NULL && r->fd >= 0 && !r->withheld &&
	       (*r->given == '/' || r != &l->roots[BLOB_ROOT_CWD]);
}

void
planted_roots(const struct launch *l)
{
	static struct place real;
	const struct root *home = &l->roots[BLOB_ROOT_HOME];

	for (unsigned i = 0; i < BLOB_ROOTS; i++) {
		const struct root *r = &l->roots[i];
		struct elsewhere *e;

		if (!is_resolvable(l, r) || is_canonical(home, r))
			continue;
		e = memory_keep(sizeof(*e));
		*e = (struct elsewhere){.at = r->at, .root = r};
		if (!place_resolve(home->at, r->given, visit, e, &real) ||
		    !is_same(path_of(&real), r->fd))
			die("roots", "what leads to ", shown(r->at.s),
			    " changes while it is looked at: try again", NULL);
	}
}

/* Does a rule grant anything in the root, or in one that begins in it? */
static bool
is_used(const struct launch *l, const struct root *root)
{
	for (uint32_t i = 0; i < l->blob.npaths; i++) {
		const struct root *r = &l->roots[blob_path(&l->blob, i).root];
		const enum outcome o = (enum outcome)l->outcomes[i];

		if (o != OUTCOME_GRANTED && o != OUTCOME_GRANTED_LINK &&
		    o != OUTCOME_GRANTED_PARENT)
			continue;
		if (r == root || (root == &l->roots[BLOB_ROOT_HOME] &&
				     r != &l->roots[BLOB_ROOT_CWD] &&
				     r->given != NULL && *r->given != '/'))
			return true;
	}
	return false;
}

/* The rights of rules that were granted where they say. */
static uint64_t
rights_by_name(const struct launch *l, struct path at)
{
	uint64_t have = 0;

	for (uint32_t i = 0; i < l->blob.npaths; i++) {
		const struct blob_path r = blob_path(&l->blob, i);
		const char *suffix = path_suffix(&l->blob, r.suffix);

		if (l->outcomes[i] == OUTCOME_GRANTED && suffix != NULL &&
		    path_covers_below(l->roots[r.root].at, suffix, at))
			have |= r.rights & l->handled.of[RIGHTS_FS];
	}
	return have;
}

static bool
can_be_made(const struct launch *l, struct path link)
{
	uint64_t rights;

	while (link.s[--link.len] != '/')
		;
	link = path_copy(link);
	rights = rights_by_name(l, link);
	for (const struct elsewhere *e = places; e != NULL; e = e->next)
		if (path_covers(e->at, link))
			rights |= e->rights;
	return blob_makes_links(rights);
}

void
planted_judge(const struct launch *l)
{
	for (const struct hop *h = hops; h != NULL; h = h->next) {
		if (!can_be_made(l, h->link))
			continue;
		if (h->to->root != NULL) {
			if (is_used(l, h->to->root))
				die("roots", "the link ", h->link.s,
				    " leads to ", shown(h->to->at.s),
				    ", where paths of the policy begin, and "
				    "the command could have made it: name the "
				    "directory itself, or remove the link",
				    NULL);
			continue;
		}
		if ((h->to->rights & ~rights_by_name(l, h->to->at)) == 0)
			continue;
		die("rules", "the link ", h->link.s, " leads to ",
		    shown(h->to->at.s),
		    ", and the command could have made it: grant that by its "
		    "own name in the profile, or remove the link",
		    NULL);
	}
	hops = NULL;
	places = NULL;
}
