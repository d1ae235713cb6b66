#include <config.h>

#include "compiler/expand/caps.h"

#include <stddef.h>
#include <stdlib.h>

static int
compare_items(const void *pa, const void *pb)
{
	const struct cap_item *a = pa, *b = pb;
	int d = path_compare(a->path, b->path);

	if (d != 0)
		return d;
	if (a->shape != b->shape)
		return a->shape < b->shape ? -1 : 1;
	if (a->flags != b->flags)
		return a->flags < b->flags ? -1 : 1;
	return (a->stmt > b->stmt) - (a->stmt < b->stmt);
}

/* Same path, shape and flags: one entry with the union of the access. */
static bool
same_cap(const struct cap *cap, const struct cap_item *item)
{
	return cap->shape == item->shape && cap->flags == item->flags &&
	       path_compare(cap->path, item->path) == 0;
}

void
caps_build(
    struct capset *c, struct arena *a, struct cap_item *items, uint32_t n)
{
	if (n > 1)
		qsort(items, n, sizeof(*items), compare_items);
	c->caps.v = ARENA_ARRAY(a, n + 1, struct cap);
	c->caps.cap = n + 1;
	c->order.v = ARENA_ARRAY(a, n + 1, uint32_t);
	c->order.cap = n + 1;
	for (uint32_t i = 0; i < n; i++) {
		struct cap *cap =
		    c->caps.n > 0 ? &c->caps.v[c->caps.n - 1] : NULL;

		if (cap == NULL || !same_cap(cap, &items[i])) {
			cap = &c->caps.v[c->caps.n++];
			*cap = (struct cap){
			    .path = items[i].path,
			    .shape = items[i].shape,
			    .flags = items[i].flags,
			    .first = c->order.n,
			};
		}
		cap->access |= items[i].access;
		if (items[i].stmt != UINT32_MAX) {
			c->order.v[c->order.n++] = items[i].stmt;
			cap->n++;
		}
	}
	caps_set_parents(c);
}

/*
 * In path order the entries above one are a chain that ends just before it,
 * so one walk finds every parent.  "/" is above the paths of all roots.
 */
void
caps_set_parents(struct capset *c)
{
	int32_t slash = CAP_NONE;

	for (uint32_t i = 0; i < c->caps.n; i++) {
		struct cap *cap = &c->caps.v[i];
		int32_t up = (int32_t)i - 1;

		while (up != CAP_NONE) {
			enum path_relation r =
			    path_relate(cap->path, c->caps.v[up].path);

			if (r == PATH_EQUAL || r == PATH_BELOW)
				break;
			up = c->caps.v[up].parent;
		}
		if (up == CAP_NONE && cap->path.root != BLOB_ROOT_SLASH)
			up = slash;
		cap->parent = up;
		if (cap->path.root == BLOB_ROOT_SLASH &&
		    cap->path.suffix.len == 0)
			slash = (int32_t)i;
	}
}

static int
compare_cap(const void *cap, const void *path)
{
	return path_compare(
	    ((const struct cap *)cap)->path, *(const struct path *)path);
}

static int
compare_deny(const void *deny, const void *path)
{
	return path_compare(
	    ((const struct deny *)deny)->path, *(const struct path *)path);
}

uint32_t
caps_lower_bound(const struct capset *c, struct path p)
{
	return VEC_LOWER_BOUND(&c->caps, &p, compare_cap);
}

uint32_t
caps_deny_lower_bound(const struct capset *c, struct path p)
{
	return VEC_LOWER_BOUND(&c->denies, &p, compare_deny);
}

const struct deny *
caps_deny_over(const struct capset *c, struct path p, unsigned access)
{
	const struct deny *found = NULL;

	do {
		for (uint32_t i = caps_deny_lower_bound(c, p);
		     i < c->denies.n &&
		     path_compare(c->denies.v[i].path, p) == 0;
		     i++) {
			const struct deny *deny = &c->denies.v[i];

			if ((deny->access & access) == 0)
				continue;
			if (deny->protected)
				return deny;
			if (found == NULL)
				found = deny;
		}
	} while (path_up(&p));
	return found;
}

bool
path_up(struct path *p)
{
	if (p->suffix.len == 0) {
		if (p->root == BLOB_ROOT_SLASH)
			return false;
		*p = (struct path){BLOB_ROOT_SLASH, {"", 0}};
		return true;
	}
	do
		p->suffix.len--;
	while (p->suffix.len > 0 && p->suffix.s[p->suffix.len] != '/');
	return true;
}

unsigned
caps_own_access(const struct capset *c, struct path p)
{
	struct path at = p;
	unsigned access = 0;

	do {
		for (uint32_t i = caps_lower_bound(c, at);
		     i < c->caps.n && path_compare(c->caps.v[i].path, at) == 0;
		     i++)
			if ((c->caps.v[i].flags & (CAP_GROUP | CAP_CONSENT)) ==
				0 &&
			    (cap_is_tree(&c->caps.v[i]) ||
				path_compare(at, p) == 0))
				access |= c->caps.v[i].access;
	} while (path_up(&at));
	return access;
}

struct span
cap_span(const struct capset *c, const struct cap *cap)
{
	if (cap->n == 0)
		return c->policy->scalars.v[SCALAR_WORKDIR].at;
	return c->policy->stmts.v[c->order.v[cap->first]].path->at;
}

const struct origin *
cap_origin(const struct capset *c, const struct cap *cap)
{
	if (cap->n == 0)
		return c->policy->scalars.v[SCALAR_WORKDIR].origin;
	return c->policy->stmts.v[c->order.v[cap->first]].origin;
}

static void
print_flags(unsigned flags, FILE *out)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = {
	    {CAP_GROUP, "group"},
	    {CAP_CONSENT, "consent"},
	    {CAP_BYPASS, "bypass"},
	    {CAP_HOLD, "hold"},
	    {CAP_MAGIC, "magic-link"},
	    {CAP_DEVICE, "device"},
	};
	const char *sep = "";

	if (flags == 0)
		fputc('-', out);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if ((flags & names[i].flag) == 0)
			continue;
		fprintf(out, "%s%s", sep, names[i].name);
		sep = ",";
	}
}

static void
print_network(const struct capset *c, FILE *out)
{
	static const char *const modes[] = {"open", "block", "proxy", "ports"};

	fprintf(out, "network %s\n", modes[c->network]);
	for (uint32_t i = 0; i < c->ports.n; i++) {
		const struct cap_port *p = &c->ports.v[i];

		fprintf(out, "port %u", p->port);
		for (uint64_t bit = 1; bit <= BLOB_NET_ALL; bit <<= 1)
			if ((p->rights & bit) != 0)
				fprintf(out, " %s", blob_net_name(bit));
		fprintf(out, "%s\n", p->wide == 0 ? " local" : "");
	}
}

static void
print_seatbelt(const struct cap_seatbelt *s, struct arena *a, FILE *out)
{
	static const struct {
		size_t at;
		const char *name;
	} flags[] = {
	    {offsetof(struct cap_seatbelt, ipc_full), "semaphores"},
	    {offsetof(struct cap_seatbelt, launch_services),
		"LaunchServices, if asked for"},
	    {offsetof(struct cap_seatbelt, gpu), "GPU, if asked for"},
	};

	for (uint32_t i = 0; i < s->links.n; i++) {
		struct text t = diag_safe(a, path_print(a, s->links.v[i].link));

		fprintf(out, "link %.*s -> ", (int)t.len, t.s);
		t = diag_safe(a, path_print(a, s->links.v[i].target));
		fprintf(out, "%.*s\n", (int)t.len, t.s);
	}
	fprintf(out, "signals %s\n",
	    scalar_value(SCALAR_SIGNAL_MODE, (int)s->signal));
	fprintf(out, "process information %s\n",
	    scalar_value(SCALAR_PROCESS_INFO_MODE, (int)s->process_info));
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (*(const bool *)((const char *)s + flags[i].at))
			fprintf(out, "%s\n", flags[i].name);
	for (uint32_t i = 0; i < s->raw.n; i++) {
		struct text t = diag_safe(a, s->raw.v[i].rule);

		fprintf(out, "raw %.*s\n", (int)t.len, t.s);
	}
}

static void
print_scopes(const struct capset *c, FILE *out)
{
	for (uint64_t bit = 1; bit <= BLOB_SCOPE_ALL; bit <<= 1)
		if ((c->scoped & bit) != 0)
			fprintf(out, "scope %s%s\n", blob_scope_name(bit),
			    (c->scoped_required & bit) != 0 ? " required" : "");
	if (c->unix_pathname)
		fprintf(out, "sockets by path: mediated, required\n");
	if (c->no_unlink)
		fprintf(out, "removing: not part of write\n");
}

/* A value with its roots by name again. */
static void
print_value(struct arena *a, struct text value, FILE *out)
{
	for (uint32_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.s[i];
		struct text t = {value.s + i, 1};

		if (c == BLOB_UID_BYTE)
			t = TEXT("${UID}");
		else if (c >= BLOB_ROOT_BYTE && c < BLOB_ROOT_BYTE + BLOB_ROOTS)
			t = path_print(a,
			    (struct path){
				(enum blob_root)(c - BLOB_ROOT_BYTE), {"", 0}});
		fprintf(out, "%.*s", (int)t.len, t.s);
	}
}

void
caps_print(const struct capset *c, struct arena *a, FILE *out)
{
	static const char *const env[] = {"allow", "deny", "set"};
	struct text t;

	for (uint32_t i = 0; i < c->caps.n; i++) {
		const struct cap *cap = &c->caps.v[i];

		t = diag_safe(a, path_print(a, cap->path));
		fprintf(out, "path %.*s %s ", (int)t.len, t.s,
		    shape_name((enum shape)cap->shape));
		t = access_print(a, cap->access);
		fprintf(out, "%.*s ", (int)t.len, t.s);
		print_flags(cap->flags, out);
		fputc('\n', out);
	}
	for (uint32_t i = 0; i < c->denies.n; i++) {
		const struct deny *d = &c->denies.v[i];

		t = diag_safe(a, path_print(a, d->path));
		fprintf(out, "deny %.*s ", (int)t.len, t.s);
		t = access_print(a, d->access);
		fprintf(out, "%.*s%s\n", (int)t.len, t.s,
		    d->protected ? " protected" : "");
	}
	print_network(c, out);
	print_scopes(c, out);
	if (c->seatbelt.links.n > 0) /* macOS */
		print_seatbelt(&c->seatbelt, a, out);
	for (uint32_t i = 0; i < c->envs.n; i++) {
		t = diag_safe(a, c->envs.v[i].name);
		fprintf(out, "env %s %.*s", env[c->envs.v[i].kind], (int)t.len,
		    t.s);
		if (c->envs.v[i].kind == BLOB_ENV_SET)
			fputc('=', out);
		print_value(a, c->envs.v[i].value, out);
		fputc('\n', out);
	}
	for (uint32_t i = 0; i < c->commands.n; i++) {
		t = diag_safe(a, c->commands.v[i].name);
		fprintf(out, "command %.*s refused\n", (int)t.len, t.s);
	}
}
