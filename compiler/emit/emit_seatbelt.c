#include <config.h>

#include "compiler/emit/emit.h"
#include "compiler/emit/emit_seatbelt.h"

/*
 * Capset -> Seatbelt file.  docs/seatbelt.md says what each part is for.
 */

/* Text of a profile behind ";": no byte of it ends the line. */
static struct text
safe(struct seatbelt *s, struct text t)
{
	return diag_safe(s->arena, t);
}

/* The roots that a value names. */
static unsigned
value_roots(struct text v)
{
	unsigned roots = 0;

	for (uint32_t i = 0; i < v.len; i++) {
		unsigned char c = (unsigned char)v.s[i];

		if (c >= BLOB_ROOT_BYTE && c < BLOB_ROOT_BYTE + BLOB_ROOTS)
			roots |= 1U << (c - BLOB_ROOT_BYTE);
	}
	return roots;
}

/* The roots that the profile's own rules name: without one macOS refuses. */
static unsigned
raw_roots(struct seatbelt *s)
{
	const struct cap_seatbelt *c = &s->caps->seatbelt;
	unsigned roots = 0;

	for (unsigned r = BLOB_ROOT_HOME; r < BLOB_ROOTS; r++) {
		struct text param = arena_printf(s->arena, "(param \"%s\")",
		    seatbelt_parameter((enum blob_root)r));

		for (uint32_t i = 0; i < c->raw.n; i++)
			if (strstr(c->raw.v[i].rule.s, param.s) != NULL)
				roots |= 1U << r;
	}
	return roots;
}

/* Which directories a launch has to name. */
static void
parameters(struct seatbelt *s)
{
	const struct capset *c = s->caps;
	unsigned roots = raw_roots(s);

	for (uint32_t i = 0; i < c->caps.n; i++)
		roots |= 1U << c->caps.v[i].path.root;
	for (uint32_t i = 0; i < c->denies.n; i++)
		roots |= 1U << c->denies.v[i].path.root;
	for (uint32_t i = 0; i < c->envs.n; i++)
		if (c->envs.v[i].kind == BLOB_ENV_SET)
			roots |= value_roots(c->envs.v[i].value);
	seatbelt_puts(&s->text, ";; Real paths, as parameters:");
	for (unsigned r = BLOB_ROOT_HOME; r < BLOB_ROOTS; r++)
		if ((roots & 1U << r) != 0)
			seatbelt_printf(&s->text, " %s",
			    seatbelt_parameter((enum blob_root)r));
	if (c->network == BLOB_NET_PROXY)
		seatbelt_puts(&s->text, " PROXY_PORT");
	seatbelt_puts(&s->text, "\n");
}

/* A value with its roots by name: "a" HOME "b". */
static void
value(struct seatbelt *s, struct text v)
{
	uint32_t from = 0;
	const char *open = " \"";

	for (uint32_t i = 0; i <= v.len; i++) {
		unsigned char c = i < v.len ? (unsigned char)v.s[i] : 0;
		bool uid = c == BLOB_UID_BYTE;
		bool root =
		    c >= BLOB_ROOT_BYTE && c < BLOB_ROOT_BYTE + BLOB_ROOTS;

		if (i < v.len && !uid && !root)
			continue;
		if (i > from || v.len == 0) {
			seatbelt_puts(&s->text, open);
			seatbelt_quoted(
			    &s->text, (struct text){v.s + from, i - from});
			seatbelt_puts(&s->text, "\"");
		}
		if (uid)
			seatbelt_puts(&s->text, " UID");
		else if (root && c == BLOB_ROOT_BYTE)
			seatbelt_puts(&s->text, " \"/\"");
		else if (root)
			seatbelt_printf(&s->text, " %s",
			    seatbelt_parameter(
				(enum blob_root)(c - BLOB_ROOT_BYTE)));
		from = i + 1;
	}
}

/* A path as a root by name and the rest. */
static void
place(struct seatbelt *s, struct path p)
{
	const char *root = seatbelt_parameter(p.root);

	if (root != NULL)
		seatbelt_printf(&s->text, " %s", root);
	if (p.suffix.len > 0 || root == NULL)
		value(s, arena_printf(
			     s->arena, "/%.*s", (int)p.suffix.len, p.suffix.s));
}

static void
place_line(struct seatbelt *s, const char *what, unsigned access, struct path p)
{
	static const char *const uses[] = {
	    [ACCESS_READ] = "read",
	    [ACCESS_WRITE] = "write",
	    [ACCESS_READ | ACCESS_WRITE] = "all",
	};

	/* What else may be done there, with a socket, is no use of the place.
	 */
	access &= ACCESS_READ | ACCESS_WRITE;
	if (access == 0)
		return;
	seatbelt_printf(&s->text, ";@ %s %s", what, uses[access]);
	place(s, p);
	seatbelt_puts(&s->text, "\n");
}

/*
 * What Seatbelt has no rule for and a launcher does: the environment, the
 * commands not to start; and the places, which may be links, or hold the files
 * that decide about the next launch.
 */
static void
for_the_loader(struct seatbelt *s)
{
	static const char *const kinds[] = {"allow", "deny", "set"};
	static const char *const modes[] = {"open", "block", "proxy", "ports"};
	const struct capset *c = s->caps;

	seatbelt_printf(
	    &s->text, ";@ policy 1\n;@ network %s\n", modes[c->network]);
	for (uint32_t i = 0; i < c->denies.n; i++)
		place_line(
		    s, "denied", c->denies.v[i].access, c->denies.v[i].path);
	for (uint32_t i = 0; i < c->caps.n; i++) {
		const struct cap *cap = &c->caps.v[i];

		place_line(s,
		    (cap->flags & CAP_CONSENT) != 0 ? "asked" : "granted",
		    cap->access, cap->path);
	}
	if (c->has_allow_vars)
		seatbelt_puts(&s->text, ";@ environment listed\n");
	for (uint32_t i = 0; i < c->envs.n; i++) {
		seatbelt_printf(
		    &s->text, ";@ environment %s", kinds[c->envs.v[i].kind]);
		value(s, c->envs.v[i].name);
		if (c->envs.v[i].kind == BLOB_ENV_SET) {
			seatbelt_puts(&s->text, " =");
			value(s, c->envs.v[i].value);
		}
		seatbelt_puts(&s->text, "\n");
	}
	for (uint32_t i = 0; i < c->commands.n; i++) {
		seatbelt_puts(&s->text, ";@ refuse");
		value(s, c->commands.v[i].name);
		seatbelt_puts(&s->text, "\n");
	}
}

static void
header(struct seatbelt *s)
{
	const struct policy *p = s->caps->policy;
	struct text name = safe(s, p->name), version = safe(s, p->version);

	seatbelt_puts(&s->text, ";; A Seatbelt policy, written by nonoc");
	if (s->text.comments && name.len > 0)
		seatbelt_printf(&s->text, " from the profile %.*s %.*s",
		    (int)name.len, name.s, (int)version.len, version.s);
	seatbelt_puts(&s->text, ".\n");
	parameters(s);
	for_the_loader(s);
	seatbelt_puts(&s->text, "\n(version 1)\n(deny default)\n");
}

bool
emit_seatbelt(struct arena *a, struct diags *d, const struct sources *s,
    const struct capset *c, bool provenance, const uint8_t **ret_bytes,
    uint32_t *ret_size)
{
	struct seatbelt e = {
	    .arena = a,
	    .sources = s,
	    .caps = c,
	    .text = {.arena = a, .comments = provenance},
	};

	header(&e);
	seatbelt_base(&e);
	seatbelt_network(&e);
	seatbelt_files(&e);
	if (e.text.bad_bytes) {
		diag_at(d, DIAG_BAD_TEMPLATE, (struct span){0},
		    "a path holds a control character, which a Seatbelt file "
		    "cannot");
		return false;
	}
	*ret_bytes = (const uint8_t *)e.text.out.v;
	*ret_size = e.text.out.n;
	return true;
}
