#include <config.h>

#include "compiler/decode/ast.h"

#include "compiler/decode/decode_table.h"

/*
 * Follows the tables of decode, so that every key that is stored is printed
 * under its canonical name: one line for each setting and each entry.
 */
struct printer {
	FILE *out;
	struct arena arena; /* for escaped text */
};

static void
print_text(struct printer *p, struct text t)
{
	struct text safe = diag_safe(&p->arena, t);

	fprintf(p->out, "\"%.*s\"", (int)safe.len, safe.s);
}

static void
print_when(struct printer *p, const struct when *when)
{
	static const char *const compares[] = {
	    [WHEN_EQ] = "",
	    [WHEN_GE] = ">=",
	    [WHEN_LE] = "<=",
	    [WHEN_GT] = ">",
	    [WHEN_LT] = "<",
	};

	for (uint32_t i = 0; when != NULL && i < when->n; i++) {
		const struct when_term *t = &when->terms[i];

		fprintf(p->out, " %s %s%.*s", i == 0 ? "when" : "or",
		    t->negated ? "!" : "", (int)t->os.len, t->os.s);
		if (t->id.len != 0)
			fprintf(p->out, ":%.*s%s", (int)t->id.len, t->id.s,
			    t->id_like ? "-like" : "");
		if (t->version.len != 0)
			fprintf(p->out, ":%s%.*s", compares[t->compare],
			    (int)t->version.len, t->version.s);
		if (t->variant.len != 0)
			fprintf(
			    p->out, ":%.*s", (int)t->variant.len, t->variant.s);
	}
}

/* As scanned: every variable in braces, "~" as ${HOME}. */
static void
print_template(struct printer *p, const struct template *t)
{
	fputc('"', p->out);
	for (uint32_t i = 0; i < t->n; i++) {
		const struct piece *piece = &t->pieces[i];

		fprintf(p->out,
		    piece->kind == PIECE_VARIABLE ? "${%.*s}" : "%.*s",
		    (int)piece->text.len, piece->text.s);
	}
	fputc('"', p->out);
}

static void
print_names(struct printer *p, const char *key, const struct name_list *list)
{
	if (list->given && list->n == 0)
		fprintf(p->out, "%s empty\n", key);
	for (uint32_t i = 0; i < list->n; i++) {
		fprintf(p->out, "%s ", key);
		print_text(p, list->v[i].name);
		print_when(p, list->v[i].when);
		fputc('\n', p->out);
	}
}

static void
print_paths(struct printer *p, const char *key, const struct path_list *list)
{
	for (uint32_t i = 0; i < list->n; i++) {
		const struct path_entry *e = &list->v[i];

		fprintf(p->out, "%s ", key);
		if (e->dynamic) {
			print_text(p, e->path.source);
			fputs(" dynamic", p->out);
		} else {
			print_template(p, &e->path);
		}
		print_when(p, e->when);
		fputc('\n', p->out);
	}
}

static void
print_map(struct printer *p, const char *key, const struct string_map *map)
{
	for (uint32_t i = 0; i < map->n; i++) {
		fprintf(p->out, "%s ", key);
		print_text(p, map->v[i].key);
		fputs(" = ", p->out);
		print_text(p, map->v[i].value);
		fputc('\n', p->out);
	}
}

static void
print_setting(struct printer *p, const struct field *f, const char *key,
    const struct setting *s)
{
	static const char *const truth[] = {"false", "true"};

	if (s->set)
		fprintf(p->out, "%s %s\n", key,
		    (f->kind == FIELD_BOOL ? truth : f->names)[s->value]);
}

static void
print_string(struct printer *p, const char *key, const struct string_setting *s)
{
	if (!s->set)
		return;
	fprintf(p->out, "%s ", key);
	if (s->null)
		fputs("null", p->out);
	else
		print_text(p, s->value);
	fputc('\n', p->out);
}

static void
print_ports(struct printer *p, const char *key, const struct port_list *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		fprintf(p->out, "%s %u\n", key, list->v[i].port);
}

static void print_object(struct printer *p, const struct table *table,
    const char *prefix, const void *base);

static void
print_field(struct printer *p, const struct field *f, const char *prefix,
    const void *base)
{
	const void *place = (const char *)base + f->offset;
	const char *key = arena_printf(&p->arena, "%s%s", prefix, f->name).s;

	switch (f->kind) {
	case FIELD_BOOL:
	case FIELD_ENUM:
		print_setting(p, f, key, place);
		break;
	case FIELD_STRING:
		print_string(p, key, place);
		break;
	case FIELD_STRINGS:
	case FIELD_ONE_OR_MORE:
	case FIELD_ENTRIES:
	case FIELD_OBJECT_MAP:
	case FIELD_STRING_OR_OBJECTS:
		print_names(p, key, place);
		break;
	case FIELD_PATHS:
		print_paths(p, key, place);
		break;
	case FIELD_PORTS:
		print_ports(p, key, place);
		break;
	case FIELD_STRING_MAP:
		print_map(p, key, place);
		break;
	case FIELD_OBJECT:
		print_object(
		    p, f->table, arena_printf(&p->arena, "%s.", key).s, place);
		break;
	case FIELD_PORT_RANGES: /* among the ports */
	case FIELD_COUNT:
	case FIELD_ENTRY_MAP:
	case FIELD_OBJECTS:
	case FIELD_ANY:
	case FIELD_ANY_LIST:
	case FIELD_ANY_MAP:
		break;
	}
}

static void
print_object(struct printer *p, const struct table *table, const char *prefix,
    const void *base)
{
	for (uint32_t i = 0; i < table->n; i++) {
		const struct field *f = &table->fields[i];

		/* What a legacy key said stands under its successor. */
		if (f->offset != NOT_STORED && f->instead == NULL)
			print_field(p, f, prefix, base);
	}
}

void
profile_ast_print(const struct profile_ast *ast, FILE *out)
{
	struct printer p = {.out = out};

	fputs("profile\n", out);
	if (ast->has_meta.set)
		fputs("meta given\n", out);
	if (ast->has_environment)
		fputs("environment given\n", out);
	print_object(&p, &profile_table, "", ast);
	for (uint32_t i = 0; i < ast->unenforced.n; i++) {
		const struct unenforced *u = &ast->unenforced.v[i];

		fputs("unenforced ", out);
		print_text(&p, u->key);
		fprintf(out, " (%s)\n", u->why);
	}
	arena_release(&p.arena);
}

void
group_ast_print(const struct group_ast *ast, FILE *out)
{
	struct printer p = {.out = out};

	fputs("group ", out);
	print_text(&p, ast->name);
	fputc('\n', out);
	print_object(&p, &group_table, "", ast);
	arena_release(&p.arena);
}
