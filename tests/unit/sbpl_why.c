#include <config.h>

#include <stdlib.h>

#include "compiler/seatbelt/sbpl_file.h"
#include "tests/tap.h"

/* The reports of why and diff on Seatbelt files, as text. */

static struct arena arena;
static struct sources sources;
static struct diags diags = {.arena = &arena, .sources = &sources};

static struct text
path_of(const char *name)
{
	const char *top = getenv("TOP_SRCDIR");

	return arena_printf(
	    &arena, "%s/tests/sbpl/%s", top == NULL ? "." : top, name);
}

static bool
open_file(const char *name, struct sbpl_file *ret_file)
{
	static const struct sbpl_world world = {.symbolic = true};
	bool good = sbpl_file_open(
	    &arena, &diags, &sources, path_of(name).s, &world, ret_file);

	/* Reports say what was typed; here that depends on the machine. */
	ret_file->name = name;
	return good;
}

static const char *
printed(const struct report *r)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct text copy;

	report_print(r, (struct report_style){REPORT_TEXT, false}, out);
	(void)fclose(out);
	copy = arena_text(&arena, (struct text){text, (uint32_t)len});
	free(text);
	return copy.s;
}

static const char *
why(const char *name, const char *op, const char *word, int status)
{
	struct report r = {.arena = &arena, .verb = "why"};
	const char *words[1] = {word};
	struct sbpl_request q;
	struct sbpl_file f;
	struct text wrong;

	if (!sbpl_ask(&arena, op, words, word != NULL, &q, &wrong))
		return wrong.s;
	if (!open_file(name, &f))
		return "not read";
	IS_INT(sbpl_why(&r, &f, &q), status);
	sbpl_file_close(&f);
	return printed(&r);
}

static void
reasons(void)
{
	IS_STR(why("order.sb", "read", "/a/b/x", 1),
	    "order.sb:4:1: note[seatbelt-verdict]: deny file-read-data "
	    "/a/b/x\n"
	    "    (deny file-read* (subpath \"/a/b\"))\n"
	    "    no rule for file-read-data matches; above it is file-read*\n"
	    "    it is the last rule for file-read* that has a filter and "
	    "matches\n");
	IS_STR(why("order.sb", "file-read-data", "/x/", 0),
	    "order.sb:6:1: note[seatbelt-verdict]: allow file-read-data /x\n"
	    "    (allow file-read-data (literal \"/x\"))\n"
	    "    it is the last rule for file-read-data that has a filter and "
	    "matches\n"
	    "    a reader who takes the last rule that matches will say: deny, "
	    "by (deny file-read* (literal \"/x\"))\n");
	IS_STR(why("order.sb", "connect", "localhost:80", 0),
	    "order.sb:9:1: note[seatbelt-verdict]: allow network-outbound "
	    "tcp localhost:80\n"
	    "    (allow network-outbound)\n"
	    "    a rule without a filter is the default of network-outbound, "
	    "wherever it stands\n");
	IS_STR(why("order.sb", "file-clone", "/tmp/x", 0),
	    "note[seatbelt-verdict]: allow file-clone /private/tmp/x\n"
	    "    file-clone stands alone: (deny default) does not reach it, "
	    "and macOS allows it\n"
	    "    a reader who takes the last rule that matches will say: deny, "
	    "by (deny default)\n");
	IS_STR(why("order.sb", "write", "/etc/hosts", 1),
	    "order.sb:2:1: note[seatbelt-verdict]: deny file-write-data "
	    "/private/etc/hosts\n"
	    "    (deny default)\n"
	    "    no rule for file-write-data decides, nor for what is above "
	    "it\n");
	IS_STR(why("order.sb", "file-write-data", "/dev/null", 4),
	    "order.sb:22:1: note[seatbelt-verdict]: unknown file-write-data "
	    "/dev/null\n"
	    "    in doubt: (allow file-write-data (require-all (literal "
	    "\"/dev/null\") (vnode-type CHARACTER-DEVICE)))\n"
	    "    it depends on vnode-type, of which the question says too "
	    "little\n"
	    "    without it: deny\n");
	IS_STR(why("order.sb", "file-lock", "/w", 4),
	    "note[seatbelt-verdict]: unknown file-lock /w\n"
	    "    no rule for file-lock decides, and what macOS then asks was "
	    "never published\n");
	IS_STR(why("unknown.sb", "read", "/a", 4),
	    "unknown.sb:11:1: note[seatbelt-verdict]: unknown file-read-data "
	    "/a\n"
	    "    in doubt: (unknown rules)\n"
	    "    the rules that come from there are not known\n"
	    "    no rule decides, and the file has no (deny default) or (allow "
	    "default)\n");
}

static void
questions(void)
{
	IS_STR(why("order.sb", "file-raed-data", "/x", 0),
	    "no operation is named \"file-raed-data\"; did you mean "
	    "file-read-data?");
	IS_STR(why("order.sb", "read", "x", 0), "\"x\" is no absolute path");
	IS_STR(why("order.sb", "process-fork", "x", 0),
	    "process-fork is about nothing that \"x\" could be; write "
	    "FACT=VALUE, as in target=self");
}

static const char *
diff(const char *from, const char *to, int status)
{
	struct report r = {.arena = &arena, .verb = "diff"};
	struct sbpl_file f, t;

	if (!open_file(from, &f) || !open_file(to, &t))
		return "not read";
	IS_INT(sbpl_diff(&r, &f, &t), status);
	sbpl_file_close(&f);
	sbpl_file_close(&t);
	return printed(&r);
}

static void
differences(void)
{
	IS_STR(diff("order.sb", "order.sb", 0),
	    "0 gained, 0 lost, 0 unknown; 0 rules differ\n");
	IS_STR(diff("diff-from.sb", "diff-to.sb", 1),
	    "diff-to.sb:\n"
	    "+ file-link other paths\tdiff-from.sb:3:1\n"
	    "~ file-read* /home (is unknown now) and below\tdiff-to.sb:3:1\n"
	    "+ file-write* /work/keys and below\tdiff-from.sb:3:1\n"
	    "+ network-outbound tcp localhost:4711\tdiff-to.sb:7:1\n"
	    "- mach-lookup com.example.one\tdiff-to.sb:3:1\n"
	    "+ mach-lookup com.example.two\tdiff-to.sb:4:1\n"
	    "rules:\n"
	    "- (allow mach-lookup (global-name "
	    "\"com.example.one\"))\tdiff-from.sb:8:1\n"
	    "+ (allow mach-lookup (global-name "
	    "\"com.example.two\"))\tdiff-to.sb:4:1\n"
	    "+ (allow network-outbound (remote tcp "
	    "\"localhost:*\"))\tdiff-to.sb:7:1\n"
	    "- (allow network-outbound (remote tcp "
	    "\"localhost:8080\"))\tdiff-from.sb:7:1\n"
	    "- (deny file-link)\tdiff-from.sb:3:1\n"
	    "- (deny file-write* (subpath \"/work/keys\"))\tdiff-from.sb:6:1\n"
	    "+ maybe (allow file-read* (subpath \"/home\"))\tdiff-to.sb:8:20\n"
	    "4 gained, 1 lost, 1 unknown; 7 rules differ\n");
}

int
main(void)
{
	reasons();
	questions();
	differences();
	arena_release(&arena);
	return tap_end();
}
