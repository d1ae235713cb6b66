#include <config.h>

#include <string.h>

#include "runtime/launch.h"
#include "runtime/within.h"

/*
 * Which variables pass is said by patterns: a name, or how it begins and a
 * star.  Two of them have names in common only where one covers the other,
 * which makes the comparison exact but for one case: a base that allows by
 * many patterns what the policy allows by one is not recognised as wider.
 */

/* Are all names of `inner` names of `outer`? */
static bool
covers(const char *outer, const char *inner)
{
	const size_t n = strlen(outer);

	if (outer[n - 1] == '*')
		return strncmp(outer, inner, n - 1) == 0;
	return strcmp(outer, inner) == 0;
}

/* The names that both have; NULL: none. */
static const char *
common(const char *a, const char *b)
{
	return covers(a, b) ? b : covers(b, a) ? a : NULL;
}

static const char *
set_value(const struct launch *l, const char *name)
{
	for (uint32_t i = 0; i < l->blob.nenvs; i++) {
		const struct blob_env e = blob_env(&l->blob, i);

		if (e.kind == BLOB_ENV_SET && strcmp(e.name, name) == 0)
			return e.value;
	}
	return NULL;
}

/* Is none of these names inherited, whatever is allowed? */
static bool
dropped(const struct launch *l, const char *pattern)
{
	if (blob_env_is_never(pattern) || set_value(l, pattern) != NULL)
		return true;
	for (uint32_t i = 0; i < l->blob.nenvs; i++) {
		const struct blob_env e = blob_env(&l->blob, i);

		if (e.kind == BLOB_ENV_DENY && covers(e.name, pattern))
			return true;
	}
	return false;
}

/* A name among those of `pattern` that is inherited; NULL: none is. */
static const char *
inherited(const struct launch *l, const char *pattern)
{
	if (dropped(l, pattern))
		return NULL;
	if ((l->target.flags & BLOB_F_ENV_ALLOW) == 0)
		return pattern;
	for (uint32_t i = 0; i < l->blob.nenvs; i++) {
		const struct blob_env e = blob_env(&l->blob, i);
		const char *both;

		if (e.kind != BLOB_ENV_ALLOW)
			continue;
		both = common(e.name, pattern);
		if (both != NULL && !dropped(l, both))
			return both;
	}
	return NULL;
}

/* Does the base allow all of these names?  What it denies comes elsewhere. */
static bool
allowed(const struct launch *base, const char *pattern)
{
	for (uint32_t i = 0; i < base->blob.nenvs; i++) {
		const struct blob_env e = blob_env(&base->blob, i);

		if (e.kind == BLOB_ENV_ALLOW && covers(e.name, pattern))
			return true;
	}
	return set_value(base, pattern) != NULL;
}

/* What the policy's records let pass that the base's do not. */
static const char *
excess(const struct launch *l, const struct launch *base)
{
	for (uint32_t i = 0; i < l->blob.nenvs; i++) {
		const struct blob_env e = blob_env(&l->blob, i);
		const char *value;

		switch (e.kind) {
		case BLOB_ENV_ALLOW:
			if ((base->target.flags & BLOB_F_ENV_ALLOW) != 0 &&
			    !dropped(l, e.name) && !allowed(base, e.name))
				return e.name;
			break;
		case BLOB_ENV_DENY:
			break;
		case BLOB_ENV_SET:
			value = set_value(base, e.name);
			if (value == NULL || strcmp(value, e.value) != 0)
				return e.name;
			break;
		}
	}
	return NULL;
}

const char *
within_variable(const struct launch *l, const struct launch *base)
{
	const char *name;

	if ((base->target.flags & ~l->target.flags & BLOB_F_ENV_ALLOW) != 0)
		return "*";
	name = excess(l, base);
	for (uint32_t i = 0; i < base->blob.nenvs && name == NULL; i++) {
		const struct blob_env e = blob_env(&base->blob, i);

		/* What the base sets is not inherited under it, either. */
		if (e.kind != BLOB_ENV_ALLOW)
			name = inherited(l, e.name);
	}
	return name;
}
