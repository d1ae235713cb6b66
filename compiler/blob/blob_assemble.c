#include <config.h>

#include <string.h>

#include "compiler/blob/assemble.h"
#include "compiler/blob/dump_words.h"

/*
 * The lines of the text form.  Each reader has its first word behind it and
 * reads to the end of the line; a bad line is diagnosed and the next one read.
 */

static bool
remember(struct assemble *as, struct record_key key, uint32_t index)
{
	*VEC_PUSH(as->arena, &as->records) =
	    (struct record){.key = key, .index = index, .at = as->line};
	return true;
}

/* Lines that there may be one of. */
enum once { ONCE_NAME, ONCE_VERSION, ONCE_PLATFORM, ONCE_ABI, ONCE_NETWORK };

static bool
once(struct assemble *as, enum once which)
{
	if ((as->seen & 1U << which) != 0)
		return assemble_bad(
		    as, as->line, "expected this line only once");
	as->seen |= 1U << which;
	return true;
}

static bool
name_line(struct assemble *as)
{
	struct text t;

	if (!once(as, ONCE_NAME) || !assemble_string(as, "a name", &t))
		return false;
	as->m->name = t;
	return assemble_end(as);
}

static bool
version_line(struct assemble *as)
{
	struct text t;

	if (!once(as, ONCE_VERSION) || !assemble_string(as, "a version", &t))
		return false;
	as->m->version = t;
	return assemble_end(as);
}

static bool
platform_line(struct assemble *as)
{
	static const char *const names[] = {"linux"};
	uint32_t i;

	if (!once(as, ONCE_PLATFORM) ||
	    !assemble_choice(as, "linux", names, 1, &i))
		return false;
	as->m->target.platform = 1;
	return assemble_end(as);
}

static bool
abi_line(struct assemble *as)
{
	uint64_t n;

	if (!once(as, ONCE_ABI) ||
	    !assemble_number(
		as, "a Landlock ABI, 1 to 11", BLOB_ABI_NEWEST, &n))
		return false;
	as->m->target.abi_min = (uint32_t)n;
	return assemble_end(as);
}

/* The bit that a word names, or 0. */
static uint64_t
bit_of(struct text t, const char *(*name)(uint64_t))
{
	const char *s;

	for (uint64_t bit = 1; (s = name(bit)) != NULL; bit <<= 1)
		if (text_is(t, s))
			return bit;
	return 0;
}

static bool
handle_line(struct assemble *as)
{
	static const char *const kinds[] = {"fs", "net", "scope"};
	static const char *const how[] = {"best-effort", "required"};
	struct blob_target *t = &as->m->target;
	struct {
		const char *(*name)(uint64_t);
		uint64_t *handled, *required;
	} to[] = {
	    {blob_fs_name, &t->fs_handled, &t->fs_required},
	    {blob_net_name, &t->net_handled, &t->net_required},
	    {blob_scope_name, &t->scoped, &t->scoped_required},
	};
	const struct word *w;
	uint32_t kind, required;
	uint64_t bit;

	if (!assemble_choice(as, "fs, net or scope", kinds, 3, &kind) ||
	    (w = assemble_take(as, "the name of a right")) == NULL)
		return false;
	bit = bit_of(w->raw, to[kind].name);
	if (bit == 0)
		return assemble_bad(as, w->at, "expected the name of a right");
	if ((*to[kind].handled & bit) != 0)
		return assemble_bad(as, w->at, "expected this line only once");
	if (!assemble_choice(as, "required or best-effort", how, 2, &required))
		return false;
	*to[kind].handled |= bit;
	if (required == 1)
		*to[kind].required |= bit;
	return assemble_end(as);
}

static bool
network_line(struct assemble *as)
{
	uint32_t i;

	if (!once(as, ONCE_NETWORK) ||
	    !assemble_choice(as, "open, block, proxy or ports", dump_networks,
		ARRAY_LEN(dump_networks), &i))
		return false;
	as->m->target.network = (enum blob_network)i;
	return assemble_end(as);
}

static bool
option_line(struct assemble *as)
{
	uint32_t i;

	if (!assemble_choice(as,
		"pathname-sockets, env-allow-list or insecure-proxy",
		dump_options, DUMP_OPTIONS, &i))
		return false;
	as->m->target.flags |= 1U << i;
	return assemble_end(as);
}

/* The next of a list by commas; false at its end. */
static bool
item(struct text *list, struct text *ret_item)
{
	const char *comma;

	if (list->s == NULL)
		return false;
	comma = memchr(list->s, ',', list->len);
	*ret_item = *list;
	if (comma == NULL) {
		list->s = NULL;
		return true;
	}
	ret_item->len = (uint32_t)(comma - list->s);
	list->s = comma + 1;
	list->len -= ret_item->len + 1;
	return true;
}

static bool
fs_rights(struct assemble *as, uint64_t *ret_bits, struct rights *ret_rights)
{
	const struct word *w =
	    assemble_take(as, "read, write or rights, by commas");
	struct rights r = {0};
	struct text list, t;
	uint64_t bits = 0;

	if (w == NULL)
		return false;
	list = w->raw;
	while (item(&list, &t)) {
		uint64_t bit = bit_of(t, blob_fs_name);

		if (text_is(t, "read"))
			r.read = true;
		else if (text_is(t, "write"))
			r.write = true;
		else if (bit != 0)
			bits |= bit;
		else
			return assemble_bad(as, w->at,
			    "expected read, write or rights, by commas");
	}
	r.at = w->at;
	*ret_bits = bits;
	*ret_rights = r;
	return true;
}

bool
assemble_path_words(struct assemble *as, bool has_rights,
    struct model_path *ret_path, struct rights *ret_rights)
{
	struct model_path p = {0};
	uint32_t kind;

	if (!assemble_path(as, &p.root, &p.suffix) ||
	    !assemble_choice(as, "any, dir or file", dump_kinds,
		ARRAY_LEN(dump_kinds), &kind) ||
	    (has_rights && !fs_rights(as, &p.rights, ret_rights)))
		return false;
	p.kind = (enum blob_kind)kind;
	if (assemble_have(as, DUMP_PARENT))
		p.missing = BLOB_MISSING_PARENT;
	if (p.missing == BLOB_MISSING_PARENT && p.suffix.len == 0)
		return assemble_bad(as, as->words.v[as->next - 1].at,
		    "expected a path below the root: the parent of a root is "
		    "not granted");
	for (unsigned i = 0; i < DUMP_PATH_FLAGS; i++)
		if (assemble_have(as, dump_path_flags[i]))
			p.flags |= 1U << i;
	*ret_path = p;
	return true;
}

static bool
path_line(struct assemble *as)
{
	struct model_path p;
	struct rights r;

	if (!assemble_path_words(as, true, &p, &r) || !assemble_end(as))
		return false;
	*VEC_PUSH(as->arena, &as->m->paths) = p;
	*VEC_PUSH(as->arena, &as->rights) = r;
	return remember(as, assemble_path_key(&p), as->m->paths.n - 1);
}

bool
assemble_deny_words(
    struct assemble *as, bool has_access, struct model_deny *ret_deny)
{
	static const char *const accesses[] = {"read", "write", "read,write"};
	struct model_deny p = {0};
	uint32_t access = 0;

	if (!assemble_path(as, &p.root, &p.suffix) ||
	    (has_access && !assemble_choice(as, "read, write or read,write",
			       accesses, 3, &access)))
		return false;
	p.access = access + 1;
	if (assemble_have(as, "protected"))
		p.flags = BLOB_DENY_PROTECTED;
	*ret_deny = p;
	return true;
}

static bool
deny_line(struct assemble *as)
{
	struct model_deny p;

	if (!assemble_deny_words(as, true, &p) || !assemble_end(as))
		return false;
	*VEC_PUSH(as->arena, &as->m->denies) = p;
	return remember(as, assemble_deny_key(&p), as->m->denies.n - 1);
}

static bool
port_line(struct assemble *as)
{
	const struct word *w;
	uint64_t port, bits = 0;
	struct text list, t;

	if (!assemble_number(as, "a port, 0 to 65535", 65535, &port) ||
	    (w = assemble_take(as, "network rights, by commas")) == NULL)
		return false;
	list = w->raw;
	while (item(&list, &t)) {
		uint64_t bit = bit_of(t, blob_net_name);

		if (bit == 0)
			return assemble_bad(
			    as, w->at, "expected network rights, by commas");
		bits |= bit;
	}
	*VEC_PUSH(as->arena, &as->m->ports) =
	    (struct blob_port){.port = (uint32_t)port, .rights = bits};
	return assemble_end(as) &&
	       remember(as, (struct record_key){BLOB_PORT, (uint32_t)port, {0}},
		   as->m->ports.n - 1);
}

bool
assemble_arch(struct assemble *as, uint32_t *ret_arch)
{
	static const uint32_t archs[] = {BLOB_ARCH_I386, BLOB_ARCH_ARM,
	    BLOB_ARCH_S390X, BLOB_ARCH_PPC64LE, BLOB_ARCH_X86_64,
	    BLOB_ARCH_AARCH64, BLOB_ARCH_RISCV64, BLOB_ARCH_LOONGARCH64};
	const struct word *w = assemble_take(as, "an architecture");

	if (w == NULL)
		return false;
	for (uint32_t i = 0; i < ARRAY_LEN(archs); i++) {
		if (!text_is(w->raw, blob_arch_name(archs[i])))
			continue;
		*ret_arch = archs[i];
		return true;
	}
	return assemble_bad(
	    as, w->at, "expected an architecture, such as x86_64");
}

static bool
opcode(struct assemble *as, uint64_t *ret_code)
{
	if (as->next < as->words.n)
		for (unsigned code = 0; code < 256; code++)
			if (dump_opcode(code) != NULL &&
			    assemble_have(as, dump_opcode(code))) {
				*ret_code = code;
				return true;
			}
	return assemble_number(
	    as, "an instruction, such as jeq or 0x15", UINT16_MAX, ret_code);
}

static bool
seccomp_line(struct assemble *as)
{
	uint64_t code, k, jt = 0, jf = 0;
	struct program *p;
	uint32_t arch, i;

	if (!assemble_arch(as, &arch) || !opcode(as, &code) ||
	    !assemble_number(as, "an operand of 32 bits", UINT32_MAX, &k))
		return false;
	if (as->next < as->words.n &&
	    (!assemble_number(as, "a jump of 0 to 255", 255, &jt) ||
		!assemble_number(as, "a jump of 0 to 255", 255, &jf)))
		return false;
	for (i = 0; i < as->programs.n; i++)
		if (as->programs.v[i].arch == arch)
			break;
	if (i == as->programs.n) {
		VEC_PUSH(as->arena, &as->programs)->arch = arch;
		remember(as, (struct record_key){BLOB_SECC, arch, {0}}, i);
	}
	p = &as->programs.v[i];
	*VEC_PUSH(as->arena, &p->insns) = (uint8_t)code;
	*VEC_PUSH(as->arena, &p->insns) = (uint8_t)(code >> 8);
	*VEC_PUSH(as->arena, &p->insns) = (uint8_t)jt;
	*VEC_PUSH(as->arena, &p->insns) = (uint8_t)jf;
	for (unsigned shift = 0; shift < 32; shift += 8)
		*VEC_PUSH(as->arena, &p->insns) = (uint8_t)(k >> shift);
	return assemble_end(as);
}

static bool
env_line(struct assemble *as, enum blob_env_kind kind)
{
	struct model_env e = {.kind = kind};

	if (!assemble_string(as, "the name of a variable", &e.name))
		return false;
	if (e.name.len == 0 || memchr(e.name.s, '=', e.name.len) != NULL)
		return assemble_bad(as, as->words.v[as->next - 1].at,
		    "expected the name of a variable");
	if (kind == BLOB_ENV_SET) {
		const struct word *w = assemble_take(as, "a value");

		if (w == NULL)
			return false;
		e.value = w->value;
	}
	*VEC_PUSH(as->arena, &as->m->envs) = e;
	return assemble_end(as) &&
	       remember(as, (struct record_key){BLOB_ENVF, kind, e.name},
		   as->m->envs.n - 1);
}

static bool
env_allow_line(struct assemble *as)
{
	return env_line(as, BLOB_ENV_ALLOW);
}

static bool
env_deny_line(struct assemble *as)
{
	return env_line(as, BLOB_ENV_DENY);
}

static bool
env_set_line(struct assemble *as)
{
	return env_line(as, BLOB_ENV_SET);
}

static bool
command_line(struct assemble *as)
{
	struct text t;

	if (!assemble_string(as, "the name of a command", &t))
		return false;
	if (t.len == 0 || memchr(t.s, '/', t.len) != NULL)
		return assemble_bad(as, as->words.v[as->next - 1].at,
		    "expected the name of a command without a slash");
	*VEC_PUSH(as->arena, &as->m->commands) = t;
	return assemble_end(as) &&
	       remember(as, (struct record_key){BLOB_CMDS, 0, t},
		   as->m->commands.n - 1);
}

static bool
section_line(struct assemble *as)
{
	const struct word *w = assemble_take(as, "four characters");
	struct partial_extra *e;
	uint32_t tag, i;
	uint8_t *bytes;

	if (w == NULL)
		return false;
	if (w->raw.len != 4)
		return assemble_bad(as, w->at, "expected four characters");
	tag = blob_u32((const uint8_t *)w->raw.s);
	if ((w = assemble_take(as, "hexadecimal digits, or -")) == NULL)
		return false;
	for (i = 0; i < as->extras.n; i++)
		if (as->extras.v[i].tag == tag)
			break;
	if (i == as->extras.n)
		VEC_PUSH(as->arena, &as->extras)->tag = tag;
	e = &as->extras.v[i];
	if (text_is(w->raw, "-"))
		return assemble_end(as);
	if (w->raw.len % 2 != 0)
		return assemble_bad(
		    as, w->at, "expected an even number of digits");
	bytes = ARENA_ARRAY(as->arena, w->raw.len / 2, uint8_t);
	if (!assemble_hex(as, w->at, w->raw, bytes))
		return false;
	for (i = 0; i < w->raw.len / 2; i++)
		*VEC_PUSH(as->arena, &e->bytes) = bytes[i];
	return assemble_end(as);
}

static bool
read_line(struct assemble *as)
{
	static const struct {
		const char *word;
		bool (*read)(struct assemble *as);
	} lines[] = {
	    {"path", path_line},
	    {"deny", deny_line},
	    {"link", assemble_link},
	    {"source", assemble_source},
	    {"seccomp", seccomp_line},
	    {"env-allow", env_allow_line},
	    {"env-deny", env_deny_line},
	    {"env-set", env_set_line},
	    {"refuse-command", command_line},
	    {"port", port_line},
	    {"handle", handle_line},
	    {"option", option_line},
	    {"network", network_line},
	    {"abi-min", abi_line},
	    {"platform", platform_line},
	    {"name", name_line},
	    {"version", version_line},
	    {"section", section_line},
	};
	const struct word *w = assemble_take(as, "a word");

	if (w == NULL)
		return false;
	for (uint32_t i = 0; i < ARRAY_LEN(lines); i++)
		if (text_is(w->raw, lines[i].word))
			return lines[i].read(as);
	return assemble_bad(as, w->at,
	    "expected a line that begins with path, deny, link, source, "
	    "seccomp, env-allow, env-deny, env-set, refuse-command, port, "
	    "handle, option, network, abi-min, platform, name, version or "
	    "section");
}

/* What "read" and "write" mean is known now. */
static bool
resolve_rights(struct assemble *as)
{
	uint64_t handled = as->m->target.fs_handled;
	bool good = true;

	for (uint32_t i = 0; i < as->m->paths.n; i++) {
		struct model_path *p = &as->m->paths.v[i];
		const struct rights *r = &as->rights.v[i];

		if (r->read)
			p->rights |= dump_read(handled, p->kind);
		if (r->write)
			p->rights |= dump_write(handled, p->kind);
		if (p->rights == 0 || (p->rights & ~handled) != 0)
			good = assemble_bad(as, r->at,
			    "expected rights that have a handle line");
		else if (p->kind == BLOB_KIND_FILE &&
			 (p->rights & ~BLOB_FS_FILE) != 0)
			good = assemble_bad(
			    as, r->at, "expected rights that files have");
	}
	return good;
}

static void
finish(struct assemble *as)
{
	for (uint32_t i = 0; i < as->programs.n; i++) {
		const struct program *p = &as->programs.v[i];

		*VEC_PUSH(as->arena, &as->m->seccomp) = (struct model_seccomp){
		    .arch = p->arch,
		    .n = p->insns.n / BLOB_INSN_SIZE,
		    .insns = p->insns.v,
		};
	}
	for (uint32_t i = 0; i < as->extras.n; i++) {
		const struct partial_extra *e = &as->extras.v[i];

		*VEC_PUSH(as->arena, &as->m->extras) = (struct model_extra){
		    .tag = e->tag,
		    .len = e->bytes.n,
		    .bytes = e->bytes.v,
		};
	}
}

/* The line that says which form this is, before anything else. */
static bool
first_line(struct assemble *as)
{
	if (as->words.n == 2 && text_is(as->words.v[0].raw, "nono-policy") &&
	    text_is(as->words.v[1].raw, "1"))
		return true;
	return assemble_bad(
	    as, as->line, "expected \"nono-policy 1\" in the first line");
}

bool
blob_assemble(struct arena *a, struct diags *d, const struct sources *s,
    uint32_t source, struct blob_model *ret_model)
{
	struct text text = source_get(s, source)->text;
	struct blob_model m = {0};
	struct assemble as = {
	    .arena = a, .diags = d, .source = source, .m = &m};
	bool good = true;

	for (uint32_t at = 0, end; at < text.len || at == 0; at = end + 1) {
		const char *newline = memchr(text.s + at, '\n', text.len - at);

		end = newline == NULL ? text.len : (uint32_t)(newline - text.s);
		if (at > 0 && (end == at || text.s[at] == '#'))
			continue;
		if (!assemble_scan(&as, text.s, at, end)) {
			good = false;
		} else if (at == 0) {
			if (!first_line(&as))
				return false;
		} else if (as.words.n > 0) {
			good = read_line(&as) && good;
		}
	}
	good = resolve_rights(&as) && good;
	good = assemble_resolve(&as) && good;
	if (!good)
		return false;
	finish(&as);
	*ret_model = m;
	return true;
}
