#include <config.h>

#include "compiler/diff/diff_model.h"

/* Commands, what a kernel must enforce, and how rules are applied. */

void
diff_commands(struct diff *d)
{
	for (unsigned gained = 0; gained < 2; gained++) {
		/* What the other one refuses and this one does not. */
		const struct blob *refuses = d->blob[!gained];
		const struct blob *starts = d->blob[gained];
		uint32_t j = 0;

		for (uint32_t i = 0; i < refuses->ncmds; i++) {
			const char *name = blob_command(refuses, i);
			struct diff_change *c;

			while (j < starts->ncmds &&
			       strcmp(blob_command(starts, j), name) < 0)
				j++;
			if (j < starts->ncmds &&
			    strcmp(blob_command(starts, j), name) == 0)
				continue;
			c = diff_add(d, DIFF_COMMAND, gained != 0);
			c->what = TEXT("start");
			c->region = text_of(name);
			c->tag = BLOB_CMDS;
			*VEC_PUSH(d->arena, &c->records[!gained]) = i;
		}
	}
}

/* No setting: BLOB_SETTINGS; the profile does not say it. */
static void
lenient(
    struct diff *d, bool gained, struct text region, enum blob_setting setting)
{
	struct diff_change *c = diff_add(d, DIFF_KERNEL, gained);

	c->what = TEXT("launch");
	c->region = region;
	if (setting != BLOB_SETTINGS)
		diff_about(d, c, setting);
}

static void
lenient_bits(struct diff *d, bool gained, uint64_t bits, uint64_t all,
    const char *(*name)(uint64_t), enum blob_setting setting)
{
	struct text list = {"", 0};

	for (uint64_t bit = 1; bit != 0 && bit <= all; bit <<= 1)
		if ((bits & bit) != 0)
			list = diff_join(d->arena, list, ", ", name(bit));
	if (list.len > 0)
		lenient(d, gained,
		    arena_printf(
			d->arena, "where no kernel enforces %s", list.s),
		    setting);
}

static bool
has_program(const struct blob *b, uint32_t arch)
{
	for (uint32_t i = 0; i < b->nprograms; i++)
		if (blob_program(b, i).arch == arch)
			return true;
	return false;
}

/* A policy that launches where the other refuses to permits more there. */
void
diff_kernel(struct diff *d)
{
	static const struct {
		uint64_t scope;
		enum blob_setting setting;
	} scopes[] = {
	    {BLOB_SCOPE_SIGNAL, BLOB_SETTING_SIGNAL},
	    {BLOB_SCOPE_ABSTRACT_UNIX, BLOB_SETTING_ABSTRACT},
	};

	for (unsigned gained = 0; gained < 2; gained++) {
		const struct blob *b = d->blob[gained];
		const struct blob_target to = blob_target(b);
		const struct blob_target from = blob_target(d->blob[!gained]);
		const bool yes = gained != 0;

		if (to.abi_min < from.abi_min)
			lenient(d, yes,
			    arena_printf(d->arena, "on Landlock ABI %u to %u",
				to.abi_min, from.abi_min - 1),
			    BLOB_SETTINGS);
		/* What is not handled at all is a change of its own. */
		lenient_bits(d, yes,
		    from.fs_required & to.fs_handled & ~to.fs_required,
		    BLOB_FS_ALL, blob_fs_name, BLOB_SETTING_PATHNAME);
		lenient_bits(d, yes,
		    from.net_required & to.net_handled & ~to.net_required,
		    BLOB_NET_ALL, blob_net_name, BLOB_SETTING_NETWORK);
		for (size_t i = 0; i < ARRAY_LEN(scopes); i++)
			lenient_bits(d, yes,
			    scopes[i].scope & from.scoped_required & to.scoped &
				~to.scoped_required,
			    BLOB_SCOPE_ALL, blob_scope_name, scopes[i].setting);
		if ((to.flags & ~from.flags & BLOB_F_PROXY_INSECURE) != 0)
			lenient(d, yes,
			    TEXT("where WSL2 does not enforce the proxy"),
			    BLOB_SETTING_PROXY);
		if ((from.flags & ~to.flags & BLOB_F_UNIX_PATHNAME) != 0)
			lenient(d, yes,
			    TEXT("without mediating sockets by path"),
			    BLOB_SETTING_PATHNAME);
		for (uint32_t i = 0; i < b->nprograms; i++) {
			const uint32_t arch = blob_program(b, i).arch;

			if (d->blob[!gained]->nprograms > 0 &&
			    !has_program(d->blob[!gained], arch))
				lenient(d, yes,
				    arena_printf(d->arena, "on %s",
					blob_arch_name(arch)),
				    BLOB_SETTING_NETWORK);
		}
	}
}

static int
compare_places(const struct blob_path *a, const struct blob_path *b)
{
	const struct decide_path pa = {text_of(a->suffix), a->root};
	const struct decide_path pb = {text_of(b->suffix), b->root};

	return decide_path_compare(&pa, &pb);
}

/* Flags that permit more when they are set. */
static const struct {
	unsigned flag;
	const char *what;
} terms[] = {
    {BLOB_PATH_BYPASS, "stand although denied"},
    {BLOB_PATH_HOLD, "outlive what procfs forgets"},
    {BLOB_PATH_MAGIC, "follow a magic link"},
};

/* Is there a change already that says that this path is gained? */
static bool
is_gained(const struct diff *d, const struct blob_path *p, bool gained)
{
	const struct decide_path at = {text_of(p->suffix), p->root};
	const struct diff_part *part = &d->parts[DIFF_ALWAYS][gained];
	uint32_t low = part->first, high = part->first + part->n;

	while (low < high) {
		const uint32_t mid = low + (high - low) / 2;
		const int c = decide_path_compare(&d->changes.v[mid].at, &at);

		if (c == 0)
			return true;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* The rules of b at the place of p begin at *from. */
static void
diff_term(struct diff *d, bool gained, uint32_t rule, uint32_t from)
{
	const struct blob *b = d->blob[!gained];
	const struct blob_path p = blob_path(d->blob[gained], rule);

	for (size_t t = 0; t < ARRAY_LEN(terms); t++) {
		uint64_t left = p.rights;
		struct diff_change *c;

		if ((p.flags & terms[t].flag) == 0)
			continue;
		for (uint32_t i = from; i < b->npaths; i++) {
			const struct blob_path o = blob_path(b, i);

			if (compare_places(&o, &p) != 0)
				break;
			if ((o.flags & terms[t].flag) != 0)
				left &= ~o.rights;
		}
		if (left == 0 || is_gained(d, &p, gained))
			continue;
		c = diff_add(d, DIFF_TERMS, gained);
		c->at = (struct decide_path){text_of(p.suffix), p.root};
		c->what = text_of(terms[t].what);
		c->region = diff_path_text(d->arena, &c->at);
		c->aside = diff_rights_text(d->arena, left, true);
		c->tag = BLOB_PATH;
		*VEC_PUSH(d->arena, &c->records[gained]) = rule;
	}
}

/* The same grant, of a group there and of a profile here. */
static bool
moved(const struct blob *b, uint32_t from, const struct blob_path *p,
    uint32_t *ret_rule)
{
	for (uint32_t i = from; i < b->npaths; i++) {
		const struct blob_path o = blob_path(b, i);

		if (compare_places(&o, p) != 0)
			break;
		if (o.kind == p->kind && o.rights == p->rights &&
		    o.missing == p->missing &&
		    (o.flags ^ p->flags) == BLOB_PATH_GROUP) {
			*ret_rule = i;
			return true;
		}
	}
	return false;
}

static void
diff_moved(struct diff *d, uint32_t rule, uint32_t from)
{
	const struct blob_path p = blob_path(d->blob[1], rule);
	const struct decide_path at = {text_of(p.suffix), p.root};
	struct diff_change *c;
	uint32_t was;

	if (!moved(d->blob[0], from, &p, &was))
		return;
	c = diff_add(d, DIFF_MOVED, false);
	c->at = at;
	c->what = (p.flags & BLOB_PATH_GROUP) != 0 ? TEXT("now of a group")
						   : TEXT("now of a profile");
	c->region = diff_path_text(d->arena, &at);
	c->tag = BLOB_PATH;
	*VEC_PUSH(d->arena, &c->records[0]) = was;
	*VEC_PUSH(d->arena, &c->records[1]) = rule;
}

void
diff_terms(struct diff *d)
{
	const unsigned any =
	    BLOB_PATH_BYPASS | BLOB_PATH_HOLD | BLOB_PATH_MAGIC;

	for (unsigned gained = 0; gained < 2; gained++) {
		const struct blob *b = d->blob[gained], *o = d->blob[!gained];
		uint32_t j = 0;

		for (uint32_t i = 0; i < b->npaths; i++) {
			const struct blob_path p = blob_path(b, i);

			for (; j < o->npaths; j++) {
				const struct blob_path q = blob_path(o, j);

				if (compare_places(&q, &p) >= 0)
					break;
			}
			if ((p.flags & any) != 0)
				diff_term(d, gained != 0, i, j);
			if (gained != 0)
				diff_moved(d, i, j);
		}
	}
}
