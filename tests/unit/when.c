#include <config.h>

#include "compiler/decode/when.h"
#include "compiler/read/read.h"
#include "tests/tap.h"

static struct arena arena;
static struct sources sources;
static struct diags diags = {.arena = &arena, .sources = &sources};

static const struct target fedora = {
    .platform = PLATFORM_LINUX,
    .id = {"fedora", 6},
    .id_like = {"rhel centos", 11},
    .version = {"43", 2},
    .variant = {"workstation", 11},
};
static const struct target sid = {
    .platform = PLATFORM_LINUX,
    .id = {"debian", 6},
    .os_release = true, /* without a version */
};
static const struct target any_linux = {.platform = PLATFORM_LINUX};
static const struct target sequoia = {
    .platform = PLATFORM_MACOS,
    .version = {"15.6.1", 6},
};
static const struct target any_macos = {.platform = PLATFORM_MACOS};

/* A predicate in JSON, quotes included; NULL if it is refused. */
static const struct when *
scan(const char *json)
{
	const struct when *when;
	const struct node *node;
	uint32_t source;

	if (sources.files.n == 0)
		VEC_PUSH(&arena, &sources.files);
	if (!source_from_text(
		&sources, &arena, &diags, "t.json", text_of(json), &source) ||
	    !read_json(&arena, &diags, &sources, source, &node) ||
	    !when_scan(&arena, &diags, node, &when))
		return NULL;
	return when;
}

static const char *
decide(const char *json, const struct target *target)
{
	const struct when *when = scan(json);

	if (when == NULL)
		return "refused";
	switch (when_decide(when, target)) {
	case VERDICT_NO:
		return "no";
	case VERDICT_YES:
		return "yes";
	case VERDICT_UNKNOWN:
		return "unknown";
	}
	return "?";
}

static void
conformance(void)
{
	IS_STR(decide("\"linux:rhel-like\"", &fedora), "yes");
	IS_STR(decide("\"linux:centos-like\"", &fedora), "yes");
	IS_STR(decide("\"linux:fedora-like\"", &fedora), "yes");
	IS_STR(decide("\"linux:debian-like\"", &fedora), "no");
	IS_STR(decide("\"linux:rhel\"", &fedora), "no");
	IS_STR(decide("\"linux:fedora:43:workstation\"", &fedora), "yes");
	IS_STR(decide("\"linux:fedora:43:server\"", &fedora), "no");
	IS_STR(decide("\"macos:>=15\"", &sequoia), "yes");
	IS_STR(decide("\"macos:<15\"", &sequoia), "no");
	IS_STR(decide("\"!macos\"", &fedora), "yes");
	IS_STR(decide("\"!macos\"", &sequoia), "no");
	IS_STR(decide("[\"macos\",\"linux:fedora:>=43\"]", &fedora), "yes");
	IS_STR(decide("\"freebsd\"", &fedora), "no");
	IS_STR(decide("\"!freebsd\"", &fedora), "yes");
	IS_STR(decide("\"freebsd:>=13\"", &fedora), "no");
	IS_STR(decide("\"windows:10:19045\"", &fedora), "no");
	IS_STR(decide("\"!windows:10\"", &sequoia), "yes");
	IS_STR(decide("\"macos:==15\"", &sequoia), "no");
	IS_STR(decide("\"macos:15\"", &sequoia), "no");
	IS_STR(decide("\"macos:>15\"", &sequoia), "yes");
	IS_STR(decide("\"macos:<=15\"", &sequoia), "no");
	IS_STR(decide("\" \\tlinux \\n\"", &fedora), "yes");
	IS_STR(decide("\"linux\"", &sequoia), "no");
}

/* A fact that the target does not state is neither yes nor no. */
static void
unknown(void)
{
	IS_STR(decide("\"linux\"", &any_linux), "yes");
	IS_STR(decide("\"linux:debian\"", &any_linux), "unknown");
	IS_STR(decide("\"!linux:debian\"", &any_linux), "unknown");
	IS_STR(decide("\"linux:debian\"", &any_macos), "no");
	IS_STR(decide("\"!linux:debian\"", &any_macos), "yes");
	IS_STR(decide("\"macos:>=15\"", &any_macos), "unknown");
	IS_STR(decide("[\"linux\",\"linux:debian\"]", &any_linux), "yes");
	IS_STR(decide("[\"macos\",\"linux:debian\"]", &any_linux), "unknown");
	IS_STR(decide("\"linux:debian:12\"", &fedora), "no");
	IS_STR(decide("\"linux:debian:>=12\"", &sid), "no");
	IS_STR(decide("\"linux:ubuntu-like\"", &sid), "no");
	IS_INT(when_decide(NULL, &any_linux), VERDICT_YES);
}

static void
refused(void)
{
	static const char *const bad[] = {"[]", "\"\"", "\" \"", "\"!\"",
	    "\"linux!\"", "\"!!linux\"", "\"linux:!debian\"", "\"linux:\"",
	    "\":linux\"", "\"a::b\"", "\"linux::12\"", "\"linux:fedora:\"",
	    "\"linux:fedora:~=43\"", "\"linux:fedora:>=\"",
	    "\"linux:fedora:=43\"", "\"linux:fedora:>>43\"",
	    "\"linux:fedora:.5\"", "\"linux:fedora:-1\"", "\"linux:>=12\"",
	    "\"linux:a:1:b:c\"", "\"macos:1:2\"", "\"windows:1:2:3\"",
	    "\"linux debian\"", "\"linux:de bian\"", "\"linux>=12\"",
	    "\"linux:d\xc3\xa9\"", "\"linux,macos\"", "\"Linux\"", "\"macOS\"",
	    "\"darwin\"", "\"linus\"", "1", "null", "[\"linux\",1]", "{}",
	    "\"! linux\""};

	for (uint32_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint32_t errors = diags.errors;

		OK(scan(bad[i]) == NULL);
		if (!IS_INT(diags.errors - errors, 1))
			printf("# %s\n", bad[i]);
	}
}

static int
versions(const char *a, const char *b)
{
	return when_compare_versions(text_of(a), text_of(b));
}

static void
order(void)
{
	OK(versions("24.10", "24.4") > 0);
	OK(versions("24", "24.04") < 0);
	OK(versions("24.04", "24.4") == 0);
	OK(versions("unstable", "25.05") < 0);
	OK(versions("25.05", "unstable") < 0);
	OK(versions("a", "a") == 0);
	OK(versions("15.6.1", "15") > 0);
	OK(versions("18446744073709551616", "1") < 0); /* no number */
	OK(versions("", "") == 0);
	OK(versions("1.", "1") > 0);
}

static void
fields(void)
{
	const struct when *w =
	    scan("[\"!linux:debian-like:>=12:x\", \"macos\"]");

	OK(w != NULL && w->n == 2);
	if (w == NULL)
		return;
	OK(w->terms[0].negated);
	OK(text_is(w->terms[0].os, "linux"));
	OK(text_is(w->terms[0].id, "debian"));
	OK(w->terms[0].id_like);
	OK(text_is(w->terms[0].version, "12"));
	IS_INT(w->terms[0].compare, WHEN_GE);
	OK(text_is(w->terms[0].variant, "x"));
	OK(!w->terms[1].negated && w->terms[1].id.len == 0);
}

int
main(void)
{
	conformance();
	unknown();
	refused();
	order();
	fields();
	arena_release(&arena);
	return tap_end();
}
