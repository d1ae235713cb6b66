#include <config.h>

#include "compiler/decide/decide.h"

#include "tests/tap.h"
#include "tests/unit/blob_random.h"

/*
 * The decider with a file tree: what random trees hardly ever show alone.
 * /h/a is denied, and a link to /m/b, which is a link to /t/c.
 */
static struct arena arena;

static struct decide_look
look(void *context, struct text path)
{
	static const struct text hops[] = {{"h/a", 3}, {"m/b", 3}};
	struct decide_look l = {.real = path, .there = true, .directory = true};

	(void)context;
	if (text_equal(path, TEXT("h/a")))
		l = (struct decide_look){.real = TEXT("t/c"),
		    .there = true,
		    .regular = true,
		    .hops = hops,
		    .nhops = 2};
	return l;
}

/* One rule on /m beside one that is always granted. */
static const struct decider *
decider(uint64_t rights, uint32_t flags, uint32_t access)
{
	static const struct decide_world world = {NULL, look};
	struct blob *b = ARENA_NEW(&arena, struct blob);
	struct blob_model m = {
	    .target = {.platform = 1, .abi_min = 1, .fs_handled = BLOB_FS_ALL}};
	struct decide_env env;

	*VEC_PUSH(&arena, &m.paths) = (struct model_path){
	    .suffix = TEXT("m"), .rights = rights, .flags = flags};
	*VEC_PUSH(&arena, &m.paths) = (struct model_path){
	    .suffix = TEXT("usr"), .rights = BLOB_FS_READ_FILE};
	*VEC_PUSH(&arena, &m.denies) =
	    (struct model_deny){.suffix = TEXT("h/a"), .access = access};
	*b = written(&m, &arena);
	decide_env_init(&env);
	env.world = &world;
	return decide_open(&arena, b, &env);
}

int
main(void)
{
	static const uint64_t replaces[] = {BLOB_FS_REMOVE_FILE,
	    BLOB_FS_REMOVE_DIR, BLOB_FS_MAKE_SYM, BLOB_FS_MAKE_DIR,
	    BLOB_FS_REFER};
	const uint32_t both = BLOB_DENY_READ | BLOB_DENY_WRITE;
	uint32_t deny;

	/* A link on the way to what is denied must not be replaced. */
	for (unsigned i = 0; i < ARRAY_LEN(replaces); i++) {
		IS_INT(decide_refused(decider(replaces[i], 0, both)).why,
		    DECIDE_REFUSED_DENY);
		IS_INT(
		    decide_refused(decider(replaces[i], BLOB_PATH_GROUP, both))
			.why,
		    DECIDE_LAUNCHES);
		OK(decide_withheld(
		    decider(replaces[i], BLOB_PATH_GROUP, both), 0, &deny));
	}
	/* It may be read, and written through; and if only reading is denied.
	 */
	IS_INT(decide_refused(
		   decider(BLOB_FS_READ_FILE | BLOB_FS_WRITE_FILE, 0, both))
		   .why,
	    DECIDE_LAUNCHES);
	IS_INT(decide_refused(decider(BLOB_FS_MAKE_SYM, 0, BLOB_DENY_READ)).why,
	    DECIDE_LAUNCHES);
	arena_release(&arena);
	return tap_end();
}
