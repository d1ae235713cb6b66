#include <config.h>

#include "compiler/lsp/lsp.h"

#include <stdarg.h>
#include <stdlib.h>

#include "compiler/base/json_print.h"
#include "compiler/decide/decide.h"
#include "compiler/expand/expand.h"
#include "compiler/expand/variable.h"
#include "compiler/lsp/lsp_answer.h"
#include "compiler/lsp/lsp_spot.h"
#include "compiler/review/why.h"

/* What is said about a place, in Markdown. */
struct hover {
	struct lsp_check *k;
	struct lsp_spot spot;
	struct text said;
};

static __attribute__((format(printf, 2, 3))) void
say(struct hover *h, const char *fmt, ...)
{
	struct arena *a = &h->k->compile.arena;
	struct text t;
	va_list ap;

	va_start(ap, fmt);
	t = arena_vprintf(a, fmt, ap);
	va_end(ap);
	h->said = arena_printf(
	    a, "%.*s%.*s", (int)h->said.len, h->said.s, (int)t.len, t.s);
}

/* Text of a file, where nothing in it is Markdown: a span of code. */
static const char *
code(struct hover *h, struct text t)
{
	struct arena *a = &h->k->compile.arena;
	struct text safe = diag_safe(a, t);
	const char *fence = memchr(safe.s, '`', safe.len) != NULL ? "``" : "`";

	/* Two suffice but for what has two in a row. */
	for (uint32_t i = 0; i + 1 < safe.len; i++)
		if (safe.s[i] == '`' && safe.s[i + 1] == '`')
			fence = "```";
	return arena_printf(a, "%s%s%.*s%s%s", fence, fence[1] ? " " : "",
	    (int)safe.len, safe.s, fence[1] ? " " : "", fence)
	    .s;
}

/* Text of a file that is read as it is: no markup, and no picture from afar. */
static const char *
plain(struct hover *h, struct text t)
{
	static const char marks[] = "\\`*_{}[]()<>#+-.!|~&:@\"'/";
	struct arena *a = &h->k->compile.arena;
	struct text safe = diag_safe(a, t);
	char *s = arena_alloc(a, 2 * (size_t)safe.len + 1, 1), *to = s;

	for (uint32_t i = 0; i < safe.len; i++) {
		if (strchr(marks, safe.s[i]) != NULL)
			*to++ = '\\';
		*to++ = safe.s[i];
	}
	return s;
}

static const char *
code_path(struct hover *h, struct path p)
{
	return code(h, path_print(&h->k->compile.arena, p));
}

/* "base.json:3", and the group or base that it is of. */
static const char *
line_of(struct hover *h, struct span at, const struct origin *origin)
{
	const struct compile *c = &h->k->compile;
	struct arena *a = &h->k->compile.arena;
	struct text name;
	const char *line;

	if (!lsp_check_placed(h->k, at))
		return "the policy itself";
	name = policy_source_name(&c->policy, &c->sources, a, at.source);
	line =
	    code(h, arena_printf(a, "%.*s:%u", (int)name.len, name.s,
			source_place(&c->sources, at.source, at.begin).line));
	if (origin != NULL && origin->kind == ORIGIN_GROUP &&
	    !lsp_check_placed(h->k, origin->at))
		return line;
	if (origin == NULL || origin->via == NULL)
		return line;
	return arena_printf(
	    a, "%s, brought in by %s", line, line_of(h, origin->at, NULL))
	    .s;
}

static const char *
shape_words(enum shape shape)
{
	switch (shape) {
	case SHAPE_ANY:
		return "a file, or a directory with all below it";
	case SHAPE_DIR:
		return "a directory with all below it";
	case SHAPE_FILE:
		return "a single file";
	case SHAPE_SOCKET:
		return "a single socket";
	case SHAPE_SOCKET_CHILDREN:
		return "the sockets directly in a directory";
	case SHAPE_SOCKET_TREE:
		return "the sockets anywhere below a directory";
	}
	return "";
}

static bool
same_place(struct span a, struct span b)
{
	return a.source == b.source && a.begin == b.begin;
}

/* Which of the statements behind the entry is the one written here? */
static bool
stands_behind(const struct capset *c, const struct cap *cap, uint32_t stmt)
{
	for (uint32_t i = 0; i < cap->n; i++)
		if (c->order.v[cap->first + i] == stmt)
			return true;
	return false;
}

static const struct cap *
cap_of(const struct capset *c, uint32_t stmt)
{
	for (uint32_t i = 0; i < c->caps.n; i++)
		if (stands_behind(c, &c->caps.v[i], stmt))
			return &c->caps.v[i];
	return NULL;
}

enum { LINES_SHOWN = 6 };

/* The other lines that grant the same, and those that grant what is around. */
static void
say_others(struct hover *h, const struct cap *cap, uint32_t stmt)
{
	const struct capset *c = &h->k->compile.caps;
	struct arena *a = &h->k->compile.arena;
	uint32_t shown = 0;

	for (uint32_t i = 0; i < cap->n && shown < LINES_SHOWN; i++) {
		const uint32_t other = c->order.v[cap->first + i];
		const struct stmt *s = &c->policy->stmts.v[other];

		if (other == stmt)
			continue;
		say(h, "- granted by %s, too\n",
		    line_of(h, s->path->at, s->origin));
		shown++;
	}
	for (int32_t up = cap->parent; up != CAP_NONE && shown < LINES_SHOWN;
	     up = c->caps.v[up].parent) {
		const struct cap *over = &c->caps.v[up];

		if (!cap_is_tree(over) || (over->access & cap->access) == 0)
			continue;
		say(h, "- lies within %s, granted (%s) by %s\n",
		    code_path(h, over->path), access_print(a, over->access).s,
		    line_of(h, cap_span(c, over), cap_origin(c, over)));
		shown++;
	}
}

static void
say_deny(struct hover *h, struct path p, unsigned access)
{
	const struct deny *deny =
	    caps_deny_over(&h->k->compile.caps, p, access);

	if (deny == NULL)
		return;
	say(h, "- %s is denied by %s\n", code_path(h, deny->path),
	    line_of(h, deny->at, deny->origin));
}

/* What the policy permits there in the end, by its bytes. */
static void
say_effect(struct hover *h, const struct cap *cap)
{
	const struct lsp_check *k = h->k;
	struct arena *a = &h->k->compile.arena;
	const bool file = !cap_is_tree(cap);
	struct decide_object on = {.path = {cap->path.suffix, cap->path.root},
	    .kind = file ? DECIDE_FILE : DECIDE_DIRECTORY};
	const struct decider *d;
	struct decide_env env;
	struct blob blob;
	const char *why;
	uint64_t rights;

	if (k->bytes == NULL || k->compile.target.platform != PLATFORM_LINUX ||
	    !blob_open(&blob, k->bytes, k->size, &why))
		return;
	decide_env_init(&env);
	d = decide_open(a, &blob, &env);
	rights = decide_rights(d, &on, a, NULL);
	say(h, "\nThe policy permits there: %s\n",
	    rights == 0 ? "nothing" : why_rights(a, rights).s);
}

static void
say_grant(struct hover *h, uint32_t stmt)
{
	const struct compile *c = &h->k->compile;
	const struct stmt *s = &c->policy.stmts.v[stmt];
	const struct cap *cap = cap_of(&c->caps, stmt);
	struct arena *a = &h->k->compile.arena;
	struct path path;

	if (cap == NULL) {
		if (!expand_template(
			a, &h->k->compile.diags, s->path, &c->target, &path))
			return;
		say(h, "**grants nothing**: deny wins\n\n");
		say_deny(h, path, s->access);
		return;
	}
	say(h, "**grants %s** on %s: %s%s\n\n", access_print(a, s->access).s,
	    code_path(h, cap->path), shape_words((enum shape)cap->shape),
	    (cap->flags & CAP_CONSENT) != 0 ? ", once the user consents" : "");
	if (cap->access != s->access)
		say(h, "- one rule with what else grants it: %s\n",
		    access_print(a, cap->access).s);
	say_others(h, cap, stmt);
	if ((cap->flags & CAP_BYPASS) != 0)
		say(h, "- a deny of it is lifted by bypass_protection\n");
	say_effect(h, cap);
}

/* What a deny or a bypass closes or opens. */
static void
say_rest(struct hover *h, const struct stmt *s)
{
	const struct compile *c = &h->k->compile;
	struct arena *a = &h->k->compile.arena;
	uint32_t shown = 0;
	struct path path;

	if (!expand_template(
		a, &h->k->compile.diags, s->path, &c->target, &path))
		return;
	say(h, "**%s** %s, with all below it\n\n",
	    s->kind == STMT_DENY ? "denies" : "lifts what is denied at",
	    code_path(h, path));
	for (uint32_t i = 0; i < c->policy.stmts.n && shown < LINES_SHOWN;
	     i++) {
		const struct stmt *other = &c->policy.stmts.v[i];
		struct path at;

		if (other == s || other->kind != STMT_DENY ||
		    !expand_template(
			a, &h->k->compile.diags, other->path, &c->target, &at))
			continue;
		const enum path_relation r = path_relate(path, at);

		if (r != PATH_EQUAL && r != PATH_BELOW)
			continue;
		say(h, "- %s is denied by %s%s\n", code_path(h, at),
		    line_of(h, other->path->at, other->origin),
		    s->kind == STMT_DENY ? ", too" : "");
		shown++;
	}
}

/* An entry of a list of paths. */
static bool
say_path(struct hover *h)
{
	const struct compile *c = &h->k->compile;

	for (uint32_t i = 0; c->caps.policy != NULL && i < c->policy.stmts.n;
	     i++) {
		const struct stmt *s = &c->policy.stmts.v[i];

		if (!same_place(s->path->at, h->spot.value->at))
			continue;
		if (s->kind == STMT_GRANT)
			say_grant(h, i);
		else
			say_rest(h, s);
		return true;
	}
	if (c->caps.policy == NULL)
		say(h, "Nothing is said of it while the profile has errors.\n");
	else
		say(h, "**no part of the policy**: its condition does not hold "
		       "for this target, or it is known at run time only\n");
	return true;
}

static void
say_key(struct hover *h)
{
	const struct field *f = h->spot.field;
	const bool alias = !text_is(h->spot.pair->key, f->name);
	char *text = field_description(f, alias ? f->name : NULL);

	say(h, "**%s**\n\n%s\n", h->spot.path.s, text);
	free(text);
	if (alias) {
		text = field_description(f, NULL);
		say(h, "\n%s\n", text);
		free(text);
	}
	for (uint32_t i = 0; f->names != NULL && f->names[i] != NULL; i++)
		say(h, "%s%s", i == 0 ? "\nOne of " : ", ",
		    code(h, text_of(f->names[i])));
	if (f->names != NULL)
		say(h, "\n");
}

/*
 * What comes in here, as the lens of the line has it, and what stands in the
 * file: of a base without its own bases and groups, of both with what others
 * grant as well.
 */
static void
say_lists(struct hover *h, const struct lsp_count *n)
{
	struct arena *a = &h->k->compile.arena;
	const struct text own = lsp_count_print(a, n);
	struct text here = own;

	if (h->k->bytes != NULL)
		here = lsp_count_entry(&h->k->compile, h->spot.value->at, a);
	if (text_equal(here, own))
		say(h, "\n%s\n", own.s);
	else
		say(h, "\n%s\n\nthe file alone: %s\n", here.s, own.s);
}

static bool
say_group(struct hover *h)
{
	struct lsp_check *k = h->k;
	const struct name_entry name = {
	    .name = h->spot.value->string, .at = h->spot.value->at};
	const struct group_file *file;
	struct lsp_count n = {0};

	if (!store_group(&k->compile.store, &name, &file))
		return false;
	say(h, "**group %s**%s%s\n\n%s\n", code(h, file->name),
	    file->ast->required.value != 0 ? ", required" : "",
	    !file->ast->platform.set			  ? ""
	    : file->ast->platform.value == PLATFORM_LINUX ? ", for Linux"
							  : ", for macOS",
	    plain(h, file->ast->description.value));
	n.grants =
	    file->ast->read.n + file->ast->write.n + file->ast->readwrite.n;
	n.denies = file->ast->deny.n;
	n.commands = file->ast->deny_commands.n;
	say_lists(h, &n);
	return true;
}

static bool
say_base(struct hover *h)
{
	struct lsp_check *k = h->k;
	const struct profile_file *file;
	struct text where;

	if (!lsp_base_of(k, h->spot.value, &file))
		return false;
	where = policy_source_name(&k->compile.policy, &k->compile.sources,
	    &k->compile.arena, file->source);
	say(h, "**base %s**: %s\n\n%s\n", code(h, file->name), code(h, where),
	    plain(h, file->ast->description.value));
	const struct lsp_count n = lsp_count_file(file->ast);

	say_lists(h, &n);
	return true;
}

static bool
say_value(struct hover *h)
{
	const struct text path = h->spot.path;

	if (text_is(path, "extends"))
		return say_base(h);
	if (lsp_names_group(path))
		return say_group(h);
	if (h->spot.field->kind == FIELD_PATHS &&
	    !text_is(h->spot.pair->key, "when"))
		return say_path(h);
	return false;
}

cJSON *
lsp_hover(struct lsp *l, const cJSON *params)
{
	const struct lsp_document *doc = lsp_document_of(l, params);
	struct lsp_check k;
	struct hover h = {.k = &k, .said = TEXT("")};
	struct span at = {0};
	uint32_t offset;
	cJSON *o;

	if (doc == NULL || !lsp_offset_in(l, doc, params, &offset))
		return NULL;
	lsp_check(l, doc, &l->targets[0], &k);
	if (lsp_spot_find(&k, offset, &h.spot) && h.spot.field != NULL) {
		if (h.spot.on_key) {
			at = h.spot.pair->key_at;
			say_key(&h);
		} else if (h.spot.value != NULL && say_value(&h)) {
			at = h.spot.value->at;
		}
	}
	o = h.said.len == 0 ? cJSON_CreateNull() : json_object();
	if (h.said.len != 0) {
		cJSON *contents = json_put_object(o, "contents");

		json_put_string(contents, "kind", "markdown");
		json_put_string(contents, "value", h.said.s);
		json_put(o, "range", lsp_check_range(&k, at));
	}
	lsp_check_release(&k);
	return o;
}
