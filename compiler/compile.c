#include <config.h>

#include "compiler/compile.h"

#include "compiler/assert/assert_own.h"
#include "compiler/check/check.h"
#include "compiler/emit/emit.h"
#include "compiler/expand/expand.h"
#include "compiler/link/link.h"

void
compile_init(struct compile *c)
{
	*c = (struct compile){.target = {.platform = PLATFORM_LINUX}};
	*VEC_PUSH(&c->arena, &c->sources.files) = (struct source){0};
	c->diags.arena = &c->arena;
	c->diags.sources = &c->sources;
	c->store.arena = &c->arena;
	c->store.diags = &c->diags;
	c->store.sources = &c->sources;
}

void
compile_init_like(struct compile *c, const struct compile *options)
{
	compile_init(c);
	c->store.data = options->store.data;
	c->store.user = options->store.user;
	c->sources.overlay = options->sources.overlay;
	c->target = options->target;
	for (uint32_t i = 0; i < options->store.includes.n; i++)
		*VEC_PUSH(&c->arena, &c->store.includes) =
		    options->store.includes.v[i];
}

void
compile_finish(struct compile *c)
{
	diags_flush(&c->diags);
	source_close(&c->sources);
	arena_release(&c->arena);
}

/* The whole compiler, in order.  store_profile reads and decodes. */
bool
compile_profile(struct compile *c, const char *argument)
{
	return store_profile(&c->store, argument, &c->profile) &&
	       compile_linked(c);
}

bool
compile_linked(struct compile *c)
{
	return link_profile(&c->store, c->profile, &c->target, &c->policy) &&
	       expand_policy(
		   &c->arena, &c->diags, &c->policy, &c->target, &c->caps) &&
	       check_caps(&c->arena, &c->diags, &c->target, &c->caps) &&
	       assert_own_read(
		   &c->store, &c->target, &c->policy, &c->assertions);
}

bool
compile_emit(struct compile *c, bool provenance, const uint8_t **ret_bytes,
    uint32_t *ret_size)
{
	switch (c->target.platform) {
	case PLATFORM_LINUX:
		return emit_landlock(&c->arena, &c->diags, &c->sources,
			   &c->caps, &c->target, provenance, ret_bytes,
			   ret_size) &&
		       assert_own_hold(&c->arena, &c->diags, &c->assertions,
			   &c->caps, *ret_bytes, *ret_size);
	case PLATFORM_MACOS:
		return emit_seatbelt(&c->arena, &c->diags, &c->sources,
			   &c->caps, provenance, ret_bytes, ret_size) &&
		       assert_own_hold_seatbelt(c,
			   (struct text){(const char *)*ret_bytes, *ret_size});
	}
	return false;
}
