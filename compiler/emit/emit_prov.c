#include <config.h>

#include "compiler/emit/emit_prov.h"

#include <stdlib.h>

#include "runtime/sha256.h"

/*
 * Where each record of a policy was written.  Settings that are defaults were
 * written nowhere, and have no link.
 */
struct emitter {
	struct arena *arena;
	const struct sources *sources;
	const struct capset *caps;
	struct blob_model *model;
};

/* One statement's place, before its line and column are known. */
struct mark {
	const struct origin *origin;
	struct span at;
	uint32_t record;
	uint32_t tag;
	uint32_t index; /* into model.origins */
};

static int
compare_marks(const void *pa, const void *pb)
{
	const struct mark *a = pa, *b = pb;

	return span_compare(a->at, b->at);
}

struct marks VEC(struct mark);

/* The entry that brought a file in, and the entry that brought that in. */
static uint32_t
via_index(struct emitter *e, struct marks *vias, const struct origin *o)
{
	struct place place;
	uint32_t via;

	if (o == NULL || o->at.source == 0)
		return 0;
	for (uint32_t i = 0; i < vias->n; i++)
		if (vias->v[i].origin == o)
			return vias->v[i].index + 1;
	via = via_index(e, vias, o->via);
	place = source_place(e->sources, o->at.source, o->at.begin);
	*VEC_PUSH(e->arena, vias) = (struct mark){
	    .origin = o,
	    .index = e->model->origins.n,
	};
	*VEC_PUSH(e->arena, &e->model->origins) = (struct model_origin){
	    .source = o->at.source - 1, /* the model has no "no source" */
	    .line = place.line,
	    .column = place.column,
	    .via = via,
	};
	return e->model->origins.n;
}

/*
 * Lines and columns of all marks of a file in one walk over it: a profile may
 * be one long line.
 */
static void
emit_marks(struct emitter *e, struct marks *m)
{
	struct marks vias = {0};
	uint32_t source = 0, offset = 0, line = 1, column = 1;

	if (m->n > 1)
		qsort(m->v, m->n, sizeof(*m->v), compare_marks);
	VEC_RESERVE(e->arena, &e->model->origins, m->n);
	VEC_RESERVE(e->arena, &e->model->links, m->n);
	for (uint32_t i = 0; i < m->n; i++) {
		const struct mark *mark = &m->v[i];
		struct text t = source_get(e->sources, mark->at.source)->text;

		if (mark->at.source != source) {
			source = mark->at.source;
			offset = 0;
			line = column = 1;
		}
		for (; offset < mark->at.begin; offset++) {
			if (t.s[offset] == '\n') {
				line++;
				column = 1;
			} else if (((unsigned char)t.s[offset] & 0xc0) !=
				   0x80) {
				column++;
			}
		}
		uint32_t via = via_index(e, &vias, mark->origin);
		*VEC_PUSH(e->arena, &e->model->origins) = (struct model_origin){
		    .source = source - 1,
		    .line = line,
		    .column = column,
		    .via = via,
		};
		*VEC_PUSH(e->arena, &e->model->links) = (struct model_link){
		    .tag = mark->tag,
		    .record = mark->record,
		    .origin = e->model->origins.n - 1,
		};
	}
}

static void
emit_sources(struct emitter *e)
{
	const struct policy *p = e->caps->policy;

	VEC_RESERVE(e->arena, &e->model->sources, e->sources->files.n);
	for (uint32_t i = 1; i < e->sources->files.n; i++) {
		const struct source *s = source_get(e->sources, i);
		struct model_source m = {
		    .kind = policy_is_group(p, i),
		    .name = policy_source_name(p, e->sources, e->arena, i),
		};
		struct sha256 h;

		sha256_init(&h);
		sha256_update(&h, s->text.s, s->text.len);
		sha256_final(&h, m.digest);
		*VEC_PUSH(e->arena, &e->model->sources) = m;
	}
}

static void
add_mark(struct arena *a, struct marks *marks, uint32_t tag, uint32_t record,
    struct span at, const struct origin *origin)
{
	if (at.source != 0)
		*VEC_PUSH(a, marks) = (struct mark){
		    .origin = origin, .at = at, .record = record, .tag = tag};
}

/* emit_ports leaves those out that no handled right is about. */
static void
mark_ports(const struct emitter *e, struct arena *scratch, struct marks *marks)
{
	uint32_t record = 0;

	for (uint32_t i = 0; i < e->caps->ports.n; i++) {
		const struct cap_port *p = &e->caps->ports.v[i];

		if ((p->rights & e->model->target.net_handled) == 0)
			continue;
		add_mark(scratch, marks, BLOB_PORT, record, p->at, p->origin);
		record++;
	}
}

static void
mark_scalar(const struct emitter *e, struct arena *scratch, struct marks *marks,
    enum blob_setting setting, enum scalar_name name)
{
	const struct scalar *v = &e->caps->policy->scalars.v[name];

	if (v->set)
		add_mark(scratch, marks, BLOB_TARG, setting, v->at, v->origin);
}

static void
mark_string(struct arena *scratch, struct marks *marks,
    enum blob_setting setting, const struct string_scalar *v)
{
	if (v->set && !v->null)
		add_mark(scratch, marks, BLOB_TARG, setting, v->at, v->origin);
}

static void
mark_names(struct arena *scratch, struct marks *marks,
    enum blob_setting setting, const struct named_vec *names)
{
	for (uint32_t i = 0; i < names->n; i++)
		add_mark(scratch, marks, BLOB_TARG, setting, names->v[i].at,
		    names->v[i].origin);
}

/* What the settings of TARG follow from; see expand_settings.c. */
static void
mark_settings(
    const struct emitter *e, struct arena *scratch, struct marks *marks)
{
	static const struct {
		enum blob_setting setting;
		enum scalar_name name;
	} scalars[] = {
	    {BLOB_SETTING_NETWORK, SCALAR_BLOCK},
	    {BLOB_SETTING_NETWORK, SCALAR_SANDBOX_POLICY},
	    {BLOB_SETTING_SIGNAL, SCALAR_SIGNAL_MODE},
	    {BLOB_SETTING_ABSTRACT, SCALAR_IPC_MODE},
	    {BLOB_SETTING_ABSTRACT, SCALAR_UNIX_MEDIATION},
	    {BLOB_SETTING_PATHNAME, SCALAR_UNIX_MEDIATION},
	    {BLOB_SETTING_PROXY, SCALAR_WSL2_PROXY},
	};
	const struct policy *p = e->caps->policy;

	for (size_t i = 0; i < ARRAY_LEN(scalars); i++)
		mark_scalar(
		    e, scratch, marks, scalars[i].setting, scalars[i].name);
	mark_string(
	    scratch, marks, BLOB_SETTING_NETWORK, &p->scalars.network_profile);
	mark_string(
	    scratch, marks, BLOB_SETTING_NETWORK, &p->scalars.upstream_proxy);
	mark_names(scratch, marks, BLOB_SETTING_NETWORK, &p->allow_domain);
	mark_names(scratch, marks, BLOB_SETTING_NETWORK, &p->credentials);
	for (uint32_t i = 0;
	     e->caps->network == BLOB_NET_PORTS && i < p->ports.n; i++)
		add_mark(scratch, marks, BLOB_TARG, BLOB_SETTING_NETWORK,
		    p->ports.v[i].at, p->ports.v[i].origin);
}

static void
mark_process(
    const struct emitter *e, struct arena *scratch, struct marks *marks)
{
	const struct capset *c = e->caps;

	for (uint32_t i = 0; i < c->envs.n; i++)
		add_mark(scratch, marks, BLOB_ENVF, i, c->envs.v[i].at,
		    c->envs.v[i].origin);
	for (uint32_t i = 0; i < c->commands.n; i++)
		add_mark(scratch, marks, BLOB_CMDS, i, c->commands.v[i].at,
		    c->commands.v[i].origin);
}

void
emit_provenance(struct blob_model *m, struct arena *a, const struct sources *s,
    const struct capset *c, const uint32_t *rule)
{
	struct emitter emitter = {a, s, c, m}, *e = &emitter;
	struct arena scratch = {0};
	struct marks marks = {0};

	VEC_RESERVE(
	    &scratch, &marks, c->order.n + c->denies.n + c->ports.n + 1);
	for (uint32_t i = 0; i < c->caps.n; i++) {
		const struct cap *cap = &c->caps.v[i];

		if (rule[i] == 0)
			continue;
		if (cap->n == 0)
			add_mark(&scratch, &marks, BLOB_PATH, rule[i] - 1,
			    cap_span(c, cap), cap_origin(c, cap));
		for (uint32_t j = 0; j < cap->n; j++) {
			const struct stmt *t =
			    &c->policy->stmts.v[c->order.v[cap->first + j]];

			add_mark(&scratch, &marks, BLOB_PATH, rule[i] - 1,
			    t->path->at, t->origin);
		}
	}
	for (uint32_t i = 0; i < c->denies.n; i++)
		add_mark(&scratch, &marks, BLOB_DENY, i, c->denies.v[i].at,
		    c->denies.v[i].origin);
	mark_ports(e, &scratch, &marks);
	mark_settings(e, &scratch, &marks);
	mark_process(e, &scratch, &marks);
	emit_sources(e);
	emit_marks(e, &marks);
	arena_release(&scratch);
}
