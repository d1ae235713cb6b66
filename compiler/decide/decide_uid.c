#include <config.h>

#include "compiler/decide/decide.h"

/* The user's id in paths: which number could it be, and what the path is then.
 */

static void
add(struct decide_uids *to, int64_t uid)
{
	for (uint32_t i = 0; i < to->n; i++)
		if (to->v[i] == uid)
			return;
	if (to->n < ARRAY_LEN(to->v))
		to->v[to->n++] = uid;
}

/* The number that stands there up to its last digit; -1: that is no id. */
static int64_t
number_at(struct text t, uint32_t i)
{
	const uint32_t first = i;
	int64_t n = 0;

	while (i < t.len && i - first < 10 && t.s[i] >= '0' && t.s[i] <= '9')
		n = n * 10 + (t.s[i++] - '0');
	if (i == first || (t.s[first] == '0' && i - first > 1) ||
	    n >= UINT32_MAX)
		return -1;
	return n;
}

void
decide_uids_add(struct decide_uids *to, struct text with, struct text other)
{
	const char *byte =
	    with.len == 0 ? NULL : memchr(with.s, BLOB_UID_BYTE, with.len);
	struct text before;

	if (byte == NULL)
		return;
	before.s = byte;
	while (before.s > with.s && before.s[-1] != '/')
		before.s--;
	before.len = (uint32_t)(byte - before.s);
	for (uint32_t i = 0; i + before.len < other.len; i++) {
		int64_t uid;

		if ((i > 0 && other.s[i - 1] != '/') ||
		    memcmp(other.s + i, before.s, before.len) != 0)
			continue;
		uid = number_at(other, i + before.len);
		if (uid >= 0)
			add(to, uid);
	}
}

struct text
decide_uid_text(struct arena *a, struct text t, int64_t uid)
{
	struct text out = {"", 0};
	uint32_t from = 0;

	if (uid < 0 || t.len == 0 || memchr(t.s, BLOB_UID_BYTE, t.len) == NULL)
		return t;
	for (uint32_t i = 0; i <= t.len; i++) {
		if (i < t.len && t.s[i] != BLOB_UID_BYTE)
			continue;
		out = arena_printf(a, "%.*s%.*s", (int)out.len, out.s,
		    (int)(i - from), t.s + from);
		if (i < t.len)
			out = arena_printf(
			    a, "%.*s%lld", (int)out.len, out.s, (long long)uid);
		from = i + 1;
	}
	return out;
}
