#include <config.h>

#include <stdlib.h>

#include "compiler/base/diag_record.h"
#include "compiler/decode/decode.h"
#include "compiler/read/read.h"
#include "tests/tap.h"

static char output[8192];

/*
 * Decodes JSON: the printed AST and the codes of warnings, or the codes of
 * what is wrong with it, in the order of the tables.
 */
static const char *
decode(const char *json, bool group)
{
	struct arena a = {0};
	struct sources sources = {0};
	struct diags d = {.arena = &a, .sources = &sources};
	const struct profile_ast *p;
	const struct group_ast *g;
	const struct node *node;
	uint32_t source;
	FILE *out = fmemopen(output, sizeof(output), "w");
	bool ok;

	VEC_PUSH(&a, &sources.files);
	ok = source_from_text(
		 &sources, &a, &d, "t.json", text_of(json), &source) &&
	     read_json(&a, &d, &sources, source, &node) &&
	     (group ? decode_group(&a, &d, &sources, node, TEXT("g"), &g)
		    : decode_profile(&a, &d, &sources, node, &p));
	if (ok && group)
		group_ast_print(g, out);
	else if (ok)
		profile_ast_print(p, out);
	if (ok != (d.errors == 0))
		fputs("verdict and diagnostics disagree", out);
	for (uint32_t i = 0; i < d.list.n; i++)
		fprintf(out, "%sN%d", i == 0 ? "" : " ", d.list.v[i]->code);
	fclose(out);
	arena_release(&a);
	return output;
}

static const char *
profile(const char *json)
{
	return decode(json, false);
}

/* Prints the JSON of a point that failed. */
static void
is(const char *json, const char *want)
{
	if (strcmp(profile(json), want) != 0)
		printf("# %s\n", json);
	IS_STR(output, want);
}

static void
structure(void)
{
	is("{}", "profile\n");
	is("{\"$schema\": \"x\", \"extends\": \"a\"}",
	    "profile\nextends \"a\"\n");
	is("{\"extends\": [\"a\", \"b\"]}",
	    "profile\nextends \"a\"\nextends \"b\"\n");
	is("{\"extends\": null}", "profile\n");
	is("{\"extends\": []}", "profile\nextends empty\n");
	is("{\"extends\": \"\"}", "profile\nextends \"\"\n");
	is("{\"extends\": [1]}", "N2002");
	is("[]", "N2002");
	is("{\"meta\": {}}", "N2004");
	is("{\"meta\": {\"name\": \"n\", \"version\": \"1\", "
	   "\"description\": null, \"author\": null}}",
	    "profile\nmeta given\nmeta.name \"n\"\nmeta.version \"1\"\n");
	is("{\"meta\": {\"name\": \"a\\u202e\"}}", "N2011");
	is("{\"filesytsem\": {}}", "N2001");
	is("{\"filesystem\": null}", "N2002");
	is("{\"security\": {\"signal_mode\": \"Isolated\"}}", "N2003");
	is("{\"security\": {\"signal_mod\": \"isolated\"}}", "N2001");
	is("{\"security\": {\"signal_mode\": null, \"ipc_mode\": \"full\"}}",
	    "profile\nsecurity.ipc_mode full\n");
	is("{\"workdir\": {\"access\": \"none\"}}",
	    "profile\nworkdir.access none\n");
	is("{\"workdir\": {\"access\": null}}", "N2002");
	/* One run reports all. */
	is("{\"a\": 1, \"workdir\": 2, \"network\": {\"block\": \"no\"}}",
	    "N2002 N2002 N2001");
}

static void
entries(void)
{
	is("{\"filesystem\": {\"read\": [\"~/a\", {\"path\": \"$X/b\", "
	   "\"when\": [\"linux:a-like:>=1\", \"!macos\"]}]}}",
	    "profile\nfilesystem.read \"${HOME}/a\"\nfilesystem.read "
	    "\"${X}/b\" when linux:a-like:>=1 or !macos\n");
	is("{\"filesystem\": {\"read\": [{\"path\": \"/x\", "
	   "\"whenn\": \"linux\"}]}}",
	    "N2001");
	is("{\"filesystem\": {\"read\": [{\"when\": \"linux\"}]}}", "N2004");
	is("{\"filesystem\": {\"read\": [{\"path\": 1}]}}", "N2002");
	is("{\"filesystem\": {\"read\": [{\"name\": \"/x\"}]}}", "N2001 N2004");
	is("{\"filesystem\": {\"read\": [1]}}", "N2002");
	is("{\"filesystem\": {\"read\": \"/x\"}}", "N2002");
	is("{\"filesystem\": {\"read\": [{\"path\": \"/x\", "
	   "\"when\": []}]}}",
	    "N2006");
	is("{\"filesystem\": {\"read\": [\"\"]}}", "N2005");
	is("{\"filesystem\": {\"deny\": [\"~/.aws/**\"]}}", "N2017");
	is("{\"filesystem\": {\"read\": [\"~/.aws/**\"]}}",
	    "profile\nfilesystem.read \"${HOME}/.aws/**\"\nN2016");
	is("{\"filesystem\": {\"ignore\": [\"x\"]}}",
	    "profile\nfilesystem.suppress_save_prompt \"x\"\nunenforced "
	    "\"filesystem.suppress_save_prompt\" (tooling only: it grants "
	    "and denies nothing)\n");
	is("{\"groups\": {\"include\": [\"a\", {\"name\": \"b\", "
	   "\"when\": \"macos\"}], \"exclude\": []}}",
	    "profile\ngroups.include \"a\"\ngroups.include \"b\" when "
	    "macos\ngroups.exclude empty\n");
	is("{\"groups\": {\"include\": [\"../x\", \"a/b\", \".x\"]}}",
	    "N2011 N2011 N2011");
	is("{\"groups\": {\"include\": [\" \"]}}",
	    "profile\ngroups.include empty\nN2015");
	is("{\"commands\": {\"deny\": [\"rm\", \"/bin/rm\", \"rm -rf\"]}}",
	    "N2011 N2011");
	is("{\"commands\": {\"deny\": [{\"name\": \"rm\"}]}}", "N2002");
}

static void
dynamic(void)
{
	is("{\"filesystem\": {\"allow\": [\"@git:common-dir\"]}}",
	    "profile\nfilesystem.allow \"@git:common-dir\" dynamic\nN2013");
	is("{\"filesystem\": {\"deny\": [\"@git:hooks-path\"]}}", "N2014");
	is("{\"filesystem\": {\"bypass_protection\": [\"@git:worktree\"]}}",
	    "N2014");
	is("{\"filesystem\": {\"read\": [\"@git:nope\"]}}", "N2005");
	is("{\"filesystem\": {\"read\": [\"@svn:root\"]}}", "N2005");
	is("{\"filesystem\": {\"unix_socket\": [\"@git:toplevel\"]}}", "N2005");
	is("{\"filesystem\": {\"read\": [\"@types\"]}}",
	    "profile\nfilesystem.read \"@types\"\n");
}

static void
legacy(void)
{
	is("{\"policy\": {\"add_allow_read\": [\"/b\"], "
	   "\"exclude_groups\": [], \"add_deny_commands\": []}, "
	   "\"filesystem\": {\"read\": [\"/a\"]}}",
	    "profile\ngroups.exclude empty\ncommands.deny empty\n"
	    "filesystem.read \"/a\"\nfilesystem.read \"/b\"\nN2007");
	is("{\"security\": {\"groups\": [\"b\"], \"allowed_commands\": "
	   "[\"y\"]}, \"groups\": {\"include\": [\"a\"]}, \"commands\": "
	   "{\"allow\": [\"x\"]}}",
	    "profile\ngroups.include \"a\"\ngroups.include \"b\"\n"
	    "commands.allow \"x\"\ncommands.allow \"y\"\nN2007 N2007");
	is("{\"policy\": {\"add_allow_readwrite\": [\"/a\"], "
	   "\"add_allow_write\": [\"/b\"], \"add_deny_access\": [\"/c\"], "
	   "\"override_deny\": [\"/d\"]}}",
	    "profile\nfilesystem.allow \"/a\"\nfilesystem.write \"/b\"\n"
	    "filesystem.deny \"/c\"\nfilesystem.bypass_protection \"/d\"\n"
	    "N2007 N2007 N2007 N2007");
	is("{\"policy\": {\"add_allow_read\": [{\"path\": \"/a\"}]}}",
	    "N2007 N2002");
	is("{\"policy\": {\"add_deny_acces\": [\"/a\"]}}", "N2001");
	is("{\"policy\": {\"override_deny\": null}}", "N2002");
}

static void
network(void)
{
	is("{\"network\": {\"network_profile\": null}}",
	    "profile\nnetwork.network_profile null\n");
	is("{\"network\": {\"network_profile\": \"developer\", "
	   "\"credentials\": null, \"upstream_proxy\": null}}",
	    "profile\nnetwork.network_profile \"developer\"\n");
	is("{\"network\": {\"credentials\": []}}",
	    "profile\nnetwork.credentials empty\n");
	is("{\"network\": {\"allow_port\": [0, 65535], \"open_port_range\": "
	   "[[3000, 3002]], \"listen_udp_port\": [53]}}",
	    "profile\nnetwork.open_port 0\nnetwork.open_port 65535\n"
	    "network.open_port 3000\nnetwork.open_port 3001\n"
	    "network.open_port 3002\nnetwork.listen_udp_port 53\n");
	is("{\"network\": {\"open_port\": [-1, 70000]}}", "N2009 N2009");
	is("{\"network\": {\"open_port\": [\"80\", 1.5, null]}}",
	    "N2002 N2002 N2002");
	is("{\"network\": {\"listen_port_range\": [[2, 1]]}}", "N2009");
	is("{\"network\": {\"listen_port_range\": [[0, 65535]]}}", "N2009");
	is("{\"network\": {\"listen_port_range\": [[1], 2, [1, 2, 3]]}}",
	    "N2002 N2002 N2002");
	is("{\"network\": {\"open_port\": [], \"allow_port\": [], "
	   "\"port_allow\": []}}",
	    "N2008 N2008");
	is("{\"network\": {\"proxy_allow\": [\"a\", {\"domain\": \"b\", "
	   "\"endpoints\": [{\"method\": \"GET\", \"path\": \"/\"}]}]}}",
	    "profile\nnetwork.allow_domain \"a\"\nnetwork.allow_domain "
	    "\"b\"\nunenforced \"network.allow_domain.endpoints\" (run-time "
	    "only: nono's proxy does it)\n");
	is("{\"network\": {\"allow_domain\": [{\"domain\": \"b\", "
	   "\"endpoints\": [{\"method\": \"GET\", \"pth\": \"/\"}]}]}}",
	    "N2004 N2001");
	is("{\"network\": {\"deny_domain\": []}}", "profile\n");
	is("{\"network\": {\"deny_domain\": [\"x\"]}}", "N2001");
	is("{\"network\": {\"tls_intercept\": {\"ca_validity\": "
	   "\"forever\"}}}",
	    "N2012");
}

static const char *
credential(const char *members)
{
	char json[512];

	snprintf(json, sizeof(json),
	    "{\"network\": {\"custom_credentials\": {\"c\": {%s}}}}", members);
	profile(json);
	return output;
}

static void
credentials(void)
{
	static const char good[] =
	    "profile\nnetwork.custom_credentials \"c\"\nunenforced "
	    "\"network.custom_credentials\" (run-time only: nono's proxy "
	    "does it)\n";
#define KEY "\"credential_key\": \"k\", \"upstream\": "

	IS_STR(credential(KEY "\"https://example.org\""), good);
	IS_STR(credential(KEY "\"http://localhost:80/x\""), good);
	IS_STR(credential(KEY "\"http://127.0.0.1:1\""), good);
	IS_STR(credential(KEY "\"http://[::1]:1/\""), good);
	IS_STR(credential(KEY "\"http://0.0.0.0\""), good);
	IS_STR(credential(KEY "\"http://example.org\""), "N2012");
	IS_STR(credential(KEY "\"http://127.0.0.1@example.org\""), "N2012");
	IS_STR(credential(KEY "\"http://127.0.0.1.example.org\""), "N2012");
	IS_STR(credential(KEY "\"http://example.org#@127.0.0.1\""), "N2012");
	IS_STR(credential(KEY "\"http://example.org\\\\@127.0.0.1\""), "N2012");
	IS_STR(credential(KEY "\"ftp://localhost\""), "N2012");
	IS_STR(credential(KEY "\"https://\""), "N2012");
	IS_STR(credential("\"upstream\": \"https://a\""), "N2012");
	IS_STR(credential(KEY "\"https://a\", \"aws_auth\": {}"), "N2012");
	IS_STR(credential("\"upstream\": \"https://a\", \"credential_key\": "
			  "\"op://v/i/f\""),
	    "N2004");
	IS_STR(credential("\"upstream\": \"https://a\", \"credential_key\": "
			  "\"op://v/i/f\", \"env_var\": \"X\""),
	    good);
	IS_STR(credential(KEY "\"https://a\", \"inject_mode\": \"cookie\""),
	    "N2003");
	IS_STR(credential("\"credential_key\": \"k\""), "N2004");
#undef KEY
}

static void
environment(void)
{
	is("{\"environment\": null}", "profile\n");
	is("{\"environment\": {}}", "profile\nenvironment given\n");
	is("{\"environment\": {\"allow_vars\": null}}",
	    "profile\nenvironment given\n");
	is("{\"environment\": {\"allow_vars\": []}}",
	    "profile\nenvironment given\nenvironment.allow_vars empty\n");
	is("{\"environment\": {\"deny_vars\": [\"AWS_*\", \"*\"]}}",
	    "profile\nenvironment given\nenvironment.deny_vars \"AWS_*\"\n"
	    "environment.deny_vars \"*\"\n");
	is("{\"environment\": {\"deny_vars\": [\"A**\", \"*A\", \"A=B\"]}}",
	    "N2012 N2012 N2012");
	is("{\"environment\": {\"set_vars\": {\"RUST_LOG\": \"debug\", "
	   "\"FOO\": \"$HOME/.config\"}}}",
	    "profile\nenvironment given\nenvironment.set_vars \"RUST_LOG\" "
	    "= \"debug\"\nenvironment.set_vars \"FOO\" = "
	    "\"$HOME/.config\"\n");
	is("{\"environment\": {\"set_vars\": {\"PATH\": \"/bin\"}}}", "N2010");
	is("{\"environment\": {\"set_vars\": {\"NONO_FOO\": \"\"}}}", "N2010");
	is("{\"environment\": {\"set_vars\": {\"1A\": \"\", \"A-B\": \"\", "
	   "\"\": \"\"}}}",
	    "N2011 N2011 N2011");
	is("{\"environment\": {\"set_vars\": {\"A\": \"a\\nb\"}}}", "N2012");
	is("{\"environment\": {\"set_vars\": {\"A\": 1}}}", "N2002");
	is("{\"environment\": {\"unknown_field\": true}}", "N2001");
}

static void
run_time(void)
{
	static const char supervisor[] =
	    "profile\nunenforced \"env_credentials\" (run-time only: nono's "
	    "supervisor does it)\n";

	is("{\"hooks\": {}, \"rollback\": {\"exclude_globs\": []}, "
	   "\"packs\": [], \"binary\": null, \"interactive\": false}",
	    "profile\npacks empty\n");
	is("{\"rollback\": {}, \"undo\": {}}", "N2008");
	is("{\"undo\": {\"exclude_globs\": [\"*\"]}}",
	    "profile\nunenforced \"rollback\" (tooling only: it grants and "
	    "denies nothing)\n");
	is("{\"secrets\": {\"k\": \"TOKEN\"}}", supervisor);
	is("{\"env_credentials\": {\"k\": {\"env_var\": \"1T\", \"when\": "
	   "\"macos\"}}}",
	    supervisor);
	is("{\"secrets\": {\"k\": \"A-B\"}}", "N2011");
	is("{\"secrets\": {\"k\": \"LD_PRELOAD\", \"l\": \"NODE_PATH\"}}",
	    "N2010 N2010");
	is("{\"session_hooks\": {\"befor\": {}}}", "N2001");
	is("{\"session_hooks\": {\"before\": {\"script\": \"/x\", "
	   "\"args\": []}}}",
	    "N2001");
	is("{\"session_hooks\": {\"before\": {\"script\": \"/x\", "
	   "\"timeout_secs\": null}}}",
	    "profile\nunenforced \"session_hooks.before\" (run-time only: "
	    "nono runs it outside the sandbox)\n");
	is("{\"session_hooks\": {\"after\": {\"script\": \"/x\", "
	   "\"timeout_secs\": -1}}}",
	    "N2009");
	is("{\"command_policies\": null}", "N2002");
	is("{\"command_policies\": {\"commands\": {\"git\": {\"sandbox\": "
	   "{\"anything\": 1}, \"form\": {}}}}}",
	    "N2001");
	is("{\"credential_capture\": {\"c\": {}}}", "N2012");
	is("{\"credential_capture\": {\"c\": {\"command\": [\"a\", \"\"], "
	   "\"ttl_secs\": 1, \"cache_ttl_secs\": 1}}}",
	    "N2008");
	is("{\"credential_routes\": []}", "profile\n");
	is("{\"credential_routes\": [{}]}", "N2001");
	is("{\"platform_overrides\": null}", "profile\n");
	is("{\"platform_overrides\": {\"linux\": {\"binary\": \"x\"}}}",
	    "N2001");
	is("{\"allow_gpu\": true, \"allow_launch_services\": null}",
	    "profile\nallow_gpu true\nunenforced \"allow_gpu\" (it only "
	    "permits a command-line flag of nono)\n");
}

static void
groups(void)
{
	IS_STR(decode("{\"description\": \"d\", \"platform\": \"macos\", "
		      "\"required\": true, \"allow\": {\"read\": [\"/a\"], "
		      "\"readwrite\": [{\"path\": \"~/b\", \"when\": "
		      "\"macos:>=15\"}]}, \"deny\": {\"access\": [\"/c\"], "
		      "\"unlink\": true, \"commands\": [\"rm\"]}, "
		      "\"symlink_pairs\": {\"/etc\": \"/private/etc\"}}",
		   true),
	    "group \"g\"\ndescription \"d\"\nplatform macos\nrequired true\n"
	    "allow.read \"/a\"\nallow.readwrite \"${HOME}/b\" when "
	    "macos:>=15\ndeny.access \"/c\"\ndeny.unlink true\n"
	    "deny.commands \"rm\"\nsymlink_pairs \"/etc\" = "
	    "\"/private/etc\"\n");
	IS_STR(decode("{}", true), "N2004");
	IS_STR(decode("{\"description\": \"d\", \"deny\": {\"acess\": "
		      "[\"/c\"]}}",
		   true),
	    "N2001");
	IS_STR(decode("{\"description\": \"d\", \"platform\": \"win\"}", true),
	    "N2003");
	IS_STR(decode("{\"description\": \"d\", \"deny\": {\"access\": "
		      "[\"@git:toplevel\"]}}",
		   true),
	    "N2014");
	IS_STR(decode("{\"description\": \"d\", \"symlink_pairs\": {\"~x\": "
		      "\"/y\"}}",
		   true),
	    "N2005");
}

int
main(void)
{
	structure();
	entries();
	dynamic();
	legacy();
	network();
	credentials();
	environment();
	run_time();
	groups();
	return tap_end();
}
