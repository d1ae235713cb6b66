#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "compiler/blob/dump.h"
#include "compiler/blob/dump_words.h"

/*
 * One record a line, in the order of the blob, which is sorted.  Everything
 * is ASCII: other bytes are spelled \xNN, so that no letter can pass for
 * another one and no terminal is talked to.
 */

static bool
is_reference(unsigned char c)
{
	return c == BLOB_UID_BYTE ||
	       (c > BLOB_ROOT_BYTE && c < BLOB_ROOT_BYTE + BLOB_ROOTS);
}

static bool
needs_quotes(const char *s)
{
	for (; *s != '\0'; s++)
		if (!dump_plain((unsigned char)*s) &&
		    !is_reference((unsigned char)*s))
			return true;
	return false;
}

static void
print_bytes(const char *s, FILE *out)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == BLOB_UID_BYTE)
			fputs("${UID}", out);
		else if (is_reference(c))
			fprintf(out, "${%s}", dump_roots[c - BLOB_ROOT_BYTE]);
		else if (c == '"' || c == '\\' || c == '$')
			fprintf(out, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
}

static void
print_string(const char *s, FILE *out)
{
	bool quotes = *s == '\0' || needs_quotes(s);

	if (quotes)
		fputc('"', out);
	print_bytes(s, out);
	if (quotes)
		fputc('"', out);
}

static void
print_path(enum blob_root root, const char *suffix, FILE *out)
{
	bool quotes = needs_quotes(suffix);

	if (quotes)
		fputc('"', out);
	if (root != BLOB_ROOT_SLASH)
		fprintf(out, "$%s", dump_roots[root]);
	if (root == BLOB_ROOT_SLASH || *suffix != '\0')
		fputc('/', out);
	print_bytes(suffix, out);
	if (quotes)
		fputc('"', out);
}

static void
print_item(const char *word, bool *first, FILE *out)
{
	fprintf(out, "%s%s", *first ? "" : ",", word);
	*first = false;
}

/* The names of the bits that are set, by commas. */
static void
print_bits(uint64_t bits, const char *(*name)(uint64_t), bool *first, FILE *out)
{
	for (; bits != 0; bits &= bits - 1)
		print_item(name(bits & (~bits + 1)), first, out);
}

static void
print_fs_rights(
    uint64_t rights, uint64_t handled, enum blob_kind kind, FILE *out)
{
	uint64_t read = dump_read(handled, kind);
	uint64_t write = dump_write(handled, kind);
	bool first = true;

	if (read != 0 && (rights & read) == read) {
		print_item("read", &first, out);
		rights &= ~read;
	}
	if (write != 0 && (rights & write) == write) {
		print_item("write", &first, out);
		rights &= ~write;
	}
	print_bits(rights, blob_fs_name, &first, out);
}

static void
dump_handled(const char *what, uint64_t handled, uint64_t required,
    const char *(*name)(uint64_t), FILE *out)
{
	for (; handled != 0; handled &= handled - 1) {
		uint64_t bit = handled & (~handled + 1);

		fprintf(out, "handle %s %s %s\n", what, name(bit),
		    (required & bit) != 0 ? "required" : "best-effort");
	}
}

static void
dump_target(const struct blob *b, FILE *out)
{
	struct blob_target t = blob_target(b);

	fprintf(out, "platform linux\nabi-min %" PRIu32 "\n", t.abi_min);
	dump_handled("fs", t.fs_handled, t.fs_required, blob_fs_name, out);
	dump_handled("net", t.net_handled, t.net_required, blob_net_name, out);
	dump_handled(
	    "scope", t.scoped, t.scoped_required, blob_scope_name, out);
	fprintf(out, "network %s\n", dump_networks[t.network]);
	for (unsigned i = 0; i < DUMP_OPTIONS; i++)
		if ((t.flags & 1U << i) != 0)
			fprintf(out, "option %s\n", dump_options[i]);
}

static void
print_path_flags(const struct blob_path *p, FILE *out)
{
	if (p->missing == BLOB_MISSING_PARENT)
		fputs(" " DUMP_PARENT, out);
	for (unsigned i = 0; i < DUMP_PATH_FLAGS; i++)
		if ((p->flags & 1U << i) != 0)
			fprintf(out, " %s", dump_path_flags[i]);
}

static void
dump_paths(const struct blob *b, FILE *out)
{
	uint64_t handled = blob_target(b).fs_handled;

	for (uint32_t i = 0; i < b->npaths; i++) {
		struct blob_path p = blob_path(b, i);

		fputs("path ", out);
		print_path(p.root, p.suffix, out);
		fprintf(out, " %s ", dump_kinds[p.kind]);
		print_fs_rights(p.rights, handled, p.kind, out);
		print_path_flags(&p, out);
		fputc('\n', out);
	}
}

static void
dump_denies(const struct blob *b, FILE *out)
{
	for (uint32_t i = 0; i < b->ndenies; i++) {
		struct blob_deny p = blob_deny(b, i);
		bool first = true;

		fputs("deny ", out);
		print_path(p.root, p.suffix, out);
		fputc(' ', out);
		if ((p.access & BLOB_DENY_READ) != 0)
			print_item("read", &first, out);
		if ((p.access & BLOB_DENY_WRITE) != 0)
			print_item("write", &first, out);
		fputs(p.flags != 0 ? " protected\n" : "\n", out);
	}
}

static void
dump_ports(const struct blob *b, FILE *out)
{
	for (uint32_t i = 0; i < b->nports; i++) {
		struct blob_port p = blob_port(b, i);
		bool first = true;

		fprintf(out, "port %" PRIu32 " ", p.port);
		print_bits(p.rights, blob_net_name, &first, out);
		fputc('\n', out);
	}
}

static void
dump_programs(const struct blob *b, FILE *out)
{
	for (uint32_t i = 0; i < b->nprograms; i++) {
		struct blob_program p = blob_program(b, i);
		const uint8_t *insn = p.insns;

		for (uint32_t j = 0; j < p.n; j++, insn += BLOB_INSN_SIZE) {
			unsigned code = blob_u16(insn);
			const char *name = dump_opcode(code);

			fprintf(out, "seccomp %s ", blob_arch_name(p.arch));
			if (name != NULL)
				fputs(name, out);
			else
				fprintf(out, "0x%x", code);
			fprintf(out, " 0x%" PRIx32, blob_u32(insn + 4));
			if (insn[2] != 0 || insn[3] != 0)
				fprintf(out, " %d %d", insn[2], insn[3]);
			fputc('\n', out);
		}
	}
}

static void
dump_process(const struct blob *b, FILE *out)
{
	for (uint32_t i = 0; i < b->nenvs; i++) {
		struct blob_env e = blob_env(b, i);

		fprintf(out, "%s ", dump_env_kinds[e.kind]);
		print_string(e.name, out);
		if (e.value != NULL) {
			fputc(' ', out);
			print_string(e.value, out);
		}
		fputc('\n', out);
	}
	for (uint32_t i = 0; i < b->ncmds; i++) {
		fputs("refuse-command ", out);
		print_string(blob_command(b, i), out);
		fputc('\n', out);
	}
}

/*
 * "profile NAME", or "profile/2 NAME" for the second of that name: they are
 * next to each other.
 */
static void
print_source(const struct blob *b, uint32_t index, FILE *out)
{
	struct blob_source s = blob_source(b, index);
	uint32_t nth = 1;

	for (uint32_t i = index; i > 0; i--, nth++) {
		struct blob_source other = blob_source(b, i - 1);

		if (other.kind != s.kind || other.name != s.name)
			break;
	}
	fputs(dump_source_kinds[s.kind], out);
	if (nth > 1)
		fprintf(out, "/%" PRIu32, nth);
	fputc(' ', out);
	print_string(s.name, out);
}

static void
dump_sources(const struct blob *b, FILE *out)
{
	for (uint32_t i = 0; i < b->nsources; i++) {
		struct blob_source s = blob_source(b, i);

		fputs("source ", out);
		print_source(b, i, out);
		fputs(" sha256:", out);
		for (unsigned j = 0; j < 32; j++)
			fprintf(out, "%02x", s.digest[j]);
		fputc('\n', out);
	}
}

/* What tells a record from all others; its rights are not part of it. */
static void
print_record(const struct blob *b, uint32_t tag, uint32_t i, FILE *out)
{
	if (tag == BLOB_TARG) {
		fprintf(out, "target %s", dump_settings[i]);
	} else if (tag == BLOB_PATH) {
		struct blob_path p = blob_path(b, i);

		fputs("path ", out);
		print_path(p.root, p.suffix, out);
		fprintf(out, " %s", dump_kinds[p.kind]);
		print_path_flags(&p, out);
	} else if (tag == BLOB_DENY) {
		struct blob_deny p = blob_deny(b, i);

		fputs("deny ", out);
		print_path(p.root, p.suffix, out);
		fputs(p.flags != 0 ? " protected" : "", out);
	} else if (tag == BLOB_PORT) {
		fprintf(out, "port %" PRIu32, blob_port(b, i).port);
	} else if (tag == BLOB_SECC) {
		fprintf(
		    out, "seccomp %s", blob_arch_name(blob_program(b, i).arch));
	} else if (tag == BLOB_ENVF) {
		struct blob_env e = blob_env(b, i);

		fprintf(out, "%s ", dump_env_kinds[e.kind]);
		print_string(e.name, out);
	} else {
		fputs("refuse-command ", out);
		print_string(blob_command(b, i), out);
	}
}

static void
dump_links(const struct blob *b, FILE *out)
{
	for (uint32_t i = 0; i < b->nlinks; i++) {
		struct blob_link l = blob_link(b, i);
		const char *word = "from";

		fputs("link ", out);
		print_record(b, l.tag, l.record, out);
		for (uint32_t next = l.origin + 1; next != 0; word = "via") {
			struct blob_origin o = blob_origin(b, next - 1);

			fprintf(out, " %s ", word);
			print_source(b, o.source, out);
			fprintf(out, " %" PRIu32 ":%" PRIu32, o.line, o.column);
			next = o.via;
		}
		fputc('\n', out);
	}
}

static void
dump_extras(const struct blob *b, FILE *out)
{
	for (uint32_t i = 0; i < b->nextras; i++) {
		struct blob_extra e = blob_extra(b, i);
		uint32_t at = 0;

		do {
			fprintf(out, "section %c%c%c%c ", (int)(e.tag & 0xff),
			    (int)(e.tag >> 8 & 0xff), (int)(e.tag >> 16 & 0xff),
			    (int)(e.tag >> 24));
			if (e.contents.len == 0)
				fputc('-', out);
			for (uint32_t n = 0; n < 32 && at < e.contents.len; n++)
				fprintf(out, "%02x", e.contents.p[at++]);
			fputc('\n', out);
		} while (at < e.contents.len);
	}
}

void
blob_dump(const struct blob *b, bool provenance, FILE *out)
{
	fputs("nono-policy 1\n", out);
	if (provenance && b->name.p != NULL) {
		fputs("name ", out);
		print_string(blob_profile_name(b), out);
		fputs("\nversion ", out);
		print_string(blob_profile_version(b), out);
		fputc('\n', out);
	}
	dump_target(b, out);
	dump_paths(b, out);
	dump_denies(b, out);
	dump_ports(b, out);
	dump_programs(b, out);
	dump_process(b, out);
	if (!provenance)
		return;
	dump_sources(b, out);
	dump_links(b, out);
	dump_extras(b, out);
}
