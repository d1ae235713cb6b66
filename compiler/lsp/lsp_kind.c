#include <config.h>

#include "compiler/decode/decode_table.h"
#include "compiler/lsp/lsp.h"
#include "compiler/lsp/lsp_context.h"

/*
 * Which documents are ours.  An editor that is told "JSON" shows us every file
 * of that language, and a profile has no suffix of its own.
 */
static bool
ends_in(struct text t, const char *suffix)
{
	const size_t n = strlen(suffix);

	return t.len > n && memcmp(t.s + t.len - n, suffix, n) == 0;
}

bool
lsp_is_yaml(struct text path)
{
	return ends_in(path, ".yaml") || ends_in(path, ".yml");
}

/* A key of profiles, or nearly one; others have "extends", too. */
static bool
is_of_profiles(struct arena *a, struct text key)
{
	const char **names = ARENA_ARRAY(a, profile_table.n, const char *);

	for (uint32_t i = 0; i < profile_table.n; i++) {
		names[i] = profile_table.fields[i].name;
		if (field_has_name(&profile_table.fields[i], key))
			return true;
	}
	return diag_nearest(key, names, profile_table.n) != NULL;
}

/* At least as many keys that profiles have as others. */
static bool
looks_like_profile(struct text path, struct text text)
{
	struct arena a = {0};
	struct lsp_words keys = lsp_outermost_keys(&a, text, lsp_is_yaml(path));
	uint32_t own = 0, foreign = 0;

	for (uint32_t i = 0; i < keys.n; i++) {
		if (text_is(keys.v[i], "extends") ||
		    text_is(keys.v[i], "$schema"))
			continue;
		if (is_of_profiles(&a, keys.v[i]))
			own++;
		else
			foreign++;
	}
	arena_release(&a);
	return own >= foreign;
}

enum lsp_kind
lsp_kind_of(struct text path, struct text text)
{
	struct text dir = path;

	if (ends_in(path, ".assert"))
		return LSP_ASSERT;
	if (!ends_in(path, ".json") && !ends_in(path, ".jsonc") &&
	    !lsp_is_yaml(path))
		return LSP_OTHER;
	while (dir.len > 0 && dir.s[dir.len - 1] != '/')
		dir.len--;
	if (ends_in(dir, "/groups/"))
		return LSP_GROUP;
	if (ends_in(dir, "/profiles/") || looks_like_profile(path, text))
		return LSP_PROFILE;
	return LSP_OTHER;
}
