#include <config.h>

#include "compiler/sbpl/sbpl_judge.h"

/*
 * Seatbelt's regular expressions are said to be "POSIX-like".  Where POSIX's
 * extended ones and every use that was ever seen agree, libc's matcher runs
 * them; anything beyond is not run, and its filter is unknown.
 */
enum {
	PATTERN_MAX = 2048,
	GROUPS_MAX = 32, /* one in the other */
	SUBJECT_MAX = 4096,
};

static bool
is_special(char c)
{
	/* Not \' \` \< \>, which are anchors to libc and bytes to others. */
	return strchr("^.[]$()|*+?{}\\/-\" ,:;@#%&=~!_", c) != NULL;
}

/*
 * Skips [...]; no backslash, class or empty set, of which readings differ.
 * Returns where it ends, or 0.
 */
static uint32_t
bracket(struct text p, uint32_t i)
{
	uint32_t begin;

	i++;
	if (i < p.len && p.s[i] == '^')
		i++;
	begin = i;
	for (; i < p.len && (p.s[i] != ']' || i == begin); i++)
		if (p.s[i] == '\\' || p.s[i] == '[' ||
		    (unsigned char)p.s[i] >= 0x80 || p.s[i] == ']')
			return 0;
	return i < p.len ? i + 1 : 0;
}

bool
sbpl_regex_is_common(struct text p)
{
	uint32_t depth = 0;
	uint64_t anchors = 0; /* bit: the group of that depth has ^ or $ */
	bool begins = true;   /* of a branch: ^ may stand here, * may not */
	bool repeats = false; /* behind * + ? */

	if (p.len == 0 || p.len > PATTERN_MAX)
		return false;
	for (uint32_t i = 0; i < p.len;) {
		char c = p.s[i];
		bool repeat = c == '*' || c == '+' || c == '?';

		if ((begins || repeats) && repeat)
			return false;
		if (c == '\\') {
			if (i + 1 == p.len || !is_special(p.s[i + 1]))
				return false;
			i += 2;
		} else if (c == '[') {
			i = bracket(p, i);
			if (i == 0)
				return false;
		} else if (c == '(') {
			if (++depth > GROUPS_MAX || i + 1 == p.len ||
			    p.s[i + 1] == '?')
				return false;
			anchors &= ~(UINT64_C(1) << depth);
			i++;
		} else if (c == ')') {
			if (depth == 0 || begins)
				return false;
			i++;
			/* libc takes (^a)* for what it does not say. */
			if ((anchors >> depth & 1) != 0 && i < p.len &&
			    (p.s[i] == '*' || p.s[i] == '+'))
				return false;
			anchors |= (anchors >> depth & 1) << (depth - 1);
			depth--;
		} else if (c == '{' || (c == '^' && !begins) ||
			   (c == '|' && begins)) {
			return false;
		} else if (c == '$' && i + 1 < p.len && p.s[i + 1] != ')' &&
			   p.s[i + 1] != '|') {
			return false;
		} else {
			if (c == '^' || c == '$')
				anchors |= UINT64_C(1) << depth;
			i++;
		}
		begins = c == '(' || c == '|' || c == '^';
		repeats = repeat;
	}
	/* After a lone ^ nothing need follow; after | or ( something must. */
	return depth == 0 && (!begins || p.s[p.len - 1] == '^');
}

bool
sbpl_regex_branches(struct text p)
{
	uint32_t depth = 0, end;

	for (uint32_t i = 0; i < p.len; i++) {
		if (p.s[i] == '\\') {
			i++;
		} else if (p.s[i] == '[') {
			end = bracket(p, i);
			if (end == 0)
				return true;
			i = end - 1;
		} else if (p.s[i] == '|' && depth == 0) {
			return true;
		} else {
			depth += (uint32_t)(p.s[i] == '(') -
				 (uint32_t)(p.s[i] == ')');
		}
	}
	return false;
}

static bool
is_repeat(struct text p, uint32_t i)
{
	return i < p.len && (p.s[i] == '*' || p.s[i] == '+' || p.s[i] == '?');
}

/*
 * One byte of the pattern against one of the subject.  *i is behind it after,
 * and unmoved at what is no single byte.
 */
static bool
byte_fits(struct text p, uint32_t *i, char c)
{
	uint32_t at = *i, end = at + 1;
	bool fits;

	if (p.s[at] == '[') {
		end = bracket(p, at);
		if (p.s[at + 1] == '^' || memchr(p.s + at, '-', end - at))
			return true;
		fits = memchr(p.s + at + 1, c, end - at - 2) != NULL;
	} else if (p.s[at] == '^' || p.s[at] == '.' || p.s[at] == '$') {
		return true;
	} else {
		at += p.s[at] == '\\';
		end = at + 1;
		fits = p.s[at] == c;
	}
	if (is_repeat(p, end))
		return true;
	*i = end;
	return fits;
}

static bool
ends_bytes(char c)
{
	return c == '(' || c == '|' || c == ')';
}

enum begun { BEGUN_NO, BEGUN_MAYBE, BEGUN_SO_FAR };

/* Follows bytes up to a group, the end of a branch, or of the pattern. */
static enum begun
bytes_fit(struct text p, uint32_t *i, struct text s, uint32_t *k)
{
	while (*i < p.len && !ends_bytes(p.s[*i])) {
		uint32_t was = *i;

		if (!byte_fits(p, i, *k < s.len ? s.s[*k] : '\0'))
			return BEGUN_NO;
		if (*i == was)
			return BEGUN_MAYBE;
		(*k)++;
	}
	return BEGUN_SO_FAR;
}

/* The next of ( | ) from `i` on; there is one. */
static uint32_t
branch_end(struct text p, uint32_t i)
{
	while (!ends_bytes(p.s[i])) {
		if (p.s[i] == '[')
			i = bracket(p, i);
		else
			i += p.s[i] == '\\' ? 2 : 1;
	}
	return i;
}

/*
 * A quick no: can a match of the pattern from `i` on begin at `k`?  Gives up,
 * with true, at all but bytes and groups of nothing else.
 */
static bool
may_begin(struct text p, uint32_t i, struct text s, uint32_t k, unsigned groups)
{
	enum begun begun = bytes_fit(p, &i, s, &k);
	uint32_t end, after;

	if (begun != BEGUN_SO_FAR || i == p.len || groups == 0)
		return begun != BEGUN_NO;
	end = i;
	do
		end = branch_end(p, end + 1);
	while (p.s[end] == '|');
	after = end + 1;
	if (p.s[end] == '(' || (is_repeat(p, after) && p.s[after] != '?'))
		return true;
	if (is_repeat(p, after) && may_begin(p, ++after, s, k, groups - 1))
		return true;
	do {
		uint32_t at = i + 1, m = k;

		begun = bytes_fit(p, &at, s, &m);
		if (begun == BEGUN_MAYBE ||
		    (begun == BEGUN_SO_FAR &&
			may_begin(p, after, s, m, groups - 1)))
			return true;
		i = branch_end(p, i + 1);
	} while (i != end);
	return false;
}

static __attribute__((noinline)) void
compile(struct sbpl_regex *x, struct text t)
{
	char pattern[PATTERN_MAX + 1];

	x->tried = true;
	if (!sbpl_regex_is_common(t))
		return;
	memcpy(pattern, t.s, t.len);
	pattern[t.len] = '\0';
	x->anchored = pattern[0] == '^' && !sbpl_regex_branches(t);
	x->usable =
	    regcomp(&x->compiled, pattern, REG_EXTENDED | REG_NOSUB) == 0;
}

/* Apart, because its stack is large. */
static __attribute__((noinline)) bool
run(const struct sbpl_regex *x, struct text subject)
{
	char copy[SUBJECT_MAX + 1];

	memcpy(copy, subject.s, subject.len);
	copy[subject.len] = '\0';
	return regexec(&x->compiled, copy, 0, NULL, 0) == 0;
}

enum sbpl_tri
sbpl_regex_match(
    struct sbpl_judge *j, const struct sbpl_filter *f, struct text subject)
{
	struct sbpl_regex *x = &j->regexes[f->id];

	if (!x->tried)
		compile(x, f->text);
	if (!x->usable || subject.len > SUBJECT_MAX)
		return SBPL_MAYBE;
	if (x->anchored && !may_begin(f->text, 1, subject, 0, 4))
		return SBPL_NO;
	return run(x, subject) ? SBPL_YES : SBPL_NO;
}

void
sbpl_judge_close(struct sbpl_judge *j)
{
	for (uint32_t i = 0; i < j->policy->regexes; i++)
		if (j->regexes[i].usable)
			regfree(&j->regexes[i].compiled);
}
