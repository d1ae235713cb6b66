#include <config.h>

#include "compiler/blob/blob_write.h"

/* The way back: blob_write() of what this makes gives the same bytes. */

static void
read_rules(const struct blob *b, struct arena *a, struct blob_model *m)
{
	for (uint32_t i = 0; i < b->npaths; i++) {
		struct blob_path p = blob_path(b, i);

		*VEC_PUSH(a, &m->paths) = (struct model_path){
		    .suffix = arena_text(a, text_of(p.suffix)),
		    .root = p.root,
		    .kind = p.kind,
		    .missing = p.missing,
		    .flags = p.flags,
		    .rights = p.rights,
		};
	}
	for (uint32_t i = 0; i < b->ndenies; i++) {
		struct blob_deny p = blob_deny(b, i);

		*VEC_PUSH(a, &m->denies) = (struct model_deny){
		    .suffix = arena_text(a, text_of(p.suffix)),
		    .root = p.root,
		    .access = p.access,
		    .flags = p.flags,
		};
	}
	for (uint32_t i = 0; i < b->nports; i++)
		*VEC_PUSH(a, &m->ports) = blob_port(b, i);
}

static const uint8_t *
copy(struct arena *a, const uint8_t *p, uint32_t n)
{
	struct text t = {(const char *)p, n};

	return (const uint8_t *)arena_text(a, t).s;
}

static void
read_process(const struct blob *b, struct arena *a, struct blob_model *m)
{
	for (uint32_t i = 0; i < b->nprograms; i++) {
		struct blob_program p = blob_program(b, i);

		*VEC_PUSH(a, &m->seccomp) = (struct model_seccomp){
		    .arch = p.arch,
		    .n = p.n,
		    .insns = copy(a, p.insns, p.n * BLOB_INSN_SIZE),
		};
	}
	for (uint32_t i = 0; i < b->nenvs; i++) {
		struct blob_env e = blob_env(b, i);
		struct model_env *to = VEC_PUSH(a, &m->envs);

		to->kind = e.kind;
		to->name = arena_text(a, text_of(e.name));
		if (e.value != NULL)
			to->value = arena_text(a, text_of(e.value));
	}
	for (uint32_t i = 0; i < b->ncmds; i++)
		*VEC_PUSH(a, &m->commands) =
		    arena_text(a, text_of(blob_command(b, i)));
}

static void
read_provenance(const struct blob *b, struct arena *a, struct blob_model *m)
{
	for (uint32_t i = 0; i < b->nsources; i++) {
		struct blob_source s = blob_source(b, i);
		struct model_source *to = VEC_PUSH(a, &m->sources);

		to->kind = s.kind;
		to->name = arena_text(a, text_of(s.name));
		memcpy(to->digest, s.digest, sizeof(to->digest));
	}
	for (uint32_t i = 0; i < b->norigins; i++) {
		struct blob_origin o = blob_origin(b, i);

		*VEC_PUSH(a, &m->origins) = (struct model_origin){
		    .source = o.source,
		    .line = o.line,
		    .column = o.column,
		    .via = o.via,
		};
	}
	for (uint32_t i = 0; i < b->nlinks; i++) {
		struct blob_link l = blob_link(b, i);

		*VEC_PUSH(a, &m->links) = (struct model_link){
		    .tag = l.tag,
		    .record = l.record,
		    .origin = l.origin,
		};
	}
}

void
blob_read_model(
    const struct blob *b, struct arena *a, struct blob_model *ret_model)
{
	struct blob_model m = {
	    .target = blob_target(b),
	    .name = arena_text(a, text_of(blob_profile_name(b))),
	    .version = arena_text(a, text_of(blob_profile_version(b))),
	};

	read_rules(b, a, &m);
	read_process(b, a, &m);
	read_provenance(b, a, &m);
	for (uint32_t i = 0; i < b->nextras; i++) {
		struct blob_extra e = blob_extra(b, i);

		*VEC_PUSH(a, &m.extras) = (struct model_extra){
		    .tag = e.tag,
		    .len = e.contents.len,
		    .bytes = copy(a, e.contents.p, e.contents.len),
		};
	}
	*ret_model = m;
}
