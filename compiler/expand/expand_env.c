#include <config.h>

#include "compiler/expand/expand.h"

#include <stdlib.h>

#include "compiler/expand/variable.h"

enum { VALUE_MAX = BLOB_PATH_MAX };

static bool
name_char(char c, bool first)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (!first && c >= '0' && c <= '9');
}

/* The variable that begins at `i`: "$NAME" or "${NAME}"; its length, or 0. */
static uint32_t
variable_at(struct text t, uint32_t i, struct text *ret_name)
{
	uint32_t begin = i + 1, end;
	bool braces = begin < t.len && t.s[begin] == '{';

	if (t.s[i] != '$')
		return 0;
	begin += braces;
	for (end = begin; end < t.len && name_char(t.s[end], end == begin);)
		end++;
	if (end == begin || (braces && (end == t.len || t.s[end] != '}')))
		return 0;
	*ret_name = (struct text){t.s + begin, end - begin};
	return end + braces - i;
}

static struct text
expand_value(struct arena *a, const struct target *t, struct text value)
{
	static const char uid[] = {BLOB_UID_BYTE};
	struct VEC(char) out = {0};

	for (uint32_t i = 0; i < value.len;) {
		struct variable v = {.kind = VARIABLE_NONE};
		struct text name, put = {value.s + i, 1};
		uint32_t len = variable_at(value, i, &name);
		char root;

		if (i == 0 && value.s[0] == '~' &&
		    (value.len == 1 || value.s[1] == '/')) {
			name = TEXT("HOME");
			len = 1;
		}
		if (len > 0)
			v = variable_find(a, t, name);
		if (v.kind == VARIABLE_TEXT) {
			put = v.value;
		} else if (v.kind == VARIABLE_UID) {
			put = (struct text){uid, 1};
		} else if (v.kind == VARIABLE_ROOT) {
			root = (char)(BLOB_ROOT_BYTE + (int)v.path.root);
			put = (struct text){&root, 1};
			if (v.path.suffix.len > 0)
				put = arena_printf(a, "%c/%.*s", root,
				    (int)v.path.suffix.len, v.path.suffix.s);
		} else {
			len = 1;
		}
		VEC_RESERVE(a, &out, put.len);
		memcpy(out.v + out.n, put.s, put.len);
		out.n += put.len;
		i += len;
	}
	return (struct text){out.v, out.n};
}

static bool
storable(struct diags *d, struct span at, struct text t)
{
	struct diag *diag;
	bool control = false;

	for (uint32_t i = 0; i < t.len; i++)
		control |= (unsigned char)t.s[i] < ' ' || t.s[i] == 0x7f;
	if (!control && t.len <= VALUE_MAX)
		return true;
	diag = diag_at(d, DIAG_BAD_VALUE, at,
	    control ? "a variable with a control character in it"
		    : "a variable of more than %d bytes",
	    VALUE_MAX);
	diag_help(d, diag, "let a file that the agent reads carry it");
	return false;
}

static int
compare_env(const void *pa, const void *pb)
{
	const struct cap_env *a = pa, *b = pb;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return text_compare(a->name, b->name);
}

/* Of one name, what was said last comes first: a profile's, not its base's. */
static int
compare_later_first(const void *pa, const void *pb)
{
	const struct cap_env *a = pa, *b = pb;
	int d = compare_env(pa, pb);

	return d != 0 ? d : (a->order < b->order) - (a->order > b->order);
}

static void
sort_env(struct capset *c)
{
	uint32_t n = 0;

	if (c->envs.n > 1)
		qsort(c->envs.v, c->envs.n, sizeof(*c->envs.v),
		    compare_later_first);
	for (uint32_t i = 0; i < c->envs.n; i++)
		if (n == 0 ||
		    compare_env(&c->envs.v[n - 1], &c->envs.v[i]) != 0)
			c->envs.v[n++] = c->envs.v[i];
	c->envs.n = n;
}

bool
expand_environment(struct arena *a, struct diags *d, const struct policy *p,
    const struct target *t, struct capset *caps)
{
	const struct {
		const struct named_vec *names;
		enum blob_env_kind kind;
	} lists[] = {
	    {&p->allow_vars, BLOB_ENV_ALLOW},
	    {&p->deny_vars, BLOB_ENV_DENY},
	};
	uint32_t order = 0;
	bool ok = true;

	for (size_t l = 0; l < ARRAY_LEN(lists); l++) {
		for (uint32_t i = 0; i < lists[l].names->n; i++) {
			const struct named *n = &lists[l].names->v[i];

			ok = storable(d, n->at, n->name) && ok;
			*VEC_PUSH(a, &caps->envs) = (struct cap_env){
			    .kind = lists[l].kind,
			    .name = n->name,
			    .order = order++,
			    .at = n->at,
			    .origin = n->origin,
			};
		}
	}
	for (uint32_t i = 0; i < p->set_vars.n; i++) {
		const struct string_pair *s = &p->set_vars.v[i].pair;

		ok = storable(d, s->value_at, s->value) && ok;
		*VEC_PUSH(a, &caps->envs) = (struct cap_env){
		    .kind = BLOB_ENV_SET,
		    .name = s->key,
		    .value = expand_value(a, t, s->value),
		    .order = order++,
		    .at = s->key_at,
		    .origin = p->set_vars.v[i].origin,
		};
	}
	caps->has_allow_vars = p->has_allow_vars;
	sort_env(caps);
	return ok;
}
